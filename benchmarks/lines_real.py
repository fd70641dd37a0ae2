"""Lines of handwriting and captchas on real sets: trains on `split=train`, judges on `split=valid`.

    python benchmarks/lines_real.py --recipe froc-mss --data FOLDER --seeds 0

FOLDER holds `lines/<set>/lines.csv`. The valid part also chooses the epoch whose weights are kept; no test part is
read. The same command goes on where it was stopped.
"""

from __future__ import annotations

import argparse
import os
import shlex
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from turns import circumstances, commit, markdown

import crnn
from crnn.data.example import Record


@dataclass(frozen=True)
class Recipe:
    """How a set is trained on.

    Args:
        folder: Below `lines/`.
        aim: What is to be reached.
        peer: Who reached what on the same split.
        size: Of the network.
        epochs: Passes over the training part.
        settings: Of the task.
        fit: Other arguments of `fit`.
        keep: Which records belong to it.
    """

    folder: str
    aim: str
    peer: str
    size: str = "small"
    epochs: int = 60
    settings: dict[str, Any] = field(default_factory=dict)
    fit: dict[str, Any] = field(default_factory=dict)
    keep: Callable[[Record], bool] = lambda record: True


RECIPES = {
    "captcha-v2": Recipe(
        "captcha-v2",
        "97 % whole captchas in 10 minutes",
        "CNN, RNN, CTC papers: 94 to 95 %",
        size="tiny",
        epochs=100,
        settings={"height_px": 48},
    ),
    # Medieval transcripts are kept in the Unicode form they were written in, as the peer's were.
    "froc-mss": Recipe("froc-mss", "CER 6.5 %", "kraken, valid: CER 8.11 %", epochs=40, settings={"form": "none"}),
    "peraire-d": Recipe(
        "peraire",
        "CER 6.5 %",
        "kraken, test: CER 7.30 %",
        epochs=50,
        keep=lambda record: record.group.startswith("D."),
    ),
    "peraire": Recipe("peraire", "CER 10 %", "kraken from scratch: did not converge", epochs=24),
}


@dataclass(frozen=True)
class Result:
    """What one seed gave: rates in per cent."""

    seed: int
    cer: float
    wer: float
    whole: float
    parameters: int
    seconds: float
    epochs: int


def main() -> None:
    """Train every seed and print the table."""
    options = parsed()
    torch.set_num_threads(options.threads)
    options.out.mkdir(parents=True, exist_ok=True)
    recipe = RECIPES[options.recipe]
    records, findings = crnn.Handwriting().read(options.data / "lines" / recipe.folder)
    print(findings, file=sys.stderr)
    parts = [[r for r in records if r.split == name and recipe.keep(r)] for name in ("train", "dev")]
    results = [one(seed, *parts, recipe, options) for seed in options.seeds]
    print(circumstances(recipe=options.recipe, threads=options.threads, lines=[len(part) for part in parts]), "\n")
    print(f"Aim: {recipe.aim}. {recipe.peer}.\n")
    print(table(results))


def parsed() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recipe", choices=RECIPES, required=True)
    data = os.environ.get("CRNN_DATA")
    parser.add_argument("--data", type=Path, default=data, required=data is None, help="default: $CRNN_DATA")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--epochs", type=int, help="default: the recipe's")
    parser.add_argument("--size", help="default: the recipe's")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", type=Path, help="checkpoints and models (default: run/<recipe>)")
    parser.add_argument("--progress", action="store_true")
    options = parser.parse_args()
    options.out = options.out or Path("run") / options.recipe
    return options


def one(seed: int, train: list[Record], dev: list[Record], recipe: Recipe, options: argparse.Namespace) -> Result:
    """Train with one seed, or go on with it, and judge."""
    folder = options.out / f"seed-{seed}"
    started = time.perf_counter()
    model = crnn.Model(crnn.Handwriting(**recipe.settings), size=options.size or recipe.size)
    settings = crnn.TrainOptions(seed=seed, folder=folder, progress=options.progress)
    epochs = options.epochs or recipe.epochs
    history = model.fit(train, epochs=epochs, validation_data=dev, options=settings, **recipe.fit)
    model.save(folder / "model")
    values = dict(zip(model.metric_names, model.evaluate(dev), strict=True))
    rates = (100.0 * values[name] for name in ("cer", "wer", "sequence_accuracy"))
    found = Result(seed, *rates, model.parameters, sum(history["seconds"]), len(history))
    wall = time.perf_counter() - started
    print(f"seed {seed}: CER {found.cer:.2f} %, {wall:.0f} s in this run", file=sys.stderr)
    return found


def table(results: Sequence[Result]) -> str:
    """A row a seed, and their mean with the spread between seeds."""
    command = f"`{shlex.join(['python', *sys.argv])}`"
    when = circumstances().split(",")[0].removeprefix("date: ")
    rows: list[list[object]] = []
    for found in results:
        rates = (f"{rate:.2f}" for rate in (found.cer, found.wer, found.whole))
        told = [f"{found.parameters:,}", f"{found.seconds:.0f}", found.epochs, command]
        rows.append([when, commit(), found.seed, *rates, *told])
    columns = zip(*((found.cer, found.wer, found.whole) for found in results), strict=True)
    spread = (f"{statistics.mean(column):.2f} ± {statistics.pstdev(column):.2f}" for column in columns)
    seconds = statistics.mean(found.seconds for found in results)
    rows.append([when, commit(), "mean", *spread, "", f"{seconds:.0f}", "", ""])
    head = ["date", "commit", "seed", "CER, %", "WER, %", "whole lines, %", "parameters", "s", "epochs", "command"]
    return markdown(head, rows)


if __name__ == "__main__":
    main()
