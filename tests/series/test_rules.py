"""Rules without a network, against brute force and scikit-learn."""

import numpy as np
from sklearn.linear_model import RidgeCV
from sklearn.metrics import pairwise_distances

from crnn.series import rules
from crnn.series.rules import euclidean, resampled, ridge, rule_answers, statistics, warped

RANDOM = np.random.default_rng(0)


def test_resampling_is_linear_interpolation():
    given = RANDOM.normal(size=(7, 2)).astype(np.float32)
    found = resampled([given, given[:1]], 11)
    for channel in range(2):
        wanted = np.interp(np.linspace(0, 6, 11), np.arange(7), given[:, channel])
        np.testing.assert_allclose(found[0, :, channel], wanted, rtol=1e-6)
    np.testing.assert_allclose(found[1], np.repeat(given[:1], 11, axis=0))


def test_euclidean_distances():
    known, asked = RANDOM.normal(size=(5, 6, 2)), RANDOM.normal(size=(3, 6, 2))
    wanted = pairwise_distances(asked.reshape(3, -1), known.reshape(5, -1)) ** 2
    np.testing.assert_allclose(euclidean(known, asked), wanted)


def by_hand(one, other, reach):
    """Dynamic time warping as its definition says."""
    steps = len(one)
    table = np.full((steps + 1, steps + 1), np.inf)
    table[0, 0] = 0
    for i in range(steps):
        for j in range(steps):
            if abs(i - j) <= reach:
                before = min(table[i, j], table[i, j + 1], table[i + 1, j])
                table[i + 1, j + 1] = ((one[i] - other[j]) ** 2).sum() + before
    return table[-1, -1]


def test_warping_is_what_its_definition_says():
    known, asked = RANDOM.normal(size=(4, 9, 3)), RANDOM.normal(size=(2, 9, 3))
    for band, reach in ((0.1, 1), (0.34, 3), (1.0, 9)):
        wanted = [[by_hand(one, other, reach) for other in known] for one in asked]
        np.testing.assert_allclose(warped(known, asked, band), wanted)


def test_without_room_to_warp_it_is_almost_euclidean_and_a_shifted_copy_is_near():
    wave = np.sin(np.linspace(0, 6, 30))[None, :, None]
    late = np.roll(wave, 2, axis=1)
    assert warped(wave, late, 0.2)[0, 0] < 0.2 * euclidean(wave, late)[0, 0]


def test_ridge_is_that_of_another_library():
    known, asked = RANDOM.normal(size=(40, 5)), RANDOM.normal(size=(6, 5))
    answers = np.eye(3)[RANDOM.integers(0, 3, 40)]
    left, right = (known - known.mean(0)) / known.std(0), (asked - known.mean(0)) / known.std(0)
    oracle = RidgeCV(alphas=np.logspace(-3, 4, 22), scoring=None).fit(left, answers)
    np.testing.assert_allclose(ridge(known, answers, asked), oracle.predict(right), rtol=1e-6, atol=1e-8)


def test_statistics_of_known_sequences():
    found = statistics([np.array([[0.0], [2.0], [4.0]], np.float32), np.array([[3.0]], np.float32)])
    mean, spread, least, low, middle, high, most, moves, alike, slope, length = found[0]
    assert (mean, least, low, middle, high, most, moves) == (2, 0, 1, 2, 3, 4, 2)
    np.testing.assert_allclose([spread, alike, slope, length], [np.sqrt(8 / 3), 0, 2, np.log(3)])
    assert np.isfinite(found[1]).all()


def test_every_rule_answers_every_sequence_and_says_when_it_looked_at_some(monkeypatch):
    known = [np.full((5, 1), value, np.float32) + 0.1 * np.arange(5)[:, None] for value in (0, 0.1, 5, 5.1)]
    answers = np.eye(2)[[0, 0, 1, 1]]
    found = rule_answers(known, answers, [known[3] + 0.2, known[0] - 0.1, known[2]])
    assert len(found) == 3
    for shares in found.values():
        assert shares.argmax(1).tolist() == [1, 0, 1]
    monkeypatch.setattr(rules, "PAIRS", 6)
    names = list(rule_answers(known, answers, known[:3]))
    assert names[0] == "nearest neighbour, Euclidean, 2 of 4 sequences"
