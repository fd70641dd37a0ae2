"""The contract of an augmentation: which samples it takes, where its chance comes from, what it keeps."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from crnn.errors import SpecError
from crnn.padded import Padded
from crnn.registry import Shelf
from crnn.spec import Spec


@dataclass(frozen=True)
class Augmentation(Spec, ABC):
    """A change of a training batch that keeps its meaning; plain settings, so that a model file can hold them.

    All chance comes from the generator that is passed in: the same state gives the same batch, on any device. Padding
    is zero afterwards, and the batch given stays as it was.

    Args:
        share: Probability that a sample is changed.
    """

    share: float = 0.5

    def __post_init__(self) -> None:
        require(0.0 <= self.share <= 1.0, f"share={self.share}: give a probability from 0 to 1")

    def __call__(self, batch: Padded, generator: torch.Generator) -> Padded:
        """Change each sample with probability `share`.

        Args:
            batch: Waves ``(B, N)``, or features or images of lines ``(B, T, F)``.
            generator: The only source of chance.
        """
        return self.vary(owned(batch), generator)

    forward = __call__

    def vary(self, batch: Padded, generator: torch.Generator) -> Padded:
        """The same for a batch that nobody else holds and whose padding is zero, as between the steps of a chain.

        It is overwritten where its length allows: fresh memory costs more than the arithmetic of most steps.
        """
        chosen = torch.nonzero(uniform(generator, len(batch), 0.0, 1.0) < self.share)[:, 0]
        if len(chosen) == 0:
            return batch
        if len(chosen) == len(batch):
            return clear_padding(self.change(batch, generator))
        rows = chosen.to(batch.data.device)
        changed = clear_padding(self.change(Padded(batch.data.index_select(0, rows), batch.lengths[chosen]), generator))
        lengths = batch.lengths.index_copy(0, chosen, changed.lengths)
        steps = max(batch.data.shape[1], changed.data.shape[1])
        data = _to_steps(batch.data, steps).index_copy_(0, rows, _to_steps(changed.data, steps))
        return Padded(data, lengths).trim()

    @abstractmethod
    def change(self, batch: Padded, generator: torch.Generator) -> Padded:
        """Change every sample, into new data; what lies in its padding does not matter."""


def uniform(generator: torch.Generator, count: int, low: float, high: float) -> Tensor:
    """`count` numbers from [low, high) on the CPU, where lengths and choices are made."""
    drawn: Tensor = torch.rand(count, generator=generator, device=generator.device).cpu()
    return drawn * (high - low) + low


def whole(generator: torch.Generator, most: Tensor) -> Tensor:
    """One whole number from 0 to `most`, inclusive, for each entry of ``(B,)``."""
    return (uniform(generator, len(most), 0.0, 1.0) * (most + 1)).long().minimum(most)


def normal(generator: torch.Generator, shape: tuple[int, ...], device: torch.device) -> Tensor:
    """Normal numbers of a shape, drawn where the generator lives, then moved."""
    return torch.randn(shape, generator=generator, device=generator.device).to(device)


def white(generator: torch.Generator, shape: tuple[int, ...], device: torch.device) -> Tensor:
    """White noise of a shape, drawn where the generator lives, then moved: even between ±√3, so its power is 1.

    A sum of many such numbers is normal, as behind a Fourier transform. Made of 16 random bits each, they take a fifth
    of the time of normal numbers.
    """
    count = math.prod(shape)
    words = torch.empty(-(-count // 4), dtype=torch.int64, device=generator.device)
    numbers = words.random_(-(2**63), None, generator=generator).view(torch.int16)[:count].reshape(shape)
    return numbers.to(device, torch.float32).add_(0.5).mul_(math.sqrt(3.0) / 32768.0)


def owned(batch: Padded) -> Padded:
    """A copy with zeros in all padding, to be overwritten."""
    return clear_padding(batch.with_data(batch.data.clone()))


def clear_padding(batch: Padded) -> Padded:
    """Zero the padding in place, for data that nobody else holds: a tenth of the time of a mask on CPU."""
    if batch.data.is_cpu:
        steps = batch.data.shape[1]
        for row, length in enumerate(batch.lengths.tolist()):
            if length < steps:
                batch.data[row, length:] = 0.0
        return batch
    return batch.filled()


def require(ok: bool, message: str) -> None:
    """Refuse a setting.

    Raises:
        SpecError: not ok.
    """
    if not ok:
        raise SpecError(message)


def require_range(name: str, value: tuple[float, float]) -> None:
    """Refuse a range that is not a rising pair.

    Raises:
        SpecError: says which.
    """
    pair = isinstance(value, tuple) and len(value) == 2
    require(pair and value[0] <= value[1], f"{name}={value!r}: give a pair (lowest, highest)")


def _to_steps(data: Tensor, steps: int) -> Tensor:
    if data.shape[1] == steps:
        return data
    longer = data.new_zeros(data.shape[0], steps, *data.shape[2:])
    longer[:, : data.shape[1]] = data
    return longer


class Chain(nn.Module):
    """Augmentations one after another; in evaluation mode it changes nothing.

    Each material has its own, which knows the names of its shelf.

    Args:
        steps: Augmentations, their names, or what `config` gave.
    """

    shelf: ClassVar[Shelf[Augmentation]]

    def __init__(self, steps: Sequence[Augmentation | str | dict[str, Any]]) -> None:
        super().__init__()
        self.steps = tuple(step if isinstance(step, Augmentation) else self.shelf.make(step) for step in steps)

    @torch.no_grad()
    def forward(self, batch: Padded, generator: torch.Generator) -> Padded:
        """The batch changed by every step in turn."""
        if not self.training:
            return batch
        batch = owned(batch)
        # Samples stay in the format they came in, also where a network that computes in 16 bits is being trained.
        with torch.autocast(batch.data.device.type, enabled=False):
            for step in self.steps:
                batch = step.vary(batch, generator)
        return batch

    def config(self) -> list[dict[str, Any]]:
        """Names and settings as plain JSON; data that a step holds, such as recorded noise, is left out.

        Raises:
            SpecError: a step of a class that stands on no shelf.
        """
        return [{"name": self._name(step), **step.to_dict()} for step in self.steps]

    def _name(self, step: Augmentation) -> str:
        for name, maker in self.shelf.items():
            if maker is type(step):
                return name
        raise SpecError(f"{type(step).__name__} is not on the shelf of augmentations and cannot be saved: add it there")
