"""The data and settings that every side of `classic.py` shares; needs NumPy only."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

BATCH = 64
CLASSES = 10
STEPS, FEATURES = 98, 40
RATE = 1e-3


def data(samples: int, seed: int = 0) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Arrays ``(N, 98, 40)`` of ten kinds of moving tone in loud noise, and their classes ``(N,)``."""
    random = np.random.default_rng(seed)
    y = np.arange(samples, dtype=np.int64) % CLASSES
    random.shuffle(y)
    slope = np.where(y % 2 == 0, 0.4, -0.4)
    place = (y + 0.5) / CLASSES + slope * random.uniform(0.8, 1.2, samples)
    track = ((y + 0.5) / CLASSES)[:, None] + (place - (y + 0.5) / CLASSES)[:, None] * np.linspace(0, 1, STEPS)
    distance = np.arange(FEATURES) - (track % 1.0)[..., None] * (FEATURES - 1)
    x = np.exp(-(distance**2)) + 0.7 * random.standard_normal((samples, STEPS, FEATURES))
    return x.astype(np.float32), y
