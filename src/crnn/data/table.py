"""Tables in text files as people have them: any common encoding, delimiter and quoting, with line numbers."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crnn.data.encoding import UNICODE, decode
from crnn.errors import UnreadableError

_DELIMITERS = ",;\t|"
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
    """Read a CSV, TSV or JSONL file, plain or gzipped.

    Args:
        path: ``.jsonl`` and ``.ndjson`` are read as one JSON object a line, everything else as delimited text.
        encoding: The text encoding; found out by default (see `decode_text`).
        header: Whether the first row names the columns; without it columns are known by position.

    Raises:
        UnreadableError: missing, empty, not text, or not a table.
    """
    file = Path(path)
    text, found = _read(file, encoding)
    suffix = Path(file.stem).suffix if file.suffix.lower() == ".gz" else file.suffix
    if suffix.lower() in (".jsonl", ".ndjson"):
        return _json_lines(file, text, found)
    rows, lines, blank = _cells(file, text)
    if not header:
        return Table(file, (), rows, lines, found, blank)
    if len(rows) < 2:
        raise UnreadableError(f"{file} has a header and no rows: give at least one sample")
    return Table(file, tuple(rows[0]), rows[1:], lines[1:], found, blank)


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


def read_text(file: Path, encoding: str | None = None) -> str:
    """The text of a file, plain or gzipped, in any common encoding, with line feeds alone between its lines.

    Raises:
        UnreadableError: missing, empty, or not text.
    """
    return _read(file, encoding)[0]


def _read(file: Path, encoding: str | None) -> tuple[str, str]:
    """As `read_text`, with the encoding."""
    try:
        raw = file.read_bytes()
        if raw[:2] == b"\x1f\x8b":
            raw = gzip.decompress(raw)
        text, found = (raw.decode(encoding), encoding) if encoding else decode(raw)
    except (OSError, EOFError, zlib.error) as error:
        raise UnreadableError(f"{file} cannot be read ({error}): check the path and that the file is whole") from error
    except (UnicodeDecodeError, LookupError) as error:
        raise UnreadableError(f"{file} is not text in {encoding or 'UTF-16'} ({error}): save it as UTF-8") from error
    if not text.strip():
        raise UnreadableError(f"{file} is empty: give one sample a row")
    zeros = text[:4096].count("\0")
    if zeros and (found not in UNICODE or zeros * 8 > len(text[:4096])):
        raise UnreadableError(f"{file} is not text: give CSV, TSV, JSONL or plain text")
    return _plain_lines(text.removeprefix("\ufeff")), found


def _plain_lines(text: str) -> str:
    """Lines ended by line feeds alone; a carriage return inside a line is a leftover and counts as a space."""
    text = text.replace("\r\n", "\n")
    return text.replace("\r", " " if "\n" in text else "\n")


def _cells(file: Path, text: str) -> _Cells:
    delimiter = _delimiter(text)
    try:
        return _parse(text, delimiter, csv.QUOTE_MINIMAL)
    except csv.Error as error:
        # Tab-separated files are mostly written without quoting, so a stray quotation mark is only a character.
        if delimiter == "\t":
            return _parse(text, delimiter, csv.QUOTE_NONE)
        raise UnreadableError(f"{file} is not a well-formed table ({error}): check the quotation marks") from error


def _delimiter(text: str) -> str:
    """A tab where each of the first lines has one, since prose has commas but no tabs; else the first line's most."""
    lines = [line for line in text[:65536].split("\n")[:20] if line.strip()]
    if all("\t" in line for line in lines[:-1]) and "\t" in lines[0]:
        return "\t"
    return max(_DELIMITERS, key=lines[0].count)


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
    try:
        for row in reader:
            if delimiter == "\t" and quoting == csv.QUOTE_MINIMAL and any("\n" in cell for cell in row):
                raise csv.Error("a quotation mark swallows lines")
            yield [cell.strip() for cell in row], reader.line_num
    except csv.Error as error:
        raise csv.Error(f"line {reader.line_num}: {error}") from error


def _json_lines(file: Path, text: str, encoding: str) -> Table:
    objects: list[dict[str, Any]] = []
    lines: list[int] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except json.JSONDecodeError as error:
            raise UnreadableError(f"{file}, line {number} is not JSON ({error}): give one object a line") from error
        if not isinstance(value, dict):
            raise UnreadableError(f"{file}, line {number} is a JSON {type(value).__name__}: give one object a line")
        objects.append(value)
        lines.append(number)
    header = tuple(dict.fromkeys(key for item in objects for key in item))
    return Table(file, header, [_json_cells(item, header) for item in objects], lines, encoding)


def _json_cells(item: dict[str, Any], header: Sequence[str]) -> list[str]:
    cells = []
    for key in header:
        value = item.get(key)
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        cells.append("" if value is None else text.strip())
    return cells
