"""Sides of `lines_speed.py`: crnn's `fit` and `predict`, and a script by hand around the same network."""

from __future__ import annotations

import sys
import time
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from ctc_torch import by_hand, learn, untrained
from torch import Tensor, nn
from torch.utils.data import DataLoader
from turns import serve

import crnn
from crnn.data.example import Record
from crnn.data.findings import Findings
from crnn.nn.network import parameter_count

HEIGHT_PX = 64
SYMBOLS = "".join(map(chr, range(ord("a"), ord("z") + 1))) + "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,;:!?'-() "


@lru_cache(maxsize=2)
def drawn(samples: int, seed: int = 0) -> tuple[list[Record], crnn.Handwriting]:
    """Lines of print of 500 to 1,200 pixels, prepared as grey pictures in memory, and a task that knows their texts."""
    from crnn.image import picture

    random = np.random.default_rng(seed)
    records = []
    for number in range(samples):
        text = "".join(random.choice(list(SYMBOLS), random.integers(25, 60)))
        text = " ".join(text.split()) or "a"
        records.append(Record(picture.text(text, HEIGHT_PX), text, f"line {number}"))
    task = crnn.Handwriting(augment=False)
    task.learn(records)
    return records, task


def collate(items: list[tuple[Tensor, Tensor]]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Pad pictures and texts of a batch."""
    pictures, texts = zip(*items, strict=True)
    data = nn.utils.rnn.pad_sequence(list(pictures), batch_first=True)  # (B, W, H)
    widths, lengths = (torch.tensor([len(item) for item in part]) for part in (pictures, texts))
    return data, widths, nn.utils.rnn.pad_sequence(list(texts), batch_first=True), lengths


def loader(samples: int, batch_size: int, shuffle: bool) -> DataLoader[Any]:
    """Batches by chance, as `DataLoader` makes them."""
    records, task = drawn(samples)
    prepared = task.examples(records, Findings(), cache=False)
    assert prepared.targets is not None
    items = [
        (torch.from_numpy(np.ascontiguousarray(inputs)), torch.as_tensor(target))
        for inputs, target in zip(prepared.inputs, prepared.targets, strict=True)
    ]
    return DataLoader(items, batch_size, shuffle=shuffle, collate_fn=collate)  # type: ignore[arg-type]


def bare_fit(samples: int, epochs: int, size: str) -> dict[str, Any]:
    """Train by hand: AdamW, CTC, clipping, and nothing else."""
    torch.manual_seed(0)
    _, task = drawn(samples)
    network, spec = by_hand(task, size)
    batches = loader(samples, task.plan.batch_size, shuffle=True)
    adam = torch.optim.AdamW(network.parameters(), lr=2e-3)
    started = time.perf_counter()
    for _ in range(epochs):
        losses = []
        for data, widths, texts, lengths in batches:
            losses.append(learn(network, adam, data, spec.steps(widths), texts, lengths))
    seconds = time.perf_counter() - started
    return {"seconds": seconds, "parameters": parameter_count(network), "loss": float(np.mean(losses))}


def crnn_fit(samples: int, epochs: int, size: str) -> dict[str, Any]:
    """Train with crnn as it comes."""
    records, task = drawn(samples)
    model = crnn.Model(task, size=size)
    model.compile(average=None, schedule="constant")
    options = crnn.TrainOptions(progress=False, cache=False)
    history = model.fit(records, epochs=epochs, validation_split=0, options=options)
    seconds = sum(history["seconds"])
    return {"seconds": seconds, "parameters": model.parameters, "loss": history["loss"][-1]}


@torch.inference_mode()
def bare_read(samples: int, size: str) -> dict[str, Any]:
    """Read by hand: one line after the other in batches, the likeliest symbols."""
    _, task = drawn(samples)
    network, _ = by_hand(task, size)
    network.eval()
    batches = loader(samples, 32, shuffle=False)
    started = time.perf_counter()
    for data, *_ in batches:
        network(data).argmax(2)
    return {"seconds": time.perf_counter() - started}


def crnn_read(samples: int, size: str) -> dict[str, Any]:
    """Read with crnn: from pictures in memory to texts with places and confidences."""
    records, task = drawn(samples)
    reader = untrained(task, size)
    started = time.perf_counter()
    answers = list(reader.answers(records))
    return {"seconds": time.perf_counter() - started, "lines": len(answers)}


if __name__ == "__main__":
    if sys.argv[1] == "crnn":
        from crnn import speed

        speed.keep_memory()
        serve({"fit": crnn_fit, "read": crnn_read})
    serve({"fit": bare_fit, "read": bare_read})
