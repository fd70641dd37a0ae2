"""Normalisation in which padding never counts, in training statistics and in evaluation alike.

Layout inside the convolutions: ``(B, C, T)`` or ``(B, C, H, T)``, time last. Lengths ``(B,)`` say how many steps of
each sample are valid; None says that all are.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from crnn.nn.padding import clear, step_mask

EPSILON = 1e-5


class BatchNorm(nn.Module):
    """Batch normalisation (Ioffe & Szegedy 2015, arXiv:1502.03167) over valid steps only.

    Without padding it is `torch.nn.functional.batch_norm`; with padding the statistics are sums over the mask. Running
    statistics follow PyTorch: exponential with `momentum`, variance unbiased. Where its weight is frozen, so are they.
    """

    running_mean: Tensor
    running_var: Tensor

    def __init__(self, channels: int, momentum: float = 0.1) -> None:
        super().__init__()
        self.momentum = momentum
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))
        self.register_buffer("running_mean", torch.zeros(channels))
        self.register_buffer("running_var", torch.ones(channels))

    def forward(self, x: Tensor, lengths: Tensor | None = None) -> Tensor:
        """Normalise ``(B, C, …, T)`` per channel."""
        learns = self.training and self.weight.requires_grad
        if lengths is None or not learns:
            return F.batch_norm(
                x, self.running_mean, self.running_var, self.weight, self.bias, learns, self.momentum, EPSILON
            )
        normal, mean, var = MaskedBatchNorm.apply(x, lengths, self.weight, self.bias)  # type: ignore[no-untyped-call]
        count = int(lengths.sum()) * (x[0, 0].numel() // x.shape[-1])
        with torch.no_grad():
            self.running_mean.lerp_(mean, self.momentum)
            self.running_var.lerp_(var * (count / max(count - 1, 1)), self.momentum)
        return normal  # type: ignore[no-any-return]


class MaskedBatchNorm(torch.autograd.Function):
    """Batch normalisation whose statistics and gradients leave padding out, at the speed of PyTorch's own kernels.

    Padding is set to zero, so that PyTorch's sums over all steps are those over the valid ones, and only the number
    they are divided by has to be put right: with r = all steps / valid steps,

        mean = r · mean_all        var = r · (var_all - (r - 1) · mean_all²)
        dx   = r · dx_all - (r - 1) · weight / sqrt(var + ε) · dy

    The same in plain tensor operations took four times as long and made training by padded batches half as fast.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, lengths: Tensor, weight: Tensor, bias: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Normal values with zeros in the padding, mean and (biased) variance ``(C,)`` over valid steps."""
        x = clear(x.clone(), lengths)
        ctx.surplus = len(x) * x.shape[-1] / int(lengths.sum())
        # Statistics come in the type of the running ones that are given, which the momentum of 0 leaves alone.
        start = torch.zeros_like(weight), torch.ones_like(weight)
        mean, var = torch.ops.aten.batch_norm_update_stats(x, *start, 0.0)
        var = ctx.surplus * (var - (ctx.surplus - 1.0) * mean.square()).clamp_min(0.0)
        mean = ctx.surplus * mean
        normal = clear(F.batch_norm(x, mean, var, weight, bias, False, 0.0, EPSILON), lengths)
        ctx.lengths = lengths
        ctx.save_for_backward(x, weight, mean, torch.rsqrt(var + EPSILON))
        ctx.mark_non_differentiable(mean, var)
        return normal, mean, var

    @staticmethod
    def backward(ctx: Any, gradient: Tensor, *_: Any) -> tuple[Tensor, None, Tensor, Tensor]:
        """Gradients of values, weight and bias; padding gives and gets none."""
        x, weight, mean, scale = ctx.saved_tensors
        gradient = clear(gradient.clone(), ctx.lengths)
        dx, dweight, dbias = torch.ops.aten.native_batch_norm_backward(
            gradient, x, weight, None, None, mean, scale, True, EPSILON, [True, True, True]
        )
        factor = (1.0 - ctx.surplus) * weight * scale
        # Batch norm as a product per channel: twelve times as fast in bf16 as broadcasting.
        direct = F.batch_norm(gradient, torch.zeros_like(mean), torch.ones_like(mean), factor, None, False, 0.0, 0.0)
        dx = clear(direct.add_(dx, alpha=ctx.surplus), ctx.lengths)
        return dx, None, dweight, dbias


class StepNorm(nn.Module):
    """Layer normalisation of each step by itself, over channels (and rows): right for causal networks."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor, lengths: Tensor | None = None) -> Tensor:
        """Normalise ``(B, C, …, T)`` over all axes between batch and time."""
        axes = list(range(1, x.dim() - 1))
        wide = x.float()
        var, mean = torch.var_mean(wide, axes, correction=0, keepdim=True)
        shape = [1, -1] + [1] * (x.dim() - 2)
        normal = (wide - mean) * torch.rsqrt(var + EPSILON)
        return (normal * self.weight.reshape(shape) + self.bias.reshape(shape)).to(x.dtype)


class GroupNorm(nn.Module):
    """Group normalisation (Wu & He 2018, arXiv:1803.08494) of each sample over its valid steps."""

    def __init__(self, channels: int, groups: int) -> None:
        super().__init__()
        self.groups = groups
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor, lengths: Tensor | None = None) -> Tensor:
        """Normalise ``(B, C, …, T)`` over groups of channels, rows and valid steps."""
        if lengths is None:
            return F.group_norm(x, self.groups, self.weight, self.bias, EPSILON)
        mask = step_mask(x, lengths)
        wide = x.float().reshape(len(x), self.groups, -1, *x.shape[2:])
        cover = mask.unsqueeze(1).expand(-1, 1, 1, *wide.shape[3:-1], -1)
        axes = list(range(2, wide.dim()))
        count = cover.sum(axes, keepdim=True) * wide.shape[2]
        mean = (wide * cover).sum(axes, keepdim=True) / count
        centred = wide - mean
        var = (centred * cover).square().sum(axes, keepdim=True) / count
        normal = (centred * torch.rsqrt(var + EPSILON)).flatten(1, 2)
        shape = [1, -1] + [1] * (x.dim() - 2)
        scaled: Tensor = normal * self.weight.reshape(shape) + self.bias.reshape(shape)
        return scaled.to(x.dtype)


def norm(kind: str, channels: int, groups: int) -> nn.Module | None:
    """The normalisation of a `crnn.spec.ConvSpec`, or None."""
    if kind == "batch":
        return BatchNorm(channels)
    if kind == "layer":
        return StepNorm(channels)
    if kind == "group":
        return GroupNorm(channels, groups)
    return None
