"""The most telling pieces of a sample: what each step of the input adds to the answer, by gradient times input."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from crnn.data.example import Record
from crnn.errors import DataError, DataWarning, SpecError
from crnn.padded import Padded
from crnn.predictor import Predictor


@dataclass(frozen=True)
class Explanation:
    """An answer with its reasons.

    Args:
        answer: What the task answers.
        label: The class that is explained: the likeliest.
        pieces: Each piece of the input, in its order, with what it adds to the score of the class; negative speaks
            against it. The largest is 1 or -1.
    """

    answer: Any
    label: str
    pieces: tuple[tuple[str, float], ...]

    def telling(self, most: int = 8) -> list[tuple[str, float]]:
        """The pieces that tell most, for or against, the strongest first; a piece that comes often is summed."""
        sums: dict[str, float] = {}
        for piece, weight in self.pieces:
            sums[piece] = sums.get(piece, 0.0) + weight
        return sorted(sums.items(), key=lambda item: -abs(item[1]))[:most]

    def __str__(self) -> str:
        """The telling pieces; the label too, where it is not the answer by itself, as with several labels or none."""
        told = ", ".join(f"{piece} {round(weight, 2) + 0.0:+.2f}" for piece, weight in self.telling())
        return told if getattr(self.answer, "label", self.label) == self.label else f"{self.label}: {told}"

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        pieces = [{"piece": piece, "weight": round(weight, 4)} for piece, weight in self.pieces]
        return {"explained": self.label, "pieces": pieces}


def explain(predictor: Predictor, record: Record) -> Explanation:
    """Why a sample got its answer.

    The score of the likeliest class is followed back to the features of each step (Simonyan et al. 2014,
    arXiv:1312.6034), times what tells them from those of empty steps (Shrikumar et al. 2017, arXiv:1605.01713). To
    first order that is how much the score would fall without the step; what is always added to it is no step's.

    Raises:
        SpecError: the steps of this task's inputs have no names, as those of sound.
        DataError: the sample cannot be read.
    """
    task = predictor.task
    pieces = task.pieces(record)
    if pieces is None:
        raise SpecError(f"{task.name} cannot explain: the steps of its inputs have no names, as words of a text have")
    inputs = task.prepare(record).inputs
    predictor.check_length(len(inputs), record.name)
    batch = Padded.stack([inputs]).to(predictor.device)
    with torch.no_grad():
        features = predictor.recogniser.features(batch)
        empty = predictor.recogniser.features(batch.with_data(torch.zeros_like(batch.data)))
    data = features.data.detach().clone().requires_grad_(True)
    with torch.enable_grad():
        scores = predictor.recogniser.network(features.with_data(data))
        row = scores.data[0, -1]
        place = int(row.argmax())
        (slope,) = torch.autograd.grad(row[place] - row.mean(), data)
    weights = (slope * (data.detach() - empty.data)).sum(2)[0].double()
    weights = weights / weights.abs().max().clamp_min(1e-12)
    answer = task.decode(predictor.objective.link(scores.with_data(scores.data.detach())).cpu(), scores.lengths)[0]
    return Explanation(answer, task.class_names()[place], tuple(zip(pieces, weights.tolist(), strict=True)))


def explain_all(predictor: Predictor, data: Any) -> Explanation | list[Explanation]:
    """Explanations for whatever `predict` takes: one for one file or text, else all in the order given.

    Raises:
        SpecError: this task cannot explain.
        DataError: a sample cannot be read.
    """
    records, findings = predictor.task.read_unlabelled(data)
    if findings.dropped:
        raise DataError(f"cannot explain all of the data:\n{findings}")
    if len(findings):
        warnings.warn(f"\n{findings}", DataWarning, stacklevel=3)
    found = [explain(predictor, record) for record in records]
    return found[0] if isinstance(data, (str, Path)) and len(found) == 1 else found
