"""Rules that forecast without a network, and the sentence that says whether a network beats them."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from crnn.data.example import Batch
from crnn.data.findings import counted
from crnn.metrics.numbers import number
from crnn.nn.forecast import ForecastNetwork
from crnn.nn.ridge import ridge, rules
from crnn.series.windows import WindowSet

NETWORK = "the network"
LAST, SEASONAL, DRIFT, LINEAR = "last value", "seasonal naive", "drift", "linear ridge"

MOST_FITTED = 20_000
"""Windows that the linear rule is fitted to."""

CHUNK = 4096
CLOSE = 0.01
"""Share by which a measure must be better to count as better."""
MORE_ORIGINS = "Judge it at more origins (crnn backtest with more --folds)"
_T95 = (12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23)
"""Standard errors that a mean of 2, 3, … differences lies from 0 by chance in one case of twenty (Student's t)."""


@dataclass(frozen=True)
class Linear:
    """A ridge regression from look-back to horizon, one for all series, in their scaled units without the last value.

    Args:
        weight: ``(H, L)``, in single precision as the model file holds it.
        bias: ``(H,)``.
    """

    weight: Tensor
    bias: Tensor

    @classmethod
    def fitted(cls, train: WindowSet, season: int) -> Linear | None:
        """The one that is learnt from some windows; None where there are not two of them.

        Args:
            train: The windows.
            season: Steps of a season; 1 where there is none.
        """
        if len(train) < 2:
            return None
        rows = train.in_time(MOST_FITTED)
        batch = train[rows]
        history, wanted = batch.inputs.data[:, : train.look_back, 0], batch.targets
        assert isinstance(wanted, Tensor)
        last, times = history[:, -1:], train.times_of(rows)
        simple = rules(train.look_back, train.horizon, season)
        found = ridge(history - last, wanted - last, simple, times, train.horizon)
        return cls(found.weight.float(), found.bias.float())

    @classmethod
    def within(cls, network: nn.Module, season: int) -> Linear | None:
        """The one that a network begins with, where its shortcut is this very regression; else None."""
        if not isinstance(network, ForecastNetwork) or network.spec.season != season:
            return None
        own = network.shortcut
        if own is None or not cls._same_units(network):
            return None
        return cls(own.weight.detach().clone(), own.bias.detach().clone())

    @staticmethod
    def _same_units(network: ForecastNetwork) -> bool:
        return (network.spec.centre, network.spec.spread) == ("last", "none")

    def is_alike(self, network: ForecastNetwork) -> bool:
        """Whether a network's shortcut is of the same windows, in the same units."""
        own = network.shortcut
        return own is not None and own.weight.shape == self.weight.shape and self._same_units(network)

    def said(self, batch: Batch) -> Tensor:
        """What it says of windows, ``(B, H)`` in real units."""
        assert batch.units is not None
        return batch.units.back(self.scaled(batch))

    def scaled(self, batch: Batch) -> Tensor:
        """What it says of windows, ``(B, H)`` in scaled units."""
        history = batch.inputs.data[:, : self.weight.shape[1], 0].double()
        last = history[:, -1:]
        return (history - last) @ self.weight.double().T + self.bias.double() + last

    def to_bytes(self) -> bytes:
        """As a file of NumPy: ``(H, L + 1)``, the bias in the last column."""
        content = io.BytesIO()
        np.save(content, torch.cat([self.weight, self.bias[:, None]], 1).numpy(), allow_pickle=False)
        return content.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> Linear:
        """Read what `to_bytes` wrote.

        Raises:
            ValueError: it is no such file.
        """
        whole = torch.from_numpy(np.load(io.BytesIO(content), allow_pickle=False))
        return cls(whole[:, :-1].contiguous(), whole[:, -1].contiguous())


def naive(judged: WindowSet, linear: Linear | None, season: int) -> dict[str, Tensor]:
    """What each rule says of the judged windows, ``(N, H)`` in real units.

    The last value goes on; the season before comes again; the line through both ends of the look-back goes on; a ridge
    regression from look-back to horizon.

    Args:
        judged: Windows to answer.
        linear: The regression; None leaves it out.
        season: Steps of a season; 1 leaves the seasonal rule out.
    """
    rows = judged.spaced()
    found: dict[str, list[Tensor]] = {}
    for at in range(0, len(rows), CHUNK):
        part = rows[at : at + CHUNK].tolist()
        for name, values in _simple(judged.history(part), judged.horizon, season).items():
            found.setdefault(name, []).append(torch.from_numpy(values))
        if linear is not None:
            found.setdefault(LINEAR, []).append(linear.said(judged[part]))
    return {name: torch.cat(parts) for name, parts in found.items()}


def _simple(history: NDArray[np.float64], horizon: int, season: int) -> dict[str, NDArray[np.float64]]:
    last, ahead = history[:, -1:], np.arange(1, horizon + 1)
    found = {LAST: np.repeat(last, horizon, axis=1)}
    if 1 < season <= history.shape[1]:
        found[SEASONAL] = history[:, history.shape[1] - season + (ahead - 1) % season]
    if history.shape[1] > 1:
        found[DRIFT] = last + ahead * (last - history[:, :1]) / (history.shape[1] - 1)
    return found


def verdict(
    measures: Mapping[str, Mapping[str, float]],
    *,
    sees_season: bool = True,
    trials: Mapping[str, Sequence[float]] | None = None,
) -> str:
    """Whether the network beats the rules, by mean absolute error.

    Args:
        measures: By who is measured.
        sees_season: Whether network and rules look back far enough to say that the past tells little.
        trials: By the same, the mean absolute error at each of some origins a horizon apart: what tells a difference
            from chance. None takes every difference for one.

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
    beaten = own < (1 - CLOSE) * rules[best]
    walk = sees_season and not beaten and 0.0 < rules.get(LAST, math.inf) <= (1 + CLOSE) * rules[best]
    best = LAST if walk else best
    numbers = f"(mae {number(own)} against {number(rules[best])})"
    chance = _chance(trials or {}, best)
    if beaten:
        rest = "" if LINEAR in rules else f" The {LINEAR} was not measured: the model does not hold it."
        less = f"{1 - own / rules[best]:.1%} less error"
        if chance:
            return (
                f"The forecast cannot be told from the best simple rule, {best} {numbers}: {less}, which {chance}."
                f" {MORE_ORIGINS} before you rely on it.{rest}"
            )
        return f"The forecast beats the best simple rule, {best} {numbers}: {less}.{rest}"
    if rules[best] == 0.0:
        advice = "that rule is without any error here, and nothing can be better. Use it"
    elif walk:
        advice = (
            "the series is close to a random walk, as most prices are, and its past says little about its next steps."
            " Use the last value"
        )
    else:
        advice = f"use {best}, or give more history, a longer look-back, or columns that are known ahead"
    how = "hardly beats" if own < rules[best] else "does not beat"
    doubt = f" The difference {chance}: {MORE_ORIGINS[0].lower()}{MORE_ORIGINS[1:]}." if chance else ""
    told = doubt if own > (1 + CLOSE) * rules[best] else ""
    return f"The forecast {how} the {best.removeprefix('the ')} {numbers}: {advice}.{told}"


def _chance(trials: Mapping[str, Sequence[float]], rule: str) -> str:
    """That the difference between network and rule may be chance, in words; "" where it is none, or nobody can say.

    Example:
        >>> _chance({NETWORK: [1.0, 3.0, 2.0], DRIFT: [1.5, 2.0, 2.75]}, DRIFT)
        'may be chance at 3 origins'
        >>> _chance({NETWORK: [1.0, 3.0, 2.0], DRIFT: [2.0, 4.0, 3.25]}, DRIFT)
        ''
    """
    if NETWORK not in trials or rule not in trials:
        return ""
    differences = np.subtract(trials[rule], trials[NETWORK])
    count = len(differences)
    if count > 1:
        error = float(differences.std(ddof=1)) / math.sqrt(count)
        if abs(float(differences.mean())) > _T95[min(count - 2, len(_T95) - 1)] * error:
            return ""
    return f"may be chance at {counted(count, 'origin')}"
