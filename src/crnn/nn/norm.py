"""Normalisation in which padding never counts, in training statistics and in evaluation alike.

Layout inside the convolutions: ``(B, C, T)`` or ``(B, C, H, T)``, time last. A mask ``(B, 1, …, T)`` of ones and zeros
says which steps are valid; None says that all are.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

EPSILON = 1e-5


class BatchNorm(nn.Module):
    """Batch normalisation (Ioffe & Szegedy 2015, arXiv:1502.03167) over valid steps only.

    Without padding it is `torch.nn.functional.batch_norm`; with padding the statistics are sums over the mask. Running
    statistics follow PyTorch: exponential with `momentum`, variance unbiased.
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

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """Normalise ``(B, C, …, T)`` per channel."""
        if mask is None or not self.training:
            return F.batch_norm(
                x, self.running_mean, self.running_var, self.weight, self.bias, self.training, self.momentum, EPSILON
            )
        mean, var = self._statistics(x, mask)
        shape = [1, -1] + [1] * (x.dim() - 2)
        scale = self.weight * torch.rsqrt(var + EPSILON)
        shift = self.bias - mean * scale
        return x * scale.to(x.dtype).reshape(shape) + shift.to(x.dtype).reshape(shape)

    def _statistics(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        axes = [0, *range(2, x.dim())]
        count = mask.sum() * (x[0, 0].numel() // x.shape[-1])
        wide = x.float()
        mean = (wide * mask).sum(axes) / count
        centred = (wide - mean.reshape([1, -1] + [1] * (x.dim() - 2))) * mask
        var = centred.square().sum(axes) / count
        with torch.no_grad():
            unbiased = var * count / (count - 1).clamp_min(1)
            self.running_mean.lerp_(mean, self.momentum)
            self.running_var.lerp_(unbiased, self.momentum)
        return mean, var


class StepNorm(nn.Module):
    """Layer normalisation of each step by itself, over channels (and rows): right for causal networks."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
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

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """Normalise ``(B, C, …, T)`` over groups of channels, rows and valid steps."""
        if mask is None:
            return F.group_norm(x, self.groups, self.weight, self.bias, EPSILON)
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
