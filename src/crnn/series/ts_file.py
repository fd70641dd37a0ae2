"""Files of the UCR/UEA archives of time-series classification: ``.ts``, and the older tables with the label in front.

Source of the format: Bagnall et al., "The UEA multivariate time series classification archive", arXiv:1811.00075.
"""

from __future__ import annotations

import difflib
import gzip
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from crnn.data.encoding import decode_text
from crnn.data.example import Record
from crnn.data.findings import Findings
from crnn.data.table import read_text
from crnn.errors import DataError, UnreadableError
from crnn.series.cells import moments, numbers

SUFFIXES = (".ts", ".ts.gz")

_LONGEST_LINE = 1 << 22

_KEYS: tuple[str, ...] = (
    *("problemname", "timestamps", "missing", "univariate", "dimension", "dimensions", "equallength"),
    *("serieslength", "classlabel", "targetlabel", "data"),
)
_STAMPED = re.compile(r"\(\s*([^(),]+?)\s*,\s*([^(),]+?)\s*\)")

Steps = NDArray[np.float64]


@dataclass(frozen=True)
class Header:
    """What the lines before ``@data`` say.

    Args:
        problem: Name of the data set, or "".
        dimensions: Channels C, or None where the header is silent.
        timestamps: Whether values come in pairs ``(time,value)``.
        labelled: Whether the last part of a case is its class.
        labels: The classes that the header names.
        equal_length: Whether all cases are said to have the same length.
    """

    problem: str = ""
    dimensions: int | None = None
    timestamps: bool = False
    labelled: bool = False
    labels: tuple[str, ...] = ()
    equal_length: bool = False


@dataclass
class _Cases:
    """The cases read so far, and what was wrong with others."""

    header: Header
    title: str
    records: list[Record] = field(default_factory=list)
    findings: Findings = field(default_factory=Findings)

    @property
    def channels(self) -> int | None:
        return len(self.records[0].source[0]) if self.records else self.header.dimensions


def read_ts(path: str | Path, *, labelled: bool = True) -> tuple[list[Record], Findings]:
    """Records of a ``.ts`` file, plain or gzipped: sequences ``(T, C)``, NaN where a value is missing.

    Args:
        path: The file.
        labelled: Whether classes are needed; False takes them where they are.

    Raises:
        UnreadableError: missing, no text, or no such file inside.
        DataError: a header that is broken or without classes, or no case that can be used.
    """
    file = Path(path)
    lines = iter(enumerate(read_text(file).split("\n"), start=1))
    header = _header(file, lines)
    if labelled and not header.labelled:
        raise DataError(f"{file} says “@classLabel false”: give a file with classes to train or to evaluate on")
    cases = _Cases(header, file.name)
    for number, line in lines:
        text = line.strip()
        if text and not text.startswith(("#", "%")):
            _case(cases, text, number)
    if not cases.records:
        notes = f":\n{cases.findings}" if len(cases.findings) else ": no line follows @data"
        raise DataError(f"no case of {file} can be used{notes}")
    _same_length(cases)
    return cases.records, cases.findings


def _header(file: Path, lines: Iterator[tuple[int, str]]) -> Header:
    """Read up to and including ``@data``."""
    said: dict[str, list[str]] = {}
    for number, line in lines:
        text = line.strip()
        if not text or text.startswith(("#", "%")):
            continue
        if not text.startswith("@"):
            raise UnreadableError(
                f"{file}, line {number} is {text[:40]!r} before @data: a .ts file opens with lines such as "
                "“@problemName Gestures” and “@classLabel true left right”, and “@data” before the first case"
            )
        key, *values = text[1:].split()
        if key.lower() == "data":
            return _understood(file, said)
        if key.lower() not in _KEYS:
            near = difflib.get_close_matches(key.lower(), _KEYS, n=1)
            hint = f" Did you mean @{near[0]}?" if near else ""
            raise UnreadableError(f"{file}, line {number}: unknown key @{key}.{hint} Known: @{', @'.join(_KEYS)}.")
        said[key.lower()] = values
    raise UnreadableError(f"{file} has no line “@data”: it is no .ts file, or was cut short")


def _understood(file: Path, said: Mapping[str, list[str]]) -> Header:
    def holds(key: str) -> bool:
        given = (said.get(key) or ["false"])[0].lower()
        if given not in ("true", "false"):
            raise UnreadableError(f"{file}: @{key} is {given!r}: write true or false")
        return given == "true"

    if holds("targetlabel"):
        raise DataError(f"{file} holds values to predict (@targetLabel), no classes: use crnn.ArrayRegression")
    given = (said.get("dimensions") or said.get("dimension") or [""])[0]
    if given and not (given.isdigit() and int(given) > 0):
        raise UnreadableError(f"{file}: @dimensions is {given!r}: write a whole number from 1 up")
    dimensions = int(given) if given else (1 if holds("univariate") else None)
    labelled = holds("classlabel")
    labels = tuple(said["classlabel"][1:]) if labelled else ()
    problem = " ".join(said.get("problemname", []))
    return Header(problem, dimensions, holds("timestamps"), labelled, labels, holds("equallength"))


