"""Several labels a sample: as texts, as sets of names, or as zeros and ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from crnn.data.example import Record
from crnn.errors import DataError
from crnn.tasks.labels import plain


def label_set(record: Record) -> list[Any]:
    """The labels of a record: texts between ``;`` or ``|``, a set of names, or the places of its ones.

    Raises:
        DataError: numbers that are neither zero nor one.
    """
    given = record.target
    if isinstance(given, str):
        return [plain(name) for name in given.replace("|", ";").split(";") if name.strip()]
    if isinstance(given, (set, frozenset)) or (
        isinstance(given, (list, tuple)) and any(isinstance(x, str) for x in given)
    ):
        return sorted({plain(name) for name in given}, key=str)
    values = np.atleast_1d(np.asarray(given))
    if values.ndim != 1 or not np.isin(values, (0, 1)).all():
        raise DataError(f"the labels of {record.name} are {given!r}: give zeros and ones, or a set of names")
    return np.flatnonzero(values).tolist()


def all_labels(records: Sequence[Record]) -> list[Any]:
    """Every label that occurs, sorted; of zeros and ones, as many as there are places.

    Raises:
        DataError: there are none.
    """
    if any(record.target is None for record in records):
        raise DataError("targets are missing: give y, a label column, or a folder per label")
    first = np.asarray(records[0].target)
    if first.dtype.kind in "biuf" and first.ndim == 1 and first.size:
        return list(range(len(first)))
    names = sorted({name for record in records for name in label_set(record)}, key=str)
    if not names:
        raise DataError("no sequence has any label: fill in the label column")
    return names
