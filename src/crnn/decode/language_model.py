"""N-gram models in a few flat arrays: a tree of contexts, where a state is a node and a query never builds a string."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crnn.decode.spelling import Numbers
from crnn.errors import DataError

Floats64 = NDArray[np.float64]
ROOT = 0
IMPOSSIBLE = -99.0
"""Logarithm to base 10 that ARPA files write for what never comes, such as the start of a sentence."""


@dataclass(frozen=True)
class Level:
    """All n-grams of one order.

    Args:
        grams: ``(N, n)`` token numbers, the last one the predicted one.
        log_probs: ``(N,)`` natural logarithms.
        backoffs: ``(N,)`` natural logarithms of the weight that shorter contexts get behind this n-gram.
    """

    grams: Numbers
    log_probs: Floats64
    backoffs: Floats64


class NGram:
    """A back-off model of any order over tokens 0 … V - 1.

    Node 0 is the empty context; the others are n-grams, level by level, sorted, so that the children of a node lie side
    by side. A state is the node of the longest context that the model knows.

    Args:
        levels: The n-grams of order 1, 2, …; every context of an n-gram is an n-gram itself.
        size: V.
        start: The token of a sentence's start.
        end: The token of its end.
        unknown: The token that stands for all others.

    Raises:
        DataError: an n-gram whose context is missing, one that is there twice, or no unigrams.
    """

    def __init__(self, levels: Sequence[Level], size: int, *, start: int, end: int, unknown: int) -> None:
        if not levels or len(levels[0].grams) == 0:
            raise DataError("a language model needs unigrams: it has none")
        self.size, self.order = size, len(levels)
        self.start_token, self.end_token, self.unknown_token = start, end, unknown
        levels = [_ordered(level) for level in levels]
        self.levels = levels
        offsets = np.cumsum([1, *(len(level.grams) for level in levels)])
        self._keys: list[Numbers] = []
        parents, suffixes = [np.zeros(1, np.int64)], [np.zeros(1, np.int64)]
        for number, level in enumerate(levels):
            above = self._rows(level.grams[:, :-1])
            if (above < 0).any():
                raise DataError(f"{int((above < 0).sum())} {number + 1}-grams have a context that is no {number}-gram")
            self._keys.append(above * size + level.grams[:, -1])
            if (np.diff(self._keys[-1]) <= 0).any():
                raise DataError(f"a {number + 1}-gram is there twice")
            parents.append(above + (0 if number == 0 else offsets[number - 1]))
            suffixes.append(self._suffixes(level.grams, offsets))
        self.tokens = np.concatenate([[-1], *(level.grams[:, -1] for level in levels)])
        self.log_probs = np.concatenate([[0.0], *(level.log_probs for level in levels)])
        self.backoffs = np.concatenate([[0.0], *(level.backoffs for level in levels)])
        self.suffixes = np.concatenate(suffixes)
        self.longest = int(offsets[-2])
        """The first node of the highest order, whose nodes are no contexts."""
        above = np.concatenate(parents)
        nodes = np.arange(offsets[-1])
        self.first = np.searchsorted(above[1:], nodes, side="left") + 1
        self.last = np.searchsorted(above[1:], nodes, side="right") + 1
        self._base = self._unigrams()

    def _rows(self, grams: Numbers) -> Numbers:
        """Row of each n-gram in its level, or -1; 0 for the empty one."""
        found = np.zeros(len(grams), dtype=np.int64)
        for column in range(grams.shape[1]):
            wanted, keys = found * self.size + grams[:, column], self._keys[column]
            places = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
            found = np.where((found >= 0) & (keys[places] == wanted), places, -1)
        return found

    def _suffixes(self, grams: Numbers, offsets: NDArray[np.int64]) -> Numbers:
        """The node of the longest end of each n-gram that is shorter than it."""
        found = np.full(len(grams), ROOT)
        for cut in range(grams.shape[1] - 1, 0, -1):
            rows = self._rows(grams[:, cut:])
            found = np.where(rows >= 0, rows + offsets[grams.shape[1] - cut - 1], found)
        return found

    def _unigrams(self) -> Floats64:
        """Of every token; one that the model does not name is as likely as the unknown one."""
        named = self.tokens[1 : self.last[ROOT]]
        base = np.full(self.size, IMPOSSIBLE * np.log(10))
        base[named] = self.log_probs[1 : self.last[ROOT]]
        others = np.ones(self.size, dtype=bool)
        others[[*named.tolist(), self.start_token]] = False
        base[others] = base[self.unknown_token]
        return base

    def start(self) -> int:
        """The state at the start of a sentence."""
        return self.next(ROOT, self.start_token)

    def next(self, state: int, token: int) -> int:
        """The state behind a token."""
        while True:
            child = self._child(state, token)
            if child:
                return int(self.suffixes[child]) if child >= self.longest else child
            if state == ROOT:
                return ROOT
            state = int(self.suffixes[state])

    def _child(self, state: int, token: int) -> int:
        first, last = int(self.first[state]), int(self.last[state])
        place = first + int(self.tokens[first:last].searchsorted(token))
        return place if place < last and self.tokens[place] == token else 0

    def row(self, state: int) -> Floats64:
        """Log-probability of each token behind a state, ``(V,)``."""
        chain = [state]
        while chain[-1] != ROOT:
            chain.append(int(self.suffixes[chain[-1]]))
        row = self._base.copy()
        for node in chain[-2::-1]:
            row += self.backoffs[node]
            children = slice(self.first[node], self.last[node])
            row[self.tokens[children]] = self.log_probs[children]
        return row

    def score(self, state: int, token: int) -> float:
        """Log-probability of one token behind a state."""
        total = 0.0
        while state != ROOT:
            child = self._child(state, token)
            if child:
                return total + float(self.log_probs[child])
            total += float(self.backoffs[state])
            state = int(self.suffixes[state])
        return total + float(self._base[token])

    def sentence(self, tokens: Sequence[int]) -> float:
        """Log-probability of a sentence, its end included."""
        state, total = self.start(), 0.0
        for token in (*tokens, self.end_token):
            total += self.score(state, token)
            state = self.next(state, token)
        return total

    def perplexity(self, sentences: Sequence[Sequence[int]]) -> float:
        """Of some sentences, by token, ends counted.

        Raises:
            DataError: there are no sentences.
        """
        if not sentences:
            raise DataError("perplexity needs at least one sentence")
        count = sum(len(tokens) + 1 for tokens in sentences)
        return float(np.exp(-sum(self.sentence(tokens) for tokens in sentences) / count))


def _ordered(level: Level) -> Level:
    order = np.lexsort(level.grams.T[::-1])
    return Level(level.grams[order], level.log_probs[order], level.backoffs[order])
