"""Records of texts from what people have: tables with or without names of columns, folders, lists, single texts."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crnn.data.archive import is_archive, unpack
from crnn.data.columns import guess_columns, is_header, longer_columns
from crnn.data.encoding import decode, note_broken, note_encoding
from crnn.data.example import Record
from crnn.data.findings import Findings
from crnn.data.manifest import Column, fold_name, from_manifest, usual_place
from crnn.data.sources import MANIFESTS, existing, located, read
from crnn.data.table import read_table
from crnn.errors import DataError, SpecError, UnreadableError
from crnn.tasks.text_labels import with_label, with_labels

Named = dict[str, tuple[Column, ...]]
"""Columns by role, as they were said."""

SUFFIXES = (".txt", ".text", ".md")
"""Files that are one text each, in folders and when predicting."""

_SHOWN = 40
"""Letters of a text that a message shows."""
_SENTENCE = 4
"""Words from which a string is a sentence, also where it ends as the name of a table does."""


@dataclass
class Reader:
    """How texts and labels are found.

    Args:
        text: Columns of the text, joined by a space; empty to find it.
        label: Column of the label, or None to find it.
        several: Whether a cell may hold several labels.
        found: Columns by role that were guessed in the first table with labels: later tables are tried by them, so
            that what was trained on can be predicted, and its likes without labels.
        strict: Whether a table without the columns that were said is an error: not where another table was trained on.
    """

    text: tuple[Column, ...] = ()
    label: Column | None = None
    several: bool = False
    found: dict[str, Column] = field(default_factory=dict)
    strict: bool = True

    def labelled(self, data: Any, targets: Any = None) -> tuple[list[Record], Findings]:
        """Records to train on or to measure.

        Raises:
            DataError: nothing usable is there, or no column is the text or the label.
        """
        if isinstance(data, (str, Path)):
            located(data)
        records, findings = self._table(data, "label") if _is_table(data) else self._other(data, targets)
        records = with_labels(records, findings) if self.several else with_label(records, findings)
        records, findings = self._whole(records, findings)
        _note_training(records, findings)
        return records, findings

    def unlabelled(self, data: Any) -> tuple[list[Record], Findings]:
        """Records to predict. A string that is no file is a text."""
        if isinstance(data, str) and not data.strip():
            raise DataError("the text is empty: give some words")
        if isinstance(data, str) and existing(data) is None and (not _is_table(data) or _is_sentence(data)):
            return [Record(data, name=_short(data))], Findings()
        if isinstance(data, (str, Path)) and Path(data).suffix.lower() in SUFFIXES:
            return read(data, suffixes=SUFFIXES, target=None)
        if _is_table(data):
            return self._whole(*self._table(data, None))
        records, findings = read(data, suffixes=SUFFIXES, source="path" if _is_folder(data) else "text", target=None)
        return self._whole(records, findings)

    def _other(self, data: Any, targets: Any) -> tuple[list[Record], Findings]:
        """A folder per label, an archive, lists of texts or of records."""
        return read(data, targets, suffixes=SUFFIXES, source="text", target="label", blank=self.several)

    def _table(self, path: Any, target: str | None) -> tuple[list[Record], Findings]:
        named = self._named(path, target)
        by_name = any(isinstance(column, str) for column in self.found.values())
        if not named and by_name and (again := self._again(path, target)):
            return again
        lacking = not named and bool(self.found) and not self.strict
        try:
            records, findings = read(path, source="text", target=target, columns=named, blank=self.several)
        except DataError as error:
            if isinstance(error, UnreadableError) or "has no column" not in str(error):
                raise
            if named and not self.strict:
                return self._renamed(Path(path), target, named)
            how = "text=… and label=…, or --text and --label" if self.strict else "name the columns as in training"
            advised = DataError(f"{error} For texts: {how}.")
            if set(named) == {"label"} and _lacks_text(str(error)):
                return self._with_guessed_text(Path(path), named, advised)
            if named or _has_role(str(error)):
                raise advised from error
            again = None if by_name else self._again(path, target)
            lacking = lacking and again is None
            try:
                records, findings = again or self._guessed(Path(path), target)
            except DataError as reason:
                raise (reason if target else advised) from error
        if len(self.text) < 2:
            _note_longer(records, findings, path)
        if lacking:
            self._note_renamed(path, self.found.values(), findings)
        elif not named and target:
            self.found = self.found or _usual(path)
        return records, findings

    def _note_renamed(self, path: Any, names: Iterable[Column], findings: Findings) -> None:
        """Say that a table lacks the columns that were trained on, and was read all the same."""
        advice = "Its columns were found by the usual names, or by what stands in them."
        told = f"{Path(path).name}, trained on {', '.join(map(repr, names))}"
        findings.add("columns of another name", told, advice, dropped=False)

    def _named(self, path: Any, target: str | None) -> Named:
        """The columns that were said, by role, as the table knows them."""
        label = () if self.label is None else (self.label,)
        said = {"text": self.text, "label": label if target else ()}
        named = {role: given for role, given in said.items() if given}
        mixed = len({type(column) for column in (*self.text, *label)}) > 1
        numbers = [column for given in named.values() for column in given if isinstance(column, int)]
        if not numbers:
            return named
        as_names: Named = {role: tuple(map(str, given)) for role, given in named.items()}
        if _has_names(
            path, [str(name) for names in as_names.values() for name in names], None if mixed else max(numbers)
        ):
            return as_names
        if mixed:
            raise SpecError(f"text={self.text}, label={self.label!r}: give names of columns, or positions, not both")
        return _names_at(path, named, self.text, self.label) or named

    def _renamed(self, path: Path, target: str | None, named: Named) -> tuple[list[Record], Findings]:
        """Records of a table that calls its columns otherwise than that of training: by usual names, or by a guess."""
        records, findings = Reader(several=self.several)._table(path, target)
        self._note_renamed(path, (name for given in named.values() for name in given), findings)
        return records, findings

    def _with_guessed_text(self, path: Path, named: Named, advised: DataError) -> tuple[list[Record], Findings]:
        """Records of a table whose label was named and whose text is called by no usual name: its longest column."""
        try:
            text = guess_columns(path).text
        except DataError:
            raise advised from None
        if (text,) == named["label"] or not isinstance(text, str):
            raise advised
        self.found = self.found or {"text": text}
        said = {**named, "text": (text,)}
        records, findings = read(path, source="text", target="label", columns=said, blank=self.several)
        told = f"{path.name}: column {text!r} as text"
        findings.add("guessed column", told, "Say text=… (--text) if that is wrong.", dropped=False)
        return records, findings

    def _again(self, path: Any, target: str | None) -> tuple[list[Record], Findings] | None:
        """Records by the columns that were found in the first table with labels; None where this one lacks them."""
        if self.found:
            with contextlib.suppress(DataError):
                return _by(path, self.found, target, self.several)
        return None

    def _guessed(self, path: Path, target: str | None) -> tuple[list[Record], Findings]:
        """Records of a table whose names do not tell: by a guess, which is kept for its likes."""
        text, label = guess_columns(path)
        found: dict[str, Column] = {"text": text}
        try:  # a label that is called so is believed
            records, findings = _by(path, found, target, self.several)
        except DataError:
            found["label"] = label
            records, findings = _by(path, found, target, self.several)
        if target and not self.found:
            self.found = found
        where = "column" if isinstance(text, str) else "no names of columns; column"
        told = ", ".join(f"{column!r} as {role}" for role, column in found.items())
        advice = "Say text=… and label=… (--text, --label) if that is wrong."
        findings.add("guessed column", f"{path.name}: {where} {told}", advice, dropped=False)
        return records, findings

    def _whole(self, records: list[Record], findings: Findings) -> tuple[list[Record], Findings]:
        """The records that hold something."""
        kept = []
        for row, record in enumerate(records):
            if isinstance(record.source, str) and not record.source.strip():
                findings.add("empty text", record.name or f"row {row}", "Fill it in or remove the row.")
            elif isinstance(record.source, (str, Path)):
                kept.append(record)
            else:
                kind = type(record.source).__name__
                raise DataError(f"{record.name or f'row {row}'} is a {kind}, not a text: give texts or files of texts")
        if not kept:
            raise DataError(f"there is no text to read:\n{findings}")
        return kept, findings


def _usual(path: Any) -> dict[str, Column]:
    """The columns that usual names tell, in a table whose columns have names."""
    header = read_table(path).header
    places = {role: usual_place(header, role) for role in ("text", "label")}
    return {role: header[place] for role, place in places.items() if place is not None}


def _by(path: Path, found: dict[str, Column], target: str | None, several: bool) -> tuple[list[Record], Findings]:
    """Records of a table by columns that were found; when predicting the label's is none of them."""
    columns = {role: column for role, column in found.items() if target or role == "text"}
    return read(path, source="text", target=target, columns=columns, blank=several)


