"""What is said before training, and what is left out."""

import numpy as np
import pytest

from crnn.data.example import ExampleSet, Record
from crnn.data.preflight import preflight
from crnn.errors import DataError

NUMBERS = {"a": 0, "b": 1, "silence": 2, "c": 3}


def examples(*rows, prefix="t"):
    """Rows of (seed of the content or 0 for silence, steps, label, group)."""
    inputs, records = [], []
    for row, (seed, steps, label, *group) in enumerate(rows):
        noise = np.random.default_rng(seed).standard_normal((steps, 1)).astype(np.float32)
        inputs.append(noise if seed else np.zeros((steps, 1), np.float32))
        records.append(Record(None, label, f"{prefix}{row}", *group))
    return ExampleSet(inputs, [NUMBERS.get(record.target, 0) for record in records], records)


def test_labels_that_say_nothing_or_differ_in_spelling_are_named():
    names = [name for name in ("nan", "N/A", "very good", "Very-Ｇｏｏｄ。", "1.0", "1", "C", "C++") for _ in range(2)]
    train = examples(*((row, 5, name) for row, name in enumerate(names, 1)))
    train.targets[:] = [names.index(name) for name in names]
    said = preflight(train, None, silent_below=0.01, too_short=lambda steps, target: "").findings
    assert said["label that may be missing"].names == ["'nan' of 2", "'N/A' of 2"]
    assert said["label in several spellings"].names == [
        "'very good' of 2, 'Very-Ｇｏｏｄ。' of 2",
        "'1.0' of 2, '1' of 2",
    ]


def test_of_several_labels_too_those_that_say_nothing_are_named():
    train = examples(*((row, 5, ("nan", "good") if row % 2 else ("Good",)) for row in range(1, 5)))
    train.targets[:] = np.eye(4, dtype=np.float32)
    said = preflight(train, None, silent_below=0.01, too_short=lambda steps, target: "").findings
    assert said["label that may be missing"].names == ["'nan' of 2"]
    assert said["label in several spellings"].names == ["'good' of 2, 'Good' of 2"]


def test_several_labels_in_another_order_are_one_answer():
    train = examples((1, 5, ("a", "b")), (1, 5, ("b", "a")), (2, 5, ("a", "c")), (2, 5, ("a", "b")))
    train.targets[:] = np.eye(4, dtype=np.float32)
    checked = preflight(train, None, silent_below=0.01, too_short=lambda steps, target: "")
    assert checked.findings["same sample, two answers"].names == ["t3 is t2"]


def test_a_sound_set_passes_untouched():
    train = examples((1, 5, "a"), (2, 5, "b"), (3, 4, "a"), (4, 5, "b"))
    dev = examples((5, 5, "a"), (6, 5, "b"), prefix="d")
    checked = preflight(train, dev, silent_below=0.01, too_short=lambda steps, target: "")
    assert len(checked.findings) == 0
    assert len(checked.train) == 4
    assert len(checked.dev) == 2


def test_each_problem_is_named():
    train = examples(
        (1, 9, "a", "ann"),
        (1, 9, "b", "ann"),
        (2, 9, "b", "bob"),
        (0, 9, "b", "bob"),
        (3, 2, "a", "cid"),
        (4, 9, "c", "cid"),
    )
    dev = examples((2, 9, "b", "ann"), (5, 9, "silence", "dan"), prefix="d")
    checked = preflight(
        train,
        dev,
        silent_below=0.01,
        too_short=lambda steps, target: f"gives {steps} steps, needs 4" if steps < 4 else "",
    )
    assert {finding.kind: finding.names for finding in checked.findings} == {
        "silent": ["t3"],
        "too short": ["t4 gives 2 steps, needs 4"],
        "class of one sample": ["a", "c"],
        "repeated sample": ["t1 is t0"],
        "same sample, two answers": ["t1 is t0"],
        "class without training samples": ["d1: 'silence'"],
        "sample on both sides": ["d0 is t2"],
        "group on both sides": ["ann"],
    }
    assert checked.findings.dropped == 3
    assert [record.name for record in checked.train.records] == ["t0", "t1", "t2", "t5"]
    assert [record.name for record in checked.dev.records] == ["d0"]
    assert checked.train[[2]].targets.tolist() == [1]


def test_a_class_of_silence_stays():
    train = examples((0, 4, "silence"), (0, 5, "silence"), (1, 5, "a"), (0, 6, "a"), (2, 5, "a"))
    checked = preflight(train, silent_below=0.01)
    assert checked.findings["silent"].names == ["t3"]
    assert len(checked.train) == 4


def test_uneven_classes():
    rows = [(seed, 5, "a") for seed in range(1, 43)] + [(seed, 5, "b") for seed in (50, 51)]
    assert preflight(examples(*rows)).findings["uneven classes"].names == ["42 of 'a', 2 of 'b'"]
    assert "uneven classes" not in preflight(examples(*rows[2:])).findings


def test_errors():
    with pytest.raises(DataError, match="all 2 training samples are of class 'a'"):
        preflight(examples((1, 5, "a"), (2, 5, "a")))
    with pytest.raises(DataError, match=r"no training sample can be used(.|\n)*too short \(2 left out\)"):
        preflight(examples((1, 5, "a"), (2, 5, "b")), too_short=lambda steps, target: "is too short")
    with pytest.raises(DataError, match="no validation sample"):
        preflight(examples((1, 5, "a"), (2, 5, "b")), examples((3, 5, "c"), prefix="d"))


def test_transcripts_and_values_have_no_classes():
    train = examples((1, 5, "a"), (2, 5, "a"))
    train.targets = [np.array([1, 2]), np.array([1])]
    dev = examples((3, 5, "zzz"))
    dev.targets = [np.array([3])]
    assert len(preflight(train, dev).findings) == 0
