"""Ridge regression in closed form: the linear model that a forecasting network starts from and is measured against."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

PENALTIES = tuple(10.0**power for power in range(-6, 5))
"""Penalties that are tried, as shares of the mean variance of an input."""

HELD = 0.2
"""Share of the samples, the last ones, on which penalty and rule are chosen."""


def ridge(x: Tensor, y: Tensor, rules: Sequence[Tensor] = ()) -> tuple[Tensor, Tensor]:
    """Weight and bias that minimise squared errors, drawn towards a simple rule rather than towards nothing.

    With a strong penalty what is left is the rule itself, so that with few samples the answer is not worse than it.
    Penalty and rule are chosen on the last samples: windows overlap, so leaving out single ones would choose too weak a
    penalty. The fit is then made anew on all.

    Args:
        x: ``(N, L)``, in the order of time.
        y: ``(N, H)``.
        rules: Weights ``(H, L)`` to be drawn to; zero is always tried.

    Returns:
        ``(H, L)`` and ``(H,)``, float64.

    Example:
        >>> x = torch.arange(40.0).reshape(20, 2).sin()
        >>> weight, bias = ridge(x, x @ torch.tensor([[1.0], [2.0]]) + 3)
        >>> [round(value, 2) for value in (*weight[0].tolist(), *bias.tolist())]
        [1.0, 2.0, 3.0]
    """
    x, y = x.double(), y.double()
    tried = [x.new_zeros(y.shape[1], x.shape[1]), *(rule.to(x) for rule in rules)]
    cut = len(x) - round(HELD * len(x))
    chosen = (PENALTIES[len(PENALTIES) // 2], 0)
    if 2 <= cut < len(x):
        errors = {}
        for number, rule in enumerate(tried):
            parts = _Solved(x[:cut], y[:cut], rule)
            for penalty in PENALTIES:
                weight, bias = parts.at(penalty)
                errors[penalty, number] = float((x[cut:] @ weight.T + bias - y[cut:]).abs().mean())
        chosen = min(errors, key=lambda key: errors[key])
    return _Solved(x, y, tried[chosen[1]]).at(chosen[0])


def rules(look_back: int, horizon: int, season: int) -> list[Tensor]:
    """Simple rules as weights ``(H, L)`` on a look-back without its last value.

    The line through both ends goes on; and, where a season fits into the look-back, the last season comes again, as it
    was and moved by what has changed since a season ago.
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
        if season < look_back:
            moved = again.clone()
            moved[place, look_back - 1 - season] -= 1.0 + torch.div(place, season, rounding_mode="floor")
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
