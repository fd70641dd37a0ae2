"""How many outcomes fall between the quantiles 0.1 and 0.9 of the validation part, after few epochs and after all.

python benchmarks/forecast_intervals.py --data "$CRNN_DATA"
"""

from __future__ import annotations

import argparse
import warnings
from pathlib import Path
from typing import Any

import crnn
from crnn.errors import DataWarning

CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "sales-walmart": ("series/sales-walmart/Walmart.csv", {"horizon": 8, "target": "Weekly_Sales"}),
    "retail-us-monthly": ("series/retail-us-monthly/example_retail_sales.csv", {"horizon": 12}),
    "sp500": ("series/sp500/sp500-2000.csv.gz", {"horizon": 5, "target": "close", "scaling": "log"}),
    "etth1": ("series/ett/ETTh1.csv.gz", {"horizon": 24, "target": "OT"}),
}
EPOCHS = (1, 2, 5, None)
"""Passes; None is the task's own choice."""


def main() -> None:
    """Print a row a table: the coverage and the pinball loss after each number of epochs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    warnings.simplefilter("ignore", DataWarning)
    for name, (path, settings) in CASES.items():
        found = []
        for epochs in EPOCHS:
            model = crnn.Model(crnn.Forecasting(**settings), size="tiny")
            options = crnn.TrainOptions(progress=False, seed=given.seed)
            best = model.fit(given.data / path, epochs=epochs, options=options).best
            found.append(f"{best['val_coverage']:.2f} ({best['val_loss']:.4f})")
        print(f"{name:<20}", *found, sep="  ", flush=True)


if __name__ == "__main__":
    main()
