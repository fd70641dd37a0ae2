"""Long recordings cut into pieces at pauses, in memory for one piece only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crnn.audio.wave import Samples

FRAME_S = 0.02
PAUSE_FRAMES = 15
"""Loudness is smoothed over so many frames, 0.3 s: a pause between words, not one inside them."""


@dataclass(frozen=True)
class Piece:
    """A part of a recording.

    Args:
        start_s: Where it begins.
        samples: ``(N,)``.
    """

    start_s: float
    samples: Samples


def cut(blocks: Iterable[Samples], rate_hz: int, longest_s: float = 20.0, least_s: float = 8.0) -> Iterator[Piece]:
    """Pieces of a recording, end to end, each cut where it is quietest.

    Args:
        blocks: The recording, piece by piece, of any lengths.
        rate_hz: Of the samples.
        longest_s: Longest piece.
        least_s: A piece is not cut before.

    Example:
        >>> sound = np.ones(50, np.float32); sound[24:28] = 0
        >>> [len(piece.samples) for piece in cut([sound], 10, longest_s=4, least_s=1)]
        [26, 24]
    """
    longest, least = round(longest_s * rate_hz), round(least_s * rate_hz)
    held = np.zeros(0, dtype=np.float32)
    start = 0
    for block in blocks:
        held = np.concatenate([held, block])
        while len(held) > longest:
            place = least + _quietest(held[least:longest], rate_hz)
            yield Piece(start / rate_hz, held[:place])
            held, start = held[place:], start + place
    if len(held):
        yield Piece(start / rate_hz, held)


def _quietest(samples: NDArray[np.float32], rate_hz: int) -> int:
    """The middle of the quietest stretch."""
    frame = max(1, round(FRAME_S * rate_hz))
    count = max(1, len(samples) // frame)
    power = np.square(samples[: count * frame].reshape(count, -1), dtype=np.float64).mean(axis=1)
    width = min(PAUSE_FRAMES, count)
    smooth = np.convolve(power, np.ones(width) / width, mode="valid")
    # Among equally quiet stretches the middle one: digital silence is cut in its middle, not at the end of a word.
    quiet = np.flatnonzero(smooth <= smooth.min() * (1 + 1e-6))
    return int((quiet[len(quiet) // 2] + width / 2) * frame)
