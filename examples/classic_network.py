"""The article's network on arrays: Conv, pool, Conv, pool, LSTM, dense, with the verbs of Keras.

    python examples/classic_network.py [--data arrays.npz] [--epochs 8] [--out run/classic]

Takes `x` (N, T, F) and whole-number labels `y` (N,) from --data; else it makes ten kinds of moving lines. Under two
minutes on two cores.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

import crnn
from crnn.data.toy import tones


def arrays(given: Path | None, samples: int) -> tuple[np.ndarray, np.ndarray]:
    """Inputs and labels: the user's own, or 98 steps of 40 features as in the article."""
    if given is None:
        return tones(classes=10, samples=samples, steps=98, features=40)
    with np.load(given, allow_pickle=False) as stored:
        return stored["x"], stored["y"]


def main() -> None:
    """Define, compile, fit, evaluate, predict, save, load."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--samples", type=int, default=1500)
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--out", type=Path, default=Path("run/classic"))
    options = parser.parse_args()

    x, y = arrays(options.data, options.samples)
    test = np.random.default_rng(0).permutation(len(x)) < len(x) // 5  # a fifth is kept for the end
    model = crnn.Model(crnn.ArrayClassification(), network=crnn.NetworkSpec.classic())
    model.compile(
        loss="cross_entropy",
        optimizer=crnn.Adam(rate=1e-3),
        metrics=["accuracy", "precision", "recall", "f1"],
    )
    history = model.fit(
        x[~test],
        y[~test],
        epochs=options.epochs,
        batch_size=64,
        validation_split=0.2,
        early_stopping=3,
        options=crnn.TrainOptions(progress=sys.stderr.isatty()),
    )
    print(f"trained   {model.parameters:,} parameters, kept epoch {int(history.best['epoch'])} of {len(history)}")
    for name, value in zip(model.metric_names, model.evaluate(x[test], y[test]), strict=True):
        print(f"{name:<9} {value:.4f}")

    saved = model.save(options.out)
    probabilities = crnn.load(saved).predict(x[test][:3])  # (3, classes), each row sums to 1
    print(f"predicts  {probabilities.argmax(1).tolist()} for {y[test][:3].tolist()}, loaded from {saved}")


if __name__ == "__main__":
    main()
