"""Load a model and predict; never trains, and loads nothing that only training needs."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from crnn import speed, store
from crnn.data.example import Example, Record
from crnn.errors import DataError, DataWarning, ModelFileError, SpecError
from crnn.losses import LOSSES, CustomObjective
from crnn.losses.objective import Objective
from crnn.nn.kinds import AnySpec, make, read_spec
from crnn.nn.network import Recogniser
from crnn.padded import Padded
from crnn.tasks import from_config
from crnn.tasks.task import Task

BATCH = 32
"""Samples in one forward pass of `predict`: on a CPU more is slower, since activations leave the cache."""


def build(task: Task, spec: AnySpec, objective: Objective, blank: bool = False) -> Recogniser:
    """The recogniser of a task that knows its features and outputs.

    Args:
        task: Gives features, outputs and front end.
        spec: Of the network.
        objective: Says how many scores an output needs.
        blank: Leave the network's weights without values and memory, for saved ones to be put in their place; drawing
            first weights would be most of the time that loading takes.
    """
    task.adopt(spec)
    with torch.device("meta") if blank else contextlib.nullcontext():
        network = make(spec, task.features, objective.width(task.outputs), task.channels)
    return Recogniser(network, task.front())


class Predictor:
    """A trained recogniser with its task and its link.

    Args:
        task: From records to examples, from predictions to answers.
        recogniser: From examples to scores.
        objective: From scores to predictions.
    """

    def __init__(self, task: Task, recogniser: Recogniser, objective: Objective) -> None:
        self.task = task
        self.recogniser = recogniser
        self.objective = objective

    @classmethod
    def load(cls, folder: str | Path) -> Predictor:
        """Read a model folder, whatever device it was trained on.

        Raises:
            ModelFileError: something is missing, altered, or of a later version.
        """
        config, state = store.load(folder)
        return cls.from_store(config, state, folder)

    @classmethod
    def from_store(cls, config: dict[str, Any], state: dict[str, Tensor], folder: str | Path) -> Predictor:
        """The predictor that a stored configuration and its weights describe.

        Raises:
            ModelFileError: they do not fit together.
        """
        try:
            task = from_config(config["task"])
            objective = CustomObjective(_unknown_loss) if config.get("loss") is None else LOSSES.make(config["loss"])
            recogniser = build(task, read_spec(config["network"]), objective, blank=True)
            task.load_files(store.load_files(folder, config))
        except (KeyError, TypeError, ValueError) as error:
            raise ModelFileError(f"{folder}/{store.CONFIG} was altered or is of another version: {error}") from error
        wrong = recogniser.load_state_dict(state, strict=False, assign=True) if _shapes_fit(recogniser, state) else None
        if wrong is None or wrong.missing_keys or wrong.unexpected_keys:
            missing = (
                "weights of another shape"
                if wrong is None
                else f"missing {wrong.missing_keys}, extra {wrong.unexpected_keys}"
            )
            raise ModelFileError(f"{folder}: the weights do not fit the network of {store.CONFIG}: {missing}")
        return cls(task, speed.channels_last(recogniser).eval(), objective)  # type: ignore[arg-type]

    def require_width(self, objective: Objective) -> None:
        """Refuse an objective that needs another number of scores than the trained head gives.

        Raises:
            SpecError: says both numbers.
        """
        given, wanted = self.recogniser.network.outputs, objective.width(self.task.outputs)
        if given != wanted:
            raise SpecError(
                f"this loss needs {wanted} scores a step, the trained network gives {given}: make a new model for it"
            )

    @property
    def device(self) -> torch.device:
        """Where the weights lie."""
        return next(self.recogniser.parameters()).device

    def predict(self, data: Any, batch_size: int = BATCH) -> Any:
        """Answers for whatever the task reads: one for one file or text, else all in the order given.

        Raises:
            DataError: a sample cannot be read; says which and why. Answers that are known by name, as forecasts are,
                come all the same, with a warning of what was left out.
        """
        if batch_size < 1:
            raise SpecError(f"batch_size={batch_size!r}: give a whole number from 1 up")
        records, findings = self.task.read_unlabelled(data)
        if findings.dropped and not self.task.always_collects:
            raise DataError(f"cannot predict all of the data:\n{findings}")
        if len(findings):
            warnings.warn(f"\n{findings}", DataWarning, stacklevel=3)
        answers = list(self.answers(records, batch_size))
        for answer in answers:
            if isinstance(answer, DataError):
                raise answer
        single = isinstance(data, (str, Path)) and len(answers) == 1 and not self.task.always_collects
        return answers[0] if single else self.task.collect(answers)

    def answers(self, records: Sequence[Record], batch_size: int = BATCH) -> Iterator[Any]:
        """An answer a record, in order; for a record that cannot be read, the error itself."""
        for start in range(0, len(records), batch_size * 16):
            part = records[start : start + batch_size * 16]
            examples = [self._prepare(record) for record in part]
            good = [place for place, example in enumerate(examples) if isinstance(example, Example)]
            good.sort(key=lambda place: len(examples[place].inputs))  # type: ignore[union-attr]
            found: dict[int, Any] = {}
            for at in range(0, len(good), batch_size):
                places = good[at : at + batch_size]
                found.update(zip(places, self._decode([examples[place] for place in places]), strict=True))  # type: ignore[misc]
            yield from (found[place] if place in found else examples[place] for place in range(len(part)))

    def sequences(self, records: Sequence[Record]) -> Iterator[tuple[Record, NDArray[np.float32]]]:
        """Each record with its predictions step by step, ``(T', K)``, for a network that keeps its steps.

        Raises:
            DataError: a record cannot be read.
        """
        for record in records:
            example = self._prepare(record)
            if isinstance(example, DataError):
                raise example
            yield record, self.forward(Padded.stack([example.inputs]))[0][0].numpy()

    def _prepare(self, record: Record) -> Example | DataError:
        try:
            example = self.task.prepare(record)
            self.check_length(len(example.inputs), record.name)
        except DataError as error:
            return error
        if not np.isfinite(example.inputs).all():
            return DataError(f"{record.name} holds NaN or infinity: repair the sample")
        return example

    def check_length(self, steps: int, name: str) -> None:
        """Refuse a sample that the convolutions would leave nothing of.

        Raises:
            DataError: says how long it is and how long it must be.
        """
        reason = too_short(self.recogniser, steps)
        if reason:
            raise DataError(f"{name} {reason}: give a longer sample")

    def _decode(self, examples: Sequence[Example]) -> list[Any]:
        predictions, lengths = self.forward(Padded.stack([example.inputs for example in examples]))
        answers = self.task.decode(predictions, lengths)
        levels = getattr(self.objective, "levels", ())
        return [self.task.complete(*pair, levels) for pair in zip(answers, examples, strict=True)]

    @torch.inference_mode()
    def forward(self, batch: Padded) -> tuple[Tensor, Tensor]:
        """Predictions behind the link, and their lengths, for a batch of prepared inputs."""
        scores = self.recogniser(batch.to(self.device))
        return self.objective.link(scores).cpu(), scores.lengths


def too_short(recogniser: Recogniser, steps: int) -> str:
    """Why a sample of so many prepared steps is too short, or "" where it is not."""
    return shortage(recogniser.front, recogniser.network.shortest, steps)


def shortage(front: torch.nn.Module | None, least: int, steps: int) -> str:
    """Why so many prepared steps leave less than `least` features behind a front end, or ""."""
    frames = steps if front is None else front.frames(steps)  # type: ignore[operator]
    return "" if frames >= least else f"has {frames} steps, the convolutions need {least}"


def _shapes_fit(recogniser: Recogniser, state: dict[str, Tensor]) -> bool:
    own = recogniser.state_dict()
    return all(own[name].shape == value.shape for name, value in state.items() if name in own)


def _unknown_loss(scores: Tensor, targets: Tensor) -> Tensor:
    raise ModelFileError("this model was trained with a custom loss, which a file cannot hold: compile it again")
