"""Sequences from sensors, and any other, to a class or several labels."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, ClassVar, Self

import numpy as np
import torch
from torch import Tensor

from crnn.audio.augment import Chain
from crnn.data.example import Example, ExampleSet, Record
from crnn.data.findings import Findings
from crnn.errors import DataError, NotReadyError, ShapeError, UnknownNameError
from crnn.padded import Vary
from crnn.series.augment import DropChannel, Jitter, Scale, WarpTime
from crnn.series.channels import NORMALISATIONS, Steps, chosen, measured, normalised
from crnn.series.long import channel_names
from crnn.series.rules import rule_answers
from crnn.series.sources import read_sequences
from crnn.spec import ConvSpec, HeadSpec, NetworkSpec, RecurrentSpec
from crnn.tasks.arrays import single_label
from crnn.tasks.calibration import fit_temperature, tempered
from crnn.tasks.label_sets import all_labels, label_set
from crnn.tasks.labels import Labels
from crnn.tasks.marks import Marks
from crnn.tasks.series_answers import SeriesClass, SeriesLabels
from crnn.tasks.task import Option, Plan, Task, size_index

WIDTHS = ((32, 48), (64, 96), (96, 128), (128, 192))
UNITS = (32, 64, 96, 128)

STEPS = 64
"""Steps that the recurrence should have to read at most, for a sequence of the usual length: pooling sees to it."""


class SeriesClassification(Task):
    """Sequences from sensors, or any other of one or several channels, to a class or to several labels.

    Data: arrays ``(N, T, C)`` or ``(N, T)`` or a list of ``(T_i, C)`` with targets; a ``.ts`` file of the UCR/UEA
    archives; a long table with a row a step, a column of ids and one of labels; a folder a label with a table a
    sequence. Missing values are filled within their sequence, and said to be. With a column of subjects the validation
    part is made of subjects that training never sees.

    Args:
        id_column: Of a long table, where its name is unusual, as the next three.
        time_column: Rows of a sequence are sorted by it.
        label_column: With `multi_label` its cells hold labels with ``;`` or ``|`` between them.
        group_column: Subjects or machines that must not stand on both sides of a split.
        channels: Columns that hold values; all other columns of numbers by default.
        multi_label: A sequence may have several labels: targets are ``(N, K)`` zeros and ones, or sets of names.
        normalise: "channel" takes out each channel's mean and spread over the training part; "sequence" those of each
            sequence by itself, where its level and size tell nothing; "none".
        augment: Whether to vary training sequences.

    Example:
        >>> task = SeriesClassification(label_column="gesture", channels=("ax", "ay", "az"))
        >>> task.network("tiny").dimensions
        1
    """

    name: ClassVar[str] = "series"
    options: ClassVar[tuple[Option, ...]] = (
        Option("id_column", str, "Column that tells sequences apart [default: found by name]."),
        Option("time_column", str, "Column that rows of a sequence are sorted by [default: found by name]."),
        Option("label_column", str, "Column of labels [default: found by name]."),
        Option("group_column", str, "Column of subjects, kept apart in validation [default: found by name]."),
        Option(
            "channels", str, "A column of values; may be given several times [default: all other numbers].", many=True
        ),
        Option("multi_label", bool, "A sequence may have several labels, with ; or | between them."),
        Option("normalise", str, "channel, sequence or none [default: channel]."),
        Option("augment", bool, "Vary training sequences [default: yes]."),
    )

    def __init__(
        self,
        *,
        id_column: str | None = None,
        time_column: str | None = None,
        label_column: str | None = None,
        group_column: str | None = None,
        channels: Sequence[str] = (),
        multi_label: bool = False,
        normalise: str = "channel",
        augment: bool = True,
    ) -> None:
        if normalise not in NORMALISATIONS:
            raise UnknownNameError("normalise", normalise, NORMALISATIONS)
        given = {"id": id_column, "time": time_column, "label": label_column, "group": group_column}
        self.columns: dict[str, Any] = {role: name for role, name in given.items() if name is not None}
        if channels:
            self.columns["channels"] = [channels] if isinstance(channels, str) else list(channels)
        self.multi_label = multi_label
        self.normalise = normalise
        self.augment = augment
        self.losses = ("binary_cross_entropy",) if multi_label else ("cross_entropy",)
        self.plan = _plan(multi_label)
        self.labels: Labels | None = None
        self.channel_names: tuple[str, ...] = ()
        self.means: list[float] = []
        self.spreads: list[float] = []
        self.lengths = (1, STEPS)
        self.temperature = 1.0
        self.seen = Marks()

    def network(self, size: str) -> NetworkSpec:
        """1-D convolutions, more of them where sequences are long, a bidirectional LSTM, its mean."""
        index = size_index(size)
        first, second = WIDTHS[index]
        halvings = self._halvings()
        pools = [2] * halvings + [1] * (2 - halvings)
        return NetworkSpec(
            convolutions=(
                ConvSpec(first, kernel=5, pool=pools[0], dropout=0.1),
                *(ConvSpec(second, repeats=2, residual=True, pool=pool, dropout=0.1) for pool in pools[1:]),
            ),
            recurrent=RecurrentSpec(units=UNITS[index], bidirectional=True, input_dropout=0.25),
            head=HeadSpec(summary="mean", dropout=0.4),
            dimensions=1,
        )

    def _halvings(self) -> int:
        """How often the usual sequence must be halved to leave `STEPS`, as far as the shortest one allows it."""
        shortest, usual = self.lengths
        halvings = 0
        while usual >> halvings > STEPS and shortest >> (halvings + 1) >= 1:
            halvings += 1
        return halvings

    def read(self, data: Any, targets: Any = None) -> tuple[list[Record], Findings]:
        """Records whose sources are arrays ``(T, C)``, from all that the class names as data."""
        records, findings = read_sequences(data, targets, self.columns, several=self.multi_label)
        if self.multi_label:
            return records, findings
        return [replace(record, target=single_label(record)) for record in records], findings

    def read_unlabelled(self, data: Any) -> tuple[list[Record], Findings]:
        """Records to predict; a table without a column of ids is one sequence."""
        return read_sequences(data, None, self.columns, labelled=False)

    def learn(self, records: Sequence[Record]) -> None:
        """Learn labels, channels, their mean and spread, and how long sequences are."""
        if self.multi_label:
            self.labels = Labels(all_labels(records))
        else:
            self.labels = Labels.learn(record.target for record in records)
        self.channel_names = channel_names(records[0])
        self.means, self.spreads = measured(self._alike(records))
        lengths = [len(record.source) for record in records]
        self.lengths = min(lengths), int(np.median(lengths))
        self.seen = self._marks(records)

    def follow(self, records: Sequence[Record], alphabet: str) -> None:
        """As `learn`; what the weights were trained on before is no test of them either."""
        before = self.seen
        super().follow(records, alphabet)
        self.seen.add(before)

    def remember(self, records: Sequence[Record]) -> None:
        """These sequences too are no test any more."""
        self.seen.add(self._marks(records))

    def known_before(self, records: Sequence[Record]) -> list[bool]:
        """Whether the values of each sequence also stand in the training part."""
        return [any(_as_bytes(values) in self.seen for values in self._alike([record])) for record in records]

    def _marks(self, records: Sequence[Record]) -> Marks:
        return Marks(map(_as_bytes, self._alike(records)))

    def prepare(self, record: Record) -> Example:
        """The sequence ``(T, C)`` normalised; the number of its class, or zeros and ones."""
        values = self._channels(record)
        if values.ndim != 2 or values.shape[1] != self.features:
            raise ShapeError(
                f"{record.name} has shape {values.shape}; the network was trained on (T, {self.features}): "
                "give the same channels"
            )
        inputs = normalised(values, self.normalise, self.means, self.spreads)
        return Example(inputs, None if record.target is None else self._number(record), record)

    def _channels(self, record: Record) -> Steps:
        """The values in the channels that training knows by name, where tables gave names."""
        values = np.asarray(record.source)
        names = channel_names(record)
        return chosen(values, names, self.channel_names, record.name) if names and self.channel_names else values

    def _alike(self, records: Sequence[Record]) -> Iterator[Steps]:
        """The values of all records that have the channels of the first; preparing the others says what is wrong."""
        for record in records:
            with contextlib.suppress(DataError):
                yield self._channels(record)

    def _number(self, record: Record) -> Any:
        """The class number, or the vector of zeros and ones."""
        assert self.labels is not None
        if not self.multi_label:
            return self.labels.number(record.target)
        answer = np.zeros(len(self.labels), dtype=np.float32)
        for name in label_set(record):
            answer[self.labels.number(name)] = 1.0
        return answer

    def vary_inputs(self) -> Vary | None:
        """Tempo, size, noise, and now and then a channel that is lost."""
        if not self.augment:
            return None
        return Chain([WarpTime(share=0.8), Scale(share=0.8), Jitter(share=0.8), DropChannel(share=0.3)])

    @property
    def features(self) -> int:
        """Channels C of a step."""
        if not self.means:
            raise NotReadyError("the channels are not known yet: call fit first")
        return len(self.means)

    @property
    def outputs(self) -> int:
        """Classes or labels K."""
        if self.labels is None:
            raise NotReadyError("the classes are not known yet: call fit first")
        return len(self.labels)

    def class_names(self) -> list[str]:
        """The labels as texts."""
        return [] if self.labels is None else [str(name) for name in self.labels.names]

    def calibrate(self, predictions: Tensor, targets: Tensor) -> None:
        """Fit the temperature that makes probabilities honest."""
        if not self.multi_label:
            self.temperature = fit_temperature(predictions, targets)

    def probabilities(self, predictions: Tensor) -> Tensor:
        """Probabilities ``(B, K)``, calibrated where a sequence has one class."""
        return predictions.double() if self.multi_label else tempered(predictions, self.temperature)

    def decode(self, predictions: Tensor, lengths: Tensor) -> list[Any]:
        """A `SeriesClass` a sequence, or `SeriesLabels`."""
        assert self.labels is not None
        names, shares = self.labels.names, self.probabilities(predictions)
        if self.multi_label:
            return [SeriesLabels.of(names, row) for row in shares.tolist()]
        return [SeriesClass.of(names, row) for row in shares.tolist()]

    def baselines(self, train: Sequence[Record] | None, judged: ExampleSet) -> dict[str, Tensor]:
        """The nearest neighbour, plain and warped, and a ridge regression on statistics of each channel."""
        if train is None:
            return {}
        known = self.examples(train, Findings())
        answers = known.all_targets()
        assert isinstance(answers, Tensor)
        sides = answers.numpy() if self.multi_label else np.eye(self.outputs)[answers.numpy()]
        found = rule_answers(list(known.inputs), sides, list(judged.inputs))
        return {name: torch.from_numpy(values) for name, values in found.items()}

    def config(self) -> dict[str, Any]:
        """Settings and everything learnt."""
        return {
            "name": self.name,
            "columns": self.columns,
            "multi_label": self.multi_label,
            "normalise": self.normalise,
            "augment": self.augment,
            "labels": None if self.labels is None else self.labels.names,
            "channels": list(self.channel_names),
            "means": self.means,
            "spreads": self.spreads,
            "lengths": list(self.lengths),
            "temperature": self.temperature,
            "seen": self.seen.packed(),
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """The task that `config` described."""
        columns = dict(config["columns"])
        channels = columns.pop("channels", ())
        named = {f"{role}_column": name for role, name in columns.items()}
        settings = {name: config[name] for name in ("multi_label", "normalise", "augment")}
        task = cls(**named, channels=channels, **settings)
        task.labels = None if config["labels"] is None else Labels(config["labels"])
        task.channel_names = tuple(config["channels"])
        task.means, task.spreads = config["means"], config["spreads"]
        task.lengths = tuple(config["lengths"])
        task.temperature = config["temperature"]
        task.seen = Marks.unpacked(config.get("seen", ""))  # earlier versions remembered none
        return task


def _as_bytes(values: Steps) -> bytes:
    """A sequence by its values, to be known again."""
    return np.ascontiguousarray(values, dtype=np.float32).tobytes()


def _plan(multi_label: bool) -> Plan:
    return Plan(
        loss="binary_cross_entropy" if multi_label else {"name": "cross_entropy", "label_smoothing": 0.1},
        metrics=("accuracy", "f1"),
        monitor="loss",
        optimizer={"name": "adamw", "rate": 2e-3, "weight_decay": 0.02},
        schedule={"name": "cosine", "warmup": 0.15},
        split="random" if multi_label else "stratified",
        validation_split=0.15,
        epochs=30,
        least_steps=800,
        batch_size=16,
        clip_norm=1.0,
        average=0.99,
    )
