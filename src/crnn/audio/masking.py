"""SpecAugment: stretches of time and bands of frequency hidden from the network (Park et al., arXiv:1904.08779)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from crnn.augmentation import Augmentation, require, uniform, whole
from crnn.errors import UnknownNameError
from crnn.padded import Padded

FILLS = ("mean", "zero")


@dataclass(frozen=True)
class MaskTime(Augmentation):
    """Hide `count` stretches of up to `steps` frames, within the valid frames.

    Args:
        share: Probability that a sample is changed.
        steps: Longest stretch.
        count: Stretches.
        most: Largest share of a sample's frames that all stretches together may hide, so short clips stay legible.
        fill: "mean" of the sample over its valid frames and all features, or "zero".
    """

    steps: int = 20
    count: int = 2
    most: float = 0.3
    fill: Literal["mean", "zero"] = "mean"

    def __post_init__(self) -> None:
        super().__post_init__()
        _check(self.steps, self.count, self.fill)
        require(0 <= self.most <= 1, f"most={self.most}: give a share from 0 to 1")

    def change(self, batch: Padded, generator: torch.Generator) -> Padded:
        """Hide stretches of every sample."""
        longest = (batch.lengths * (self.most / self.count)).long().clamp_max(self.steps)
        hidden = _stretches(batch.lengths, longest, self.count, batch.data.shape[1], generator)
        return _hide(batch, hidden.to(batch.data.device)[:, :, None], self.fill)


@dataclass(frozen=True)
class MaskFrequency(Augmentation):
    """Hide `count` ranges of up to `bands` neighbouring features, over all frames.

    Args:
        share: Probability that a sample is changed.
        bands: Widest range; at most half of the features are hidden in all.
        count: Ranges.
        fill: "mean" of the sample over its valid frames and all features, or "zero".
    """

    bands: int = 10
    count: int = 2
    fill: Literal["mean", "zero"] = "mean"

    def __post_init__(self) -> None:
        super().__post_init__()
        _check(self.bands, self.count, self.fill)

    def change(self, batch: Padded, generator: torch.Generator) -> Padded:
        """Hide ranges of every sample."""
        features = batch.data.shape[2]
        sizes = torch.full((len(batch),), features)
        widest = torch.full_like(sizes, min(self.bands, features // (2 * self.count)))
        hidden = _stretches(sizes, widest, self.count, features, generator)
        return _hide(batch, hidden.to(batch.data.device)[:, None, :], self.fill)


@dataclass(frozen=True)
class WarpFrequency(Augmentation):
    """Stretch or squeeze the frequency axis, as another length of the vocal tract does (VTLP, Jaitly & Hinton 2013).

    Args:
        share: Probability that a sample is changed.
        most: Largest shift of a feature, as a share of its place on the axis.
    """

    most: float = 0.08

    def __post_init__(self) -> None:
        super().__post_init__()
        require(0 <= self.most < 1, f"most={self.most}: give a share from 0 up to, but not including, 1")

    def change(self, batch: Padded, generator: torch.Generator) -> Padded:
        """Read every sample's features at places scaled by a random factor, with linear interpolation."""
        features = batch.data.shape[2]
        factors = 1.0 + uniform(generator, len(batch), -self.most, self.most)
        places = (factors[:, None] * torch.arange(features)).clamp_max(features - 1).to(batch.data.device)
        below = places.floor().long()
        above = (below + 1).clamp_max(features - 1)
        share = (places - below)[:, None, :]
        low, high = (batch.data.gather(2, index[:, None, :].expand_as(batch.data)) for index in (below, above))
        return batch.with_data(torch.lerp(low, high, share.to(low.dtype)))


def _stretches(sizes: Tensor, widest: Tensor, count: int, steps: int, generator: torch.Generator) -> Tensor:
    """True in `count` random stretches inside each size ``(B,)``: ``(B, steps)``."""
    places = torch.arange(steps)
    hidden = torch.zeros(len(sizes), steps, dtype=torch.bool)
    for _ in range(count):
        width = whole(generator, widest)
        start = whole(generator, sizes - width)
        hidden |= (places >= start[:, None]) & (places < (start + width)[:, None])
    return hidden


def _hide(batch: Padded, hidden: Tensor, fill: str) -> Padded:
    if fill == "zero":
        return batch.with_data(batch.data.masked_fill(hidden, 0.0))
    count = (batch.lengths * batch.data.shape[2]).clamp_min(1).to(batch.data.device)
    mean = batch.data.sum((1, 2)) / count
    return batch.with_data(torch.where(hidden, mean[:, None, None], batch.data))


def _check(width: int, count: int, fill: str) -> None:
    require(width >= 0, f"the widest mask is {width}: give a whole number from 0 up")
    require(count >= 1, f"count={count}: give a whole number from 1 up")
    if fill not in FILLS:
        raise UnknownNameError("fill", fill, FILLS)
