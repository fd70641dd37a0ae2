"""The linear model beside a network for texts: empty, solved for training texts, and what it answers by itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from crnn.nn.embedding import Linear
from crnn.text.vocabulary import Vocabulary, VocabularySpec

ALONE = "its linear model alone"
"""The row beside the network of what it answers without its convolutions and its recurrence."""

PIECES = 0.3
"""Weight of a character n-gram beside a word's: there are many of a word, but they tell less."""

MOST_SOLVED = 50_000_000
"""Numbers in the texts that the model is fitted to."""


def empty(vocabulary: Vocabulary, labels: int) -> Linear:
    """A model whose weights come from a file."""
    return Linear(torch.ones(len(vocabulary)), labels, _loudness(vocabulary.spec))


def solved(vocabulary: Vocabulary, texts: Sequence[Sequence[str]], sides: NDArray[np.float32]) -> Linear:
    """A model fitted to texts, to a sample of them where there are very many.

    Args:
        vocabulary: Of these texts.
        texts: Tokens of each.
        sides: Which labels each has, ``(N, K)`` zeros and ones.
    """
    share = min(1.0, MOST_SOLVED / max(sum(map(len, texts)) * vocabulary.spec.slots, 1))
    rows = np.sort(np.random.default_rng(0).permutation(len(texts))[: max(1, int(share * len(texts)))])
    numbers = [vocabulary.numbers(texts[row]) for row in rows]
    found = Linear(torch.from_numpy(vocabulary.weights(numbers)), sides.shape[1], _loudness(vocabulary.spec))
    found.fit([torch.from_numpy(ids) for ids in numbers], torch.from_numpy(2 * sides[rows] - 1))
    return found


def answers(linear: Linear, vocabulary: Vocabulary, texts: Iterable[Sequence[str]], *, several: bool) -> Tensor:
    """Probabilities ``(N, K)`` of texts by the model alone."""
    with torch.no_grad():
        rows = [torch.from_numpy(vocabulary.numbers(tokens).clip(0)) for tokens in texts]
        scores = torch.cat([linear(ids[None].to(linear.table.device)).sum(1).cpu() for ids in rows])
    return scores.sigmoid() if several else scores.softmax(1)


def _loudness(spec: VocabularySpec) -> Tensor:
    """Weight of each slot."""
    return torch.tensor([1.0] * spec.tokens + [PIECES] * spec.pieces)
