"""How fast lines are learnt and read: crnn against a script by hand of the same network, as PyTorch comes.

Both sides train on the same printed lines, without augmentation. The script pads batches drawn by chance; crnn puts
lines of one length together. Reading includes, on crnn's side, scaling the pictures, the text, and the place and
confidence of every symbol. With `--kraken PYTHON`, an interpreter that has kraken and what crnn needs, kraken learns
and reads the same lines with a network of the same layers, cut from one page, to texts with places.
"""

from __future__ import annotations

import argparse
import statistics
from contextlib import ExitStack

from turns import Side, circumstances, in_turns, markdown, of, ratio

NAMES = {"crnn": "crnn", "bare": "by hand, as PyTorch comes", "kraken": "kraken"}


def main() -> None:
    """Measure training and reading, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--samples", type=int, default=256)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--size", default="small")
    parser.add_argument("--kraken", metavar="PYTHON", help="interpreter that has kraken (default: not measured)")
    options = parser.parse_args()
    rows: list[list[object]] = []
    with ExitStack() as stack:
        sides = {name: Side("lines_torch.py", name, threads=options.threads) for name in ("crnn", "bare")}
        if options.kraken:
            sides["kraken"] = Side("lines_kraken.py", threads=options.threads, python=options.kraken)
        for side in sides.values():
            stack.enter_context(side)
        for side in sides.values():
            side.do("fit", samples=16, epochs=1, size=options.size)
        actions = {"fit": {"epochs": options.epochs}, "read": {}}
        for action, settings in actions.items():
            found = in_turns(sides, action, options.rounds, samples=options.samples, size=options.size, **settings)
            work = options.samples * settings.get("epochs", 1)
            times = {name: of(found[name], "seconds") for name in sides}
            speeds = (f"{work / statistics.median(each):.1f} (best {work / min(each):.1f})" for each in times.values())
            ratios = (ratio(each, times["crnn"]) for name, each in times.items() if name != "crnn")
            losses = ", ".join(f"{of(found[name], 'loss')[-1]:.3f}" for name in sides) if action == "fit" else ""
            rows.append([{"fit": "trained", "read": "read"}[action], *speeds, *ratios, losses])
    print(circumstances(threads=options.threads, rounds=options.rounds, samples=options.samples), "\n")
    names = [NAMES[name] for name in sides]
    faster = [f"crnn against {name}, times" for name in names[1:]]
    print(markdown(["lines/s", *names, *faster, "last losses"], rows))


if __name__ == "__main__":
    main()
