"""Tables of series: wide or long CSV, or a series a row; roles of columns are found out where they are not named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crnn.data.encoding import note_encoding
from crnn.data.findings import Findings
from crnn.data.table import Table, read_table
from crnn.errors import DataError, SpecError, UnknownNameError
from crnn.series.grid import Rows, gridded
from crnn.series.numbers import MISSING, looks_numeric, numbers
from crnn.series.series import Series
from crnn.series.stamps import looks_like_time, parse
from crnn.series.steps import Step, infer

_TIME_NAMES = ("date", "time", "timestamp", "datetime", "ds", "day", "week", "month", "quarter", "year", "period")
_TIME_NAMES_ABROAD = ("日期", "时间", "月份", "datum", "fecha", "zeit", "日")
_SERIES_NAMES = ("id", "unique_id", "series", "store", "shop", "item", "sku", "product", "symbol", "sensor", "station")
_MANY = 200
"""More columns than this are told by their number."""


@dataclass(frozen=True)
class Roles:
    """Which column is what; what is None is found out.

    Args:
        time: The column of time stamps.
        target: Columns to forecast.
        series: Columns whose values together name a series.
        known: Columns that are known ahead of time; none unless named.
    """

    time: str | None = None
    target: tuple[str, ...] | None = None
    series: tuple[str, ...] | None = None
    known: tuple[str, ...] = ()


def read_series(path: str | Path, roles: Roles, findings: Findings) -> list[Series]:
    """The series of a file.

    Three forms are read: *wide* (a row a time, a column a series), *long* (a row a time and a series, which one or more
    columns name), and *a series a row* (its name first, then its values, as in the M4 competition).

    Args:
        path: CSV, TSV or JSONL, plain or gzipped, of any encoding.
        roles: As far as they are named.
        findings: Where to say what was found out, left out, filled or averaged.

    Raises:
        DataError: no such column, a text among numbers, times that cannot be read or follow no step.
    """
    table = _whole(_read(Path(path)), findings)
    note_encoding(findings, table.path.name, table.encoding)
    _check_names(table, roles)
    time = roles.time or _time_column(table, roles)
    if time is None and (found := _by_row(table, roles, findings)) is not None:
        return found
    keys = roles.series if roles.series is not None else _series_columns(table, time, roles)
    targets = _targets(table, time, keys, roles, findings)
    return _split(table, time, keys, targets, roles.known, findings)


def _read(path: Path) -> Table:
    """The table; columns of a file without a header, whose first row is numbers and times, are numbered from 1."""
    table = read_table(path)
    counted = [_is_number(cell) for cell in table.header]
    if not any(counted) or not all(
        plain or looks_like_time([cell]) for plain, cell in zip(counted, table.header, strict=True)
    ):
        return replace(table, header=_unique(table.header))
    bare = read_table(path, header=False)
    width = max(map(len, bare.rows))
    return replace(bare, header=tuple(f"column {number}" for number in range(1, width + 1)))


def _whole(table: Table, findings: Findings) -> Table:
    """Without rows that have more cells than the header, as a thousand with a comma that is not quoted makes them."""
    width = len(table.header)
    kept = [place for place, row in enumerate(table.rows) if not any(row[width:])]
    for place in sorted({*range(len(table.rows))} - {*kept}):
        advice = "It has more cells than the header: check delimiter, quoting, and commas in numbers."
        findings.add("torn row", f"line {table.lines[place]}", advice)
    if not kept:
        raise DataError(f"no row of {table.path} can be used:\n{findings}")
    return replace(table, rows=[table.rows[at] for at in kept], lines=[table.lines[at] for at in kept])


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _unique(header: Sequence[str]) -> tuple[str, ...]:
    """Column names; one that is empty or comes again gets its number."""
    seen: set[str] = set()
    names = []
    for number, name in enumerate(header, start=1):
        name = name if name and name not in seen else f"{name or 'column'} {number}".strip()
        seen.add(name)
        names.append(name)
    return tuple(names)


def _check_names(table: Table, roles: Roles) -> None:
    given = (*((roles.time,) if roles.time else ()), *(roles.target or ()), *(roles.series or ()), *roles.known)
    for name in sorted({*(roles.target or ())} & {*roles.known}):
        raise SpecError(f"the column {name!r} is to be forecast and known ahead: what is forecast is not known")
    for name in given:
        if name not in table.header:
            raise UnknownNameError(f"column of {table.path}", name, table.header[:_MANY])


def _cells(table: Table, name: str) -> list[str]:
    """A column as text; a row that ends before it has nothing there."""
    at = table.header.index(name)
    return [row[at] if at < len(row) else "" for row in table.rows]


# ── what is what ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _time_column(table: Table, roles: Roles) -> str | None:
    taken = {*(roles.target or ()), *(roles.series or ()), *roles.known}
    free = [name for name in table.header[:_MANY] if name not in taken]
    named = [name for name in free if _called(name, _TIME_NAMES) or any(word in name for word in _TIME_NAMES_ABROAD)]
    for name in named:  # where single times are wrong, whoever reads them says which
        told = [cell for cell in _cells(table, name) if cell][:200]
        if sum(looks_like_time([cell]) for cell in told) > len(told) / 2:
            return name
    for name in free:
        if looks_like_time([cell for cell in _cells(table, name) if cell][:200]):
            return name
    counted = [name for name in named if _counts(_cells(table, name))]
    return counted[0] if counted else None


def _called(name: str, words: Sequence[str]) -> bool:
    lower = name.lower()
    return any(lower == word or word in lower.replace("-", "_").split("_") for word in words)


def _counts(cells: Sequence[str]) -> bool:
    return all(cell.lstrip("-").isdigit() for cell in cells)


def _series_columns(table: Table, time: str | None, roles: Roles) -> tuple[str, ...]:
    """The column, or the two, that tell rows of one time apart; none where each time comes once."""
    if time is None:
        return ()
    times = _cells(table, time)
    repeated = len(times) - len(set(times))
    if repeated <= max(2, 0.01 * len(times)):
        return ()
    taken = {time, *(roles.target or ()), *roles.known}
    columns = {name: _cells(table, name) for name in table.header if name not in taken}
    columns = {name: cells for name, cells in columns.items() if _names_series(cells)}
    order = sorted(columns, key=lambda name: not _called(name, _SERIES_NAMES))
    for names in [*((name,) for name in order), *combinations(order, 2)]:
        if len(set(zip(times, *(columns[name] for name in names), strict=True))) >= len(times) - 0.01 * repeated:
            return names
    raise DataError(
        f"{table.path}: {repeated} of {len(times)} rows have the time of another row, and no column tells them apart."
        " Name the columns that name a series with series=…, or aggregate the rows"
    )


def _names_series(cells: Sequence[str]) -> bool:
    """Whether a column may name series: texts or whole numbers, each several times."""
    if any(not cell for cell in cells):
        return False
    whole = _counts(cells) or not looks_numeric(cells)
    return whole and 1 < len(set(cells)) <= len(cells) / 2


def _targets(table: Table, time: str | None, keys: Sequence[str], roles: Roles, findings: Findings) -> tuple[str, ...]:
    if roles.target is not None:
        return roles.target
    free = [name for name in table.header if name not in {time, *keys, *roles.known}]
    numeric = [name for name in free if looks_numeric(_cells(table, name))]
    for name in free:
        if name not in numeric:
            findings.add("column without numbers", name, "It is not used.", dropped=False)
    if not numeric:
        raise DataError(
            f"{table.path} has no column of numbers to forecast: its columns are {', '.join(table.header[:9])}"
        )
    if len(numeric) > 1:
        listed = ", ".join(numeric[:12]) + (f" and {len(numeric) - 12} more" if len(numeric) > 12 else "")
        findings.add("columns to forecast", listed, "Name the ones you mean with target=…", dropped=False)
    return tuple(numeric)


# ── from columns to series ───────────────────────────────────────────────────────────────────────────────────────────


def _split(
    table: Table,
    time: str | None,
    keys: Sequence[str],
    targets: Sequence[str],
    known: Sequence[str],
    findings: Findings,
) -> list[Series]:
    rows = np.arange(len(table.rows))
    times = np.arange(len(rows))
    if time is None:
        findings.add("no time column", table.path.name, "Rows count as steps in their order.", dropped=False)
    else:
        cells = _cells(table, time)
        empty = [place for place, cell in enumerate(cells) if cell.lower() in MISSING]
        for place in empty:
            findings.add("row without a time", f"line {table.lines[place]}", "Fill the time in.")
        rows = np.setdiff1d(rows, empty)
        if len(rows) == 0:
            raise DataError(f"{table.path}: column {time!r} has no time at all")
        stamps = parse([cells[row] for row in rows], time, [table.lines[row] for row in rows], findings)
        times = np.zeros(len(cells), stamps.times.dtype)
        times[rows] = stamps.times
    columns = {name: numbers(_cells(table, name), name, table.lines, findings) for name in targets}
    ahead = {name: _known(table, name, findings) for name in known}
    groups = _grouped(table, keys, rows, findings)
    step = infer_step([times[group] for group in groups.values()])
    found: list[Series] = []
    for key, group in groups.items():
        part = Rows(key, times[group], _take(columns, group), _take(ahead, group), len(targets) > 1)
        found.extend(gridded(part, step, findings))
    if not found:
        raise DataError(f"{table.path} has no value in {', '.join(map(repr, targets[:9]))}: nothing can be forecast")
    return found


def infer_step(groups: list[NDArray[Any]]) -> Step:
    """The step that the times of several series take, whatever their order."""
    return infer([np.unique(times) for times in groups])


def _take(columns: dict[str, NDArray[Any]], rows: NDArray[Any]) -> dict[str, NDArray[Any]]:
    return {name: values[rows] for name, values in columns.items()}


def _known(table: Table, name: str, findings: Findings) -> NDArray[Any]:
    """A column that is known ahead: numbers, or texts where it holds categories."""
    cells = _cells(table, name)
    if looks_numeric(cells):
        return numbers(cells, name, table.lines, findings)
    return np.array(cells, dtype=object)


def _grouped(table: Table, keys: Sequence[str], rows: NDArray[Any], findings: Findings) -> dict[str, NDArray[Any]]:
    """Rows by the name of their series, in the order in which the file first names it."""
    if not keys:
        return {"": rows}
    columns = [_cells(table, name) for name in keys]
    groups: dict[str, list[int]] = {}
    for row in rows.tolist():
        if all(column[row] for column in columns):
            groups.setdefault(" · ".join(column[row] for column in columns), []).append(row)
        else:
            findings.add("row without an id", f"line {table.lines[row]}", "Fill in which series it belongs to.")
    if not groups:
        raise DataError(f"no row of {table.path} says which series it belongs to:\n{findings}")
    return {key: np.array(group) for key, group in groups.items()}


def _by_row(table: Table, roles: Roles, findings: Findings) -> list[Series] | None:
    """Series of a table with a series a row; None where it is not of this form."""
    first = [row[0] for row in table.rows]
    width = max(map(len, table.rows))
    several = roles.target is None and roles.series is None and width > 3 and len(first) == len(set(first))
    if not several or looks_numeric(first) or not looks_numeric([row[1] for row in table.rows if len(row) > 1]):
        return None
    names = list(table.header[1:width])
    dated = len(names) == width - 1 and looks_like_time(names)
    times = parse(names, "header", [1] * len(names), findings).times if dated else np.arange(width - 1)
    step = infer([times]) if dated else Step()
    found: list[Series] = []
    for row, line in zip(table.rows, table.lines, strict=True):
        cells = row[1:]
        while cells and cells[-1].lower() in MISSING:
            cells = cells[:-1]
        if not cells:
            findings.add("series without a value", row[0], "Fill it in or remove the row.")
            continue
        values = numbers(cells, row[0], [line] * len(cells), findings)
        part = Rows(row[0], times[: len(cells)], {"": values}, {}, False)
        found.extend(gridded(part, step, findings))
    if not found:
        raise DataError(f"no series of {table.path} has a value:\n{findings}")
    return found
