"""Records from a manifest: one sample a row, columns known by their usual names."""

from __future__ import annotations

import difflib
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crnn.data.encoding import note_broken, note_encoding
from crnn.data.example import Record
from crnn.data.findings import Findings
from crnn.data.part_names import part_of, with_parts
from crnn.data.table import Table, holds_rows, read_table
from crnn.errors import DataError, UnknownNameError

COLUMNS: dict[str, tuple[str, ...]] = {
    "path": (
        *("path", "file", "filename", "file_name", "filepath", "file_path", "audio", "audio_path", "audio_filepath"),
        *("wav", "wav_path", "clip", "recording", "image", "image_path", "img"),
    ),
    "label": (
        *("label", "labels", "class", "class_name", "command", "target", "category", "keyword", "word", "intent"),
        *("class_index", "sentiment", "y", "topic", "polarity", "rating", "stars", "star_rating"),
        *("标签", "类别", "情感", "分类", "评分", "星级"),
        *("kategorie", "klasse", "categorie", "catégorie", "étiquette", "categoría", "etiqueta", "categoria"),
    ),
    "text": (
        *("text", "transcript", "transcription", "sentence", "utterance", "content", "review", "comment", "text_a"),
        *("review_text", "review_body"),
        *("ground_truth", "gt", "body", "message", "tweet", "question", "document", "description", "headline", "title"),
        *("文本", "内容", "评论", "句子", "正文", "标题", "评价", "评论内容"),
        *("nachricht", "kommentar", "bewertung", "texte", "commentaire", "texto", "comentario", "testo", "commento"),
    ),
    "group": ("group", "speaker", "speaker_id", "client_id", "user", "writer", "writer_id", "page_or_writer"),
    "split": ("split", "set", "subset", "partition", "划分", "数据划分"),
    "weight": ("weight", "sample_weight"),
}
"""The roles a column can play, and the names it usually has; case, spaces and hyphens do not matter."""

SAY = "Say which one it is"
"""How the advice begins that only whoever trains can follow."""

Column = str | int
"""A column by its name, or by its position from 0 up."""

Roles = Mapping[str, Column | Sequence[Column]]
"""Which column plays a role, or which ones, joined by spaces."""


def from_manifest(
    path: str | Path,
    *,
    source: str = "path",
    target: str | None = "label",
    columns: Roles | None = None,
    encoding: str | None = None,
    folder: Path | None = None,
    blank: bool = False,
) -> tuple[list[Record], Findings]:
    """Records from a CSV, TSV or JSONL file; paths in it are relative to its folder.

    Args:
        path: The file, plain or gzipped; encoding and delimiter are found out.
        source: The role of the column that is the input: "path" or "text".
        target: The role of the column that is the answer: "label" or "text"; None when only predicting.
        columns: Where names are unusual, which column plays a role: ``{"path": "clip", "label": "what"}``. Numbers
            mean positions in a file without a header: ``{"text": 0, "label": 1}``. Several columns, as in
            ``{"text": ("title", "body")}``, are joined by spaces.
        encoding: Text encoding, where finding out goes wrong.
        folder: What paths are relative to, where that is not the folder of the manifest.
        blank: Keep rows without an answer, as samples that have no label.

    Raises:
        UnreadableError: the file is missing, empty or not a table.
        DataError: a needed column is missing, or no row can be used.
    """
    wanted = {
        role: (given,) if isinstance(given, (str, int)) else tuple(given) for role, given in (columns or {}).items()
    }
    by_position = any(isinstance(name, int) for names in wanted.values() for name in names)
    table = read_table(path, encoding=encoding, header=not by_position)
    needed = (source,) if target is None else (source, target)
    places = _places(table, wanted, needed)
    findings = Findings()
    _note_twice(table, places, findings)
    if "split" not in places and (place := _place_of_parts(table, places)) is not None:
        places["split"] = (place,)
        told = f"{table.path.name}: column {table.header[place]!r} as parts of the data"
        findings.add("column of parts", told, "Rename what stands in it if that is wrong.", dropped=False)
    reader = _Reader(table, places, source, target, folder or table.path.parent, findings, {}, blank)
    if encoding is None:
        cells = (cell for row in table.rows for cell in row)
        note_encoding(reader.findings, table.path.name, table.encoding, cells)
    if max(len(table.header), *map(len, table.rows)) == 1:  # in a wider table a blank line is no row
        for line in table.blank:
            reader.row([""], line)
    else:
        for line in table.blank:
            advice = "Nothing stands in it: it is no sample."
            reader.findings.add("blank line", f"{table.path.name} line {line}", advice, dropped=False)
    records = [
        record for cells, line in zip(table.rows, table.lines, strict=True) if (record := reader.row(cells, line))
    ]
    if not records:
        raise DataError(f"no row of {path} can be used:\n{reader.findings}")
    if not any(record.weight for record in records):
        raise DataError(f"the weight of all {len(records)} rows of {path} is 0: nothing could be learnt from them")
    if "split" in places:
        records = with_parts(records, _title(table, places["split"][0]), reader.findings)
    return records, reader.findings


