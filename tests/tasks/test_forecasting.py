"""The forecasting task: what it reads and refuses, how it splits, what it learns, and what it answers."""

import cProfile
import json
import tracemalloc
import warnings

import numpy as np
import pytest
import torch

import crnn
from crnn.backtest import backtest
from crnn.data.findings import Findings
from crnn.data.toy import sales
from crnn.errors import DataError, DataWarning, ModelFileError, ShapeError, SpecError, SplitError
from crnn.metrics import METRICS
from crnn.series import scaling
from crnn.series.scaling import Scaling
from crnn.series.series import from_array
from crnn.tasks import from_config
from crnn.tasks.forecast_reading import note_new
from crnn.tasks.forecasting import Forecasting
from crnn.tasks.naive import verdict

SEEN = pytest.mark.filterwarnings(
    r"ignore:\s*judged on steps that were trained on \(\d+ noted\):crnn.errors.DataWarning"
)


def learnt(task, data, share=0.0):
    records, findings = task.read(data)
    train, dev = task.split(records, share, 0, findings)
    task.learn(train)
    return train, dev, findings


def waves(steps=200, columns=1, seed=0):
    random = np.random.default_rng(seed)
    time = np.arange(steps)[:, None] + np.arange(columns) * 3
    return 50 + 10 * np.sin(2 * np.pi * time / 12) + random.normal(size=(steps, columns))


# ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("data", "count"), [(waves()[:, 0], 1), (waves(columns=3), 3), ([waves()[:, 0]] * 2, 2)])
def test_arrays_and_lists_of_arrays_are_series(data, count):
    assert len(Forecasting(3).read(data)[0]) == count


def test_a_folder_says_what_a_forecast_needs(tmp_path):
    with pytest.raises(DataError, match="is a folder: a forecast needs one table of series"):
        Forecasting(3).read(tmp_path)


@pytest.mark.parametrize("data", [np.full(30, 7), [np.full(30, 7.5), np.full(30, 7.5)], np.full(1_500_000, 7.0)])
def test_constant_arrays_are_told_as_constant_tables_are(data):
    records, findings = Forecasting(3).read(data)
    assert findings["constant series"].names == [record.name for record in records]
    changed = np.append(data, 0) if isinstance(data, np.ndarray) else [np.append(data[0], 0)]
    assert "constant series" not in Forecasting(3).read(changed)[1]


def test_an_array_with_nan_is_refused_with_its_place():
    bad = waves()[:, 0]
    bad[17] = np.nan
    with pytest.raises(DataError, match="step 17 is nan"):
        Forecasting(3).read(bad)


def test_what_is_no_series_is_refused():
    for data in (7, {"a": 1}):
        with pytest.raises(DataError, match="not understood"):
            Forecasting(3).read(data)
    with pytest.raises(DataError, match="the list is empty: give at least one series"):
        Forecasting(3).read([])
    with pytest.raises(DataError, match="no targets"):
        Forecasting(3).read(waves(), waves())
    with pytest.raises(DataError, match="not numbers"):
        Forecasting(3).read(np.array(["a", "b"]))
    for hole in (None, "3"):
        with pytest.raises(DataError, match=f"step 2 of the list is {hole!r}, no number: fill gaps"):
            Forecasting(3).read([1, 2.5, hole, 4])
    with pytest.raises(DataError, match=r"a Tensor is not understood .*\(T, C\) as numpy\(\) gives it"):
        Forecasting(3).read(torch.zeros(9))


def test_masked_values_are_no_values():
    values = np.ma.masked_array(waves()[:, 0], waves()[:, 0] > 55)
    for data in (values, [values, waves()[:, 0]]):
        with pytest.raises(DataError, match="masked values: fill gaps"):
            Forecasting(3).read(data)


@pytest.mark.parametrize("shape", [(3, 4, 5), (), (5, 0)])
def test_an_array_of_another_shape_is_refused(shape):
    with pytest.raises(ShapeError, match=r"no table of series: give \(T,\)"):
        Forecasting(3).read(np.zeros(shape))


@SEEN
def test_a_number_too_large_to_compute_with_is_refused_with_its_time(tmp_path):
    days = np.arange("2024-01-01", "2024-05-01", dtype="M8[D]")
    rows = "\n".join(f"{day},{'1e300' if at == 9 else at % 7}" for at, day in enumerate(days))
    (tmp_path / "load.csv").write_text("date,load\n" + rows, encoding="utf-8")
    with pytest.raises(DataError, match=r"load, 2024-01-10 is 1e\+300"):
        fitted(tmp_path / "load.csv")
    model = fitted(1e28 * waves(120))
    assert np.isfinite(model.evaluate(1e28 * waves(120))).all()


@SEEN
def test_a_number_too_far_from_training_to_compute_with_is_refused_with_its_place():
    model = fitted(1e-12 * waves(120))
    later = 1e-12 * waves(120)
    later[-1] = 1e25
    for asked in (model.evaluate, model.predict):
        with pytest.raises(DataError, match=r"step 119 is 1e\+25, but in training its values differed by"):
            asked(later)


@pytest.mark.parametrize(
    "settings",
    [{"horizon": 0}, {"look_back": 1.5}, {"season": True}, {"scaling": "max"}]
    + [{"mirror": share} for share in (-0.1, 1.0, True, "half")],
)
def test_settings_that_cannot_be_are_refused(settings):
    with pytest.raises(SpecError):
        Forecasting(**{"horizon": 3, **settings})


