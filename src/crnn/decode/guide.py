"""What may lead a decoder beside the network: automata over symbols, such as language models, lexica and phrases."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crnn.decode.spelling import Numbers

STEERING_BYTES = 256_000_000
"""Most memory for weights that were computed already; when a text ends with more, they are forgotten."""

Weights = NDArray[np.floating]


class Guide(ABC):
    """An automaton that weighs each next symbol, in natural logarithms: above 0 favours, minus infinity forbids.

    States are whatever can be a key of a dict; a guide computes for one state at a time and need not be fast, since
    `Steering` remembers what it said.
    """

    @abstractmethod
    def start(self) -> Hashable:
        """The state before the first symbol."""

    @abstractmethod
    def weights(self, state: Any) -> Weights:
        """Of each class as the next symbol, ``(K,)``; that of the blank does not count."""

    @abstractmethod
    def next(self, state: Any, symbol: int) -> Hashable:
        """The state behind a symbol."""

    def end(self, state: Any) -> float:
        """The weight of ending here."""
        return 0.0


class Bonus(Guide):
    """The same weight for every symbol, against the taste of language models for short texts.

    Args:
        classes: K.
        symbol: Weight of each symbol.
    """

    def __init__(self, classes: int, symbol: float) -> None:
        self._weights = np.full(classes, symbol)

    def start(self) -> Hashable:
        """There is one state only."""
        return 0

    def weights(self, state: Any) -> Weights:
        """Always the same."""
        return self._weights

    def next(self, state: Any, symbol: int) -> Hashable:
        """There is one state only."""
        return 0


class Steering:
    """Several guides as one, with numbers for states and a memory, so that a beam is weighed in one look-up.

    Args:
        guides: Their weights are added.
        classes: K, the blank among them.
    """

    def __init__(self, guides: Sequence[Guide], classes: int) -> None:
        self.guides = tuple(guides)
        self.classes = classes
        self._forget()

    def _forget(self) -> None:
        self._numbers: dict[tuple[Hashable, ...], int] = {}
        self._states: list[tuple[Hashable, ...]] = []
        self._nexts: dict[tuple[int, int], int] = {}
        self.table = np.zeros((64, self.classes))
        """``(S, K)`` factors: exponentials of the weights of each state met so far."""

    def start(self) -> int:
        """The number of the state before the first symbol."""
        if self.table.nbytes > STEERING_BYTES:
            self._forget()
        return self._number(tuple(guide.start() for guide in self.guides))

    def next(self, state: int, symbol: int) -> int:
        """The number of the state behind a symbol."""
        key = (state, symbol)
        found = self._nexts.get(key)
        if found is None:
            parts = zip(self.guides, self._states[state], strict=True)
            found = self._number(tuple(guide.next(part, symbol) for guide, part in parts))
            self._nexts[key] = found
        return found

    def ends(self, states: Numbers) -> NDArray[np.float64]:
        """The weights ``(W,)`` of ending in each state, as logarithms."""
        weights = []
        for state in states.tolist():
            parts = zip(self.guides, self._states[state], strict=True)
            weights.append(math.fsum(guide.end(part) for guide, part in parts))
        return np.array(weights)

    def _number(self, state: tuple[Hashable, ...]) -> int:
        number = self._numbers.setdefault(state, len(self._states))
        if number == len(self._states):
            self._states.append(state)
            if number == len(self.table):
                self.table = np.concatenate([self.table, np.zeros_like(self.table)])
            weights = sum(guide.weights(part) for guide, part in zip(self.guides, state, strict=True))
            self.table[number] = np.exp(weights)
        return number
