"""Columns of time stamps: which form and which order they have, time zones, epochs, dates as plain numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from crnn.data.findings import Findings
from crnn.errors import DataError
from crnn.series.steps import DAY_S, Step
from crnn.series.time_forms import MONTH_FIRST, SLASHED, YEAR, Order, read
from crnn.series.time_names import as_named, may_be_months_of_quarters

Times = NDArray[np.datetime64]

_EPOCHS = ((1e8, 1e11, 1.0), (1e11, 1e14, 1e-3), (1e14, 1e17, 1e-6), (1e17, 1e20, 1e-9))
_EPOCH = datetime(1970, 1, 1)
_NUMBER = re.compile(r"-?\d+(\.\d+)?(e\+?\d+)?", re.IGNORECASE)
_DAYS = re.compile(r"(19|20)\d{2}(0[1-9]|1[0-2])([0-2]\d|3[01])")
_YEAR_MONTH = re.compile(r"(19|20)\d{2}(0[1-9]|1[0-2])")
_YEARS = ("year", "jahr", "année", "año", "年")
_DATES = ("date", "datum", "日期", "fecha")
HOW_TO_WRITE = (
    "Write dates as 2024-01-31, times as 2024-01-31 18:00, weeks as 2024-W05, months as 2024-01, quarters as 2024-Q1"
)
_SHEET, _SHEET_START = (20_000, 60_000), datetime(1899, 12, 30)
"""Days of spreadsheets from 1954 to 2064."""
_ORDERS: tuple[Order, ...] = ("dmy", "mdy", "ymd")


@dataclass(frozen=True)
class Stamps:
    """A column of time.

    Args:
        times: ``datetime64[s]`` ``(N,)``, or whole numbers where time is only counted.
        zoned: Whether the file gave time zones.
    """

    times: NDArray[np.generic]
    zoned: bool = False

    @property
    def dated(self) -> bool:
        """Whether these are dates, and not only counted steps."""
        return self.times.dtype.kind == "M"


def looks_like_time(cells: Sequence[str], column: str = "") -> bool:
    """Whether a column holds dates; plain numbers only where they are epochs, or its name says what they are.

    Example:
        >>> looks_like_time(["05/02/10", "12/02/10"]), looks_like_time(["3", "4"])
        (True, False)
    """
    said = as_named([cell for cell in cells[:50] if cell], column)
    if not said:
        return False
    if are_numbers(said):
        return all(map(_DAYS.fullmatch, said)) or all(_epoch(float(cell)) is not None for cell in said)
    return all(any(read(cell, order) for order in _ORDERS) for cell in said)


def are_numbers(cells: Sequence[str]) -> bool:
    """Whether all cells are plain numbers, and not months with their year: 01.2015."""
    return all(map(_NUMBER.fullmatch, cells)) and not all(map(MONTH_FIRST.fullmatch, cells))


def are_sheet_days(cells: Sequence[str], column: str) -> bool:
    """Whether a column is called a date and holds days of a spreadsheet, perhaps with parts of a day."""
    if not _is_called(column, _DATES) or not cells or not are_numbers(cells):
        return False
    return all(_SHEET[0] < float(cell) < _SHEET[1] for cell in cells)


def parse(
    cells: Sequence[str], column: str, lines: Sequence[int], findings: Findings, step: Step | None = None
) -> Stamps:
    """A column of time as `Stamps`.

    Between dd/mm and mm/dd a day above 12 decides; without one, the order that gives the more even steps, or the step
    that is known. Stamps with time zones are brought to UTC where a step is shorter than a day; else their own clock
    counts, since a day has 23 or 25 hours twice a year.

    Args:
        cells: As text.
        column: Its name, for messages; it also tells years from counts, and dates of spreadsheets.
        lines: The line of the file that each cell stands on.
        findings: Where to say what was done to time zones.
        step: Of a table of the same kind that was read before.

    Raises:
        DataError: a cell is no time, or days and months cannot be told apart; names column and line.

    Example:
        >>> parse(["05/02/10", "12/02/10", "19/02/10"], "Date", [2, 3, 4], Findings()).times.astype(str).tolist()
        ['2010-02-05T00:00:00', '2010-02-12T00:00:00', '2010-02-19T00:00:00']
    """
    meant = as_named(cells, column)
    if are_numbers(meant):
        return _counted(meant, column, findings)
    if may_be_months_of_quarters(cells, column):
        name = f"column {column!r}: {cells[-1]}, read as {meant[-1]}"
        advice = "It may be a quarter or its first month: the reading in which they follow each other counts."
        findings.add(
            "quarter that may be a month", name, f"{advice} Write quarters as 2024-Q1 if that is wrong.", False
        )
    order = _order(meant, column, lines, step)
    found = [read(cell, order) for cell in meant]
    for place, each in enumerate(found):
        if each is None:
            raise DataError(
                f"column {column!r}, line {lines[place]}: {cells[place]!r} is no time{' like the others' * any(found)}."
                f" {HOW_TO_WRITE}"
            )
    given = [each for each in found if each is not None]
    _require_seconds(given, column)
    return _settled(given, column, findings)


def _require_seconds(given: Sequence[datetime], column: str) -> None:
    """Refuse what steps of time cannot hold.

    Raises:
        DataError: times that differ by less than a second.
    """
    if len({each.replace(microsecond=0) for each in given}) < 0.9 * len(set(given)):
        raise DataError(
            f"column {column!r} has several times in one second, as {given[0].isoformat()}: number the rows 0, 1, 2, …"
            " in its place, or aggregate them to seconds"
        )


def _settled(given: list[datetime], column: str, findings: Findings) -> Stamps:
    """Time zones taken away: UTC for short steps, the clock on the wall for whole days."""
    zoned = [each for each in given if each.tzinfo is not None]
    if zoned and len(zoned) < len(given):
        raise DataError(
            f"column {column!r}: {len(zoned)} of {len(given)} times have a time zone: give it to all or none"
        )
    if not zoned:
        return Stamps(_times(given))
    wall = _times([each.replace(tzinfo=None) for each in given])
    utc = _times([each.astimezone(UTC).replace(tzinfo=None) for each in given])
    daily = bool((wall.astype(np.int64) % DAY_S == wall.astype(np.int64)[0] % DAY_S).all())
    findings.add(
        "time zone",
        f"column {column!r}, as {given[0].isoformat()}",
        "Days are those of the clock on the wall." if daily else "Times were brought to UTC, and forecasts are in UTC.",
        dropped=False,
    )
    return Stamps(wall if daily else utc, zoned=True)


def _times(given: Sequence[datetime]) -> Times:
    return np.array([round((each - _EPOCH).total_seconds()) for each in given], np.int64).astype("datetime64[s]")


def _counted(cells: Sequence[str], column: str, findings: Findings) -> Stamps:
    """Numbers: dates, epochs, days of a spreadsheet, years, or counts."""
    values = np.array([float(cell) for cell in cells])
    if dates := _dates_as_numbers(cells, column):
        return Stamps(_times(dates))
    share = _epoch(float(np.median(values)))
    if share is not None:
        return Stamps(np.round(values * share).astype(np.int64).astype("datetime64[s]"))
    if are_sheet_days(cells, column):
        advice = "They were read as days of a spreadsheet, counted from 1899-12-30."
        findings.add("dates as numbers", f"column {column!r}, as {cells[0]}", advice, dropped=False)
        return Stamps(_times([_SHEET_START + timedelta(days=value) for value in values.tolist()]))
    require_whole(cells, column)
    return Stamps(values.astype(np.int64))


def require_whole(cells: Sequence[str], column: str) -> None:
    """Refuse times that are counted in fractions, as of hours.

    Args:
        cells: Numbers.
        column: Its name, for messages.

    Raises:
        DataError: one is no whole number; names column and cell.
    """
    found = next((cell for cell in cells if float(cell) % 1), None)
    if found is not None:
        raise DataError(
            f"column {column!r} counts time in fractions, as {found}: number the rows 0, 1, 2, … in its place, or count"
            " in whole minutes or seconds; dates are written as 2024-01-31, times as 2024-01-31 18:15"
        )


def _dates_as_numbers(cells: Sequence[str], column: str) -> Sequence[datetime]:
    """Days as 20240131, months as 202401, and years as 2024 by their column's name; else nothing."""
    if all(map(_DAYS.fullmatch, cells)):
        return [datetime.strptime(cell, "%Y%m%d") for cell in cells]
    if all(map(_YEAR_MONTH.fullmatch, cells)):
        return [datetime(int(cell[:4]), int(cell[4:]), 1) for cell in cells]
    if _is_called(column, _YEARS) and all(map(YEAR.fullmatch, cells)):
        return [datetime(int(cell), 1, 1) for cell in cells]
    return ()


