"""Text classification on real sets, beside a linear model on TF-IDF: trains on `train`, judges on `dev`.

    python benchmarks/text_real.py --set mr --data FOLDER --seeds 0 1 2
    python benchmarks/text_real.py --set mr --data FOLDER --seeds 0 1 2 --vectors cc.en.300.vec.gz

The dev part also chooses the epoch whose weights are kept. Where a set has none of its own (`mr`, `trec`), a tenth of
each class is taken, drawn anew with each seed; of `agnews20k` the last tenth of each class. FOLDER holds
`text/<set>/…`. The same command goes on where it was stopped.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch
from seeds import Run, command_line, table
from turns import circumstances

import crnn
from crnn.data.example import ExampleSet, Record
from crnn.report.judged import judge
from crnn.report.tables import compared
from crnn.tasks.text_baselines import NAME

Parts = tuple[list[Record], list[Record]]


def main() -> None:
    """Train every seed and print the table."""
    options = parsed()
    torch.set_num_threads(options.threads)
    results = [one(seed, options) for seed in options.seeds]
    vectors = options.vectors.name if options.vectors else "none"
    print(circumstances(set=options.set, vectors=vectors, size=options.size, threads=options.threads), "\n")
    print(table(results))


def parsed() -> argparse.Namespace:
    """The command line."""
    parser = command_line(__doc__)
    parser.set_defaults(size="small")
    parser.add_argument("--set", choices=tuple(SETS), required=True)
    parser.add_argument("--vectors", type=Path, help="Word vectors that others have trained.")
    parser.add_argument("--vectors-alone", action="store_true", help="Train none beside them.")
    options = parser.parse_args()
    with_vectors = f"-{options.vectors.name}" if options.vectors else ""
    with_vectors += "-alone" if options.vectors_alone else ""
    options.out = options.out or Path("run") / f"{options.set}{with_vectors}"
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


def one(seed: int, options: argparse.Namespace) -> Run:
    """Train with one seed, or go on with it, and judge."""
    train, dev = SETS[options.set](options.data / "text" / options.set, seed)
    folder = options.out / f"seed-{seed}"
    model = crnn.Model(
        crnn.TextClassification(vectors=options.vectors, vectors_alone=options.vectors_alone), size=options.size
    )
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
    rates = {
        "dev, %": 100 * rows["the network"]["accuracy"],
        "without repeated": 100 * float(right["network"][fresh[order]].mean()),
        "F1": 100 * rows["the network"]["f1"],
        "linear": 100 * rows[NAME]["accuracy"],
        "linear without repeated": 100 * float(right["linear"][fresh].mean()),
    }
    print(f"seed {seed}: {rates['dev, %']:.2f} %, linear {rates['linear']:.2f} %", file=sys.stderr, flush=True)
    told = {"repeated": int((~fresh).sum())}
    return Run(seed, rates, model.parameters, sum(history["seconds"]), len(history), told)


def fresh_rows(model: crnn.Model, examples: ExampleSet) -> np.ndarray:
    """Which texts do not stand in the training part."""
    task = model.task
    assert isinstance(task, crnn.TextClassification)
    return ~np.array(task.known_before(examples.records))


def right_of(predictions: torch.Tensor, examples: ExampleSet) -> np.ndarray:
    """Which answers are right, in the order of the examples."""
    return predictions.argmax(1).numpy() == np.asarray(examples.targets)


if __name__ == "__main__":
    main()
