"""Text classification on real sets, beside a linear model on TF-IDF: trains on `train`, judges on `dev`.

    python benchmarks/text_real.py --set mr --data FOLDER --seeds 0 1 2

The dev part also chooses the epoch whose weights are kept. Where a set has none of its own (`mr`, `trec`), a tenth of
each class is taken, drawn anew with each seed; of `agnews20k` the last tenth of each class. FOLDER holds
`text/<set>/…`. The same command goes on where it was stopped.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import os
import shlex
import statistics
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from turns import circumstances, commit, markdown

import crnn
from crnn.data.example import ExampleSet, Record
from crnn.report.judged import judge
from crnn.report.tables import compared
from crnn.tasks.text_baselines import NAME

Parts = tuple[list[Record], list[Record]]


@dataclass(frozen=True)
class Result:
    """What one seed gave: accuracies in per cent; `fresh` without dev texts that stand in the training part."""

    seed: int
    accuracy: float
    fresh: float
    f1: float
    linear: float
    linear_fresh: float
    repeated: int
    parameters: int
    seconds: float
    epochs: int


def main() -> None:
    """Train every seed and print the table."""
    options = parsed()
    torch.set_num_threads(options.threads)
    results = [one(seed, options) for seed in options.seeds]
    print(circumstances(set=options.set, size=options.size, threads=options.threads), "\n")
    print(table(results))


def parsed() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", choices=tuple(SETS), required=True)
    data = os.environ.get("CRNN_DATA")
    parser.add_argument("--data", type=Path, default=data, required=data is None, help="default: $CRNN_DATA")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--size", default="small")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", type=Path, help="checkpoints and models (default: run/<set>)")
    parser.add_argument("--progress", action="store_true")
    options = parser.parse_args()
    options.out = options.out or Path("run") / options.set
    return options


def lines(path: Path) -> Iterator[str]:
    """The lines of a file, plain or gzipped; only line feeds end one."""
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode()
    yield from (line.rstrip("\r") for line in text.removesuffix("\n").split("\n"))


def held_out(records: list[Record], seed: int) -> Parts:
    """A tenth of each class by chance for judging."""
    random = np.random.default_rng(seed)
    dev: set[int] = set()
    for label in sorted({record.target for record in records}):
        members = [row for row, record in enumerate(records) if record.target == label]
        dev.update(random.permutation(members)[: round(len(members) / 10)].tolist())
    return [r for row, r in enumerate(records) if row not in dev], [records[row] for row in sorted(dev)]


def agnews20k(folder: Path, seed: int) -> Parts:
    """Title and description of English news; dev is the last tenth of each class."""
    rows = list(csv.reader(lines(folder / "train.csv.gz")))[1:]
    records = [Record(f"{row[1]} {row[2]}", row[0], f"row {number}") for number, row in enumerate(rows)]
    dev: set[int] = set()
    for label in sorted({record.target for record in records}):
        members = [row for row, record in enumerate(records) if record.target == label]
        dev.update(members[-len(members) // 10 :])
    return [r for row, r in enumerate(records) if row not in dev], [records[row] for row in sorted(dev)]


def mr(folder: Path, seed: int) -> Parts:
    """Sentences of English film reviews."""
    rows = [line.split("\t", 1) for line in lines(folder / "train.tsv")]
    return held_out([Record(text, label, f"row {number}") for number, (label, text) in enumerate(rows)], seed)


def trec(folder: Path, seed: int) -> Parts:
    """English questions; of two labels the coarse one."""
    rows = [line.split(" ", 1) for line in lines(folder / "train.txt")]
    return held_out([Record(text, label.split(":")[0], f"row {n}") for n, (label, text) in enumerate(rows)], seed)


def thucnews(folder: Path, seed: int) -> Parts:
    """Chinese headlines, with a dev part."""
    parts = []
    for name in ("train.txt.gz", "dev.txt"):
        rows = [line.rsplit("\t", 1) for line in lines(folder / name)]
        parts.append([Record(text, label, f"{name} {number}") for number, (text, label) in enumerate(rows)])
    return parts[0], parts[1]


def chnsenticorp(folder: Path, seed: int) -> Parts:
    """Chinese reviews, with a dev part, of which some stand in train too."""
    task = crnn.TextClassification()
    return task.read(folder / "train.tsv.gz")[0], task.read(folder / "dev.tsv")[0]


SETS: dict[str, Callable[[Path, int], Parts]] = {
    "agnews20k": agnews20k,
    "mr": mr,
    "trec": trec,
    "thucnews-title": thucnews,
    "chnsenticorp": chnsenticorp,
}


def one(seed: int, options: argparse.Namespace) -> Result:
    """Train with one seed, or go on with it, and judge."""
    train, dev = SETS[options.set](options.data / "text" / options.set, seed)
    folder = options.out / f"seed-{seed}"
    model = crnn.Model(crnn.TextClassification(), size=options.size)
    settings = crnn.TrainOptions(seed=seed, folder=folder, progress=options.progress)
    history = model.fit(train, epochs=options.epochs, validation_data=dev, options=settings)
    model.save(folder / "model")
    assert model.validation is not None
    examples, evaluation = model.validation
    judged = judge(model.task, examples, evaluation)
    assert judged is not None
    rows = {row.who: row.values for row in compared(judged, evaluation.values, model.baselines())}
    fresh = fresh_rows(model, examples)
    linear = model.baselines()[NAME]
    right = {"network": judged.right.numpy(), "linear": right_of(linear, examples)}
    order = evaluation.rows.numpy()
    found = Result(
        seed,
        100 * rows["the network"]["accuracy"],
        100 * float(right["network"][fresh[order]].mean()),
        100 * rows["the network"]["f1"],
        100 * rows[NAME]["accuracy"],
        100 * float(right["linear"][fresh].mean()),
        int((~fresh).sum()),
        model.parameters,
        sum(history["seconds"]),
        len(history),
    )
    print(f"seed {seed}: {found.accuracy:.2f} %, linear {found.linear:.2f} %", file=sys.stderr, flush=True)
    return found


def fresh_rows(model: crnn.Model, examples: ExampleSet) -> np.ndarray:
    """Which texts do not stand in the training part."""
    task = model.task
    assert isinstance(task, crnn.TextClassification)
    return ~np.array(task.known_before(examples.records))


def right_of(predictions: torch.Tensor, examples: ExampleSet) -> np.ndarray:
    """Which answers are right, in the order of the examples."""
    return predictions.argmax(1).numpy() == np.asarray(examples.targets)


def table(results: Sequence[Result]) -> str:
    """A row a seed, and their mean."""
    command = f"`{shlex.join(['python', *sys.argv])}`"
    rows: list[list[object]] = [
        [
            commit(),
            found.seed,
            *(f"{value:.2f}" for value in (found.accuracy, found.fresh, found.f1, found.linear, found.linear_fresh)),
            found.repeated,
            f"{found.parameters:,}",
            f"{found.seconds / 60:.1f}",
            found.epochs,
        ]
        for found in results
    ]
    means = [
        statistics.mean(getattr(found, name) for found in results)
        for name in ("accuracy", "fresh", "f1", "linear", "linear_fresh")
    ]
    rows.append([commit(), "mean", *(f"{value:.2f}" for value in means), "", "", "", ""])
    head = ["commit", "seed", "dev, %", "without repeated", "F1", "linear", "without repeated", "repeated"]
    return f"{command}\n\n" + markdown([*head, "parameters", "minutes", "epochs"], rows)


if __name__ == "__main__":
    main()
