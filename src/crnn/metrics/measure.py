"""What a measure is: sums that batches add to, and a value made of the sums."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar, Generic, Literal, TypeVar

import torch
from torch import Tensor

Given = TypeVar("Given")
Sums = dict[str, Tensor]


class Measure(ABC, Generic[Given]):
    """A number that says how good predictions are, computed over a whole set, batch by batch.

    Averaging the values of batches is wrong for most measures (F1, RMSE, WER), so a batch gives sums, sums are added,
    over batches and over processes alike, and the value is made of the total. Subclasses are frozen dataclasses of
    plain settings. A measure over no samples at all is NaN.

    Attributes:
        kind: "scores" takes tensors behind the objective's link; "quantiles" all of them where there are several for
            one value; "text" takes lists of decoded answers.
        judges: What answers it fits: "classes" (one a sample), "labels" (any number of them), "values" or "texts";
            nothing where it takes what comes.
        scaled: Whether `sums` also takes the scale of each sample, where samples have one of their own.
        joins: Whether states are joined along the first axis instead of added: the measure needs every sample.
    """

    kind: ClassVar[Literal["scores", "quantiles", "text"]] = "scores"
    judges: ClassVar[tuple[str, ...]] = ()
    scaled: ClassVar[bool] = False
    joins: ClassVar[bool] = False

    @property
    @abstractmethod
    def name(self) -> str:
        """What reports call it: the name on the shelf, with the settings that differ from the default."""

    @property
    @abstractmethod
    def higher_is_better(self) -> bool:
        """Which way is better, so that the best weights are kept."""

    @property
    def scalar(self) -> bool:
        """Whether the value is one number, which alone can be monitored."""
        return True

    @abstractmethod
    def start(self, outputs: int) -> Sums:
        """The sums of no samples, for `outputs` classes or values."""

    @abstractmethod
    def sums(self, predictions: Given, targets: Given) -> Sums:
        """What a batch adds.

        Raises:
            ShapeError: predictions and targets do not belong together.
        """

    @abstractmethod
    def value(self, sums: Mapping[str, Tensor]) -> Tensor:
        """The measure, from the sums of all batches."""

    def applies(self, targets: Given) -> bool:
        """Whether the measure says anything of such targets, so that a table for people shows it."""
        return True

    def add(self, left: Mapping[str, Tensor], right: Mapping[str, Tensor]) -> Sums:
        """The sums of two parts of the data together."""
        if self.joins:
            # An empty part has no shape or type of its own.
            parts = {key: [part[key] for part in (left, right) if part[key].numel()] for key in left}
            return {key: torch.cat(both) if both else left[key] for key, both in parts.items()}
        return {key: left[key] + right[key] for key in left}

    def of(self, predictions: Given, targets: Given, scales: Tensor | None = None) -> Tensor:
        """The measure over one set in one go; a scaled one takes the scale of each sample, where samples have one."""
        own = {"scales": scales} if self.scaled and scales is not None else {}
        return self.value(self.sums(predictions, targets, **own))


def ratio(above: Tensor, below: Tensor, empty: float = 0.0) -> Tensor:
    """``above / below`` in float64, and `empty` where `below` is zero."""
    safe = below.double().where(below != 0, 1.0)
    return (above.double() / safe).where(below != 0, empty)
