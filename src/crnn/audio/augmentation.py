"""What augmentations of sound share beside the contract: levels, columns, lengths that the FFT likes."""

from __future__ import annotations

from functools import lru_cache

import torch
from torch import Tensor

from crnn.augmentation import require, require_range
from crnn.padded import Padded


def power(waves: Padded) -> Tensor:
    """Mean square of each wave ``(B, N)`` whose padding is zero, over its valid samples: ``(B, 1)``."""
    count = waves.lengths.clamp_min(1).to(waves.data.device)
    energy: Tensor = torch.linalg.vector_norm(waves.data, dim=1).square()
    return (energy / count)[:, None]


def column(values: Tensor, data: Tensor) -> Tensor:
    """Drawn numbers ``(B,)`` as ``(B, 1)`` beside the data."""
    return values.to(data)[:, None]


@lru_cache(maxsize=256)
def fast_length(steps: int) -> int:
    """The next length from `steps` up that has no prime factor above 7: the FFT is quick there.

    Example:
        >>> fast_length(16001)
        16128
    """
    while not _is_fast(steps):
        steps += 1
    return steps


@lru_cache(maxsize=256)
def fast_lengths(low: int, high: int) -> tuple[int, ...]:
    """All even lengths from `low` to `high` that are quick for the FFT, rising; about one per cent apart."""
    return tuple(steps for steps in range(low + low % 2, high + 1, 2) if _is_fast(steps))


def _is_fast(steps: int) -> bool:
    for factor in (2, 3, 5, 7):
        while steps % factor == 0 and steps > 0:
            steps //= factor
    return steps == 1


def require_factors(factors: tuple[float, float]) -> None:
    """Refuse factors of speed or tempo that no speech has.

    Raises:
        SpecError: says which.
    """
    require_range("factors", factors)
    require(factors[0] >= 0.25 and factors[1] <= 4.0, f"factors={factors}: stay within 0.25 and 4")
