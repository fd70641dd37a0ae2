"""The sides of `forecast_speed.py`: crnn's `fit`, and a bare loop by hand around the same network."""

from __future__ import annotations

import sys
import time
from contextlib import nullcontext
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn
from turns import serve

import crnn
from crnn import speed
from crnn.nn.network import parameter_count

LOOK_BACK, SEGMENT, UNITS, FILTERS, DROPOUT = 96, 24, 128, 8, 0.3
BATCH, RATE, CLIP = 256, 1e-3, 1.0


def loads(steps: int, channels: int) -> NDArray[np.float64]:
    """Hourly loads ``(T, C)``: days, weeks and noise."""
    random = np.random.default_rng(0)
    time_h = np.arange(steps)[:, None] + 5 * np.arange(channels)
    shape = np.sin(2 * np.pi * time_h / 24) + 0.5 * np.sin(2 * np.pi * time_h / 168)
    return 100 + 20 * shape + 4 * random.standard_normal((steps, channels))


class Bare(nn.Module):
    """The network of the small forecast, as one writes it in PyTorch."""

    def __init__(self, horizon: int, series: int) -> None:
        super().__init__()
        self.horizon = horizon
        self.conv = nn.Conv1d(1, FILTERS, 5, padding=2)
        self.embedding = nn.Linear(SEGMENT * (1 + FILTERS), UNITS)
        self.gru = nn.GRU(UNITS, UNITS, batch_first=True)
        self.places = nn.Parameter(torch.randn(-(-horizon // SEGMENT), UNITS) * 0.5)
        self.names = nn.Embedding(series + 1, UNITS, padding_idx=0)
        self.dropout = nn.Dropout(DROPOUT)
        self.scores = nn.Linear(UNITS, SEGMENT)
        self.shortcut = nn.Linear(LOOK_BACK, horizon)

    def forward(self, x: Tensor, number: Tensor) -> Tensor:
        """Map ``(B, L)`` to ``(B, H)``."""
        last = x[:, -1:]
        x = x - last
        found = F.gelu(self.conv(x[:, None]))
        steps = torch.cat([x[:, None], found], 1).transpose(1, 2)
        _, state = self.gru(F.relu(self.embedding(steps.reshape(len(x), LOOK_BACK // SEGMENT, -1))))
        turns = len(self.places)
        queries = (self.places + self.names(number)[:, None]).reshape(len(x) * turns, 1, UNITS)
        decoded, _ = self.gru(queries, state.repeat_interleave(turns, 1))
        said = self.scores(self.dropout(decoded[:, 0])).reshape(len(x), -1)[:, : self.horizon]
        return said + self.shortcut(x) + last


def by_crnn(steps: int, channels: int, horizon: int, epochs: int) -> dict[str, Any]:
    """`Model.fit`, from the array to the last step."""
    task = crnn.Forecasting(horizon, LOOK_BACK)
    network = crnn.ForecastSpec(
        LOOK_BACK,
        horizon,
        SEGMENT,
        (crnn.ConvSpec(FILTERS, kernel=5, norm="none", activation="gelu"),),
        crnn.RecurrentSpec("gru", UNITS),
        series=channels,
        dropout=DROPOUT,
    )
    model = crnn.Model(task, network=network)
    model.compile(loss="mae", metrics=[], optimizer=crnn.AdamW(rate=RATE), schedule=crnn.Cosine(), clip_norm=CLIP)
    data = loads(steps, channels)
    started = time.perf_counter()
    history = model.fit(
        data, epochs=epochs, batch_size=BATCH, validation_split=0.0, options=crnn.TrainOptions(progress=False)
    )
    spent = sum(float(row["seconds"]) for row in history.rows)
    return {
        "seconds": spent,
        "whole": time.perf_counter() - started,
        "parameters": model.parameters,
        "loss": history.rows[-1]["loss"],
    }


def by_hand(steps: int, channels: int, horizon: int, epochs: int, fast: bool) -> dict[str, Any]:
    """Scaled arrays, windows gathered by index, AdamW with a cosine, clipped gradients.

    `fast` with the settings that crnn takes by itself.
    """
    torch.manual_seed(0)
    half = speed.half_precision(torch.device("cpu")) if fast else None
    if fast:
        speed.keep_memory()
    data = loads(steps, channels)
    scaled = torch.from_numpy((data - data.mean(0)) / data.std(0)).float()
    network = Bare(horizon, channels)
    optimizer = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=0.01, fused=fast)
    origins = steps - LOOK_BACK - horizon + 1
    count = origins * channels
    batches = -(-count // BATCH)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs * batches)
    offsets = torch.arange(LOOK_BACK + horizon)
    started = time.perf_counter()
    for _ in range(epochs):
        order, total = torch.randperm(count), 0.0
        for at in range(0, count, BATCH):
            rows = order[at : at + BATCH]
            channel, start = rows // origins, rows % origins
            windows = scaled[start[:, None] + offsets, channel[:, None]]
            with nullcontext() if half is None else torch.autocast("cpu", half):
                said = network(windows[:, :LOOK_BACK], channel + 1).float()
            loss = F.l1_loss(said, windows[:, LOOK_BACK:])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), CLIP)
            optimizer.step()
            schedule.step()
            total += float(loss.detach()) * len(rows)
    seconds = time.perf_counter() - started
    return {"seconds": seconds, "parameters": parameter_count(network), "loss": total / count}


if __name__ == "__main__":
    side = sys.argv[1]

    def fit(steps: int, channels: int, horizon: int, epochs: int) -> dict[str, Any]:
        """The side that was asked for."""
        if side == "crnn":
            return by_crnn(steps, channels, horizon, epochs)
        return by_hand(steps, channels, horizon, epochs, fast=side == "fast")

    serve({"fit": fit})
