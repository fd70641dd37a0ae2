"""Looking into data and models: what is there is told, what is wrong is a problem, not a crash."""

import json

import numpy as np
import pytest

import crnn
from crnn import store
from crnn.audio import wave
from crnn.data.toy import reviews, sales
from crnn.errors import DataError, UnknownNameError, UnreadableError
from crnn.inspect import Inspection, inspect


def tone(path, seconds, hz, rate_hz=8000):
    path.parent.mkdir(parents=True, exist_ok=True)
    times = np.arange(int(seconds * rate_hz)) / rate_hz
    wave.write(path, 0.3 * np.sin(2 * np.pi * hz * times).astype("float32"), rate_hz)


@pytest.fixture
def recordings(tmp_path, monkeypatch):
    monkeypatch.setenv("CRNN_CACHE", str(tmp_path / "cache"))
    for label, base in (("go", 300), ("stop", 500)):
        for number in range(3):
            tone(tmp_path / "data" / label / f"ann_nohash_{number}.wav", 0.5 + 0.25 * number, base + 20 * number)
    return tmp_path / "data"


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(24, 20, 18)).astype("float32")
    model = crnn.Model(crnn.ArrayClassification(), size="tiny")
    model.fit(x, [f"word {row % 3}" for row in range(24)], epochs=1, options=crnn.TrainOptions(progress=False))
    return model, model.save(tmp_path_factory.mktemp("model") / "m")


def test_recordings_are_counted_and_measured(recordings):
    found = inspect(recordings)
    assert found.kind == "data"
    assert found.facts["labels"] == {"go": 3, "stop": 3}
    assert found.facts["groups"] == {"ann": 6}
    assert found.facts["rate_hz"] == {"8000": 6}
    assert found.facts["length_s"]["least"] == pytest.approx(0.5)
    assert found.facts["length_s"]["in all"] == pytest.approx(2 * (0.5 + 0.75 + 1.0))
    assert sum(bar["count"] for bar in found.facts["length_s"]["histogram"]) == 6
    assert found.facts["size_bytes"] == sum(file.stat().st_size for file in recordings.rglob("*.wav"))
    assert not found.problems
    assert found.lines()[-1] == "nothing wrong was found"


def test_what_training_would_leave_out_is_found(recordings):
    wave.write(recordings / "go" / "silent.wav", np.zeros(8000, dtype="float32"), 8000)
    (recordings / "stop" / "broken.wav").write_bytes(b"RIFF")
    found = inspect(recordings)
    assert found.findings["silent"].names == ["go/silent.wav"]
    assert "broken.wav" in found.findings["unreadable"].names[0]
    assert any("broken.wav" in line for line in found.lines())


def test_without_check_nothing_is_decoded(recordings):
    (recordings / "stop" / "broken.wav").write_bytes(b"RIFF")
    assert len(inspect(recordings, check=False).findings) == 0


def test_recordings_without_labels_are_told_as_such(recordings):
    found = inspect(recordings / "go")
    assert found.facts["samples"] == 3
    assert "labels" not in found.facts
    assert "folders of labels" in found.problems[0]


def test_training_samples_of_one_class_are_a_problem(tmp_path, recordings):
    lines = ["path,label,split", "data/go/ann_nohash_0.wav,go,train", "data/stop/ann_nohash_0.wav,stop,dev"]
    (tmp_path / "list.csv").write_text("\n".join(lines))
    found = inspect(tmp_path / "list.csv")
    assert found.facts["splits"] == {"train": 1, "dev": 1}
    assert "at least two labels" in found.problems[0]
    assert "problems" in found.lines()


@pytest.mark.parametrize(
    ("targets", "task", "fact"),
    [
        ([0, 1, 1, 0], "array_classification", {"labels": {"0": 2, "1": 2}}),
        (["a", "b", "b", "b"], "array_classification", {"labels": {"b": 3, "a": 1}}),
        ([[1, 1, 0], [0, 1, 0], [1, 1, 1], [0, 0, 0]], "array_classification", {"labels": {"0": 2, "1": 3, "2": 1}}),
        ([0.0, 0.5, 1.0, 2.5], "array_regression", {}),
    ],
)
def test_arrays_find_their_task(targets, task, fact, tmp_path):
    x = np.random.default_rng(0).normal(size=(4, 40, 3)).astype("float32")
    found = inspect((x, np.array(targets)))
    assert found.facts["task"] == task
    assert fact.items() <= found.facts.items()
    assert found.facts["length_steps"]["median"] == 40
    assert not found.problems
    np.savez(tmp_path / "data.npz", x=x, y=np.array(targets))
    assert inspect(tmp_path / "data.npz").facts == found.facts


