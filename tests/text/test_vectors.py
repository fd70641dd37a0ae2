"""Word vectors of others: their formats, and files that are none."""

import gzip

import numpy as np
import pytest

from crnn.errors import UnreadableError
from crnn.text import vectors
from crnn.text.normalize import normalise
from crnn.text.vectors import WordVectors, read_vectors, starting_vectors

LINES = "good 1 0 0.5\nBad -1 0 0\nnew york 0 1 0\n"


def test_fasttext_glove_and_gzip_are_read_alike(tmp_path):
    (tmp_path / "a.vec").write_text("3 3\n" + LINES)
    (tmp_path / "b.txt").write_text(LINES)
    (tmp_path / "d.txt").write_text("  7 7 7\n" + LINES.replace("good ", "good\t").replace("-1 0 0", "-1\t0\t0"))
    (tmp_path / "c.vec.gz").write_bytes(gzip.compress(("3 3\n" + LINES).encode()))
    wanted = {"good", "bad", "new york", "absent"}
    found = [read_vectors(tmp_path / name, wanted) for name in ("a.vec", "b.txt", "c.vec.gz", "d.txt")]
    for each in found:
        assert set(each) == {"good", "bad", "new york"}
        np.testing.assert_allclose(each["good"], [1, 0, 0.5])
        assert each["good"].dtype == np.float32


@pytest.mark.parametrize("ending", [b"", b"\n"])
@pytest.mark.parametrize("packed", [False, True])
def test_the_binary_form_of_word2vec_is_read_too(tmp_path, ending, packed):
    words = {"酒店": [1.5, -2.0], "good": [0.0, 1e-3], "</s>": [9.0, 9.0]}
    parts = [name.encode() + b" " + np.array(vector, "<f4").tobytes() + ending for name, vector in words.items()]
    content = b"3 2\n" + b"".join(parts)
    (tmp_path / "a.bin").write_bytes(gzip.compress(content) if packed else content)
    found = read_vectors(tmp_path / "a.bin", {"good", "酒店"})
    assert {word: vector.tolist() for word, vector in found.items()} == {
        word: np.array(words[word], np.float32).tolist() for word in ("酒店", "good")
    }
    (tmp_path / "a.bin").write_bytes(content[:-5])
    with pytest.raises(UnreadableError, match="ends in word 3 of 3: is the file whole"):
        read_vectors(tmp_path / "a.bin", {"good"})


@pytest.mark.parametrize("encoding", ["gb18030", "gbk", "utf-16", "cp1252"])
@pytest.mark.parametrize("binary", [False, True])
def test_words_in_other_encodings_are_read(tmp_path, recwarn, encoding, binary):
    words = ["été", "café", "schön"] if encoding == "cp1252" else ["，", "酒店", "联通", "好吃", "the", "服务"]
    if binary and encoding == "utf-16":
        pytest.skip("word2vec knows no such form")
    if binary:
        parts = [f"{len(words)} 2\n".encode()]
        parts += [word.encode(encoding) + b" " + np.array([at, 1], "<f4").tobytes() for at, word in enumerate(words)]
        (tmp_path / "a.vec").write_bytes(b"".join(parts))
    else:
        lines = [f"{len(words)} 2", *(f"{word} {at} 1" for at, word in enumerate(words))]
        (tmp_path / "a.vec").write_text("\n".join(lines), encoding)
    found = read_vectors(tmp_path / "a.vec", words)
    assert {word: vector.tolist() for word, vector in found.items()} == {word: [at, 1] for at, word in enumerate(words)}
    told = (
        []
        if encoding == "utf-16"
        else [f"are read as {'gb18030' if encoding == 'gbk' else encoding}, which was guessed"]
    )
    assert [part in str(warning.message) for part, warning in zip(told, recwarn, strict=True)] == [True] * len(told)


def test_a_mark_of_the_encoding_and_a_stray_sign_are_no_matter(tmp_path):
    (tmp_path / "a.vec").write_bytes("\ufeffgood 1 0\nbad 0 1\n".encode())
    assert set(read_vectors(tmp_path / "a.vec", {"good", "bad"})) == {"good", "bad"}
    (tmp_path / "b.vec").write_bytes(b"2 2\n\x07 1 0\ngood 0 1\n")
    assert read_vectors(tmp_path / "b.vec", {"good"})["good"].tolist() == [0, 1]


def test_the_wanted_case_wins(tmp_path):
    (tmp_path / "a.vec").write_text("Good 9 9\ngood 1 1\nGOOD 8 8\n")
    np.testing.assert_allclose(read_vectors(tmp_path / "a.vec", {"good"})["good"], [1, 1])


def test_of_other_words_the_first_are_kept_and_of_the_wanted_all(tmp_path):
    (tmp_path / "a.vec").write_text("The 1 0\nＡ 2 0\nthe 3 0\nof 4 0\nand 5 0\ngood 6 0\n", "utf-8")
    found = read_vectors(tmp_path / "a.vec", {"good"}, 3, normalise)
    assert {word: float(vector[0]) for word, vector in found.items()} == {"the": 3, "a": 2, "of": 4, "good": 6}


def test_the_longest_word_that_ends_at_a_character_is_the_one_meant():
    known = WordVectors(["店", "酒店", "大酒店", "room", "Paris", "room店"], 2)
    assert known.numbers(["大", "酒", "店", "酒", "room", "店", "Room", "paris", "Paris"]).tolist() == [
        *(0, 0, 3, 0, 4, 1, 4, 0, 5)
    ]
    assert not known.table.any()
    assert known.places_in(WordVectors(["room", "店"], 2)) == [0, 2, -1, -1, 1, -1, -1]


def test_vectors_are_brought_to_one_spread(tmp_path, monkeypatch):
    monkeypatch.setattr(vectors, "MOST_OTHERS", 1)
    (tmp_path / "a.vec").write_text("good 30 40\nnone 0 0\nrare 1 0\nbad -30 0\n")
    found = starting_vectors(tmp_path / "a.vec", [["good"], ["bad"]], 0.5)
    assert found.words == ["good", "none", "bad"]
    given = np.array([[0, 0], [30, 40], [0, 0], [-30, 0]])
    np.testing.assert_allclose(found.table, given * 0.5 / given[1:].std(), rtol=1e-6)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "no word vectors"),
        (b"good 1 2\nbad 1\n", "line 2 has 1 numbers, not 2"),
        ("好电影\t1\n坏电影\t0\n".encode(), "no file of word vectors: line 2 has 1 number behind"),
        (b"good 1 2\nbad 1 x\n", "line 2"),
        (b"good nan 2\n", "NaN"),
        (b"\x1f\x8bbroken", "cannot be read"),
        (b"PK\x03\x04\x14\x00\xff\xff", "it is a zip archive; unpack it"),
        (b"\xba\x16\x4f\x2f\x0c\x00\x00\x00\xff\xfe", "a whole model of fastText; give the .vec file"),
        (b"\x93NUMPY\x01\x00v\x00{", "without words"),
        (b"\x80\x04\x95\xc9", "pickled, as gensim saves"),
        (b"3 99999999999\ngood \x00\x00\x80?\x00\x00\x00\x00", "tells of 99999999999 numbers a word"),
    ],
)
def test_other_files_are_refused(tmp_path, content, told):
    (tmp_path / "a.vec").write_bytes(content)
    with pytest.raises(UnreadableError, match=told):
        read_vectors(tmp_path / "a.vec", {"good", "bad"})


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(UnreadableError, match=r"none\.vec"):
        read_vectors(tmp_path / "none.vec", {"good"})
