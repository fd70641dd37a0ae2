"""How fast a forecast is learnt: crnn's `fit` against a bare loop by hand around the same network.

    python benchmarks/forecast_speed.py --threads 1 --rounds 3

Both sides cut windows on demand, clip gradients and move the rate by a cosine. crnn's side includes its measuring.
"""

from __future__ import annotations

import argparse
import statistics
from contextlib import ExitStack

from turns import Side, circumstances, in_turns, markdown, of, ratio

NAMES = {"crnn": "crnn", "fast": "by hand, same settings", "bare": "by hand, as PyTorch comes"}


def main() -> None:
    """Measure a short and a long horizon, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--channels", type=int, default=7)
    parser.add_argument("--epochs", type=int, default=1)
    options = parser.parse_args()
    rows: list[list[object]] = []
    with ExitStack() as stack:
        sides = {name: stack.enter_context(Side("forecast_torch.py", name, threads=options.threads)) for name in NAMES}
        for side in sides.values():
            side.do("fit", steps=400, channels=2, horizon=24, epochs=1)
        for horizon in (24, 96):
            settings = {"steps": options.steps, "channels": options.channels, "horizon": horizon}
            found = in_turns(sides, "fit", options.rounds, epochs=options.epochs, **settings)
            work = (options.steps - 96 - horizon + 1) * options.channels * options.epochs
            times = {name: of(found[name], "seconds") for name in sides}
            rows.append(
                [
                    f"96 to {horizon}",
                    *(
                        f"{work / statistics.median(each):,.0f} (best {work / min(each):,.0f})"
                        for each in times.values()
                    ),
                    *(ratio(times["crnn"], times[name]) for name in ("fast", "bare")),
                    ", ".join(f"{found[name][0]['parameters']:,.0f}" for name in sides),
                    ", ".join(f"{found[name][0]['loss']:.3f}" for name in sides),
                ]
            )
    print(circumstances(threads=options.threads, rounds=options.rounds, steps=options.steps), "\n")
    ratios = ["crnn's time over the first", "over the second"]
    print(markdown(["windows/s of training", *NAMES.values(), *ratios, "parameters", "loss"], rows))


if __name__ == "__main__":
    main()
