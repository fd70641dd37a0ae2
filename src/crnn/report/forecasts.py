"""Plots of forecasts: history, forecast, intervals and simple rules; and how the error grows with the horizon."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from crnn.data.findings import counted
from crnn.report.drawing import (
    BLUE,
    GREY,
    INK,
    ORANGE,
    Picture,
    finish,
    legend_below,
    new_figure,
    showable,
    style,
)
from crnn.report.ticks import plain_numbers, time_marks
from crnn.series.forecast import Forecast, by_level, errors_by_horizon
from crnn.series.series import Series
from crnn.series.windows import MOST_SHOWN, WindowSet
from crnn.tasks.naive import LINEAR, NETWORK

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from torch import Tensor

    from crnn.engine.evaluate import Evaluation
    from crnn.report.judged import Judged

MOST_PANELS = 8
SHOWN, LEAST_SHOWN = 4, 24
"""Horizons of history that are shown before a forecast, and steps; more where a season and a horizon are more."""

LONGEST = 60
"""Letters of a title that fit above a panel."""

_MARKS = ("s", "^", "x", "D")
"""Marks of rules in turn, each at other steps, so that lines that lie on each other are told apart."""


def of(
    windows: WindowSet, judged: Judged, evaluation: Evaluation, rules: Mapping[str, Tensor], season: int = 1
) -> dict[str, Picture]:
    """What an evaluation of forecasts looks like: the last one of some series, and the errors by steps ahead.

    Args:
        windows: What was forecast.
        judged: What the network said of them, and what came.
        evaluation: Which windows these are, and the quantiles of those that are drawn.
        rules: What simple rules said, ``(N, H)``, in the order of the evaluation.
        season: Steps of a season.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    said, rows = judged.predictions, evaluation.rows.tolist()
    shown = windows.last_of_each(rows, MOST_SHOWN)
    forecasts = []
    for at in shown:
        whole = evaluation.quantiles.get(rows[at])
        quantiles = {} if whole is None else by_level(whole.numpy(), evaluation.levels)
        forecasts.append(windows.forecast(rows[at], said[at].numpy(), quantiles))
    drawn = picture(
        forecasts,
        [windows.before(rows[at]) for at in shown],
        [windows.came(rows[at]) for at in shown],
        [{name: values[at].numpy() for name, values in rules.items()} for at in shown],
        windows.count(rows),
        season=season,
    )
    errors = errors_by_horizon({NETWORK: said, **rules}, judged.targets)
    return {"forecasts": drawn, "by_horizon": by_horizon(errors, len(rows))}


