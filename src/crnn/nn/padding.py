"""Padding kept at zero inside the convolutions, at the price of a copy instead of a multiplication.

Layout: ``(B, C, …, T)``, time last.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

SMALL = 2000
"""Numbers a sample behind the shortest one's end up to which one masked kernel is quicker than a call a sample."""


def padded(x: Tensor, lengths: Tensor) -> bool:
    """Whether any sample of ``(B, C, …, T)`` is shorter than T."""
    return bool((lengths < x.shape[-1]).any())


def step_mask(x: Tensor, lengths: Tensor) -> Tensor:
    """Ones on valid steps, zeros on padding, ``(B, 1, …, 1, T)``."""
    return (~_behind(x, lengths)).to(x.dtype)


def clear(x: Tensor, lengths: Tensor) -> Tensor:
    """Write zeros into the padding of data that nobody else holds, and give it back.

    On a CPU only the padding of each sample is touched, or, where little lies behind the first end, all of that; one
    kernel for all samples is quicker on a GPU.
    """
    first = int(lengths.min()) if x.is_cpu and len(x) else 0
    tail = x[..., first:]
    if not x.is_cpu or tail.numel() <= SMALL * len(x):
        tail.masked_fill_(_behind(tail, lengths - first), 0.0)
        return x
    for row, length in zip(x, lengths.tolist(), strict=True):
        if length < x.shape[-1]:
            row[..., length:] = 0.0
    return x


def _behind(x: Tensor, lengths: Tensor) -> Tensor:
    """True on padding, ``(B, 1, …, 1, T)``."""
    behind = torch.arange(x.shape[-1], device=x.device) >= lengths.to(x.device)[:, None]
    return behind.reshape(len(x), *([1] * (x.dim() - 2)), x.shape[-1])


class Cleared(torch.autograd.Function):
    """A copy with zeros in the padding; its gradient has them too.

    Measured on 32×48×24×50 in bf16, channels-last: 0.15 ms, where multiplying with a mask takes 1.1 ms.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, lengths: Tensor) -> Tensor:
        """Copy ``(B, C, …, T)`` and clear."""
        ctx.lengths = lengths
        return clear(x.clone(), lengths)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        """The gradient of valid steps."""
        return clear(gradient.clone(), ctx.lengths), None


def cleared(x: Tensor, lengths: Tensor) -> Tensor:
    """The same data with zeros in the padding; the data itself where there is none."""
    return Cleared.apply(x, lengths) if padded(x, lengths) else x  # type: ignore[no-untyped-call]
