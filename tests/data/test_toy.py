"""Made data: seeded, of the promised shapes, and learnable by the simplest means."""

import csv
import wave

import numpy as np
import pytest

from crnn.data.toy import printed_lines, reviews, sequences, tone_words, tones
from crnn.errors import SpecError


def nearest_share(x, y):
    """Share of the second half that the nearest sample of the first half classifies rightly."""
    half = len(x) // 2
    flat = x.reshape(len(x), -1)
    near = ((flat[half:, None] - flat[None, :half]) ** 2).sum(axis=2).argmin(axis=1)
    return float((y[:half][near] == y[half:]).mean())


def test_tones_are_seeded_and_learnable():
    x, y = tones(classes=5, samples=100, seed=1)
    assert x.shape == (100, 20, 12)
    assert x.dtype == np.float32
    assert np.array_equal(x, tones(classes=5, samples=100, seed=1)[0])
    assert not np.array_equal(x, tones(classes=5, samples=100, seed=2)[0])
    assert nearest_share(x, y) > 0.9


def test_sequences_hold_their_answer():
    x, values = sequences(20, steps=(3, 9), features=4, outputs=2, seed=1)
    assert {item.shape[1] for item in x} == {4}
    assert {len(item) for item in x} <= set(range(3, 10))
    np.testing.assert_allclose(values[7], x[7].mean(axis=0)[:2], rtol=1e-6)
    _, labels = sequences(20, steps=(3, 9), features=4, outputs=2, kind="labels", seed=1)
    np.testing.assert_array_equal(labels, values > 0)


def read_wav(file):
    with wave.open(str(file)) as clip:
        assert (clip.getnchannels(), clip.getsampwidth(), clip.getframerate()) == (1, 2, 8000)
        return np.frombuffer(clip.readframes(clip.getnframes()), dtype="<i2") / 32768


def test_tone_words_differ_by_word_more_than_by_take(tmp_path):
    manifest = tone_words(tmp_path, labels=("on", "off", "打开"), speakers=2, takes=2, seed=3)
    with manifest.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 12
    assert {row["speaker"] for row in rows} == {"s00", "s01"}
    marks = {}
    for row in rows:
        clip = read_wav(tmp_path / row["path"])
        assert 0.3 < clip.std() / 0.25 < 1.2
        marks[row["path"]] = np.abs(np.fft.rfft(clip, 4096))[::8]
    for label in ("on", "off", "打开"):
        one, two = marks[f"{label}/s00_nohash_0.wav"], marks[f"{label}/s00_nohash_1.wav"]
        others = [marks[f"{other}/s00_nohash_0.wav"] for other in ("on", "off", "打开") if other != label]
        assert all(np.corrcoef(one, two)[0, 1] > np.corrcoef(one, other)[0, 1] for other in others)


@pytest.mark.parametrize(
    ("language", "good", "bad"),
    [
        ("en", ("the hotel was good", "not bad", "happy"), ("the breakfast was bad", "not good", "disappointed")),
        ("zh", ("酒店很好", "早餐不错", "不差", "满意"), ("不好", "酒店", "脏", "差", "失望")),
    ],
)
def test_reviews_are_in_everyday_words_and_differ(tmp_path, language, good, bad):
    with reviews(tmp_path / "r.csv", 600, language=language).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len({row["text"] for row in rows}) == 600
    for label, phrases in zip(dict.fromkeys(row["label"] for row in rows), (good, bad), strict=True):
        told = "\n".join(row["text"] for row in rows if row["label"] == label)
        assert [phrase for phrase in phrases if phrase not in told] == []


def test_impossible_toys_are_refused(tmp_path):
    with pytest.raises(SpecError, match="classes=0"):
        tones(classes=0)
    with pytest.raises(SpecError, match="takes=0"):
        tone_words(tmp_path, takes=0)
    with pytest.raises(SpecError, match="at most one output a feature"):
        sequences(outputs=9)


def test_printed_lines_are_pictures_with_texts_by_writer(tmp_path):
    one, two = (printed_lines(tmp_path / name, ("ja", "nein"), lines=6, writers=2, seed=3) for name in "ab")
    files = sorted(file.relative_to(one).as_posix() for file in one.rglob("*.*"))
    assert files[:2] == ["writer0/000.gt.txt", "writer0/000.png"]
    assert len(files) == 12
    assert {(one / name).read_bytes() == (two / name).read_bytes() for name in files} == {True}
    words = {word for file in one.rglob("*.txt") for word in file.read_text().split()}
    assert words <= {"ja", "nein"}
    with pytest.raises(SpecError, match="writers=0"):
        printed_lines(tmp_path, writers=0)
