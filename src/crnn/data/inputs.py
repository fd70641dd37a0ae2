"""Where prepared inputs lie: held in memory, mapped from the disk, or prepared anew each time they are asked for."""

from __future__ import annotations

import hashlib
from abc import abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from crnn.data.example import Example, ExampleSet, Record
from crnn.errors import UnreadableError

Input = NDArray[np.float32]
Prepare = Callable[[Record], Example]


@dataclass(frozen=True)
class Facts:
    """What one pass learns about the inputs, so that later checks need no second pass.

    Args:
        lengths: Steps of each sample, int64 ``(N,)``.
        digests: 16 bytes of BLAKE2b over shape and values, uint8 ``(N, 16)``; equal for equal inputs.
        spreads: Largest minus smallest value, float32 ``(N,)``; next to 0 for silence or an empty line.
    """

    lengths: NDArray[np.int64]
    digests: NDArray[np.uint8]
    spreads: NDArray[np.float32]

    @classmethod
    def of(cls, parts: Iterable[tuple[int, bytes, float]]) -> Facts:
        """From what `look` says of each sample."""
        lengths, digests, spreads = zip(*parts, strict=True) if (parts := list(parts)) else ((), (), ())
        packed = np.frombuffer(b"".join(digests), dtype=np.uint8).reshape(-1, 16)
        return cls(np.array(lengths, np.int64), packed, np.array(spreads, np.float32))

    def take(self, rows: Sequence[int] | NDArray[np.int64]) -> Facts:
        """The facts of some rows."""
        chosen = np.asarray(rows, dtype=np.int64)
        return Facts(self.lengths[chosen], self.digests[chosen], self.spreads[chosen])


def look(inputs: Input) -> tuple[int, bytes, float]:
    """Length, digest and spread of one sample; the spread is NaN where a value is NaN or infinite."""
    with np.errstate(invalid="ignore"):
        spread = float(inputs.max() - inputs.min()) if inputs.size else 0.0
    return len(inputs), digest(inputs), spread if np.isfinite(spread) else float("nan")


def digest(inputs: NDArray[Any]) -> bytes:
    """16 bytes that are the same for the same shape and values."""
    state = hashlib.blake2b(repr((inputs.shape, inputs.dtype.str)).encode(), digest_size=16)
    state.update(np.ascontiguousarray(inputs).data)
    return state.digest()


class Inputs(Sequence[Input]):
    """Prepared inputs with random access; knows lengths and facts without touching the samples."""

    facts: Facts

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Steps of every sample."""
        return self.facts.lengths

    @property
    def lazy(self) -> bool:
        """Whether taking a sample costs work, so that loader processes pay."""
        return False

    def __len__(self) -> int:
        return len(self.facts.lengths)

    @abstractmethod
    def one(self, row: int) -> Input:
        """One sample, ``(T_i, …)``; `row` is from 0 up."""

    @overload
    def __getitem__(self, row: int) -> Input: ...
    @overload
    def __getitem__(self, row: slice) -> list[Input]: ...
    def __getitem__(self, row: int | slice) -> Input | list[Input]:
        if isinstance(row, slice):
            return [self.one(each) for each in range(len(self))[row]]
        return self.one(range(len(self))[row])


class HeldInputs(Inputs):
    """Inputs in memory."""

    def __init__(self, items: Sequence[Input], facts: Facts | None = None) -> None:
        self._items = list(items)
        self.facts = Facts.of(map(look, self._items)) if facts is None else facts

    def one(self, row: int) -> Input:
        """The array itself."""
        return self._items[row]


class MappedInputs(Inputs):
    """Inputs as slices of one float32 file, mapped into memory by each process that uses it.

    Args:
        file: Raw float32 values, sample after sample.
        tail: Shape of a step: ``()``, ``(F,)`` or ``(F, C)``.
        facts: Of the samples, in the file's order.
    """

    def __init__(self, file: Path, tail: tuple[int, ...], facts: Facts) -> None:
        self.file = file
        self.tail = tail
        self.facts = facts
        self._starts = np.concatenate([[0], np.cumsum(facts.lengths)])
        self._map: Input | None = None

    def one(self, row: int) -> Input:
        """A slice of the map; writing to it stays in this process."""
        if self._map is None:
            self._map = self._open()
        return self._map[self._starts[row] : self._starts[row + 1]]

    def __getstate__(self) -> dict[str, Any]:
        # Pickling a map would copy the whole file into the message to a loader process.
        return {**self.__dict__, "_map": None}

    def _open(self) -> Input:
        shape = (int(self._starts[-1]), *self.tail)
        try:
            # Copy-on-write, as torch warns about arrays that it may not write to.
            return np.asarray(np.memmap(self.file, dtype="<f4", mode="c", shape=shape))
        except (OSError, ValueError) as error:
            raise UnreadableError(f"the prepared inputs {self.file} are gone ({error}): start again") from error


class LazyInputs(Inputs):
    """Inputs that are prepared anew each time: for sets that fit neither memory nor cache."""

    def __init__(self, records: Sequence[Record], prepare: Prepare, facts: Facts) -> None:
        self.records = records
        self.prepare = prepare
        self.facts = facts

    @property
    def lazy(self) -> bool:
        """Each sample costs a call of `prepare`."""
        return True

    def one(self, row: int) -> Input:
        """Prepare the sample.

        Raises:
            DataError: the file has changed or gone since the first pass.
        """
        return self.prepare(self.records[row]).inputs


class ChosenInputs(Inputs):
    """Some rows of other inputs, in a given order."""

    def __init__(self, base: Inputs, rows: Sequence[int] | NDArray[np.int64]) -> None:
        self.base = base
        self.rows = np.asarray(rows, dtype=np.int64)
        self.facts = base.facts.take(self.rows)

    @property
    def lazy(self) -> bool:
        """As the inputs behind it."""
        return self.base.lazy

    def one(self, row: int) -> Input:
        """The sample of the base."""
        return self.base.one(int(self.rows[row]))


def known(examples: ExampleSet) -> Inputs:
    """The set's inputs with their facts, which takes one pass where they are a plain list."""
    return examples.inputs if isinstance(examples.inputs, Inputs) else HeldInputs(examples.inputs)


def with_facts(examples: ExampleSet) -> ExampleSet:
    """The set itself where its inputs have facts, else one that holds the same with them."""
    if isinstance(examples.inputs, Inputs):
        return examples
    return ExampleSet(known(examples), examples.targets, examples.records)


def take(examples: ExampleSet, rows: Sequence[int] | NDArray[np.int64]) -> ExampleSet:
    """Some rows of a set as a set of its own; inputs are shared, not copied."""
    chosen = [int(row) for row in rows]
    targets = None if examples.targets is None else [examples.targets[row] for row in chosen]
    return ExampleSet(ChosenInputs(known(examples), chosen), targets, [examples.records[row] for row in chosen])
