"""The way past the network: features that are summed over time are the scores of a linear model beside it."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

from crnn.padded import Padded


class Wide(nn.Module):
    """A linear model that the front end has solved, and the mean of its scores and the network's.

    In training the network answers alone: next to a model that fits the training samples already it would have nothing
    left to learn. Together they are then better than either (two different learners, Hansen & Salamon 1990).

    Args:
        width: Features that go past the network, one for each score.
        share: Of the linear model in the mean, from 0 to 1.
    """

    def __init__(self, width: int, share: float = 0.5) -> None:
        super().__init__()
        self.width, self.share = width, share

    def split(self, x: Padded) -> tuple[Padded, Padded]:
        """The features ``(B, T, F)`` of the network, and those that go past it."""
        return x.with_data(x.data[:, :, : -self.width]), x.with_data(x.data[:, :, -self.width :])

    def forward(self, x: Padded) -> Tensor:
        """Scores ``(B, 1, K)`` from ``(B, T, K)``."""
        return x.filled(0.0).data.sum(1, keepdim=True)

    def step(self, x: Tensor, state: Tensor | None) -> tuple[Tensor, Any]:
        """Follow a stream ``(B, T, K)``; gives the scores of all so far, ``(B, 1, K)``."""
        total = x.sum(1, keepdim=True)
        total = total if state is None else state + total
        return total, total

    def joined(self, deep: Tensor, wide: Tensor) -> Tensor:
        """Scores of both ``(B, 1, K)``; in training the network's alone."""
        return deep if self.training else (1 - self.share) * deep + self.share * wide
