"""Losses for classes: one of K (softmax), or any number of K (sigmoid)."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import torch
import torch.nn.functional as F
from torch import Tensor

from crnn.errors import NotReadyError, ShapeError, SpecError
from crnn.losses.objective import Objective, Targets, single, weighted_mean
from crnn.losses.targets import as_columns, is_whole, plain, refuse_non_finite, rows
from crnn.padded import Padded


@dataclass(frozen=True)
class CrossEntropy(Objective):
    """Softmax cross-entropy: each sample is of exactly one of K classes.

    Targets are class numbers ``(B,)``, or shares ``(B, K)`` that sum to one (mixup, annotators who disagree).

    Args:
        label_smoothing: Share of the target spread evenly over all classes (Szegedy et al. 2016).
        class_weights: One weight a class: a sample counts by its class's weight, as if it occurred that often. With
            "balanced" every class counts alike; `balanced` turns the word into numbers once the counts are known.

    Example:
        >>> loss = CrossEntropy(class_weights="balanced").balanced([30, 10])
        >>> [round(weight, 3) for weight in loss.class_weights]
        [0.667, 2.0]
    """

    answers: ClassVar[str] = "classes"
    label_smoothing: float = 0.0
    class_weights: tuple[float, ...] | Literal["balanced"] | None = None

    def __post_init__(self) -> None:
        _check_smoothing(self.label_smoothing)
        if isinstance(self.class_weights, str):
            if self.class_weights != "balanced":
                raise SpecError(f'class_weights={self.class_weights!r}: give one number a class, "balanced" or None')
        else:
            _check_weights("class_weights", self.class_weights)

    def balanced(self, counts: Sequence[int]) -> CrossEntropy:
        """The same loss with "balanced" weights as numbers; unchanged where numbers or None were given.

        Args:
            counts: Training samples of each class. A class gets n / (classes that occur × its count), so that the mean
                weight over the samples is one; a class that never occurs gets 1.
        """
        if self.class_weights != "balanced":
            return self
        present = sum(count > 0 for count in counts)
        weights = tuple(sum(counts) / (present * count) if count > 0 else 1.0 for count in counts)
        return dataclasses.replace(self, class_weights=weights)

    def check(self, targets: Targets, outputs: int) -> None:
        """Refuse what is neither class numbers ``(B,)`` below `outputs` nor shares ``(B, outputs)``.

        Raises:
            ShapeError: says what was given and what would be right.
        """
        if outputs < 2:
            raise ShapeError(
                f"cross_entropy was given {outputs} class, it needs at least 2:"
                ' choose the loss "binary_cross_entropy" for one output, or two classes'
            )
        if isinstance(self.class_weights, tuple) and len(self.class_weights) != outputs:
            raise ShapeError(
                f"cross_entropy was given {len(self.class_weights)} class_weights for {outputs} classes:"
                f" give {outputs} weights"
            )
        numbers = plain(targets, "cross_entropy", f"class numbers (B,) from 0 to {outputs - 1}")
        if numbers.dim() == 2 and numbers.is_floating_point():
            _check_shares(numbers, outputs)
        else:
            _check_classes(numbers, outputs)

    def loss(self, scores: Padded, targets: Targets, weights: Tensor | None = None) -> Tensor:
        """Mean cross-entropy in nats, over samples weighted by `weights` and `class_weights`.

        Raises:
            NotReadyError: the weights are still the word "balanced".
            ShapeError: the network kept its steps, or the targets are sequences.
        """
        logits = single(scores)
        wanted = plain(targets, "cross_entropy", "one class number a sample")
        wanted = wanted.to(logits.dtype) if wanted.is_floating_point() else wanted.long()
        each = F.cross_entropy(logits, wanted, reduction="none", label_smoothing=self.label_smoothing)
        return weighted_mean(each, self._counted(wanted, weights, logits))

    def weight(self, targets: Targets, weights: Tensor | None = None) -> Tensor:
        """The sum of what each sample counts, by its own weight and by its class's."""
        numbers = plain(targets, "cross_entropy", "one class number a sample")
        wanted = numbers.float() if numbers.is_floating_point() else numbers.long()
        counted = self._counted(wanted, weights, wanted.new_zeros((), dtype=torch.float32))
        return super().weight(numbers) if counted is None else counted.sum()

    def _counted(self, wanted: Tensor, weights: Tensor | None, logits: Tensor) -> Tensor | None:
        if self.class_weights is None:
            return weights
        if isinstance(self.class_weights, str):
            raise NotReadyError('class_weights="balanced" are not numbers yet: call balanced(counts) first')
        by_class = torch.tensor(self.class_weights, dtype=logits.dtype, device=logits.device)
        counted = wanted @ by_class if wanted.is_floating_point() else by_class[wanted]
        return counted if weights is None else counted * weights

    def link(self, scores: Padded) -> Tensor:
        """Probabilities ``(B, K)`` that sum to one."""
        return single(scores).softmax(dim=-1)


