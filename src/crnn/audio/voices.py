"""Synthetic speech for who has no recordings yet: words, spoken by many voices, as a folder with a manifest."""

from __future__ import annotations

import csv
import importlib.util
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np

from crnn.audio.wave import RATE_HZ, Samples, from_array, write
from crnn.errors import DataError, MissingExtraError, SpecError, UnknownNameError

COLUMNS = ("path", "label", "speaker", "split")

# Variants that sound like speech and unlike one another; left out: whispers, croaks, robots, demons, doubles.
_HIGH = (
    "f1", "f2", "f3", "f4", "f5", "Alicia", "Andrea", "Annie", "anika", "aunty", "belinda", "linda", "steph",
    "shelby", "grandma",
)  # fmt: skip
_LOW = (
    "m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8", "adam", "Alex", "Andy", "boris", "david", "Denis", "Diogo",
    "ed", "edward", "Gene", "Henrique", "Jacky", "john", "Lee", "Marco", "Mario", "max", "Michael", "Mike",
    "michel", "miguel", "Nguyen", "norbert", "pablo", "paul", "pedro", "quincy", "Reed", "rob", "robert",
    "sandro", "travis", "victor", "kaukovalta", "gustave", "grandpa", "ian", "iven", "announcer", "antonio",
    "benjamin", "Storm", "Tweaky", "RicishayMax",
)  # fmt: skip
VARIANTS = tuple(name for pair in zip_longest(_HIGH, _LOW) for name in pair if name)
"""Kinds of voice, high and low in turn."""

_ACCENTS = {
    "en": ("gmw/en-US", "gmw/en", "gmw/en-GB-x-rp", "gmw/en-GB-scotland", "gmw/en-GB-x-gbclan", "gmw/en-US-nyc"),
}
_ALIASES = {"zh": "cmn", "en-us": "en-US", "en-gb": "en"}
_PORTION = 512  # clips a worker speaks; a fresh one for each bounds the memory and resets the engine
_SHORTEST_S = 0.05


@dataclass(frozen=True)
class Spoken:
    """A row of the manifest.

    Args:
        path: The clip, relative to the folder.
        label: As given.
        speaker: The voice.
        split: "train", or "dev" for voices that are not trained on.
    """

    path: str
    label: str
    speaker: str
    split: str


def speak(
    texts: Sequence[str] | Mapping[str, str],
    folder: str | Path,
    *,
    voices: int | Sequence[str] = 24,
    takes: int = 3,
    seed: int = 0,
    language: str = "en",
    dev_share: float = 0.25,
    rate_hz: int = RATE_HZ,
) -> list[Spoken]:
    """Speak every text in every voice, `takes` times, into ``folder/<label>/`` and ``folder/manifest.csv``.

    Rate, pitch and its range, level and the margins around the word vary from take to take; a faint noise floor
    stands in for the room. The same arguments give the same files, bit by bit.

    Args:
        texts: What to say, each text its own label; or what to say by label. Underscores are spoken as spaces.
        folder: A new or empty folder.
        voices: How many, or names out of `VARIANTS`, or whole identifiers such as "gmw/en-US+f3".
        takes: Clips of each text by each voice.
        seed: Chooses the takes.
        language: A language of espeak-ng: "en", "cmn" (Mandarin, in characters), "de", "ar", ...
        dev_share: Share of the voices that only the dev part hears.
        rate_hz: Rate of the files.

    Returns:
        The rows of the manifest.

    Raises:
        MissingExtraError: espeak-ng is not installed.
        DataError: no texts, an empty one, one without sound in this language, or a folder that is not empty.
        UnknownNameError: no such language or voice.
        SpecError: a number of voices, takes or a share that cannot be.
    """
    data = _engine_data()
    said = _said(texts)
    speakers = _speakers(voices, language, data)
    _check_numbers(takes, dev_share)
    folder = Path(folder)
    if folder.is_dir() and any(folder.iterdir()):
        raise DataError(f"{folder} is not empty: give a new folder, so that old and new clips do not mix")
    _check_sound(said, speakers[0])
    chance = np.random.default_rng(seed)
    clips = [
        (label, speaker, take, _clip(text, speaker, chance))
        for label, text in said.items()
        for speaker in speakers
        for take in range(takes)
    ]
    splits = _splits(speakers, dev_share)
    rows = []
    for (label, speaker, take, _), spoken in zip(clips, _voiced([clip for *_, clip in clips], rate_hz), strict=True):
        path = Path(_safe(label)) / f"{_short(speaker)}_{take}.wav"
        (folder / path.parent).mkdir(parents=True, exist_ok=True)
        write(folder / path, _staged(spoken, rate_hz, chance), rate_hz)
        rows.append(Spoken(path.as_posix(), label, _short(speaker), splits[speaker]))
    _write_manifest(folder / "manifest.csv", rows)
    return rows


