"""From rows of one thing to series on regular steps: sorted, doubles averaged, gaps named and carried over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crnn.data.findings import Findings
from crnn.errors import DataError
from crnn.series.forecast import time_text
from crnn.series.known import last_before
from crnn.series.scaling import note_constant
from crnn.series.series import Series
from crnn.series.steps import DAY_S, Step

MOST_STEPS = 50
"""Steps for each row from which a time stamp must be wrong: a year 2924 would make a series of millions of gaps."""

MUCH, MOSTLY = 0.2, 0.5
"""Share of a series' steps without a value from which it is said by itself, and from which something must be wrong."""

_GAPS = "The last value before stands in their place; windows that would mostly be judged by such values are not used."
_OR_ZEROS = ' With missing="zero" (--missing zero) a step without a row counts as 0, as of rare sales.'
_MOSTLY_GAPS = (
    " Where the rows are of several things, name the column that tells these apart with series=…; or aggregate them to"
    " longer steps."
)
_DOUBLE = "Their values were averaged. If a column tells series apart, name it with series=…"
_DOUBLE_HOUR = (
    "Their values were averaged. An hour comes twice where summer time ends: give times with a zone. If a column tells"
    " series apart, name it with series=…"
)

Array = NDArray[Any]


@dataclass(frozen=True)
class Rows:
    """The rows of one thing, as the file has them.

    Args:
        key: Its name; "" where the file has one thing.
        times: ``(N,)`` in any order.
        columns: ``(N,)`` numbers by column, NaN where one is missing.
        known: ``(N,)`` numbers or texts by column.
        several: Whether the file has several columns to forecast, so that their names belong to the series'.
    """

    key: str
    times: Array
    columns: dict[str, Array]
    known: dict[str, Array]
    several: bool

    def title(self, column: str) -> str:
        """What messages call the series of a column: the thing, the column, or both."""
        return " · ".join(part for part in (self.key, column if self.several or not self.key else "") if part)


def gridded(rows: Rows, step: Step, findings: Findings, *, zeros: bool = False) -> list[Series]:
    """A series for each column, from its first value to its last.

    A missing value is the last one before it: any filling that looks ahead would tell a window its future. Rows behind
    the last value give what is known ahead.

    Args:
        rows: Of one thing.
        step: From one value to the next.
        findings: Where to say what was sorted, averaged, moved or filled.
        zeros: Whether steps without a row were given zeros, so that these need not be offered.

    Raises:
        DataError: a time lies far from all others.
    """
    advice = _GAPS if zeros else f"{_GAPS}{_OR_ZEROS}"
    order = np.argsort(rows.times, kind="stable")
    if not (order == np.arange(len(order))).all():
        findings.add(
            "series with unsorted rows",
            rows.key or "all rows",
            "They were put in the order of time.",
            dropped=False,
        )
    times = rows.times[order]
    places, times = _places(rows, times, step, findings)
    count = int(places[-1]) + 1
    grid = np.unique(times) if step.unit == "workday" else step.at(times, count)
    _off_grid(rows, times, grid[places], step, findings)
    known = {name: _spread(values[order], places, count) for name, values in rows.known.items()}
    found = []
    for column, values in rows.columns.items():
        laid = _spread(values[order], places, count)
        present = np.flatnonzero(~np.isnan(laid))
        name = rows.title(column)
        if len(present) == 0:
            findings.add("series without a value", name or column, "It is not used.")
            continue
        start, stop = int(present[0]), int(present[-1]) + 1
        ahead = {each: array[start:] for each, array in known.items()}
        filled, missing = _filled(name, laid[start:stop], grid[start:stop], advice, findings)
        series = Series(
            name or column, rows.key, column, filled, step, grid[start:stop], ahead, missing, coming=grid[stop:]
        )
        note_constant(series, findings)
        found.append(series)
    return found


def _filled(
    name: str, values: Array, times: Array, advice: str, said: Findings
) -> tuple[Array, NDArray[np.bool_] | None]:
    """Values with the last one before in each gap, which is named, and where these were; None where there are none."""
    missing = np.isnan(values)
    if not missing.any():
        return values, None
    share = missing.mean()
    mostly = share > MOSTLY
    told = f"{int(missing.sum())} of {len(values)} steps, the first is {time_text(times[int(missing.argmax())])}"
    said.add(
        "series that is mostly gaps"
        if mostly
        else "series that is filled in good part"
        if share >= MUCH
        else "missing value",
        f"{name}: {f'{share:.0%} is filled, ' if share >= MUCH else ''}{told}",
        f"{advice}{_MOSTLY_GAPS}" if mostly else advice,
        dropped=False,
    )
    return values[last_before(~missing)], missing


def _places(rows: Rows, times: Array, step: Step, findings: Findings) -> tuple[Array, Array]:
    """The step of each row, and the times in their order; doubles and rows off the grid are named."""
    if step.unit == "workday":
        distinct, places = np.unique(times, return_inverse=True)
        gone = int(np.busday_count(distinct[0].astype("datetime64[D]"), distinct[-1].astype("datetime64[D]")))
        if gone + 1 > len(distinct):
            findings.add(
                "working day without a row",
                f"{rows.key or 'all rows'}: {gone + 1 - len(distinct)} of {gone + 1}",
                "They count as holidays: a step leads from one row to the next.",
                dropped=False,
            )
    else:
        places = step.positions(times)
    require_near(rows.key or "the series", times, places, step)
    doubled = np.unique(places[1:][np.diff(places) == 0])
    advice = _DOUBLE_HOUR if step.unit == "second" and step.size < DAY_S else _DOUBLE
    for place in doubled.tolist():
        when = time_text(times[int(np.searchsorted(places, place))])
        findings.add("time given twice", f"{rows.key}: {when}" if rows.key else when, advice, dropped=False)
    return places, times


def require_near(name: str, times: Array, places: Array, step: Step) -> None:
    """Refuse times of which one lies so far from the others that there would be gaps alone.

    Args:
        name: What messages call the rows.
        times: In their order.
        places: Of their steps.
        step: Of the rows.

    Raises:
        DataError: hardly any step has a row.
    """
    if int(places[-1]) + 1 > MOST_STEPS * max(len(times), 20):
        first, last = time_text(times[0]), time_text(times[-1])
        raise DataError(
            f"{name} has {len(times)} rows from {first} to {last}, which is {int(places[-1]) + 1} steps of"
            f" {step.words}: correct the time stamp that lies far from the others"
        )


def _off_grid(rows: Rows, times: Array, laid: Array, step: Step, findings: Findings) -> None:
    moved = np.flatnonzero(step.moved(times, laid))
    if len(moved):
        findings.add(
            "time between two steps",
            f"{rows.key or 'all rows'}: {len(moved)}, the first is {time_text(times[moved[0]])}",
            f"They were moved to the nearest {step.name}.",
            dropped=False,
        )


def _spread(values: Array, places: Array, count: int) -> Array:
    """Values ``(N,)`` of rows on ``(count,)`` steps; numbers of one step are averaged, of texts the last counts."""
    if values.dtype == object:
        laid = np.full(count, "", dtype=object)
        laid[places] = values
        return laid
    there = ~np.isnan(values)
    sums = np.bincount(places[there], values[there], minlength=count)
    counts = np.bincount(places[there], minlength=count)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)
