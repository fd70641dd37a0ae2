"""Alignments have the fewest edits, and spell both texts."""

from hypothesis import given
from hypothesis import strategies as some

from crnn.metrics.alignment import aligned
from crnn.metrics.transcription import edit_distance

TEXTS = some.text("abc ", max_size=12)


@given(TEXTS, TEXTS)
def test_an_alignment_spells_both_texts_with_the_fewest_edits(left, right):
    pairs = aligned(left, right)
    assert "".join(symbol for symbol, _ in pairs if symbol) == left
    assert "".join(symbol for _, symbol in pairs if symbol) == right
    assert sum(one != other for one, other in pairs) == edit_distance(left, right)


def test_words_are_aligned_too():
    assert aligned(["turn", "it", "on"], ["turn", "on"]) == [("turn", "turn"), ("it", None), ("on", "on")]
