"""Files with their transcripts, in the layouts people have: manifest, LibriSpeech, Common Voice, a text beside each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from crnn.data.archive import is_archive, opened
from crnn.data.encoding import decode_text
from crnn.data.example import Record
from crnn.data.findings import Findings
from crnn.data.folder_tables import named_table
from crnn.data.manifest import from_manifest
from crnn.data.part_names import part_of
from crnn.data.sources import Read, located, read
from crnn.errors import DataError, UnreadableError

SIDECARS = (".txt", ".lab")
"""Endings of a transcript that lies beside its file under the same name."""

LIBRI = "*.trans.txt"
COMMON_VOICE = ("train", "dev", "test", "validated")
"""Tables of Common Voice, beside a folder `clips`; "validated" counts only where the others are not there."""


def read_transcribed(data: Any, targets: Any = None, *, suffixes: Sequence[str], dims: Sequence[int] = (1,)) -> Read:
    """Records with a text each.

    Args:
        data: A manifest with columns for path and text, a folder with one (``manifest.csv``), a folder as LibriSpeech
            (``*.trans.txt``) or Common Voice (``clips`` and ``train.tsv`` …) lays it out, a folder with a ``.txt`` or
            ``.lab`` beside each file, an archive of any of these; or what `crnn.data.sources.read` understands.
        targets: Texts, where `data` is paths or arrays.
        suffixes: Endings of the files that count.
        dims: Dimensions that one array sample may have.

    Raises:
        DataError: nothing usable is there.
    """
    if isinstance(data, (str, Path)) and targets is None:
        path = located(data)
        if path.is_file() and is_archive(path):
            with opened(path) as folder:
                return read_transcribed(folder, suffixes=suffixes, dims=dims)
        if path.is_dir() and named_table(path) is None:
            return from_folder(path, suffixes)
        return read(path, suffixes=suffixes, target="text", dims=dims)
    return read(data, targets, suffixes=suffixes, target="text", dims=dims)


def from_folder(root: Path, suffixes: Sequence[str]) -> Read:
    """Records of a folder without a manifest, by its layout.

    Raises:
        DataError: no file has a transcript; says where transcripts were looked for.
    """
    if (root / "clips").is_dir() and any((root / f"{name}.tsv").is_file() for name in COMMON_VOICE):
        records, findings = _common_voice(root)
    elif any(root.rglob(LIBRI)):
        records, findings = _libri(root, suffixes)
    else:
        records, findings = _beside(root, suffixes)
    if not records:
        told = f"\n{findings}" if len(findings) else ""
        raise DataError(
            f"{root} holds no {', '.join(suffixes)} with a transcript: give a manifest with columns path and text, a"
            f" .txt or .lab beside each file, or a folder of LibriSpeech or Common Voice.{told}"
        )
    return records, findings


def _common_voice(root: Path) -> Read:
    """The tables of Common Voice; paths in them lie in ``clips``."""
    findings, records = Findings(), []
    tables = [name for name in COMMON_VOICE[:3] if (root / f"{name}.tsv").is_file()] or ["validated"]
    for name in tables:
        found, said = from_manifest(root / f"{name}.tsv", target="text", folder=root / "clips")
        findings.extend(said)
        records += [replace(record, split=part_of(name)) for record in found]
    return records, findings


def _libri(root: Path, suffixes: Sequence[str]) -> Read:
    """Lines ``<speaker>-<chapter>-<number> TEXT`` beside the files they name."""
    findings, records = Findings(), []
    for table in sorted(root.rglob(LIBRI)):
        files = {item.stem: item for item in table.parent.iterdir() if item.suffix.lower() in suffixes}
        for line in _text(table).splitlines():
            name, _, text = line.strip().partition(" ")
            if not name:
                continue
            file, where = files.pop(name, None), f"{table.relative_to(root)}: {name}"
            if file is None:
                findings.add("missing file", where, "Copy the set again, or remove the line.")
            elif not text.strip():
                findings.add("empty text", where, "Write the transcript, or remove the line.")
            else:
                shown = file.relative_to(root).as_posix()
                records.append(Record(file, text.strip(), shown, name.split("-")[0], _part(root, file)))
        for file in files.values():
            findings.add("no transcript", file.relative_to(root).as_posix(), "Add it to the .trans.txt beside it.")
    return records, findings


def _beside(root: Path, suffixes: Sequence[str]) -> Read:
    """Files with a text of the same name beside them; the speaker is not known."""
    findings, records = Findings(), []
    files = sorted(item for item in root.rglob("*") if item.suffix.lower() in suffixes and item.is_file())
    for file in files:
        name = file.relative_to(root).as_posix()
        if any(part.startswith(".") for part in file.relative_to(root).parts):
            continue
        text = next((side for ending in SIDECARS if (side := file.with_suffix(ending)).is_file()), None)
        if text is None:
            findings.add("no transcript", name, f"Write {file.stem}{SIDECARS[0]} beside it, or remove the file.")
            continue
        words = " ".join(_text(text).split())
        if not words:
            findings.add("empty text", name, f"Write what is said into {text.name}, or remove the file.")
            continue
        records.append(Record(file, words, name, split=_part(root, file)))
    return records, findings


def _part(root: Path, file: Path) -> str:
    """The part of the data that a folder on the way to a file names: "train-clean-100" is "train"."""
    names = (folder.lower().replace("_", "-").split("-")[0] for folder in file.relative_to(root).parts[:-1])
    return next(filter(None, map(part_of, names)), "")


def _text(path: Path) -> str:
    """A text file in whatever encoding it was saved.

    Raises:
        UnreadableError: it cannot be read.
    """
    try:
        return decode_text(path.read_bytes()).removeprefix("\ufeff")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableError(f"{path} cannot be read as text ({error}): save it as UTF-8") from error
