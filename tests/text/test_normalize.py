"""Text in one form, and its tokens."""

import pytest

from crnn.text.normalize import is_word, normalise, spaceless, tokenise


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("ＡＢＣ　１２３", "abc 123"),
        ("a\tb\x00\r\n c", "a b c"),
        ("STRASSE Ⅷ ﬁn", "strasse viii fin"),
        ("  ", ""),
        ("in\u00advis\u200bible\ufeff", "invisible"),
    ],
)
def test_what_is_written_alike_becomes_alike(given, wanted):
    assert normalise(given) == wanted


def test_case_may_stay():
    assert normalise("Good Room", lower=False) == "Good Room"


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("don't stop, it's 2001!", ["don't", "stop", ",", "it's", "2", "0", "0", "1", "!"]),
        ("这家酒店很好", list("这家酒店很好")),
        ("用python写", ["用", "python", "写"]),
        ("ห้อง", list("ห้อง")),
        ("الفندق جميل", ["الفندق", "جميل"]),
        ("होटल अच्छा", ["होटल", "अच्छा"]),
        ("호텔이 좋다", ["호텔이", "좋다"]),
        ("naïve café", ["naïve", "café"]),
        ("👍🏽 ok", ["👍", "🏽", "ok"]),
        ("snake_case", ["snake", "_", "case"]),
        ("", []),
    ],
)
def test_tokens_of_many_scripts(text, tokens):
    assert tokenise(text) == tokens


def test_nothing_but_space_gets_lost():
    text = normalise("Zimmer 12: «très bien», 9/10 — 真好 ✓ ~~")
    assert "".join(tokenise(text)) == text.replace(" ", "")


def test_scripts_without_spaces_are_known():
    assert spaceless(tokenise("酒店 wifi 很好"))
    assert not spaceless(tokenise("the 酒店 has good wifi"))
    assert not spaceless([])


def test_single_letters_and_signs_are_no_words():
    assert [is_word(token) for token in ("no", "n", "好", "--", "a1")] == [True, False, False, False, True]
