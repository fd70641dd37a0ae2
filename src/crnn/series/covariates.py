"""What stands beside the values of a series: columns known ahead, encoded as learnt, and the calendar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crnn.data.findings import counted
from crnn.errors import DataError
from crnn.series import calendar
from crnn.series.known import absent, as_texts, require_numbers
from crnn.series.series import Series

MOST_CATEGORIES = 50


@dataclass(frozen=True)
class Covariates:
    """From a series to features ``(steps, K)``.

    Args:
        numbers: Mean and standard deviation of each column of numbers.
        categories: The known texts of each column of texts.
        cycles: Of the calendar.
    """

    numbers: dict[str, tuple[float, float]] = field(default_factory=dict)
    categories: dict[str, tuple[str, ...]] = field(default_factory=dict)
    cycles: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        """Features K."""
        return len(self.numbers) + sum(map(len, self.categories.values())) + calendar.width(self.cycles)

    def of(self, series: Series, ahead: int) -> NDArray[np.float32]:
        """Features of all steps of a series and of `ahead` steps behind its end.

        A column that is the same throughout goes on so; another one must be given for the steps to come. Gaps have been
        filled by `crnn.series.known.completed`; before its first value a number counts as at its mean, a text as none.

        Raises:
            DataError: a column is not known so far ahead, is missing, or holds texts for numbers; names series and
                column.
        """
        steps = len(series) + ahead
        parts: list[NDArray[Any]] = [self._number(series, name, steps)[:, None] for name in self.numbers]
        parts += [self._category(series, name, steps) for name in self.categories]
        if self.cycles:
            if series.times.dtype.kind != "M":
                raise DataError(
                    f"{series.name} has no dates, but the model was trained with the calendar: give the column of time"
                )
            times = np.concatenate([series.times, series.next_times(ahead)]) if ahead else series.times
            parts.append(calendar.features(times, self.cycles))
        return np.concatenate(parts, axis=1).astype(np.float32) if parts else np.zeros((steps, 0), np.float32)

    def _number(self, series: Series, name: str, steps: int) -> NDArray[np.float64]:
        mean, spread = self.numbers[name]
        values = _long_enough(series, name, steps)
        require_numbers(series, name)
        return np.nan_to_num((values.astype(np.float64) - mean) / spread)

    def _category(self, series: Series, name: str, steps: int) -> NDArray[np.float32]:
        """One column a known text; a text that training did not see is none of them."""
        texts = self.categories[name]
        values = as_texts(_long_enough(series, name, steps), texts)
        return np.asarray(values[:, None] == np.array(texts, dtype=object)[None], np.float32)

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON."""
        return {
            "numbers": {name: list(pair) for name, pair in self.numbers.items()},
            "categories": {name: list(texts) for name, texts in self.categories.items()},
            "cycles": list(self.cycles),
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Covariates:
        """Read what `to_dict` wrote."""
        numbers = {name: (pair[0], pair[1]) for name, pair in data["numbers"].items()}
        return cls(numbers, {name: tuple(texts) for name, texts in data["categories"].items()}, tuple(data["cycles"]))


def learn(series: Sequence[Series], cycles: tuple[str, ...]) -> Covariates:
    """What the columns known ahead hold in the training parts.

    Raises:
        DataError: a column of texts has too many different ones to be categories.
    """
    numbers: dict[str, tuple[float, float]] = {}
    categories: dict[str, tuple[str, ...]] = {}
    for name in series[0].known if series else ():
        columns = [each.known[name][: len(each)] for each in series]
        if all(absent(column).all() for column in columns):
            last = max(series, key=lambda each: each.times[-1])
            raise DataError(
                f"the column {name!r}, known ahead, has no value in the training part, which ends at"
                f" {last.when(len(last) - 1)}: fill it in, or leave it out of known=…"
            )
        if any(column.dtype == object for column in columns):
            categories[name] = _categories(name, columns)
        else:
            joined = np.concatenate(columns)
            mean, spread = float(np.nanmean(joined)), float(np.nanstd(joined))
            numbers[name] = (mean, spread if spread > 1e-9 * max(abs(mean), 1e-9) else 1.0)
    return Covariates(numbers, categories, cycles)


def _categories(name: str, columns: Sequence[NDArray[Any]]) -> tuple[str, ...]:
    """The different texts of a column."""
    texts = sorted({text for column in columns for text in as_texts(column, ()).tolist() if text})
    if len(texts) > MOST_CATEGORIES:
        raise DataError(
            f"the column {name!r} has {len(texts)} different texts, more than {MOST_CATEGORIES}: group them, or"
            " leave it out of known=…"
        )
    return tuple(texts)


def _long_enough(series: Series, name: str, steps: int) -> NDArray[Any]:
    """A column for `steps` steps: a constant one is carried on."""
    if name not in series.known:
        raise DataError(f"{series.name} lacks the column {name!r}, which the model was trained to know ahead: add it")
    if absent(series.known[name]).all():
        raise DataError(f"{series.name}: the column {name!r}, known ahead, is empty: fill it in")
    values = series.known[name][:steps]
    places = np.flatnonzero(~absent(values))
    if steps == len(series) or (len(places) and places[-1] == steps - 1):
        return values
    if len(places) == 0 or (values[places] != values[places[0]]).any():
        there, ahead = int(places[-1]) + 1 - len(series) if len(places) else 0, steps - len(series)
        raise DataError(
            f"{series.name}: the column {name!r} is known for {max(there, 0)} of the {counted(ahead, 'step')} to"
            f" forecast: add rows behind the last value with {name!r} filled in"
        )
    last = places[-1]
    return np.concatenate([values[:last], np.repeat(values[last : last + 1], steps - last)])
