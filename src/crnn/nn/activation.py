"""Activations by the names that a spec may use."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor


def _relu(x: Tensor) -> Tensor:
    # In place: neither convolution nor norm needs its own output for the gradient, and a buffer is saved.
    return F.relu(x, inplace=True)


ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "relu": _relu,
    "gelu": F.gelu,
    "silu": F.silu,
    "tanh": torch.tanh,
    "none": lambda x: x,
}

MONOTONE = frozenset({"relu", "tanh", "none"})
"""Activations that may be applied after max-pooling instead of before, for less work and the same result."""
