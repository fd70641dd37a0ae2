"""Forecasting: tables of series to their next steps, with quantiles, beside what naive rules say."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from crnn.data.example import Example, ExampleSet, Record
from crnn.data.findings import Findings, counted
from crnn.errors import DataError, DataWarning, NotReadyError, SpecError, SplitError
from crnn.forecast_spec import ForecastSpec
from crnn.losses.objective import Objective
from crnn.losses.regression import middle
from crnn.nn.kinds import AnySpec
from crnn.nn.network import Recogniser
from crnn.padded import Vary, chained
from crnn.series.forecast import Forecast, Forecasts, by_level, off_median, time_texts
from crnn.series.known import note_unseen
from crnn.series.lookback import Forget, Jitter
from crnn.series.roles import Roles
from crnn.series.scaling import KINDS
from crnn.series.seen import Seen
from crnn.series.series import Series
from crnn.series.windows import WindowSet
from crnn.series.zeros import FOR_MISSING
from crnn.tasks import forecast_settling
from crnn.tasks.forecast_choices import horizon_for, look_back_for, network_for
from crnn.tasks.forecast_reading import are_records, for_forecast, note_new, note_short, series_of
from crnn.tasks.forecast_windows import Frame, tails
from crnn.tasks.naive import Linear, naive, verdict
from crnn.tasks.task import Option, Plan, Task, size_index

LINEAR_FILE = "linear.npy"
"""Of the model's folder: the ridge regression that stands beside the network."""


