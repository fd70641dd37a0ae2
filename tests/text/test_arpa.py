"""ARPA files: what is written is read alike, and what is broken is named by its line."""

import gzip

import pytest

from crnn.errors import DataError, UnreadableError
from crnn.text.arpa import LanguageModel, read_arpa, write_arpa

TEXTS = ["turn on the light", "turn off the light", "the light is on", "", "on"]

WORDS = """
\\data\\
ngram 1=5
ngram 2=2

\\1-grams:
-1.0\t<unk>
-99\t<s>\t-0.3
-0.9\t</s>
-0.5\tgo\t-0.2
-0.6\tstop\t-0.1

\\2-grams:
-0.2\t<s> go
-0.4\tgo </s>

\\end\\
"""


@pytest.mark.parametrize("of_words", [False, True])
@pytest.mark.parametrize("name", ["lm.arpa", "lm.arpa.gz"])
def test_written_and_read_alike(tmp_path, of_words, name):
    language = LanguageModel.train(TEXTS, of_words=of_words)
    again = read_arpa(write_arpa(tmp_path / name, language))
    assert again.tokens == language.tokens
    assert again.of_words == of_words
    for text in (*TEXTS, "the fan is on", "zebra"):
        assert again.model.sentence(again.encode(text)) == pytest.approx(
            language.model.sentence(language.encode(text)), rel=1e-5
        )


def test_a_file_of_another_tool(tmp_path):
    path = tmp_path / "w.arpa"
    path.write_text(WORDS)
    language = read_arpa(path)
    ln10 = 2.302585093
    assert language.of_words
    assert language.model.sentence(language.encode("go")) == pytest.approx((-0.2 - 0.4) * ln10)
    assert language.model.sentence(language.encode("stop")) == pytest.approx((-0.3 - 0.6 - 0.1 - 0.9) * ln10)
    assert language.model.sentence(language.encode("jump")) == pytest.approx((-0.3 - 1.0 - 0.9) * ln10)


def test_characters_with_any_name_of_the_space(tmp_path):
    path = tmp_path / "c.arpa"
    text = WORDS.replace("stop", "|").replace("go", "g")
    path.write_bytes(gzip.compress(text.encode()))
    language = read_arpa(path)
    assert not language.of_words
    assert "<space>" in language.tokens
    assert language.model.unknown_token not in language.encode("g g")


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (WORDS.replace("\\data\\", ""), "no .data. section"),
        (WORDS.replace("\\end\\", ""), "cut off"),
        (WORDS.replace("ngram 2=2", "ngram 2=3"), "line 17: 3 2-grams are announced"),
        (WORDS.replace("-0.4\tgo", "x\tgo"), "is no number"),
        (WORDS.replace("<s> go", "<s> gone"), "'gone' is no unigram"),
        (WORDS.replace("ngram 1=5", "ngram 1=five"), "should be: ngram 1=COUNT"),
        (WORDS.replace("-0.9\t</s>", "-0.9\tend").replace("go </s>", "go end"), "lack </s>"),
        ("", "no .data. section"),
    ],
)
def test_what_is_broken_is_named(tmp_path, broken, message):
    path = tmp_path / "b.arpa"
    path.write_text(broken)
    with pytest.raises(UnreadableError, match=message):
        read_arpa(path)


def test_refusals(tmp_path):
    with pytest.raises(UnreadableError, match="cannot be read"):
        read_arpa(tmp_path / "missing.arpa")
    with pytest.raises(DataError, match="no texts"):
        LanguageModel.train(["", " "], of_words=True)
    with pytest.raises(DataError, match="cannot write"):
        write_arpa(tmp_path / "no" / "lm.arpa", LanguageModel.train(["a"]))


def test_perplexity_falls_with_the_order():
    held = ["turn on the light"]
    assert LanguageModel.train(TEXTS, order=4).perplexity(held) < LanguageModel.train(TEXTS, order=1).perplexity(held)
