"""Which column of a table is the text and which the label, where names do not tell: judged by what stands in them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from crnn.data.table import Table, read_table
from crnn.errors import DataError

_LONGEST_NAME = 24
_FEW = 6
LOOKED_AT = 2000
"""Rows that are looked at."""


class Columns(NamedTuple):
    """Names of the columns, or their positions where the table has no header."""

    text: str | int
    label: str | int


def guess_columns(path: str | Path, *, encoding: str | None = None) -> Columns:
    """Find the text, the column with the longest cells, and the label, that with the fewest different values.

    Rows are looked at from all over the file, since many are sorted by label. A label is filled in for at least half of
    them. The first row is a header where its label never comes again and its text is shorter than nearly all texts, or
    where all its cells could be names and all other labels come again.

    Raises:
        UnreadableError: the file is no table.
        DataError: no column repeats its values as labels do.
    """
    table = read_table(path, encoding=encoding, header=False)
    width = max(map(len, table.rows))
    # Without the first row, which may be a header.
    rows = table.rows[1 :: max(1, -(-len(table.rows) // LOOKED_AT))]
    if width < 2 or not rows:
        raise DataError(_nothing(table, width))
    columns = [[row[place] if place < len(row) else "" for row in rows] for place in range(width)]
    text = max(range(width), key=lambda place: sum(map(len, columns[place])))
    filled = [place for place in range(width) if place != text and 2 * columns[place].count("") <= len(rows)]
    kinds = {place: len(set(columns[place]) - {""}) for place in filled}
    label = min(kinds, key=lambda place: (kinds[place] < 2, kinds[place]), default=None)
    if label is None or not 2 <= kinds[label] <= max(2, len(rows) // 2):
        raise DataError(_nothing(table, width))
    first = table.rows[0]
    if is_header(first, table.rows[1:], label, text):
        return Columns(first[text], first[label])
    return Columns(text, label)


def is_header(first: Sequence[str], rows: Sequence[Sequence[str]], label: int, text: int) -> bool:
    """Whether a first row has names of columns: a label that never comes again, beside a text that is very short."""
    if max(label, text) >= len(first) or any(label < len(row) and row[label] == first[label] for row in rows):
        return False
    longer = sum(len(row[text]) > len(first[text]) for row in rows if text < len(row))
    return longer >= 0.9 * len(rows) or (_are_names(first) and _all_repeat(rows, label))


def _are_names(cells: Sequence[str]) -> bool:
    """Whether cells could be names of columns: a word or two without the marks of a sentence."""
    return all(re.fullmatch(r"[^\W\d][\w-]*( [\w-]+)?", cell) and len(cell) <= _LONGEST_NAME for cell in cells)


def _all_repeat(rows: Sequence[Sequence[str]], label: int) -> bool:
    """Whether each label comes again, so that one that does not is no label."""
    counts = Counter(row[label] for row in rows if label < len(row) and row[label])
    return len(rows) >= _FEW and len(counts) > 1 and min(counts.values()) > 1


def longer_columns(extras: Sequence[dict[str, str]], texts: Sequence[str]) -> list[str]:
    """Other columns whose cells are on average at least as long as the texts: were they meant to be read too?"""
    names = list(dict.fromkeys(name for extra in extras[:LOOKED_AT] for name in extra))
    own = sum(len(text) for text in texts[:LOOKED_AT])
    return [name for name in names if sum(len(extra.get(name, "")) for extra in extras[:LOOKED_AT]) >= max(own, 1)]


def _leading(table: Table) -> str:
    """A hint where the first words of lines look like labels."""
    firsts = Counter(row[0].split(maxsplit=1)[0] for row in table.rows if row[0])
    if not 2 <= len(firsts) <= len(table.rows) // 2 or min(firsts.values()) < 2:
        return ""
    names = ", ".join(first[:20] for first, _ in firsts.most_common(3))
    return f"; lines begin with {names}: if those are the labels, put a tab behind them"


def _nothing(table: Table, width: int) -> str:
    first = ", ".join(cell[:20] for cell in table.rows[0])
    whole = sum(len(row) == width for row in table.rows)
    torn = f", all of them in {whole:,} of {len(table.rows):,} rows: is it a table at all?" * (
        2 * whole < len(table.rows)
    )
    if width == 1:
        torn += _leading(table)
    return (
        f"{table.path} has {width} column{'s' if width > 1 else ''} and none that looks like labels beside one of texts"
        f"{torn} (its first row: {first}): name them as text=… and label=… (--text, --label), or give positions from 0"
    )
