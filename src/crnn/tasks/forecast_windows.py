"""Series as windows: as far as a network looks back and ahead, in the units and beside the columns that were learnt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crnn.data.example import Example, Record
from crnn.data.findings import Findings, counted
from crnn.errors import DataError
from crnn.series import calendar, covariates, scaling
from crnn.series.covariates import Covariates
from crnn.series.known import note_unseen
from crnn.series.scaling import Scaling
from crnn.series.series import Series
from crnn.series.steps import Step
from crnn.series.windows import WindowSet
from crnn.tasks.forecast_choices import days_of, tail_for

MOST_VECTORS = 2000
"""More series than this share one network without vectors of their own: most of its weights would be vectors."""

MOST_WINDOWS = 100_000
"""Windows of an epoch; of more, each epoch draws others."""


@dataclass(frozen=True)
class Frame:
    """What was learnt of the training parts, by which any series becomes windows.

    Args:
        look_back: Steps of history L.
        horizon: Steps to forecast H.
        season: Steps of a season.
        step: From one value to the next; None where nothing was learnt yet.
        kind: Of the scaling.
        counted: Whether series count something, so that where no value is below 0 none to come is.
        scalings: Of each series that has a window, by name.
        covariates: What stands beside the values.
    """

    look_back: int = 0
    horizon: int = 0
    season: int = 1
    step: Step | None = None
    kind: str = "standard"
    counted: bool = False
    scalings: Mapping[str, Scaling] = field(default_factory=dict)
    covariates: Covariates = field(default_factory=Covariates)

    def learnt(self, series: Sequence[Series], sees_calendar: bool) -> Frame:
        """With scalings and covariates of the training parts."""
        assert self.step is not None
        days = max((days_of(each) for each in series), default=0.0)
        return replace(
            self,
            scalings={each.name: self._scaling(each) for each in series if self.fits(each)},
            covariates=covariates.learn(series, calendar.cycles(self.step, days) if sees_calendar else ()),
        )

    def fits(self, series: Series) -> bool:
        """Whether a series has a window."""
        return len(series) >= self.look_back + self.horizon

    @property
    def vectors(self) -> int:
        """Series with a vector of their own."""
        return len(self.scalings) if 1 < len(self.scalings) <= MOST_VECTORS else 0

    @property
    def features(self) -> int:
        """The value, what is known ahead, the calendar, and the number of the series."""
        return 1 + self.covariates.width + (self.vectors > 0)

    @cached_property
    def numbers(self) -> dict[str, int]:
        """Of each series that training saw, from 1 up; 0 is that of any other."""
        return {name: at for at, name in enumerate(self.scalings, start=1)}

    def scaling_of(self, series: Series) -> Scaling:
        """As learnt; of a series that training did not see, from the history given.

        Raises:
            DataError: it is that of logarithms, and a value of the series has none; or a value is far beyond it.
        """
        known = self.scalings.get(series.name)
        found = known or self._scaling(series.until(series.first or len(series)))
        if found.log:
            scaling.require_positive(series)
        scaling.require_near(series, found)
        return found

    def _scaling(self, series: Series) -> Scaling:
        return scaling.learn(series, self.kind, self.season, counted=self.counted)

    def require_step(self, series: Series) -> None:
        """Refuse a series of other steps.

        Raises:
            DataError: its steps are not those of training.
        """
        if self.step is not None and series.step != self.step and len(series) > 1:
            given, wanted = (
                f"steps of {step.words}" if step.dated else "rows without dates" for step in (series.step, self.step)
            )
            raise DataError(
                f"{series.name} has {given}, the model was trained on {wanted}: give the same, or train a model"
                " for these"
            )

    def examples(self, records: Sequence[Record], findings: Findings) -> WindowSet:
        """All windows of the series; those without one are named.

        Raises:
            DataError: there is no window at all, or a series of other steps than the trained ones.
        """
        kept = []
        for record in records:
            series: Series = record.source
            self.require_step(series)
            note_unseen(series, self.covariates.categories, 0, findings)
            if len(series) - max(series.first, self.look_back) < self.horizon:
                advice = f"A window takes {self.look_back} + {self.horizon} steps: lower look_back or horizon."
                findings.add("series too short", f"{record.name} ({counted(len(series), 'step')})", advice)
            else:
                kept.append(record)
        windows = self.windows(kept) if kept else None
        if windows is None or len(windows) == 0:
            raise DataError(
                f"no series has a window of {self.look_back} steps of look-back and {self.horizon} of horizon with its"
                f" values there:\n{findings}"
            )
        return windows

    def windows(self, records: Sequence[Record]) -> WindowSet:
        """All windows of series that were found long enough, made when a batch asks for them."""
        series: list[Series] = [record.source for record in records]
        made: dict[tuple[Any, ...], NDArray[np.float32]] = {}
        beside = []
        for each in series:
            key = (each.key, str(each.times[0]), len(each), bool(each.known) and id(each.known))
            if key not in made:
                made[key] = self.covariates.of(each, 0)
            beside.append(made[key])
        numbers = [self.numbers.get(each.name, 0) for each in series] if self.vectors else None
        scalings = [self.scaling_of(each) for each in series]
        return WindowSet(series, scalings, beside, numbers, self.look_back, self.horizon, records, MOST_WINDOWS)

    def ahead(self, record: Record) -> Example:
        """The end of a series as a window whose horizon is still to come.

        Raises:
            DataError: other steps than the trained ones, no calendar, or a column that is not known so far ahead.
        """
        series: Series = record.source
        self.require_step(series)
        look_back = min(self.look_back, len(series))
        inputs = np.zeros((look_back + self.horizon, self.features), np.float32)
        inputs[:look_back, 0] = self.scaling_of(series)(np.asarray(series.values[len(series) - look_back :]))
        width = self.covariates.width
        if width:
            inputs[:, 1 : 1 + width] = self.covariates.of(series, self.horizon)[-len(inputs) :]
        if self.vectors:
            inputs[:, -1] = self.numbers.get(series.name, 0)
        return Example(inputs, None, record)

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON."""
        return {
            "horizon": self.horizon,
            "look_back": self.look_back,
            "season": self.season,
            "step": self.step and self.step.to_dict(),
            "scaling": self.kind,
            "counted": self.counted,
            "scalings": {name: each.to_list() for name, each in self.scalings.items()},
            "covariates": self.covariates.to_dict(),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Frame:
        """Read what `to_dict` wrote."""
        return cls(
            data["look_back"] or 0,
            data["horizon"] or 0,
            data["season"] or 1,
            None if data["step"] is None else Step(**data["step"]),
            data["scaling"],
            data["counted"],
            {name: Scaling.from_list(given) for name, given in data["scalings"].items()},
            Covariates.from_dict(data["covariates"]),
        )


def tails(
    records: Sequence[Record], share: float, look_back: int, horizon: int, findings: Findings
) -> tuple[list[Record], list[Record]]:
    """Training and validation parts: the tail in time of each series, whose windows look back into the part before.

    Args:
        records: Of series.
        share: Of each, for validation.
        look_back: Steps of history.
        horizon: Steps to forecast.
        findings: Where to name a series that is too short for both, which goes to training whole, or for a tail as
            long as asked for.
    """
    train, dev = [], []
    for record in records:
        series: Series = record.source
        tail = tail_for(len(series), share, look_back, horizon)
        cut = len(series) - tail
        if 0 < tail < share * len(series) / 2:
            advice = "More would leave training no window: lower validation_split, or shorten look-back or horizon."
            told = f"{record.name} ({tail} of {len(series)} steps)"
            findings.add("less to validate on than asked for", told, advice, dropped=False)
        train.append(replace(record, source=series.until(cut)))
        if cut < len(series):
            dev.append(replace(record, source=series.since(cut - look_back, look_back)))
        elif len(series) >= look_back + horizon:
            advice = "It is trained on whole: shorten look-back or horizon to validate on it."
            findings.add("series too short to validate on", record.name, advice, dropped=False)
    return train, dev
