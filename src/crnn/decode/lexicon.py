"""Guides made of lists: a lexicon that allows known words only, and phrases that are favoured (hot words)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from crnn.decode.guide import Guide, Weights


class Trie:
    """Sequences of symbols that share their beginnings; node 0 is the empty one.

    Args:
        entries: Sequences of symbols; empty ones do not count.

    Example:
        >>> trie = Trie([(1, 2), (1, 3)])
        >>> trie.find((1, 3)), trie.find((2,)), trie.entry[trie.find((1, 2))]
        (3, None, 0)
    """

    def __init__(self, entries: Iterable[Sequence[int]]) -> None:
        self.children: list[dict[int, int]] = [{}]
        self.depth: list[int] = [0]
        self.above: list[tuple[int, int]] = [(0, 0)]
        self.entry: dict[int, int] = {}
        """From the node where an entry ends to the entry's number."""
        for number, symbols in enumerate(entries):
            node = 0
            for symbol in symbols:
                node = self._grow(node, int(symbol))
            if node:
                self.entry.setdefault(node, number)

    def _grow(self, node: int, symbol: int) -> int:
        child = self.children[node].setdefault(symbol, len(self.children))
        if child == len(self.children):
            self.children.append({})
            self.depth.append(self.depth[node] + 1)
            self.above.append((node, symbol))
        return child

    def find(self, symbols: Iterable[int]) -> int | None:
        """The node of a beginning, or None."""
        node: int | None = 0
        for symbol in symbols:
            node = None if node is None else self.children[node].get(int(symbol))
        return node

    def spelt(self, node: int) -> list[int]:
        """The symbols that lead to a node."""
        found = []
        while node:
            node, symbol = self.above[node]
            found.append(symbol)
        return found[::-1]


class Lexicon(Guide):
    """Only words of a list, with separators between them.

    Args:
        words: Each as its symbols.
        classes: K.
        separator: The class between words; None allows a single word.
    """

    def __init__(self, words: Iterable[Sequence[int]], classes: int, separator: int | None) -> None:
        self.trie = Trie(words)
        self.classes = classes
        self.separator = separator

    def start(self) -> int:
        """The beginning of a word."""
        return 0

    def weights(self, state: Any) -> Weights:
        """Nothing for what goes on with a word or ends one, all else is forbidden."""
        weights = np.full(self.classes, -np.inf)
        weights[list(self.trie.children[state])] = 0.0
        if self.separator is not None and state in self.trie.entry:
            weights[self.separator] = 0.0
        return weights

    def next(self, state: Any, symbol: int) -> int:
        """On with the word, or a new one."""
        return 0 if symbol == self.separator else self.trie.children[state][symbol]

    def end(self, state: Any) -> float:
        """A text may end with a whole word, or as nothing."""
        return 0.0 if state in self.trie.entry or state == 0 else -np.inf


class Phrases(Guide):
    """Phrases that are favoured: each of their symbols is worth something as long as a phrase may still come.

    What was given for a beginning is taken back when the phrase does not come; what a whole phrase got it keeps.

    Args:
        phrases: Each as its symbols, separators between words included.
        classes: K.
        weight: Of each symbol of a phrase, a natural logarithm.
        separator: The class between words: phrases begin behind it; None lets them begin anywhere.
    """

    def __init__(
        self, phrases: Iterable[Sequence[int]], classes: int, weight: float, separator: int | None = None
    ) -> None:
        self.trie = Trie(phrases)
        self.classes = classes
        self.weight = weight
        self.separator = separator
        self._values = self._owed()

    def _owed(self) -> list[float]:
        """What must be taken back at each node: the weight of the symbols behind the last whole phrase on the way."""
        owed = [0.0] * len(self.trie.children)
        for node, children in enumerate(self.trie.children):
            for child in children.values():
                owed[child] = 0.0 if child in self.trie.entry else owed[node] + self.weight
        return owed

    def start(self) -> int:
        """A phrase may begin."""
        return 0

    def weights(self, state: Any) -> Weights:
        """The weight of going on with a phrase; for all else, what was given so far is taken back."""
        owed = 0.0 if state is None else self._values[state]
        weights = np.full(self.classes, -owed)
        for symbol in self._beginnings(state):
            weights[symbol] = self.weight - owed
        if state is not None:
            weights[list(self.trie.children[state])] = self.weight
        return weights

    def _beginnings(self, state: Any) -> list[int]:
        """Symbols with which a phrase may begin here."""
        return list(self.trie.children[0]) if self.separator is None else []

    def next(self, state: Any, symbol: int) -> int | None:
        """The node of the longest phrase that may still come; None where none may before the next separator."""
        child: int | None = None if state is None else self.trie.children[state].get(symbol)
        if child is not None:
            return child
        if symbol == self.separator:
            return 0
        if self.separator is not None:
            return None
        again: int = self.trie.children[0].get(symbol, 0)
        return again

    def end(self, state: Any) -> float:
        """A phrase that was not finished is taken back."""
        return 0.0 if state is None else -self._values[state]
