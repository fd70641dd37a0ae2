"""The way past the network: the sum of some features over time, straight to scores of its own, as in a linear model."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from crnn.padded import Padded


class Wide(nn.Module):
    """A linear model of summed features beside the network; the scores are the mean of both.

    In training each sample goes one of the two ways by chance, so that either learns to answer alone: trained on their
    sum, the network would fit the samples first and leave the linear model nothing to learn. Together they are then
    better than either (two different learners, Hansen & Salamon 1990).

    Args:
        width: Features that are summed.
        outputs: Scores K.
    """

    def __init__(self, width: int, outputs: int) -> None:
        super().__init__()
        self.width = width
        self.scores = nn.Linear(width, outputs, bias=False)
        nn.init.xavier_uniform_(self.scores.weight)

    def split(self, x: Padded) -> tuple[Padded, Padded]:
        """The features ``(B, T, F)`` of the network, and those that go past it."""
        return x.with_data(x.data[:, :, : -self.width]), x.with_data(x.data[:, :, -self.width :])

    def forward(self, x: Padded) -> Tensor:
        """Scores ``(B, 1, K)`` from ``(B, T, width)``."""
        return self.scores(x.filled(0.0).data.sum(1))[:, None]  # type: ignore[no-any-return]

    def joined(self, deep: Tensor, wide: Tensor) -> Tensor:
        """Scores ``(B, 1, K)`` of both; in training of the one or the other, sample by sample."""
        if not self.training:
            return (deep + wide) / 2
        chosen = torch.rand(len(deep), 1, 1, device=deep.device) < 0.5
        return torch.where(chosen, deep, wide.to(deep.dtype))

    def step(self, x: Tensor, state: Tensor | None) -> tuple[Tensor, Any]:
        """Follow a stream ``(B, T, width)``; gives the scores of all so far, ``(B, 1, K)``."""
        total = x.sum(1) if state is None else state + x.sum(1)
        return self.scores(total)[:, None], total
