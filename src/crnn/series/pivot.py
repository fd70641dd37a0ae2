"""Tables with months or hours side by side, a row a year or a day, as one value a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from crnn.data.findings import Findings
from crnn.data.table import Table
from crnn.series.stamps import looks_like_time
from crnn.series.time_forms import YEAR, month_number

_HOURS = (list(range(24)), list(range(1, 25)))


def unpivoted(table: Table, findings: Findings) -> Table:
    """The table with a row for each value and columns of time beside it; any other table as it is.

    Read are: a row a year and a column for each month, a row a month and a column for each year, a row a day and a
    column for each of 24 hours.

    Args:
        table: With unique names of columns.
        findings: Where to say that cells were read one after the other.
    """
    names, first = table.header[1:], [row[0] for row in table.rows]
    if _are_months(names) and _are_years(first):
        found = _stacked(table, ("year", "month", "value"), first, [str(at) for at in range(1, 13)])
    elif _are_years(names) and _are_months(first):
        found = _stacked(_turned(table), ("year", "month", "value"), names, [str(at) for at in range(1, 13)])
    elif (hours := _hours(names)) and looks_like_time(first) and len(set(first)) == len(first):
        found = _stacked(table, ("date", "hour", "value"), first, hours)
    else:
        return table
    what = f"{table.path.name}: {', '.join(names[:2])}, …"
    findings.add("times side by side", what, "Cells were read one after the other, as one series.", dropped=False)
    return found


def _stacked(table: Table, header: tuple[str, ...], outer: Sequence[str], inner: Sequence[str]) -> Table:
    """Cells one below the other, with the names of their row and of their column before them."""
    rows, lines = [], []
    for large, cells, line in zip(outer, table.rows, table.lines, strict=True):
        for small, cell in zip(inner, [*cells[1:], *[""] * len(inner)], strict=False):
            rows.append([large, small, cell])
            lines.append(line)
    return replace(table, header=header, rows=rows, lines=lines)


def _turned(table: Table) -> Table:
    """Columns as rows; the line of all is that of the first, since none has a line of its own."""
    width = len(table.header)
    rows = [[table.header[at], *(row[at] if at < len(row) else "" for row in table.rows)] for at in range(1, width)]
    return replace(table, rows=rows, lines=[table.lines[0]] * len(rows))


def _are_months(cells: Sequence[str]) -> bool:
    """Whether these are the twelve months of a year, in their order."""
    return [int(cell) if cell.isdigit() else month_number(cell) for cell in cells] == list(range(1, 13))


def _are_years(cells: Sequence[str]) -> bool:
    return len(cells) > 1 and all(map(YEAR.fullmatch, cells)) and len(set(cells)) == len(cells)


def _hours(names: Sequence[str]) -> list[str]:
    """The hours that columns are numbered by, as 0 to 23 or 1 to 24; empty where they are not."""
    numbers = [int("".join(filter(str.isdigit, name))[:2] or 99) for name in names]
    return [str(number) for number in numbers] if numbers in _HOURS else []
