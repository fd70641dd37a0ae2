"""What every split keeps, whatever the records."""

import subprocess
import sys
from collections import Counter

import hypothesis.strategies as st
from hypothesis import assume, given, settings

from crnn.data.example import Record
from crnn.data.split import POLICIES, split

samples = st.lists(
    st.tuples(st.sampled_from("abcde"), st.sampled_from(["", "s1", "s2", "s3", "s4"]), st.sampled_from(["", "test"])),
    min_size=2,
    max_size=60,
)
shares = st.floats(0.01, 0.99)


def made(rows):
    return [Record(place, label, f"r{place}", group, part) for place, (label, group, part) in enumerate(rows)]


@settings(max_examples=150, deadline=None)
@given(samples, shares, st.sampled_from(POLICIES), st.integers(0, 2**32))
def test_disjoint_complete_seeded_and_without_test_rows(rows, share, policy, seed):
    data = made(rows)
    pool = [row for row, record in enumerate(data) if record.split != "test"]
    assume(len(pool) >= 2)
    groups = {data[row].group or row for row in pool}
    assume(policy != "group" or len(groups) >= 2)
    train, dev = split(data, share, policy, seed)
    assert sorted([*train.tolist(), *dev.tolist()]) == pool
    assert len(train) > 0
    assert len(dev) > 0
    again = split(data, share, policy, seed)
    assert train.tolist() == again[0].tolist()
    assert dev.tolist() == again[1].tolist()


@settings(max_examples=100, deadline=None)
@given(samples, shares, st.integers(0, 2**32))
def test_no_group_stands_on_both_sides(rows, share, seed):
    data = [record for record in made(rows) if record.split != "test"]
    named = {record.group for record in data if record.group}
    assume(named and len({record.group or row for row, record in enumerate(data)}) >= 2)
    train, dev = split(data, share, "group", seed)
    assert not {data[row].group for row in train} & {data[row].group for row in dev} - {""}


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from("abc"), min_size=6, max_size=60), shares, st.integers(0, 2**32))
def test_stratified_keeps_every_class_of_two_on_both_sides(labels, share, seed):
    data = [Record(place, label) for place, label in enumerate(labels)]
    train, dev = split(data, share, "stratified", seed)
    left, right = Counter(data[row].target for row in train), Counter(data[row].target for row in dev)
    for label, size in Counter(labels).items():
        assert left[label] >= 1
        assert right[label] >= 1 or size == 1
        # Within two of the fair share (rounding twice), but for the samples that must stand on each side.
        assert abs(right[label] - share * size) <= 2 or min(left[label], right[label]) <= 1


def test_the_same_rows_whatever_the_hash_seed():
    code = (
        "from crnn.data.example import Record; from crnn.data.split import split\n"
        "data = [Record(n, 'abc'[n % 3], str(n), f's{n % 7}') for n in range(70)]\n"
        "print([split(data, 0.3, policy, 5)[1].tolist() for policy in ('group', 'stratified', 'random')])"
    )
    path = {"PYTHONPATH": ":".join(sys.path)}
    runs = [
        subprocess.run(
            [sys.executable, "-c", code],
            env={**path, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert runs[0] == runs[1]
    assert len(runs[0]) > 50
