"""A model on disk: one folder of `config.json`, `model.safetensors` and `README.md`.

`config.json` holds the format version, the task with everything it learnt, the network, the training settings and the
checksum of the weights. Both files are written beside the old ones first and renamed last, so a full disk or a crash
leaves the old model whole. The only file that knows safetensors.
"""

from __future__ import annotations

import hashlib
import json
import os
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
from torch import Tensor

from crnn.errors import DataError, ModelFileError

FORMAT = 1
CONFIG, WEIGHTS, CARD = "config.json", "model.safetensors", "README.md"
OLD = "previous"
"""Folder below a model's that takes an older model, where it is to be kept."""


def is_model(path: str | Path) -> bool:
    """Whether a path is a model folder, with a configuration and weights in it."""
    try:
        return all((Path(path) / name).is_file() for name in (CONFIG, WEIGHTS))
    except (OSError, ValueError):  # a text, longer than a path can be
        return False


def require_data(path: str | Path) -> None:
    """Refuse a model where data is wanted.

    Raises:
        DataError: it is a model folder.
    """
    if is_model(path):
        raise DataError(f"{path} is a model, and holds no data: give files, a folder or a table")


def save(
    folder: str | Path,
    config: dict[str, Any],
    state: dict[str, Tensor],
    card: str = "",
    keep_old: bool = False,
    extra: Mapping[str, bytes] | None = None,
) -> Path:
    """Write a model folder.

    Args:
        folder: Made if it is not there; an old model in it is replaced.
        config: Plain JSON without "format" and "weights", which are added here.
        state: Weights by name.
        card: Text of the model card.
        keep_old: Move an old model aside into a folder of its own, and say so, instead of replacing it.
        extra: Other files of the task, by name; their checksums stand in the configuration.

    Raises:
        ModelFileError: the folder cannot be written; an old model in it is as it was.
    """
    folder, aside = Path(folder), None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        weights = safetensors.torch.save({name: value.detach().cpu().contiguous() for name, value in state.items()})
        whole = {"format": FORMAT, **config, "weights": hashlib.sha256(weights).hexdigest()}
        if extra:
            whole["files"] = {name: hashlib.sha256(content).hexdigest() for name, content in extra.items()}
        text = json.dumps(whole, indent=2, ensure_ascii=False)
        files = {**(extra or {}), WEIGHTS: weights, CONFIG: text.encode(), CARD: card.encode()}
        for name, content in files.items():
            _write(folder / f".{name}.new", content)
        if keep_old and (folder / CONFIG).is_file():
            aside = _set_aside(folder)
        for name in files:
            (folder / f".{name}.new").replace(folder / name)
    except OSError as error:
        for name in (*(extra or {}), WEIGHTS, CONFIG, CARD):
            (folder / f".{name}.new").unlink(missing_ok=True)
        raise ModelFileError(
            f"cannot save the model to {folder}: {error.strerror or error}. A model that was there is unchanged"
        ) from error
    if aside is not None:
        warnings.warn(f"{folder} held another model, which was moved to {aside}", stacklevel=3)
    return folder


def _set_aside(folder: Path) -> Path:
    """Move the model of a folder into the first free folder of its own below it, and say where that is."""
    number = 1
    while (aside := folder / (OLD if number == 1 else f"{OLD}-{number}")).exists():
        number += 1
    aside.mkdir()
    try:
        extra = [Path(name).name for name in read_config(folder).get("files", {})]
    except ModelFileError:  # a broken model is kept as far as it can be recognised
        extra = []
    for name in (*extra, WEIGHTS, CONFIG, CARD):
        if (folder / name).is_file():
            (folder / name).replace(aside / name)
    return aside


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def load(folder: str | Path) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """Read a model folder: its configuration and its weights, on the CPU.

    Raises:
        ModelFileError: the folder or a file is missing, altered, unreadable, or of a later format.
    """
    config = read_config(folder)
    path = Path(folder) / WEIGHTS
    if not path.is_file():
        raise ModelFileError(f"{folder} has no {WEIGHTS}: the model is incomplete, copy the whole folder again")
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != config["weights"]:
        raise ModelFileError(
            f"{path} does not belong to {CONFIG} beside it (another checksum): one of the two was altered or cut "
            "short; copy the whole folder again"
        )
    try:
        return config, safetensors.torch.load(content)
    except safetensors.SafetensorError as error:
        raise ModelFileError(f"{path} cannot be read: {error}") from error


def load_files(folder: str | Path, config: dict[str, Any]) -> dict[str, bytes]:
    """The other files of a model that its configuration names.

    Raises:
        ModelFileError: one is missing, altered, or lies elsewhere.
    """
    found = {}
    for name, checksum in config.get("files", {}).items():
        path = Path(folder) / Path(name).name
        content = path.read_bytes() if path.is_file() else b""
        if hashlib.sha256(content).hexdigest() != checksum:
            raise ModelFileError(f"{path} is missing or was altered: copy the whole folder of the model again")
        found[name] = content
    return found


def read_config(folder: str | Path) -> dict[str, Any]:
    """Read only the configuration of a model folder.

    Raises:
        ModelFileError: it is missing, not JSON, or of a later format.
    """
    folder = Path(folder)
    path = folder / CONFIG
    if not folder.exists():
        raise ModelFileError(f"no model at {folder}: the folder does not exist")
    if not path.is_file():
        raise ModelFileError(
            f"{folder} holds no model: {CONFIG} is missing. A model is a folder that `crnn train` wrote"
        )
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelFileError(f"{path} cannot be read: {error}") from error
    if not isinstance(config, dict) or not isinstance(config.get("format"), int):
        raise ModelFileError(f"{path} is not the configuration of a crnn model: it names no format")
    if config["format"] > FORMAT:
        raise ModelFileError(
            f"{folder} was written in format {config['format']}, this version reads up to {FORMAT}: "
            "pip install --upgrade crnn"
        )
    for key in ("task", "network", "weights"):
        if key not in config:
            raise ModelFileError(f"{path} was altered: {key!r} is missing")
    return config
