"""What the engine is handed: how to measure, and everything of one training; the engine is loaded when it is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crnn.compiled import Compiled
from crnn.parts import Parts, digest
from crnn.predictor import Predictor
from crnn.tasks.task import Task

if TYPE_CHECKING:
    from crnn.engine.job import Job, Measuring


def measuring(task: Task, compiled: Compiled) -> Measuring:
    """How predictions of a task are judged."""
    from crnn.engine.job import Measuring

    texts = task.texts if task.gives_text else None
    return Measuring(compiled.objective, compiled.metrics, task.outputs, texts, task.reference)


def job(
    predictor: Predictor,
    compiled: Compiled,
    parts: Parts,
    *,
    epochs: int,
    batch_size: int,
    early_stopping: int | None,
    seed: int,
) -> Job:
    """One training of a network from where it stands; a checkpoint of it is known by all that is given here."""
    from crnn.engine.job import Job

    task, recogniser = predictor.task, predictor.recogniser
    settings = {
        **compiled.config(),
        "task": task.config(),
        "network": recogniser.network.spec.to_dict(),
        "epochs": epochs,
        "batch_size": batch_size,
        "early_stopping": early_stopping,
        "seed": seed,
        "noise": str(getattr(task, "noise", None)),
        "code": compiled.code(),
        "start": digest(recogniser),
    }
    return Job(
        recogniser=recogniser,
        measuring=measuring(task, compiled),
        train=parts.train,
        dev=parts.dev,
        vary_inputs=task.vary_inputs(),
        vary_features=task.vary_features(),
        optimizer=compiled.optimizer,
        schedule=compiled.schedule,
        epochs=epochs,
        batch_size=batch_size,
        monitor=task.plan.monitor,
        early_stopping=early_stopping,
        clip_norm=compiled.clip_norm,
        average=compiled.average,
        fingerprint=parts.fingerprint(settings),
        summary=task.summary(),
    )
