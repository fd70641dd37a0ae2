"""Which columns of a table say the time, alone or together (year and month, date and hour), and what they say."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from crnn.data.table import Table
from crnn.errors import DataError
from crnn.series.numbers import MISSING
from crnn.series.stamps import HOW_TO_WRITE, are_numbers, are_sheet_days, looks_like_time, require_whole
from crnn.series.time_forms import number_of, says_day, year_of
from crnn.series.time_names import (
    CLOCKS,
    COUNTS,
    DAYS,
    MONTHS,
    QUARTERS,
    STAMPS,
    WEEKS,
    YEARS,
    as_named,
    called,
    is_time_name,
    may_be_time,
    must_be_time,
)

LOOKED_AT = 200
"""Cells that say whether a column holds times."""
_MOSTLY = 0.9


def cells_of(table: Table, name: str) -> list[str]:
    """A column as text; a row that ends before it has nothing there."""
    at = table.header.index(name)
    return [row[at] if at < len(row) else "" for row in table.rows]


def _times_of(table: Table, name: str) -> list[str]:
    """A column of time as text; whole numbers without the ``.0`` that programs write where a cell was missing."""
    cells = cells_of(table, name)
    if all(cell.endswith(".0") for cell in cells if cell):
        return [cell.removesuffix(".0") for cell in cells]
    return cells


def find(table: Table, free: Sequence[str]) -> tuple[str, ...]:
    """The column that says the time, or those that say it together; none where rows only follow each other.

    Args:
        table: The table.
        free: Names of the columns that have no other role.
    """
    cells = {name: _times_of(table, name) if may_be_time(name) else cells_of(table, name) for name in free}
    said = {name: [cell for cell in cells[name] if cell] for name in free}
    named = [name for name in free if may_be_time(name)]
    others = [name for name in free if name not in named]
    told = [name for name in named if _told(name, said[name])]
    timely = [name for name in others if looks_like_time(said[name], name)]
    dates = [name for name in told if _mostly_times(said[name], name)]
    dates += [name for name in timely if not are_numbers(said[name][:LOOKED_AT])]
    years = [name for name in dates if all(map(year_of, said[name]))]  # 2024年, beside which may stand the month
    dates = [name for name in dates if name not in years]
    dates.sort(key=lambda name: _vagueness(name, said[name]))
    if dates:
        return _with_clock(table, dates[0], free)
    if parts := _parts(table, free):
        return parts
    if parts := _unread_parts(table, free):
        return parts
    counted = [name for name in timely if _are_even(said[name])]
    counted += [name for name in told if are_counts(cells[name])] + years
    counted += [name for name in told if are_sheet_days(said[name], name)]
    counted += [name for name in others if name.lower() in COUNTS and _are_even(said[name])]
    unread = [name for name in named if name.lower() in STAMPS and not are_numbers(said[name][:LOOKED_AT])]
    return tuple((counted or unread)[:1])  # whoever reads what no one can says which cell it is


def require_none(table: Table, free: Sequence[str], numbers_too: bool) -> None:
    """Refuse columns whose names say that they are times, where none of them could be read.

    Args:
        table: In which no time was found.
        free: Names of the columns that have no other role.
        numbers_too: Whether a column of such a name may hold plain numbers neither.

    Raises:
        DataError: there is one; says how to write times.
    """
    for name in free:
        cells = cells_of(table, name)
        told = [place for place, cell in enumerate(cells) if cell.lower() not in MISSING]
        said = [cells[place] for place in told]
        if told and (numbers_too and is_time_name(name) if are_numbers(said) else must_be_time(name, said)):
            if are_numbers(said) and name.lower() in STAMPS:
                require_whole(said, name)
            raise DataError(
                f"column {name!r}, line {table.lines[told[0]]}: {said[0]!r} is no time that can be read, though the"
                f" name of its column says so. {HOW_TO_WRITE}, or name the column of time with time=… (--time); where"
                " rows are to count as steps in their order, call it otherwise"
            )


def _vagueness(name: str, said: Sequence[str]) -> tuple[bool, bool, bool]:
    """Sorts columns of time: first those whose times differ, then days before weeks, months and quarters."""
    return len(set(said)) == 1, not all(map(says_day, said[:LOOKED_AT])), list(as_named(said, name)) != said


def _told(name: str, said: Sequence[str]) -> bool:
    """Whether a column is of time by more than a word in its name, where it holds plain numbers: ``orders_per_day``."""
    return not are_numbers(said) or is_time_name(name) or _are_even(said)


def texts_of(table: Table, names: Sequence[str]) -> list[str]:
    """What the columns of time say, together in one text a row; "" where one of them says nothing.

    Example:
        >>> from pathlib import Path
        >>> table = Table(Path("a.csv"), ("year", "month"), [["2024", "1"], ["2024", "Feb"]], [2, 3])
        >>> texts_of(table, ("year", "month"))
        ['2024-01', 'Feb 2024']
    """
    columns = [_times_of(table, name) for name in names]
    if len(columns) == 1:
        return columns[0]
    by_year = all(year_of(cell) for cell in columns[0] if cell)
    rows = zip(*columns, strict=True)
    return [(_of_year(names, row) if by_year else _of_day(row)) if all(row) else "" for row in rows]


def _of_year(names: Sequence[str], row: tuple[str, ...]) -> str:
    """Year and quarter, year and week, or year, month, day and hour as one text."""
    year, part, *rest = row
    year, *rest = year_of(year), *(_plain(cell) for cell in rest)
    if called(names[1], QUARTERS):
        return f"{year}-Q{_plain(part)}"
    if called(names[1], WEEKS):
        return f"{year}-W{_padded(_plain(part))}"
    if not number_of(part):  # the name of a month
        return " ".join([*rest[:1], part, year])
    day = "-".join([year, _padded(_plain(part)), *map(_padded, rest[:1])])
    return _of_day((day, *rest[1:])) if rest[1:] else day


def _plain(cell: str) -> str:
    """The number that a cell says in words, as Q3, 3月 or 第三季度; any other cell as it is."""
    return str(number_of(cell) or cell)


def _of_day(row: tuple[str, ...]) -> str:
    """A date and its hour, or its time of day, as one text."""
    date, clock = row[0], row[1]
    return f"{date} {_padded(clock)}:00" if clock.isdigit() else f"{date} {clock}"


def _padded(number: str) -> str:
    return f"{number:0>2}"


def _with_clock(table: Table, date: str, free: Sequence[str]) -> tuple[str, ...]:
    """A column of dates, and the one that says the hour of the day, where dates alone come again."""
    days = cells_of(table, date)
    if len(set(days)) == len(days):
        return (date,)
    for name in free:
        if name != date and called(name, CLOCKS) and _are_times_of_day(cells_of(table, name)):
            joined = texts_of(table, (date, name))
            if _mostly_times(joined) and len(set(joined)) > len(set(days)):
                return date, name
    return (date,)


def _parts(table: Table, free: Sequence[str]) -> tuple[str, ...]:
    """Year and month, quarter or week, with the day and the hour where they are columns too."""
    year = _first(free, YEARS)
    if year is None or not all(year_of(cell) for cell in _times_of(table, year) if cell):
        return ()
    month, day = _first(free, MONTHS) or _months_by_letter(table, free), _first(free, DAYS)
    hour = _first([name for name in free if name not in (month, day)], CLOCKS)
    month_and_finer = (month, day, hour) if day and hour else (month, day) if day else (month,)
    for finer in (month_and_finer, (_first(free, QUARTERS),), (_first(free, WEEKS),)):
        names = (year, *(name for name in finer if name is not None))
        if finer[0] is not None and _mostly_times(texts_of(table, names)):
            return names
    return ()


def _months_by_letter(table: Table, free: Sequence[str]) -> str | None:
    """The column ``period`` whose cells are M01 to M12, as offices of statistics write months."""
    name = _first(free, ("period",))
    if name is None or not all(re.fullmatch(r"m\d\d", cell, re.IGNORECASE) for cell in cells_of(table, name) if cell):
        return None
    return name


def _unread_parts(table: Table, free: Sequence[str]) -> tuple[str, ...]:
    """A year that comes again and again, and beside it a month, quarter or week in words that nobody can read."""
    year = _first(free, YEARS)
    if year is None or len(set(_times_of(table, year))) == len(table.rows):
        return ()
    for finer in filter(None, (_first(free, names) for names in (MONTHS, QUARTERS, WEEKS))):
        cells = [cell for cell in cells_of(table, finer) if cell]
        if cells and all(map(year_of, filter(None, _times_of(table, year)))) and not are_numbers(cells):
            return year, finer
    return ()


def _first(free: Sequence[str], words: Sequence[str]) -> str | None:
    return next((name for name in free if name.lower() in words), None)


def _mostly_times(cells: Sequence[str], column: str = "") -> bool:
    """Whether most cells hold times; where single ones are wrong, whoever reads them says which."""
    told = [cell for cell in cells if cell][:LOOKED_AT]
    return sum(looks_like_time([cell], column) for cell in told) > len(told) / 2


def _are_even(cells: Sequence[str]) -> bool:
    """Whether numbers count on: nine of ten rows go on by none or by one and the same step, and few turn back."""
    try:
        values = np.array(cells, np.float64)
    except ValueError:
        return False
    gaps = np.diff(values)
    if not (gaps > 0).any():
        return False
    step = np.median(gaps[gaps > 0])
    return float(((gaps == 0) | (gaps == step)).mean()) >= _MOSTLY


def _are_times_of_day(cells: Sequence[str]) -> bool:
    told = [cell for cell in cells if cell]
    clock = re.compile(r"([01]?\d|2[0-4])(:[0-5]\d(:[0-5]\d(\.\d+)?)?)?( *[ap]\.?m\.?)?", re.IGNORECASE)
    return bool(told) and all(clock.fullmatch(cell) for cell in told)


def are_counts(cells: Sequence[str]) -> bool:
    """Whether all cells are whole numbers."""
    return all(cell.lstrip("-").isdigit() for cell in cells)