def _has_names(path: Any, names: Sequence[str], position: int | None) -> bool:
    """Whether a table has columns with these numbers as names, and no such position if one can be meant."""
    table = read_table(path, header=False)
    if position is not None and position < max(map(len, table.rows)):
        return False
    return {fold_name(name) for name in names} <= {fold_name(cell) for cell in table.header or table.rows[0]}


def _names_at(path: Any, named: Named, text: Sequence[Column], label: Column | None) -> Named:
    """The names at some positions, where the first row of a table is a header all the same; else nothing."""
    rows = read_table(path, header=False).rows
    if not isinstance(label, int) or not text or not isinstance(text[0], int):
        return {}
    if not is_header(rows[0], rows[1:], label, text[0]):
        return {}
    found: Named = {role: tuple(rows[0][at] for at in given if isinstance(at, int)) for role, given in named.items()}
    names = [str(name) for given in found.values() for name in given]
    return found if all(names) and all(rows[0].count(name) == 1 for name in names) else {}


def _note_training(records: Sequence[Record], findings: Findings) -> None:
    """Name the columns that only training heeds."""
    if any(record.weight != 1.0 for record in records):
        advice = "In training each text counts as much as its weight says: rename the column if it means another."
        findings.add("column of weights", "'weight'", advice, dropped=False)
    if any(record.group for record in records):
        told = f"{len({record.group for record in records})} groups"
        advice = "No group is in training and validation: rename the column if it says nothing of the texts."
        findings.add("column of groups", told, advice, dropped=False)


