"""Made arrays: sequences of one class each, of several values, or of several labels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from crnn.data.toy.sizes import check_sizes
from crnn.errors import SpecError

Floats = NDArray[np.float32]


def tones(
    classes: int = 4, samples: int = 64, *, steps: int = 20, features: int = 12, noise: float = 0.3, seed: int = 0
) -> tuple[Floats, NDArray[np.int64]]:
    """Spectrogram-like arrays: each class is a line that moves through the features in its own way.

    Args:
        classes: How many, in turn.
        samples: N.
        steps: T.
        features: F.
        noise: Standard deviation of the noise beside lines of height 1.
        seed: Same seed, same arrays.

    Returns:
        ``(N, T, F)`` float32 and class numbers ``(N,)`` int64.

    Raises:
        SpecError: a size below 1.

    Example:
        >>> x, y = tones(classes=3, samples=6)
        >>> x.shape, y.tolist()
        ((6, 20, 12), [0, 1, 2, 0, 1, 2])
    """
    check_sizes(classes=classes, samples=samples, steps=steps, features=features)
    random = np.random.default_rng(seed)
    y = np.arange(samples, dtype=np.int64) % classes
    time = np.arange(steps) / steps
    # A class is a start and a slope, so that its order in time matters as well as its pitch.
    start = (y + 0.5) / classes
    slope = np.where(y % 2 == 0, 0.4, -0.4)
    place = (start[:, None] + slope[:, None] * (time + random.uniform(-0.1, 0.1, (samples, 1)))) % 1.0
    distance = np.abs(np.arange(features) - place[..., None] * (features - 1))
    x = np.exp(-(distance**2)) + noise * random.standard_normal((samples, steps, features))
    return x.astype(np.float32), y


def sequences(
    samples: int = 64,
    *,
    steps: tuple[int, int] = (12, 20),
    features: int = 4,
    outputs: int = 3,
    kind: str = "regression",
    seed: int = 0,
) -> tuple[list[Floats], Floats]:
    """Sequences of different lengths with several values or several labels each.

    Output k is the mean over time of feature k; as labels, whether that mean lies above 0.

    Args:
        samples: N.
        steps: Shortest and longest T_i.
        features: F, at least `outputs`.
        outputs: K.
        kind: "regression" or "labels".
        seed: Same seed, same arrays.

    Returns:
        N arrays ``(T_i, F)`` float32, and targets ``(N, K)`` float32; 0 and 1 for labels.

    Raises:
        SpecError: a size below 1, fewer features than outputs, or an unknown kind.
    """
    check_sizes(samples=samples, steps=min(steps), features=features, outputs=outputs)
    if outputs > features or steps[0] > steps[1] or kind not in ("regression", "labels"):
        raise SpecError(
            f"outputs={outputs}, features={features}, steps={steps}, kind={kind!r}: give at most one output a feature,"
            ' steps as (shortest, longest), and "regression" or "labels"'
        )
    random = np.random.default_rng(seed)
    lengths = random.integers(steps[0], steps[1] + 1, samples)
    levels = random.uniform(-1, 1, (samples, features))
    x = [
        (level + 0.3 * random.standard_normal((length, features))).astype(np.float32)
        for level, length in zip(levels, lengths, strict=True)
    ]
    means = np.stack([item.mean(axis=0)[:outputs] for item in x])
    return x, means if kind == "regression" else (means > 0).astype(np.float32)
