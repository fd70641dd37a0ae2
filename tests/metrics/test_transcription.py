"""Error rates against jiwer, edit distance against the plain table."""

import jiwer
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crnn.errors import ShapeError
from crnn.metrics import measure
from crnn.metrics.functional import edit_distance


def by_table(left: str, right: str) -> int:
    above = list(range(len(right) + 1))
    for row, symbol in enumerate(left, start=1):
        line = [row]
        for column, other in enumerate(right, start=1):
            line.append(min(above[column] + 1, line[-1] + 1, above[column - 1] + (symbol != other)))
        above = line
    return above[-1]


@settings(max_examples=300, deadline=None)
@given(st.text("abc", max_size=12), st.text("abcd", max_size=12))
def test_edit_distance_equals_the_table(left: str, right: str) -> None:
    assert edit_distance(left, right) == by_table(left, right)


def test_edit_distance_beyond_a_machine_word() -> None:
    left = "the quick brown fox jumps over the lazy dog " * 4
    right = left.replace("quick", "").replace("lazy", "laziest")[3:]
    assert edit_distance(left, right) == by_table(left, right)
    assert edit_distance(list(left), list(right)) == edit_distance(right, left)


TEXTS = st.text(st.sampled_from("ab é中 "), max_size=10)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=4))
def test_rates_equal_jiwer(both: list[tuple[str, str]]) -> None:
    predictions, references = ([pair[index] for pair in both] for index in (0, 1))
    assert measure("cer").of(predictions, references).item() == pytest.approx(jiwer.cer(references, predictions))
    assert measure("wer").of(predictions, references).item() == pytest.approx(jiwer.wer(references, predictions))


def test_sequence_accuracy() -> None:
    assert measure("sequence_accuracy").of(["a b", "", "c"], ["a b", "", "d"]).item() == pytest.approx(2 / 3)


def test_what_was_made_up_in_silence_shows() -> None:
    assert measure("wer").of(["a b"], [""]).item() == 2.0
    assert measure("wer").of([""], [""]).item() == 0.0


def test_no_texts_have_no_value() -> None:
    for name in ("cer", "wer", "sequence_accuracy"):
        assert measure(name).of([], []).isnan()


def test_lists_must_match() -> None:
    with pytest.raises(ShapeError, match="list of 1 predictions and a list of 2 references"):
        measure("wer").of(["a"], ["a", "b"])
    with pytest.raises(ShapeError, match="give two lists of texts"):
        measure("cer").of("abc", "abd")  # type: ignore[arg-type]