class Forecasting(Task):
    """Tables of series to their next steps.

    Every column to forecast, of every thing that the table tells apart, is one series; all share one network, and each
    has a vector of its own in it. A sample is a window of one series: predictions are ``(N, H)``, or ``(N, H, levels)``
    with quantiles. Losses are in units of a series' own spread, measures and answers in real units.

    Args:
        horizon: Steps to forecast H; None chooses a season, or a quarter of a series that holds no three.
        look_back: Steps of history L that the network sees; None chooses by season, horizon and length.
        target: Columns to forecast; None takes all columns of numbers but those of zeros and ones beside others.
        time: Column of time stamps, or columns that say the time together, as year and month; None finds them.
        series: Columns that name a series, where a table holds several one below the other; None finds them.
        known: Columns known ahead of time (prices, holidays, the kind of shop); numbers or texts.
        season: Steps of a season for naive rules and MASE; None takes it from the time stamps.
        scaling: "standard", "log" (growth and seasons that multiply; values above 0), "season" (by how much a series
            changes from season to season: each counts in training as it does in MASE) or "none".
        missing: What stands for a step of a table without a row: "last", the last value before, or "zero", as of things
            that are sold on some days; where no value is below 0, no forecast is either then.
        calendar: Whether the network sees where in day, week and year a step lies.
        mirror: Share of training windows that are shown upside down, with what came after them.
        augment: Whether training windows are varied.
    """

    name: ClassVar[str] = "forecast"
    losses = ("quantile", "mae", "mse", "huber")
    always_collects: ClassVar[bool] = True
    options: ClassVar[tuple[Option, ...]] = (
        Option("horizon", int, "Steps to forecast [default: a season, or a quarter of a short series]."),
        Option("look_back", int, "Steps of history to see [default: by season, horizon and length]."),
        Option("target", str, "Column to forecast [default: all numbers but flags of 0 and 1].", many=True),
        Option("time", str, "Column of time stamps, or of the year, then of the month, … [default: found].", many=True),
        Option("series", str, "Column that names a series [default: found].", many=True),
        Option("known", str, "Column that is known ahead of time, such as holidays.", many=True),
        Option("season", int, "Steps of a season [default: by the time stamps]."),
        Option("scaling", str, "standard, log, season or none."),
        Option("missing", str, "What stands for a step without a row: last or zero [default: last, the value before]."),
        Option("calendar", bool, "Whether the network sees the calendar [default: it does]."),
        Option("mirror", float, "Share of training windows that are shown upside down [default: 0]."),
        Option("augment", bool, "Whether training windows are varied [default: they are not]."),
    )
    plan = Plan(
        loss={"name": "quantile", "levels": [0.1, 0.5, 0.9]},
        metrics=("mae", "rmse", "smape", "wape", "mase", "coverage"),
        monitor="loss",
        optimizer={"name": "adamw", "rate": 1e-3, "weight_decay": 0.01},
        schedule={"name": "cosine", "warmup": 0.05},
        split="tail",
        validation_split=0.2,
        epochs=15,
        least_steps=500,
        batch_size=64,
        clip_norm=1.0,
        average=0.99,
    )

    def __init__(
        self,
        horizon: int | None = None,
        look_back: int | None = None,
        *,
        target: str | Sequence[str] | None = None,
        time: str | Sequence[str] | None = None,
        series: str | Sequence[str] | None = None,
        known: str | Sequence[str] = (),
        season: int | None = None,
        scaling: str = "standard",
        missing: str = "last",
        calendar: bool = True,
        mirror: float = 0.0,
        augment: bool = False,
    ) -> None:
        for name, value in (("horizon", horizon), ("look_back", look_back), ("season", season)):
            if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 1):
                raise SpecError(f"{name}={value!r}: give a whole number of steps from 1 up")
        if isinstance(mirror, bool) or not isinstance(mirror, int | float) or not 0.0 <= mirror < 1.0:
            raise SpecError(f"mirror={mirror!r}: give a share from 0 up to, but not including, 1, such as 0.25")
        self.given = {"horizon": horizon, "look_back": look_back, "season": season}
        self.roles = Roles(
            _names("time", time), _names("target", target), _names("series", series), _names("known", known) or ()
        )
        self.scaling = _one_of("scaling", scaling, KINDS)
        self.missing = _one_of("missing", missing, FOR_MISSING)
        self.calendar, self.mirror, self.augment = calendar, mirror, augment
        self.frame = Frame(look_back or 0, horizon or 0, season or 1, kind=self.scaling, counted=self.missing == "zero")
        self.found = Roles()
        self.columns: tuple[str, ...] = ()
        self.seen = Seen()
        self.linear: Linear | None = None

    # ── data ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    def read(self, data: Any, targets: Any = None) -> tuple[list[Record], Findings]:
        """A record a series, from a table, an array ``(T,)`` or ``(T, C)``, a list of arrays, or `Series`.

        Raises:
            DataError: nothing can be forecast there; says why.
        """
        if targets is not None:
            raise DataError("a forecast has no targets beside its series: give the series alone")
        if are_records(data):
            return list(data), Findings()
        findings = Findings()
        usual = self.found if self.roles.target is None else replace(self.found, target=None)
        found = series_of(data, self._reading(), findings, usual, self.frame.step, self.missing)
        return [Record(each, None, each.name, each.name) for each in found], findings

    def read_unlabelled(self, data: Any) -> tuple[list[Record], Findings]:
        """As `read`; names the series that are new to the model, and those with less history than it looks back on."""
        records, findings = self.read(data)
        if self.frame.scalings and not are_records(data):
            findings = for_forecast(findings)
            note_new([record.source for record in records], self.frame.scalings, findings)
            for record in records:
                series: Series = record.source
                note_short(series, self.look_back, findings)
                seen = series.since(max(len(series) - self.look_back, 0), 0)
                note_unseen(seen, self.frame.covariates.categories, self.horizon, findings)
        return records, findings

    def _reading(self) -> Roles:
        """The roles of columns: as given, and once learnt the columns that were learnt."""
        return replace(self.roles, target=self.roles.target or self.found.target)

    def split(
        self, records: Sequence[Record], share: float | None, seed: int, findings: Findings
    ) -> tuple[list[Record], list[Record]]:
        """The tail in time of each series is for validation; its windows look back into the part before.

        A series that is too short for both goes to training whole, and is named.

        Raises:
            SplitError: a share outside [0, 1).
        """
        share = self.plan.validation_split if share is None else share
        if not 0.0 <= share < 1.0:
            raise SplitError(
                f"validation_split={share!r}: give a share from 0 up to, but not including, 1, such as 0.2"
            )
        if share == 0.0:
            return list(records), []
        if not self.frame.scalings:  # a second training keeps to what the network was made for
            self._settle([record.source for record in records])
        return tails(records, share, self.look_back, self.horizon, findings)

    def learn(self, records: Sequence[Record]) -> None:
        """Learn scalings and covariates from the training parts, and step, season and look-back where no split did."""
        series = [record.source for record in records]
        if not self.frame.step or self.frame.scalings:
            self._settle(series)
        self.frame = self.frame.learnt(series, self.calendar)
        self.columns = tuple(dict.fromkeys(each.column for each in series))
        self.found = series[0].roles
        self.seen, self.linear = Seen.of(list(filter(self.frame.fits, series))), None

    def follow(self, records: Sequence[Record], alphabet: str) -> None:
        """As `learn`; what the weights were trained on before is no test of them either.

        Raises:
            DataError: as `learn`, or a series of other steps than the weights were trained on.
        """
        for record in records:
            self.frame.require_step(record.source)
        before = self.seen
        self.given = {**self.given, "horizon": self.horizon, "look_back": self.look_back}  # the network has them
        super().follow(records, alphabet)
        self.seen = before.joined(self.seen)

    def remember(self, records: Sequence[Record]) -> None:
        """These steps are no test any more either."""
        self.seen = self.seen.joined(Seen.of([record.source for record in records if self.frame.fits(record.source)]))

    def summary(self, trained: bool = True) -> dict[str, str]:
        """Which columns are what, which step the time takes, and how far the network looks back and ahead."""
        step = self.frame.step
        assert step is not None
        by_row = self.columns == ("",)
        time = self.found.time_name or ("the header" if by_row else "no column")
        apart = "row" if by_row else " and ".join(self.found.series or ())
        told = ", ".join(self.columns[:9]) + (f" and {len(self.columns) - 9} more" if self.columns[9:] else "")
        first, last = time_texts(np.array(self.seen.span, "datetime64[s]")) if step.dated else self.seen.span
        steps = f"steps of {step.words}" if step.dated else "rows count as steps"
        return {
            "time": f"{time}: {steps}, {'trained on ' * trained}{first} to {last}",
            "series": f"{len(self.frame.scalings)}" + (f", told apart by {apart}" if apart else ""),
            **({} if by_row else {"target": told}),
            **({"known ahead": ", ".join(self.found.known)} if self.found.known else {}),
            "steps": f"look-back {self.look_back}, horizon {self.horizon}, season {self.season}",
        }

    def _settle(self, series: Sequence[Series]) -> None:
        """Choose what was left open: step, season, horizon, look-back.

        Raises:
            DataError: no series is long enough for one window; says what would be.
        """
        step = series[0].step
        season = self.given["season"] or step.season
        longest = max(map(len, series))
        horizon = self.given["horizon"] or horizon_for(longest, season)
        usual = int(np.median([len(each) for each in series]))
        look_back = self.given["look_back"] or look_back_for(usual, horizon, season)
        if longest < look_back + horizon:
            raise DataError(
                f"the longest series has {counted(longest, 'step')}; a look-back of {look_back} and a horizon of"
                f" {horizon} need {look_back + horizon}: lower look_back or horizon, or give more steps"
            )
        self.frame = Frame(look_back, horizon, season, step, self.scaling, self.missing == "zero")

    def examples(self, records: Sequence[Record], findings: Findings, cache: bool | None = None) -> WindowSet:
        """All windows of the series, made when a batch asks for them; series without one are named.

        Raises:
            DataError: there is no window at all, or a series of other steps than the trained ones.
        """
        return self.frame.examples(records, findings)

    def prepare(self, record: Record) -> Example:
        """The end of a series as a window whose horizon is still to come.

        Raises:
            DataError: other steps than the trained ones, no calendar, or a column that is not known so far ahead.
        """
        return self.frame.ahead(record)

    # ── network ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def network(self, size: str) -> ForecastSpec:
        """A convolution over steps, a GRU over segments, all segments of the horizon at once, and a linear shortcut."""
        found = network_for(size_index(size), self.look_back, self.horizon, self.season, self.frame.vectors)
        return found.replace(mirror=self.mirror)

    def rows_in(self, other: Task) -> dict[str, Sequence[int]]:
        """The vectors of series go on by name; the first row is that of a series that training did not see."""
        assert isinstance(other, Forecasting)
        return {
            **super().rows_in(other),
            "network.names.": [0, *(other.frame.numbers.get(name, -1) for name in self.frame.numbers)],
        }

    def fitting(self, spec: AnySpec) -> AnySpec:
        """With a vector for each series of now."""
        return spec.replace(series=self.frame.vectors) if isinstance(spec, ForecastSpec) else spec

    def vary_inputs(self) -> Vary | None:
        """Noise on the look-back, and stretches of it forgotten."""
        return chained(Jitter(self.horizon), Forget(self.horizon)) if self.augment else None

    @property
    def horizon(self) -> int:
        """Steps to forecast H."""
        if not self.frame.horizon:
            raise NotReadyError("the horizon is not known yet: give horizon=…, or call fit first")
        return self.frame.horizon

    @property
    def look_back(self) -> int:
        """Steps of history L."""
        if not self.frame.look_back:
            raise NotReadyError("the look-back is not known yet: give look_back=…, or call fit first")
        return self.frame.look_back

    @property
    def season(self) -> int:
        """Steps of a season; 1 where there is none."""
        return self.frame.season

    @property
    def features(self) -> int:
        """The value, what is known ahead, the calendar, and the number of the series."""
        return self.frame.features

    @property
    def outputs(self) -> int:
        """Steps of the horizon."""
        return self.horizon

    # ── answers ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def decode(self, predictions: Tensor, lengths: Tensor) -> list[NDArray[np.float32]]:
        """Scaled values ``(H,)`` or ``(H, levels)`` of each window; `complete` gives them units and times."""
        return list(predictions.numpy())

    def complete(self, answer: NDArray[np.float32], example: Example, levels: Sequence[float]) -> Forecast:
        """The forecast of a series: real units, times, quantiles by level."""
        series: Series = example.record.source
        real = self.frame.scaling_of(series).back(answer)
        quantiles = by_level(real, levels)
        values = middle(real, levels) if quantiles else real
        return Forecast(series.name, series.next_times(self.horizon), values, quantiles, series.column)

    def collect(self, answers: list[Any]) -> Forecasts:
        """The forecasts of all series, in the order of the data; says so where their values are far from a median."""
        if answers and (note := off_median(list(answers[0].quantiles))):
            warnings.warn(note, DataWarning, stacklevel=4)
        return Forecasts(answers)

    def note_known(self, judged: ExampleSet, findings: Findings) -> None:
        """Name the series of whose judged steps some were trained on, and those that training did not see at all."""
        assert isinstance(judged, WindowSet)
        judged_from = judged.first_origins()
        note_new([series for series, _ in judged_from], self.frame.scalings, findings)
        for series, first in judged_from:
            self.seen.note(series, first, findings)

    def baselines(self, train: Sequence[Record] | None, judged: ExampleSet) -> dict[str, Tensor]:
        """Last value, seasonal naive, drift, and the linear ridge of the training part, ``(N, H)`` in real units."""
        assert isinstance(judged, WindowSet)
        return naive(judged, self.linear or self.linear_of(train or ()), self.season)

    def linear_of(self, records: Sequence[Record]) -> Linear | None:
        """The ridge regression of some series; None where they have not two windows."""
        long = [record for record in records if self.frame.fits(record.source)]
        return Linear.fitted(self.frame.windows(long), self.season) if long else None

    def begin(self, train: ExampleSet, network: nn.Module | None) -> None:
        """Keep the ridge regression of the training part, to stand beside the network wherever it is judged.

        Raises:
            SpecError: a network was given that does not do what the task was asked for.
        """
        assert isinstance(train, WindowSet)
        if self.mirror and network is not None and getattr(network.spec, "mirror", None) != self.mirror:
            told = f"mirror={self.mirror}"
            raise SpecError(f"{told} beside a network of your own: say it there, ForecastSpec(…, {told})")
        found = None if network is None else Linear.within(network, self.season)
        self.linear = found or Linear.fitted(train, self.season)

    def settle(self, dev: ExampleSet, recogniser: Recogniser, objective: Objective) -> None:
        """Take from the validation part how far the network is trusted, and how wide its quantiles are."""
        assert isinstance(dev, WindowSet)
        forecast_settling.settle(recogniser, objective, dev, self.linear)

    def verdict(
        self, measures: Mapping[str, Mapping[str, float]], trials: Mapping[str, Sequence[float]] | None = None
    ) -> str:
        """Whether the forecast beats what needs no network, and not by chance, in plain words."""
        return verdict(measures, sees_season=self.look_back >= max(2, self.season), trials=trials)

    # ── model file ───────────────────────────────────────────────────────────────────────────────────────────────────

    def config(self) -> dict[str, Any]:
        """Settings and everything learnt."""
        return {
            "name": self.name,
            "given": self.given,
            **self.roles.to_dict(),
            "found": self.found.to_dict(),
            "missing": self.missing,
            "calendar": self.calendar,
            "mirror": self.mirror,
            "augment": self.augment,
            **self.frame.to_dict(),
            "columns": list(self.columns),
            "seen": self.seen.to_dict(),
        }

    def files(self) -> dict[str, bytes]:
        """The ridge regression of the training part."""
        return {} if self.linear is None else {LINEAR_FILE: self.linear.to_bytes()}

    def load_files(self, files: Mapping[str, bytes]) -> None:
        """Take over the ridge regression."""
        if LINEAR_FILE in files:
            self.linear = Linear.from_bytes(files[LINEAR_FILE])

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """The task that `config` described."""
        older: dict[str, Any] = {"missing": "last", "mirror": 0.0}  # models older than these settings lack them
        names = (*older, "target", "time", "series", "known", "scaling", "calendar", "augment")
        task = cls(**config["given"], **{name: (older | config)[name] for name in names})
        task.frame = Frame.from_dict(config)
        task.found, task.columns = Roles.from_dict(config["found"]), tuple(config["columns"])
        task.seen = Seen.from_dict(config["seen"])
        return task


def _names(role: str, given: str | Sequence[str] | None) -> tuple[str, ...] | None:
    if given is None:
        return None
    names = (given,) if isinstance(given, str) else tuple(given) if isinstance(given, Sequence) else (given,)
    if not all(isinstance(name, str) for name in names):
        raise SpecError(f"{role}={given!r}: give the name of a column, or a list of names")
    return names


def _one_of(setting: str, given: str, kinds: Sequence[str]) -> str:
    if given not in kinds:
        raise SpecError(f"{setting}={given!r}: choose {', '.join(kinds)}")
    return given