def _engine_data() -> Path:
    """The folder of the engine's voices; the engine itself is loaded in the worker only."""
    found = importlib.util.find_spec("espeakng_loader")
    if found is None or found.origin is None:
        raise MissingExtraError("synthetic speech", "synth")
    return Path(found.origin).parent / "espeak-ng-data"


def _said(texts: Sequence[str] | Mapping[str, str]) -> dict[str, str]:
    if isinstance(texts, str):
        raise DataError(f"texts is the one string {texts!r}: give a list of texts")
    said = dict(texts) if isinstance(texts, Mapping) else {text: text for text in texts}
    if not said:
        raise DataError("there are no texts to speak: give at least one")
    said = {label: text.replace("_", " ").strip() for label, text in said.items()}
    places: dict[str, str] = {}
    for label, text in said.items():
        if not text or not label.strip():
            raise DataError(f"the text of label {label!r} is empty: give something to say, or leave it out")
        other = places.setdefault(_safe(label).lower(), label)
        if other != label:
            raise DataError(f"labels {other!r} and {label!r} would share the folder {_safe(label)!r}: rename one")
    return said


def _speakers(voices: int | Sequence[str], language: str, data: Path) -> list[str]:
    accents = _accents(language, data)
    if isinstance(voices, int):
        # Each round over the kinds of voice moves the accents on by one, so that all pairs differ.
        most = len(accents) * len(VARIANTS)
        if not 1 <= voices <= most:
            raise SpecError(f"voices={voices}: {language!r} has 1 to {most}")
        rounds = (divmod(index, len(VARIANTS)) for index in range(voices))
        return [f"{accents[(turn + kind) % len(accents)]}+{VARIANTS[kind]}" for turn, kind in rounds]
    if isinstance(voices, str) or not voices or len(set(voices)) < len(voices):
        raise SpecError(f"voices={voices!r}: give a number, or a list of different names")
    known = sorted(path.name for path in (data / "voices" / "!v").iterdir())
    for name in voices:
        accent, _, kind = name.rpartition("+")
        # The engine itself ignores a variant that it does not know.
        if kind not in known:
            raise UnknownNameError("voice", kind, known)
        if accent and not (data / "lang" / accent).is_file():
            raise UnknownNameError("accent", accent, _languages(data).values())
    return [name if "+" in name else f"{accents[0]}+{name}" for name in voices]


def _accents(language: str, data: Path) -> tuple[str, ...]:
    if language in _ACCENTS:
        return _ACCENTS[language]
    known = _languages(data)
    name = _ALIASES.get(language.lower(), language)
    if name not in known:
        raise UnknownNameError("language", language, known)
    return (known[name],)


def _languages(data: Path) -> dict[str, str]:
    """The engine's identifier of every language; it is the place of its file."""
    lang = data / "lang"
    return {path.name: path.relative_to(lang).as_posix() for path in sorted(lang.rglob("*")) if path.is_file()}


