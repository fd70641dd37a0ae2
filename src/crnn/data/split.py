"""Training and validation rows: at random, class by class, by whole speakers, or the tail in time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crnn.data.example import Record
from crnn.data.findings import Findings
from crnn.data.part_names import TRAINED, part_of
from crnn.errors import SplitError, UnknownNameError

Rows = NDArray[np.int64]

POLICIES = ("random", "stratified", "group", "tail")

FEW_MORE = 50
"""Samples more than were asked for that need no word: small classes stand on both sides."""

STARTS = 16
"""Random starts of the search for groups."""

MANY_GROUPS = 300
"""From so many groups on any start comes near enough to the share."""


def split(
    records: Sequence[Record],
    share: float,
    policy: str = "random",
    seed: int = 0,
    findings: Findings | None = None,
) -> tuple[Rows, Rows]:
    """Rows for training and for validation, each in ascending order.

    Where the records themselves name validation samples, that split is taken as it is. Records of the test part, or of
    one with another name, are never returned.

    Args:
        records: All records.
        share: Share of the samples for validation, from 0 (none) up to, but not including, 1.
        policy: "random"; "stratified" keeps each class's share, and every class of two or more on both sides, even
            where that takes more than `share`, while a class of one goes to training; "group" keeps all samples of a
            speaker, writer or series on one side, balancing classes as well as it can; "tail" takes the last samples.
        seed: Same seed, same rows.
        findings: Where to say that a policy could not be followed, and what was done instead, or that the validation
            part became much larger than asked for.

    Raises:
        SplitError: a share outside [0, 1), or too few samples or groups for two sides.
        UnknownNameError: no such policy.
    """
    if policy not in POLICIES:
        raise UnknownNameError("split policy", policy, POLICIES)
    if not 0.0 <= share < 1.0:
        raise SplitError(f"validation_split={share!r}: give a share from 0 up to, but not including, 1, such as 0.2")
    named = by_column(records)
    if named is not None:
        return named
    pool = to_train(records).tolist()
    if share == 0.0:
        return _rows(pool), _rows([])
    if len(pool) < 2:
        raise SplitError("one sample cannot be split in two: give more samples, or validation_split=0")
    dev = _choose(policy, [records[row] for row in pool], share, seed, Findings() if findings is None else findings)
    chosen = {pool[place] for place in dev}
    return _rows([row for row in pool if row not in chosen]), _rows(sorted(chosen))


def folds(records: Sequence[Record], count: int = 5, seed: int = 0) -> list[tuple[Rows, Rows]]:
    """Rows for training and for judging, `count` times: every sample is judged once, for cross-validation.

    Where the records name groups, all samples of a group are judged in the same fold; else each fold has its share of
    every class. Records of the test part, or of one with another name, are in no fold.

    Args:
        records: All records.
        count: Folds.
        seed: Same seed, same folds.

    Raises:
        SplitError: fewer samples, or groups, than folds, or fewer than two folds.

    Example:
        >>> [dev.tolist() for _, dev in folds([Record(0, label) for label in "aabb"], 2, seed=1)]
        [[0, 2], [1, 3]]
    """
    pool = [row for row, record in enumerate(records) if record.split in (*TRAINED, "dev")]
    groups = [records[row].group or str(row) for row in pool]
    grouped = any(records[row].group for row in pool)
    most = len(set(groups))
    if not 2 <= count <= most:
        what = "groups" if grouped else "samples"
        raise SplitError(f"{count} folds of {most} {what}: give a number from 2 to {most}")
    random = np.random.default_rng(seed)
    places = _dealt_groups(groups, count, random) if grouped else _dealt([records[row] for row in pool], count, random)
    rows = _rows(pool)
    return [(rows[places != fold], rows[places == fold]) for fold in range(count)]


def _dealt(records: list[Record], count: int, random: np.random.Generator) -> Rows:
    """The fold of each record: class by class, dealt like cards, so that folds differ by one sample at most."""
    classes = _classes(records)
    order = random.permutation(len(records))
    if classes is not None:
        order = order[np.argsort(classes[order], kind="stable")]
    places = np.empty(len(records), dtype=np.int64)
    places[order] = np.arange(len(records)) % count
    return places


def _dealt_groups(groups: list[str], count: int, random: np.random.Generator) -> Rows:
    """The fold of each record: the largest group first, each to the fold with the fewest samples so far."""
    names, members, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    order = random.permutation(len(names))
    fold_of = np.empty(len(names), dtype=np.int64)
    filled = np.zeros(count, dtype=np.int64)
    for name in order[np.argsort(-sizes[order], kind="stable")]:
        fold_of[name] = int(filled.argmin())
        filled[fold_of[name]] += sizes[name]
    return fold_of[members]


def part(records: Sequence[Record], name: str | None = None) -> tuple[list[Record], str]:
    """The records to evaluate on: a named part, or "test", else "dev", else all where the data names no parts.

    Raises:
        SplitError: there is no such part.
    """
    present = {record.split for record in records}
    name = part_of(name or "") or name if name not in present else name
    chosen = name or next((known for known in ("test", "dev") if known in present), "")
    if chosen == "" and name is None:
        return list(records), ""
    if chosen not in present:
        known = ", ".join(sorted(present - {""})) or "none"
        raise SplitError(f"there is no part {chosen!r} in the data; parts: {known}")
    return [record for record in records if record.split == chosen], chosen


def by_column(records: Sequence[Record]) -> tuple[Rows, Rows] | None:
    """The split that the data names: records marked "dev" against those to train on; None where none is "dev".

    Raises:
        SplitError: validation samples but none to train on.
    """
    dev = [row for row, record in enumerate(records) if record.split == "dev"]
    return (to_train(records), _rows(dev)) if dev else None


def to_train(records: Sequence[Record]) -> Rows:
    """Rows of the training part: records marked so, and those of which the data says nothing.

    Raises:
        SplitError: there is none.
    """
    rows = [row for row, record in enumerate(records) if record.split in TRAINED]
    if not rows:
        parts = ", ".join(f"{count} of {name!r}" for name, count in Counter(record.split for record in records).items())
        raise SplitError(f"no sample is marked for training, of {parts}: check the column or the folders of parts")
    return _rows(rows)


def _choose(policy: str, records: list[Record], share: float, seed: int, findings: Findings) -> list[int]:
    """Places of the validation samples."""
    random = np.random.default_rng(seed)
    count = min(max(1, round(share * len(records))), len(records) - 1)
    if policy == "tail":
        return list(range(len(records) - count, len(records)))
    if policy == "group":
        groups = {record.group for record in records}
        if len(groups - {""}) > 1 or ("" in groups and len(groups) > 1):
            return _by_group(records, share, random)
        why = "no record names one" if groups == {""} else f"all are of {records[0].group!r}"
        advice = "Name speakers, writers or series in the data, or expect results to look better than they are."
        findings.add("split without groups", f"{why}; split by class instead", advice, dropped=False)
    classes = _classes(records)
    if policy == "random" or classes is None:
        return sorted(random.permutation(len(records))[:count].tolist())
    chosen = _stratified(classes, count, random)
    if len(chosen) > count + FEW_MORE:
        told = f"{len(chosen):,} samples instead of {count:,}, so that each class has one there"
        findings.add(
            "larger validation part", told, "To train on more of them, give validation data of your own.", dropped=False
        )
    return chosen


def _classes(records: Sequence[Record]) -> NDArray[np.int64] | None:
    """A class number for each record, in order of first appearance; None where targets are no labels.

    Transcripts, vectors and measured values are no labels, nor is anything of which most values come once.
    """
    numbers: dict[Any, int] = {}
    found = []
    for record in records:
        label = record.target
        if not isinstance(label, (str, int, np.integer, np.str_)):
            return None
        found.append(numbers.setdefault(label, len(numbers)))
    classes = np.array(found, dtype=np.int64)
    return classes if 2 * len(numbers) <= len(records) else None


def _stratified(classes: NDArray[np.int64], count: int, random: np.random.Generator) -> list[int]:
    sizes = np.bincount(classes)
    wanted = sizes * (count / len(classes))
    low, high = np.minimum(1, sizes - 1), sizes - 1
    shares = np.clip(np.floor(wanted).astype(np.int64), low, high)
    # The samples that rounding down left over go to the classes that lost most by it.
    order = np.argsort(shares - wanted, kind="stable")
    for number in order:
        if shares.sum() >= count:
            break
        shares[number] = min(shares[number] + 1, high[number])
    dev: list[int] = []
    for number, part in enumerate(shares):
        members = np.flatnonzero(classes == number)
        dev += random.permutation(members)[:part].tolist()
    return sorted(dev)


def _by_group(records: Sequence[Record], share: float, random: np.random.Generator) -> list[int]:
    names: dict[Any, int] = {}
    # A record without a group stands for itself.
    keys: list[Any] = [record.group or row for row, record in enumerate(records)]
    groups = np.array([names.setdefault(key, len(names)) for key in keys])
    classes = _classes(records)
    if classes is None:
        classes = np.zeros(len(records), dtype=np.int64)
    table = np.zeros((len(names), int(classes.max()) + 1))
    np.add.at(table, (groups, classes), 1.0)
    chosen = _pick_groups(table, share, random)
    return np.flatnonzero(chosen[groups]).tolist()


def _pick_groups(table: NDArray[np.float64], share: float, random: np.random.Generator) -> NDArray[np.bool_]:
    """Groups whose samples by class ``(groups, classes)`` together come nearest to the share.

    Several random starts, each improved by the single change that helps most, again and again: a few speakers are
    matched well, and each seed gives another choice where several are as good.
    """
    starts = STARTS if len(table) <= MANY_GROUPS else 1
    tries = [_improved(table, share, random) for _ in range(starts)]
    return min(tries, key=lambda chosen: float(_distance(table[chosen].sum(axis=0), table, share)))


def _distance(sums: NDArray[np.float64], table: NDArray[np.float64], share: float) -> NDArray[np.float64]:
    """How far class counts ``(…, classes)`` are from the share; a class that one side lacks weighs most."""
    whole = table.sum(axis=0)
    wanted = share * whole
    of_classes = (((sums - wanted) / np.maximum(wanted, 1.0)) ** 2).mean(axis=-1)
    of_all = ((sums.sum(axis=-1) - wanted.sum()) / max(wanted.sum(), 1.0)) ** 2
    lacking = ((sums == 0) | (sums == whole)).mean(axis=-1)
    return np.asarray(of_classes + of_all + lacking)


def _improved(table: NDArray[np.float64], share: float, random: np.random.Generator) -> NDArray[np.bool_]:
    """A random choice of groups about as large as the share, then changed one group at a time while that helps."""
    count = len(table)
    chosen = np.zeros(count, dtype=bool)
    chosen[random.permutation(count)[: min(max(1, round(share * count)), count - 1)]] = True
    for _ in range(min(count, MANY_GROUPS)):
        sums = table[chosen].sum(axis=0)
        after = _distance(sums + np.where(chosen, -1.0, 1.0)[:, None] * table, table, share)
        if chosen.sum() == 1:
            after[chosen] = np.inf
        if chosen.sum() == count - 1:
            after[~chosen] = np.inf
        best = int(np.argmin(after))
        if not after[best] < _distance(sums, table, share) - 1e-12:
            break
        chosen[best] = not chosen[best]
    return chosen


def _rows(rows: Sequence[int]) -> Rows:
    return np.array(rows, dtype=np.int64)
