"""Rules that forecast without a network, and the sentence that says whether a network beats them."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from crnn.nn.ridge import Solution, ridge, rules
from crnn.series.windows import WindowSet

NETWORK = "the network"
LAST, SEASONAL, DRIFT, LINEAR = "last value", "seasonal naive", "drift", "linear ridge"

MOST_FITTED = 20_000
"""Windows that the linear rule is fitted to."""

CHUNK = 4096
CLOSE = 0.01
"""Share by which a measure must be better to count as better."""


def naive(judged: WindowSet, train: WindowSet | None, season: int) -> dict[str, Tensor]:
    """What each rule says of the judged windows, ``(N, H)`` in real units.

    The last value goes on; the season before comes again; the line through both ends of the look-back goes on; a ridge
    regression from look-back to horizon, one for all series, in their scaled units without the last value.

    Args:
        judged: Windows to answer.
        train: What the linear rule learns from; None leaves it out.
        season: Steps of a season; 1 leaves the seasonal rule out.
    """
    rows = judged.spaced()
    found: dict[str, list[Tensor]] = {}
    fitted = None if train is None or len(train) < 2 else _fitted(train, season)
    for at in range(0, len(rows), CHUNK):
        part = rows[at : at + CHUNK].tolist()
        for name, values in _simple(judged.history(part), judged.horizon, season).items():
            found.setdefault(name, []).append(torch.from_numpy(values))
        if fitted is not None:
            batch = judged[part]
            history = batch.inputs.data[:, : judged.look_back, 0].double()
            said = (history - history[:, -1:]) @ fitted.weight.T + fitted.bias + history[:, -1:]
            assert batch.units is not None
            found.setdefault(LINEAR, []).append(batch.units.back(said))
    return {name: torch.cat(parts) for name, parts in found.items()}


def _simple(history: NDArray[np.float64], horizon: int, season: int) -> dict[str, NDArray[np.float64]]:
    last, ahead = history[:, -1:], np.arange(1, horizon + 1)
    found = {LAST: np.repeat(last, horizon, axis=1)}
    if 1 < season <= history.shape[1]:
        found[SEASONAL] = history[:, history.shape[1] - season + (ahead - 1) % season]
    if history.shape[1] > 1:
        found[DRIFT] = last + ahead * (last - history[:, :1]) / (history.shape[1] - 1)
    return found


def _fitted(train: WindowSet, season: int) -> Solution:
    rows = train.in_time(MOST_FITTED)
    batch = train[rows]
    history, wanted = batch.inputs.data[:, : train.look_back, 0], batch.targets
    assert isinstance(wanted, Tensor)
    simple = rules(train.look_back, train.horizon, season)
    return ridge(history - history[:, -1:], wanted - history[:, -1:], simple, train.times_of(rows), train.horizon)


def verdict(measures: Mapping[str, Mapping[str, float]]) -> str:
    """Whether the network beats the rules, by mean absolute error.

    Example:
        >>> verdict({"the network": {"mae": 1.0}, "last value": {"mae": 0.99}}).partition(":")[0]
        'The forecast does not beat the last value (mae 1 against 0.99)'
    """
    own = measures.get(NETWORK, {}).get("mae")
    rules = {
        who: row["mae"] for who, row in measures.items() if who in (LAST, SEASONAL, DRIFT, LINEAR) and "mae" in row
    }
    if own is None or not rules:
        return ""
    best = min(rules, key=lambda who: rules[who])
    numbers = f"(mae {own:.4g} against {rules[best]:.4g})"
    if own < (1 - CLOSE) * rules[best]:
        return f"The forecast beats the best simple rule, {best} {numbers}: {1 - own / rules[best]:.1%} less error."
    if rules[best] == 0.0:
        advice = "that rule is without any error here, and nothing can be better. Use it"
    elif rules.get(LAST, math.inf) <= (1 + CLOSE) * rules[best]:
        advice = (
            "the series is close to a random walk, as most prices are, and its past says little about its next steps."
            " Use the last value"
        )
    else:
        advice = f"use {best}, or give more history, a longer look-back, or columns that are known ahead"
    return f"The forecast does not beat the {best.removeprefix('the ')} {numbers}: {advice}."
