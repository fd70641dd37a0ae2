"""What the columns of a table of series are for: as named, or found out by names, times and values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

from crnn.data.findings import Findings, counted
from crnn.data.table import Table
from crnn.errors import DataError, SpecError, UnknownNameError
from crnn.series.cells import are_row_numbers
from crnn.series.numbers import MISSING, looks_numeric
from crnn.series.time_columns import are_counts, cells_of, find, texts_of
from crnn.series.time_names import CALENDAR, called

_SERIES_NAMES = (
    *("id", "unique_id", "series", "store", "shop", "item", "sku", "product", "symbol", "sensor", "station"),
    *("店", "店铺", "门店", "商店", "商品", "产品", "站点", "传感器"),
)
_ENDINGS = ("", "_id", "_name", "_nr", "_no", "_code", "_number", "id", "编号", "名称", "名", "号")
_ROW_IDS = ("id", "unique_id")
"""Columns that may as well number the rows of one series, whatever stands in them."""
_FLAGS = {"0", "1", "0.0", "1.0"}
_LEAST_FLAGS = 20
"""Rows from which a column of zeros and ones beside others is no number that happens to be so."""
MANY = 200
"""More columns than this are told by their number."""
_MOST_COLUMNS = 3
"""Columns that may name a series together where nobody said which."""
_FEW_EMPTY = 0.05
_LEAST_TOLD = 0.5
"""Share of the rows that must have an id where the name of its column says that it is one; the others are left out."""
_LEAST_COPIES, _MOSTLY_COPIES, _MOST_COPIES = 3, 0.9, 5
"""Rows that come twice whole, and the share of them as far behind the first: below, they are no file read twice."""
_DOUBLES = 0.1
"""Share of the rows of one time that may still be doubles where a column tells the others apart."""
_MAY_NAME = (
    "It is not used. Where it tells several things apart name it with series=…, where it is known ahead with known=…"
)
_ALL_ONE = "All rows count as one series. Where it tells several things apart name it with series=… (--series)"
_FLAG = (
    "It is not forecast. Where it is known ahead, as a holiday is, name it with known=… (--known); to forecast it, name"
    " all that is forecast with target=… (--target)"
)


@dataclass(frozen=True)
class Roles:
    """Which column is what; what is None is found out.

    Args:
        time: The columns of time: one of stamps, or those that say it together, as year and month; () where there is
            none.
        target: Columns to forecast.
        series: Columns whose values together name a series.
        known: Columns that are known ahead of time; none unless named.
        zoned: Whether the times were given with a time zone.
    """

    time: tuple[str, ...] | None = None
    target: tuple[str, ...] | None = None
    series: tuple[str, ...] | None = None
    known: tuple[str, ...] = ()
    zoned: bool = False

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON."""
        given = {"time": self.time, "target": self.target, "series": self.series, "known": self.known}
        zoned = {"zoned": True} if self.zoned else {}
        return {**{name: None if columns is None else list(columns) for name, columns in given.items()}, **zoned}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Roles:
        """Read what `to_dict` wrote."""
        time, target, series = (
            None if data[name] is None else tuple(data[name]) for name in ("time", "target", "series")
        )
        return cls(time, target, series, tuple(data["known"]), data.get("zoned", False))

    def before(self, usual: Roles, header: Sequence[str]) -> Roles:
        """These roles, and where they leave time or series open the usual ones, as far as a table has these columns."""
        time, series = (given if given and {*given} <= {*header} else None for given in (usual.time, usual.series))
        return replace(
            self,
            time=time if self.time is None else self.time,
            series=series if self.series is None else self.series,
            zoned=usual.zoned,
        )

    @property
    def named(self) -> tuple[str, ...]:
        """All columns that have a role."""
        return (*(self.time or ()), *(self.target or ()), *(self.series or ()), *self.known)

    @property
    def time_name(self) -> str:
        """What messages call the columns of time."""
        return " + ".join(self.time or ())


def check_names(table: Table, roles: Roles) -> None:
    """Look for the columns that were named.

    Raises:
        UnknownNameError: one is not there.
        SpecError: one is to be forecast and known ahead.
    """
    for name in sorted({*(roles.target or ())} & {*roles.known}):
        raise SpecError(f"the column {name!r} is to be forecast and known ahead: what is forecast is not known")
    for name in roles.named:
        if name not in table.header:
            raise UnknownNameError(f"column of {table.path}", name, table.header[:MANY])


def find_time(table: Table, roles: Roles) -> Roles:
    """The roles with the columns of time."""
    if roles.time is not None:
        return roles
    taken = {*(roles.target or ()), *(roles.series or ())}
    free = [name for name in table.header[:MANY] if name not in taken]
    found = find(table, [name for name in free if name not in roles.known])
    # A month may be known ahead and, with the year, tell the time too.
    return replace(roles, time=find(table, free) if len(found) == 1 and roles.known else found)


def find_rest(table: Table, roles: Roles, findings: Findings) -> Roles:
    """The roles with the columns that name series, and those to forecast, where the columns of time are known.

    Raises:
        DataError: rows of one time that no column tells apart, or nothing to forecast.
    """
    if roles.series is None:
        roles = replace(roles, series=_series(table, roles))
    return roles if roles.target is not None else replace(roles, target=_targets(table, roles, findings))


