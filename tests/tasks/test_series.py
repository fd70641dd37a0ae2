"""Sequences to classes and labels: what is learnt from training alone, and what goes wrong in data."""

import json

import numpy as np
import pytest
import torch

import crnn
from crnn.data.arrays import Arrays
from crnn.data.example import Record
from crnn.data.findings import Findings
from crnn.data.toy import gestures, sequences
from crnn.errors import DataError, DataWarning, ShapeError, UnknownNameError
from crnn.tasks import from_config
from crnn.tasks.series_answers import SeriesClass, SeriesLabels

QUIET = crnn.TrainOptions(progress=False)


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    return gestures(tmp_path_factory.mktemp("toy") / "gestures.csv")


@pytest.fixture(scope="module")
def fitted(table):
    model = crnn.Model(crnn.SeriesClassification(), size="tiny")
    model.fit(table, epochs=8, validation_split=0.25, options=QUIET)
    return model


def learnt(records, **settings):
    task = crnn.SeriesClassification(**settings)
    task.learn(records)
    return task


def some(count=6, steps=10, channels=2, seed=0):
    random = np.random.default_rng(seed)
    return [
        Record(random.normal(3, 2, (steps, channels)).astype(np.float32), "ab"[n % 2], f"row {n}") for n in range(count)
    ]


def test_it_learns_and_answers_with_labels_and_probabilities(fitted, table):
    assert fitted.history.best["val_accuracy"] > 0.9
    answers = fitted.predict(table)
    assert len(answers) == 48
    first = answers[0]
    assert isinstance(first, SeriesClass)
    assert first.label in ("circle", "shake", "still")
    assert abs(sum(share for _, share in first.alternatives) - 1) < 1e-6
    assert json.loads(json.dumps(first.to_dict()))["label"] == first.label
    assert str(first) == f"{first.label} ({first.probability:.0%})"


def test_validation_is_made_of_other_subjects(fitted):
    judged = {record.group for record in fitted.validation[0].records}
    assert len(judged) == 1
    assert not judged & {record.group for record in fitted._learnt_from}


def test_rules_stand_beside_the_network(fitted):
    found = fitted.baselines()
    truth = torch.tensor(fitted.validation[0].targets)
    assert list(found) == [
        "nearest neighbour, Euclidean",
        "nearest neighbour, warped in time",
        "ridge on statistics of each channel",
    ]
    for shares in found.values():
        assert shares.shape == (len(truth), 3)
    warped = found["nearest neighbour, warped in time"].argmax(1)
    assert float((warped == truth).double().mean()) > 0.6


def test_normalisation_comes_from_training_alone():
    records = some()
    task = learnt(records)
    means, spreads = list(task.means), list(task.spreads)
    np.testing.assert_allclose(means, np.concatenate([record.source for record in records]).mean(0), rtol=1e-5)
    task.prepare(Record(np.full((4, 2), 1e6, np.float32), "a", "far off"))
    assert (task.means, task.spreads) == (means, spreads)
    whole = np.concatenate([task.prepare(record).inputs for record in records])
    np.testing.assert_allclose([whole.mean(), whole.std()], [0, 1], atol=1e-4)


def test_columns_in_another_order_do_not_mix_the_channels_up():
    given = [Record(record.source * [1, 100], record.target, extra={"channels": "x\ny"}) for record in some()]
    turned = [given[0], *(Record(r.source[:, ::-1], r.target, extra={"channels": "y\nx"}) for r in given[1:])]
    assert learnt(turned).means == learnt(given).means


def test_one_hot_targets_are_classes():
    records, _ = crnn.SeriesClassification().read(np.zeros((2, 5, 1)), np.eye(2))
    assert [record.target for record in records] == [0, 1]
    with pytest.raises(ShapeError, match="multi_label=True"):
        crnn.SeriesClassification().read(np.zeros((2, 5, 1)), np.ones((2, 2)))


