"""Which symbol became which: the alignment behind an edit distance."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TypeVar

import numpy as np

T = TypeVar("T", bound=Hashable)


def aligned(wanted: Sequence[T], found: Sequence[T]) -> list[tuple[T | None, T | None]]:
    """Pairs of an alignment with the fewest edits (Levenshtein): equal, replaced, left out, or put in.

    A row of the table is one step in NumPy: what costs least from above or aslant, then the cheapest way along it.

    Args:
        wanted: The reference.
        found: What was written.

    Returns:
        In order; (symbol, None) was left out, (None, symbol) was put in.

    Example:
        >>> aligned("chart", "cart!")
        [('c', 'c'), ('h', None), ('a', 'a'), ('r', 'r'), ('t', 't'), (None, '!')]
    """
    numbers: dict[Hashable, int] = {}
    left = np.array([numbers.setdefault(symbol, len(numbers)) for symbol in wanted], dtype=np.int64)
    right = np.array([numbers.setdefault(symbol, len(numbers)) for symbol in found], dtype=np.int64)
    along = np.arange(len(right) + 1)
    table = np.zeros((len(left) + 1, len(right) + 1), dtype=np.int64)
    table[0] = along
    for row, symbol in enumerate(left, start=1):
        before = table[row - 1]
        best = before + 1
        best[1:] = np.minimum(best[1:], before[:-1] + (right != symbol))
        table[row] = np.minimum.accumulate(best - along) + along
    return _back(table, wanted, found)


def _back(table: np.ndarray, wanted: Sequence[T], found: Sequence[T]) -> list[tuple[T | None, T | None]]:
    """The way back through the table; a symbol replaced rather than one left out and one put in."""
    pairs: list[tuple[T | None, T | None]] = []
    row, column = len(wanted), len(found)
    while row or column:
        here = table[row, column]
        if row and column and here == table[row - 1, column - 1] + (wanted[row - 1] != found[column - 1]):
            row, column = row - 1, column - 1
            pairs.append((wanted[row], found[column]))
        elif row and here == table[row - 1, column] + 1:
            row -= 1
            pairs.append((wanted[row], None))
        else:
            column -= 1
            pairs.append((None, found[column]))
    return pairs[::-1]
