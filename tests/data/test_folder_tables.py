"""Tables in folders: which are read, as which parts, and what is said of the others."""

import pytest

from crnn.data.folder_tables import read_tables, tables_in
from crnn.data.manifest import from_manifest
from crnn.data.sources import read
from crnn.errors import DataError


def filled(folder, *names, content="text,label\na,x\nb,y\n"):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    return folder


def found(folder, labelled=True):
    return [(table.name, part) for table, part in tables_in(folder, (".txt",), labelled=labelled)]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["manifest.csv", "train.csv"], [("manifest.csv", "")]),
        (["reviews.csv", "readme.txt", ".hidden.csv"], [("reviews.csv", "")]),
        (
            ["train.tsv", "val.tsv", "news_test.tsv"],
            [("train.tsv", "train"), ("val.tsv", "dev"), ("news_test.tsv", "test")],
        ),
        (["训练集.csv", "测试集.csv"], [("训练集.csv", "train"), ("测试集.csv", "test")]),
        (["train.txt", "dev.txt", "class.txt"], [("train.txt", "train"), ("dev.txt", "dev")]),
        (["good/1.txt", "bad/1.txt", "train.csv"], []),
        (["notes.txt"], []),
        (["a/b/train.csv", "a/b/test.csv"], [("train.csv", "train"), ("test.csv", "test")]),
        (["a/b.csv", "c/d.csv"], []),
    ],
)
def test_which_tables_are_the_data(tmp_path, names, expected):
    assert found(filled(tmp_path, *names)) == expected


def test_several_tables_of_no_part_are_refused(tmp_path):
    with pytest.raises(DataError, match=r"holds 2 tables \(a.csv, b.csv\): give one of them, or call them train"):
        found(filled(tmp_path, "a.csv", "b.csv"))


def test_parts_are_read_and_another_table_is_named(tmp_path):
    filled(tmp_path, "train.csv", "test.csv", "labels.csv")
    filled(tmp_path, "dev.csv", content="text,label,split\na,x,\nb,y,test\n")
    records, findings = read_tables(
        tables_in(tmp_path, (), labelled=True), lambda table: from_manifest(table, source="text")
    )
    assert [record.split for record in records] == ["train", "train", "dev", "test", "test", "test"]
    assert findings["table not read"].names == ["labels.csv"]


def test_a_test_table_without_answers_is_named_and_one_for_training_is_an_error(tmp_path):
    filled(tmp_path, "train.csv")
    filled(tmp_path, "test.csv", content="text\na\n")
    records, findings = read(tmp_path, source="text")
    assert len(records) == 2
    assert findings["test table without answers"].names == ["test.csv"]
    assert len(read(tmp_path, source="text", target=None)[0]) == 3
    filled(tmp_path, "dev.csv", content="text\na\n")
    with pytest.raises(DataError, match="no column for the label"):
        read(tmp_path, source="text")


def test_recordings_may_be_named_by_tables_of_parts(tmp_path):
    filled(tmp_path, "train.csv", "test.csv", content="path,label\na.wav,x\n")
    (tmp_path / "a.wav").touch()
    records, _ = read(tmp_path, suffixes=(".wav",))
    assert sorted((record.name, record.split) for record in records) == [("a.wav", "test"), ("a.wav", "train")]
