"""Labels and their numbers, whatever form they are written in."""

import unicodedata

import pytest

from crnn.errors import UnknownLabelError
from crnn.tasks.labels import Labels, plain


def test_one_writing_in_several_forms_is_one_label():
    labels = Labels.learn([unicodedata.normalize("NFD", "café"), "café", "very good", "very\u00a0\n good"])
    assert labels.names == ["café", "very good"]
    assert plain("a\r\nb") == "a b"


@pytest.mark.parametrize(
    ("learnt", "given"), [("1", "1.0"), ("1.0", "1"), (1, "1.0"), ("1.0", 1), ("1", 1.0), ("true", True), (1, "True")]
)
def test_whole_numbers_are_one_label_with_and_without_a_point(learnt, given):
    labels = Labels.learn([learnt, "other"] if isinstance(learnt, str) else [learnt, 2])
    assert given in labels
    assert labels.names[labels.number(given)] == learnt


def test_both_forms_learnt_stay_two():
    labels = Labels.learn(["1", "1.0"])
    assert [labels.number("1"), labels.number("1.0")] == [0, 1]


@pytest.mark.parametrize("given", ["Good", "goood", "ｇｏｏｄ", "good。"])
def test_the_nearest_label_is_named(given):
    with pytest.raises(UnknownLabelError, match=r"did you mean 'good'\?"):
        Labels.learn(["good", "bad"]).number(given)
