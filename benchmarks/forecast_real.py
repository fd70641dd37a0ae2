"""Forecasts of real series, network beside naive rules: ETTh1, exchange, M4 hourly, Walmart, US retail, S&P 500.

    python benchmarks/forecast_real.py --set etth1-96 --data "$CRNN_DATA" --seeds 0 1 2
    python benchmarks/forecast_real.py --set etth1-96 --data "$CRNN_DATA" --seeds 0 1 2 --final

Settings and epochs are chosen on the part before the held one. Without `--final` nothing of the held part is read; with
it the held part is judged once, with the weights that the earlier part chose.
"""

from __future__ import annotations

import argparse
import json
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

import crnn
from crnn.data.example import Record
from crnn.data.findings import Findings
from crnn.optim.schedules import Schedule
from crnn.series.roles import Roles
from crnn.series.series import Series
from crnn.series.table import read_series
from crnn.series.windows import WindowSet
from crnn.tasks.naive import Linear, naive

Errors = dict[str, float]


@dataclass(frozen=True)
class Recipe:
    """How one set is trained and judged.

    Args:
        file: Below the folder of data.
        task: Makes the task.
        train: Rows before which training ends, for the choice; negative counts from the end.
        valid: Rows before which the choice is judged, and the held part begins.
        held: Rows before which the held part ends; None for the end.
        judge: Measures of predictions and truth, by name.
        target: Columns; None for all.
        known: Columns known ahead.
        single: Judge one forecast a series, from the first step of the part, instead of all windows.
        refit: Train again on all rows before the held part, for as many epochs as were chosen.
        size: Of the network.
        network: Changes of the network's description.
        compile: Settings of `Model.compile`.
        fit: Settings of `Model.fit`.
        aim: In words.
    """

    file: str
    task: Callable[[], crnn.Forecasting]
    train: int
    valid: int
    judge: Callable[[np.ndarray, np.ndarray, WindowSet], Errors]
    held: int | None = None
    target: tuple[str, ...] | None = None
    known: tuple[str, ...] = ()
    single: bool = False
    refit: bool = False
    size: str = "small"
    network: dict[str, Any] = field(default_factory=dict)
    compile: dict[str, Any] = field(default_factory=dict)
    fit: dict[str, Any] = field(default_factory=dict)
    aim: str = ""


# ── measures ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def scaled(said: np.ndarray, truth: np.ndarray, windows: WindowSet) -> Errors:
    """MSE and MAE over all windows, steps and channels, in standard deviations of the training rows."""
    scale = np.array([windows.scalings[windows.place(row)[0]].scale for row in range(len(windows))])[:, None]
    error = (said - truth) / scale
    return {"mse": float(np.square(error).mean()), "mae": float(np.abs(error).mean())}


def relative(said: np.ndarray, truth: np.ndarray, windows: WindowSet) -> Errors:
    """RSE at steps 3, 6, 12 and 24, each over all rows of the part: windows at its ends reach beyond it."""
    found = {}
    ends = [(which, origin) for which, origin in map(windows.place, range(len(windows)))]
    for step in (3, 6, 12, 24):
        rows = [
            row
            for row, (which, origin) in enumerate(ends)
            if windows.series[which].first + 23 <= origin + step - 1 < len(windows.series[which]) - 23
        ]
        wanted = truth[rows, step - 1]
        error = said[rows, step - 1] - wanted
        found[f"rse {step}"] = float(np.sqrt(np.square(error).sum() / np.square(wanted - wanted.mean()).sum()))
    return found


def mase(said: np.ndarray, truth: np.ndarray, windows: WindowSet) -> Errors:
    """MASE and sMAPE, the mean over series."""
    naive_error = np.array([windows.scalings[windows.place(row)[0]].naive for row in range(len(windows))])
    error = np.abs(said - truth)
    shares = 2 * error / (np.abs(said) + np.abs(truth))
    return {"mase": float((error.mean(1) / naive_error).mean()), "smape %": 100 * float(shares.mean())}


def shares(said: np.ndarray, truth: np.ndarray, windows: WindowSet) -> Errors:
    """WAPE and MAPE in per cent."""
    error = np.abs(said - truth)
    return {"wape %": 100 * float(error.sum() / truth.sum()), "mape %": 100 * float((error / truth).mean())}


# ── recipes ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def etth1(
    horizon: int,
    aim: float,
    segment: int,
    loss: str,
    batch_size: int,
    epochs: int,
    size: str = "medium",
    schedule: Schedule | None = None,
    mirror: float = 0.0,
) -> Recipe:
    """Rows 0–8640 train, –11520 choose, –14400 are judged; look-back 96, all windows and channels."""
    return Recipe(
        "series/ett/ETTh1.csv.gz",
        lambda: crnn.Forecasting(horizon, 96, calendar=False),
        train=8640,
        valid=11520,
        held=14400,
        judge=scaled,
        size=size,
        network={"segment": segment, "shortcut": False, "convolutions": (), "dropout": 0.5, "mirror": mirror},
        compile={"loss": loss, "metrics": [], "optimizer": crnn.Adam(rate=1e-3), "schedule": schedule or crnn.Cosine()},
        fit={"epochs": epochs, "batch_size": batch_size},
        aim=f"mse ≤ {aim}",
    )


