"""Confidences: which words count as right, and a temperature that is found again."""

import numpy as np
from sklearn.metrics import log_loss

from crnn.decode.confidence import TEMPERATURES, fit_temperature, matched
from crnn.decode.greedy import greedy


def made(seed, words, sharpness):
    """Words of one symbol each, right as often as the posteriors at temperature 1 say, made sharper than they are."""
    random = np.random.default_rng(seed)
    log_probs, references = [], []
    for _ in range(words):
        share = random.uniform(0.4, 0.99)
        right = random.random() < share
        logits = np.log([[1e-9, share, (1 - share) / 2, (1 - share) / 2]]) * sharpness
        log_probs.append(logits - np.log(np.exp(logits).sum()))
        references.append(np.array([1 if right else 2]))
    return log_probs, references


def test_overconfidence_is_taken_back():
    log_probs, references = made(0, 3000, sharpness=3.0)
    temperature = fit_temperature(log_probs, references, None)
    assert 2.3 < temperature < 3.9
    right = [
        int(greedy(steps).symbols[0] == reference[0]) for steps, reference in zip(log_probs, references, strict=True)
    ]
    losses = [log_loss(right, [greedy(steps, value).confidence for steps in log_probs]) for value in (1.0, temperature)]
    assert losses[1] < losses[0]


def test_nothing_to_tell_by():
    log_probs, references = made(1, 10, 1.0)
    assert fit_temperature(log_probs, references, None) == 1.0
    assert fit_temperature([], [], 3) == 1.0
    assert TEMPERATURES.min() >= 0.49


def test_matching_is_by_order():
    assert matched([(1,), (2,)], [(2,), (1,)]).sum() == 1
    assert not matched([(1,)], []).any()
    assert matched([], [(1,)]).shape == (0,)
