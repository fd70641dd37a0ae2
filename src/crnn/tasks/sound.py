"""What tasks on recordings share: waves at one rate, the spectrogram in front of the network, background noise."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from crnn.audio import wave
from crnn.audio.augment import AddNoise, Chain, Equalise, Room, Shift, Speed
from crnn.audio.spectrogram import SpectrogramSpec
from crnn.audio.spectrogram import spectrogram as features
from crnn.data.example import Record
from crnn.data.findings import Findings
from crnn.data.part_names import TRAINED
from crnn.data.sources import read
from crnn.tasks.task import Option, Task


class Sound(Task):
    """A task whose inputs are recordings; whoever derives from it sets `spectrogram` and `noise`."""

    suffixes: ClassVar[tuple[str, ...]] = wave.SUFFIXES
    sound_options: ClassVar[tuple[Option, ...]] = (
        Option("rate_hz", int, "Sample rate that recordings are brought to."),
        Option("noise", Path, "Folder of background noise to mix into training."),
    )
    silent_below: ClassVar[float | None] = 1e-4
    spectrogram: SpectrogramSpec
    noise: str | Path | None

    def read_unlabelled(self, data: Any) -> tuple[list[Record], Findings]:
        """Records from files, folders or manifests without targets, or waves at `rate_hz`."""
        return read(data, suffixes=self.suffixes, target=None, dims=(1,))

    def samples(self, record: Record) -> NDArray[np.float32]:
        """The wave ``(n,)`` of a record, mono, at `rate_hz`.

        Raises:
            DataError: it cannot be read, or is no wave.
        """
        if isinstance(record.source, (str, Path)):
            return wave.read(record.source, self.rate_hz)
        return wave.from_array(np.asarray(record.source), self.rate_hz, self.rate_hz, record.name)

    def front(self) -> nn.Module:
        """The log-mel spectrogram, part of the saved and exported model."""
        return features(self.spectrogram)

    def varied(self, speed: float, noise: float, snr_db: tuple[float, float]) -> Chain:
        """Speed, shift, tone colour, room and noise for training; loudness is taken out by the features anyway.

        Args:
            speed: Most change of speed to either side, as a share.
            noise: Share of recordings that noise is mixed into.
            snr_db: Least and greatest distance of the voice from the noise.
        """
        return Chain(
            [
                Speed(share=1.0, factors=(1.0 - speed, 1.0 + speed), together=True),
                Shift(share=1.0, ms=100, rate_hz=self.rate_hz),
                Equalise(share=0.4),
                Room(share=0.15, rate_hz=self.rate_hz),
                AddNoise(share=noise, snr_db=snr_db, noises=self.noises()),
            ]
        )

    def noises(self) -> tuple[Tensor, ...]:
        """The background noise to mix into training, where some was given."""
        return () if self.noise is None else tuple(read_noises(self.noise, self.rate_hz))

    @property
    def rate_hz(self) -> int:
        """Sample rate of the waves."""
        return self.spectrogram.rate_hz

    @property
    def features(self) -> int:
        """Mel bands, or coefficients."""
        return self.spectrogram.coefficients or self.spectrogram.bands


def read_noises(given: str | Path, rate_hz: int) -> list[Tensor]:
    """The noise clips of a folder or manifest; where a manifest names splits, only those for training.

    Raises:
        DataError: no audio file is there, or one cannot be read.
    """
    manifest = Path(given) / "manifest.csv"
    records, _ = read(manifest if manifest.is_file() else given, suffixes=wave.SUFFIXES, target=None)
    chosen = [record for record in records if record.split in TRAINED]
    return [torch.from_numpy(wave.read(record.source, rate_hz)) for record in chosen]
