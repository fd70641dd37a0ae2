"""What will go wrong, said before training starts: silence, samples too short, leaks, lonely and missing classes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from crnn.data.example import ExampleSet, Record
from crnn.data.findings import Findings
from crnn.data.inputs import known, take, with_facts
from crnn.data.label_forms import likeness
from crnn.errors import DataError

IMBALANCE = 20
"""A class this many times larger than another is worth a word."""

TooShort = Callable[[int, Any], str]
"""From a sample's steps and target the reason why it is too short, or "" where it is not."""


class Checked(NamedTuple):
    """Sets without the samples that cannot be used, and what was found."""

    train: ExampleSet
    dev: ExampleSet | None
    findings: Findings


def preflight(
    train: ExampleSet,
    dev: ExampleSet | None = None,
    *,
    too_short: TooShort | None = None,
    silent_below: float | None = None,
    findings: Findings | None = None,
) -> Checked:
    """Leave out what cannot be used and name what looks wrong; reads no sample again.

    Left out: silent samples, samples too short, validation samples of a class that training does not have. Only
    noted: the same sample twice, with two answers or on both sides, a group on both sides, classes of one sample,
    classes of very different size.

    Args:
        train: The training part, as `build` made it.
        dev: The validation part, or None.
        too_short: Says why a sample of so many steps is too short for its target, or "".
        silent_below: Leave out samples whose values spread over less than this; None for materials without silence.
            A class whose samples are mostly silent is a class of silence and stays.
        findings: Where to say what was found.

    Raises:
        DataError: nothing is left, or the training part has a single class.
    """
    said = Findings() if findings is None else findings
    train = usable(train, too_short, silent_below, said)
    if len(train) == 0:
        raise DataError(f"no training sample can be used:\n{said}")
    labels = _labels(train)
    if labels is not None:
        _weigh_classes(labels, said)
    _doubt_names(_several(train) if labels is None else labels, said)
    _repeats(train, said)
    if dev is None:
        return Checked(train, None, said)
    dev = usable(dev, too_short, silent_below, said)
    if labels is not None and dev.targets is not None:
        assert train.targets is not None
        dev = _seen_only(dev, {*train.targets}, said)
    if len(dev) == 0:
        raise DataError(f"no validation sample can be used:\n{said}")
    _leaks(train, dev, said)
    return Checked(train, dev, said)


MISSING = ("nan", "none", "null", "n/a", "<na>")
"""What programs write where there is no value."""

ADVICE = {
    "too short": "Lower the pooling, or give longer samples.",
    "text of unknown symbols": "Add training texts that have its symbols, or remove the sample.",
}


def usable(examples: ExampleSet, too_short: TooShort | None, silent_below: float | None, said: Findings) -> ExampleSet:
    """The examples that are neither too short nor silent; the others are named."""
    examples = with_facts(examples)
    facts = known(examples).facts
    keep = np.ones(len(examples), dtype=bool)
    if silent_below is not None:
        for row in _silent(examples, facts.spreads < silent_below):
            keep[row] = False
            said.add("silent", _name(examples.records, row), "Record them again or remove them.")
    if too_short is not None:
        for row in np.flatnonzero(keep).tolist():
            target = None if examples.targets is None else examples.targets[row]
            reason = too_short(int(facts.lengths[row]), target)
            if reason:
                keep[row] = False
                empty = target is not None and np.size(target) == 0
                kind = "text of unknown symbols" if empty else "too short"
                said.add(kind, f"{_name(examples.records, row)} {reason}", ADVICE[kind])
    return examples if keep.all() else take(examples, np.flatnonzero(keep))


def _silent(examples: ExampleSet, silent: np.ndarray[Any, np.dtype[np.bool_]]) -> list[int]:
    """Silent rows, but for those of a class of silence."""
    rows = np.flatnonzero(silent).tolist()
    labels = _labels(examples)
    if labels is None:
        return rows
    quiet, whole = Counter(labels[row] for row in rows), Counter(labels)
    return [row for row in rows if 2 * quiet[labels[row]] <= whole[labels[row]]]


def _labels(examples: ExampleSet) -> list[Any] | None:
    """What the user calls each sample's class; None where the targets are no class numbers."""
    if examples.targets is None or not all(isinstance(target, (int, np.integer)) for target in examples.targets):
        return None
    given = [record.target for record in examples.records]
    return given if all(isinstance(label, (str, int)) for label in given) else list(examples.targets)


