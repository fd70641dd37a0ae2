"""Quality class by class and group by group, with honest intervals, and beside what needs no network at all."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from crnn.data.example import ExampleSet
from crnn.errors import CrnnError
from crnn.metrics import METRICS
from crnn.metrics.classification import counts
from crnn.report.judged import Judged
from crnn.series.forecast import errors_by_stretch
from crnn.series.windows import WindowSet
from crnn.tasks.naive import NETWORK
from crnn.tasks.task import Task

Z95 = 1.959963984540054

MEASURES = {
    "classes": ("accuracy", "balanced_accuracy", "f1"),
    "labels": ("accuracy", "f1", "precision", "recall"),
    "values": ("mae", "rmse", "r2"),
}


@dataclass(frozen=True)
class ClassRow:
    """One class or label: how often it was true and answered, and how well; NaN where there is nothing to divide by."""

    name: str
    actual: int
    predicted: int
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True)
class GroupRow:
    """One speaker, writer or other group: right answers of how many, and the 95 % interval of their share."""

    name: str
    right: int
    count: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """Right answers of all."""
        return self.right / self.count


@dataclass(frozen=True)
class Compared:
    """Measures by name, for the network or for a rule that hears nothing; NaN where they do not apply."""

    who: str
    values: dict[str, float]

    def to_dict(self) -> dict[str, float | None]:
        """For JSON, which knows no NaN."""
        return {name: value if math.isfinite(value) else None for name, value in self.values.items()}


def wilson(right: int, count: int) -> tuple[float, float]:
    """The 95 % score interval of a share (Wilson 1927), which stays honest near 0 and 1 and for few samples.

    Example:
        >>> [round(end, 3) for end in wilson(10, 10)]
        [0.722, 1.0]
    """
    if count == 0:
        return 0.0, 1.0
    share, square = right / count, Z95**2 / count
    centre = share + square / 2
    half = Z95 * math.sqrt(share * (1 - share) / count + square / (4 * count))
    return max(0.0, (centre - half) / (1 + square)), min(1.0, (centre + half) / (1 + square))


def class_rows(judged: Judged) -> list[ClassRow]:
    """One row a class or label, in their order."""
    found = counts(judged.predictions, judged.targets)
    rows = []
    for name, *numbers in zip(
        judged.names, *(found[key].tolist() for key in ("hits", "actual", "predicted")), strict=True
    ):
        hits, actual, predicted = numbers
        precision, recall, f1 = _of(hits, predicted), _of(hits, actual), _of(2 * hits, actual + predicted)
        rows.append(ClassRow(name, actual, predicted, precision, recall, f1))
    return rows


def _of(part: int, whole: int) -> float:
    return part / whole if whole else math.nan


def group_rows(judged: Judged) -> list[GroupRow]:
    """One row a group, the worst first; empty where no sample has a group."""
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for record, right in zip(judged.records, judged.right.tolist(), strict=True):
        sums[record.group][0] += right
        sums[record.group][1] += 1
    if set(sums) == {""}:
        return []
    rows = [
        GroupRow(name or "(no group)", right, count, *wilson(right, count)) for name, (right, count) in sums.items()
    ]
    return sorted(rows, key=lambda row: (row.share, -row.count, row.name))


def compared(
    judged: Judged, values: Mapping[str, Any], baselines: Mapping[str, Tensor] | None = None
) -> list[Compared]:
    """The network's measures, and beside them the same measures of rules that need no network.

    Rules that never look at a sample are fitted to this very part, so they are as good as such a rule can be here.

    Args:
        judged: Predictions and truth.
        values: What was measured of the network; those of one number are taken over.
        baselines: Predictions of the task's own rules, in the order of the example set.
    """
    # A forecast has rules of its own; a mean over series of different sizes would only be noise beside them.
    blind = {} if judged.scales is not None else _blind(judged)
    rows = {"the network": judged.predictions, **(baselines or {}), **blind}
    told = _without_repeated(judged, {"the network": judged.predictions, **(baselines or {})})
    measured = [name for name, value in values.items() if isinstance(value, float) and name != "loss"]
    names = list(dict.fromkeys([*measured, *MEASURES[judged.kind]]))
    found = []
    for who, predictions in rows.items():
        own = {name: _value(name, predictions, judged.targets, judged.scales) for name in names}
        if who == "the network":
            own |= {name: float(values[name]) for name in measured}
        found.append(Compared(who, own))
    for who, (predictions, targets) in told.items():
        found.append(Compared(who, {name: _value(name, predictions, targets) for name in names}))
    return found


def verdict(
    task: Task,
    examples: ExampleSet,
    places: Sequence[int],
    judged: Judged,
    rows: Sequence[Compared],
    baselines: Mapping[str, Tensor] | None = None,
) -> str:
    """What a task has to say of its network beside the rules that need none: a sentence, or "".

    Args:
        task: The trained task.
        examples: What was judged.
        places: Which of these, in the order of the predictions.
        judged: Predictions and truth.
        rows: Their measures, and those of the rules.
        baselines: Predictions of the task's own rules, in the same order.
    """
    trials = None
    if isinstance(examples, WindowSet):
        said = {NETWORK: judged.predictions, **(baselines or {})}
        trials = errors_by_stretch(said, judged.targets, examples.stretches(places))
    return task.verdict({row.who: row.values for row in rows}, trials)


def title(name: str, levels: Sequence[float] = ()) -> str:
    """What tables call a measure: a coverage with the share that the outer quantiles promise.

    Example:
        >>> title("coverage", (0.1, 0.5, 0.9)), title("mae", (0.1, 0.5, 0.9))
        ('coverage (of 0.8)', 'mae')
    """
    return f"{name} (of {levels[-1] - levels[0]:.3g})" if name == "coverage" and len(levels) > 1 else name


def _without_repeated(judged: Judged, rows: Mapping[str, Tensor]) -> dict[str, tuple[Tensor, Tensor]]:
    """Predictions and truth of the samples that do not stand in the training part; empty where all or none do."""
    fresh = judged.fresh
    if fresh is None or bool(fresh.all()) or not bool(fresh.any()):
        return {}
    count = int((~fresh).sum())
    note = f"without {count} sample{'s' if count > 1 else ''} that also stand{'' if count > 1 else 's'} in training"
    return {f"{who}, {note}": (predictions[fresh], judged.targets[fresh]) for who, predictions in rows.items()}


def _blind(judged: Judged) -> dict[str, Tensor]:
    """Constant predictions by what they are called."""
    shape, targets = judged.predictions.shape, judged.targets
    if judged.kind == "classes":
        commonest = int(torch.bincount(targets.long(), minlength=shape[1]).argmax())
        rule = torch.zeros(shape, dtype=torch.float64)
        rule[:, commonest] = 1.0
        return {f"always “{judged.names[commonest]}”, the commonest class here": rule}
    if judged.kind == "labels":
        return {"for each label its commoner answer": (targets.mean(0) >= 0.5).double().expand(shape)}
    return {
        "always the mean": targets.mean(0).expand(shape),
        "always the median": targets.quantile(0.5, dim=0).expand(shape),
    }


def _value(name: str, predictions: Tensor, targets: Tensor, scales: Tensor | None = None) -> float:
    """A measure by its name; NaN where it is none of the shelf's or does not apply."""
    try:
        measure = METRICS.make(name)
        if measure.kind != "scores" or not measure.scalar or not measure.applies(targets):
            return math.nan
        value = measure.of(predictions, targets, scales)
    except CrnnError:
        return math.nan
    return math.nan if value.numel() != 1 else float(value)
