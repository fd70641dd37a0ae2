"""Ridge regression in closed form: the linear model that a forecasting network starts from and is measured against."""

from __future__ import annotations

import torch
from torch import Tensor

PENALTIES = tuple(10.0**power for power in range(-6, 3))
"""Penalties that are tried, as shares of the mean variance of an input."""

HELD = 0.2
"""Share of the samples, the last ones, on which a penalty is chosen."""


def ridge(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Weight and bias that minimise squared errors, with a penalty chosen on the last samples.

    Windows overlap, so leaving out single ones would choose too weak a penalty; the last fifth is held out instead and
    the fit is then made anew on all.

    Args:
        x: ``(N, L)``, in the order of time.
        y: ``(N, H)``.

    Returns:
        ``(H, L)`` and ``(H,)``, float64.

    Example:
        >>> x = torch.arange(40.0).reshape(20, 2).sin()
        >>> weight, bias = ridge(x, x @ torch.tensor([[1.0], [2.0]]) + 3)
        >>> [round(value, 2) for value in (*weight[0].tolist(), *bias.tolist())]
        [1.0, 2.0, 3.0]
    """
    x, y = x.double(), y.double()
    cut = len(x) - round(HELD * len(x))
    penalty = PENALTIES[len(PENALTIES) // 2]
    if 2 <= cut < len(x):
        parts = _Solved(x[:cut], y[:cut])
        errors = [(_apply(parts.at(each), x[cut:]) - y[cut:]).square().mean() for each in PENALTIES]
        penalty = PENALTIES[int(torch.stack(errors).argmin())]
    return _Solved(x, y).at(penalty)


class _Solved:
    """The eigenvalues of the normal equations, from which each penalty's solution is two products away."""

    def __init__(self, x: Tensor, y: Tensor) -> None:
        self.x_mean, self.y_mean = x.mean(0), y.mean(0)
        x, y = x - self.x_mean, y - self.y_mean
        self.values, self.vectors = torch.linalg.eigh(x.T @ x / len(x))
        self.wanted = self.vectors.T @ (x.T @ y / len(x))
        self.scale = self.values.clamp_min(0).mean().clamp_min(1e-12)

    def at(self, penalty: float) -> tuple[Tensor, Tensor]:
        kept = self.values.clamp_min(0) + penalty * self.scale
        weight = (self.vectors @ (self.wanted / kept[:, None])).T
        return weight, self.y_mean - weight @ self.x_mean


def _apply(parts: tuple[Tensor, Tensor], x: Tensor) -> Tensor:
    return x @ parts[0].T + parts[1]
