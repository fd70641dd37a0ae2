"""Batches of rows: alike in length, shuffled by seed and epoch alone, cut evenly between processes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import DataLoader, Sampler

from crnn.data.cores import cores
from crnn.data.example import Batch, ExampleSet
from crnn.data.inputs import Inputs
from crnn.errors import SpecError

WINDOW = 50
"""Batches within which samples are sorted by length: more saves padding, fewer shuffles better."""


def plan(
    lengths: Sequence[int] | NDArray[np.int64],
    batch_size: int,
    *,
    shuffle: bool,
    seed: int = 0,
    epoch: int = 0,
    window: int = WINDOW,
) -> list[list[int]]:
    """The batches of an epoch as lists of rows; a pure function of its arguments, the same in every process.

    Shuffled, rows of unequal lengths are drawn at random into windows, sorted by length inside a window, cut into
    batches, and the batches are shuffled. Rows of one length are simply shuffled. Unshuffled, all rows are sorted by
    length, so that evaluation pads least; `Batch.rows` says which is which. Every row comes once; only one batch is
    smaller than the rest.

    Args:
        lengths: Steps of each sample.
        batch_size: Rows a batch.
        shuffle: Whether for training.
        seed: Of the run.
        epoch: Another order each epoch.
        window: Batches a window.

    Example:
        >>> plan([5, 1, 4, 1], batch_size=2, shuffle=False)
        [[1, 3], [2, 0]]
    """
    steps = np.asarray(lengths, dtype=np.int64)
    random = np.random.default_rng([seed, epoch])
    order = random.permutation(len(steps)) if shuffle else np.argsort(steps, kind="stable")
    if shuffle and len(np.unique(steps)) > 1:
        size = window * batch_size
        parts = [order[at : at + size] for at in range(0, len(order), size)]
        order = np.concatenate([part[np.argsort(steps[part], kind="stable")] for part in parts])
    batches = [order[at : at + batch_size].tolist() for at in range(0, len(order), batch_size)]
    return [batches[at] for at in random.permutation(len(batches))] if shuffle else batches


def shard(batch: list[int], rank: int, world: int, repeat: bool) -> list[int]:
    """One process's part of a batch.

    Args:
        batch: Rows of the batch as a whole.
        rank: Number of this process.
        world: Number of processes.
        repeat: Make all parts equal by taking rows again from the front, for training, where every process must
            step together; otherwise no row comes twice, for evaluation, and a part may be empty.

    Example:
        >>> [shard([7, 8, 9], rank, 2, repeat=True) for rank in (0, 1)]
        [[7, 9], [8, 7]]
    """
    if repeat and (short := -len(batch) % world):
        batch = [*batch, *(batch * -(-short // len(batch)))[:short]]
    return batch[rank::world]


def padding_share(lengths: Sequence[int] | NDArray[np.int64], batches: Sequence[Sequence[int]]) -> float:
    """The share of all steps in these batches that is padding.

    Example:
        >>> padding_share([5, 1, 4, 1], [[1, 3], [2, 0]])
        0.0833...
    """
    steps = np.asarray(lengths, dtype=np.int64)
    valid = sum(int(steps[list(rows)].sum()) for rows in batches)
    whole = sum(int(steps[list(rows)].max()) * len(rows) for rows in batches)
    return 1.0 - valid / whole if whole else 0.0


class Buckets(Sampler[list[int]]):
    """A sampler of row lists, one a batch; see `plan`.

    Args:
        lengths: Steps of each sample.
        batch_size: Rows of a batch over all processes together, so that results do not hang on their number.
        shuffle: Shuffle, and make the processes' parts equal; False sorts by length and repeats nothing.
        seed: Of the run.
        rank: Number of this process.
        world: Number of processes.

    Raises:
        SpecError: a batch size below 1 or below the number of processes, or a rank outside the world.
    """

    def __init__(
        self,
        lengths: Sequence[int] | NDArray[np.int64],
        batch_size: int,
        *,
        shuffle: bool,
        seed: int = 0,
        rank: int = 0,
        world: int = 1,
    ) -> None:
        if batch_size < 1 or not 0 <= rank < world or batch_size < world:
            raise SpecError(
                f"batch_size={batch_size}, rank={rank}, world={world}: give a batch of at least one row a process"
                " and a rank from 0 up to world - 1"
            )
        self.lengths = np.asarray(lengths, dtype=np.int64)
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.seed = seed
        self.rank = rank
        self.world = world
        self.epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Choose the order of an epoch; the trainer calls it before each."""
        self.epoch = epoch

    @property
    def padding_share(self) -> float:
        """The share of padding in the current epoch's batches."""
        return padding_share(self.lengths, self._plan())

    def __iter__(self) -> Iterator[list[int]]:
        parts = (shard(batch, self.rank, self.world, repeat=self.shuffle) for batch in self._plan())
        return (part for part in parts if part)

    def __len__(self) -> int:
        whole, rest = divmod(len(self.lengths), self.batch_size)
        return whole + (rest > 0 if self.shuffle else rest > self.rank)

    def _plan(self) -> list[list[int]]:
        return plan(self.lengths, self.batch_size, shuffle=self.shuffle, seed=self.seed, epoch=self.epoch)


