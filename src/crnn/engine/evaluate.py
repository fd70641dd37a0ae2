"""Scores of a recogniser over a set of examples: loss, metrics, and the predictions themselves."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from crnn.data.batches import loader
from crnn.data.example import Batch, ExampleSet, Record
from crnn.engine.job import Measuring
from crnn.metrics import metric_name
from crnn.metrics.modules import metric
from crnn.nn.network import Recogniser
from crnn.padded import Padded

KEPT_BYTES = 64_000_000
"""Most memory for predictions step by step, which confidences are calibrated by; a thousand lines or utterances."""


class Gauge:
    """The metrics of a run over data: update batch by batch, then read all values.

    Args:
        measuring: Objective and metrics.
        records: Of the data, by the rows of its batches; texts are compared with theirs.
        device: Where predictions lie.
    """

    def __init__(self, measuring: Measuring, records: Sequence[Record], device: torch.device) -> None:
        self.measuring = measuring
        self.records = records
        self.texts: list[str] = []
        self.names = [metric_name(given) for given in measuring.metrics]
        # Copies: a torchmetrics object of the user's must not carry sums from one run to the next.
        self._modules = [copy.deepcopy(metric(given, measuring.outputs)).to(device) for given in measuring.metrics]
        for module in self._modules:
            module.reset()
        self._device = device
        self._loss = torch.zeros(2, dtype=torch.float64)

    def update(self, batch: Batch, scores: Padded, loss: Tensor | None = None) -> Tensor:
        """Add a batch; gives its predictions, and leaves its texts in `texts`."""
        objective, targets = self.measuring.objective, batch.targets
        assert targets is not None
        predictions = objective.link(scores)
        if loss is None:
            loss = objective.loss(scores, targets, batch.weights)
        count = float(objective.weight(targets, batch.weights))
        self._loss += torch.tensor([float(loss) * count, count], dtype=torch.float64)
        if batch.units is not None:  # losses are scaled, all that people read is not
            assert isinstance(targets, Tensor)
            predictions, targets = batch.units.back(predictions), batch.units.back(targets)
        references: list[str] = []
        self.texts = []
        if self.measuring.texts is not None:
            self.texts = self.measuring.texts(predictions, scores.lengths)
            references = [self.measuring.reference(self.records[row]) for row in batch.rows.tolist()]
        for module, given in zip(self._modules, self.measuring.metrics, strict=True):
            kind = getattr(given, "kind", "scores")
            if kind == "text":
                module.update(self.texts, references)
                continue
            answers = predictions if kind == "quantiles" else objective.point(predictions)
            scales = (batch.units.naive,) if batch.units is not None and getattr(given, "scaled", False) else ()
            module.update(answers, targets.data if isinstance(targets, Padded) else targets, *scales)
        return predictions

    def values(self, prefix: str = "") -> dict[str, Any]:
        """The loss and every metric by name, over all processes; scalars as floats, the rest as tensors."""
        total = self._loss
        if torch.distributed.is_available() and torch.distributed.is_initialized():
            total = total.to(self._device)  # NCCL moves only what lies on a GPU
            torch.distributed.all_reduce(total)
        row: dict[str, Any] = {prefix + "loss": float(total[0] / total[1].clamp_min(1e-12))}
        for name, module in zip(self.names, self._modules, strict=True):
            value = module.compute()
            row[prefix + name] = float(value) if value.numel() == 1 else value.cpu()
        return row


@dataclass(frozen=True)
class Evaluation:
    """What `evaluate` found.

    Args:
        values: The loss and every metric by name.
        rows: ``(N,)`` positions in the example set, rising, in the order of the predictions.
        predictions: ``(N, K)`` behind the objective's link, on the CPU, of quantiles the value in their middle;
            None where the network keeps its steps.
        texts: The text of each sample, in the order of `rows`, where the task gives texts.
        sequences: Predictions ``(T', K)`` by position, of as many samples as fit into `KEPT_BYTES`, where the network
            keeps its steps.
        quantiles: ``(K, levels)`` by position, of the samples that `ExampleSet.shown` names.
        levels: Of the quantiles; () where there are none.
    """

    values: dict[str, Any]
    rows: Tensor
    predictions: Tensor | None
    texts: list[str] | None = None
    sequences: dict[int, Tensor] = field(default_factory=dict)
    quantiles: dict[int, Tensor] = field(default_factory=dict)
    levels: tuple[float, ...] = ()


@torch.no_grad()
def evaluate(
    recogniser: Recogniser,
    measuring: Measuring,
    examples: ExampleSet,
    *,
    batch_size: int,
    device: torch.device,
    rank: int = 0,
    world: int = 1,
) -> Evaluation:
    """Loss, metrics and predictions of a recogniser in evaluation mode.

    With several processes each reads its own part; the values are those of the union, predictions those of the part.
    """
    gauge = Gauge(measuring, examples.records, device)
    taken, flat, texts = [], [], []
    sequences = _Sequences()
    shown = set(examples.shown())
    quantiles: dict[int, Tensor] = {}
    for batch, scores in _scored(recogniser, examples, batch_size, device, rank, world):
        predictions = gauge.update(batch, scores)
        points = (predictions if predictions.dim() < 3 else measuring.objective.point(predictions)).cpu()
        taken.append(batch.rows)
        texts += gauge.texts
        places = batch.rows.tolist()
        if points.dim() < 3:
            flat.append(points)
            if predictions.dim() == 3:
                quantiles |= {row: predictions[at].cpu().clone() for at, row in enumerate(places) if row in shown}
        else:
            sequences.add(places, scores.with_data(points))
    rows = torch.cat(taken) if taken else torch.zeros(0, dtype=torch.int64)
    order = rows.argsort()  # batches come by length; whoever looks at the samples beside them has the set's order
    return Evaluation(
        gauge.values(),
        rows[order],
        torch.cat(flat)[order] if flat else None,
        None if measuring.texts is None else [texts[place] for place in order.tolist()],
        sequences.kept,
        quantiles,
        getattr(measuring.objective, "levels", ()),
    )


class _Sequences:
    """Predictions step by step, until there is no more room for them."""

    def __init__(self) -> None:
        self.kept: dict[int, Tensor] = {}
        self._room = KEPT_BYTES

    def add(self, rows: list[int], batch: Padded) -> None:
        for row, sequence in zip(rows, batch.unpad(), strict=True):
            self._room -= sequence.nbytes
            if self._room < 0:
                return
            self.kept[row] = sequence.clone()


def _scored(
    recogniser: Recogniser, examples: ExampleSet, batch_size: int, device: torch.device, rank: int, world: int
) -> Iterator[tuple[Batch, Padded]]:
    was_training = recogniser.training
    recogniser.eval()
    try:
        for given in loader(examples, batch_size, shuffle=False, rank=rank, world=world):
            batch = given.to(device)
            yield batch, recogniser(batch.inputs)
    finally:
        recogniser.train(was_training)
