"""Features of the calendar: where in the day, the week and the year a step lies, as waves."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from crnn.series.steps import DAY_S, Step

YEAR_D = 365.25
_HARMONICS = {"hour": 2, "weekday": 2, "month": 3, "year": 4}


def cycles(step: Step, days: float) -> tuple[str, ...]:
    """The cycles that steps of this size can show, of those that the training part has seen at least twice.

    Args:
        step: Of the series.
        days: Length of the training part.

    Example:
        >>> cycles(Step("second", 3600), days=400), cycles(Step("month"), days=3000)
        (('hour', 'weekday'), ('year',))
    """
    if not step.dated:
        return ()
    short = step.unit == "second" and step.size <= DAY_S // 2
    daily = step.unit == "workday" or (step.unit == "second" and step.size <= DAY_S)
    found = (
        ("hour", short, 1.0),
        ("weekday", daily, 7.0),
        ("month", daily and not short, 30.5),
        ("year", True, YEAR_D),
    )
    return tuple(name for name, shown, length in found if shown and days >= 2 * length)


def width(names: tuple[str, ...]) -> int:
    """Features of these cycles."""
    return sum(2 * _HARMONICS[name] for name in names)


def features(times: NDArray[np.generic], names: tuple[str, ...]) -> NDArray[np.float32]:
    """Sines and cosines ``(N, width)`` of where each time lies in each cycle.

    Example:
        >>> noon = np.array(["2024-01-01T12:00"], "datetime64[s]")
        >>> features(noon, ("hour",)).round(2).tolist()
        [[0.0, 0.0, -1.0, 1.0]]
    """
    if not names:
        return np.zeros((len(times), 0), np.float32)
    parts = []
    for name in names:
        angle = 2 * np.pi * _share(times, name)[:, None] * np.arange(1, _HARMONICS[name] + 1)
        parts += [np.sin(angle), np.cos(angle)]
    return np.concatenate(parts, axis=1).astype(np.float32)


def _share(times: NDArray[Any], name: str) -> NDArray[np.float64]:
    """Where in a cycle each time lies, from 0 to 1."""
    seconds = times.astype("datetime64[s]").astype(np.int64)
    if name == "hour":
        return (seconds % DAY_S) / DAY_S
    if name == "weekday":
        return ((seconds // DAY_S + 3) % 7) / 7  # the first of January 1970 was a Thursday
    unit = "datetime64[M]" if name == "month" else "datetime64[Y]"
    start = times.astype(unit)
    length = (start + 1).astype("datetime64[s]").astype(np.int64) - start.astype("datetime64[s]").astype(np.int64)
    return (seconds - start.astype("datetime64[s]").astype(np.int64)) / length
