"""Spoken commands: a wave to one of a list of words, with a probability, or "none of these"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

from torch import Tensor

from crnn.audio.augment import Chain, MaskFrequency, MaskTime, Tempo, WarpFrequency
from crnn.audio.spectrogram import SpectrogramSpec
from crnn.data.example import Example, Record
from crnn.data.findings import Findings
from crnn.data.sources import read
from crnn.errors import NotReadyError, SpecError
from crnn.padded import Vary
from crnn.spec import ConvSpec, HeadSpec, NetworkSpec, RecurrentSpec
from crnn.tasks.calibration import fit_temperature, tempered
from crnn.tasks.labels import Labels
from crnn.tasks.sound import Sound
from crnn.tasks.task import Option, Plan, size_index

NONE = "(none of these)"

MOST_CERTAIN = 0.9
"""The highest threshold that calibration sets: an easy validation part must not make the recogniser deaf elsewhere."""

WIDTHS = ((16, 24, 32), (32, 64, 64), (48, 96, 128), (64, 128, 192))
UNITS = (48, 128, 192, 256)


@dataclass(frozen=True)
class Command:
    """What was heard in a clip.

    Args:
        label: The command, or `NONE` where no command is likely enough.
        probability: Of the likeliest command, calibrated on the validation part.
        alternatives: The likeliest commands with their probabilities, best first; also where the clip was refused.
    """

    label: str
    probability: float
    alternatives: tuple[tuple[str, float], ...]

    def __str__(self) -> str:
        return f"{self.label} ({self.probability:.0%})"

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "label": None if self.label == NONE else self.label,
            "probability": round(self.probability, 6),
            "alternatives": {name: round(value, 6) for name, value in self.alternatives},
        }


class SpokenCommands(Sound):
    """Recordings of single words or short phrases to their labels.

    Data: a folder per label, a manifest ``path,label[,speaker,split]``, or an archive of either. With a speaker column
    the validation part is made of speakers that training never hears.

    Args:
        rate_hz: Sample rate that everything is brought to.
        spectrogram: Other features than the task's own, which are made for `rate_hz`.
        noise: Folder of background noise to mix into training clips; noise made from a seed is used without it.
        augment: Whether to vary training clips at all.
        refuse: Share of right answers on the validation part that may be refused as "none of these": the higher, the
            fewer other words are taken for commands. 0 never refuses.
    """

    name: ClassVar[str] = "commands"
    losses = ("cross_entropy",)
    options: ClassVar[tuple[Option, ...]] = (
        *Sound.sound_options,
        Option("refuse", float, "Share of right answers that may be refused as none of these."),
    )
    plan = Plan(
        loss={"name": "cross_entropy", "label_smoothing": 0.1},
        metrics=("accuracy", "f1"),
        monitor="accuracy",
        optimizer={"name": "adamw", "rate": 2.5e-3, "weight_decay": 0.02},
        schedule={"name": "cosine", "warmup": 0.15},
        split="group",
        validation_split=0.2,
        epochs=40,
        least_steps=2500,
        batch_size=32,
        clip_norm=1.0,
        average=0.998,
    )

    def __init__(
        self,
        *,
        rate_hz: int = 16_000,
        spectrogram: SpectrogramSpec | None = None,
        noise: str | Path | None = None,
        augment: bool = True,
        refuse: float = 0.01,
    ) -> None:
        if not 0.0 <= refuse < 1.0:
            raise SpecError(f"refuse={refuse!r}: give a share from 0 up to, but not including, 1")
        self.spectrogram = spectrogram or SpectrogramSpec(
            rate_hz=rate_hz, bands=48, low_hz=40.0, normalise="mean", floor=1e-10, range_db=60.0
        )
        self.noise = noise
        self.augment = augment
        self.refuse = refuse
        self.labels: Labels | None = None
        self.temperature = 1.0
        self.threshold = 0.0

    def network(self, size: str) -> NetworkSpec:
        """A strided stem, two strided convolutions with a residual block each, a bidirectional LSTM, attention."""
        index = size_index(size)
        stem, middle, top = WIDTHS[index]
        return NetworkSpec(
            convolutions=(
                ConvSpec(stem, kernel=5, stride=2),
                ConvSpec(middle, stride=(2, 1)),
                ConvSpec(middle, repeats=2, residual=True),
                ConvSpec(top, stride=2),
                ConvSpec(top, repeats=2, residual=True, pool=(2, 1)),
            ),
            recurrent=RecurrentSpec(units=UNITS[index], bidirectional=True, input_dropout=0.25),
            head=HeadSpec(summary="attention", dropout=0.25),
        )

    def read(self, data: Any, targets: Any = None) -> tuple[list[Record], Findings]:
        """Records from a folder per label, a manifest, an archive, paths with labels, or waves at `rate_hz`."""
        return read(data, targets, suffixes=self.suffixes, dims=(1,))

    def learn(self, records: Sequence[Record]) -> None:
        """Learn the labels."""
        self.labels = Labels.learn(record.target for record in records)

    def prepare(self, record: Record) -> Example:
        """The wave, mono, at `rate_hz`; the number of its label."""
        target = None if record.target is None or self.labels is None else self.labels.number(record.target)
        return Example(self.samples(record), target, record)

    def preparation(self) -> dict[str, Any]:
        """Rate and labels; features are computed later, so other spectrogram settings need no new cache."""
        return {"name": self.name, "rate_hz": self.rate_hz, "labels": self.labels and self.labels.names}

    def vary_inputs(self) -> Vary | None:
        """Other speeds, places, tone colours, rooms and noises."""
        return self.varied(speed=0.17, noise=0.5, snr_db=(0.0, 30.0)) if self.augment else None

    def vary_features(self) -> Vary | None:
        """Another tempo, another vocal tract, and masks over time and frequency."""
        if not self.augment:
            return None
        masks = [MaskTime(share=1.0, steps=10, count=2), MaskFrequency(share=1.0, bands=6, count=2)]
        tempo = Tempo(share=1.0, factors=(0.75, 1.7), together=True)
        return Chain([tempo, WarpFrequency(share=1.0, most=0.1), *masks])

    @property
    def outputs(self) -> int:
        """Labels."""
        if self.labels is None:
            raise NotReadyError("the commands are not known yet: call fit first")
        return len(self.labels)

    def class_names(self) -> list[str]:
        """The labels as texts."""
        return [] if self.labels is None else [str(name) for name in self.labels.names]

    def calibrate(self, predictions: Tensor, targets: Tensor) -> None:
        """Fit the temperature that makes probabilities honest (arXiv:1706.04599), then the threshold for refusing."""
        self.temperature = fit_temperature(predictions, targets)
        best, answers = self.probabilities(predictions).max(1)
        right = best[answers == targets]
        wanted = float(right.quantile(self.refuse)) if len(right) and self.refuse > 0 else 0.0
        self.threshold = min(wanted, MOST_CERTAIN)

    def probabilities(self, predictions: Tensor) -> Tensor:
        """Calibrated probabilities ``(B, K)``, in double precision."""
        return tempered(predictions, self.temperature)

    def decode(self, predictions: Tensor, lengths: Tensor) -> list[Command]:
        """The command of each clip, or none of these; labels that begin with "_" (as _unknown_) are none too."""
        shares = self.probabilities(predictions)
        top = shares.topk(min(3, shares.shape[1]), dim=1)
        names = self.class_names()
        answers = []
        for values, places in zip(top.values.tolist(), top.indices.tolist(), strict=True):
            alternatives = tuple((names[place], value) for place, value in zip(places, values, strict=True))
            label, probability = alternatives[0]
            known = probability >= self.threshold and not label.startswith("_")
            answers.append(Command(label if known else NONE, probability, alternatives))
        return answers

    def config(self) -> dict[str, Any]:
        """Settings, labels and what was calibrated; where the noise lay is no part of a model."""
        return {
            "name": self.name,
            "spectrogram": self.spectrogram.to_dict(),
            "augment": self.augment,
            "refuse": self.refuse,
            "labels": None if self.labels is None else self.labels.names,
            "temperature": self.temperature,
            "threshold": self.threshold,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """The task that `config` described."""
        spec = SpectrogramSpec.from_dict(config["spectrogram"])
        task = cls(spectrogram=spec, augment=config["augment"], refuse=config["refuse"])
        task.labels = None if config["labels"] is None else Labels(config["labels"])
        task.temperature, task.threshold = config["temperature"], config["threshold"]
        return task
