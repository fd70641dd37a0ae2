"""The front of reading: whatever the user holds becomes a list of records, with findings beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import torch

from crnn.data.archive import SUFFIXES as ARCHIVES
from crnn.data.archive import is_archive, opened
from crnn.data.arrays import Arrays, from_arrays, pairs, weights_of
from crnn.data.example import Record
from crnn.data.findings import Findings
from crnn.data.folder_tables import read_tables, tables_in
from crnn.data.folders import from_folder
from crnn.data.manifest import Roles, from_manifest
from crnn.data.other_kinds import refusal
from crnn.data.table import ENDINGS
from crnn.errors import DataError, UnreadableError, kind_of

_SHOWN = 200
"""Letters of a path that an error shows."""

Read = tuple[list[Record], Findings]


def read(
    data: Any,
    targets: Any = None,
    *,
    suffixes: Sequence[str] = (),
    source: str = "path",
    target: str | None = "label",
    columns: Roles | None = None,
    dims: Sequence[int] = (2, 3),
    missing: bool = False,
    blank: bool = False,
) -> Read:
    """Records from what the user holds.

    Args:
        data: A folder (with a folder per label, or in it a ``manifest.csv``, a ``metadata.csv``, or ``train.csv`` and
            ``test.csv``), a manifest, an archive of either, one file, an ``.npz`` with `x` and `y`; arrays
            ``(N, T, F)``, `Arrays`, or a pair ``(x, y)`` of them; a list of records, paths, texts or arrays; a torch
            Dataset or an iterable of pairs or dicts. In a list of texts a `Path` is a file of one text, and None or NaN
            an empty text.
        targets: One target a sample, where `data` is arrays or a list.
        suffixes: Endings of the files that a folder is searched for.
        source: What a sample is in a manifest or a list of strings: "path" or "text".
        target: Role of the manifest's column with the answer: "label" or "text"; None when only predicting.
        columns: The manifest's columns by role, where their names are unusual; see `from_manifest`.
        dims: Dimensions that one array sample may have.
        missing: Let arrays hold NaN, for a task that knows what to do about missing values.
        blank: Keep a manifest's rows without an answer, as samples that have no label.

    Raises:
        DataError: nothing usable is there; lists what is understood.
        ShapeError: arrays that do not fit.
    """
    if isinstance(data, (str, Path)):
        if targets is not None:
            raise DataError(f"{data} was given together with targets: put the targets into its manifest or folders")
        return _read_path(data, suffixes, source, target, columns, dims, missing, blank)
    if isinstance(data, Arrays):
        return data.records(dims, missing)
    if isinstance(data, np.ndarray) and data.ndim == 1 and (source == "text" or data.dtype.kind == "U"):
        data = data.tolist()
    if isinstance(data, (np.ndarray, torch.Tensor)):
        return from_arrays(data, targets, dims=dims, missing=missing)
    if isinstance(data, tuple) and 2 <= len(data) <= 3 and targets is None and _is_array_like(data[0]):
        return from_arrays(*data, dims=dims, missing=missing)
    return _read_items(data, targets, source, dims, missing)


def _read_path(
    data: str | Path,
    suffixes: Sequence[str],
    source: str,
    target: str | None,
    columns: Roles | None,
    dims: Sequence[int],
    missing: bool,
    blank: bool,
) -> Read:
    if source == "text" and isinstance(data, str) and not data.lower().endswith(ENDINGS) and existing(data) is None:
        return [Record(data, name="text")], Findings()
    path = located(data)
    if path.is_file() and is_archive(path):
        with opened(path) as folder:
            return _read_path(folder, suffixes, source, target, columns, dims, missing, blank)
    if path.is_dir():
        labelled = target is not None
        tables = tables_in(path, suffixes, labelled=labelled) if labelled or source == "text" else []
        if not tables:
            return from_folder(path, suffixes, labelled=labelled)
        return read_tables(
            tables, lambda table: from_manifest(table, source=source, target=target, columns=columns, blank=blank)
        )
    if path.suffix.lower() in suffixes:
        return [Record(path, name=str(data))], Findings()
    if path.suffix.lower() == ".npz":
        return from_arrays(*_stored_arrays(path), dims=dims, missing=missing)
    if path.name.lower().endswith(ENDINGS):
        return from_manifest(path, source=source, target=target, columns=columns, blank=blank)
    raise UnreadableError(refusal(path, (*suffixes, *ENDINGS, *ARCHIVES)))


def _stored_arrays(path: Path) -> tuple[Any, Any]:
    """`x` and, where there is one, `y` of an ``.npz`` file."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            if "x" not in stored:
                raise DataError(f"{path} holds {', '.join(stored) or 'nothing'}: save it as np.savez(path, x=…, y=…)")
            return stored["x"], stored.get("y")
    except (OSError, ValueError, EOFError) as error:
        if isinstance(error, DataError):
            raise
        raise UnreadableError(f"{path} cannot be read as arrays: {error}") from error


