"""crnn against a bare PyTorch loop and against Keras, on the article's network.

Run: ``python benchmarks/classic.py --keras-python PATH``. Without a Python that has Keras 3 its column stays empty.
"""

from __future__ import annotations

import argparse
import os
import statistics
from contextlib import ExitStack

from turns import Side, circumstances, in_turns, markdown, of, ratio

SIDES = {
    "crnn": "crnn",
    "fast": "bare loop, same settings",
    "bare": "bare loop, as PyTorch comes",
    "keras": "Keras 3, TensorFlow",
}


def main() -> None:
    """Measure and print the table."""
    options = parsed()
    with ExitStack() as stack:
        sides = {
            name: stack.enter_context(Side("classic_torch.py", name, threads=options.threads))
            for name in ("crnn", "fast", "bare")
        }
        if options.keras_python:
            keras = Side("classic_keras.py", threads=options.threads, python=options.keras_python)
            sides["keras"] = stack.enter_context(keras)
        for side in sides.values():  # to warm up: imports, tracing, page faults
            side.do("fit", samples=256, epochs=1)
            side.do("predict", samples=128)
        print(circumstances(threads=options.threads, rounds=options.rounds, samples=options.samples), "\n")
        print(table(sides, options))


def parsed() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keras-python", default=os.environ.get("KERAS_PYTHON"), help="a Python that has Keras 3")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--samples", type=int, default=2048)
    parser.add_argument("--epochs", type=int, default=2)
    return parser.parse_args()


def table(sides: dict[str, Side], options: argparse.Namespace) -> str:
    """The Markdown table: what is measured in rows, sides in columns, then crnn's time over the others'."""
    work = options.samples * options.epochs
    fits = in_turns(sides, "fit", options.rounds, samples=options.samples, epochs=options.epochs)
    predictions = in_turns(sides, "predict", options.rounds, samples=options.samples)
    singles = in_turns(sides, "single", options.rounds, calls=100)

    def per_second(found: list[dict[str, object]], count: int) -> str:
        times = of(found, "seconds")
        return f"{count / statistics.median(times):.0f} (best {count / min(times):.0f})"

    def against(found: dict[str, list[dict[str, object]]]) -> list[str]:
        ours = of(found["crnn"], "seconds")
        return ["" if name == "crnn" else ratio(ours, of(found[name], "seconds")) for name in sides]

    rows = [
        ["fit, samples/s", *(per_second(fits[name], work) for name in sides)],
        ["accuracy, unseen", *(f"{statistics.median(of(fits[name], 'accuracy')):.3f}" for name in sides)],
        ["crnn's time over its", *against(fits)],
        ["predict, samples/s", *(per_second(predictions[name], options.samples) for name in sides)],
        ["crnn's time over its", *against(predictions)],
        ["one sample, ms", *(f"{1000 * statistics.median(of(singles[name], 'seconds')):.2f}" for name in sides)],
        ["crnn's time over its", *against(singles)],
    ]
    if "keras" in sides:
        ways = (("model(x)", "calling"), ("predict(x)", "predicting"), ("tf.function(model)(x)", "compiled"))
        said = (f"{name} {1000 * statistics.median(of(singles['keras'], key)):.2f}" for name, key in ways)
        rows.append(["Keras, one sample, ms", *[""] * (len(sides) - 1), ", ".join(said)])
    return markdown(["", *(SIDES[name] for name in sides)], rows)


if __name__ == "__main__":
    main()