def _place_of_parts(table: Table, places: Mapping[str, tuple[int, ...]]) -> int | None:
    """The place of a column of any name in which every cell is the name of a part, training among them."""
    taken = {place for found in places.values() for place in found}
    for place in set(range(len(table.header))) - taken:
        cells = [row[place] for row in table.rows if place < len(row) and row[place]]
        if cells and all(map(part_of, cells)) and len({*cells}) > 1 and "train" in map(part_of, {*cells}):
            return place
    return None


def _note_twice(table: Table, places: Mapping[str, tuple[int, ...]], findings: Findings) -> None:
    """Name columns that are used and whose name another column has too."""
    folded = [fold_name(name) for name in table.header]
    for place in sorted({place for found in places.values() for place in found if place < len(folded)}):
        if folded.count(folded[place]) > 1:
            told = f"{table.header[place]!r} of {table.path.name}"
            findings.add("columns of one name", told, "The first of them is read: rename the other.", dropped=False)


def _title(table: Table, place: int) -> str:
    """What a column is called in messages."""
    return table.header[place] if table.header else f"column {place}"


def _places(
    table: Table, wanted: Mapping[str, Sequence[Column]], needed: tuple[str, ...]
) -> dict[str, tuple[int, ...]]:
    """Positions of each role's columns."""
    for role in (*wanted, *needed):
        if role not in COLUMNS:
            raise UnknownNameError("column role", role, COLUMNS)
    places = {role: tuple(_named(table, role, name, needed) for name in names) for role, names in wanted.items()}
    taken = {place for found in places.values() for place in found}
    for role in COLUMNS:
        found = usual_place(table.header, role)
        if role not in places and found is not None and found not in taken:
            places[role] = (found,)
            taken.add(found)
    for role in needed:
        if role not in places:
            what = f"for the {role} ({', '.join(COLUMNS[role][:6])}, …)"
            raise DataError(_missing(table, what, role, needed, COLUMNS[role], taken))
    return places


def _named(table: Table, role: str, name: Column, needed: Sequence[str]) -> int:
    if isinstance(name, int):
        width = max(len(row) for row in table.rows)
        if not 0 <= name < width:
            raise DataError(f"{role}={name}: {table.path} has the columns 0 to {width - 1}")
        return name
    folded = [fold_name(column) for column in table.header]
    if fold_name(name) not in folded:
        raise DataError(_missing(table, f"{name!r} for the {role}", role, needed, (name,)))
    return folded.index(fold_name(name))


def usual_place(header: Sequence[str], role: str) -> int | None:
    """The place of the column that has one of the usual names of a role, the most usual one first."""
    folded = [fold_name(name) for name in header]
    return next((folded.index(name) for name in COLUMNS[role] if name in folded), None)


def fold_name(name: str) -> str:
    """The name of a column as names are compared: case, spaces and hyphens do not matter."""
    return name.strip().lower().replace(" ", "_").replace("-", "_")