def test_each_sequence_by_itself_does_not_see_its_level():
    task = learnt(some(), normalise="sequence")
    one = some()[0].source
    first, second = (task.prepare(Record(values, "a", "x")).inputs for values in (one, 100 + 7 * one))
    np.testing.assert_allclose(first, second, atol=1e-3)


def test_small_changes_at_a_high_level_are_learnt_from_every_kind_of_data(tmp_path):
    values = [1_000_000_000 + np.arange(10) % (2 + n % 2) for n in range(6)]
    labels = ["two", "three"] * 3
    rows = [f"{n},{value},{labels[n]}" for n, each in enumerate(values) for value in each]
    (tmp_path / "long.csv").write_text("id,level,label\n" + "\n".join(rows), encoding="utf-8")
    cases = [f"{','.join(map(str, each))}:{label}" for each, label in zip(values, labels, strict=True)]
    head = "@univariate true\n@classLabel true two three\n@data\n"
    (tmp_path / "cases.ts").write_text(head + "\n".join(cases), encoding="utf-8")
    wanted = np.concatenate(values) - 1e9
    given = [(tmp_path / "long.csv", None), (tmp_path / "cases.ts", None)]
    given += [(np.stack(values), labels), (torch.tensor(np.stack(values)), labels)]
    for data, targets in given:
        records, findings = crnn.SeriesClassification().read(data, targets)
        assert len(findings) == 0
        task = learnt(records)
        found = np.concatenate([task.prepare(record).inputs.ravel() for record in records])
        assert found.dtype == np.float32
        np.testing.assert_allclose(found, (wanted - wanted.mean()) / wanted.std(), rtol=1e-5, atol=1e-6)


def test_numbers_beyond_single_precision_count_as_infinite():
    x = np.ones((1, 4, 1)) * np.array([1.0, 2.0, 1e300, 4.0])[:, None]
    (record,), findings = crnn.SeriesClassification().read(x, ["a"])
    assert record.source.ravel().tolist() == [1.0, 2.0, 3.0, 4.0]
    assert findings["sequence with missing values"].names == ["row 0: 1 of 4"]


def test_a_channel_that_is_missing_lies_at_its_mean():
    task = learnt(some())
    values = some()[0].source.copy()
    values[:, 1] = np.nan
    assert not task.prepare(Record(values, "a", "x")).inputs[:, 1].any()


def test_channels_of_a_table_are_found_by_their_names():
    task = learnt([Record(record.source, record.target, extra={"channels": "x\ny"}) for record in some()])
    values = some()[0].source
    swapped = Record(values[:, ::-1], "a", "swapped", extra={"channels": "y\nx"})
    straight = Record(values, "a", "straight")
    np.testing.assert_array_equal(task.prepare(swapped).inputs, task.prepare(straight).inputs)
    with pytest.raises(DataError, match="other has no channel y; it has x, z"):
        task.prepare(Record(values, "a", "other", extra={"channels": "x\nz"}))
    with pytest.raises(ShapeError, match=r"trained on \(T, 2\)"):
        task.prepare(Record(values[:, :1], "a", "narrow"))


@pytest.mark.parametrize(("steps", "pools"), [(7, 1), (64, 1), (65, 2), (300, 8), (5000, 128)])
def test_long_sequences_are_pooled_before_they_are_read_step_by_step(steps, pools):
    task = learnt(some(steps=steps))
    spec = task.network("small")
    assert spec.shortest() == pools
    assert spec.steps(steps) <= 64


def test_the_shortest_training_sequence_survives_the_pooling():
    records = [*some(steps=1000), Record(np.ones((3, 2), np.float32), "a", "short")]
    assert learnt(records).network("small").shortest() <= 3


def test_arrays_with_targets_of_any_kind():
    x = np.random.default_rng(0).normal(size=(12, 9)).astype(np.float32)
    model = crnn.Model(crnn.SeriesClassification(augment=False), size="tiny")
    model.fit(x, np.arange(12) % 2, epochs=1, options=QUIET)
    assert {answer.label for answer in model.predict(x)} <= {0, 1}
    assert model.task.features == 1


