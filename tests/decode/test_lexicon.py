"""Lexica and phrases: what a text is worth in all, whatever the way it is read."""

import itertools

import numpy as np
import pytest

from crnn.decode.beam import beam
from crnn.decode.guide import Steering
from crnn.decode.lexicon import Lexicon, Phrases, Trie

SPACE = 3


def worth(guide, text):
    state, total = guide.start(), 0.0
    for symbol in text:
        total += guide.weights(state)[symbol]
        state = guide.next(state, symbol) if np.isfinite(total) else state
        if not np.isfinite(total):
            return -np.inf
    return total + guide.end(state)


def test_only_sentences_of_the_lexicon_are_allowed():
    words = {(1,), (1, 2), (2, 2, 1)}
    guide = Lexicon(words, 4, SPACE)
    for text in itertools.chain.from_iterable(itertools.product((1, 2, SPACE), repeat=n) for n in range(6)):
        parts = [tuple(group) for is_space, group in itertools.groupby(text, lambda s: s == SPACE) if not is_space]
        tidy = not text or (text[0] != SPACE and (SPACE, SPACE) not in itertools.pairwise(text))
        allowed = tidy and all(part in words for part in parts)
        assert worth(guide, text) == (0.0 if allowed else -np.inf), text


def test_decoding_with_a_lexicon_gives_a_word_of_it():
    random = np.random.default_rng(0)
    log_probs = np.log(random.dirichlet(np.ones(5), 12))
    steering = Steering([Lexicon([(1, 2, 1), (4, 4)], 5, None)], 5)
    found = beam(log_probs, 16, steering=steering, best=5)
    assert {tuple(item.symbols.tolist()) for item in found} <= {(), (1, 2, 1), (4, 4)}


def test_whole_phrases_keep_their_worth_and_beginnings_give_it_back():
    guide = Phrases([(1, 2), (1, 2, SPACE, 1)], 4, 0.5, SPACE)
    assert worth(guide, (1, 2)) == pytest.approx(1.0)
    assert worth(guide, (1, 1)) == pytest.approx(0.0)
    assert worth(guide, (1,)) == pytest.approx(0.0)
    assert worth(guide, (1, 2, SPACE, 1)) == pytest.approx(2.0)
    assert worth(guide, (1, 2, SPACE, 2)) == pytest.approx(1.0)
    assert worth(guide, (2, 1, 2)) == pytest.approx(0.0), "a phrase begins with a word"
    assert worth(guide, (2, SPACE, 1, 2)) == pytest.approx(1.0)
    anywhere = Phrases([(1, 2)], 4, 0.5)
    assert worth(anywhere, (2, 1, 1, 2, 3)) == pytest.approx(1.0)


def test_hot_words_win_where_the_network_hesitates():
    log_probs = np.log(np.array([[0.02, 0.5, 0.48, 0.0 + 1e-9]]).repeat(1, 0))
    assert beam(log_probs)[0].symbols.tolist() == [1]
    assert beam(log_probs, steering=Steering([Phrases([(2,)], 4, 1.0, SPACE)], 4))[0].symbols.tolist() == [2]


def test_a_trie_knows_how_its_nodes_are_spelt():
    trie = Trie([(1, 2), (), (1, 3)])
    assert trie.spelt(trie.find((1, 3))) == [1, 3]
    assert trie.find(()) == 0
    assert 0 not in trie.entry
