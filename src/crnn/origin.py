"""A trained model as the start of another one: other data, other symbols, the same weights wherever they fit."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import nn

from crnn.data.example import Record
from crnn.errors import SpecError
from crnn.nn.kinds import AnySpec
from crnn.nn.network import Recogniser
from crnn.predictor import Predictor
from crnn.tasks.task import Task


class Origin:
    """What a training that goes on from another model starts with.

    Args:
        folder: Of the trained model.
        alphabet: What becomes of its symbols, where it writes texts: "extend", "replace" or "keep".
        freeze: First stages (convolutions, then recurrent layers) that are not trained any further.

    Raises:
        ModelFileError: the folder holds no model.
        SpecError: a number of stages that the network does not have, or an alphabet for a model that writes nothing.
    """

    def __init__(self, folder: str | Path, alphabet: str = "extend", freeze: int = 0) -> None:
        self.predictor = Predictor.load(folder)
        if alphabet != "extend" and not self.predictor.task.gives_text:
            raise SpecError(
                f"alphabet={alphabet!r}: {folder} is a model of {self.predictor.task.name}, which writes no texts:"
                " leave it out"
            )
        self.alphabet = alphabet
        count = len(stages(self.predictor.recogniser.network))
        if not 0 <= freeze <= count:
            raise SpecError(f"freeze={freeze}: {folder} has {count} stages, give 0 to {count}")
        self.freeze = freeze

    @property
    def spec(self) -> AnySpec:
        """The network of the trained model."""
        return self.predictor.recogniser.network.spec

    def task(self) -> Task:
        """A task with the settings of the trained one, to be taught more."""
        return copy.deepcopy(self.predictor.task)

    def teach(self, task: Task, records: Sequence[Record]) -> AnySpec:
        """Let the task learn from new training records, without forgetting what the weights know; gives its network.

        Raises:
            DataError: the records cannot be learnt from.
        """
        task.follow(records, self.alphabet)
        return task.fitting(self.spec)

    def hand_over(self, recogniser: Recogniser, task: Task) -> None:
        """Fill a new recogniser with the trained weights; rows of what is new start afresh."""
        old, new = self.predictor.recogniser.state_dict(), recogniser.state_dict()
        rows = task.rows_in(self.predictor.task)
        for name in new.keys() & old.keys():
            value, before = new[name], old[name]
            places = next((torch.as_tensor(rows[start]) for start in rows if name.startswith(start)), None)
            if places is not None and len(places) == len(value) and value.shape[1:] == before.shape[1:]:
                known = (places >= 0) & (places < len(before))
                value[known] = before[places[known]]
            elif value.shape == before.shape and (places is None or len(places)):
                value.copy_(before)
        for stage in stages(recogniser.network)[: self.freeze]:
            for module in stage:
                module.requires_grad_(False)


def stages(network: Any) -> list[list[nn.Module]]:
    """What can be frozen, from the input on: each convolution block, each recurrent layer in all its directions."""
    found: list[list[nn.Module]] = [[block] for block in getattr(network, "convolutions", ())]
    if getattr(network, "recurrent", None) is not None:
        directions = [list(cells) for cells in (network.recurrent.forwards, network.recurrent.backwards) if len(cells)]
        found += [list(layer) for layer in zip(*directions, strict=True)]
    return found
