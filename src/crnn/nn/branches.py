"""Convolutions side by side, of different widths, joined by their channels (Kim 2014, arXiv:1408.5882)."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from crnn.nn.convolution import ConvBlock
from crnn.spec import BranchSpec, ConvSpec


class Branches(nn.Module):
    """Blocks that read the same input; the channels of one follow those of the other."""

    def __init__(self, inputs: int, spec: BranchSpec, dimensions: int = 2, causal: bool = False) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(ConvBlock(inputs, block, dimensions, causal) for block in spec.branches)

    def forward(self, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Map ``(B, C, …, T)`` and its lengths through every branch."""
        found = [block(x, lengths) for block in self.blocks]
        return torch.cat([data for data, _ in found], dim=1), found[0][1]

    def step(self, x: Tensor, state: list[Any] | None) -> tuple[Tensor, list[Any]]:
        """Map the next chunk; `state` is what the last call gave, None at the start."""
        states = state or [None] * len(self.blocks)
        found = [block.step(x, own) for block, own in zip(self.blocks, states, strict=True)]  # type: ignore[operator]
        return torch.cat([data for data, _ in found], dim=1), [own for _, own in found]


def convolution(inputs: int, spec: ConvSpec | BranchSpec, dimensions: int = 2, causal: bool = False) -> nn.Module:
    """The block, or the blocks side by side, that a spec describes."""
    kind = Branches if isinstance(spec, BranchSpec) else ConvBlock
    return kind(inputs, spec, dimensions, causal)  # type: ignore[arg-type]
