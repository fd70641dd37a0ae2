"""What Keras answers for weights and inputs drawn from a seed: the numbers that `tests/oracle/keras.json` holds.

Run by a Python that has Keras 3 (`KERAS_PYTHON benchmarks/keras_oracle.py > tests/oracle/keras.json`). The test imports
`draw` from here and needs no Keras.
"""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Arrays = list[NDArray[np.float32]]


def draw(seed: int, shapes: Iterable[Iterable[int]]) -> Arrays:
    """Arrays of the shapes, normal, scaled by one over the root of all axes but the last; single axes by a tenth."""
    random = np.random.default_rng(seed)
    drawn = []
    for shape in map(tuple, shapes):
        scale = 0.1 if len(shape) == 1 else 1.0 / math.sqrt(math.prod(shape[:-1]))
        drawn.append((random.standard_normal(shape) * scale).astype(np.float32))
    return drawn


def draw_inputs(seed: int, shape: Iterable[int]) -> NDArray[np.float32]:
    """Standard normal inputs from the seed behind that of the weights."""
    return np.random.default_rng(seed + 1).standard_normal(tuple(shape)).astype(np.float32)


def networks(keras: Any) -> dict[str, Callable[[], Any]]:
    """The networks by name, each as a maker."""
    layers = keras.layers

    def both_ways(cell: Any, units: int, **settings: Any) -> Any:
        return layers.Bidirectional(cell(units, **settings))

    def stack(shape: tuple[int, ...], *parts: Any) -> Any:
        return keras.Sequential([keras.Input(shape), *parts])

    return {
        "classic": lambda: classic(keras),
        "lstm both ways": lambda: stack((12, 5), both_ways(layers.LSTM, 6), layers.Dense(3, activation="softmax")),
        "gru both ways": lambda: stack((12, 5), both_ways(layers.GRU, 6), layers.Dense(3, activation="softmax")),
        "gru in two layers": lambda: stack(
            (12, 5), layers.GRU(6, return_sequences=True), layers.GRU(6), layers.Dense(3, activation="softmax")
        ),
        "rnn": lambda: stack((12, 5), layers.SimpleRNN(6), layers.Dense(3, activation="softmax")),
        "conv1d": lambda: stack(
            (13, 5),
            layers.Conv1D(8, 4, padding="same", activation="relu"),
            layers.MaxPooling1D(2),
            both_ways(layers.LSTM, 6),
            layers.Dense(7, activation="relu"),
            layers.Dense(3, activation="softmax"),
        ),
    }


def classic(keras: Any) -> Any:
    """The article's network for inputs of 98 × 40 × 1 and ten classes."""
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((98, 40, 1)),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Reshape((23, 8 * 64)),
            layers.LSTM(128),
            layers.Dense(10, activation="softmax"),
        ]
    )


def answer(model: Any, seed: int) -> dict[str, Any]:
    """Everything that the test needs to draw the same weights and inputs, and what Keras makes of them."""
    shapes = [weight.shape for weight in model.get_weights()]
    model.set_weights(draw(seed, shapes))
    shape = (4, *model.input_shape[1:])
    outputs = np.asarray(model(draw_inputs(seed, shape), training=False))
    return {
        "seed": seed,
        "weights": [list(shape) for shape in shapes],
        "inputs": list(shape),
        "parameters": model.count_params(),
        "outputs": [[round(float(value), 8) for value in row] for row in outputs],
    }


def main() -> None:
    """Print the answers of all networks as JSON."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import keras

    answers = {name: answer(make(), seed) for seed, (name, make) in enumerate(networks(keras).items(), start=100)}
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(found)}" for name, found in answers.items())
    head = f'"keras": "{keras.__version__}", "backend": "{keras.backend.backend()}"'
    sys.stdout.write(f'{{{head}, "networks": {{\n{lines}\n}}}}\n')


if __name__ == "__main__":
    main()
