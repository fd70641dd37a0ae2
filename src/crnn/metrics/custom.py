"""A measure made of the user's own function."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from crnn.errors import ShapeError
from crnn.metrics.measure import Measure, Sums


class CustomMeasure(Measure[Tensor]):
    """Any function of all predictions and targets, called once at the end, since batches cannot be added in general.

    Over several processes each must have seen at least one batch, since the shape of a sample is not known before.

    Args:
        function: ``f(predictions, targets)`` to one number; tensors of all samples, on the CPU.
        name: What reports call it.
        higher_is_better: Which way is better; a function does not say, so say it here.

    Example:
        >>> bias = CustomMeasure(lambda predictions, targets: (predictions - targets).mean(), "bias", False)
        >>> bias.of(torch.tensor([1.0, 3.0]), torch.tensor([1.0, 1.0])).item()
        1.0
    """

    joins = True

    def __init__(
        self, function: Callable[[Tensor, Tensor], float | Tensor], name: str, higher_is_better: bool = True
    ) -> None:
        self.function = function
        self._name = name
        self._higher_is_better = higher_is_better

    @property
    def name(self) -> str:
        """As given."""
        return self._name

    @property
    def higher_is_better(self) -> bool:
        """As given."""
        return self._higher_is_better

    def start(self, outputs: int) -> Sums:
        """No samples."""
        return {"predictions": torch.empty(0), "targets": torch.empty(0)}

    def sums(self, predictions: Tensor, targets: Tensor) -> Sums:
        """The batch itself."""
        return {"predictions": predictions.detach(), "targets": targets.detach()}

    def value(self, sums: Mapping[str, Tensor]) -> Tensor:
        """What the function says, float64.

        Raises:
            ShapeError: it gives more than one number.
        """
        if not len(sums["predictions"]):
            return torch.tensor(float("nan"), dtype=torch.float64)
        value = torch.as_tensor(self.function(sums["predictions"].cpu(), sums["targets"].cpu()))
        if value.numel() != 1:
            raise ShapeError(f"the metric {self.name!r} gives shape {tuple(value.shape)}: return one number")
        return value.detach().reshape(()).double()
