"""How fast spoken commands are learnt: crnn's `fit` against a script by hand of the same network, as PyTorch comes.

The front end and the augmentation are crnn's on both sides, as neither is PyTorch's; so the gain is that of the
network's settings alone.
"""

from __future__ import annotations

import argparse
import statistics
from contextlib import ExitStack

from turns import Side, circumstances, in_turns, markdown, of, ratio

NAMES = {"crnn": "crnn", "bare": "by hand, as PyTorch comes"}


def main() -> None:
    """Measure with and without augmentation, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--samples", type=int, default=1024)
    parser.add_argument("--epochs", type=int, default=3)
    options = parser.parse_args()
    rows: list[list[object]] = []
    with ExitStack() as stack:
        sides = {name: stack.enter_context(Side("commands_torch.py", name, threads=options.threads)) for name in NAMES}
        for side in sides.values():
            side.do("fit", samples=64, epochs=1, augment=True)
        for augment in (True, False):
            settings = {"samples": options.samples, "epochs": options.epochs, "augment": augment}
            found = in_turns(sides, "fit", options.rounds, **settings)
            work = options.samples * options.epochs
            times = {name: of(found[name], "seconds") for name in sides}
            rows.append(
                [
                    "with augmentation" if augment else "without",
                    *(f"{work / statistics.median(each):.0f} (best {work / min(each):.0f})" for each in times.values()),
                    ratio(times["bare"], times["crnn"]),
                    ", ".join(f"{found[name][0]['parameters']:,.0f}" for name in sides),
                ]
            )
    print(circumstances(threads=options.threads, rounds=options.rounds, samples=options.samples), "\n")
    print(markdown(["clips/s of training", *NAMES.values(), "crnn is so many times faster", "parameters"], rows))


if __name__ == "__main__":
    main()
