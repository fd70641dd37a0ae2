"""Measures of quality: pure arithmetic in `functional` and the files by family, torchmetrics shells in `modules`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from crnn.errors import SpecError
from crnn.metrics.classification import (
    F1,
    Accuracy,
    BalancedAccuracy,
    ConfusionMatrix,
    Precision,
    Recall,
    TopKAccuracy,
)
from crnn.metrics.custom import CustomMeasure
from crnn.metrics.measure import Measure
from crnn.metrics.ranking import AUC
from crnn.metrics.regression import (
    R2,
    Coverage,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanAbsoluteScaledError,
    MeanSquaredError,
    RootMeanSquaredError,
    RootRelativeSquaredError,
    SymmetricMeanAbsolutePercentageError,
    WeightedAbsolutePercentageError,
)
from crnn.metrics.transcription import CharacterErrorRate, SequenceAccuracy, WordErrorRate
from crnn.registry import Shelf

__all__ = ["METRICS", "CustomMeasure", "Measure", "measure", "metric_name"]

METRICS: Shelf[Measure[Any]] = Shelf(
    "metric",
    {
        "accuracy": Accuracy,
        "balanced_accuracy": BalancedAccuracy,
        "top_k_accuracy": TopKAccuracy,
        "precision": Precision,
        "recall": Recall,
        "f1": F1,
        "auc": AUC,
        "confusion_matrix": ConfusionMatrix,
        "mse": MeanSquaredError,
        "rmse": RootMeanSquaredError,
        "mae": MeanAbsoluteError,
        "mape": MeanAbsolutePercentageError,
        "smape": SymmetricMeanAbsolutePercentageError,
        "wape": WeightedAbsolutePercentageError,
        "mase": MeanAbsoluteScaledError,
        "rse": RootRelativeSquaredError,
        "r2": R2,
        "coverage": Coverage,
        "cer": CharacterErrorRate,
        "wer": WordErrorRate,
        "sequence_accuracy": SequenceAccuracy,
    },
)


def measure(given: str | Mapping[str, Any] | Measure[Any] | Callable[..., Any]) -> Measure[Any]:
    """The measure that a name, a saved dict, an object or a function stands for.

    A bare function ``f(predictions, targets)`` is taken to be better when higher; say otherwise with `CustomMeasure`.

    Raises:
        UnknownNameError: no such name.
        SpecError: a dict that does not fit, or something that is none of these.

    Example:
        >>> measure({"name": "f1", "average": "micro"}).name
        'f1_micro'
    """
    if isinstance(given, Measure):
        return given
    if isinstance(given, (str, Mapping)):
        return METRICS.make(given)
    if isinstance(given, type) or not callable(given):
        what = f"the class {given.__name__}" if isinstance(given, type) else repr(given)
        raise SpecError(f"a metric was given as {what}: give a name, a saved dict, an object or a callable")
    return CustomMeasure(given, getattr(given, "__name__", type(given).__name__))


def metric_name(given: Any) -> str:
    """What reports call a metric: a measure's own name, or a torchmetrics class in lower case."""
    return given.name if isinstance(given, Measure) else type(given).__name__.lower()
