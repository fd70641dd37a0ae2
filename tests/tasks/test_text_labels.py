"""Several labels of a text: which columns hold them, and what divides them in a cell."""

import pytest

from crnn import TextClassification
from crnn.errors import DataError
from crnn.inspect import inspect


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


@pytest.mark.parametrize("settings", [{}, {"text": "text"}])
def test_columns_of_zeros_and_ones_are_named_where_one_label_is_looked_for(tmp_path, settings):
    rows = ["a nice room,1,0", "the food was bad,0,1", "fine,1,0", "whatever,0,0"]
    table = written(tmp_path / "t.csv", "text,good,bad", rows)
    with pytest.raises(DataError, match=r"\(good, bad\), say multi_label=True \(--multi-label\)"):
        TextClassification(**settings).read(table)
    assert "--multi-label" in inspect(table).findings["texts with several labels"].advice


# ── signs between labels that may be part of one ─────────────────────────────────────────────────────────────────────


def cells(path, *labels):
    return written(path, "text,label", [f'text {row},"{label}"' for row, label in enumerate(labels)])


@pytest.mark.parametrize("sign", ["/", "+", " / ", "／", "＋"])
def test_labels_between_slashes_are_several_where_each_also_stands_alone(tmp_path, sign):
    labels, told = several(cells(tmp_path / "t.csv", "a", "b", "c;b", "a b", f"a{sign}c", f"c{sign}a{sign}b", ""))
    assert labels == [("a",), ("b",), ("c", "b"), ("a b",), ("a", "c"), ("c", "a", "b"), ()]
    assert told["label of several"] == [f"'a{sign}c', 'c{sign}a{sign}b'"]


@pytest.mark.parametrize("label", ["news/sport", "C++", "A+", "/", "TCP/IP", "and/or"])
def test_one_label_with_a_slash_or_a_plus_stays_one(tmp_path, label):
    labels, told = several(cells(tmp_path / "t.csv", label, "A", "art;C", label))
    assert labels == [(label,), ("A",), ("art", "C"), (label,)]
    assert not told


def test_kinds_and_kinds_of_them_are_no_several_labels_but_told(tmp_path):
    given = ("news", "sport", "news/sport", "news/art", "news/art", "news/film")
    labels, told = several(cells(tmp_path / "t.csv", *given))
    assert labels == [(label,) for label in given]
    assert told == {"label that may be several": ["'news/sport', 'news/art', 'news/film'"]}


@pytest.mark.parametrize(
    ("given", "doubtful"),
    [
        (("good/room", "bad/room", "good/bed", "bad/bed"), "'good/room', 'bad/room', 'good/bed'"),
        (("news/art", "news/film", "tech/phones"), ""),
        (("TCP/IP", "C++"), ""),
        (("1/5", "4/5", "5/5"), ""),
    ],
)
def test_parts_that_never_stand_alone_are_told_where_they_come_again(tmp_path, given, doubtful):
    labels, told = several(cells(tmp_path / "t.csv", *given))
    assert labels == [(label,) for label in given]
    assert told == ({"label that may be several": [doubtful]} if doubtful else {})


def test_a_label_in_a_list_is_one_label_wherever_it_comes(tmp_path):
    labels, told = several(cells(tmp_path / "t.csv", "a", "b", "a/b", '[""a/b""]'))
    assert labels == [("a",), ("b",), ("a/b",), ("a/b",)]
    assert not told


def test_of_one_label_a_text_slashes_are_never_divided_but_told(tmp_path):
    records, findings = TextClassification().read(cells(tmp_path / "t.csv", "a", "b", "c", "a/b", "b/c", "a/b"))
    assert [record.target for record in records] == ["a", "b", "c", "a/b", "b/c", "a/b"]
    assert findings["label that may be several"].names == ["'a/b', 'b/c'"]
    assert "multi_label=True" in str(findings)
    assert not len(TextClassification().read(cells(tmp_path / "t.csv", "C", "C++", "C", "C++", "A/B", "A+"))[1])


def test_what_divides_labels_later_is_told_by_those_that_were_learnt(tmp_path):
    task = TextClassification(multi_label=True)
    task.learn(task.read(cells(tmp_path / "t.csv", "a", "b", "C/C++", "TCP/IP"))[0])
    records, _ = task.read(cells(tmp_path / "later.csv", "a/b", "TCP/IP", "b+a"))
    assert [record.target for record in records] == [("a", "b"), ("TCP/IP",), ("b", "a")]
