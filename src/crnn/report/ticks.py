"""Marks on axes that people can read: times that never meet, days as days and hours as hours, numbers in full."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from crnn.series.forecast import time_texts
from crnn.series.steps import DAY_S, Step

if TYPE_CHECKING:
    from matplotlib.axis import Axis

MOST = 6
"""Distances of dates that fit side by side under a plot of 7.5 inches, also beside numbers of many digits."""

_SECONDS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200)
_DAYS = (1, 2, 7, 14)
_MONTHS = (1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200)
_MONDAY = np.datetime64("1970-01-05", "s")


def time_marks(times: NDArray[Any], step: Step) -> tuple[NDArray[Any], list[str]]:
    """Some of the times of an axis, so far apart that their labels do not meet, and these labels.

    Marked are the first times in each minute, hour, day, week, month or year, or in each few of them.

    Args:
        times: ``(T,)`` at least two, in order.
        step: From one to the next.

    Example:
        >>> days = np.arange("2024-02-06", "2024-03-07", dtype="datetime64[D]").astype("datetime64[s]")
        >>> time_marks(days, Step("second", DAY_S))[1]
        ['2024-02-12', '2024-02-19', '2024-02-26', '2024-03-04']
    """
    chosen = times[[0, -1]]
    for periods in _periods(np.concatenate([times[:1] - (times[1] - times[0]), times])):
        first = times[np.diff(periods) != 0]
        if len(first) > 1 and (np.diff(first) * MOST >= times[-1] - times[0]).all():
            chosen = first
            break
    return chosen, _labels(chosen, step)


def _periods(times: NDArray[Any]) -> Iterator[NDArray[np.int64]]:
    """The number of the seconds, days, weeks, months or years in which times lie, of ever longer ones."""
    seconds = (times - _MONDAY).astype(np.int64)
    yield from (seconds // size for size in (*_SECONDS, *(DAY_S * days for days in _DAYS)))
    months = times.astype("datetime64[M]").astype(np.int64) + 12 * 1970
    yield from (months // size for size in _MONTHS)


def _labels(times: NDArray[Any], step: Step) -> list[str]:
    if step.unit == "month":
        return [str(each) for each in times.astype("datetime64[Y]" if step.name == "year" else "datetime64[M]")]
    days = times.astype("datetime64[D]")
    if step.unit == "workday" or (step.unit == "second" and step.size % DAY_S == 0) or (times == days).all():
        return [str(day) for day in days]
    clocks = [text.partition("T")[2] for text in time_texts(times.astype("datetime64[s]"))]
    news = np.concatenate([[True], days[1:] != days[:-1]])
    return [f"{clock}\n{day}" if new else clock for clock, day, new in zip(clocks, days, news, strict=True)]


def plain_numbers(axis: Axis) -> None:
    """Numbers along an axis as people write them, with thousands set apart, in place of an offset or a power."""
    from matplotlib.ticker import FuncFormatter  # an extra

    axis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))


def number(value: float) -> str:
    """The number of a mark.

    Example:
        >>> number(1600000.0), number(0.1 + 0.2), number(-2.5), number(-0.0)
        ('1,600,000', '0.3', '−2.5', '0')
    """
    return f"{value + 0.0:,.15g}".replace("-", "\N{MINUS SIGN}")
