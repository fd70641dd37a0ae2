"""Cells of text as numbers and as points in time: missing values, words and numbers of rows are told apart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from crnn.data.manifest import fold_name

Values = NDArray[np.float64]

MISSING = frozenset(("", "?", "-", "nan", "na", "n/a", "<na>", "null", "none", "missing"))
"""What people write where a value is missing; case does not matter."""

_ROW_NUMBERS = ("", "unnamed_1", "unnamed:_0", "index", "id", "row", "row_id", "nr", "no", "number", "序号")
_COMMA = re.compile(r"[+-]?\d+,\d+(e[+-]?\d+)?", re.IGNORECASE)


class Numbers(NamedTuple):
    """What cells hold.

    Args:
        values: One number a cell, NaN where it is missing, infinite or no number.
        words: Places of the cells that are no numbers.
        comma: Whether commas were read as decimal points.
    """

    values: Values
    words: list[int]
    comma: bool = False


def numbers(cells: Sequence[str]) -> Numbers:
    """Cells as numbers.

    Where cells such as ``1,5`` occur and none has a point, the comma is the decimal point.

    Example:
        >>> found = numbers(["1.5", "?", "x"])
        >>> found.values.tolist(), found.words
        ([1.5, nan, nan], [2])
        >>> numbers(["1,5", "2"])
        Numbers(values=array([1.5, 2. ]), words=[], comma=True)
    """
    try:
        return Numbers(_finite(np.array(cells, dtype=np.float64)), [])
    except ValueError:
        pass
    comma = any(_COMMA.fullmatch(cell) for cell in cells) and not any("." in cell for cell in cells)
    values, words = np.full(len(cells), np.nan), []
    for place, cell in enumerate(cells):
        if cell.lower() in MISSING:
            continue
        try:
            values[place] = float(cell.replace(",", ".") if comma else cell)
        except ValueError:
            words.append(place)
    return Numbers(_finite(values), words, comma)


def moments(cells: Sequence[str]) -> Numbers:
    """Points in time as numbers that sort: numbers as they are, dates and times (ISO 8601) as seconds.

    A time without an offset from UTC is taken as UTC.

    Example:
        >>> moments(["2024-01-01 00:00", "2024-01-01T00:01:00+00:00"]).values.tolist()
        [1704067200.0, 1704067260.0]
    """
    found = numbers(cells)
    if not found.words:
        return found
    values, words = found.values, []
    for place in found.words:
        try:
            given = datetime.fromisoformat(cells[place])
        except ValueError:
            words.append(place)
            continue
        values[place] = (given if given.tzinfo else given.replace(tzinfo=UTC)).timestamp()
    return Numbers(values, words)


def are_row_numbers(name: str, cells: Sequence[str]) -> bool:
    """Whether a column only numbers the rows, as programs write one unasked; single cells may be empty.

    Example:
        >>> are_row_numbers("Unnamed: 0", ["0", "1", "2"]), are_row_numbers("id", ["7", "7", "8"])
        (True, False)
    """
    if fold_name(name) not in _ROW_NUMBERS:
        return False
    starts = numbers(cells).values - np.arange(len(cells))
    return len(np.unique(starts[~np.isnan(starts)])) == 1


def _finite(values: Values) -> Values:
    values[~np.isfinite(values)] = np.nan
    return values
