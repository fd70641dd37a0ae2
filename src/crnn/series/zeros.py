"""Steps without a row that count as 0, as of a thing that is sold on some days: rows of zeros in their place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crnn.data.findings import Findings, counted
from crnn.series.forecast import time_text
from crnn.series.grid import Rows, require_near
from crnn.series.known import absent, last_before
from crnn.series.steps import DAY_S, Step

Array = NDArray[Any]
Places = NDArray[np.int64]

FOR_MISSING = ("last", "zero")
"""What may stand for a step without a row: the last value before, as of a measure that failed, or 0."""

_EVIDENCE = 4
"""Times for each weekday, month and so on, from which one value for each is no chance."""


class Zeros:
    """The steps of a table up to its last value, for each of which a series has a row or a 0.

    Args:
        times: Of all rows.
        told: Which rows hold a value; behind the last of them nothing is known yet, and there are no zeros.
        step: Of the table.
        known: What is known ahead, by column, of all rows: what the time alone says goes on in rows of zeros.

    Raises:
        DataError: a time lies far from all others.
    """

    def __init__(
        self, times: Array, told: NDArray[np.bool_], step: Step, known: Mapping[str, Array] | None = None
    ) -> None:
        self._times = np.unique(times)
        self._places = step.positions(self._times)
        require_near("the table", self._times, self._places, step)
        self._last = int(self._place(times[told]).max(initial=-1))
        first = self._times[:1]
        workdays = step.unit == "workday"
        self._grid = (
            np.append(first, step.after(first, self._last)) if workdays else step.at(self._times, self._last + 1)
        )
        own = self._place(times)
        self._known = {
            name: _said_by_time(values[own <= self._last], own[own <= self._last], self._grid)
            for name, values in (known or {}).items()
        }

    def _place(self, times: Array) -> Places:
        """The step of each of the table's times."""
        return np.asarray(self._places[np.searchsorted(self._times, times)], np.int64)

    def laid(self, rows: Rows, empty: Mapping[str, NDArray[np.bool_]], findings: Findings) -> Rows:
        """The rows of one thing, with rows of zeros for the steps without one, from its first value on.

        Args:
            rows: Of one thing, or of a wide table.
            empty: Where a row is of all series: by column the empty cells ``(N,)``, which are as good as no row.
            findings: Where to say how many steps count as 0.
        """
        own = self._place(rows.times)
        free = np.setdiff1d(np.arange(self._last + 1), own)
        at = np.searchsorted(rows.times, self._grid[free])
        places = np.insert(own, at, free)
        added = np.insert(np.zeros(len(own), bool), at, True)
        columns = {}
        begins = self._last
        for column, given in rows.columns.items():
            values = np.insert(given, at, np.nan)
            void = np.insert(empty[column], at, True) if column in empty else added
            first = int(places[~np.isnan(values)].min(initial=self._last))
            zero = void & np.isnan(values) & (places > first) & (places <= self._last)
            columns[column] = np.where(zero, 0.0, values)
            begins = min(begins, first)
            if zero.any():
                told = f"{rows.title(column)}: {int(zero.sum())} of {self._last + 1 - first} steps"
                findings.add("step without a row", told, 'They count as 0, by missing="zero".', dropped=False)
        laid = replace(rows, times=np.insert(rows.times, at, self._grid[free]), columns=columns)
        known = {name: np.insert(given, at, self._known[name][free]) for name, given in rows.known.items()}
        used = added & (places > begins)
        return replace(laid, known={name: _carried(laid, name, known[name], places, used, findings) for name in known})


def _said_by_time(values: Array, places: Places, grid: Array) -> Array:
    """A column known ahead at all steps, as far as times say it; missing elsewhere.

    Another row of a step says it where all rows of one step say the same. So does another one of the weekday, the hour,
    the month or the year, where each of these has one value throughout.

    Args:
        values: ``(N,)`` of all rows.
        places: ``(N,)`` of their steps.
        grid: ``(steps,)`` times.
    """
    found = np.full(len(grid), "" if values.dtype == object else np.nan, values.dtype)
    there = ~absent(values)
    values, places = values[there], places[there]
    steps = len(np.unique(places))
    for number, keys in enumerate(_keys(grid)):
        distinct, at, own = np.unique(keys[places], return_index=True, return_inverse=True)
        if (number and steps < _EVIDENCE * len(distinct)) or (values != values[at][own]).any():
            if number == 0:
                return found  # things differ at one time: the time says nothing
            continue
        of_each = dict(zip(distinct.tolist(), values[at].tolist(), strict=True))
        lost = np.flatnonzero(absent(found))
        for place in lost.tolist():
            found[place] = of_each.get(int(keys[place]), found[place])
    return found


def _keys(grid: Array) -> Iterator[Places]:
    """Numbers of the steps themselves, of their weekday, hour, hour of the week, month, and year."""
    yield np.arange(len(grid))
    if grid.dtype.kind != "M":
        return
    seconds = grid.astype("datetime64[s]").astype(np.int64)
    months = grid.astype("datetime64[M]").astype(np.int64)
    yield from ((seconds // DAY_S + 3) % 7, seconds % DAY_S, (seconds + 3 * DAY_S) % (7 * DAY_S))
    yield from (months % 12, months // 12)


def _carried(rows: Rows, name: str, values: Array, places: Places, added: NDArray[np.bool_], said: Findings) -> Array:
    """A column known ahead with the last value before in rows that were added, which is named where it may be wrong."""
    lost = added & absent(values)
    if not lost.any():
        return values
    order = np.argsort(places, kind="stable")
    filled = values.copy()
    filled[order] = values[order][last_before(~absent(values[order]))]
    told = values[~absent(values)]
    if len(told) and (told != told[0]).any():
        kind = "column known ahead at steps without a row"
        advice = (
            "The last value before stands in their place. Where another one holds, give these steps rows that have it,"
            " with 0 for what is forecast."
        )
        count = int(lost.sum())
        what = f"{rows.key}, column {name!r}" if rows.key else f"column {name!r}"
        said.add(kind, f"{what}: {counted(count, 'step')}, from {time_text(rows.times[lost].min())}", advice, False)
    return np.where(lost, filled, values)
