"""Measures of classes: shares of right answers, precision, recall, F1, and which class is taken for which.

Targets ``(B,)`` beside scores ``(B, K)`` are class numbers, and the highest score is the answer. Targets ``(B, K)``, or
one output, are labels that hold or not, each by itself: it is said to hold from a probability of one half.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

import torch
from torch import Tensor

from crnn.errors import ShapeError, SpecError, UnknownNameError
from crnn.metrics.measure import Measure, Sums, ratio

THRESHOLD = 0.5
AVERAGES = ("macro", "micro", "weighted")


def decisions(predictions: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """Answers and truth as class numbers, both ``(B,)`` int64, or as labels, both ``(B, K)`` bool.

    Raises:
        ShapeError: the shapes do not belong together, or a class number is out of range.
    """
    scores = predictions[:, None] if predictions.dim() == 1 else predictions
    truth = targets[:, None] if targets.dim() == 1 and scores.dim() == 2 and scores.shape[1] == 1 else targets
    if scores.dim() == 2 and truth.shape == scores.shape:
        return scores >= THRESHOLD, truth >= THRESHOLD
    if scores.dim() != 2 or targets.shape != scores.shape[:1] or targets.is_floating_point():
        raise ShapeError(
            f"predictions of shape {tuple(predictions.shape)} and targets of shape {tuple(targets.shape)} and type"
            f" {targets.dtype} do not belong together: give scores (B, K) with class numbers (B,) or labels (B, K)"
        )
    if len(truth) and not 0 <= int(truth.min()) <= int(truth.max()) < scores.shape[1]:
        raise ShapeError(
            f"targets hold classes {int(truth.min())} to {int(truth.max())}, the scores are for 0 to"
            f" {scores.shape[1] - 1}: correct the targets or the number of classes"
        )
    return scores.argmax(dim=1), truth.long()


def counts(predictions: Tensor, targets: Tensor) -> Sums:
    """How often each class was right, answered and true.

    Returns:
        hits, predicted, actual: ``(K,)`` int64.
        samples: How many samples; labelled: how many of them came as labels, not as class numbers.
    """
    answers, truth = decisions(predictions, targets)
    samples = torch.tensor(len(answers), device=answers.device)
    if answers.dtype == torch.bool:
        hits, predicted, actual = ((answers & truth).sum(0), answers.sum(0), truth.sum(0))
        return {"hits": hits, "predicted": predicted, "actual": actual, "samples": samples, "labelled": samples}
    parts = {"hits": truth[answers == truth], "predicted": answers, "actual": truth}
    per_class = {key: torch.bincount(part, minlength=predictions.shape[1]) for key, part in parts.items()}
    return {**per_class, "samples": samples, "labelled": torch.zeros_like(samples)}


def confusion_matrix(predictions: Tensor, targets: Tensor) -> Tensor:
    """How often the true class (row) got each answer (column); ``(K, K)`` int64, 2×2 for one output.

    Raises:
        ShapeError: several labels may hold at once.
    """
    answers, truth = decisions(predictions, targets)
    classes = max(2, predictions.shape[-1] if predictions.dim() == 2 else 1)
    if answers.dtype == torch.bool:
        if answers.shape[1] != 1:
            raise ShapeError(
                f"a confusion matrix was asked for {answers.shape[1]} labels that may hold at once, it needs one class"
                " a sample: leave this metric out"
            )
        answers, truth = answers[:, 0].long(), truth[:, 0].long()
    return torch.bincount(truth * classes + answers, minlength=classes * classes).reshape(classes, classes)


class _Share(Measure[Tensor]):
    """Right answers among all."""

    higher_is_better = True

    def start(self, outputs: int) -> Sums:
        return {"right": torch.tensor(0), "total": torch.tensor(0)}

    def value(self, sums: Mapping[str, Tensor]) -> Tensor:
        return ratio(sums["right"], sums["total"], empty=float("nan"))

    @abstractmethod
    def right(self, predictions: Tensor, targets: Tensor) -> Tensor:
        """True for each right answer."""

    def sums(self, predictions: Tensor, targets: Tensor) -> Sums:
        right = self.right(predictions, targets)
        return {"right": right.sum(), "total": torch.tensor(right.numel(), device=right.device)}


@dataclass(frozen=True)
class Accuracy(_Share):
    """Share of right answers; with several labels a sample, the share of right labels."""

    name = "accuracy"
    judges = ("classes", "labels")

    def right(self, predictions: Tensor, targets: Tensor) -> Tensor:
        """True for each right answer."""
        answers, truth = decisions(predictions, targets)
        return answers == truth


@dataclass(frozen=True)
class TopKAccuracy(_Share):
    """Share of samples whose class is among the `k` highest scores; of equal scores the lower class number comes first.

    Args:
        k: How many answers count as given.
    """

    judges: ClassVar[tuple[str, ...]] = ("classes",)
    k: int = 5

    def __post_init__(self) -> None:
        if isinstance(self.k, bool) or not isinstance(self.k, int) or self.k < 1:
            raise SpecError(f"k={self.k!r}: give a whole number from 1 up")

    @property
    def name(self) -> str:
        """With the number unless it is the default: "top_k_accuracy", "top_3_accuracy"."""
        return "top_k_accuracy" if self.k == 5 else f"top_{self.k}_accuracy"

    def right(self, predictions: Tensor, targets: Tensor) -> Tensor:
        """True for each sample whose class is among the first k.

        Raises:
            ShapeError: labels were given, where several may hold at once.
        """
        if decisions(predictions, targets)[0].dtype == torch.bool:
            raise ShapeError("top_k_accuracy was given labels, it needs class numbers (B,): leave this metric out")
        first = predictions.argsort(dim=1, descending=True, stable=True)[:, : self.k]
        return (first == targets[:, None]).any(dim=1)


class _Counted(Measure[Tensor]):
    """A measure of the counts by class."""

    judges = ("classes", "labels")
    higher_is_better = True

    def start(self, outputs: int) -> Sums:
        zeros = {key: torch.zeros(outputs, dtype=torch.int64) for key in ("hits", "predicted", "actual")}
        return {**zeros, "samples": torch.tensor(0), "labelled": torch.tensor(0)}

    def sums(self, predictions: Tensor, targets: Tensor) -> Sums:
        return counts(predictions, targets)


@dataclass(frozen=True)
class BalancedAccuracy(_Counted):
    """Mean recall of the classes that occur, so that rare classes count as much as common ones.

    A label counts as two classes, "holds" and "does not"; with several labels it is the mean over them.
    """

    name = "balanced_accuracy"

    def value(self, sums: Mapping[str, Tensor]) -> Tensor:
        """Between 0 and 1."""
        hits, actual = sums["hits"][None], sums["actual"][None]
        if sums["labelled"] > 0:
            absent = sums["samples"] - sums["actual"]
            rejected = absent - sums["predicted"] + sums["hits"]
            hits, actual = torch.stack([sums["hits"], rejected]).T, torch.stack([sums["actual"], absent]).T
        return ratio(hits, actual, empty=float("nan")).nanmean(dim=1).mean()


@dataclass(frozen=True)
class _Averaged(_Counted):
    """A measure of each class, averaged.

    Args:
        average: "macro" is the plain mean over classes (those that neither occur nor are answered are left out, labels
            never are), "weighted" counts a class as often as it occurs, "micro" pools the counts of all classes, None
            gives one value a class. A class whose share has nothing below the line counts as 0.
    """

    average: Literal["macro", "micro", "weighted"] | None = "macro"

    def __post_init__(self) -> None:
        if self.average is not None and self.average not in AVERAGES:
            raise UnknownNameError("average", self.average, AVERAGES)

    @property
    @abstractmethod
    def stem(self) -> str:
        """The name on the shelf."""

    @property
    def name(self) -> str:
        """The name on the shelf, with the average unless it is "macro"."""
        return self.stem if self.average == "macro" else f"{self.stem}_{self.average or 'by_class'}"

    @property
    def scalar(self) -> bool:
        """Whether the value is one number."""
        return self.average is not None

    @abstractmethod
    def share(self, hits: Tensor, predicted: Tensor, actual: Tensor) -> Tensor:
        """The measure of each class by itself."""

    def value(self, sums: Mapping[str, Tensor]) -> Tensor:
        """Between 0 and 1; ``(K,)`` for average=None."""
        hits, predicted, actual = sums["hits"], sums["predicted"], sums["actual"]
        if self.average == "micro":
            hits, predicted, actual = hits.sum(), predicted.sum(), actual.sum()
        each = self.share(hits, predicted, actual)
        if sums["samples"] == 0:
            each = torch.full_like(each, float("nan"))
        if self.average == "weighted":
            return ratio((each * actual).sum(), actual.sum())
        if self.average == "macro":
            counted = (predicted + actual > 0) | (sums["labelled"] > 0)
            return each[counted].mean()
        return each


@dataclass(frozen=True)
class Precision(_Averaged):
    """Of the answers "class k", the share that is right."""

    stem = "precision"

    def share(self, hits: Tensor, predicted: Tensor, actual: Tensor) -> Tensor:
        """Hits among answers."""
        return ratio(hits, predicted)


@dataclass(frozen=True)
class Recall(_Averaged):
    """Of the samples of class k, the share that is found."""

    stem = "recall"

    def share(self, hits: Tensor, predicted: Tensor, actual: Tensor) -> Tensor:
        """Hits among samples."""
        return ratio(hits, actual)


@dataclass(frozen=True)
class F1(_Averaged):
    """Harmonic mean of precision and recall."""

    stem = "f1"

    def share(self, hits: Tensor, predicted: Tensor, actual: Tensor) -> Tensor:
        """Twice the hits among answers and samples."""
        return ratio(2 * hits, predicted + actual)


@dataclass(frozen=True)
class ConfusionMatrix(Measure[Tensor]):
    """How often the true class (row) got each answer (column); a table to look at, not to monitor."""

    name = "confusion_matrix"
    judges = ("classes",)
    higher_is_better = True
    scalar = False

    def start(self, outputs: int) -> Sums:
        """An empty table."""
        classes = max(2, outputs)
        return {"table": torch.zeros(classes, classes, dtype=torch.int64)}

    def sums(self, predictions: Tensor, targets: Tensor) -> Sums:
        """The table of a batch."""
        return {"table": confusion_matrix(predictions, targets)}

    def value(self, sums: Mapping[str, Tensor]) -> Tensor:
        """The table, ``(K, K)`` int64."""
        return sums["table"]
