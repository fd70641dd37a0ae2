"""Forced alignment: where in time the symbols of a given sequence lie, by the likeliest path of CTC (Viterbi)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from crnn.decode.greedy import runs, tempered
from crnn.decode.spelling import Numbers, Spelling, nothing
from crnn.errors import ShapeError
from crnn.spec import BLANK


def align(log_probs: NDArray[np.floating], symbols: Sequence[int] | Numbers, temperature: float = 1.0) -> Spelling:
    """Lay a sequence on the steps where it fits best.

    Args:
        log_probs: ``(T, K)`` log-probabilities of one sample, class 0 the blank.
        symbols: ``(U,)`` classes from 1 to K - 1, decoded or given.
        temperature: That calibrates the confidences.

    Raises:
        ShapeError: the steps are too few to spell the sequence, or a symbol is out of range.

    Example:
        >>> found = align(np.log([[0.1, 0.9], [0.6, 0.4], [0.2, 0.8]]), [1, 1])
        >>> found.starts.tolist(), found.ends.tolist()
        ([0, 2], [1, 3])
    """
    given = np.asarray(symbols, dtype=np.int64)
    if len(given) == 0:
        return nothing()
    _check(np.asarray(log_probs), given)
    states = np.full(2 * len(given) + 1, BLANK)
    states[1::2] = given
    path = _best_path(np.asarray(log_probs, dtype=np.float64)[:, states], states)
    starts, ends = runs(path)
    spoken = path[starts] % 2 == 1
    starts, ends = starts[spoken], ends[spoken]
    shares = tempered(log_probs, temperature)[np.arange(len(path)), states[path]]
    spans = zip(starts.tolist(), ends.tolist(), strict=True)
    return Spelling(given, starts, ends, np.array([shares[start:end].max() for start, end in spans]))


def _check(log_probs: NDArray[np.floating], symbols: Numbers) -> None:
    steps, classes = log_probs.shape
    if symbols.min() <= BLANK or symbols.max() >= classes:
        raise ShapeError(f"symbols from {symbols.min()} to {symbols.max()} were given: they must be 1 to {classes - 1}")
    needed = len(symbols) + int((symbols[1:] == symbols[:-1]).sum())
    if steps < needed:
        raise ShapeError(
            f"{len(symbols)} symbols need {needed} steps, {steps} are there: give a shorter text, or less pooling"
        )


def _best_path(emitted: NDArray[np.float64], states: Numbers) -> Numbers:
    """The likeliest way through blanks and symbols: ``(T, S)`` to the state at each step ``(T,)``."""
    steps, count = emitted.shape
    may_skip = np.zeros(count, dtype=bool)
    may_skip[3::2] = states[3::2] != states[1:-2:2]
    barred = np.where(may_skip, 0.0, -np.inf)
    scores = np.full(count + 2, -np.inf)  # two in front, so that moves from before the first state are there and lost
    scores[2:4] = emitted[0, :2]
    moves = np.zeros((steps, count), dtype=np.int8)
    options = np.empty((3, count))
    for step in range(1, steps):
        options[0], options[1] = scores[2:], scores[1:-1]
        np.add(scores[:-2], barred, out=options[2])
        moves[step] = options.argmax(axis=0)
        np.add(options.max(axis=0), emitted[step], out=scores[2:])
    path = np.empty(steps, dtype=np.int64)
    path[-1] = count - 1 if scores[-1] >= scores[-2] else count - 2
    for step in range(steps - 1, 0, -1):
        path[step - 1] = path[step] - moves[step, path[step]]
    return path
