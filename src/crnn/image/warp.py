"""Other shapes of a line: another width, height, lean and slope, and the wobble of a hand, in one resampling."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from crnn.augmentation import Augmentation, require, require_range, uniform
from crnn.padded import Padded


@dataclass(frozen=True)
class Affine(Augmentation):
    """Wider or narrower, higher or lower, leaning, sloping, moved up or down; widths change.

    All is one resampling with linear interpolation, and elastic wobble may go with it: see `Elastic`, which is the
    same without what is straight.

    Args:
        share: Probability that a sample is changed.
        width: Least and most factor of the width.
        height: Least and most factor of the height, about the middle.
        lean: Most shear, in pixels sideways for each pixel up.
        slope: Most rise over the whole line, as a share of its height.
        move: Most shift up or down, as a share of the height.
        wobble_px: Typical displacement by the elastic warp (Simard et al. 2003), in pixels.
        spacing_px: Distance between the points that the elastic warp displaces; what lies between follows smoothly.
        together: One factor of the width for all lines that are changed, so that lines of one length stay so, which
            saves the network the padding.
    """

    width: tuple[float, float] = (0.85, 1.2)
    height: tuple[float, float] = (0.8, 1.05)
    lean: float = 0.3
    slope: float = 0.08
    move: float = 0.06
    wobble_px: float = 0.0
    spacing_px: int = 24
    together: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("width", "height"):
            given = getattr(self, name)
            require_range(name, given)
            require(given[0] >= 0.25 and given[1] <= 4.0, f"{name}={given}: stay within 0.25 and 4")
        for name in ("lean", "slope", "move", "wobble_px"):
            require(getattr(self, name) >= 0, f"{name}={getattr(self, name)}: give a number from 0 up")
        require(self.spacing_px >= 4, f"spacing_px={self.spacing_px}: give at least 4 pixels")

    def change(self, batch: Padded, generator: torch.Generator) -> Padded:
        """Bend every line ``(T, F)``, T being its width and F its height."""
        count, _, rows = batch.data.shape
        width = uniform(generator, 1 if self.together else count, *self.width).expand(count)
        lengths = (batch.lengths * width).round().long().clamp_min(1)
        height = uniform(generator, count, *self.height)
        lean = uniform(generator, count, -self.lean, self.lean)
        slope = uniform(generator, count, -self.slope, self.slope) * rows
        move = uniform(generator, count, -self.move, self.move) * rows
        # Where each pixel of the result comes from, about the middle of the line.
        columns = int(lengths.max())
        x = torch.arange(columns, dtype=torch.float32)[None, :, None]
        y = torch.arange(rows, dtype=torch.float32)[None, None, :] - (rows - 1) / 2
        stretch, half = (batch.lengths / lengths)[:, None, None], (lengths / 2)[:, None, None]
        drop = slope[:, None, None] * ((x - half) / (2 * half))
        from_x = (x + 0.5) * stretch - 0.5 + lean[:, None, None] * y
        from_y = (y - drop - move[:, None, None]) / height[:, None, None] + (rows - 1) / 2
        places = torch.stack([from_y.expand(count, columns, rows), from_x.expand(count, columns, rows)], dim=-1)
        if self.wobble_px > 0:
            places = places + self._wobble(count, columns, rows, generator)
        return Padded(_sample(batch.data, places.to(batch.data.device)), lengths)

    def _wobble(self, count: int, columns: int, rows: int, generator: torch.Generator) -> Tensor:
        """Smooth random displacements ``(B, T, F, 2)``, along F and along T."""
        coarse = (math.ceil(columns / self.spacing_px) + 2, math.ceil(rows / self.spacing_px) + 2)
        drawn = torch.randn(count, 2, *coarse, generator=generator, device=generator.device).cpu()
        fine = F.interpolate(drawn, size=(columns, rows), mode="bicubic", align_corners=True)
        return fine.permute(0, 2, 3, 1) * self.wobble_px


@dataclass(frozen=True)
class Elastic(Affine):
    """The wobble of a hand alone: see `Affine`."""

    width: tuple[float, float] = (1.0, 1.0)
    height: tuple[float, float] = (1.0, 1.0)
    lean: float = 0.0
    slope: float = 0.0
    move: float = 0.0
    wobble_px: float = 1.5


def _sample(data: Tensor, places: Tensor) -> Tensor:
    """Values of ``(B, T, F)`` at places ``(B, T', F, 2)`` given as (row, column); paper beyond the edges."""
    size = torch.tensor([data.shape[2], data.shape[1]], dtype=torch.float32, device=data.device)
    grid = (places * 2 + 1) / size - 1
    # Behind a line lies its padding, which is paper as well.
    return F.grid_sample(data[:, None], grid, mode="bilinear", padding_mode="zeros", align_corners=False)[:, 0]
