"""How many outcomes fall between the quantiles 0.1 and 0.9, on the last rows of a table, which training never saw.

    python benchmarks/forecast_intervals.py --data "$CRNN_DATA" --seeds 0 1

The rows before them train, and their end is the validation part, as `fit` takes it by itself. Intervals are trained to
the end, which is where they become too narrow, and after one pass.
"""

from __future__ import annotations

import argparse
import warnings
from pathlib import Path
from typing import Any

import numpy as np

import crnn
from crnn.data.example import Record
from crnn.data.findings import Findings
from crnn.errors import DataWarning
from crnn.series.roles import Roles
from crnn.series.table import read_series

CASES: dict[str, tuple[str, int, dict[str, Any]]] = {
    "sales-walmart": ("series/sales-walmart/Walmart.csv", 26, {"horizon": 8, "target": "Weekly_Sales"}),
    "retail-us-monthly": ("series/retail-us-monthly/example_retail_sales.csv", 48, {"horizon": 12}),
    "sp500": ("series/sp500/sp500-2000.csv.gz", 1000, {"horizon": 5, "target": "close", "scaling": "log"}),
    "exchange": ("series/exchange/exchange_rate.txt.gz", 1500, {"horizon": 10, "look_back": 60}),
    "etth1": ("series/ett/ETTh1.csv.gz", 4000, {"horizon": 24, "target": "OT"}),
}
"""File, held rows, and settings of the task."""

EPOCHS = (1, None)
"""Passes; None is the task's own choice."""


def measured(path: Path, held: int, settings: dict[str, Any], epochs: int | None, seed: int) -> list[float]:
    """Pinball loss and coverage of the held rows."""
    target = settings.get("target")
    series = read_series(path, Roles(target=(target,) if target else None), Findings())
    model = crnn.Model(crnn.Forecasting(**settings), size="tiny")
    model.compile(metrics=["coverage"])
    known = [Record(each.until(len(each) - held), None, each.name, each.name) for each in series]
    model.fit(known, epochs=epochs, options=crnn.TrainOptions(progress=False, seed=seed))
    look_back = model.task.look_back  # type: ignore[attr-defined]
    later = [each.since(len(each) - held - look_back, look_back) for each in series]
    return model.evaluate([Record(each, None, each.name, each.name) for each in later])


def main() -> None:
    """Print a row a table: the coverage and the pinball loss after each number of epochs, the mean over the seeds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    given = parser.parse_args()
    warnings.simplefilter("ignore", DataWarning)
    for name, (path, held, settings) in CASES.items():
        told = []
        for epochs in EPOCHS:
            found = [measured(given.data / path, held, settings, epochs, seed) for seed in given.seeds]
            loss, coverage = np.mean(found, 0)
            told.append(f"{coverage:.3f} ({loss:.4f})")
        print(f"{name:<20}", *told, sep="  ", flush=True)


if __name__ == "__main__":
    main()
