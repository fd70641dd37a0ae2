"""What the engine is handed for one training: a network, what to minimise, what to measure, and how long."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

from crnn.data.example import ExampleSet, Record
from crnn.losses.objective import Objective
from crnn.nn.network import Recogniser
from crnn.optim import Optimizer, Schedule
from crnn.padded import Vary


@dataclass(frozen=True)
class Measuring:
    """How predictions are judged.

    Args:
        objective: Gives loss and link.
        metrics: Measures or torchmetrics objects, in the order of `evaluate`.
        outputs: Classes or values K.
        texts: From predictions and their lengths to texts, for metrics over texts; None where answers are none.
        reference: The text that a record's is compared with.
    """

    objective: Objective
    metrics: Sequence[Any]
    outputs: int
    texts: Callable[[Tensor, Tensor], list[str]] | None = None
    reference: Callable[[Record], str] = str


@dataclass(frozen=True)
class Job:
    """One training.

    Args:
        recogniser: What is trained, in place.
        measuring: Loss and metrics.
        train: Training part.
        dev: Validation part, or None.
        vary_inputs: Augments prepared inputs, or None.
        vary_features: Augments what the front end makes of them, or None.
        optimizer: Settings; built on the recogniser's parameters.
        schedule: Of the learning rate.
        epochs: Passes over the training part.
        batch_size: Samples a step, over all processes together.
        monitor: Name of the metric, or "loss", that decides which weights are best.
        early_stopping: Epochs without a better value after which training ends, or None.
        clip_norm: Largest gradient norm, or None.
        average: Decay of the weight average per step, or None.
        fingerprint: Of data and settings: a checkpoint with another one is not resumed.
        summary: What was found out about the data and chosen for them, to be told before the first epoch.
    """

    recogniser: Recogniser
    measuring: Measuring
    train: ExampleSet
    dev: ExampleSet | None
    vary_inputs: Vary | None
    vary_features: Vary | None
    optimizer: Optimizer
    schedule: Schedule
    epochs: int
    batch_size: int
    monitor: str
    early_stopping: int | None
    clip_norm: float | None
    average: float | None
    fingerprint: str
    summary: Mapping[str, str] = field(default_factory=dict)
