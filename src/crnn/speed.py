"""Settings that decide two- to fourfold on a CPU: allocator, memory layout, number format.

Nothing here happens on import. `fit` and the command line call it, and each setting can be switched off. Measured
effects stand in `docs/results.md`.
"""

from __future__ import annotations

import contextlib
import ctypes
import sys
from collections.abc import Iterator

import torch
from torch import nn

M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_THRESHOLD = -1, -2, -3
KEEP_BYTES = 1 << 30
PAD_BYTES = 64 << 20


def keep_memory() -> bool:
    """Let glibc keep freed buffers for the next step instead of giving each back to the system.

    By default every large activation is mapped, faulted in page by page, and unmapped again, step after step. The
    setting holds for the whole process; memory stays bounded by what one step needs.

    Returns:
        Whether the C library took the setting; False where it is not glibc (macOS, Windows, musl).
    """
    if not sys.platform.startswith("linux"):
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return False
    return all(
        mallopt(key, value) == 1
        for key, value in (
            (M_MMAP_THRESHOLD, KEEP_BYTES),
            (M_TRIM_THRESHOLD, KEEP_BYTES),
            (M_TOP_PAD, PAD_BYTES),
        )
    )


def half_precision(device: torch.device) -> torch.dtype | None:
    """The 16-bit format that this device computes faster than fp32, or None.

    On a CPU that is bfloat16 where the processor has instructions for it; where it would be emulated it is slower.
    """
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    if device.type == "cpu":
        native = torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
        return torch.bfloat16 if native else None
    return None


def channels_last(module: nn.Module) -> nn.Module:
    """Lay out convolution weights so that 2-D convolutions run channels-last."""
    return module.to(memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]


@contextlib.contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Draw from a seed inside, and leave the caller's random state as it was."""
    with torch.random.fork_rng(devices=range(torch.cuda.device_count())):
        torch.manual_seed(seed)
        yield


def mix(*numbers: int) -> int:
    """One seed from several numbers, such that neighbours give unrelated streams (splitmix64)."""
    state = 0
    for number in numbers:
        state = (state ^ (number & 0xFFFFFFFFFFFFFFFF)) + 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF
        state = (state ^ state >> 30) * 0xBF58476D1CE4E5B9 & 0xFFFFFFFFFFFFFFFF
        state = (state ^ state >> 27) * 0x94D049BB133111EB & 0xFFFFFFFFFFFFFFFF
        state ^= state >> 31
    return state >> 1
