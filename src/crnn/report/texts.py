"""How well texts were written down: error rates with intervals, what was taken for what, the worst lines."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from crnn.data.example import ExampleSet, Record
from crnn.metrics.alignment import aligned
from crnn.metrics.transcription import edit_distance
from crnn.report.worst import Case
from crnn.tasks.task import Task
from crnn.text.alphabet import shown

if TYPE_CHECKING:
    from crnn.engine.evaluate import Evaluation

DRAWS = 1000
"""Samples of the samples, drawn with replacement, that an interval rests on."""

NOTHING = "(nothing)"
"""What a symbol that was left out became, and what one that was put in was."""

LONGEST = 300
"""Letters of a text in the list of the worst; more are cut."""


@dataclass(frozen=True)
class Rate:
    """An error rate, or the share of texts that are right, with its 95 % bootstrap interval.

    Args:
        value: The rate.
        low: Lower end.
        high: Upper end.
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Taken:
    """A symbol or word that was written as another.

    Args:
        truth: What it is.
        answer: What was written.
        count: How often.
    """

    truth: str
    answer: str
    count: int


@dataclass(frozen=True)
class Group:
    """The error rates of a writer, speaker or page, or of texts of some length.

    Args:
        name: Which.
        samples: How many texts.
        cer: Character error rate.
        wer: Word error rate.
        whole: Share of texts that are right as a whole.
    """

    name: str
    samples: int
    cer: float
    wer: float
    whole: float


@dataclass
class TextReport:
    """What the page tells of texts.

    Args:
        rates: By name: "cer", "wer", "sequence_accuracy".
        edits: Substitutions, deletions, insertions of characters, by name.
        symbols: The symbols most often taken for others.
        words: The words most often taken for others.
        lengths: By length of the text, the shortest first.
        groups: By writer, speaker or page, the worst first; empty where none is named.
        worst: The samples with the most errors.
    """

    rates: dict[str, Rate] = field(default_factory=dict)
    edits: dict[str, int] = field(default_factory=dict)
    symbols: list[Taken] = field(default_factory=list)
    words: list[Taken] = field(default_factory=list)
    lengths: list[Group] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    worst: list[Case] = field(default_factory=list)


@dataclass(frozen=True)
class _Counts:
    """Errors and sizes of each text, ``(N,)`` each."""

    character_errors: NDArray[np.int64]
    characters: NDArray[np.int64]
    word_errors: NDArray[np.int64]
    words: NDArray[np.int64]
    right: NDArray[np.int64]


def of(task: Task, examples: ExampleSet, evaluation: Evaluation) -> TextReport | None:
    """The report of texts; None where the task gives none."""
    if evaluation.texts is None or not evaluation.texts:
        return None
    records = [examples.records[row] for row in evaluation.rows.tolist()]
    wanted = [task.reference(record) for record in records]
    return judged(records, wanted, evaluation.texts)


def judged(records: Sequence[Record], wanted: Sequence[str], found: Sequence[str], most: int = 20) -> TextReport:
    """The report of texts beside their references.

    Args:
        records: Where they came from.
        wanted: The references.
        found: What was written.
        most: Rows of each list.
    """
    wanted, found = [text.strip() for text in wanted], [text.strip() for text in found]
    counts = _counted(wanted, found)
    symbols, words, edits = _taken(wanted, found)
    return TextReport(
        rates=_rates(counts),
        edits=edits,
        symbols=[Taken(_seen(is_), _seen(was), count) for (is_, was), count in symbols.most_common(most)],
        words=[Taken(is_ or NOTHING, was or NOTHING, count) for (is_, was), count in words.most_common(most)],
        lengths=_by_length(wanted, counts),
        groups=_by_group(records, counts),
        worst=_worst(records, wanted, found, counts, most),
    )


def _counted(wanted: Sequence[str], found: Sequence[str]) -> _Counts:
    pairs = list(zip(wanted, found, strict=True))
    columns = (
        [edit_distance(*pair) for pair in pairs],
        [len(text) for text in wanted],
        [edit_distance(left.split(), right.split()) for left, right in pairs],
        [len(text.split()) for text in wanted],
        [int(left == right) for left, right in pairs],
    )
    return _Counts(*(np.array(column, dtype=np.int64) for column in columns))


