"""Promises that once were broken: each test here stands for a mistake that a careful reader found."""

import subprocess
import sys

import numpy as np
import pytest
from torchmetrics.classification import MulticlassConfusionMatrix

import crnn
from crnn.cli import main
from crnn.data.example import Record
from crnn.data.findings import Findings
from crnn.data.toy import tone_words
from crnn.engine.train import Training
from crnn.errors import DataError, DataWarning, ShapeError, SpecError, TrainingError
from crnn.parts import read_parts

QUIET = crnn.TrainOptions(progress=False)
SMALL = crnn.NetworkSpec((), crnn.RecurrentSpec(units=6), crnn.HeadSpec(summary="last"), dimensions=1)


def toy(count=40, classes=2):
    random = np.random.default_rng(0)
    y = np.arange(count) % classes
    x = random.normal(size=(count, 9, 4)).astype(np.float32)
    x[np.arange(count), :, y] += 1.0
    return x, y


def classifier(**options):
    return crnn.Model(crnn.ArrayClassification(**options), network=SMALL)


@pytest.mark.parametrize("change", ["targets", "weights", "start"])
def test_a_checkpoint_of_other_targets_weights_or_start_is_not_resumed(tmp_path, change):
    x, y = toy()
    options = crnn.TrainOptions(progress=False, folder=tmp_path)
    model = classifier(classes=2)
    model.fit(x, y, epochs=2, options=options)
    data = crnn.Arrays(x, y, sample_weight=np.linspace(1, 2, 40)) if change == "weights" else x
    targets = None if change == "weights" else 1 - y if change == "targets" else y
    second = model if change == "start" else classifier(classes=2)
    with pytest.warns(UserWarning, match="not resumed"):
        history = second.fit(data, targets, epochs=2, options=options)
    assert len(history) == 2


def test_other_parts_are_never_trained_on_beside_validation_data():
    records = [Record(np.zeros((3, 2)), row % 2, f"row {row}", split=("train", "test")[row % 2]) for row in range(8)]
    findings = Findings()
    train, dev, others = read_parts(crnn.ArrayClassification(), records, None, None, records[:2], 0, findings)
    assert {record.split for record in train} == {"train"}
    assert (len(dev), len(others)) == (2, 4)
    assert len(findings["sample of another part"].names) >= 4


def test_loss_with_class_weights_does_not_hang_on_the_batch_size():
    x, y = toy()
    model = classifier(classes=2)
    model.compile(loss=crnn.CrossEntropy(class_weights=(1.0, 10.0)))
    model.fit(x, y, epochs=1, options=QUIET)
    losses = [model.evaluate(x, y, batch_size=size)[0] for size in (1, 7, 40)]
    assert losses == pytest.approx([losses[0]] * 3, rel=1e-4)


def test_metrics_that_cannot_be_told_apart_or_do_not_fit_are_refused():
    model = classifier(classes=2)
    with pytest.raises(SpecError, match="two metrics are called '<lambda>'"):
        model.compile(metrics=[lambda p, t: 1.0, lambda p, t: 2.0])
    with pytest.raises(SpecError, match="two metrics are called 'loss'"):
        model.compile(metrics=[crnn.CustomMeasure(lambda p, t: 1.0, "loss", higher_is_better=True)])
    with pytest.raises(SpecError, match="give a list"):
        model.compile(metrics="accuracy")
    with pytest.raises(SpecError, match="'cer' judges texts, array_classification gives classes: use accuracy, "):
        model.compile(metrics=["cer"])
    model.compile(metrics=[MulticlassConfusionMatrix(2)])
    model.fit(*toy(), epochs=1, options=QUIET)
    with pytest.raises(SpecError, match="is a table"):
        model.evaluate(*toy())


def test_labels_as_floats_are_the_same_labels():
    x, y = toy()
    model = classifier()
    model.fit(x, y + 1, epochs=1, validation_data=(x[:10] + 0.01, (y[:10] + 1).astype(float)), options=QUIET)
    assert model.task.labels.names == [1, 2]
    assert len(model.validation[0]) == 10


def test_one_hot_rows_may_come_with_sample_weights():
    x, y = toy()
    model = classifier(classes=2)
    model.fit(crnn.Arrays(x, np.eye(2)[y], sample_weight=np.ones(40)), epochs=1, options=QUIET)
    assert len(model.evaluate(x, y)) == 2
    with pytest.raises(DataError, match="not one-hot"):
        model.fit(x, np.ones((40, 2)), epochs=1, options=QUIET)