@pytest.fixture(scope="module")
def wide(tmp_path_factory):
    """A wide table of 2,000 series and 200 steps, and its values."""
    values = np.random.default_rng(0).normal(100, 10, (200, 2000)).round(2)
    days = np.datetime64("2024-01-01") + np.arange(len(values))
    rows = [f"{day},{','.join(map(str, row))}" for day, row in zip(days, values.tolist(), strict=True)]
    path = tmp_path_factory.mktemp("wide") / "wide.csv"
    path.write_text("\n".join([",".join(["date", *(f"item {at}" for at in range(2000))]), *rows]), encoding="utf-8")
    return path, values


@pytest.mark.parametrize("missing", ["last", "zero"])
def test_many_series_cost_a_few_calls_a_cell(wide, missing):
    path, values = wide
    task, profile = Forecasting(7, 28, missing=missing), cProfile.Profile()
    with profile:
        records, findings = task.read(path)
        task.learn(task.split(records, 0.2, 0, findings)[0])
        windows = task.examples(records, findings)
    assert sum(entry.callcount for entry in profile.getstats()) < 20 * values.size
    assert len(windows) == 2000 * (200 - 28 - 7 + 1)
    np.testing.assert_array_equal(records[-1].source.values, values[:, -1])


def test_windows_of_many_series_take_hardly_any_memory(wide):
    path, values = wide
    task = Forecasting(7, 28)
    tracemalloc.start()
    try:
        records, findings = task.read(path)
        assert tracemalloc.get_traced_memory()[1] < 20 * values.nbytes, "most of it is the table as text"
        task.learn(records)
        tracemalloc.clear_traces()
        windows = task.examples(records, findings)
        assert windows[range(0, len(windows), 5000)].targets.shape == (67, 7)
        assert tracemalloc.get_traced_memory()[1] < values.nbytes
    finally:
        tracemalloc.stop()


# ── split and scalers ────────────────────────────────────────────────────────────────────────────────────────────────


def test_validation_is_the_tail_of_each_series_and_looks_back_into_training():
    task = Forecasting(5, 10)
    train, dev, _ = learnt(task, waves(columns=2), share=0.2)
    assert [len(record.source) for record in train] == [160, 160]
    windows = task.examples(dev, Findings())
    assert len(windows) == 2 * (40 - 5 + 1)
    np.testing.assert_allclose(windows.targets_of([0])[0], waves(columns=2)[160:165, 0], rtol=1e-5)
    np.testing.assert_allclose(windows.history([0])[0], waves(columns=2)[150:160, 0])


def test_scalers_are_learnt_from_the_training_part_alone():
    values = waves()[:, 0]
    changed = values.copy()
    changed[160:] += 1e6
    first, second = Forecasting(5, 10), Forecasting(5, 10)
    learnt(first, values, share=0.2)
    learnt(second, changed, share=0.2)
    assert first.config() == second.config()


def test_a_series_too_short_to_validate_on_is_trained_on_and_told():
    task = Forecasting(5, 10)
    train, dev, findings = learnt(task, [waves()[:, 0], waves(17)[:, 0]], share=0.2)
    assert (len(train), len(dev)) == (2, 1)
    assert findings["series too short to validate on"].names == ["series 2"]


def test_a_share_that_leaves_training_no_window_is_not_taken_in_silence():
    _, dev, findings = learnt(Forecasting(5, 10), waves(100)[:, 0], share=0.9)
    assert len(dev[0].source) == 10 + 5
    assert findings["less to validate on than asked for"].names == ["series (5 of 100 steps)"]
    assert not len(learnt(Forecasting(5, 10), waves(100)[:, 0], share=0.8)[2])


DAYS = np.arange("2024-01-01", "2024-03-01", dtype="datetime64[D]")


def dated(path, start="2024-01-01", steps=120, unit="D"):
    days = np.datetime64(start, unit) + np.arange(steps)
    rows = [f"{day},{value:.3f}" for day, value in zip(days, waves(steps)[:, 0], strict=True)]
    path.write_text("\n".join(["date,load", *rows]))
    return path


@pytest.mark.parametrize(("target", "named"), [(None, ["C"]), (["A", "B"], [])])
def test_a_column_of_a_later_table_that_training_did_not_have_is_named(tmp_path, target, named):
    for name in ("AB", "ABC"):
        rows = [",".join([str(day), *(f"{at + day.astype(int) % 7}" for at in range(len(name)))]) for day in DAYS]
        (tmp_path / f"{name}.csv").write_text("\n".join([",".join(["date", *name]), *rows]))
    task = Forecasting(5, 10, target=target)
    learnt(task, tmp_path / "AB.csv")
    records, findings = task.read(tmp_path / "ABC.csv")
    assert [record.name for record in records] == ["A", "B"]
    assert (findings["column that training did not have"].names if named else []) == named
    assert ("column that training did not have" in findings) == bool(named)


def test_validation_data_that_are_trained_on_are_named(tmp_path):
    table, later = dated(tmp_path / "a.csv"), dated(tmp_path / "b.csv", "2024-05-01", 40)
    task, options = Forecasting(5, 10), crnn.TrainOptions(progress=False)
    with pytest.warns(DataWarning, match="judged on steps that were trained on.*until 2024-04-29"):
        crnn.Model(task, size="tiny").fit(table, validation_data=table, epochs=1, options=options)
    crnn.Model(Forecasting(5, 10), size="tiny").fit(table, validation_data=later, epochs=1, options=options)


