"""The sides of `text_speed.py`: crnn's `fit`, and a loop by hand around the same network."""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from turns import serve

import crnn
from crnn import speed
from crnn.data.example import Record
from crnn.errors import DataWarning
from crnn.nn.network import parameter_count
from crnn.spec import BranchSpec, NetworkSpec
from crnn.tasks.text import TextClassification

CLASSES = 4


def texts(samples: int, language: str, seed: int = 0) -> tuple[list[str], list[int]]:
    """Texts of words that are drawn as often as words of real texts are, and their labels."""
    random = np.random.default_rng(seed)
    if language == "zh":
        words = [chr(0x4E00 + number) for number in range(3000)]
    else:
        words = [
            "".join(random.choice(list("abcdefghijklmnopqrstuvwxyz"), random.integers(2, 9))) for _ in range(20_000)
        ]
    chances = 1.0 / np.arange(10, len(words) + 10)
    chances /= chances.sum()
    labels = [number % CLASSES for number in range(samples)]
    joint = "" if language == "zh" else " "
    found = []
    for label in labels:
        drawn = random.choice(len(words), random.integers(20, 41), p=chances)
        found.append(joint.join(words[(number + 7 * label) % len(words)] for number in drawn))
    return found, labels


class Bare(nn.Module):
    """The network of a text task by hand."""

    def __init__(self, task: TextClassification, spec: NetworkSpec, rows: int) -> None:
        super().__init__()
        vocabulary, width = task.vocabulary, task.width
        assert vocabulary is not None
        assert spec.recurrent is not None
        branches = spec.convolutions[0]
        assert isinstance(branches, BranchSpec)
        self.pieces, self.common = vocabulary.spec.pieces, vocabulary.common
        self.vectors = nn.EmbeddingBag(rows, width, mode="sum", padding_idx=0)
        self.convolutions = nn.ModuleList(
            nn.Sequential(
                nn.Conv1d(width, block.channels, block.kernel, padding=block.kernel // 2, bias=False),  # type: ignore[arg-type, operator]
                nn.BatchNorm1d(block.channels),
                nn.ReLU(),
            )
            for block in branches.branches
        )
        units = spec.recurrent.units
        self.lstm = nn.LSTM(branches.channels, units, batch_first=True, bidirectional=True)
        self.drops = nn.ModuleList(
            nn.Dropout(share) for share in (0.3, spec.recurrent.input_dropout, spec.head.dropout)
        )
        self.scores = nn.Linear(4 * units, CLASSES)

    def forward(self, ids: Tensor) -> Tensor:
        """From ``(B, T, slots)`` to scores ``(B, K)``; padding is zero and counts as it comes."""
        rows, steps, slots = ids.shape
        flat = ids.view(-1, slots).clamp_min(0)
        flat = flat.masked_fill(flat >= self.vectors.num_embeddings, 0)
        seen = flat
        if self.pieces:
            known = (flat[:, :1] > 0) & (flat[:, :1] <= self.common)
            parts = flat[:, -self.pieces :].masked_fill(known, 0)
            seen = torch.cat([flat[:, : -self.pieces], parts], 1)
        count = (seen > 0).sum(1, keepdim=True).clamp_min(1)
        x = self.drops[0](self.vectors(seen) / count.sqrt()).view(rows, steps, -1).transpose(1, 2)
        x = torch.cat([block(x) for block in self.convolutions], 1).transpose(1, 2)
        x, _ = self.lstm(self.drops[1](x))
        return self.scores(self.drops[2](torch.cat([x.amax(1), x.mean(1)], 1)))  # type: ignore[no-any-return]


def made(samples: int, language: str) -> tuple[TextClassification, list[Tensor], Tensor]:
    """A task that has learnt, the numbers of the texts, their labels."""
    records = [
        Record(text, label, str(row)) for row, (text, label) in enumerate(zip(*texts(samples, language), strict=True))
    ]
    task = TextClassification()
    task.learn(records)
    examples = [task.prepare(record) for record in records]
    inputs = [torch.from_numpy(example.inputs).long() for example in examples]
    return task, inputs, torch.tensor([int(example.target) for example in examples])  # type: ignore[arg-type]


def batches(lengths: Sequence[int], size: int, random: np.random.Generator) -> list[np.ndarray]:
    """Rows of batches, alike in length, shuffled."""
    order = random.permutation(len(lengths))
    order = order[np.argsort(np.asarray(lengths)[order], kind="stable")]
    parts = [order[at : at + size] for at in range(0, len(order), size)]
    return [parts[at] for at in random.permutation(len(parts))]


def bare_fit(samples: int, epochs: int, language: str, fast: bool) -> dict[str, Any]:
    """Train by hand; `fast` with the settings that crnn takes by itself."""
    task, inputs, y = made(samples, language)
    torch.manual_seed(0)
    half = speed.half_precision(torch.device("cpu")) if fast else None
    if fast:
        speed.keep_memory()
    network = Bare(task, task.network("small"), len(task.front().vectors))  # type: ignore[arg-type]
    adam = torch.optim.AdamW(network.parameters(), lr=3e-3, fused=fast)
    average = [weight.detach().clone() for weight in network.parameters()]
    random = np.random.default_rng(0)
    started = time.perf_counter()
    for _ in range(epochs):
        for rows in batches([len(each) for each in inputs], task.plan.batch_size, random):
            ids = nn.utils.rnn.pad_sequence([inputs[row] for row in rows], batch_first=True)
            with nullcontext() if half is None else torch.autocast("cpu", half):
                loss = F.cross_entropy(network(ids).float(), y[rows], label_smoothing=0.1)
            adam.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            adam.step()
            with torch.no_grad():
                torch._foreach_lerp_(average, list(network.parameters()), 0.002)
    seconds = time.perf_counter() - started
    return {"seconds": seconds, "parameters": parameter_count(network), "loss": float(loss.detach())}


def crnn_fit(samples: int, epochs: int, language: str) -> dict[str, Any]:
    """Train with crnn as it comes; the time of its loop."""
    warnings.simplefilter("ignore", DataWarning)
    x, y = texts(samples, language)
    model = crnn.Model(crnn.TextClassification(augment=False), size="small")
    history = model.fit(x, y, epochs=epochs, validation_split=0, options=crnn.TrainOptions(progress=False))
    return {"seconds": sum(history["seconds"]), "parameters": model.parameters, "loss": history["loss"][-1]}


if __name__ == "__main__":
    side = sys.argv[1]

    def fit(samples: int, epochs: int, language: str) -> dict[str, Any]:
        """The side that was asked for."""
        if side == "crnn":
            return crnn_fit(samples, epochs, language)
        return bare_fit(samples, epochs, language, fast=side == "fast")

    serve({"fit": fit})
