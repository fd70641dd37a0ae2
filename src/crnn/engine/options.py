"""How `fit` runs, as far as it changes where and how fast, not what is learnt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from crnn.errors import SpecError


@dataclass(frozen=True)
class TrainOptions:
    """Options of a training run.

    Args:
        seed: Decides initial weights, split, order, dropout and augmentation.
        folder: Where checkpoints and logs go; the same `fit` with the same folder resumes exactly. None keeps all in
            memory.
        accelerator: "auto", "cpu", "cuda", "mps": as Lightning names them.
        devices: Processes on this machine, one a GPU; "auto" takes every GPU.
        nodes: Machines; start each with `torchrun`.
        precision: "auto" computes in 16 bits where the device is faster so (losses and norms stay in fp32), "32" never.
        workers: Processes that prepare batches; "auto" uses none where the data lies in memory.
        cache: Keep prepared inputs on disk between runs; None decides by size.
        progress: Show a progress bar.
        tensorboard: Write TensorBoard logs into `folder`.
        allocator: Let the C library keep freed buffers (Linux); holds for the process.
        channels_last: Run 2-D convolutions channels-last.
        callbacks: Functions called with each epoch's row of the history.
    """

    seed: int = 0
    folder: str | Path | None = None
    accelerator: str = "auto"
    devices: int | Literal["auto"] = 1
    nodes: int = 1
    precision: Literal["auto", "32"] = "auto"
    workers: int | Literal["auto"] = "auto"
    cache: bool | None = None
    progress: bool = True
    tensorboard: bool = False
    allocator: bool = True
    channels_last: bool = True
    callbacks: tuple[Callable[[dict[str, Any]], None], ...] = ()

    def __post_init__(self) -> None:
        if self.precision not in ("auto", "32"):
            raise SpecError(f'precision={self.precision!r}: give "auto" or "32"')
        if self.tensorboard and self.folder is None:
            raise SpecError("tensorboard=True needs a folder to write to: give folder=…")
