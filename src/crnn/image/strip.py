"""A line on a page as a straight strip: where its columns and rows lie on the page, and cutting it out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from crnn.errors import DataError
from crnn.image import picture
from crnn.image.picture import Grey

Points = tuple[tuple[float, float], ...]

_MOST_PX = 20_000
"""Longest strip that is cut: more is no line."""


@dataclass(frozen=True, eq=False)
class Strip:
    """A straightened line: column u along its baseline, row v across it from the top.

    Args:
        columns: ``(N,)`` u of the knots, rising from 0 to the strip's width.
        bases: ``(N, 2)`` (x, y) of the baseline at the knots.
        normals: ``(N, 2)`` unit vectors that point up from the baseline.
        above: Pixels above the baseline.
        below: Pixels below it.
        outline: The polygon on the page, or () for all that lies in the strip.
    """

    columns: NDArray[np.float64]
    bases: NDArray[np.float64]
    normals: NDArray[np.float64]
    above: float
    below: float
    outline: Points = ()

    @classmethod
    def of(cls, baseline: Points, outline: Points) -> Self:
        """The strip along a baseline that holds the outline; one of the two may be empty.

        Raises:
            DataError: they leave nothing to cut.
        """
        if not outline and len(baseline) < 2:
            raise DataError("it has neither an outline nor a baseline")
        if not outline:  # as high as half of what lies between lines on many pages: a guess that beats refusing
            length = float(np.linalg.norm(np.subtract(baseline[-1], baseline[0])))
            return cls._along(_spaced(np.array(baseline, float), 1.0), 0.0, length, max(16.0, length / 20), 8.0, ())
        edge = np.array(outline, dtype=np.float64)
        if len(baseline) < 2:
            (left, top), (right, bottom) = edge.min(axis=0).tolist(), edge.max(axis=0).tolist()
            return cls._along(
                np.array([[left, bottom], [right, bottom]]), 0.0, right - left, bottom - top, 0.0, outline
            )
        line = np.array(baseline, dtype=np.float64)
        _, up = _measure(_spaced(line, 1.0), edge)
        line = _spaced(line, max(float(np.ptp(up)) / 2, 1.0))
        along, up = _measure(line, edge)
        if line[-1, 0] < line[0, 0] and -up.min() > up.max():
            # Drawn from right to left over upright writing, as some do for such scripts: it must not stand on its head.
            line = line[::-1]
            along, up = _measure(line, edge)
        return cls._along(line, along.min(), along.max(), max(up.max(), 1.0), max(-up.min(), 0.0), outline)

    @classmethod
    def _along(
        cls, line: NDArray[np.float64], begin: float, end: float, above: float, below: float, outline: Points
    ) -> Self:
        if end - begin < 1.0 or above + below < 1.0:
            raise DataError("its outline holds no pixel")
        if end - begin > _MOST_PX or above + below > _MOST_PX:
            raise DataError(f"its outline is more than {_MOST_PX} pixels long")
        steps = np.diff(line, axis=0)
        lengths = np.linalg.norm(steps, axis=1)
        directions = steps / lengths[:, None]
        places = np.concatenate([[0.0], np.cumsum(lengths)])
        joints = np.vstack([directions[:1], directions[:-1] + directions[1:], directions[-1:]])
        joints /= np.maximum(np.linalg.norm(joints, axis=1, keepdims=True), 1e-9)
        bases = line.copy()
        # The outline reaches beyond the baseline's ends, or not as far as they do.
        bases[0] += (begin - places[0]) * directions[0]
        bases[-1] += (end - places[-1]) * directions[-1]
        places[0], places[-1] = begin, end
        keep = np.concatenate([[True], (places[1:-1] > begin + 1) & (places[1:-1] < end - 1), [True]])
        columns = places[keep] - begin
        normals = joints[keep] @ np.array([[0.0, -1.0], [1.0, 0.0]])  # (dx, dy) turned to (dy, -dx): up on the page
        return cls(columns, bases[keep], normals, above, below, outline)

    @property
    def width(self) -> int:
        """Columns."""
        return max(1, round(float(self.columns[-1])))

    @property
    def height(self) -> int:
        """Rows."""
        return max(1, round(self.above + self.below))

    def place(self, column: float, row: float) -> tuple[float, float]:
        """Where a point of the strip lies on the page."""
        base = [np.interp(column, self.columns, self.bases[:, axis]) for axis in (0, 1)]
        normal = [np.interp(column, self.columns, self.normals[:, axis]) for axis in (0, 1)]
        up = self.above - row
        return float(base[0] + normal[0] * up), float(base[1] + normal[1] * up)

    def corners(self, begin: float, end: float) -> Points:
        """The four corners on the page of a stretch of the strip: top left, top right, bottom right, bottom left."""
        return tuple(self.place(u, v) for u, v in ((begin, 0), (end, 0), (end, self.height), (begin, self.height)))

    def cut(self, page: Grey) -> Grey:
        """The line by itself: straight, and paper where neighbours reach in.

        Raises:
            DataError: it lies outside the page.
        """
        low, high = self._bounds(page)
        part = page[low[1] : high[1], low[0] : high[0]]
        if part.size == 0:
            raise DataError(f"it lies outside the picture of {page.shape[1]} × {page.shape[0]} pixels")
        quads = self._quads(low)
        if not self.outline:
            return picture.bend(part, quads, self.height, self.width, int(np.median(part)))
        shape = np.array(self.outline) - low
        mask = picture.inside([(x, y) for x, y in shape.tolist()], *part.shape)
        paper = int(np.median(part[mask])) if mask.any() else 255
        line = picture.bend(part, quads, self.height, self.width, paper)
        kept = picture.bend(mask.astype(np.uint8), quads, self.height, self.width, 0, smooth=False)
        return np.where(kept > 0, line, np.uint8(paper))

    def _bounds(self, page: Grey) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The corner of the page that holds the strip: first and last column and row."""
        ends = [self.bases + self.normals * self.above, self.bases - self.normals * self.below]
        points = np.vstack([*ends, np.array(self.outline).reshape(-1, 2)])
        limit = np.array([page.shape[1], page.shape[0]])
        low = np.clip(np.floor(points.min(axis=0)) - 1, 0, limit).astype(np.int64)
        high = np.clip(np.ceil(points.max(axis=0)) + 2, 0, limit).astype(np.int64)
        return low, high

    def _quads(self, origin: NDArray[np.int64]) -> Sequence[picture.Quad]:
        knots = np.round(self.columns * (self.width / self.columns[-1])).astype(int)
        upper = self.bases + self.normals * self.above - origin
        lower = self.bases - self.normals * self.below - origin
        quads = []
        for place in range(len(knots) - 1):
            box = (int(knots[place]), 0, int(knots[place + 1]), self.height)
            corners = (*upper[place], *lower[place], *lower[place + 1], *upper[place + 1])
            quads.append((box, tuple(float(value) for value in corners)))
        return quads


