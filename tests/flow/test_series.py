"""Sequences from a table or an archive's file to answers on the command line, with what people get wrong."""

import json

import numpy as np
import pytest

from crnn.cli import main
from crnn.data.toy import gestures

TINY = ["--size", "tiny", "--epochs", "6", "--json"]


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    return gestures(tmp_path_factory.mktemp("toy") / "gestures.csv", subjects=5)


@pytest.fixture(scope="module")
def model(tmp_path_factory, table):
    out = tmp_path_factory.mktemp("trained") / "model"
    with pytest.raises(SystemExit) as stopped:
        main(["train", "series", str(table), "--out", str(out), *TINY])
    assert stopped.value.code == 0
    return out


def ts_file(folder, cases=40, broken=""):
    """A file of the archives: a slow and a fast wave in two dimensions, of different lengths."""
    random = np.random.default_rng(0)
    lines = ["@problemName Waves", "@univariate false", "@dimensions 2", "@classLabel true slow fast", "@data"]
    for case in range(cases):
        steps = np.arange(random.integers(12, 20))
        wave = np.sin(steps * (0.4, 1.2)[case % 2] + random.uniform(0, 6))
        parts = [",".join(f"{value:.4f}" for value in sign * wave) for sign in (1, -1)]
        lines.append(":".join([*parts, ("slow", "fast")[case % 2]]))
    file = folder / "Waves_TRAIN.ts"
    file.write_text("\n".join([*lines, broken]))
    return file


def test_train_leaves_a_model_a_report_and_the_rules_beside_it(model):
    page = (model / "report" / "report.html").read_text(encoding="utf-8")
    assert "nearest neighbour, warped in time" in page
    assert "gestures.csv trial" in page
    config = json.loads((model / "config.json").read_text())["task"]
    assert config["channels"] == ["ax", "ay", "az"]


@pytest.mark.filterwarnings("ignore::crnn.errors.DataWarning")
def test_evaluate_says_how_good_it_is(model, table, crnn_command):
    code, out, _ = crnn_command("evaluate", model, table, "--json", "--no-report")
    facts = json.loads(out)
    assert (code, facts["samples"]) == (0, 60)
    assert facts["metrics"]["accuracy"] > 0.8


@pytest.mark.filterwarnings("always::crnn.errors.DataWarning")
def test_evaluate_names_sequences_that_were_trained_on(model, table, crnn_command, tmp_path):
    code, out, _ = crnn_command("evaluate", model, table, "--json", "--no-report")
    facts = json.loads(out)
    assert code == 0
    assert len(facts["findings"]["sample that was trained on"]["names"]) == 48
    assert any("also stand in training" in name for name in facts["beside"])
    _, out, _ = crnn_command("evaluate", model, gestures(tmp_path / "other.csv", seed=1), "--json", "--no-report")
    assert "sample that was trained on" not in json.loads(out)["findings"]


def test_predict_a_long_table_and_a_single_sequence(model, table, crnn_command, tmp_path):
    code, out, _ = crnn_command("predict", model, table)
    assert code == 0
    assert len(out.splitlines()) == 60
    assert out.startswith("gestures.csv trial 0\t")
    one = tmp_path / "one.csv"
    one.write_text("az,ay,ax\n" + "1,2,3\n" * 30)  # other order, found by name
    code, out, _ = crnn_command("predict", model, one, "--json")
    assert code == 0
    assert set(json.loads(out)) == {"input", "label", "probability", "alternatives"}


def test_missing_values_are_told_when_predicting_too(model, crnn_command, tmp_path):
    one = tmp_path / "one.csv"
    one.write_text("ax,ay,az\n" + "1,,3\n" + "1,2,3\n" * 30)
    code, out, err = crnn_command("predict", model, one)
    assert (code, len(out.splitlines())) == (0, 1)
    assert "note: sequence with missing values (1 noted)" in err


def test_other_channels_are_refused_by_name(model, crnn_command, tmp_path):
    one = tmp_path / "one.csv"
    one.write_text("ax,ay\n" + "1,2\n" * 30)
    code, _, err = crnn_command("predict", model, one)
    assert code == 1
    assert "has no channel az; it has ax, ay" in err


@pytest.mark.filterwarnings("always::crnn.errors.DataWarning")
def test_a_file_of_the_archives_from_end_to_end(tmp_path, crnn_command):
    file = ts_file(tmp_path, broken="1,2:3:slow")
    out = tmp_path / "model"
    code, told, err = crnn_command("train", "series", file, "--out", out, *TINY)
    assert code == 0
    assert "note: ragged dimensions (1 left out): Waves_TRAIN.ts line 46" in err
    assert json.loads(told)["best"]["val_accuracy"] > 0.8
    assert crnn_command("predict", out, file)[0] == 1  # one case is ragged, the rest are answered
    code, told, _ = crnn_command("inspect", file, "--json")
    assert json.loads(told)["labels"] == {"fast": 20, "slow": 20}
    assert code == 0
    assert crnn_command("inspect", out)[0] == 0


def test_columns_are_named_on_the_command_line(tmp_path, crnn_command):
    text = gestures(tmp_path / "g.csv", subjects=2, takes=3).read_text()
    (tmp_path / "g.csv").write_text(text.replace("trial,subject,time", "nr,who,tick", 1).replace("gesture", "what", 1))
    options = ["--id-column", "nr", "--group-column", "who", "--channels", "ax", "--channels", "ay"]
    arguments = ("train", "series", tmp_path / "g.csv", "--out", tmp_path / "m", *TINY, *options)
    code, _, err = crnn_command(*arguments)
    assert code == 1
    assert "no column for the label" in err
    code, _, _ = crnn_command(*arguments, "--label-column", "what", "--normalise", "sequence", "--no-augment")
    assert code == 0
    config = json.loads((tmp_path / "m" / "config.json").read_text())["task"]
    assert (config["channels"], config["normalise"], config["augment"]) == (["ax", "ay"], "sequence", False)


def test_one_class_is_no_classification(tmp_path, crnn_command):
    table = gestures(tmp_path / "g.csv", labels=("still",), subjects=2)
    code, _, err = crnn_command("train", "series", table, "--out", tmp_path / "m", *TINY)
    assert code == 1
    assert "at least two labels" in err


def test_the_same_error_of_many_sequences_is_said_once(model, crnn_command, tmp_path):
    rows = [f"{trial},{step},{step / 9:.2f}" for trial in range(9) for step in range(12)]
    (tmp_path / "other.csv").write_text("\n".join(["trial,time,speed", *rows]))
    code, out, err = crnn_command("predict", model, tmp_path / "other.csv")
    assert (code, out) == (1, "")
    errors = [line for line in err.splitlines() if line.startswith("error:")]
    assert len(errors) == 2
    assert "8 more as other.csv trial 0: " in errors[1]
    assert errors[1].endswith("; and 5 more")
