"""Everything that holds sequences is read by the same door, and gives the same records."""

import zipfile

import numpy as np
import pytest

from crnn.data.arrays import Arrays
from crnn.data.example import Record
from crnn.data.toy import gestures
from crnn.errors import DataError, ShapeError, UnreadableError
from crnn.series.long import channel_names
from crnn.series.sources import is_archive_set, read_sequences

X = np.arange(24, dtype=np.float32).reshape(4, 3, 2)
Y = ["a", "b", "a", "b"]
TS = "@problemName P\n@univariate true\n@classLabel true a b\n@data\n1,2,3:a\n4,5,6:b\n"


def read(data, targets=None, labelled=True, **columns):
    return read_sequences(data, targets, columns, labelled=labelled)


@pytest.mark.parametrize("given", [(X, Y), ((X, Y), None), (list(X), Y), (Arrays(X, Y), None)], ids=str)
def test_arrays_in_every_wrapping(given):
    records, findings = read(*given)
    assert [record.target for record in records] == Y
    np.testing.assert_array_equal(records[3].source, X[3])
    assert len(findings) == 0


def test_one_value_a_step_needs_no_axis_of_channels():
    records, _ = read(X[..., 0], Y)
    assert records[0].source.shape == (3, 1)


def test_lengths_may_differ_and_gaps_are_filled():
    records, findings = read([np.ones((3, 2)), np.array([[1.0, 2.0], [np.nan, 2.0]])], ["a", "b"])
    assert records[1].source.tolist() == [[1, 2], [1, 2]]
    assert "sequence with missing values" in findings


def test_npz(tmp_path):
    np.savez(tmp_path / "a.npz", x=X, y=[0, 1, 0, 1])
    assert [record.target for record in read(tmp_path / "a.npz")[0]] == [0, 1, 0, 1]


def test_a_set_of_the_archives_is_one_file_or_a_folder_of_two_parts(tmp_path):
    (tmp_path / "P_TRAIN.ts").write_text(TS)
    assert [record.split for record in read(tmp_path / "P_TRAIN.ts")[0]] == ["", ""]
    (tmp_path / "P_TEST.ts").write_text(TS)
    assert sorted(record.split for record in read(str(tmp_path))[0]) == ["test", "test", "train", "train"]
    assert is_archive_set(tmp_path)
    assert is_archive_set(tmp_path / "P_TEST.ts")
    assert not is_archive_set(tmp_path / "P_TEST.csv")
    (tmp_path / "Q_TEST.ts").write_text(TS)
    with pytest.raises(DataError, match=r"several sets \(p, q\)"):
        read(tmp_path)


def test_an_older_table_of_the_archives(tmp_path):
    (tmp_path / "P_TRAIN.tsv").write_text("1\t0.5\t0.6\n2\t0.7\t0.8\n")
    records, _ = read(tmp_path / "P_TRAIN.tsv")
    assert [(record.target, len(record.source)) for record in records] == [("1", 2), ("2", 2)]


def folder(tmp_path):
    for label, values in (("up", "x,z\n1,2\n3,4\n"), ("down", "time,z,x\n1,7,8\n0,5,6\n")):
        (tmp_path / "set" / label).mkdir(parents=True)
        (tmp_path / "set" / label / "one.csv").write_text(values)
    return tmp_path / "set"


def test_a_folder_a_label_and_a_table_a_sequence(tmp_path):
    records, findings = read(folder(tmp_path))
    found = {record.target: (record.source.tolist(), channel_names(record)) for record in records}
    assert found == {"up": ([[1, 2], [3, 4]], ("x", "z")), "down": ([[5, 6], [7, 8]], ("z", "x"))}
    assert len(findings) == 0


def test_a_table_of_numbers_alone_has_no_header(tmp_path):
    root = folder(tmp_path)
    (root / "up" / "two.csv").write_text("1,2\n3,4\n5,6\n")
    records, _ = read(root)
    assert max(len(record.source) for record in records) == 3


def test_files_that_cannot_be_read_are_named(tmp_path):
    root = folder(tmp_path)
    (root / "up" / "bad.csv").write_text("x,z\n")
    (root / "up" / "words.csv").write_text("x,z\na,b\nc,d\n")
    (root / "up" / "notes.md").write_text("#")
    records, findings = read(root)
    assert len(records) == 2
    assert len(findings["unreadable"].names) == 2
    assert findings["other file"].names == ["up/notes.md"]


def test_a_manifest_of_tables_with_subjects(tmp_path):
    root = folder(tmp_path)
    (root / "manifest.csv").write_text("path,label,speaker\nup/one.csv,rise,ann\ndown/one.csv,fall,ben\n")
    for given in (root, root / "manifest.csv"):
        records, _ = read(given)
        assert [(record.target, record.group, len(record.source)) for record in records] == [
            ("rise", "ann", 2),
            ("fall", "ben", 2),
        ]


def test_an_archive_is_unpacked(tmp_path, monkeypatch):
    monkeypatch.setenv("CRNN_CACHE", str(tmp_path / "cache"))
    root = folder(tmp_path)
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
        for file in root.rglob("*.csv"):
            archive.write(file, file.relative_to(tmp_path))
    assert {record.target for record in read(tmp_path / "set.zip")[0]} == {"up", "down"}


def test_to_predict_a_table_without_ids_is_one_sequence(tmp_path):
    records, _ = read(folder(tmp_path) / "up" / "one.csv", labelled=False)
    assert [(record.target, record.source.shape) for record in records] == [(None, (2, 2))]
    table = gestures(tmp_path / "g.csv", subjects=1, takes=1)
    assert len(read(table, labelled=False)[0]) == 3
    records, _ = read(folder(tmp_path / "more"), labelled=False)
    assert len(records) == 2


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.csv", "1,2,3\n4,5,6\n", "has no header"),
        ("a.csv", "id,x,label\n", "has a header and no rows"),
        ("a.csv", "", "is empty"),
        ("a.pdf", "x", "of no kind that is read here"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(tmp_path, name, text, message):
    (tmp_path / name).write_text(text)
    with pytest.raises(DataError, match=message):
        read(tmp_path / name)


def test_other_mistakes(tmp_path):
    with pytest.raises(UnreadableError, match="does not exist"):
        read(tmp_path / "nothing.ts")
    with pytest.raises(DataError, match="together with targets"):
        read(tmp_path, Y)
    with pytest.raises(ShapeError, match="give"):
        read(np.zeros((2, 3, 4, 5)), [0, 1])
    with pytest.raises(DataError, match="no sequence can be read"):
        read([Record(tmp_path / "gone.csv", "a", "gone.csv")])
