"""How long a user waits before anything happens: `import crnn`, and one prediction on the command line."""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from turns import HERE, circumstances, markdown

IMPORT_S, PREDICT_S = 0.2, 2.5
HEAVY = ("torch", "lightning", "torchmetrics", "matplotlib", "onnx", "onnxruntime", "scipy", "pandas")

MEASURE_IMPORT = f"""
import sys, time
import numpy
started = time.perf_counter()
import crnn
print(time.perf_counter() - started, *(name for name in {HEAVY!r} if name in sys.modules))
"""


def main() -> None:
    """Measure, print the table, and fail where an aim is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    imports, heavy = import_times(options.rounds)
    with tempfile.TemporaryDirectory() as folder:
        model, clip = trained(Path(folder))
        predictions = [command_line("predict", str(model), str(clip)) for _ in range(options.rounds)]
    rows = [
        ["import crnn, beyond NumPy", *summary(imports), IMPORT_S],
        ["crnn predict MODEL clip.wav", *summary(predictions), PREDICT_S],
        ["heavy packages that import crnn loads", ", ".join(sorted(heavy)) or "none", "", "none"],
    ]
    print(circumstances(rounds=options.rounds), "\n")
    print(markdown(["", "median, s", "best, s", "aim"], rows))
    if heavy or min(imports) > IMPORT_S or min(predictions) > PREDICT_S:
        raise SystemExit("an aim is missed")


def import_times(rounds: int) -> tuple[list[float], set[str]]:
    """Seconds of the import in fresh processes, and the heavy packages that it loaded."""
    times, heavy = [], set()
    for _ in range(rounds):
        said = subprocess.run(
            [sys.executable, "-c", MEASURE_IMPORT], env=environment(), capture_output=True, text=True, check=True
        )
        seconds, *loaded = said.stdout.split()
        times.append(float(seconds))
        heavy |= set(loaded)
    return times, heavy


def trained(folder: Path) -> tuple[Path, Path]:
    """A model that has learnt a little, and a clip for it."""
    import crnn
    from crnn.audio import wave
    from crnn.data.toy import tone_words

    manifest = tone_words(folder / "words", labels=("up", "down"), speakers=3, rate_hz=16_000)
    model = crnn.Model(crnn.SpokenCommands(augment=False), size="small")
    model.fit(manifest, epochs=1, options=crnn.TrainOptions(progress=False, cache=False))
    clip = folder / "clip.wav"
    wave.write(clip, 0.1 * np.random.default_rng(0).standard_normal(16_000).astype(np.float32), 16_000)
    return model.save(folder / "model"), clip


def command_line(*arguments: str) -> float:
    """Seconds of one run of the command from the shell's point of view.

    Raises:
        SystemExit: the command failed.
    """
    call = [sys.executable, "-c", "from crnn.cli import main; main()", *arguments]
    started = time.perf_counter()
    run = subprocess.run(call, env=environment(), capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - started
    if run.returncode != 0:
        raise SystemExit(f"crnn {' '.join(arguments)} failed:\n{run.stderr}")
    return seconds


def environment() -> dict[str, str]:
    """This repository's crnn, whatever is installed."""
    return {**os.environ, "PYTHONPATH": str(HERE.parent / "src")}


def summary(times: list[float]) -> tuple[str, str]:
    """Median and best in seconds."""
    return f"{statistics.median(times):.3f}", f"{min(times):.3f}"


if __name__ == "__main__":
    main()
