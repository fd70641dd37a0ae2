"""Samples that training saw, remembered by a few bytes each, so that they are known again as no test of a model."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterable
from typing import Self

import numpy as np


class Marks:
    """A set of samples by four bytes each; two different ones have the same once in four thousand million times.

    Args:
        samples: What each sample is, as bytes.

    Example:
        >>> seen = Marks([b"good room"])
        >>> b"good room" in seen, b"bad room" in Marks.unpacked(seen.packed())
        (True, False)
    """

    def __init__(self, samples: Iterable[bytes] = ()) -> None:
        self._marks = set(map(zlib.crc32, samples))

    def __contains__(self, sample: object) -> bool:
        return isinstance(sample, bytes) and zlib.crc32(sample) in self._marks

    def __len__(self) -> int:
        return len(self._marks)

    def add(self, other: Marks) -> None:
        """Take over all samples of another set."""
        self._marks |= other._marks

    def packed(self) -> str:
        """As a string for a model's file."""
        return base64.b64encode(np.array(sorted(self._marks), dtype="<u4").tobytes()).decode()

    @classmethod
    def unpacked(cls, text: str) -> Self:
        """What `packed` wrote."""
        marks = cls()
        marks._marks = set(np.frombuffer(base64.b64decode(text), dtype="<u4").tolist())
        return marks
