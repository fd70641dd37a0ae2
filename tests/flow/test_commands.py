"""Spoken commands from a folder to answers, from Python and from the command line, with what people get wrong."""

import json
import shutil
import wave as standard_wave

import numpy as np
import pytest
import torch

import crnn
from crnn.audio import wave
from crnn.audio.spectrogram import SpectrogramSpec
from crnn.cli import main
from crnn.data.toy import tone_words
from crnn.errors import DataError, DataWarning
from crnn.tasks.commands import NONE
from crnn.tasks.sound import read_noises

WORDS = ("up", "down", "turn left", "左转")


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("CRNN_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))


@pytest.fixture(scope="module")
def words(tmp_path_factory):
    """A manifest of tone "words" by four "speakers"."""
    return tone_words(tmp_path_factory.mktemp("words"), WORDS, speakers=4, takes=4)


@pytest.fixture(scope="module")
def model(tmp_path_factory, words):
    """A model folder, trained from the command line."""
    out = tmp_path_factory.mktemp("trained") / "model"
    options = ["--size", "tiny", "--epochs", "30", "--batch-size", "8", "--json"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CRNN_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))
        with pytest.raises(SystemExit) as stopped:
            main(["train", "commands", str(words), "--out", str(out), *options])
    assert stopped.value.code == 0
    return out


def test_train_leaves_model_report_and_logs(model):
    names = {path.name for path in model.iterdir()}
    assert {"config.json", "model.safetensors", "README.md", "report", "training"} <= names
    page = (model / "report" / "report.html").read_text(encoding="utf-8")
    assert "左转" in page
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert list((model / "report").glob("*.png"))
    assert len((model / "training" / "history.csv").read_text().splitlines()) == 31


@pytest.mark.filterwarnings("default")
def test_training_into_the_folder_of_another_model_keeps_that_one(words, crnn_command, tmp_path):
    train = ["train", "commands", words, "--out", tmp_path / "m", "--size", "tiny", "--epochs", "1", "--no-report"]
    assert crnn_command(*train)[0] == 0
    code, _, err = crnn_command(*train)  # the same command goes on from where it ended
    assert code == 0
    assert "another model" not in err
    first = (tmp_path / "m" / "model.safetensors").read_bytes()
    code, _, err = crnn_command(*train, "--seed", "1")
    assert code == 0
    assert f"held another model, which was moved to {tmp_path / 'm' / 'previous'}" in err
    assert (tmp_path / "m" / "previous" / "model.safetensors").read_bytes() == first
    assert crnn.load(tmp_path / "m" / "previous").parameters == crnn.load(tmp_path / "m").parameters


def test_the_model_has_learnt(model, words, crnn_command):
    code, out, _ = crnn_command("evaluate", model, words, "--json", "--no-report")
    facts = json.loads(out)
    assert code == 0
    assert facts["samples"] == 64
    assert facts["metrics"]["accuracy"] > 0.8


def test_evaluate_writes_a_page(model, words, crnn_command, tmp_path):
    code, out, _ = crnn_command("evaluate", model, words, "--report", tmp_path)
    assert code == 0
    assert "accuracy" in out
    assert (tmp_path / "report.html").is_file()


def test_predict_from_the_command_line(model, words, crnn_command):
    clips = sorted(words.parent.rglob("*.wav"))[:3]
    code, out, _ = crnn_command("predict", model, *clips)
    assert code == 0
    assert [line.split("\t")[0] for line in out.splitlines()] == [str(clip) for clip in clips]
    code, out, _ = crnn_command("predict", model, clips[0], "--json")
    answer = json.loads(out)
    assert answer["input"] == str(clips[0])
    assert 0 <= answer["probability"] <= 1
    assert set(answer["alternatives"]) <= set(WORDS)


def test_predict_names_what_it_cannot_read_and_goes_on(model, words, crnn_command, tmp_path):
    clip = next(words.parent.rglob("*.wav"))
    broken = tmp_path / "broken.wav"
    broken.write_bytes(b"RIFF")
    code, out, err = crnn_command("predict", model, broken, tmp_path / "absent.wav", clip)
    assert code == 1
    assert len(out.splitlines()) == 1
    assert "broken.wav" in err
    assert "absent.wav" in err


def test_inspect_data_and_model(model, words, crnn_command):
    code, out, _ = crnn_command("inspect", words)
    assert code == 0
    assert "左转" in out
    code, out, _ = crnn_command("inspect", model, "--json")
    assert code == 0
    assert json.loads(out)


def test_predict_from_python(model, words):
    trained = crnn.load(model)
    clip = next(words.parent.rglob("*.wav"))
    answer = trained.predict(clip)
    assert answer.label in (*WORDS, NONE)
    several = trained.predict([clip, clip])
    assert [item.label for item in several] == [answer.label] * 2
    samples = wave.read(clip, 16_000)
    assert trained.predict([samples])[0].probability == pytest.approx(answer.probability, abs=1e-4)


def test_a_clip_of_any_rate_width_and_channels_gives_the_same_answer(model, words, tmp_path):
    trained = crnn.load(model)
    clip = next(words.parent.rglob("*.wav"))
    samples = wave.read(clip, 8_000)
    path = tmp_path / "stereo24.wav"
    with standard_wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(3)
        file.setframerate(8_000)
        both = np.repeat((samples * (2**23 - 1)).astype("<i4"), 2)
        file.writeframes(b"".join(int(value).to_bytes(4, "little", signed=True)[:3] for value in both))
    first, second = trained.predict(clip), trained.predict(path)
    assert first.label == second.label
    assert first.probability == pytest.approx(second.probability, abs=0.02)


