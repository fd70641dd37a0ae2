"""Sequences of the UEA archive: cross-validation on the training parts, beside rules that need no network.

    python benchmarks/series_real.py --data FOLDER --sets JapaneseVowels BasicMotions ItalyPowerDemand --seeds 0 1 2

FOLDER holds `series/tsc/<set>_TRAIN.ts.gz`. Each fold is trained with the default settings, which hold back their own
validation part from the other folds; the judged fold chooses nothing. The same command goes on where it was stopped.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import statistics
import sys
import time
import warnings
from collections import defaultdict
from pathlib import Path
from typing import Any

import torch
from turns import circumstances, commit, markdown

import crnn
from crnn.data.split import folds

NETWORK = "the network"


def main() -> None:
    """Train and judge every fold of every seed, then print the table."""
    options = parsed()
    torch.set_num_threads(options.threads)
    options.out.mkdir(parents=True, exist_ok=True)
    rows: list[list[object]] = []
    for name in options.sets:
        rows += table(name, [fold for seed in options.seeds for fold in judged_folds(name, seed, options)])
    print(circumstances(size=options.size, folds=options.folds, threads=options.threads, commit=commit()), "\n")
    print(f"`{shlex.join(['python', *sys.argv])}`\n")
    print(markdown(["set", "who", *(f"seed {seed}, %" for seed in options.seeds), "mean, %", "s a training"], rows))


def parsed() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    data = os.environ.get("CRNN_DATA")
    parser.add_argument("--data", type=Path, default=data, required=data is None, help="default: $CRNN_DATA")
    parser.add_argument("--sets", nargs="+", default=["JapaneseVowels", "BasicMotions", "ItalyPowerDemand"])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--size", default="small")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("run/series"), help="where finished folds are kept")
    options = parser.parse_args()
    options.data = Path(options.data)
    return options


def judged_folds(name: str, seed: int, options: argparse.Namespace) -> list[dict[str, Any]]:
    """What each fold gave: right answers of the network and of each rule."""
    records, _ = crnn.SeriesClassification().read(options.data / "series" / "tsc" / f"{name}_TRAIN.ts.gz")
    found = []
    for number, (train, judged) in enumerate(folds(records, options.folds, seed)):
        file = options.out / f"{name}-{options.size}-{options.folds}-{seed}-{number}.json"
        if not file.is_file():
            parts = ([records[row] for row in rows] for rows in (train, judged))
            file.write_text(json.dumps({"seed": seed, **one(*parts, seed, options.size)}))
        found.append(json.loads(file.read_text()))
    right, count = (sum(fold[key] for fold in found) for key in ("right", "count"))
    print(f"{name}, seed {seed}: {right} of {count}", file=sys.stderr)
    return found


def one(train: list[Any], judged: list[Any], seed: int, size: str) -> dict[str, Any]:
    """Train on one part as `fit` does by itself, and judge on the other."""
    model = crnn.Model(crnn.SeriesClassification(), size=size)
    started = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(train, options=crnn.TrainOptions(seed=seed, progress=False))
    seconds = time.perf_counter() - started
    examples, evaluation = model.examine(judged)
    truth = torch.as_tensor(examples.targets)
    answers = {NETWORK: evaluation.predictions, **model.baselines(examples)}
    right = {who: int((shares.argmax(1) == truth).sum()) for who, shares in answers.items() if shares is not None}
    return {"right": right.pop(NETWORK), "count": len(truth), "rules": right, "seconds": seconds}


def table(name: str, found: list[dict[str, Any]]) -> list[list[object]]:
    """A row for the network and each rule: the share of right answers over all folds, for every seed."""
    right: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    count: dict[int, int] = defaultdict(int)
    for fold in found:
        count[fold["seed"]] += fold["count"]
        for who, hits in {NETWORK: fold["right"], **fold["rules"]}.items():
            right[who][fold["seed"]] += hits
    rows: list[list[object]] = []
    for who, hits in right.items():
        shares = [100.0 * hits[seed] / count[seed] for seed in count]
        seconds = f"{statistics.mean(fold['seconds'] for fold in found):.0f}" if who == NETWORK else ""
        rows.append([name, who, *(f"{share:.2f}" for share in shares), f"{statistics.mean(shares):.2f}", seconds])
    return rows


if __name__ == "__main__":
    main()
