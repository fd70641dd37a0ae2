"""The curves of training, epoch by epoch."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crnn.report.drawing import BLUE, GREY, ORANGE, Picture, finish, legend, new_figure, style
from crnn.report.ticks import plain_numbers

if TYPE_CHECKING:
    from crnn.engine.history import History

_NO_CURVE = ("epoch", "rate", "seconds")


def curves(history: History) -> list[Picture]:
    """One picture for the loss and for each measure, training and validation in it; the epoch that was kept is marked.

    Args:
        history: At least one row.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    columns = history.to_dict()
    names = dict.fromkeys(name.removeprefix("val_") for name in columns if name not in _NO_CURVE)
    return [_curve(name, columns, history.best["epoch"]) for name in names]


def _curve(name: str, columns: dict[str, list[float]], kept: float) -> Picture:
    figure = new_figure(4.4, 3.0)
    axes = figure.subplots()
    marker = "o" if len(columns["epoch"]) == 1 else ""  # a line of one point would not be seen
    for column, label, colour in ((name, "training", ORANGE), (f"val_{name}", "validation", BLUE)):
        values = columns.get(column, [])
        if values:  # a measure that came later has the last epochs
            axes.plot(columns["epoch"][-len(values) :], values, label=label, color=colour, marker=marker)
    axes.axvline(kept, color=GREY, linestyle=":", label="kept")
    axes.set_title(name.replace("_", " "), fontsize=10, parse_math=False)
    axes.set_xlabel("epoch")
    plain_numbers(axes.yaxis)
    axes.locator_params(axis="x", integer=True)
    style(axes)
    legend(axes)
    file = re.sub(r"\W+", "-", name).strip("-") or "measure"
    return finish(figure, f"curve-{file}", f"{name} over {len(columns['epoch'])} epochs; epoch {kept:g} was kept")
