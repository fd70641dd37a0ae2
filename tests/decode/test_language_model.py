"""N-gram models against a brute-force Kneser-Ney, and the laws of probability."""

import math
from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crnn.decode.kneser_ney import FALLBACK, train
from crnn.decode.language_model import Level, NGram
from crnn.errors import DataError, SpecError

START, END, UNKNOWN = 0, 1, 2
SPECIAL = {"start": START, "end": END, "unknown": UNKNOWN}


class Slow:
    """Modified Kneser-Ney by the formulas of Chen & Goodman, one dictionary an order."""

    def __init__(self, sentences, order, size):
        framed = [(START, *tokens, END) for tokens in sentences]
        self.size = size
        self.counts = []
        for length in range(1, order + 1):
            raw = Counter(t[i : i + length] for t in framed for i in range(len(t) - length + 1))
            if raw:
                self.counts.append(raw)
        for level in range(len(self.counts) - 1):
            before = defaultdict(set)
            for gram in self.counts[level + 1]:
                before[gram[1:]].add(gram[0])
            self.counts[level] = {
                gram: count if gram[0] == START else len(before[gram]) for gram, count in self.counts[level].items()
            }
        self.counts[0] = {gram: count for gram, count in self.counts[0].items() if gram != (START,)}
        self.discounts = [self.discount(level) for level in self.counts]

    def discount(self, level):
        n = Counter(level.values())
        if not all(n[k] for k in (1, 2, 3, 4)):
            return FALLBACK
        y = n[1] / (n[1] + 2 * n[2])
        found = tuple(k - (k + 1) * y * n[k + 1] / n[k] for k in (1, 2, 3))
        return found if all(0 < d < k for d, k in zip(found, (1, 2, 3), strict=True)) else FALLBACK

    def probability(self, context, token):
        context = tuple(context)[-(len(self.counts) - 1) :] if len(self.counts) > 1 else ()
        level = len(context)
        lower = 1 / (self.size - 1) if level == 0 else self.probability(context[1:], token)
        here = {gram: count for gram, count in self.counts[level].items() if gram[:-1] == context}
        total = sum(here.values())
        if not total:
            return lower
        taken = self.discounts[level]
        left = sum(taken[min(count, 3) - 1] for count in here.values()) / total
        count = here.get((*context, token), 0)
        return (count - taken[min(count, 3) - 1] if count else 0) / total + left * lower


def texts(seed, count, size, longest=8):
    random = np.random.default_rng(seed)
    weights = 1 / np.arange(1, size - 2)
    return [
        random.choice(np.arange(3, size), random.integers(1, longest), p=weights / weights.sum()).tolist()
        for _ in range(count)
    ]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 999), st.integers(1, 30), st.integers(4, 7), st.integers(1, 4))
def test_equals_the_formulas(seed, count, size, order):
    sentences = texts(seed, count, size)
    model, slow = train(sentences, order, size, **SPECIAL), Slow(sentences, order, size)
    random = np.random.default_rng(seed)
    for _ in range(6):
        context = [START, *random.integers(3, size, random.integers(0, 6)).tolist()]
        state = model.start()
        for token in context[1:]:
            state = model.next(state, token)
        row = model.row(state)
        for token in range(1, size):
            assert row[token] == pytest.approx(math.log(slow.probability(context, token)), abs=1e-9)
            assert model.score(state, token) == pytest.approx(row[token], abs=1e-12)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 999), st.integers(1, 60), st.integers(4, 12), st.integers(1, 6))
def test_probabilities_sum_to_one_in_every_state(seed, count, size, order):
    model = train(texts(seed, count, size), order, size, **SPECIAL)
    states = {model.start()}
    for tokens in texts(seed + 1, 5, size):
        state = model.start()
        for token in tokens:
            state = model.next(state, token)
            states.add(state)
    for state in states:
        assert np.exp(model.row(state)[1:]).sum() == pytest.approx(1.0)


def test_perplexity_is_the_brute_force_one():
    sentences, held = texts(0, 200, 9), texts(1, 20, 9)
    model, slow = train(sentences, 3, 9, **SPECIAL), Slow(sentences, 3, 9)
    total, count = 0.0, 0
    for tokens in held:
        framed = [START, *tokens, END]
        for place in range(1, len(framed)):
            total += math.log(slow.probability(framed[:place], framed[place]))
            count += 1
    assert model.perplexity(held) == pytest.approx(math.exp(-total / count))
    assert model.perplexity(sentences) < model.perplexity(held)


def test_a_pruned_model_backs_off():
    """A b c is known, b c is not: what follows b and c together is asked of c alone."""
    ln = np.log
    a, b, c = 3, 4, 5
    uni = Level(np.arange(6)[:, None], ln(np.full(6, 1 / 6)), ln(np.array([1, 1, 1, 0.5, 0.4, 0.3])))
    bi = Level(np.array([[a, b], [c, a]]), ln(np.array([0.6, 0.7])), ln(np.array([0.2, 1.0])))
    tri = Level(np.array([[a, b, c]]), ln(np.array([0.9])), np.zeros(1))
    model = NGram([uni, bi, tri], 6, **SPECIAL)
    state = 0
    for token in (a, b):
        state = model.next(state, token)
    assert model.score(state, c) == pytest.approx(ln(0.9))
    assert model.score(state, a) == pytest.approx(ln(0.2 * 0.4 / 6))
    behind = model.next(state, c)
    assert model.score(behind, a) == pytest.approx(ln(0.7))
    assert model.score(behind, b) == pytest.approx(ln(0.3 / 6))


def test_refusals():
    with pytest.raises(DataError, match="no texts"):
        train([[]], 3, 5, **SPECIAL)
    with pytest.raises(SpecError, match="order=0"):
        train([[3]], 0, 5, **SPECIAL)
    one = Level(np.array([[3]]), np.zeros(1), np.zeros(1))
    with pytest.raises(DataError, match="context that is no 1-gram"):
        NGram([one, Level(np.array([[4, 3]]), np.zeros(1), np.zeros(1))], 5, **SPECIAL)
    with pytest.raises(DataError, match="at least one sentence"):
        train([[3]], 2, 5, **SPECIAL).perplexity([])
