"""Convolution blocks for spectrograms and images (2-D) and for text and series (1-D).

Layout: ``(B, C, H, T)`` or ``(B, C, T)``, time last. Padding is set to zero before every convolution, so a sample in a
padded batch sees what it would see alone.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from crnn.nn.activation import ACTIVATIONS, MONOTONE
from crnn.nn.norm import norm
from crnn.nn.padding import cleared, padded
from crnn.spec import ConvSpec

Kept = tuple[Tensor, int]
"""Inputs that the next output still needs, and coming steps that a wide stride jumps over."""


class Convolution(nn.Module):
    """One convolution with its norm: the part that a block repeats.

    In causal mode all time padding lies on the left. `step` is the streaming form: it keeps the inputs that the next
    output still needs.
    """

    def __init__(self, inputs: int, spec: ConvSpec, dimensions: int, first: bool, causal: bool) -> None:
        super().__init__()
        axes = (0, 1) if dimensions == 2 else (1,)
        sizes = [spec.axis(axis) for axis in axes]
        kernel = tuple(size[0] for size in sizes)
        stride = tuple(size[1] if first else 1 for size in sizes)
        dilation = tuple(size[2] for size in sizes)
        make = nn.Conv2d if dimensions == 2 else nn.Conv1d
        self.norm = norm(spec.norm, spec.channels, spec.groups)
        self.conv = make(inputs, spec.channels, kernel, stride, 0, dilation, bias=self.norm is None)  # type: ignore[arg-type]
        nn.init.xavier_uniform_(self.conv.weight)
        if self.conv.bias is not None:
            nn.init.zeros_(self.conv.bias)
        spans = [size * (width - 1) for size, width in zip(dilation, kernel, strict=True)]
        self.reach = spans[-1]
        self.stride = stride[-1]
        self.pads = (
            [(0, 0)] * len(spans) if spec.padding == "valid" else [(span // 2, span - span // 2) for span in spans]
        )
        if causal and spec.padding == "same":
            self.pads[-1] = (self.reach, 0)

    def forward(self, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Convolve and normalise; returns the new lengths as well."""
        x = self._convolve(cleared(x, lengths), self.pads)
        lengths = (lengths + sum(self.pads[-1]) - self.reach - 1) // self.stride + 1
        return (x if self.norm is None else self.norm(x, lengths if padded(x, lengths) else None)), lengths

    def step(self, x: Tensor, state: Kept | None) -> tuple[Tensor, Kept]:
        """Convolve the next chunk; `state` is what the last call gave, None at the start."""
        kept, skipped = state or (x.new_zeros(*x.shape[:-1], self.pads[-1][0]), 0)
        late = min(skipped, x.shape[-1])  # a stride beyond the kernel jumps over steps still to come
        x = torch.cat([kept, x[..., late:]], dim=-1)
        ready = max((x.shape[-1] - self.reach - 1) // self.stride + 1, 0)
        consumed = ready * self.stride
        state = x[..., consumed:], skipped - late + max(consumed - x.shape[-1], 0)
        if ready == 0:
            return self._nothing(x), state
        x = self._convolve(x, [*self.pads[:-1], (0, 0)])
        return (x if self.norm is None else self.norm(x)), state

    def _convolve(self, x: Tensor, pads: list[tuple[int, int]]) -> Tensor:
        if all(left == right for left, right in pads):
            sides = tuple(left for left, _ in pads)
            convolve = F.conv2d if len(pads) == 2 else F.conv1d
            return convolve(x, self.conv.weight, self.conv.bias, self.conv.stride, sides, self.conv.dilation)
        return self.conv(F.pad(x, [side for pair in reversed(pads) for side in pair]))  # type: ignore[no-any-return]

    def _nothing(self, x: Tensor) -> Tensor:
        """An output without steps, of the right number of channels and rows."""
        long_enough = F.pad(x, (0, self.reach + 1))
        return self._convolve(long_enough, [*self.pads[:-1], (0, 0)])[..., :0]


class ConvBlock(nn.Module):
    """`repeats` convolutions, an optional skip around them, pooling, channel dropout."""

    def __init__(self, inputs: int, spec: ConvSpec, dimensions: int = 2, causal: bool = False) -> None:
        super().__init__()
        self.spec = spec
        self.dimensions = dimensions
        channels = [inputs] + [spec.channels] * spec.repeats
        self.layers = nn.ModuleList(
            Convolution(before, spec, dimensions, index == 0, causal) for index, before in enumerate(channels[:-1])
        )
        self.skip = self._skip(inputs) if spec.residual else None
        _, _, _, pool = spec.axis(1)
        self.pool = (spec.axis(0)[3], pool) if dimensions == 2 else (pool,)
        self.dropout = nn.Dropout2d(spec.dropout) if dimensions == 2 else nn.Dropout1d(spec.dropout)

    def _skip(self, inputs: int) -> nn.Module:
        strides = [self.spec.axis(axis)[1] for axis in range(2)][2 - self.dimensions :]
        if inputs == self.spec.channels and set(strides) == {1}:
            return nn.Identity()
        return Convolution(inputs, self.spec.replace(kernel=1, dilation=1), self.dimensions, True, False)

    def forward(self, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Map ``(B, C, …, T)`` and its lengths through the block."""
        entry, entry_lengths = x, lengths
        for index, layer in enumerate(self.layers):
            if index:
                x = ACTIVATIONS[self.spec.activation](x)
            x, lengths = layer(x, lengths)
        if isinstance(self.skip, Convolution):
            x = x + self.skip(entry, entry_lengths)[0]
        elif self.skip is not None:
            x = x + entry
        return self._finish(x), lengths // self.pool[-1]

    def step(self, x: Tensor, state: list[Any] | None) -> tuple[Tensor, list[Any]]:
        """Map the next chunk; `state` is what the last call gave, None at the start."""
        state = list(state or [None] * (len(self.layers) + 2))
        entry = x
        for index, layer in enumerate(self.layers):
            if index:
                x = ACTIVATIONS[self.spec.activation](x)
            x, state[index] = layer.step(x, state[index])  # type: ignore[operator]
        if isinstance(self.skip, Convolution):
            side, state[-2] = self.skip.step(entry, state[-2])
            x = x + side
        elif self.skip is not None:
            x = x + entry
        if state[-1] is not None:
            x = torch.cat([state[-1], x], dim=-1)
        whole = x.shape[-1] // self.pool[-1] * self.pool[-1]
        state[-1] = x[..., whole:]
        return self._finish(x[..., :whole]), state

    def _finish(self, x: Tensor) -> Tensor:
        early = self.spec.activation in MONOTONE  # pooling first gives the same numbers for less work
        x = x if early else ACTIVATIONS[self.spec.activation](x)
        if max(self.pool) > 1 and x.shape[-1]:
            x = F.max_pool2d(x, self.pool) if self.dimensions == 2 else F.max_pool1d(x, self.pool)
        elif max(self.pool) > 1:
            x = x[..., : x.shape[-2] // self.pool[0], :] if self.dimensions == 2 else x
        x = ACTIVATIONS[self.spec.activation](x) if early else x
        return self.dropout(x)  # type: ignore[no-any-return]