def note_more_columns(table: Table, roles: Roles, findings: Findings) -> None:
    """Name columns of numbers beside several that were all forecast in training, as of a new shop: they are left."""
    for name in table.header:
        if name not in roles.named and name.lower() not in CALENDAR:
            cells = cells_of(table, name)
            if looks_numeric(cells) and not are_row_numbers(name, cells) and not {*cells} <= {*_FLAGS, *MISSING}:
                advice = "Training did not have it: it is not forecast. Train again with it."
                findings.add("column that training did not have", name, advice, dropped=False)


def holds_numbers_alone(table: Table, roles: Roles) -> bool:
    """Whether beside the time there are numbers, and no texts but those that may tell series apart."""
    columns = [cells_of(table, name) for name in table.header[:MANY] if name not in (roles.time or ())]
    numeric = [looks_numeric(cells) for cells in columns]
    return any(numeric) and all(one or may_name(cells) for one, cells in zip(numeric, columns, strict=True))


def _series(table: Table, roles: Roles) -> tuple[str, ...]:
    """The columns that tell rows of one time apart, or whose names say that they do; none where there is no need."""
    times = texts_of(table, roles.time) if roles.time else [str(row) for row in range(len(table.rows))]
    taken = {*(roles.time or ()), *(roles.target or ()), *roles.known}
    columns = {name: cells_of(table, name) for name in table.header[:MANY] if name not in taken}
    _require_repeated(table, roles, columns)
    named = tuple(name for name, cells in columns.items() if names_series(name) and may_name(cells))
    columns = {name: cells for name, cells in columns.items() if may_name(cells, names_series(name))}
    repeated = len(times) - len(set(times))
    if repeated <= max(2, 0.01 * len(times)):
        return named if roles.target or _numbers_beside(table, {*taken, *named}) else ()
    order = sorted(columns, key=lambda name: _doubt(name, columns[name]))
    for count in range(1, _MOST_COLUMNS + 1):
        for names in combinations(order, count):
            rows = [row for row in zip(times, *(columns[name] for name in names), strict=True) if all(row[1:])]
            sure = all(names_series(name) or not looks_numeric(columns[name]) for name in names)
            if len(set(rows)) >= len(rows) - (_DOUBLES * repeated if sure else 0):
                return names
    copies = len(table.rows) - len(set(map(tuple, table.rows)))
    alike = f"{counted(copies, 'row')} {'is' if copies == 1 else 'are'}"
    raise DataError(
        f"{table.path}: {repeated} of {len(times)} rows have the time of another row, and no column tells them apart"
        f"{f'; {alike} like another one in all columns: remove them if they are doubles' if copies else ''}."
        " Name the columns that name a series with series=…, or aggregate the rows"
    )


def _require_repeated(table: Table, roles: Roles, columns: Mapping[str, Sequence[str]]) -> None:
    """Refuse a column that is called as names of series are, where each row has another one.

    Raises:
        DataError: so that all things would become one series.
    """
    for name, cells in columns.items():
        if not _differ(name, cells) or are_row_numbers(name, cells) or one_name(name) in _ROW_IDS:
            continue
        if not looks_numeric(cells) or (roles.target is None and are_counts(cells) and _numbers_beside(table, {name})):
            raise DataError(
                f"{table.path}: the column {name!r} is called as names of series are, but each of its {len(cells)} rows"
                f" has another one, as {cells[0]!r} and {cells[1]!r}: no series has more than one row. Write the same"
                " name in all rows of one series; where the rows are one series, remove the column"
            )


def _differ(name: str, cells: Sequence[str]) -> bool:
    """Whether a column is called as names of series are, and none comes twice."""
    return names_series(name) and len(cells) > 1 and all(cells) and len({*cells}) == len(cells)


def _is_flag(cells: Sequence[str]) -> bool:
    """Whether a column holds zeros and ones alone, both of them, in many rows: a holiday, a promotion."""
    told = [cell for cell in cells if cell.lower() not in MISSING]
    return len(told) >= _LEAST_FLAGS and {*told} <= _FLAGS and len({cell[0] for cell in told}) == 2


def without_copies(table: Table, roles: Roles, findings: Findings) -> Table:
    """The table without rows that come twice whole, as of a file that was appended to itself or to a part of itself.

    Rows of one time and one value may also be two sales of one product: these are no block of the file, and stay.
    """
    last: dict[tuple[str, ...], int] = {}
    behind = {}
    for place, row in enumerate(map(tuple, table.rows)):
        if row in last:
            behind[place] = place - last[row]
        last[row] = place
    if not roles.time or len(behind) < _LEAST_COPIES:
        return table
    places = list(behind)
    way, often = Counter(behind.values()).most_common(1)[0]
    scattered = len(places) < _MOSTLY_COPIES * (places[-1] + 1 - places[0])
    if scattered or _MOST_COPIES * way < len(places) or often < _MOSTLY_COPIES * len(places):
        return table
    for place in places:
        advice = "Each counts once: the file seems to hold a part of itself again."
        findings.add("row given twice", f"line {table.lines[place]}", advice)
    kept = [place for place in range(len(table.rows)) if place not in behind]
    return replace(table, rows=[table.rows[at] for at in kept], lines=[table.lines[at] for at in kept])


