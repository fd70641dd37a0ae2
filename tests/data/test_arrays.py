"""Arrays become records that are views, or are refused with the row that is wrong."""

import numpy as np
import pytest
import torch

from crnn.data.arrays import Arrays, as_inputs, from_arrays, from_dataset
from crnn.errors import DataError, ShapeError


def test_records_are_views_with_plain_targets():
    x = np.zeros((3, 5, 2))
    records, findings = from_arrays(x, np.array([2, 0, 1]))
    assert all(np.shares_memory(record.source, x) for record in records)
    assert [record.target for record in records] == [2, 0, 1]
    assert type(records[0].target) is int
    assert len(findings) == 0


def test_tensor_shares_its_memory():
    x = torch.zeros(2, 4, 3)
    records, _ = from_arrays(x)
    x += 1
    assert records[1].source.min() == 1
    assert records[1].target is None


def test_lists_may_differ_in_length_only():
    records, _ = from_arrays([np.zeros((4, 2)), torch.zeros(7, 2)], ["a", "b"], names=["one", "two"])
    assert [(record.name, len(record.source)) for record in records] == [("one", 4), ("two", 7)]
    with pytest.raises(ShapeError, match=r"row 1 has shape \(7, 3\), row 0 \(4, 2\)"):
        from_arrays([np.zeros((4, 2)), np.zeros((7, 3))])


def test_vector_targets_and_container():
    data = Arrays(np.zeros((2, 4, 1)), np.eye(2), sample_weight=[0.5, 2], group=["ann", "bob"])
    records, _ = data.records()
    assert [record.weight for record in records] == [0.5, 2.0]
    assert [record.group for record in records] == ["ann", "bob"]
    np.testing.assert_array_equal(records[1].target, [0, 1])


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        (np.zeros((3, 4)), None, r"shape \(3, 4\): give \(T, F\) or \(T, F, C\).*x\[\.\.\., None\]"),
        (np.zeros((0, 4, 2)), None, "no samples"),
        (np.zeros((2, 0, 2)), None, "row 0 is empty"),
        (np.zeros((2, 4, 2)), [1], "y has 1 values, x has 2"),
        (np.zeros((2, 4, 2)), 5, "y is an int"),
        (np.zeros((2, 4, 2)), [1.0, np.nan], "target of row 1 holds NaN"),
        (np.array([[["a"]]]), None, "not real numbers"),
        ("hello", None, "x is a str"),
        ([[1, [2]]], None, "not a regular array"),
    ],
)
def test_unfit_arrays_are_refused(x, y, message):
    with pytest.raises(ShapeError, match=message):
        from_arrays(x, y)


def test_first_bad_rows_are_named():
    x = np.zeros((9, 4, 2), dtype=np.float32)
    x[[1, 3, 4, 5, 6, 8], 2, 1] = np.inf
    with pytest.raises(ShapeError, match="row 1, row 3, row 4, row 5, row 6 and 1 more"):
        from_arrays(x)


@pytest.mark.parametrize("weights", [[1, -1], [1, np.nan]])
def test_bad_weights_are_refused(weights):
    with pytest.raises(ShapeError, match="weight of row 1"):
        from_arrays(np.zeros((2, 4, 2)), weights=weights)


@pytest.mark.parametrize("dtype", [np.int16, bool, np.float64, np.float16])
def test_any_number_becomes_float32(dtype):
    values = as_inputs(np.ones((3, 2), dtype=dtype), "a")
    assert values.dtype == np.float32
    assert values.sum() == 6


def test_float32_is_not_copied_but_read_only_is():
    x = np.ones((3, 2), dtype=np.float32)
    assert np.shares_memory(as_inputs(x, "a"), x)
    x.flags.writeable = False
    assert torch.from_numpy(as_inputs(x, "a")).sum() == 6
    assert as_inputs(torch.ones(3, 2, dtype=torch.bfloat16), "a").sum() == 6


class _Pairs(torch.utils.data.Dataset):
    def __len__(self):
        return 3

    def __getitem__(self, row):
        return torch.full((row + 1, 2), float(row)), row  # never raises IndexError, as many real ones


def test_datasets_generators_and_dicts_agree():
    pairs = _Pairs()
    generated = ((pairs[row][0], pairs[row][1]) for row in range(3))
    dicts = [{"audio": {"array": pairs[row][0].numpy(), "sampling_rate": 8}, "label": row} for row in range(3)]
    for given in (pairs, generated, dicts):
        records, _ = from_dataset(given)
        assert [(record.source.shape, record.target) for record in records] == [((1, 2), 0), ((2, 2), 1), ((3, 2), 2)]


@pytest.mark.parametrize(
    ("items", "message"),
    [([], "empty"), ([(1, 2, 3, 4)], "4 parts"), ([3], "an int"), ([{"q": 1}], "has the keys q"), (7, "no dataset")],
)
def test_other_items_are_refused(items, message):
    with pytest.raises(DataError, match=message):
        from_dataset(items)


def test_missing_values_pass_where_a_task_knows_what_to_do_about_them():
    x = np.array([[[1.0], [np.nan]], [[np.inf], [2.0]]])
    with pytest.raises(ShapeError, match="NaN or infinity in row 0, row 1"):
        from_arrays(x)
    records, _ = from_arrays(x, missing=True)
    assert np.isnan(records[0].source[1, 0])
