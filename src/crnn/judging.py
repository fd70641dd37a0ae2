"""A trained network measured on examples, and what is calibrated by that; the engine is loaded when it is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import Tensor

from crnn.compiled import Compiled
from crnn.data.example import ExampleSet
from crnn.jobs import measuring
from crnn.predictor import BATCH, Predictor
from crnn.tasks.task import Task

if TYPE_CHECKING:
    from crnn.engine.evaluate import Evaluation


def judge(predictor: Predictor, compiled: Compiled, examples: ExampleSet, batch_size: int | None = None) -> Evaluation:
    """Loss, measures and predictions of all examples."""
    from crnn.engine.evaluate import evaluate

    return evaluate(
        predictor.recogniser,
        measuring(predictor.task, compiled),
        examples,
        batch_size=batch_size or BATCH,
        device=predictor.device,
    )


def calibrate(task: Task, examples: ExampleSet, found: Evaluation) -> None:
    """Let a task set thresholds and temperatures by predictions on its validation part."""
    targets = examples.targets_of(found.rows.tolist())
    if found.predictions is not None and isinstance(targets, Tensor):
        task.calibrate(found.predictions, targets)
    if found.sequences:
        task.calibrate_steps(list(found.sequences.values()), [examples.records[row] for row in found.sequences])