AS_PUBLISHED: dict[str, Any] = {"size": "large", "schedule": crnn.Step(every=0.2, gamma=0.8)}
"""Of SegRNN, by its authors: 512 units, and a rate that falls by a fifth each of five epochs."""

RECIPES: dict[str, Recipe] = {
    "etth1-96": etth1(96, 0.368, segment=48, loss="mae", batch_size=512, epochs=6),
    "etth1-192": etth1(192, 0.408, segment=24, loss="huber", batch_size=1792, epochs=10, mirror=0.25, **AS_PUBLISHED),
    "etth1-336": etth1(336, 0.444, segment=24, loss="mse", batch_size=1792, epochs=8, mirror=0.25, **AS_PUBLISHED),
    "etth1-720": etth1(720, 0.446, segment=24, loss="mse", batch_size=1792, epochs=5, **AS_PUBLISHED),
    "exchange": Recipe(
        "series/exchange/exchange_rate.txt.gz",
        lambda: crnn.Forecasting(24, 168, calendar=False),
        train=4552,
        valid=6070,
        judge=relative,
        size="tiny",
        compile={"loss": "mse", "metrics": [], "optimizer": crnn.AdamW(rate=1e-4, weight_decay=0.1)},
        fit={"epochs": 4, "batch_size": 256},
        aim="rse ≤ 1.01 × last value at 3, 6, 12, 24",
    ),
    "m4-hourly": Recipe(
        "series/m4-hourly/Hourly-train.csv.gz",
        lambda: crnn.Forecasting(48, 168, scaling="season", season=24),
        train=-96,
        valid=-48,
        judge=mase,
        single=True,
        refit=True,
        compile={"loss": "mae", "metrics": []},
        fit={"epochs": 8, "batch_size": 64},
        aim="mase ≤ 0.75 × seasonal naive",
    ),
    "sales-walmart": Recipe(
        "series/sales-walmart/Walmart.csv",
        lambda: crnn.Forecasting(26, 52, scaling="log", calendar=False, season=52),
        train=-52,
        valid=-26,
        judge=shares,
        target=("Weekly_Sales",),
        single=True,
        refit=True,
        size="tiny",
        compile={"loss": "mae", "metrics": []},
        fit={"epochs": 15, "batch_size": 64},
        aim="wape < 5.19 %",
    ),
    "retail-us-monthly": Recipe(
        "series/retail-us-monthly/example_retail_sales.csv",
        lambda: crnn.Forecasting(24, 48, scaling="log"),
        train=-48,
        valid=-24,
        judge=shares,
        single=True,
        refit=True,
        size="tiny",
        compile={"loss": "mae", "metrics": []},
        fit={"epochs": 30, "batch_size": 32},
        aim="mape < 4.75 %",
    ),
    "sp500": Recipe(
        "series/sp500/sp500-2000.csv.gz",
        lambda: crnn.Forecasting(1, 20, scaling="log", calendar=False),
        train=4025,  # to the end of 2015
        valid=4528,  # to the end of 2017
        held=5031,  # to the end of 2019
        judge=shares,
        target=("close",),
        size="tiny",
        compile={"loss": "mae", "metrics": []},
        fit={"epochs": 15, "batch_size": 64},
        aim="mape ≤ last value",
    ),
}


# ── running ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def cut(series: Series, at: int | None) -> int:
    """A row number; negative ones count from the end."""
    return len(series) if at is None else at if at >= 0 else len(series) + at


def part(recipe: Recipe, series: list[Series], start: int, stop: int | None, look_back: int) -> list[Record]:
    """The part of each series from one row to another, with the look-back before it."""
    found = []
    for each in series:
        first, last = cut(each, start), cut(each, stop)
        if recipe.judge is relative:
            each, last = beyond(each, last), last + 23
            first -= 23
        found.append(each.until(last).since(first - look_back, look_back))
    return [Record(each, None, each.name, each.name) for each in found]


def beyond(series: Series, stop: int) -> Series:
    """The series up to a row and 23 steps more that are never judged, so that each row is forecast at every step."""
    values = np.concatenate([series.values[:stop], np.repeat(series.values[stop - 1 : stop], 23)])
    return replace(series, values=values, times=np.arange(len(values)), missing=None)


