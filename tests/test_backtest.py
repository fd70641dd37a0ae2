"""Backtests judge at the origins that they name, beside rules that saw no more than the network."""

import json
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.axes import Axes

import crnn
from crnn.backtest import MEASURES, backtest
from crnn.errors import DataError, DataWarning, SpecError
from crnn.metrics.numbers import number
from crnn.report import forecasts
from crnn.report.judged import judge
from crnn.series.forecast import by_level

SEEN = pytest.mark.filterwarnings(
    r"ignore:\s*judged on steps that were trained on \(\d+ noted\):crnn.errors.DataWarning"
)


def waves(steps=240, columns=2):
    time = np.arange(steps)[:, None] + np.arange(columns)
    return 50 + 10 * np.sin(2 * np.pi * time / 12) + np.random.default_rng(0).normal(size=(steps, columns))


@pytest.fixture(scope="module")
def model():
    made = crnn.Model(crnn.Forecasting(6, 24, season=12), size="tiny")
    made.fit(waves()[:200], epochs=2, options=crnn.TrainOptions(progress=False))
    return made


@pytest.fixture(scope="module")
def found(model):
    return backtest(model, waves(), folds=3)


def test_origins_are_a_horizon_apart_and_end_at_the_end(found):
    assert found.windows == 6
    assert found.origins == ("222", "234")
    np.testing.assert_allclose(found.truth[0], waves()[-6:, 0], rtol=1e-6)
    assert len(found.history[0]) == 234


def test_a_large_level_leaves_the_measures_exact(model):
    values = 1e9 + np.cumsum(np.random.default_rng(0).choice([-3.0, 3.0], 300))
    found = backtest(model, [values], folds=20)
    errors = [np.abs(values[at : at + 6] - values[at - 1]) for at in range(300 - 6 * 20, 300, 6)]
    assert found.measures["last value"]["mae"] == pytest.approx(np.mean(errors), rel=1e-9)


def test_a_level_of_which_no_square_holds_the_changes_leaves_every_measure(model):
    values = 1e12 + np.cumsum(np.random.default_rng(0).choice([-3.0, 3.0], 300))
    low = backtest(model, [values - 1e12], folds=20).measures["last value"]
    high = backtest(model, [values], folds=20).measures["last value"]
    assert high["rse"] == pytest.approx(low["rse"], rel=1e-9)
    assert number(high["wape"]) != "0"


def test_the_ridge_beside_the_network_is_that_of_its_training_however_much_of_the_table_is_judged(model):
    judged = [backtest(model, waves()[start:], folds=1) for start in (0, 100, 210)]
    rows = [each.measures["linear ridge"] for each in judged]
    assert rows[0]["mae"] == pytest.approx(rows[1]["mae"]) == pytest.approx(rows[2]["mae"])
    names, values = model.metric_names, model.evaluate(waves()[210:])
    assert judged[0].measures["the network"]["mae"] == pytest.approx(values[names.index("mae")], rel=1e-5)
    ridge = model.task.baselines(None, model.examine(waves()[210:])[0])["linear ridge"]
    truth = waves()[234:].T
    assert rows[0]["mae"] == pytest.approx(np.abs(ridge.numpy() - truth).mean(), rel=1e-5)


def test_steps_before_the_first_origin_are_not_said_to_be_judged(model):
    found = backtest(model, waves()[150:], folds=20, stride=70)
    assert found.origins == ("84", "84")
    assert "judged on steps that were trained on" not in found.findings


def test_every_measure_of_network_and_rules(found):
    assert set(found.measures) == {"the network", "last value", "seasonal naive", "drift", "linear ridge"}
    assert all(tuple(row) == MEASURES for row in found.measures.values())
    last = np.concatenate([np.abs(waves()[at : at + 6] - waves()[at - 1]) for at in (222, 228, 234)])
    assert found.measures["last value"]["mae"] == pytest.approx(last.mean(), rel=1e-5)
    assert np.mean(found.by_horizon["last value"]) == pytest.approx(last.mean(), rel=1e-5)
    assert 0 <= found.measures["the network"]["coverage"] <= 1
    assert found.verdict


def test_it_is_json(found):
    facts = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert facts["measures"]["drift"]["coverage"] is None


def test_plots_are_drawn(found):
    assert forecasts.picture(found.forecasts, found.history, found.truth, found.beside).png[:4] == b"\x89PNG"
    assert forecasts.by_horizon(found.by_horizon, found.windows).png[:4] == b"\x89PNG"


