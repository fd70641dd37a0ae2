"""Forecasts from a table to a table, on the command line, with what people get wrong."""

import csv
import json
import re

import numpy as np
import pytest

from crnn.cli import main
from crnn.data.toy import sales, tones

SEEN = pytest.mark.filterwarnings(
    r"ignore:\s*judged on steps that were trained on \(\d+ noted\):crnn.errors.DataWarning"
)

OPTIONS = ["--horizon", "4", "--look-back", "13", "--target", "sales", "--known", "holiday", "--season", "13"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Tables, and a model trained from the command line."""
    place = tmp_path_factory.mktemp("forecast")
    sales(place / "past.csv", weeks=100)
    sales(place / "ahead.csv", weeks=100, ahead=4)
    train = ["train", "forecast", str(place / "past.csv"), "--out", str(place / "model"), "--size", "tiny"]
    with pytest.raises(SystemExit) as stopped:
        main([*train, "--epochs", "4", *OPTIONS, "--json"])
    assert stopped.value.code == 0
    return place


def test_training_leaves_model_and_report(folder):
    assert {"config.json", "model.safetensors", "report", "training"} <= {
        path.name for path in (folder / "model").iterdir()
    }
    page = (folder / "model" / "report" / "report.html").read_text(encoding="utf-8")
    assert "seasonal naive" in page
    assert "linear ridge" in page
    assert "Forecasts and what came" in page
    assert {"forecasts.png", "error_by_horizon.png"} <= {path.name for path in (folder / "model" / "report").iterdir()}


def test_a_forecast_becomes_a_table_and_a_plot(folder, crnn_command, tmp_path):
    code, out, _ = crnn_command(
        "forecast",
        folder / "model",
        folder / "ahead.csv",
        "--out",
        tmp_path / "next.csv",
        "--plot",
        tmp_path / "next.png",
    )
    assert code == 0
    assert "3 series, 4 steps" in out
    with (tmp_path / "next.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 12
    assert rows[0]["time"] == "2022-12-05"
    assert float(rows[0]["q0.1"]) <= float(rows[0]["value"]) <= float(rows[0]["q0.9"])
    assert (tmp_path / "next.png").read_bytes()[:4] == b"\x89PNG"


def test_a_forecast_on_the_terminal_and_as_json(folder, crnn_command):
    code, out, _ = crnn_command("forecast", folder / "model", folder / "ahead.csv")
    assert code == 0
    assert out.startswith("series,time,value,q0.1,q0.5,q0.9\nshop 1,2022-12-05,")
    code, out, _ = crnn_command("forecast", folder / "model", folder / "ahead.csv", "--json")
    assert [json.loads(line)["series"] for line in out.splitlines()] == ["shop 1", "shop 2", "shop 3"]


def test_what_is_not_known_ahead_is_asked_for(folder, crnn_command):
    code, out, err = crnn_command("forecast", folder / "model", folder / "past.csv")
    assert code == 1
    assert out == ""
    assert "'holiday' is known for 0 of the 4 steps to forecast: add rows" in err


def test_a_backtest_prints_the_rules_and_a_verdict(folder, crnn_command, tmp_path):
    plots = ("--plot", tmp_path / "a.png", "--errors", tmp_path / "b.png")
    code, out, _ = crnn_command("backtest", folder / "model", folder / "past.csv", "--folds", "2", *plots)
    assert code == 0
    assert "6 forecasts from" in out
    for text in ("the network", "last value", "seasonal naive", "drift", "linear ridge", "The forecast"):
        assert text in out
    assert all((tmp_path / name).read_bytes()[:4] == b"\x89PNG" for name in ("a.png", "b.png"))
    code, out, _ = crnn_command("backtest", folder / "model", folder / "past.csv", "--json")
    assert json.loads(out)["measures"]["the network"]["mae"] > 0


@SEEN
def test_evaluate_predict_and_inspect_know_forecasts(folder, crnn_command):
    code, out, _ = crnn_command("evaluate", folder / "model", folder / "past.csv", "--no-report")
    assert code == 0
    for text in ("seasonal naive", "linear ridge", "The forecast"):
        assert text in out
    code, out, _ = crnn_command("predict", folder / "model", folder / "ahead.csv")
    assert (code, len(out.splitlines())) == (0, 3)
    code, out, _ = crnn_command("inspect", folder / "model")
    assert code == 0
    assert "linear shortcut" in out


@pytest.mark.filterwarnings("always::crnn.errors.DataWarning")
def test_plots_of_many_series_say_that_they_show_the_first(folder, crnn_command, tmp_path):
    sales(tmp_path / "many.csv", shops=9, weeks=60)
    sales(tmp_path / "ahead.csv", shops=9, weeks=60, ahead=4)
    plot = ("--plot", tmp_path / "p.png")
    for verb, data in (("forecast", "ahead.csv"), ("backtest", "many.csv")):
        code, out, err = crnn_command(verb, folder / "model", tmp_path / data, *plot, "--json")
        assert code == 0
        assert f"note: {tmp_path / 'p.png'} shows the first 8 of 9 series" in err
        assert all(json.loads(line) for line in out.splitlines())
    _, _, err = crnn_command("backtest", folder / "model", folder / "past.csv", *plot)
    assert "shows the first" not in err


@SEEN
def test_coverage_stands_beside_what_it_should_be(folder, crnn_command):
    for verb in (("backtest",), ("evaluate", "--no-report")):
        _, out, _ = crnn_command(verb[0], folder / "model", folder / "past.csv", *verb[1:])
        assert "coverage (of 0.8)" in out
    page = (folder / "model" / "report" / "report.html").read_text(encoding="utf-8")
    assert "coverage (of 0.8)" in page
    assert "between the quantiles 0.1 and 0.9: 0.8 is right" in page


def test_the_page_says_what_the_terminal_says_of_rules(crnn_command, tmp_path):
    sales(tmp_path / "t.csv", weeks=100)
    given = ("--horizon", "4", "--target", "sales", "--size", "tiny", "--epochs", "1", "--out", tmp_path / "m")
    _, out, _ = crnn_command("train", "forecast", tmp_path / "t.csv", *given)
    verdict = next(line for line in out.splitlines() if line.startswith("The forecast"))
    assert verdict in (tmp_path / "m" / "report" / "report.html").read_text(encoding="utf-8")


def test_samples_to_look_at_are_of_different_series_with_plain_dates(folder):
    page = (folder / "model" / "report" / "report.html").read_text(encoding="utf-8")
    samples = re.findall(r'<span class="file"><bdi>(.*?)</span>', page)
    assert sorted(each[:6] for each in samples) == ["shop 1", "shop 2", "shop 3"]
    assert all(re.fullmatch(r"shop \d from \d{4}-\d\d-\d\d</bdi>", each) for each in samples)
    assert "e+0" not in "".join(re.findall(r"answer <b>.*", page))


@pytest.mark.parametrize("verb", ["forecast", "backtest"])
def test_a_model_for_data_is_called_one(folder, crnn_command, verb):
    code, _, err = crnn_command(verb, folder / "model", folder / "model")
    assert (code, "is a model, and holds no data" in err) == (1, True)


def test_another_model_is_refused(folder, crnn_command, tmp_path):
    import crnn

    model = crnn.Model(crnn.ArrayClassification(2), size="tiny")
    model.fit(*tones(2, 32), epochs=1, options=crnn.TrainOptions(progress=False))
    model.save(tmp_path / "m")
    code, _, err = crnn_command("forecast", tmp_path / "m", folder / "past.csv")
    assert code == 1
    assert "not of forecast" in err


def test_what_the_model_of_from_has_is_not_set_again(folder, crnn_command):
    start = ("train", "forecast", folder / "past.csv", "--from", folder / "model")
    code, _, err = crnn_command(*start, "--horizon", "7")
    assert (code, "--horizon stands in the model of --from and cannot be set again: leave it out" in err) == (2, True)
    code, _, err = crnn_command(*start, "--horizon", "7", "--season", "3")
    assert (code, "--horizon, --season stand in the model" in err, "leave them out" in err) == (2, True, True)
    code, _, err = crnn_command(*start, "--alphabet", "replace")
    assert (code, "a model of forecast, which writes no texts: leave it out" in err) == (1, True)


def test_one_of_a_thing_is_no_plural(folder, crnn_command, tmp_path):
    sales(tmp_path / "one.csv", shops=1, weeks=100)
    code, out, _ = crnn_command("backtest", folder / "model", tmp_path / "one.csv", "--folds", "1")
    assert code == 0
    assert out.startswith("1 forecast from 2")
    assert " to " not in out.splitlines()[0]


def test_a_horizon_longer_than_the_series_is_said_at_once(folder, crnn_command, tmp_path):
    code, _, err = crnn_command(
        "train",
        "forecast",
        folder / "past.csv",
        "--horizon",
        "90",
        "--look-back",
        "30",
        "--target",
        "sales",
        "--out",
        tmp_path,
    )
    assert code == 1
    assert "lower look_back or horizon" in err


def strictly(text):
    """JSON as the standard has it, without NaN."""
    return json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))


@SEEN
def test_an_evaluation_is_plain_json(folder, crnn_command):
    code, out, _ = crnn_command("evaluate", folder / "model", folder / "past.csv", "--json")
    assert code == 0
    assert strictly(out)["beside"]["last value"]["coverage"] is None


@pytest.mark.filterwarnings("always::crnn.errors.DataWarning")
def test_json_of_what_is_always_zero_is_plain_too(crnn_command, tmp_path):
    days = np.datetime64("2024-01-01") + np.arange(84)
    (tmp_path / "z.csv").write_text("date,sales\n" + "\n".join(f"{day},0" for day in days))
    options = ["--horizon", "7", "--size", "tiny", "--epochs", "1", "--no-report", "--json"]
    code, out, _ = crnn_command("train", "forecast", tmp_path / "z.csv", "--out", tmp_path / "m", *options)
    assert (code, strictly(out)["best"]["val_wape"]) == (0, None)
    code, out, _ = crnn_command("evaluate", tmp_path / "m", tmp_path / "z.csv", "--no-report", "--json")
    assert (code, strictly(out)["metrics"]["mase"]) == (0, None)
    _, out, _ = crnn_command("train", "forecast", tmp_path / "z.csv", "--out", tmp_path / "n", *options[:-1])
    assert "val_mase –" in out
    assert "nan" not in next(line for line in out.splitlines() if line.startswith("kept"))


@pytest.mark.parametrize(
    "given",
    [("forecast", "--out", "next.xlsx"), ("forecast", "--plot", "next.jpg"), ("backtest", "--errors", "e.pdf")],
)
def test_a_file_of_another_kind_is_refused_before_anything_is_computed(crnn_command, given):
    verb, option, name = given
    code, out, err = crnn_command(verb, "no-model", "no-data", option, name)
    assert (code, out) == (1, "")
    assert "call" in err
    assert name.partition(".")[0] in err


@pytest.mark.filterwarnings("always::crnn.errors.DataWarning")
def test_a_plot_is_a_png_and_says_which_number_is_which_name(folder, crnn_command, tmp_path):
    code, _, err = crnn_command("forecast", folder / "model", folder / "ahead.csv", "--plot", tmp_path / "next.jpg")
    assert (code, "call it" in err, "next.png" in err) == (1, True, True)
    named = (folder / "ahead.csv").read_text(encoding="utf-8").replace("shop 2", "خلف").replace("shop 3", "2")
    (tmp_path / "ahead.csv").write_text(named, encoding="utf-8")
    code, _, err = crnn_command("forecast", folder / "model", tmp_path / "ahead.csv", "--plot", tmp_path / "next.png")
    assert (code, f"note: in {tmp_path / 'next.png'} series 2 is خلف\n" in err) == (0, True)


@pytest.mark.filterwarnings("always::crnn.errors.DataWarning")
def test_an_evaluation_on_what_was_trained_on_says_so(folder, crnn_command):
    code, _, err = crnn_command("evaluate", folder / "model", folder / "past.csv")
    assert code == 0
    assert "judged on steps that were trained on (3 noted): shop 1 (until 2022-07-11, judged from 2021-04-05)" in err
