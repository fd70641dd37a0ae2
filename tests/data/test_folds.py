"""Folds of cross-validation: every sample is judged once, classes are shared out, groups stay whole."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crnn.data.example import Record
from crnn.data.split import folds
from crnn.errors import SplitError


@given(st.lists(st.sampled_from("abc"), min_size=5, max_size=60), st.integers(2, 5), st.integers(0, 3))
def test_every_sample_is_judged_once_and_classes_are_shared_out(labels, count, seed):
    records = [Record(0, label) for label in labels]
    parts = folds(records, count, seed)
    assert len(parts) == count
    judged = np.concatenate([dev for _, dev in parts])
    assert sorted(judged.tolist()) == list(range(len(labels)))
    for train, dev in parts:
        assert sorted([*train.tolist(), *dev.tolist()]) == list(range(len(labels)))
        if len(labels) >= 6:  # else the labels may be too many to be classes
            for label in "abc":
                share = sum(labels[row] == label for row in dev)
                assert abs(share - labels.count(label) / count) < 1
    assert max(len(dev) for _, dev in parts) - min(len(dev) for _, dev in parts) <= 1


def test_groups_stay_whole_and_folds_are_alike_in_size():
    records = [Record(0, "ab"[row % 2], group=f"s{row % 7}") for row in range(70)]
    parts = folds(records, 3, seed=1)
    for train, dev in parts:
        assert not {records[row].group for row in train} & {records[row].group for row in dev}
    assert [len(dev) for _, dev in parts] == [30, 20, 20]


def test_the_same_seed_gives_the_same_folds_and_test_samples_are_in_none():
    records = [Record(0, "ab"[row % 2], split="test" if row < 4 else "") for row in range(24)]
    first, again, other = (folds(records, 4, seed) for seed in (0, 0, 1))
    assert all(np.array_equal(one[1], two[1]) for one, two in zip(first, again, strict=True))
    assert not all(np.array_equal(one[1], two[1]) for one, two in zip(first, other, strict=True))
    assert min(np.concatenate([np.concatenate(part) for part in first])) == 4


@pytest.mark.parametrize("count", [0, 1, 4])
def test_folds_that_cannot_be_made_are_refused(count):
    with pytest.raises(SplitError, match="from 2 to 3"):
        folds([Record(0, "a", group=f"s{row % 3}") for row in range(9)], count)