def _case(cases: _Cases, text: str, number: int) -> None:
    """Add one line's sequence, or name what is wrong with it."""
    name = f"{cases.title} line {number}"
    parts, label = _parts(text, cases.header)
    if cases.header.labelled and (label is None or label == ""):
        cases.findings.add("case without a label", name, "End the line with “:” and its class.")
    elif label is not None and cases.header.labels and label not in cases.header.labels:
        advice = f"The header names {', '.join(cases.header.labels[:10])}."
        cases.findings.add("label unknown to the header", f"{name}: {label!r}", advice)
    elif cases.channels is not None and len(parts) != cases.channels:
        reason = f"{name} has {len(parts)} dimensions, not {cases.channels}"
        cases.findings.add("other number of dimensions", reason, "Give every case the same dimensions.")
    else:
        values = _stamped(cases, parts, name) if cases.header.timestamps else _values(cases, parts, name)
        if values is not None:
            cases.records.append(Record(values, label, name))


def _parts(text: str, header: Header) -> tuple[list[str], str | None]:
    """The dimensions of a line, and its label; colons inside the brackets of timestamps split nothing."""
    parts = re.split(r":(?![^(]*\))", text) if header.timestamps else text.split(":")
    if not header.labelled:
        return parts, None
    return parts[:-1], parts[-1].strip()


def _values(cases: _Cases, parts: list[str], name: str) -> Steps | None:
    """Plain values: ``1.5,?,2`` a dimension."""
    columns = [numbers([cell.strip() for cell in part.split(",")]) for part in parts]
    if any(column.words for column in columns):
        cell = next(
            part.split(",")[column.words[0]] for part, column in zip(parts, columns, strict=True) if column.words
        )
        cases.findings.add(
            "text for a number", f"{name}: {cell.strip()[:40]!r}", "Write a number, or ? where there is none."
        )
        return None
    return _joined(cases, [column.values for column in columns], name)


def _stamped(cases: _Cases, parts: list[str], name: str) -> Steps | None:
    """Values with their times: ``(0,1.5),(1,2)`` a dimension; sorted by time, which all dimensions must share."""
    pairs = [_STAMPED.findall(part) for part in parts]
    if any(re.sub(r"[\s,]", "", _STAMPED.sub("", part)) for part in parts) or not all(pairs):
        cases.findings.add("broken timestamps", name, "Write each value as (time,value).")
        return None
    times = [moments([time for time, _ in pair]) for pair in pairs]
    columns = [numbers([value for _, value in pair]) for pair in pairs]
    if any(found.words for found in (*times, *columns)):
        cases.findings.add("text for a number", name, "Times are numbers or ISO dates, values are numbers or ?.")
        return None
    if any(not np.array_equal(found.values, times[0].values) for found in times):
        cases.findings.add("dimensions of different times", name, "Bring all dimensions of a case to the same times.")
        return None
    order = np.argsort(times[0].values, kind="stable")
    return _joined(cases, [column.values[order] for column in columns], name)


def _joined(cases: _Cases, columns: list[NDArray[np.float64]], name: str) -> Steps | None:
    lengths = [len(column) for column in columns]
    if len(set(lengths)) > 1:
        reason = f"{name} has dimensions of {min(lengths)} to {max(lengths)} steps"
        cases.findings.add(
            "ragged dimensions", reason, "All dimensions of a case have the same steps; write ? for gaps."
        )
        return None
    return np.stack(columns, axis=1)


def _same_length(cases: _Cases) -> None:
    if not cases.header.equal_length:
        return
    lengths = {len(record.source) for record in cases.records}
    if len(lengths) > 1:
        reason = f"{cases.title}: {min(lengths)} to {max(lengths)} steps"
        cases.findings.add("lengths differ from the header", reason, "It says @equalLength true.", dropped=False)


def read_ucr_table(path: str | Path) -> tuple[list[Record], Findings]:
    """Records of an older UCR file: a row a sequence, its class number first, then one value a step.

    Trailing NaN, with which sequences of different lengths are filled up there, are cut off.

    Args:
        path: A ``.tsv`` or ``.txt`` file without a header, separated by tabs, commas or spaces.

    Raises:
        UnreadableError: missing, or no table of numbers with a class number first.
    """
    file = Path(path)
    records: list[Record] = []
    findings = Findings()
    for number, line in enumerate(read_text(file).split("\n"), start=1):
        cells = re.split(r"[\t,]|\s+", line.strip())
        if cells == [""]:
            continue
        name = f"{file.name} line {number}"
        found = numbers([cell.strip() for cell in cells])
        label = found.values[0]
        if found.words or not (np.isfinite(label) and label == round(label)):
            raise UnreadableError(
                f"{file}, line {number} is no line of an older UCR file: a whole class number, then numbers alone. "
                "Other tables need a header with the names of their columns"
            )
        values = found.values[1 : 1 + _valid(found.values[1:])]
        if len(values) == 0:
            findings.add("empty sequence", name, "It has a class and no values.")
            continue
        records.append(Record(values[:, None], str(int(label)), name))
    if not records:
        raise DataError(f"no row of {file} can be used:\n{findings}")
    return records, findings


def _valid(values: NDArray[np.float64]) -> int:
    """Values before the NaN at the end."""
    held = np.flatnonzero(np.isfinite(values))
    return int(held[-1]) + 1 if len(held) else 0


def looks_like_ucr_table(path: str | Path) -> bool:
    """Whether a table has no header: its first line holds nothing but numbers.

    Raises:
        UnreadableError: the file cannot be read.
    """
    file = Path(path)
    try:
        with gzip.open(file, "rb") if file.name.lower().endswith(".gz") else file.open("rb") as opened:
            first = decode_text(opened.readline(_LONGEST_LINE))
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise UnreadableError(f"{file} cannot be read ({error}): check that the file is whole") from error
    cells = re.split(r"[\t,]|\s+", first.strip())
    return len(cells) > 2 and not numbers(cells).words
