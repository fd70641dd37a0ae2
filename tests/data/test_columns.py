"""Columns found by what stands in them."""

import pytest

from crnn.data.columns import guess_columns, longer_columns
from crnn.errors import DataError


def table(tmp_path, rows, name="table.csv"):
    file = tmp_path / name
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return file


def test_positions_where_there_is_no_header(tmp_path):
    rows = [f"{number % 3}\ta sentence of {number} words\t{number}" for number in range(12)]
    assert guess_columns(table(tmp_path, rows, "table.tsv")) == (1, 0)


def test_names_where_the_first_row_is_one(tmp_path):
    rows = ["nr,was,worüber", *(f"{number},ein Satz mit {number} Wörtern,{'ab'[number % 2]}" for number in range(12))]
    assert guess_columns(table(tmp_path, rows)) == ("was", "worüber")


def test_a_column_that_is_mostly_empty_is_no_label(tmp_path):
    rows = [
        f"a phrase of {number} words,{'abc'[number % 3]},{'yn'[number] if number < 2 else ''}" for number in range(60)
    ]
    assert guess_columns(table(tmp_path, ["phrase,mood,flag", *rows])) == ("phrase", "mood")


def test_a_file_that_is_sorted_by_label(tmp_path):
    rows = [f"a sentence of {number} words\t{number // 3000}" for number in range(6000)]
    assert guess_columns(table(tmp_path, rows, "table.tsv")) == (0, 1)


def test_a_first_label_that_comes_once_makes_no_header(tmp_path):
    rows = [
        "a sentence with a rare label,rare",
        *(f"a sentence of {number} words,{number % 2}" for number in range(12)),
    ]
    assert guess_columns(table(tmp_path, rows)) == (0, 1)


def test_prose_is_no_table(tmp_path):
    rows = [
        "DESC:manner How did serfdom develop ?",
        *(f"ENTY:cremat What is number {number} ?" for number in range(50)),
    ]
    rows[20] += " One, two, a"
    rows[30] += " One, two, b"
    rows[40] += " One, two, a"
    with pytest.raises(DataError, match="all of them in 3 of 51 rows: is it a table at all"):
        guess_columns(table(tmp_path, rows, "table.txt"))


@pytest.mark.parametrize(
    "rows",
    [
        ["only one column"] * 5,
        [f"{number},a sentence of {number} words" for number in range(30)],
        ["a sentence,same", "another one,same", "a third,same"],
    ],
)
def test_tables_without_labels_are_refused(tmp_path, rows):
    with pytest.raises(DataError, match="none that looks like labels"):
        guess_columns(table(tmp_path, rows))


def test_longer_columns_are_named():
    extras = [{"body": "a long text", "id": "1"}, {"body": "another", "id": "2"}]
    assert longer_columns(extras, ["short", "title"]) == ["body"]