def _missing(
    table: Table, what: str, role: str, needed: Sequence[str], names: Sequence[str], taken: Collection[int] = ()
) -> str:
    folded = [fold_name(name) for place, name in enumerate(table.header) if place not in taken]
    near = next(
        (found[0] for name in names if (found := difflib.get_close_matches(fold_name(name), folded, n=1))), None
    )
    hint = f" Did you mean {next(name for name in table.header if fold_name(name) == near)!r}?" if near else ""
    advice = f"Call that column {role!r} in the first line."
    if "text" in needed and role in needed and "path" not in needed:  # tasks that read texts can be told
        advice = f"{SAY}: --{role}, {role}=… in Python, or its position if the file has no header."
    return f"{table.path} has no column {what}; it has: {', '.join(table.header)}.{hint} {advice}"


@dataclass(frozen=True)
class _Reader:
    """Turns rows into records and says what is wrong with those it leaves out."""

    table: Table
    places: Mapping[str, tuple[int, ...]]
    source: str
    target: str | None
    folder: Path
    findings: Findings
    seen: dict[str, str]
    blank: bool

    def row(self, cells: list[str], line: int) -> Record | None:
        """The record of a row, or None with a finding."""
        title = f"{self.table.path.name} line {line}"
        if self.table.header and len(cells) > len(self.table.header):
            self.findings.add("torn row", title, "It has more cells than the header: check delimiter and quoting.")
            return None
        note_broken(self.findings, title, cells)
        if self.table.header and any(holds_rows(cell, len(self.table.header)) for cell in cells):
            advice = "Is a quotation mark open or too many? What follows it became part of one cell."
            self.findings.add("cell that holds rows", f"up to {title}", advice, dropped=False)
        values = {
            role: " ".join(cells[place] for place in places if place < len(cells) and cells[place])
            for role, places in self.places.items()
        }
        given = values[self.source]
        name = given if self.source == "path" and given else title
        if not given:
            self.findings.add(f"empty {self.source}", title, "Fill in the cell or remove the row.")
            return None
        if self.target is not None and not values[self.target]:
            advice = "It is taken for a sample that has none." if self.blank else "Fill in the cell or remove the row."
            self.findings.add(f"empty {self.target}", name, advice, dropped=not self.blank)
            if not self.blank:
                return None
        if self.source == "path" and self._repeated(given, values, name):
            return None
        return self._record(name, values, cells)

    def _record(self, name: str, values: Mapping[str, str], cells: list[str]) -> Record | None:
        found: Any = values[self.source]
        if self.source == "path":
            found = self._file(found)
            if found is None:
                self.findings.add("missing file", name, f"Paths are read relative to {self.folder.resolve()}.")
                return None
        weight = _weight(values.get("weight", ""))
        if weight is None:
            self.findings.add(
                "bad weight",
                f"{name}: {values['weight']!r}",
                "Give a finite number from 0 up, or rename the column if it is no weight of samples.",
            )
            return None
        header = self.table.header or tuple(str(place) for place in range(len(cells)))
        spare = {"label", "text"} - {self.source, self.target}
        used = {place for role, places in self.places.items() if role not in spare for place in places}
        extra = {key: cell for place, (key, cell) in enumerate(zip(header, cells, strict=False)) if place not in used}
        target = values[self.target] if self.target else None
        return Record(found, target, name, values.get("group", ""), values.get("split", ""), weight, extra)

    def _file(self, given: str) -> Path | None:
        """The file of a cell; a manifest written on Windows has backslashes."""
        for text in (given, given.replace("\\", "/")):
            file = self.folder / Path(text).expanduser()
            if file.is_file():
                return file
        return None

    def _repeated(self, given: str, values: Mapping[str, str], name: str) -> bool:
        """Whether the same file came before with the same answer; another answer is only noted."""
        if not self.target:
            return False  # who only predicts gets an answer for every row
        answer = values[self.target]
        if given not in self.seen:
            self.seen[given] = answer
            return False
        if self.seen[given] == answer:
            self.findings.add("repeated row", name, "Each file is taken once.")
            return True
        advice = "One of them is wrong, or the file holds more than one sample: cut it."
        self.findings.add("file with two answers", f"{name}: {self.seen[given]!r} and {answer!r}", advice, False)
        return False


def _weight(text: str) -> float | None:
    try:
        value = float(text) if text else 1.0
    except ValueError:
        return None
    return value if math.isfinite(value) and value >= 0 else None
