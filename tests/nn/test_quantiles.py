"""How wide quantiles should be: by what came, and the less the fewer samples tell."""

import pytest
import torch

from crnn.nn.quantiles import NARROWEST, WIDEST, moved, widths

LEVELS = (0.1, 0.5, 0.9)


def said(count, low=-1.0, high=1.0):
    return torch.tensor([low, 0.0, high]).expand(count, 1, 3)


def came(count, spread):
    return torch.linspace(-spread, spread, count)[:, None]


def test_few_independent_samples_change_little():
    found = [widths(said(1001), came(1001, 5.0), LEVELS, independent)[0] for independent in (0, 10, 10**6)]
    assert found == [pytest.approx(1.0), pytest.approx(2.0, abs=0.01), pytest.approx(4.0, abs=0.02)]


def test_factors_are_those_of_each_side():
    found = widths(said(2001, -1.0, 8.0), came(2001, 5.0), LEVELS, 10**6)
    assert found.tolist() == [pytest.approx(4.0, abs=0.02), 1.0, pytest.approx(0.5, abs=0.01)]


def test_what_is_beyond_reason_is_chance():
    assert widths(said(100), came(100, 1000.0), LEVELS, 10**9)[2] == pytest.approx(WIDEST)
    assert widths(said(100), came(100, 1000.0) - 2000, LEVELS, 10**9)[2] == pytest.approx(NARROWEST)


def test_levels_that_lie_on_the_median_stay():
    flat = torch.zeros(10, 2, 3)
    assert widths(flat, torch.randn(10, 2), LEVELS, 100).tolist() == [1.0, 1.0, 1.0]


def test_levels_without_a_median_keep_what_stands_for_it():
    change = moved((0.05, 0.95), torch.tensor([2.0, 2.0]))
    assert (change @ torch.tensor([-1.0, 3.0])).tolist() == [-3.0, 5.0]
