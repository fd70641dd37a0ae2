"""Regular steps of time: which ones a column of time stamps takes, and the time of each step, also of those to come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from crnn.errors import DataError

Unit = Literal["count", "second", "workday", "month"]
Times = NDArray[np.datetime64]
Whole = NDArray[np.int64]

DAY_S = 86_400
_MONTHS = ((28, 31, 1), (59, 62, 2), (89, 92, 3), (120, 123, 4), (181, 184, 6), (365, 366, 12))
_NAMES = {
    ("second", 1): "second",
    ("second", 60): "minute",
    ("second", 3600): "hour",
    ("second", DAY_S): "day",
    ("second", 7 * DAY_S): "week",
    ("month", 1): "month",
    ("month", 3): "quarter",
    ("month", 12): "year",
    ("workday", 1): "working day",
    ("count", 1): "step",
}
_DAILY = 365 * DAY_S


@dataclass(frozen=True)
class Step:
    """The distance of two neighbours in a series.

    Args:
        unit: "second" and "month" are times, "workday" skips weekends and days without a row (holidays), "count" only
            counts.
        size: Units of a step.
        month_end: Whether months are named by their last day.

    Example:
        >>> Step("month", 1).season, Step("second", 3600).name
        (12, 'hour')
    """

    unit: Unit = "count"
    size: int = 1
    month_end: bool = False

    @property
    def dated(self) -> bool:
        """Whether steps are times, and have a calendar."""
        return self.unit != "count"

    @property
    def name(self) -> str:
        """As a word: "hour", "7 days", …."""
        known = _NAMES.get((self.unit, self.size))
        if known:
            return known
        for seconds, word in ((DAY_S, "days"), (3600, "hours"), (60, "minutes"), (1, "seconds")):
            if self.unit == "second" and self.size % seconds == 0:
                return f"{self.size // seconds} {word}"
        return f"{self.size} {self.unit}s"

    @property
    def season(self) -> int:
        """Steps after which such series mostly repeat: a day of hours, a week of days, a year of weeks or months."""
        if self.unit == "month":
            return max(1, 12 // self.size)
        if self.unit == "workday":
            return 5
        if self.unit == "count" or self.size > 26 * 7 * DAY_S:
            return 1
        if self.size >= 7 * DAY_S:
            return round(_DAILY / self.size)
        if self.size >= DAY_S:
            return max(1, 7 * DAY_S // self.size)
        return max(1, DAY_S // self.size) if self.size >= 60 else 60 // self.size if self.size < 60 else 1

    def positions(self, times: NDArray[Any]) -> Whole:
        """The whole number of each time on the grid that starts at the first; rounded to the nearest step."""
        if self.unit == "month":
            months = times.astype("datetime64[M]").astype(np.int64)
            return np.asarray((months - months[0]) // self.size, np.int64)
        values = times.astype(np.int64)
        return np.asarray(np.round((values - values[0]) / self.size), np.int64)

    def after(self, times: NDArray[Any], count: int) -> NDArray[Any]:
        """The next `count` times behind the last of `times`."""
        last = times[-1:]
        ahead = np.arange(1, count + 1)
        if self.unit == "month":
            return self._months(last, ahead * self.size)
        if self.unit == "workday":
            days = np.busday_offset(last.astype("datetime64[D]"), ahead, roll="backward")
            return np.asarray(days + (last - last.astype("datetime64[D]"))).astype(last.dtype)
        return np.asarray(last.astype(np.int64) + ahead * self.size).astype(last.dtype)

    def at(self, first: NDArray[Any], count: int) -> NDArray[Any]:
        """The times of `count` steps from `first` ``(1,)`` on; not for working days, whose holidays no rule knows."""
        steps = np.arange(count) * self.size
        if self.unit == "month":
            return self._months(first, steps)
        return (first.astype(np.int64) + steps).astype(first.dtype)

    def _months(self, start: NDArray[Any], months: Whole) -> NDArray[Any]:
        whole = start.astype("datetime64[M]") + months
        if self.month_end:
            return np.asarray((whole + 1).astype("datetime64[D]") - 1).astype("datetime64[s]")
        return np.asarray(whole.astype("datetime64[s]") + (start - start.astype("datetime64[M]"))).astype(
            "datetime64[s]"
        )

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON."""
        return {"unit": self.unit, "size": self.size, "month_end": self.month_end}


def infer(series: Sequence[NDArray[Any]]) -> Step:
    """The step of series whose times are sorted, each without doubles.

    Raises:
        DataError: no series has two times, or the distances follow no rule.

    Example:
        >>> infer([np.array(["2024-01-31", "2024-02-29", "2024-03-31"], "datetime64[s]")])
        Step(unit='month', size=1, month_end=True)
    """
    gaps = np.concatenate([np.diff(times.astype(np.int64)) for times in series])
    if len(gaps) == 0:
        raise DataError(
            "no series has more than one row: is the column that names the series right? It should be the same in all"
            " rows of one series"
        )
    middle = int(np.median(gaps))
    if series[0].dtype.kind != "M":
        return Step("count", _commonest(gaps))
    for low, high, months in _MONTHS:
        if low * DAY_S <= middle <= high * DAY_S and _monthly(series):
            return Step("month", months, _at_month_end(series))
    if middle == DAY_S and _workdays(series):
        return Step("workday")
    step = _commonest(gaps)
    odd = float(((gaps % step) > 0).mean())
    if odd > 0.2:
        raise DataError(
            f"the time stamps follow no regular step: {odd:.0%} of the distances are no multiple of"
            f" {Step('second', step).name}, the commonest. Aggregate the rows to hours, days, weeks or months first"
        )
    return Step("second", step)


def _commonest(gaps: Whole) -> int:
    values, counts = np.unique(gaps, return_counts=True)
    return int(values[counts.argmax()])


def _monthly(series: Sequence[NDArray[Any]]) -> bool:
    """Whether each time is the same day of its month, or the last."""
    return _at_month_end(series) or all(len(np.unique(_day_of_month(times))) == 1 for times in series)


def _at_month_end(series: Sequence[NDArray[Any]]) -> bool:
    days = [times.astype("datetime64[D]") for times in series]
    return all(bool((_day_of_month(each + 1) == 0).all()) for each in days)


def _day_of_month(times: NDArray[Any]) -> Whole:
    return np.asarray(times.astype("datetime64[D]") - times.astype("datetime64[M]")).astype(np.int64)


def _workdays(series: Sequence[NDArray[Any]]) -> bool:
    """Whether weekends never occur, over more than a week."""
    days = np.concatenate([times.astype("datetime64[D]") for times in series])
    return len(days) > 7 and bool(np.is_busday(days).all())
