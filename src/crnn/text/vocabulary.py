"""Tokens to numbers: words learnt from training texts, and hashed n-grams, so that new words mean something too.

Each step of a text has several numbers, its slots: the token, the token n-grams that end there, and the character
n-grams of a word (as in fastText, Bojanowski et al. 2017, arXiv:1607.04606). N-grams are known by a hash of 31 bits, of
which only those that occur in training texts get a row, so that a table holds no row that was never trained.
"""

from __future__ import annotations

import math
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crnn.errors import SpecError
from crnn.spec import Spec
from crnn.text.normalize import is_word

Ids = NDArray[np.int64]

_MASK = 0x7FFFFFFF
_BEFORE = 0x9E3779B1
"""Stands for "no token here" before the first token."""

_UNKNOWN = 1 << 20
"""Numbers for unknown tokens, all negative: two texts that differ in unknown words alone stay two texts."""


@dataclass(frozen=True)
class VocabularySpec(Spec):
    """What a vocabulary keeps.

    Args:
        words: Most words.
        least: Training texts that a word must occur in; a rarer one is known by its character n-grams alone.
        grams: Most rows for n-grams, the commonest first.
        gram_least: Training texts that an n-gram of tokens must occur in.
        piece_least: Training texts that a character n-gram must occur in.
        tokens: Longest token n-gram; 1 for none.
        characters: Shortest and longest character n-gram of a word.
        pieces: Most character n-grams of a word; 0 for none.
        whole: A word of so many training texts is known well enough as a whole; see `Vocabulary.common`.
    """

    words: int = 50_000
    least: int = 2
    grams: int = 200_000
    gram_least: int = 2
    piece_least: int = 2
    tokens: int = 2
    characters: tuple[int, int] = (3, 5)
    pieces: int = 12
    whole: int = 5

    def __post_init__(self) -> None:
        for name in ("words", "least", "gram_least", "piece_least", "tokens", "whole"):
            if getattr(self, name) < 1:
                raise SpecError(f"{name}={getattr(self, name)!r}: give a whole number from 1 up")
        for name in ("grams", "pieces"):
            if getattr(self, name) < 0:
                raise SpecError(f"{name}={getattr(self, name)!r}: give a whole number from 0 up")
        low, high = self.characters
        if not 1 <= low <= high:
            raise SpecError(f"characters={self.characters!r}: give the shortest and the longest length, such as (3, 5)")

    @property
    def slots(self) -> int:
        """Numbers of a step."""
        return self.tokens + self.pieces


