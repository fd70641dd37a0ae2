"""Sequences from tables: a long table holds many, told apart by an id; any other table is one sequence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from crnn.data.example import Record
from crnn.data.findings import Findings
from crnn.data.part_names import with_parts
from crnn.data.table import Table
from crnn.errors import DataError
from crnn.series.cells import Values, moments, numbers
from crnn.series.columns import CHANNELS, NAMES, Roles, find_roles

Rows = NDArray[np.int64]


class Whole(NamedTuple):
    """A table that is one sequence: its values ``(T, C)`` and the names of the channels."""

    values: Values
    names: tuple[str, ...]


def channel_names(record: Record) -> tuple[str, ...]:
    """What the table called the channels of a record; empty where nothing did."""
    given = record.extra.get(CHANNELS, "")
    return tuple(given.split("\n")) if given else ()


def with_names(names: Sequence[str]) -> dict[str, str]:
    """The names of channels as a record holds them."""
    return {CHANNELS: "\n".join(name.replace("\n", " ") for name in names)}


def from_long(
    table: Table, columns: Mapping[str, Any], *, labelled: bool = True, several: bool = False
) -> tuple[list[Record], Findings]:
    """Records of a long table: a row a step, an id that says whose.

    Rows need not be sorted: those of an id are put in the order of the time column where there is one.

    Args:
        table: With a header.
        columns: Names by role, where they are unusual.
        labelled: Whether a label column is needed.
        several: A sequence may have several labels, so that none is no mistake.

    Raises:
        DataError: a needed column is missing, or no sequence can be used.
    """
    findings = Findings()
    table = _whole_rows(table, findings)
    roles = find_roles(table, columns, findings)
    for role in ("id", *(("label",) if labelled else ())):
        if role not in roles.places:
            raise DataError(_lacking(table, role))
    reader = _Reader(table, roles, labelled, several, findings)
    records = reader.records()
    if not records:
        raise DataError(f"no sequence of {table.path} can be used:\n{findings}{reader.advice()}")
    return records, findings


def one_sequence(table: Table, columns: Mapping[str, Any], findings: Findings) -> Whole:
    """The values of a table that is one sequence, in the order of its time column where there is one.

    Raises:
        DataError: no column of numbers.
    """
    if not table.header:
        names = tuple(f"column {place + 1}" for place in range(len(table.rows[0])))
        table = Table(table.path, names, table.rows, table.lines)
    table = _whole_rows(table, findings)
    roles = find_roles(table, columns, findings)
    values = _channel_values(table, roles, findings)
    times = _times(table, roles, findings)
    order = np.arange(len(values)) if times is None else np.argsort(times, kind="stable")
    return Whole(values[order], tuple(roles.channels))


class _Reader:
    """Cuts a table into sequences and says what is wrong with those it leaves out."""

    def __init__(self, table: Table, roles: Roles, labelled: bool, several: bool, findings: Findings) -> None:
        self.table, self.roles, self.findings = table, roles, findings
        self.labelled, self.several = labelled, several
        self.values = _channel_values(table, roles, findings)
        self.times = _times(table, roles, findings)
        self.extra = with_names(tuple(roles.channels))

    def records(self) -> list[Record]:
        """A record an id, in the order in which the ids first appear."""
        found = []
        for (identity, group), rows in self._by_id().items():
            name = f"{self.table.path.name} {self.table.header[self.roles.places['id']]} {identity}"
            record = self._record(name, group, self._sorted(name, np.array(rows)))
            if record is not None:
                found.append(record)
        place = self.roles.places.get("split")
        return found if place is None else with_parts(found, self.table.header[place], self.findings)

    def _by_id(self) -> dict[tuple[str, str], list[int]]:
        """Rows of each id; the same id in several groups is several sequences."""
        identities, groups = self._cells("id"), self._cells("group")
        rows: dict[tuple[str, str], list[int]] = {}
        for row, key in enumerate(zip(identities, groups, strict=True)):
            if key[0]:
                rows.setdefault(key, []).append(row)
            else:
                advice = "Fill in the cell or remove the row."
                self.findings.add("row without an id", _place(self.table, row), advice)
        several = len(rows) - len({identity for identity, _ in rows})
        if several:
            advice = "Taken as a sequence for each id of each group."
            self.findings.add("id in several groups", f"{several} of {len(rows)} sequences", advice, dropped=False)
        return rows

    def _sorted(self, name: str, rows: Rows) -> Rows:
        """The rows in the order of time; what was out of order, or came twice, is named."""
        if self.times is None:
            return rows
        times = self.times[rows]
        steps = np.diff(times)
        if np.isnan(times).any():
            self.findings.add("row without a time", name, "Such rows are put at the end.", dropped=False)
        if (steps < 0).any():
            self.findings.add("rows out of order", name, "Sorted by time.", dropped=False)
        order = np.argsort(times, kind="stable")
        if (np.diff(times[order]) == 0).any():
            self.findings.add("time that comes twice", name, "All of its rows are kept, as they stand.", dropped=False)
        return rows[order]

    def _record(self, name: str, group: str, rows: Rows) -> Record | None:
        labels = {label for label in self._of("label", rows) if label}
        splits = set(self._of("split", rows))
        if self.labelled and not labels and not self.several:
            self.findings.add("sequence without a label", name, "Fill in the label in at least one of its rows.")
        elif self.labelled and len(labels) > 1:
            reason = f"{name}: {', '.join(sorted(labels)[:4])}"
            self.findings.add("label that changes within an id", reason, "Give each stretch of one label its own id.")
        elif len(splits) > 1:
            self.findings.add("split that changes within an id", name, "Give all rows of an id the same split.")
        elif len(rows) < 2:
            self.findings.add("id with one row", name, "A sequence has at least two steps.")
        else:
            label = labels.pop() if labels else "" if self.labelled and self.several else None
            return Record(self.values[rows], label, name, group, splits.pop() if splits else "", extra=self.extra)
        return None

    def _of(self, role: str, rows: Rows) -> list[str]:
        place = self.roles.places.get(role)
        return [] if place is None else [self.table.rows[row][place] for row in rows]

    def _cells(self, role: str) -> list[str]:
        place = self.roles.places.get(role)
        return [""] * len(self.table.rows) if place is None else [row[place] for row in self.table.rows]

    def advice(self) -> str:
        """What to say beside the findings where nothing is left."""
        if "id with one row" not in self.findings:
            return ""
        return (
            "\nA table with a whole sequence in each row is no long table: give its values as an array, "
            "model.fit(x, y), or say which column is the id: id_column=… (--id-column)"
        )


def _whole_rows(table: Table, findings: Findings) -> Table:
    """The table without rows that have more or fewer cells than the header."""
    width = len(table.header)
    good = [row for row, cells in enumerate(table.rows) if len(cells) == width]
    if len(good) == len(table.rows):
        return table
    for row in sorted(set(range(len(table.rows))) - set(good)):
        reason = f"{_place(table, row)}: {len(table.rows[row])} cells, not {width}"
        findings.add("torn row", reason, "Check delimiter and quoting.")
    if not good:
        raise DataError(f"no row of {table.path} has as many cells as its header:\n{findings}")
    return Table(table.path, table.header, [table.rows[row] for row in good], [table.lines[row] for row in good])


def _channel_values(table: Table, roles: Roles, findings: Findings) -> Values:
    """``(rows, C)``; cells that are no numbers become NaN and are named."""
    values = np.empty((len(table.rows), len(roles.channels)))
    for column, (name, place) in enumerate(roles.channels.items()):
        cells = [row[place] for row in table.rows]
        found = numbers(cells)
        if 2 * len(found.words) > len(cells):
            raise DataError(
                f"{table.path}: the column {name!r} holds text, such as {cells[found.words[0]]!r}: "
                "a channel holds numbers"
            )
        for row in found.words:
            reason = f"{_place(table, row)}, {name}: {cells[row][:40]!r}"
            findings.add("text for a number", reason, "Taken as missing.", dropped=False)
        if found.comma:
            findings.add("decimal comma", name, "Read as a decimal point.", dropped=False)
        values[:, column] = found.values
    return values


def _times(table: Table, roles: Roles, findings: Findings) -> Values | None:
    """Times of the rows as numbers; None where there is no column of them.

    Raises:
        DataError: cells that are neither numbers nor dates.
    """
    if "time" not in roles.places:
        return None
    place = roles.places["time"]
    cells = [row[place] for row in table.rows]
    found = moments(cells)
    if found.words:
        row = found.words[0]
        raise DataError(
            f"{_place(table, row)}: {cells[row]!r} in the column {table.header[place]!r} is no time: give numbers, or "
            "dates as 2024-05-31 or 2024-05-31T12:30:00. If it is no time, say which column is: time_column=…"
        )
    return found.values


def _lacking(table: Table, role: str) -> str:
    usual = ", ".join(NAMES[role][:6])
    return (
        f"{table.path} has no column for the {role} ({usual}, …); it has: {', '.join(table.header)}. "
        f"Say which one it is: {role}_column=… (--{role}-column)"
    )


def _place(table: Table, row: int) -> str:
    return f"{table.path.name} line {table.lines[row]}"
