"""Forced alignment against every path that spells the text."""

import itertools

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from crnn.decode.align import align
from crnn.errors import ShapeError


def posteriors(seed, steps, classes):
    scores = np.random.default_rng(seed).normal(size=(steps, classes)) * 2
    return scores - np.log(np.exp(scores).sum(1, keepdims=True))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 9999), st.integers(1, 6), st.lists(st.integers(1, 2), min_size=1, max_size=4))
def test_is_the_likeliest_path_that_spells_the_text(seed, steps, text):
    assume(steps >= len(text) + sum(left == right for left, right in itertools.pairwise(text)))
    log_probs = posteriors(seed, steps, 3)

    def spells(path):
        return [symbol for symbol, _ in itertools.groupby(path) if symbol != 0] == text

    def score(path):
        return sum(log_probs[step, symbol] for step, symbol in enumerate(path))

    best = max((path for path in itertools.product(range(3), repeat=steps) if spells(path)), key=score)
    found = align(log_probs, text)
    path = np.zeros(steps, int)
    for symbol, start, end in zip(found.symbols, found.starts, found.ends, strict=True):
        path[start:end] = symbol
    assert score(path) == pytest.approx(score(best))
    assert found.symbols.tolist() == text
    assert (found.ends[:-1] <= found.starts[1:]).all()
    for symbol, start, end, sure in zip(found.symbols, found.starts, found.ends, found.confidences, strict=True):
        assert sure == pytest.approx(np.exp(log_probs[start:end, symbol]).max())


def test_a_long_text_in_many_steps():
    random = np.random.default_rng(0)
    text = random.integers(1, 30, 300)
    starts = 5 * np.arange(300) + 2
    log_probs = np.full((1500, 30), -9.0)
    log_probs[:, 0] = -0.1
    log_probs[starts, 0] = -9.0
    log_probs[starts, text] = -0.1
    found = align(log_probs, text)
    assert found.starts.tolist() == starts.tolist()
    assert (found.ends - found.starts == 1).all()


def test_refusals_and_nothing():
    assert len(align(np.zeros((4, 3)), [])) == 0
    with pytest.raises(ShapeError, match="2 symbols need 3 steps, 2 are there"):
        align(np.zeros((2, 3)), [1, 1])
    with pytest.raises(ShapeError, match="must be 1 to 2"):
        align(np.zeros((4, 3)), [3])
