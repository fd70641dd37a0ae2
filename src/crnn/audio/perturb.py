"""Level, place in time, and speed of waves."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from crnn.audio.augmentation import column, fast_length, fast_lengths, require_factors
from crnn.augmentation import Augmentation, require, require_range, uniform
from crnn.padded import Padded

_MARGIN = 512


@dataclass(frozen=True)
class Gain(Augmentation):
    """Another level.

    Args:
        share: Probability that a sample is changed.
        db: Lowest and highest change; the result may pass full scale and is not clipped.
    """

    db: tuple[float, float] = (-10.0, 6.0)

    def __post_init__(self) -> None:
        super().__post_init__()
        require_range("db", self.db)

    def change(self, batch: Padded, generator: torch.Generator) -> Padded:
        """Scale every wave."""
        factors = 10.0 ** (uniform(generator, len(batch), *self.db) / 20.0)
        return batch.with_data(batch.data * column(factors, batch.data))


@dataclass(frozen=True)
class Shift(Augmentation):
    """Another place in time; the length stays, what is pushed over an end is lost, zeros move in.

    Args:
        share: Probability that a sample is changed.
        ms: Most to either side; keep it below the margins of the clips where their text must stay whole.
        rate_hz: Rate of the waves.
    """

    ms: float = 100.0
    rate_hz: int = 16000

    def __post_init__(self) -> None:
        super().__post_init__()
        require(self.ms >= 0, f"ms={self.ms}: give a time from 0 up")

    def change(self, batch: Padded, generator: torch.Generator) -> Padded:
        """Move every wave."""
        most = self.ms * self.rate_hz / 1000
        steps = uniform(generator, len(batch), -most, most).round().long().tolist()
        moved = torch.zeros_like(batch.data)
        for new, old, step, length in zip(moved, batch.data, steps, batch.lengths.tolist(), strict=True):
            kept = length - abs(step)
            if kept > 0:
                new[max(0, step) : max(0, step) + kept] = old[max(0, -step) : max(0, -step) + kept]
        return batch.with_data(moved)


@dataclass(frozen=True)
class Speed(Augmentation):
    """Faster or slower, with the pitch, as a tape; lengths change.

    Resampled by cutting or extending the spectrum of the whole clip, which is exactly band-limited: nothing folds
    over. Factors are those, about one per cent apart, whose FFT is quick; the nearest one is taken.

    Args:
        share: Probability that a sample is changed.
        factors: Slowest and fastest; 1.1 makes a clip of 1.1 s last 1 s.
        together: One factor for all samples that are changed; with share=1, clips of one length stay so, which saves
            the network the padding.
    """

    factors: tuple[float, float] = (0.9, 1.1)
    together: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        require_factors(self.factors)

    def change(self, batch: Padded, generator: torch.Generator) -> Padded:
        """Resample every wave."""
        # A margin keeps the end of a clip, which the FFT takes for a neighbour of its start, away from it.
        points = 2 * fast_length((batch.data.shape[1] + _MARGIN + 1) // 2)  # even, so that factor 1 is among the sizes
        wanted = points / uniform(generator, 1 if self.together else len(batch), *self.factors).expand(len(batch))
        sizes = torch.tensor(
            fast_lengths(round(0.97 * points / self.factors[1]), round(1.03 * points / self.factors[0]))
        )
        sizes = sizes[(sizes - wanted[:, None]).abs().argmin(1)]
        lengths = (batch.lengths * sizes / points).round().long().clamp_min(1)
        spectrum = torch.fft.rfft(batch.data, n=points)
        data = batch.data.new_zeros(len(batch), int(lengths.max()))
        for size in sorted(set(sizes.tolist())):
            rows = torch.nonzero(sizes == size)[:, 0].to(data.device)
            part = spectrum[:, : size // 2 + 1].index_select(0, rows)
            wave = torch.fft.irfft(part, n=size)[:, : data.shape[1]] * (size / points)
            data[:, : wave.shape[1]].index_copy_(0, rows, wave)
        return Padded(data, lengths)
