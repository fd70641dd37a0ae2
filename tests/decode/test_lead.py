"""Language models as guides: the weight of a text is what the model says of it, weighted."""

import numpy as np
import pytest

from crnn.decode.beam import beam
from crnn.decode.guide import Steering
from crnn.decode.kneser_ney import train
from crnn.decode.lead import SymbolModel, WordModel

SPACE = 3
SPECIAL = {"start": 0, "end": 1, "unknown": 2}


def worth(guide, text):
    state, total = guide.start(), 0.0
    for symbol in text:
        total += guide.weights(state)[symbol]
        state = guide.next(state, symbol)
    return total + guide.end(state)


def test_a_model_of_symbols():
    model = train([[3, 4, 5], [3, 3, 5]], 3, 6, **SPECIAL)
    guide = SymbolModel(model, np.array([2, 3, 4, 5]), weight=0.7, bonus=0.3)
    for text in ((), (1,), (1, 2, 3), (3, 3, 1, 2)):
        tokens = [symbol + 2 for symbol in text]
        assert worth(guide, text) == pytest.approx(0.7 * model.sentence(tokens) + 0.3 * len(text))


def words_of(text):
    parts, word = [], ()
    for symbol in (*text, SPACE):
        if symbol == SPACE:
            parts, word = [*parts, word], ()
        else:
            word = (*word, symbol)
    return [part for part in parts if part]


@pytest.mark.parametrize("text", [(), (1,), (1, 2), (1, SPACE, 2, 2), (2, 1, SPACE, 1), (1, SPACE, SPACE, 1)])
def test_a_model_of_words(text):
    model = train([[3, 4], [4, 3, 3], [3]], 2, 5, **SPECIAL)
    spelt = {3: (1,), 4: (2, 2)}
    guide = WordModel(model, spelt, 4, SPACE, weight=0.5, bonus=0.25)
    tokens = [{word: token for token, word in spelt.items()}.get(word, 2) for word in words_of(text)]
    assert worth(guide, text) == pytest.approx(0.5 * model.sentence(tokens) + 0.25 * len(tokens))


def test_a_closed_model_writes_only_its_words():
    model = train([[3, 4], [4]], 2, 5, **SPECIAL)
    guide = WordModel(model, {3: (1,), 4: (2, 2)}, 4, SPACE, weight=1.0, closed=True)
    log_probs = np.log(np.random.default_rng(1).dirichlet(np.ones(4), 9))
    for found in beam(log_probs, 32, steering=Steering([guide], 4), best=8):
        assert all(word in ((1,), (2, 2)) for word in words_of(found.symbols.tolist()))


def test_a_language_model_mends_what_was_misheard():
    model = train([[3, 4, 5]] * 20, 3, 6, **SPECIAL)
    share = np.full((6, 4), 0.02)
    share[[0, 2, 4], [1, 3, 3]] = 0.5  # heard: 1 3 3, though 1 2 3 was nearly as likely
    share[2, 2] = 0.4
    share[[1, 3, 5], 0] = 0.9
    log_probs = np.log(share / share.sum(1, keepdims=True))
    assert beam(log_probs)[0].symbols.tolist() == [1, 3, 3]
    steering = Steering([SymbolModel(model, np.array([2, 3, 4, 5]), 1.0)], 4)
    assert beam(log_probs, steering=steering)[0].symbols.tolist() == [1, 2, 3]
