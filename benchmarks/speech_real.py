"""Speech to text on AN4: trains on `split=train`, judges on `split=dev`, greedily and led by a language model.

    python benchmarks/speech_real.py --data FOLDER --seeds 0 1 2

The language model is made of the transcripts of the train part alone. Its weight and bonus are found on the dev part,
which also chooses the epoch whose weights are kept; no test part is read. FOLDER holds `speech/an4/manifest.csv` and
`speech/noise`. The same command goes on where it was stopped, and a model that is there is only judged.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from seeds import Run, command_line, table
from turns import circumstances

import crnn
from crnn.data.example import Record
from crnn.metrics.transcription import CharacterErrorRate, WordErrorRate
from crnn.predictor import Predictor
from crnn.tasks.decoding import tune
from crnn.tasks.transcription import BEAM
from crnn.text.arpa import LanguageModel


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
    parser = command_line(__doc__)
    parser.set_defaults(size="small", out=Path("run") / "an4")
    parser.add_argument("--order", type=int, help="longest n-gram of the language model (default: the library's)")
    parser.add_argument("--of-words", action="store_true", help="count words instead of characters")
    return parser.parse_args()


def one(seed: int, train: list[Record], dev: list[Record], options: argparse.Namespace) -> Run:
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
    greedy = rates(model.task, steps, references)
    language = LanguageModel.train(texts, order=options.order, of_words=options.of_words)
    settings = model.task.decode_with(language, beam=BEAM)
    best = tune(model.task.known, settings, language, steps, references)[0].settings
    model.task.decode_with(lm_weight=best.lm_weight, bonus=best.bonus)
    started = time.perf_counter()
    led = rates(model.task, steps, references)
    decoded_s = time.perf_counter() - started
    print(f"seed {seed}: WER {greedy[1]:.2f} % greedy, {led[1]:.2f} % led", file=sys.stderr)
    rows = () if model.history is None else model.history["seconds"]
    columns = ("CER greedy, %", "WER greedy, %", "CER with LM, %", "WER with LM, %")
    told = {
        "weight, bonus": f"{best.lm_weight:g}, {best.bonus:g}",
        "time for decoding with LM, %": f"{100 * decoded_s / (heard_s + decoded_s):.0f}",
    }
    found = dict(zip(columns, (*greedy, *led), strict=True))
    return Run(seed, found, model.parameters, sum(rows), len(rows), told)


def rates(
    task: crnn.SpeechRecognition, steps: Sequence[NDArray[np.floating]], references: Sequence[str]
) -> tuple[float, float]:
    """Error rates of characters and words, in per cent, decoded as the task is set to."""
    texts = [task.known.decode(task.decoder.symbols(each)) for each in steps]
    cer, wer = (measure.of(texts, references) for measure in (CharacterErrorRate(), WordErrorRate()))
    return 100 * float(cer), 100 * float(wer)


if __name__ == "__main__":
    main()
