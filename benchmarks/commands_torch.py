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
from crnn.nn.network import Network, parameter_count
from crnn.padded import Padded
from crnn.spec import ConvSpec, NetworkSpec

CLASSES = 10
RATE_HZ = 16_000


def waves(samples: int, even: bool, seed: int = 0) -> tuple[list[NDArray[np.float32]], NDArray[np.int64]]:
    """Clips ``(n,)`` with a tone a class in noise, and their classes.

    Args:
        samples: How many.
        even: All of one second; otherwise as words are spoken, 0.2 to 0.9 s and 0.4 in the middle, like those of the
            Free Spoken Digit Dataset.
        seed: Decides all chance.
    """
    random = np.random.default_rng(seed)
    y = np.arange(samples, dtype=np.int64) % CLASSES
    seconds = np.ones(samples) if even else np.clip(0.4 * np.exp(0.3 * random.standard_normal(samples)), 0.2, 0.9)
    clips = []
    for label, length in zip(y, (seconds * RATE_HZ).astype(int), strict=True):
        tone = np.sin(2 * np.pi * (200.0 + 150.0 * label) / RATE_HZ * np.arange(length))
        clips.append((0.1 * tone + 0.05 * random.standard_normal(length)).astype(np.float32))
    return clips, y


class Block(nn.Module):
    """Convolutions with batch norm, a skip around them, pooling and dropout, as one writes it in PyTorch."""

    def __init__(self, inputs: int, spec: ConvSpec) -> None:
        super().__init__()
        sizes = [spec.axis(axis) for axis in range(2)]
        kernel, stride, _, pool = zip(*sizes, strict=True)
        layers: list[nn.Module] = []
        for index in range(spec.repeats):
            first = index == 0
            layers += [] if first else [nn.ReLU()]
            conv = nn.Conv2d(
                inputs if first else spec.channels,
                spec.channels,
                kernel,
                stride if first else 1,
                tuple(size // 2 for size in kernel),
                bias=False,
            )
            layers += [conv, nn.BatchNorm2d(spec.channels)]
        self.layers = nn.Sequential(*layers)
        self.residual = spec.residual  # the task's residual blocks keep their channels, so the skip has no weights
        pooling = [nn.MaxPool2d(pool)] if max(pool) > 1 else []
        self.end = nn.Sequential(nn.ReLU(), *pooling, nn.Dropout2d(spec.dropout))

    def forward(self, x: Tensor) -> Tensor:
        """Map ``(B, C, F, T)``."""
        y = self.layers(x)
        return self.end(y + x if self.residual else y)  # type: ignore[no-any-return]


class Bare(nn.Module):
    """The network of a spoken-commands spec, without a thought for padding."""

    def __init__(self, bands: int, spec: NetworkSpec) -> None:
        super().__init__()
        widths = [1, *(block.channels for block in spec.convolutions)]
        self.blocks = nn.Sequential(*map(Block, widths, spec.convolutions))
        assert spec.recurrent is not None
        units, double = spec.recurrent.units, 2 * spec.recurrent.units
        self.before = nn.Dropout(spec.recurrent.input_dropout)
        self.lstm = nn.LSTM(widths[-1] * spec.rows(bands), units, batch_first=True, bidirectional=True)
        self.after = nn.Dropout(spec.recurrent.dropout)
        self.hidden = nn.Linear(double, units)
        self.energy = nn.Linear(units, 1, bias=False)
        self.head = nn.Sequential(nn.Dropout(spec.head.dropout), nn.Linear(double, CLASSES))

    def forward(self, x: Tensor) -> Tensor:
        """From ``(B, T, F)`` to scores ``(B, K)``."""
        x = self.blocks(x.transpose(1, 2)[:, None])
        hidden = self.after(self.lstm(self.before(x.permute(0, 3, 1, 2).flatten(2)))[0])
        weights = self.energy(torch.tanh(self.hidden(hidden))).softmax(1)
        return self.head((hidden * weights).sum(1))  # type: ignore[no-any-return]


def agreed(bare: nn.Module, ours: Network) -> None:
    """See to it that both networks have the same parameters, PyTorch's second bias of LSTMs aside.

    Raises:
        RuntimeError: the task's network has grown parts that the one by hand does not have.
    """
    second = sum(bias.numel() for name, bias in bare.named_parameters() if ".bias_hh" in name)
    by_hand, of_task = parameter_count(bare) - second, parameter_count(ours)
    if by_hand != of_task:
        raise RuntimeError(
            f"by hand the network has {by_hand} parameters, the task's has {of_task}: bring Bare up to date"
        )


def small(task: crnn.SpokenCommands) -> Bare:
    """The network of size "small" by hand."""
    spec = task.network("small")
    bare = Bare(task.features, spec)
    agreed(bare, Network(spec, task.features, CLASSES))
    return bare


def bare_fit(samples: int, epochs: int, augment: bool, even: bool) -> dict[str, Any]:
    """Train by hand with the task's front end and augmentation, AdamW and clipping, and nothing else.

    Clips of different lengths are padded to the longest of their batch, and the batches are drawn at random.
    """
    clips, labels = waves(samples, even)
    x, y = [torch.from_numpy(clip) for clip in clips], torch.from_numpy(labels)
    task = crnn.SpokenCommands(augment=augment)
    torch.manual_seed(0)
    network = small(task)
    started = time.perf_counter()
    front = task.front()
    vary_inputs, vary_features = task.vary_inputs(), task.vary_features()
    adam = torch.optim.AdamW(network.parameters(), lr=2.5e-3)
    generator = torch.Generator().manual_seed(0)
    for _ in range(epochs):
        for rows in torch.randperm(samples).split(task.plan.batch_size):
            batch = Padded.stack([x[row] for row in rows])
            batch = batch if vary_inputs is None else vary_inputs(batch, generator)
            features = front(batch)
            features = features if vary_features is None else vary_features(features, generator)
            loss = nn.functional.cross_entropy(network(features.data), y[rows], label_smoothing=0.1)
            adam.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            adam.step()
    seconds = time.perf_counter() - started
    return {"seconds": seconds, "parameters": parameter_count(network), "loss": float(loss.detach())}


def crnn_fit(samples: int, epochs: int, augment: bool, even: bool) -> dict[str, Any]:
    """Train with crnn as it comes."""
    x, y = waves(samples, even)
    started = time.perf_counter()
    model = crnn.Model(crnn.SpokenCommands(augment=augment), size="small")
    history = model.fit(x, y, epochs=epochs, validation_split=0, options=crnn.TrainOptions(progress=False))
    seconds = time.perf_counter() - started
    loop = sum(history["seconds"])
    return {"seconds": seconds, "loop": loop, "parameters": model.parameters, "loss": history["loss"][-1]}


if __name__ == "__main__":
    serve({"fit": crnn_fit if sys.argv[1] == "crnn" else bare_fit})
