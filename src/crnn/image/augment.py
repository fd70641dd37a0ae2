"""Augmentations of lines by name and one after another, on batches of prepared lines ``(B, width, height)``."""

from __future__ import annotations

from crnn.augmentation import Augmentation
from crnn.augmentation import Chain as Steps
from crnn.image.stroke import Blur, Contrast, Stain, Thickness
from crnn.image.warp import Affine, Elastic
from crnn.registry import Shelf

__all__ = ["AUGMENTATIONS", "Affine", "Blur", "Chain", "Contrast", "Elastic", "Stain", "Thickness"]

AUGMENTATIONS: Shelf[Augmentation] = Shelf(
    "augmentation",
    {
        "affine": Affine,
        "elastic": Elastic,
        "thickness": Thickness,
        "blur": Blur,
        "stain": Stain,
        "contrast": Contrast,
    },
)


class Chain(Steps):
    """Augmentations of lines one after another; in evaluation mode it changes nothing.

    Args:
        steps: Augmentations, their names, or what `config` gave.

    Example:
        >>> import torch
        >>> from crnn.padded import Padded
        >>> chain = Chain([Affine(share=1.0, width=(1.0, 1.0)), "blur", {"name": "stain", "depth": 0.2}])
        >>> lines = Padded.whole(torch.rand(2, 200, 64))
        >>> chain(lines, torch.Generator().manual_seed(0)).data.shape
        torch.Size([2, 200, 64])
    """

    shelf = AUGMENTATIONS
