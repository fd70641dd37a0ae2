"""What the user sees and keeps of a running training: a bar with the time left, rows as CSV, TensorBoard."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tqdm.auto import tqdm

from crnn.engine.history import History, Row, short
from crnn.errors import MissingExtraError

LINES = 50
"""Lines of epochs of a training, about, beside those of the best ones and the last."""

_DRAWN_ANYWHERE = any(base.__module__ == "tqdm.notebook" for base in tqdm.__mro__)
"""Whether bars are drawn by a notebook, which is no terminal and redraws them all the same."""


class Progress:
    """A bar over all steps of a training, and lines of its epochs: of all, or of many some, the best and the last.

    Where stderr is no terminal, as in a log file, no bar is drawn.

    Args:
        steps: Steps of the whole training.
        done: Steps that a resumed training has behind it.
        shown: False shows nothing.
    """

    def __init__(self, steps: int, done: int, shown: bool) -> None:
        self.shown = shown
        drawn = shown and (_DRAWN_ANYWHERE or sys.stderr.isatty())
        self._bar: Any = tqdm(total=steps, initial=done, unit="step", disable=not drawn, leave=False, mininterval=0.5)
        self._kept_back: str | None = None

    def announce(self, summary: Mapping[str, str]) -> None:
        """Training begins, on what the summary says."""
        width = max(map(len, summary), default=0)
        for name, value in summary.items():
            self._write(f"{name:<{width}}  {value}")

    def step(self, loss: float) -> None:
        """One step is done."""
        if not self._bar.disable:
            self._bar.set_postfix_str(f"loss {short(loss)}", refresh=False)
        self._bar.update()

    def epoch(self, row: Row, epochs: int, best: bool) -> None:
        """One epoch is done."""
        hidden = {"epoch", "rate", "seconds"}
        numbers = "  ".join(f"{name} {short(value)}" for name, value in row.items() if name not in hidden)
        mark = "  *best" if best else ""
        line = f"epoch {int(row['epoch'])}/{epochs}  {row['seconds']:.0f} s  {numbers}{mark}"
        told = best or (int(row["epoch"]) - 1) % -(-epochs // LINES) == 0
        self._kept_back = None if told else line
        if told:
            self._write(line)

    def close(self) -> None:
        """Take the bar away; the last epoch gets its line."""
        if self._kept_back is not None:
            self._write(self._kept_back)
        self._bar.close()

    def _write(self, line: str) -> None:
        """A line above the bar, at once, so that a log can be followed."""
        if self.shown:
            self._bar.write(line)
            sys.stdout.flush()


class Logs:
    """Rows of the history on disk, as CSV and for TensorBoard.

    Args:
        folder: Where to write, or None for nowhere.
        tensorboard: Whether to write TensorBoard events.

    Raises:
        MissingExtraError: TensorBoard is asked for and not installed.
    """

    def __init__(self, folder: Path | None, tensorboard: bool) -> None:
        self.folder = folder
        self._writer: Any = None
        if folder is not None and tensorboard:
            try:
                from torch.utils.tensorboard.writer import SummaryWriter  # an extra
            except ImportError as error:
                raise MissingExtraError("TensorBoard", "tensorboard") from error
            self._writer = SummaryWriter(str(folder / "tensorboard"))

    def epoch(self, history: History) -> None:
        """Write the newest row."""
        if self.folder is not None:
            history.to_csv(self.folder / "history.csv")
        if self._writer is not None:
            row = history.rows[-1]
            for name, value in row.items():
                self._writer.add_scalar(name, value, int(row["epoch"]))

    def close(self) -> None:
        """Finish the files."""
        if self._writer is not None:
            self._writer.close()