def test_unlikely_sounds_are_none_of_these(model):
    trained = crnn.load(model)
    trained.task.threshold = 0.9999
    noise = np.random.default_rng(0).normal(scale=0.1, size=16_000).astype(np.float32)
    answer = trained.predict([noise])[0]
    assert answer.label == NONE
    assert answer.to_dict()["label"] is None
    assert answer.alternatives[0][1] == answer.probability


def test_calibration_is_kept_in_the_model(model):
    task = crnn.load(model).task
    assert 0.0 < task.threshold < 1.0
    assert task.temperature > 0.0


def test_speakers_stay_on_one_side(words):
    records, findings = crnn.SpokenCommands().read(words)
    from crnn.data.split import split

    train, dev = split(records, 0.25, "group", 0, findings)
    assert not {records[row].group for row in train} & {records[row].group for row in dev}


def test_samples_left_out_are_named_once(words, tmp_path):
    folder = tmp_path / "data"
    shutil.copytree(words.parent, folder, ignore=shutil.ignore_patterns("*.csv"))
    labels = sorted(path for path in folder.rglob("*") if path.is_dir() and list(path.glob("*.wav")))
    first = labels[0]
    (first / "empty.wav").write_bytes(b"")
    (first / "notes.txt").write_text("hello")
    wave.write(first / "silent.wav", np.zeros(8_000, np.float32), 16_000)
    whole = next(labels[1].glob("*.wav")).read_bytes()
    (first / "truncated.wav").write_bytes(whole[: len(whole) // 2])
    model = crnn.Model(crnn.SpokenCommands(augment=False), size="tiny")
    with pytest.warns(DataWarning) as said:
        model.fit(folder, epochs=1, validation_split=0, options=crnn.TrainOptions(progress=False))
    text = str(said[0].message)
    for name in ("empty.wav", "silent.wav", "truncated.wav", "notes.txt"):
        assert text.count(name) == 1, text


@pytest.mark.parametrize(
    ("prepare", "message"),
    [
        (lambda folder: folder / "nowhere", "does not exist"),
        (lambda folder: folder, "holds no"),
        (lambda folder: _one_label(folder), "at least two labels"),
        (lambda folder: _text(folder, "path,lable\na.wav,x\n"), "label"),
    ],
)
def test_data_that_cannot_be_used_is_one_clear_error(prepare, message, tmp_path, crnn_command):
    code, _, err = crnn_command("train", "commands", prepare(tmp_path), "--out", tmp_path / "m")
    assert code == 1
    assert message in err
    assert "Traceback" not in err


def _one_label(folder):
    (folder / "only").mkdir()
    for name in ("a", "b", "c"):
        wave.write(folder / "only" / f"{name}.wav", np.full(800, 0.1, np.float32), 16_000)
    return folder


def _text(folder, text):
    path = folder / "manifest.csv"
    path.write_text(text)
    return path


def test_mistakes_of_typing(crnn_command, tmp_path):
    code, _, err = crnn_command("train", "comands", tmp_path)
    assert code == 1
    assert "Did you mean 'commands'" in err
    assert crnn_command("tarin")[0] == 2
    assert crnn_command("train", "commands", tmp_path, "--epoch")[0] == 2
    code, _, err = crnn_command("predict", tmp_path, "a.wav")
    assert code == 1
    assert "holds no model" in err
    assert crnn_command("--version")[0] == 0
    assert "evaluate" in crnn_command("--help")[1]


def test_noise_without_a_folder_is_an_error(words, tmp_path):
    model = crnn.Model(crnn.SpokenCommands(noise=tmp_path / "nowhere"), size="tiny")
    with pytest.raises(DataError, match="nowhere"):
        model.fit(words, epochs=1, options=crnn.TrainOptions(progress=False))


def test_noise_of_the_test_part_is_never_mixed_into_training(tmp_path):
    for name in ("a", "b"):
        wave.write(tmp_path / f"{name}.wav", np.full(800, 0.1, np.float32), 16_000)
    assert len(read_noises(tmp_path, 16_000)) == 2
    (tmp_path / "manifest.csv").write_text("path,split\na.wav,train\nb.wav,test\n")
    assert len(read_noises(tmp_path, 16_000)) == 1


def test_an_easy_validation_part_does_not_make_the_recogniser_deaf():
    task = crnn.SpokenCommands()
    task.calibrate(torch.eye(4).repeat(8, 1), torch.arange(4).repeat(8))
    assert task.threshold <= 0.9
    assert task.temperature >= 0.5


def test_a_folder_to_predict_may_hold_other_files(model, words, crnn_command):
    code, out, _ = crnn_command("predict", model, words.parent)
    assert code == 0
    assert len(out.splitlines()) == 64


@pytest.mark.parametrize("normalise", ["running", "global", "utterance"])
def test_other_features_are_learnt_saved_and_loaded(words, tmp_path, normalise):
    spec = SpectrogramSpec(bands=24, coefficients=13, normalise=normalise)
    model = crnn.Model(crnn.SpokenCommands(spectrogram=spec), size="tiny")
    model.fit(words, epochs=1, options=crnn.TrainOptions(progress=False))
    model.save(tmp_path / "m")
    clip = next(words.parent.rglob("*.wav"))
    again = crnn.load(tmp_path / "m").predict(clip)
    assert again.probability == pytest.approx(model.predict(clip).probability, abs=1e-5)
