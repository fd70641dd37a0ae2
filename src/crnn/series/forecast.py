"""What a forecast says: values and quantiles with their times, for one series or many, as a table or JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from crnn.errors import CrnnError, UnknownNameError

ENDINGS = (".csv", ".tsv", ".json", ".jsonl")
"""Of the files that forecasts are written to; a name without one is a CSV file."""


def require_ending(path: Path) -> None:
    """Refuse a name that promises a file of another kind.

    Raises:
        CrnnError: it has an ending that is not written; names those that are.
    """
    if path.suffix and path.suffix.lower() not in ENDINGS:
        table = ", which spreadsheets open" if path.suffix.lower() in (".xlsx", ".xls", ".ods") else ""
        raise CrnnError(
            f"cannot write a forecast as {path.suffix}: call the file {path.with_suffix('.csv')}{table}"
            f" (or {', '.join(ENDINGS[1:])})"
        )


@dataclass(frozen=True)
class Forecast:
    """The next steps of one series, in real units.

    Args:
        series: Its name.
        times: ``(H,)`` times, or numbers of steps.
        values: ``(H,)`` the forecast: the median, or what stands for it between the quantiles next to it; the nearest
            quantile where all lie on one side of it; the mean where that was trained.
        quantiles: By level, ``(H,)``: nine of ten outcomes should stay below 0.9's; empty where none were trained.
        column: The variable.
    """

    series: str
    times: NDArray[np.generic]
    values: NDArray[np.float64]
    quantiles: dict[float, NDArray[np.float64]]
    column: str = ""

    def __len__(self) -> int:
        return len(self.values)

    def __str__(self) -> str:
        times = time_texts(self.times)
        ends = [f"{times[at]} {self.values[at]:.6g}" for at in (0, -1)]
        return " … ".join(ends if len(self) > 1 else ends[:1])

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "series": self.series,
            "times": time_texts(self.times),
            "values": [float(value) for value in self.values],
            "quantiles": {str(level): [float(value) for value in row] for level, row in self.quantiles.items()},
        }

    def rows(self, times: Sequence[str]) -> Iterator[list[str]]:
        """The lines of a table: series, time as text, value, then the quantiles."""
        for at, time in enumerate(times):
            yield [self.series, time, *(_number(row[at]) for row in (self.values, *self.quantiles.values()))]


def _number(value: float) -> str:
    """A number of a table: ten digits that count, of a large one more, since these may be all that change.

    Example:
        >>> _number(0.1 + 0.2), _number(1e12 + 0.25), _number(1e27)
        ('0.3', '1000000000000.25', '1e+27')
    """
    return f"{value:.10g}" if abs(value) < 1e8 else f"{value:.15g}"


def by_level(said: NDArray[np.float64], levels: Sequence[float]) -> dict[float, NDArray[np.float64]]:
    """The quantiles of one forecast ``(H, levels)`` by level; none where there are no levels."""
    return {} if said.ndim == 1 or not levels else dict(zip(levels, said.T, strict=True))


def off_median(levels: Sequence[float]) -> str:
    """Which quantile stands for the median where all lie on one side of it; "" where they do not.

    Example:
        >>> off_median([0.8, 0.9])
        'no quantile was trained on both sides of 0.5: the value is the quantile 0.8'
    """
    if not levels or min(levels) <= 0.5 <= max(levels):
        return ""
    nearest = min(levels, key=lambda level: abs(level - 0.5))
    return f"no quantile was trained on both sides of 0.5: the value is the quantile {nearest:g}"


def errors_by_horizon(said: Mapping[str, Tensor], truth: Tensor) -> dict[str, list[float]]:
    """The mean absolute error of each step ahead ``(H,)``, by who said what of ``(N, H)`` steps."""
    return {who: (values - truth).abs().mean(0).tolist() for who, values in said.items()}


def errors_by_stretch(
    said: Mapping[str, Tensor], truth: Tensor, stretches: NDArray[np.int64]
) -> dict[str, list[float]]:
    """The mean absolute error in each stretch of time, by who said what of ``(N, H)`` steps.

    Args:
        said: ``(N, H)``, by who said it.
        truth: ``(N, H)``.
        stretches: ``(N,)`` the number of the stretch that each forecast is of.
    """
    _, own, counts = np.unique(stretches, return_inverse=True, return_counts=True)
    errors = {who: (values - truth).abs().mean(1).double().numpy() for who, values in said.items()}
    return {who: (np.bincount(own, each) / counts).tolist() for who, each in errors.items()}


class Forecasts(Sequence[Forecast]):
    """The forecasts of several series, in the order of the data."""

    def __init__(self, items: Sequence[Forecast]) -> None:
        self._items = list(items)
        self._places = {item.series: place for place, item in enumerate(self._items)}

    def __len__(self) -> int:
        return len(self._items)

    @overload
    def __getitem__(self, key: int | str) -> Forecast: ...
    @overload
    def __getitem__(self, key: slice) -> list[Forecast]: ...
    def __getitem__(self, key: int | str | slice) -> Forecast | list[Forecast]:
        """By number, or by the name of the series.

        Raises:
            UnknownNameError: no series is called so.
        """
        if isinstance(key, str) and key not in self._places:
            raise UnknownNameError("series", key, tuple(self._places))
        return self._items[self._places[key]] if isinstance(key, str) else self._items[key]

    def __str__(self) -> str:
        return "\n".join(f"{item.series}\t{item}" for item in self._items)

    def to_dict(self) -> list[dict[str, Any]]:
        """For JSON."""
        return [item.to_dict() for item in self._items]

    def to_csv(self, path: str | Path | None = None) -> str:
        """A table with the columns series, time, value and one a quantile; also written to a file where one is named.

        Raises:
            CrnnError: the file cannot be written.
        """
        text = self._table(",")
        if path is not None:
            _write(Path(path), text)
        return text

    def write(self, path: Path) -> None:
        """Write a file of the kind that its name says: CSV, TSV, one JSON list, or JSON lines with a series each.

        Raises:
            CrnnError: its name says another kind, or it cannot be written.
        """
        require_ending(path)
        ending = path.suffix.lower()
        if ending == ".json":
            text = json.dumps(self.to_dict(), ensure_ascii=False, indent=1) + "\n"
        elif ending == ".jsonl":
            text = "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in self.to_dict())
        else:
            text = self._table("\t" if ending == ".tsv" else ",")
        _write(path, text)

    def _table(self, delimiter: str) -> str:
        text = io.StringIO(newline="")
        writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
        levels = self._items[0].quantiles if self._items else {}
        writer.writerow(["series", "time", "value", *(f"q{level:g}" for level in levels)])
        times = iter(time_texts(np.concatenate([item.times for item in self._items])) if self._items else ())
        for item in self._items:
            writer.writerows(item.rows([*islice(times, len(item))]))
        return text.getvalue()


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CrnnError(f"cannot write the forecast to {path}: {error.strerror or error}") from error


def time_text(time: Any) -> str:
    """One time as a text: a day alone where it is midnight."""
    return time_texts(np.array([time]))[0]


def time_texts(times: NDArray[Any]) -> list[str]:
    """Times as texts, all alike: days alone where all are at midnight, seconds only where they count.

    Example:
        >>> time_texts(np.array(["2024-01-31T18:00:00", "2024-02-01T00:00:00"], "datetime64[s]"))
        ['2024-01-31T18:00', '2024-02-01T00:00']
    """
    texts = [str(time) for time in times]
    for ending in ("T00:00:00", ":00"):
        if all(text.endswith(ending) for text in texts):
            return [text.removesuffix(ending) for text in texts]
    return texts
