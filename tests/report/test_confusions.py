"""The confusion matrix, its pairs, and pictures that take any label."""

import numpy as np
import pytest

from crnn.report.confusions import MOST_CLASSES, Confusions, picture
from crnn.report.judged import judge


def test_pairs_and_the_diagonal_are_all_samples(make):
    rng = np.random.default_rng(0)
    truth, answers = rng.integers(0, 4, 90).tolist(), rng.integers(0, 4, 90).tolist()
    found = Confusions.of(judge(*make(list("abcd"), truth, answers)))
    pairs = found.pairs(most=100)
    assert sum(pair.count for pair in pairs) + found.matrix.trace() == 90
    assert [pair.count for pair in pairs] == sorted((pair.count for pair in pairs), reverse=True)
    first = pairs[0]
    places = ("abcd".index(first.truth), "abcd".index(first.answer))
    assert first.count == list(zip(truth, answers, strict=True)).count(places)
    assert first.share == pytest.approx(first.count / truth.count("abcd".index(first.truth)))


@pytest.mark.parametrize(
    "names",
    [
        ["no", "yes"],
        ["开始", "停止"],
        ["خلف", "امام", "go"],
        ["$x^$", "$\\frac{", "<script>", "-->", "a\nb", "", "\x00\x07"],
        ["a word that is far too long for an axis of any picture", "b"],
        [str(number) for number in range(21)],
        [str(number) for number in range(MOST_CLASSES + 20)],
    ],
    ids=["two", "chinese", "arabic", "hostile", "long", "21", "too many"],
)
def test_every_label_gives_a_picture(names):
    size = len(names)
    matrix = np.eye(size, dtype=np.int64) * 5 + np.roll(np.eye(size, dtype=np.int64), 1, axis=1)
    drawn = picture(Confusions(names, matrix))
    assert drawn.png.startswith(b"\x89PNG")
    assert drawn.svg.startswith("<svg")
    assert "<!--" not in drawn.svg
    assert "<script" not in drawn.svg


def test_empty_classes_are_drawn_without_a_warning():
    picture(Confusions(["a", "b"], np.zeros((2, 2), np.int64)))


def test_of_many_classes_those_with_errors_are_kept():
    matrix = np.eye(5, dtype=np.int64)
    matrix[3, 1] = 7
    assert Confusions(list("abcde"), matrix).worst_rows(2).tolist() == [1, 3]
