"""Recurrent layers that stack, read both ways, and never see padding.

Sequences are padded at the end, so a forward reading is untouched by padding; a backward reading reverses each sample
within its own length first. Both then run as plain dense calls, which have fused kernels on CPU and GPU where packed
sequences have none on CPU (measured: `docs/results.md`).
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from crnn.nn.dropout import Dropout, LockedDropout
from crnn.padded import Padded
from crnn.registry import Shelf
from crnn.spec import RecurrentSpec

State = Any
"""What a cell carries from chunk to chunk: a tensor, or a pair for the LSTM."""


def _initialise(cell: nn.RNNBase) -> None:
    """Glorot for inputs and orthogonal for the recurrence, gate by gate; zero biases."""
    hidden = cell.hidden_size
    for name, weight in cell.named_parameters():
        if name.startswith("bias"):
            nn.init.zeros_(weight)
            continue
        for gate in torch.split(weight.data, hidden):
            nn.init.xavier_uniform_(gate) if name.startswith("weight_ih") else nn.init.orthogonal_(gate)


class LSTM(nn.LSTM):
    """Long short-term memory with one trained bias, as in Keras, and a forget gate that starts open.

    PyTorch adds two biases that always act as one; here the second stays zero and is not trained.
    """

    def __init__(self, inputs: int, units: int) -> None:
        super().__init__(inputs, units, batch_first=True)
        _initialise(self)
        self.bias_hh_l0.requires_grad_(False)
        nn.init.ones_(self.get_parameter("bias_ih_l0").data[units : 2 * units])


class GRU(nn.GRU):
    """Gated recurrent unit; the recurrence has its own bias, as in Keras' reset_after=True."""

    def __init__(self, inputs: int, units: int) -> None:
        super().__init__(inputs, units, batch_first=True)
        _initialise(self)


class RNN(nn.RNN):
    """The plain tanh recurrence (Elman 1990) with one trained bias."""

    def __init__(self, inputs: int, units: int) -> None:
        super().__init__(inputs, units, batch_first=True)
        _initialise(self)
        self.bias_hh_l0.requires_grad_(False)


CELLS: Shelf[nn.Module] = Shelf("recurrent cell", {"lstm": LSTM, "gru": GRU, "rnn": RNN})
"""A cell maps ``(B, T, F)`` and a state (None at the start) to ``(B, T, units)`` and the next state."""


def reverse(x: Tensor, lengths: Tensor) -> Tensor:
    """Each sample of ``(B, T, F)`` read backwards within its own length; padding stays where it is."""
    steps = x.shape[1]
    if bool((lengths == steps).all()):
        return x.flip(1)
    place = torch.arange(steps, device=x.device)[None]
    ends = lengths.to(x.device)[:, None]
    index = torch.where(place < ends, ends - 1 - place, place)
    rows = torch.arange(len(x), device=x.device)[:, None] * steps
    return _Exchanged.apply(x, (rows + index).flatten())  # type: ignore[no-any-return, no-untyped-call]


class _Exchanged(torch.autograd.Function):
    """Steps in another order, one that done twice is the first again: the gradient's way back is the same.

    Whole steps are copied: with its gradient four times as quick as a `gather` of single numbers.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, index: Tensor) -> Tensor:
        """Steps of ``(B, T, F)`` by their numbers in ``(B · T, F)``."""
        ctx.index = index
        return x.flatten(0, 1).index_select(0, index).view(x.shape)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        """The gradient in the same order."""
        return gradient.flatten(0, 1).index_select(0, ctx.index).view(gradient.shape), None


class Recurrent(nn.Module):
    """The stack that a `crnn.spec.RecurrentSpec` describes.

    Args:
        inputs: Features F of a step.
        spec: Cell, units, layers, directions, dropout.
    """

    def __init__(self, inputs: int, spec: RecurrentSpec) -> None:
        super().__init__()
        cell = CELLS[spec.cell]
        drop = LockedDropout if spec.locked else Dropout
        self.directions = 2 if spec.bidirectional else 1
        self.width = spec.units * self.directions
        widths = [inputs] + [self.width] * (spec.layers - 1)
        self.forwards = nn.ModuleList(cell(width, spec.units) for width in widths)
        self.backwards = nn.ModuleList(cell(width, spec.units) for width in widths if spec.bidirectional)
        self.input_dropout = drop(spec.input_dropout)
        self.dropout = drop(spec.dropout)

    def forward(self, x: Padded) -> Padded:
        """Map ``(B, T, F)`` to ``(B, T, units × directions)``."""
        data = self.input_dropout(x.data)
        for index, cell in enumerate(self.forwards):
            ahead, _ = cell(data)
            if self.backwards:
                back, _ = self.backwards[index](reverse(data, x.lengths))
                ahead = torch.cat([ahead, reverse(back, x.lengths)], dim=2)
            data = self.dropout(ahead)
        return x.with_data(data)

    def step(self, x: Tensor, state: list[State] | None) -> tuple[Tensor, list[State]]:
        """Read the next chunk ``(B, T, F)``; `state` is what the last call gave, None at the start."""
        state = list(state or [None] * len(self.forwards))
        if x.shape[1] == 0:
            return x.new_zeros(x.shape[0], 0, self.width), state
        for index, cell in enumerate(self.forwards):
            x, state[index] = cell(x, state[index])
        return x, state
