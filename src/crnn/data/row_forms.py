"""Rows of text files that are no delimited tables: JSON objects, and lines that begin with their labels."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from crnn.errors import UnreadableError

MARK = "__label__"
"""What stands before a label in the lines of fastText."""

_ARRAY = re.compile(r'\s*(\{\s*"[^"\\]*"\s*:\s*)?\[\s*(?=[\]{])')
"""How an array of objects begins, also within an object that may hold nothing else."""
_LABEL = re.compile(rf"{MARK}([^\s,]+)")
_LABELS = re.compile(rf"\s*({_LABEL.pattern}[\s,]*)+")
_LOOKED_AT = 4096
"""Characters by which the form of a text is judged."""
_NEXT = re.compile(r"[^\s,]")
"""Where the next item of a JSON array begins."""


class Rows(NamedTuple):
    """Names of the columns, cells of each row, and the line of the file that each row stands on."""

    header: tuple[str, ...]
    rows: list[list[str]]
    lines: list[int]


def json_objects(file: Path, text: str) -> Rows:
    """One JSON object a line, or an array of objects, also as the one value of an object: ``{"data": […]}``.

    A row that lacks a key has an empty cell. Where an array stands in one line, its items count as lines.

    Raises:
        UnreadableError: it is neither; names the line.
    """
    objects, lines = _array(file, text) or _lines(file, text)
    header = tuple(dict.fromkeys(key for item in objects for key in item))
    return Rows(header, [_cells(item, header) for item in objects], lines)


def marked_lines(text: str) -> Rows | None:
    """Lines as fastText has them, ``__label__good a text``, several labels divided by ``|``; None for other texts.

    A line without a label among them has none.

    Example:
        >>> marked_lines("__label__a __label__b some words")
        Rows(header=('label', 'text'), rows=[['a|b', 'some words']], lines=[1])
    """
    if MARK not in text[:_LOOKED_AT]:
        return None
    rows, numbers = [], []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        begin = _LABELS.match(line)
        labels, end = ([], 0) if begin is None else (_LABEL.findall(begin[0]), begin.end())
        rows.append(["|".join(labels), " ".join(line[end:].split())])
        numbers.append(number)
    marked = sum(bool(label) for label, _ in rows)
    return Rows(("label", "text"), rows, numbers) if 2 * marked > len(rows) else None


def _array(file: Path, text: str) -> tuple[list[dict[str, Any]], list[int]] | None:
    """The objects of an array and the lines they begin on; None where the text is no array of objects."""
    begin = _ARRAY.match(text)
    if begin is None:
        return None
    try:
        values = json.loads(text)
    except json.JSONDecodeError as error:
        if begin[1]:
            return None  # the first of several lines
        raise UnreadableError(
            f"{file} is not JSON ({error}): give an array of objects, or one object a line"
        ) from error
    if isinstance(values, dict):
        if len(values) > 1:
            return None
        (values,) = values.values()
    if not values:
        raise UnreadableError(f"{file} is an empty JSON array: give one object a sample")
    decoder, lines = json.JSONDecoder(), list[int]()
    at, line = begin.end(), 1 + text.count("\n", 0, begin.end())
    for value in values:  # a second time one by one, which tells the lines
        start = _NEXT.search(text, at).start()  # type: ignore[union-attr]
        line += text.count("\n", at, start)
        if not isinstance(value, dict):
            kind = type(value).__name__
            raise UnreadableError(f"{file}, line {line} is a JSON {kind}: give one object a sample")
        lines.append(line)
        at = decoder.raw_decode(text, start)[1]
        line += text.count("\n", start, at)
    return values, lines if len(set(lines)) == len(lines) else list(range(1, len(lines) + 1))


def _lines(file: Path, text: str) -> tuple[list[dict[str, Any]], list[int]]:
    objects: list[dict[str, Any]] = []
    lines: list[int] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except json.JSONDecodeError as error:
            raise UnreadableError(
                f"{file}, line {number} is not JSON ({error}): give one object a line, or an array of objects"
            ) from error
        if not isinstance(value, dict):
            raise UnreadableError(f"{file}, line {number} is a JSON {type(value).__name__}: give one object a line")
        objects.append(value)
        lines.append(number)
    if len(objects) == 1 and len(objects[0]) > 1 and all(isinstance(each, dict) for each in objects[0].values()):
        raise UnreadableError(
            f"{file} holds a table by columns: give an array of objects, as pandas writes it with"
            ' to_json(orient="records")'
        )
    return objects, lines


def _cells(item: dict[str, Any], header: Sequence[str]) -> list[str]:
    cells = []
    for key in header:
        value = item.get(key)
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        cells.append("" if value is None else text.strip())
    return cells