@SEEN
def test_the_page_draws_the_last_forecast_of_each_series_with_its_quantiles(model, monkeypatch):
    windows, evaluation = model.examine(waves())
    last = [windows.place(row) for row in evaluation.quantiles]
    assert (evaluation.levels, sorted(last)) == ((0.1, 0.5, 0.9), [(0, 234), (1, 234)])
    later = evaluation.rows[5:]
    chosen = replace(evaluation, rows=later, predictions=evaluation.predictions[5:])
    judged = judge(model.task, windows, chosen)
    drawn = {}
    real = forecasts.picture
    monkeypatch.setattr(
        forecasts, "picture", lambda *parts, **given: drawn.update(parts=parts) or real(*parts, **given)
    )
    rules = {"last value": model.baselines(windows)["last value"][5:]}
    pictures = forecasts.of(windows, judged, chosen, rules)
    said, history, truth, beside, total = drawn["parts"]
    assert total == 2
    assert [list(each.quantiles) for each in said] == [[0.1, 0.5, 0.9]] * 2
    for column, each in enumerate(said):
        np.testing.assert_allclose(each.quantiles[0.5], each.values, rtol=1e-5)
        np.testing.assert_allclose(truth[column], waves()[-6:, column], rtol=1e-6)
        np.testing.assert_allclose(beside[column]["last value"], waves()[-7, column], rtol=1e-6)
        assert len(history[column]) == 234
    assert "what came" in pictures["forecasts"].alt
    assert f"over {len(later)} forecasts" in pictures["by_horizon"].alt


@pytest.mark.filterwarnings(r"ignore:\s*series that training did not see \(3 noted\):crnn.errors.DataWarning")
def test_of_more_series_than_fit_the_picture_says_of_how_many(model):
    found = backtest(model, waves(columns=9), folds=1)
    assert (found.series, len(found.forecasts)) == (9, 8)
    drawn = forecasts.picture(found.forecasts, found.history, found.truth, found.beside, found.series)
    assert drawn.note == "the first 8 of 9 series"
    assert "the first 8 of 9 series" in drawn.alt
    windows, evaluation = model.examine(waves(columns=5))
    page = forecasts.of(windows, judge(model.task, windows, evaluation), evaluation, {})
    assert page["forecasts"].note == "the first 4 of 5 series"
    assert forecasts.picture(found.forecasts, found.history).note == ""


def test_only_what_was_measured_is_drawn(model, tmp_path, monkeypatch):
    values = waves(240, 1)[:, 0]
    gaps = {*range(215, 220), 221, 238}
    rows = [f"{'' if at in gaps else value},{value}" for at, value in enumerate(values)]
    (tmp_path / "gaps.csv").write_text("\n".join(["column 1,column 2", *rows]), encoding="utf-8")
    with pytest.warns(DataWarning, match="7 of 240 steps"):
        windows, evaluation = model.examine(tmp_path / "gaps.csv")
    lines = {}
    lone = []
    monkeypatch.setattr(Axes, "plot", _noting(lines, lone))
    found = backtest(model, tmp_path / "gaps.csv", folds=1)
    page = (windows, judge(model.task, windows, evaluation), evaluation, {})
    for draw in (
        lambda: forecasts.of(*page),
        lambda: forecasts.picture(found.forecasts, found.history, found.truth, found.beside),
    ):
        lines.clear()
        lone.clear()
        draw()
        times, drawn = lines["history"]
        assert {int(time) for time in times[np.isnan(drawn)]} == gaps - {238}
        assert np.flatnonzero(np.isnan(lines["what came"][1])).tolist() == [4]
        assert lone == [[220], []], "no line leads to a value between two gaps"


def _noting(lines, lone):
    """`Axes.plot` that keeps what the first panel is given by its label, and the times of single points."""
    real = Axes.plot

    def plot(axes, *given, **how):
        lines.setdefault(how.get("label"), given)
        if how.get("marker") == ".":
            lone.append(given[0].tolist())
        return real(axes, *given, **how)

    return plot


@SEEN
def test_one_step_ahead_is_drawn_too():
    made = crnn.Model(crnn.Forecasting(1, 12, season=12), size="tiny")
    made.fit(waves(120, 1), epochs=1, options=crnn.TrainOptions(progress=False))
    windows, evaluation = made.examine(waves(120, 1))
    (forecast,) = backtest(made, waves(120, 1), folds=1).forecasts
    assert len(forecast) == 1
    drawn = forecasts.of(windows, judge(made.task, windows, evaluation), evaluation, {})
    assert drawn["forecasts"].png[:4] == b"\x89PNG"


def test_answers_without_levels_have_no_quantiles():
    assert by_level(np.zeros((3, 2)), ()) == {}
    assert list(by_level(np.zeros((3, 2)), (0.1, 0.9))) == [0.1, 0.9]


