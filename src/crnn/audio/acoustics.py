"""What rooms and microphones do to sound: echoes, reverberation, another frequency response."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from crnn.audio.augmentation import fast_length, power
from crnn.augmentation import Augmentation, clear_padding, require, require_range, uniform, white
from crnn.padded import Padded

_TINY = 1e-20
_LN_1000 = math.log(1000.0)  # reverberation time is that of a decay by 60 dB, a factor of 1000
_BEGIN_MS = 2.0  # the first echo: a table's top, 35 cm of detour
_RINGING = 1024  # samples after which the response of a smooth equaliser has died away


@dataclass(frozen=True)
class Room(Augmentation):
    """A simulated room: some early reflections, then noise that decays exponentially.

    The direct sound stays where it was and is the first tap, so labels in time stay true; the level over the valid
    samples is kept.

    Args:
        share: Probability that a sample is changed.
        rt60_s: Shortest and longest reverberation time, to 60 dB below.
        direct_db: Lowest and highest energy of the direct sound over all that follows.
        reflections: Early reflections, within the first 40 ms.
        rate_hz: Rate of the waves.
    """

    share: float = 0.3
    rt60_s: tuple[float, float] = (0.1, 0.6)
    direct_db: tuple[float, float] = (0.0, 15.0)
    reflections: int = 6
    rate_hz: int = 16000

    def __post_init__(self) -> None:
        super().__post_init__()
        require_range("rt60_s", self.rt60_s)
        require_range("direct_db", self.direct_db)
        require(self.rt60_s[0] > 0, f"rt60_s={self.rt60_s}: a room has a reverberation time above 0")
        require(self.reflections >= 0, f"reflections={self.reflections}: give a whole number from 0 up")

    def change(self, batch: Padded, generator: torch.Generator) -> Padded:
        """Put every wave into a room of its own."""
        response = self.response(len(batch), generator, batch.data.device)
        steps = batch.data.shape[1]
        points = fast_length(steps + response.shape[1] - 1)
        spectrum = torch.fft.rfft(batch.data, n=points) * torch.fft.rfft(response, n=points)
        heard = clear_padding(batch.with_data(torch.fft.irfft(spectrum, n=points)[:, :steps]))
        return batch.with_data(heard.data * (power(batch) / power(heard).clamp_min(_TINY)).sqrt())

    def response(self, count: int, generator: torch.Generator, device: torch.device) -> Tensor:
        """Responses of `count` rooms, ``(count, L)``, 1 at their first sample; cut where the longest is 30 dB down."""
        steps = max(2, round(self.rt60_s[1] * self.rate_hz / 2))
        times = torch.arange(steps, device=device) / self.rate_hz
        rt60 = uniform(generator, count, *self.rt60_s).to(device)[:, None]
        direct = 10.0 ** (uniform(generator, count, *self.direct_db) / 10.0).to(device)[:, None]
        tail = white(generator, (count, steps), device)
        if self.reflections:
            self._reflect(tail, generator)
        tail *= torch.exp(times * (-_LN_1000 / rt60))
        tail[:, : min(steps - 1, max(1, round(_BEGIN_MS * self.rate_hz / 1000)))] = 0.0
        energy = tail.square().sum(1, keepdim=True).clamp_min(_TINY)
        tail *= (1.0 / (direct * energy)).sqrt()
        tail[:, 0] = 1.0
        return tail

    def _reflect(self, tail: Tensor, generator: torch.Generator) -> None:
        """Raise single samples of the first 40 ms by ten times their neighbours: walls, before the field is diffuse."""
        last = min(tail.shape[1] - 1, round(0.04 * self.rate_hz))
        first = min(last, round(_BEGIN_MS * self.rate_hz / 1000))
        places = uniform(generator, tail.shape[0] * self.reflections, first, last).long().reshape(-1, self.reflections)
        signs = uniform(generator, places.numel(), -1.0, 1.0).sign().reshape(places.shape)
        tail.scatter_(1, places.to(tail.device), 10.0 * signs.to(tail))


@dataclass(frozen=True)
class Equalise(Augmentation):
    """Another microphone: a random smooth frequency response, zero-phase, with the level kept.

    Args:
        share: Probability that a sample is changed.
        db: Most that a frequency is raised or lowered, before the level is put back.
        points: Places of the response that are drawn, evenly over the square root of frequency (about as the ear).
    """

    share: float = 0.3
    db: float = 8.0
    points: int = 6

    def __post_init__(self) -> None:
        super().__post_init__()
        require(self.db >= 0, f"db={self.db}: give a change from 0 up")
        require(2 <= self.points <= 32, f"points={self.points}: give 2 to 32, more is not smooth")

    def change(self, batch: Padded, generator: torch.Generator) -> Padded:
        """Filter every wave."""
        data, steps = batch.data, batch.data.shape[1]
        points = fast_length(steps + _RINGING)
        knots = uniform(generator, len(batch) * self.points, -self.db, self.db).reshape(len(batch), self.points)
        curve = _smooth(knots.to(data), points // 2 + 1)
        filtered = torch.fft.irfft(torch.fft.rfft(data, n=points) * curve, n=points)[:, :steps]
        heard = clear_padding(batch.with_data(filtered))
        return batch.with_data(heard.data * (power(batch) / power(heard).clamp_min(_TINY)).sqrt())


def _smooth(knots: Tensor, bins: int) -> Tensor:
    """Factors ``(B, bins)`` that pass through knots ``(B, P)`` in dB, joined by half cosines."""
    return torch.exp(knots @ _blend(knots.shape[1], bins).to(knots.device) * (math.log(10.0) / 20.0))


@lru_cache(maxsize=32)
def _blend(points: int, bins: int) -> Tensor:
    """Weights ``(P, bins)`` of the knots at each frequency: as a product one pass over the result, not four."""
    places = torch.linspace(0.0, 1.0, bins).sqrt() * (points - 1)
    left = places.long().clamp_max(points - 2)
    weight = 0.5 - 0.5 * torch.cos(math.pi * (places - left))
    blend = torch.zeros(points, bins)
    blend.scatter_(0, left[None], 1.0 - weight[None])
    return blend.scatter_(0, left[None] + 1, weight[None])
