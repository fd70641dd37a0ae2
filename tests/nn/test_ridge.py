"""Ridge regression beside scikit-learn's normal equations, and the rules it is drawn to."""

import torch

from crnn.nn.ridge import PENALTIES, _Solved, ridge, rules


def case(samples=200, noise=0.0):
    random = torch.Generator().manual_seed(3)
    x = torch.randn(samples, 6, generator=random, dtype=torch.float64)
    weight = torch.randn(2, 6, generator=random, dtype=torch.float64)
    return x, x @ weight.T + 1.5 + noise * torch.randn(samples, 2, generator=random, dtype=torch.float64), weight


def test_without_noise_the_weights_are_found():
    x, y, wanted = case()
    weight, bias, _ = ridge(x, y)
    torch.testing.assert_close(weight, wanted, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(bias, torch.full((2,), 1.5).double(), rtol=1e-4, atol=1e-4)


def test_each_penalty_solves_the_normal_equations():
    x, y, _ = case(noise=1.0)
    solved = _Solved(x, y, x.new_zeros(2, 6))
    inner = x - x.mean(0)
    for penalty in PENALTIES:
        weight, _ = solved.at(penalty)
        gram = inner.T @ inner / len(x)
        wanted = torch.linalg.solve(gram + penalty * solved.scale * torch.eye(6), inner.T @ (y - y.mean(0)) / len(x)).T
        torch.testing.assert_close(weight, wanted, rtol=1e-6, atol=1e-9)


def test_with_few_noisy_samples_it_stays_near_the_rule():
    x, _, _ = case(samples=12)
    rule = torch.zeros(2, 6, dtype=torch.float64)
    rule[0, 5] = rule[1, 4] = 1.0
    y = x @ rule.T + 0.01 * torch.randn(12, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    free, drawn = ridge(x, y)[0], ridge(x, y, [rule])[0]
    assert (drawn - rule).abs().max() < 0.05
    assert (drawn - rule).norm() < (free - rule).norm()


def test_rules_say_what_they_should():
    series = torch.arange(1.0, 9.0, dtype=torch.float64) ** 2
    look_back, last = series - series[-1], series[-1]
    drift, again, moved, averaged = (rule @ look_back + last for rule in rules(8, 5, 3))
    torch.testing.assert_close(drift, last + torch.arange(1, 6) * (series[-1] - series[0]) / 7)
    assert again.tolist() == [36, 49, 64, 36, 49]
    yearly = series[-1] - series[-4]
    torch.testing.assert_close(moved, again + yearly * torch.tensor([1, 1, 1, 2, 2]))
    mean = (series[-5:] - series[-8:-3]).mean()
    torch.testing.assert_close(averaged, again + mean * torch.tensor([1, 1, 1, 2, 2]))
    assert len(rules(8, 5, 1)) == 1
    assert len(rules(3, 5, 3)) == 2


def test_without_samples_that_end_before_the_held_ones_the_best_rule_is_kept():
    x, _, weight = case(samples=30)
    rule = torch.zeros(2, 6, dtype=torch.float64)
    rule[:, 5] = 1.0
    y = x @ rule.T + 0.1 * x @ weight.T
    kept, *_ = ridge(x, y, [rule], times=torch.arange(30), gap=40)
    torch.testing.assert_close(kept, rule, rtol=0, atol=1e-3)
    free, *_ = ridge(x, y, [rule], times=torch.arange(30), gap=5)
    assert (free - rule).norm() > 10 * (kept - rule).norm()
