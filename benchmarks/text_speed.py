"""How fast texts are learnt: crnn's `fit` against a bare PyTorch loop around the same network.

The bare side has the same tables, branches and LSTM as one writes them in PyTorch, the same optimizer, clipping and
weight average, on numbers that were prepared beforehand; crnn's side is the loop of `fit` without reading.
"""

from __future__ import annotations

import argparse
import statistics
from contextlib import ExitStack

from turns import Side, circumstances, in_turns, markdown, of, ratio

NAMES = {"crnn": "crnn", "fast": "by hand, same settings", "bare": "by hand, as PyTorch comes"}


def main() -> None:
    """Measure in turns and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--samples", type=int, default=4096)
    parser.add_argument("--epochs", type=int, default=2)
    options = parser.parse_args()
    rows: list[list[object]] = []
    with ExitStack() as stack:
        sides = {name: stack.enter_context(Side("text_torch.py", name, threads=options.threads)) for name in NAMES}
        for side in sides.values():
            side.do("fit", samples=256, epochs=1, language="en")
        for language, told in (("en", "English, 20 to 40 words"), ("zh", "Chinese, 20 to 40 characters")):
            settings = {"samples": options.samples, "epochs": options.epochs, "language": language}
            found = in_turns(sides, "fit", options.rounds, **settings)
            work = options.samples * options.epochs
            times = {name: of(found[name], "seconds") for name in sides}
            rows.append(
                [
                    told,
                    *(f"{work / statistics.median(each):.0f} (best {work / min(each):.0f})" for each in times.values()),
                    *(ratio(times["crnn"], times[name]) for name in ("fast", "bare")),
                    ", ".join(f"{found[name][0]['parameters']:,.0f}" for name in sides),
                ]
            )
    print(circumstances(threads=options.threads, rounds=options.rounds, samples=options.samples), "\n")
    ratios = ["crnn's time over the first", "over the second"]
    print(markdown(["texts/s of training", *NAMES.values(), *ratios, "parameters"], rows))


if __name__ == "__main__":
    main()
