"""Labels of texts from what people have: one each or several, as texts, lists, zeros and ones."""

from __future__ import annotations

import ast
import contextlib
import json
import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crnn.data.example import Record
from crnn.data.findings import Findings
from crnn.data.sources import is_missing
from crnn.errors import DataError
from crnn.tasks.arrays import single_label
from crnn.tasks.labels import Labels, plain
from crnn.tasks.text_dividers import divided

_SHOWN = 3
"""Labels that a note shows."""

_SEPARATORS = re.compile(r"[|;,、；，]")


def with_label(records: Sequence[Record], findings: Findings) -> list[Record]:
    """The records with their label as a text or a whole number, also where it came one-hot.

    Those whose label is missing, as None or NaN in a list, are left out and named; where none has one, all stay.

    Raises:
        ShapeError: several numbers that are not one-hot.
    """
    kept = [record for record in records if not _missing(record.target)]
    if not kept:
        return list(records)
    for row, record in enumerate(records):
        if _missing(record.target):
            findings.add("empty label", record.name or f"row {row}", "Fill it in or remove the sample.")
    found = [replace(record, target=single_label(record)) for record in kept]
    _doubt_single(found, findings)
    return found


def _doubt_single(records: Sequence[Record], findings: Findings) -> None:
    """Say where labels look like several in one cell, which nobody asked for.

    Raises:
        DataError: a cell holds a list.
    """
    names = {record.target: record.name for record in reversed(records) if isinstance(record.target, str)}
    for label, name in names.items():
        if label.startswith("{") and label.endswith("}"):
            raise DataError(f"{name} has the label {label[:60]}: a label is a text or a whole number, such as its name")
        if _listed(label) is not None:
            raise DataError(f"{name} has the labels {label}: for several say multi_label=True (--multi-label)")
    joined = [label for label in names if re.search(r"[|;]", label)]
    if len(joined) < 2 or len({part for label in names for part in labels_of(label)}) >= len(names):
        joined = list(divided(dict.fromkeys(names, 1)).parts)
    if len(joined) > 1:
        _doubt(sorted(joined), "say multi_label=True (--multi-label)", findings)


def _listed(cell: str) -> list[Any] | None:
    """The items of a list as JSON or Python writes it; None where a cell holds none."""
    if not cell.startswith("["):
        return None
    for read in (json.loads, ast.literal_eval):
        with contextlib.suppress(ValueError, SyntaxError, RecursionError):
            found = read(cell)
            return found if isinstance(found, list) else None
    return None


def with_labels(records: Sequence[Record], findings: Findings, known: Collection[str] = ()) -> list[Record]:
    """The records with their labels as texts; of zeros and ones, the places of the ones.

    Those without a label stay, as samples that have none, and are named. Labels with a slash or a plus, which may
    divide several or be part of one, are looked at together.

    Args:
        records: With their labels as they came.
        findings: Where to say what was done.
        known: Labels that were learnt before.

    Raises:
        DataError: a label is no text or whole number; names the sample.
    """
    rows = [_of_ones(record.target) for record in records]
    if len({None if row is None else len(row) for row in rows}) == 1 and rows[0] is not None:
        return [
            replace(record, target=labels_of(np.flatnonzero(row))) for record, row in zip(records, rows, strict=True)
        ]
    found = []
    for row, record in enumerate(records):
        name = record.name or f"row {row}"
        try:
            labels = labels_of(record.target)
        except DataError as error:
            raise DataError(f"{name}: {error}") from error
        if not labels and not isinstance(record.target, tuple):  # which was read before
            findings.add("empty label", name, "It is taken for a sample that has none.", dropped=False)
        found.append(replace(record, target=labels))
    cells = [row for row, record in enumerate(records) if isinstance(record.target, str) and not _listed(record.target)]
    return _with_parts(found, cells, findings, known)


def _with_parts(
    records: list[Record], cells: Sequence[int], findings: Findings, known: Collection[str]
) -> list[Record]:
    """The records; in those whose labels stood in a cell, what is surely several labels is that many."""
    whole = {label for row in {*range(len(records))}.difference(cells) for label in records[row].target}
    told = divided(Counter(label for row in cells for label in records[row].target), whole.union(known))
    for row in cells:
        labels = (part for label in records[row].target for part in told.parts.get(label, (label,)))
        records[row] = replace(records[row], target=tuple(dict.fromkeys(labels)))
    if told.parts:
        label = next(iter(told.parts))
        advice = f"Each part is a label by itself. If it is one label all the same, write a list: {_as_list(label)}."
        findings.add("label of several", ", ".join(map(repr, [*told.parts][:_SHOWN])), advice, dropped=False)
    if told.doubtful:
        _doubt(told.doubtful, "divide them by | or ;", findings)
    return records


def _doubt(labels: Sequence[str], how: str, findings: Findings) -> None:
    """Say which labels may be several."""
    advice = f"They are learnt as they stand: if a text has several labels, {how}."
    findings.add("label that may be several", ", ".join(map(repr, labels[:_SHOWN])), advice, dropped=False)


def _as_list(label: str) -> str:
    """A label as a cell that holds it alone, whatever signs are in it."""
    return json.dumps([label], ensure_ascii=False)


def labels_of(given: Any) -> tuple[str, ...]:
    """The labels of a cell that may hold several: a list, JSON, or divided by one of | ; , and their Chinese forms.

    None is no label, and NaN in place of all is none either.

    Raises:
        DataError: one of them is no text or whole number, as NaN among others.

    Example:
        >>> labels_of("sport; politics"), labels_of('["a,b"]'), labels_of(["x"]), labels_of(3)
        (('sport', 'politics'), ('a,b',), ('x',), ('3',))
    """
    if isinstance(given, str):
        listed = _listed(given)
        found = _SEPARATORS.split(given) if listed is None else listed
    elif isinstance(given, (set, frozenset)):
        found = sorted(given, key=str)
    else:
        found = [None if _missing(given) else given] if np.ndim(given) == 0 else list(given)
    names = (str(plain(label)) for label in found if label is not None)
    return tuple(dict.fromkeys(name for name in names if name))


def zeros_and_ones(labels: Labels, targets: Sequence[Any], *, several: bool) -> NDArray[np.float32]:
    """Which labels each target has, ``(N, K)``: one, or where there may be several any number of them.

    Raises:
        UnknownLabelError: a label that was not learnt.
    """
    held = np.zeros((len(targets), len(labels)), np.float32)
    for row, target in enumerate(targets):
        names = labels_of(target) if several else (target,)
        held[row, [labels.number(name) for name in names]] = 1.0
    return held


def _of_ones(given: Any) -> Any:
    """A row of zeros and ones as an array; None for anything else."""
    if given is None or isinstance(given, (str, set, frozenset)) or np.ndim(given) != 1:
        return None
    row = np.asarray(given)
    return row if len(row) > 1 and row.dtype.kind in "biuf" and np.isin(row, (0, 1)).all() else None


def _missing(label: Any) -> bool:
    return is_missing(label) or (isinstance(label, str) and not label.strip())
