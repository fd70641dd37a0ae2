"""Speech to text: a wave to what was said, with the time and the confidence of each word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

from crnn.audio.augment import Chain, MaskFrequency, MaskTime, Tempo, WarpFrequency
from crnn.audio.spectrogram import SpectrogramSpec
from crnn.data.example import Example, Record
from crnn.data.findings import Findings
from crnn.data.transcripts import read_transcribed
from crnn.decode.spelling import Spelling
from crnn.padded import Vary
from crnn.spec import ConvSpec, HeadSpec, NetworkSpec, RecurrentSpec
from crnn.tasks.sound import Sound
from crnn.tasks.task import Option, Plan, size_index
from crnn.tasks.transcription import Transcription
from crnn.text.alphabet import Form
from crnn.text.transcript import Transcript

WIDTHS = ((16, 24), (32, 48), (32, 64), (48, 96))
UNITS = (64, 192, 320, 512)
LAYERS = (1, 2, 3, 4)


@dataclass(frozen=True)
class Word:
    """A word that was heard.

    Args:
        text: The word.
        confidence: From 0 to 1, calibrated on the validation part.
        start_s: Where it begins, in seconds from the start of the recording.
        end_s: Where it ends.
    """

    text: str
    confidence: float
    start_s: float
    end_s: float

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        times = {"start_s": round(self.start_s, 3), "end_s": round(self.end_s, 3)}
        return {"text": self.text, "confidence": round(self.confidence, 4), **times}


@dataclass(frozen=True)
class Utterance:
    """What was said in a recording.

    Args:
        text: All of it.
        confidence: Mean over the words; 1 where nothing was heard.
        words: With their times.
        alternatives: The texts that came next, where more than one was asked for.
    """

    text: str
    confidence: float
    words: tuple[Word, ...]
    alternatives: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.text

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        words = [word.to_dict() for word in self.words]
        facts = {"text": self.text, "confidence": round(self.confidence, 4), "words": words}
        return {**facts, **({"alternatives": list(self.alternatives)} if self.alternatives else {})}


class SpeechRecognition(Sound, Transcription):
    """Recordings to text.

    Data: a manifest ``path,text[,speaker,split]``, a folder with a ``.txt`` or ``.lab`` beside each recording, a folder
    as LibriSpeech or Common Voice lays it out, or an archive of any of these. With speakers the validation part is made
    of speakers that training never hears.

    Args:
        rate_hz: Sample rate that everything is brought to.
        spectrogram: Other features than the task's own, which are made for `rate_hz`.
        noise: Folder of background noise to mix into training; noise made from a seed is used without it.
        augment: Whether to vary training recordings at all.
        case: Case of transcripts: "keep", "lower" or "upper".
        punctuation: Of transcripts: "keep" or "drop".
        form: Unicode form of transcripts.
    """

    name: ClassVar[str] = "speech"
    options: ClassVar[tuple[Option, ...]] = (
        *Sound.sound_options,
        *Transcription.text_options,
    )
    plan = Plan(
        loss="ctc",
        metrics=("cer", "wer", "sequence_accuracy"),
        monitor="wer",
        optimizer={"name": "adamw", "rate": 2e-3, "weight_decay": 0.01},
        schedule={"name": "cosine", "warmup": 0.1},
        split="group",
        validation_split=0.1,
        epochs=60,
        least_steps=4000,
        batch_size=16,
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
        case: str = "keep",
        punctuation: str = "keep",
        form: Form = "NFC",
    ) -> None:
        super().__init__(Transcript(case, punctuation), form)  # type: ignore[arg-type]
        self.spectrogram = spectrogram or SpectrogramSpec(
            rate_hz=rate_hz, bands=64, low_hz=40.0, normalise="mean", floor=1e-10, range_db=70.0
        )
        self.noise = noise
        self.augment = augment

    def network(self, size: str) -> NetworkSpec:
        """Strided convolutions that leave a step every 40 ms, residual blocks, a stack of bidirectional LSTMs."""
        index = size_index(size)
        stem, top = WIDTHS[index]
        return NetworkSpec(
            convolutions=(
                ConvSpec(stem, kernel=5, stride=2),
                ConvSpec(stem, repeats=2, residual=True, pool=(2, 1)),
                ConvSpec(top, stride=2),
                ConvSpec(top, repeats=2, residual=True),
            ),
            recurrent=RecurrentSpec(
                units=UNITS[index], layers=LAYERS[index], bidirectional=True, dropout=0.3, input_dropout=0.2
            ),
            head=HeadSpec(),
        )

    def read(self, data: Any, targets: Any = None) -> tuple[list[Record], Findings]:
        """Records from a manifest, a folder with transcripts, an archive, paths with texts, or waves at `rate_hz`."""
        return read_transcribed(data, targets, suffixes=self.suffixes)

    def prepare(self, record: Record) -> Example:
        """The wave, mono, at `rate_hz`; the symbols of its transcript."""
        target = None if record.target is None or self.alphabet is None else self.encode(record)
        return Example(self.samples(record), target, record)

    def preparation(self) -> dict[str, Any]:
        """Rate and texts; features are computed later, so other spectrogram settings need no new cache."""
        texts = {key: value for key, value in self.text_config().items() if key in ("transcript", "form", "alphabet")}
        return {"name": self.name, "rate_hz": self.rate_hz, **texts}

    def vary_inputs(self) -> Vary | None:
        """Other speeds, places, tone colours, rooms and noises."""
        return self.varied(speed=0.12, noise=0.4, snr_db=(5.0, 30.0)) if self.augment else None

    def vary_features(self) -> Vary | None:
        """Another tempo, another vocal tract, and masks over time and frequency."""
        if not self.augment:
            return None
        tempo = Tempo(share=1.0, factors=(0.8, 1.3), together=True)
        masks = [MaskTime(share=1.0, steps=20, count=4, most=0.2), MaskFrequency(share=1.0, bands=12, count=2)]
        return Chain([tempo, WarpFrequency(share=1.0, most=0.1), *masks])

    @property
    def step_s(self) -> float:
        """Seconds from one step of the network to the next."""
        return self.stride * self.spectrogram.hop_ms / 1000

    def answer(self, spelling: Spelling, others: Sequence[str] = ()) -> Utterance:
        """Text and words with their times."""
        words = tuple(
            Word(
                self.known.decode(part.symbols),
                part.confidence,
                float(part.starts[0]) * self.step_s,
                float(part.ends[-1]) * self.step_s,
            )
            for part in spelling.parts(self.known.number(" "))
        )
        sure = float(np.mean([word.confidence for word in words])) if words else 1.0
        return Utterance(self.known.decode(spelling.symbols).strip(), sure, words, tuple(others))

    def config(self) -> dict[str, Any]:
        """Settings, alphabet and what was calibrated; where the noise lay is no part of a model."""
        settings = {"name": self.name, "spectrogram": self.spectrogram.to_dict(), "augment": self.augment}
        return {**settings, **self.text_config()}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """The task that `config` described."""
        task = cls(spectrogram=SpectrogramSpec.from_dict(config["spectrogram"]), augment=config["augment"])
        task.load_text(config)
        return task
