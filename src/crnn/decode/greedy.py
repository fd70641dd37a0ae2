"""Greedy decoding of CTC: the likeliest class of each step, repeats taken once, blanks left out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from crnn.decode.spelling import Numbers, Spelling
from crnn.spec import BLANK


def greedy(log_probs: NDArray[np.floating], temperature: float = 1.0) -> Spelling:
    """The sequence that the likeliest classes spell, with places and confidences.

    Args:
        log_probs: ``(T, K)`` log-probabilities of one sample, class 0 the blank.
        temperature: That calibrates the confidences; it changes no symbol.

    Example:
        >>> found = greedy(np.log([[0.1, 0.9], [0.2, 0.8], [0.9, 0.1], [0.4, 0.6]]))
        >>> found.symbols.tolist(), found.starts.tolist(), found.ends.tolist(), found.confidences.round(2).tolist()
        ([1, 1], [0, 3], [2, 4], [0.9, 0.6])
    """
    path = np.asarray(log_probs).argmax(axis=1)
    starts, ends = runs(path)
    starts, ends = (places[path[starts] != BLANK] for places in (starts, ends))
    if len(starts) == 0:
        return Spelling(path[starts], starts, ends, np.zeros(0))
    best = tempered(log_probs, temperature)[np.arange(len(path)), path]
    confidences = np.maximum.reduceat(np.append(best, 0.0), np.stack([starts, ends], axis=1).ravel())[::2]
    return Spelling(path[starts].astype(np.int64), starts, ends, confidences)


def greedy_symbols(log_probs: NDArray[np.floating], lengths: Numbers) -> list[Numbers]:
    """The sequences alone, for a whole batch: what is measured after each epoch.

    Args:
        log_probs: ``(B, T, K)``.
        lengths: ``(B,)`` valid steps.
    """
    paths = np.asarray(log_probs).argmax(axis=2)
    keep = paths != BLANK
    keep[:, 1:] &= paths[:, 1:] != paths[:, :-1]
    keep &= np.arange(paths.shape[1]) < np.asarray(lengths)[:, None]
    return [path[kept].astype(np.int64) for path, kept in zip(paths, keep, strict=True)]


def runs(path: NDArray[np.integer]) -> tuple[Numbers, Numbers]:
    """First step of each run of equal values in ``(T,)``, and the step behind its last.

    Example:
        >>> [ends.tolist() for ends in runs(np.array([0, 0, 3, 0]))]
        [[0, 2, 3], [2, 3, 4]]
    """
    if len(path) == 0:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    changes = np.flatnonzero(path[1:] != path[:-1]) + 1
    return np.append(0, changes).astype(np.int64), np.append(changes, len(path)).astype(np.int64)


def tempered(log_probs: NDArray[np.floating], temperature: float = 1.0) -> NDArray[np.float64]:
    """Probabilities ``(T, K)`` at a temperature: above 1 less sure, below 1 surer (arXiv:1706.04599)."""
    logs = np.asarray(log_probs, dtype=np.float64) / temperature
    if temperature == 1.0:
        return np.exp(logs)
    shares: NDArray[np.float64] = np.exp(logs - logs.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    return shares
