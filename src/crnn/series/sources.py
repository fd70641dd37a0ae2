"""Whatever holds labelled sequences becomes records: arrays, ``.ts`` files, long tables, folders, archives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from crnn.data import sources
from crnn.data.archive import SUFFIXES as ARCHIVES
from crnn.data.archive import is_archive, opened
from crnn.data.example import Record
from crnn.data.findings import Findings
from crnn.data.folder_tables import named_table
from crnn.data.folders import from_folder
from crnn.data.manifest import COLUMNS, from_manifest
from crnn.data.other_kinds import refusal
from crnn.data.table import Table, read_table
from crnn.errors import DataError, UnreadableError
from crnn.series import ts_file
from crnn.series.cells import numbers
from crnn.series.columns import find_places
from crnn.series.long import from_long, one_sequence, with_names
from crnn.series.missing import repaired

TABLES = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz", ".jsonl", ".ndjson")
"""Endings of the files that are read as a table."""

_PARTS = {"_train.ts": "train", "_train.ts.gz": "train", "_test.ts": "test", "_test.ts.gz": "test"}

Read = tuple[list[Record], Findings]


def read_sequences(
    data: Any, targets: Any, columns: Mapping[str, Any], *, labelled: bool = True, several: bool = False
) -> Read:
    """Records whose sources are arrays ``(T, C)``; missing values are filled in and named.

    Args:
        data: Arrays ``(N, T, C)`` or ``(N, T)``, a list of ``(T_i, C)``; a ``.ts`` file or a folder with
            ``…_TRAIN.ts`` and ``…_TEST.ts``; an older UCR ``.tsv`` or ``.txt``; a long table; a folder with a folder a
            label and in it a table a sequence; a manifest of such tables; an archive; records.
        targets: One a sequence, where `data` is arrays.
        columns: The columns of tables by role, where their names are unusual; see `crnn.series.columns`.
        labelled: False takes data without labels too; a table without a column of ids is then one sequence.
        several: A sequence may have several labels, or none.

    Raises:
        DataError: nothing usable is there.
    """
    if isinstance(data, (str, Path)):
        if targets is not None:
            raise DataError(f"{data} was given together with targets: put the targets into its label column or folders")
        records, findings = _of_path(sources.located(data), columns, labelled, several)
    else:
        records, findings = sources.read(data, targets, dims=(1, 2), missing=True)
        records = _opened(records, columns, findings)
    return repaired(records, findings), findings


def is_archive_set(path: str | Path) -> bool:
    """Whether a path is a ``.ts`` file, or a folder with the parts of a set of the UCR/UEA archives."""
    place = sources.existing(path) or Path(path)
    if place.is_dir():
        return any(file.name.lower().endswith(tuple(_PARTS)) for file in place.iterdir())
    return place.name.lower().endswith(ts_file.SUFFIXES)


def _of_path(path: Path, columns: Mapping[str, Any], labelled: bool, several: bool) -> Read:
    if path.is_file() and is_archive(path):
        with opened(path) as folder:
            return _of_path(folder, columns, labelled, several)
    if path.is_dir():
        return _of_folder(path, columns, labelled, several)
    name = path.name.lower()
    if name.endswith(ts_file.SUFFIXES):
        return ts_file.read_ts(path, labelled=labelled)
    if name.endswith(".npz"):
        return sources.read(path, dims=(1, 2), missing=True)
    if name.endswith(TABLES):
        return _of_table(path, columns, labelled, several)
    raise UnreadableError(refusal(path, (*ts_file.SUFFIXES, *TABLES, ".npz", *ARCHIVES)))


def _of_folder(folder: Path, columns: Mapping[str, Any], labelled: bool, several: bool) -> Read:
    archive = [file for file in sorted(folder.iterdir()) if file.name.lower().endswith(tuple(_PARTS))]
    if archive:
        return _of_archive(folder, archive, labelled)
    if manifest := named_table(folder):
        return _of_table(manifest, columns, labelled, several)
    records, findings = from_folder(folder, TABLES, labelled=labelled)
    return _opened(records, columns, findings), findings


def _of_archive(folder: Path, files: list[Path], labelled: bool) -> Read:
    """The training and the test part of a set of the UCR/UEA archives."""
    problems = {file.name.lower().rsplit("_", 1)[0] for file in files}
    if len(problems) > 1:
        raise DataError(f"{folder} holds several sets ({', '.join(sorted(problems))}): give one file, or one set")
    records: list[Record] = []
    findings = Findings()
    for file in files:
        part = next(part for ending, part in _PARTS.items() if file.name.lower().endswith(ending))
        found, said = ts_file.read_ts(file, labelled=labelled)
        records += [replace(record, split=part) for record in found]
        findings.extend(said)
    return records, findings


def _of_table(path: Path, columns: Mapping[str, Any], labelled: bool, several: bool) -> Read:
    name = path.name.lower()
    if ts_file.looks_like_ucr_table(path):
        if ".csv" not in name:
            return ts_file.read_ucr_table(path)
        if labelled:
            raise DataError(f"{path} has no header: open it with the names of its columns, such as id,time,x,y,label")
    table = _table(path)
    findings = Findings()
    if any(name.strip().lower() in COLUMNS["path"] for name in table.header) and "id" not in columns:
        records, findings = from_manifest(path, target="label" if labelled else None)
        return _opened(records, columns, findings), findings
    if labelled or (table.header and "id" in find_places(table, columns)):
        return from_long(table, columns, labelled=labelled, several=several)
    whole = one_sequence(table, columns, findings)
    return [Record(whole.values, name=str(path), extra=with_names(whole.names))], findings


def _opened(records: list[Record], columns: Mapping[str, Any], findings: Findings) -> list[Record]:
    """Records of files with the files' values in their place; files that cannot be read are named."""
    opened = []
    for record in records:
        if not isinstance(record.source, (str, Path)):
            opened.append(record)
            continue
        try:
            whole = one_sequence(_table(Path(record.source)), columns, findings)
        except DataError as error:
            findings.add("unreadable", str(error), "Check or remove these files.")
            continue
        opened.append(replace(record, source=whole.values, extra={**record.extra, **with_names(whole.names)}))
    if not opened:
        raise DataError(f"no sequence can be read:\n{findings}")
    return opened


def _table(path: Path) -> Table:
    """A table; its header is empty where the first row holds nothing but numbers."""
    table = read_table(path, header=False)
    if table.header or not numbers(table.rows[0]).words:
        return table
    if len(table.rows) < 2:
        raise UnreadableError(f"{path} has a header and no rows: give at least one step")
    return Table(path, tuple(table.rows[0]), table.rows[1:], table.lines[1:])