def names_series(name: str) -> bool:
    """Whether a column is called as columns are that tell series apart: ``Store``, ``product_id``."""
    plain = one_name(name)
    return any(plain == word + ending for word in _SERIES_NAMES for ending in _ENDINGS)


def one_name(column: str) -> str:
    """The name of a column without what may differ in it: ``Unique ID`` as ``unique_id``."""
    return column.lower().replace(" ", "_").replace("-", "_")


def may_name(cells: Sequence[str], called_so: bool = False) -> bool:
    """Whether a column may name series: texts or whole numbers, each several times, and hardly a cell empty.

    Args:
        cells: Of the column.
        called_so: Its name says that it does: then it may hold any numbers, and be empty in more rows.
    """
    told = [cell for cell in cells if cell]
    if len(told) < (_LEAST_TOLD if called_so else 1 - _FEW_EMPTY) * len(cells):
        return False
    names = {*told}
    whole = called_so or all(are_counts([name]) or not looks_numeric([name]) for name in names)
    return (whole or not looks_numeric(told)) and 1 < len({*cells} if called_so else names) <= len(told) / 2


def _doubt(name: str, cells: Sequence[str]) -> tuple[bool, bool, bool, int]:
    """The less a column can be anything but names of series, the earlier it comes; of two the one with fewer names."""
    numeric = looks_numeric(cells)
    return not names_series(name), numeric and not called(name, _SERIES_NAMES), numeric, len(set(cells))


def _numbers_beside(table: Table, taken: set[str]) -> bool:
    return any(looks_numeric(cells_of(table, name)) for name in table.header if name not in taken)


def _targets(table: Table, roles: Roles, findings: Findings) -> tuple[str, ...]:
    """All columns of numbers that have no other role."""
    taken = {*(roles.time or ()), *(roles.series or ()), *roles.known}
    free = [name for name in table.header if name not in taken]
    numeric = []
    for name in free:
        cells = cells_of(table, name)
        if not looks_numeric(cells):
            if names_series(name) and not roles.series:
                advice = f"It holds {len({*cells})} names in {counted(len(cells), 'row')}. {_ALL_ONE}"
                findings.add("column of ids that is not used", name, advice, dropped=False)
            elif roles.series or not may_name(cells):
                findings.add("column without numbers", name, "It is not used.", dropped=False)
            else:
                findings.add("column that may name series", name, _MAY_NAME, dropped=False)
        elif roles.time and name.lower() in CALENDAR and _whole(cells) and not _are_mondays(table, name):
            findings.add("column of the calendar", name, "Not forecast: the time says it.", dropped=False)
        elif are_row_numbers(name, cells):
            findings.add("column of row numbers", name, "Not used.", dropped=False)
        else:
            numeric.append(name)
    for name in _flags(table, numeric):
        findings.add("column of zeros and ones", name, _FLAG, dropped=False)
        numeric.remove(name)
    if not numeric:
        raise DataError(
            f"{table.path} has no column of numbers to forecast: its columns are {', '.join(table.header[:9])}"
            f"{_likeliest(table, free)}"
        )
    if len(numeric) > 1:
        for name in numeric:
            findings.add("columns to forecast", name, "Name the ones you mean with target=…", dropped=False)
    return tuple(numeric)


def _flags(table: Table, numeric: Sequence[str]) -> list[str]:
    """The columns of zeros and ones beside numbers, but those that are called as one of the others but for a number."""
    flags = [name for name in numeric if _is_flag(cells_of(table, name))]
    kinds = {name.rstrip("0123456789") for name in numeric if name not in flags} - {""}
    siblings = {name for name in flags if name.rstrip("0123456789") in kinds}
    return [name for name in flags if name not in siblings] if len(flags) < len(numeric) else []


def _likeliest(table: Table, free: Sequence[str]) -> str:
    """What stands in the column that most likely was meant to hold numbers, in words; nothing where all are missing."""
    told: dict[str, list[tuple[str, int]]] = {}
    for name in free:
        for cell, line in zip(cells_of(table, name), table.lines, strict=True):
            if cell.lower() not in MISSING:
                told.setdefault(name, []).append((cell, line))
    if not told:
        return ""
    name = max(told, key=lambda name: sum(any(map(str.isdigit, cell)) for cell, _ in told[name]) / len(told[name]))
    cell, line = told[name][0]
    return f". Column {name!r}, line {line}: {cell!r} is not a number: write plain numbers, without units"


def _are_mondays(table: Table, name: str) -> bool:
    """Whether a column is Monday beside Tuesday, and no month, though it is called ``mon``."""
    return name.lower() == "mon" and any(other.lower() == "tue" for other in table.header)


def _whole(cells: Sequence[str]) -> bool:
    return all(cell.isdigit() for cell in cells if cell)
