"""Lines from all that people have: images with texts, tables, pages; what is left out is named once."""

import zipfile

import numpy as np
import pytest

from crnn.data.lines import read_lines
from crnn.data.split import split
from crnn.errors import DataError, UnreadableError
from crnn.image import picture


def image(path, text="x"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(picture.png(picture.text(text, 32)))
    return path


@pytest.fixture
def pairs(tmp_path):
    for n, text in enumerate(("eins", "zwei", "drei")):
        image(tmp_path / f"{n}.png", text)
        (tmp_path / f"{n}.gt.txt").write_text(text + "\n", encoding="utf-8")
    return tmp_path


def test_pairs(pairs):
    records, findings = read_lines(pairs)
    assert [(record.name, record.target) for record in records] == [
        ("0.png", "eins"),
        ("1.png", "zwei"),
        ("2.png", "drei"),
    ]
    assert len(findings) == 0
    assert [record.target for record in read_lines(pairs, labelled=False)[0]] == [None] * 3
    assert read_lines(pairs / "1.png")[0][0].target == "zwei"


def test_names_with_steps_of_processing_and_plain_txt(tmp_path):
    image(tmp_path / "a.bin.png")
    (tmp_path / "a.gt.txt").write_text("right")
    image(tmp_path / "b.jpg")
    (tmp_path / "b.txt").write_text("also")
    image(tmp_path / "c.png")
    (tmp_path / "c.gt.txt").write_text("first")
    (tmp_path / "c.txt").write_text("second")
    assert [record.target for record in read_lines(tmp_path)[0]] == ["right", "also", "first"]


def test_folders_are_writers_and_parts(tmp_path):
    for folder in ("train/anna", "train/ben", "valid/cleo"):
        image(tmp_path / folder / "a.png")
        (tmp_path / folder / "a.gt.txt").write_text("a")
    found = [(record.group, record.split) for record in read_lines(tmp_path)[0]]
    assert found == [("anna", "train"), ("ben", "train"), ("cleo", "dev")]


def test_mixed_encodings_are_read_and_named(pairs):
    (pairs / "0.gt.txt").write_bytes("où".encode())
    (pairs / "1.gt.txt").write_bytes("été — ici".encode("utf-16"))
    (pairs / "2.gt.txt").write_bytes("garçon".encode("latin-1"))
    records, findings = read_lines(pairs)
    assert [record.target for record in records] == ["où", "été — ici", "garçon"]
    assert findings["text in another encoding"].names == ["1.gt.txt (utf-16)", "2.gt.txt (cp1252)"]
    assert findings.dropped == 0


def test_what_is_alone_or_empty_is_named(pairs):
    image(pairs / "lonely.png")
    (pairs / "orphan.gt.txt").write_text("text")
    (pairs / "1.gt.txt").write_text(" \n")
    (pairs / "2.gt.txt").write_text("two\nlines")
    (pairs / "readme.txt").write_text("no transcript")
    records, findings = read_lines(pairs)
    assert [record.target for record in records] == ["eins", "two lines"]
    assert findings["image without a text"].names == ["lonely.png"]
    assert findings["text without an image"].names == ["orphan.gt.txt"]
    assert findings["empty text"].names == ["1.png"]
    assert not findings["text of several lines"].dropped
    assert findings.dropped == 3


def test_a_single_picture_whose_text_is_damaged_is_named(pairs):
    image = next(iter(sorted(pairs.rglob("*.png"))))
    image.with_name(image.stem + ".gt.txt").write_bytes(b"\xfe\xff\xd8\x00\x00")
    (record,), findings = read_lines(image)
    assert record.target is None
    assert "unreadable text" in findings


@pytest.mark.parametrize("name", ["lines.csv", "manifest.csv", "other.csv"])
def test_tables(pairs, name):
    rows = [
        "path,text,page_or_writer,split",
        "0.png,eins,anna,train",
        "1.png,,ben,train",
        "gone.png,x,ben,valid",
        "2.png,drei,ben,valid",
    ]
    (pairs / name).write_text("\n".join(rows), encoding="utf-8")
    records, findings = read_lines(pairs / name if name == "other.csv" else pairs)
    assert [(r.target, r.group, r.split) for r in records] == [("eins", "anna", "train"), ("drei", "ben", "dev")]
    assert findings["missing file"].names == ["gone.png"]
    assert findings["empty text"].names == ["1.png"]


def test_wrong_columns_are_answered_with_those_that_are_there(pairs):
    (pairs / "lines.csv").write_text("picture,words\n0.png,eins\n")
    with pytest.raises(DataError, match=r"no column for the path.*it has: picture, words"):
        read_lines(pairs)


def test_archives_lists_and_arrays(pairs, tmp_path, monkeypatch):
    monkeypatch.setenv("CRNN_CACHE", str(tmp_path / "cache"))
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
        for file in sorted(pairs.glob("[0-9]*")):
            archive.write(file, file.name)
    assert [record.target for record in read_lines(tmp_path / "set.zip")[0]] == ["eins", "zwei", "drei"]
    assert read_lines([pairs / "0.png"], ["eins"])[0][0].target == "eins"
    array = picture.text("eins", 32)
    assert read_lines([array, array[:, :50]], ["eins", "ei"])[0][1].source.shape == (32, 50)


def test_nothing_there_says_what_is_understood(tmp_path):
    with pytest.raises(DataError, match=r"holds no lines.*a\.gt\.txt.*lines\.csv.*ALTO or PAGE XML"):
        read_lines(tmp_path)
    with pytest.raises(UnreadableError, match="does not exist"):
        read_lines(tmp_path / "nowhere")


@pytest.mark.parametrize("kind", ["alto", "page"])
def test_pages(make_page, kind, tmp_path):
    files = [make_page(kind, name=name) for name in ("one", "two")]
    for data in (tmp_path, files):
        records, findings = read_lines(data)
        assert [record.target for record in records] == ["first line here", "& a <second>", "no. 3"] * 2
        assert {record.group for record in records} == {str(file.with_suffix(".png")) for file in files} or {
            record.group for record in records
        } == {"one.png", "two.png"}
        assert len(findings) == 0
    assert len(read_lines(files[0])[0]) == 3
    rows = split(records, 0.5, "group", seed=0)
    assert {records[row].group for row in rows[0]}.isdisjoint({records[row].group for row in rows[1]})


def test_bad_pages_are_named_and_the_rest_is_read(make_page, tmp_path):
    make_page(name="good")
    make_page(name="bad").write_text("<alto><broken></alto>")
    make_page(name="pictureless")
    (tmp_path / "pictureless.png").unlink()
    make_page(name="empty", texts=("a", ""))
    (tmp_path / "bomb.xml").write_text("<!DOCTYPE a [<!ENTITY b 'c'>]><alto>&b;</alto>")
    records, findings = read_lines(tmp_path)
    assert len(records) == 4
    assert [name.split(" ")[0].rpartition("/")[2] for name in findings["unreadable page"].names] == [
        "bad.xml",
        "bomb.xml",
    ]
    assert "pictureless" in findings["page without its picture"].names[0]
    assert findings["line without text"].names == ["empty.xml#l2"]
    assert len(read_lines(tmp_path / "empty.xml", labelled=False)[0]) == 2
    with pytest.raises(UnreadableError, match="no well-formed XML"):
        read_lines(tmp_path / "bad.xml")


def test_a_picture_described_twice_is_taken_once(make_page):
    alto = make_page("alto", name="sheet").rename
    file = alto(make_page("alto", name="sheet").with_name("a.xml"))
    make_page("page", name="sheet")
    records, findings = read_lines(file.parent)
    assert len(records) == 3
    assert findings["second file for a picture"].names == ["sheet.xml (sheet.png)"]


def test_arrays_of_one_height_stay_pictures():
    records, _ = read_lines(np.zeros((2, 32, 80), np.uint8), ["a", "b"])
    assert [record.source.shape for record in records] == [(32, 80)] * 2
