"""Tables with months, quarters, hours or years side by side as one value a row."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from crnn.data.findings import Findings
from crnn.data.table import Table
from crnn.series.numbers import looks_numeric
from crnn.series.roles import may_name, names_series
from crnn.series.stamps import looks_like_time
from crnn.series.time_columns import cells_of
from crnn.series.time_forms import month_number, number_of, year_of
from crnn.series.time_names import MONTHS, QUARTERS

_ROMAN = ("I", "II", "III", "IV")
_QUARTER = re.compile(r"(?:q|qtr|quarter|quartal) ?([1-4])|([1-4])\.? ?(?:q|quarter|quartal)", re.IGNORECASE)
_CLOCK = re.compile(
    r"(?:h|hr|he|hour|stunde|uhr|heure|hora)?[ _]?(\d{1,2})(?::([0-5]\d)(?::00)?|[ _]?(?:h|uhr|时|点))?"
    r"(?: ?([ap])\.?m\.?)?(?: ?[-–] ?\d{1,2}(?::[0-5]\d)?)?",
    re.IGNORECASE,
)
_DAY_MIN = 24 * 60
_STEPS_MIN = (60, 30, 15)
_SUM = re.compile(
    r"(?<![a-z])(total|sum|annual|mean|average|avg|ytd|gesamt|summe|mittel|totale?|somme|moyenne|anual)(?![a-z])"
    r"|合计|总计|小计|总和|全年|平均",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class _Layout:
    """Where in a table with times side by side stands what.

    Args:
        time: The column that says the time of a row.
        columns: Those of values.
        units: What a row and what a column is, as year and month.
        rows: The time of each row.
        across: The time of each column.
    """

    time: str
    columns: tuple[str, ...]
    units: tuple[str, str]
    rows: Sequence[str]
    across: Sequence[str]


def unpivoted(table: Table, findings: Findings, keys: Collection[str] = (), time: str | None = None) -> Table:
    """The table with a row for each value and columns of time beside it; any other table as it is.

    Read are: a row a year and a column a month or quarter; a row a month or quarter and a column a year; a row a day
    and a column an hour, or a half or a quarter of one. Columns beside them may name what a row is of.

    Columns of sums are left out.

    Args:
        table: With unique names of columns.
        findings: Where to say that cells were read one after the other.
        keys: Columns that are known to name series.
        time: The column that says the time of a row; None finds it.
    """
    free = [name for name in table.header if not _SUM.search(name)]
    given, sums = table, [at for at, row in enumerate(table.rows) if row and _SUM.fullmatch(row[0])]
    if 0 < len(sums) < len(table.rows):
        kept = sorted({*range(len(table.rows))} - {*sums})
        table = replace(table, rows=[table.rows[at] for at in kept], lines=[table.lines[at] for at in kept])
    for find in (_years_down, _years_across, _days_down):
        layout = find(table, free, free if time is None else [time])
        ids = None if layout is None else _ids(table, layout, free, keys)
        if layout is None or ids is None:
            continue
        what = f"{table.path.name}: {', '.join(layout.columns[:2])}, …"
        advice = "Cells were read one after the other, as one series. Name columns with target=… to keep them apart."
        findings.add("table with times side by side", what, advice, dropped=False)
        for at in sums:
            findings.add("row of sums", f"line {given.lines[at]}", "It is of no time.")
        for name in table.header:
            if name not in (*ids, layout.time, *layout.columns):
                advice = "Not used: it is no time, and no name of a series."
                findings.add("column beside times side by side", name, advice, dropped=False)
        return _stacked(table, layout, ids)
    return given


def _years_down(table: Table, free: Sequence[str], times: Sequence[str]) -> _Layout | None:
    """A row a year, a column a month or a quarter."""
    for unit, count, number in (("month", 12, _month), ("quarter", 4, _quarter)):
        wanted = list(range(1, count + 1))
        if columns := _run(free, number, wanted):
            for time in (name for name in times if name not in columns):
                years = [*map(year_of, cells_of(table, time))]
                if all(years) and len(years) > 1:
                    return _Layout(time, columns, ("year", unit), years, [*map(str, wanted)])
    return None


def _years_across(table: Table, free: Sequence[str], times: Sequence[str]) -> _Layout | None:
    """A row a month or a quarter, all of them in their order, and a column a year."""
    columns = tuple(name for name in free if year_of(name))
    years = [*map(year_of, columns)]
    if len({*years}) < max(len(years), 2):
        return None
    for time in (name for name in times if name not in columns):
        cells, name = cells_of(table, time), time.lower()
        for unit, count, number, words in (("month", 12, _month, MONTHS), ("quarter", 4, _quarter, QUARTERS)):
            if name in words and all(cell.isdecimal() for cell in cells):
                numbers = [*map(int, cells)]
            else:  # plain numbers of anything else may be those of shops
                numbers = [0 if cell.isdecimal() else number(cell) for cell in cells]
            if numbers == list(range(1, count + 1)) * (len(cells) // count):
                return _Layout(time, columns, (unit, "year"), [*map(str, numbers)], years)
    return None


def _days_down(table: Table, free: Sequence[str], times: Sequence[str]) -> _Layout | None:
    """A row a day, a column an hour, or a half or a quarter of one."""
    for step in _STEPS_MIN:
        from_0 = list(range(0, _DAY_MIN, step))
        for wanted in (from_0, [*from_0[1:], _DAY_MIN], [*from_0[1:], 0]):
            if columns := _run(free, _minutes, wanted):
                across = [f"{minute // 60:02}:{minute % 60:02}" for minute in (*wanted[:-1], wanted[-1] or _DAY_MIN)]
                for time in (name for name in times if name not in columns):
                    days = cells_of(table, time)
                    if looks_like_time(days, time):
                        return _Layout(time, columns, ("date", "hour"), days, across)
    return None


def _run(names: Sequence[str], number: Callable[[str], int], wanted: Sequence[int]) -> tuple[str, ...]:
    """Names in a row with the numbers that are wanted; none where others are numbered on, as stores 1 to 50 are."""
    numbers = [*map(number, names)]
    for start in range(len(names) - len(wanted) + 1):
        if numbers[start : start + len(wanted)] == wanted:
            found = tuple(names[start : start + len(wanted)])
            numbered_on = any(_shape(name) == _shape(found[0]) for name in names if name not in found)
            return () if numbered_on else found
    return ()


def _ids(table: Table, layout: _Layout, free: Sequence[str], keys: Collection[str]) -> tuple[str, ...] | None:
    """The columns that say what a row is of; None where rows of one time need some and there are none."""
    again = len({*layout.rows}) < len(layout.rows)
    beside = [name for name in free if name != layout.time and name not in layout.columns]
    ids = tuple(name for name in beside if name in keys or _tells_apart(table, name, again))
    if (again and not ids) or {*layout.units, "value"} & {*ids}:
        return None
    return ids


def _tells_apart(table: Table, name: str, again: bool) -> bool:
    """Whether a column says what a row is of, where times come `again`; a text may be worth a word in any case."""
    cells = cells_of(table, name)
    if not looks_numeric(cells):
        return True
    return len(set(cells)) > 1 and (names_series(name) or (again and may_name(cells)))


def _stacked(table: Table, layout: _Layout, ids: tuple[str, ...]) -> Table:
    """Cells one below the other, in the order of time, with the times of their row and of their column before them."""
    keys = list(zip(*(cells_of(table, name) for name in ids), strict=True)) or [()] * len(table.rows)
    values = zip(*(cells_of(table, name) for name in layout.columns), strict=True)
    found = [
        (line, [*key, row, column, cell])
        for line, key, row, cells in zip(table.lines, keys, layout.rows, values, strict=True)
        for column, cell in zip(layout.across, cells, strict=True)
    ]
    header = (*ids, *layout.units, "value")
    if layout.units[1] == "year":
        found.sort(key=lambda each: each[1][-2])
    return replace(table, header=header, rows=[row for _, row in found], lines=[line for line, _ in found])


def _month(name: str) -> int:
    """The number of a month: 1, 01, M01, 1月, Jan, January; 0 for any other name."""
    digits = re.sub(r"^m ?(?=\d)", "", name, flags=re.IGNORECASE)
    if digits.isdecimal():
        return int(digits)
    return number_of(name) if name.endswith(("月", "月份")) else month_number(name)


def _quarter(name: str) -> int:
    """The number of a quarter: Q1, Qtr 1, 1. Quartal, 第一季度, I; 0 for any other name."""
    if found := _QUARTER.fullmatch(name):
        return int(found[1] or found[2])
    if name in _ROMAN:
        return 1 + _ROMAN.index(name)
    return number_of(name) if name.endswith("季度") else 0


def _minutes(name: str) -> int:
    """Minutes since midnight: of 1, H1, 01:00, 1时, 1 AM, 01:00-02:00 they are 60; -1 for any other name."""
    found = _CLOCK.fullmatch(name)
    if not found:
        return -1
    hour = int(found[1]) % 12 + 12 * (found[3].lower() == "p") if found[3] else int(found[1])
    return 60 * hour + int(found[2] or 0)


def _shape(name: str) -> str:
    """A name without its digits."""
    return "".join(filter(str.isalpha, name)).lower()
