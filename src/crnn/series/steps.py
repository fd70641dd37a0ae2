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
_RECENT = 64
"""Times that tell where the grid of a series lies."""
_MOST_ODD = 0.2
"""Share of distances that may be no multiple of the commonest."""
_LEAST_OFTEN = 0.01
"""Share of distances that a step without gaps has at least, where steps may have no row: one odd time makes none."""
_MOST_APART = 50
"""Steps from one row to the next, where steps may have no row, from which there is no step at all."""
_WORKDAYS = 20
"""Rows that all lie on working days by chance once in a thousand times, and tell that there are no others."""
_MOST_DAYS = 2 / 3
"""Share of the working days that must have a row; the others count as holidays."""
_NEAR_D = 3
"""Days before the end of a month on which its last working day may lie."""


@dataclass(frozen=True)
class Step:
    """The distance of two neighbours in a series.

    Args:
        unit: "second" and "month" are times, "workday" skips weekends and days without a row (holidays), "count" only
            counts.
        size: Units of a step.
        month_end: Whether months are named by their last day, or by a time as far before their end.

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
    def words(self) -> str:
        """As a length: "an hour", "a week", "15 minutes"."""
        if self.name[0].isdigit():
            return self.name
        return f"{'an' if self.name == 'hour' else 'a'} {self.name}"

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
        """The whole number of each time on the grid, counted from the first; the nearest where it lies between two.

        The grid lies where most of the times lie, so that one odd time, even the first, moves alone.
        """
        if self.unit == "workday":
            days = times.astype("datetime64[D]")
            return np.asarray(np.busday_count(days[0], days), np.int64)
        places = self._places(times)
        return np.asarray(places - places[0])

    def after(self, times: NDArray[Any], count: int) -> NDArray[Any]:
        """The next `count` times behind the last of `times`."""
        if self.unit == "workday":
            last = times[-1:]
            days = np.busday_offset(last.astype("datetime64[D]"), np.arange(1, count + 1), roll="backward")
            return np.asarray(days + (last - last.astype("datetime64[D]"))).astype(last.dtype)
        recent = times[-_RECENT:]
        return self._times(recent, self._places(recent)[-1] + np.arange(1, count + 1))

    def at(self, times: NDArray[Any], count: int) -> NDArray[Any]:
        """The times of `count` steps from the first of `times` on; not of working days: no rule knows holidays."""
        return self._times(times, self._places(times)[0] + np.arange(count))

    def _places(self, times: NDArray[Any]) -> Whole:
        values = _months(times) if self.unit == "month" else times.astype(np.int64)
        return np.asarray(np.floor((values - _commonest(values % self.size)) / self.size + 0.5), np.int64)

    def _times(self, times: NDArray[Any], places: Whole) -> NDArray[Any]:
        """The times of places on the grid of `times`."""
        values = _months(times) if self.unit == "month" else times.astype(np.int64)
        found = places * self.size + _commonest(values % self.size)
        if self.unit != "month":
            return np.asarray(found.astype(times.dtype))
        months, own = found.astype("datetime64[M]"), times.astype("datetime64[M]")
        if self.month_end:
            before = _commonest((_start(own + 1) - times).astype(np.int64))
            return np.asarray(_start(months + 1) - np.timedelta64(before, "s"))
        days = np.minimum(-_commonest(-_day_of_month(times)), _days(months) - 1)  # of 28 and 30 the 30th: it is not cut
        clock = _commonest(times.astype(np.int64) % DAY_S)
        return np.asarray(_start(months) + (days * DAY_S + clock).astype("timedelta64[s]"))

    def moved(self, times: NDArray[Any], laid: NDArray[Any]) -> NDArray[np.bool_]:
        """Which times are others than those of the grid; of months the 28th of February is as good as the 29th."""
        found = np.asarray(times != laid)
        if self.unit == "month":
            found &= ~((laid - times == np.timedelta64(1, "D")) & _ends_month(times) & _ends_month(laid))
        return found

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON."""
        return {"unit": self.unit, "size": self.size, "month_end": self.month_end}


def infer(series: Sequence[NDArray[Any]], usual: Step | None = None) -> Step:
    """The step of series whose times are sorted, each without doubles.

    Args:
        series: Times or whole numbers of each ``(T,)``.
        usual: The step that holds where the times agree with it but are too few to tell.

    Raises:
        DataError: no series has two times, or the distances follow no rule.

    Example:
        >>> infer([np.array(["2024-01-31", "2024-02-29", "2024-03-31"], "datetime64[s]")])
        Step(unit='month', size=1, month_end=True)
    """
    gaps = np.concatenate([np.diff(times.astype(np.int64)) for times in series])
    dated = series[0].dtype.kind == "M"
    if usual is not None and usual.dated == dated and (len(gaps) == 0 or _are_workdays(series, usual)):
        return usual
    if len(gaps) == 0:
        raise DataError(
            "no series has more than one row: is the column that names the series right? It should be the same in all"
            " rows of one series"
        )
    if not dated:
        return Step("count", _commonest(gaps))
    middle = int(np.median(gaps))
    months = next((count for low, high, count in _MONTHS if low * DAY_S <= middle <= high * DAY_S), 0)
    if months and (_same_day(series) or _at_month_end(series)):
        return Step("month", months, _at_month_end(series))
    if middle == DAY_S and _workdays(series):
        return Step("workday")
    step = _commonest(gaps)
    odd = float(((gaps % step) > 0).mean())
    if odd > _MOST_ODD and months and _one_a_month(series, months):
        return Step("month", months, _near_month_end(series))
    if odd > _MOST_ODD:
        raise DataError(
            f"the time stamps follow no regular step: {odd:.0%} of the distances are no multiple of"
            f" {Step('second', step).words}, the commonest. Aggregate the rows to hours, days, weeks or months first"
            ' and give each a row, with 0 where there was nothing, or say missing="zero" (--missing zero) where a step'
            " without a row means 0; or where rows are of several things name the column that tells these apart with"
            " series=…"
        )
    return Step("second", step)


