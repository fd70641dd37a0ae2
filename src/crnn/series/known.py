"""Columns known ahead as they are read: numbers or texts, with gaps carried over from before, and named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crnn.data.findings import Findings
from crnn.errors import DataError
from crnn.series.numbers import is_number
from crnn.series.scaling import require_moderate
from crnn.series.series import Series

Column = NDArray[Any]


def completed(series: Series, findings: Findings) -> Series:
    """The series with what stood before in the gaps of its columns known ahead.

    Gaps at the beginning stay, since only later values could fill them; so do those behind the last value of the
    series, which a forecast has to ask for.

    Args:
        series: As it was read; its columns hold numbers (``NaN`` where one is missing) or texts ("" likewise).
        findings: Where gaps are named.

    Raises:
        DataError: a number is too large to compute with.
    """
    if not series.known:
        return series
    return replace(series, known={name: _completed(series, name, findings) for name in series.known})


def _completed(series: Series, name: str, findings: Findings) -> Column:
    values = _plain(series.known[name], len(series))
    require_moderate(series, values, name)
    there = ~absent(values)
    if not there.any():
        return values  # whoever needs the column refuses it
    first, last = np.flatnonzero(there)[[0, -1]].tolist()
    reach = max(len(series), last + 1)
    if first > 0:
        findings.add(
            "column known ahead that begins late",
            _told(series, name, np.arange(first)),
            "Until its first value a number counts as at its mean and a text as none that is known: fill it in, or"
            " leave such rows out.",
            dropped=False,
        )
    gaps = first + np.flatnonzero(~there[first:reach])
    if len(gaps):
        findings.add(
            "gap in a column known ahead",
            _told(series, name, gaps),
            "The last value before stands in its place. Where an empty cell means that nothing holds, write so: 0, or"
            " none.",
            dropped=False,
        )
        values[first:reach] = values[last_before(there[:reach])[first:]]
    return values


def _plain(values: Column, least: int) -> Column:
    """A copy as float64, or as objects that are texts; as long as the series at least."""
    kind, missing = (np.float64, np.nan) if np.asarray(values).dtype.kind in "biuf" else (object, "")
    found = np.full(max(len(values), least), missing, dtype=kind)
    found[: len(values)] = values
    return found


def absent(values: Column) -> NDArray[np.bool_]:
    """Where a column says nothing: no finite number, or an empty text."""
    if values.dtype == object:
        return np.asarray(values == "", bool)
    return ~np.isfinite(values)


def last_before(there: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The place of the last value at or before each step, by where there are some; 0 before the first.

    Example:
        >>> last_before(np.array([False, True, False, True])).tolist()
        [0, 1, 1, 3]
    """
    return np.maximum.accumulate(np.where(there, np.arange(len(there)), 0))


def as_texts(values: Column, known: Sequence[str]) -> Column:
    """A column of categories whose texts all looked like numbers to whoever read it, as the texts they were.

    Example:
        >>> as_texts(np.array([10.0, 7.0, np.nan]), ("A", "010")).tolist()
        ['010', '7', '']
    """
    if values.dtype == object:
        return values
    texts = {float(text): text for text in known if is_number(text)}
    return np.array(
        ["" if np.isnan(value) else texts.get(value, f"{value:.15g}") for value in values.tolist()], dtype=object
    )


def require_numbers(series: Series, name: str) -> None:
    """Refuse a column known ahead that holds texts where the model knows numbers.

    Raises:
        DataError: it holds texts; names series, column, time and text.
    """
    values = series.known[name]
    if values.dtype != object:
        return
    texts = [place for place, text in enumerate(values.tolist()) if text and not is_number(str(text))]
    place = texts[0] if texts else 0
    raise DataError(
        f"{series.name}, {series.when(place)}: the column {name!r} holds {values[place]!r}, but the model was trained"
        " on numbers there: write a number, or train a model for texts"
    )


def note_unseen(series: Series, categories: Mapping[str, Sequence[str]], ahead: int, findings: Findings) -> None:
    """Name the texts of columns known ahead that training did not see.

    Args:
        series: To look through, with `ahead` steps behind its end.
        categories: The texts that are known, by column.
        ahead: Steps.
        findings: Where to name them.
    """
    for name in categories.keys() & series.known.keys():
        texts = as_texts(series.known[name][: len(series) + ahead], categories[name])
        for text in sorted({*texts.tolist()} - {*categories[name], ""}):
            findings.add(
                "text that training did not see",
                _told(series, name, np.flatnonzero(texts == text), f"{text!r} at "),
                "It counts as none of those that are known: check its spelling, or train on it.",
                dropped=False,
            )


def _told(series: Series, name: str, places: NDArray[np.int64], what: str = "") -> str:
    """Some steps of a column, in words."""
    count = f"{len(places)} steps, the first is " if len(places) > 1 else ""
    return f"{series.name}, column {name!r}: {what}{count}{series.when(int(places[0]))}"
