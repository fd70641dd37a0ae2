"""Sequences from sensors to classes: train on a table, judge on people never seen, beside rules without a network.

    python examples/sensor_series.py [--data gestures.csv] [--size tiny] [--epochs 10] [--out run/series]

--data is what `crnn train series` reads: a long table, a .ts file, a folder a label. Without it the example writes
gestures of six "subjects".
"""

import argparse
import sys
from pathlib import Path

import torch

import crnn
from crnn.data.toy import gestures


def main() -> None:
    """From a table to a model, its answers, and what simpler rules would have said."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--size", default="tiny")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--out", type=Path, default=Path("run/series"))
    options = parser.parse_args()

    data = options.data or gestures(options.out / "gestures.csv", subjects=6)
    model = crnn.Model(crnn.SeriesClassification(), size=options.size)
    model.fit(data, epochs=options.epochs, options=crnn.TrainOptions(progress=sys.stderr.isatty()))
    print(model.findings if len(model.findings) else "nothing was left out of the data")

    assert model.validation is not None
    examples, evaluation = model.validation
    groups = sorted({record.group for record in examples.records} - {""})
    print(f"judged on {len(examples)} sequences" + f" of {', '.join(groups)}, never trained on" * bool(groups))
    truth = torch.as_tensor(examples.targets)
    shares = {"the network": evaluation.values["accuracy"]}
    for name, answers in model.baselines().items():
        shares[name] = float((answers.argmax(1) == truth).double().mean())
    for name, share in shares.items():
        print(f"{name:40s} {share:.1%}")

    saved = model.save(options.out / "model")
    first = examples.records[0]
    answer = crnn.Predictor.load(saved).predict([first.source])[0]
    print(f"{first.name} is {first.target!r}, taken for {answer}")


if __name__ == "__main__":
    main()
