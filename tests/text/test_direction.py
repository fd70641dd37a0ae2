"""Display order against known lines of UAX #9, and turned back into reading order."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as some

from crnn.text.direction import direction_of, displayed

HEBREW, ARABIC = "אבגדה", "ابتثج"


@pytest.mark.parametrize(
    ("direction", "text", "seen"),
    [
        # Upper case stands for Hebrew, as in UAX #9.
        ("ltr", "car is THE CAR in arabic", "car is RAC EHT in arabic"),
        ("rtl", "CAR IS the car IN ENGLISH", "HSILGNE NI the car SI RAC"),
        ("ltr", "he said IT IS 123, 456, OK", "he said KO ,456 ,123 SI TI"),
        ("ltr", "he said IT IS 123-456 OK", "he said KO 123-456 SI TI"),
        ("ltr", "plain text, 1.5 %", "plain text, 1.5 %"),
        ("rtl", "ABC 1.5 DEF", "FED 1.5 CBA"),
        ("rtl", "ABC $12 DEF", "FED $12 CBA"),
        ("rtl", "A(B)C", "C(B)A"),
        ("rtl", "ABC!", "!CBA"),
        ("rtl", "", ""),
    ],
)
def test_known_lines(direction, text, seen):
    def hebrew(line):
        return "".join(chr(0x5D0 + ord(symbol) - 65) if "A" <= symbol <= "Z" else symbol for symbol in line)

    found, places = displayed(hebrew(text), direction)
    assert found == hebrew(seen)
    assert sorted(places) == list(range(len(text)))


def test_arabic_digits_and_marks():
    assert displayed("ابت ١٢٣", "rtl")[0] == "١٢٣ تبا"
    marked = "بَتِ"  # each letter with its vowel
    assert displayed(marked, "rtl")[0] == "تِبَ"
    assert displayed(unicodedata.normalize("NFD", "é"), "ltr")[0] == unicodedata.normalize("NFD", "é")


@given(some.text(some.sampled_from(ARABIC + HEBREW + " 0123456789.,()-"), max_size=30))
def test_turned_twice_is_as_it_was(text):
    text = " ".join(text.split())
    seen, places = displayed(text, "rtl")
    again, back = displayed(seen, "rtl")
    assert len(seen) == len(text)
    if "." in text or "," in text or "-" in text:
        return  # signs beside numbers look at what stands before them, which is now behind
    assert again == text
    assert [places[place] for place in back] == list(range(len(text)))


@given(some.text(some.sampled_from("abc é漢 0123456789.,()-"), max_size=30))
def test_writing_from_left_to_right_stays(text):
    assert displayed(text, "ltr") == (text, list(range(len(text))))


def test_direction_is_that_of_most_lines():
    assert direction_of([]) == "ltr"
    assert direction_of(["123", "سلام", "سلام"]) == "rtl"
