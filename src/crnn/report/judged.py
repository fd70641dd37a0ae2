"""Predictions beside the truth, sample by sample: what every part of the report is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
import torch
from torch import Tensor

from crnn.data.example import ExampleSet, Record
from crnn.data.findings import counted
from crnn.metrics.classification import decisions
from crnn.tasks.task import Task

if TYPE_CHECKING:
    from crnn.engine.evaluate import Evaluation

Kind = Literal["classes", "labels", "values"]


@dataclass(frozen=True)
class Judged:
    """Samples that were predicted and whose truth is known.

    Args:
        kind: "classes" (one of K), "labels" (each of K holds or not) or "values" (K numbers).
        names: What the K classes or values are called.
        records: Where the N samples came from.
        predictions: ``(N, K)`` in double precision: calibrated probabilities, or values.
        targets: ``(N,)`` class numbers, or ``(N, K)`` labels or values.
        scales: ``(N,)`` what MASE divides the errors of each sample by, where samples have such scales of their own.
        fresh: ``(N,)`` bool: not in the training part; None where the task does not remember it.
    """

    kind: Kind
    names: list[str]
    records: Sequence[Record]
    predictions: Tensor
    targets: Tensor
    scales: Tensor | None = None
    fresh: Tensor | None = None

    def __len__(self) -> int:
        return len(self.records)

    @property
    def right(self) -> Tensor:
        """``(N,)`` bool: the class, or every label, is right. For "values" there is no such thing.

        Example:
            >>> judged = Judged("classes", ["a", "b"], [Record(0), Record(1)], torch.eye(2), torch.tensor([0, 0]))
            >>> judged.right.tolist()
            [True, False]
        """
        answers, truth = decisions(self.predictions, self.targets)
        return answers == truth if answers.dim() == 1 else (answers == truth).all(1)

    @cached_property
    def probable(self) -> bool:
        """Whether predictions are probabilities; the scores of a custom loss need not be."""
        if self.kind == "values":
            return False
        inside = bool(((self.predictions >= -1e-6) & (self.predictions <= 1 + 1e-6)).all())
        sums = self.predictions.sum(1)
        return inside and (self.kind == "labels" or torch.allclose(sums, torch.ones_like(sums), atol=1e-3))


def judge(task: Task, examples: ExampleSet, evaluation: Evaluation) -> Judged | None:
    """Put predictions and truth side by side, in the order of the predictions.

    Returns:
        None where an answer is a sequence, or a value has no single prediction (quantiles): measures tell about those.
    """
    if evaluation.predictions is None or examples.targets is None or len(evaluation.rows) == 0:
        return None
    rows = evaluation.rows.tolist()
    targets = _stacked(examples, rows)
    if targets is None:
        return None
    predictions = task.probabilities(evaluation.predictions).double()
    predictions = predictions[:, None] if predictions.dim() == 1 else predictions
    names = task.class_names()
    kind = _kind(predictions, targets, bool(names))
    if kind is None:
        return None
    if kind != "classes":
        targets = targets.double().reshape(predictions.shape)
    width = predictions.shape[1]
    if len(names) != width:
        names = _value_names(width, steps=examples.virtual)
    scales = examples.units_of(rows).naive if examples.virtual else None  # type: ignore[attr-defined]
    records = [examples.records[row] for row in rows]
    known = task.known_before(records)
    fresh = None if known is None else ~torch.tensor(known)
    return Judged(kind, names, records, predictions, targets, scales, fresh)


def _value_names(width: int, steps: bool) -> list[str]:
    if steps:
        return [f"{counted(number, 'step')} ahead" for number in range(1, width + 1)]
    return [f"value {number}" for number in range(1, width + 1)] if width > 1 else ["value"]


def _stacked(examples: ExampleSet, rows: list[int]) -> Tensor | None:
    """The targets of some samples as one tensor; None where they are of different lengths."""
    if examples.virtual:
        found = examples.targets_of(rows)
        return found if isinstance(found, Tensor) else None
    assert examples.targets is not None
    chosen = [np.asarray(examples.targets[row]) for row in rows]
    return torch.from_numpy(np.stack(chosen)) if len({target.shape for target in chosen}) == 1 else None


def _kind(predictions: Tensor, targets: Tensor, named: bool) -> Kind | None:
    alike = targets.shape == predictions.shape or (targets.dim() == 1 and predictions.shape[1] == 1)
    if named and targets.dim() == 1 and not targets.is_floating_point() and predictions.shape[1] > 1:
        return "classes"
    if not alike:
        return None
    return "labels" if named else "values"
