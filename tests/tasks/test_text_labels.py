"""Several labels of a text: which columns hold them, and what divides them in a cell."""

import pytest

from crnn import TextClassification


def written(path, header, rows):
    path.write_text("\n".join([header, *rows]), encoding="utf-8")
    return path


def several(path):
    records, findings = TextClassification(multi_label=True).read(path)
    return [record.target for record in records], {finding.kind: finding.names for finding in findings}


# ── columns of zeros and ones ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["sentiment", "Star Rating", "情感"])
def test_a_single_judgement_does_not_hide_columns_of_zeros_and_ones(tmp_path, name):
    rows = [f"text {row},{('bad', 'good')[row % 2]},{row % 2},{int(row % 3 == 0)}" for row in range(12)]
    labels, told = several(written(tmp_path / "t.csv", f"text,{name},rude,threat", rows))
    assert labels[:4] == [("threat",), ("rude",), (), ("rude", "threat")]
    assert told == {
        "columns of zeros and ones as labels": ["rude, threat of t.csv"],
        "other column of labels": [f"'{name}' of t.csv"],
    }


def test_a_column_called_label_may_be_one_of_those_of_zeros_and_ones(tmp_path):
    rows = [f"text {row},{row % 2},{int(row % 3 == 0)}" for row in range(12)]
    labels, _ = several(written(tmp_path / "t.csv", "text,sentiment,threat", rows))
    assert labels[:4] == [("threat",), ("sentiment",), (), ("sentiment", "threat")]


@pytest.mark.parametrize(("name", "cell"), [("labels", "sport"), ("sentiment", "sport;art")])
def test_a_column_of_labels_is_the_labels_beside_zeros_and_ones(tmp_path, name, cell):
    rows = [f"text {row},{(cell, 'art')[row % 2]},{row % 2},{int(row % 3 == 0)}" for row in range(12)]
    labels, told = several(written(tmp_path / "t.csv", f"text,{name},read,liked", rows))
    assert labels[:2] == [tuple(cell.split(";")), ("art",)]
    assert not told
    task = TextClassification(multi_label=True)
    task.read(tmp_path / "t.csv")
    single = written(tmp_path / "one.csv", f"text,{name},read,liked", ["a text,art,1,1", "another,art,0,1"])
    assert [record.target for record in task.read(single)[0]] == [("art",), ("art",)]
