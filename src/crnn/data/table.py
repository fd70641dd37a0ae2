"""Tables in text files as people have them: any common encoding, delimiter and quoting, with line numbers."""

from __future__ import annotations

import contextlib
import csv
import gzip
import io
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crnn.data.encoding import decode, is_binary
from crnn.data.other_kinds import advised
from crnn.data.row_forms import json_objects, marked_lines
from crnn.errors import UnreadableError

ENDINGS = (
    *(".csv", ".tsv", ".jsonl", ".ndjson", ".json", ".txt"),
    *(".csv.gz", ".tsv.gz", ".jsonl.gz", ".json.gz", ".txt.gz"),
)
"""Endings of the files that are read as tables."""

JSON = (".jsonl", ".ndjson", ".json")
"""Endings of files of JSON objects."""

BEGINNING = 1 << 16
"""Bytes by which a table is judged without reading it whole."""

_DELIMITERS = ",;\t|"
_DECLARED = re.compile(r"\"?sep=([,;\t|])\"?[,;\t|]*(?=\n)", re.IGNORECASE)
"""What spreadsheets write above a table to say what divides its cells."""
_LONGEST_CELL = 1 << 30
"""Letters of a cell; Python's own limit of 131,072 is too low for whole documents."""
_Cells = tuple[list[list[str]], list[int], list[int]]


@dataclass(frozen=True)
class Table:
    """Rows of text.

    Args:
        path: The file.
        header: Column names; empty where the file has none.
        rows: Cells of each row, stripped of surrounding space.
        lines: Line of the file that each row ends on, counted from 1.
        encoding: What the bytes of the file were taken for.
        blank: Lines below the first row and above the last with nothing in any cell, which are no rows.
    """

    path: Path
    header: tuple[str, ...]
    rows: list[list[str]]
    lines: list[int]
    encoding: str = "utf-8"
    blank: Sequence[int] = ()


def read_table(path: str | Path, *, encoding: str | None = None, header: bool = True) -> Table:
    """Read a CSV, TSV, JSON or JSONL file, or one of fastText's lines, plain or gzipped.

    Args:
        path: ``.jsonl``, ``.ndjson`` and ``.json`` are read as one JSON object a line or an array of them, a file whose
            lines begin with ``__label__`` as fastText does, everything else as delimited text.
        encoding: The text encoding; found out by default (see `decode_text`).
        header: Whether the first row names the columns; without it columns are known by position.

    Raises:
        UnreadableError: missing, empty, not text, or not a table.
    """
    file = Path(path)
    text, found = _read(file, encoding)
    suffix = Path(file.stem).suffix if file.suffix.lower() == ".gz" else file.suffix
    if suffix.lower() in JSON:
        return Table(file, *json_objects(file, text), found)
    if marked := marked_lines(text):
        return Table(file, *marked, found)
    rows, lines, blank = _cells(file, text)
    if not header:
        return Table(file, (), rows, lines, found, blank)
    if len(rows) < 2:
        raise UnreadableError(f"{file} has a header and no rows: give at least one sample")
    return Table(file, tuple(rows[0]), rows[1:], lines[1:], found, blank)


def read_beginning(path: str | Path) -> Table:
    """The rows in the first bytes of a table, a row of names among them; of JSON, whose keys come anywhere, all.

    Raises:
        UnreadableError: as `read_table`.
    """
    file = Path(path)
    if Path(file.name.lower().removesuffix(".gz")).suffix in JSON:
        return read_table(file)
    text, found = _read(file, None, BEGINNING)
    if marked := marked_lines(text):
        return Table(file, *marked, found)
    delimiter, text = _divided(text)
    rows, lines = [], []
    with contextlib.suppress(csv.Error):  # of a cell that ends behind the beginning
        for cells, line in _read_rows(text, delimiter, csv.QUOTE_MINIMAL):
            if any(cells):
                rows.append(cells)
                lines.append(line)
    return Table(file, (), rows, lines, found) if rows else read_table(file, header=False)


def read_header(path: str | Path) -> tuple[str, ...]:
    """The cells of a table's first row, or the keys of its objects.

    Raises:
        UnreadableError: as `read_table`.
    """
    table = read_beginning(path)
    return table.header or tuple(table.rows[0])


def is_tabbed(text: str) -> bool:
    """Whether each of the first lines has a tab, as those of a table without quoting do, and prose does not."""
    lines = [line for line in text[:65536].split("\n")[:20] if line.strip()]
    return bool(lines) and "\t" in lines[0] and all("\t" in line for line in lines[:-1])


