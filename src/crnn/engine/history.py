"""What happened in each epoch, as rows."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crnn.errors import MissingExtraError
from crnn.metrics.numbers import number

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Row = dict[str, float]


def short(value: float) -> str:
    """A number of a row for people: four digits behind the point of small ones; what is large as tables have it.

    Example:
        >>> short(0.5), short(12.345678), short(1234567.0), short(4.321e-05), short(float("nan"))
        ('0.5000', '12.346', '1234567', '4.321e-05', '–')
    """
    size = abs(value)
    if size >= 1e5 or math.isnan(value):
        return number(value)
    if 0 < size < 1e-3:
        return f"{value:.4g}"
    return f"{value:.4f}" if size < 10 else f"{value:.5g}"


class History:
    """One row an epoch: "epoch", "loss", each metric, the same with "val_", "rate" and "seconds".

    Args:
        rows: The epochs so far.
        monitor: The column that decided which weights are best.
        higher_is_better: Its direction.

    Attributes:
        interrupted: Whether Ctrl-C ended the training.
        resumed: Whether it went on from a checkpoint.
        is_first: Whether this process is the one that writes files, of several that trained together.
        notes: What was noticed, such as a network that has collapsed.

    Example:
        >>> history = History([{"epoch": 1, "val_loss": 0.5}, {"epoch": 2, "val_loss": 0.7}], "val_loss", False)
        >>> history.best["epoch"]
        1
        >>> history.to_dict()["val_loss"]
        [0.5, 0.7]
    """

    def __init__(self, rows: list[Row], monitor: str, higher_is_better: bool) -> None:
        self.rows = rows
        self.monitor = monitor
        self.higher_is_better = higher_is_better
        self.interrupted = False
        self.resumed = False
        self.is_first = True
        self.notes: list[str] = []

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __getitem__(self, column: str) -> list[float]:
        return [row[column] for row in self.rows]

    @property
    def best(self) -> Row:
        """The row whose weights were kept."""
        return max(self.rows, key=self.rank)

    def rank(self, row: Row) -> tuple[float, float]:
        """How good a row is: by the monitored column, then by validation loss, which still tells where it is flat."""
        value = row[self.monitor] if self.higher_is_better else -row[self.monitor]
        return value, -row.get("val_loss", row.get("loss", 0.0))

    def to_dict(self) -> dict[str, list[float]]:
        """Columns by name, as Keras' `history.history`."""
        names = list(dict.fromkeys(name for row in self.rows for name in row))
        return {name: [row[name] for row in self.rows if name in row] for name in names}

    def to_csv(self, path: str | Path) -> Path:
        """Write the rows as CSV; returns the path."""
        path = Path(path)
        names = list(dict.fromkeys(name for row in self.rows for name in row))
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, names)
            writer.writeheader()
            writer.writerows(self.rows)
        return path

    def plot(self) -> Figure:
        """Curves of every quantity, training and validation in one panel; the epoch whose weights were kept is marked.

        Raises:
            MissingExtraError: matplotlib is not installed.
        """
        try:
            from matplotlib.figure import Figure  # an extra
        except ImportError as error:
            raise MissingExtraError("plotting", "report") from error
        columns = self.to_dict()
        names = [name for name in columns if f"val_{name}" in columns or name in ("loss", self.monitor)]
        names = [name for name in names if not name.startswith("val_")]
        figure = Figure(figsize=(4.5 * len(names), 3.2), layout="constrained")
        for panel, name in zip(figure.subplots(1, len(names), squeeze=False)[0], names, strict=True):
            for column, label in ((name, "training"), (f"val_{name}", "validation")):
                if column in columns:
                    panel.plot(columns["epoch"], columns[column], label=label)
            panel.axvline(self.best["epoch"], color="grey", linestyle=":", label="kept")
            panel.set(title=name, xlabel="epoch")
            panel.grid(alpha=0.3)
            panel.legend(frameon=False)
        return figure

    def to_json(self) -> dict[str, Any]:
        """For checkpoints and model files."""
        return {"rows": self.rows, "monitor": self.monitor, "higher_is_better": self.higher_is_better}
