"""Beam search against a sum over every path, and against torch's CTC; with and without guides."""

import itertools
from collections import defaultdict

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from crnn.decode.beam import beam
from crnn.decode.greedy import greedy
from crnn.decode.guide import Bonus, Guide, Steering
from crnn.errors import SpecError


def posteriors(seed, steps, classes, sharpness=2.0):
    scores = np.random.default_rng(seed).normal(size=(steps, classes)) * sharpness
    return scores - np.log(np.exp(scores).sum(1, keepdims=True))


def all_texts(log_probs):
    """Probability of every text, summed over every path."""
    steps, classes = log_probs.shape
    sums = defaultdict(float)
    for path in itertools.product(range(classes), repeat=steps):
        text = tuple(symbol for symbol, _ in itertools.groupby(path) if symbol != 0)
        sums[text] += float(np.exp(sum(log_probs[step, symbol] for step, symbol in enumerate(path))))
    return sums


class Pairs(Guide):
    """Weights that hang on the symbol before, and on where a text ends."""

    def __init__(self, seed, classes):
        self.table = np.random.default_rng(seed).normal(size=(classes, classes)) * 2

    def start(self):
        return 0

    def weights(self, state):
        return self.table[state]

    def next(self, state, symbol):
        return symbol

    def end(self, state):
        return float(self.table[state, 0])

    def of(self, text):
        before = (0, *text)
        return sum(self.table[left, right] for left, right in itertools.pairwise(before)) + self.end(before[-1])


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 9999), st.integers(1, 6), st.integers(2, 4), st.booleans())
def test_a_wide_beam_finds_what_the_sum_over_all_paths_says(seed, steps, classes, guided):
    log_probs = posteriors(seed, steps, classes)
    texts = all_texts(log_probs)
    guide = Pairs(seed, classes)
    led = {text: np.log(share) + (guide.of(text) if guided else 0.0) for text, share in texts.items()}
    steering = Steering([guide], classes) if guided else None
    found = beam(log_probs, 5000, steering=steering, best=4, least=0.0)
    wanted = sorted(led.values(), reverse=True)[:4]
    assert [item.score for item in found] == pytest.approx(wanted, abs=1e-9)
    for item in found:
        assert item.spoken == pytest.approx(np.log(texts[tuple(item.symbols.tolist())]), abs=1e-9)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 9999), st.integers(20, 40))
def test_probabilities_of_long_texts_are_those_of_ctc(seed, steps):
    log_probs = posteriors(seed, steps, 4, sharpness=8.0)
    found = beam(log_probs, 1000, least=0.0)[0]
    loss = torch.nn.functional.ctc_loss(
        torch.from_numpy(log_probs)[:, None],
        torch.from_numpy(found.symbols)[None],
        torch.tensor([steps]),
        torch.tensor([len(found.symbols)]),
        reduction="sum",
    )
    assert found.spoken == pytest.approx(-float(loss), abs=0.3)
    assert found.spoken <= -float(loss) + 1e-9


def test_the_usual_beam_agrees_with_greedy_where_the_network_is_sure():
    log_probs = posteriors(3, 400, 40, sharpness=1.0)
    log_probs[np.arange(400), np.random.default_rng(0).integers(0, 40, 400)] += 30
    log_probs -= np.log(np.exp(log_probs).sum(1, keepdims=True))
    found = beam(log_probs, 16)[0]
    assert found.symbols.tolist() == greedy(log_probs).symbols.tolist()
    assert np.isfinite(found.score)


def test_only_tried_symbols_change_little():
    log_probs = posteriors(5, 80, 60)
    assert beam(log_probs, 16)[0].score == pytest.approx(beam(log_probs, 16, least=0.0)[0].score, abs=0.05)


def test_a_bonus_lengthens_and_a_ban_forbids():
    log_probs = np.log(np.tile([[0.6, 0.25, 0.15]], (3, 1)))
    assert beam(log_probs, 8, steering=Steering([Bonus(3, -9.0)], 3))[0].symbols.tolist() == []
    assert len(beam(log_probs, 8, steering=Steering([Bonus(3, 5.0)], 3))[0].symbols) == 3

    class NoOne(Bonus):
        def weights(self, state):
            return np.array([0.0, -np.inf, 0.0])

    found = beam(log_probs, 8, steering=Steering([NoOne(3, 0.0)], 3), best=9)
    assert not any((item.symbols == 1).any() for item in found)


def test_extremes():
    assert [item.symbols.tolist() for item in beam(np.zeros((0, 3)))] == [[]]
    sure = np.full((5000, 3), -80.0)
    sure[:, 0] = 0.0
    assert beam(sure)[0].symbols.tolist() == []
    with pytest.raises(SpecError, match="from 1 up"):
        beam(sure, 0)
