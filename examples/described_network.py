"""A network described with NetworkSpec: written as JSON, built, trained, and run on a stream.

    python examples/described_network.py [--epochs 6] [--out run/described]

The network looks only backwards in time, so that its answer so far is known at every step. Some seconds on one core.
"""

import argparse
import json
from pathlib import Path

import torch

import crnn
from crnn.data.toy import tones
from crnn.nn.streaming import Stream

SPEC = crnn.NetworkSpec(
    convolutions=(
        crnn.ConvSpec(16, kernel=3, pool=(2, 1)),
        crnn.ConvSpec(24, kernel=3, pool=2, residual=True, dropout=0.1),
    ),
    recurrent=crnn.RecurrentSpec(cell="gru", units=48, input_dropout=0.1),
    head=crnn.HeadSpec(summary="mean", hidden=(32,)),
    causal=True,
)


def main() -> None:
    """Describe, train, stream."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--out", type=Path, default=Path("run/described"))
    options = parser.parse_args()

    text = json.dumps(SPEC.to_dict())
    assert crnn.NetworkSpec.from_dict(json.loads(text)) == SPEC  # equal by value, so that it can be compared and stored
    print(f"described in {len(text)} characters; needs {SPEC.shortest()} steps, leaves {SPEC.steps(40)} of 40")

    x, y = tones(classes=4, samples=400, steps=40, features=16)
    model = crnn.Model(crnn.ArrayClassification(classes=4), network=SPEC)
    model.compile(optimizer=crnn.AdamW(rate=4e-3), schedule="cosine")
    quiet = crnn.TrainOptions(progress=False)
    model.fit(x[:300], y[:300], epochs=options.epochs, validation_split=0.2, options=quiet)
    _, accuracy = model.evaluate(x[300:], y[300:])
    print(f"{model.parameters:,} parameters, accuracy {accuracy:.3f}")

    predictor = crnn.Predictor.load(model.save(options.out))
    stream = Stream(predictor.recogniser.network)
    sample = torch.from_numpy(x[300:301])
    for number, chunk in enumerate(sample.split(10, dim=1), start=1):
        shares = stream.push(chunk).softmax(2)[0, 0]
        print(f"after {10 * number} steps: class {int(shares.argmax())} with {float(shares.max()):.0%}")
    whole = predictor.predict(x[300:301])[0]
    print(f"whole sequence: class {int(whole.argmax())} with {float(whole.max()):.0%}; it is class {int(y[300])}")


if __name__ == "__main__":
    main()
