"""Scaling of series, learnt from their training part, and back to real units."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crnn.data.findings import Findings
from crnn.errors import DataError, UnknownNameError
from crnn.series.series import Series

KINDS = ("standard", "log", "season", "none")
LEAST = 0.01
"""Share of its spread that a series at least changes from season to season, as far as its scale goes."""

LARGEST = 1e30
"""No larger number is taken: single precision ends not far beyond, and sums of squares stay finite."""

SINGLE = 1e-8
"""In units above this no number up to `LARGEST` leaves single precision."""

SMALLEST = 1 / LARGEST
"""A smaller spread counts as none: what comes would be beyond single precision in units of it."""

CONSTANT = "constant series"
"""A kind of finding."""

CHUNK = 1 << 20
"""Values that are looked at at once: a series may be larger than memory."""


@dataclass(frozen=True)
class Scaling:
    """A series in units of its own spread.

    Args:
        offset: Taken off (behind the logarithm, where there is one).
        scale: Divided by; above 0.
        log: Whether the logarithm of the values is scaled, so that growth and seasons that multiply become sums.
        naive: Mean absolute error of saying the value of a season ago, over the training part, in real units: the scale
            of MASE; NaN where there is none.
        floor: No value is below this in real units: 0 of what is counted.

    Example:
        >>> scaling = Scaling(2.0, 4.0)
        >>> scaling.back(scaling(np.array([2.0, 6.0]))).tolist(), scaling(np.array([6.0])).tolist()
        ([2.0, 6.0], [1.0])
    """

    offset: float = 0.0
    scale: float = 1.0
    log: bool = False
    naive: float = math.nan
    floor: float = -math.inf

    def __call__(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """Real units to scaled ones."""
        given = np.log(values) if self.log else np.asarray(values, np.float64)
        return (given - self.offset) / self.scale

    def back(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """Scaled units to real ones."""
        found = np.asarray(values, np.float64) * self.scale + self.offset
        return np.maximum(np.exp(found) if self.log else found, self.floor)

    def to_list(self) -> list[float | bool | None]:
        """As plain JSON."""
        ends = (value if math.isfinite(value) else None for value in (self.naive, self.floor))
        return [self.offset, self.scale, self.log, *ends]

    @classmethod
    def from_list(cls, given: list[Any]) -> Scaling:
        """Read what `to_list` wrote."""
        offset, scale, log, naive, floor = given
        return cls(offset, scale, log, math.nan if naive is None else naive, -math.inf if floor is None else floor)


def learn(series: Series, kind: str, season: int, *, counted: bool = False) -> Scaling:
    """The scaling of a series; a constant one has the scale 1.

    Args:
        series: The training part.
        kind: "standard" (mean and standard deviation), "log" (the same of the logarithm), "season" (mean, and the error
            of saying the value of a season ago: but for a series that hardly changes between seasons, an absolute error
            in these units is MASE) or "none".
        season: Steps of a season, for the scale of MASE.
        counted: Whether it counts something, so that where no value is below 0 none to come is.

    Raises:
        UnknownNameError: no such kind.
        DataError: "log" of a series with values that are not above 0.
    """
    if kind not in KINDS:
        raise UnknownNameError("scaling", kind, KINDS)
    naive = naive_error(series.values, season)
    floor = 0.0 if counted and _first(series.values, lambda part: part < 0) is None else -math.inf
    if kind == "none":
        return Scaling(naive=naive, floor=floor)
    log = kind == "log"
    if log:
        require_positive(series)
    count, total, squares = 0, 0.0, 0.0
    start = float(series.values[0])
    shift = math.log(start) if log else start  # near the mean, so that squares lose no digits
    for part in _chunks(series.values):
        given = (np.log(part) if log else part) - shift
        count, total, squares = count + len(given), total + float(given.sum()), squares + float(np.square(given).sum())
    mean = total / count
    spread = math.sqrt(max(squares / count - mean**2, 0.0))
    flat = spread <= max(1e-9 * abs(mean + shift), SMALLEST)
    scale = max(naive, LEAST * spread) if kind == "season" and not math.isnan(naive) else spread
    return Scaling(mean + shift, 1.0 if flat else scale, log, naive, floor)


def require_positive(series: Series) -> None:
    """Refuse a series that has no logarithm.

    Raises:
        DataError: a value is not above 0; names series, time and value.
    """
    place = _first(series.values, lambda part: part <= 0)
    if place is not None:
        raise DataError(
            f"{series.name}, {series.when(place)} is {series.values[place]:g}, and only numbers above 0 have a"
            ' logarithm: correct it, or train with scaling="standard" (--scaling standard)'
        )


def require_moderate(series: Series, values: NDArray[Any], column: str = "") -> None:
    """Refuse numbers so large that nothing can be computed with them; texts and missing values pass.

    Args:
        series: What messages name.
        values: Its values, or those of a column beside them.
        column: The name of that column.

    Raises:
        DataError: a number is beyond `LARGEST`; names series, time and number.
    """
    place = None if values.dtype == object else _first(values, lambda part: np.isfinite(part) & (abs(part) > LARGEST))
    if place is not None:
        beside = f", column {column!r}" if column else ""
        raise DataError(
            f"{series.name}, {series.when(place)}{beside} is {values[place]:g}, and numbers beyond {LARGEST:g} cannot"
            " be computed with: correct it, or give a larger unit"
        )


def require_near(series: Series, scaling: Scaling) -> None:
    """Refuse a series so far from the training part that nothing can be computed in units of its spread.

    Raises:
        DataError: a value is further off than `LARGEST` times the scale; names series, time and value.
    """
    if scaling.log or scaling.scale > SINGLE:
        return
    far = LARGEST * scaling.scale
    place = _first(series.values, lambda part: abs(part - scaling.offset) > far)
    if place is not None:
        raise DataError(
            f"{series.name}, {series.when(place)} is {series.values[place]:g}, but in training its values differed by"
            f" {scaling.scale:.2g}, and so large a change cannot be computed with: correct it, or train on it too"
        )


def naive_error(values: NDArray[Any], season: int) -> float:
    """Mean absolute error of saying the value of a season ago; NaN for a series no longer than that, or exact.

    Example:
        >>> naive_error(np.array([1.0, 2.0, 4.0]), 1)
        1.5
    """
    if len(values) <= season:
        season = 1
    if len(values) <= season:
        return math.nan
    total = sum(
        float(
            np.abs(
                np.asarray(values[at + season : at + season + CHUNK], np.float64) - part[: len(values) - at - season]
            ).sum()
        )
        for at, part in zip(range(0, len(values) - season, CHUNK), _chunks(values), strict=False)
    )
    return total / (len(values) - season) or math.nan


def _first(values: NDArray[Any], wrong: Callable[[NDArray[np.float64]], NDArray[np.bool_]]) -> int | None:
    """The first place of what is wrong, or None."""
    for at, part in zip(range(0, len(values), CHUNK), _chunks(values), strict=True):
        bad = np.flatnonzero(wrong(part))
        if len(bad):
            return at + int(bad[0])
    return None


def note_constant(series: Series, findings: Findings) -> None:
    """Name a series whose values are all the same."""
    first = float(series.values[0])
    if len(series) > 1 and all(bool((part == first).all()) for part in _chunks(series.values)):
        advice = "It can be forecast, but nothing can be learnt from it: remove it."
        findings.add(CONSTANT, series.name, advice, dropped=False)


def _chunks(values: NDArray[Any]) -> list[NDArray[np.float64]] | Any:
    return (np.asarray(values[at : at + CHUNK], np.float64) for at in range(0, len(values), CHUNK))
