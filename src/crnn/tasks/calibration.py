"""Temperature: what makes the probabilities of a classifier honest (Guo et al. 2017, arXiv:1706.04599)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

MOST_FITTED = 5_000_000
"""Probabilities that a temperature is fitted to; of more, those of some samples, drawn with a fixed seed."""


def fit_temperature(predictions: Tensor, targets: Tensor) -> float:
    """The temperature by which logits are best divided, by the cross-entropy on a validation part.

    Not below a half: a part without a mistake would ask for certainty that no other data gives.

    Args:
        predictions: Probabilities ``(N, K)``.
        targets: Class numbers ``(N,)``.
    """
    most = MOST_FITTED // predictions.shape[1]
    rows = torch.randperm(len(predictions), generator=torch.Generator().manual_seed(0))[: max(most, 1)]
    logs, targets = predictions[rows].double().clamp_min(1e-12).log(), targets[rows]
    grid = torch.logspace(-0.3, 1.0, 53, dtype=torch.float64)
    losses = torch.stack([nn.functional.cross_entropy(logs / value, targets) for value in grid])
    return float(grid[int(losses.argmin())])


def tempered(predictions: Tensor, temperature: float) -> Tensor:
    """Probabilities ``(N, K)`` at another temperature, in double precision.

    Example:
        >>> [round(share, 3) for share in tempered(torch.tensor([[0.9, 0.1]]), 2.0)[0].tolist()]
        [0.75, 0.25]
    """
    return (predictions.double().clamp_min(1e-12).log() / temperature).softmax(1)
