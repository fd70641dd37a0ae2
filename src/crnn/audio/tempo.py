"""Faster and slower speech at the same pitch, made on the features."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch

from crnn.audio.augmentation import require_factors
from crnn.augmentation import Augmentation, uniform
from crnn.padded import Padded


@dataclass(frozen=True)
class Tempo(Augmentation):
    """Stretch or squeeze the time axis of features; lengths change, pitch does not.

    People differ in tempo by far more than in what `Speed` can vary before a voice sounds unnatural: in one set of
    commands an unseen speaker's quick takes were twice as fast as the others, and held half of all errors.

    Args:
        share: Probability that a sample is changed.
        factors: Slowest and fastest; 1.5 makes 150 frames of speech last 100. Drawn evenly on a logarithmic scale.
        together: One factor for all samples that are changed; with share=1, samples of one length stay so.
    """

    factors: tuple[float, float] = (0.75, 1.6)
    together: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        require_factors(self.factors)

    def change(self, batch: Padded, generator: torch.Generator) -> Padded:
        """Read every sample's frames at evenly scaled places, with linear interpolation."""
        low, high = (math.log(factor) for factor in self.factors)
        factors = uniform(generator, 1 if self.together else len(batch), low, high).exp().expand(len(batch))
        lengths = (batch.lengths / factors).round().long().clamp_min(1)
        last = (batch.lengths - 1).clamp_min(0)[:, None]
        scale = last / (lengths - 1).clamp_min(1)[:, None]
        places = torch.minimum(torch.arange(int(lengths.max())) * scale, last).to(batch.data.device)
        below = places.floor().long()
        above = torch.minimum(below + 1, last.to(below.device))
        before, after = (
            batch.data.gather(1, index[:, :, None].expand(-1, -1, batch.data.shape[2])) for index in (below, above)
        )
        share = (places - below)[:, :, None].to(before.dtype)
        return Padded(torch.lerp(before, after, share), lengths)
