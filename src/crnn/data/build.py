"""One pass over the records: each is prepared once, looked at, and kept in the cache, in memory, or on demand."""

from __future__ import annotations

import contextlib
import multiprocessing
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import torch

from crnn.data.cache import Cache, Failure, Stored, Writer
from crnn.data.cores import cores
from crnn.data.example import ExampleSet, Record
from crnn.data.findings import Findings
from crnn.data.inputs import Facts, HeldInputs, Input, Inputs, LazyInputs, Prepare, look
from crnn.errors import DataError, ShapeError, UnknownLabelError, UnreadableError

PROBE = 64
"""Records prepared in this process before deciding whether more processes pay."""

WORTH_S = 3.0
"""Expected seconds of work from which starting processes pays: they take about half a second to start and stop."""

_CHUNK = 32

UNKNOWN_LABEL = "label that training did not see"

_ADVICE = {
    "unreadable": "Check or remove these files.",
    "wrong shape": "Make all samples alike.",
    "unusable": "Repair or remove these samples.",
    UNKNOWN_LABEL: "No answer can be right there: train on such samples too, or correct the labels.",
    "empty": "Record them again or remove them.",
    "not finite": "Repair or remove these samples.",
}


class Outcome(NamedTuple):
    """What preparing one record gave: inputs, target and what `look` says; or why not."""

    inputs: Input | None
    target: Any = None
    looked: tuple[int, bytes, float] = (0, b"", 0.0)
    kind: str = ""
    reason: str = ""


def build(
    records: Sequence[Record],
    prepare: Prepare,
    *,
    cache: Cache | None = None,
    settings: Mapping[str, Any] | None = None,
    workers: int | Literal["auto"] = "auto",
    findings: Findings | None = None,
    memory_gb: float = 1.0,
    progress: Callable[[int], None] | None = None,
) -> ExampleSet:
    """Prepare every record once; what cannot be used is named in the findings.

    The inputs lie in the cache where one is given and the sources are files, else in memory, and where they fit
    neither they are prepared anew on demand.

    Args:
        records: What to prepare.
        prepare: Reads one record; its `DataError` becomes a finding. With processes started by "spawn" it must be
            picklable.
        cache: Where to look for, and leave, prepared inputs.
        settings: All that decides what `prepare` makes of a record, as plain JSON; part of the cache's key.
        workers: Processes to prepare with; 0 for this one; "auto" measures the first records and takes one a core
            where at least 3 s of work are left.
        findings: Where to say what was left out.
        memory_gb: Most to hold in memory. Views of the records' own arrays cost nothing.
        progress: Called with the number of records done, from time to time.

    Raises:
        DataError: no records, none that can be used, or only some of them with a target.
    """
    said = Findings() if findings is None else findings
    if not records:
        raise DataError("there are no records to prepare: give at least one")
    key = _key(cache, records, settings or {})
    if cache is not None and key is not None and (stored := _open(cache, key, said)) is not None:
        _tell(stored.failures, said, len(records))
        return ExampleSet(stored.inputs, stored.targets, [records[row] for row in stored.kept])
    with contextlib.ExitStack() as stack:
        writer = _writer(cache, stack, said) if key is not None else None
        place = _Place(writer, int(memory_gb * 1e9))
        gathered = _Gathered()
        for done, (row, outcome) in enumerate(enumerate(_outcomes(records, prepare, workers)), start=1):
            gathered.take(row, records[row], outcome, place)
            if progress is not None and (done % _CHUNK == 0 or done == len(records)):
                progress(done)
        _tell(gathered.failures, said, len(records))
        chosen = [records[row] for row in gathered.kept]
        targets = _targets(gathered, chosen)
        inputs = _settle(place, gathered, targets, cache, key, said)
    return ExampleSet(LazyInputs(chosen, prepare, gathered.facts) if inputs is None else inputs, targets, chosen)