def single(windows: WindowSet) -> WindowSet:
    """The first window of each series."""
    firsts: dict[int, int] = {}
    for row in range(len(windows)):
        firsts.setdefault(windows.place(row)[0], row)
    return windows.chosen(list(firsts.values()))


def measured(recipe: Recipe, model: crnn.Model, records: list[Record], train: list[Record] | None) -> dict[str, Errors]:
    """The network and, where the training part is given, the naive rules."""
    task: Any = model.task
    windows = task.examples(records, Findings())
    windows = single(windows) if recipe.single else windows
    windows._most = len(windows)
    rows = list(range(len(windows)))
    truth = np.concatenate([windows._cut(rows[at : at + 4096], 0)[1] for at in range(0, len(rows), 4096)])
    predictor = model._predictor
    assert predictor is not None
    said = []
    for at in range(0, len(rows), 512):
        batch = windows[rows[at : at + 512]]
        assert batch.units is not None
        said.append(predictor.objective.point(batch.units.back(predictor.forward(batch.inputs)[0])))
    found = {"network": recipe.judge(torch.cat(said).numpy(), truth, windows)}
    if train is not None:
        fitted = task.frame.windows([record for record in train if task.frame.fits(record.source)])
        for name, values in naive(windows, Linear.fitted(fitted, task.season), task.season).items():
            found[name] = recipe.judge(values.numpy(), truth, windows)
    return found


def fit(recipe: Recipe, seed: int, train: list[Record], dev: list[Record] | None, **changes: Any) -> crnn.Model:
    """A trained model."""
    model = crnn.Model(recipe.task(), size=recipe.size)
    model.task.learn(train)
    model.spec = model.task.network(recipe.size).replace(**recipe.network)  # type: ignore[arg-type]
    model.compile(**recipe.compile)
    options = crnn.TrainOptions(seed=seed, progress=False)
    settings = {**recipe.fit, **changes}
    if dev is None:
        model.fit(train, validation_split=0.0, options=options, **settings)
    else:
        model.fit(train, validation_data=dev, options=options, **settings)
    return model


def run(recipe: Recipe, data: Path, seed: int, final: bool, first: bool) -> dict[str, Any]:
    """Choose on the part before the held one; judge the held one where asked."""
    roles = Roles(target=recipe.target, known=recipe.known)
    series = read_series(data / recipe.file, roles, Findings())
    look_back = recipe.task().look_back
    train = [Record(each.until(cut(each, recipe.train)), None, each.name, each.name) for each in series]
    valid = part(recipe, series, recipe.train, recipe.valid, look_back)
    started = time.perf_counter()
    model = fit(recipe, seed, train, valid)
    assert model.history is not None
    epochs = int(model.history.best["epoch"])
    found: dict[str, Any] = {"seed": seed, "epoch": epochs, "parameters": model.parameters}
    found["valid"] = measured(recipe, model, valid, train if first else None)
    if final:
        if recipe.refit:
            train = [Record(each.until(cut(each, recipe.valid)), None, each.name, each.name) for each in series]
            model = fit(recipe, seed, train, None, epochs=epochs)
        held = part(recipe, series, recipe.valid, recipe.held, look_back)
        found["minutes"] = (time.perf_counter() - started) / 60
        found["held"] = measured(recipe, model, held, train if first else None)
    found.setdefault("minutes", (time.perf_counter() - started) / 60)
    return found


def main() -> None:
    """Run one set over its seeds and print a row each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", choices=sorted(RECIPES), required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--final", action="store_true", help="Judge the held part too.")
    parser.add_argument("--change", type=json.loads, default={}, help='JSON, such as {"fit": {"epochs": 3}}.')
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    warnings.simplefilter("ignore", crnn.errors.DataWarning)
    recipe = RECIPES[given.set]
    for name, change in given.change.items():
        old = getattr(recipe, name)
        recipe = replace(recipe, **{name: {**old, **change} if isinstance(old, dict) else change})
    print(f"{given.set}: aim {recipe.aim}")
    rows = []
    for at, seed in enumerate(given.seeds):
        rows.append(run(recipe, given.data, seed, given.final, at == 0))
        for place in ("valid", "held"):
            for who, errors in rows[-1].get(place, {}).items():
                numbers = "  ".join(f"{name} {value:.4f}" for name, value in errors.items())
                print(f"seed {seed}  {place:5s}  {who:15s}  {numbers}", flush=True)
        facts = {name: rows[-1][name] for name in ("epoch", "parameters", "minutes")}
        print(f"seed {seed}  {facts}", flush=True)
    place = "held" if given.final else "valid"
    for name in rows[0][place]["network"]:
        values = [row[place]["network"][name] for row in rows]
        print(f"{place}  {name}: mean {np.mean(values):.4f}, {min(values):.4f} to {max(values):.4f}")


if __name__ == "__main__":
    main()
