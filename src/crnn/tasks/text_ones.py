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
from crnn.data.table import Table, read_header, read_table
from crnn.errors import DataError
from crnn.tasks.text_labels import labels_of

_JUDGEMENTS = ("sentiment", "polarity", "rating", "stars", "star_rating", "情感", "评分", "星级")
"""Columns that say one thing of a text, and so are not the only labels where a text has several."""

_CELLS = {"0": False, "0.0": False, "false": False, "1": True, "1.0": True, "true": True}


def columns_of_ones(path: Path, text: Sequence[Column] = ()) -> tuple[str, ...]:
    """Names of the columns that hold zeros and ones alone, where there are several and no other one is the labels.

    A column that is called as labels are is the labels, unless it holds zeros and ones too; or it is called as a single
    judgement, such as ``sentiment``, and no cell of it holds several.

    Args:
        path: The table.
        text: Columns that are text, whatever they hold.

    Raises:
        UnreadableError: the file is no table.
    """
    table = read_table(path)
    if any(name in _CELLS for name in table.header):
        return ()  # there are no names of columns
    texts = {fold_name(str(name)) for name in text}
    cells = [{row[place].lower() for row in table.rows if place < len(row)} for place in range(len(table.header))]
    called = usual_place(table.header, "label")
    found = [
        name
        for name, held in zip(table.header, cells, strict=True)
        if name and held and held <= _CELLS.keys() and fold_name(name) not in texts
    ]
    hidden = called is not None and table.header[called] not in found and not _is_judgement(table, called)
    return tuple(found) if len(found) > 1 and not hidden else ()


def _is_judgement(table: Table, place: int) -> bool:
    """Whether a column is called as a single judgement of a text, and no cell holds several labels."""
    cells = {row[place] for row in table.rows if place < len(row)}
    return fold_name(table.header[place]) in _JUDGEMENTS and all(len(labels_of(cell)) < 2 for cell in cells)


def has_any(path: Path, names: Sequence[Column]) -> bool:
    """Whether a table has any of some columns.

    Raises:
        UnreadableError: the file is no table.
    """
    return bool({fold_name(str(name)) for name in names} & {fold_name(name) for name in read_header(path)})


def named(path: Path, columns: Sequence[Column], ones: Sequence[Column]) -> tuple[Column, ...]:
    """Columns as a table calls them; by position where its first row has zeros and ones, and so no names.

    Args:
        path: The table.
        columns: By name or position.
        ones: Those of the labels.

    Raises:
        DataError: the table has no such column.
    """
    first = read_table(path, header=False).rows[0]
    places = {fold_name(cell): cell for cell in reversed(first)}
    labels = [first[at].lower() for at in ones if isinstance(at, int) and at < len(first)]
    if labels and all(cell in _CELLS for cell in labels):
        return tuple(columns)
    found: list[Column] = []
    for column in columns:
        known = column < len(first) if isinstance(column, int) else fold_name(column) in places
        if not known:
            raise DataError(f"{path} has no column {column!r} for the labels; it has: {', '.join(first)}")
        found.append(first[column] if isinstance(column, int) else places[fold_name(column)])
    return tuple(found)


def text_column(path: Path) -> tuple[Column, bool]:
    """The column of the text by its usual name, or by what stands in it, and whether that is a guess.

    Raises:
        DataError: no column repeats its values as labels do.
    """
    header = read_header(path)
    usual = usual_place(header, "text")
    return (guess_columns(path).text, True) if usual is None else (header[usual], False)


def read_ones(path: Path, text: Sequence[Column], ones: Sequence[Column]) -> tuple[list[Record], Findings]:
    """Records whose labels are the names of the columns with a one; other rows than of zeros and ones are left out.

    Args:
        path: The table.
        text: Columns of the text.
        ones: Columns of the labels, by name, or all of them and the text by position in a table without names.

    Raises:
        DataError: the table lacks one of the columns, or no row can be used.
    """
    records, findings = read(path, source="text", target="label", columns={"text": text, "label": ones})
    kept = []
    for record in records:
        cells = str(record.target or "").lower().split()
        wrong = next((cell for cell in cells if cell not in _CELLS), None)
        if wrong is not None or len(cells) != len(ones):
            told = f"{record.name}: " + (f"{len(cells)} of {len(ones)} cells" if wrong is None else repr(wrong))
            findings.add("label that is neither 0 nor 1", told, "Correct the cell, or leave the row out.")
        else:
            held = tuple(str(name) for name, cell in zip(ones, cells, strict=True) if _CELLS[cell])
            kept.append(replace(record, target=held))
    if not kept:
        raise DataError(f"no row of {path} can be used:\n{findings}")
    return kept, findings
