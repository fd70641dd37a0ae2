"""What the columns of a table of sequences are for: found by their usual names, or named by the user."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crnn.data.findings import Findings
from crnn.data.manifest import COLUMNS, fold_name
from crnn.data.table import Table
from crnn.errors import DataError
from crnn.series.cells import are_row_numbers, numbers

NAMES: dict[str, tuple[str, ...]] = {
    "id": (
        *("id", "series_id", "series", "sequence_id", "sequence", "case_id", "case", "sample_id", "sample"),
        *("recording_id", "recording", "trial_id", "trial", "segment_id", "segment", "window_id", "window"),
        *("instance_id", "instance", "session_id", "session", "run_id", "run", "unique_id"),
    ),
    "time": (
        *("time", "timestamp", "time_stamp", "datetime", "date_time", "date", "t", "ds", "time_s", "time_ms"),
        *("seconds", "elapsed", "step", "tick", "frame", "time_index"),
    ),
    # Elsewhere y is a label; of sensors it is an axis.
    "label": (
        *(name for name in COLUMNS["label"] if name != "y"),
        *("activity", "gesture", "action", "state", "fault", "diagnosis", "event"),
    ),
    "group": (
        *COLUMNS["group"],
        *("subject", "subject_id", "participant", "participant_id", "person", "patient", "patient_id", "device"),
    ),
    "split": COLUMNS["split"],
}
"""The roles a column can play, and the names it usually has; case, spaces and hyphens do not matter."""

CHANNELS = "channels"
"""The role of the columns that hold the values; by default all that play no other role and hold numbers."""

LOOKED_AT = 1000
"""Rows that say whether a column holds numbers."""


@dataclass(frozen=True)
class Roles:
    """The places of the columns.

    Args:
        places: Of "id", "time", "label", "group" and "split", as far as they are there.
        channels: Of the values, by name.
    """

    places: Mapping[str, int]
    channels: Mapping[str, int]


def find_places(table: Table, columns: Mapping[str, Any]) -> dict[str, int]:
    """The places of all columns but the channels.

    Raises:
        DataError: a column that was named is not there.
    """
    places = {role: _named(table, role, columns[role]) for role in NAMES if role in columns}
    claimed = {_named(table, CHANNELS, name) for name in columns.get(CHANNELS, ())}
    folded = [fold_name(name) for name in table.header]
    for role, names in NAMES.items():
        found = next((folded.index(name) for name in names if name in folded), None)
        if role not in places and found is not None and found not in (*places.values(), *claimed):
            places[role] = found
    return places


def find_roles(table: Table, columns: Mapping[str, Any], findings: Findings) -> Roles:
    """The role of every column of a table with a header.

    Args:
        table: The table.
        columns: Names by role, where the user said which is which.
        findings: Where to say which columns are not used.

    Raises:
        DataError: a column that was named is not there, or no channel is left.
    """
    places = find_places(table, columns)
    if CHANNELS in columns:
        return Roles(places, {name: _named(table, CHANNELS, name) for name in columns[CHANNELS]})
    left = [place for place in range(len(table.header)) if place not in places.values()]
    channels = {table.header[place]: place for place in left if _is_channel(table, place, findings)}
    if not channels:
        raise DataError(f"{table.path} has no column of numbers beside {', '.join(table.header)}: give at least one")
    return Roles(places, channels)


def _is_channel(table: Table, place: int, findings: Findings) -> bool:
    """Whether a column holds values, by its first rows; row numbers and texts are named as not used."""
    cells = [row[place] for row in table.rows[:LOOKED_AT]]
    found = numbers(cells)
    name = table.header[place] or f"column {place + 1}"
    if 2 * len(found.words) > len(cells):
        advice = "Not used. Give words as numbers, or say what the column is for, such as label_column=…."
        findings.add("column of text", name, advice, dropped=False)
        return False
    if are_row_numbers(table.header[place], cells):
        findings.add("column of row numbers", name, "Not used.", dropped=False)
        return False
    return True


def _named(table: Table, role: str, name: str) -> int:
    folded = [fold_name(column) for column in table.header]
    if fold_name(name) in folded:
        return folded.index(fold_name(name))
    near = difflib.get_close_matches(fold_name(name), folded, n=1)
    hint = f" Did you mean {table.header[folded.index(near[0])]!r}?" if near else ""
    raise DataError(
        f"{table.path} has no column {name!r}, which was named for the {role}; it has: {', '.join(table.header)}.{hint}"
    )
