"""Augmentations by name and one after another; waves and features alike, all chance from one generator."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

from crnn.audio.acoustics import Equalise, Room
from crnn.audio.augmentation import Augmentation, owned
from crnn.audio.masking import MaskFrequency, MaskTime, WarpFrequency
from crnn.audio.noise import AddNoise
from crnn.audio.perturb import Gain, Shift, Speed
from crnn.audio.tempo import Tempo
from crnn.errors import SpecError
from crnn.padded import Padded
from crnn.registry import Shelf

__all__ = [
    "AUGMENTATIONS",
    "AddNoise",
    "Augmentation",
    "Chain",
    "Equalise",
    "Gain",
    "MaskFrequency",
    "MaskTime",
    "Room",
    "Shift",
    "Speed",
    "Tempo",
    "WarpFrequency",
]

AUGMENTATIONS: Shelf[Augmentation] = Shelf(
    "augmentation",
    {
        "gain": Gain,
        "shift": Shift,
        "speed": Speed,
        "noise": AddNoise,
        "room": Room,
        "equalise": Equalise,
        "mask_time": MaskTime,
        "mask_frequency": MaskFrequency,
        "warp_frequency": WarpFrequency,
        "tempo": Tempo,
    },
)


class Chain(nn.Module):
    """Augmentations one after another; in evaluation mode it changes nothing.

    Args:
        steps: Augmentations, their names, or what `config` gave.

    Example:
        >>> chain = Chain([Gain(share=1.0), "noise", {"name": "shift", "ms": 50.0}])
        >>> waves = Padded.whole(torch.zeros(2, 1600))
        >>> chain(waves, torch.Generator().manual_seed(0)).data.shape
        torch.Size([2, 1600])
    """

    def __init__(self, steps: Sequence[Augmentation | str | dict[str, Any]]) -> None:
        super().__init__()
        self.steps = tuple(step if isinstance(step, Augmentation) else AUGMENTATIONS.make(step) for step in steps)

    @torch.no_grad()
    def forward(self, batch: Padded, generator: torch.Generator) -> Padded:
        """The batch changed by every step in turn."""
        if not self.training:
            return batch
        batch = owned(batch)
        for step in self.steps:
            batch = step.vary(batch, generator)
        return batch

    def config(self) -> list[dict[str, Any]]:
        """Names and settings as plain JSON; recorded noise is left out.

        Raises:
            SpecError: a step of a class that stands on no shelf.
        """
        return [{"name": _name(step), **step.to_dict()} for step in self.steps]


def _name(step: Augmentation) -> str:
    for name, maker in AUGMENTATIONS.items():
        if maker is type(step):
            return name
    raise SpecError(f"{type(step).__name__} is not on the shelf of augmentations and cannot be saved: add it there")
