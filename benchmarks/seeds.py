"""What the recipes on real sets share: a command line with seeds, and the table of what each seed gave."""

from __future__ import annotations

import argparse
import os
import shlex
import statistics
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from turns import circumstances, commit, markdown


@dataclass(frozen=True)
class Run:
    """What one seed gave.

    Args:
        seed: It decided all chance.
        rates: In per cent, by the heading of their column.
        parameters: Of the network.
        seconds: Of training.
        epochs: Trained.
        told: Other columns, by their heading.
    """

    seed: int
    rates: Mapping[str, float]
    parameters: int
    seconds: float
    epochs: int
    told: Mapping[str, object] = field(default_factory=dict)


def command_line(description: str | None) -> argparse.ArgumentParser:
    """Options that all recipes have."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    data = os.environ.get("CRNN_DATA")
    parser.add_argument("--data", type=Path, default=data, required=data is None, help="default: $CRNN_DATA")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--epochs", type=int, help="default: the recipe's")
    parser.add_argument("--size", help="default: the recipe's")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", type=Path, help="checkpoints and models (default: a folder of the set's in run)")
    parser.add_argument("--progress", action="store_true")
    return parser


def table(runs: Sequence[Run]) -> str:
    """A row a seed, and their mean with the spread between seeds."""
    command = f"`{shlex.join(['python', *sys.argv])}`"
    origin = [circumstances().split(",")[0].removeprefix("date: "), commit()]
    rows: list[list[object]] = []
    for run in runs:
        rates = (f"{rate:.2f}" for rate in run.rates.values())
        cost = [f"{run.parameters:,}", f"{run.seconds:.0f}", run.epochs, command]
        rows.append([*origin, run.seed, *rates, *run.told.values(), *cost])
    columns = zip(*(run.rates.values() for run in runs), strict=True)
    means = (f"{statistics.mean(column):.2f} ± {statistics.pstdev(column):.2f}" for column in columns)
    seconds = statistics.mean(run.seconds for run in runs)
    rows.append([*origin, "mean", *means, *("" for _ in runs[0].told), "", f"{seconds:.0f}", "", ""])
    head = ["date", "commit", "seed", *runs[0].rates, *runs[0].told, "parameters", "s", "epochs", "command"]
    return markdown(head, rows)
