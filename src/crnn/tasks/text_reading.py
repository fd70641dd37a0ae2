"""Records of texts from what people have: tables, folders, archives, lists, single texts."""

from __future__ import annotations

import contextlib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crnn.data.archive import is_archive, opened, unpack
from crnn.data.encoding import decode, is_binary, note_broken, note_encoding
from crnn.data.example import Record
from crnn.data.findings import Findings
from crnn.data.folder_tables import read_tables, tables_in
from crnn.data.manifest import from_manifest, usual_place
from crnn.data.sources import existing, located, read
from crnn.data.table import BEGINNING, ENDINGS, is_tabbed, read_beginning, read_header, read_text
from crnn.errors import DataError, UnreadableError, kind_of
from crnn.tasks.text_labels import with_label, with_labels
from crnn.tasks.text_tables import TextTables

SUFFIXES = (".txt", ".text", ".md")
"""Files that are one text each, in folders and when predicting."""

_SHOWN = 40
"""Letters of a text that a message shows."""
_SENTENCE = 4
"""Words from which a string is a sentence, also where it ends as the name of a table does."""
_LIST = 3
"""Lines, none of them blank, from which a file of one text may be meant as a list of texts."""


@dataclass
class Reader:
    """How texts and labels are read.

    Args:
        tables: Finds the columns of tables.
    """

    tables: TextTables

    def labelled(self, data: Any, targets: Any = None, known: Collection[str] = ()) -> tuple[list[Record], Findings]:
        """Records to train on or to measure.

        Args:
            data: A table, a folder, an archive, or texts.
            targets: Their labels, where `data` is texts.
            known: Labels that were learnt before, where a text may have several.

        Raises:
            DataError: nothing usable is there, or no column is the text or the label.
        """
        if isinstance(data, (str, Path)) and targets is None:
            records, findings = self._of_path(located(data), "label")
        else:
            records, findings = self._of(data, targets, "label")
        several = self.tables.several
        records = with_labels(records, findings, known) if several else with_label(records, findings)
        return _whole(records, findings)

    def unlabelled(self, data: Any) -> tuple[list[Record], Findings]:
        """Records to predict. A string that is no file is a text."""
        if isinstance(data, str) and not data.strip():
            raise DataError("the text is empty: give some words")
        if isinstance(data, str) and existing(data) is None and (not _is_table(data) or _is_sentence(data)):
            return [Record(data, name=_short(data))], Findings()
        if not isinstance(data, (str, Path)):
            return _whole(*self._of(data, None, None))
        path = located(data)
        if path.is_file() and path.suffix.lower() in SUFFIXES and not _is_table_of_texts(path):
            records, findings = read(data, suffixes=SUFFIXES, target=None)
            _note_list(path, findings)
            return records, findings
        return _whole(*self._of_path(path, None))

    def _of(self, data: Any, targets: Any, target: str | None) -> tuple[list[Record], Findings]:
        """Records from lists of texts or of records, or from files that are one text each."""
        source = "path" if target is None and isinstance(data, Path) else "text"
        return read(data, targets, suffixes=SUFFIXES, source=source, target=target, blank=self.tables.several)

    def _of_path(self, path: Path, target: str | None) -> tuple[list[Record], Findings]:
        """Records from a table, the tables of a folder, a folder of texts, or an archive of these."""
        if path.is_file() and is_archive(path):
            with opened(path) as folder:
                return self._of_path(folder, target)
        if path.is_file() and _is_table(path):
            return self.tables.read(path, target)
        tables = tables_in(path, SUFFIXES, labelled=target is not None) if path.is_dir() else []
        return (
            read_tables(tables, lambda table: self.tables.read(table, target))
            if tables
            else self._of(path, None, target)
        )


def _whole(records: list[Record], findings: Findings) -> tuple[list[Record], Findings]:
    """The records that hold something."""
    kept = []
    for row, record in enumerate(records):
        if isinstance(record.source, str) and not record.source.strip():
            findings.add("empty text", record.name or f"row {row}", "Fill it in or remove the row.")
        elif isinstance(record.source, (str, Path)):
            kept.append(record)
        else:
            raise DataError(
                f"{record.name or f'row {row}'} is {kind_of(record.source)}, not a text: give texts or files of texts"
            )
    if not kept:
        raise DataError(f"there is no text to read:\n{findings}")
    return kept, findings


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
    if is_binary(text, encoding):
        raise UnreadableError(f"{record.name} is not text, whatever its name says")
    if findings is not None:
        note_encoding(findings, record.name, encoding, (text,))
        note_broken(findings, record.name, (text,))
    return text


def looks_like_texts(path: Path) -> bool:
    """Whether a table, a folder or an archive holds texts, and nothing that names files of sound or images."""
    if path.is_file() and is_archive(path):
        with contextlib.suppress(UnreadableError):  # whoever reads it says so
            path = unpack(path)
    if path.is_dir():
        with contextlib.suppress(DataError):
            if tables := tables_in(path, SUFFIXES, labelled=True):
                return looks_like_texts(tables[0][0])
        below = (file for folder in sorted(path.iterdir()) if folder.is_dir() for file in sorted(folder.rglob("*.*")))
        first = next((file for file in below if not file.name.startswith(".")), None)
        return first is not None and first.suffix.lower() in SUFFIXES
    if not _is_table(path) or not path.is_file():
        return False
    try:
        from_manifest(path, source="path", target=None)
        return False
    except DataError as error:
        named = all(usual_place(read_header(path), role) is not None for role in ("text", "label"))
        return "no column for the path" in str(error) or named


def _is_table_of_texts(path: Path) -> bool:
    """Whether a file that by its ending is one text is a table: lines have tabs, or the first has names of columns."""
    with contextlib.suppress(UnreadableError):
        table = read_beginning(path)
        alike = len({len(row) for row in table.rows}) == 1 and len(table.rows[0]) > 1
        names = table.header or table.rows[0]
        return is_tabbed(read_text(path, most=BEGINNING)) or (alike and usual_place(names, "text") is not None)
    return False


def _note_list(path: Path, findings: Findings) -> None:
    """Say of a file that is read as one text that it may be a list of them."""
    with contextlib.suppress(UnreadableError):
        lines = read_text(path, most=BEGINNING).strip().split("\n")
        if len(lines) >= _LIST and all(map(str.strip, lines)):
            more = " and more" if path.stat().st_size > BEGINNING else ""
            advice = "It is read as one text; for an answer a line, quote each line and call it .csv."
            findings.add("text of several lines", f"{path.name} ({len(lines)} lines{more})", advice, dropped=False)


def _is_table(data: Any) -> bool:
    return isinstance(data, (str, Path)) and str(data).lower().endswith(ENDINGS)


def _is_sentence(text: str) -> bool:
    """Whether a string that ends as a table's name is many words all the same, and in no folder that is there."""
    in_folder = "/" in text and existing(Path(text).parent) is not None
    return len(text.split(maxsplit=_SENTENCE - 1)) == _SENTENCE and not in_folder


def _short(text: str) -> str:
    line = " ".join(text[: 4 * _SHOWN].split())  # the rest of a long text is not looked at
    return line if len(line) <= _SHOWN and len(text) <= 4 * _SHOWN else line[: _SHOWN - 1] + "…"
