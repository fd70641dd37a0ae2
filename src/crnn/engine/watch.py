"""What is watched while training: the best weights, the end of progress, and a network that has collapsed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from crnn.engine.history import History, Row
from crnn.errors import TrainingError


class Best:
    """Keeps a copy of the best weights and counts the epochs since.

    Args:
        history: Knows which of two rows is better.
        patience: Epochs without a better row after which training should end, or None.
    """

    def __init__(self, history: History, patience: int | None) -> None:
        self.history = history
        self.patience = patience
        self.weights: dict[str, Tensor] | None = None
        self.since = 0
        self._rank: tuple[float, float] | None = None

    def see(self, row: Row, module: nn.Module) -> bool:
        """Look at an epoch's row; True where its weights are the best so far."""
        rank = self.history.rank(row)
        better = self._rank is None or rank > self._rank
        if better:
            self._rank = rank
            self.weights = {name: value.detach().cpu().clone() for name, value in module.state_dict().items()}
        self.since = 0 if better else self.since + 1
        return better

    @property
    def exhausted(self) -> bool:
        """Whether patience has run out."""
        return self.patience is not None and self.since >= self.patience

    def state(self) -> dict[str, Any]:
        """For a checkpoint."""
        return {"weights": self.weights, "since": self.since, "rank": self._rank}

    def load(self, state: dict[str, Any]) -> None:
        """From a checkpoint."""
        self.weights, self.since = state["weights"], state["since"]
        self._rank = tuple(state["rank"]) if state["rank"] is not None else None


def check_finite(loss: float, epoch: int, step: int, rate: float) -> None:
    """Stop at a loss that is no number, with advice.

    Raises:
        TrainingError: the loss is NaN or infinite.
    """
    if math.isfinite(loss):
        return
    raise TrainingError(
        f"the loss became {loss} in epoch {epoch}, step {step}, at learning rate {rate:.2g}: lower the rate "
        "(a tenth is a good next try), clip the gradient (clip_norm=1.0), or look for extreme values in the data"
    )


def collapse(predictions: Tensor | None, targets: Tensor | None) -> str | None:
    """What to say of a classifier that answers with one class only, or None.

    Args:
        predictions: ``(N, K)`` class probabilities.
        targets: ``(N,)`` class numbers.
    """
    if predictions is None or targets is None or targets.dim() != 1 or targets.dtype.is_floating_point:
        return None
    if predictions.dim() != 2 or predictions.shape[1] < 2 or len(torch.unique(targets)) < 2:
        return None
    answers = torch.unique(predictions.argmax(1))
    if len(answers) > 1:
        return None
    return (
        f"every sample of the validation part gets the same answer (class {int(answers[0])}): the network has "
        "collapsed. Lower the learning rate, check that labels and files belong together, or balance the classes"
    )


def collapsed_texts(texts: Sequence[str], references: Sequence[str]) -> str | None:
    """What to say of a reader that writes nothing, or one symbol only, or one text for all, or None.

    Args:
        texts: What was read or heard.
        references: What should have been.
    """
    if len(set(references)) < 2:
        return None
    symbols = set().union(*texts)
    advice = (
        "Train longer (CTC writes nothing at first, often for some hundred steps), raise the learning rate if the loss "
        "stands still and lower it if it jumps, and check that transcripts and files belong together"
    )
    if not symbols:
        return f"every text of the validation part is read as nothing: the network answers with blanks only. {advice}"
    if len(symbols) == 1 and len(set().union(*references)) > 1:
        return (
            f"every text of the validation part is made of {symbols.pop()!r} alone: the network has collapsed. {advice}"
        )
    if len(set(texts)) == 1 and len(texts) > 4:
        return f"every text of the validation part is read as {texts[0]!r}: the network has collapsed. {advice}"
    return None
