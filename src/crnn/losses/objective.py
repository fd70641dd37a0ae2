"""What an objective is: a loss, its link for prediction, the width it needs, and the targets it accepts."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor

from crnn.errors import ShapeError
from crnn.padded import Padded

Targets = Tensor | Padded
LossFunction = Callable[[Tensor, Tensor], Tensor]


class Objective(ABC):
    """What training minimises, and what its scores mean.

    The network gives raw scores ``(B, T', K)``; T' is 1 where the head summarises. The objective turns them into a loss
    in training and, through its link, into predictions everywhere else, so a user never applies softmax by hand.
    Subclasses are frozen dataclasses of plain settings, so that a model file can hold them.

    Attributes:
        answers: What predictions are, for metrics to fit: "classes" (one a sample), "labels" (any number of them),
            "values" or "texts"; "" where nobody can know.
    """

    answers: ClassVar[str] = ""

    def width(self, outputs: int) -> int:
        """Scores the head must give for `outputs` classes or values."""
        return outputs

    @abstractmethod
    def check(self, targets: Targets, outputs: int) -> None:
        """Refuse targets that do not fit, before training starts.

        Raises:
            ShapeError: says what was given and what would be right.
        """

    def misfit(self, steps: int, target: Any) -> str:
        """Why a target cannot be learnt from so many steps behind the network, or "" where it can."""
        return ""

    @abstractmethod
    def loss(self, scores: Padded, targets: Targets, weights: Tensor | None = None) -> Tensor:
        """The loss of a batch, a scalar in float32: the weighted mean over its samples.

        Args:
            scores: ``(B, T', K)`` raw scores.
            targets: As `check` accepts them.
            weights: ``(B,)`` or None.
        """

    def weight(self, targets: Targets, weights: Tensor | None = None) -> Tensor:
        """What the mean of `loss` was divided by, so that the means of batches can be put together rightly."""
        if weights is not None:
            return weights.sum()
        return torch.tensor(float(len(targets)))

    @abstractmethod
    def link(self, scores: Padded) -> Tensor:
        """Predictions: ``(B, K)`` where the head summarises, else ``(B, T', K)``."""

    def point(self, predictions: Tensor) -> Tensor:
        """One value for each output, which is what measures compare with the targets; a choice among several."""
        return predictions


def single(scores: Padded) -> Tensor:
    """The one step of summarised scores: ``(B, 1, K)`` to ``(B, K)`` in float32.

    Raises:
        ShapeError: the network kept its steps.
    """
    if scores.data.shape[1] != 1:
        raise ShapeError(
            f"this loss wants one vector a sample, the network gives {scores.data.shape[1]} steps: "
            'set the head\'s summary to "last", "mean", "max" or "attention"'
        )
    return scores.data[:, 0].float()


def weighted_mean(losses: Tensor, weights: Tensor | None) -> Tensor:
    """Mean of per-sample losses ``(B,)``, each counted by its weight."""
    if weights is None:
        return losses.mean()
    return (losses * weights).sum() / weights.sum().clamp_min(torch.finfo(losses.dtype).tiny)


@dataclass(frozen=True)
class CustomObjective(Objective):
    """Any callable ``loss(scores, targets) -> scalar or (B,)``, with the identity as link.

    Args:
        function: Gets scores ``(B, K)`` (or ``(B, T', K)`` where the head keeps the steps) and targets as given.
    """

    function: LossFunction

    def check(self, targets: Targets, outputs: int) -> None:
        """A custom loss judges its targets itself."""

    def loss(self, scores: Padded, targets: Targets, weights: Tensor | None = None) -> Tensor:
        """Call the function; per-sample losses are averaged.

        Raises:
            ShapeError: the function gives neither one number nor one a sample, or weights were given and it gives one
                number.
        """
        value = self.function(self.link(scores), targets.data if isinstance(targets, Padded) else targets)
        if value.dim() == 0 and weights is None:
            return value
        if value.shape != (len(scores),):
            raise ShapeError(
                f"the custom loss gives shape {tuple(value.shape)}: give one number"
                f" (without sample weights) or one loss for each of the {len(scores)} samples"
            )
        return weighted_mean(value, weights)

    def link(self, scores: Padded) -> Tensor:
        """The scores as they are."""
        return single(scores) if scores.data.shape[1] == 1 else scores.data.float()
