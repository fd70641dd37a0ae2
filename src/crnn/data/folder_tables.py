"""Tables that lie in a folder or an archive: one for all, or one for each part, as train.csv and test.csv."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from crnn.data.example import Record
from crnn.data.findings import Findings
from crnn.data.part_names import part_of
from crnn.data.table import ENDINGS
from crnn.errors import DataError

NAMES = ("manifest", "metadata")
"""What the one table of a folder is called, before all others."""

_ALONE = (".csv", ".tsv", ".jsonl", ".ndjson", ".csv.gz", ".tsv.gz", ".jsonl.gz")
"""Endings of what is surely a table, also where its name says nothing."""

_ORDER = ("train", "dev", "test")
"""The training part comes first, since columns that are found there are looked for in the others."""

Read = tuple[list[Record], Findings]


def tables_in(folder: Path, suffixes: Sequence[str], *, labelled: bool) -> list[tuple[Path, str]]:
    """The tables that hold a folder's samples, each with the part that its name tells, or "".

    That is ``manifest.csv`` or ``metadata.csv``; else, where no samples lie in the folder themselves, ``train.csv``,
    ``dev.csv`` and ``test.csv`` by whatever names parts have, in any format; else the only table. Empty where there are
    none.

    Args:
        folder: Where to look; below it only where another folder is all it holds.
        suffixes: Endings of files that are samples.
        labelled: Whether such samples lie in folders of labels.

    Raises:
        DataError: several tables, of which the names do not tell the part.
    """
    if named := named_table(folder):
        return [(named, "")]
    if _has_samples(folder, tuple(suffixes), labelled):
        return []
    tables = _tables(folder)
    parts = [(file, part) for file in tables if (part := _part(file))]
    if parts:
        return sorted(parts, key=lambda table: _ORDER.index(table[1]))
    tables = [file for file in tables if file.name.lower().endswith(_ALONE)]
    if len(tables) > 1:
        names = ", ".join(file.name for file in tables[:4]) + ", …" * (len(tables) > 4)
        raise DataError(
            f"{folder} holds {len(tables)} tables ({names}): give one of them, or call them train, dev and test"
        )
    if not tables and (only := _only_folder(folder)):
        return tables_in(only, suffixes, labelled=labelled)
    return [(file, "") for file in tables]


def _only_folder(folder: Path) -> Path | None:
    """The folder that is all a folder holds, hidden files aside."""
    inside = [item for item in folder.iterdir() if not item.name.startswith((".", "__MACOSX"))]
    return inside[0] if len(inside) == 1 and inside[0].is_dir() else None


def named_table(folder: Path, names: Sequence[str] = NAMES) -> Path | None:
    """The table of a folder that has one of these names, the first of them first; None where there is none."""
    tables = _tables(folder)
    return next((file for name in names for file in tables if file.name.lower().startswith(f"{name}.")), None)


def read_tables(tables: Sequence[tuple[Path, str]], read: Callable[[Path], Read]) -> Read:
    """The records of several tables; those of which their own table tells no part get the part of the table.

    A table of the test part without a column of answers, as competitions give it, is named.

    Raises:
        DataError: another one cannot be read.
    """
    records: list[Record] = []
    findings = Findings()
    for table, part in tables:
        try:
            found, said = read(table)
        except DataError as error:
            if part != "test" or not records or "has no column" not in str(error):
                raise
            advice = "It is not read: predict it, or give it the column of answers that the other tables have."
            findings.add("test table without answers", table.name, advice, dropped=False)
            continue
        records += [record if record.split else replace(record, split=part) for record in found]
        findings.extend(said)
    for other in _others([table for table, _ in tables]):
        findings.add("table not read", other.name, "Its name tells no part of the data.", dropped=False)
    return records, findings


def _tables(folder: Path) -> list[Path]:
    files = [file for file in sorted(folder.iterdir()) if file.is_file() and not file.name.startswith(".")]
    return [file for file in files if file.name.lower().endswith(ENDINGS)]


def _others(tables: Sequence[Path]) -> list[Path]:
    """Other files beside tables of parts that surely are tables."""
    if not any(map(_part, tables)):
        return []
    return [file for file in _tables(tables[0].parent) if file.name.lower().endswith(_ALONE) and file not in tables]


def _part(table: Path) -> str:
    """The part that a table is by its name, the whole or its last word: of ``news-train.csv.gz`` it is "train"."""
    stem = table.name.split(".")[0]
    return part_of(stem) or part_of(re.split(r"[_\- ]", stem)[-1])


def _has_samples(folder: Path, suffixes: tuple[str, ...], labelled: bool) -> bool:
    """Whether files of samples lie in the folder, or, with labels, in folders below it."""
    files = folder.glob("*/**/*") if labelled else folder.rglob("*")
    return any(file.name.lower().endswith(suffixes) for file in files) if suffixes else False
