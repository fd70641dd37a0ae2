"""Batches: lengths together, seeds and epochs, loaders with and without processes."""

import numpy as np
import pytest
import torch

from crnn.data.batches import Buckets, auto_workers, loader, padding_share, plan
from crnn.data.example import Example, ExampleSet, Record
from crnn.data.inputs import Facts, LazyInputs, look
from crnn.errors import SpecError


def examples(lengths, weights=None):
    inputs = [np.full((length, 2), row, dtype=np.float32) for row, length in enumerate(lengths)]
    records = [Record(row, weight=1.0 if weights is None else weights[row]) for row in range(len(lengths))]
    return ExampleSet(inputs, list(range(len(lengths))), records)


def test_epochs_differ_and_come_again():
    sampler = Buckets([5] * 40, 8, shuffle=True, seed=1)
    first = list(sampler)
    assert list(sampler) == first
    sampler.set_epoch(1)
    assert list(sampler) != first
    assert list(Buckets([5] * 40, 8, shuffle=True, seed=2)) != first


def test_equal_lengths_are_shuffled_as_a_whole():
    # A row may meet any other: over many epochs, rows of the first batch come from all over the set.
    firsts = [plan([5] * 1000, 10, shuffle=True, epoch=epoch)[0] for epoch in range(100)]
    assert abs(np.mean(firsts) - 499.5) < 40
    assert np.std(firsts) > 250


def test_buckets_spare_padding_and_still_mix():
    lengths = np.random.default_rng(0).integers(10, 1000, 2000)
    bucketed = Buckets(lengths, 16, shuffle=True)
    random_order = np.random.default_rng(1).permutation(2000).reshape(-1, 16).tolist()
    assert padding_share(lengths, random_order) > 0.4
    assert bucketed.padding_share < 0.05
    longest = [int(lengths[rows].max()) for rows in bucketed]
    assert abs(np.corrcoef(longest, range(len(longest)))[0, 1]) < 0.3


def test_evaluation_batches_name_their_rows():
    data = examples([3, 9, 1, 7, 5])
    batches = list(loader(data, 2, shuffle=False))
    assert [batch.rows.tolist() for batch in batches] == [[2, 0], [4, 3], [1]]
    assert batches[0].inputs.lengths.tolist() == [1, 3]
    for batch in batches:
        assert batch.targets.tolist() == batch.rows.tolist()
        assert torch.equal(batch.inputs.data[:, 0, 0], batch.rows.float())


def test_processes_change_nothing_and_the_global_seed_is_left_alone():
    data = examples([3, 9, 1, 7, 5, 5, 8, 2], weights=[1, 2, 1, 1, 1, 1, 1, 3])
    before = torch.random.get_rng_state()
    runs = []
    for workers in (0, 2):
        made = loader(data, 3, shuffle=True, seed=4, workers=workers)
        epochs = []
        for epoch in (0, 1):
            made.sampler.set_epoch(epoch)
            epochs += [(batch.rows.tolist(), batch.inputs.data.sum().item(), batch.weights.tolist()) for batch in made]
        runs.append(epochs)
    assert runs[0] == runs[1]
    assert torch.equal(before, torch.random.get_rng_state())


def test_workers_only_where_samples_are_prepared_anew():
    data = examples([3, 4])
    assert auto_workers(data) == 0
    lazy = LazyInputs(
        data.records,
        lambda record: Example(data.inputs[record.source], None, record),
        Facts.of(map(look, data.inputs)),
    )
    assert auto_workers(ExampleSet(lazy, data.targets, data.records)) > 0


def test_real_targets_come_in_single_precision():
    data = ExampleSet([np.zeros((2, 1), np.float32)] * 2, [0.5, 1.5], [Record(0), Record(1)])
    assert data[[0, 1]].targets.dtype == torch.float32


@pytest.mark.parametrize(("size", "rank", "world"), [(0, 0, 1), (4, 4, 4), (4, -1, 2), (2, 0, 3)])
def test_impossible_batches_are_refused(size, rank, world):
    with pytest.raises(SpecError, match="at least one row a process"):
        Buckets([1, 2], size, shuffle=True, rank=rank, world=world)
