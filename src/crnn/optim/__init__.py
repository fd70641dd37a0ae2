"""Optimizers, learning-rate schedules and weight averaging: plain settings that build torch's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch

from crnn.errors import SpecError
from crnn.optim.average import Average
from crnn.optim.optimizers import (
    SGD,
    Adadelta,
    Adam,
    AdamW,
    CustomOptimizer,
    Optimizer,
    RMSprop,
    TorchOptimizer,
)
from crnn.optim.schedules import (
    SCHEDULES,
    Constant,
    Cosine,
    OneCycle,
    Plateau,
    Schedule,
    Step,
    WarmUp,
    schedule,
)
from crnn.registry import Shelf

__all__ = [
    "OPTIMIZERS",
    "SCHEDULES",
    "SGD",
    "Adadelta",
    "Adam",
    "AdamW",
    "Average",
    "Constant",
    "Cosine",
    "CustomOptimizer",
    "OneCycle",
    "Optimizer",
    "Plateau",
    "RMSprop",
    "Schedule",
    "Step",
    "TorchOptimizer",
    "WarmUp",
    "optimizer",
    "schedule",
]

OPTIMIZERS: Shelf[Optimizer] = Shelf(
    "optimizer",
    {
        "adam": Adam,
        "adamw": AdamW,
        "sgd": SGD,
        "rmsprop": RMSprop,
        "adadelta": Adadelta,
        "torch": TorchOptimizer,
    },
)


def optimizer(
    given: str | Mapping[str, Any] | Optimizer | type[torch.optim.Optimizer] | Callable[..., torch.optim.Optimizer],
) -> Optimizer:
    """The optimizer that a name, a saved dict, an object, a torch class or a function of the parameters stands for.

    Raises:
        UnknownNameError: no such name.
        SpecError: a dict that does not fit, a torch optimizer that is already built, or something else.

    Example:
        >>> optimizer({"name": "sgd", "momentum": 0.9})
        SGD(rate=0.01, momentum=0.9, nesterov=False, l2=0.0)
    """
    if isinstance(given, Optimizer):
        return given
    if isinstance(given, (str, Mapping)):
        return OPTIMIZERS.make(given)
    if isinstance(given, type) and issubclass(given, torch.optim.Optimizer):
        return TorchOptimizer(given)
    if isinstance(given, (type, torch.optim.Optimizer)) or not callable(given):
        raise SpecError(
            f"an optimizer was given as {given!r}: give a name, a saved dict, an object such as Adam(rate=1e-3),"
            " a torch.optim class, or a function from parameters to an optimizer; it is built for the network later"
        )
    return CustomOptimizer(given)
