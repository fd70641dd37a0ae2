"""Records of written lines: images with a text beside each, tables, and pages with ALTO or PAGE XML."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from crnn.data.archive import is_archive, opened
from crnn.data.encoding import decode_text, encoding_of
from crnn.data.example import Record
from crnn.data.findings import Findings
from crnn.data.folder_tables import NAMES, named_table
from crnn.data.part_names import part_of
from crnn.data.sources import located, read
from crnn.errors import DataError
from crnn.image import page, picture

TABLES = (*NAMES, "lines")
"""Names of the table in a folder that says which image has which text."""

TEXTS = (".gt.txt", ".txt")
"""Endings of the text beside an image; the first that is there counts."""

_UNICODE = ("utf-8", "utf-8-sig")

Read = tuple[list[Record], Findings]


def read_lines(data: Any, targets: Any = None, *, labelled: bool = True) -> Read:
    """Records of lines from what the user holds.

    Args:
        data: A folder with a ``manifest.csv``, ``metadata.csv`` or ``lines.csv``, with images that have their text
            beside them (``a.png`` and ``a.gt.txt``), or with pages (ALTO or PAGE XML and their images); one such
            table, page or image; an archive; a list of pages or images; arrays ``(height, width)``; records.
        targets: One text a line, where `data` is arrays or a list of images.
        labelled: False takes images without texts, and the lines of pages whether or not they have any.

    Raises:
        DataError: nothing usable is there.
        UnreadableError: a path that does not exist, or a single page that cannot be read.
    """
    if isinstance(data, (str, Path)) and targets is None:
        return _read_path(located(data), str(data), labelled)
    if isinstance(data, tuple) and len(data) == 2 and targets is None and _are_arrays(data[0]):
        data, targets = data
    if _are_arrays(data):
        return _arrays(data, targets), Findings()
    items = list(data) if isinstance(data, (list, tuple)) else []
    if items and targets is None and all(map(_is_page, items)):
        return _pages_alone([Path(item) for item in items], Path(), labelled)
    return read(data, targets, suffixes=picture.SUFFIXES, target="text")


def _are_arrays(data: Any) -> bool:
    first = data[0] if isinstance(data, (list, tuple)) and data else data
    return isinstance(first, np.ndarray)


def _arrays(data: Any, targets: Any) -> list[Record]:
    """Pictures that lie in memory, each of its own height and width; `picture.from_array` judges them later."""
    answers = [None] * len(data) if targets is None else list(targets)
    if len(answers) != len(data):
        raise DataError(f"{len(data)} pictures were given with {len(answers)} texts: give one text a picture")
    return [
        Record(item, None if answer is None else str(answer), f"row {row}")
        for row, (item, answer) in enumerate(zip(data, answers, strict=True))
    ]


def _read_path(path: Path, name: str, labelled: bool) -> Read:
    if path.is_file() and is_archive(path):
        with opened(path) as folder:
            return _read_path(folder, name, labelled)
    if path.is_dir():
        return _folder(path, labelled)
    if _is_page(path):
        return _pages_alone([path], path.parent, labelled)
    if path.suffix.lower() in picture.SUFFIXES:
        text, findings = _text_beside(path) if labelled else None, Findings()
        content = None if text is None else _content(text, text.name, findings, {})
        return [Record(path, content, name)], findings
    return read(path, suffixes=picture.SUFFIXES, target="text" if labelled else None)


def _folder(root: Path, labelled: bool) -> Read:
    table = named_table(root, TABLES) if labelled else None
    if table is not None:
        return read(table, suffixes=picture.SUFFIXES, target="text")
    files = [file for file in sorted(root.rglob("*")) if file.is_file() and not _hidden(file, root)]
    pages = [file for file in files if _is_page(file)]
    images = [file for file in files if file.suffix.lower() in picture.SUFFIXES]
    of_pages: set[Path] = set()
    records, findings = _pages(pages, root, labelled, of_pages)
    found = [image for image in images if image not in of_pages]
    texts = [file for file in files if file.name.lower().endswith(TEXTS)]
    records += _pairs(found, texts, root, findings) if labelled else [Record(f, name=_name(f, root)) for f in found]
    if not records:
        notes = f"\n{findings}" if len(findings) else ""
        raise DataError(
            f"{root} holds no lines: give images with a text beside each (a.png and a.gt.txt), a table "
            f"{', '.join(f'{name}.csv' for name in TABLES)} with path and text, or pages (ALTO or PAGE XML with their "
            f"images).{notes}"
        )
    return records, findings


# ── images with texts beside them ────────────────────────────────────────────────────────────────────────────────────


def _pairs(images: Sequence[Path], texts: Sequence[Path], root: Path, findings: Findings) -> list[Record]:
    """One record for each image that has a text; what is alone is named."""
    records, used = [], set()
    encodings: dict[str, list[str]] = {}
    for image in images:
        name, text = _name(image, root), _text_beside(image)
        if text is None:
            findings.add("image without a text", name, f"Put its text beside it, as {image.stem}.gt.txt.")
            continue
        used.add(text)
        content = _content(text, _name(text, root), findings, encodings)
        if content is None:
            continue
        if not content:
            findings.add("empty text", name, "Write down what is there, or remove the image.")
            continue
        records.append(Record(image, content, name, *_place(image, root)))
    for text in texts:
        if text not in used and text.name.lower().endswith(TEXTS[0]):
            findings.add("text without an image", _name(text, root), "Put the image of this line beside it.")
    if len(encodings) > 1:
        advice = "Each was read in its own; save all as UTF-8 if letters look wrong."
        for encoding, names in encodings.items():
            if encoding != "utf-8":
                for name in names:
                    findings.add("text in another encoding", f"{name} ({encoding})", advice, dropped=False)
    return records


def _content(file: Path, name: str, findings: Findings, encodings: dict[str, list[str]]) -> str | None:
    """The text of a file on one line; None where it cannot be read."""
    try:
        raw = file.read_bytes()
        text = decode_text(raw)
    except (OSError, UnicodeDecodeError) as error:
        findings.add("unreadable text", f"{name}: {error}", "Save it as UTF-8.")
        return None
    if not raw.isascii():
        encoding = encoding_of(raw)
        encodings.setdefault("utf-8" if encoding in _UNICODE else encoding, []).append(name)
    lines = [line.strip() for line in text.replace("\ufeff", "").splitlines() if line.strip()]
    if len(lines) > 1:
        advice = "An image of one line has one line of text: the lines were joined with spaces."
        findings.add("text of several lines", name, advice, dropped=False)
    return " ".join(lines)


def _text_beside(image: Path) -> Path | None:
    """The text of an image: of the same name, also where steps of processing stand in it (``a.bin.png``)."""
    stems = dict.fromkeys((image.stem, image.name.split(".")[0]))
    candidates = (image.with_name(stem + ending) for stem in stems if stem for ending in TEXTS)
    return next((file for file in candidates if file.is_file()), None)


# ── pages ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _pages_alone(files: Sequence[Path], root: Path, labelled: bool) -> Read:
    """The lines of pages that are all there is.

    Raises:
        DataError: there is no line.
    """
    if len(files) == 1:
        findings = Findings()
        records = _of_page(page.read(files[0]), root, labelled, findings)
    else:
        records, findings = _pages(files, root, labelled, set())
    if not records:
        raise DataError(f"no line can be used:\n{findings}" if len(findings) else f"there is no line in {files[0]}")
    return records, findings


def _pages(files: Sequence[Path], root: Path, labelled: bool, images: set[Path]) -> Read:
    """The lines of pages, page by page; what cannot be read is named. Adds the pages' pictures to `images`."""
    records: list[Record] = []
    findings = Findings()
    for file in files:
        name = _name(file, root)
        try:
            found = page.read(file)
            if found.image in images:
                advice = "Its lines are taken from the first file that names the picture."
                findings.add("second file for a picture", f"{name} ({found.image.name})", advice)
                continue
            if found.image is not None:
                images.add(found.image)
            records += _of_page(found, root, labelled, findings)
        except DataError as error:
            text = str(error)
            kind = "page without its picture" if "names the picture" in text else "unreadable page"
            findings.add(kind, text if name in text else f"{name}: {text}", "Repair it, or export it again.")
    return records, findings


