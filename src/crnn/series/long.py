"""Sequences from tables: a long table holds many, told apart by an id; any other table is one sequence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from crnn.data.example import Record
from crnn.data.findings import Findings
from crnn.data.manifest import SPLITS
from crnn.data.table import Table
from crnn.errors import DataError
from crnn.series.cells import Values, moments, numbers
from crnn.series.columns import CHANNELS, Roles, find_roles

Rows = NDArray[np.int64]


class Whole(NamedTuple):
    """A table that is one sequence: its values ``(T, C)`` and the names of the channels."""

    values: NDArray[np.float32]
    names: tuple[str, ...]


def channel_names(record: Record) -> tuple[str, ...]:
    """What the table called the channels of a record; empty where nothing did."""
    given = record.extra.get(CHANNELS, "")
    return tuple(given.split("\n")) if given else ()


def with_names(names: Sequence[str]) -> dict[str, str]:
    """The names of channels as a record holds them."""
    return {CHANNELS: "\n".join(name.replace("\n", " ") for name in names)}


def from_long(
    table: Table, columns: Mapping[str, Any], *, labelled: bool = True
) -> tuple[list[Record], Findings]:
    """Records of a long table: a row a step, an id that says whose.

    Rows need not be sorted: those of an id are put in the order of the time column where there is one.

    Args:
        table: With a header.
        columns: Names by role, where they are unusual.
        labelled: Whether a label column is needed.

    Raises:
        DataError: a needed column is missing, or no sequence can be used.
    """
    findings = Findings()
    table = _whole_rows(table, findings)
    roles = find_roles(table, columns, findings)
    for role in ("id", *(("label",) if labelled else ())):
        if role not in roles.places:
            raise DataError(_lacking(table, role))
    reader = _Reader(table, roles, labelled, findings)
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
        table = Table(table.path, tuple(f"column {place + 1}" for place in range(len(table.rows[0]))), *table[2:4])
    table = _whole_rows(table, findings)
    roles = find_roles(table, columns, findings)
    values = channel_values(table, roles, findings)
    times = _times(table, roles, findings)
    order = np.arange(len(values)) if times is None else np.argsort(times, kind="stable")
    return Whole(values[order], tuple(roles.channels))
