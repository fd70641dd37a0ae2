"""The front end of texts: from the numbers of each step to features, by tables that are trained with the network."""

from __future__ import annotations

from typing import TypeVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from crnn.nn.dropout import Dropout
from crnn.nn.linear import Bags, log_ratios, solve
from crnn.padded import Padded

Steps = TypeVar("Steps", int, Tensor)


class Embedding(nn.Module):
    """Numbers ``(B, T, slots)`` to features ``(B, T, width + wide)``; 0 and below stand for nothing.

    The first `width` features are the sum of the vectors of a step's slots over the root of their number, so that a
    word with many character n-grams is no louder than one with few. Where there are `meanings`, the vector of a further
    slot, which training leaves as it is, is added to that sum or, where it stands `alone`, takes its place. Beside them
    a `Linear` model may stand: the last `wide` features are what each step adds to its scores, which `NetworkSpec.wide`
    takes past the network (as the wide part in Cheng et al. 2016, arXiv:1606.07792).

    Both are bags in one fused call each; no vector is copied for each slot.

    Args:
        rows: Numbers that have a vector, with that of nothing; larger ones are seen by the linear model alone.
        slots: Numbers of a step.
        width: Features of the first kind.
        dropout: Share of the first kind dropped in training.
        pieces: So many of the last slots tell of parts of what the first slot tells of.
        common: Numbers of the first slot up to here are known well: the network does not look at their parts.
        linear: The model beside the network, or None.
        meanings: Vectors that were learnt elsewhere, ``(rows, width)``, with that of nothing, or None.
        alone: Meanings beside which nothing is trained, ``(rows,)``, so that what is known of a word is not covered by
            what few texts say of it (the static vectors of Kim 2014, arXiv:1408.5882); none by default.
    """

    meanings: Tensor | None
    alone: Tensor | None

    SPREAD = 0.1
    """Standard deviation of the first vectors."""

    def __init__(
        self,
        rows: int,
        slots: int,
        width: int,
        dropout: float = 0.0,
        pieces: int = 0,
        common: int = 0,
        linear: Linear | None = None,
        meanings: Tensor | None = None,
        alone: Tensor | None = None,
    ) -> None:
        super().__init__()
        self.slots = slots + (meanings is not None)
        self.pieces, self.common = pieces, common
        self.dropout = Dropout(dropout)
        self.vectors = nn.Parameter(torch.empty(rows, width).normal_(0.0, self.SPREAD))
        self.linear = linear
        self.register_buffer("meanings", meanings)
        self.register_buffer("alone", alone, persistent=False)

    @property
    def sample_shape(self) -> tuple[int, ...]:
        """Shape of a sample to show a network's shapes for."""
        return (20, self.slots)

    def frames(self, steps: Steps) -> Steps:
        """Steps of features: as many as of numbers."""
        return steps

    def forward(self, x: Padded) -> Padded:
        """Map ``(B, T, slots)`` to ``(B, T, width + wide)``."""
        ids = x.filled(0.0).data.to(torch.int64).clamp_min(0)
        if self.meanings is not None:
            ids, words = ids[..., :-1], ids[..., -1]
        flat = self._seen(ids.flatten(0, 1))
        found = F.embedding_bag(flat, self.vectors, mode="sum", padding_idx=0)
        count = (flat > 0).sum(1, keepdim=True).clamp_min(1)
        features = (found * count.to(found.dtype).rsqrt()).reshape(*ids.shape[:2], -1)
        if self.meanings is not None:
            if self.alone is not None:
                features = features.masked_fill(self.alone[words][..., None], 0.0)
            features = features + F.embedding(words, self.meanings).to(features.dtype)
        features = self.dropout(features)
        if self.linear is None:
            return x.with_data(features)
        # In training the network answers alone, and what would go past it is not worth computing.
        past = features.new_zeros(*ids.shape[:2], self.linear.width) if self.training else self.linear(ids)
        return x.with_data(torch.cat([features, past], dim=2))

    def _seen(self, flat: Tensor) -> Tensor:
        """What the network looks at: nothing without a vector, no parts of what is well known."""
        flat = flat.masked_fill(flat >= len(self.vectors), 0)
        if not (self.pieces and self.common):
            return flat
        known = (flat[:, :1] > 0) & (flat[:, :1] <= self.common)
        parts = flat[:, -self.pieces :].masked_fill(known, 0)
        return torch.cat([flat[:, : -self.pieces], parts], dim=1)


class Linear(nn.Module):
    """A linear model of everything in a sample as one weighted bag, weights scaled to length one, as in TF-IDF.

    Args:
        importance: Weight of every number in a bag, ``(rows,)``.
        width: Scores K.
        loudness: Weight of each slot, ``(slots,)``; all alike by default.
    """

    GAIN = 4.0
    """From margins, which are about 1 where the model is sure, to scores as a softmax or a sigmoid takes them."""

    TRUST = 1.0
    """Least trust in a number: the rest is how much likelier it is in texts of the class than in others."""

    STRENGTH = 0.3
    """How much the samples count against the penalty, chosen with the trust on the Chinese sets' dev parts."""

    importance: Tensor
    loudness: Tensor
    table: Tensor
    offset: Tensor

    def __init__(self, importance: Tensor, width: int, loudness: Tensor | None = None) -> None:
        super().__init__()
        self.width = width
        self.register_buffer("loudness", torch.ones(1) if loudness is None else loudness.clone(), persistent=False)
        self.register_buffer("importance", importance.clone())
        self.register_buffer("table", torch.zeros(len(importance), width))
        self.register_buffer("offset", torch.zeros(width))

    def fit(self, samples: list[Tensor], sides: Tensor) -> None:
        """Solve for the table, trusting the more in a number the more it tells of a class (Wang & Manning 2012).

        Args:
            samples: Numbers of each sample, ``(T_i, slots)``.
            sides: ``(N, K)``: 1 where a sample is of the class, -1 where it is not.
        """
        kept = [ids[ids > 0] for ids in samples]
        scaled = [self._weights(ids[None])[0][ids > 0] for ids in samples]
        lengths = torch.tensor([len(ids) for ids in kept])
        bags = Bags(torch.cat(kept), lengths.cumsum(0) - lengths, torch.cat(scaled))
        trust = self.TRUST + log_ratios(bags, sides, len(self.importance)).abs()
        table, offset = solve(bags, sides, trust, self.STRENGTH)
        self.table, self.offset = table * self.GAIN, offset * self.GAIN

    def forward(self, ids: Tensor) -> Tensor:
        """What each step of ``(B, T, slots)`` adds to the scores, ``(B, T, K)``; what is always added, at the first."""
        weights = self._weights(ids).flatten(0, 1)
        added = F.embedding_bag(ids.flatten(0, 1), self.table, mode="sum", padding_idx=0, per_sample_weights=weights)
        added = added.reshape(*ids.shape[:2], -1)
        return torch.cat([added[:, :1] + self.offset, added[:, 1:]], dim=1)

    def _weights(self, ids: Tensor) -> Tensor:
        """Of all numbers ``(B, T, slots)`` in the bag of their sample, of length one."""
        weights: Tensor = self.importance[ids.clamp_min(0)] * (ids > 0) * self.loudness
        length: Tensor = weights.flatten(1).norm(dim=1).clamp_min(1e-6)
        return weights / length[:, None, None]
