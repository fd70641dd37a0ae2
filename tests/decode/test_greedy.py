"""Greedy decoding against the definition: the likeliest path, repeats merged, blanks out."""

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from crnn.decode.greedy import greedy, greedy_symbols, runs, tempered
from crnn.decode.spelling import nothing


def posteriors(seed, steps, classes):
    scores = np.random.default_rng(seed).normal(size=(steps, classes)) * 2
    return scores - np.log(np.exp(scores).sum(1, keepdims=True))


@given(st.integers(0, 999), st.integers(1, 12), st.integers(2, 4), st.floats(0.3, 4))
def test_equals_the_definition(seed, steps, classes, temperature):
    log_probs = posteriors(seed, steps, classes)
    path = log_probs.argmax(1).tolist()
    wanted = [symbol for symbol, _ in itertools.groupby(path) if symbol != 0]
    found = greedy(log_probs, temperature)
    assert found.symbols.tolist() == wanted
    shares = tempered(log_probs, temperature)
    for symbol, start, end, confidence in zip(found.symbols, found.starts, found.ends, found.confidences, strict=True):
        assert path[start:end] == [symbol] * (end - start)
        assert np.isclose(confidence, shares[start:end, symbol].max())


def test_a_batch_equals_its_samples():
    items = [posteriors(seed, steps, 4) for seed, steps in enumerate((7, 3, 9))]
    batch = np.zeros((3, 9, 4))
    for row, item in zip(batch, items, strict=True):
        row[: len(item)] = item
        row[len(item) :, 2] = 1  # padding never counts
    found = greedy_symbols(batch, np.array([7, 3, 9]))
    assert [row.tolist() for row in found] == [greedy(item).symbols.tolist() for item in items]


def test_nothing_and_no_steps():
    blanks = np.log(np.tile([[0.9, 0.1]], (4, 1)))
    assert len(greedy(blanks)) == len(greedy(np.zeros((0, 3)))) == len(nothing()) == 0
    assert greedy(blanks).confidence == 1.0
    assert runs(np.zeros(0, int))[0].tolist() == []


def test_words_are_parted_at_the_separator():
    path = [1, 2, 3, 3, 1, 3, 2, 3]
    spelling = greedy(np.log(np.eye(4)[path] * 0.9 + 0.025))
    assert [word.symbols.tolist() for word in spelling.parts(3)] == [[1, 2], [1], [2]]
    assert [word.symbols.tolist() for word in spelling.parts(None)] == [spelling.symbols.tolist()]
    assert spelling.parts(3)[1].starts.tolist() == [4]
