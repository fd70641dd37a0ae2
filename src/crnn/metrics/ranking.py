"""The area under the ROC curve: how well the scores order the samples, whatever the threshold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from crnn.metrics.classification import THRESHOLD, decisions
from crnn.metrics.measure import Measure, Sums, ratio


def roc_auc(scores: Tensor, positive: Tensor) -> Tensor:
    """The chance that a positive sample scores higher than a negative one, ties counting half; exact, in float64.

    Args:
        scores: ``(N,)``.
        positive: ``(N,)`` bool.

    Returns:
        NaN where all samples are positive, or none.

    Example:
        >>> roc_auc(torch.tensor([0.1, 0.4, 0.4, 0.8]), torch.tensor([False, False, True, True])).item()
        0.875
    """
    _, place, times = torch.unique(scores, return_inverse=True, return_counts=True)
    last = times.cumsum(0).double()
    ranks = (last - (times - 1) / 2)[place]
    positives = positive.sum().double()
    negatives = len(positive) - positives
    wins: Tensor = ranks[positive].sum() - positives * (positives + 1) / 2
    return ratio(wins, positives * negatives, empty=float("nan"))


@dataclass(frozen=True)
class AUC(Measure[Tensor]):
    """Area under the ROC curve; for several classes or labels the mean of one against the rest (macro).

    A class of which all samples are, or none, has no curve and is left out of the mean. It keeps every score in memory.
    """

    name = "auc"
    judges = ("classes", "labels")
    higher_is_better = True
    joins = True

    def start(self, outputs: int) -> Sums:
        """No samples."""
        return {"scores": torch.empty(0, outputs), "positive": torch.empty(0, outputs, dtype=torch.uint8)}

    def sums(self, predictions: Tensor, targets: Tensor) -> Sums:
        """The scores of a batch, and which of them belong to a true class."""
        _, truth = decisions(predictions, targets)
        scores = predictions[:, None] if predictions.dim() == 1 else predictions
        positive = truth if truth.dim() == 2 else F.one_hot(truth, scores.shape[1])
        return {"scores": scores.detach().float(), "positive": (positive >= THRESHOLD).to(torch.uint8)}

    def value(self, sums: Mapping[str, Tensor]) -> Tensor:
        """Between 0 and 1; a half is chance."""
        columns = zip(sums["scores"].T, sums["positive"].T.bool(), strict=True)
        return torch.stack([roc_auc(scores, positive) for scores, positive in columns]).nanmean()
