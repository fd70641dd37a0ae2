"""The PyTorch sides of `classic.py`: crnn's own verbs, and loops written by hand around `nn.Module`s."""

from __future__ import annotations

import sys
import time
from typing import Any

import numpy as np
import torch
from classic_data import BATCH, CLASSES, RATE, data
from torch import Tensor, nn
from turns import serve

import crnn
from crnn import speed


class Bare(nn.Module):
    """The article's network as one writes it in PyTorch."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(1, 32, 3)
        self.second = nn.Conv2d(32, 64, 3)
        self.pool = nn.MaxPool2d(2)
        self.lstm = nn.LSTM(64 * 8, 128, batch_first=True)
        self.scores = nn.Linear(128, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        """From ``(B, T, F)`` to scores ``(B, K)``."""
        x = self.pool(torch.relu(self.first(x[:, None])))
        x = self.pool(torch.relu(self.second(x)))
        hidden, _ = self.lstm(x.permute(0, 2, 1, 3).flatten(2))
        return self.scores(hidden[:, -1])  # type: ignore[no-any-return]


class BareSide:
    """A loop by hand, as PyTorch comes, or with the settings that crnn uses.

    Args:
        fast: Whether to keep memory, run channels-last and in 16 bits.
    """

    def __init__(self, fast: bool) -> None:
        self.fast = fast
        self.half = speed.half_precision(torch.device("cpu")) if fast else None
        if fast:
            speed.keep_memory()
        self.network = self._new()

    def _new(self) -> Bare:
        torch.manual_seed(0)
        return Bare().to(memory_format=torch.channels_last) if self.fast else Bare()

    def fit(self, samples: int, epochs: int) -> dict[str, Any]:
        """Train from new weights; the loop does nothing but learn."""
        x, y = (torch.from_numpy(array) for array in data(samples))
        started = time.perf_counter()
        self.network = self._new()
        adam = torch.optim.Adam(self.network.parameters(), lr=RATE, fused=self.fast or None)
        for _ in range(epochs):
            order = torch.randperm(samples)
            for at in range(0, samples, BATCH):
                rows = order[at : at + BATCH]
                with torch.autocast("cpu", torch.bfloat16, enabled=self.half is not None):
                    scores = self.network(x[rows])
                loss = nn.functional.cross_entropy(scores.float(), y[rows])
                adam.zero_grad(set_to_none=True)
                loss.backward()
                adam.step()
        seconds = time.perf_counter() - started
        x, y = (torch.from_numpy(array) for array in data(512, seed=1))
        self.network.eval()
        with torch.no_grad():
            accuracy = float((self.network(x).argmax(1) == y).float().mean())
        return {"seconds": seconds, "accuracy": accuracy}

    @torch.inference_mode()
    def predict(self, samples: int) -> dict[str, Any]:
        """Probabilities of all samples, 64 at a time."""
        x = data(samples)[0]
        started = time.perf_counter()
        self.network.eval()
        parts = [self.network(torch.from_numpy(x[at : at + BATCH])).softmax(1) for at in range(0, samples, BATCH)]
        torch.cat(parts).numpy()
        return {"seconds": time.perf_counter() - started}

    @torch.inference_mode()
    def single(self, calls: int) -> dict[str, Any]:
        """Milliseconds of one call with one sample, the median."""
        x = data(1)[0]
        self.network.eval()
        return {"seconds": median_of(lambda: self.network(torch.from_numpy(x)).softmax(1).numpy(), calls)}


class CrnnSide:
    """crnn's `fit` and `predict`."""

    def __init__(self) -> None:
        self.model = self._new()

    def _new(self) -> crnn.Model:
        task = crnn.ArrayClassification(classes=CLASSES)
        model = crnn.Model(task, network=crnn.NetworkSpec.classic())
        model.compile(loss="cross_entropy", optimizer=crnn.Adam(rate=RATE), metrics=["accuracy"])
        return model

    def fit(self, samples: int, epochs: int) -> dict[str, Any]:
        """Train from new weights: everything that `fit` does, from the user's arrays to the best weights."""
        x, y = data(samples)
        started = time.perf_counter()
        self.model = self._new()
        history = self.model.fit(x, y, epochs=epochs, batch_size=BATCH, options=crnn.TrainOptions(progress=False))
        seconds = time.perf_counter() - started
        return {
            "seconds": seconds,
            "loop": sum(history["seconds"]),
            "accuracy": self.model.evaluate(*data(512, seed=1))[1],
        }

    def predict(self, samples: int) -> dict[str, Any]:
        """Probabilities of all samples."""
        x = data(samples)[0]
        started = time.perf_counter()
        self.model.predict(x)
        return {"seconds": time.perf_counter() - started}

    def single(self, calls: int) -> dict[str, Any]:
        """Milliseconds of one call with one sample, the median."""
        x = data(1)[0]
        return {"seconds": median_of(lambda: self.model.predict(x), calls)}


def median_of(call: Any, calls: int) -> float:
    """The median time of a call, after a few to warm up."""
    times = []
    for _ in range(calls + 5):
        started = time.perf_counter()
        call()
        times.append(time.perf_counter() - started)
    return float(np.median(times[5:]))


def main() -> None:
    """Serve one side: crnn, bare or fast."""
    name = sys.argv[1]
    side = CrnnSide() if name == "crnn" else BareSide(fast=name == "fast")
    serve({"fit": side.fit, "predict": side.predict, "single": side.single})


if __name__ == "__main__":
    main()
