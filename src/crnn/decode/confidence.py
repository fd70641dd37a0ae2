"""Honest confidences: the temperature at which words that are said to be 90 % sure are right nine times in ten."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from crnn.decode.greedy import greedy
from crnn.decode.spelling import Numbers

TEMPERATURES = np.exp(np.linspace(np.log(0.5), np.log(6.0), 26))
"""Tried one by one: below a half, a validation part without errors would ask for certainty no other data gives."""

FEWEST_WORDS = 20
"""With fewer words than this, or without any wrong one, there is nothing to calibrate by."""


def fit_temperature(
    log_probs: Sequence[NDArray[np.floating]], references: Sequence[Numbers], separator: int | None
) -> float:
    """The temperature at which the confidences of words tell best which words are right (least cross-entropy).

    Args:
        log_probs: ``(T, K)`` for each sample.
        references: The right symbols of each.
        separator: The class between words; None takes a whole sequence as one word.

    Returns:
        1 where there are too few words, or none is wrong, to tell.
    """
    right = np.array([hit for pair in zip(log_probs, references, strict=True) for hit in _hits(*pair, separator)])
    if len(right) < FEWEST_WORDS or right.all():
        return 1.0
    losses = [_cross_entropy(_confidences(log_probs, float(value), separator), right) for value in TEMPERATURES]
    return float(TEMPERATURES[int(np.argmin(losses))])


def matched(found: Sequence[Sequence[int]], wanted: Sequence[Sequence[int]]) -> NDArray[np.bool_]:
    """Which of the words found stand in the reference too, in their order: ``(W,)``.

    Example:
        >>> matched([(1,), (2, 2), (3,)], [(1,), (3,)]).tolist()
        [True, False, True]
    """
    hits = np.zeros(len(found), dtype=bool)
    matcher = SequenceMatcher(None, [tuple(word) for word in found], [tuple(word) for word in wanted], autojunk=False)
    for block in matcher.get_matching_blocks():
        hits[block.a : block.a + block.size] = True
    return hits


def _hits(log_probs: NDArray[np.floating], reference: Numbers, separator: int | None) -> list[bool]:
    found = [word.symbols.tolist() for word in greedy(log_probs).parts(separator)]
    symbols = reference.tolist()
    cuts = [-1, *(place for place, symbol in enumerate(symbols) if symbol == separator), len(symbols)]
    wanted = [symbols[left + 1 : right] for left, right in pairwise(cuts)]
    return [bool(hit) for hit in matched(found, wanted)]


def _confidences(
    log_probs: Sequence[NDArray[np.floating]], temperature: float, separator: int | None
) -> NDArray[np.float64]:
    return np.array([word.confidence for steps in log_probs for word in greedy(steps, temperature).parts(separator)])


def _cross_entropy(shares: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    shares = shares.clip(1e-6, 1 - 1e-6)
    return float(-np.where(right, np.log(shares), np.log1p(-shares)).mean())
