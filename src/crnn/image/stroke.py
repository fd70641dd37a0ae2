"""Other pens and other scans: thicker and thinner strokes, blur, stains, contrast, grain."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from crnn.augmentation import Augmentation, normal, require, require_range, uniform
from crnn.padded import Padded


@dataclass(frozen=True)
class Thickness(Augmentation):
    """Thicker (dilated) or thinner (eroded) strokes, by part of a pixel on each side.

    Args:
        share: Probability that a sample is changed.
        thin: Most erosion: 1 takes all that is not surrounded by ink.
        thick: Most dilation: 1 adds all that touches ink.
    """

    thin: float = 0.7
    thick: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("thin", "thick"):
            require(0 <= getattr(self, name) <= 1, f"{name}={getattr(self, name)}: give a share from 0 to 1")

    def change(self, batch: Padded, generator: torch.Generator) -> Padded:
        """Mix every line with its dilation or erosion by 3 × 3 pixels."""
        amount = uniform(generator, len(batch), -self.thin, self.thick).to(batch.data)[:, None, None]
        sign = torch.where(amount < 0, -1.0, 1.0)
        # Erosion is dilation of the paper: one pooling serves both.
        grown = F.max_pool2d((batch.data * sign)[:, None], 3, stride=1, padding=1)[:, 0] * sign
        return batch.with_data(torch.lerp(batch.data, grown, amount.abs()))


@dataclass(frozen=True)
class Blur(Augmentation):
    """Out of focus, more along one axis than along the other.

    Args:
        share: Probability that a sample is changed.
        most_px: Widest standard deviation of the Gaussian.
    """

    most_px: float = 1.2

    def __post_init__(self) -> None:
        super().__post_init__()
        require(0 < self.most_px <= 8, f"most_px={self.most_px}: give a number above 0, up to 8")

    def change(self, batch: Padded, generator: torch.Generator) -> Padded:
        """Blur every line along both axes."""
        count, reach = len(batch), math.ceil(2 * self.most_px)
        places = torch.arange(-reach, reach + 1, dtype=torch.float32)
        data = batch.data[None]
        for axis in (0, 1):
            width = uniform(generator, count, 0.1, self.most_px)[:, None]
            kernel = torch.exp(-0.5 * (places / width).square())
            kernel = (kernel / kernel.sum(dim=1, keepdim=True)).to(data)[:, None]
            shape, pad = ((-1, 1), (reach, 0)) if axis == 0 else ((1, -1), (0, reach))
            data = F.conv2d(data, kernel.reshape(count, 1, *shape), padding=pad, groups=count)
        return batch.with_data(data[0])


@dataclass(frozen=True)
class Stain(Augmentation):
    """Stains, shadows and faded places: smooth blots that darken the paper or lighten the ink.

    Args:
        share: Probability that a sample is changed.
        depth: Darkest stain on the paper, as a share of the ink.
        fade: Most of the ink that a faded place loses.
        spacing_px: Typical size of a blot.
    """

    depth: float = 0.35
    fade: float = 0.5
    spacing_px: int = 40

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("depth", "fade"):
            require(0 <= getattr(self, name) <= 1, f"{name}={getattr(self, name)}: give a share from 0 to 1")
        require(self.spacing_px >= 4, f"spacing_px={self.spacing_px}: give at least 4 pixels")

    def change(self, batch: Padded, generator: torch.Generator) -> Padded:
        """Stain and fade every line."""
        blots = _smooth(batch.data, self.spacing_px, generator)
        darker = blots.clamp_min(0.0) * self.depth
        lighter = 1.0 + blots.clamp_max(0.0) * self.fade
        return batch.with_data((batch.data * lighter + darker).clamp_(0.0, 1.0))


@dataclass(frozen=True)
class Contrast(Augmentation):
    """Paler or stronger ink, another curve between paper and ink, and the grain of paper and camera.

    Args:
        share: Probability that a sample is changed.
        ink: Palest and strongest ink.
        gamma: Least and most exponent: below 1 makes faint marks stronger.
        grain: Most noise, as a share of the ink.
    """

    ink: tuple[float, float] = (0.5, 1.1)
    gamma: tuple[float, float] = (0.7, 1.5)
    grain: float = 0.06

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("ink", "gamma"):
            require_range(name, getattr(self, name))
            require(getattr(self, name)[0] > 0, f"{name}={getattr(self, name)}: give numbers above 0")
        require(0 <= self.grain <= 1, f"grain={self.grain}: give a share from 0 to 1")

    def change(self, batch: Padded, generator: torch.Generator) -> Padded:
        """Change the levels of every line."""
        count, data = len(batch), batch.data
        gamma, ink, grain = (
            uniform(generator, count, *span).to(data)[:, None, None]
            for span in (self.gamma, self.ink, (0.0, self.grain))
        )
        changed = data.clamp_min(0.0).pow(gamma).mul_(ink)
        # One stretch of grain, begun elsewhere for each line, costs a fraction of drawing it for every pixel.
        pattern = normal(generator, (data.shape[1] + 64, data.shape[2]), data.device)
        starts = (uniform(generator, count, 0.0, 64.0)).long().tolist()
        for line, start, amount in zip(changed, starts, grain, strict=True):
            line.addcmul_(pattern[start : start + len(line)], amount)
        return batch.with_data(changed.clamp_(0.0, 1.0))


def _smooth(data: Tensor, spacing_px: int, generator: torch.Generator) -> Tensor:
    """Smooth noise in [-1, 1] of the shape ``(B, T, F)``, with blots of about the spacing."""
    count, columns, rows = data.shape
    coarse = (math.ceil(columns / spacing_px) + 2, math.ceil(rows / spacing_px) + 2)
    drawn = normal(generator, (count, 1, *coarse), data.device)
    fine: Tensor = F.interpolate(drawn, size=(columns, rows), mode="bilinear", align_corners=True)
    return fine[:, 0].clamp_(-1.0, 1.0)
