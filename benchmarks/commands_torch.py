"""The sides of `commands_speed.py`: crnn's `fit`, and a script by hand around the same network as PyTorch comes."""

from __future__ import annotations

import sys
import time
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from turns import serve

import crnn
from crnn.padded import Padded

CLASSES = 10
RATE_HZ = 16_000


def waves(samples: int, seed: int = 0) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Clips of one second ``(N, 16000)`` with a tone a class in noise, and their classes."""
    random = np.random.default_rng(seed)
    y = np.arange(samples, dtype=np.int64) % CLASSES
    time_s = np.arange(RATE_HZ, dtype=np.float32) / RATE_HZ
    tone = np.sin(2 * np.pi * (200.0 + 150.0 * y)[:, None] * time_s)
    x = 0.1 * tone + 0.05 * random.standard_normal((samples, RATE_HZ))
    return x.astype(np.float32), y


class Residual(nn.Module):
    """Two convolutions with a skip, pooling and dropout."""

    def __init__(self, inputs: int, channels: int, pool: tuple[int, int], dropout: float) -> None:
        super().__init__()
        self.first = nn.Conv2d(inputs, channels, 3, padding=1, bias=False)
        self.first_norm = nn.BatchNorm2d(channels)
        self.second = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.second_norm = nn.BatchNorm2d(channels)
        self.skip = nn.Sequential(nn.Conv2d(inputs, channels, 1, bias=False), nn.BatchNorm2d(channels))
        self.end = nn.Sequential(nn.ReLU(), nn.MaxPool2d(pool), nn.Dropout2d(dropout))

    def forward(self, x: Tensor) -> Tensor:
        """Map ``(B, C, F, T)``."""
        y = torch.relu(self.first_norm(self.first(x)))
        return self.end(self.second_norm(self.second(y)) + self.skip(x))  # type: ignore[no-any-return]


class Bare(nn.Module):
    """The network that `SpokenCommands` takes at size "small", as one writes it in PyTorch."""

    def __init__(self, bands: int, widths: tuple[int, int, int], units: int) -> None:
        super().__init__()
        stem, middle, top = widths
        self.stem = nn.Sequential(
            nn.Conv2d(1, stem, 5, stride=2, padding=2, bias=False), nn.BatchNorm2d(stem), nn.ReLU()
        )
        self.middle = Residual(stem, middle, (2, 1), 0.05)
        self.top = Residual(middle, top, (2, 2), 0.1)
        self.lstm = nn.LSTM(top * (bands // 8), units, batch_first=True, bidirectional=True)
        self.hidden = nn.Linear(2 * units, units)
        self.energy = nn.Linear(units, 1, bias=False)
        self.scores = nn.Linear(2 * units, CLASSES)
        self.dropout = nn.Dropout(0.2)

    def forward(self, x: Tensor) -> Tensor:
        """From ``(B, T, F)`` to scores ``(B, K)``."""
        x = self.top(self.middle(self.stem(x.transpose(1, 2)[:, None])))
        hidden = self.dropout(self.lstm(x.permute(0, 3, 1, 2).flatten(2))[0])
        weights = self.energy(torch.tanh(self.hidden(hidden))).softmax(1)
        return self.scores(self.dropout((hidden * weights).sum(1)))  # type: ignore[no-any-return]


def small(task: crnn.SpokenCommands) -> Bare:
    """The bare network with the sizes of the task's own."""
    spec = task.network("small")
    stem, middle, top = (block.channels for block in spec.convolutions)
    assert spec.recurrent is not None
    return Bare(task.features, (stem, middle, top), spec.recurrent.units)


def bare_fit(samples: int, epochs: int, augment: bool) -> dict[str, Any]:
    """Train by hand with the task's front end and augmentation, AdamW and clipping, and nothing else."""
    x, y = (torch.from_numpy(array) for array in waves(samples))
    task = crnn.SpokenCommands(augment=augment)
    torch.manual_seed(0)
    started = time.perf_counter()
    network, front = small(task), task.front()
    vary_inputs, vary_features = task.vary_inputs(), task.vary_features()
    adam = torch.optim.AdamW(network.parameters(), lr=2.5e-3)
    generator = torch.Generator().manual_seed(0)
    for _ in range(epochs):
        order = torch.randperm(samples)
        for at in range(0, samples, task.plan.batch_size):
            rows = order[at : at + task.plan.batch_size]
            batch = Padded.whole(x[rows])
            batch = batch if vary_inputs is None else vary_inputs(batch, generator)
            features = front(batch)
            features = features if vary_features is None else vary_features(features, generator)
            loss = nn.functional.cross_entropy(network(features.data), y[rows], label_smoothing=0.1)
            adam.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 5.0)
            adam.step()
    seconds = time.perf_counter() - started
    weights = sum(weight.numel() for weight in network.parameters())
    return {"seconds": seconds, "parameters": weights, "loss": float(loss.detach())}


def crnn_fit(samples: int, epochs: int, augment: bool) -> dict[str, Any]:
    """Train with crnn as it comes."""
    x, y = waves(samples)
    started = time.perf_counter()
    model = crnn.Model(crnn.SpokenCommands(augment=augment), size="small")
    history = model.fit(x, y, epochs=epochs, validation_split=0, options=crnn.TrainOptions(progress=False))
    seconds = time.perf_counter() - started
    loop = sum(history["seconds"])
    return {"seconds": seconds, "loop": loop, "parameters": model.parameters, "loss": history["loss"][-1]}


if __name__ == "__main__":
    serve({"fit": crnn_fit if sys.argv[1] == "crnn" else bare_fit})