class Vocabulary:
    """Words and n-grams by number: 0 is nothing, then the words, then the n-grams.

    Args:
        spec: What it keeps.
        words: In the order of their numbers, from 1 up.
        grams: Hashes of the n-grams that have a row, the commonest first, numbered behind the words.
        common: So many of the first words are known well as wholes; a network need not look at their parts.

    Example:
        >>> spec = VocabularySpec(least=1, gram_least=1, pieces=0)
        >>> vocabulary = Vocabulary.learn([["good", "room"], ["bad", "room"]], spec)
        >>> vocabulary.words, vocabulary.numbers(["good", "room"]).tolist()[0][0]
        (['room', 'bad', 'good'], 3)
    """

    def __init__(
        self, spec: VocabularySpec, words: Sequence[str], grams: Sequence[int] | Ids = (), common: int = 0
    ) -> None:
        self.spec = spec
        self.words = list(words)
        self.grams = np.asarray(grams, dtype=np.int64)
        self._numbers = {word: number for number, word in enumerate(self.words, start=1)}
        self.common = common
        self._order = np.argsort(self.grams)
        self._sorted = self.grams[self._order]
        self._pieces: dict[str, Ids] = {}

    def knows_any(self, tokens: Sequence[str]) -> bool:
        """Whether a word, or an n-gram in one, was in training texts; of a text without words whether a sign was."""
        words = [token for token in tokens if any(map(str.isalpha, token))] or tokens
        return any(word in self._numbers for word in words) or bool((self.numbers(words) > 0).any())

    @classmethod
    def learn(cls, texts: Sequence[Sequence[str]], spec: VocabularySpec | None = None) -> Vocabulary:
        """Count the words and n-grams of training texts, and keep the commonest."""
        spec = spec or VocabularySpec()
        words: Counter[str] = Counter()
        for tokens in texts:
            words.update(set(tokens))
        chosen = sorted((-count, word) for word, count in words.items() if count >= spec.least)[: spec.words]
        common = sum(-count >= spec.whole for count, _ in chosen)
        pieces: dict[str, Ids] = {}
        grams: Counter[int] = Counter()
        parts: Counter[int] = Counter()
        for tokens in texts:
            found = _hashes(tokens, spec, pieces)
            grams.update(np.unique(found[:, : spec.tokens - 1]).tolist())
            parts.update(np.unique(found[:, spec.tokens - 1 :]).tolist())
        grams = Counter({gram: count for gram, count in grams.items() if count >= spec.gram_least})
        grams.update({part: count for part, count in parts.items() if count >= spec.piece_least})
        grams.pop(0, None)
        frequent = sorted((-count, gram) for gram, count in grams.items())[: spec.grams]
        return cls(spec, [word for _, word in chosen], [gram for _, gram in frequent], common)

    def __len__(self) -> int:
        """Rows of a table for all numbers, with that of nothing."""
        return 1 + len(self.words) + len(self.grams)

    def __contains__(self, word: str) -> bool:
        return word in self._numbers

    def numbers(self, tokens: Sequence[str]) -> Ids:
        """The numbers of a text's steps, ``(T, slots)``; below zero for an unknown token, 0 where a slot is empty."""
        ids = np.zeros((len(tokens), self.spec.slots), dtype=np.int64)
        ids[:, 0] = [self._numbers.get(token) or _unknown(token) for token in tokens]
        if self.spec.slots > 1:
            ids[:, 1:] = self._rows_of(_hashes(tokens, self.spec, self._pieces), 0)
        return ids

    def places_in(self, other: Vocabulary) -> Ids:
        """For each of the numbers, ``(rows,)``, that of the same word or n-gram in another vocabulary, or -1."""
        words = [other._numbers.get(word, -1) for word in self.words]
        grams = other._rows_of(self.grams, -1)
        return np.concatenate([[0], words, grams]).astype(np.int64)

    def _rows_of(self, hashes: Ids, missing: int) -> Ids:
        """The rows of n-grams, of the shape of their hashes."""
        if not len(self.grams):
            return np.full_like(hashes, missing)
        place = np.searchsorted(self._sorted, hashes).clip(max=len(self.grams) - 1)
        return np.where(self._sorted[place] == hashes, self._order[place] + 1 + len(self.words), missing)

    def weights(self, texts: Iterable[Ids]) -> NDArray[np.float32]:
        """Inverse document frequency of every row, ``(rows,)``, from the numbers of training texts."""
        counts = np.zeros(len(self), dtype=np.int64)
        documents = 0
        for ids in texts:
            documents += 1
            counts[np.unique(ids[ids > 0])] += 1
        weights = np.log((1 + documents) / (1 + counts)) + 1.0
        weights[0] = 0.0
        return weights.astype(np.float32)

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON."""
        return {"spec": self.spec.to_dict(), "words": self.words, "grams": self.grams.tolist(), "common": self.common}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Vocabulary:
        """Read what `to_dict` wrote."""
        return cls(VocabularySpec.from_dict(data["spec"]), data["words"], data["grams"], data["common"])


def _crc(text: str) -> int:
    return zlib.crc32(text.encode("utf-8", "surrogatepass"))


def _unknown(token: str) -> int:
    return -1 - _crc(token) % _UNKNOWN


def _hashes(tokens: Sequence[str], spec: VocabularySpec, pieces: dict[str, Ids]) -> Ids:
    """Hashes of the token n-grams that end at each step, then of its character n-grams, ``(T, slots - 1)``; 0: none."""
    found = np.zeros((len(tokens), spec.slots - 1), dtype=np.int64)
    if not tokens:
        return found
    if spec.tokens > 1:
        each = np.array([_crc(token) for token in tokens], dtype=np.uint64)
        padded = np.concatenate([np.full(spec.tokens - 1, _BEFORE, dtype=np.uint64), each])
        joined = each.copy()
        for back in range(1, spec.tokens):
            before = padded[spec.tokens - 1 - back : len(padded) - back]
            joined = _mixed(joined, before)
            found[:, back - 1] = joined & np.uint64(_MASK)
    if spec.pieces:
        for step, token in enumerate(tokens):
            if is_word(token):
                if token not in pieces:
                    pieces[token] = _of_word(token, spec)
                own = pieces[token]
                found[step, spec.tokens - 1 : spec.tokens - 1 + len(own)] = own
    return found


def _mixed(left: NDArray[np.uint64], right: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """One hash of two, other than that of the two the other way round (multiplications wrap, on purpose)."""
    with np.errstate(over="ignore"):
        mixed = (left * np.uint64(0x9E3779B97F4A7C15)) ^ (right + np.uint64(0x7F4A7C15))
        mixed = (mixed ^ (mixed >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    return np.asarray(mixed ^ (mixed >> np.uint64(32)))


def _of_word(word: str, spec: VocabularySpec) -> Ids:
    """Hashes of a word's character n-grams, with its ends marked: the shortest first, as far as there is room.

    Of a length that has not room for all, those that are spread evenly over the word.
    """
    marked = f"<{word[:64]}>"
    low, high = spec.characters
    chosen: list[str] = []
    for size in range(low, min(high, len(marked) - 1) + 1):
        grams = [marked[at : at + size] for at in range(len(marked) - size + 1)]
        room = spec.pieces - len(chosen)
        if len(grams) > room:
            step = len(grams) / max(room, 1)
            grams = [grams[math.floor(step * (place + 0.5))] for place in range(room)]
        chosen += grams
    return np.array([(_crc(gram) ^ 0x5BD1E995) & _MASK for gram in chosen], dtype=np.int64)
