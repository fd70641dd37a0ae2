"""Small made data that can be learnt, for tests, examples and benchmarks: seeded, no downloads."""

from __future__ import annotations

import csv
import hashlib
import wave
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crnn.errors import SpecError

Floats = NDArray[np.float32]


def tones(
    classes: int = 4, samples: int = 64, *, steps: int = 20, features: int = 12, noise: float = 0.3, seed: int = 0
) -> tuple[Floats, NDArray[np.int64]]:
    """Spectrogram-like arrays: each class is a line that moves through the features in its own way.

    Args:
        classes: How many, in turn.
        samples: N.
        steps: T.
        features: F.
        noise: Standard deviation of the noise beside lines of height 1.
        seed: Same seed, same arrays.

    Returns:
        ``(N, T, F)`` float32 and class numbers ``(N,)`` int64.

    Raises:
        SpecError: a size below 1.

    Example:
        >>> x, y = tones(classes=3, samples=6)
        >>> x.shape, y.tolist()
        ((6, 20, 12), [0, 1, 2, 0, 1, 2])
    """
    _check_sizes(classes=classes, samples=samples, steps=steps, features=features)
    random = np.random.default_rng(seed)
    y = np.arange(samples, dtype=np.int64) % classes
    time = np.arange(steps) / steps
    # A class is a start and a slope, so that its order in time matters as well as its pitch.
    start = (y + 0.5) / classes
    slope = np.where(y % 2 == 0, 0.4, -0.4)
    place = (start[:, None] + slope[:, None] * (time + random.uniform(-0.1, 0.1, (samples, 1)))) % 1.0
    distance = np.abs(np.arange(features) - place[..., None] * (features - 1))
    x = np.exp(-(distance**2)) + noise * random.standard_normal((samples, steps, features))
    return x.astype(np.float32), y


def sequences(
    samples: int = 64,
    *,
    steps: tuple[int, int] = (12, 20),
    features: int = 4,
    outputs: int = 3,
    kind: str = "regression",
    seed: int = 0,
) -> tuple[list[Floats], Floats]:
    """Sequences of different lengths with several values or several labels each.

    Output k is the mean over time of feature k; as labels, whether that mean lies above 0.

    Args:
        samples: N.
        steps: Shortest and longest T_i.
        features: F, at least `outputs`.
        outputs: K.
        kind: "regression" or "labels".
        seed: Same seed, same arrays.

    Returns:
        N arrays ``(T_i, F)`` float32, and targets ``(N, K)`` float32; 0 and 1 for labels.

    Raises:
        SpecError: a size below 1, fewer features than outputs, or an unknown kind.
    """
    _check_sizes(samples=samples, steps=min(steps), features=features, outputs=outputs)
    if outputs > features or steps[0] > steps[1] or kind not in ("regression", "labels"):
        raise SpecError(
            f"outputs={outputs}, features={features}, steps={steps}, kind={kind!r}: give at most one output a feature,"
            ' steps as (shortest, longest), and "regression" or "labels"'
        )
    random = np.random.default_rng(seed)
    lengths = random.integers(steps[0], steps[1] + 1, samples)
    levels = random.uniform(-1, 1, (samples, features))
    x = [
        (level + 0.3 * random.standard_normal((length, features))).astype(np.float32)
        for level, length in zip(levels, lengths, strict=True)
    ]
    means = np.stack([item.mean(axis=0)[:outputs] for item in x])
    return x, means if kind == "regression" else (means > 0).astype(np.float32)


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
    _check_sizes(labels=len(labels), speakers=speakers, takes=takes, rate_hz=rate_hz)
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
    _check_sizes(samples=samples, letters=len(letters), speakers=speakers, rate_hz=rate_hz)
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


