"""One series on regular steps: its values, its times, what is known ahead, and which steps may be forecast."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crnn.errors import ShapeError
from crnn.series.forecast import time_text
from crnn.series.roles import Roles
from crnn.series.steps import Step

_NUMBER = re.compile(r"^0*(\d+)(?:\.0+)?$")


@dataclass(frozen=True)
class Series:
    """A variable of a thing over time; parts of it are views, never copies.

    Args:
        name: What messages and answers call it: the thing, the column, or both.
        key: The thing: a store, a sensor; "" where the file has one.
        column: The variable.
        values: ``(T,)`` in real units; a missing one is the last before it.
        step: From one value to the next.
        times: ``(T,)`` times or whole numbers.
        known: By column what is known ahead: ``(T + A,)`` numbers or texts, A of them behind the last value.
        missing: ``(T,)`` True where a value was missing; None where none was.
        first: The first step that may be forecast; those before are only looked back on.
        coming: ``(A,)`` the times of the steps behind the last value, as far as the data name them.
        roles: Of the columns that it was read from.
    """

    name: str
    key: str
    column: str
    values: NDArray[Any]
    step: Step
    times: NDArray[np.generic]
    known: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    missing: NDArray[np.bool_] | None = None
    first: int = 0
    coming: NDArray[np.generic] | None = None
    roles: Roles = field(default_factory=Roles)

    def __len__(self) -> int:
        return len(self.values)

    @property
    def one_of_several(self) -> bool:
        """Whether the data that it was read from tell it apart from others, by an id or as one column of several."""
        return bool(self.key) or len(self.roles.target or ()) > 1

    @property
    def title(self) -> str:
        """The name as reports show it: ``shop 1`` where the column ``shop`` holds numbers alone."""
        columns, parts = self.roles.series or (), self.key.split(BETWEEN)
        if len(columns) != len(parts) or not self.name.startswith(self.key):
            return self.name
        pairs = zip(columns, parts, strict=True)
        told = [part if any(map(str.isalpha, part)) else f"{column} {part}" for column, part in pairs]
        return BETWEEN.join(told) + self.name[len(self.key) :]

    @property
    def measured(self) -> NDArray[Any]:
        """The values ``(T,)``, with NaN where one was missing and another stands in its place."""
        return self.values if self.missing is None else np.where(self.missing, np.nan, self.values)

    def until(self, stop: int) -> Series:
        """The part before step `stop`; what is known ahead stays, and so do the times to come."""
        missing = None if self.missing is None else self.missing[:stop]
        rest = self.times[stop:]
        coming = rest if self.coming is None else np.concatenate([rest, self.coming])
        return replace(self, values=self.values[:stop], times=self.times[:stop], missing=missing, coming=coming)

    def since(self, start: int, first: int) -> Series:
        """The part from step `start` on, of which steps from `first` (counted from `start`) on may be forecast."""
        missing = None if self.missing is None else self.missing[start:]
        known = {name: values[start:] for name, values in self.known.items()}
        return replace(
            self, values=self.values[start:], times=self.times[start:], known=known, missing=missing, first=first
        )

    def when(self, place: int) -> str:
        """The time of a step, or its number where steps have no times; steps behind the end are still to come."""
        beyond = place - len(self) + 1
        time = self.times[place] if beyond <= 0 else self.next_times(beyond)[-1]
        return ("" if time.dtype.kind == "M" else "step ") + time_text(time)

    def next_times(self, count: int) -> NDArray[np.generic]:
        """The times of the next `count` steps: those that the data name, then those that the step leads to."""
        given = self.times[:0] if self.coming is None else self.coming[:count]
        if len(given) == count:
            return given
        known = np.concatenate([self.times, given]) if len(given) else self.times
        return np.concatenate([given, self.step.after(known, count - len(given))])


BETWEEN = " · "
"""Between the parts of a name."""


def joined(parts: Sequence[str]) -> str:
    """One name of several parts; a part that holds what stands between them is put in quotes.

    Example:
        >>> joined(["shop 1", "tea"]), joined(["shop · 1", "tea"])
        ('shop 1 · tea', '"shop · 1" · tea')
    """
    return parts[0] if len(parts) == 1 else BETWEEN.join(f'"{part}"' if BETWEEN in part else part for part in parts)


def one_spelling(name: str) -> str:
    """A name without what may differ unseen: case, full-width letters, how accents are encoded, 001 or 1.0 for 1.

    Example:
        >>> one_spelling("Ｓhop · 001"), one_spelling("shop · 1.0"), one_spelling("1.5")
        ('shop · 1', 'shop · 1', '1.5')
    """
    folded = unicodedata.normalize("NFKC", name).casefold()
    return BETWEEN.join(_NUMBER.sub(r"\1", part.strip()) for part in folded.split(BETWEEN))


def from_array(values: NDArray[Any], name: str = "series") -> list[Series]:
    """Series from ``(T,)`` or from the columns of ``(T, C)``: views, also of an array that is mapped from the disk.

    Raises:
        ShapeError: another number of axes than one or two, or no column.
    """
    table = values[:, None] if values.ndim == 1 else values
    if table.ndim != 2 or table.shape[1] == 0:
        raise ShapeError(
            f"an array of shape {values.shape} is no table of series: give (T,) for one series, (T, C) for C of one"
            " length, or a list of arrays (T_i,)"
        )
    times = np.arange(len(table))
    names = [name] if table.shape[1] == 1 else [f"column {number}" for number in range(1, table.shape[1] + 1)]
    return [Series(each, "", each, table[:, at], Step(), times) for at, each in enumerate(names)]