def test_training_goes_on_with_steps_of_the_same_kind_alone(tmp_path):
    model = crnn.Model(Forecasting(5, 10), size="tiny")
    model.fit(dated(tmp_path / "a.csv"), epochs=1, options=crnn.TrainOptions(progress=False))
    onwards = crnn.Model.starting_from(model.save(tmp_path / "m"))
    assert onwards.size == "tiny"
    with pytest.raises(DataError, match="steps of a month, the model was trained on steps of a day"):
        onwards.fit(dated(tmp_path / "b.csv", "2024-01", 60, "M"), epochs=1)


def test_series_without_a_window_are_left_out_and_told():
    task = Forecasting(5, 10)
    train, _, _ = learnt(task, [waves()[:, 0], waves(9)[:, 0], waves(1)[:, 0]])
    findings = Findings()
    assert len(task.examples(train, findings).series) == 1
    assert findings["series too short"].names == ["series 2 (9 steps)", "series 3 (1 step)"]


def test_series_that_are_all_too_short_are_refused_with_the_numbers():
    with pytest.raises(DataError, match="longest series has 9 steps; a look-back of 10 and a horizon of 5 need 15"):
        learnt(Forecasting(5, 10), waves(9))


def test_a_share_outside_its_range_is_refused():
    with pytest.raises(SplitError, match="validation_split"):
        Forecasting(5, 10).split(Forecasting(5, 10).read(waves())[0], 1.0, 0, Findings())


def test_look_back_is_chosen_by_season_horizon_and_length():
    long, short = Forecasting(6, season=12), Forecasting(6, season=12)
    learnt(long, waves(300))
    learnt(short, waves(30))
    assert (long.look_back, short.look_back) == (24, 12)


@pytest.mark.parametrize("length", [26, 30, 35, 36, 48])
def test_two_and_a_half_years_of_months_leave_a_year_to_look_back_on_and_a_validation_part(length):
    task = Forecasting(season=12)
    _, dev, _ = learnt(task, waves(length), 0.2)
    assert task.look_back >= 12
    assert dev


@pytest.mark.parametrize("length", range(12, 90, 7))
@pytest.mark.parametrize("season", [1, 12])
def test_the_validation_part_changes_no_choice(length, season):
    split, whole = Forecasting(season=season), Forecasting(season=season)
    learnt(split, waves(length), 0.3)
    learnt(whole, waves(length))
    assert (split.look_back, split.horizon) == (whole.look_back, whole.horizon)


def rare_sales(path, days, items=3):
    """Rows only for the days on which an item was sold: two of five."""
    start = np.datetime64("2024-01-01")
    rows = [
        f"{start + day},{item},{1 + day % 4}" for day in range(days) for item in range(items) if (day + item) % 5 < 2
    ]
    path.write_text("\n".join(["date,item,sales", *rows]), encoding="utf-8")
    return path


@pytest.mark.filterwarnings("ignore::crnn.errors.DataWarning")
def test_a_model_reads_steps_without_a_row_as_zeros_wherever_it_reads(tmp_path):
    model = fitted(rare_sales(tmp_path / "a.csv", 120), Forecasting(7, 14, target="sales", missing="zero"))
    model.save(tmp_path / "m")
    again = crnn.load(tmp_path / "m")
    later = rare_sales(tmp_path / "b.csv", 164)
    records, findings = again.task.read(later)
    assert [float((record.source.values == 0).mean().round(1)) for record in records] == [0.6] * 3
    assert len(findings["step without a row"].names) == 3
    assert all(record.source.missing is None for record in records)
    found = again.predict(later)
    assert len({str(each.times[0]) for each in found}) == 1
    assert min(row.min() for each in found for row in each.quantiles.values()) == 0  # the network's own are below
    assert backtest(again, later, folds=2).windows == 6
    assert len(again.evaluate(later)) == len(again.metric_names)


@pytest.mark.filterwarnings("ignore::crnn.errors.DataWarning")
def test_rows_without_dates_are_no_weeks(tmp_path):
    model = fitted(sales(tmp_path / "sales.csv"), Forecasting(7, 14))
    with pytest.raises(DataError, match="has rows without dates, the model was trained on steps of a week"):
        model.predict([float(value) for value in range(40)])


def test_only_what_is_counted_and_never_below_0_has_a_floor():
    values = np.array([0.0, 2.0, 0.0, 5.0])
    series = from_array(values)[0]
    assert scaling.learn(series, "standard", 1).floor == -np.inf
    counted = scaling.learn(series, "standard", 1, counted=True)
    assert Scaling.from_list(counted.to_list()) == counted
    assert counted.back(np.array([-3.0, 0.0])).tolist() == [0.0, values.mean()]
    assert scaling.learn(from_array(values - 1)[0], "standard", 1, counted=True).floor == -np.inf
    with pytest.raises(SpecError, match="missing='none': choose last, zero"):
        Forecasting(7, missing="none")


# ── answers ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def fitted(data, task=None, **settings):
    model = crnn.Model(task or Forecasting(6, 24, season=12), size="tiny")
    model.compile(**settings)
    model.fit(data, epochs=3, validation_split=0.2, options=crnn.TrainOptions(progress=False))
    return model


