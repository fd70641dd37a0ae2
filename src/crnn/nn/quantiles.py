"""How far quantiles should lie from the middle, by what came on samples that no weight was fitted to.

A network trained to the end says too narrow intervals for what it has not seen, and one whose first guess was careful
too wide ones. Each level is moved away from the middle, or towards it, by the factor with which the share of what came
below it would have been right (as conformalised quantile regression does, Romano et al. 2019, arXiv:1905.03222, there
by a sum).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from crnn.losses.regression import middle

TRUSTED = 10
"""Independent samples with which half of a factor (of its logarithm) is believed."""

NARROWEST, WIDEST = 0.1, 10.0
"""Factors beyond these are chance."""


def widths(quantiles: Tensor, truth: Tensor, levels: Sequence[float], independent: int) -> Tensor:
    """The factor ``(L,)`` of each level's distance from the middle; 1 for the median.

    Args:
        quantiles: ``(N, H, L)`` of samples that no weight was fitted to.
        truth: ``(N, H)`` what came.
        levels: Shares between 0 and 1, rising.
        independent: How many of the samples tell something of their own: the fewer, the nearer is each factor to 1.

    Example:
        >>> said = torch.tensor([-1.0, 0.0, 1.0]).expand(1001, 1, 3)
        >>> came = torch.linspace(-5, 5, 1001)[:, None]
        >>> [round(factor, 1) for factor in widths(said, came, (0.1, 0.5, 0.9), 10**6).tolist()]
        [4.0, 1.0, 4.0]
    """
    centre = middle(quantiles, levels)
    error = (truth - centre).double()
    found = torch.ones(len(levels))
    for place, level in enumerate(levels):
        distance = (quantiles[..., place] - centre).double()
        there = distance * (level - 0.5) > 0  # elsewhere levels cross, or lie on one another
        if there.any():
            share = max(level, 1 - level)
            found[place] = float(torch.sort(error[there] / distance[there]).values[int(share * (there.sum() - 1))])
    return found.clamp(NARROWEST, WIDEST) ** (independent / (independent + TRUSTED))


def moved(levels: Sequence[float], factors: Tensor) -> Tensor:
    """The matrix ``(L, L)`` that moves quantiles away from their middle, or towards it, by a factor a level.

    Example:
        >>> (moved((0.1, 0.5, 0.9), torch.tensor([2.0, 1.0, 3.0])) @ torch.tensor([-1.0, 1.0, 4.0])).tolist()
        [-3.0, 1.0, 10.0]
    """
    shares = middle(torch.eye(len(levels)), levels)
    return torch.diag(factors) + (1 - factors)[:, None] * shares