def _is_called(column: str, words: Sequence[str]) -> bool:
    return any(word in column.lower() for word in words)


def _epoch(value: float) -> float | None:
    """Seconds in one unit of an epoch of this size; None where it is none."""
    return next((share for low, high, share in _EPOCHS if low <= abs(value) < high), None)


def _order(cells: Sequence[str], column: str, lines: Sequence[int], step: Step | None) -> Order:
    """Whether 05/02/10 is the fifth of February, the second of May, or the tenth of February 2005."""
    slashed = [(cell, found) for cell in cells if (found := SLASHED.search(cell)) and len(found[1]) < 4]
    if not slashed:
        return "dmy"
    firsts, seconds = (max(int(found[part]) for _, found in slashed) for part in (1, 2))
    two_digits = all(len(found[1]) == 2 == len(found[3]) for _, found in slashed)
    even: dict[Order, float] = {}
    if two_digits or max(firsts, seconds) <= 12:
        even = {order: _unevenness([read(cell, order) for cell in cells]) for order in _ORDERS}
    if two_digits and np.inf > even["ymd"] <= min(even["dmy"], even["mdy"]):
        if even["ymd"] < min(even["dmy"], even["mdy"]):
            return "ymd"
        if all("-" in found[0] for _, found in slashed):
            raise DataError(
                f"column {column!r}: {cells[0]!r} may begin or end with the year, and nothing in the column tells"
                " which. Write dates as 2024-01-31"
            )
    if (firsts > 12) != (seconds > 12):
        return "dmy" if firsts > 12 else "mdy"
    if firsts > 12:
        place = next(
            place for place, cell in enumerate(cells) if (found := SLASHED.search(cell)) and int(found[2]) > 12
        )
        raise DataError(
            f"column {column!r}, line {lines[place]}: {cells[place]!r} has the month first, other lines the day. Write"
            " dates as 2024-01-31"
        )
    if even["dmy"] == even["mdy"] and firsts != seconds:
        fitting: list[Order] = [
            order for order in ("dmy", "mdy") if _follow([read(cell, order) for cell in cells], step)
        ]
        if len(fitting) == 1:
            return fitting[0]
        raise DataError(
            f"column {column!r}: {cells[0]!r} may be day/month or month/day, and nothing in the column tells which."
            " Write dates as 2024-01-31"
        )
    return "dmy" if even["dmy"] <= even["mdy"] else "mdy"


def _follow(given: Sequence[datetime | None], step: Step | None) -> bool:
    """Whether times go on by one step each."""
    times = np.unique(_times([each.replace(tzinfo=None) for each in given if each is not None]))
    return step is not None and step.dated and bool((np.diff(step.positions(times)) == 1).all())


def _unevenness(given: Sequence[datetime | None]) -> float:
    """How many different distances times have: in days, or in months where all are the same day of theirs.

    Returns:
        Infinity where there are no times; 0 where there are too few to tell.
    """
    told = [each for each in given if each is not None]
    if len(told) < len(given) / 2:
        return np.inf
    days = np.unique([each.toordinal() for each in told])
    if len(days) < 3:
        return 0
    found = len(np.unique(np.diff(days)))
    if len({each.day for each in told}) == 1:
        found = min(found, len(np.unique(np.diff(np.unique([12 * each.year + each.month for each in told])))))
    return found
