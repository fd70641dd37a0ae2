"""Measures as torchmetrics modules, which gather sums over batches and processes; the only door to torchmetrics."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor
from torchmetrics import Metric
from torchmetrics.utilities import dim_zero_cat

from crnn.metrics import measure
from crnn.metrics.measure import Measure


class MeasureMetric(Metric):
    """A `Measure` that remembers its sums; over several processes the value is that of the union.

    Args:
        measure: What to compute.
        outputs: Classes or values K.
    """

    full_state_update = False

    def __init__(self, measure: Measure[Any], outputs: int) -> None:
        super().__init__()
        self.measure = measure
        self._empty = measure.start(outputs)
        for key, zeros in self._empty.items():
            if measure.joins:
                self.add_state(key, default=[], dist_reduce_fx="cat")
            else:
                self.add_state(key, default=zeros, dist_reduce_fx="sum")

    @property
    def higher_is_better(self) -> bool:  # type: ignore[override]
        """As the measure says."""
        return self.measure.higher_is_better

    def update(self, predictions: Any, targets: Any, *scales: Any) -> None:
        """Add a batch: tensors, or lists of texts for a measure of texts; scales for a measure that divides by them."""
        for key, part in self.measure.sums(predictions, targets, *scales).items():
            state = getattr(self, key)
            if isinstance(state, list):
                state.append(part)
            else:
                setattr(self, key, state + part.to(state.device))

    def sync(
        self,
        dist_sync_fn: Callable[..., Any] | None = None,
        process_group: Any | None = None,
        should_sync: bool = True,
        distributed_available: Callable[[], bool] | None = None,
    ) -> None:
        """Gather from all processes, as torchmetrics calls it; one without any batch joins in with nothing."""
        for key, nothing in self._empty.items():
            state = getattr(self, key)
            if isinstance(state, list) and not state:
                # An empty list takes no part in the gather, and the other processes would wait or crash.
                state.append(nothing.to(self.device))
        super().sync(dist_sync_fn, process_group, should_sync, distributed_available)

    def compute(self) -> Tensor:
        """The measure over everything seen since the last reset."""
        return self.measure.value({key: self._total(key) for key in self._empty})

    def _total(self, key: str) -> Tensor:
        state = getattr(self, key)
        if not self.measure.joins:
            return torch.as_tensor(state)
        # Joined by a gather already, or still a list of batches; without any batch there is nothing to join.
        return dim_zero_cat(state) if len(state) else self._empty[key]


def shell(measure: Measure[Any], outputs: int) -> Metric:
    """The torchmetrics module of a measure for K = `outputs` classes or values."""
    return MeasureMetric(measure, outputs)


def metric(given: str | Mapping[str, Any] | Measure[Any] | Metric | Callable[..., Any], outputs: int) -> Metric:
    """The torchmetrics module of whatever the user gave; torchmetrics' own are taken as they are.

    Raises:
        UnknownNameError: no such name.
        SpecError: a dict that does not fit, or something that is no metric.
    """
    return given if isinstance(given, Metric) else shell(measure(given), outputs)