def existing(given: str | Path) -> Path | None:
    """The file or folder of this name, or None: a text is too long for a name, or looks like the home of nobody."""
    try:
        path = Path(given).expanduser()
        return path if path.exists() else None
    except (OSError, ValueError, RuntimeError):
        return None


def located(given: str | Path) -> Path:
    """The file or folder of this name.

    Raises:
        UnreadableError: there is none.
    """
    path = existing(given)
    if path is None:
        raise UnreadableError(f"{str(given)[:_SHOWN]} does not exist (looked in {Path.cwd()}): check the path")
    return path


def _is_array_like(item: Any) -> bool:
    return isinstance(item, (np.ndarray, torch.Tensor)) or (
        isinstance(item, list) and bool(item) and isinstance(item[0], (np.ndarray, torch.Tensor))
    )


def _read_items(data: Any, targets: Any, source: str, dims: Sequence[int], missing: bool) -> Read:
    """A list, a Dataset, a generator: the first item says what it is."""
    if isinstance(data, (set, frozenset)):
        raise DataError("a set has no order, so that samples and answers would not belong together: give a list")
    listed = isinstance(data, (Sequence, torch.utils.data.Dataset))
    if not listed and hasattr(data, "columns"):  # gone through, it would give their names
        raise DataError(
            f"{kind_of(data)} is a table: give its columns, such as frame[{source!r}], or the CSV file it is saved as"
        )
    if not listed and (not isinstance(data, Iterable) or isinstance(data, Mapping)):
        raise DataError(_understood(data))
    items: Any = data if listed else iter(data)
    try:
        first = items[0] if listed else next(items)
    except (IndexError, StopIteration):
        raise DataError(f"the {type(data).__name__} is empty: give at least one sample") from None
    items = items if listed else chain([first], items)
    if isinstance(first, Record):
        if targets is not None:
            raise DataError("records hold their own targets: leave the second argument out")
        return list(items), Findings()
    if _is_string(first, source):
        return _strings(list(items), targets, source), Findings()
    if targets is not None or _is_array_like(first):
        return from_arrays(list(items), targets, dims=dims, missing=missing)
    inputs, answers, weights = pairs(items)
    if _is_string(inputs[0], source):
        records = _strings(inputs, answers, source)
        counted = weights_of(weights, len(records), [record.name for record in records])
        return [replace(each, weight=weight) for each, weight in zip(records, counted, strict=True)], Findings()
    return from_arrays(inputs, answers, weights, dims=dims, missing=missing)


def _is_string(item: Any, source: str) -> bool:
    """Whether an item is a path or a text; of texts all are but pairs, and what is none is refused by its place."""
    several = isinstance(item, (Sequence, Mapping)) and not isinstance(item, (bytes, bytearray))
    return isinstance(item, (str, Path)) or (source == "text" and not several)


def _strings(items: list[Any], targets: Any, source: str) -> list[Record]:
    answers = [None] * len(items) if targets is None else list(targets)
    if len(answers) != len(items):
        raise DataError(f"{len(items)} samples were given with {len(answers)} targets: give one target a sample")
    if source == "text":
        return [
            Record(_text(item), answer, f"row {row}")
            for row, (item, answer) in enumerate(zip(items, answers, strict=True))
        ]
    return [Record(Path(item), answer, str(item)) for item, answer in zip(items, answers, strict=True)]


def is_missing(item: Any) -> bool:
    """Whether an item of a list stands for a missing one: None, NaN, or what pandas has for either.

    Example:
        >>> is_missing(None), is_missing(float("nan")), is_missing(""), is_missing(0)
        (True, True, False, False)
    """
    of_pandas = type(item).__name__ in ("NAType", "NaTType")  # which equal nothing, not even themselves
    return item is None or of_pandas or (isinstance(item, (float, np.floating)) and bool(np.isnan(item)))


def _text(item: Any) -> Any:
    """A text of a list as a plain string, the file of one as it is; what pandas has for a missing text is empty."""
    if is_missing(item):
        return ""
    return str(item) if isinstance(item, str) else item


def _understood(data: Any) -> str:
    return (
        f"{kind_of(data)} is not understood as data. Give a folder with a folder per label; a manifest"
        " (CSV, TSV, JSONL); a zip or tar of either; arrays (N, T, F) with targets; a list of records, paths or texts;"
        " or a torch Dataset or iterable of (x, y) pairs"
    )