def _several(examples: ExampleSet) -> list[Any]:
    """The labels of all samples, one after the other, where each may have several."""
    sets = (record.target for record in examples.records if isinstance(record.target, (tuple, set, frozenset)))
    return [label for held in sets for label in held]


def _doubt_names(labels: Sequence[Any], said: Findings) -> None:
    """Name labels that stand for a missing one, and those that differ in width, case, spaces and signs alone."""
    spellings: dict[str, list[str]] = defaultdict(list)
    for label, size in Counter(label for label in labels if isinstance(label, str)).items():
        bare = likeness(label)
        if label.casefold().strip(" .,;:!?") in MISSING:
            advice = "It is learnt like any other: fill it in or remove these samples, if a label is missing there."
            said.add("label that may be missing", f"{label!r} of {size}", advice, dropped=False)
        elif bare:
            spellings[bare].append(f"{label!r} of {size}")
    for alike in spellings.values():
        if len(alike) > 1:
            advice = "They are learnt as different ones: write one label in one way."
            said.add("label in several spellings", ", ".join(alike), advice, dropped=False)


def _weigh_classes(labels: Sequence[Any], said: Findings) -> None:
    sizes = Counter(labels)
    if len(sizes) < 2:
        raise DataError(f"all {len(labels)} training samples are of class {labels[0]!r}: give at least two classes")
    for label, size in sizes.items():
        if size < 2:
            said.add("class of one sample", str(label), "It cannot be learnt and checked: add samples.", dropped=False)
    (most, many), (least, few) = sizes.most_common()[0], sizes.most_common()[-1]
    if many > IMBALANCE * few:
        advice = "Add samples of the small classes, or a column of weights; watch the recall of each class."
        said.add("uneven classes", f"{many} of {most!r}, {few} of {least!r}", advice, dropped=False)


def _repeats(examples: ExampleSet, said: Findings) -> None:
    first: dict[bytes, int] = {}
    for row, mark in enumerate(_marks(examples)):
        before = first.setdefault(mark, row)
        if before == row:
            continue
        name = _same(examples.records[row], examples.records[before], row, before)
        said.add("repeated sample", name, "Remove one of each two.", dropped=False)
        if _answer(examples, row) != _answer(examples, before):
            said.add("same sample, two answers", name, "One of the answers is wrong.", dropped=False)


def _leaks(train: ExampleSet, dev: ExampleSet, said: Findings) -> None:
    places = {mark: row for row, mark in enumerate(_marks(train))}
    for row, mark in enumerate(_marks(dev)):
        if mark in places:
            name = _same(dev.records[row], train.records[places[mark]], row, places[mark])
            advice = "Validation looks better than it is: remove these from one side."
            said.add("sample on both sides", name, advice, dropped=False)
    groups = {record.group for record in train.records if record.group}
    for group in sorted(groups & {record.group for record in dev.records}):
        advice = "Results for new speakers or writers will be worse: split by group."
        said.add("group on both sides", group, advice, dropped=False)


def _seen_only(dev: ExampleSet, seen: set[Any], said: Findings) -> ExampleSet:
    labels = _labels(dev) or []
    rows = [row for row, number in enumerate(dev.targets or ()) if number in seen]
    for row in sorted(set(range(len(labels))) - set(rows)):
        name = f"{_name(dev.records, row)}: {labels[row]!r}"
        said.add("class without training samples", name, "Add training samples of it or remove it.")
    return dev if len(rows) == len(dev) else take(dev, rows)


def _marks(examples: ExampleSet) -> list[bytes]:
    return [mark.tobytes() for mark in known(examples).facts.digests]


def _answer(examples: ExampleSet, row: int) -> str:
    target = examples.records[row].target
    # Several labels are a set: their order says nothing.
    return repr(sorted(target) if isinstance(target, tuple) else target)


def _same(record: Record, other: Record, row: int, other_row: int) -> str:
    """What to say of two samples whose inputs are one, also where their texts differ in what is not read."""
    differ = isinstance(record.source, str) and isinstance(other.source, str) and record.source != other.source
    told = f"{record.name or f'row {row}'} is {other.name or f'row {other_row}'}"
    return told + (" as far as they are read" if differ else "")


def _name(records: Sequence[Record], row: int) -> str:
    return records[row].name or f"row {row}"