def _rates(counts: _Counts) -> dict[str, Rate]:
    """Rates over all texts; the interval is that of texts drawn anew, as whole texts are what was sampled."""
    count = len(counts.right)
    drawn = np.random.default_rng(0).integers(0, count, (DRAWS, count))
    parts = {
        "cer": (counts.character_errors, counts.characters),
        "wer": (counts.word_errors, counts.words),
        "sequence_accuracy": (counts.right, np.ones(count, dtype=np.int64)),
    }
    rates = {}
    for name, (errors, sizes) in parts.items():
        again = errors[drawn].sum(axis=1) / np.maximum(sizes[drawn].sum(axis=1), 1)
        low, high = np.percentile(again, (2.5, 97.5)).tolist()
        rates[name] = Rate(errors.sum() / max(sizes.sum(), 1), low, high)
    return rates


Pairs = Counter[tuple[str | None, str | None]]


def _taken(wanted: Sequence[str], found: Sequence[str]) -> tuple[Pairs, Pairs, dict[str, int]]:
    """What became what, symbol by symbol and word by word, and how many edits of each kind there were."""
    symbols: Pairs = Counter()
    words: Pairs = Counter()
    for left, right in zip(wanted, found, strict=True):
        if left != right:
            symbols.update(pair for pair in aligned(left, right) if pair[0] != pair[1])
            words.update(pair for pair in aligned(left.split(), right.split()) if pair[0] != pair[1])
    edits = {"replaced": 0, "left out": 0, "put in": 0}
    for (truth, answer), count in symbols.items():
        edits["put in" if truth is None else "left out" if answer is None else "replaced"] += count
    return symbols, words, edits


def _seen(symbol: str | None) -> str:
    return NOTHING if symbol is None else shown(symbol)


def _by_length(wanted: Sequence[str], counts: _Counts, parts: int = 4) -> list[Group]:
    """Texts in parts of about one size, by their length in characters."""
    lengths = np.array([len(text) for text in wanted])
    edges = np.unique(np.quantile(lengths, np.linspace(0, 1, parts + 1)).round().astype(int))
    if len(edges) < 3:
        return []
    found = []
    for low, high in pairwise(edges.tolist()):
        rows = np.flatnonzero((lengths >= low) & ((lengths < high) | (high == edges[-1])))
        last = high if high == edges[-1] else high - 1
        if len(rows):
            found.append(_group(f"{low} to {last} characters", rows, counts))
    return found


def _by_group(records: Sequence[Record], counts: _Counts) -> list[Group]:
    rows: dict[str, list[int]] = defaultdict(list)
    for row, record in enumerate(records):
        if record.group:
            rows[record.group].append(row)
    groups = [_group(name, np.array(each), counts) for name, each in rows.items()]
    return sorted(groups, key=lambda group: -group.cer)


def _group(name: str, rows: NDArray[np.integer], counts: _Counts) -> Group:
    def rate(errors: NDArray[np.int64], sizes: NDArray[np.int64]) -> float:
        return float(errors[rows].sum() / max(sizes[rows].sum(), 1))

    cer, wer = rate(counts.character_errors, counts.characters), rate(counts.word_errors, counts.words)
    return Group(name, len(rows), cer, wer, float(counts.right[rows].mean()))


def _worst(
    records: Sequence[Record], wanted: Sequence[str], found: Sequence[str], counts: _Counts, most: int
) -> list[Case]:
    """Those with the highest error rate, of equal ones the longest first; none that are right."""
    rates = counts.character_errors / np.maximum(counts.characters, 1)
    order = np.lexsort((-counts.characters, -rates))
    rows = [int(row) for row in order if counts.character_errors[row]][:most]
    return [
        Case(
            records[row].name or f"row {row}",
            records[row].group,
            _cut(wanted[row]),
            _cut(found[row]) or NOTHING,
            f"{100 * rates[row]:.0f}\N{NO-BREAK SPACE}%",
            records[row].source,
        )
        for row in rows
    ]


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"
