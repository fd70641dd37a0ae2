"""Alphabets: learnt, numbered, carried over, for every script."""

import unicodedata
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crnn.errors import DataError, SpecError, UnknownNameError
from crnn.text.alphabet import Alphabet, listed, shown

TEXTS = st.lists(st.text(st.characters(exclude_categories=("Cs",)), max_size=12), min_size=1, max_size=5)


@given(TEXTS, st.sampled_from(["NFC", "NFD", "NFKC", "none"]))
def test_what_was_learnt_is_written_and_read_alike(texts, form):
    if not any(texts):
        with pytest.raises(DataError, match="no symbols"):
            Alphabet.learn(texts, form)
        return
    alphabet = Alphabet.learn(texts, form)
    for text in texts:
        numbers = alphabet.encode(text)
        assert alphabet.decode(numbers) == alphabet.normal(text)
        assert all(1 <= number < alphabet.classes for number in numbers)
    assert Alphabet.from_config(alphabet.config()) == alphabet
    assert not alphabet.unknown(texts)


@pytest.mark.parametrize("text", ["سلام عليكم", "今天天气很好", "naïve café", "ಕನ್ನಡ", "👍🏽 ok"])
def test_any_script(text):
    alphabet = Alphabet.learn([text])
    assert alphabet.decode(alphabet.encode(text)) == unicodedata.normalize("NFC", text)


def test_thousands_of_symbols():
    text = "".join(chr(0x4E00 + number) for number in range(6000))
    assert Alphabet.learn([text]).encode(text).tolist() == list(range(1, 6001))


def test_the_unicode_form_decides_whether_marks_stand_alone():
    composed, apart = Alphabet.learn(["é"], "NFC"), Alphabet.learn(["é"], "NFD")
    assert (len(composed), len(apart)) == (1, 2)
    assert composed.encode("e\u0301").tolist() == [1]
    assert "\u0301" in apart


def test_unknown_symbols_are_counted():
    alphabet = Alphabet.learn(["ab"])
    assert alphabet.unknown(["aéé", "b œ"]) == Counter({"é": 2, " ": 1, "œ": 1})
    assert alphabet.encode("aéb").tolist() == [1, 2]


def test_going_on_with_other_texts():
    old = Alphabet.learn(["abd"])
    more = old.follow(["bce"], "extend")
    assert more.symbols == ("a", "b", "d", "c", "e")
    assert more.places_in(old).tolist() == [0, 1, 2, 3, -1, -1]
    assert old.follow(["bce"], "replace").places_in(old).tolist() == [0, 2, -1, -1]
    assert old.follow(["xyz"], "keep") == old
    with pytest.raises(UnknownNameError, match="extend"):
        old.follow([], "expand")


def test_refusals():
    with pytest.raises(SpecError, match="twice"):
        Alphabet("aa")
    with pytest.raises(SpecError, match="single Unicode"):
        Alphabet(["ab"])
    with pytest.raises(UnknownNameError, match="NFC"):
        Alphabet("a", "nfx")


def test_symbols_are_shown_so_that_people_see_them():
    assert shown("\u0301") == "◌\u0301"
    assert shown("\u00a0") == "NO-BREAK SPACE"
    assert listed(Counter({chr(97 + n): 1 for n in range(20)}), most=2).endswith("and 18 more")
