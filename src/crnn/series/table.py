"""Tables of series: wide or long CSV, or a series a row."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crnn.data.encoding import note_encoding
from crnn.data.findings import Findings
from crnn.data.manifest import COLUMNS, fold_name
from crnn.data.table import Table, read_table
from crnn.errors import DataError
from crnn.series.columns import NAMES
from crnn.series.forecast import time_text
from crnn.series.grid import Rows, gridded
from crnn.series.numbers import MISSING, is_number, looks_numeric, numbers, say_nothing
from crnn.series.pivot import unpivoted
from crnn.series.roles import (
    MANY,
    Roles,
    check_names,
    find_rest,
    find_time,
    holds_numbers_alone,
    note_more_columns,
    without_copies,
)
from crnn.series.series import Series, joined, one_spelling
from crnn.series.stamps import looks_like_time, parse
from crnn.series.steps import DAY_S, Step, infer, infer_sparse
from crnn.series.stray import require_together
from crnn.series.time_columns import cells_of, require_none, texts_of
from crnn.series.time_forms import YEAR
from crnn.series.time_names import is_time_name
from crnn.series.zeros import Zeros

_OTHERS = {*COLUMNS["path"], *COLUMNS["text"], *NAMES["label"]} - {"target"}
"""Columns of tables that are of another task."""
_NUMBERED = re.compile(r"\D*\d{1,9}")


def read_series(
    path: str | Path,
    roles: Roles,
    findings: Findings,
    *,
    usual: Roles | None = None,
    step: Step | None = None,
    missing: str = "last",
) -> list[Series]:
    """The series of a file.

    Four forms are read: *wide* (a row a time, a column a series), *long* (a row a time and a series, which one or more
    columns name), *times side by side* (a row a year, a column a month; see `crnn.series.pivot`), and *a series a row*
    (its name first, then its values, as in the M4 competition).

    Args:
        path: CSV, TSV or JSONL, plain or gzipped, of any encoding.
        roles: As far as they are named.
        findings: Where to say what was found out, left out, filled or averaged.
        usual: Roles of a table that was read before; they hold for columns that this one has too. Its targets are all
            numbers that it held, or None where they were named.
        step: Of a table that was read before; it holds where the times agree with it and are too few to tell.
        missing: What stands for a step without a row: one of `crnn.series.zeros.FOR_MISSING`.

    Raises:
        DataError: no such column, a text among numbers, times that cannot be read or follow no step.
    """
    table = _whole(_read(Path(path)), findings)
    note_encoding(findings, table.path.name, table.encoding)
    table, roles = _unfolded(table, roles, usual or Roles(), findings)
    check_names(table, roles)
    before = roles.before(usual or Roles(), table.header)
    roles = find_time(table, before)
    table = without_copies(table, roles, findings)
    if not roles.time and (names := _names_before(table, roles)):
        return _by_row(table, names, missing, findings)
    if not roles.time and before.time is None:
        free = [name for name in table.header[:MANY] if name not in roles.named]
        require_none(table, free, numbers_too=roles.target is None)
    if usual is not None and usual.target == roles.target and len(roles.target or ()) > 1:
        note_more_columns(table, roles, findings)
    return _split(table, find_rest(table, roles, findings), step, missing, findings)


def _unfolded(table: Table, roles: Roles, usual: Roles, findings: Findings) -> tuple[Table, Roles]:
    """A table with times side by side as one value a row, unless columns of it are named, and the roles in it."""
    if {*(roles.target or ()), *roles.known} & {*table.header}:
        return table, roles
    times = [name for name in roles.time or () if name in table.header]
    if len(times) > 1:
        return table, roles
    found = unpivoted(table, findings, {*(roles.series or ()), *(usual.series or ())}, times[0] if times else None)
    return found, roles if found is table or not times else replace(roles, time=None)


def looks_like_series(path: Path) -> bool:
    """Whether a table holds times and numbers, or a series a row, and no column of paths, labels or texts."""
    try:
        table = unpivoted(_read(path), Findings())
        other = {fold_name(name) for name in table.header} & _OTHERS
        roles = find_time(table, Roles())
    except DataError:
        return False
    return not other and (holds_numbers_alone(table, roles) if roles.time else _names_before(table, roles) > 0)


def _read(path: Path) -> Table:
    """The table; columns of a file without a header, whose first row is numbers and times, are numbered from 1."""
    table = read_table(path)
    if len(table.rows) > 1 and table.header[0] and not any(table.header[1:]) and all(table.rows[0][:2]):
        raise DataError(
            f"{path}: the first line holds {table.header[0]!r} alone, and line {table.lines[0]} looks like the header:"
            " remove the lines above it"
        )
    if _is_header(table.header):
        return replace(table, header=_unique(table.header))
    bare = read_table(path, header=False)
    width = max(map(len, bare.rows))
    return replace(bare, header=tuple(f"column {number}" for number in range(1, width + 1)))


def _is_header(cells: Sequence[str]) -> bool:
    """Whether a first row names columns: not where it is a time and numbers, or a name and values that do not count."""
    plain = [is_number(cell) for cell in cells]
    if any(plain) and all(each or looks_like_time([cell]) for each, cell in zip(plain, cells, strict=True)):
        return False
    return len(cells) < 3 or not all(plain[1:]) or is_time_name(cells[0]) or _count(cells[1:])


def _count(cells: Sequence[str]) -> bool:
    """Whether names of columns count up or down: 1990, 1991, …; V2, V3, …."""
    if not all(_NUMBERED.fullmatch(cell) for cell in cells) or len({cell.rstrip("0123456789") for cell in cells}) > 1:
        return False
    steps = np.diff([*map(_number, cells)])
    return bool((steps > 0).all() or (steps < 0).all())


def _number(name: str) -> int:
    """The number that a name ends with."""
    return int(name[len(name.rstrip("0123456789")) :])


def _whole(table: Table, findings: Findings) -> Table:
    """Without rows that have more cells than the header, as a thousand with a comma that is not quoted makes them.

    Last columns with neither name nor cell, as a delimiter behind each line makes them, are none.
    """
    width = len(table.header)
    while (
        width > 1
        and table.header[width - 1] == f"unnamed {width}"
        and not any(any(row[width - 1 :]) for row in table.rows)
    ):
        width -= 1
    table = replace(table, header=table.header[:width])
    kept = [place for place, row in enumerate(table.rows) if not any(row[width:])]
    for place in sorted({*range(len(table.rows))} - {*kept}):
        advice = "It has more cells than the header: check delimiter, quoting, and commas in numbers."
        findings.add("torn row", f"line {table.lines[place]}", advice)
    if not kept:
        raise DataError(f"no row of {table.path} can be used:\n{findings}")
    return replace(table, rows=[table.rows[at] for at in kept], lines=[table.lines[at] for at in kept])


def _unique(header: Sequence[str]) -> tuple[str, ...]:
    """Column names; one that is empty or comes again gets its number."""
    seen: set[str] = set()
    names = []
    for number, name in enumerate(header, start=1):
        name = name if name and name not in seen else f"{name or 'unnamed'} {number}"
        seen.add(name)
        names.append(name)
    return tuple(names)


# ── from columns to series ───────────────────────────────────────────────────────────────────────────────────────────


def _split(table: Table, roles: Roles, usual: Step | None, missing: str, findings: Findings) -> list[Series]:
    """The series of a wide or a long table, whose roles are all known."""
    rows, times, zoned = _times(table, roles, usual, findings)
    targets = roles.target or ()
    columns = {name: numbers(cells_of(table, name), name, table.lines, findings) for name in targets}
    ahead = {name: _known(table, name, findings) for name in roles.known}
    groups = _grouped(table, roles.series or (), rows, findings)
    if roles.time:
        written = texts_of(table, roles.time)
        require_together(times, groups, written, table.lines, findings, sparse=missing == "zero")
    empty: dict[str, NDArray[Any]] = {}
    if missing == "zero":
        rows = np.concatenate([*groups.values()])
        step = infer_sparse(np.unique(times[rows]), usual)
        told = np.any([~np.isnan(values[rows]) for values in columns.values()], axis=0)
        zeros = Zeros(times[rows], told, step, _take(ahead, rows))
        if not roles.series and len(targets) > 1:  # a row is of all series
            empty = {name: say_nothing(cells_of(table, name)) for name in targets}
    else:
        step, zeros = infer([np.unique(times[group]) for group in groups.values()], usual), None
    found: list[Series] = []
    for key, group in groups.items():
        part = Rows(key, times[group], _take(columns, group), _take(ahead, group), len(targets) > 1)
        if zeros is not None:
            part = zeros.laid(part, _take(empty, group), findings)
        found.extend(gridded(part, step, findings, zeros=zeros is not None))
    if not found:
        raise DataError(f"{table.path} has no value in {', '.join(map(repr, targets[:9]))}: nothing can be forecast")
    _say_which_end_early(found, findings)
    return [replace(each, roles=replace(roles, zoned=zoned)) for each in found]


def _times(
    table: Table, roles: Roles, usual: Step | None, findings: Findings
) -> tuple[NDArray[Any], NDArray[Any], bool]:
    """The rows that have a time, the times of all rows, and whether they have zones; numbers where there is no time."""
    rows = np.arange(len(table.rows))
    if not roles.time:
        findings.add("no time column", table.path.name, "Rows count as steps in their order.", dropped=False)
        _say_blank(table, "A step without a value is written NaN: such a line is none.", findings)
        return rows, np.arange(len(rows)), False
    _say_blank(table, "It has neither time nor value.", findings)
    cells = texts_of(table, roles.time)
    empty = [place for place, cell in enumerate(cells) if cell.lower() in MISSING]
    for place in empty:
        findings.add("row without a time", f"line {table.lines[place]}", "Fill the time in.")
    rows = np.setdiff1d(rows, empty)
    if len(rows) == 0:
        raise DataError(f"{table.path}: column {roles.time_name!r} has no time at all")
    lines = [table.lines[row] for row in rows]
    stamps = parse([cells[row] for row in rows], roles.time_name, lines, findings, usual)
    if roles.zoned and not stamps.zoned and usual is not None and usual.unit == "second" and usual.size < DAY_S:
        name = f"column {roles.time_name!r}, as {cells[rows[0]]}"
        advice = "The model was trained on times with one, brought to UTC: they count as UTC. Give the zone here too."
        findings.add("time without a zone", name, advice, dropped=False)
    times = np.zeros(len(cells), stamps.times.dtype)
    times[rows] = stamps.times
    return rows, times, stamps.zoned


def _say_blank(table: Table, advice: str, findings: Findings) -> None:
    for line in table.blank:
        findings.add("blank line", f"line {line}", advice)


def _say_which_end_early(found: Sequence[Series], findings: Findings) -> None:
    """Series whose last value lies before the last of all: their forecast begins earlier."""
    last = max(each.times[-1] for each in found)
    for each in found:
        if each.step.dated and each.times[-1] < last:
            name = f"{each.name}: {time_text(each.times[-1])} instead of {time_text(last)}"
            findings.add("series that ends before others", name, "Its forecast starts behind its own end.", False)


def _take(columns: dict[str, NDArray[Any]], rows: NDArray[Any]) -> dict[str, NDArray[Any]]:
    return {name: values[rows] for name, values in columns.items()}


def _known(table: Table, name: str, findings: Findings) -> NDArray[Any]:
    """A column that is known ahead: numbers, or texts where it holds categories."""
    cells = cells_of(table, name)
    if looks_numeric(cells):
        return numbers(cells, name, table.lines, findings)
    return np.array(cells, dtype=object)


def _grouped(table: Table, keys: Sequence[str], rows: NDArray[Any], findings: Findings) -> dict[str, NDArray[Any]]:
    """Rows by the name of their series, in the order in which the file first names it."""
    if not keys:
        return {"": rows}
    columns = [cells_of(table, name) for name in keys]
    groups: dict[str, list[int]] = {}
    for row in rows.tolist():
        if all(column[row] for column in columns):
            groups.setdefault(joined([column[row] for column in columns]), []).append(row)
        else:
            findings.add("row without an id", f"line {table.lines[row]}", "Fill in which series it belongs to.")
    spelt: dict[str, list[str]] = {}
    for key in groups:
        spelt.setdefault(one_spelling(key), []).append(repr(key))
    for alike in (names for names in spelt.values() if len(names) > 1):
        advice = "They count as different ones: write one name in one way."
        findings.add("name of a series in several spellings", ", ".join(alike), advice, dropped=False)
    if not groups:
        raise DataError(f"no row of {table.path} says which series it belongs to:\n{findings}")
    return {key: np.array(group) for key, group in groups.items()}


def _names_before(table: Table, roles: Roles) -> int:
    """Columns that name a row which is a series of its own, before its values under years, dates or counted columns.

    Returns:
        0 where the rows of the table are no series.
    """
    if roles.target is not None or roles.series is not None:
        return 0
    for count in range(1, len(table.header) - 2):
        values = table.header[count:]
        if _count(values) or looks_like_time(values):
            first = [" ".join(row[:count]) for row in table.rows]
            numeric = looks_numeric([row[count] for row in table.rows if len(row) > count])
            return count if numeric and not looks_numeric(first) and len(first) == len(set(first)) else 0
    return 0


def _by_row(table: Table, names: int, missing: str, findings: Findings) -> list[Series]:
    """Series of a table with a series a row, whose first columns are its name."""
    header = table.header[names:]
    times: NDArray[Any] = np.arange(len(header))
    if all(map(YEAR.fullmatch, header)) or looks_like_time(header):
        times = parse(header, "year", [1] * len(header), findings).times
    elif _number(header[0]) > _number(header[-1]):
        times = times[::-1]
    step = infer([np.unique(times)])
    found: list[Series] = []
    for row, line in zip(table.rows, table.lines, strict=True):
        name, cells = joined(row[:names]), row[names:]
        while cells and cells[-1].lower() in MISSING:
            cells = cells[:-1]
        if not cells:
            findings.add("series without a value", name, "Fill it in or remove the row.")
            continue
        values = numbers(cells, name, [line] * len(cells), findings)
        part = Rows(name, times[: len(cells)], {"": values}, {}, False)
        if missing == "zero":
            part = Zeros(part.times, ~np.isnan(values), step).laid(part, {"": say_nothing(cells)}, findings)
        found.extend(gridded(part, step, findings, zeros=missing == "zero"))
    if not found:
        raise DataError(f"no series of {table.path} has a value:\n{findings}")
    return found
