"""Channels of sequences: chosen by name, measured on the training part, brought to a common size."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from crnn.errors import DataError

Steps = NDArray[np.float32] | NDArray[np.float64]
Table = NDArray[np.float64]

NORMALISATIONS = ("channel", "sequence", "none")

TINY, TINY_IN_SINGLE = 1e-12, 1e-6
"""A spread below this share of the level is that of a constant channel, which is left at zero and not blown up; in
single precision no finer one can be told from rounding."""


def measured(sequences: Iterable[Steps]) -> tuple[list[float], list[float]]:
    """Mean and standard deviation of each channel over all steps of sequences ``(T_i, C)``; NaN does not count.

    Sequences of another number of channels than the first do not count either: preparing them says what is wrong.

    Example:
        >>> measured([np.array([[1.0], [3.0]], np.float32), np.array([[np.nan]], np.float32)])
        ([2.0], [1.0])
    """
    held: list[tuple[Table, Table, Table]] = []
    tiny = TINY
    for values in sequences:
        if held and values.shape[1:] != held[0][0].shape:
            continue
        tiny = max(tiny, _tiny(values))
        wide = values.astype(np.float64)
        count = np.isfinite(wide).sum(0)
        mean = np.nansum(wide, axis=0) / np.maximum(count, 1)
        held.append((count, mean, np.nansum((wide - mean) ** 2, axis=0)))
    counts, means, squares = (np.stack(part) for part in zip(*held, strict=True))
    # Sequences join as groups do in an analysis of variance, so that large levels cost no digits.
    whole = np.maximum(counts.sum(0), 1)
    mean = (counts * means).sum(0) / whole
    spread = np.sqrt((squares + counts * (means - mean) ** 2).sum(0) / whole)
    return mean.tolist(), _or_one(spread, mean, tiny).tolist()


def normalised(values: Steps, how: str, means: Sequence[float], spreads: Sequence[float]) -> NDArray[np.float32]:
    """A sequence ``(T, C)`` in units of spread about its mean; NaN becomes zero, the mean.

    All is computed in double precision: of small changes at a high level single precision would leave nothing.

    Args:
        values: The sequence.
        how: One of `NORMALISATIONS`.
        means: Of each channel over the training part.
        spreads: Likewise.
    """
    found = values.astype(np.float64)
    if how == "none":
        return np.nan_to_num(found).astype(np.float32)
    middle, size = np.asarray(means), np.asarray(spreads)
    if how == "sequence":
        held = np.isfinite(found)
        counts = np.maximum(held.sum(0), 1)
        middle = np.where(held, found, 0.0).sum(0) / counts
        size = _or_one(np.sqrt(np.where(held, (found - middle) ** 2, 0.0).sum(0) / counts), middle, _tiny(values))
    with np.errstate(over="ignore"):  # what is infinite then is named by whoever prepares samples
        scaled: NDArray[np.float32] = np.nan_to_num((found - middle) / size).astype(np.float32)
    return scaled


def chosen(values: Steps, names: Sequence[str], wanted: Sequence[str], title: str) -> Steps:
    """The channels of a sequence that are wanted, in their order.

    Args:
        values: ``(T, C)``.
        names: Of its channels.
        wanted: Of those that the network was trained on.
        title: What messages call the sequence.

    Raises:
        DataError: one is lacking.
    """
    if tuple(names) == tuple(wanted):
        return values
    lacking = [name for name in wanted if name not in names]
    if lacking:
        raise DataError(
            f"{title} has no channel {', '.join(lacking)}; it has {', '.join(names)}: give the channels that the "
            "network was trained on"
        )
    picked: Steps = values[:, [names.index(name) for name in wanted]]
    return picked


def _or_one(spreads: Table, means: Table, tiny: float) -> Table:
    """The spreads, and one for channels that are constant but for rounding."""
    return np.where(spreads > tiny * np.maximum(np.abs(means), tiny), spreads, 1.0)


def _tiny(values: Steps) -> float:
    return TINY_IN_SINGLE if values.dtype == np.float32 else TINY
