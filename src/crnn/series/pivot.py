"""Tables with months, quarters or hours side by side, a row a year or a day, as one value a row."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from crnn.data.findings import Findings
from crnn.data.table import Table
from crnn.series.numbers import looks_numeric
from crnn.series.roles import may_name, names_series
from crnn.series.stamps import looks_like_time
from crnn.series.time_columns import cells_of
from crnn.series.time_forms import month_number, number_of, year_of

_HOURS = (list(range(24)), list(range(1, 25)))
_QUARTER = re.compile(r"(?:q|qtr|quarter|quartal) ?([1-4])|([1-4])\.? ?(?:q|quarter|quartal)", re.IGNORECASE)
_SUM = re.compile(
    r"(?<![a-z])(total|sum|annual|mean|average|avg|ytd|gesamt|summe|mittel|totale?|somme|moyenne|anual)(?![a-z])"
    r"|合计|总计|小计|总和|全年|平均",
    re.IGNORECASE,
)


def unpivoted(table: Table, findings: Findings, keys: Collection[str] = ()) -> Table:
    """The table with a row for each value and columns of time beside it; any other table as it is.

    Read are: a row a year and a column for each month or quarter, with columns beside them that name what the row is
    of; a row a month and a column for each year; a row a day and a column for each of 24 hours. Sums are left out.

    Args:
        table: With unique names of columns.
        findings: Where to say that cells were read one after the other.
        keys: Columns that are known to name series.
    """
    sums = [name for name in table.header if _SUM.search(name)]
    plain = _chosen(table, [name for name in table.header if name not in sums]) if sums else table
    names, first = plain.header[1:], [row[0] if row else "" for row in plain.rows]
    if found := _by_year(plain, "month", 12, _month, keys) or _by_year(plain, "quarter", 4, _quarter, keys):
        unfolded, used = found
    elif _are_years(names) and [*map(_month, first)] == list(range(1, 13)):
        header, inner = ("year", "month", "value"), [str(at) for at in range(1, 13)]
        unfolded, used = _stacked(_turned(plain), header, names, inner), plain.header
    elif (hours := _hours(names)) and looks_like_time(first) and len(set(first)) == len(first):
        unfolded, used = _stacked(plain, ("date", "hour", "value"), first, hours), plain.header
    else:
        return table
    what = f"{table.path.name}: {', '.join(names[:2])}, …"
    findings.add("times side by side", what, "Cells were read one after the other, as one series.", dropped=False)
    for name in table.header:
        if name not in used:
            advice = "Not used: it is no month, quarter or hour, and no name of a series."
            findings.add("column beside times side by side", name, advice, dropped=False)
    return unfolded


def _by_year(
    table: Table, unit: str, count: int, number: Callable[[str], int], keys: Collection[str]
) -> tuple[Table, tuple[str, ...]] | None:
    """A table with a row a year, or a row a year of each thing, cell by cell; and the names of the columns it is of."""
    numbers = [number(name) for name in table.header]
    wanted = list(range(1, count + 1))
    start = next((at for at in range(len(numbers)) if numbers[at : at + count] == wanted), None)
    if start is None:
        return None
    inner = table.header[start : start + count]
    beside = [name for name in table.header if name not in inner]
    if any(_shape(name) == _shape(inner[0]) for name in beside):
        return None  # columns that are numbered on, as stores 1 to 50 are, are no months
    year = next((name for name in beside if all(map(year_of, cells_of(table, name)))), None)
    if year is None:
        return None
    years = [year_of(cell) for cell in cells_of(table, year)]
    again = len(set(years)) < len(years)
    ids = [name for name in beside if name != year and (name in keys or _tells_apart(table, name, again))]
    if (again and not ids) or len(years) < 2 or {"year", unit, "value"} & {*ids}:
        return None
    part = _chosen(table, [*ids, *inner])
    found = _stacked(part, (*ids, "year", unit, "value"), years, [str(at) for at in wanted], len(ids))
    return found, (*ids, year, *inner)


def _tells_apart(table: Table, name: str, again: bool) -> bool:
    """Whether a column says what a row is of, where years come `again`; a text may be worth a word in any case."""
    cells = cells_of(table, name)
    if not looks_numeric(cells):
        return True
    return len(set(cells)) > 1 and (names_series(name) or (again and may_name(cells)))


def _chosen(table: Table, names: Sequence[str]) -> Table:
    """The table with these columns alone."""
    columns = [cells_of(table, name) for name in names]
    return replace(table, header=tuple(names), rows=[list(row) for row in zip(*columns, strict=True)])


def _stacked(
    table: Table, header: tuple[str, ...], outer: Sequence[str], inner: Sequence[str], ids: int | None = None
) -> Table:
    """Cells one below the other, with the names of their row and of their column before them.

    Args:
        table: Its values stand behind `ids` columns that go on in each row, or behind the first, which does not.
        header: Of what is found.
        outer: The times of its rows.
        inner: The times of its columns.
        ids: Columns that say what a row is of.
    """
    rows, lines = [], []
    for large, cells, line in zip(outer, table.rows, table.lines, strict=True):
        values = cells[1 if ids is None else ids :]
        for small, cell in zip(inner, [*values, *[""] * len(inner)], strict=False):
            rows.append([*cells[: ids or 0], large, small, cell])
            lines.append(line)
    return replace(table, header=header, rows=rows, lines=lines)


def _turned(table: Table) -> Table:
    """Columns as rows; the line of all is that of the first, since none has a line of its own."""
    width = len(table.header)
    rows = [[table.header[at], *(row[at] if at < len(row) else "" for row in table.rows)] for at in range(1, width)]
    return replace(table, rows=rows, lines=[table.lines[0]] * len(rows))


def _month(name: str) -> int:
    """The number of a month: 1, 01, M01, 1月, Jan, January; 0 for any other name."""
    digits = re.sub(r"^m ?(?=\d)", "", name, flags=re.IGNORECASE)
    if digits.isdecimal():
        return int(digits)
    return number_of(name) if name.endswith(("月", "月份")) else month_number(name)


def _quarter(name: str) -> int:
    """The number of a quarter: Q1, Qtr 1, 1. Quartal, 第一季度; 0 for any other name."""
    if found := _QUARTER.fullmatch(name):
        return int(found[1] or found[2])
    return number_of(name) if name.endswith("季度") else 0


def _shape(name: str) -> str:
    """A name without its digits."""
    return "".join(filter(str.isalpha, name)).lower()


def _are_years(cells: Sequence[str]) -> bool:
    return len(cells) > 1 and all(map(year_of, cells)) and len(set(cells)) == len(cells)


def _hours(names: Sequence[str]) -> list[str]:
    """The hours that columns are numbered by, as 0 to 23 or 1 to 24; empty where they are not."""
    numbers = [int("".join(filter(str.isdigit, name))[:2] or 99) for name in names]
    return [str(number) for number in numbers] if numbers in _HOURS else []
