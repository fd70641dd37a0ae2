"""Predicted beside true values, and how the errors are spread."""

from __future__ import annotations

import numpy as np

from crnn.report.drawing import BLUE, GREY, ORANGE, Picture, axis_labels, finish, new_figure, style
from crnn.report.judged import Judged
from crnn.report.ticks import plain_numbers

MOST_VALUES = 6
"""Values with a panel of their own."""

MOST_POINTS = 5000
"""Points of a panel; of more, evenly many are left out, as the page would grow too large."""


def scatter(judged: Judged) -> Picture:
    """One panel a value: predicted against true, on the line where both are the same."""
    names = axis_labels(judged.names[:MOST_VALUES])[0]
    count = len(judged.names)
    columns = min(2, len(names))
    lines = -(-len(names) // columns)
    figure = new_figure(4.6 * columns, 4.2 * lines)
    panels = figure.subplots(lines, columns, squeeze=False).flatten()
    rows = np.linspace(0, len(judged) - 1, min(len(judged), MOST_POINTS)).astype(int)
    truth, said = judged.targets.numpy()[rows], judged.predictions.numpy()[rows]
    for place, (axes, name) in enumerate(zip(panels, names, strict=False)):
        both = np.concatenate([truth[:, place], said[:, place]])
        ends = (float(both.min()), float(both.max()))
        axes.plot(ends, ends, color=GREY, linestyle=":")
        axes.scatter(truth[:, place], said[:, place], s=12, color=BLUE, alpha=0.45, linewidths=0, rasterized=True)
        axes.set(xlabel="true", ylabel="predicted")
        axes.locator_params(axis="x", nbins=4)  # room for numbers of many digits
        plain_numbers(axes.xaxis)
        plain_numbers(axes.yaxis)
        axes.set_title(name, fontsize=10, parse_math=False)
        style(axes)
    for axes in panels[len(names) :]:
        axes.set_visible(False)
    note = f"the first {len(names)} of {count:,} values" if len(names) < count else ""
    return finish(figure, "scatter", f"Predicted against true values of {len(judged)} samples", 300 * columns, note)


def histogram(judged: Judged) -> Picture:
    """How often errors of each size occur, over all values; each is divided by the spread of its true values."""
    spread = judged.targets.std(0, correction=0).clamp_min(1e-12)
    one = judged.targets.shape[1] == 1
    errors = ((judged.predictions - judged.targets) / (1 if one else spread)).flatten().numpy()
    figure = new_figure(5.0, 3.2)
    axes = figure.subplots()
    axes.hist(errors, bins=min(60, max(10, round(len(errors) ** 0.5))), color=ORANGE)
    axes.axvline(0, color=GREY, linestyle=":")
    plain_numbers(axes.xaxis)
    plain_numbers(axes.yaxis)
    axes.set(xlabel="predicted − true" + ("" if one else ", in standard deviations of each value"), ylabel="how often")
    style(axes)
    alt = f"Histogram of {len(errors)} errors; mean {errors.mean():.3g}, median {np.median(errors):.3g}"
    return finish(figure, "errors", alt)
