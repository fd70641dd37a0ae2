"""Words and n-grams by number, against counting by hand."""

import json
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crnn.errors import SpecError
from crnn.text.normalize import tokenise
from crnn.text.vocabulary import Vocabulary, VocabularySpec

TEXTS = [tokenise(text) for text in ("good good room", "bad room", "good view of the room", "the bad view")]
ALL = VocabularySpec(least=1, gram_least=1, piece_least=1, whole=100)


def test_words_are_numbered_by_how_many_texts_hold_them():
    vocabulary = Vocabulary.learn(TEXTS, ALL)
    counts = Counter(word for text in TEXTS for word in set(text))
    assert vocabulary.words == [word for _, word in sorted((-count, word) for word, count in counts.items())]
    first = vocabulary.numbers(["room", "of"])[:, 0].tolist()
    assert [vocabulary.words[number - 1] for number in first] == ["room", "of"]


def test_rare_words_are_left_out():
    assert set(Vocabulary.learn(TEXTS, VocabularySpec(least=2)).words) == {"good", "bad", "room", "view", "the"}
    assert len(Vocabulary.learn(TEXTS, VocabularySpec(words=2)).words) == 2


def test_unknown_words_are_below_zero_and_stay_apart():
    vocabulary = Vocabulary.learn(TEXTS, ALL)
    one, two = vocabulary.numbers(["terrible", "wonderful"])[:, 0].tolist()
    assert one < 0 > two
    assert one != two
    assert float(np.float32(one)) == one, "inputs travel as float32"


def test_pairs_tell_order():
    vocabulary = Vocabulary.learn(TEXTS, VocabularySpec(least=1, gram_least=1, pieces=0))
    known = vocabulary.numbers(["good", "room"])[1, 1]
    assert known > len(vocabulary.words)
    assert vocabulary.numbers(["room", "good"])[1, 1] == 0, "this order was never seen"
    assert vocabulary.numbers(["the", "good", "room"])[2, 1] == known, "whatever stands before the pair"


def test_misspelt_words_share_pieces_with_the_right_one():
    vocabulary = Vocabulary.learn([["wonderful", "room"], ["awful", "room"]], ALL)
    right, wrong = (set(vocabulary.numbers([word])[0, 2:].tolist()) - {0} for word in ("wonderful", "wonderfull"))
    assert len(right & wrong) >= 2


def test_common_words_are_counted():
    vocabulary = Vocabulary.learn(
        [["room", "wonderful"], ["room", "awful"]], VocabularySpec(least=1, gram_least=1, whole=2)
    )
    assert (vocabulary.common, vocabulary.words[0]) == (1, "room")


def test_chinese_words_are_made_of_characters():
    spec = VocabularySpec(least=1, gram_least=2, tokens=4, pieces=0)
    vocabulary = Vocabulary.learn([list("酒店很好"), list("这家酒店")], spec)
    slots = vocabulary.numbers(list("酒店"))
    assert slots.shape == (2, 4)
    assert slots[1, 1] > len(vocabulary.words), "酒店 was seen twice"


def test_nothing_is_numbered_beyond_the_table():
    vocabulary = Vocabulary.learn(TEXTS, ALL)
    numbers = np.concatenate([vocabulary.numbers(text) for text in TEXTS])
    assert numbers.max() == len(vocabulary) - 1
    assert set(range(1, len(vocabulary))) <= set(numbers.ravel().tolist())


def test_rare_rows_weigh_more():
    vocabulary = Vocabulary.learn(TEXTS, VocabularySpec(least=1, tokens=1, pieces=0))
    weights = dict(zip(["", *vocabulary.words], vocabulary.weights(map(vocabulary.numbers, TEXTS)), strict=True))
    assert weights[""] == 0
    assert weights["of"] == pytest.approx(np.log(5 / 2) + 1)
    assert weights["room"] == pytest.approx(np.log(5 / 4) + 1)


def test_it_comes_back_from_json():
    vocabulary = Vocabulary.learn(TEXTS, VocabularySpec(whole=2))
    again = Vocabulary.from_dict(json.loads(json.dumps(vocabulary.to_dict())))
    text = tokenise("a good veiw of nothing")
    assert np.array_equal(again.numbers(text), vocabulary.numbers(text))
    assert again.spec == vocabulary.spec


@given(st.lists(st.text(max_size=8), max_size=12))
def test_any_tokens_have_numbers(tokens):
    vocabulary = Vocabulary.learn([tokens, TEXTS[0]], ALL)
    numbers = vocabulary.numbers(tokens)
    assert numbers.shape == (len(tokens), ALL.slots)
    assert ((numbers[:, 1:] >= 0) & (numbers < len(vocabulary))[:, 1:]).all()


@pytest.mark.parametrize("wrong", [{"words": 0}, {"pieces": -1}, {"characters": (3, 2)}, {"tokens": 0}])
def test_impossible_settings_are_refused(wrong):
    with pytest.raises(SpecError, match="give"):
        VocabularySpec(**wrong)
