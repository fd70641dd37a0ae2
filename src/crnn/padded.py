"""Sequences of different lengths in one tensor, with the lengths beside them.

The axis legend of the package:
    B  batch        T  steps in time       F  features of a step     C  channels
    H  height       U  target length       K  classes or outputs

Between rooms the order is ``(B, T, F)`` (or ``(B, T, F, C)`` for inputs with channels); inside a two-dimensional
convolution it is ``(B, C, H, T)``, where H is F.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from crnn.errors import ShapeError


@dataclass(frozen=True)
class Padded:
    """A batch of sequences, padded to the longest.

    Args:
        data: Shape ``(B, T, …)``. What lies behind a sample's length is padding and never changes a result.
        lengths: Shape ``(B,)``, int64, always on the CPU: valid steps of each sample.

    Example:
        >>> batch = Padded.stack([torch.ones(3, 2), torch.ones(1, 2)])
        >>> batch.data.shape, batch.lengths.tolist()
        (torch.Size([2, 3, 2]), [3, 1])
    """

    data: Tensor
    lengths: Tensor

    @classmethod
    def stack(cls, items: Sequence[Tensor | NDArray[np.generic]], fill: float = 0.0) -> Padded:
        """Pad sequences of shape ``(T_i, …)`` with `fill` and stack them.

        Raises:
            ShapeError: no sequences, or sequences that differ behind the first axis.
        """
        if not items:
            raise ShapeError("cannot stack an empty list of sequences: give at least one")
        tensors = [torch.as_tensor(item) for item in items]
        tails = {tuple(item.shape[1:]) for item in tensors}
        if len(tails) > 1:
            raise ShapeError(f"sequences differ behind the time axis: {sorted(tails)}; all must be alike")
        lengths = torch.tensor([len(item) for item in tensors], dtype=torch.int64)
        if len(set(lengths.tolist())) == 1:
            return cls(torch.stack(tensors), lengths)
        longest = int(lengths.max())
        data = tensors[0].new_full((len(tensors), longest, *tensors[0].shape[1:]), fill)
        for row, item in zip(data, tensors, strict=True):
            row[: len(item)] = item
        return cls(data, lengths)

    @classmethod
    def whole(cls, data: Tensor) -> Padded:
        """A batch without padding: every sample has all T steps."""
        return cls(data, torch.full((data.shape[0],), data.shape[1], dtype=torch.int64))

    def __len__(self) -> int:
        return int(self.data.shape[0])

    @property
    def full(self) -> bool:
        """Whether no sample has padding."""
        return bool((self.lengths == self.data.shape[1]).all())

    def mask(self) -> Tensor:
        """True where a step is valid; shape ``(B, T)``, on the data's device."""
        steps = torch.arange(self.data.shape[1], device=self.data.device)
        return steps < self.lengths.to(self.data.device)[:, None]

    def filled(self, value: float = 0.0) -> Padded:
        """The same batch with `value` in all padding."""
        if self.full:
            return self
        first = int(self.lengths.min())  # up to here nobody has padding, and copying is quicker than choosing
        mask = self.mask()[:, first:].reshape(len(self), -1, *([1] * (self.data.dim() - 2)))
        tail = self.data[:, first:].masked_fill(~mask, value)
        return Padded(torch.cat([self.data[:, :first], tail], 1), self.lengths)

    def trim(self) -> Padded:
        """The same batch without the steps that no sample reaches."""
        longest = int(self.lengths.max()) if len(self) else 0
        return self if longest == self.data.shape[1] else Padded(self.data[:, :longest], self.lengths)

    def unpad(self) -> list[Tensor]:
        """The sequences by themselves, shapes ``(T_i, …)``."""
        return [row[:length] for row, length in zip(self.data, self.lengths.tolist(), strict=True)]

    def to(self, device: torch.device | str) -> Padded:
        """The same batch with its data on another device."""
        return Padded(self.data.to(device, non_blocking=True), self.lengths)

    def with_data(self, data: Tensor) -> Padded:
        """Other data with the same lengths."""
        return Padded(data, self.lengths)


Vary = Callable[[Padded, torch.Generator], Padded]
"""An augmentation: a batch and the only source of chance, in; a batch, out."""


def chained(*steps: Vary) -> Vary:
    """Augmentations one after another, as one."""

    def vary(batch: Padded, generator: torch.Generator) -> Padded:
        for step in steps:
            batch = step(batch, generator)
        return batch

    return vary
