"""Objectives: what training minimises and how scores become predictions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from torch import Tensor, nn

from crnn.errors import SpecError
from crnn.losses.adopted import adopt
from crnn.losses.classification import BinaryCrossEntropy, CrossEntropy
from crnn.losses.ctc import CTC, feasible, needed_steps
from crnn.losses.objective import CustomObjective, Objective
from crnn.losses.regression import MAE, MSE, Huber, Quantile
from crnn.registry import Shelf

__all__ = [
    "CTC",
    "LOSSES",
    "MAE",
    "MSE",
    "BinaryCrossEntropy",
    "CrossEntropy",
    "CustomObjective",
    "Huber",
    "Objective",
    "Quantile",
    "feasible",
    "needed_steps",
    "objective",
]

LOSSES: Shelf[Objective] = Shelf(
    "loss",
    {
        "cross_entropy": CrossEntropy,
        "binary_cross_entropy": BinaryCrossEntropy,
        "mse": MSE,
        "mae": MAE,
        "huber": Huber,
        "quantile": Quantile,
        "ctc": CTC,
    },
)


def objective(given: str | Mapping[str, Any] | Objective | nn.Module | Callable[..., Tensor]) -> Objective:
    """The objective that a name, a saved dict, an object, a torch loss or any callable stands for.

    Raises:
        UnknownNameError: no such name.
        SpecError: a dict that does not fit, or something that is none of these.

    Example:
        >>> objective({"name": "huber", "delta": 2.0})
        Huber(delta=2.0)
    """
    if isinstance(given, Objective):
        return given
    if isinstance(given, (str, Mapping)):
        return LOSSES.make(given)
    if isinstance(given, nn.Module):
        return adopt(given)
    if isinstance(given, type) or not callable(given):
        what = f"the class {given.__name__}" if isinstance(given, type) else repr(given)
        raise SpecError(f"a loss was given as {what}: give a name, a saved dict, an object or a callable")
    return CustomObjective(given)
