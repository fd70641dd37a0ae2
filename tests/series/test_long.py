"""Long tables: columns found or named, rows sorted, sequences cut by id, and everything odd counted."""

import numpy as np
import pytest

from crnn.data.findings import Findings
from crnn.data.table import read_table
from crnn.errors import DataError
from crnn.series.columns import find_places
from crnn.series.long import channel_names, from_long, one_sequence

ROWS = ["1,0,1.0,5,go", "1,1,2.0,6,go", "2,0,3.0,7,stop", "2,1,4.0,8,stop"]


def table(tmp_path, rows=ROWS, header="trial,time,x,y,label", name="t.csv"):
    file = tmp_path / name
    file.write_text("\n".join([header, *rows]), encoding="utf-8")
    return read_table(file)


def read(tmp_path, rows=ROWS, header="trial,time,x,y,label", labelled=True, **columns):
    return from_long(table(tmp_path, rows, header), columns, labelled=labelled)


def test_sequences_by_id_with_their_names_and_labels(tmp_path):
    records, findings = read(tmp_path)
    assert [(record.name, record.target) for record in records] == [("t.csv trial 1", "go"), ("t.csv trial 2", "stop")]
    np.testing.assert_array_equal(records[0].source, np.array([[1, 5], [2, 6]], np.float32))
    assert channel_names(records[0]) == ("x", "y")
    assert len(findings) == 0


def test_rows_of_different_ids_may_lie_in_any_order(tmp_path):
    records, findings = read(tmp_path, [ROWS[3], ROWS[0], ROWS[2], ROWS[1]])
    found = {record.name: record.source[:, 0].tolist() for record in records}
    assert found == {"t.csv trial 2": [3, 4], "t.csv trial 1": [1, 2]}
    assert findings["rows out of order"].names == ["t.csv trial 2"]
    assert findings.dropped == 0


def test_columns_are_found_by_name_whatever_their_case(tmp_path):
    found = find_places(table(tmp_path, ["1,1,1,1,1,1"], "Series-ID,Time Stamp,x,Activity,Subject,Split"), {})
    assert found == {"id": 0, "time": 1, "label": 3, "group": 4, "split": 5}


def test_columns_may_be_named(tmp_path):
    rows = ["1,0,1.0,5,go", "1,1,2.0,6,go"]
    records, _ = read(tmp_path, rows, "a,b,c,d,e", id="A", time="b", label="e", channels=["d"])
    assert records[0].source.ravel().tolist() == [5, 6]
    # A column that is named a channel plays no other role, whatever it is called.
    records, _ = read(tmp_path, channels=["time", "x"])
    assert channel_names(records[0]) == ("time", "x")


def test_subjects_and_splits_come_along(tmp_path):
    rows = ["1,ann,train,1,go", "1,ann,train,2,go", "1,ben,test,3,stop", "1,ben,test,4,stop"]
    records, findings = read(tmp_path, rows, "trial,subject,split,x,label")
    assert [(record.group, record.split) for record in records] == [("ann", "train"), ("ben", "test")]
    assert not findings["id in several groups"].dropped


def test_texts_and_row_numbers_are_no_channels_and_said_to_be_none(tmp_path):
    rows = [f"{number},{row},note" for number, row in enumerate(ROWS)]
    records, findings = read(tmp_path, rows, "Unnamed: 0,trial,time,x,y,label,remark")
    assert channel_names(records[0]) == ("x", "y")
    assert findings["column of text"].names == ["remark"]
    assert findings["column of row numbers"].names == ["Unnamed: 0"]


@pytest.mark.parametrize(
    ("row", "kind", "dropped"),
    [
        ("3,0,1,1,go", "id with one row", True),
        ("3,0,1,1,go\n3,1,1,1,stop", "label that changes within an id", True),
        ("3,0,1,1,\n3,1,1,1,", "sequence without a label", True),
        (",0,1,1,go", "row without an id", True),
        ("3,0,1", "torn row", True),
        ("3,0,ERR,1,go\n3,1,2,2,go", "text for a number", False),
        ("3,0,1,1,go\n3,0,2,2,go", "time that comes twice", False),
        ("3,,1,1,go\n3,0,2,2,go", "row without a time", False),
    ],
)
def test_what_is_odd_is_counted(tmp_path, row, kind, dropped):
    records, findings = read(tmp_path, [*ROWS, *row.split("\n")])
    assert len(findings[kind].names) == 1
    assert findings[kind].dropped == dropped
    assert {"t.csv trial 1", "t.csv trial 2"} <= {record.name for record in records}
    assert (len(records) == 2) == dropped


def test_a_split_that_changes_within_an_id(tmp_path):
    rows = ["1,train,1,go", "1,test,2,go", "2,train,1,stop", "2,train,2,stop"]
    records, findings = read(tmp_path, rows, "id,split,x,label")
    assert len(records) == 1
    assert "split that changes within an id" in findings


def test_decimal_commas_are_read_and_said(tmp_path):
    records, findings = read(tmp_path, ["1;0,5;go", "1;1,5;go"], "id;x;label")
    assert records[0].source.ravel().tolist() == [0.5, 1.5]
    assert findings["decimal comma"].names == ["x"]


def test_dates_sort(tmp_path):
    rows = ["1,2024-01-02,2,go", "1,2023-12-31,1,go"]
    records, _ = read(tmp_path, rows, "id,date,x,label")
    assert records[0].source.ravel().tolist() == [1, 2]


@pytest.mark.parametrize(
    ("rows", "header", "columns", "message"),
    [
        (ROWS, "what,time,x,y,label", {}, "no column for the id"),
        (ROWS, "trial,time,x,y,z", {}, "no column for the label"),
        (ROWS, "trial,time,x,y,label", {"id": "trail"}, "Did you mean 'trial'"),
        (ROWS, "trial,time,x,y,label", {"channels": ["z"]}, "no column 'z', which was named for the channels"),
        (ROWS, "trial,time,x,y,label", {"channels": ["label"], "label": "y"}, "holds text, such as 'go'"),
        (["1,soon,1,go", "1,later,2,go"], "id,time,x,label", {}, "'soon' in the column 'time' is no time"),
        (["1,go", "1,go"], "id,label", {}, "no column of numbers"),
        (["1,1,go", "2,2,stop"], "id,x,label", {}, "whole sequence in each row"),
        (["1,1", "2,2"], "id,x,label", {}, "as many cells as its header"),
    ],
)
def test_a_table_that_cannot_be_used_says_why(tmp_path, rows, header, columns, message):
    with pytest.raises(DataError, match=message):
        read(tmp_path, rows, header, **columns)


def test_a_table_by_itself_is_one_sequence_in_the_order_of_its_times(tmp_path):
    whole = one_sequence(table(tmp_path, ["2,1.5,a", "1,0.5,a"], "time,x,label"), {}, Findings())
    assert whole.values.ravel().tolist() == [0.5, 1.5]
    assert whole.names == ("x",)
