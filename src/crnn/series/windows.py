"""Windows over series as the rows of a set that is never held: each is cut out when a batch asks for it."""

from __future__ import annotations

import copy
import hashlib
import math
from collections.abc import Sequence
from typing import Any, overload

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from crnn.data.example import Batch, ExampleSet, Record, Units
from crnn.padded import Padded
from crnn.series.forecast import Forecast
from crnn.series.scaling import Scaling
from crnn.series.series import Series

MOST_FILLED = 0.2
"""Share of filled-in values in the horizon from which a window is not used."""

MOST_SHOWN = 4
"""Series that a report draws a forecast of."""

Floats = NDArray[np.float32]


class WindowSet(ExampleSet):
    """All windows of some series: look-back and horizon, one series a window.

    Nothing is copied until a batch is made: a million steps of a thousand series are a billion windows, and as much
    memory as the series themselves. Row by row, windows go through the first series from its start to its end, then
    through the next.

    Args:
        series: The series.
        scalings: Of each.
        covariates: Of each, ``(T + A, K)``; K may be 0.
        numbers: Of each, for its vector in the network; None where the network has none.
        look_back: Steps of history L.
        horizon: Steps to forecast H.
        records: Of each series.
        most: Windows of an epoch; of more, each epoch draws others.
    """

    virtual = True

    def __init__(
        self,
        series: Sequence[Series],
        scalings: Sequence[Scaling],
        covariates: Sequence[Floats],
        numbers: Sequence[int] | None,
        look_back: int,
        horizon: int,
        records: Sequence[Record],
        most: int,
    ) -> None:
        self.series, self.scalings, self.covariates, self.numbers = series, scalings, covariates, numbers
        self.look_back, self.horizon, self._most = look_back, horizon, most
        self.sources = records
        self.inputs = ()
        self.weights = None
        self._place([origins(each, look_back, horizon) for each in series])
        self._units = np.array(
            [[each.offset, each.scale, each.log, each.naive, each.floor] for each in scalings], np.float64
        )
        self.targets = _Targets(self)
        self.records = _Records(self)

    def _place(self, origins: list[Sequence[int] | NDArray[np.int64]]) -> None:
        self._origins = origins
        self._starts = np.concatenate([[0], np.cumsum([len(each) for each in origins])]).astype(np.int64)

    def chosen(self, rows: Sequence[int]) -> WindowSet:
        """Some rows, in rising order, as a set of its own; the series are shared."""
        picked: list[list[int]] = [[] for _ in self.series]
        for which, origin in map(self.place, sorted(rows)):
            picked[which].append(origin)
        found = copy.copy(self)
        found._place([np.array(each, np.int64) for each in picked])
        found.targets, found.records = _Targets(found), _Records(found)
        return found

    def __len__(self) -> int:
        return int(self._starts[-1])

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Steps of every sample, without memory for them: all are alike."""
        return np.broadcast_to(np.int64(self.look_back + self.horizon), (len(self),))

    @property
    def features(self) -> int:
        """Features F of a step: the value, the covariates, the number of the series."""
        return 1 + int(self.covariates[0].shape[1]) + (self.numbers is not None)

    @property
    def most(self) -> int:
        """Windows of an epoch."""
        return self._most

    def place(self, row: int) -> tuple[int, int]:
        """Which series a window is of, and the first step that it forecasts."""
        which = int(np.searchsorted(self._starts, row, side="right")) - 1
        return which, int(self._origins[which][row - int(self._starts[which])])

    def first_origins(self) -> list[tuple[Series, int]]:
        """The series that have windows, each with the first step that one of these forecasts."""
        pairs = zip(self.series, self._origins, strict=True)
        return [(series, int(origins[0])) for series, origins in pairs if len(origins)]

    @property
    def apart(self) -> int:
        """How many windows, at most, forecast no step that another one of them does."""
        return sum(math.ceil(len(origins) / self.horizon) for origins in self._origins)

    def spaced(self) -> NDArray[np.int64]:
        """The rows that are judged: all, or of too many an even choice."""
        count = len(self)
        if count <= self.most:
            return np.arange(count)
        return np.unique(np.linspace(0, count - 1, self.most).astype(np.int64))

    def in_time(self, most: int) -> list[int]:
        """At most so many rows, evenly chosen, in the order in which their windows end."""
        rows = self.spaced()
        rows = rows[:: max(1, len(rows) // most)]
        return [int(row) for row in rows[np.argsort(self._ends(rows.tolist()), kind="stable")]]

    def times_of(self, rows: Sequence[int]) -> Tensor:
        """The first step that each window forecasts, counted back from the end of its series."""
        return torch.from_numpy(self._ends(rows))

    def stretches(self, rows: Sequence[int]) -> NDArray[np.int64]:
        """The number of the horizon, counted back from the end of its series, in which each forecast begins.

        Forecasts of one stretch share steps, or the time of other series: they say little more than one of them.
        """
        return np.asarray((-self._ends(rows) - self.horizon) // self.horizon, np.int64)

    def _ends(self, rows: Sequence[int]) -> NDArray[np.int64]:
        places = [self.place(int(row)) for row in rows]
        return np.array([origin - len(self.series[which]) for which, origin in places], np.int64)

    def __getitem__(self, rows: Sequence[int]) -> Batch:
        which, raw = self._cut(rows, self.look_back)
        units = self._units[which]
        scaled = _scaled(raw, units)
        inputs = np.zeros((len(which), self.look_back + self.horizon, self.features), np.float32)
        inputs[:, : self.look_back, 0] = scaled[:, : self.look_back]
        if self.covariates[0].shape[1]:
            self._add_covariates(inputs, rows)
        if self.numbers is not None:
            inputs[:, :, -1] = np.array([self.numbers[each] for each in which], np.float32)[:, None]
        targets = torch.from_numpy(scaled[:, self.look_back :].astype(np.float32))
        given = Padded.whole(torch.from_numpy(inputs))
        return Batch(given, targets, None, torch.as_tensor(rows, dtype=torch.int64), _as_units(units))

    def _add_covariates(self, inputs: Floats, rows: Sequence[int]) -> None:
        end = 1 + self.covariates[0].shape[1]
        for at, row in enumerate(rows):
            which, origin = self.place(row)
            inputs[at, :, 1:end] = self.covariates[which][origin - self.look_back : origin + self.horizon]

    def _cut(self, rows: Sequence[int], before: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """The series of each window, and its values ``(B, before + H)`` in real units."""
        asked = np.asarray(rows, dtype=np.int64)
        which = np.searchsorted(self._starts, asked, side="right") - 1
        inside = (asked - self._starts[which]).tolist()
        raw = np.empty((len(asked), before + self.horizon), np.float64)
        for at, (number, place) in enumerate(zip(which.tolist(), inside, strict=True)):
            origin = self._origins[number][place]
            raw[at] = self.series[number].values[origin - before : origin + self.horizon]
        return which, raw

    def history(self, rows: Sequence[int]) -> NDArray[np.float64]:
        """Look-backs ``(B, L)`` in real units, for rules without a network."""
        return self._cut(rows, self.look_back)[1][:, : self.look_back]

    def count(self, rows: Sequence[int] | NDArray[np.int64]) -> int:
        """Series that some windows, in rising order, are of."""
        return len(self.last_of_each(rows, len(self.series)))

    def last_of_each(self, rows: Sequence[int] | NDArray[np.int64], most: int) -> list[int]:
        """Places among some rows, in rising order: the last window of each of the first series."""
        which = np.searchsorted(self._starts, np.asarray(rows, dtype=np.int64), side="right")
        ends: list[int] = np.flatnonzero(np.diff(which, append=-1)).tolist()
        return ends[:most]

    def shown(self) -> list[int]:
        """The last window that is judged of each of the first series."""
        rows = self.spaced()
        return [int(rows[at]) for at in self.last_of_each(rows, MOST_SHOWN)]

    def before(self, row: int) -> Series:
        """The series of a window up to the first step that it forecasts."""
        which, origin = self.place(row)
        return self.series[which].until(origin)

    def came(self, row: int) -> NDArray[np.float64]:
        """What was measured in the horizon of a window, ``(H,)`` in real units; NaN where nothing was."""
        which, origin = self.place(row)
        ahead = self.series[which].until(origin + self.horizon).since(origin, 0)
        return np.asarray(ahead.measured, np.float64)

    def forecast(self, row: int, values: NDArray[np.float64], quantiles: dict[float, NDArray[np.float64]]) -> Forecast:
        """What was said of a window, in real units, with its times."""
        which, origin = self.place(row)
        series = self.series[which]
        return Forecast(series.name, series.times[origin : origin + self.horizon], values, quantiles, series.column)

    def all_targets(self) -> Tensor:
        """Targets of the first windows: all are made alike, and of a billion nobody wants a copy."""
        return self.targets_of(range(min(len(self), 256)))

    def targets_of(self, rows: Sequence[int]) -> Tensor:
        """What came, ``(B, H)`` in real units; double precision, since a large level leaves little room for changes."""
        return torch.from_numpy(self._cut(rows, 0)[1])

    def units_of(self, rows: Sequence[int]) -> Units:
        """The units of some windows."""
        which = np.searchsorted(self._starts, np.asarray(rows, dtype=np.int64), side="right") - 1
        return _as_units(self._units[which])

    def digest(self) -> bytes:
        """What a checkpoint must agree with: settings, and the values of every series."""
        state = hashlib.sha256(f"{self.look_back} {self.horizon} {self.most} {self._units.tolist()}".encode())
        for series, covariates in zip(self.series, self.covariates, strict=True):
            state.update(f"{series.name} {len(series)} {series.first}".encode())
            state.update(np.ascontiguousarray(_sample(series.values)).tobytes())
            state.update(np.ascontiguousarray(_sample(covariates)).tobytes())
        return state.digest()


def origins(series: Series, look_back: int, horizon: int) -> Sequence[int] | NDArray[np.int64]:
    """The first forecast steps of all windows of a series that have their whole look-back and horizon.

    Example:
        >>> from crnn.series.series import from_array
        >>> list(origins(from_array(np.arange(10.0))[0], look_back=4, horizon=3))
        [4, 5, 6, 7]
    """
    start, stop = max(series.first, look_back), len(series) - horizon + 1
    if series.missing is None or start >= stop:
        return range(start, max(stop, start))
    filled = np.concatenate([[0], np.cumsum(series.missing)])
    firsts = np.arange(start, stop)
    return np.asarray(firsts[filled[firsts + horizon] - filled[firsts] <= MOST_FILLED * horizon])


def _scaled(raw: NDArray[np.float64], units: NDArray[np.float64]) -> NDArray[np.float64]:
    offset, scale, log = units[:, 0:1], units[:, 1:2], units[:, 2] > 0
    if log.any():
        raw = raw.copy()
        raw[log] = np.log(raw[log])
    return (raw - offset) / scale


def _as_units(units: NDArray[np.float64]) -> Units:
    offset, scale, log, naive, floor = torch.from_numpy(units).unbind(1)
    return Units(offset, scale, log > 0, naive, floor)


def _sample(values: NDArray[Any]) -> NDArray[Any]:
    """Enough of an array to tell it from another: all of a small one, of a large one a value in many."""
    return values[:: max(1, len(values) // 100_000)]


class _Targets(Sequence[NDArray[np.float32]]):
    """The targets of a window set, one at a time."""

    def __init__(self, windows: WindowSet) -> None:
        self.windows = windows

    def __len__(self) -> int:
        return len(self.windows)

    @overload
    def __getitem__(self, row: int) -> NDArray[np.float32]: ...
    @overload
    def __getitem__(self, row: slice) -> list[NDArray[np.float32]]: ...
    def __getitem__(self, row: int | slice) -> NDArray[np.float32] | list[NDArray[np.float32]]:
        if isinstance(row, slice):
            return [self[each] for each in range(len(self))[row]]
        return self.windows.targets_of([row])[0].numpy()


class _Records(Sequence[Record]):
    """A record for each window, named by its series and the time it is forecast from."""

    def __init__(self, windows: WindowSet) -> None:
        self.windows = windows

    def __len__(self) -> int:
        return len(self.windows)

    @overload
    def __getitem__(self, row: int) -> Record: ...
    @overload
    def __getitem__(self, row: slice) -> list[Record]: ...
    def __getitem__(self, row: int | slice) -> Record | list[Record]:
        if isinstance(row, slice):
            return [self[each] for each in range(len(self))[row]]
        which, origin = self.windows.place(row)
        series = self.windows.series[which]
        return Record(series, None, f"{series.title} from {series.when(origin)}", series.name)
