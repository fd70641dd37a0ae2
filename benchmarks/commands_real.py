"""Spoken commands on real sets: trains on `split=train`, judges on `split=dev`, clean and in noise at 10 dB.

    python benchmarks/commands_real.py --set arabic-commands --data FOLDER --seeds 0 1 2 --epochs 40

The dev part also chooses the epoch whose weights are kept, as on the sets' published dev figures. With
`--leave-out SPEAKER` one speaker of the training part is judged instead, so that settings can be chosen without a look
at the dev part.

FOLDER holds `speech/<set>/manifest.csv` and `speech/noise/manifest.csv`. The same command goes on where it was stopped.
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from seeds import Run, command_line, table
from turns import circumstances

import crnn
from crnn.audio import wave
from crnn.audio.noise import AddNoise
from crnn.data.example import Record
from crnn.data.manifest import from_manifest
from crnn.padded import Padded

SNR_DB = 10.0
NOISE_SEED = 20_000
HELD_OUT = 3
"""Where the noise manifest keeps none for judging, every third clip by path is kept: never used in training."""


def main() -> None:
    """Train every seed and print the table."""
    options = parsed()
    torch.set_num_threads(options.threads)
    options.out.mkdir(parents=True, exist_ok=True)
    records, _ = from_manifest(options.data / "speech" / options.set / "manifest.csv")
    train, dev = parts(records, options.leave_out)
    kept_in, held_out = split_noise(options.data / "speech" / "noise" / "manifest.csv")
    noise = write_manifest(options.out / "noise-train.csv", kept_in)
    loud = noisy(dev, held_out, options.rate_hz)
    results = [one(seed, train, dev, loud, noise, options) for seed in options.seeds]
    settings = {name: getattr(options, name) for name in ("set", "size", "epochs", "threads", "rate_hz")}
    print(circumstances(**settings), "\n")
    print(f"noise of the noisy dev copy: {', '.join(record.name for record in held_out)}\n")
    print(table(results))


def parsed() -> argparse.Namespace:
    """The command line."""
    parser = command_line(__doc__)
    parser.set_defaults(epochs=40, size="small")
    parser.add_argument("--set", choices=("arabic-commands", "fsdd"), required=True)
    parser.add_argument("--rate-hz", type=int, default=16_000)
    parser.add_argument("--leave-out", metavar="SPEAKER", help="judge this speaker of the training part")
    parser.add_argument("--precision", choices=("auto", "32"), default="auto")
    options = parser.parse_args()
    options.out = options.out or Path("run") / options.set
    return options


def parts(records: Sequence[Record], left_out: str | None) -> tuple[list[Record], list[Record]]:
    """Train and dev as the set has them, or the train part without and with a single speaker."""
    train = [record for record in records if record.split == "train"]
    if left_out is None:
        return train, [record for record in records if record.split == "dev"]
    others = [record for record in train if record.group != left_out]
    judged = [record for record in train if record.group == left_out]
    if not others or not judged:
        raise SystemExit(f"--leave-out {left_out}: give one of {sorted({record.group for record in train})}")
    return others, judged


def split_noise(manifest: Path) -> tuple[list[Record], list[Record]]:
    """Noise for training, and noise for judging that training never hears."""
    clips, _ = from_manifest(manifest, target=None)
    clips.sort(key=lambda record: str(record.source))
    held = [record for record in clips if record.split not in ("", "train")] or clips[HELD_OUT - 1 :: HELD_OUT]
    names = {record.name for record in held}
    return [record for record in clips if record.name not in names], held


def write_manifest(path: Path, records: Sequence[Record]) -> Path:
    """A manifest of these files; returns its path."""
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["path"], *([str(Path(record.source).resolve())] for record in records)])
    return path


def noisy(dev: Sequence[Record], noises: Sequence[Record], rate_hz: int) -> list[Record]:
    """The dev clips with noise at 10 dB in every one; the same for every seed, so that seeds can be compared."""
    sounds = tuple(torch.from_numpy(wave.read(record.source, rate_hz)) for record in noises)
    add = AddNoise(share=1.0, snr_db=(SNR_DB, SNR_DB), noises=sounds)
    generator = torch.Generator().manual_seed(NOISE_SEED)
    loud = []
    for record in dev:
        clip = torch.from_numpy(wave.read(record.source, rate_hz))
        mixed = add(Padded.whole(clip[None]), generator).data[0].numpy()
        # Like a microphone, the mixture may not pass full scale; the ratio of voice and noise is kept.
        mixed = mixed / max(1.0, float(np.abs(mixed).max()))
        loud.append(Record(mixed, record.target, record.name, record.group))
    return loud


def one(
    seed: int,
    train: list[Record],
    dev: list[Record],
    loud: list[Record],
    noise: Path,
    options: argparse.Namespace,
) -> Run:
    """Train with one seed, or go on with it, and judge."""
    folder = options.out / f"seed-{seed}"
    started, busy = time.perf_counter(), time.process_time()
    model = crnn.Model(crnn.SpokenCommands(noise=noise, rate_hz=options.rate_hz), size=options.size)
    settings = crnn.TrainOptions(seed=seed, folder=folder, progress=options.progress, precision=options.precision)
    history = model.fit(train, epochs=options.epochs, validation_data=dev, options=settings)
    model.save(folder / "model")
    accuracy = model.metric_names.index("accuracy")
    clean, mixed = (100.0 * model.evaluate(part)[accuracy] for part in (dev, loud))
    rates = {"dev, %": clean, f"dev at {SNR_DB:.0f} dB, %": mixed}
    wall, busy = time.perf_counter() - started, time.process_time() - busy
    print(
        f"seed {seed}: clean {clean:.2f} %, noisy {mixed:.2f} %, {wall:.0f} s in this run, {busy:.0f} s of a processor",
        file=sys.stderr,
    )
    return Run(seed, rates, model.parameters, sum(history["seconds"]), len(history))


if __name__ == "__main__":
    main()
