"""Changes of the look-back of a training window that leave what comes after it as it was."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from crnn.errors import SpecError
from crnn.padded import Padded


@dataclass(frozen=True)
class Jitter:
    """Noise on the values of the look-back, in shares of the window's own steps from one value to the next.

    Args:
        horizon: Steps at the end of a sample that are no history.
        share: Probability that a window is changed.
        spread: Standard deviation of the noise, as a share of that of the window's differences.
    """

    horizon: int
    share: float = 0.5
    spread: float = 0.1

    def __post_init__(self) -> None:
        if not 0.0 <= self.share <= 1.0 or self.spread < 0:
            raise SpecError(f"share={self.share}, spread={self.spread}: give a probability and a number from 0 up")

    def __call__(self, batch: Padded, generator: torch.Generator) -> Padded:
        """A changed copy; values of the horizon and all other features stay."""
        data = batch.data.clone()
        values = data[:, : -self.horizon, 0]
        size = values.diff(dim=1).std(1, correction=0, keepdim=True) * self.spread
        noise = torch.randn(values.shape, generator=generator, device=generator.device).to(data.device)
        chosen = torch.rand(len(data), 1, generator=generator, device=generator.device).to(data.device) < self.share
        values += noise * size * chosen
        return batch.with_data(data)


@dataclass(frozen=True)
class Forget:
    """A stretch of the look-back is forgotten: it repeats the value before it, as a sensor that hangs.

    Args:
        horizon: Steps at the end of a sample that are no history.
        share: Probability that a window is changed.
        most: Longest stretch, as a share of the look-back.
    """

    horizon: int
    share: float = 0.5
    most: float = 0.1

    def __post_init__(self) -> None:
        if not 0.0 <= self.share <= 1.0 or not 0.0 < self.most <= 1.0:
            raise SpecError(f"share={self.share}, most={self.most}: give shares from 0 to 1")

    def __call__(self, batch: Padded, generator: torch.Generator) -> Padded:
        """A changed copy; values of the horizon and all other features stay."""
        data = batch.data.clone()
        steps = data.shape[1] - self.horizon
        drawn = torch.rand(3, len(data), generator=generator, device=generator.device).to(data.device)
        lengths = (drawn[0] * self.most * steps).long() * (drawn[1] < self.share)
        starts = (drawn[2] * (steps - lengths)).long().clamp_min(1)
        place = torch.arange(steps, device=data.device)[None]
        inside = (place >= starts[:, None]) & (place < (starts + lengths)[:, None])
        data[:, :steps, 0] = data[:, :steps, 0].gather(1, torch.where(inside, starts[:, None] - 1, place))
        return batch.with_data(data)
