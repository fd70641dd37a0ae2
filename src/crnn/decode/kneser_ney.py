"""Training n-gram models: interpolated modified Kneser-Ney smoothing (Chen & Goodman 1998)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from crnn.decode.language_model import IMPOSSIBLE, Floats64, Level, NGram
from crnn.decode.spelling import Numbers
from crnn.errors import DataError, SpecError

FALLBACK = (0.5, 1.0, 1.5)
"""Discounts where the counts of counts give none, as in very small or very regular texts."""

MOST_ORDER = 10


def train(sentences: Sequence[Sequence[int]], order: int, size: int, *, start: int, end: int, unknown: int) -> NGram:
    """An n-gram model of some sentences.

    Lower orders count in how many different contexts an n-gram came, not how often; n-grams at the start of a sentence,
    which have no context before them, keep their counts. Every probability is interpolated with that of the shorter
    context, the shortest with an even share for each token, so that unknown ones have some too.

    Args:
        sentences: Token numbers, without start and end.
        order: Longest n-gram.
        size: Tokens V, the three special ones among them.
        start: Token put before each sentence.
        end: Token put behind it.
        unknown: Token of everything not seen.

    Raises:
        DataError: no sentences.
        SpecError: an order below 1 or above `MOST_ORDER`.
    """
    if not 1 <= order <= MOST_ORDER:
        raise SpecError(
            f"order={order}: give a whole number from 1 to {MOST_ORDER}; 6 is usual for characters, 3 for words"
        )
    if not any(len(tokens) for tokens in sentences):
        raise DataError("there are no texts to learn a language model from: give a file with a sentence a line")
    grams, counts = _counted(sentences, order, start, end)
    order = len(grams)
    for number in range(order - 1):
        counts[number] = _continuations(grams[number], counts[number], grams[number + 1], start)
    levels: list[Level] = []
    lower: Floats64 | None = None
    for number in range(order):
        if number == 0:
            level, gammas = _unigrams(grams[0], counts[0], size, start, unknown)
        else:
            assert lower is not None
            level, gammas = _interpolated(grams[number], counts[number], levels[-1], lower)
            levels[-1] = Level(levels[-1].grams, levels[-1].log_probs, gammas)
        levels.append(level)
        lower = np.exp(level.log_probs)
    return NGram(levels, size, start=start, end=end, unknown=unknown)


def _counted(
    sentences: Sequence[Sequence[int]], order: int, start: int, end: int
) -> tuple[list[Numbers], list[NDArray[np.int64]]]:
    """Every n-gram of each order, sorted, with its count."""
    framed = [np.array([start, *tokens, end], dtype=np.int64) for tokens in sentences]
    text = np.concatenate(framed)
    owner = np.repeat(np.arange(len(framed)), [len(item) for item in framed])
    grams, counts = [], []
    for length in range(1, order + 1):
        if length > len(text):
            break
        windows = np.lib.stride_tricks.sliding_window_view(text, length)
        whole = owner[: len(windows)] == owner[length - 1 :]
        if not whole.any():
            break
        found, times = np.unique(windows[whole], axis=0, return_counts=True)
        grams.append(found)
        counts.append(times.astype(np.int64))
    return grams, counts


def _continuations(grams: Numbers, raw: NDArray[np.int64], longer: Numbers, start: int) -> NDArray[np.int64]:
    """In how many contexts each n-gram came; its plain count where it begins a sentence."""
    _, times = np.unique(longer[:, 1:], axis=0, return_counts=True)
    first = grams[:, 0] == start
    counts = raw.copy()
    counts[~first] = times
    return counts


def _discounts(counts: NDArray[np.int64]) -> Floats64:
    """What is taken off counts of 0, 1, 2, and 3 or more."""
    once, twice, thrice, four = (int((counts == number).sum()) for number in (1, 2, 3, 4))
    if min(once, twice, thrice, four) == 0:
        return np.array([0.0, *FALLBACK])
    share = once / (once + 2 * twice)
    found = np.array([0.0, 1 - 2 * share * twice / once, 2 - 3 * share * thrice / twice, 3 - 4 * share * four / thrice])
    legal = (found[1:] > 0).all() and (found[1:] < np.arange(1, 4)).all()
    return found if legal else np.array([0.0, *FALLBACK])


def _unigrams(grams: Numbers, counts: NDArray[np.int64], size: int, start: int, unknown: int) -> tuple[Level, Floats64]:
    """Every token, with what is left shared evenly among all that can come."""
    times = np.zeros(size, dtype=np.int64)
    times[grams[:, 0]] = counts
    times[start] = 0
    times[unknown] = 0
    taken = _discounts(times[times > 0])[np.minimum(times, 3)]
    total = times.sum()
    shares = (times - taken) / total + taken.sum() / total / (size - 1)
    logs = np.log(shares)
    logs[start] = IMPOSSIBLE * np.log(10)
    return Level(np.arange(size)[:, None], logs, np.zeros(size)), np.zeros(size)


def _interpolated(grams: Numbers, counts: NDArray[np.int64], below: Level, lower: Floats64) -> tuple[Level, Floats64]:
    """The n-grams of an order, and the back-off weights of those one shorter."""
    contexts, ends = _rows_in(below.grams, grams[:, :-1]), _rows_in(below.grams, grams[:, 1:])
    taken = _discounts(counts)[np.minimum(counts, 3)]
    size = len(below.grams)
    totals = np.bincount(contexts, weights=counts, minlength=size)
    left = np.bincount(contexts, weights=taken, minlength=size)
    gammas = np.divide(left, totals, out=np.ones(size), where=totals > 0)
    shares = (counts - taken) / totals[contexts] + gammas[contexts] * lower[ends]
    return Level(grams, np.log(shares), np.zeros(len(grams))), np.log(gammas)


def _rows_in(known: Numbers, wanted: Numbers) -> NDArray[np.int64]:
    """The row in `known`, sorted and complete, of each of `wanted`."""
    _, places = np.unique(np.concatenate([known, wanted]), axis=0, return_inverse=True)
    rows: NDArray[np.int64] = places.reshape(-1)[len(known) :]
    return rows
