"""Made recordings: words and spelt sentences of tones."""

from __future__ import annotations

import csv
import hashlib
import wave
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from crnn.data.toy.sizes import check_sizes
from crnn.errors import SpecError

Floats = NDArray[np.float32]


def tone_words(
    folder: str | Path,
    labels: Sequence[str] = ("up", "down", "left", "right"),
    speakers: int = 4,
    takes: int = 2,
    *,
    rate_hz: int = 8000,
    duration_s: float = 0.5,
    seed: int = 0,
) -> Path:
    """Short wav clips: a pattern of four tones for each "word", a pitch and pace for each "speaker".

    Args:
        folder: Where to write ``<label>/<speaker>_nohash_<take>.wav`` and ``manifest.csv``
            (path, label, text, speaker).
        labels: The words; the pattern hangs on the word alone.
        speakers: How many.
        takes: Clips of each word by each speaker.
        rate_hz: Sampling rate.
        duration_s: Length of the average clip.
        seed: Same seed, same clips.

    Returns:
        The path of the manifest.

    Raises:
        SpecError: a size below 1.
    """
    check_sizes(labels=len(labels), speakers=speakers, takes=takes, rate_hz=rate_hz)
    root = Path(folder)
    rows = []
    for speaker in range(speakers):
        voice = np.random.default_rng([seed, speaker])
        pitch, pace = voice.uniform(0.85, 1.15), voice.uniform(0.85, 1.15)
        for label in labels:
            for take in range(takes):
                clip = root / label / f"s{speaker:02d}_nohash_{take}.wav"
                sound = _word(label, pitch, duration_s / pace, rate_hz, voice)
                _write_wav(clip, sound, rate_hz)
                rows.append((clip.relative_to(root).as_posix(), label, label.upper(), f"s{speaker:02d}"))
    manifest = root / "manifest.csv"
    with manifest.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("path", "label", "text", "speaker"), *rows])
    return manifest


def tone_texts(
    folder: str | Path,
    samples: int = 64,
    *,
    letters: str = "abcd",
    speakers: int = 4,
    rate_hz: int = 8000,
    letter_s: float = 0.1,
    seed: int = 0,
) -> Path:
    """Short wav clips of spelt "sentences": each letter is a tone, a space is a pause, a speaker has a pitch and pace.

    Args:
        folder: Where to write ``<number>.wav`` and ``manifest.csv`` (path, text, speaker).
        samples: Sentences, of two words with one to three letters each.
        letters: To choose from, at most eight.
        speakers: Who take turns.
        rate_hz: Sampling rate.
        letter_s: Length of a letter.
        seed: Same seed, same clips.

    Returns:
        The path of the manifest.

    Raises:
        SpecError: a size below 1, or more than eight letters.
    """
    check_sizes(samples=samples, letters=len(letters), speakers=speakers, rate_hz=rate_hz)
    if len(letters) > 8:
        raise SpecError(f"letters={letters!r}: give at most eight, so that their tones stay apart")
    root = Path(folder)
    random = np.random.default_rng(seed)
    voices = random.uniform(0.95, 1.05, (speakers, 2))
    rows = []
    for number in range(samples):
        words = ["".join(random.choice(list(letters), random.integers(1, 4))) for _ in range(2)]
        pitch, pace = voices[number % speakers]
        sound = _spelt(" ".join(words), letters, pitch, letter_s / pace, rate_hz, random)
        _write_wav(root / f"{number:04d}.wav", sound, rate_hz)
        rows.append((f"{number:04d}.wav", " ".join(words), f"s{number % speakers:02d}"))
    manifest = root / "manifest.csv"
    with manifest.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("path", "text", "speaker"), *rows])
    return manifest


def _word(label: str, pitch: float, duration_s: float, rate_hz: int, random: np.random.Generator) -> Floats:
    """Four tones out of eight, chosen by the label, in faint noise and with silence around."""
    marks = hashlib.blake2b(label.encode(), digest_size=4).digest()
    count = int(duration_s * rate_hz / 6)
    time_s = np.arange(count) / rate_hz
    fade = np.sin(np.linspace(0, np.pi, count))
    frequencies_hz = [pitch * (300 + 150 * (mark % 8)) for mark in marks]
    parts = [fade * np.sin(2 * np.pi * frequency_hz * time_s) for frequency_hz in frequencies_hz]
    before, after = (np.zeros(int(share * count)) for share in random.uniform(0.5, 1.5, 2))
    sound = np.concatenate([before, *parts, after])
    return (0.5 * sound + 0.01 * random.standard_normal(len(sound))).astype(np.float32)


def _spelt(text: str, letters: str, pitch: float, letter_s: float, rate_hz: int, random: np.random.Generator) -> Floats:
    """A tone a letter with faint gaps, silence for a space, faint noise over all."""
    count = int(letter_s * rate_hz)
    time_s, fade = np.arange(count) / rate_hz, np.sin(np.linspace(0, np.pi, count))
    tones_hz = pitch * 300 * 1.32 ** np.array([letters.find(letter) for letter in text])
    parts = [
        fade * np.sin(2 * np.pi * tone_hz * time_s) * (letter != " ")
        for letter, tone_hz in zip(text, tones_hz, strict=True)
    ]
    edge = np.zeros(count // 2)
    sound = np.concatenate([edge, *parts, edge])
    return (0.5 * sound + 0.01 * random.standard_normal(len(sound))).astype(np.float32)


def _write_wav(file: Path, sound: Floats, rate_hz: int) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(file), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate_hz)
        out.writeframes((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())
