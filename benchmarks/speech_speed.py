"""How fast speech is learnt and heard: crnn against a script by hand of the same network, as PyTorch comes.

Front end and augmentation are crnn's on both sides, as neither is PyTorch's. The script pads batches drawn by chance;
crnn puts utterances of one length together. Hearing includes, on crnn's side alone, the text, and the time and
confidence of every word.
"""

from __future__ import annotations

import argparse
import statistics
from contextlib import ExitStack

from speech_torch import spoken
from turns import Side, circumstances, in_turns, markdown, of, ratio

NAMES = {"crnn": "crnn", "bare": "by hand, as PyTorch comes"}


def main() -> None:
    """Measure training with and without augmentation, and hearing, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--samples", type=int, default=192)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--size", default="small")
    options = parser.parse_args()
    _, length_s = spoken(options.samples)
    rows: list[list[object]] = []
    with ExitStack() as stack:
        sides = {name: stack.enter_context(Side("speech_torch.py", name, threads=options.threads)) for name in NAMES}
        for side in sides.values():
            side.do("fit", samples=16, epochs=1, augment=True, size=options.size)
        cases = {
            "trained, with augmentation": ("fit", {"epochs": options.epochs, "augment": True}),
            "trained, without": ("fit", {"epochs": options.epochs, "augment": False}),
            "heard": ("hear", {}),
        }
        for case, (action, settings) in cases.items():
            found = in_turns(sides, action, options.rounds, samples=options.samples, size=options.size, **settings)
            work = length_s * settings.get("epochs", 1)
            times = {name: of(found[name], "seconds") for name in sides}
            speeds = (f"{work / statistics.median(each):.0f} (best {work / min(each):.0f})" for each in times.values())
            losses = ", ".join(f"{of(found[name], 'loss')[-1]:.2f}" for name in sides) if action == "fit" else ""
            rows.append([case, *speeds, ratio(times["bare"], times["crnn"]), losses])
    print(circumstances(threads=options.threads, rounds=options.rounds, samples=options.samples), "\n")
    head = ["seconds of speech a second", *NAMES.values(), "crnn is so many times faster", "last losses"]
    print(markdown(head, rows))


if __name__ == "__main__":
    main()
