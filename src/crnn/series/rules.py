"""Classification of sequences without a network: nearest neighbours and a linear model, to judge a network by.

One nearest neighbour with dynamic time warping has long been the mark to beat for time series (Bagnall et al. 2017,
doi:10.1007/s10618-016-0483-9); so has, for many sets, a linear model on a few statistics of each channel.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Steps = NDArray[np.float32]
Table = NDArray[np.float64]

STEPS = 64
PAIRS = 2_000_000
"""Most steps of a sequence, and most pairs of sequences, that nearest neighbours look at."""

BAND = 0.1
"""How far warping may lead away from the diagonal, as a share of the steps (Sakoe & Chiba 1978)."""


def rule_answers(known: Sequence[Steps], answers: Table, asked: Sequence[Steps], seed: int = 0) -> dict[str, Table]:
    """What each rule answers, by its name.

    Where there are too many pairs for nearest neighbours, they look at some of the known sequences, and say so.

    Args:
        known: N normalised sequences ``(T_i, C)``.
        answers: ``(N, K)`` zeros and ones.
        asked: M sequences.
        seed: Of the choice among the known.

    Returns:
        Shares from 0 to 1, ``(M, K)``.
    """
    steps = int(np.clip(np.median([len(sequence) for sequence in known]), 2, STEPS))
    most = max(1, PAIRS // max(1, len(asked)))
    near = np.arange(len(known))
    if len(near) > most:
        near = np.sort(np.random.default_rng(seed).permutation(len(known))[:most])
    some = "" if len(near) == len(known) else f", {len(near)} of {len(known)} sequences"
    left, right = resampled([known[row] for row in near.tolist()], steps), resampled(asked, steps)
    found = {
        f"nearest neighbour, Euclidean{some}": answers[near][euclidean(left, right).argmin(1)],
        f"nearest neighbour, warped in time{some}": answers[near][warped(left, right).argmin(1)],
        "ridge on statistics of each channel": ridge(statistics(known), answers, statistics(asked)).clip(0, 1),
    }
    return {name: np.asarray(values, dtype=np.float64) for name, values in found.items()}


def resampled(sequences: Sequence[Steps], steps: int) -> Table:
    """Sequences ``(T_i, C)`` brought to one length by linear interpolation: ``(N, steps, C)``.

    Example:
        >>> resampled([np.array([[0.0], [2.0]], np.float32)], 3).ravel().tolist()
        [0.0, 1.0, 2.0]
    """
    found = np.empty((len(sequences), steps, sequences[0].shape[1]))
    for row, sequence in zip(found, sequences, strict=True):
        places = np.linspace(0, len(sequence) - 1, steps)
        below = places.astype(np.int64)
        above = np.minimum(below + 1, len(sequence) - 1)
        row[:] = sequence[below] + (places - below)[:, None] * (sequence[above] - sequence[below])
    return found


def euclidean(known: Table, asked: Table) -> Table:
    """Squared distances ``(M, N)`` between M and N sequences of one length, over all steps and channels."""
    left, right = asked.reshape(len(asked), -1), known.reshape(len(known), -1)
    found: Table = (left**2).sum(1)[:, None] + (right**2).sum(1) - 2 * left @ right.T
    return found


def warped(known: Table, asked: Table, band: float = BAND) -> Table:
    """Dynamic time warping: squared distances ``(M, N)`` along the cheapest way through a band about the diagonal.

    All channels are warped alike.

    Args:
        known: ``(N, L, C)``.
        asked: ``(M, L, C)``.
        band: Width of the band as a share of L.
    """
    steps = known.shape[1]
    reach = max(1, round(band * steps))
    return np.stack([_warped_to(known, one, steps, reach) for one in asked])


def _warped_to(known: Table, one: Table, steps: int, reach: int) -> Table:
    """Distances ``(N,)`` of all known sequences to one, a row of the table of costs at a time."""
    above = np.full((len(known), steps + 1), np.inf)
    above[:, 0] = 0.0
    for step in range(steps):
        low, high = max(0, step - reach), min(steps, step + reach + 1)
        costs = ((known[:, low:high] - one[step]) ** 2).sum(2)
        row = np.full_like(above, np.inf)
        for place in range(low, high):
            best = np.minimum(np.minimum(above[:, place], above[:, place + 1]), row[:, place])
            row[:, place + 1] = costs[:, place - low] + best
        above = row
    return above[:, -1]


def statistics(sequences: Sequence[Steps]) -> Table:
    """What each channel is like, and the length: ``(N, 10 C + 1)``.

    For each channel mean, spread, least, quartiles and most, mean size of a step, how alike neighbouring steps are,
    and the slope over time.
    """
    return np.stack([_described(np.asarray(sequence, dtype=np.float64)) for sequence in sequences])


def _described(values: Table) -> NDArray[np.float64]:
    centred = values - values.mean(0)
    energy = (centred**2).mean(0)
    alike = (centred[1:] * centred[:-1]).sum(0) / np.maximum((centred**2).sum(0), 1e-12)
    moves = np.abs(np.diff(values, axis=0)).mean(0) if len(values) > 1 else np.zeros(values.shape[1])
    time = np.linspace(-1, 1, len(values))[:, None] if len(values) > 1 else np.zeros((1, 1))
    slope = (time * centred).sum(0) / max(float((time**2).sum()), 1e-12)
    parts = [
        values.mean(0),
        np.sqrt(energy),
        *np.quantile(values, (0, 0.25, 0.5, 0.75, 1), axis=0),
        moves,
        alike,
        slope,
    ]
    return np.concatenate([*parts, [np.log(len(values))]])


def ridge(known: Table, answers: Table, asked: Table) -> Table:
    """Values ``(M, K)`` of a ridge regression from known features to answers, its strength chosen on the known alone.

    The strength is that with the least error when each known sample is left out in turn, which has a closed form.

    Args:
        known: ``(N, D)``.
        answers: ``(N, K)``.
        asked: ``(M, D)``.
    """
    middle, spread = known.mean(0), known.std(0)
    spread[spread < 1e-9] = 1.0
    left, right = (known - middle) / spread, (asked - middle) / spread
    offset = answers.mean(0)
    bases, sizes, other = np.linalg.svd(left, full_matrices=False)
    turned = bases.T @ (answers - offset)
    best, weights = np.inf, np.zeros((left.shape[1], answers.shape[1]))
    for strength in np.logspace(-3, 4, 22):
        shrink = sizes**2 / (sizes**2 + strength)
        fitted = bases @ (shrink[:, None] * turned)
        leverage = 1.0 / len(known) + (bases**2 * shrink).sum(1)
        misses = (answers - offset - fitted) / np.maximum(1.0 - leverage, 1e-9)[:, None]
        error = float((misses**2).mean())
        if error < best:
            best = error
            weights = other.T @ ((sizes / (sizes**2 + strength))[:, None] * turned)
    found: Table = offset + right @ weights
    return found