@SEEN
def test_measures_are_in_real_units_and_losses_in_scaled_ones():
    model = fitted(1000 * waves(300), loss="mae", metrics=["mae", "mase", "coverage"])
    examples, found = model.examine(1000 * waves(300))
    rows = found.rows.tolist()
    truth = examples.targets_of(rows)
    assert found.values["mae"] == pytest.approx(float((found.predictions - truth).abs().mean()), rel=1e-4)
    scale = model.task.frame.scalings["series"].scale
    assert found.values["loss"] == pytest.approx(found.values["mae"] / scale, rel=1e-3)
    naive = model.task.frame.scalings["series"].naive
    assert found.values["mase"] == pytest.approx(found.values["mae"] / naive, rel=1e-3)
    assert np.isnan(found.values["coverage"])


def test_quantiles_rise_and_the_value_is_the_median():
    model = fitted(waves(300))
    forecast = model.predict(waves(300))[0]
    low, middle, high = forecast.quantiles.values()
    assert (low <= middle).all()
    assert (middle <= high).all()
    np.testing.assert_array_equal(forecast.values, middle)
    assert forecast.times.tolist() == list(range(300, 306))


@SEEN
def test_without_a_median_the_value_lies_half_way_and_measures_take_the_same():
    model = fitted(waves(300), loss={"name": "quantile", "levels": [0.05, 0.95]}, metrics=["mae"])
    forecast = model.predict(waves(300))[0]
    low, high = forecast.quantiles.values()
    np.testing.assert_allclose(forecast.values, (low + high) / 2)
    assert (low < forecast.values).all()
    examples, found = model.examine(waves(300))
    last = examples[[len(examples) - 1]]
    said = last.units.back(model._predictor.forward(last.inputs)[0]).mean(-1)
    torch.testing.assert_close(found.predictions[-1:], said)
    assert found.values["mae"] == pytest.approx(
        float((found.predictions - examples.targets_of(found.rows.tolist())).abs().mean())
    )


@pytest.mark.parametrize("scaling", ["season", "log", "none"])
def test_every_scaling_is_saved_and_forecasts_the_same(tmp_path, scaling):
    model = fitted(waves(200, 2), Forecasting(6, 24, season=12, scaling=scaling))
    model.save(tmp_path / "m")
    again = crnn.load(tmp_path / "m")
    assert (again.task.scaling, again.task.frame.scalings) == (scaling, model.task.frame.scalings)
    later = waves(240, 2)[60:]
    for mine, other in zip(model.predict(later), again.predict(later), strict=True):
        np.testing.assert_allclose(other.values, mine.values, rtol=1e-5)
        np.testing.assert_allclose(list(other.quantiles.values()), list(mine.quantiles.values()), rtol=1e-5)
        assert abs(mine.values.mean() - 50) < 10


def test_a_short_history_is_forecast_too():
    model = fitted(waves(300))
    with pytest.warns(DataWarning, match="history shorter than the look-back"):
        assert len(model.predict([waves(5)[:, 0]])[0]) == 6


def test_learning_shows(tmp_path):
    model = fitted(waves(400), loss="mse")
    _, found = model.validation
    rules = model.baselines()
    truth = model.validation[0].targets_of(found.rows.tolist())
    mae = {name: float((values - truth).abs().mean()) for name, values in {**rules, "own": found.predictions}.items()}
    assert mae["own"] < 0.6 * mae["last value"]
    assert mae["own"] < 1.1 * mae["linear ridge"]
    assert set(mae) == {"own", "last value", "seasonal naive", "drift", "linear ridge"}


def test_a_saved_model_is_judged_beside_the_same_rules(tmp_path):
    model = fitted(waves(400))
    model.save(tmp_path / "m")
    again = crnn.load(tmp_path / "m")
    windows, _ = again.examine(waves(400)[300:])
    rules = again.baselines(windows)
    assert list(rules) == ["last value", "seasonal naive", "drift", "linear ridge"]
    mine = model.baselines(model.examine(waves(400)[300:])[0])
    assert all(torch.equal(rules[name], mine[name]) for name in rules)
    trained = learnt(Forecasting(6, 24, season=12), waves(400), share=0.2)[0]
    oracle = model.task.linear_of(trained)
    torch.testing.assert_close(again.task.linear.weight, oracle.weight)
    torch.testing.assert_close(again.task.linear.bias, oracle.bias)
    assert (tmp_path / "m" / "linear.npy").stat().st_size < 4 * 6 * 25 + 256
    (tmp_path / "m" / "linear.npy").write_bytes(b"altered")
    with pytest.raises(ModelFileError, match=r"linear\.npy is missing or was altered"):
        crnn.load(tmp_path / "m")


def test_whatever_the_network_begins_with_the_linear_rule_is_that_of_the_training_part(tmp_path):
    task = Forecasting(6, 24, season=12)
    spec = crnn.ForecastSpec(look_back=24, horizon=6, centre="mean", recurrent=crnn.RecurrentSpec("gru", 8))
    model = crnn.Model(task, network=spec)
    model.fit(waves(300), epochs=1, validation_split=0.2, options=crnn.TrainOptions(progress=False))
    first = model.task.linear
    usual = fitted(waves(300)).task.linear
    torch.testing.assert_close(first.weight, usual.weight, rtol=1e-4, atol=1e-5)
    model.fit(waves(300, seed=3), epochs=1, validation_split=0.2, options=crnn.TrainOptions(progress=False))
    assert not torch.allclose(model.task.linear.weight, first.weight), "a second fit is judged beside its own"
    model.save(tmp_path / "m")
    onwards = crnn.Model.starting_from(tmp_path / "m")
    onwards.fit(waves(300), epochs=1, validation_split=0.2, options=crnn.TrainOptions(progress=False))
    torch.testing.assert_close(onwards.task.linear.weight, first.weight)


