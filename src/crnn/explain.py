"""The most telling pieces of a sample: how much the score of its answer falls when they are hidden."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import torch

from crnn.data.example import Record
from crnn.errors import DataError, DataWarning, SpecError
from crnn.padded import Padded
from crnn.predictor import Predictor

MOST_HIDDEN = 64
"""Pieces of a sample that are hidden one after another, where it has many: those with the steepest slope."""

LONGEST = 4
"""Pieces that are joined at most."""

JOINED = 0.3
"""Two neighbours are one where hiding both does so much else than hiding each does, of what the stronger does."""

TRIMMED = 0.9
"""Of what a joined piece says by itself, what a part of it must say to stand for it."""

Stretch = tuple[int, int]
"""First step of a piece, and the one behind its last."""


@dataclass(frozen=True)
class Explanation:
    """An answer with its reasons.

    Args:
        answer: What the task answers.
        label: The class that is explained: the likeliest.
        pieces: Each piece of the input, in its order, with what it adds to the score of the class; negative speaks
            against it. The strongest is 1 or -1.
    """

    answer: Any
    label: str
    pieces: tuple[tuple[str, float], ...]

    def telling(self, most: int = 8) -> list[tuple[str, float]]:
        """The pieces that tell most, for or against, the strongest first, which is 1 or -1.

        A piece that comes often is summed.
        """
        sums: dict[str, float] = {}
        for piece, weight in self.pieces:
            sums[piece] = sums.get(piece, 0.0) + weight
        strongest = max(map(abs, sums.values()), default=0.0) or 1.0
        ordered = sorted(sums.items(), key=lambda item: -abs(item[1]))[:most]
        return [(piece, weight / strongest) for piece, weight in ordered]

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

    Each piece is hidden, and the score of the likeliest class falls or rises (Zeiler & Fergus 2014, arXiv:1311.2901).
    Neighbours of a script without spaces become one piece where hiding both does much else than hiding each adds up to,
    as in a word of two characters, which one missing character breaks as well as two (as in hierarchical explanations,
    Chen et al. 2020, arXiv:2004.02015); it is cut down to the part that by itself says as much. Of a sample of many
    pieces only those are hidden to which the score has the steepest slope, times the features (Shrikumar et al. 2017,
    arXiv:1605.01713), and what they are joined with; the others are given a weight of 0.

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
    slopes, scores = _slopes(predictor, batch)
    place = int(scores.data[0, -1].argmax())
    whole = _margins(predictor, batch, place)[0]

    def margins(hidden: Sequence[Iterable[int]]) -> list[float]:
        """The score without some of the pieces, by how far it is above the mean, for each such choice."""
        return _in_batches(predictor, [task.hidden(record, steps) for steps in hidden], place)

    def falls(stretches: Sequence[Stretch]) -> list[float]:
        """How far the score falls when a stretch is hidden."""
        return [whole - margin for margin in margins([range(*stretch) for stretch in stretches])]

    def alone(stretches: Sequence[Stretch]) -> list[float]:
        """The score of a stretch when all else is hidden."""
        every = range(len(pieces))
        return margins([[step for step in every if not first <= step < end] for first, end in stretches])

    chosen = sorted(sorted(range(len(pieces)), key=lambda step: -slopes[step])[:MOST_HIDDEN])
    falling = dict.fromkeys(((step, step + 1) for step in range(len(pieces))), 0.0)
    singles = [(step, step + 1) for step in chosen]
    falling.update(zip(singles, falls(singles), strict=True))
    may_join = [task.may_join(left, right) for left, right in pairwise(pieces)]
    _join(falling, falls, may_join)
    _trim(falling, falls, alone)
    strongest = max(map(abs, falling.values()), default=0.0)
    least = 1e-5 * max(strongest, 1e-3)  # what is below is rounding
    weights = [value / strongest if abs(value) > least else 0.0 for _, value in sorted(falling.items())]
    named = ["".join(pieces[first:end]) for first, end in sorted(falling)]
    answer = task.decode(predictor.objective.link(scores).cpu(), scores.lengths)[0]
    return Explanation(answer, task.class_names()[place], tuple(zip(named, weights, strict=True)))


def _join(
    falling: dict[Stretch, float], falls: Callable[[Sequence[Stretch]], list[float]], may_join: Sequence[bool]
) -> None:
    """Join neighbours that work together, the strongest pair first, until there are none."""
    known: dict[Stretch, float] = {}
    while True:
        pairs = [
            (left, right)
            for left, right in pairwise(sorted(falling))
            if may_join[right[0] - 1] and right[1] - left[0] <= LONGEST and (falling[left] or falling[right])
        ]
        new = [both for left, right in pairs if (both := (left[0], right[1])) not in known]
        known.update(zip(new, falls(new), strict=True))
        best, most = None, 0.0
        for left, right in pairs:
            apart, stronger = falling[left] + falling[right], max(abs(falling[left]), abs(falling[right]))
            together = abs(known[left[0], right[1]] - apart)
            if together > max(most, JOINED * stronger):
                best, most = (left, right), together
        if best is None:
            return
        left, right = best
        del falling[left], falling[right]
        falling[left[0], right[1]] = known[left[0], right[1]]


def _trim(
    falling: dict[Stretch, float],
    falls: Callable[[Sequence[Stretch]], list[float]],
    alone: Callable[[Sequence[Stretch]], list[float]],
) -> None:
    """Take off the ends of joined pieces that say by themselves no less without them, as 很好 says what 餐很好 does."""
    joined = [stretch for stretch in falling if stretch[1] - stretch[0] > 1]
    for stretch in joined:
        first, end = stretch
        parts = [(left, right) for left in range(first, end) for right in range(left + 2, end + 1)]
        nothing, *said = alone([(0, 0), *parts])
        added = {part: score - nothing for part, score in zip(parts, said, strict=True)}
        enough = [part for part in parts if added[part] * added[stretch] > 0]
        enough = [part for part in enough if abs(added[part]) >= TRIMMED * abs(added[stretch])]
        best = min(enough, key=lambda part: (part[1] - part[0], -abs(added[part])), default=stretch)
        del falling[stretch]
        pieces = [(step, step + 1) for step in (*range(first, best[0]), *range(best[1], end))]
        falling.update(zip([best, *pieces], falls([best, *pieces]), strict=True))


def _slopes(predictor: Predictor, batch: Padded) -> tuple[list[float], Padded]:
    """How steep the best score is at each step, times what tells its features from empty ones, and the scores."""
    recogniser = predictor.recogniser
    with torch.no_grad():
        features = recogniser.features(batch)
        empty = recogniser.features(batch.with_data(torch.zeros_like(batch.data)))
    data = features.data.detach().clone().requires_grad_(True)
    with torch.enable_grad():
        scores = recogniser.network(features.with_data(data))
        row = scores.data[0, -1]
        (slope,) = torch.autograd.grad(row.max() - row.mean(), data)
    steepness = (slope * (data.detach() - empty.data)).sum(2)[0].abs()
    return steepness.tolist(), scores.with_data(scores.data.detach())


def _margins(predictor: Predictor, batch: Padded, place: int) -> list[float]:
    """How far the score of a class is above the mean, of each sample."""
    with torch.no_grad():
        scores = predictor.recogniser.network(predictor.recogniser.features(batch)).data[:, -1].double()
    found: list[float] = (scores[:, place] - scores.mean(1)).tolist()
    return found


def _in_batches(predictor: Predictor, inputs: Sequence[Any], place: int) -> list[float]:
    found: list[float] = []
    for first in range(0, len(inputs), MOST_HIDDEN):
        batch = Padded.stack(inputs[first : first + MOST_HIDDEN]).to(predictor.device)
        found += _margins(predictor, batch, place)
    return found


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
