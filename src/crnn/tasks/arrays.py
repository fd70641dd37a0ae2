"""Arrays in, classes or values out: the Keras habits, for whoever has NumPy arrays in the hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from crnn.data.example import Example, Record
from crnn.data.findings import Findings
from crnn.data.sources import read
from crnn.errors import DataError, NotReadyError, ShapeError
from crnn.spec import ConvSpec, HeadSpec, NetworkSpec, RecurrentSpec
from crnn.tasks.labels import Labels, plain
from crnn.tasks.task import Plan, Task, size_index

WIDTHS = ((16, 32), (32, 64), (48, 96), (64, 128))
UNITS = (48, 128, 192, 256)


class ArrayTask(Task):
    """What classification and regression of arrays share: sequences ``(T, F)`` or ``(T, F, C)`` of one F and C."""

    def __init__(self) -> None:
        self.shape: tuple[int, ...] | None = None

    def network(self, size: str) -> NetworkSpec:
        """Two convolution blocks, a recurrent layer, a dense head; 2-D where there are enough features to convolve."""
        index = size_index(size)
        flat = self.features < 16
        return NetworkSpec(
            convolutions=tuple(ConvSpec(width, pool=2, dropout=0.1 * (index > 0)) for width in WIDTHS[index]),
            recurrent=RecurrentSpec(units=UNITS[index], layers=1 + (index > 1)),
            head=HeadSpec(summary="last", dropout=0.2 * (index > 0)),
            dimensions=1 if flat else 2,
        )

    def read(self, data: Any, targets: Any = None) -> tuple[list[Record], Findings]:
        """Records from arrays ``(N, T, F)`` or ``(N, T, F, C)``, lists of ``(T_i, F)``, or a dataset of pairs."""
        return read(data, targets)

    def prepare(self, record: Record) -> Example:
        """The array as float32, the target encoded."""
        inputs = np.asarray(record.source, dtype=np.float32)
        if inputs.ndim == 1:
            inputs = inputs[:, None]
        if self.shape is not None and inputs.shape[1:] != self.shape:
            raise ShapeError(
                f"{record.name} has shape {inputs.shape}; the network was trained on (T, "
                f"{', '.join(map(str, self.shape))}): give the same features"
            )
        return Example(inputs, None if record.target is None else self.encode(record), record)

    def encode(self, record: Record) -> Any:
        """The target as the objective wants it."""
        raise NotImplementedError

    def learn(self, records: Sequence[Record]) -> None:
        """Remember the shape of a step."""
        first = np.asarray(records[0].source)
        self.shape = tuple(int(size) for size in first.shape[1:]) or (1,)

    @property
    def features(self) -> int:
        """Features F of a step."""
        return self._known()[0]

    @property
    def channels(self) -> int:
        """Input channels C."""
        shape = self._known()
        return shape[1] if len(shape) > 1 else 1

    def _known(self) -> tuple[int, ...]:
        if self.shape is None:
            raise NotReadyError("the shape of the inputs is not known yet: call fit first")
        return self.shape

    def decode(self, predictions: Tensor, lengths: Tensor) -> list[Any]:
        """Predictions as NumPy rows."""
        return list(predictions.numpy())

    def collect(self, answers: list[Any]) -> NDArray[np.float32]:
        """All rows as one array ``(N, K)``."""
        return np.stack(answers) if answers else np.zeros((0, self.outputs), np.float32)


class ArrayClassification(ArrayTask):
    """Arrays to classes: probabilities ``(N, K)``, in the order of `labels`.

    Args:
        classes: Number of classes for targets 0 … classes - 1; None learns the labels, numbers or texts, from the data.
        multi_label: A sample may have several labels: targets are ``(N, K)`` zeros and ones.

    Example:
        >>> task = ArrayClassification(classes=3)
        >>> task.outputs
        3
    """

    name: ClassVar[str] = "array_classification"

    def __init__(self, classes: int | None = None, multi_label: bool = False) -> None:
        super().__init__()
        self.classes = classes
        self.multi_label = multi_label
        self.labels = None if classes is None else Labels(range(classes))
        self.losses = ("binary_cross_entropy",) if multi_label else ("cross_entropy",)
        self.plan = Plan(
            loss=self.losses[0],
            metrics=("accuracy", "f1") if multi_label else ("accuracy",),
            monitor="accuracy",
            split="random" if multi_label else "stratified",
        )

    def read(self, data: Any, targets: Any = None) -> tuple[list[Record], Findings]:
        """Records; the targets of a single-label task as texts or whole numbers, also where they came one-hot."""
        records, findings = super().read(data, targets)
        if self.multi_label:
            return records, findings
        return [replace(record, target=single_label(record)) for record in records], findings

    def learn(self, records: Sequence[Record]) -> None:
        """Learn the shape of a step and the labels."""
        super().learn(records)
        if self.multi_label:
            self.labels = Labels(range(len(_numbers(records[0]))))
        elif self.classes is None:
            self.labels = Labels.learn(record.target for record in records)

    def encode(self, record: Record) -> Any:
        """The class number, or the vector of zeros and ones."""
        if self.multi_label:
            return _numbers(record)
        assert self.labels is not None
        if self.classes is not None and record.target not in self.labels:
            raise DataError(
                f"{record.name} has the label {plain(record.target)!r}; classes={self.classes} allows whole numbers "
                f"from 0 to {self.classes - 1}: leave classes out to learn the labels from the data"
            )
        return self.labels.number(record.target)

    @property
    def outputs(self) -> int:
        """Classes K."""
        if self.labels is None:
            raise NotReadyError("the classes are not known yet: give classes=…, or call fit first")
        return len(self.labels)

    def class_names(self) -> list[str]:
        """What reports call the classes."""
        return [] if self.labels is None else [str(name) for name in self.labels.names]

    def config(self) -> dict[str, Any]:
        """Settings, labels and shape."""
        return {
            "name": self.name,
            "classes": self.classes,
            "multi_label": self.multi_label,
            "labels": None if self.labels is None else self.labels.names,
            "shape": self.shape,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """The task that `config` described."""
        task = cls(config["classes"], config["multi_label"])
        task.labels = None if config["labels"] is None else Labels(config["labels"])
        task.shape = None if config["shape"] is None else tuple(config["shape"])
        return task


class ArrayRegression(ArrayTask):
    """Arrays to values: ``(N, outputs)``.

    Args:
        outputs: Values a sample; None learns it from the targets.
    """

    name: ClassVar[str] = "array_regression"
    losses = ("mse", "mae", "huber", "quantile")
    plan = Plan(loss="mse", metrics=("mae",), monitor="loss", split="random")

    def __init__(self, outputs: int | None = None) -> None:
        super().__init__()
        self._outputs = outputs

    def learn(self, records: Sequence[Record]) -> None:
        """Learn the shape of a step and the number of values."""
        super().learn(records)
        self._outputs = self._outputs or len(_numbers(records[0]))

    def encode(self, record: Record) -> NDArray[np.float32]:
        """The values as a vector."""
        values = _numbers(record)
        if values.shape != (self.outputs,):
            raise ShapeError(f"{record.name} has {values.size} target values, expected {self.outputs}")
        return values

    @property
    def outputs(self) -> int:
        """Values a sample."""
        if self._outputs is None:
            raise NotReadyError("the number of values is not known yet: give outputs=…, or call fit first")
        return self._outputs

    def config(self) -> dict[str, Any]:
        """Settings and shape."""
        return {"name": self.name, "outputs": self._outputs, "shape": self.shape}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """The task that `config` described."""
        task = cls(config["outputs"])
        task.shape = None if config["shape"] is None else tuple(config["shape"])
        return task


def single_label(record: Record) -> Any:
    """The label of a record: a text or whole number; of a one-hot row, the place of its one.

    Raises:
        ShapeError: several numbers that are not one-hot.
    """
    if record.target is None:
        return None
    if isinstance(record.target, str):
        return plain(record.target)
    values = np.asarray(record.target)
    if values.size == 1:
        return plain(values.reshape(()).item())
    if values.ndim == 1 and np.isin(values, (0, 1)).all() and values.sum() == 1:
        return int(values.argmax())
    raise ShapeError(
        f"the target of {record.name} has shape {values.shape} and is not one-hot: give class numbers (N,), one-hot "
        "rows, or multi_label=True for several labels a sample"
    )


def _numbers(record: Record) -> NDArray[np.float32]:
    """The target of a record as a vector of numbers.

    Raises:
        ShapeError: it holds something else.
    """
    try:
        return np.atleast_1d(np.asarray(record.target, dtype=np.float32))
    except (TypeError, ValueError) as error:
        raise ShapeError(f"the target of {record.name} is {record.target!r}: give numbers") from error
