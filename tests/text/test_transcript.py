"""Transcripts in one form: each step alone, and nothing else."""

import pytest

from crnn.errors import UnknownNameError
from crnn.text.transcript import Transcript


def test_by_default_only_white_space_is_touched():
    assert Transcript()("  Turn\u00a0ON,\tthe  7 lights!\n") == "Turn ON, the 7 lights!"
    assert Transcript()("\ufeffno") == "no"


def test_case_and_punctuation():
    assert Transcript(case="upper")("straße é") == "STRASSE É"
    drop = Transcript(punctuation="drop")
    assert drop("Well—it's the twenty-one 'best', no?") == "Well it's the twenty-one best no"
    assert drop("price: 5 € + 3%") == "price 5 € + 3"
    assert drop("مرحبا، كيف؟") == "مرحبا كيف"


def test_doing_it_again_changes_nothing():
    for spec in (Transcript(), Transcript("lower", "drop"), Transcript("upper")):
        once = spec("“A b-c,  D’s” -x- ’")
        assert spec(once) == once
        assert Transcript.from_dict(spec.to_dict()) == spec


def test_the_steps_are_told():
    assert Transcript("lower", "drop").steps()[0] == "lower case"
    assert len(Transcript("lower", "drop").steps()) == 3
    with pytest.raises(UnknownNameError, match="upper"):
        Transcript(case="uper")
