"""The front end of texts: from the numbers of each step to features, by tables that are trained with the network."""

from __future__ import annotations

from typing import TypeVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from crnn.padded import Padded

Steps = TypeVar("Steps", int, Tensor)


class Embedding(nn.Module):
    """Numbers ``(B, T, slots)`` to features ``(B, T, width + wide)``; 0 and below stand for nothing.

    The first `width` features are the sum of the vectors of a step's slots over the root of their number, so that a
    word with many character n-grams is no louder than one with few. The last `wide` are what each step adds to a
    weighted bag of everything in the sample, weights scaled to length one, as in TF-IDF: with `NetworkSpec.wide` they
    reach the scores directly, as in a linear model (Joulin et al. 2017, arXiv:1607.01759; Cheng et al. 2016,
    arXiv:1606.07792).

    Both are bags in one fused call each; no vector is copied for each slot.

    Args:
        rows: Numbers there are, with that of nothing.
        slots: Numbers of a step.
        width: Features of the first kind.
        wide: Features of the second kind.
        dropout: Share of the first kind dropped in training.
        importance: Weight of every row in the bag, ``(rows,)``; all alike by default.
        pieces: So many of the last slots tell of parts of what the first slot tells of.
        common: Numbers of the first slot up to here are known well: the network does not look at their parts, only the
            bag does.
    """

    GAIN = 10.0
    """How much the bag's table moves the scores: it learns so many times as fast as the rest."""

    SPREAD = 0.1
    """Standard deviation of the first vectors."""

    importance: Tensor

    def __init__(
        self,
        rows: int,
        slots: int,
        width: int,
        wide: int = 0,
        dropout: float = 0.0,
        importance: Tensor | None = None,
        pieces: int = 0,
        common: int = 0,
    ) -> None:
        super().__init__()
        self.pieces, self.common = pieces, common
        self.slots = slots
        self.dropout = nn.Dropout(dropout)
        self.vectors = nn.Parameter(torch.empty(rows, width).normal_(0.0, self.SPREAD))
        self.bag = nn.Parameter(torch.zeros(rows, wide)) if wide else None
        self.register_buffer("importance", torch.ones(rows) if importance is None else importance.clone())

    @property
    def sample_shape(self) -> tuple[int, ...]:
        """Shape of a sample to show the network's shapes for."""
        return (20, self.slots)

    def frames(self, steps: Steps) -> Steps:
        """Steps of features: as many as of numbers."""
        return steps

    def forward(self, x: Padded) -> Padded:
        """Map ``(B, T, slots)`` to ``(B, T, width + wide)``."""
        ids = x.filled(0.0).data.to(torch.int64).clamp_min(0)
        rows, steps, slots = ids.shape
        flat = self._seen(ids.reshape(-1, slots))
        found = F.embedding_bag(flat, self.vectors, mode="sum", padding_idx=0)
        count = (flat > 0).sum(1, keepdim=True).clamp_min(1)
        features = self.dropout(found * count.to(found.dtype).rsqrt()).reshape(rows, steps, -1)
        if self.bag is None:
            return x.with_data(features)
        return x.with_data(torch.cat([features, self._bag(ids)], dim=2))

    def _seen(self, flat: Tensor) -> Tensor:
        """What the network looks at: no parts of what is well known."""
        if not (self.pieces and self.common):
            return flat
        known = (flat[:, :1] > 0) & (flat[:, :1] <= self.common)
        parts = flat[:, -self.pieces :].masked_fill(known, 0)
        return torch.cat([flat[:, : -self.pieces], parts], dim=1)

    def _bag(self, ids: Tensor) -> Tensor:
        """What each step adds to the sample's weighted bag, ``(B, T, wide)``."""
        assert self.bag is not None
        weights = self.importance[ids] * (ids > 0)
        length = weights.flatten(1).norm(dim=1).clamp_min(1e-6)
        weights = weights * (self.GAIN / length)[:, None, None]
        added = F.embedding_bag(
            ids.flatten(0, 1), self.bag, mode="sum", padding_idx=0, per_sample_weights=weights.flatten(0, 1)
        )
        return added.reshape(*ids.shape[:2], -1)