def gestures(
    file: str | Path,
    labels: Sequence[str] = ("circle", "shake", "still"),
    subjects: int = 4,
    takes: int = 4,
    *,
    rate_hz: int = 25,
    seed: int = 0,
) -> Path:
    """A long table of movements: an acceleration in three axes, a pace and strength for each "subject".

    Args:
        file: Where to write ``trial,subject,time,ax,ay,az,gesture``, a row a step.
        labels: The gestures; how the axes move hangs on the gesture alone.
        subjects: How many.
        takes: Sequences of each gesture by each subject, of one to two seconds.
        rate_hz: Steps a second.
        seed: Same seed, same table.

    Returns:
        The path of the table.

    Raises:
        SpecError: a size below 1.
    """
    _check_sizes(labels=len(labels), subjects=subjects, takes=takes, rate_hz=rate_hz)
    rows: list[tuple[object, ...]] = [("trial", "subject", "time", "ax", "ay", "az", "gesture")]
    trials = [(subject, label) for subject in range(subjects) for label in labels for _ in range(takes)]
    for trial, (subject, label) in enumerate(trials):
        person = np.random.default_rng([seed, subject])
        pace, strength = person.uniform(0.8, 1.25, 2)
        for step, values in enumerate(
            _movement(label, pace, strength, rate_hz, np.random.default_rng([seed, 9, trial]))
        ):
            rows.append(
                (trial, f"s{subject}", round(step / rate_hz, 4), *(round(value, 4) for value in values.tolist()), label)
            )
    path = Path(file)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows(rows)
    return path


def _movement(label: str, pace: float, strength: float, rate_hz: int, random: np.random.Generator) -> Floats:
    """``(T, 3)``: a swing in each axis with the gesture's own pace and place in the cycle, in noise."""
    marks = hashlib.blake2b(label.encode(), digest_size=6).digest()
    time_s = np.arange(int(rate_hz * random.uniform(1.0, 2.0))) / rate_hz
    start = random.uniform(0, 2 * np.pi)
    axes = [
        (mark % 4) / 3 * np.sin(2 * np.pi * pace * (1 + marks[0] % 3) * time_s + start + turn / 40)
        for mark, turn in zip(marks[:3], marks[3:], strict=True)
    ]
    moved = strength * np.stack(axes, axis=1) + 0.15 * random.standard_normal((len(time_s), 3))
    return moved.astype(np.float32)


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


def _write_wav(file: Path, sound: Floats, rate_hz: int) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(file), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate_hz)
        out.writeframes((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())


def reviews(path: str | Path, count: int = 120, *, language: str = "en", seed: int = 0) -> Path:
    """A table of made hotel reviews with their label, "good" or "bad" (好评 or 差评), in turn.

    Every third review says what it means by a negation, so that single words do not tell all.

    Args:
        path: The CSV file, with the columns ``text`` and ``label``.
        count: Reviews.
        language: "en" or "zh".
        seed: Same seed, same reviews.

    Returns:
        The path of the file.

    Raises:
        SpecError: no reviews, more than there are, or another language.

    Example:
        >>> import tempfile
        >>> file = reviews(Path(tempfile.mkdtemp()) / "reviews.csv", count=4)
        >>> file.read_text(encoding="utf-8").splitlines()[0]
        'text,label'
    """
    _check_sizes(count=count)
    if count > MOST_REVIEWS:
        raise SpecError(f"count={count!r}: there are at most {MOST_REVIEWS} different reviews")
    if language not in _REVIEWS:
        raise SpecError(f"language={language!r}: made reviews are there in {' and '.join(_REVIEWS)}")
    parts, random = _REVIEWS[language], np.random.default_rng(seed)
    written: dict[str, str] = {}
    while len(written) < count:
        number = len(written)
        side, negated = number % 2, number % 3 == 0
        word = random.choice(parts["words"][1 - side if negated else side])
        form = random.choice(parts["negated" if negated else "plain"])
        text = form.format(subject=random.choice(parts["subjects"]), word=word) + random.choice(parts["ends"])
        written.setdefault(text, parts["labels"][side])  # no review comes twice
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("text", "label"), *written.items()])
    return path


MOST_REVIEWS = 200
"""More are not sure to be different from each other."""

