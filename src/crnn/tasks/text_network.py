"""The network for texts: its size, what it is made of, and the tables in front of it."""

from __future__ import annotations

import copy

import torch

from crnn.nn.embedding import Embedding, Linear
from crnn.spec import BranchSpec, ConvSpec, HeadSpec, NetworkSpec, RecurrentSpec
from crnn.text.vectors import WordVectors
from crnn.text.vocabulary import Vocabulary

WIDTHS = (32, 64, 96, 128)
"""Features of a step, by size; also channels of each branch and units of each direction."""

MOST_WIDE = 32
"""Labels up to which a linear model stands beside the network: its table has a column for each."""

MOST_GRAMS = 40_000
"""N-grams that have a vector, the commonest; the linear model knows them all."""

LEANING = 0.35
"""Share of the linear model beside a network whose word vectors stand alone: it generalises better than others do."""

HIDDEN = 0.3
"""Share of a step's features that is dropped in training."""


def described(size: int, wide: int, alone: bool = False) -> NetworkSpec:
    """Branches of two widths, a bidirectional LSTM over them, two summaries; a linear model's scores go past it all.

    Args:
        size: Place among `WIDTHS`.
        wide: Scores of the linear model, or 0.
        alone: Whether vectors of others stand alone.
    """
    width = WIDTHS[size]
    return NetworkSpec(
        convolutions=(BranchSpec(tuple(ConvSpec(width, kernel=kernel) for kernel in (1, 3))),),
        recurrent=RecurrentSpec(units=width, bidirectional=True, input_dropout=0.2),
        head=HeadSpec(summary=("max", "mean"), dropout=0.5),
        dimensions=1,
        wide=wide,
        wide_share=LEANING if alone else NetworkSpec.wide_share,
    )


def vector_rows(vocabulary: Vocabulary) -> int:
    """Numbers of a vocabulary that have a vector, with that of nothing."""
    return min(len(vocabulary), 1 + len(vocabulary.words) + MOST_GRAMS)


def front(
    vocabulary: Vocabulary, width: int, linear: Linear | None, words: WordVectors | None, alone: bool
) -> Embedding:
    """The tables of words and n-grams, with a copy of what was solved and read beside them.

    Args:
        vocabulary: Says the numbers of each step.
        width: Features of a step for the network.
        linear: The model beside it, or None.
        words: Word vectors of others, or None.
        alone: Whether nothing is trained beside those of whole words.
    """
    spec = vocabulary.spec
    own = copy.deepcopy(linear)
    meanings = None if words is None else torch.from_numpy(words.table).half()
    apart = torch.from_numpy(words.whole) if alone and words is not None else None
    rows, common = vector_rows(vocabulary), vocabulary.common
    return Embedding(rows, spec.slots, width, HIDDEN, spec.pieces, common, own, meanings, apart)
