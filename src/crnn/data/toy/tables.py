"""Made tables of series: movements with their gesture, weekly sales."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from crnn.data.toy.sizes import check_sizes

Floats = NDArray[np.float32]


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
    check_sizes(labels=len(labels), subjects=subjects, takes=takes, rate_hz=rate_hz)
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
    check_sizes(shops=shops, weeks=weeks, season=season)
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
