"""Steps without a row that count as 0, as of a thing that is sold on some days: rows of zeros in their place."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crnn.data.findings import Findings
from crnn.series.grid import Rows, require_near
from crnn.series.steps import Step

Array = NDArray[Any]

FOR_MISSING = ("last", "zero")
"""What may stand for a step without a row: the last value before, as of a measure that failed, or 0."""


class Zeros:
    """The steps of a table up to its last value, for each of which a series has a row or a 0.

    Args:
        times: Of all rows.
        told: Which rows hold a value; behind the last of them nothing is known yet, and there are no zeros.
        step: Of the table.
        wide: Whether a row is of all series, so that an empty cell is as good as no row; else a value is missing there.

    Raises:
        DataError: a time lies far from all others.
    """

    def __init__(self, times: Array, told: NDArray[np.bool_], step: Step, *, wide: bool) -> None:
        self._times, self._wide = np.unique(times), wide
        self._places = step.positions(self._times)
        require_near("the table", self._times, self._places, step)
        self._last = int(self._place(times[told]).max(initial=-1))
        first = self._times[:1]
        workdays = step.unit == "workday"
        self._grid = (
            np.append(first, step.after(first, self._last)) if workdays else step.at(self._times, self._last + 1)
        )

    def _place(self, times: Array) -> NDArray[np.int64]:
        """The step of each of the table's times."""
        return np.asarray(self._places[np.searchsorted(self._times, times)], np.int64)

    def laid(self, rows: Rows, findings: Findings) -> Rows:
        """The rows of one thing, with rows of zeros for the steps without one, from its first value on.

        Args:
            rows: Of one thing, or of a wide table.
            findings: Where to say how many steps count as 0.
        """
        own = self._place(rows.times)
        free = np.setdiff1d(np.arange(self._last + 1), own)
        at = np.searchsorted(rows.times, self._grid[free])
        places = np.insert(own, at, free)
        empty = np.full(len(places), self._wide) | np.insert(np.zeros(len(own), bool), at, True)
        columns = {}
        for column, given in rows.columns.items():
            values = np.insert(given, at, np.nan)
            held = ~np.isnan(values)
            first = places[held].min(initial=self._last)
            zero = empty & ~held & (places > first) & (places <= self._last)
            columns[column] = np.where(zero, 0.0, values)
            if zero.any():
                told = f"{rows.title(column)}: {int(zero.sum())} of {self._last + 1 - int(first)} steps"
                findings.add("step without a row", told, 'They count as 0, by missing="zero".', dropped=False)
        known = {
            name: np.insert(given, at, "" if given.dtype == object else np.nan) for name, given in rows.known.items()
        }
        return replace(rows, times=np.insert(rows.times, at, self._grid[free]), columns=columns, known=known)
