"""What travels from the user's data to the network: record, example, set of examples, batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from crnn.padded import Padded


@dataclass(frozen=True)
class Record:
    """One sample as the user holds it, not yet read.

    Args:
        source: A path, an array or a text: what the task's `prepare` understands.
        target: The label, labels, text or values as given; None when only predicting.
        name: What messages call it: a file name, or "row 17".
        group: Speaker, writer or series: what must not stand on both sides of a split.
        split: "train", "dev" or "test" where the data says so, else "".
        weight: How much it counts in the loss.
        extra: The other columns, as given.
    """

    source: Any
    target: Any = None
    name: str = ""
    group: str = ""
    split: str = ""
    weight: float = 1.0
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Example:
    """One sample as the network takes it.

    Args:
        inputs: Shape ``(T, …)``: samples of a wave ``(T,)``, or features ``(T, F)`` or ``(T, F, C)``; float32.
        target: A class number, a vector ``(K,)``, symbols ``(U,)``, or None.
        record: Where it came from.
        frame: Where the prepared inputs lie in what the user gave, for tasks that tell places.
    """

    inputs: NDArray[np.float32]
    target: NDArray[np.generic] | int | float | None
    record: Record
    frame: Any = None


@dataclass(frozen=True)
class Units:
    """How scaled values of a batch become real ones, for materials whose every sample has a scale of its own.

    Args:
        offset: ``(B,)``, added.
        scale: ``(B,)``, multiplied by.
        log: ``(B,)`` bool: the exponential follows.
        naive: ``(B,)``, the error of a naive rule in real units, which MASE divides by; NaN where there is none.
        floor: ``(B,)``, below which no real value lies; minus infinity where there is no such end.
    """

    offset: Tensor
    scale: Tensor
    log: Tensor
    naive: Tensor
    floor: Tensor

    def back(self, values: Tensor) -> Tensor:
        """Scaled values ``(B, …)`` in real units, in double precision."""
        wide = (len(values), *[1] * (values.dim() - 1))
        parts = (self.offset, self.scale, self.log, self.floor)
        offset, scale, log, floor = (part.to(values.device).reshape(wide) for part in parts)
        found = values.double() * scale + offset
        found = torch.where(log, found.exp(), found) if bool(log.any()) else found
        return torch.maximum(found, floor)


@dataclass(frozen=True)
class Batch:
    """What the loader hands to a training or evaluation step.

    Args:
        inputs: ``(B, T, …)`` with lengths.
        targets: ``(B,)`` class numbers, ``(B, K)`` values, `Padded` ``(B, U)`` symbols, or None.
        weights: ``(B,)``, or None when all samples count alike.
        rows: ``(B,)`` int64: the samples' positions in their `ExampleSet`.
        units: Of the targets, where they are scaled: losses are scaled, measures and predictions in real units.
    """

    inputs: Padded
    targets: Tensor | Padded | None
    weights: Tensor | None
    rows: Tensor
    units: Units | None = None

    def to(self, device: torch.device | str) -> Batch:
        """The same batch on another device."""
        targets = None if self.targets is None else self.targets.to(device)
        weights = None if self.weights is None else self.weights.to(device)
        return Batch(self.inputs.to(device), targets, weights, self.rows, self.units)

    def pin_memory(self) -> Batch:
        """The same batch in page-locked memory, from where a GPU copies faster; the loader calls it by this name."""
        inputs = self.inputs.with_data(self.inputs.data.pin_memory())
        targets = self.targets
        if isinstance(targets, Padded):
            targets = targets.with_data(targets.data.pin_memory())
        elif targets is not None:
            targets = targets.pin_memory()
        weights = None if self.weights is None else self.weights.pin_memory()
        return Batch(inputs, targets, weights, self.rows, self.units)


class ExampleSet(torch.utils.data.Dataset[Batch]):
    """Examples with random access: indexed by a list of rows, it answers with a `Batch`.

    Args:
        inputs: One array ``(T_i, …)`` a sample: a list in memory, slices of a memory map, or read on demand.
        targets: One target a sample, or None for data without targets.
        records: Where the samples came from.
    """

    virtual: ClassVar[bool] = False
    """Whether samples are made only when asked for, and may be too many to look at each."""

    def __init__(
        self,
        inputs: Sequence[NDArray[np.float32]],
        targets: Sequence[Any] | None,
        records: Sequence[Record],
    ) -> None:
        self.inputs = inputs
        self.targets = targets
        self.records = records
        weights = np.array([record.weight for record in records], dtype=np.float32)
        self.weights = None if bool(np.all(weights == 1.0)) else weights

    def __len__(self) -> int:
        return len(self.inputs)

    @property
    def most(self) -> int:
        """Samples of an epoch: all, but for a virtual set."""
        return len(self)

    @property
    def apart(self) -> int:
        """How many samples, at most, share nothing of what they are judged by."""
        return len(self)

    def spaced(self) -> NDArray[np.int64]:
        """The rows that are judged, in order: all, but for a virtual set that is too large."""
        return np.arange(len(self))

    def in_time(self, most: int) -> list[int]:
        """At most so many rows, evenly chosen, the latest last where samples have a time."""
        rows = self.spaced()
        return rows[:: max(1, len(rows) // most)].tolist()  # type: ignore[no-any-return]

    def shown(self) -> list[int]:
        """The rows that a report draws with all that was predicted of them."""
        return []

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Steps of every sample, for length buckets."""
        known = getattr(self.inputs, "lengths", None)
        return known if known is not None else np.array([len(item) for item in self.inputs], dtype=np.int64)

    def times_of(self, rows: Sequence[int]) -> Tensor | None:
        """The step in time of some samples; None where they have none."""
        return None

    def __getitem__(self, rows: Sequence[int]) -> Batch:
        inputs = Padded.stack([np.asarray(self.inputs[row]) for row in rows])
        weights = None if self.weights is None else torch.from_numpy(self.weights[list(rows)])
        return Batch(inputs, self.targets_of(rows), weights, torch.as_tensor(rows, dtype=torch.int64))

    def all_targets(self) -> Tensor | Padded:
        """The targets of every sample, without touching the inputs."""
        targets = self.targets_of(range(len(self)))
        assert targets is not None
        return targets

    def targets_of(self, rows: Sequence[int]) -> Tensor | Padded | None:
        """The targets of some samples, without touching their inputs; None for data without targets."""
        if self.targets is None:
            return None
        chosen = [self.targets[row] for row in rows]
        if np.ndim(chosen[0]) == 0:
            return torch.as_tensor(_single(np.array(chosen)))
        if len({len(item) for item in chosen}) == 1 and not np.issubdtype(np.asarray(chosen[0]).dtype, np.integer):
            return torch.as_tensor(_single(np.stack(chosen)))
        return Padded.stack([np.asarray(item) for item in chosen])


def _single(values: NDArray[Any]) -> NDArray[Any]:
    """Real targets in float32, as the network's scores are; class numbers as they come."""
    return values.astype(np.float32) if values.dtype.kind == "f" else values
