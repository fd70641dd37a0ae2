"""The way past the network: the sum of some features over time, straight to the scores, as in a linear model."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

from crnn.padded import Padded


class Wide(nn.Module):
    """Adds a linear map of summed features to the scores, so that the network is never worse than one.

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

    def step(self, x: Tensor, state: Tensor | None) -> tuple[Tensor, Any]:
        """Follow a stream ``(B, T, width)``; gives the scores of all so far, ``(B, 1, K)``."""
        total = x.sum(1) if state is None else state + x.sum(1)
        return self.scores(total)[:, None], total