def _of_page(found: page.Page, root: Path, labelled: bool, findings: Findings) -> list[Record]:
    name, (_, split) = _name(found.path, root), _place(found.path, root)
    group = "" if found.image is None else _name(found.image, root)
    records = []
    for source, line in found.sources():
        title = f"{name}#{line.name}"
        if labelled and not line.text:
            findings.add("line without text", title, "Transcribe it, or leave it out.")
        elif not line.outline and len(line.baseline) < 2:
            findings.add("line without a place", title, "Draw its outline or its baseline.")
        else:
            records.append(Record(source, line.text if labelled else None, title, group, split))
    return records


def _is_page(item: Any) -> bool:
    return isinstance(item, (str, Path)) and Path(item).suffix.lower() in page.SUFFIXES


# ── places and names ─────────────────────────────────────────────────────────────────────────────────────────────────


def _place(file: Path, root: Path) -> tuple[str, str]:
    """Group and split of a file: the folder it lies in, below one that is called train, dev, valid or test."""
    parts = file.relative_to(root).parts[:-1] if file.is_relative_to(root) else ()
    split = part_of(parts[0]) if parts else ""
    return "/".join(parts[1:] if split else parts), split


def _hidden(file: Path, root: Path) -> bool:
    return any(part.startswith(".") for part in file.relative_to(root).parts)


def _name(file: Path, root: Path) -> str:
    return file.relative_to(root).as_posix() if root != Path() and file.is_relative_to(root) else str(file)
