"""Splits: what each policy promises, and the refusals; see tests/property for disjointness and seeds."""

from collections import Counter

import numpy as np
import pytest

from crnn.data.example import Record
from crnn.data.findings import Findings
from crnn.data.split import by_column, split
from crnn.errors import SplitError, UnknownNameError


def records(labels, groups=None, splits=None):
    count = len(labels)
    rows = zip(labels, groups or [""] * count, splits or [""] * count, strict=True)
    return [Record(row, label, f"r{row}", group, part) for row, (label, group, part) in enumerate(rows)]


def test_stratified_keeps_the_shares():
    data = records(["a"] * 50 + ["b"] * 30 + ["c"] * 20)
    train, dev = split(data, 0.2, "stratified", seed=3)
    assert Counter(data[row].target for row in dev) == {"a": 10, "b": 6, "c": 4}
    assert len(train) == 80


def test_many_small_classes_make_the_validation_part_larger_and_it_is_said():
    findings = Findings()
    _, dev = split(records([f"class {row // 3}" for row in range(300)]), 0.1, "stratified", findings=findings)
    assert len(dev) == 100
    assert findings["larger validation part"].names == ["100 samples instead of 30, so that each class has one there"]
    split(records(["a", "b"] * 50), 0.1, "stratified", findings=(quiet := Findings()))
    assert not len(quiet)


def test_stratified_keeps_small_classes_on_both_sides_and_single_ones_in_training():
    data = records(["a"] * 50 + ["b"] * 2 + ["c"])
    train, dev = split(data, 0.1, "stratified")
    assert Counter(data[row].target for row in dev)["b"] == 1
    assert "c" in {data[row].target for row in train}


def test_a_class_that_was_raised_to_one_gets_no_second_sample():
    data = records(["rare"] * 8 + ["a"] * 46 + ["b"] * 46)
    _, dev = split(data, 0.1, "stratified")
    assert Counter(data[row].target for row in dev) == {"rare": 1, "a": 5, "b": 4}


def test_transcripts_are_split_at_random_whatever_was_asked():
    _, dev = split(records([f"text {row}" for row in range(20)]), 0.25, "stratified")
    assert len(dev) == 5


def test_groups_balance_classes():
    # Six speakers; only s0 and s1 say "rare": one of them belongs on each side.
    labels, groups = [], []
    for speaker in range(6):
        for label in ("a", "b", *(["rare"] if speaker < 2 else [])):
            labels += [label] * 10
            groups += [f"s{speaker}"] * 10
    data = records(labels, groups)
    for seed in range(5):
        train, dev = split(data, 0.34, "group", seed)
        assert {data[row].target for row in dev} == {data[row].target for row in train} == {"a", "b", "rare"}
        assert 0.2 < len(dev) / len(data) < 0.5


def test_groups_unknown_falls_back_and_says_so():
    findings = Findings()
    data = records(["a", "b"] * 10)
    _, dev = split(data, 0.2, "group", findings=findings)
    assert Counter(data[row].target for row in dev) == {"a": 2, "b": 2}
    assert "split without groups" in findings
    assert findings.dropped == 0


def test_one_group_is_split_by_class_and_said_to_be():
    findings = Findings()
    _, dev = split(records(["a", "b"] * 10, ["ann"] * 20), 0.2, "group", findings=findings)
    assert len(dev) == 4
    assert "all are of 'ann'" in str(findings)


def test_tail_takes_the_last_in_time():
    train, dev = split(records([0] * 10), 0.3, "tail")
    assert dev.tolist() == [7, 8, 9]
    assert train.tolist() == list(range(7))


def test_named_splits_win_and_test_rows_stay_out():
    data = records(["a"] * 5, splits=["test", "train", "dev", "", "dev"])
    for share in (0.0, 0.5):
        train, dev = split(data, share, "random")
        assert (train.tolist(), dev.tolist()) == ([1, 3], [2, 4])
    data = records(["a"] * 5, splits=["test", "train", "test", "", "train"])
    assert by_column(data) is None
    train, dev = split(data, 0.3, "random")
    assert sorted([*train, *dev]) == [1, 3, 4]


def test_no_validation_part():
    train, dev = split(records(["a"] * 3), 0.0)
    assert train.tolist() == [0, 1, 2]
    assert dev.tolist() == []
    assert dev.dtype == np.int64


@pytest.mark.parametrize("share", [-0.1, 1.0, 20])
def test_shares_outside_are_refused(share):
    with pytest.raises(SplitError, match="give a share from 0"):
        split(records(["a"] * 9), share)


def test_other_refusals():
    with pytest.raises(UnknownNameError, match="Did you mean 'stratified'"):
        split(records(["a"] * 4), 0.5, "stratify")
    with pytest.raises(SplitError, match="one sample"):
        split(records(["a"]), 0.5)
    with pytest.raises(SplitError, match="no sample is marked for training"):
        split(records(["a"] * 2, splits=["test"] * 2), 0.5)
    with pytest.raises(SplitError, match=r"no sample is marked for training, of 1 of .test., 1 of .dev."):
        split(records(["a"] * 2, splits=["test", "dev"]), 0.5)
