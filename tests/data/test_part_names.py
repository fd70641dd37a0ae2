"""Parts of a data set: their names, and what is done with names that are none."""

import pytest

from crnn.data.example import Record
from crnn.data.findings import Findings
from crnn.data.part_names import part_of, with_parts


@pytest.mark.parametrize(
    ("name", "part"),
    [
        *[(name, "train") for name in ("train", "Training", "TRAIN ", "train_set", "training data", "训练", "训练集")],
        *[(name, "dev") for name in ("dev", "valid", "val", "Validation set", "验证集", "开发集", "校验")],
        *[(name, "test") for name in ("test", "eval", "test-split", "测试", "测试集", "测试数据")],
        *[(name, "") for name in ("", "set", "集", "fold 1", "trainer", "holdout")],
    ],
)
def test_names_of_parts(name, part):
    assert part_of(name) == part


def parted(*splits):
    findings = Findings()
    records = [Record("a text", "x", f"line {row}", "", split) for row, split in enumerate(splits, start=2)]
    return [record.split for record in with_parts(records, "set", findings)], findings


def test_beside_known_names_an_unknown_one_stays_and_is_named():
    found, findings = parted("训练", "holdout", "", "test")
    assert found == ["train", "holdout", "", "test"]
    assert findings["unknown part"].names == ["line 3: 'holdout'"]
    assert not findings.dropped


def test_a_column_without_a_known_name_is_none_of_parts():
    found, findings = parted("a", "b", "a")
    assert found == ["", "", ""]
    assert findings["column that names no part"].names == ["'set': 'a', 'b'"]
