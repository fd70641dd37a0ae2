"""Tables in text files as people have them: any common encoding, delimiter and quoting, with line numbers."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crnn.data.findings import Findings
from crnn.errors import UnreadableError

_DELIMITERS = ",;\t|"
_LONGEST_CELL = 1 << 30
"""Letters of a cell; Python's own limit of 131,072 is too low for whole documents."""
_Cells = tuple[list[list[str]], list[int], list[int]]
_HIGH = re.compile(rb"[\x80-\xff]+")
_LOOKED_AT = 512
"""Bytes that are looked at for zero bytes."""
UNICODE = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be")
"""Encodings that leave little doubt; the others are guesses."""
BROKEN = "\ufffd"
"""What stands where bytes are no letter in the encoding of the others."""


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


def decode_text(raw: bytes) -> str:
    """Bytes of unknown encoding as text: UTF-8, UTF-16, GB18030 (Chinese) or Windows-1252 (Western European).

    A byte order mark decides where there is one; UTF-8 is strict enough to be believed when most of what is not ASCII
    fits. Between the last two, Chinese puts high bytes in runs, Western text puts them singly between ASCII letters.
    Bytes that are no letter there, as in a file that was cut or pasted together, become `BROKEN`.

    Raises:
        UnicodeDecodeError: never for UTF-8 or single-byte text; only for broken UTF-16.

    Example:
        >>> decode_text("关灯,开灯".encode("gb18030")), decode_text("été;café".encode("latin-1"))
        ('关灯,开灯', 'été;café')
    """
    return decode(raw)[0]


def decode(raw: bytes) -> tuple[str, str]:
    """As `decode_text`, with the encoding that the bytes were taken for."""
    encoding = encoding_of(raw)
    return raw.decode(encoding, errors="strict" if encoding.startswith("utf-16") else "replace"), encoding


def encoding_of(raw: bytes) -> str:
    """The encoding that `decode_text` takes bytes for.

    Example:
        >>> [encoding_of("été".encode(name)) for name in ("utf-8", "utf-8-sig", "utf-16", "latin-1")]
        ['utf-8', 'utf-8-sig', 'utf-16', 'cp1252']
    """
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    if wide := _utf_16_by_zeros(raw[:_LOOKED_AT]):
        return wide
    if _fits(raw, "utf-8", 2):
        return "utf-8-sig" if raw[:3] == b"\xef\xbb\xbf" else "utf-8"
    # Nearly any pair of high bytes is some Chinese character, so that more of them have to fit.
    return "gb18030" if _looks_chinese(raw) and _fits(raw, "gb18030", 50) else "cp1252"


def note_encoding(findings: Findings, name: str, encoding: str) -> None:
    """Say that an encoding was guessed, where it was."""
    if encoding not in UNICODE:
        advice = "It was guessed: save it as UTF-8 if letters look wrong."
        findings.add("text in another encoding", f"{name} ({encoding})", advice, dropped=False)


def note_broken(findings: Findings, name: str, cells: Iterable[str]) -> None:
    """Say that there are bytes which are no letters, where there are."""
    if any(BROKEN in cell for cell in cells):
        advice = f"A byte there is no letter in the encoding of the rest and reads {BROKEN}: mend it in the file."
        findings.add("broken letter", name, advice, dropped=False)


def _utf_16_by_zeros(start: bytes) -> str:
    """UTF-16 with no mark, whose ASCII has zeros at every other place, or ""; a few zeros are control characters."""
    even, odd = start[::2].count(0), start[1::2].count(0)
    many, few = max(even, odd), min(even, odd)
    if many < max(3, len(start) // 32) or few * 8 > many:
        return ""
    return "utf-16-le" if even < odd else "utf-16-be"


def _fits(raw: bytes, encoding: str, least: int) -> bool:
    """Whether bytes are text in an encoding, but for one place in so many letters beyond ASCII."""
    try:
        raw.decode(encoding)
    except UnicodeDecodeError:
        known = raw.decode(encoding, errors="ignore")
        broken = len(raw.decode(encoding, errors="replace")) - len(known)
        return len(known) - len(known.encode("ascii", errors="ignore")) >= least * broken
    return True


def _looks_chinese(raw: bytes) -> bool:
    runs = [len(run) for run in _HIGH.findall(raw)]
    return sum(run for run in runs if run > 1) > sum(run for run in runs if run == 1)


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
