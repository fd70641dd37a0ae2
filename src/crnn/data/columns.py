"""Which column of a table is the text and which the label, where names do not tell: judged by what stands in them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from crnn.data.table import Table, read_table
from crnn.errors import DataError

LOOKED_AT = 2000
"""Rows that are looked at."""


class Columns(NamedTuple):
    """Names of the columns, or their positions where the table has no header."""

    text: str | int
    label: str | int


def guess_columns(path: str | Path, *, encoding: str | None = None) -> Columns:
    """Find the text, the column with the longest cells, and the label, that with the fewest different values.

    The first row is a header where the label in it never comes again.

    Raises:
        UnreadableError: the file is no table.
        DataError: no column repeats its values as labels do.
    """
    table = read_table(path, encoding=encoding, header=False)
    width = max(map(len, table.rows))
    columns = [[row[place] if place < len(row) else "" for row in table.rows[:LOOKED_AT]] for place in range(width)]
    if width < 2 or len(table.rows) < 2:
        raise DataError(_nothing(table, width))
    # Without the first row, which may be a header.
    text = max(range(width), key=lambda place: sum(map(len, columns[place][1:])))
    kinds = {place: len(set(column[1:])) for place, column in enumerate(columns) if place != text}
    label = min(kinds, key=lambda place: (kinds[place] < 2, kinds[place]))
    if not 2 <= kinds[label] <= max(2, len(columns[label]) // 2):
        raise DataError(_nothing(table, width))
    if columns[label][0] in columns[label][1:]:
        return Columns(text, label)
    return Columns(table.rows[0][text], table.rows[0][label])


def longer_columns(extras: Sequence[dict[str, str]], texts: Sequence[str]) -> list[str]:
    """Other columns whose cells are on average at least as long as the texts: were they meant to be read too?"""
    names = list(dict.fromkeys(name for extra in extras[:LOOKED_AT] for name in extra))
    own = sum(len(text) for text in texts[:LOOKED_AT])
    return [name for name in names if sum(len(extra.get(name, "")) for extra in extras[:LOOKED_AT]) >= max(own, 1)]


def _nothing(table: Table, width: int) -> str:
    first = ", ".join(cell[:20] for cell in table.rows[0]) if table.rows else ""
    return (
        f"{table.path} has {width} column{'s' if width > 1 else ''} and none that looks like labels beside one of texts"
        f" (its first row: {first}): name them as text=… and label=… (--text, --label), or give positions from 0 up"
    )
