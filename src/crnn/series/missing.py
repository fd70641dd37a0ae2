"""Values that are missing from sequences: filled within the sequence, and always said to be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from crnn.data.arrays import as_numpy
from crnn.data.example import Record
from crnn.data.findings import Findings
from crnn.errors import DataError
from crnn.series.long import channel_names

Steps = NDArray[np.float32] | NDArray[np.float64]

MOST = float(np.finfo(np.float32).max)
"""What is larger counts as infinite: networks compute in single precision."""


def interpolated(values: Steps) -> Steps:
    """A copy ``(T, C)`` whose NaN lie on straight lines between their neighbours, at the ends on the nearest value.

    A channel without any value stays as it is.

    Example:
        >>> interpolated(np.array([[np.nan], [1.0], [np.nan], [3.0]], np.float32)).ravel().tolist()
        [1.0, 1.0, 2.0, 3.0]
    """
    filled = values.copy()
    steps = np.arange(len(values))
    for column in filled.T:
        held = np.isfinite(column)
        if held.any() and not held.all():
            column[~held] = np.interp(steps[~held], steps[held], column[held])
    return filled


def repaired(records: Sequence[Record], findings: Findings) -> list[Record]:
    """The records as arrays ``(T, C)`` whose missing and infinite values are filled and named.

    They come in single precision where that holds all that was given, else in double. A sequence without any value is
    left out. A channel that has none in one sequence stays NaN there, which stands for its mean; one that never has
    any, or always the same, tells nothing and is named.

    Raises:
        DataError: nothing is left.
    """
    kept = [found for record in records if (found := _repaired(record, findings)) is not None]
    if not kept:
        raise DataError(f"no sequence holds any value:\n{findings}")
    _name_dead_channels(kept, findings)
    return kept


def _repaired(record: Record, findings: Findings) -> Record | None:
    given = as_numpy(record.source)
    exact = np.asarray(given)
    values = exact.astype(np.float32 if np.can_cast(exact.dtype, np.float32) else np.float64, copy=False)
    values = values[:, None] if values.ndim == 1 else values
    held = np.abs(values) <= MOST
    if held.all():
        return record if values is given else replace(record, source=values)
    if not held.any():
        findings.add("sequence without values", record.name, "Remove it or give its values.")
        return None
    lost = ~held & held.any(axis=0)
    if lost.any():
        reason = f"{record.name}: {int(lost.sum())} of {values.size}"
        advice = "Filled by straight lines between their neighbours."
        findings.add("sequence with missing values", reason, advice, dropped=False)
    for column in np.flatnonzero(~held.any(axis=0)):
        reason = f"{record.name}, {_title(record, int(column))}"
        advice = "Taken to be at its mean over the training part."
        findings.add("channel without values in a sequence", reason, advice, dropped=False)
    return replace(record, source=interpolated(np.where(held, values, values.dtype.type(np.nan))))


def _name_dead_channels(records: Sequence[Record], findings: Findings) -> None:
    widths = {record.source.shape[1:] for record in records}
    if len(widths) > 1:
        return  # `prepare` names those that differ
    low = np.fmin.reduce([np.fmin.reduce(record.source, axis=0) for record in records])
    high = np.fmax.reduce([np.fmax.reduce(record.source, axis=0) for record in records])
    for column in np.flatnonzero(~(high > low)):
        title = _title(records[0], int(column))
        advice = "It tells nothing; leave it out of the channels."
        if np.isnan(low[column]):
            findings.add("channel without values", title, advice, dropped=False)
        else:
            findings.add("constant channel", f"{title} is always {low[column]:.4g}", advice, dropped=False)


def _title(record: Record, column: int) -> str:
    names = channel_names(record)
    return names[column] if names else f"channel {column + 1}"
