"""Lines of handwriting and captchas on real sets: trains on `split=train`, judges on `split=valid`.

    python benchmarks/lines_real.py --recipe froc-mss --data FOLDER --seeds 0

FOLDER holds `lines/<set>/lines.csv`. The valid part also chooses the epoch whose weights are kept; no test part is
read. The same command goes on where it was stopped.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from seeds import Run, command_line, table
from turns import circumstances

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
    parser = command_line(__doc__)
    parser.add_argument("--recipe", choices=RECIPES, required=True)
    options = parser.parse_args()
    options.out = options.out or Path("run") / options.recipe
    return options


def one(seed: int, train: list[Record], dev: list[Record], recipe: Recipe, options: argparse.Namespace) -> Run:
    """Train with one seed, or go on with it, and judge."""
    folder = options.out / f"seed-{seed}"
    started = time.perf_counter()
    model = crnn.Model(crnn.Handwriting(**recipe.settings), size=options.size or recipe.size)
    settings = crnn.TrainOptions(seed=seed, folder=folder, progress=options.progress)
    epochs = options.epochs or recipe.epochs
    history = model.fit(train, epochs=epochs, validation_data=dev, options=settings, **recipe.fit)
    model.save(folder / "model")
    values = dict(zip(model.metric_names, model.evaluate(dev), strict=True))
    columns = {"CER, %": "cer", "WER, %": "wer", "whole lines, %": "sequence_accuracy"}
    rates = {heading: 100.0 * values[name] for heading, name in columns.items()}
    wall = time.perf_counter() - started
    print(f"seed {seed}: CER {rates['CER, %']:.2f} %, {wall:.0f} s in this run", file=sys.stderr)
    return Run(seed, rates, model.parameters, sum(history["seconds"]), len(history))


if __name__ == "__main__":
    main()
