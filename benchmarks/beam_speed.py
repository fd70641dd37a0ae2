"""How long a beam takes: 1,000 steps of 80 symbols at width 16, alone and with a language model.

    python benchmarks/beam_speed.py

The steps are made as a trained network gives them: a symbol every few steps, sure of most, and where it is not a few
others share its probability. `--doubt` says how often it is not.
"""

from __future__ import annotations

import argparse
import statistics
import time

import numpy as np
import torch
from numpy.typing import NDArray
from turns import circumstances, markdown

from crnn.tasks.decoding import Decoder, Decoding
from crnn.text.alphabet import Alphabet
from crnn.text.arpa import LanguageModel


def steps(count: int, classes: int, doubt: float, seed: int = 0) -> NDArray[np.float32]:
    """Log-probabilities ``(count, classes)``: a symbol every fourth step, blanks between."""
    random = np.random.default_rng(seed)
    scores = random.normal(0.0, 1.0, (count, classes)).astype(np.float32)
    best = np.where(np.arange(count) % 4 == 0, random.integers(1, classes, count), 0)
    scores[np.arange(count), best] += 12.0
    unsure = np.flatnonzero(random.random(count) < doubt)
    for rival in random.integers(0, classes, (3, len(unsure))):
        scores[unsure, rival] += 11.0
    return scores - np.log(np.exp(scores).sum(1, keepdims=True))


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--symbols", type=int, default=80)
    parser.add_argument("--width", type=int, default=16)
    parser.add_argument("--doubt", type=float, nargs="+", default=[0.0, 0.2, 1.0])
    parser.add_argument("--rounds", type=int, default=21)
    options = parser.parse_args()
    torch.set_num_threads(1)
    alphabet = Alphabet([chr(ord("a") + number) for number in range(options.symbols - 1)] + [" "])
    random = np.random.default_rng(1)
    texts = ["".join(random.choice(alphabet.symbols, 40)) for _ in range(200)]
    settings, language = Decoding(beam=options.width), LanguageModel.train(texts)
    decoders = {"alone": Decoder(alphabet, settings), "with language model": Decoder(alphabet, settings, language)}
    rows: list[list[object]] = []
    for doubt in options.doubt:
        given = steps(options.steps, options.symbols + 1, doubt)
        found: dict[str, list[float]] = {name: [] for name in decoders}
        for _ in range(options.rounds):
            for name, decoder in decoders.items():
                started = time.perf_counter()
                decoder.hypotheses(given)
                found[name].append(1000 * (time.perf_counter() - started))
        times = (f"{statistics.median(each):.1f} (best {min(each):.1f})" for each in found.values())
        rows.append([f"{100 * doubt:.0f} %", *times])
    print(circumstances(steps=options.steps, symbols=options.symbols, width=options.width, rounds=options.rounds), "\n")
    print(markdown(["steps in doubt", *(f"{name}, ms" for name in decoders)], rows))


if __name__ == "__main__":
    main()
