"""Connectionist temporal classification: learns from a text without knowing where its symbols lie in time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar, Literal

import torch.nn.functional as F
from torch import Tensor

from crnn.errors import ShapeError, UnknownNameError
from crnn.losses.objective import Objective, Targets, weighted_mean
from crnn.losses.targets import is_whole, rows
from crnn.padded import Padded
from crnn.spec import BLANK


def needed_steps(target: Sequence[int] | Tensor) -> int:
    """The least number of steps that can spell `target`: its symbols, and a blank between two equal neighbours.

    Example:
        >>> needed_steps([3, 1, 1, 2])
        5
    """
    symbols: list[int] = target.tolist() if hasattr(target, "tolist") else list(target)
    return max(1, len(symbols) + sum(left == right for left, right in pairwise(symbols)))


def feasible(steps: int, target: Sequence[int] | Tensor) -> bool:
    """Whether a network that leaves `steps` steps can spell `target` at all."""
    return steps >= needed_steps(target)


@dataclass(frozen=True)
class CTC(Objective):
    """Minus the log-probability of a text, summed over all ways to lay it on the steps (Graves et al. 2006).

    The classes K count the blank: class 0 is `crnn.spec.BLANK`, symbols are 1 to K - 1.

    Args:
        reduction: "symbol" divides each sample's loss by the length of its text, so that long texts do not rule the
            gradient; "sample" leaves it whole.
    """

    answers: ClassVar[str] = "texts"
    reduction: Literal["symbol", "sample"] = "symbol"

    def __post_init__(self) -> None:
        if self.reduction not in ("symbol", "sample"):
            raise UnknownNameError("reduction", self.reduction, ("symbol", "sample"))

    def check(self, targets: Targets, outputs: int) -> None:
        """Refuse what is not `Padded` ``(B, U)`` of symbols from 1 to `outputs` - 1.

        Raises:
            ShapeError: says what was given and what would be right.
        """
        if not isinstance(targets, Padded) or targets.data.dim() != 2 or not is_whole(targets.data):
            given = targets.data if isinstance(targets, Padded) else targets
            raise ShapeError(
                f"ctc was given {type(targets).__name__} targets of shape {tuple(given.shape)} and type {given.dtype},"
                " it needs Padded whole numbers (B, U): stack the encoded texts with Padded.stack"
            )
        self._check_lengths(targets)
        outside = targets.mask() & ((targets.data < 1) | (targets.data >= outputs))
        if outside.any():
            raise ShapeError(
                f"ctc was given symbol {int(targets.data[outside][0])} ({rows(outside)}), it needs 1 to {outputs - 1}"
                f" ({BLANK} is the blank): encode the texts with the alphabet that the network was built for"
            )

    def misfit(self, steps: int, target: Any) -> str:
        """Why a text cannot be spelt in so many steps, or taught at all; "" where it can."""
        if len(target) == 0:
            return "has a text without a single symbol of the alphabet"
        needed = needed_steps(target)
        return "" if steps >= needed else f"leaves {steps} steps behind the convolutions, its text needs {needed}"

    def loss(self, scores: Padded, targets: Targets, weights: Tensor | None = None) -> Tensor:
        """Weighted mean over the samples, in nats; float32 and finite for every batch that passes the checks.

        Raises:
            ShapeError: a sample has too few steps for its text, or the targets do not fit; names the rows.
        """
        # torch reads beyond its tables when a symbol is out of range, so this is not left to chance.
        self.check(targets, scores.data.shape[-1])
        assert isinstance(targets, Padded)
        self._check_steps(scores, targets)
        log_probs = self.link(scores.filled(0.0)).transpose(0, 1)
        symbols = targets.data.long()
        if symbols.shape[1] == 0:
            symbols = symbols.new_ones(len(symbols), 1)
        each = F.ctc_loss(log_probs, symbols, scores.lengths, targets.lengths, blank=BLANK, reduction="none")
        if self.reduction == "symbol":
            each = each / targets.lengths.clamp_min(1).to(each.device)
        return weighted_mean(each, weights)

    def link(self, scores: Padded) -> Tensor:
        """Log-probabilities ``(B, T', K)``, float32."""
        return scores.data.float().log_softmax(dim=-1)

    @staticmethod
    def _check_lengths(targets: Padded) -> None:
        wrong = (targets.lengths < 0) | (targets.lengths > targets.data.shape[1])
        if len(targets.lengths) != len(targets) or wrong.any():
            raise ShapeError(
                f"ctc was given target lengths {targets.lengths.tolist()} for targets of shape"
                f" {tuple(targets.data.shape)}: give one length a sample, from 0 to {targets.data.shape[1]}"
            )

    @staticmethod
    def _check_steps(scores: Padded, targets: Padded) -> None:
        if len(scores) != len(targets):
            raise ShapeError(f"ctc was given scores of {len(scores)} samples and targets of {len(targets)}")
        same = (targets.data[:, 1:] == targets.data[:, :-1]) & targets.mask()[:, 1:]
        needed = (targets.lengths + same.sum(dim=1).cpu()).clamp_min(1)
        short = scores.lengths < needed
        if short.any():
            first = int(short.nonzero()[0, 0])
            raise ShapeError(
                f"{rows(short)}: too few steps for the text; row {first} has {int(scores.lengths[first])} steps,"
                f" but its text needs {int(needed[first])}: lower the pooling or stride, or drop the sample"
            )
