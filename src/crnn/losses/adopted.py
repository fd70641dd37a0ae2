"""Losses that come from outside: torch's own become ours where they say the same, anything else is wrapped."""

from __future__ import annotations

from torch import Tensor, nn

from crnn.errors import SpecError
from crnn.losses.classification import BinaryCrossEntropy, CrossEntropy
from crnn.losses.ctc import CTC
from crnn.losses.objective import CustomObjective, Objective
from crnn.losses.regression import MAE, MSE, Huber


def adopt(module: nn.Module) -> Objective:
    """The objective of a torch loss module.

    A torch loss does not say what its scores mean, so `predict` would answer with raw scores, and it cannot be saved
    as JSON. Where one of our objectives has the same value, it is taken instead; else the module is wrapped.

    Raises:
        SpecError: an `nn.CTCLoss` that differs from `CTC`; it takes four arguments and cannot be wrapped.
    """
    if isinstance(module, nn.CTCLoss):
        if module.blank != 0 or module.reduction != "mean":
            raise SpecError(
                f"CTCLoss(blank={module.blank}, reduction={module.reduction!r}): the blank is class 0 here;"
                ' give "ctc", or CTC(reduction="sample")'
            )
        return CTC()
    if getattr(module, "reduction", None) != "mean":
        return CustomObjective(module)
    return _known(module) or CustomObjective(module)


def _known(module: nn.Module) -> Objective | None:
    match module:
        case nn.CrossEntropyLoss(weight=None, ignore_index=-100):
            return CrossEntropy(label_smoothing=module.label_smoothing)
        case nn.CrossEntropyLoss(ignore_index=-100, label_smoothing=0.0):
            return CrossEntropy(class_weights=_numbers(module.weight))
        case nn.BCEWithLogitsLoss(weight=None, pos_weight=positive) if positive is None or positive.dim() == 1:
            return BinaryCrossEntropy(positive_weights=_numbers(positive))
        case nn.MSELoss():
            return MSE()
        case nn.L1Loss():
            return MAE()
        case nn.HuberLoss():
            return Huber(delta=module.delta)
        case _:
            return None


def _numbers(weights: Tensor | None) -> tuple[float, ...] | None:
    return None if weights is None else tuple(float(weight) for weight in weights)