def test_a_later_training_keeps_the_steps_of_the_network(tmp_path):
    settings = {"epochs": 1, "options": crnn.TrainOptions(progress=False)}
    model = crnn.Model(Forecasting(season=12), size="tiny")
    model.fit(waves(300), **settings)
    model.save(tmp_path / "m")
    onwards = crnn.Model.starting_from(tmp_path / "m")
    for each in (model, onwards):
        each.fit(waves(60, seed=1), **settings)
        assert (each.task.look_back, each.task.horizon, each.task.season) == (24, 12, 12)
    with pytest.raises(DataError, match="no series has a window of 24 steps"):
        model.fit(waves(30), **settings)


@pytest.mark.filterwarnings("ignore::crnn.errors.DataWarning")
def test_a_second_training_refuses_other_steps(tmp_path):
    for name, unit in (("hours", "h"), ("days", "D")):
        times = np.datetime64("2024-01-01", "s") + np.arange(120) * np.timedelta64(1, unit)
        rows = "\n".join(f"{time},{value:.3f}" for time, value in zip(times, waves(120)[:, 0], strict=True))
        (tmp_path / f"{name}.csv").write_text("time,load\n" + rows, encoding="utf-8")
    model = fitted(tmp_path / "hours.csv", Forecasting(6, 12))
    with pytest.raises(DataError, match="steps of a day, the model was trained on steps of an hour"):
        model.fit(tmp_path / "days.csv", epochs=1, options=crnn.TrainOptions(progress=False))


def test_what_was_not_measured_is_not_beaten():
    said = verdict({"the network": {"mae": 0.5}, "last value": {"mae": 1.0}})
    assert said.endswith("The linear ridge was not measured: the model does not hold it.")
    assert "not measured" not in verdict({"the network": {"mae": 0.5}, "linear ridge": {"mae": 1.0}})


def test_rules_say_what_they_are_called():
    task = Forecasting(5, 24, season=12)
    train, dev, _ = learnt(task, waves(200), share=0.2)
    windows = task.examples(dev, Findings())
    history, values = windows.history([3])[0], waves(200)[:, 0]
    said = {name: rows[3].numpy() for name, rows in task.baselines(train, windows).items()}
    np.testing.assert_array_equal(said["last value"], np.full(5, history[-1]))
    np.testing.assert_allclose(said["seasonal naive"], values[163 - 12 : 163 - 7])
    np.testing.assert_allclose(said["drift"], history[-1] + np.arange(1, 6) * (history[-1] - history[0]) / 23)
    assert "linear ridge" not in task.baselines(None, windows)


def test_a_random_walk_is_called_one():
    said = verdict({"the network": {"mae": 1.02}, "last value": {"mae": 1.0}, "drift": {"mae": 1.01}})
    assert "does not beat the last value" in said
    assert "random walk" in said
    assert "beats the best simple rule" in verdict({"the network": {"mae": 0.5}, "last value": {"mae": 1.0}})
    assert verdict({"the network": {"mae": 0.5}}) == ""


def test_only_where_the_last_value_is_as_good_as_any_rule_is_it_a_random_walk():
    trend = verdict({"the network": {"mae": 0.5}, "last value": {"mae": 3.5}, "drift": {"mae": 0.4}})
    assert "random walk" not in trend
    assert "use drift" in trend
    constant = verdict({"the network": {"mae": 0.0}, "last value": {"mae": 0.0}, "drift": {"mae": 0.0}})
    assert "random walk" not in constant
    assert "without any error" in constant


def test_what_is_forecast_on_thin_ground_is_named():
    model = fitted([waves(200)[:, 0], waves(200)[:, 0] + 5])
    records, findings = model.task.read_unlabelled([waves(200)[:, 0], waves(200)[:, 0], np.arange(3.0)])
    told = str(findings)
    assert "series that training did not see (1 noted): series 3" in told
    assert "history shorter than the look-back (1 noted): series 3 (3 steps)" in told
    assert not model.task.read_unlabelled(records)[1]


@pytest.mark.parametrize(("minutes", "horizon"), [(200, 50), (2880, 720), (4320, 1440)])
def test_a_horizon_nobody_gave_fits_the_series(tmp_path, minutes, horizon):
    times = np.datetime64("2024-01-01T00:00") + np.arange(minutes)
    rows = "\n".join(f"{time},{at % 7}" for at, time in enumerate(times))
    (tmp_path / "minutes.csv").write_text(f"time,load\n{rows}", encoding="utf-8")
    task = Forecasting()
    task.learn(task.read(tmp_path / "minutes.csv")[0])
    assert task.horizon == horizon


def test_a_model_of_hours_refuses_days(tmp_path):
    hours = "\n".join(
        f"{time},{value:.3f}"
        for time, value in zip(
            np.arange("2024-01-01T00", "2024-01-15T00", dtype="M8[h]"), waves(336)[:, 0], strict=True
        )
    )
    days = "\n".join(
        f"{time},{value:.3f}"
        for time, value in zip(np.arange("2024-01-01", "2024-04-01", dtype="M8[D]"), waves(91)[:, 0], strict=True)
    )
    for name, text in (("hours", hours), ("days", days)):
        (tmp_path / f"{name}.csv").write_text("time,load\n" + text, encoding="utf-8")
    model = fitted(tmp_path / "hours.csv")
    assert "hour" in model.task.frame.covariates.cycles
    with pytest.raises(DataError, match="steps of a day, the model was trained on steps of an hour"):
        model.predict(tmp_path / "days.csv")


