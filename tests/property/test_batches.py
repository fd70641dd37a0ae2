"""What every plan of batches keeps, whatever lengths, sizes and processes."""

from collections import Counter

import hypothesis.strategies as st
from hypothesis import given, settings

from crnn.data.batches import Buckets, padding_share, plan

lengths = st.lists(st.integers(1, 50), min_size=1, max_size=120)


@settings(max_examples=100, deadline=None)
@given(lengths, st.integers(1, 16), st.booleans(), st.integers(0, 999), st.integers(0, 99), st.integers(1, 4))
def test_every_row_once_and_one_small_batch_at_most(steps, size, shuffle, seed, epoch, window):
    batches = plan(steps, size, shuffle=shuffle, seed=seed, epoch=epoch, window=window)
    assert sorted(row for batch in batches for row in batch) == list(range(len(steps)))
    assert sum(len(batch) < size for batch in batches) <= 1
    assert batches == plan(steps, size, shuffle=shuffle, seed=seed, epoch=epoch, window=window)


@settings(max_examples=100, deadline=None)
@given(lengths, st.integers(1, 4), st.integers(1, 4), st.booleans(), st.integers(0, 99))
def test_processes_share_each_batch(steps, world, per_process, shuffle, epoch):
    size = world * per_process
    parts = []
    for rank in range(world):
        sampler = Buckets(steps, size, shuffle=shuffle, seed=1, rank=rank, world=world)
        sampler.set_epoch(epoch)
        parts.append(list(sampler))
        assert len(parts[-1]) == len(sampler)
    counts = Counter(row for part in parts for batch in part for row in batch)
    assert set(counts) == set(range(len(steps)))
    if not shuffle:
        assert max(counts.values()) == 1
        return
    whole = plan(steps, size, shuffle=True, seed=1, epoch=epoch)
    for batch, *shards in zip(whole, *parts, strict=True):
        assert {len(shard) for shard in shards} == {-(-len(batch) // world)}
        assert {row for shard in shards for row in shard} == set(batch)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(1, 400), min_size=64, max_size=300), st.integers(0, 99))
def test_buckets_never_pad_more_than_random_batches_by_much(steps, seed):
    alike = padding_share(steps, plan(steps, 8, shuffle=True, seed=seed))
    best = padding_share(steps, plan(steps, 8, shuffle=False))
    loose = padding_share(steps, plan(steps, 8, shuffle=True, seed=seed, window=1))
    assert best <= alike + 0.02
    assert alike <= loose + 0.02
