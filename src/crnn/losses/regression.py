"""Losses for values: squared, absolute, Huber, and quantiles."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from crnn.errors import ShapeError, SpecError
from crnn.losses.objective import Objective, Targets, single, weighted_mean
from crnn.losses.targets import as_columns, refuse_non_finite
from crnn.padded import Padded

Values = TypeVar("Values", Tensor, NDArray[np.float64])


class Regression(Objective):
    """Values ``(B, K)``, or ``(B,)`` for one output; a sample's loss is the mean over its values."""

    answers = "values"

    def check(self, targets: Targets, outputs: int) -> None:
        """Refuse what is not ``(B, outputs)`` of finite numbers.

        Raises:
            ShapeError: says what was given and what would be right.
        """
        refuse_non_finite(as_columns(targets, outputs, "regression"), "regression")

    def loss(self, scores: Padded, targets: Targets, weights: Tensor | None = None) -> Tensor:
        """Weighted mean over the samples, in the unit of the targets (squared for `MSE`).

        Raises:
            ShapeError: the network kept its steps or has another width, or the targets do not fit.
        """
        values = self.values(scores)
        each = self.each(values, as_columns(targets, values.shape[1], "regression"))
        return weighted_mean(each.flatten(start_dim=1).mean(dim=1), weights)

    @abstractmethod
    def each(self, values: Tensor, wanted: Tensor) -> Tensor:
        """The loss of each value by itself, before any mean."""

    def values(self, scores: Padded) -> Tensor:
        """The scores as values, ``(B, K, …)`` in float32."""
        return single(scores)

    def link(self, scores: Padded) -> Tensor:
        """The values as they are, ``(B, K)``."""
        return self.values(scores)


@dataclass(frozen=True)
class MSE(Regression):
    """Squared error: estimates the mean; large errors count most."""

    def each(self, values: Tensor, wanted: Tensor) -> Tensor:
        """``(values - wanted)²``."""
        return F.mse_loss(values, wanted, reduction="none")


@dataclass(frozen=True)
class MAE(Regression):
    """Absolute error: estimates the median; outliers count little."""

    def each(self, values: Tensor, wanted: Tensor) -> Tensor:
        """``|values - wanted|``."""
        return F.l1_loss(values, wanted, reduction="none")


@dataclass(frozen=True)
class Huber(Regression):
    """Squared error near zero, absolute error beyond `delta` (Huber 1964).

    Args:
        delta: Where the square turns into a line, in the unit of the (scaled) targets.
    """

    delta: float = 1.0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.delta) and self.delta > 0):
            raise SpecError(f"delta={self.delta!r}: give a number above 0")

    def each(self, values: Tensor, wanted: Tensor) -> Tensor:
        """``e² / 2`` up to `delta`, ``delta · (|e| - delta / 2)`` beyond."""
        return F.huber_loss(values, wanted, reduction="none", delta=self.delta)


@dataclass(frozen=True)
class Quantile(Regression):
    """Pinball loss: one prediction for each level, so that a forecast says how sure it is (Koenker & Bassett 1978).

    Args:
        levels: Shares between 0 and 1, rising: 0.9 is the value that nine of ten outcomes stay below. Without 0.5 the
            single value of a prediction is not the median but what `middle` takes for it.
    """

    levels: tuple[float, ...] = (0.1, 0.5, 0.9)

    def __post_init__(self) -> None:
        rising = all(low < high for low, high in zip(self.levels, self.levels[1:], strict=False))
        if not self.levels or not rising or not all(0 < level < 1 for level in self.levels):
            raise SpecError(f"levels={self.levels!r}: give rising shares between 0 and 1, such as (0.1, 0.5, 0.9)")

    def width(self, outputs: int) -> int:
        """One score for each level of each output."""
        return outputs * len(self.levels)

    def each(self, values: Tensor, wanted: Tensor) -> Tensor:
        """``level · e`` where the outcome e lies above the value, ``(level - 1) · e`` where it lies below."""
        error = wanted[:, :, None] - values
        levels = values.new_tensor(self.levels)
        return torch.maximum(levels * error, (levels - 1) * error)

    def values(self, scores: Padded) -> Tensor:
        """The scores ``(B, outputs · levels)`` as ``(B, outputs, levels)``.

        Raises:
            ShapeError: the network kept its steps, or its width is no multiple of the levels.
        """
        flat = single(scores)
        if flat.shape[1] % len(self.levels):
            raise ShapeError(
                f"the network gives {flat.shape[1]} scores, {len(self.levels)} levels need a multiple of"
                f" {len(self.levels)}: build the head with width(outputs)"
            )
        return flat.reshape(len(flat), -1, len(self.levels))

    def link(self, scores: Padded) -> Tensor:
        """Values ``(B, outputs, levels)``, sorted: a higher level never gives a lower value.

        Sorting never makes the pinball loss larger (Chernozhukov et al. 2010).
        """
        return self.values(scores).sort(dim=-1).values

    def point(self, predictions: Tensor) -> Tensor:
        """The value in the middle, ``(B, outputs)``: see `middle`."""
        return middle(predictions, self.levels)


def middle(quantiles: Values, levels: Sequence[float]) -> Values:
    """One value ``(…)`` for quantiles ``(…, levels)``: the median, and where it is not among them what stands for it.

    That is the mean of the two levels nearest to a half on either side, by how near each is: of 0.05 and 0.95 it lies
    half way. Where all levels lie on one side, it is the nearest.

    Args:
        quantiles: Tensor or array.
        levels: Rising shares between 0 and 1.

    Example:
        >>> middle(torch.tensor([1.0, 3.0]), (0.05, 0.95)).item(), middle(torch.tensor([1.0, 2.0]), (0.5, 0.9)).item()
        (2.0, 1.0)
    """
    above = next((at for at, level in enumerate(levels) if level >= 0.5), len(levels) - 1)
    high = quantiles[..., above]
    if above == 0 or levels[above] <= 0.5:
        return high
    low, share = quantiles[..., above - 1], (0.5 - levels[above - 1]) / (levels[above] - levels[above - 1])
    return low + share * (high - low)