def test_several_labels_from_zeros_and_ones():
    x, y = sequences(60, kind="labels")
    model = crnn.Model(crnn.SeriesClassification(multi_label=True), size="tiny")
    model.fit(x, y, epochs=12, options=QUIET)
    assert model.history.best["val_accuracy"] > 0.8
    answer = model.predict(x)[0]
    assert isinstance(answer, SeriesLabels)
    assert set(answer.labels) == {name for name, share in answer.probabilities if share >= 0.5}
    assert set(answer.to_dict()) == {"labels", "probabilities"}
    assert all(shares.shape == (len(model.validation[0]), 3) for shares in model.baselines().values())


@pytest.mark.parametrize(
    "targets",
    [["walk;talk", "", "talk | walk", "walk"], [{"walk", "talk"}, set(), ["talk", "walk"], ("walk",)]],
    ids=["texts", "sets"],
)
def test_several_labels_from_names(targets):
    records = [Record(record.source, target, record.name) for record, target in zip(some(4), targets, strict=True)]
    task = learnt(records, multi_label=True)
    assert task.labels.names == ["talk", "walk"]
    assert [task.prepare(record).target.tolist() for record in records] == [[1, 1], [0, 0], [1, 1], [0, 1]]


def test_the_first_sequence_may_be_the_one_without_labels():
    x = some(2)
    task = learnt([Record(x[0].source, [], "row 0"), Record(x[1].source, ["b", "a"], "row 1")], multi_label=True)
    assert task.labels.names == ["a", "b"]


def test_what_cannot_be_learnt_says_why():
    with pytest.raises(DataError, match="at least two labels"):
        learnt([Record(record.source, "a", record.name) for record in some()])
    with pytest.raises(DataError, match="targets are missing"):
        learnt([Record(record.source, None, record.name) for record in some()])
    with pytest.raises(DataError, match="targets are missing"):
        learnt([Record(record.source, None, record.name) for record in some()], multi_label=True)
    with pytest.raises(DataError, match="zeros and ones"):
        learnt(some(), multi_label=True).prepare(Record(some()[0].source, [0.5, 1], "row 0"))
    with pytest.raises(UnknownNameError, match="channel, none, sequence"):
        crnn.SeriesClassification(normalise="minmax")


def test_findings_of_training_data_are_told_once():
    x = [np.array([[1.0, 5.0], [np.nan, 5.0], [3.0, 5.0]]) + n * np.array([1, 0]) for n in range(12)]
    model = crnn.Model(crnn.SeriesClassification(), size="tiny")
    with pytest.warns(
        DataWarning, match=r"sequence with missing values \(12 noted\)(.|\n)*constant channel \(1 noted\)"
    ):
        model.fit(x, ["a", "b"] * 6, epochs=1, options=QUIET)
    with pytest.warns(DataWarning, match="row 0: 1 of 6"):
        model.predict(x[:1])


def test_weights_and_groups_of_arrays_come_along():
    x = np.random.default_rng(0).normal(size=(12, 9, 2))
    records, _ = crnn.SeriesClassification().read(Arrays(x, [0, 1] * 6, sample_weight=[2.0] * 12, group=["a"] * 12))
    assert (records[0].weight, records[0].group) == (2.0, "a")


def test_settings_and_what_was_learnt_come_back(fitted):
    task = crnn.SeriesClassification(id_column="trial", channels=["ax"], normalise="sequence", augment=False)
    again = from_config(json.loads(json.dumps(task.config())))
    assert again.config() == task.config()
    assert again.columns == {"id": "trial", "channels": ["ax"]}
    again = from_config(json.loads(json.dumps(fitted.task.config())))
    record = fitted.task.read(np.zeros((1, 5, 3)), ["still"])[0][0]
    np.testing.assert_array_equal(again.prepare(record).inputs, fitted.task.prepare(record).inputs)
    assert len(Findings()) == 0
