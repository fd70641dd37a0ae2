"""The contract of a task: what it reads, learns, prepares, and how its scores become answers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from torch import Tensor, nn

from crnn.data.example import Example, Record
from crnn.data.findings import Findings
from crnn.spec import NetworkSpec

SIZES = ("tiny", "small", "medium", "large")


@dataclass(frozen=True)
class Plan:
    """A task's own choice for everything that `compile` and `fit` may leave open.

    Args:
        loss: Name or saved dict of the objective.
        metrics: Names of the measures, in the order that `evaluate` reports them.
        monitor: The measure that decides which weights are best: a metric's name, or "loss".
        optimizer: Name or saved dict.
        schedule: Name or saved dict of the learning-rate schedule.
        split: Policy of `validation_split`: "stratified", "group", "random" or "tail".
        epochs: Passes over the training part.
        batch_size: Samples a step.
        clip_norm: Largest gradient norm, or None.
        average: Decay of the weight average (EMA) per step, or None.
    """

    loss: str | dict[str, Any]
    metrics: tuple[str, ...]
    monitor: str
    optimizer: str | dict[str, Any] = "adam"
    schedule: str | dict[str, Any] = "constant"
    split: str = "random"
    epochs: int = 20
    batch_size: int = 32
    clip_norm: float | None = None
    average: float | None = None


class Task(ABC):
    """One kind of recognition: from records to examples, from scores to answers.

    A task is made with its settings, learns its vocabulary and scalers from training records alone, and is saved with
    the model as plain JSON. It knows files, labels and units; it knows no optimizer and no training loop.
    """

    name: ClassVar[str]
    plan: Plan

    @abstractmethod
    def network(self, size: str) -> NetworkSpec:
        """The network of a size: "tiny", "small", "medium" or "large"."""

    @abstractmethod
    def read(self, data: Any, targets: Any = None) -> tuple[list[Record], Findings]:
        """Records from what the user holds: arrays, a folder, a manifest, a list of records.

        Raises:
            DataError: nothing usable is there.
        """

    @abstractmethod
    def learn(self, records: Sequence[Record], examples: Sequence[Example] = ()) -> None:
        """Learn vocabulary, labels and input shape from training records alone.

        Raises:
            DataError: the records cannot be learnt from, for example a single class.
        """

    @abstractmethod
    def prepare(self, record: Record) -> Example:
        """Read one record into an example; the target is encoded where there is one.

        Raises:
            DataError: names the record and what is wrong with it.
        """

    @abstractmethod
    def decode(self, predictions: Tensor, lengths: Tensor) -> list[Any]:
        """Answers for a batch of predictions (scores behind the objective's link)."""

    @property
    @abstractmethod
    def features(self) -> int:
        """Features F of a step, behind the front end."""

    @property
    def channels(self) -> int:
        """Input channels C; 1 unless the inputs are ``(T, F, C)``."""
        return 1

    @property
    @abstractmethod
    def outputs(self) -> int:
        """Classes or values K to predict."""

    def front(self) -> nn.Module | None:
        """The module from prepared inputs to features, `Padded` to `Padded`; None where they are the same."""
        return None

    def augment(self) -> nn.Module | None:
        """The module that varies a training batch before the front end, `Padded` to `Padded`; or None."""
        return None

    def calibrate(self, predictions: Tensor, targets: Tensor) -> None:
        """Set thresholds from predictions on the validation part, once training is over; by default there are none."""
        return

    @abstractmethod
    def config(self) -> dict[str, Any]:
        """Settings and everything learnt, as plain JSON."""

    @classmethod
    @abstractmethod
    def from_config(cls, config: dict[str, Any]) -> Task:
        """The task that `config` described."""
