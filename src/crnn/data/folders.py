"""Records from a folder: a folder per label, or loose files when only predicting."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from crnn.data.example import Record
from crnn.data.findings import Findings
from crnn.data.part_names import part_of
from crnn.errors import DataError, UnreadableError

_SPEAKER = re.compile(r"(?P<speaker>[^_]+)_nohash_\d+$")
_OFFICIAL_LISTS = {"validation_list.txt": "dev", "testing_list.txt": "test"}


def from_folder(folder: str | Path, suffixes: Iterable[str], *, labelled: bool = True) -> tuple[list[Record], Findings]:
    """Records from a folder that holds a folder per label, in sorted order.

    The label is the name of the folder, whatever its script; deeper folders belong to the label above them. Where all
    top folders are called train, dev, valid, validation, val or test, the labels lie one level deeper and the names
    give the split. Files named as in Google Speech Commands (``<speaker>_nohash_<n>.wav``) give their speaker as
    group, and its ``validation_list.txt`` and ``testing_list.txt`` the split. Hidden files and folders do not count;
    folders such as ``_background_noise_`` hold noise, not a label.

    Args:
        folder: The folder.
        suffixes: Endings of the files that count, such as ``(".wav", ".flac")``; case does not matter.
        labelled: False takes every file, however deep, without a target.

    Raises:
        UnreadableError: no such folder.
        DataError: no files with these endings.
    """
    root = Path(folder)
    if not root.is_dir():
        raise UnreadableError(f"{root} is not a folder: check the path")
    endings = tuple(sorted({suffix.lower() for suffix in suffixes}))
    findings = Findings()
    if labelled:
        records = _labelled(root, endings, findings)
    else:
        files = _files(root, root, endings, findings, dropped=False)
        records = [Record(file, name=_name(root, file)) for file in files]
    if not records:
        notes = f"\n{findings}" if len(findings) else ""
        raise DataError(f"{root} holds no {', '.join(endings)} files{' in folders of labels' * labelled}.{notes}")
    return records, findings


def _labelled(root: Path, endings: tuple[str, ...], findings: Findings) -> list[Record]:
    tops = _folders(root)
    named = [top for top in tops if not _is_noise(top)]
    split_by_folder = bool(named) and all(part_of(top.name) for top in named)
    official = {} if split_by_folder else _official(root)
    records: list[Record] = []
    _loose(root, endings, findings)
    for top in tops:
        if split_by_folder and top in named:
            _loose(top, endings, findings, root)
            for label in _folders(top):
                records += _of_label(root, label, endings, findings, part_of(top.name))
        else:
            records += _of_label(root, top, endings, findings, "")
    if not official:
        return records
    return [
        Record(item.source, item.target, item.name, item.group, official.get(item.name, "train")) for item in records
    ]


def _of_label(root: Path, folder: Path, endings: tuple[str, ...], findings: Findings, split: str) -> list[Record]:
    if _is_noise(folder):
        advice = "By its name it is no label; use it as background noise, or rename it."
        findings.add("noise folder", _name(root, folder), advice)
        return []
    files = _files(root, folder, endings, findings)
    if not files:
        findings.add("empty label", _name(root, folder), "Add samples or remove the folder.", dropped=False)
    return [Record(file, folder.name, _name(root, file), _speaker(file), split) for file in files]


def _files(root: Path, folder: Path, endings: tuple[str, ...], findings: Findings, dropped: bool = True) -> list[Path]:
    """Files below a folder with the right ending, sorted; the others are named in the findings.

    Beside files to predict, others (a manifest, a text) are no sample that gets lost, and only noted.
    """
    chosen = []
    for file in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in file.relative_to(root).parts)
        if hidden or not file.is_file():
            continue
        if file.suffix.lower() in endings:
            chosen.append(file)
        else:
            advice = f"Read are: {', '.join(endings)}."
            findings.add("other file", _name(root, file), advice, dropped)
    return chosen


def _loose(folder: Path, endings: tuple[str, ...], findings: Findings, root: Path | None = None) -> None:
    for file in sorted(folder.iterdir()):
        if file.is_file() and file.suffix.lower() in endings and not file.name.startswith("."):
            advice = "Put it into the folder of its label."
            findings.add("file without a label folder", _name(root or folder, file), advice)


def _folders(folder: Path) -> Sequence[Path]:
    return sorted(item for item in folder.iterdir() if item.is_dir() and not item.name.startswith("."))


def _official(root: Path) -> dict[str, str]:
    """Splits that the lists of Google Speech Commands give, by name of the file."""
    splits = {}
    for list_name, split in _OFFICIAL_LISTS.items():
        if (root / list_name).is_file():
            lines = (root / list_name).read_text(encoding="utf-8").splitlines()
            splits.update({line.strip(): split for line in lines if line.strip()})
    return splits


def _speaker(file: Path) -> str:
    match = _SPEAKER.match(file.stem)
    return match["speaker"] if match else ""


def _name(root: Path, file: Path) -> str:
    return file.relative_to(root).as_posix()


def _is_noise(folder: Path) -> bool:
    """Whether a folder is named as Speech Commands names its noise; its ``_unknown_`` and ``_silence_`` are labels."""
    name = folder.name.lower()
    return name.startswith("_") and "noise" in name