def test_compile_after_training_keeps_the_loss_and_refuses_one_of_another_width():
    x, _ = toy()
    model = crnn.Model(crnn.ArrayRegression(), network=SMALL)
    model.compile(loss=crnn.Quantile(levels=(0.1, 0.5, 0.9)), metrics=["mae"])
    model.fit(x, x[:, 0, 0], epochs=1, options=QUIET)
    before = model.predict(x)
    model.compile(metrics=["rmse"])
    np.testing.assert_array_equal(model.predict(x), before)
    assert len(model.evaluate(x, x[:, 0, 0])) == 2
    with pytest.raises(SpecError, match="needs 1 scores a step, the trained network gives 3"):
        model.compile(loss="mse")


def test_augmentation_never_makes_a_sample_too_short(tmp_path, monkeypatch):
    monkeypatch.setenv("CRNN_CACHE", str(tmp_path / "cache"))
    words = tone_words(tmp_path / "words", speakers=2, takes=2, duration_s=0.3)
    spec = crnn.NetworkSpec(
        (crnn.ConvSpec(4, kernel=(3, 20), padding="valid"),), crnn.RecurrentSpec(units=4), crnn.HeadSpec("mean")
    )
    model = crnn.Model(crnn.SpokenCommands(), network=spec)
    assert len(model.fit(words, epochs=3, batch_size=4, options=QUIET)) == 3


def test_evaluate_names_what_is_too_short():
    spec = SMALL.replace(convolutions=(crnn.ConvSpec(4, kernel=5, padding="valid"),))
    model = crnn.Model(crnn.ArrayClassification(classes=2), network=spec)
    x, y = toy()
    model.fit(x, y, epochs=1, options=QUIET)
    with pytest.warns(DataWarning, match="row 1 has 3 steps"):
        model.evaluate([x[0], x[1][:3], x[2]], y[:3])


@pytest.mark.filterwarnings("default")
def test_an_interrupt_before_the_first_epoch_leaves_the_old_model(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("CRNN_CACHE", str(tmp_path / "cache"))
    words = tone_words(tmp_path / "words", speakers=2, takes=2)
    command = ["train", "commands", str(words), "--out", str(tmp_path / "m"), "--size", "tiny", "--no-report"]
    with pytest.raises(SystemExit):
        main([*command, "--epochs", "1"])
    before = (tmp_path / "m" / "model.safetensors").read_bytes()

    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(Training, "_epoch", stop)
    with pytest.raises(SystemExit) as stopped:
        main([*command, "--epochs", "2"])
    assert stopped.value.code == 130
    said = capsys.readouterr().err
    assert "note: the checkpoint" in said
    assert "nothing was saved" in said
    assert (tmp_path / "m" / "model.safetensors").read_bytes() == before


@pytest.mark.filterwarnings("default")
def test_evaluate_names_missing_files(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("CRNN_CACHE", str(tmp_path / "cache"))
    words = tone_words(tmp_path / "words", speakers=2, takes=2)
    with pytest.raises(SystemExit):
        main(["train", "commands", str(words), "--out", str(tmp_path / "m"), "--size", "tiny", "--epochs", "1"])
    next(words.parent.rglob("*.wav")).unlink()
    with pytest.raises(SystemExit) as stopped:
        main(["evaluate", str(tmp_path / "m"), str(words), "--no-report"])
    assert stopped.value.code == 0
    assert "note: missing file (1 left out)" in capsys.readouterr().err


def test_ordinary_mistakes_are_said_plainly(tmp_path):
    x, y = toy()
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(TrainingError, match="cannot make the folder"):
        classifier(classes=2).fit(x, y, options=crnn.TrainOptions(folder=file, progress=False))
    with pytest.raises(SpecError, match="accelerator='gpuu'"):
        classifier(classes=2).fit(x, y, options=crnn.TrainOptions(accelerator="gpuu", progress=False))
    with pytest.raises(ShapeError, match="'a': give numbers"):
        crnn.Model(crnn.ArrayRegression(), network=SMALL).fit(x, ["a"] * 40, options=QUIET)
    with pytest.raises(DataError, match="targets are missing"):
        classifier().fit(x, options=QUIET)
    model = classifier(classes=2)
    model.fit(x, y, epochs=np.int64(1), options=QUIET)
    with pytest.raises(ShapeError, match=r"x\[None\]"):
        model.predict(x[0])


def test_errors_are_there_as_soon_as_the_package_is():
    said = subprocess.run(
        [sys.executable, "-c", "import crnn; print(crnn.errors.DataError.__name__)"], capture_output=True, text=True
    )
    assert said.stdout.strip() == "DataError", said.stderr
