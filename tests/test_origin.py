"""Going on from a trained model: known symbols keep their weights, frozen stages stay, settings come along."""

from contextlib import nullcontext

import numpy as np
import pytest
import torch

import crnn
from crnn.data.example import Record
from crnn.data.toy import tone_texts, tone_words
from crnn.errors import SpecError, UnknownNameError

QUIET = crnn.TrainOptions(progress=False, cache=False)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("first")
    model = crnn.Model(crnn.SpeechRecognition(rate_hz=8000, augment=False, case="upper"), size="tiny")
    model.fit(tone_texts(folder / "data", 8, letters="abc"), epochs=1, validation_split=0, options=QUIET)
    return model.save(folder / "model")


@pytest.fixture(scope="module")
def other(tmp_path_factory):
    return tone_texts(tmp_path_factory.mktemp("second"), 8, letters="bcd", seed=1)


def state(model):
    return model._predictor.recogniser.state_dict()


@pytest.mark.parametrize(
    ("mode", "symbols", "carried"),
    [("extend", " ABCD", [0, 1, 2, 3, 4]), ("replace", " BCD", [0, 1, 3, 4]), ("keep", " ABC", [0, 1, 2, 3, 4])],
)
def test_weights_of_known_symbols_stay(trained, other, mode, symbols, carried):
    old = crnn.load(trained)
    model = crnn.Model.starting_from(trained, alphabet=mode)
    model.compile(optimizer=crnn.SGD(rate=1e-12))
    learnt = pytest.warns(crnn.errors.DataWarning, match="symbol never learnt") if mode == "keep" else nullcontext()
    with learnt:
        model.fit(other, epochs=1, validation_split=0, options=QUIET)
    assert "".join(model.task.alphabet.symbols) == symbols
    before, after = state(old), state(model)
    names = ("network.head.scores.weight", "network.recurrent.forwards.0.weight_hh_l0")
    torch.testing.assert_close(after[names[0]][: len(carried)], before[names[0]][carried])
    torch.testing.assert_close(after[names[1]], before[names[1]])
    assert model.task.rate_hz == 8000
    assert model.task.transcript.case == "upper"


def test_frozen_stages_do_not_move(trained, other):
    old = state(crnn.load(trained))
    model = crnn.Model.starting_from(trained, freeze=4)
    model.fit(other, epochs=2, validation_split=0, options=QUIET)
    new = state(model)
    moved = {name for name in old if old[name].shape == new[name].shape and not torch.equal(old[name], new[name])}
    assert moved
    assert not any(name.startswith("network.convolutions") for name in moved)
    assert any(name.startswith("network.recurrent") for name in moved)


def test_new_commands_are_learnt_beside_old_ones(tmp_path):
    first, second = (
        tone_words(tmp_path / name, labels, 2, 2) for name, labels in (("a", ("up", "down")), ("b", ("down", "left")))
    )
    model = crnn.Model(crnn.SpokenCommands(rate_hz=8000, augment=False), size="tiny")
    model.fit(first, epochs=1, validation_split=0, options=QUIET)
    model.save(tmp_path / "m")
    again = crnn.Model.starting_from(tmp_path / "m")
    again.compile(optimizer=crnn.SGD(rate=1e-12))
    again.fit(second, epochs=1, validation_split=0, options=QUIET)
    assert again.task.class_names() == ["down", "left"]
    weights = [state(item)["network.head.scores.weight"][0] for item in (model, again)]
    torch.testing.assert_close(*weights, rtol=1e-4, atol=1e-5)


GOOD, BAD = "这家店好棒", "那间屋坏差"


def texts(*pairs):
    """Twenty of each kind, with a sign of its own each."""
    numbered = [(f"{text}{chr(0x5200 + at)}", label) for text, label in pairs for at in range(20)]
    return [text for text, _ in numbered], [label for _, label in numbered]


def text_model(folder, *pairs):
    model = crnn.Model(crnn.TextClassification(), size="tiny")
    model.fit(*texts(*pairs), epochs=1, validation_split=0, options=QUIET)
    return model.save(folder)


def test_texts_go_on_with_the_vectors_of_words_and_a_linear_model_of_their_own(tmp_path):
    text_model(tmp_path / "m", (GOOD, "p"), (BAD, "n"))
    again = crnn.Model.starting_from(tmp_path / "m")
    again.compile(optimizer=crnn.SGD(rate=1e-12))
    data = texts(("那间屋好棒", "p"), ("这家店坏差", "n"), ("好大", "m"))
    again.fit(*data, epochs=1, validation_split=0, options=QUIET)
    torch.testing.assert_close(state(again)["front.linear.table"], again.task._linear.table)
    before, after = crnn.load(tmp_path / "m"), again
    for word in "好坏":
        rows = [model.task.vocabulary.words.index(word) + 1 for model in (before, after)]
        vectors = [state(model)["front.vectors"][row] for model, row in zip((before, after), rows, strict=True)]
        torch.testing.assert_close(*vectors)
    assert again.task.class_names() == ["m", "n", "p"]
    old, new = ([Record(text) for text in given] for given in (texts((GOOD, "p"), (BAD, "n"))[0], data[0]))
    assert again.task.known_before([*old, *new]) == [True] * (len(old) + len(new))
    with pytest.warns(crnn.errors.DataWarning, match=r"sample that was trained on \(60 noted\): row 0"):
        assert again.evaluate(*data)[again.metric_names.index("accuracy")] == 1.0


def test_series_go_on_with_their_vectors_by_name(tmp_path):
    waves = np.sin(np.arange(120)[:, None] / [2.0, 3.0, 4.0]).astype(np.float32)
    model = crnn.Model(crnn.Forecasting(4, 8), size="tiny")
    model.fit(waves[:, :2], epochs=1, validation_split=0, options=QUIET)
    model.save(tmp_path / "m")
    again = crnn.Model.starting_from(tmp_path / "m")
    again.compile(optimizer=crnn.SGD(rate=1e-12))
    again.fit(waves, epochs=1, validation_split=0, options=QUIET)
    before, after = (state(each)["network.names.weight"] for each in (model, again))
    assert after.shape[0] == 4
    torch.testing.assert_close(after[:3], before)


def test_refusals(trained, other, tmp_path):
    with pytest.raises(SpecError, match="freeze=99"):
        crnn.Model.starting_from(trained, freeze=99)
    with pytest.raises(crnn.errors.ModelFileError, match="no model"):
        crnn.Model.starting_from(tmp_path / "nowhere")
    with pytest.raises(UnknownNameError, match="extend"):
        crnn.Model.starting_from(trained, alphabet="grow").fit(other, epochs=1, options=QUIET)
