"""Plots of forecasts can be read: names, units, times that do not meet, numbers in full."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

import crnn
from crnn.report import forecasts
from crnn.report.forecasts import picture
from crnn.report.judged import judge
from crnn.report.ticks import MOST, number, time_marks
from crnn.series.forecast import Forecast
from crnn.series.roles import Roles
from crnn.series.series import Series
from crnn.series.steps import DAY_S, Step

HOUR, DAY, WORKDAY, MONTH, YEAR = (
    Step("second", 3600),
    Step("second", DAY_S),
    Step("workday"),
    Step("month", 1),
    Step("month", 12),
)


def drawn_of(name, column="sales", start="2024-02-06", step=DAY, steps=30, scale=1.0):
    """A history and its forecast."""
    times = np.array([start], "datetime64[s]")
    times = np.concatenate([times, step.after(times, steps - 1)])
    values = scale * (100 + np.sin(np.arange(steps)))
    series = Series(name, "x", column, values[:-6], step, times[:-6], roles=Roles(None, (column,)))
    return series, Forecast(name, times[-6:], values[-6:], {}, column)


@pytest.fixture
def panels(monkeypatch):
    """Draws, and gives the axes and the picture."""

    def draw(*pairs):
        kept = []
        finish = forecasts.finish
        monkeypatch.setattr(forecasts, "finish", lambda figure, *rest: kept.append(figure) or finish(figure, *rest))
        found = picture([each for _, each in pairs], [each for each, _ in pairs])
        return kept[0].axes, found

    return draw


def texts(labels):
    return [label.get_text() for label in labels if label.get_text()]


@pytest.mark.parametrize("start", ["2024-01-29", "2024-02-06", "2024-12-28T17:00"])
@pytest.mark.parametrize("step", [HOUR, Step("second", 900), DAY, WORKDAY, Step("second", 7 * DAY_S), MONTH, YEAR])
@pytest.mark.parametrize("steps", [7, 30, 31, 500])
def test_labels_of_times_never_overlap_or_leave_the_picture(panels, start, step, steps):
    start = start[:10] if step == WORKDAY else start
    ((axes,), _) = panels(drawn_of("a", start=start, step=step, steps=steps, scale=1e12))
    axes.figure.draw_without_rendering()
    boxes = [label.get_window_extent() for label in axes.get_xticklabels()]
    assert len(boxes) >= 2
    assert all(left.x1 + 2 < right.x0 for left, right in pairwise(boxes))
    assert boxes[-1].x1 <= axes.figure.bbox.x1
    assert boxes[0].x0 >= 0


@pytest.mark.parametrize(
    ("start", "step", "steps", "labels"),
    [
        ("2024-02-06T17:00", HOUR, 3, ["17:00\n2024-02-06", "18:00", "19:00"]),
        ("2024-02-06T18:00", HOUR, 12, ["18:00\n2024-02-06", "20:00", "22:00", "00:00\n2024-02-07", "02:00", "04:00"]),
        ("2024-02-28", DAY, 3, ["2024-02-28", "2024-02-29", "2024-03-01"]),
        ("2024-02-28T18:00", DAY, 3, ["2024-02-28", "2024-02-29", "2024-03-01"]),
        ("2024-01-31", Step("month", 1, True), 3, ["2024-01", "2024-02", "2024-03"]),
        ("1875-01-01", YEAR, 100, ["1880", "1900", "1920", "1940", "1960"]),
        ("2024-02-06T17:59:50", Step("second", 1), 20, ["17:59:50\n2024-02-06", "17:59:55", "18:00:00", "18:00:05"]),
    ],
)
def test_hours_are_hours_and_days_are_days(start, step, steps, labels):
    first = np.array([start], "datetime64[s]")
    times = np.concatenate([first, step.after(first, steps - 1)])
    marked, told = time_marks(times, step)
    assert told == labels
    assert set(marked) <= set(times)
    assert len(told) <= MOST + 1


def test_numbers_that_stand_for_names_are_no_names(panels):
    named = [drawn_of(name) for name in ("خلف", "1", "series 3", "x" * 100)]
    axes, found = panels(*named)
    assert [each.get_title() for each in axes] == ["series 1", "1", "series 3", "series 4"]
    assert found.key == f"series 1 is خلف, series 4 is {'x' * 100}"
    axes, found = panels(drawn_of("خلف"), drawn_of("series 1"))
    assert [each.get_title() for each in axes] == ["panel 1", "series 1"]


def test_values_have_their_name_where_it_is_one(panels):
    assert [each.get_ylabel() for each in panels(drawn_of("a"), drawn_of("b"))[0]] == ["sales"] * 2
    assert [each.get_ylabel() for each in panels(drawn_of("a"), drawn_of("b", "price"))[0]] == [""] * 2
    series, forecast = drawn_of("a")
    unnamed = Series("a", "", "a", series.values, series.step, series.times)
    assert [each.get_ylabel() for each in panels((unnamed, forecast))[0]] == [""]


def test_large_numbers_are_written_in_full(panels):
    ((axes,), _) = panels(drawn_of("a", scale=16_000.0))
    axes.figure.canvas.draw()
    assert all("," in text for text in texts(axes.get_yticklabels()))
    assert axes.yaxis.get_offset_text().get_text() == ""
    assert number(-1234567.0) == "−1,234,567"


@pytest.mark.parametrize(
    ("name", "key", "columns", "title"),
    [
        ("1", "1", ("shop",), "shop 1"),
        ("1 · tea", "1 · tea", ("shop", "item"), "shop 1 · tea"),
        ("007 · sales", "007", ("shop",), "shop 007 · sales"),
        ("north", "north", ("shop",), "north"),
        ("101", "101", ("خلف",), "101"),  # no font can show the column
        ("sales", "", (), "sales"),
    ],
)
def test_names_that_are_numbers_say_their_column(panels, name, key, columns, title):
    series, forecast = drawn_of(name)
    series = replace(series, key=key, roles=Roles(None, ("sales",), columns))
    assert [each.get_title() for each in panels((series, forecast))[0]] == [title]


@pytest.mark.parametrize(("steps", "season", "shown"), [(200, 1, 58), (200, 90, 96), (40, 90, 34)])
def test_a_season_and_a_horizon_are_shown_as_far_as_there_are(monkeypatch, steps, season, shown):
    kept = []
    finish = forecasts.finish
    monkeypatch.setattr(forecasts, "finish", lambda figure, *rest: kept.append(figure) or finish(figure, *rest))
    series, forecast = drawn_of("a", step=Step("second", 7 * DAY_S), steps=steps)
    picture([forecast], [series], season=season)
    assert len(kept[0].axes[0].lines[0].get_xdata()) == shown


def test_rules_that_lie_on_the_forecast_are_seen(monkeypatch):
    kept = []
    finish = forecasts.finish
    monkeypatch.setattr(forecasts, "finish", lambda figure, *rest: kept.append(figure) or finish(figure, *rest))
    series, forecast = drawn_of("a")
    picture([forecast], [series], beside=[dict.fromkeys(("last value", "drift", "linear ridge"), forecast.values)])
    lines = {line.get_label(): line for line in kept[0].axes[0].lines}
    rules = [lines[name] for name in ("last value", "drift", "linear ridge")]
    assert all(rule.get_zorder() > lines["forecast"].get_zorder() for rule in rules)
    assert all(rule.get_linewidth() < lines["forecast"].get_linewidth() for rule in rules)
    assert len({(rule.get_marker(), rule.get_markevery()) for rule in rules}) == 3


def test_the_legend_of_five_stands_in_one_row(monkeypatch):
    kept = []
    finish = forecasts.finish
    monkeypatch.setattr(forecasts, "finish", lambda figure, *rest: kept.append(figure) or finish(figure, *rest))
    rules = ("last value", "seasonal naive", "drift", "linear ridge")
    forecasts.by_horizon({"the network": [1.0, 2.0], **{rule: [2.0, 3.0] for rule in rules}}, 4)
    (legend,) = kept[0].legends
    kept[0].draw_without_rendering()
    assert len({round(text.get_window_extent().y0) for text in legend.get_texts()}) == 1
    box, whole = legend.get_window_extent(), kept[0].bbox
    assert whole.x0 < box.x0 < box.x1 < whole.x1


def test_counted_steps_are_called_so(panels):
    series = Series("a", "", "a", np.arange(30.0), Step(), np.arange(30))
    ((axes,), _) = panels((series, Forecast("a", np.arange(30, 36), np.arange(30.0, 36), {}, "a")))
    assert axes.get_xlabel() == "step"


@pytest.mark.filterwarnings(r"ignore:\s*judged on steps that were trained on \(\d+ noted\):crnn.errors.DataWarning")
@pytest.mark.parametrize(
    ("horizon", "names"), [(1, ["1 step ahead"]), (3, ["1 step ahead", "2 steps ahead", "3 steps ahead"])]
)
def test_steps_ahead_are_called_so(horizon, names):
    model = crnn.Model(crnn.Forecasting(horizon, 8), size="tiny")
    values = np.sin(np.arange(80.0))
    model.fit(values, epochs=1, options=crnn.TrainOptions(progress=False))
    assert judge(model.task, *model.examine(values)).names == names