def infer_sparse(times: NDArray[Any], usual: Step | None = None) -> Step:
    """The step of a table in which any step may have no row: the shortest that most distances are multiples of.

    Args:
        times: Of all rows, sorted, without doubles.
        usual: The step that holds where the times lie on it.

    Raises:
        DataError: the distances follow no rule.

    Example:
        >>> infer_sparse(np.array(["2024-01-01", "2024-01-03", "2024-01-05", "2024-01-08"], "datetime64[s]")).name
        'day'
    """
    if usual is not None and usual.dated == (times.dtype.kind == "M") and _lie_on(times, usual):
        return usual
    gaps = np.diff(times.astype(np.int64))
    if len(gaps) == 0:
        return infer([times], usual)
    if (
        times.dtype.kind == "M"
        and gaps.min() >= _MONTHS[0][0] * DAY_S
        and (_same_day([times]) or _at_month_end([times]))
    ):
        return Step("month", int(np.gcd.reduce(np.diff(_months(times)))), _at_month_end([times]))
    found, counts = np.unique(gaps, return_counts=True)
    common = int(np.gcd.reduce(gaps))
    often = [*found[counts >= _LEAST_OFTEN * len(gaps)].tolist(), common]
    size = next(each for each in often if ((gaps % each) > 0).mean() <= _MOST_ODD)
    if size == common and np.median(gaps) > _MOST_APART * size:
        return infer([times], usual)  # which says what is wrong
    if times.dtype.kind != "M":
        return Step("count", size)
    days = times.astype("datetime64[D]")
    return (
        Step("workday")
        if size == DAY_S and len(days) >= _WORKDAYS and np.is_busday(days).all()
        else Step("second", size)
    )


def _lie_on(times: NDArray[Any], step: Step) -> bool:
    """Whether all times are such as a step leads to."""
    if step.unit == "workday":
        return bool(np.is_busday(times.astype("datetime64[D]")).all())
    places = step.positions(times)
    return not step.moved(times, step.at(times, int(places[-1]) + 1)[places]).any()


def _commonest(values: Whole) -> int:
    """The value that comes most often; of several the least."""
    found, counts = np.unique(values, return_counts=True)
    return int(found[counts.argmax()])


def _months(times: NDArray[Any]) -> Whole:
    return times.astype("datetime64[M]").astype(np.int64)


def _start(months: NDArray[Any]) -> Times:
    return np.asarray(months.astype("datetime64[s]"))


def _days(months: NDArray[Any]) -> Whole:
    """Days of months."""
    return np.asarray((months + 1).astype("datetime64[D]") - months.astype("datetime64[D]")).astype(np.int64)


def _day_of_month(times: NDArray[Any]) -> Whole:
    """From 0 up."""
    return np.asarray(times.astype("datetime64[D]") - times.astype("datetime64[M]")).astype(np.int64)


def _before_month_end(times: NDArray[Any]) -> Whole:
    """Whole days to the last of the month."""
    return _days(times.astype("datetime64[M]")) - 1 - _day_of_month(times)


def _same_day(series: Sequence[NDArray[Any]]) -> bool:
    """Whether each time is the same day of its month as the others of its series, or the last of a shorter month."""
    return all(
        bool(((_day_of_month(times) == _day_of_month(times).max()) | _ends_month(times)).all()) for times in series
    )


def _ends_month(times: NDArray[Any]) -> NDArray[np.bool_]:
    """Whether times lie on the last day of their month; of a February on its 28th too, whatever the year."""
    february = _months(times) % 12 == 1
    return np.asarray((_before_month_end(times) == 0) | (february & (_day_of_month(times) == 27)))


def _at_month_end(series: Sequence[NDArray[Any]]) -> bool:
    return all(bool((_before_month_end(times) == 0).all()) for times in series)


def _near_month_end(series: Sequence[NDArray[Any]]) -> bool:
    return float(np.median(np.concatenate([_before_month_end(times) for times in series]))) <= _NEAR_D


def _one_a_month(series: Sequence[NDArray[Any]], months: int) -> bool:
    """Whether no two times of a series lie in one month, or in one quarter or year of months."""
    places = [Step("month", months).positions(times) for times in series]
    return all(len(np.unique(each)) == len(each) for each in places)


def _workdays(series: Sequence[NDArray[Any]]) -> bool:
    """Whether weekends never occur, over more than a week, and most other days do."""
    days = [times.astype("datetime64[D]") for times in series]
    rows, possible = sum(map(len, days)), sum(1 + int(np.busday_count(each[0], each[-1])) for each in days)
    return rows > 7 and all(np.is_busday(each).all() for each in days) and rows > _MOST_DAYS * possible


def _are_workdays(series: Sequence[NDArray[Any]], usual: Step) -> bool:
    """Whether times may be those of working days, where these are usual: no weekend, and mostly no day between two."""
    if usual.unit != "workday" or not all(np.is_busday(times.astype("datetime64[D]")).all() for times in series):
        return False
    return bool(_commonest(np.concatenate([np.diff(usual.positions(times)) for times in series])) == 1)
