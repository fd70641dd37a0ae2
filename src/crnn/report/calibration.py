"""Whether probabilities are honest: of the answers given with 80 %, are 80 % right?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from crnn.report.drawing import BLUE, GREY, ORANGE, Picture, finish, legend, new_figure, style
from crnn.report.judged import Judged
from crnn.report.tables import wilson

BINS = 10


@dataclass(frozen=True)
class Reliability:
    """Probabilities in equal bins from 0 to 1.

    Args:
        counts: Answers in each bin.
        said: Mean probability in each bin; NaN where it is empty.
        held: Share of them that held.
    """

    counts: NDArray[np.int64]
    said: NDArray[np.float64]
    held: NDArray[np.float64]

    @property
    def error(self) -> float:
        """Expected calibration error: the mean distance of said and held, by counts (Guo et al. 2017)."""
        full = self.counts > 0
        weights = self.counts[full] / self.counts.sum()
        return float((weights * np.abs(self.said[full] - self.held[full])).sum())


def reliability(said: Tensor, held: Tensor, bins: int = BINS) -> Reliability:
    """Sort answers by their probability into bins.

    Args:
        said: ``(N,)`` probabilities.
        held: ``(N,)`` bool, whether each was right.
        bins: How many; the upper end of a bin belongs to it.

    Example:
        >>> round(reliability(torch.tensor([0.9, 0.9]), torch.tensor([True, False])).error, 6)
        0.4
    """
    place = (said.double() * bins).ceil().long().clamp(1, bins) - 1
    counts = torch.bincount(place, minlength=bins)
    sums = [torch.bincount(place, weights=part.double(), minlength=bins) for part in (said, held)]
    means = [(total / counts).numpy() for total in sums]
    return Reliability(counts.numpy(), *means)


def of(judged: Judged) -> Reliability:
    """The likeliest class of each sample, or every label of it."""
    if judged.kind == "labels":
        return reliability(judged.predictions.flatten(), judged.targets.flatten() >= 0.5)
    return reliability(judged.predictions.max(1).values, judged.right)


def picture(found: Reliability) -> Picture:
    """Said against held with 95 % intervals, and below how many answers each bin holds."""
    figure = new_figure(5.0, 5.0)
    curve, bars = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    full = found.counts > 0
    pairs = zip(found.held[full].tolist(), found.counts[full].tolist(), strict=True)
    low, high = np.array([wilson(round(held * count), count) for held, count in pairs]).T
    curve.plot([0, 1], [0, 1], color=GREY, linestyle=":", label="honest")
    curve.vlines(found.said[full], low, high, color=BLUE, alpha=0.4, linewidth=2)
    curve.plot(found.said[full], found.held[full], color=BLUE, marker="o", label="the network")
    curve.set(ylabel="share that held", xlim=(0, 1), ylim=(0, 1.03))
    middles = (np.arange(len(found.counts)) + 0.5) / len(found.counts)
    bars.bar(middles, found.counts, width=0.9 / len(found.counts), color=ORANGE)
    bars.set(xlabel="probability that was said", ylabel="answers")
    for axes in (curve, bars):
        style(axes)
    legend(curve)
    return finish(figure, "reliability", f"Reliability curve; expected calibration error {found.error:.1%}")
