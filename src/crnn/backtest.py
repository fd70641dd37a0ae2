"""Backtesting with rolling origins: what the model would have said at past times, beside what came and simple rules."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from crnn.data.findings import Findings, counted
from crnn.errors import DataError, SpecError
from crnn.metrics import METRICS
from crnn.predictor import BATCH, Predictor
from crnn.report.tables import Compared
from crnn.series.forecast import Forecast, by_level, errors_by_horizon, errors_by_stretch, time_text
from crnn.series.known import note_unseen
from crnn.series.series import Series
from crnn.series.windows import WindowSet
from crnn.tasks.forecasting import Forecasting
from crnn.tasks.naive import NETWORK

MEASURES = ("mse", "mae", "rmse", "mape", "smape", "mase", "rse", "wape", "coverage")


@dataclass(frozen=True)
class Backtest:
    """A model judged at rolling origins.

    Args:
        measures: By "the network" and each simple rule, every measure in real units; NaN where it does not apply.
        by_horizon: By the same, the mean absolute error of each step ahead ``(H,)``.
        windows: Forecasts that were judged.
        series: Series that these are of.
        origins: First and last time that was forecast from, as texts.
        verdict: Whether the network beats the rules, in a sentence.
        forecasts: Some forecasts, the last of each series, with what came: for plots.
        truth: What came, ``(H,)`` for each of these; NaN where nothing was measured.
        beside: What the rules said, by name, for each of these.
        history: The series before each of these.
        findings: What was left out, filled or averaged, and whether the model had seen these steps.
        levels: Of the network's quantiles: the share between the outer ones is what the coverage should be.
        season: Steps of a season, for plots.
    """

    measures: dict[str, dict[str, float]]
    by_horizon: dict[str, list[float]]
    windows: int
    series: int
    origins: tuple[str, str]
    verdict: str
    forecasts: list[Forecast]
    truth: list[np.ndarray[Any, np.dtype[np.float64]]]
    beside: list[dict[str, np.ndarray[Any, np.dtype[np.float64]]]]
    history: list[Series]
    findings: Findings = field(default_factory=Findings)
    levels: tuple[float, ...] = ()
    season: int = 1

    def to_dict(self) -> dict[str, Any]:
        """For JSON: NaN becomes None."""
        clean = {who: Compared(who, row).to_dict() for who, row in self.measures.items()}
        return {
            "windows": self.windows,
            "series": self.series,
            "origins": list(self.origins),
            "measures": clean,
            "levels": list(self.levels),
            "mae_by_horizon": self.by_horizon,
            "verdict": self.verdict,
            "findings": self.findings.to_dict(),
        }


def backtest(
    model: Any, data: Any, *, folds: int = 4, stride: int | None = None, batch_size: int = BATCH, most_shown: int = 8
) -> Backtest:
    """Forecast from several past origins and compare with what came; the model itself is not trained again.

    Args:
        model: A `Model` or `Predictor` of a forecasting task.
        data: What the task reads; its last steps are judged.
        folds: Origins of each series.
        stride: Steps between two origins; None takes the horizon, so that no step is judged twice.
        batch_size: Windows in one forward pass.
        most_shown: Series whose last forecast is kept for plots.

    Raises:
        SpecError: the model is no forecasting model, or `folds` or `stride` are below 1.
        DataError: no series is long enough.
    """
    predictor: Predictor = getattr(model, "_predictor", None) or model
    task = getattr(predictor, "task", None)
    if not isinstance(task, Forecasting):
        raise SpecError("a backtest needs a model of the task forecast: train one with crnn train forecast")
    if folds < 1 or (stride is not None and stride < 1):
        raise SpecError(f"folds={folds}, stride={stride}: give whole numbers from 1 up")
    records, findings = task.read(data)
    step = stride or task.horizon
    parts, before = [], []
    for record in records:
        series: Series = record.source
        task.frame.require_step(series)
        most = (len(series) - task.look_back - task.horizon) // step + 1
        first = max(len(series) - task.horizon - (folds - 1) * step, task.look_back)
        if first + task.horizon > len(series):
            advice = f"A backtest takes {task.look_back} + {task.horizon} steps."
            findings.add("series too short", f"{record.name} ({counted(len(series), 'step')})", advice)
            continue
        if most < folds:
            advice = f"A forecast looks back on {counted(task.look_back, 'step')}, and there are no more behind these."
            findings.add("fewer origins than asked for", f"{record.name}: {most} of {folds:,}", advice, dropped=False)
        note_unseen(series.since(first - task.look_back, 0), task.frame.covariates.categories, 0, findings)
        parts.append(replace(record, source=replace(series, first=first)))
        before.append(replace(record, source=series.until(first)))
    if not parts:
        raise DataError(f"no series has {task.look_back} + {task.horizon} steps to be judged on:\n{findings}")
    windows = task.frame.windows(parts)
    rows = _rows(windows, step)
    if not rows:
        raise DataError(f"no origin can be judged: what came there is mostly missing in the data:\n{findings}")
    judged = windows.chosen(rows)
    task.note_known(judged, findings)
    said = _said(predictor, judged, batch_size)
    points = said if said.dim() == 2 else predictor.objective.point(said)
    rules = task.baselines(before, judged)
    found = {NETWORK: points, **rules}
    truth = judged.targets_of(judged.spaced().tolist())
    scales = judged.units_of(judged.spaced().tolist()).naive
    measures = {
        who: _measured(values, truth, scales, said if who == NETWORK else None) for who, values in found.items()
    }
    levels = tuple(getattr(predictor.objective, "levels", ()))
    trials = errors_by_stretch(found, truth, judged.stretches(judged.spaced().tolist()))
    shown = judged.last_of_each(range(len(judged)), most_shown)
    times = [windows.series[which].times[origin] for which, origin in map(judged.place, range(len(judged)))]
    return Backtest(
        measures,
        errors_by_horizon(found, truth),
        len(judged),
        judged.count(range(len(judged))),
        (time_text(min(times)), time_text(max(times))),
        task.verdict(measures, trials),
        [judged.forecast(row, points[row].numpy(), by_level(said[row].numpy(), levels)) for row in shown],
        [judged.came(row) for row in shown],
        [{name: values[row].numpy() for name, values in rules.items()} for row in shown],
        [judged.before(row) for row in shown],
        findings,
        levels,
        task.season,
    )


def _rows(windows: WindowSet, step: int) -> list[int]:
    """Every `step`-th origin of each series, counted back from its end."""
    rows = []
    for row in range(len(windows)):
        which, origin = windows.place(row)
        if (len(windows.series[which]) - windows.horizon - origin) % step == 0:
            rows.append(row)
    return rows


@torch.inference_mode()
def _said(predictor: Predictor, judged: WindowSet, batch_size: int) -> Tensor:
    """Predictions ``(N, H)`` or ``(N, H, levels)`` in real units."""
    found = []
    rows = judged.spaced().tolist()
    for at in range(0, len(rows), batch_size):
        batch = judged[rows[at : at + batch_size]]
        assert batch.units is not None
        found.append(batch.units.back(predictor.forward(batch.inputs)[0]))
    return torch.cat(found)


def _measured(values: Tensor, truth: Tensor, scales: Tensor, whole: Tensor | None) -> dict[str, float]:
    found = {}
    for name in MEASURES:
        measure = METRICS.make(name)
        given = (whole if whole is not None else values) if measure.kind == "quantiles" else values
        found[name] = float(measure.of(given, truth, scales)) if measure.applies(truth) else math.nan
    return found
