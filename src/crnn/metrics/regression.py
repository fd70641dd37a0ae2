"""Measures of values: how far predictions lie from what came: in its unit, as a share, or against a naive rule.

Predictions and targets are ``(B, K)``, or ``(B,)`` for one output; sums are kept in float64.
"""

from __future__ import annotations

import dataclasses
import math
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from crnn.errors import NotReadyError, ShapeError, SpecError
from crnn.metrics.measure import Measure, Sums, ratio

TINY = torch.finfo(torch.float64).eps
"""Stands in for a target of zero where one divides by targets, as in scikit-learn."""


def pairs(predictions: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """Both as ``(B, K)`` float64.

    Raises:
        ShapeError: they differ in shape, so that torch would broadcast them to a wrong answer.
    """
    left, right = (values[:, None] if values.dim() == 1 else values for values in (predictions, targets))
    if left.shape != right.shape or left.dim() != 2:
        raise ShapeError(
            f"predictions of shape {tuple(predictions.shape)} and targets of shape {tuple(targets.shape)} do not belong"
            " together: give both as (B, K), or as (B,) for one output"
        )
    return left.double(), right.double()


def naive_error(series: Tensor, season: int = 1) -> float:
    """Mean absolute error of repeating the value of one season ago, over a training series: the scale of MASE.

    Args:
        series: ``(N,)`` or ``(N, K)``, in time order.
        season: Steps of a season; 1 repeats the last value.

    Raises:
        ShapeError: the series is not longer than a season.

    Example:
        >>> naive_error(torch.tensor([1.0, 2.0, 4.0]))
        1.5
    """
    if season < 1 or len(series) <= season:
        raise ShapeError(f"a series of {len(series)} steps with season={season}: give more steps than one season")
    values = series.double()
    return float((values[season:] - values[:-season]).abs().mean())


class _MeanError(Measure[Tensor]):
    """A mean over all values."""

    judges: ClassVar[tuple[str, ...]] = ("values",)
    higher_is_better = False

    def start(self, outputs: int) -> Sums:
        return {"error": torch.tensor(0.0, dtype=torch.float64), "count": torch.tensor(0)}

    def sums(self, predictions: Tensor, targets: Tensor) -> Sums:
        left, right = pairs(predictions, targets)
        return {"error": self.each(left, right).sum(), "count": torch.tensor(left.numel(), device=left.device)}

    def value(self, sums: Mapping[str, Tensor]) -> Tensor:
        return ratio(sums["error"], sums["count"], empty=float("nan"))

    @abstractmethod
    def each(self, predicted: Tensor, wanted: Tensor) -> Tensor:
        """The error of each value."""


@dataclass(frozen=True)
class MeanSquaredError(_MeanError):
    """MSE, in the square of the targets' unit."""

    name = "mse"
    judges = ("values", "labels")

    def each(self, predicted: Tensor, wanted: Tensor) -> Tensor:
        """``e²``."""
        return (predicted - wanted).square()


@dataclass(frozen=True)
class RootMeanSquaredError(MeanSquaredError):
    """RMSE: the root of the mean over all values of all outputs, in the targets' unit."""

    name = "rmse"

    def value(self, sums: Mapping[str, Tensor]) -> Tensor:
        """In the targets' unit."""
        return super().value(sums).sqrt()


@dataclass(frozen=True)
class MeanAbsoluteError(_MeanError):
    """MAE, in the targets' unit."""

    name = "mae"
    judges = ("values", "labels")

    def each(self, predicted: Tensor, wanted: Tensor) -> Tensor:
        """``|e|``."""
        return (predicted - wanted).abs()


@dataclass(frozen=True)
class MeanAbsolutePercentageError(_MeanError):
    """MAPE as a share (0.05 is 5 %). Targets of zero make it huge: take `wape` or `mase` where they occur."""

    name = "mape"

    def applies(self, targets: Tensor) -> bool:
        """Not where a target is zero."""
        return bool((targets != 0).all())

    def each(self, predicted: Tensor, wanted: Tensor) -> Tensor:
        """``|e| / |target|``."""
        return (predicted - wanted).abs() / wanted.abs().clamp_min(TINY)


@dataclass(frozen=True)
class SymmetricMeanAbsolutePercentageError(_MeanError):
    """sMAPE as a share, from 0 to 2, as in the M4 competition (0.14 is 14 %)."""

    name = "smape"

    def each(self, predicted: Tensor, wanted: Tensor) -> Tensor:
        """``2 |e| / (|target| + |prediction|)``; 0 where both are 0."""
        return ratio(2 * (predicted - wanted).abs(), predicted.abs() + wanted.abs())


@dataclass(frozen=True)
class MeanAbsoluteScaledError(_MeanError):
    """MASE: the error against that of repeating the last season; below 1 is better (Hyndman & Koehler 2006).

    Args:
        scale: `naive_error` of the training series, in the targets' unit; `learnt` finds it.
    """

    name = "mase"
    scaled = True
    scale: float | None = None

    def __post_init__(self) -> None:
        if self.scale is not None and not (math.isfinite(self.scale) and self.scale > 0):
            raise SpecError(f"scale={self.scale!r}: give a number above 0; a constant series has no MASE")

    def learnt(self, series: Tensor, season: int = 1) -> MeanAbsoluteScaledError:
        """The same measure with the scale of a training series ``(N,)`` or ``(N, K)``.

        Raises:
            ShapeError: the series is not longer than a season.
            SpecError: the series repeats itself exactly, which leaves nothing to compare with.
        """
        return dataclasses.replace(self, scale=naive_error(series, season))

    def sums(self, predictions: Tensor, targets: Tensor, scales: Tensor | None = None) -> Sums:
        """What a batch adds.

        Args:
            predictions: ``(B, K)``.
            targets: ``(B, K)``.
            scales: ``(B,)``: the scale of each sample's own series, in place of the one scale for all. A sample whose
                scale is NaN or 0 (a constant series) has no MASE and does not count.

        Raises:
            ShapeError: predictions and targets do not belong together.
            NotReadyError: there is no scale.
        """
        if scales is None:
            if self.scale is None:
                raise NotReadyError("mase has no scale yet: call learnt(training_series, season), or give scale=")
            scales = torch.full((len(targets),), self.scale, dtype=torch.float64, device=targets.device)
        left, right = pairs(predictions, targets)
        scales = scales.to(left)
        there = scales.isfinite() & (scales > 0)
        error = (self.each(left, right)[there] / scales[there, None]).sum()
        return {"error": error, "count": there.sum() * left.shape[1]}

    def each(self, predicted: Tensor, wanted: Tensor) -> Tensor:
        """``|e|``, not yet divided by the scale."""
        return (predicted - wanted).abs()


@dataclass(frozen=True)
class Coverage(Measure[Tensor]):
    """The share of targets between the lowest and the highest quantile; with 0.1 and 0.9 it should be 0.8.

    Above is as wrong as below: intervals that hold everything say nothing. NaN where there are no quantiles.
    """

    name = "coverage"
    judges = ("values",)
    higher_is_better = True
    kind = "quantiles"

    def start(self, outputs: int) -> Sums:
        """Nothing inside, nothing seen."""
        return {key: torch.tensor(0) for key in ("inside", "count")}

    def sums(self, predictions: Tensor, targets: Tensor) -> Sums:
        """Targets inside of ``(B, K, levels)``, and targets."""
        if predictions.dim() < 3 or predictions.shape[2] < 2:
            return self.start(0)
        wanted = targets[:, None] if targets.dim() == 1 else targets
        inside = (wanted >= predictions[..., 0]) & (wanted <= predictions[..., -1])
        return {"inside": inside.sum(), "count": torch.tensor(inside.numel(), device=inside.device)}

    def value(self, sums: Mapping[str, Tensor]) -> Tensor:
        """A share."""
        return ratio(sums["inside"], sums["count"], empty=float("nan"))


@dataclass(frozen=True)
class WeightedAbsolutePercentageError(Measure[Tensor]):
    """WAPE: the sum of errors as a share of the sum of targets; unlike MAPE it bears single zeros."""

    name = "wape"
    judges = ("values",)
    higher_is_better = False

    def start(self, outputs: int) -> Sums:
        """No error, no size."""
        return {key: torch.tensor(0.0, dtype=torch.float64) for key in ("error", "size")}

    def sums(self, predictions: Tensor, targets: Tensor) -> Sums:
        """Absolute errors and absolute targets."""
        left, right = pairs(predictions, targets)
        return {"error": (left - right).abs().sum(), "size": right.abs().sum()}

    def value(self, sums: Mapping[str, Tensor]) -> Tensor:
        """A share; infinite where all targets are zero and the predictions are not."""
        return sums["error"] / sums["size"]


class _Explained(Measure[Tensor]):
    """Squared errors against the spread of the targets, by output."""

    judges = ("values",)

    def start(self, outputs: int) -> Sums:
        zeros = {key: torch.zeros(outputs, dtype=torch.float64) for key in ("error", "total", "squares")}
        return {**zeros, "samples": torch.tensor(0)}

    def sums(self, predictions: Tensor, targets: Tensor) -> Sums:
        left, right = pairs(predictions, targets)
        return {
            "error": (left - right).square().sum(0),
            "total": right.sum(0),
            "squares": right.square().sum(0),
            "samples": torch.tensor(len(right), device=right.device),
        }

    def of(self, predictions: Tensor, targets: Tensor, scales: Tensor | None = None) -> Tensor:
        """Over one set in one go: about the mean of the targets, since squares of a large level leave no digits."""
        left, right = pairs(predictions, targets)
        centre = right.mean() if right.numel() else 0.0
        return super().of(left - centre, right - centre)


def spread(squares: Tensor, total: Tensor, count: Tensor | int) -> Tensor:
    """Sum of squared distances from the mean; exactly 0 where only rounding is left of it."""
    rest = squares - total.square() / count
    return rest.where(rest > 16 * TINY * squares, 0.0)


@dataclass(frozen=True)
class RootRelativeSquaredError(_Explained):
    """RSE: root of the squared errors against those of always saying the targets' mean (LSTNet, Lai et al. 2018)."""

    name = "rse"
    higher_is_better = False

    def value(self, sums: Mapping[str, Tensor]) -> Tensor:
        """1 is as good as the mean; infinite where the targets are constant and the predictions are not."""
        count = sums["samples"] * len(sums["total"])
        below = spread(sums["squares"].sum(), sums["total"].sum(), count)
        return (sums["error"].sum() / below).sqrt()


@dataclass(frozen=True)
class R2(_Explained):
    """R²: the explained share of the variance, the mean over outputs; 0 is as good as the mean, 1 is perfect.

    An output with constant targets counts 1 where it is met exactly, else 0, as in scikit-learn. NaN below two samples.
    """

    name = "r2"
    higher_is_better = True

    def value(self, sums: Mapping[str, Tensor]) -> Tensor:
        """At most 1."""
        if sums["samples"] < 2:
            return torch.tensor(float("nan"), dtype=torch.float64)
        below = spread(sums["squares"], sums["total"], sums["samples"])
        constant = (sums["error"] == 0).double()
        return (1 - ratio(sums["error"], below)).where(below != 0, constant).mean()