def test_an_npz_without_inputs_says_what_it_holds(tmp_path):
    np.savez(tmp_path / "data.npz", pictures=np.zeros(3))
    with pytest.raises(DataError, match="holds pictures: call the inputs x"):
        inspect(tmp_path / "data.npz")


def test_an_npz_with_pickled_objects_is_refused(tmp_path):
    np.savez(tmp_path / "data.npz", x=np.array([{}], dtype=object))
    with pytest.raises(UnreadableError, match=r"data\.npz cannot be read as arrays"):
        inspect(tmp_path / "data.npz")


def test_nothing_there_and_no_such_task():
    with pytest.raises(UnreadableError, match="does not exist"):
        inspect("no/such/folder")
    with pytest.raises(UnreadableError, match="~~who does not exist"):
        inspect("~~who")
    with pytest.raises(UnknownNameError, match="Did you mean 'commands'"):
        inspect("no/such/folder", "command")


def test_a_model_is_told_layer_by_layer(saved):
    model, folder = saved
    found = inspect(folder)
    assert found.kind == "model"
    assert found.facts["labels"] == ["word 0", "word 1", "word 2"]
    layers = found.facts["layers"]
    assert sum(layer["parameters"] for layer in layers) == found.facts["parameters"] == model.parameters
    assert [layer["output"] for layer in layers[:2]] == [[16, 9, 50], [32, 4, 25]]
    assert layers[-1]["output"] == [1, 3]
    assert found.facts["size_bytes"] == sum(file.stat().st_size for file in folder.iterdir())
    assert found.facts["integrity"].startswith("whole")
    assert f"{model.parameters:,}" in "\n".join(found.lines())


def test_altered_weights_are_a_problem_and_the_rest_is_told(saved, tmp_path):
    model, _ = saved
    folder = model.save(tmp_path / "m")
    weights = folder / store.WEIGHTS
    weights.write_bytes(weights.read_bytes()[:-1] + b"\x01")
    found = inspect(folder)
    assert found.facts["integrity"] == "broken"
    assert "another checksum" in found.problems[0]
    assert found.facts["parameters"] == model.parameters


def test_sound_models_show_their_spectrogram(recordings, tmp_path):
    model = crnn.Model(crnn.SpokenCommands(augment=False), size="tiny")
    model.fit(recordings, epochs=1, validation_split=0.0, options=crnn.TrainOptions(progress=False))
    found = inspect(model.save(tmp_path / "m"))
    assert found.facts["spectrogram"]["rate_hz"] == 16000
    assert found.facts["layers"][0]["layer"] == "front end"
    assert found.facts["streams"].startswith("no: a bidirectional network")


def test_both_kinds_are_plain_json(saved, recordings):
    for given in (saved[1], recordings):
        found = inspect(given)
        assert json.loads(json.dumps(found.to_dict()))["kind"] == found.kind


@pytest.mark.data
def test_real_digits(real_data):
    found = inspect(real_data / "speech" / "fsdd", check=False)
    assert found.facts["samples"] == 2000
    assert set(found.facts["labels"].values()) == {200}
    assert found.facts["splits"] == {"train": 1500, "dev": 500}


def test_a_table_of_times_and_numbers_is_one_to_forecast(tmp_path):
    found = inspect(sales(tmp_path / "sales.csv", shops=2, weeks=60))
    assert found.facts["task"] == "forecast"
    assert found.facts["time"] == "date: steps of a week, 2021-01-04 to 2022-02-21"
    assert found.facts["series"] == "2, told apart by shop"
    assert inspect(reviews(tmp_path / "r.csv", 40)).facts["task"] == "text"


def test_a_table_that_tells_nothing_asks_for_the_task(tmp_path):
    (tmp_path / "t.csv").write_text("a,b\n" + "".join(f"{at}.5,{at * at}\n" for at in range(30)))
    with pytest.raises(DataError, match=r"Or say what the data are for: --task .*forecast"):
        inspect(tmp_path / "t.csv")