def _check_numbers(takes: int, dev_share: float) -> None:
    if takes < 1:
        raise SpecError(f"takes={takes}: give a whole number from 1 up")
    if not 0.0 <= dev_share < 1.0:
        raise SpecError(f"dev_share={dev_share}: give a share from 0 up to, but not including, 1")


def _check_sound(said: dict[str, str], speaker: str) -> None:
    """Say everything once before a file is written, so that a text without sound leaves no half-filled folder."""
    clips = [{"text": text, "voice": speaker, "rate": 175, "pitch": 50, "range": 50} for text in said.values()]
    for text, spoken in zip(said.values(), _voiced(clips, RATE_HZ), strict=True):
        if len(spoken) < _SHORTEST_S * RATE_HZ:
            raise DataError(f"{text!r} has no sound in the voice {speaker}: is it text of the language?")


def _clip(text: str, voice: str, chance: np.random.Generator) -> dict[str, Any]:
    """What the worker is asked for: words a minute, pitch and its range from 0 to 100."""
    rate, pitch, spread = chance.integers([120, 30, 30], [220, 71, 81]).tolist()
    return {"text": text, "voice": voice, "rate": rate, "pitch": pitch, "range": spread}


def _voiced(clips: list[dict[str, Any]], rate_hz: int) -> Iterator[Samples]:
    for start in range(0, len(clips), _PORTION):
        answer = _work(clips[start : start + _PORTION])
        engine_hz, place = int.from_bytes(answer[:4], "little"), 4
        while place < len(answer):
            end = place + 4 + 2 * int.from_bytes(answer[place : place + 4], "little")
            yield from_array(answer[place + 4 : end], engine_hz, rate_hz)
            place = end


def _work(clips: list[dict[str, Any]]) -> bytes:
    worker = Path(__file__).with_name("voices_worker.py")
    # -P keeps this room off the path of the worker, where its `wave` would hide the standard library's.
    done = subprocess.run(
        [sys.executable, "-P", str(worker)], input=json.dumps({"clips": clips}).encode(), capture_output=True
    )
    if done.returncode != 0:
        reason = done.stderr.decode(errors="replace").strip().splitlines() or ["no reason given"]
        raise DataError(f"the voice worker failed ({done.returncode}): {reason[-1]}")
    return done.stdout


def _staged(samples: Samples, rate_hz: int, chance: np.random.Generator) -> Samples:
    """The word at some level, with margins, over the noise of a quiet room 50 to 70 dB below full scale."""
    before, after = (chance.uniform(0.1, 0.3, 2) * rate_hz).astype(int).tolist()
    level = 10.0 ** (chance.uniform(-12.0, -1.0) / 20.0)
    floor = 10.0 ** (chance.uniform(-70.0, -50.0) / 20.0)
    scene = chance.standard_normal(before + len(samples) + after, dtype=np.float32) * np.float32(floor)
    peak = max(float(np.abs(samples).max()), 1e-4)
    scene[before : before + len(samples)] += samples * np.float32(level / peak)
    staged: Samples = scene
    return staged


def _splits(speakers: list[str], dev_share: float) -> dict[str, str]:
    """The last voices are for dev, high and low as they come in turn; at least one of two or more, and never all."""
    count = round(dev_share * len(speakers))
    if dev_share > 0 and len(speakers) > 1:
        count = min(max(1, count), len(speakers) - 1)
    first = len(speakers) - count
    return {speaker: "dev" if index >= first else "train" for index, speaker in enumerate(speakers)}


def _short(speaker: str) -> str:
    return speaker.rpartition("/")[2].replace("+", "-").replace(" ", "_")


def _safe(label: str) -> str:
    """A folder's name for a label, in any script."""
    return re.sub(r'[\s/\\:*?"<>|.]+', "_", label.strip())


def _write_manifest(path: Path, rows: list[Spoken]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows((row.path, row.label, row.speaker, row.split) for row in rows)