class Draws(Buckets):
    """The sampler of a virtual set, whose samples are all of one length and may be too many for one epoch.

    Shuffled, each epoch draws its own samples; else the set says which are judged. A pure function of seed and epoch.

    Args:
        count: Samples of the set.
        most: Samples of an epoch.
        judged: Rows of an unshuffled pass.
        batch_size: Rows of a batch over all processes together.
        settings: As those of `Buckets`.
    """

    def __init__(self, count: int, most: int, judged: NDArray[np.int64], batch_size: int, **settings: Any) -> None:
        self.count, self.judged = count, judged
        size = min(count, most) if settings["shuffle"] else len(judged)
        super().__init__(np.broadcast_to(np.int64(1), (size,)), batch_size, **settings)

    def _plan(self) -> list[list[int]]:
        rows = self.judged
        if self.shuffle:
            random = np.random.default_rng([self.seed, self.epoch])
            size = len(self.lengths)
            rows = random.permutation(self.count) if size == self.count else _distinct(random, self.count, size)
        return [rows[at : at + self.batch_size].tolist() for at in range(0, len(rows), self.batch_size)]


def _distinct(random: np.random.Generator, count: int, size: int) -> NDArray[np.int64]:
    """`size` different numbers below `count`, without memory for all of them."""
    found = np.unique(random.integers(count, size=2 * size))
    while len(found) < size:
        found = np.union1d(found, random.integers(count, size=size))
    return random.permutation(found)[:size]


def loader(
    examples: ExampleSet,
    batch_size: int,
    *,
    shuffle: bool,
    seed: int = 0,
    rank: int = 0,
    world: int = 1,
    workers: int | Literal["auto"] = "auto",
) -> DataLoader[Batch]:
    """Batches of a set, ready for a training or evaluation loop.

    The order hangs on seed and epoch alone, not on the number of processes. Call
    ``loader.sampler.set_epoch(epoch)`` before each epoch.

    Args:
        examples: The set.
        batch_size: Rows of a batch over all processes of a distributed run together.
        shuffle: True for training, False for evaluation.
        seed: Of the run.
        rank: Number of this process in a distributed run.
        world: Number of processes of a distributed run.
        workers: Processes that make batches. "auto" takes none for inputs in memory or mapped from the disk: see the
            measurement at `auto_workers`.
    """
    processes = auto_workers(examples) if workers == "auto" else workers
    settings: dict[str, Any] = {"shuffle": shuffle, "seed": seed, "rank": rank, "world": world}
    if examples.virtual:
        sampler: Buckets = Draws(len(examples), examples.most, examples.spaced(), batch_size, **settings)
    else:
        sampler = Buckets(examples.lengths, batch_size, **settings)
    return DataLoader(
        examples,
        batch_size=None,
        sampler=sampler,
        num_workers=processes,
        collate_fn=_as_is,
        pin_memory=torch.cuda.is_available(),
        persistent_workers=processes > 0,
        generator=torch.Generator(),  # else the loader would draw from the global one
    )


def auto_workers(examples: ExampleSet) -> int:
    """Processes that pay for this set: none where batches are only copied, up to 8 where samples are prepared anew.

    Measured on two busy CPU cores with batches of 64 × 16000 float32 (4 MB): made in this process from a mapped file
    2.4 ms each; handed over by one loader process 16 ms, by two 14 ms. Decoding the same batch from Ogg/Opus takes
    about 140 ms, which is worth sharing out.
    """
    inputs = examples.inputs
    if not (isinstance(inputs, Inputs) and inputs.lazy):
        return 0
    return min(8, cores())


def _as_is(batch: Any) -> Any:
    return batch
