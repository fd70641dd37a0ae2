"""The sides of `speech_speed.py`: crnn's `fit` and `predict`, and a script by hand around the same network."""

from __future__ import annotations

import sys
import time
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from ctc_torch import by_hand, learn, untrained
from turns import serve

import crnn
from crnn.data.example import Record
from crnn.nn.network import parameter_count
from crnn.padded import Padded

RATE_HZ = 16_000
LETTERS = "abcdefghijklmnopqrstuvwxyz "


@lru_cache(maxsize=2)
def spoken(samples: int, seed: int = 0) -> tuple[list[Record], float]:
    """Utterances of 1 to 8 seconds, a tone for each letter at five letters a second, and how long they are in all."""
    random = np.random.default_rng(seed)
    time_s = np.arange(RATE_HZ // 5) / RATE_HZ
    tones = [0.1 * np.sin(2 * np.pi * (200 + 100 * place) * time_s) for place in range(len(LETTERS) - 1)]
    sounds = [*tones, np.zeros_like(time_s)]
    records = []
    for number in range(samples):
        places = random.integers(0, len(LETTERS), random.integers(5, 40))
        text = " ".join("".join(LETTERS[place] for place in places).split()) or "a"
        wave = np.concatenate([sounds[LETTERS.index(letter)] for letter in text])
        wave = wave + 0.01 * random.standard_normal(len(wave))
        records.append(Record(wave.astype(np.float32), text, f"utterance {number}"))
    return records, sum(len(record.source) for record in records) / RATE_HZ


def task_for(records: list[Record], augment: bool) -> crnn.SpeechRecognition:
    """The task, with its alphabet."""
    task = crnn.SpeechRecognition(augment=augment)
    task.learn(records)
    return task


def bare_fit(samples: int, epochs: int, augment: bool, size: str) -> dict[str, Any]:
    """Train by hand with the task's front end and augmentation, AdamW, CTC and clipping, and nothing else."""
    records, _ = spoken(samples)
    task = task_for(records, augment)
    waves = [torch.from_numpy(record.source) for record in records]
    texts = [torch.from_numpy(task.encode(record)) for record in records]
    torch.manual_seed(0)
    network, spec = by_hand(task, size)
    started = time.perf_counter()
    front, vary_inputs, vary_features = task.front(), task.vary_inputs(), task.vary_features()
    adam = torch.optim.AdamW(network.parameters(), lr=2e-3)
    generator = torch.Generator().manual_seed(0)
    for _ in range(epochs):
        losses = []
        for rows in torch.randperm(samples).split(task.plan.batch_size):
            batch = Padded.stack([waves[row] for row in rows])
            batch = batch if vary_inputs is None else vary_inputs(batch, generator)
            features = front(batch)
            features = features if vary_features is None else vary_features(features, generator)
            lengths = torch.tensor([len(texts[row]) for row in rows])
            symbols = torch.cat([texts[row] for row in rows])
            losses.append(learn(network, adam, features.data, spec.steps(features.lengths), symbols, lengths))
    seconds = time.perf_counter() - started
    return {"seconds": seconds, "parameters": parameter_count(network), "loss": float(np.mean(losses))}


def crnn_fit(samples: int, epochs: int, augment: bool, size: str) -> dict[str, Any]:
    """Train with crnn as it comes, at the script's rate."""
    records, _ = spoken(samples)
    model = crnn.Model(crnn.SpeechRecognition(augment=augment), size=size)
    model.compile(optimizer=crnn.AdamW(rate=2e-3), schedule="constant")
    started = time.perf_counter()
    options = crnn.TrainOptions(progress=False, cache=False)
    history = model.fit(records, epochs=epochs, validation_split=0, options=options)
    seconds = time.perf_counter() - started
    return {"seconds": seconds, "parameters": model.parameters, "loss": history["loss"][-1]}


@torch.inference_mode()
def bare_hear(samples: int, size: str) -> dict[str, Any]:
    """Hear by hand: batches in the order given, the likeliest symbols."""
    records, _ = spoken(samples)
    task = task_for(records, augment=False)
    network = by_hand(task, size)[0].eval()
    front = task.front().eval()
    started = time.perf_counter()
    for first in range(0, samples, 32):
        batch = Padded.stack([torch.from_numpy(record.source) for record in records[first : first + 32]])
        network(front(batch).data).argmax(2)
    return {"seconds": time.perf_counter() - started}


def crnn_hear(samples: int, size: str) -> dict[str, Any]:
    """Hear with crnn: from waves to texts with the time and the confidence of every word."""
    records, _ = spoken(samples)
    task = task_for(records, augment=False)
    reader = untrained(task, size)
    started = time.perf_counter()
    answers = list(reader.answers(records))
    return {"seconds": time.perf_counter() - started, "utterances": len(answers)}


if __name__ == "__main__":
    if sys.argv[1] == "crnn":
        from crnn import speed

        speed.keep_memory()
        serve({"fit": crnn_fit, "hear": crnn_hear})
    serve({"fit": bare_fit, "hear": bare_hear})