@dataclass(frozen=True)
class BinaryCrossEntropy(Objective):
    """Sigmoid cross-entropy: each of K labels holds or not, by itself; with K = 1 a yes-or-no question.

    Targets are 0 or 1 (or shares between, for mixup), ``(B, K)``, or ``(B,)`` for one output. A sample's loss is the
    mean over its labels.

    Args:
        positive_weights: One factor a label for its positive samples, to make up for their rareness.
        label_smoothing: Moves targets from 0 and 1 towards a half: s/2 and 1 - s/2.
    """

    answers: ClassVar[str] = "labels"
    positive_weights: tuple[float, ...] | None = None
    label_smoothing: float = 0.0

    def __post_init__(self) -> None:
        _check_smoothing(self.label_smoothing)
        _check_weights("positive_weights", self.positive_weights)

    def check(self, targets: Targets, outputs: int) -> None:
        """Refuse what is not ``(B, outputs)`` of numbers from 0 to 1.

        Raises:
            ShapeError: says what was given and what would be right.
        """
        if self.positive_weights is not None and len(self.positive_weights) != outputs:
            raise ShapeError(
                f"binary_cross_entropy was given {len(self.positive_weights)} positive_weights for {outputs} labels:"
                f" give {outputs} weights"
            )
        numbers = as_columns(targets, outputs, "binary_cross_entropy")
        refuse_non_finite(numbers, "binary_cross_entropy")
        outside = (numbers < 0) | (numbers > 1)
        if outside.any():
            raise ShapeError(
                f"binary_cross_entropy was given {float(numbers[outside][0]):g} ({rows(outside)}), it needs 0 or 1:"
                ' write one column a label, or choose "cross_entropy" for class numbers'
            )

    def loss(self, scores: Padded, targets: Targets, weights: Tensor | None = None) -> Tensor:
        """Mean cross-entropy in nats.

        Raises:
            ShapeError: the network kept its steps, or the targets do not have a column for each output.
        """
        logits = single(scores)
        wanted = as_columns(targets, logits.shape[1], "binary_cross_entropy")
        wanted = wanted * (1 - self.label_smoothing) + self.label_smoothing / 2
        factor = None if self.positive_weights is None else logits.new_tensor(self.positive_weights)
        each = F.binary_cross_entropy_with_logits(logits, wanted, reduction="none", pos_weight=factor)
        return weighted_mean(each.mean(dim=1), weights)

    def link(self, scores: Padded) -> Tensor:
        """Probabilities ``(B, K)``, each label by itself."""
        return single(scores).sigmoid()


def _check_classes(numbers: Tensor, outputs: int) -> None:
    if numbers.dim() != 1 or not is_whole(numbers):
        raise ShapeError(
            f"cross_entropy was given targets of shape {tuple(numbers.shape)} and type {numbers.dtype}, it needs class"
            f" numbers (B,) of type int64, or shares (B, {outputs}) of type float32: convert the targets"
        )
    outside = (numbers < 0) | (numbers >= outputs)
    if outside.any():
        raise ShapeError(
            f"cross_entropy was given class {int(numbers[outside][0])} ({rows(outside)}), it needs 0 to {outputs - 1}:"
            " correct the targets or the number of classes (they count from 0)"
        )


def _check_shares(shares: Tensor, outputs: int) -> None:
    if shares.shape[1] != outputs:
        raise ShapeError(
            f"cross_entropy was given shares of shape {tuple(shares.shape)}, it needs (B, {outputs}):"
            " give one column a class"
        )
    refuse_non_finite(shares, "cross_entropy")
    # Half-precision shares of many classes sum to one only roughly.
    wrong = (shares.float().sum(dim=1) - 1).abs() > 1e-2
    wrong |= (shares < 0).any(dim=1)
    if wrong.any():
        raise ShapeError(
            f"cross_entropy was given shares that are negative or do not sum to 1 in {rows(wrong)}:"
            ' divide each row by its sum, or choose "binary_cross_entropy" where several classes hold at once'
        )


def _check_smoothing(value: float) -> None:
    if not 0.0 <= value < 1.0:
        raise SpecError(f"label_smoothing={value!r}: give a share from 0 up to, but not including, 1")


def _check_weights(name: str, weights: tuple[float, ...] | None) -> None:
    if weights is None:
        return
    if not isinstance(weights, tuple) or not weights:
        raise SpecError(f"{name}={weights!r}: give a tuple with one number a class, or None")
    if not all(math.isfinite(weight) and weight >= 0 for weight in weights) or max(weights) == 0:
        raise SpecError(f"{name}={weights!r}: give finite numbers from 0 up, not all of them 0")