def prepare_one(prepare: Prepare, record: Record) -> Outcome:
    """Prepare a record and look at what came out; an expected failure becomes an outcome with its kind and reason."""
    try:
        example = prepare(record)
    except (DataError, OSError) as error:
        return Outcome(None, kind=_kind(error), reason=str(error))
    inputs = np.asarray(example.inputs, dtype=np.float32)
    if inputs.size == 0:
        return Outcome(None, kind="empty", reason="")
    looked = look(inputs)
    if np.isnan(looked[2]):
        return Outcome(None, kind="not finite", reason="holds NaN or infinity")
    return Outcome(inputs, example.target, looked)


def _kind(error: Exception) -> str:
    if isinstance(error, OSError):  # UnreadableError is one too
        return "unreadable"
    if isinstance(error, UnknownLabelError):
        return UNKNOWN_LABEL
    return "wrong shape" if isinstance(error, ShapeError) else "unusable"


@dataclass
class _Place:
    """Where inputs go while building: to the cache's writer, else into memory, until it grows too large."""

    writer: Writer | None
    most_bytes: int
    items: list[Input] | None = field(default_factory=list)
    held: int = 0
    problem: str = ""

    def __post_init__(self) -> None:
        if self.writer is not None:
            self.items = None

    def add(self, inputs: Input, source: Any) -> None:
        if self.writer is not None:
            try:
                if not self.writer.add(inputs):
                    self.writer, self.problem = None, "the set is larger than the cache may be"
            except OSError as error:
                self.writer, self.problem = None, str(error)
        elif self.items is not None:
            shared = isinstance(source, np.ndarray) and np.may_share_memory(inputs, source)
            self.held += 0 if shared else inputs.nbytes
            self.items.append(inputs)
            if self.held > self.most_bytes:
                self.items = None


@dataclass
class _Gathered:
    """What the pass has learnt so far."""

    kept: list[int] = field(default_factory=list)
    targets: list[Any] = field(default_factory=list)
    looks: list[tuple[int, bytes, float]] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    tail: tuple[int, ...] | None = None
    first: str = ""

    @property
    def facts(self) -> Facts:
        return Facts.of(self.looks)

    def take(self, row: int, record: Record, outcome: Outcome, place: _Place) -> None:
        name = record.name or f"row {row}"
        if outcome.inputs is None:
            self._fail(row, name, outcome.kind, outcome.reason)
            return
        tail = outcome.inputs.shape[1:]
        if self.tail is None:
            self.tail, self.first = tail, name
        if tail != self.tail:
            self._fail(row, name, "wrong shape", f"steps of shape {tail}, not {self.tail} as {self.first}")
            return
        self.kept.append(row)
        self.targets.append(outcome.target)
        self.looks.append(outcome.looked)
        place.add(outcome.inputs, record.source)

    def _fail(self, row: int, name: str, kind: str, reason: str) -> None:
        text = reason if name in reason else f"{name}: {reason}" if reason else name
        self.failures.append((row, kind, text, _ADVICE[kind]))


def _key(cache: Cache | None, records: Sequence[Record], settings: Mapping[str, Any]) -> str | None:
    """None where caching is off or does not pay: what came from memory is prepared faster than it is read back."""
    if cache is None or cache.limit_bytes == 0 or not any(in_files(record.source) for record in records):
        return None
    return cache.key(records, settings)


def in_files(source: Any) -> bool:
    """Whether a source is a file, or a piece of one: a tuple with the path in it."""
    return isinstance(source, Path) or (isinstance(source, tuple) and any(isinstance(item, Path) for item in source))


def _open(cache: Cache, key: str, findings: Findings) -> Stored | None:
    try:
        return cache.open(key)
    except UnreadableError as error:
        findings.add("damaged cache", str(error), "Check the disk if this comes again.", dropped=False)
        cache.drop(key)
        return None


def _writer(cache: Cache | None, stack: contextlib.ExitStack, findings: Findings) -> Writer | None:
    if cache is None:
        return None
    try:
        return stack.enter_context(cache.writer())
    except OSError as error:
        _no_cache(findings, str(error))
        return None


