"""What `compile` chose: loss, metrics, optimizer and schedule, checked against the task, and as plain JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from crnn.errors import SpecError
from crnn.losses import LOSSES, Objective, objective
from crnn.metrics import METRICS, measure, metric_name
from crnn.optim import OPTIMIZERS, SCHEDULES, Optimizer, Schedule, optimizer, schedule
from crnn.registry import Shelf
from crnn.tasks.task import Task


@dataclass
class Compiled:
    """The parts of a training, as objects.

    Args:
        objective: What training minimises.
        metrics: Measures or torchmetrics objects, in the order of `evaluate`.
        optimizer: Settings.
        schedule: Of the learning rate.
        clip_norm: Largest gradient norm, or None.
        average: Decay of the weight average per step, or None.
    """

    objective: Objective
    metrics: list[Any]
    optimizer: Optimizer
    schedule: Schedule
    clip_norm: float | None
    average: float | None

    @classmethod
    def choose(
        cls,
        task: Task,
        *,
        loss: Any = None,
        optimizer_: Any = None,
        metrics: Sequence[Any] | None = None,
        schedule_: Any = None,
        clip_norm: float | None = None,
        average: float | None = None,
    ) -> Compiled:
        """Make each part from a name, an object or a saved dict; None means the task's own choice.

        Raises:
            UnknownNameError: a name that does not exist; says the nearest.
            SpecError: parts that do not fit the task.
        """
        if isinstance(metrics, (str, dict)):
            raise SpecError(f"metrics={metrics!r}: give a list, such as [{metrics!r}]")
        plan = task.plan
        chosen = objective(plan.loss if loss is None else loss)
        _check_fit(task, chosen)
        measures = [_measured(given) for given in (plan.metrics if metrics is None else metrics)]
        _check_metrics(task, chosen, measures)
        return cls(
            chosen,
            measures,
            optimizer(plan.optimizer if optimizer_ is None else optimizer_),
            schedule(plan.schedule if schedule_ is None else schedule_),
            plan.clip_norm if clip_norm is None else clip_norm,
            plan.average if average is None else average,
        )

    @property
    def names(self) -> list[str]:
        """The names of what `evaluate` returns, in its order: measures that are one number."""
        return ["loss", *(metric_name(given) for given in self.metrics if getattr(given, "scalar", True))]

    def code(self) -> list[str]:
        """What tells apart the parts that exist only as Python code, for a checkpoint to agree with."""
        parts = [self.objective, self.optimizer, *self.metrics]
        functions = [getattr(part, "function", part) for part in parts]
        codes = [getattr(function, "__code__", None) for function in functions]
        return [f"{code.co_code.hex()} {code.co_consts!r}" for code in codes if code is not None]

    def config(self) -> dict[str, Any]:
        """As plain JSON; parts that only exist as Python code are None and must be compiled again after loading."""
        metrics = [_described(METRICS, metric) for metric in self.metrics]
        return {
            "loss": _described(LOSSES, self.objective),
            "metrics": [metric for metric in metrics if metric is not None],
            "optimizer": _described(OPTIMIZERS, self.optimizer),
            "schedule": _described(SCHEDULES, self.schedule),
            "clip_norm": self.clip_norm,
            "average": self.average,
        }


def _measured(given: Any) -> Any:
    """A measure from its name, dict, object or callable; a torchmetrics object as it is."""
    return given if hasattr(given, "update") and hasattr(given, "compute") else measure(given)


def _described(shelf: Shelf[Any], part: Any) -> dict[str, Any] | None:
    try:
        return shelf.describe(part)
    except SpecError:
        return None


def _check_metrics(task: Task, chosen: Objective, measures: list[Any]) -> None:
    """Refuse metrics that share a name, or that judge other answers than the task gives."""
    names = ["loss", *(metric_name(given) for given in measures)]
    for name in names:
        if names.count(name) > 1:
            raise SpecError(f"two metrics are called {name!r}: name one with crnn.CustomMeasure(function, name)")
    for given in measures:
        judges = getattr(given, "judges", ())
        if judges and not _fits(task, chosen, judges):
            fitting = [name for name in METRICS if _fits(task, chosen, METRICS.make(name).judges)]
            raise SpecError(
                f"the metric {given.name!r} judges {' or '.join(judges)}, {task.name} gives"
                f" {chosen.answers or 'no texts'}: use {', '.join(fitting)}, or any callable"
            )


def _fits(task: Task, chosen: Objective, judges: Sequence[str]) -> bool:
    """Whether a task gives what a metric judges; of a loss of one's own it is only known whether it gives texts."""
    return chosen.answers in judges if chosen.answers else task.gives_text or "texts" not in judges


def _check_fit(task: Task, chosen: Objective) -> None:
    """Refuse a loss of another kind of task."""
    described = _described(LOSSES, chosen)
    if described is not None and described["name"] not in task.losses:
        raise SpecError(
            f"the loss {described['name']!r} does not fit {task.name}: use {' or '.join(task.losses)}, or any callable"
        )
