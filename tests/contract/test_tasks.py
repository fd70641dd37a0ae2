"""Every task on the table keeps the contract: learns, predicts, saves, loads, and padding never changes an answer."""

import json

import numpy as np
import pytest

import crnn
from crnn.data.toy import gestures, printed_lines, reviews, sales, sequences, tone_texts, tone_words, tones
from crnn.errors import SpecError, UnreadableError
from crnn.losses import LOSSES
from crnn.metrics import METRICS
from crnn.nn.kinds import read_spec
from crnn.tasks import TASKS, from_config
from crnn.tasks.task import SIZES


def classes(folder):
    return crnn.ArrayClassification(), tones(3, 48, seed=1)


def values(folder):
    return crnn.ArrayRegression(), sequences(48, seed=1)


def words(folder):
    return crnn.SpokenCommands(augment=False), (tone_words(folder, speakers=3, takes=2),)


def speech(folder):
    return crnn.SpeechRecognition(rate_hz=8000, augment=False), (tone_texts(folder, 24),)


def lines(folder):
    return crnn.Handwriting(height_px=32, augment=False), (printed_lines(folder, lines=24),)


def texts(folder):
    return crnn.TextClassification(), (reviews(folder / "texts.csv", count=60),)


def movements(folder):
    return crnn.SeriesClassification(augment=False), (gestures(folder / "gestures.csv"),)


def shops(folder):
    folder.mkdir()
    return crnn.Forecasting(horizon=4, look_back=13, target="sales", known="holiday"), (
        sales(folder / "sales.csv", weeks=60, ahead=4),
    )


TOYS = {
    "array_classification": classes,
    "array_regression": values,
    "commands": words,
    "handwriting": lines,
    "series": movements,
    "forecast": shops,
    "speech": speech,
    "text": texts,
}


@pytest.fixture(params=list(TASKS))
def fitted(request, tmp_path, monkeypatch):
    monkeypatch.setenv("CRNN_CACHE", str(tmp_path / "cache"))
    task, data = TOYS[request.param](tmp_path / "toy")
    model = crnn.Model(task, size="tiny")
    options = crnn.TrainOptions(progress=False)
    model.fit(*data, epochs=2, batch_size=8, validation_split=0.34, options=options)
    return model, data


def raw(model, inputs):
    """Predictions of prepared inputs in one batch, end to end; of sequences only the valid steps."""
    predictions, lengths = model._predictor.forward(crnn.Padded.stack(inputs))
    if predictions.dim() == 3:
        return np.concatenate([row[:length] for row, length in zip(predictions.numpy(), lengths, strict=True)])
    return predictions.numpy()


def prepared(model, data):
    records, _ = model.task.read(*data)
    return [model.task.prepare(record).inputs for record in records[:6]]


def test_there_is_toy_data_for_every_task():
    assert set(TOYS) == set(TASKS)


def test_a_saved_model_answers_alike(fitted, tmp_path):
    model, data = fitted
    inputs = prepared(model, data)
    model.save(tmp_path / "m")
    np.testing.assert_allclose(raw(crnn.load(tmp_path / "m"), inputs), raw(model, inputs), rtol=1e-4, atol=1e-5)


def test_a_sample_alone_equals_itself_in_a_padded_batch(fitted):
    model, data = fitted
    inputs = prepared(model, data)
    inputs[0] = inputs[0][: len(inputs[0]) * 3 // 4]
    together = raw(model, inputs)
    alone = np.concatenate([raw(model, [item]) for item in inputs])
    np.testing.assert_allclose(alone, together, rtol=1e-3, atol=1e-4)


def test_the_configuration_is_json_and_comes_back(fitted):
    task = fitted[0].task
    config = json.loads(json.dumps(task.config()))
    again = from_config(config)
    assert again.config() == task.config()
    assert (again.features, again.channels, again.outputs) == (task.features, task.channels, task.outputs)


@pytest.mark.parametrize("size", SIZES)
def test_every_size_describes_a_network(fitted, size):
    spec = fitted[0].task.network(size)
    assert read_spec(json.loads(json.dumps(spec.to_dict()))) == spec


def test_the_plan_names_parts_that_exist(fitted):
    task = fitted[0].task
    model = crnn.Model(task)
    model.compile()
    assert task.plan.monitor == "loss" or task.plan.monitor in model.metric_names
    loss = task.plan.loss
    assert (loss if isinstance(loss, str) else loss["name"]) in task.losses


@pytest.mark.parametrize("name", sorted(TASKS))
def test_what_does_not_fit_is_refused_before_training_with_what_does(name):
    task = TASKS[name]()
    model = crnn.Model(task)
    answers = LOSSES.make(task.losses[0]).answers
    wrong = next(each for each in ("accuracy", "mape") if answers not in METRICS.make(each).judges)
    right = next(each for each in METRICS if answers in METRICS.make(each).judges)
    with pytest.raises(SpecError, match=f"'{wrong}' judges .*, {name} gives {answers}: use {right}, .* callable"):
        model.compile(metrics=[wrong])
    loss = next(each for each in ("cross_entropy", "mse") if each not in task.losses)
    with pytest.raises(SpecError, match=f"'{loss}' does not fit {name}: use {task.losses[0]}"):
        model.compile(loss=loss)
    model.compile(metrics=[right])


@pytest.mark.parametrize("name", sorted(TASKS))
def test_a_name_that_looks_like_the_home_of_nobody_is_an_error_in_one_line(name):
    with pytest.raises(UnreadableError, match=r"~~who.*check the path"):
        TASKS[name]().read("~~who")
