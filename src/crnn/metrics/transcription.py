"""Measures of texts: character and word error rate, and the share of texts that are right as a whole."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from crnn.errors import ShapeError
from crnn.metrics.measure import Measure, Sums, ratio


def edit_distance(left: Sequence[Hashable], right: Sequence[Hashable]) -> int:
    """The least number of insertions, deletions and substitutions between two sequences (Levenshtein).

    Bit-parallel (Myers 1999, Hyyrö 2003): a column of the table is two whole numbers, so a symbol costs a few
    operations on integers, whatever the length of the other sequence.

    Example:
        >>> edit_distance("kitten", "sitting")
        3
        >>> edit_distance(["turn", "it", "on"], ["turn", "on"])
        1
    """
    if not left or not right:
        return max(len(left), len(right))
    places: dict[Hashable, int] = {}
    for index, symbol in enumerate(left):
        places[symbol] = places.get(symbol, 0) | 1 << index
    everywhere, last = (1 << len(left)) - 1, 1 << (len(left) - 1)
    rises, falls, distance = everywhere, 0, len(left)
    for symbol in right:
        here = places.get(symbol, 0)
        diagonal = (((here & rises) + rises) ^ rises) | here | falls
        up = falls | ~(diagonal | rises)
        down = rises & diagonal
        distance += bool(up & last) - bool(down & last)
        up, down = up << 1 | 1, down << 1
        rises = (down | ~(diagonal | up)) & everywhere
        falls = diagonal & up & everywhere
    return distance


class _Text(Measure[Sequence[str]]):
    """A measure of two lists of texts."""

    kind = "text"
    judges = ("texts",)

    def start(self, outputs: int) -> Sums:
        return {"count": torch.tensor(0), "total": torch.tensor(0), "samples": torch.tensor(0)}

    def sums(self, predictions: Sequence[str], targets: Sequence[str]) -> Sums:
        if isinstance(predictions, str) or isinstance(targets, str) or len(predictions) != len(targets):
            given = [f"{type(texts).__name__} of {len(texts)}" for texts in (predictions, targets)]
            raise ShapeError(
                f"{self.name} was given a {given[0]} predictions and a {given[1]} references:"
                " give two lists of texts, one reference for each prediction"
            )
        both = list(zip(predictions, targets, strict=True))
        return {
            "count": torch.tensor(sum(self.count(prediction, reference) for prediction, reference in both)),
            "total": torch.tensor(sum(self.size(reference) for reference in targets)),
            "samples": torch.tensor(len(both)),
        }

    @abstractmethod
    def count(self, prediction: str, reference: str) -> int:
        """What is counted in one text."""

    @abstractmethod
    def size(self, reference: str) -> int:
        """What it is counted against."""


class _ErrorRate(_Text):
    """Edits against the length of the references, over the whole set, not averaged by text.

    References that are all empty count as one symbol in all, as in jiwer, so that what was heard in silence shows.
    """

    higher_is_better = False

    @abstractmethod
    def units(self, text: str) -> Sequence[str]:
        """What one edit changes."""

    def count(self, prediction: str, reference: str) -> int:
        return edit_distance(self.units(reference), self.units(prediction))

    def size(self, reference: str) -> int:
        return len(self.units(reference))

    def value(self, sums: Mapping[str, Tensor]) -> Tensor:
        rate = sums["count"].double() / sums["total"].clamp_min(1)
        return rate.where(sums["samples"] > 0, float("nan"))


@dataclass(frozen=True)
class CharacterErrorRate(_ErrorRate):
    """CER: edits by character (Unicode code point), white space at the ends left out; above 1 where much is made up."""

    name = "cer"

    def units(self, text: str) -> Sequence[str]:
        """Code points."""
        return text.strip()


@dataclass(frozen=True)
class WordErrorRate(_ErrorRate):
    """WER: edits by word, words being what white space parts; above 1 where much is made up."""

    name = "wer"

    def units(self, text: str) -> Sequence[str]:
        """Words."""
        return text.split()


@dataclass(frozen=True)
class SequenceAccuracy(_Text):
    """Share of texts that are right from end to end."""

    name = "sequence_accuracy"
    higher_is_better = True

    def count(self, prediction: str, reference: str) -> int:
        """1 where the texts are equal."""
        return int(prediction == reference)

    def size(self, reference: str) -> int:
        """Each text counts once."""
        return 1

    def value(self, sums: Mapping[str, Tensor]) -> Tensor:
        """Between 0 and 1."""
        return ratio(sums["count"], sums["samples"], empty=float("nan"))