def _spaced(line: NDArray[np.float64], least: float) -> NDArray[np.float64]:
    """The baseline without points that lie nearer together than `least`: pencils tremble, and strips must not fold."""
    kept = [line[0]]
    for point in line[1:-1]:
        if np.linalg.norm(point - kept[-1]) >= least and np.linalg.norm(point - line[-1]) >= least:
            kept.append(point)
    if np.linalg.norm(line[-1] - line[0]) < 1.0:
        raise DataError("its baseline has no length")
    return np.array([*kept, line[-1]])


def _measure(line: NDArray[np.float64], points: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How far along a baseline, beyond its ends too, and how far above it each point lies."""
    starts, steps = line[:-1], np.diff(line, axis=0)
    lengths = np.linalg.norm(steps, axis=1)
    directions = steps / lengths[:, None]
    offsets = points[:, None] - starts[None]
    along = np.einsum("psd,sd->ps", offsets, directions)
    low = np.where(np.arange(len(starts)) == 0, -np.inf, 0.0)
    high = np.where(np.arange(len(starts)) == len(starts) - 1, np.inf, lengths)
    nearest = starts + np.clip(along, low, high)[..., None] * directions
    best = np.linalg.norm(points[:, None] - nearest, axis=2).argmin(axis=1)
    rows = np.arange(len(points))
    before = np.concatenate([[0.0], np.cumsum(lengths)])[:-1]
    up = offsets[rows, best, 0] * directions[best, 1] - offsets[rows, best, 1] * directions[best, 0]
    return before[best] + np.clip(along, low, high)[rows, best], up
