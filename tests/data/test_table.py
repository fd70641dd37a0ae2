"""Tables in whatever encoding, delimiter and quoting people save them."""

import gzip

import pytest

from crnn.data.table import read_table
from crnn.errors import UnreadableError

CHINESE = "文件,标签\n一.wav,打开灯光\n二.wav,关闭灯光\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_chinese_in_every_common_encoding(tmp_path, encoding):
    file = tmp_path / "a.csv"
    file.write_bytes(CHINESE.encode(encoding))
    table = read_table(file)
    assert table.header == ("文件", "标签")
    assert table.rows == [["一.wav", "打开灯光"], ["二.wav", "关闭灯光"]]
    assert table.lines == [2, 3]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters(tmp_path, delimiter):
    file = tmp_path / "a.csv"
    file.write_text(f'path{delimiter}text\na.wav{delimiter}"one, two; three"\n', encoding="utf-8")
    assert read_table(file).rows == [["a.wav", "one, two; three"]]


def test_quoted_line_breaks_keep_line_numbers(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text('path,text\na,"one\ntwo"\n\nb,three\n', encoding="utf-8")
    table = read_table(file)
    assert table.rows == [["a", "one\ntwo"], ["b", "three"]]
    assert table.lines == [3, 5]


def test_a_stray_quotation_mark_in_tabs_is_a_character(tmp_path):
    file = tmp_path / "a.tsv"
    file.write_text('label\ttext\n1\t"so he said\n0\tand she "no"\n', encoding="utf-8")
    assert [row[1] for row in read_table(file).rows] == ['"so he said', 'and she "no"']


def test_commas_in_prose_do_not_outvote_the_tab(tmp_path):
    file = tmp_path / "a.txt"
    file.write_text("1\tlong , slow , and dull\n0\tfine\n", encoding="utf-8")
    assert read_table(file, header=False).rows == [["1", "long , slow , and dull"], ["0", "fine"]]


@pytest.mark.parametrize("content", [b"1\tone\r\n0\ttwo\r\n", b"1\tone\r0\ttwo\r", b"1\r\tone\r\n0\r\ttwo\r\n"])
def test_every_kind_of_line_end(tmp_path, content):
    file = tmp_path / "a.tsv"
    file.write_bytes(content)
    assert read_table(file, header=False).rows == [["1", "one"], ["0", "two"]]


def test_json_lines_and_gzip(tmp_path):
    file = tmp_path / "a.jsonl.gz"
    file.write_bytes(gzip.compress(b'{"path": "a", "n": 3}\n\n{"path": "b", "tags": ["x"]}\n'))
    table = read_table(file)
    assert table.header == ("path", "n", "tags")
    assert table.rows == [["a", "3", ""], ["b", "", '["x"]']]
    assert table.lines == [1, 3]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", b"", "empty"),
        ("a.csv", b"path,label\n", "no rows"),
        ("a.csv", b'path,label\na,b\n"a"b,c\n', "line 3: .*quotation"),
        ("a.csv", b"\x1f\x8bnot gzip", "cannot be read"),
        ("a.jsonl", b'{"a": 1}\n{"a"\n', "line 2 is not JSON"),
        ("a.jsonl", b"[1]\n", "JSON list"),
        ("a.csv", b'path,label\na,b\n"c,d\ne,f\n', "line 3: a quotation mark opens there and none closes it"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UnreadableError, match=message):
        read_table(tmp_path / name)


def test_missing_file_and_wrong_encoding(tmp_path):
    with pytest.raises(UnreadableError, match="check the path"):
        read_table(tmp_path / "no.csv")
    (tmp_path / "a.csv").write_bytes("é,b\nc,d\n".encode("cp1252"))
    with pytest.raises(UnreadableError, match="not text in utf-8"):
        read_table(tmp_path / "a.csv", encoding="utf-8")
