"""What the user sees and keeps of a running training: a bar with the time left, rows as CSV, TensorBoard."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tqdm.auto import tqdm

from crnn.engine.history import History, Row, short
from crnn.errors import MissingExtraError


class Progress:
    """A bar over all steps of a training, and a line for each epoch.

    Args:
        steps: Steps of the whole training.
        done: Steps that a resumed training has behind it.
        shown: False shows nothing.
    """

    def __init__(self, steps: int, done: int, shown: bool) -> None:
        self._bar: Any = tqdm(total=steps, initial=done, unit="step", disable=not shown, leave=False, mininterval=0.5)

    def announce(self, summary: Mapping[str, str]) -> None:
        """Training begins, on what the summary says."""
        if not self._bar.disable:
            width = max(map(len, summary), default=0)
            for name, value in summary.items():
                self._bar.write(f"{name:<{width}}  {value}")

    def step(self, loss: float) -> None:
        """One step is done."""
        if not self._bar.disable:
            self._bar.set_postfix_str(f"loss {short(loss)}", refresh=False)
        self._bar.update()

    def epoch(self, row: Row, epochs: int, best: bool) -> None:
        """One epoch is done."""
        if self._bar.disable:
            return
        hidden = {"epoch", "rate", "seconds"}
        numbers = "  ".join(f"{name} {short(value)}" for name, value in row.items() if name not in hidden)
        mark = "  *best" if best else ""
        self._bar.write(f"epoch {int(row['epoch'])}/{epochs}  {row['seconds']:.0f} s  {numbers}{mark}")

    def close(self) -> None:
        """Take the bar away."""
        self._bar.close()


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
