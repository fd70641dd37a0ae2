"""From what the user holds to the parts of a training: read, split, learnt from, prepared, checked.

Everything that is left out, or looks wrong, is named once in the findings, before training starts.
"""

from __future__ import annotations

import hashlib
import json
import operator
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from crnn.data.batches import loader
from crnn.data.example import ExampleSet, Record
from crnn.data.findings import Findings
from crnn.data.inputs import known
from crnn.data.part_names import TRAINED
from crnn.data.preflight import preflight, usable
from crnn.data.targets import pack_targets
from crnn.errors import DataError, DataWarning, SpecError
from crnn.losses.objective import Objective
from crnn.nn.kinds import AnySpec
from crnn.predictor import BATCH, shortage
from crnn.spec import NetworkSpec
from crnn.tasks.task import Task

STARTING = 20_000
"""Samples from which a network finds where to start."""


@dataclass(frozen=True)
class Parts:
    """The data of a training, ready.

    Args:
        train: What training sees.
        dev: What it is validated on, or None.
    """

    train: ExampleSet
    dev: ExampleSet | None

    def fingerprint(self, settings: dict[str, Any]) -> str:
        """What a checkpoint must agree with to be resumed: every setting, sample, target and weight."""
        digest = hashlib.sha256(json.dumps(settings, sort_keys=True, default=str).encode())
        for examples in (self.train, self.dev):
            if examples is None:
                continue
            digest.update(f"part of {len(examples)}".encode())
            if examples.virtual:
                digest.update(examples.digest())  # type: ignore[attr-defined]
                continue
            digest.update(known(examples).facts.digests.tobytes())
            for name, values in sorted(pack_targets(examples.targets).items()):
                digest.update(name.encode() + np.ascontiguousarray(values).tobytes())
            digest.update(b"" if examples.weights is None else examples.weights.tobytes())
        return digest.hexdigest()


def read_parts(
    task: Task, data: Any, targets: Any, share: float | None, dev_data: Any, seed: int, findings: Findings
) -> tuple[list[Record], list[Record], list[Record]]:
    """Records for training, for validation, and those of the other parts that the data names.

    Args:
        task: Reads, and knows the policy of the split.
        data: What the user gave.
        targets: Where `data` is arrays.
        share: Of the data, for validation; None is the task's own choice.
        dev_data: Validation data by itself, or None.
        seed: Of the split.
        findings: Where to say what was left out.

    Raises:
        DataError: nothing usable is there.
        SpecError: both a share and validation data are given.
    """
    records, found = task.read(data, targets)
    findings.extend(found)
    if dev_data is not None:
        if share:
            raise SpecError("give validation_split or validation_data, not both")
        pair = isinstance(dev_data, tuple) and len(dev_data) == 2
        dev, found = task.read(*dev_data) if pair else task.read(dev_data)
        findings.extend(found)
        return _marked(records, TRAINED, findings), _marked(dev, ("dev",), findings) or dev, others(records)
    return *task.split(records, share, seed, findings), others(records)


def others(records: Sequence[Record]) -> list[Record]:
    """The records that are neither trained on nor validated with, those of the test part above all."""
    return [record for record in records if record.split not in (*TRAINED, "dev")]


def _marked(records: list[Record], parts: tuple[str, ...], findings: Findings) -> list[Record]:
    """The records of some parts; the others are named, since validation data was given by itself."""
    chosen = [record for record in records if record.split in parts]
    if chosen:
        for record in records:
            if record.split not in parts:
                advice = "They are used for neither training nor validation here."
                findings.add("sample of another part", f"{record.name} ({record.split or 'none'})", advice)
    return chosen


def examples(task: Task, records: Sequence[Record], findings: Findings, cache: bool | None = None) -> ExampleSet:
    """Prepared examples with targets.

    Raises:
        DataError: none can be used, or they have no targets.
    """
    prepared = task.examples(records, findings, cache)
    if prepared.targets is None:
        raise DataError("targets are missing: give y, labels in the manifest, or a folder per label")
    return prepared


def checked(
    task: Task, spec: AnySpec, objective: Objective, train: ExampleSet, dev: ExampleSet | None, findings: Findings
) -> Parts:
    """The parts without samples that cannot be used.

    Raises:
        DataError: nothing is left, or a single class.
    """
    if train.virtual:  # made of what was checked when it was read
        return Parts(train, dev)
    short = too_short(task, spec, objective)
    sound = preflight(train, dev, too_short=short, silent_below=task.silent_below, findings=findings)
    return Parts(sound.train, sound.dev)


def long_enough(
    task: Task, spec: AnySpec, objective: Objective, prepared: ExampleSet, findings: Findings
) -> ExampleSet:
    """The examples without those that the convolutions leave nothing of, or too little for their text.

    Raises:
        DataError: nothing is left.
    """
    if prepared.virtual:
        return prepared
    sound = usable(prepared, too_short(task, spec, objective), None, findings)
    if len(sound) == 0:
        raise DataError(f"no sample can be used:\n{findings}")
    return sound


def tell(findings: Findings) -> None:
    """Warn of everything found, once."""
    if len(findings):
        warnings.warn(f"\n{findings}", DataWarning, stacklevel=4)


def too_short(task: Task, spec: AnySpec, objective: Objective) -> Callable[[int, Any], str]:
    """Says why a sample of so many prepared steps is too short for network or target; what it needs is made once."""
    front, least = task.front(), spec.shortest()

    def reason(steps: int, target: Any) -> str:
        short = shortage(front, least, steps)
        if short or target is None or not isinstance(spec, NetworkSpec):
            return short
        frames = steps if front is None else front.frames(steps)  # type: ignore[operator]
        return objective.misfit(spec.steps(frames), target)

    return reason


def positive(name: str, value: int) -> int:
    """A setting that must be a whole number from 1 up.

    Raises:
        SpecError: it is not.
    """
    try:
        number = 0 if isinstance(value, bool) else operator.index(value)
    except TypeError:
        number = 0
    if number < 1:
        raise SpecError(f"{name}={value!r}: give a whole number from 1 up")
    return number


def fit_front(front: Any, train: ExampleSet) -> None:
    """Let a front end that normalises by learnt numbers learn them, from the training part alone."""
    if getattr(front, "needs_fit", False):
        front.fit_normaliser(batch.inputs for batch in loader(train, BATCH, shuffle=False))


def start(network: Any, train: ExampleSet, objective: Objective) -> None:
    """Let a network that begins with a solution in closed form find it, from the training part alone."""
    if hasattr(network, "start"):
        rows = train.in_time(STARTING)
        batch = train[rows]
        network.start(batch.inputs, batch.targets, train.times_of(rows), getattr(objective, "levels", ()))


def digest(module: torch.nn.Module) -> str:
    """A checksum of the weights that a training starts from."""
    digest = hashlib.sha256()
    for value in module.state_dict().values():
        digest.update(value.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()
