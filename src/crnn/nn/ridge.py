"""Ridge regression in closed form: the linear model that a forecasting network starts from and is measured against."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

PENALTIES = tuple(10.0**power for power in range(-6, 5))
"""Penalties that are tried, as shares of the mean variance of an input."""

SHARES = tuple(step / 20 for step in range(21))
"""Shares of a network that are tried beside a simple rule."""

HELD = 0.2
"""Share of the samples, the last ones, on which penalty and rule are chosen."""


_Try = tuple[Tensor, float, Tensor]
"""A rule, a penalty, and the errors that they make."""


class Solution(NamedTuple):
    """A linear model, and how wrong it was where it had not looked.

    Args:
        weight: ``(H, L)``, float64.
        bias: ``(H,)``.
        errors: ``(M, H)`` what came less what was said, of samples held back when penalty and rule were chosen.
    """

    weight: Tensor
    bias: Tensor
    errors: Tensor


def ridge(x: Tensor, y: Tensor, rules: Sequence[Tensor] = (), times: Tensor | None = None, gap: int = 0) -> Solution:
    """Weight and bias that minimise squared errors, drawn towards a simple rule rather than towards nothing.

    With a strong penalty what is left is the rule itself, so that with few samples the answer is not worse than it.
    Penalty and rule are chosen on the last samples, by a fit to those that end before these begin: windows overlap, and
    a fit to their neighbours would choose too weak a penalty. Where there are none, the series are too short to try a
    free fit on, and the best rule is kept.

    Args:
        x: ``(N, L)``, in the order of time.
        y: ``(N, H)``.
        rules: Weights ``(H, L)`` to be drawn to; zero is always tried.
        times: ``(N,)`` the step at which each sample begins; None takes their order.
        gap: Steps between the beginnings of two samples that share nothing to forecast.

    Example:
        >>> x = torch.arange(40.0).reshape(20, 2).sin()
        >>> weight, bias, _ = ridge(x, x @ torch.tensor([[1.0], [2.0]]) + 3)
        >>> [round(value, 2) for value in (*weight[0].tolist(), *bias.tolist())]
        [1.0, 2.0, 3.0]
    """
    x, y = x.double(), y.double()
    tried = [x.new_zeros(y.shape[1], x.shape[1]), *(rule.to(x) for rule in rules)]
    begins = torch.arange(len(x)) if times is None else times
    cut = len(x) - round(HELD * len(x))
    fitted = begins[:cut] <= begins[min(cut, len(x) - 1)] - gap
    if cut == len(x) or int(fitted.sum()) < 2:
        tries: Iterable[_Try] = ((rule, PENALTIES[-1], y - x @ rule.T) for rule in tried)
    else:
        tries = _tries(x[:cut][fitted], y[:cut][fitted], x[cut:], y[cut:], tried)
    rule, penalty, errors = min(tries, key=lambda each: float(each[2].abs().mean()))
    return Solution(*_Solved(x, y, rule).at(penalty), errors)


def share_kept(network: Tensor, simple: Tensor, came: Tensor, *, squared: bool = False) -> float:
    """The share, from 0 to 1, of a network in the mean of it and a simple rule that has the least error.

    Args:
        network: ``(N, H)`` what it says.
        simple: ``(N, H)`` what the rule says.
        came: ``(N, H)``.
        squared: By squared errors instead of absolute ones.

    Example:
        >>> share_kept(torch.tensor([[4.0]]), torch.tensor([[0.0]]), torch.tensor([[1.0]]))
        0.25
    """
    error, step = came - simple, network - simple
    wrong = [(error - share * step).double() for share in SHARES]
    return SHARES[int(torch.stack([(each.square() if squared else each.abs()).mean() for each in wrong]).argmin())]


def _tries(x: Tensor, y: Tensor, held: Tensor, came: Tensor, rules: Sequence[Tensor]) -> Iterator[_Try]:
    """The errors on what was held back of each rule and each penalty, one after the other: all at once fill memory."""
    for rule in rules:
        parts = _Solved(x, y, rule)
        for penalty in PENALTIES:
            weight, bias = parts.at(penalty)
            yield rule, penalty, came - held @ weight.T - bias


def rules(look_back: int, horizon: int, season: int) -> list[Tensor]:
    """Simple rules as weights ``(H, L)`` on a look-back without its last value.

    The line through both ends goes on; and, where a season fits into the look-back, the last season comes again: as it
    was, moved by what has changed since a season ago, and moved by the mean of such changes over the look-back.
    """
    ahead = torch.arange(1, horizon + 1, dtype=torch.float64)
    found = []
    if look_back > 1:
        drift = torch.zeros(horizon, look_back, dtype=torch.float64)
        drift[:, 0] = -ahead / (look_back - 1)
        found.append(drift)
    if 1 < season <= look_back:
        again = torch.zeros(horizon, look_back, dtype=torch.float64)
        place = torch.arange(horizon)
        again[place, look_back - season + place % season] = 1.0
        found.append(again)
        for count in sorted({min(1, look_back - season), look_back - season} - {0}):
            seasons = 1.0 + torch.div(place, season, rounding_mode="floor")
            moved = again.clone()
            moved[:, look_back - count :] += seasons[:, None] / count
            moved[:, look_back - count - season : look_back - season] -= seasons[:, None] / count
            found.append(moved)
    return found


class _Solved:
    """The eigenvalues of the normal equations, from which each penalty's solution is two products away."""

    def __init__(self, x: Tensor, y: Tensor, rule: Tensor) -> None:
        self.rule = rule
        self.x_mean, self.y_mean = x.mean(0), y.mean(0)
        x, y = x - self.x_mean, y - self.y_mean
        self.values, self.vectors = torch.linalg.eigh(x.T @ x / len(x))
        self.wanted = self.vectors.T @ (x.T @ (y - x @ rule.T) / len(x))
        self.scale = self.values.clamp_min(0).mean().clamp_min(1e-12)
        # A rule leaves the level alone where it is trusted; only a free fit may move it.
        self.rest = self.y_mean - rule @ self.x_mean

    def at(self, penalty: float) -> tuple[Tensor, Tensor]:
        kept = self.values.clamp_min(0) + penalty * self.scale
        change = (self.vectors @ (self.wanted / kept[:, None])).T
        share = 1.0 / (1.0 + penalty)
        return self.rule + change, share * (self.rest - change @ self.x_mean)
