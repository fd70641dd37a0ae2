"""Augmentations of series: noise, gain, another tempo, missing channels; they change batches ``(B, T, F)`` alike.

Settings are in units of normalised channels: one is the spread of the channel over the training part. Compared for
sensors by Um et al. 2017 (arXiv:1706.00527).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from crnn.augmentation import Augmentation, require, uniform, white
from crnn.padded import Padded

KNOTS = 4
"""Places between which the tempo of a warped sequence changes evenly."""


@dataclass(frozen=True)
class Jitter(Augmentation):
    """Add white noise to every value.

    Args:
        share: Probability that a sample is changed.
        amount: Standard deviation of the noise.
    """

    amount: float = 0.1

    def __post_init__(self) -> None:
        super().__post_init__()
        require(self.amount >= 0, f"amount={self.amount}: give a standard deviation from 0 up")

    def change(self, batch: Padded, generator: torch.Generator) -> Padded:
        """Add noise to every sample."""
        noise = white(generator, tuple(batch.data.shape), batch.data.device).to(batch.data.dtype)
        return batch.with_data(batch.data + self.amount * noise)


@dataclass(frozen=True)
class Scale(Augmentation):
    """Multiply each channel of a sample by a factor of its own, as another sensor or another person would.

    Args:
        share: Probability that a sample is changed.
        amount: Standard deviation of the factors around one.
    """

    amount: float = 0.1

    def __post_init__(self) -> None:
        super().__post_init__()
        require(self.amount >= 0, f"amount={self.amount}: give a standard deviation from 0 up")

    def change(self, batch: Padded, generator: torch.Generator) -> Padded:
        """Scale the channels of every sample."""
        shape = (len(batch), 1, batch.data.shape[2])
        drawn = torch.randn(shape, generator=generator, device=generator.device).to(batch.data)
        return batch.with_data(batch.data * (1.0 + self.amount * drawn))


@dataclass(frozen=True)
class WarpTime(Augmentation):
    """Let time run faster here and slower there, and the whole sequence last longer or shorter.

    Args:
        share: Probability that a sample is changed.
        local: Largest change of tempo at each of a few places, as a factor: 1.5 is between 1/1.5 and 1.5 times.
        whole: Largest change of the length, as a factor; 1 keeps it.
    """

    local: float = 1.3
    whole: float = 1.2

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("local", "whole"):
            factor = getattr(self, name)
            require(1.0 <= factor <= 4.0, f"{name}={factor}: give a factor from 1 to 4")

    def change(self, batch: Padded, generator: torch.Generator) -> Padded:
        """Read every sample at warped places, with linear interpolation."""
        count, features = len(batch), batch.data.shape[2]
        lengths = (batch.lengths * _factors(generator, count, self.whole)).round().long().clamp_min(1)
        places = self._places(batch.lengths, lengths, generator).to(batch.data.device)
        below = places.floor().long()
        above = torch.minimum(below + 1, (batch.lengths - 1).clamp_min(0)[:, None].to(below.device))
        low, high = (batch.data.gather(1, index[:, :, None].expand(-1, -1, features)) for index in (below, above))
        return Padded(torch.lerp(low, high, (places - below)[:, :, None].to(low.dtype)), lengths)

    def _places(self, given: Tensor, wanted: Tensor, generator: torch.Generator) -> Tensor:
        """Where in the given sequence each wanted step is read, ``(B, T')``: rising, from end to end."""
        speeds = _factors(generator, len(given) * KNOTS, self.local).reshape(len(given), KNOTS)
        steps = torch.arange(int(wanted.max()))
        share = (steps / (wanted - 1).clamp_min(1)[:, None]).clamp_max(1.0) * (KNOTS - 1)
        knot = share.long().clamp_max(KNOTS - 2)
        part = share - knot
        left, right = speeds.gather(1, knot), speeds.gather(1, knot + 1)
        # The integral of a tempo that is linear between knots: whole pieces before, and a part of this one.
        pieces = (speeds[:, :-1] + speeds[:, 1:]) / 2
        before = torch.cat([torch.zeros(len(given), 1), pieces.cumsum(1)], dim=1)
        passed = before.gather(1, knot) + part * left + part.square() * (right - left) / 2
        last = (given - 1).clamp_min(0)[:, None]
        return torch.minimum(passed / before[:, -1:] * last, last)


@dataclass(frozen=True)
class DropChannel(Augmentation):
    """Set a few channels to their mean, so that no answer hangs on one sensor alone.

    Args:
        share: Probability that a sample is changed.
        most: Largest share of the channels that is dropped at once; fewer than one channel is none.
    """

    most: float = 0.25

    def __post_init__(self) -> None:
        super().__post_init__()
        require(0.0 <= self.most < 1.0, f"most={self.most}: give a share from 0 up to, but not including, 1")

    def change(self, batch: Padded, generator: torch.Generator) -> Padded:
        """Drop channels of every sample."""
        features = batch.data.shape[2]
        count = int(self.most * features)
        if count == 0:
            return batch
        ranks = uniform(generator, len(batch) * features, 0.0, 1.0).reshape(len(batch), features).argsort(1).argsort(1)
        dropped = uniform(generator, len(batch), 0.0, 1.0).mul(count).long() + 1
        hidden = (ranks < dropped[:, None]).to(batch.data.device)
        return batch.with_data(batch.data.masked_fill(hidden[:, None, :], 0.0))


def _factors(generator: torch.Generator, count: int, most: float) -> Tensor:
    """Factors from 1 / most to most, even on a logarithmic scale."""
    reach = float(torch.tensor(most).log())
    return uniform(generator, count, -reach, reach).exp()
