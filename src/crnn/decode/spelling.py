"""A decoded sequence: symbols, where they lie in time, and how sure each one is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]
Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class Spelling:
    """Symbols with their place in time.

    Args:
        symbols: ``(U,)`` classes, none of them the blank.
        starts: ``(U,)`` first step of each symbol.
        ends: ``(U,)`` the step behind its last.
        confidences: ``(U,)`` probability of each symbol where it is surest, from 0 to 1.
    """

    symbols: Numbers
    starts: Numbers
    ends: Numbers
    confidences: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.symbols)

    @property
    def confidence(self) -> float:
        """Of the whole: the product of the symbols', 1 where there are none."""
        return float(self.confidences.prod())

    def parts(self, separator: int | None) -> list[Spelling]:
        """The words: what lies between separators, each with its symbols; one word where nothing separates."""
        if len(self) == 0:
            return []
        cuts = np.flatnonzero(self.symbols == separator) if separator is not None else np.zeros(0, np.int64)
        places = np.split(np.arange(len(self)), cuts)
        words = [piece[1:] if len(piece) and self.symbols[piece[0]] == separator else piece for piece in places]
        return [self.take(piece) for piece in words if len(piece)]

    def take(self, places: Sequence[int] | Numbers) -> Spelling:
        """Some of the symbols."""
        index = np.asarray(places, dtype=np.int64)
        return Spelling(self.symbols[index], self.starts[index], self.ends[index], self.confidences[index])


def nothing() -> Spelling:
    """No symbols at all."""
    none = np.zeros(0, np.int64)
    return Spelling(none, none, none, np.zeros(0))
