"""JSON and fastText's lines as rows."""

import json

import pytest

from crnn.data.row_forms import marked_lines
from crnn.data.table import read_header, read_table
from crnn.errors import UnreadableError


@pytest.mark.parametrize("indent", [None, 1])
def test_an_array_of_objects_is_a_table_whose_lines_are_known(tmp_path, indent):
    path = tmp_path / "a.json"
    path.write_text(json.dumps([{"text": "a, b", "n": 1}, {"text": "c", "tags": ["x"]}], indent=indent))
    table = read_table(path)
    assert table.header == ("text", "n", "tags")
    assert table.rows == [["a, b", "1", ""], ["c", "", '["x"]']]
    starts = [number for number, line in enumerate(path.read_text().split("\n"), start=1) if line.strip() == "{"]
    assert table.lines == (starts or [1, 2])


def test_an_array_may_be_all_that_an_object_holds(tmp_path):
    (tmp_path / "a.json").write_text('{"data": [\n{"text": "a"},\n{"text": "b"}]}')
    table = read_table(tmp_path / "a.json")
    assert (table.rows, table.lines) == ([["a"], ["b"]], [2, 3])
    (tmp_path / "b.json").write_text('{"tags": [{}], "text": "a"}\n{"text": "b"}\n')
    assert read_table(tmp_path / "b.json").header == ("tags", "text")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('[{"a": 1},', "give an array of objects, or one object a line"),
        ("[]", "empty JSON array"),
        ('{"text": {"0": "a"}, "label": {"0": "b"}}', r'a table by columns: .*orient="records"'),
        ('[{"a": 1},\n2]', "line 2 is a JSON int"),
        ('{"a": [1]}\n"b"', "line 2 is a JSON str"),
    ],
)
def test_other_json_is_refused(tmp_path, content, message):
    (tmp_path / "a.json").write_text(content)
    with pytest.raises(UnreadableError, match=message):
        read_table(tmp_path / "a.json")


def test_lines_that_begin_with_labels(tmp_path):
    (tmp_path / "a.txt").write_text('__label__good fine, "really"\n\n__label__bad, __label__dear  too\tmuch\n')
    table = read_table(tmp_path / "a.txt")
    assert (table.header, table.lines) == (("label", "text"), [1, 3])
    assert table.rows == [["good", 'fine, "really"'], ["bad|dear", "too much"]]
    assert read_header(tmp_path / "a.txt") == ("label", "text")
    assert marked_lines("__label__a b\nc d") is None
    rows = marked_lines("# a comment\n__label__a b\n__label__c d\n__label__a e")
    assert rows is not None
    assert rows.rows[0] == ["", "# a comment"]