def test_parts_are_kept_to_and_texts_in_two_of_them_named(tmp_path):
    rows = [
        "text,label,split",
        "a good film,good,训练集",
        "a bad film,bad,训练集",
        "quite good,good,验证",
        "so bad,bad,验证",
    ]
    table = tmp_path / "films.csv"
    table.write_text(
        "\n".join([*rows[:1], *rows[3:], *rows[1:3], "a good film,good,测试", "boring,bad,测试", "fine,fine,later"]),
        encoding="utf-8",
    )
    found = inspect(table)
    assert list(found.facts["splits"].items()) == [("train", 2), ("dev", 2), ("test", 2), ("later", 1)]
    assert found.findings["test sample that is trained on"].names == ["films.csv line 6"]
    assert found.findings["unknown part"].names == ["films.csv line 8: 'later'"]
    assert not found.problems  # the label of the last row is not missed: it is not trained on


def test_a_test_part_alone_cannot_be_trained_on(tmp_path):
    table = tmp_path / "films.csv"
    table.write_text("text,label,split\ngood,a,test\nbad,b,test\n", encoding="utf-8")
    assert "no sample is marked for training, of 2 of 'test'" in inspect(table).problems[0]


def test_lengths_in_steps_are_counted_by_whole_numbers(tmp_path):
    bars = inspect(reviews(tmp_path / "reviews.csv", 60)).facts["length_steps"]["histogram"]
    assert sum(bar["count"] for bar in bars) == 60
    assert all(isinstance(bar["from"], int) and bar["from"] <= bar["to"] for bar in bars)
    assert [bar["from"] for bar in bars[1:]] == [bar["to"] + 1 for bar in bars[:-1]]


def test_texts_beside_a_column_of_files_that_are_not_here_are_texts(tmp_path):
    rows = [f"the film was {word} {row},{word},C:/mails/{row}.msg" for row in range(6) for word in ("good", "bad")]
    table = tmp_path / "mails.csv"
    table.write_text("\n".join(["text,label,file", *rows]), encoding="utf-8")
    found = inspect(table)
    assert (found.facts["task"], found.facts["samples"], found.problems) == ("text", 12, [])


def test_texts_with_lists_of_labels_are_looked_at_as_such(tmp_path):
    table = tmp_path / "tickets.csv"
    rows = [f'"cannot log in {row}","[""login"", ""{("web", "app")[row % 2]}""]"' for row in range(8)]
    table.write_text("\n".join(["text,labels", *rows]), encoding="utf-8")
    found = inspect(table)
    assert (found.facts["labels"], found.problems) == ({"login": 8, "app": 4, "web": 4}, [])


def test_a_forecasting_model_is_told_in_words(tmp_path):
    model = crnn.Model(crnn.Forecasting(4, 13, target="sales", known="holiday", mirror=0.25), size="tiny")
    model.fit(sales(tmp_path / "sales.csv", weeks=100), epochs=1, options=crnn.TrainOptions(progress=False))
    found = inspect(model.save(tmp_path / "m"))
    assert found.facts["time"] == "date: steps of a week, trained on 2021-01-04 to 2022-07-11"
    assert found.facts["series_names"] == ["shop 1", "shop 2", "shop 3"]
    assert found.facts["shapes_for"] == "a look-back of 13 and a horizon of 4"
    text = "\n".join(found.lines())
    assert "scaling standard" in text
    assert "calendar yes" in text
    assert "steps each, 25% of the windows upside down in training" in text
    assert not set("{}[]'") & set(text.replace(str(tmp_path), ""))


def test_settings_are_told_in_words(tmp_path, saved):
    facts = {"settings": {"given": {"look_back": 3, "names": []}, "parts": ["a", True], "none": None}}
    told = Inspection("model", "m", facts).lines()[-1]
    assert told == "settings        given (look back 3, names none), parts (a, yes), none none"


def test_a_finding_is_told_once(tmp_path):
    (tmp_path / "gaps.csv").write_text(
        "date,sales\n" + "".join(f"2024-{month}-{day},{day}\n" for month in ("01", "02", "04") for day in ("01", "02"))
    )
    found = inspect(tmp_path / "gaps.csv", "forecast")
    assert found.problems
    lines = found.lines()
    assert len({line.strip() for line in lines if line}) == len([line for line in lines if line])
    assert str(found.problems[0]).count("\n") > 0


def test_a_text_that_is_no_table_is_not_told_how_to_predict(tmp_path):
    (tmp_path / "reviews.txt").write_text("a good film\na bad one\nso so\n")
    found = inspect(tmp_path / "reviews.txt")
    assert found.problems
    assert len(found.findings) == 0
