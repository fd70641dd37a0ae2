"""Noise behind the voice: recorded clips, or coloured noise made on the spot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from crnn.audio.augmentation import column, fast_length, power
from crnn.augmentation import Augmentation, clear_padding, require_range, uniform, white
from crnn.errors import ShapeError
from crnn.padded import Padded

_TINY = 1e-20


@dataclass(frozen=True)
class AddNoise(Augmentation):
    """Add noise at a signal-to-noise ratio, measured over each wave's valid samples; silence stays silent.

    Args:
        share: Probability that a sample is changed.
        snr_db: Lowest and highest ratio.
        slopes: Colour of made noise, as the exponent of 1/f in its power: 0 is white, 1 pink, 2 brown.
        noises: Recorded noise, each ``(N,)`` at the rate of the waves. A random stretch of a random one is taken, and
            wrapped where the wave is longer. None: noise is made. They are data, so `to_dict` leaves them out.

    Raises:
        ShapeError: a noise that is empty, silent, or not ``(N,)``.
    """

    snr_db: tuple[float, float] = (5.0, 30.0)
    slopes: tuple[float, float] = (0.0, 2.0)
    noises: Sequence[Tensor] = field(default=(), repr=False, compare=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        require_range("snr_db", self.snr_db)
        require_range("slopes", self.slopes)
        for index, noise in enumerate(self.noises):
            if noise.dim() != 1 or len(noise) == 0 or not bool(noise.any()):
                raise ShapeError(f"noise {index} has shape {tuple(noise.shape)}: give samples (N,) that are not all 0")

    def to_dict(self) -> dict[str, Any]:
        """The settings, without the recorded noise."""
        settings = self.replace(noises=())
        return {name: value for name, value in super(AddNoise, settings).to_dict().items() if name != "noises"}

    def change(self, batch: Padded, generator: torch.Generator) -> Padded:
        """Add noise to every wave."""
        sound = self._recorded(batch, generator) if len(self.noises) else self._made(batch, generator)
        noise = clear_padding(batch.with_data(sound))
        ratio = 10.0 ** (uniform(generator, len(batch), *self.snr_db) / 10.0)
        wanted = power(batch) / column(ratio, batch.data)
        return batch.with_data(batch.data + noise.data * (wanted / power(noise).clamp_min(_TINY)).sqrt())

    def _recorded(self, batch: Padded, generator: torch.Generator) -> Tensor:
        picks = uniform(generator, len(batch), 0, len(self.noises)).long().tolist()
        places = uniform(generator, len(batch), 0.0, 1.0).tolist()
        result = torch.zeros_like(batch.data)
        for row, pick, place, length in zip(result, picks, places, batch.lengths.tolist(), strict=True):
            _fill(row[:length], self.noises[min(pick, len(self.noises) - 1)], place)
        return result

    def _made(self, batch: Padded, generator: torch.Generator) -> Tensor:
        """White noise, shaped in its spectrum; below 20 periods a clip's length it stays flat, as a room does."""
        data = batch.data
        points = fast_length(max(2, data.shape[1]))
        slopes = column(uniform(generator, len(batch), *self.slopes), data)
        spectrum = torch.view_as_complex(white(generator, (len(data), points // 2 + 1, 2), data.device))
        octaves = torch.arange(points // 2 + 1, device=data.device).clamp_min(20).log()
        sound: Tensor = torch.fft.irfft(spectrum * torch.exp(-0.5 * slopes * octaves), n=points)
        return sound[:, : data.shape[1]]


def _fill(row: Tensor, noise: Tensor, place: float) -> None:
    """Fill the row with noise from a place in [0, 1) on, wrapping as often as needed."""
    start = int(place * (len(noise) if len(noise) < len(row) else len(noise) - len(row) + 1))
    done = 0
    while done < len(row):
        piece = noise[start : start + len(row) - done]
        row[done : done + len(piece)] = piece
        done, start = done + len(piece), 0
