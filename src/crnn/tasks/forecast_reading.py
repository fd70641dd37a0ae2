"""Series to forecast from what people have: tables, arrays, lists of arrays."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from crnn.data.example import Record
from crnn.data.findings import Findings, counted
from crnn.data.sources import located
from crnn.errors import DataError, kind_of
from crnn.series import scaling
from crnn.series.known import completed
from crnn.series.roles import Roles
from crnn.series.series import Series, from_array, one_spelling
from crnn.series.steps import Step
from crnn.series.table import read_series

_CARRIED = "The last value before stands in their place."
_ADVICE = {
    "missing value": _CARRIED,
    "series that is filled in good part": _CARRIED,
    "series that is mostly gaps": _CARRIED,
    scaling.CONSTANT: "Look whether these are the values that were meant.",
}
"""Where nothing is trained or judged, by kind."""


def are_records(data: Any) -> bool:
    """Whether data were read, and their findings told, before."""
    return isinstance(data, Sequence) and len(data) > 0 and isinstance(data[0], Record)


def series_of(
    data: Any, roles: Roles, findings: Findings, usual: Roles, step: Step | None, missing: str
) -> list[Series]:
    """The series of a table, an array ``(T,)`` or ``(T, C)``, a list of numbers, of arrays, or of `Series`.

    Args:
        data: The series.
        roles: Of the columns of a table, as far as they are named.
        findings: Where to say what was found out, left out or filled.
        usual: Roles in the table that was trained on.
        step: Of the series that were trained on.
        missing: What stands for a step of a table without a row.

    Raises:
        DataError: it is none of these, or a series is empty or not finite.
    """
    if isinstance(data, (str, Path)):
        path = located(data)
        if path.is_dir():
            raise DataError(
                f"{data} is a folder: a forecast needs one table of series, as a CSV file with a time column"
            )
        found = read_series(path, roles, findings, usual=usual, step=step, missing=missing)
    elif isinstance(data, np.ndarray):
        found = from_array(data)
    elif isinstance(data, Sequence) and not isinstance(data, bytes) and (listed := _listed(data)):
        found = listed
    else:
        near = next((name for name in ("to_numpy", "numpy") if hasattr(data, name)), "")
        raise DataError(
            f"{kind_of(data)} is not understood as series: give a CSV file, an array (T,) or (T, C)"
            f"{f' as {near}() gives it' if near else ''}, or a list of arrays (T_i,)"
        )
    for each in found:
        scaling.note_constant(_finite(each), findings)
    return [completed(each, findings) for each in found]


def _listed(items: Sequence[Any]) -> list[Series]:
    """The series of a list of numbers, of arrays ``(T_i,)``, or of `Series`; none where it holds anything else.

    Raises:
        DataError: it is empty, or holds a single thing that is no number, but no arrays.
    """
    if len(items) == 0:
        raise DataError(f"the {type(items).__name__} is empty: give at least one series")
    if isinstance(items[0], Series):
        return list(items)
    axes = {np.ndim(item) for item in items}
    if axes == {0}:
        for place, item in enumerate(items):
            if not isinstance(item, (int, float, np.number)):
                raise DataError(f"step {place} of the list is {item!r}, no number: fill gaps before giving a list")
        return from_array(np.asarray(items))
    if axes == {1}:
        return [replace(from_array(np.asanyarray(each))[0], name=f"series {at}") for at, each in enumerate(items, 1)]
    return []


def for_forecast(findings: Findings) -> Findings:
    """What was found in data that are forecast and not trained on: without advice on training."""
    told = Findings()
    for finding in findings:
        for name in finding.names:
            told.add(finding.kind, name, _ADVICE.get(finding.kind, finding.advice), finding.dropped)
    return told


def note_new(found: Sequence[Series], known: Collection[str], findings: Findings) -> None:
    """Name the series that are new to the model, where it knows some by name, and those that only seem to be."""
    new = [series for series in found if series.name not in known]
    spelt = {one_spelling(name): name for name in known} if new else {}
    for series in new:
        like = spelt.get(one_spelling(series.name))
        hint = "" if like is None else f" (training saw {like!r}: write the name so if it is the same)"
        advice = "It is forecast as one of their kind, in its own scale; train on it for more."
        findings.add("series that training did not see", f"{series.name}{hint}", advice, dropped=False)


def note_short(series: Series, look_back: int, findings: Findings) -> None:
    """Name a series with less history than the model looks back on."""
    if len(series) < look_back:
        advice = f"The model looks back on {look_back}: its first value stands for the steps before."
        name = f"{series.name} ({counted(len(series), 'step')})"
        findings.add("history shorter than the look-back", name, advice, dropped=False)


def _finite(series: Series) -> Series:
    """The series, after a look for what a table could not have held.

    Raises:
        DataError: it is empty, an array holds NaN or infinity, or a number is too large to compute with.
    """
    if len(series) == 0:
        raise DataError(f"{series.name} is empty: give at least one value")
    if np.ma.is_masked(series.values):
        raise DataError(f"{series.name} is an array with masked values: fill gaps before giving an array")
    for at in range(0, len(series), scaling.CHUNK):
        part = np.asarray(series.values[at : at + scaling.CHUNK])
        if part.dtype.kind not in "fiu":
            raise DataError(f"{series.name} holds {part.dtype}, not numbers: give an array of numbers")
        bad = np.flatnonzero(~np.isfinite(part))
        if len(bad):
            raise DataError(
                f"{series.name}, step {at + int(bad[0])} is {part[bad[0]]}: fill gaps before giving an array; in a CSV"
                " file they are named and carried over"
            )
    scaling.require_moderate(series, series.values)
    return series
