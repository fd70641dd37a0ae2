"""From a vector a step to a vector a sample, counting valid steps only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from crnn.padded import Padded
from crnn.registry import Shelf


class Last(nn.Module):
    """The last valid step; of two directions, the last of the forward and the first of the backward half."""

    def __init__(self, width: int, directions: int) -> None:
        super().__init__()
        self.directions = directions

    def forward(self, x: Padded) -> Tensor:
        """Map ``(B, T, D)`` to ``(B, D)``."""
        rows = torch.arange(len(x), device=x.data.device)
        last = x.data[rows, (x.lengths - 1).to(x.data.device)]
        if self.directions == 1:
            return last
        half = x.data.shape[2] // 2
        return torch.cat([last[:, :half], x.data[:, 0, half:]], dim=1)

    def step(self, x: Tensor, state: Tensor | None) -> tuple[Tensor, Any]:
        """Follow a stream; gives the summary so far."""
        latest = x[:, -1] if x.shape[1] else state
        return _started(latest, x), latest


class Mean(nn.Module):
    """The mean over valid steps."""

    def __init__(self, width: int, directions: int) -> None:
        super().__init__()

    def forward(self, x: Padded) -> Tensor:
        """Map ``(B, T, D)`` to ``(B, D)``."""
        count = x.lengths.to(x.data.device)[:, None]
        return x.filled(0.0).data.float().sum(1) / count

    def step(self, x: Tensor, state: tuple[Tensor, int] | None) -> tuple[Tensor, Any]:
        """Follow a stream; gives the summary so far."""
        total, count = state or (x.new_zeros(x.shape[0], x.shape[2]), 0)
        total, count = total + x.sum(1), count + x.shape[1]
        return total / max(count, 1), (total, count)


class Max(nn.Module):
    """The largest value over valid steps, unit by unit."""

    def __init__(self, width: int, directions: int) -> None:
        super().__init__()

    def forward(self, x: Padded) -> Tensor:
        """Map ``(B, T, D)`` to ``(B, D)``."""
        return x.filled(-torch.inf).data.amax(1)

    def step(self, x: Tensor, state: Tensor | None) -> tuple[Tensor, Any]:
        """Follow a stream; gives the summary so far."""
        if x.shape[1]:
            peak = x.amax(1)
            state = peak if state is None else torch.maximum(state, peak)
        return _started(state, x), state


class Attention(nn.Module):
    """A weighted mean whose weights the network learns from each step (additive attention, arXiv:1409.0473)."""

    def __init__(self, width: int, directions: int) -> None:
        super().__init__()
        self.hidden = nn.Linear(width, max(width // 2, 1))
        self.score = nn.Linear(max(width // 2, 1), 1, bias=False)

    def _energy(self, x: Tensor) -> Tensor:
        return self.score(torch.tanh(self.hidden(x))).float()  # type: ignore[no-any-return]

    def forward(self, x: Padded) -> Tensor:
        """Map ``(B, T, D)`` to ``(B, D)``."""
        energy = x.with_data(self._energy(x.data)).filled(-torch.inf).data
        return (x.filled(0.0).data.float() * energy.softmax(1)).sum(1)

    def step(self, x: Tensor, state: tuple[Tensor, Tensor, Tensor] | None) -> tuple[Tensor, Any]:
        """Follow a stream with a running softmax; gives the summary so far."""
        if x.shape[1] == 0:
            summary = x.new_zeros(x.shape[0], x.shape[2]) if state is None else state[0] / state[1]
            return summary, state
        energy = self._energy(x)
        peak = energy.amax(1)
        if state is not None:
            peak = torch.maximum(peak, state[2])
        weight = torch.exp(energy - peak[:, None])
        above, below = (x * weight).sum(1), weight.sum(1)
        if state is not None:
            fade = torch.exp(state[2] - peak)
            above, below = above + state[0] * fade, below + state[1] * fade
        return above / below, (above, below, peak)


class Joined(nn.Module):
    """Several summaries, one behind the other.

    Args:
        names: Of the summaries.
        width: Features D of a step.
        directions: 2 behind a bidirectional stack, else 1.
    """

    def __init__(self, names: Sequence[str], width: int, directions: int) -> None:
        super().__init__()
        self.parts = nn.ModuleList(SUMMARIES[name](width, directions) for name in names)

    def forward(self, x: Padded) -> Tensor:
        """Map ``(B, T, D)`` to ``(B, D × summaries)``."""
        return torch.cat([part(x) for part in self.parts], dim=1)

    def step(self, x: Tensor, state: list[Any] | None) -> tuple[Tensor, Any]:
        """Follow a stream; gives the summary so far."""
        states = state or [None] * len(self.parts)
        found = [part.step(x, own) for part, own in zip(self.parts, states, strict=True)]  # type: ignore[operator]
        return torch.cat([summary for summary, _ in found], dim=1), [own for _, own in found]


def _started(latest: Tensor | None, x: Tensor) -> Tensor:
    return x.new_zeros(x.shape[0], x.shape[2]) if latest is None else latest


SUMMARIES: Shelf[nn.Module] = Shelf("summary", {"last": Last, "mean": Mean, "max": Max, "attention": Attention})
