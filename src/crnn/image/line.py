"""One line of writing as a network takes it: ink 1 on paper 0, at one height, with its width kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from crnn.errors import SpecError, UnknownNameError, UnreadableError
from crnn.image import picture
from crnn.image.picture import Grey
from crnn.spec import Spec

LOWEST_PX = 8
"""Rows below which no writing can be told apart."""

INKS = ("auto", "dark", "light")

_BLANK = 10
"""Grey levels between paper and ink below which there is nothing but paper."""

_STEEPEST = 1.0
"""Lean, in pixels sideways for each pixel up, up to which slanted writing is set upright."""

Ink = NDArray[np.float32]


@dataclass(frozen=True)
class LineSpec(Spec):
    """How a picture of a line is brought to what the network sees; part of the model.

    Args:
        height_px: Height that every line is brought to.
        longest_px: Widest line, at that height; a wider picture is refused.
        ink: "dark" on light paper, "light" on dark, or "auto": what there is less of.
        trim: Cut away empty paper around the writing.
        deslant: Set slanted writing upright.

    Example:
        >>> LineSpec(height_px=48).replace(trim=True).to_dict()["trim"]
        True
    """

    height_px: int = 64
    longest_px: int = 8000
    ink: Literal["auto", "dark", "light"] = "auto"
    trim: bool = False
    deslant: bool = False

    def __post_init__(self) -> None:
        if not LOWEST_PX <= self.height_px <= 512:
            raise SpecError(f"height_px={self.height_px!r}: give a whole number from {LOWEST_PX} to 512")
        if self.longest_px < self.height_px:
            raise SpecError(f"longest_px={self.longest_px!r}: give at least the height, {self.height_px}")
        if self.ink not in INKS:
            raise UnknownNameError("ink", self.ink, INKS)


class Frame(NamedTuple):
    """Where a prepared line lies in its picture.

    Args:
        width_px: Of the picture.
        height_px: Of the picture.
        left_px: Where the prepared line begins, in pixels of the picture.
        scale: Pixels of the picture for one column of the prepared line.
    """

    width_px: int
    height_px: int
    left_px: float
    scale: float

    def place(self, column: float) -> float:
        """A column of the prepared line as a place in the picture, in pixels from its left edge.

        Example:
            >>> Frame(1000, 128, left_px=10, scale=2.0).place(32)
            74.0
        """
        return min(max(self.left_px + self.scale * column, 0.0), float(self.width_px))


class Line(NamedTuple):
    """A line, ready for the network.

    Args:
        ink: ``(width, height_px)`` float32, steps first: 1 for the darkest ink, 0 for paper; rows from the top.
        frame: Where it lies in its picture.
        blank: Whether nothing is written there.
    """

    ink: Ink
    frame: Frame
    blank: bool


def prepare(grey: Grey, spec: LineSpec, name: str = "the picture") -> Line:
    """Bring a picture of one line to the network's height.

    Args:
        grey: ``(height, width)`` as `picture.read` gives it.
        spec: What to do.
        name: What messages call the picture.

    Raises:
        UnreadableError: too few rows, or far too wide.
    """
    height, width = grey.shape
    _check(height, width, spec, name)
    dark, paper, ink = _levels(grey, spec.ink)
    if abs(paper - ink) < _BLANK:
        columns = max(1, round(width * spec.height_px / height))
        blank = np.zeros((columns, spec.height_px), dtype=np.float32)
        return Line(blank, Frame(width, height, 0.0, width / columns), True)
    top, bottom, left, right = _written(grey, paper, ink) if spec.trim else (0, height, 0, width)
    part = grey[top:bottom, left:right]
    scale = (bottom - top) / spec.height_px
    part = picture.resize(part, spec.height_px, max(1, round((right - left) / scale)))
    begin = float(left)
    if spec.deslant:
        upright = _upright(part, dark, paper)
        begin -= scale * (upright.shape[1] - part.shape[1]) / 2
        part = upright
    inked = (np.float32(paper) - part.T.astype(np.float32)) / np.float32(paper - ink)
    scale = (right - left) / max(1, round((right - left) / scale))
    return Line(np.clip(inked, 0.0, 1.0, out=inked), Frame(width, height, begin, scale), False)


def _check(height: int, width: int, spec: LineSpec, name: str) -> None:
    if height < LOWEST_PX:
        raise UnreadableError(
            f"{name} is {width} × {height} pixels: a line needs at least {LOWEST_PX} rows, and reads well from 30: "
            "scan or cut it out larger"
        )
    columns = width * spec.height_px / height
    if columns > spec.longest_px:
        raise UnreadableError(
            f"{name} is {width} × {height} pixels, {round(columns)} wide at {spec.height_px} rows; at most "
            f"{spec.longest_px} are read: cut it into lines, or raise longest_px"
        )


def _levels(grey: Grey, ink: str) -> tuple[bool, float, float]:
    """Whether the ink is dark, and the grey levels of paper and of ink."""
    counts = np.bincount(grey.ravel(), minlength=256).cumsum()
    # The darkest and lightest half per cent hold the ink of a line with little on it, but not a speck of dust.
    low, middle, high = np.searchsorted(counts, np.array([0.005, 0.5, 0.995]) * counts[-1]).tolist()
    dark = ink == "dark" or (ink == "auto" and middle - low >= high - middle)
    return dark, float(middle), float(low if dark else high)


def _written(grey: Grey, paper: float, ink: float) -> tuple[int, int, int, int]:
    """Top, bottom, left and right of what is written, with a margin of an eighth of its height."""
    mark = (grey.astype(np.float32) - paper) / (ink - paper) > 0.5
    rows, columns = np.flatnonzero(mark.any(axis=1)), np.flatnonzero(mark.any(axis=0))
    if len(rows) < LOWEST_PX or len(columns) == 0:
        return 0, grey.shape[0], 0, grey.shape[1]
    margin = max(1, len(rows) // 8)
    top, bottom = max(0, int(rows[0]) - margin), min(grey.shape[0], int(rows[-1]) + 1 + margin)
    return top, bottom, max(0, int(columns[0]) - margin), min(grey.shape[1], int(columns[-1]) + 1 + margin)


def _upright(grey: Grey, dark: bool, paper: float) -> Grey:
    """The line leaned so that its strokes stand in as few columns as they can (Vinciarelli & Luettin 2001)."""
    slopes = np.linspace(-_STEEPEST, _STEEPEST, 21)
    small = picture.resize(grey, 32, max(1, grey.shape[1] * 32 // grey.shape[0]))
    sharpness = [_sharpness(picture.shear(small, float(slope), round(paper)), dark, paper) for slope in slopes]
    best = float(slopes[int(np.argmax(sharpness))])
    return grey if best == 0.0 else picture.shear(grey, best, round(paper))


def _sharpness(grey: Grey, dark: bool, paper: float) -> float:
    drawn = np.clip(paper - grey if dark else grey - np.float64(paper), 0.0, None)
    return float((drawn.sum(axis=0) ** 2).sum())