def test_what_is_known_ahead_is_used_and_asked_for(tmp_path):
    task = Forecasting(4, 13, target="sales", known="holiday")
    model = fitted(sales(tmp_path / "past.csv", weeks=80), task)
    found = model.predict(sales(tmp_path / "ahead.csv", weeks=80, ahead=4))
    assert [each.series for each in found] == ["shop 1", "shop 2", "shop 3"]
    with pytest.raises(DataError, match="'holiday' is known for 0 of the 4 steps"):
        model.predict(tmp_path / "past.csv")


def with_columns(path, promo=("none", "leaflet"), price=str):
    """A table of `sales` with a column of texts and one of numbers beside it."""
    header, *rows = path.read_text(encoding="utf-8").splitlines()
    told = [f"{row},{promo[at % len(promo)]},{price(3 + at % 5)}" for at, row in enumerate(rows)]
    path.write_text("\n".join([f"{header},promo,price", *told]), encoding="utf-8")
    return path


def test_what_is_odd_in_columns_known_ahead_is_said(tmp_path):
    task = Forecasting(4, 13, target="sales", known=("promo", "price"))
    gaps = with_columns(sales(tmp_path / "gaps.csv", weeks=80), price=lambda value: "" if value == 4 else value)
    with pytest.warns(
        DataWarning, match=r"gap in a column known ahead \(3 noted\): shop 1, column 'price': 16 steps, the"
    ):
        model = fitted(gaps, task)
    ahead = with_columns(sales(tmp_path / "ahead.csv", weeks=80, ahead=4), promo=("none", "tv"))
    with pytest.warns(
        DataWarning, match=r"text that training did not see \(3 noted\): shop 1, column 'promo': 'tv' at"
    ):
        model.predict(ahead)
    with pytest.warns(DataWarning, match=r"column 'promo': 'tv' at 40 steps, the first is 2021-01-11"):
        model.evaluate(with_columns(sales(tmp_path / "past.csv", weeks=80), promo=("none", "tv")))
    assert "text that training did not see" in backtest(model, tmp_path / "past.csv").findings
    words = with_columns(sales(tmp_path / "words.csv", weeks=80, ahead=4), price=lambda value: f"about-{value}")
    with pytest.raises(DataError, match="shop 1, 2021-01-04: the column 'price' holds 'about-3'"):
        model.predict(words)


def test_a_series_that_training_did_not_see_is_scaled_by_its_own_history():
    model = fitted(waves(300, columns=2))
    with pytest.warns(DataWarning, match=r"training did not see \(1 noted\): column 3"):
        found = model.predict(waves(300, columns=3) * [1, 1, 1000])
    assert 20_000 < found["column 3"].values.mean() < 80_000


def test_augmentation_and_log_scaling_train():
    fitted(waves(200), Forecasting(6, 24, scaling="log", augment=True))


def test_windows_may_be_shown_upside_down_and_a_model_keeps_to_it(tmp_path):
    model = fitted(waves(200), Forecasting(6, 24, mirror=0.25), loss="mae")
    assert model.spec.mirror == 0.25
    model.save(tmp_path / "model")
    again = crnn.Model.load(tmp_path / "model")
    assert again.task.config() == model.task.config()
    np.testing.assert_array_equal(again.predict(waves(200))[0].values, model.predict(waves(200))[0].values)
    with pytest.raises(SpecError, match=r"mirror=0\.25 with the levels"):
        fitted(waves(200), Forecasting(6, 24, mirror=0.25), loss={"name": "quantile", "levels": [0.5, 0.9]})
    for spec in (crnn.ForecastSpec(24, 6), crnn.NetworkSpec(recurrent=crnn.RecurrentSpec("gru", 8))):
        other = crnn.Model(Forecasting(6, 24, mirror=0.25), network=spec)
        other.compile()
        for _ in range(2):  # the second time is refused as the first
            with pytest.raises(SpecError, match=r"mirror=0\.25 beside a network of your own"):
                other.fit(waves(200), options=crnn.TrainOptions(progress=False))


def test_a_value_without_a_logarithm_is_named_wherever_it_is_met():
    def holed(at):
        values = waves(200)[:, 0]
        values[at] = 0.0
        return values

    for at in (20, 190):  # in the training part and in that for validation
        with pytest.raises(DataError, match=f"series, step {at} is 0, and only numbers above 0"):
            fitted(holed(at), Forecasting(6, 24, scaling="log"))
    model = fitted(waves(200), Forecasting(6, 24, scaling="log"))
    for verb in (model.predict, model.evaluate, lambda values: backtest(model, values)):
        with pytest.raises(DataError, match="series, step 190 is 0, and only numbers above 0"):
            verb(holed(190))


