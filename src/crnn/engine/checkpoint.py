"""The state of a training between two epochs, on disk: the same command again goes on from here, exactly."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from crnn.errors import TrainingError

NAME = "last.ckpt"


def make_folder(folder: Path) -> None:
    """Make the folder of a training.

    Raises:
        TrainingError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise TrainingError(f"cannot make the folder {folder}: {error.strerror or error}; choose another") from error


def write(folder: Path, state: dict[str, Any]) -> None:
    """Write a checkpoint; the one before stays whole until the new one is.

    Raises:
        TrainingError: the folder cannot be written.
    """
    new = folder / f".{NAME}.new"
    try:
        torch.save(state, new)
        new.replace(folder / NAME)
    except (OSError, RuntimeError) as error:
        new.unlink(missing_ok=True)
        raise TrainingError(
            f"cannot write a checkpoint to {folder}: {error}. The checkpoint of the epoch before is unchanged"
        ) from error


def read(folder: Path, fingerprint: str) -> tuple[dict[str, Any] | None, str | None]:
    """The checkpoint of the same training, or None; and what to say of one that does not fit.

    A checkpoint of another training is not thrown away: it is renamed.
    """
    path = folder / NAME
    if not path.is_file():
        return None, None
    try:
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
        if state["fingerprint"] == fingerprint:
            return state, None
        why = "data or settings have changed since"
    except Exception as error:  # a cut-off file fails in many ways
        why = f"it cannot be read ({type(error).__name__})"
    aside = path.with_suffix(".other.ckpt")
    path.replace(aside)
    return None, f"the checkpoint in {folder} is not resumed: {why}. Training starts anew; it was moved to {aside.name}"
