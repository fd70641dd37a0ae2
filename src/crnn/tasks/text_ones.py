"""Several labels of a text in a table with a column of zeros and ones for each label."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from crnn.data.columns import guess_columns
from crnn.data.example import Record
from crnn.data.findings import Findings
from crnn.data.manifest import Column, fold_name, usual_place
from crnn.data.sources import read
from crnn.data.table import read_header, read_table
from crnn.errors import DataError

_CELLS = {"0": False, "0.0": False, "false": False, "1": True, "1.0": True, "true": True}


def columns_of_ones(path: Path) -> tuple[str, ...]:
    """Names of the columns that hold zeros and ones alone, where there are several and none is called as labels are.

    Raises:
        UnreadableError: the file is no table.
    """
    table = read_table(path)
    if usual_place(table.header, "label") is not None:
        return ()
    cells = [{row[place].lower() for row in table.rows if place < len(row)} for place in range(len(table.header))]
    found = [name for name, held in zip(table.header, cells, strict=True) if name and held and held <= _CELLS.keys()]
    return tuple(found) if len(found) > 1 else ()


def has_columns(path: Path, names: Sequence[Column]) -> bool:
    """Whether a table has all of some columns.

    Raises:
        UnreadableError: the file is no table.
    """
    return {fold_name(str(name)) for name in names} <= {fold_name(name) for name in read_header(path)}


def text_column(path: Path) -> Column:
    """The column of the text, by its usual name or by what stands in it.

    Raises:
        DataError: no column repeats its values as labels do.
    """
    header = read_header(path)
    usual = usual_place(header, "text")
    return guess_columns(path).text if usual is None else header[usual]


def read_ones(path: Path, text: Sequence[Column], ones: Sequence[Column]) -> tuple[list[Record], Findings]:
    """Records whose labels are the names of the columns with a one; other rows than of zeros and ones are left out.

    Args:
        path: The table, with names of columns.
        text: Columns of the text.
        ones: Columns of the labels.

    Raises:
        DataError: the table lacks one of the columns, or no row can be used.
    """
    header = read_header(path)
    places = {fold_name(name): name for name in header}
    lacking = [str(name) for name in ones if fold_name(str(name)) not in places]
    if lacking:
        raise DataError(f"{path} has no column {lacking[0]!r} for the labels; it has: {', '.join(header)}")
    names = [places[fold_name(str(name))] for name in ones]
    records, findings = read(path, source="text", target=None, columns={"text": text})
    kept = []
    for record in records:
        cells = {name: str(record.extra.get(name, "")).strip().lower() for name in names}
        wrong = next((name for name, cell in cells.items() if cell not in _CELLS), None)
        if wrong is not None:
            told = f"{record.name}, {wrong}: {cells[wrong]!r}"
            findings.add("label that is neither 0 nor 1", told, "Correct the cell, or leave the row out.")
            continue
        rest = {name: value for name, value in record.extra.items() if name not in cells}
        kept.append(replace(record, target=[name for name, cell in cells.items() if _CELLS[cell]], extra=rest))
    if not kept:
        raise DataError(f"no row of {path} can be used:\n{findings}")
    return kept, findings
