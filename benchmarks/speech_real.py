"""Speech to text on AN4: trains on `split=train`, judges on `split=dev`, greedily and led by a language model.

    python benchmarks/speech_real.py --data FOLDER --seeds 0 1 2

The language model is made of the transcripts of the train part alone. Its weight and bonus are found on the dev part,
which also chooses the epoch whose weights are kept; no test part is read. FOLDER holds `speech/an4/manifest.csv` and
`speech/noise`. The same command goes on where it was stopped, and a model that is there is only judged.
"""

from __future__ import annotations

import argparse
import os
import shlex
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from turns import circumstances, commit, markdown

import crnn
from crnn.data.example import Record
from crnn.metrics.transcription import edit_distance
from crnn.predictor import Predictor
from crnn.tasks.decoding import tune
from crnn.tasks.transcription import BEAM
from crnn.text.arpa import LanguageModel


@dataclass(frozen=True)
class Result:
    """What one seed gave: rates and shares in per cent."""

    seed: int
    greedy_cer: float
    greedy_wer: float
    led_wer: float
    led_cer: float
    weights: str
    decoding_share: float
    parameters: int
    seconds: float
    epochs: int


def main() -> None:
    """Train or load every seed, judge it, and print the table."""
    options = parsed()
    torch.set_num_threads(options.threads)
    options.out.mkdir(parents=True, exist_ok=True)
    records, findings = crnn.SpeechRecognition().read(options.data / "speech" / "an4" / "manifest.csv")
    print(findings, file=sys.stderr)
    train, dev = ([record for record in records if record.split == name] for name in ("train", "dev"))
    results = [one(seed, train, dev, options) for seed in options.seeds]
    print(circumstances(set="an4", size=options.size, threads=options.threads, order=options.order), "\n")
    print(table(results))


def parsed() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    data = os.environ.get("CRNN_DATA")
    parser.add_argument("--data", type=Path, default=data, required=data is None, help="default: $CRNN_DATA")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--epochs", type=int, help="default: the task's")
    parser.add_argument("--size", default="small")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--order", type=int, help="longest n-gram of the language model (default: the library's)")
    parser.add_argument("--of-words", action="store_true", help="count words instead of characters")
    parser.add_argument("--out", type=Path, default=Path("run") / "an4", help="checkpoints and models")
    parser.add_argument("--progress", action="store_true")
    return parser.parse_args()


def one(seed: int, train: list[Record], dev: list[Record], options: argparse.Namespace) -> Result:
    """Train with one seed, go on with it, or take the model that is there; judge it."""
    folder = options.out / f"seed-{seed}"
    if (folder / "model" / "config.json").exists():
        model = crnn.load(folder / "model")
    else:
        task = crnn.SpeechRecognition(noise=options.data / "speech" / "noise")
        model = crnn.Model(task, size=options.size)
        settings = crnn.TrainOptions(seed=seed, folder=folder, progress=options.progress)
        model.fit(train, epochs=options.epochs, validation_data=dev, options=settings)
        model.save(folder / "model")
    predictor, texts = Predictor.load(folder / "model"), [model.task.clean(record.target) for record in train]
    started = time.perf_counter()
    found = list(predictor.sequences(dev))
    heard_s = time.perf_counter() - started
    steps, references = [each for _, each in found], [model.task.reference(record) for record, _ in found]
    greedy = rates(model.task.decoder.symbols, model, steps, references)
    language = LanguageModel.train(texts, order=options.order, of_words=options.of_words)
    settings = model.task.decode_with(language, beam=BEAM)
    best = tune(model.task.known, settings, language, steps, references)[0].settings
    model.task.decode_with(lm_weight=best.lm_weight, bonus=best.bonus)
    started = time.perf_counter()
    led = rates(model.task.decoder.symbols, model, steps, references)
    decoded_s = time.perf_counter() - started
    print(f"seed {seed}: WER {greedy[1]:.2f} % greedy, {led[1]:.2f} % led", file=sys.stderr)
    rows = () if model.history is None else model.history["seconds"]
    return Result(
        seed, *greedy, led[1], led[0], f"{best.lm_weight:g}, {best.bonus:g}", 100 * decoded_s / (heard_s + decoded_s),
        model.parameters, sum(rows), len(rows),
    )  # fmt: skip


def rates(decode, model, steps, references) -> tuple[float, float]:  # type: ignore[no-untyped-def]
    """Error rates of characters and words, in per cent."""
    texts = [model.task.known.decode(decode(each)) for each in steps]
    found = []
    for split in (list, str.split):
        wrong = sum(edit_distance(split(right), split(text)) for right, text in zip(references, texts, strict=True))
        found.append(100 * wrong / sum(len(split(right)) for right in references))
    return found[0], found[1]


def table(results: Sequence[Result]) -> str:
    """A row a seed, and their mean."""
    command = f"`{shlex.join(['python', *sys.argv])}`"
    when = circumstances().split(",")[0].removeprefix("date: ")
    rows: list[list[object]] = [
        [
            when, commit(), item.seed, f"{item.greedy_wer:.2f}", f"{item.greedy_cer:.2f}", f"{item.led_wer:.2f}",
            f"{item.led_cer:.2f}", item.weights, f"{item.decoding_share:.0f}", f"{item.parameters:,}",
            f"{item.seconds:.0f}", item.epochs, command,
        ]
        for item in results
    ]  # fmt: skip
    mean = (
        f"{statistics.mean(getattr(item, name) for item in results):.2f}"
        for name in ("greedy_wer", "greedy_cer", "led_wer", "led_cer")
    )
    rows.append([when, commit(), "mean", *mean, "", "", "", "", "", ""])
    head = ["date", "commit", "seed", "WER greedy, %", "CER greedy, %", "WER with LM, %", "CER with LM, %"]
    head += ["weight, bonus", "time for decoding with LM, %", "parameters", "s", "epochs", "command"]
    return markdown(head, rows)


if __name__ == "__main__":
    main()