def holds_rows(cell: str, width: int) -> bool:
    r"""Whether a cell looks as if a stray quotation mark had swallowed rows: most of its lines have all their cells.

    Example:
        >>> holds_rows("a start\ngood film,1\nbad film,0\nan end", 2), holds_rows("Dear all,\nthank you,\nAnn", 2)
        (True, False)
    """
    inner = cell.split("\n")[1:-1]
    if width < 2 or len(inner) < 2:
        return False
    rows = (sum(line.count(mark) == width - 1 and not line.endswith(mark) for line in inner) for mark in _DELIMITERS)
    return max(rows) >= 0.8 * len(inner)


def read_text(file: Path, encoding: str | None = None, most: int = -1) -> str:
    """The text of a file, plain or gzipped, in any common encoding, with line feeds alone between its lines.

    Args:
        file: The file.
        encoding: Of the text; found out by default.
        most: Read so many bytes from the beginning at most; by default all.

    Raises:
        UnreadableError: missing, empty, or not text.
    """
    return _read(file, encoding, most)[0]


def _read(file: Path, encoding: str | None, most: int = -1) -> tuple[str, str]:
    """As `read_text`, with the encoding; on request of the first bytes alone."""
    try:
        with file.open("rb") as stream:
            zipped = stream.read(2) == b"\x1f\x8b"
        with gzip.open(file) if zipped else file.open("rb") as stream:
            raw = stream.read(most)
        if len(raw) == most and b"\0" not in raw:  # no letter is cut in two
            raw = raw[: raw.rfind(b"\n") + 1] or raw
        text, found = (raw.decode(encoding), encoding) if encoding else decode(raw)
    except (OSError, EOFError, zlib.error) as error:
        raise UnreadableError(f"{file} cannot be read ({error}): check the path and that the file is whole") from error
    except (UnicodeDecodeError, LookupError) as error:
        raise UnreadableError(f"{file} is not text in {encoding or 'UTF-16'} ({error}): save it as UTF-8") from error
    if not text.strip():
        raise UnreadableError(f"{file} is empty: give one sample a row")
    if is_binary(text, found):
        raise UnreadableError(f"{file} is not text: {advised(file) or 'give CSV, TSV, JSONL or plain text'}")
    return _plain_lines(text.removeprefix("\ufeff")), found


def _plain_lines(text: str) -> str:
    """Lines ended by line feeds alone; a carriage return inside a line is a leftover and counts as a space."""
    text = text.replace("\r\n", "\n")
    return text.replace("\r", " " if "\n" in text else "\n")


def _cells(file: Path, text: str) -> _Cells:
    delimiter, text = _divided(text)
    try:
        return _parse(text, delimiter, csv.QUOTE_MINIMAL)
    except csv.Error as error:
        # Tab-separated files are mostly written without quoting, so a stray quotation mark is only a character.
        if delimiter == "\t":
            return _parse(text, delimiter, csv.QUOTE_NONE)
        raise UnreadableError(f"{file} is not a well-formed table ({error}): check the quotation marks") from error


def _divided(text: str) -> tuple[str, str]:
    """What divides cells, and the text without the line that says it, which becomes blank."""
    declared = _DECLARED.match(text)
    return (declared[1], text[declared.end() :]) if declared else (_delimiter(text), text)


def _delimiter(text: str) -> str:
    """A tab where each of the first lines has one; else what the first line has most of."""
    first = next(line for line in text.split("\n") if line.strip())
    return "\t" if is_tabbed(text) else max(_DELIMITERS, key=first.count)


def _parse(text: str, delimiter: str, quoting: Any) -> _Cells:
    """Rows, their lines, and the lines between them that are blank."""
    rows: list[list[str]] = []
    lines: list[int] = []
    blank: list[int] = []
    limit = csv.field_size_limit(_LONGEST_CELL)  # of the whole process, so it is put back
    try:
        for cells, line in _read_rows(text.rstrip("\n"), delimiter, quoting):
            if any(cells):
                rows.append(cells)
                lines.append(line)
            elif rows:
                blank.append(line)
    finally:
        csv.field_size_limit(limit)
    return rows, lines, blank


def _read_rows(text: str, delimiter: str, quoting: Any) -> Iterator[tuple[list[str], int]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quoting=quoting, strict=True)
    begin = 1
    try:
        for row in reader:
            begin = reader.line_num + 1
            if delimiter == "\t" and quoting == csv.QUOTE_MINIMAL and any("\n" in cell for cell in row):
                raise csv.Error("a quotation mark swallows lines")
            yield [cell.strip() for cell in row], reader.line_num
    except csv.Error as error:
        if "end of data" in str(error):
            raise csv.Error(f"line {begin}: a quotation mark opens there and none closes it") from error
        raise csv.Error(f"line {reader.line_num}: {error}") from error