def test_a_constant_series_trains_and_stays_constant(tmp_path):
    rows = "\n".join(f"{day},7" for day in np.arange("2024-01-01", "2024-05-01", dtype="M8[D]"))
    (tmp_path / "flat.csv").write_text("date,load\n" + rows, encoding="utf-8")
    with pytest.warns(DataWarning, match="constant series"):
        model = fitted(tmp_path / "flat.csv")
    with pytest.warns(DataWarning, match="constant series"):
        values = model.evaluate(tmp_path / "flat.csv")
    assert np.isfinite(values[1])
    with pytest.warns(DataWarning, match=r"constant series \(1 noted\): load\. Look whether"):
        answers = model.predict(tmp_path / "flat.csv")
    np.testing.assert_allclose(answers[0].values, 7, atol=0.5)


def test_the_configuration_comes_back_with_all_that_was_learnt(tmp_path):
    task = Forecasting(4, 13, target="sales", known="holiday")
    learnt(task, sales(tmp_path / "s.csv", weeks=80))
    again = from_config(json.loads(json.dumps(task.config())))
    assert again.config() == task.config()
    assert again.network("small") == task.network("small")


def test_a_fit_that_goes_on_gives_the_same_weights(tmp_path):
    def run(folder, epochs):
        model = crnn.Model(Forecasting(4, 12), size="tiny")
        model.compile(schedule="constant")
        model.fit(waves(120), epochs=epochs, options=crnn.TrainOptions(progress=False, folder=folder))
        return model._predictor.recogniser.state_dict()

    whole = run(tmp_path / "a", 3)
    again = run(tmp_path / "a", 3)
    assert all(torch.equal(whole[name], again[name]) for name in whole)


@pytest.mark.parametrize("loss", ["quantile", "mse", "mae"])
def test_the_network_is_not_worse_than_linear_where_it_was_validated(loss):
    model = crnn.Model(Forecasting(6, 24, season=12), size="tiny")
    model.compile(loss=loss, optimizer=crnn.Adam(rate=0.03))  # far too fast, for what is linear to begin with
    model.fit(waves(300), epochs=1, validation_split=0.2, options=crnn.TrainOptions(progress=False))
    examples, found = model.validation
    truth = examples.targets_of(found.rows.tolist())
    linear = model.baselines()["linear ridge"]
    assert linear.shape == truth.shape

    def error(said):
        return float(((said - truth) ** 2 if loss == "mse" else (said - truth).abs()).mean())

    assert error(found.predictions) <= error(linear) * (1 + 1e-5)


def test_intervals_follow_a_calmer_time_that_the_validation_part_shows():
    noise = 100 + np.random.default_rng(0).normal(0, np.repeat([6.0, 2.0], [1200, 900]))
    model = crnn.Model(Forecasting(4, 24), size="tiny")
    model.compile(metrics=["coverage"])
    model.fit(noise[:1500], epochs=3, validation_split=0.2, options=crnn.TrainOptions(progress=False))
    assert model.history.best["val_coverage"] > 0.95  # as trained, for wilder times
    assert model.evaluate(noise[1500:])[1] == pytest.approx(0.8, abs=0.06)


def test_coverage_is_the_share_inside_the_outer_quantiles():
    measure = METRICS.make("coverage")
    predictions = torch.tensor([[[0.0, 1, 2], [0, 1, 2]]])
    assert float(measure.of(predictions, torch.tensor([[1.0, 5.0]]))) == 0.5
    assert np.isnan(float(measure.of(predictions[..., 0], torch.tensor([[1.0, 5.0]]))))


def test_a_part_of_the_table_of_training_is_read_as_that_was(tmp_path):
    task = Forecasting(4, 12, target="sales", known="holiday")
    learnt(task, sales(tmp_path / "sales.csv", shops=3, weeks=60))
    again = from_config(json.loads(json.dumps(task.config())))
    lines = sales(tmp_path / "next.csv", shops=3, weeks=60, ahead=4).read_text().splitlines()
    (tmp_path / "one.csv").write_text("\n".join([lines[0], *(line for line in lines if "shop 2" in line)]))
    records, findings = again.read_unlabelled(tmp_path / "one.csv")
    assert [record.name for record in records] == ["shop 2"]
    assert len(findings) == 0
    assert again.summary() == task.summary()


def test_three_working_days_follow_a_model_of_working_days(tmp_path):
    days = np.busday_offset("2024-01-01", np.arange(60))
    rows = [f"{day},{at % 5}" for at, day in enumerate(days)]
    (tmp_path / "all.csv").write_text("\n".join(["date,close", *rows]))
    (tmp_path / "three.csv").write_text("\n".join(["date,close", *rows[-3:]]))
    task = Forecasting(2, 5)
    learnt(task, tmp_path / "all.csv")
    (record,), _ = task.read_unlabelled(tmp_path / "three.csv")
    assert task.prepare(record).inputs.shape[0] == 3 + 2


def test_training_tells_what_the_table_was_taken_for(tmp_path, capsys):
    model = crnn.Model(Forecasting(4, 12, target="sales", known="holiday"), size="tiny")
    model.fit(sales(tmp_path / "sales.csv", shops=3, weeks=60), epochs=1, options=crnn.TrainOptions(progress=True))
    told = capsys.readouterr().out
    assert "time         date: steps of a week, trained on 2021-01-04 to " in told
    assert "series       3, told apart by shop" in told
    assert told.index("known ahead  holiday") < told.index("epoch 1/1")


