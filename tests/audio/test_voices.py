"""Synthetic speech: the same seed gives the same files, unseen voices in dev, faults named."""

import csv
import importlib.util

import numpy as np
import pytest

from crnn.audio import voices, wave
from crnn.errors import DataError, MissingExtraError, SpecError, UnknownNameError

needs_engine = pytest.mark.skipif(importlib.util.find_spec("espeakng_loader") is None, reason="espeak-ng is missing")


def files(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.*")}


@needs_engine
def test_folder_and_manifest(tmp_path):
    rows = voices.speak(["yes", "turn_on"], tmp_path / "out", voices=4, takes=2)
    assert len(rows) == 2 * 4 * 2
    with (tmp_path / "out" / "manifest.csv").open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    assert [tuple(row.values()) for row in table] == [(r.path, r.label, r.speaker, r.split) for r in rows]
    assert {row.label for row in rows} == {"yes", "turn_on"}
    sides = {split: {row.speaker for row in rows if row.split == split} for split in ("train", "dev")}
    assert len(sides["train"]) == 3
    assert len(sides["dev"]) == 1
    assert not sides["train"] & sides["dev"]
    for row in rows:
        samples = wave.read(tmp_path / "out" / row.path)
        assert 0.3 < len(samples) / 16000 < 2.0
        assert 0.2 < np.abs(samples).max() <= 1.0
    assert len({len(wave.read(tmp_path / "out" / row.path)) for row in rows}) == len(rows)


@needs_engine
def test_same_seed_same_files(tmp_path):
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        voices.speak(["go", "stop"], tmp_path / name, voices=3, takes=2, seed=seed)
    assert files(tmp_path / "a") == files(tmp_path / "b")
    assert files(tmp_path / "a") != files(tmp_path / "c")


@needs_engine
def test_breathy_voices_do_not_depend_on_the_clock():
    # These draw noise from a generator that the engine seeds with the time in seconds.
    clips = [voices._clip("stop", f"gmw/en+{kind}", np.random.default_rng(0)) for kind in ("f2", "f3", "sandro")]
    assert voices._work(clips) == voices._work(clips)


@needs_engine
def test_mandarin_and_other_labels(tmp_path):
    rows = voices.speak({"打开 灯": "打开灯", "关灯": "关灯"}, tmp_path, voices=2, takes=1, language="cmn")
    assert {row.label for row in rows} == {"打开 灯", "关灯"}
    assert {row.path.split("/")[0] for row in rows} == {"打开_灯", "关灯"}
    assert {row.speaker for row in rows} == {"cmn-f1", "cmn-m1"}
    assert all(wave.info(tmp_path / row.path).seconds > 0.5 for row in rows)


@needs_engine
def test_voices_sound_different(tmp_path):
    rows = voices.speak(["hello"], tmp_path, voices=["f2", "gmw/en-GB-scotland+announcer"], takes=1)
    assert [row.speaker for row in rows] == ["en-US-f2", "en-GB-scotland-announcer"]
    deep = []  # share of the power below 150 Hz: only the announcer's fundamental lies there
    for row in rows:
        spectrum = np.abs(np.fft.rfft(wave.read(tmp_path / row.path), n=32000)) ** 2
        deep.append(spectrum[120:300].sum() / spectrum[120:1000].sum())
    assert deep[1] > 10 * deep[0]


@needs_engine
def test_every_default_voice_is_one_of_a_kind_and_installed():
    data = voices._engine_data()
    most = voices._speakers(6 * len(voices.VARIANTS), "en", data)
    assert len(set(most)) == len(most)
    assert voices._speakers(most, "en", data) == most


@needs_engine
@pytest.mark.parametrize(
    ("texts", "options", "error", "message"),
    [
        ([], {}, DataError, "no texts"),
        ("yes", {}, DataError, "one string 'yes'"),
        (["yes", " "], {}, DataError, "is empty"),
        (["a b", "a/b"], {}, DataError, "would share the folder 'a_b'"),
        (["..."], {}, DataError, "'...' has no sound"),
        (["yes"], {"language": "klingonish"}, UnknownNameError, "unknown language"),
        (["yes"], {"voices": ["f33"]}, UnknownNameError, "unknown voice 'f33'. Did you mean 'f3'"),
        (["yes"], {"voices": ["gmw/xx+f3"]}, UnknownNameError, "unknown accent"),
        (["yes"], {"voices": 0}, SpecError, "voices=0"),
        (["yes"], {"voices": ["f1", "f1"]}, SpecError, "different names"),
        (["yes"], {"takes": 0}, SpecError, "takes=0"),
        (["yes"], {"dev_share": 1.0}, SpecError, "dev_share"),
    ],
)
def test_what_cannot_be_spoken_is_refused(tmp_path, texts, options, error, message):
    with pytest.raises(error, match=message):
        voices.speak(texts, tmp_path / "out", **{"voices": 2, "takes": 1, **options})
    assert not (tmp_path / "out").exists()


@needs_engine
def test_a_used_folder_is_refused(tmp_path):
    (tmp_path / "mine.wav").write_bytes(b"x")
    with pytest.raises(DataError, match="is not empty"):
        voices.speak(["yes"], tmp_path)


def test_without_the_engine_the_extra_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"crnn\[synth\]"):
        voices.speak(["yes"], tmp_path)
