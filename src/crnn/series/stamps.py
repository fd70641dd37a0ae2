"""Time stamps as people write them: ISO, dd/mm/yy, mm/dd/yy, epoch seconds and milliseconds, months, plain numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from crnn.data.findings import Findings
from crnn.errors import DataError

Times = NDArray[np.datetime64]

DAY_S = 86_400

_WORDY = ("%d-%b-%Y", "%d %b %Y", "%d-%b-%y", "%b %Y", "%B %Y", "%b-%y", "%B %d, %Y", "%b %d, %Y", "%d %B %Y")
_SLASHED = re.compile(r"(\d{1,4})[/.-](\d{1,2})[/.-](\d{1,4})(?:[ T]+(.+))?")
_MONTH = re.compile(r"(\d{4})[-/.年](\d{1,2})月?")
_QUARTER = re.compile(r"(\d{4})[- ]?q([1-4])", re.IGNORECASE)
_CHINESE = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日(?: *(.+))?")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(?: *([ap])\.?m\.?)?", re.IGNORECASE)
_EPOCHS = ((1e8, 1e11, 1.0), (1e11, 1e14, 1e-3), (1e14, 1e17, 1e-6), (1e17, 1e20, 1e-9))
_EPOCH = datetime(1970, 1, 1)


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


def looks_like_time(cells: Sequence[str]) -> bool:
    """Whether a column holds dates; plain numbers only where they are epochs.

    Example:
        >>> looks_like_time(["05/02/10", "12/02/10"]), looks_like_time(["3", "4"])
        (True, False)
    """
    said = [cell for cell in cells[:50] if cell]
    if not said:
        return False
    if all(re.fullmatch(r"-?\d+(\.\d+)?", cell) for cell in said):
        whole = all(re.fullmatch(r"(19|20)\d{2}(0[1-9]|1[0-2])([0-2]\d|3[01])", cell) for cell in said)
        return whole or all(_epoch(float(cell)) is not None for cell in said)
    return all(_one(cell, True) or _one(cell, False) for cell in said)


def parse(cells: Sequence[str], column: str, lines: Sequence[int], findings: Findings) -> Stamps:
    """A column of time as `Stamps`.

    Between dd/mm and mm/dd a day above 12 decides; without one, the order that gives the more even steps. Stamps with
    time zones are brought to UTC where a step is shorter than a day; else their own clock counts, since a day has 23 or
    25 hours twice a year.

    Raises:
        DataError: a cell is no time, or days and months cannot be told apart; names column and line.

    Example:
        >>> parse(["05/02/10", "12/02/10", "19/02/10"], "Date", [2, 3, 4], Findings()).times.astype(str).tolist()
        ['2010-02-05T00:00:00', '2010-02-12T00:00:00', '2010-02-19T00:00:00']
    """
    if all(re.fullmatch(r"-?\d+(\.\d+)?", cell) for cell in cells):
        return _counted(cells, column)
    day_first = _day_first(cells, column, lines)
    found = [_one(cell, day_first) for cell in cells]
    for place, each in enumerate(found):
        if each is None:
            raise DataError(
                f"column {column!r}, line {lines[place]}: {cells[place]!r} is no time like the others. Write dates as"
                " 2024-01-31, times as 2024-01-31 18:00"
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


def _times(given: list[datetime]) -> Times:
    return np.array([round((each - _EPOCH).total_seconds()) for each in given], np.int64).astype("datetime64[s]")


def _counted(cells: Sequence[str], column: str) -> Stamps:
    """Numbers: dates as 20240131, epochs, years, or counted steps."""
    if all(re.fullmatch(r"(19|20)\d{2}(0[1-9]|1[0-2])([0-2]\d|3[01])", cell) for cell in cells):
        return Stamps(_times([datetime.strptime(cell, "%Y%m%d") for cell in cells]))
    values = np.array([float(cell) for cell in cells])
    share = _epoch(float(np.median(values)))
    if share is not None:
        return Stamps(np.round(values * share).astype(np.int64).astype("datetime64[s]"))
    if not (values == np.round(values)).all():
        raise DataError(f"column {column!r} counts time in fractions: give dates, epoch seconds, or whole numbers")
    if ((values >= 1500) & (values <= 2200)).all() and len(np.unique(values)) > 1 and _yearly(column):
        return Stamps(_times([datetime(int(value), 1, 1) for value in values]))
    return Stamps(values.astype(np.int64))


def _yearly(column: str) -> bool:
    return any(word in column.lower() for word in ("year", "jahr", "année", "año", "年"))


def _epoch(value: float) -> float | None:
    """Seconds in one unit of an epoch of this size; None where it is none."""
    return next((share for low, high, share in _EPOCHS if low <= abs(value) < high), None)


def _day_first(cells: Sequence[str], column: str, lines: Sequence[int]) -> bool:
    """Whether 05/02 is the fifth of February."""
    pairs = [(int(found[1]), int(found[2])) for found in map(_SLASHED.fullmatch, cells) if found and len(found[1]) < 4]
    if not pairs:
        return True
    firsts, seconds = max(pair[0] for pair in pairs), max(pair[1] for pair in pairs)
    if (firsts > 12) != (seconds > 12):
        return firsts > 12
    if firsts > 12:
        place = next(
            place for place, cell in enumerate(cells) if (found := _SLASHED.fullmatch(cell)) and int(found[2]) > 12
        )
        raise DataError(
            f"column {column!r}, line {lines[place]}: {cells[place]!r} has the month first, other lines the day. Write"
            " dates as 2024-01-31"
        )
    unevenness = [
        _unevenness([each for cell in cells if (each := _one(cell, day_first))]) for day_first in (True, False)
    ]
    if unevenness[0] == unevenness[1] and firsts != seconds:
        raise DataError(
            f"column {column!r}: {cells[0]!r} may be day/month or month/day, and nothing in the column tells which."
            " Write dates as 2024-01-31"
        )
    return unevenness[0] <= unevenness[1]


def _unevenness(given: list[datetime]) -> int:
    """How many different distances these times have: in days, or in months where all are the same day of theirs."""
    days = np.unique([each.toordinal() for each in given])
    if len(days) < 3:
        return 0
    found = len(np.unique(np.diff(days)))
    if len({each.day for each in given}) == 1:
        found = min(found, len(np.unique(np.diff(np.unique([12 * each.year + each.month for each in given])))))
    return found


def _one(cell: str, day_first: bool) -> datetime | None:
    """One cell as a time, or None."""
    try:
        return datetime.fromisoformat(cell)
    except ValueError:
        pass
    try:
        return _written(cell, day_first)
    except ValueError:
        return None


def _written(cell: str, day_first: bool) -> datetime | None:
    """A time that is not in ISO form.

    Raises:
        ValueError: there is no such day.
    """
    if found := _CHINESE.fullmatch(cell):
        return _at(int(found[1]), int(found[2]), int(found[3]), found[4])
    if found := _SLASHED.fullmatch(cell):
        first, second, third = int(found[1]), int(found[2]), int(found[3])
        if len(found[1]) == 4:
            return _at(first, second, third, found[4])
        year = third if len(found[3]) == 4 else third + (1900 if third >= 69 else 2000)
        return _at(year, *((second, first) if day_first else (first, second)), found[4])
    if found := _MONTH.fullmatch(cell):
        return datetime(int(found[1]), int(found[2]), 1)
    if found := _QUARTER.fullmatch(cell):
        return datetime(int(found[1]), 3 * int(found[2]) - 2, 1)
    for form in _WORDY:
        try:
            return datetime.strptime(cell, form)
        except ValueError:
            continue
    return None


def _at(year: int, month: int, day: int, clock: str | None) -> datetime:
    start = datetime.combine(date(year, month, day), datetime.min.time())
    if not clock:
        return start
    found = _CLOCK.fullmatch(clock.strip())
    if not found:
        raise ValueError(clock)
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    if hour > (12 if found[4] else 24) or (hour == 24 and minute + second > 0) or max(minute, second) > 59:
        raise ValueError(clock)
    if found[4]:
        hour = hour % 12 + 12 * (found[4].lower() == "p")
    return start + timedelta(hours=hour, minutes=minute, seconds=second)