def _no_cache(findings: Findings, problem: str) -> None:
    advice = "Samples are prepared anew in each run; set $CRNN_CACHE or $CRNN_CACHE_GB to change that."
    findings.add("unused cache", problem, advice, dropped=False)


def _tell(failures: Sequence[Failure], findings: Findings, count: int) -> None:
    for _, kind, text, advice in failures:
        findings.add(kind, text, advice)
    if len(failures) == count:
        raise DataError(f"none of the {count} samples can be used:\n{findings}")


def _targets(gathered: _Gathered, records: Sequence[Record]) -> list[Any] | None:
    without = [row for row, target in enumerate(gathered.targets) if target is None]
    if not without:
        return gathered.targets
    if len(without) < len(records):
        name = records[without[0]].name
        raise DataError(
            f"{len(without)} of {len(records)} samples have no target, the first is {name}: give all or none"
        )
    return None


def _settle(
    place: _Place,
    gathered: _Gathered,
    targets: list[Any] | None,
    cache: Cache | None,
    key: str | None,
    findings: Findings,
) -> Inputs | None:
    """The inputs where they lie now; None where they lie nowhere."""
    if cache is not None and key is not None and place.writer is not None:
        index = {"tail": list(gathered.tail or ()), "failures": gathered.failures}
        try:
            place.writer.finish(index, gathered.facts, targets, gathered.kept)
            cache.keep(place.writer, key)
            stored = cache.open(key)
            return None if stored is None else stored.inputs
        except OSError as error:
            place.problem = str(error)
    if place.problem:
        _no_cache(findings, place.problem)
    return None if place.items is None else HeldInputs(place.items, gathered.facts)


class _Chunks(torch.utils.data.Dataset[list[Outcome]]):
    """Records in small packs, so that few messages travel between processes."""

    def __init__(self, records: Sequence[Record], prepare: Prepare) -> None:
        self.records = records
        self.prepare = prepare

    def __len__(self) -> int:
        return -(-len(self.records) // _CHUNK)

    def __getitem__(self, number: int) -> list[Outcome]:
        pack = self.records[number * _CHUNK : (number + 1) * _CHUNK]
        return [prepare_one(self.prepare, record) for record in pack]


def _outcomes(records: Sequence[Record], prepare: Prepare, workers: int | Literal["auto"]) -> Iterator[Outcome]:
    """One outcome a record, in order, whatever the number of processes."""
    processes, done = 0 if workers == "auto" else workers, 0
    if workers == "auto":
        half = min(PROBE // 2, len(records))
        yield from (prepare_one(prepare, record) for record in records[:half])  # warms up imports and disk
        start_s, done = time.perf_counter(), min(PROBE, len(records))
        outcomes = [prepare_one(prepare, record) for record in records[half:done]]
        each_s = (time.perf_counter() - start_s) / max(1, done - half)
        yield from outcomes
        pays = each_s * (len(records) - done) > WORTH_S and cores() > 1 and _may_fork()
        processes = cores() if pays else 0
    rest = records[done:]
    if processes == 0 or not rest:
        yield from (prepare_one(prepare, record) for record in rest)
        return
    loader: torch.utils.data.DataLoader[list[Outcome]] = torch.utils.data.DataLoader(
        _Chunks(rest, prepare),
        batch_size=None,
        num_workers=processes,
        collate_fn=_as_is,
        generator=torch.Generator(),  # else the loader would draw from the global one
    )
    for pack in loader:
        yield from pack


def _as_is(pack: list[Outcome]) -> list[Outcome]:
    return pack


def _may_fork() -> bool:
    """Forked processes need no guarded main module; a loader's process may have none of its own."""
    method = multiprocessing.get_start_method(allow_none=True) or multiprocessing.get_all_start_methods()[0]
    return method == "fork" and not multiprocessing.current_process().daemon
