"""Files of the UCR and UEA archives, whole and broken in every way that people have met."""

import gzip

import numpy as np
import pytest

from crnn.errors import DataError, UnreadableError
from crnn.series.ts_file import looks_like_ucr_table, read_ts, read_ucr_table

HEAD = """# a comment
@problemName Gestures
@timeStamps false
@missing true
@univariate false
@dimensions 2
@equalLength false
@classLabel true left right
@data
"""


def write(tmp_path, text, name="Gestures_TRAIN.ts"):
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    return file


def test_cases_of_several_lengths_with_gaps(tmp_path):
    file = write(tmp_path, HEAD + "1,2,3:4,?,6:left\n\n# between\n7,8:9,NaN:right\n")
    records, findings = read_ts(file)
    assert [record.target for record in records] == ["left", "right"]
    assert [record.name for record in records] == ["Gestures_TRAIN.ts line 10", "Gestures_TRAIN.ts line 13"]
    np.testing.assert_array_equal(records[0].source, np.array([[1, 4], [2, np.nan], [3, 6]], np.float32))
    assert records[1].source.shape == (2, 2)
    assert records[1].source.dtype == np.float64
    assert len(findings) == 0


def test_gzipped_files_and_any_case_of_keys(tmp_path):
    file = tmp_path / "a.ts.gz"
    file.write_bytes(gzip.compress(b"@Univariate TRUE\n@CLASSLABEL true 1 2\n@DATA\n1,2:1\n3,4:2\n"))
    records, _ = read_ts(file)
    assert [(record.target, record.source.ravel().tolist()) for record in records] == [("1", [1, 2]), ("2", [3, 4])]


def test_timestamps_are_read_sorted_and_dropped(tmp_path):
    head = HEAD.replace("@timeStamps false", "@timeStamps true")
    case = "(2024-01-01 00:02:00,3),(2024-01-01 00:01:00,1):(2024-01-01 00:02:00,4),(2024-01-01 00:01:00,?):left\n"
    records, findings = read_ts(write(tmp_path, head + case))
    np.testing.assert_array_equal(records[0].source, np.array([[1, np.nan], [3, 4]], np.float32))
    assert len(findings) == 0


@pytest.mark.parametrize(
    ("case", "kind"),
    [
        ("(0,1),(1,2):(0,1),(2,2):left", "dimensions of different times"),
        ("(0,1),(1,2):5,6:left", "broken timestamps"),
        ("(0,1),(soon,2):(0,1),(soon,2):left", "text for a number"),
    ],
)
def test_bad_timestamps_are_named(tmp_path, case, kind):
    head = HEAD.replace("@timeStamps false", "@timeStamps true")
    _, findings = read_ts(write(tmp_path, head + "(0,1),(1,2):(0,1),(1,2):left\n" + case + "\n"))
    assert findings[kind].names[0].startswith("Gestures_TRAIN.ts line 11")
    assert findings.dropped == 1


@pytest.mark.parametrize(
    ("case", "kind"),
    [
        ("1,2,3:4,5:left", "ragged dimensions"),
        ("1,2:left", "other number of dimensions"),
        ("1,2:3,4:up", "label unknown to the header"),
        ("1,2:3,4:", "case without a label"),
        ("1,x:3,4:left", "text for a number"),
    ],
)
def test_bad_cases_are_counted_and_left_out(tmp_path, case, kind):
    records, findings = read_ts(write(tmp_path, HEAD + "1,2:3,4:left\n" + case + "\n5,6:7,8:right\n"))
    assert len(records) == 2
    assert findings.dropped == 1
    assert "line 11" in findings[kind].names[0]


def test_a_length_that_the_header_denies_is_noted(tmp_path):
    head = HEAD.replace("@equalLength false", "@equalLength true")
    records, findings = read_ts(write(tmp_path, head + "1,2:3,4:left\n1:2:right\n"))
    assert len(records) == 2
    assert not findings["lengths differ from the header"].dropped


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1,2:3,4:left\n" + HEAD, "line 1 is '1,2:3,4:left' before @data"),
        (HEAD.replace("@data\n", ""), "has no line “@data”"),
        (HEAD.replace("@dimensions 2", "@dimensoins 2"), "Did you mean @dimensions"),
        (HEAD.replace("@dimensions 2", "@dimensions two"), "write a whole number"),
        (HEAD.replace("@classLabel true", "@classLabel yes"), "write true or false"),
        (HEAD, "no line follows @data"),
        (HEAD.replace("@classLabel true left right", "@classLabel false") + "1:2\n", "@classLabel false"),
        (HEAD.replace("@classLabel true left right", "@targetLabel true") + "1:2:0.5\n", "ArrayRegression"),
        (HEAD + "1,2:left\n", "no case of"),
        ("", "is empty"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(tmp_path, text, message):
    with pytest.raises(DataError, match=message):
        read_ts(write(tmp_path, text))


def test_to_predict_no_classes_are_needed(tmp_path):
    text = HEAD.replace("@classLabel true left right", "@classLabel false") + "1,2:3,4\n"
    records, _ = read_ts(write(tmp_path, text), labelled=False)
    assert records[0].target is None


def test_the_older_table_has_the_class_in_front(tmp_path):
    file = write(tmp_path, "1\t0.5\t0.25\tNaN\n-1.0\t3\tNaN\t4\n", "Old_TRAIN.tsv")
    assert looks_like_ucr_table(file)
    records, findings = read_ucr_table(file)
    assert [record.target for record in records] == ["1", "-1"]
    assert records[0].source.shape == (2, 1)  # what fills up the end is cut off
    np.testing.assert_array_equal(records[1].source[:, 0], np.array([3, np.nan, 4], np.float32))
    assert len(findings) == 0


def test_the_oldest_tables_have_spaces_and_exponents(tmp_path):
    records, _ = read_ucr_table(write(tmp_path, "  2.0000000e+00  -1.5e-01   2.5\n", "Old_TRAIN.txt"))
    assert (records[0].target, records[0].source.ravel().tolist()) == ("2", [np.float32(-0.15), 2.5])


def test_a_table_that_is_none_says_so(tmp_path):
    assert not looks_like_ucr_table(write(tmp_path, "id\ttime\tx\n1\t2\t3\n", "long.tsv"))
    with pytest.raises(UnreadableError, match="line 2 is no line of an older UCR file"):
        read_ucr_table(write(tmp_path, "1\t2\t3\n0.5\t2\t3\n", "bad.tsv"))


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "count", "channels", "lengths", "classes"),
    [
        ("JapaneseVowels", 270, 12, (7, 26), 9),
        ("BasicMotions", 40, 6, (100, 100), 4),
        ("ItalyPowerDemand", 67, 1, (24, 24), 2),
    ],
)
def test_the_archives_own_files(real_data, name, count, channels, lengths, classes):
    records, findings = read_ts(real_data / "series" / "tsc" / f"{name}_TRAIN.ts.gz")
    found = [len(record.source) for record in records]
    assert (len(records), (min(found), max(found))) == (count, lengths)
    assert {record.source.shape[1] for record in records} == {channels}
    assert len({record.target for record in records}) == classes
    assert len(findings) == 0