def _note_longer(records: Sequence[Record], findings: Findings, path: Any) -> None:
    """Name columns that are as long as the text and not read."""
    for name in longer_columns([dict(record.extra) for record in records], [str(record.source) for record in records]):
        advice = f"It is as long as the text; to read both, say text=…,{name} (--text …,{name})."
        findings.add("column not read", f"{name!r} of {path}", advice, dropped=False)


def text_of(record: Record, findings: Findings | None = None) -> str:
    """The text of a record: the source itself, or what its file holds, in any common encoding.

    Args:
        record: As the reader gave it.
        findings: Where to say that the encoding of a file was guessed, or that letters in it are broken.

    Raises:
        UnreadableError: the file cannot be read.
    """
    if not isinstance(record.source, Path):
        return str(record.source)
    try:
        text, encoding = decode(record.source.read_bytes())
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableError(f"{record.name} cannot be read as text: {error}") from error
    if findings is not None:
        note_encoding(findings, record.name, encoding)
        note_broken(findings, record.name, (text,))
    return text


def columns(given: str | int | Sequence[Column] | None) -> tuple[Column, ...]:
    """Columns as people type them: a name, a position, several joined by commas, or a list.

    Example:
        >>> columns("title,body"), columns("0"), columns(None), columns(["a", "b"])
        (('title', 'body'), (0,), (), ('a', 'b'))
    """
    if given is None:
        return ()
    parts = given.split(",") if isinstance(given, str) else [given] if isinstance(given, int) else given
    return tuple(int(part) if str(part).strip().isdigit() else str(part).strip() for part in parts)


def looks_like_texts(path: Path) -> bool:
    """Whether a table, a folder or an archive holds texts, and nothing that names files of sound or images."""
    if path.is_file() and is_archive(path):
        with contextlib.suppress(UnreadableError):  # whoever reads it says so
            path = unpack(path)
    if path.is_dir():
        tables = [path / f"{name}.csv" for name in ("manifest", "metadata") if (path / f"{name}.csv").is_file()]
        if tables:
            return looks_like_texts(tables[0])
        below = (file for folder in sorted(path.iterdir()) if folder.is_dir() for file in sorted(folder.rglob("*.*")))
        first = next((file for file in below if not file.name.startswith(".")), None)
        return first is not None and first.suffix.lower() in SUFFIXES
    if not _is_table(path) or not path.is_file():
        return False
    try:
        from_manifest(path, source="path", target=None)
        return False
    except DataError as error:
        if "no column for the path" not in str(error):
            return False
    try:
        Reader().labelled(path)
    except DataError:
        return False
    return True


def _is_table(data: Any) -> bool:
    return isinstance(data, (str, Path)) and str(data).lower().endswith(MANIFESTS)


def _is_sentence(text: str) -> bool:
    """Whether a string that ends as a table's name is many words all the same, and in no folder that is there."""
    in_folder = "/" in text and existing(Path(text).parent) is not None
    return len(text.split(maxsplit=_SENTENCE - 1)) == _SENTENCE and not in_folder


def _is_folder(data: Any) -> bool:
    return isinstance(data, (str, Path)) and existing(data) is not None


def _has_role(error: str) -> bool:
    """Whether a column's name was understood, so that only the other one is missing."""
    return "for the label" in error


def _lacks_text(error: str) -> bool:
    """Whether it is the column of the text whose name is none of the usual ones."""
    return "for the text" in error


def _short(text: str) -> str:
    line = " ".join(text[: 4 * _SHOWN].split())  # the rest of a long text is not looked at
    return line if len(line) <= _SHOWN and len(text) <= 4 * _SHOWN else line[: _SHOWN - 1] + "…"
