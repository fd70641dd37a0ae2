"""Samples to look at: the right ones, in the right order, with sound that keeps the page small."""

import base64

import numpy as np
import torch

from crnn.data.example import Record
from crnn.report import worst
from crnn.report.judged import Judged, judge
from crnn.report.worst import Case, least_right, most_wrong, with_sound


def case(source):
    return Case("clip", "", "a", "b", "90 %", source)


def test_the_most_confident_mistake_comes_first_and_right_answers_do_not(make):
    made = make(["a", "b"], [0, 0, 0, 0], [1, 1, 0, 0], np.array([0.6, 0.9, 0.99, 0.7]))
    judged = judge(*made)
    assert [(found.name, found.score) for found in most_wrong(judged)] == [
        ("clip 1", "90.0\N{NO-BREAK SPACE}%"),
        ("clip 0", "60.0\N{NO-BREAK SPACE}%"),
    ]
    assert [found.name for found in least_right(judged)] == ["clip 3", "clip 2"]
    assert most_wrong(judged)[0].truth == "a"
    assert most_wrong(judged)[0].answer == "b"


def test_all_right_means_nothing_is_wrong(make):
    judged = judge(*make(["a", "b"], [0, 1], [0, 1]))
    assert most_wrong(judged) == []
    assert len(least_right(judged)) == 2


def test_several_labels_are_named_and_the_surest_wrong_one_counts():
    scores = torch.tensor([[0.9, 0.8, 0.1], [0.6, 0.4, 0.4], [0.9, 0.9, 0.1]], dtype=torch.float64)
    truth = torch.tensor([[1.0, 0.0, 0.0], [0.0, 0.0, 0.0], [1.0, 1.0, 0.0]])
    judged = Judged("labels", ["a", "b", "c"], [Record(0, name=str(row)) for row in range(3)], scores, truth)
    first, second = most_wrong(judged)
    assert (first.truth, first.answer, first.score) == ("a", "a, b", "80.0\N{NO-BREAK SPACE}%")
    assert second.truth == "(none)"


def test_the_furthest_value_comes_first():
    truth = torch.tensor([[1.0], [2.0], [3.0]], dtype=torch.float64)
    records = [Record(0, name=str(row)) for row in range(3)]
    judged = Judged("values", ["value"], records, truth + torch.tensor([[0.1], [-5.0], [0.2]]), truth)
    assert [found.name for found in most_wrong(judged)] == ["1", "2", "0"]
    assert least_right(judged) == []


def test_sound_is_the_file_byte_by_byte(tmp_path):
    file = tmp_path / "clip.wav"
    file.write_bytes(b"RIFF and so on")
    ((found,),) = with_sound([case(file)])
    head, content = found.sound.split(",")
    assert head == "data:audio/wav;base64"
    assert base64.b64decode(content) == b"RIFF and so on"


def test_what_is_no_small_sound_file_stands_without_sound(tmp_path):
    large, text = tmp_path / "large.wav", tmp_path / "clip.txt"
    large.write_bytes(bytes(worst.CLIP_BYTES + 1))
    text.write_text("no sound")
    sources = [large, text, tmp_path / "gone.wav", np.zeros(5), None]
    assert [found.sound for found in with_sound([case(source) for source in sources])[0]] == [""] * 5


def test_clips_are_counted_and_weighed_over_all_parts(tmp_path):
    file = tmp_path / "clip.wav"
    file.write_bytes(bytes(worst.CLIP_BYTES))
    sounds = [found.sound for part in with_sound([case(file)] * 3, [case(file)] * 30) for found in part]
    assert 0 < sum(map(len, sounds)) <= worst.ALL_CLIP_BYTES
    file.write_bytes(b"short")
    sounds = [found.sound for part in with_sound([case(file)] * 3, [case(file)] * 30) for found in part]
    assert sum(map(bool, sounds)) == worst.CLIPS