def picture(
    forecasts: Sequence[Forecast],
    history: Sequence[Series],
    truth: Sequence[Any] = (),
    beside: Sequence[Mapping[str, Any]] = (),
    total: int | None = None,
    *,
    season: int = 1,
) -> Picture:
    """A panel a series: history, forecast, its interval, what came, and what simple rules said.

    Of history and what came only measured values are drawn, so lines break where some are missing.

    Args:
        forecasts: Of each series; at most eight are drawn, and the picture says of how many.
        history: The series before each.
        truth: What came, where that is known; NaN where it is not.
        beside: By rule, what it said.
        total: Series that there are, where these are the first of more.
        season: Steps of a season; of history one and a horizon are shown, as far as there are.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    count = min(len(forecasts), MOST_PANELS)
    figure = new_figure(7.5, 2.8 * count + 0.6)
    panels = figure.subplots(count, 1, squeeze=False)[:, 0]
    titles, key = _titles([series.title if showable([series.title]) else series.name for series in history[:count]])
    unit = _unit(history[:count])
    for at, (axes, title) in enumerate(zip(panels, titles, strict=True)):
        _panel(axes, forecasts[at], history[at], truth[at] if truth else None, beside[at] if beside else {}, season)
        axes.set_title(title, fontsize=10, parse_math=False)
        axes.set_ylabel(unit, parse_math=False)
        style(axes)
        if at == 0:
            legend_below(axes)
    total = total or len(forecasts)
    note = f"the first {count} of {total:,} series" if count < total else ""
    alt = f"Forecasts of {note or f'{count} series'} with their history" + (" and what came" if truth else "")
    return finish(figure, "forecasts", f"{alt}. {key}".rstrip(" ."), 420, note, key)


def _titles(names: Sequence[str]) -> tuple[list[str], str]:
    """The names of panels, numbers in place of those that no font can show, and which number is which name."""
    fitting = [name for name in names if len(name) <= LONGEST and showable([name])]
    told: dict[str, str] = {}
    for number, name in enumerate(names, start=1):
        if name not in fitting:
            word = next(word for word in ("series", "panel", "picture") if f"{word} {number}" not in names)
            told[name] = f"{word} {number}"
    return [told.get(name, name) for name in names], ", ".join(f"{title} is {name}" for name, title in told.items())


def _unit(drawn: Sequence[Series]) -> str:
    """What the values of all panels are called in their table; "" where that differs, or cannot be shown."""
    names = {series.column for series in drawn}
    (name,) = names if len(names) == 1 else ("",)
    given = all(name in (series.roles.target or ()) for series in drawn)
    return name if given and len(name) <= LONGEST // 2 and showable([name]) else ""


def _panel(axes: Axes, forecast: Forecast, series: Series, truth: Any, beside: Mapping[str, Any], season: int) -> None:
    shown = max(SHOWN * len(forecast), LEAST_SHOWN, max(season, series.step.season) + len(forecast))
    _history(axes, series.times[-shown:], np.asarray(series.measured[-shown:], np.float64))
    axes.plot(series.times[-shown:][:1], forecast.values[:1], alpha=0)  # the same span where the first are missing
    if len(forecast.quantiles) > 1:
        levels = list(forecast.quantiles)
        inside = f"{levels[-1] - levels[0]:.0%} interval"
        low, high = forecast.quantiles[levels[0]], forecast.quantiles[levels[-1]]
        if len(forecast) == 1:
            axes.vlines(forecast.times, low, high, color=BLUE, alpha=0.2, linewidth=8, label=inside)
        else:
            axes.fill_between(forecast.times, low, high, color=BLUE, alpha=0.2, linewidth=0, label=inside)
    alone = "_" if len(forecast) == 1 else None  # a line of one point would not be seen
    for at, (name, said) in enumerate(beside.items()):
        axes.plot(forecast.times, said, **_look(name, at, len(forecast)), label=name)
    if truth is not None:
        axes.plot(forecast.times, truth, color=INK, linewidth=0, marker="o", markersize=2.5, label="what came")
    axes.plot(forecast.times, forecast.values, color=ORANGE, linewidth=1.8, marker=alone, label="forecast")
    plain_numbers(axes.yaxis)
    if forecast.times.dtype.kind == "M":
        axes.set_xticks(*time_marks(np.concatenate([series.times[-shown:], forecast.times]), series.step))
    else:
        axes.set_xlabel("step")
        axes.locator_params(axis="x", integer=True)
        plain_numbers(axes.xaxis)


def _look(rule: str, at: int, steps: int) -> dict[str, Any]:
    """A thin line with marks above the forecast: rules often lie on it, or on each other, and are seen all the same.

    Args:
        rule: Its name.
        at: Which of the rules it is.
        steps: Of the line.
    """
    mark = _MARKS[at % len(_MARKS)]
    every = max(len(_MARKS), math.ceil(steps / 3))
    first = at * every // len(_MARKS) if steps >= every else 0
    return {
        "color": BLUE if rule == LINEAR else GREY,
        "zorder": 3,
        "linewidth": 0.9,
        "linestyle": "--",
        "marker": mark,
        "markersize": 4 if mark == "x" else 3.5,
        "markevery": (min(first, steps - 1), every),
        "fillstyle": "none",
    }


def _history(axes: Axes, times: NDArray[np.generic], values: NDArray[np.float64]) -> None:
    """A line that breaks at NaN; a value between two of them is a point, since no line leads to it."""
    axes.plot(times, values, color=INK, linewidth=1.1, label="history")
    gaps = np.isnan(np.concatenate([[np.nan], values, [np.nan]]))
    lone = gaps[:-2] & ~gaps[1:-1] & gaps[2:]
    axes.plot(times[lone], values[lone], color=INK, linewidth=0, marker=".", markersize=3)


def by_horizon(errors: Mapping[str, Sequence[float]], windows: int) -> Picture:
    """Mean absolute error of each step ahead, of the network and of simple rules.

    Args:
        errors: ``(H,)`` by who made them, as `Backtest.by_horizon` holds them.
        windows: Forecasts that they are the mean of.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    figure = new_figure(6.6, 3.8)
    axes = figure.subplots()
    rules = [who for who in errors if who != NETWORK]
    for who, means in errors.items():
        own = {"color": ORANGE, "linewidth": 1.8, "marker": "o" if len(means) == 1 else None}
        look = own if who == NETWORK else _look(who, rules.index(who), len(means))
        axes.plot(range(1, len(means) + 1), means, **look, label=who)
    axes.locator_params(axis="x", integer=True)
    axes.set(xlabel="steps ahead", ylabel="mean absolute error")
    axes.set_ylim(bottom=0)
    plain_numbers(axes.yaxis)
    style(axes)
    legend_below(axes)
    return finish(figure, "error_by_horizon", f"Mean absolute error over {counted(windows, 'forecast')} by steps ahead")
