"""What a network for texts must beat: TF-IDF with a linear model. The only file that knows scikit-learn."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from crnn.errors import DataWarning, MissingExtraError

NAME = "TF-IDF + linear"

MOST_LABELS = 200
"""With more labels a linear model of each takes longer than the network."""


def answers(
    train: Sequence[Sequence[str]], sides: NDArray[np.float32], judged: Sequence[Sequence[str]], *, several: bool
) -> dict[str, Tensor]:
    """Predictions ``(N, K)`` of a linear support-vector machine on TF-IDF; empty, with a warning, without scikit-learn.

    Single tokens and their n-grams (pairs of words; up to four characters of scripts without spaces), with logarithmic
    counts: a rule that is hard to beat (Wang & Manning 2012). Its margins are put through a softmax, or a sigmoid, to
    be like probabilities.

    Args:
        train: Tokens of each training text.
        sides: Which labels each has, ``(N, K)`` zeros and ones.
        judged: Tokens of each text to answer.
        several: Whether a text may have several labels.
    """
    if sides.shape[1] > MOST_LABELS:
        return {}
    try:
        from sklearn.feature_extraction.text import TfidfVectorizer  # an extra
        from sklearn.svm import LinearSVC
    except ImportError:
        missing = MissingExtraError("the row TF-IDF + linear beside the network", "baselines")
        warnings.warn(str(missing), DataWarning, stacklevel=2)
        return {}
    letters = np.mean([len(token) for tokens in train[:1000] for token in tokens] or [1])
    longest = 2 if letters > 1.5 else 4
    vectorizer = TfidfVectorizer(analyzer=_as_given, sublinear_tf=True, dtype=np.float32)
    shape = [vectorizer.fit_transform(_grams(tokens, longest) for tokens in train)]
    shape.append(vectorizer.transform(_grams(tokens, longest) for tokens in judged))
    margins = np.full((len(judged), sides.shape[1]), -1.0)
    for number, held in enumerate(sides.T):
        if 0 < held.sum() < len(held):
            machine: Any = LinearSVC(C=1.0).fit(shape[0], held.astype(np.int64))
            margins[:, number] = machine.decision_function(shape[1])
    found = torch.from_numpy(margins)
    return {NAME: torch.sigmoid(4 * found) if several else (4 * found).softmax(1)}


def _as_given(grams: list[str]) -> list[str]:
    return grams


def _grams(tokens: Sequence[str], longest: int) -> list[str]:
    """All n-grams of up to `longest` tokens."""
    return [" ".join(tokens[at : at + size]) for size in range(1, longest + 1) for at in range(len(tokens) - size + 1)]