def test_rows_without_a_time_are_left_out_of_a_forecast_and_named(tmp_path):
    rows = [f"{day},{at % 5}" for at, day in enumerate(np.arange("2024-01-01", "2024-03-01", dtype="M8[D]"))]
    (tmp_path / "all.csv").write_text("\n".join(["date,load", *rows]))
    (tmp_path / "torn.csv").write_text("\n".join(["date,load", *rows, ",7"]))
    model = fitted(tmp_path / "all.csv")
    with pytest.warns(DataWarning, match=r"row without a time \(1 left out\): line 62"):
        found = model.predict(tmp_path / "torn.csv")
    np.testing.assert_array_equal(found[0].values, model.predict(tmp_path / "all.csv")[0].values)


def test_names_of_columns_are_texts():
    with pytest.raises(SpecError, match="known=3: give the name of a column"):
        Forecasting(5, known=3)


def test_a_list_of_numbers_is_one_series_and_a_model_of_arrays_reads_tables(tmp_path):
    model = fitted(waves()[:, 0].tolist())
    assert len(model.predict(waves()[:, 0].tolist())) == 1
    rows = [f"{value:.3f}" for value in waves()[:, 0]]
    (tmp_path / "t.csv").write_text("\n".join(["load,place", *(f"{row},x" for row in rows)]))
    with pytest.warns(DataWarning, match="no time column"):
        assert model.predict(tmp_path / "t.csv")[0].series == "load"


def test_less_than_a_per_cent_is_told_as_such_and_a_short_look_back_is_no_random_walk():
    measures = {"the network": {"mae": 2.63}, "last value": {"mae": 2.642}}
    assert verdict(measures).startswith("The forecast hardly beats the last value (mae 2.63 against 2.642)")
    assert "random walk" in verdict(measures)
    assert "random walk" not in verdict(measures, sees_season=False)


def test_advice_on_training_is_not_given_where_a_table_is_forecast(tmp_path):
    rows = [f"{day},{place % 12}" for place, day in enumerate(np.arange("2024-01-01", "2024-05-01", dtype="M8[D]"))]
    (tmp_path / "whole.csv").write_text("\n".join(["date,load", *rows]), encoding="utf-8")
    (tmp_path / "holed.csv").write_text("\n".join(["date,load", *rows[:50], *rows[53:]]), encoding="utf-8")
    task = Forecasting(6, 24, season=12)
    assert "windows that would" in str(task.read(tmp_path / "holed.csv")[1])
    learnt(task, tmp_path / "whole.csv")
    told = str(task.read_unlabelled(tmp_path / "holed.csv")[1])
    assert "load: 3 of 121 steps" in told
    assert told.endswith("The last value before stands in their place.")


@pytest.mark.parametrize(("levels", "said"), [((0.8, 0.9), "0.8"), ((0.1, 0.2), "0.2"), ((0.1, 0.9), ""), ((0.5,), "")])
def test_without_a_median_the_quantile_that_stands_for_it_is_named(levels, said):
    model = crnn.Model(Forecasting(3, 12), size="tiny")
    model.compile(loss=crnn.losses.Quantile(levels), metrics=["mae"])
    model.fit(waves()[:, 0], epochs=1, options=crnn.TrainOptions(progress=False))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = model.predict(waves()[:, 0])[0]
    told = [str(each.message) for each in caught if "both sides of 0.5" in str(each.message)]
    assert [text.rpartition(" ")[2] for text in told] == [said] * bool(said)
    assert not said or (found.values == found.quantiles[float(said)]).all()


def test_what_is_merely_looked_at_was_not_trained_on():
    task = Forecasting(3, 12)
    learnt(task, waves()[:, 0])
    assert task.summary()["time"] == "no column: rows count as steps, trained on 0 to 199"
    assert task.summary(trained=False)["time"] == "no column: rows count as steps, 0 to 199"


@pytest.mark.parametrize(("known", "name"), [("1", "1.0"), ("1", "001"), ("North", "north"), ("cafe", "ｃafe")])
def test_a_new_series_that_is_spelt_like_a_known_one_is_told_so(known, name):
    findings = Findings()
    note_new(from_array(np.arange(9.0), name), {known: 1, "2": 2}, findings)
    told = f"{name} (training saw '{known}': write the name so if it is the same)"
    assert findings["series that training did not see"].names == [told]


def test_a_difference_that_may_be_chance_is_no_win():
    measures = {"the network": {"mae": 97.0}, "last value": {"mae": 120.0}, "linear ridge": {"mae": 100.0}}
    noisy = {"the network": [90.0, 104.0], "linear ridge": [99.0, 101.0]}
    for trials in (noisy, {"the network": [97.0], "linear ridge": [100.0]}):
        said = verdict(measures, trials=trials)
        assert "beats" not in said
        assert f"which may be chance at {len(trials['the network'])} origin" in said
        assert "--folds" in said
    sure = {"the network": [97.0] * 12 + [96.0, 98.0], "linear ridge": [100.0] * 14}
    assert verdict(measures, trials=sure) == verdict(measures)
    lost = {"the network": {"mae": 103.0}, "linear ridge": {"mae": 100.0}}
    assert verdict(lost, trials={"the network": [100, 106], "linear ridge": [101, 99]}).endswith(
        "The difference may be chance at 2 origins: judge it at more origins (crnn backtest with more --folds)."
    )


def test_the_rule_that_is_recommended_is_the_one_that_was_measured():
    said = verdict({"the network": {"mae": 1.02}, "last value": {"mae": 1.004}, "linear ridge": {"mae": 1.0}})
    assert said.startswith("The forecast does not beat the last value (mae 1.02 against 1.004)")
    assert said.endswith("Use the last value.")
