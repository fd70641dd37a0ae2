"""Augmentations by name and one after another; waves and features alike, all chance from one generator."""

from __future__ import annotations

from crnn.audio.acoustics import Equalise, Room
from crnn.audio.masking import MaskFrequency, MaskTime, WarpFrequency
from crnn.audio.noise import AddNoise
from crnn.audio.perturb import Gain, Shift, Speed
from crnn.audio.tempo import Tempo
from crnn.augmentation import Augmentation
from crnn.augmentation import Chain as Steps
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


class Chain(Steps):
    """Augmentations of sound one after another; in evaluation mode it changes nothing.

    Args:
        steps: Augmentations, their names, or what `config` gave.

    Example:
        >>> import torch
        >>> from crnn.padded import Padded
        >>> chain = Chain([Gain(share=1.0), "noise", {"name": "shift", "ms": 50.0}])
        >>> waves = Padded.whole(torch.zeros(2, 1600))
        >>> chain(waves, torch.Generator().manual_seed(0)).data.shape
        torch.Size([2, 1600])
    """

    shelf = AUGMENTATIONS
