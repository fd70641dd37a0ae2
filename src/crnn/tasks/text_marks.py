"""Texts that training saw, remembered by a few bytes each, so that they are known again as no test of a model."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterable, Sequence
from typing import Self

import numpy as np

Tokens = Sequence[str]


class Marks:
    """A set of texts by four bytes each; two different ones have the same once in four thousand million times.

    Args:
        texts: The tokens of each text.

    Example:
        >>> seen = Marks([["good", "room"]])
        >>> ["good", "room"] in seen, ["bad", "room"] in Marks.unpacked(seen.packed())
        (True, False)
    """

    def __init__(self, texts: Iterable[Tokens] = ()) -> None:
        self._marks = set(map(_mark, texts))

    def __contains__(self, tokens: object) -> bool:
        return isinstance(tokens, Sequence) and _mark(tokens) in self._marks

    def add(self, other: Marks) -> None:
        """Take over all texts of another set."""
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


def _mark(tokens: Tokens) -> int:
    return zlib.crc32("\0".join(tokens).encode("utf-8", "surrogatepass"))
