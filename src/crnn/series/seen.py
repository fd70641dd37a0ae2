"""What a model remembers of the series that it was trained on, to know their steps again when it is judged."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crnn.data.findings import Findings
from crnn.series.scaling import CHUNK
from crnn.series.series import Series

STRETCH = 12
"""Values in a row that a mark is made of."""

LEAST_DIFFERENT = 5
"""Different values in a stretch from which it tells something: zeros of a rare product come again and again."""

MOST, MOST_OF_ONE = 10_000, 8
"""Marks of all series together, and of one."""

_TRIED = 64
"""Stretches of a series, evenly spaced, that are looked at for marks."""


@dataclass(frozen=True)
class Seen:
    """The time until which series were trained on, and of series without dates marks of some stretches of their values.

    A series is known again by its name where the data tell several apart: what a new store sold while others were
    trained on is new. Rows without dates have no place in time that one file could share with another. Their values
    have: where a stretch of training comes again, and with it the place at which training ended.

    Args:
        span: The first and the last step, as texts; "" where there was none.
        ends: Of each dated series that its data tell apart from others, the last step.
        marks: ``(N,)`` uint64, rising.
        left: ``(N,)`` uint32 steps from the beginning of each stretch to the end of its series' training part.

    Example:
        >>> from crnn.series.series import from_array
        >>> values = np.random.default_rng(0).normal(size=60)
        >>> seen = Seen.of(from_array(values[:40]))
        >>> seen.end(from_array(values)[0]), seen.end(from_array(values[10:])[0]), seen.end(from_array(-values)[0])
        (40, 30, 0)
    """

    span: tuple[str, str] = ("", "")
    marks: NDArray[np.uint64] = field(default_factory=lambda: np.zeros(0, np.uint64))
    left: NDArray[np.uint32] = field(default_factory=lambda: np.zeros(0, np.uint32))
    ends: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, series: Sequence[Series]) -> Seen:
        """What there is to remember of training parts."""
        if not series:
            return cls()
        span = str(min(each.times[0] for each in series)), str(max(each.times[-1] for each in series))
        undated = [each for each in series if each.times.dtype.kind != "M"]
        most = int(np.clip(MOST // max(len(undated), 1), 1, MOST_OF_ONE))
        marks, left = [], []
        for each in undated:
            places = _telling(each.values)
            for place in places[_spaced(len(places), most)].tolist():
                marks.append(int(_marks(each.values[place : place + STRETCH])[0]))
                left.append(len(each) - place)
        ends = {
            each.name: str(each.times[-1]) for each in series if each.times.dtype.kind == "M" and each.one_of_several
        }
        return cls._rising(span, np.array(marks, np.uint64), np.array(left, np.uint32), ends)

    @classmethod
    def _rising(
        cls, span: tuple[str, str], marks: NDArray[np.uint64], left: NDArray[np.uint32], ends: Mapping[str, str]
    ) -> Seen:
        order = np.argsort(marks, kind="stable")
        return cls(span, marks[order], left[order], ends)

    def joined(self, other: Seen) -> Seen:
        """What either remembers."""
        firsts, lasts = (sorted(filter(None, ends), key=_in_order) for ends in zip(self.span, other.span, strict=True))
        span = (firsts[0], lasts[-1]) if firsts else self.span
        marks, left = np.concatenate([self.marks, other.marks]), np.concatenate([self.left, other.left])
        ends = dict(other.ends)
        for name, end in self.ends.items():
            ends[name] = max(end, ends.get(name, ""), key=_in_order)
        return self._rising(span, marks, left, ends)

    def end(self, series: Series) -> int | None:
        """The step behind the last one of a series that training saw; 0 where it saw none, None where none can tell."""
        if series.times.dtype.kind == "M" and self.span[1]:
            last = self.ends.get(series.name, "") if self.ends and series.one_of_several else self.span[1]
            return int(np.searchsorted(series.times, np.datetime64(last), side="right")) if last else 0
        if len(self.marks) == 0:
            return None
        found = 0
        for at in range(0, len(series) - STRETCH + 1, CHUNK):
            marks = _marks(series.values[at : at + CHUNK + STRETCH - 1])
            starts, stops = (np.searchsorted(self.marks, marks, side) for side in ("left", "right"))
            for place in np.flatnonzero(stops > starts).tolist():
                found = max(found, at + place + int(self.left[starts[place] : stops[place]].max()))
        return found if found or len(_telling(series.values)) else None

    def note(self, series: Series, first: int, findings: Findings) -> None:
        """Say that steps from `first` on were trained on, or may have been: they are no proof."""
        until = self.end(series)
        if until is None:
            findings.add(
                "steps that may have been trained on",
                series.name,
                "Without dates, and with few values or few different ones, they cannot be told from those of training:"
                " judge on rows that came after it.",
                dropped=False,
            )
        elif until > first:
            findings.add(
                "judged on steps that were trained on",
                f"{series.name} (until {series.when(min(until, len(series)) - 1)}, judged from {series.when(first)})",
                "Later data, or a larger validation part, give an honest number.",
                dropped=False,
            )

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON."""
        parts = {"marks": self.marks.astype("<u8"), "left": self.left.astype("<u4")}
        return {
            "span": list(self.span),
            "ends": dict(self.ends),
            **{name: base64.b64encode(part.tobytes()).decode() for name, part in parts.items()},
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Seen:
        """Read what `to_dict` wrote."""
        first, last = data["span"]
        marks, left = (base64.b64decode(data[name]) for name in ("marks", "left"))
        return cls(
            (first, last),
            np.frombuffer(marks, "<u8").astype(np.uint64),
            np.frombuffer(left, "<u4").astype(np.uint32),
            data.get("ends", {}),  # models that are older than this lack it
        )


def _in_order(time: str) -> tuple[int, str]:
    """Sorts times of one form, and whole numbers, as texts."""
    return len(time), time


def _telling(values: NDArray[Any]) -> NDArray[np.int64]:
    """Where stretches begin that can be told from others, of some that are evenly spaced."""
    tried = _spaced(len(values) - STRETCH + 1, _TRIED)
    rising = np.sort(values[tried[:, None] + np.arange(STRETCH)], axis=1)
    different: NDArray[np.int64] = 1 + (np.diff(rising, axis=1) != 0).sum(1)
    return tried[different >= LEAST_DIFFERENT]


def _spaced(count: int, most: int) -> NDArray[np.int64]:
    """At most so many of the numbers below a count, evenly spaced, the last one among them."""
    return np.unique(np.linspace(count - 1, 0, most).astype(np.int64)) if count > 0 else np.zeros(0, np.int64)


def _marks(values: NDArray[Any]) -> NDArray[np.uint64]:
    """A number for each stretch of ``(T,)`` values, ``(T - STRETCH + 1,)``, alike for like ones."""
    bits = (np.asarray(values, np.float64) + 0.0).view(np.uint64)  # no two zeros of different sign
    found = np.zeros(len(values) - STRETCH + 1, np.uint64)
    for at in range(STRETCH):
        found = _mixed(found + bits[at : len(bits) - STRETCH + 1 + at])
    return found


def _mixed(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Each bit of a number spread over all of them (SplitMix64, Steele et al. 2014, doi:10.1145/2660193.2660195)."""
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))
