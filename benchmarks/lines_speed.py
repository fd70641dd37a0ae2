"""How fast lines are learnt and read: crnn against a script by hand of the same network, as PyTorch comes.

Both sides train on the same printed lines, without augmentation. The script pads batches drawn by chance; crnn puts
lines of one length together. Reading includes, on crnn's side alone, scaling the pictures, the text, and the place and
confidence of every symbol.
"""

from __future__ import annotations

import argparse
import statistics
from contextlib import ExitStack

from turns import Side, circumstances, in_turns, markdown, of, ratio

NAMES = {"crnn": "crnn", "bare": "by hand, as PyTorch comes"}


def main() -> None:
    """Measure training and reading, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--samples", type=int, default=256)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--size", default="small")
    options = parser.parse_args()
    rows: list[list[object]] = []
    with ExitStack() as stack:
        sides = {name: stack.enter_context(Side("lines_torch.py", name, threads=options.threads)) for name in NAMES}
        for side in sides.values():
            side.do("fit", samples=16, epochs=1, size=options.size)
        actions = {"fit": {"epochs": options.epochs}, "read": {}}
        for action, settings in actions.items():
            found = in_turns(sides, action, options.rounds, samples=options.samples, size=options.size, **settings)
            work = options.samples * settings.get("epochs", 1)
            times = {name: of(found[name], "seconds") for name in sides}
            speeds = (f"{work / statistics.median(each):.1f} (best {work / min(each):.1f})" for each in times.values())
            losses = ", ".join(f"{of(found[name], 'loss')[-1]:.3f}" for name in sides) if action == "fit" else ""
            rows.append(
                [{"fit": "trained", "read": "read"}[action], *speeds, ratio(times["bare"], times["crnn"]), losses]
            )
    print(circumstances(threads=options.threads, rounds=options.rounds, samples=options.samples), "\n")
    print(markdown(["lines/s", *NAMES.values(), "crnn is so many times faster", "last losses"], rows))


if __name__ == "__main__":
    main()