_REVIEWS: dict[str, dict[str, Any]] = {
    "en": {
        "labels": ("good", "bad"),
        "subjects": ("the room", "the breakfast", "the staff", "our bed", "the view", "the bathroom"),
        "words": (("lovely", "clean", "friendly", "great"), ("awful", "dirty", "rude", "poor")),
        "plain": ("{subject} was {word}", "{subject} is really {word}", "we found {subject} {word}"),
        "negated": ("{subject} was not {word} at all", "nobody can call {subject} {word}"),
        "ends": (".", "!", ", and we stayed two nights.", ", as a friend had told us."),
    },
    "zh": {
        "labels": ("好评", "差评"),
        "subjects": ("房间", "早餐", "服务员", "床", "风景", "卫生间"),
        "words": (("干净", "舒服", "热情", "漂亮"), ("肮脏", "糟糕", "冷淡", "难看")),
        "plain": ("{subject}很{word}", "{subject}真的{word}", "我们觉得{subject}{word}"),
        "negated": ("{subject}一点也不{word}", "谁也不会说{subject}{word}"),
        "ends": ("。", "！", "，住了两个晚上。", "，跟朋友说的一样。"),
    },
}


def _check_sizes(**sizes: int) -> None:
    for name, size in sizes.items():
        if size < 1:
            raise SpecError(f"{name}={size!r}: give a whole number from 1 up")


def printed_lines(
    folder: str | Path,
    words: Sequence[str] = ("one", "two", "three", "four"),
    lines: int = 48,
    writers: int = 4,
    *,
    longest: int = 3,
    height_px: int = 40,
    seed: int = 0,
) -> Path:
    """Lines of print: one to `longest` of the words, leaning, noisy and faded in the way of each "writer".

    Args:
        folder: Where to write ``<writer>/<number>.png`` with its text beside it as ``<number>.gt.txt``.
        words: To choose from.
        lines: How many, the writers in turn.
        writers: How many.
        longest: Most words of a line.
        height_px: Of the pictures.
        seed: Same seed, same lines.

    Returns:
        The folder.

    Raises:
        SpecError: a size below 1.
        MissingExtraError: Pillow is not installed.
    """
    from crnn.image import picture

    _check_sizes(words=len(words), lines=lines, writers=writers, longest=longest, height_px=height_px)
    root, random = Path(folder), np.random.default_rng(seed)
    hands = [np.random.default_rng([seed, writer]) for writer in range(writers)]
    ways = [(hand.uniform(-0.25, 0.25), hand.uniform(0.4, 1.0)) for hand in hands]
    for number in range(lines):
        writer = number % writers
        lean, ink = ways[writer]
        text = " ".join(random.choice(words, random.integers(1, longest + 1)))
        drawn = 255.0 - picture.shear(picture.text(text, height_px), lean, 255)
        paper = 235.0 - ink * drawn * 0.85 + random.normal(0.0, 6.0, drawn.shape)
        file = root / f"writer{writer}" / f"{number:03d}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(picture.png(np.clip(paper, 0, 255).astype(np.uint8)))
        file.with_suffix(".gt.txt").write_text(text + "\n", encoding="utf-8")
    return root


def sales(
    path: str | Path, *, shops: int = 3, weeks: int = 160, season: int = 13, ahead: int = 0, seed: int = 0
) -> Path:
    """A long table of weekly sales: a level and a trend of each shop, a season, holidays known ahead, and noise.

    Args:
        path: CSV file to write, with the columns date, shop, holiday and sales.
        shops: Series.
        weeks: Steps of each.
        season: Weeks after which the season repeats.
        ahead: Rows behind the last sales that give the holidays to come.
        seed: Same seed, same file.

    Returns:
        The path.

    Raises:
        SpecError: a size below 1.
    """
    _check_sizes(shops=shops, weeks=weeks, season=season)
    random = np.random.default_rng(seed)
    dates = np.datetime64("2021-01-04") + 7 * np.arange(weeks + ahead)
    holiday = (np.arange(weeks + ahead) % season == season - 2).astype(int)
    with Path(path).open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["date", "shop", "holiday", "sales"])
        for shop in range(1, shops + 1):
            time = np.arange(weeks + ahead)
            shape = 1.0 + 0.3 * np.sin(2 * np.pi * time / season) + 0.4 * holiday + 0.002 * time
            values = 1000 * shop * (shape + 0.03 * random.standard_normal(len(time)))
            for at, (date, day) in enumerate(zip(dates, holiday, strict=True)):
                writer.writerow([date, f"shop {shop}", day, f"{values[at]:.2f}" if at < weeks else ""])
    return Path(path)