def test_what_training_saw_is_called_so(tmp_path):
    dates = np.arange("2024-01-01", "2024-07-01", dtype="M8[D]")
    rows = "\n".join(f"{day},{value:.3f}" for day, value in zip(dates, waves(len(dates))[:, 0], strict=True))
    (tmp_path / "a.csv").write_text("date,load\n" + rows, encoding="utf-8")
    made = crnn.Model(crnn.Forecasting(6, 24), size="tiny")
    made.fit(tmp_path / "a.csv", epochs=1, validation_split=0.2, options=crnn.TrainOptions(progress=False))
    assert "judged on steps that were trained on" not in backtest(made, tmp_path / "a.csv", folds=2).findings
    assert "judged on steps that were trained on" in backtest(made, tmp_path / "a.csv", folds=20).findings


def test_a_series_that_training_did_not_see_is_named_and_its_dates_are_new(tmp_path):
    dates, values = np.arange("2024-01-01", "2024-07-01", dtype="M8[D]"), waves(182, 3)

    def written(path, *names):
        rows = [f"{day},{name},{values[at, which]}" for which, name in enumerate(names) for at, day in enumerate(dates)]
        path.write_text("\n".join(["date,store,load", *rows]), encoding="utf-8")
        return path

    made = crnn.Model(crnn.Forecasting(6, 24), size="tiny")
    data = written(tmp_path / "a.csv", "north", "south")
    made.fit(data, epochs=1, validation_split=0.0, options=crnn.TrainOptions(progress=False))
    data = written(tmp_path / "b.csv", "north", "south", "east")
    found = backtest(made, data, folds=2).findings
    assert found["series that training did not see"].names == ["east"]
    assert [name.split()[0] for name in found["judged on steps that were trained on"].names] == ["north", "south"]
    with pytest.warns(DataWarning, match=r"series that training did not see \(1 noted\): east"):
        made.evaluate(data)


def test_what_training_saw_without_dates_is_called_so(model):
    seen = "judged on steps that were trained on"
    assert seen not in backtest(model, waves(), folds=3).findings, "training ended at step 160"
    found = backtest(model, waves(), folds=20).findings
    assert found[seen].names[0] == "column 1 (until step 159, judged from step 120)"
    assert len(found[seen].names) == 2
    found = backtest(model, waves()[50:], folds=15).findings
    assert found[seen].names[0] == "column 1 (until step 109, judged from step 100)", "rows may be cut off before"
    assert seen not in backtest(model, waves()[50:], folds=13).findings
    later = 100 + waves(400)[240:]
    assert not backtest(model, later, folds=5).findings
    again = crnn.Model(crnn.Forecasting(6, 24, season=12), size="tiny")
    for part in (waves()[:200], waves()):
        again.fit(part, epochs=1, validation_split=0.0, options=crnn.TrainOptions(progress=False))
    assert seen in backtest(again, waves(), folds=1).findings, "a second fit saw these too"


def test_where_nobody_can_know_what_training_saw_it_is_said(model):
    flat = np.tile([1.0, 2.0, 1.0], 80)[:, None] * [1, 1]
    found = backtest(model, flat, folds=2).findings
    assert found["steps that may have been trained on"].names == ["column 1", "column 2"]


def test_what_cannot_be_judged_is_refused(model):
    with pytest.raises(DataError, match=r"no series has 24 \+ 6 steps"):
        backtest(model, waves(20))
    with pytest.raises(DataError, match=r"column 2 \(1 step\)\. A backtest"):
        backtest(model, waves(1))
    with pytest.raises(SpecError, match="folds=0"):
        backtest(model, waves(), folds=0)
    with pytest.raises(SpecError, match="model of the task forecast"):
        backtest(crnn.Model(crnn.ArrayClassification(2)), waves())


@SEEN
def test_no_percentage_of_what_was_nothing(model):
    values = waves()
    values[-1, 0] = 0.0
    judged = backtest(model, values, folds=1).measures["the network"]
    assert np.isnan(judged["mape"])
    assert np.isfinite(judged["wape"])


def test_few_origins_claim_no_win_and_many_may(model):
    few, many = (backtest(model, waves(), folds=folds) for folds in (1, 30))
    assert "may be chance" in few.verdict
    assert "beats" not in few.verdict
    assert many.windows == 2 * 30
    assert few.to_dict()["levels"] == [0.1, 0.5, 0.9]


@pytest.mark.filterwarnings("always::crnn.errors.DataWarning")
def test_fewer_origins_than_asked_for_are_told(model):
    found = backtest(model, waves(), folds=9999)
    assert found.findings["fewer origins than asked for"].names == [f"column {at}: 36 of 9,999" for at in (1, 2)]
    assert found.windows == 72
    assert "fewer origins than asked for" not in backtest(model, waves(), folds=36).findings
