"""Columns of numbers as people write them, and what is refused with its line."""

import numpy as np
import pytest

from crnn.data.findings import Findings
from crnn.errors import DataError
from crnn.series.numbers import looks_numeric, numbers


def read(*cells):
    findings = Findings()
    return numbers(cells, "sales", list(range(2, 2 + len(cells))), findings).tolist(), findings


def test_plain_numbers_are_read_without_a_word():
    values, findings = read("1", "-2.5", "3e2", ".5")
    assert values == [1.0, -2.5, 300.0, 0.5]
    assert len(findings) == 0


@pytest.mark.parametrize("mark", ["", "NA", "null", "NaN", "n/a", "-", "?", "缺失"])
def test_missing_marks_are_missing(mark):
    values, _ = read("1", mark)
    assert np.isnan(values[1])


@pytest.mark.parametrize(
    ("cells", "wanted"),
    [
        (("1,5", "2", "1.234,5"), [1.5, 2.0, 1234.5]),
        (("1,25", "1.234"), [1.25, 1234.0]),
        (("0,5", ",25"), [0.5, 0.25]),
        (("1 234,5", "7"), [1234.5, 7.0]),
    ],
)
def test_decimal_commas_are_read_and_told(cells, wanted):
    values, findings = read(*cells)
    assert values == wanted
    assert "decimal comma" in findings


def test_commas_between_thousands_are_read_and_told():
    values, findings = read("1,234.5", "12,345,678", "9")
    assert values == [1234.5, 12345678.0, 9.0]
    assert "comma between thousands" in findings


def test_a_comma_that_may_be_either_is_refused():
    with pytest.raises(DataError, match=r"'sales', line 2: '1,234' may mean"):
        read("1,234", "2")


def test_commas_used_in_two_ways_are_refused():
    with pytest.raises(DataError, match="in different ways"):
        read("1,234.5", "1,5")


def test_text_among_numbers_is_refused_with_its_line():
    with pytest.raises(DataError, match=r"column 'sales', line 3: 'twelve' is not a number"):
        read("11", "twelve")


def test_infinite_values_count_as_missing_and_are_named():
    values, findings = read("1", "inf", "1e999")
    assert np.isnan(values[1:]).all()
    assert findings["infinite value"].names == ["column 'sales', line 3: 'inf'", "column 'sales', line 4: '1e999'"]


def test_a_column_of_texts_is_no_column_of_numbers():
    assert not looks_numeric(["a", "b", "1"])
    assert looks_numeric(["", "1,5", "x", "2"])
    assert not looks_numeric(["", ""])


@pytest.mark.parametrize("mark", [" ", "\u00a0", "\u202f", "'", "’"])
def test_thousands_may_be_marked_by_spaces_and_apostrophes(mark):
    assert numbers([f"1{mark}234.5", f"12{mark}345{mark}678"], "a", [2, 3], Findings()).tolist() == [1234.5, 12345678.0]


def test_signs_of_money_and_percent_are_read_and_told():
    findings = Findings()
    assert numbers(["$1,234.50", "-$2", "", "$3"], "sales", [2, 3, 4, 5], findings).tolist()[::3] == [1234.5, 3.0]
    assert findings["sign of money or percent"].names == [
        "column 'sales': 3 numbers, the first is '$1,234.50' in line 2"
    ]
    findings = Findings()
    numbers(["$1.5", ""], "sales", [2, 3], findings)
    assert findings["sign of money or percent"].names == ["column 'sales': 1 number, the first is '$1.5' in line 2"]
    assert numbers(["12,5 %", "7 %"], "share", [2, 3], Findings()).tolist() == [12.5, 7.0]
    assert numbers(["1.234,50 €", "2,00 €"], "sales", [2, 3], Findings()).tolist() == [1234.5, 2.0]


@pytest.mark.parametrize("cells", [["$5", "€5"], ["5%", "0.07"]])
def test_signs_that_differ_are_refused(cells):
    with pytest.raises(DataError, match=r"column 'share', line 2: .* bring all to one unit"):
        numbers(cells, "share", [2, 3], Findings())


@pytest.mark.parametrize("cells", [["1.002", "987", "", "12.345"], ["1.002 €", "987 €", "2.000 €", "5 €"]])
def test_points_that_may_stand_between_thousands_are_refused(cells):
    with pytest.raises(DataError, match=r"line 2: '1\.002.*' may mean a thousand or a decimal point"):
        numbers(cells, "sales", [2, 3, 4, 5], Findings())
    assert numbers(["1.002", "0.987", "2", "3"], "sales", [2, 3, 4, 5], Findings())[0] == 1.002
    assert numbers(["1.002", "9.875", "2.125", "3.5"], "sales", [2, 3, 4, 5], Findings())[1] == 9.875


@pytest.mark.parametrize(
    ("cells", "wanted"),
    [
        (("12", "(93)", "(1,234.50)"), [12.0, -93.0, -1234.5]),
        (("$12", "($93)", "$(1,234.50)"), [12.0, -93.0, -1234.5]),
        (("12,5 %", "(7,5 %)", "(3)%"), [12.5, -7.5, -3.0]),
        (("1.234,5 €", "( 1.234,5 €)"), [1234.5, -1234.5]),
    ],
)
def test_numbers_in_parentheses_are_below_zero_and_told(cells, wanted):
    values, findings = read(*cells)
    assert values == wanted
    assert (
        findings["number in parentheses"].names[0].startswith(f"column 'sales': {sum('(' in cell for cell in cells)}")
    )
    assert looks_numeric(cells)


@pytest.mark.parametrize("text", ["(a)", "()", "(-3)", "((3))", "(3", "(1 or 2)", "3 (4)"])
def test_other_parentheses_are_texts(text):
    assert not looks_numeric([text])
    with pytest.raises(DataError, match=r"line 3: .* is not a number"):
        read("1", text)


def test_numbers_as_they_are_typed_in_chinese_and_printed():
    cells = ["１２．５", "−3", "（100）", "１，０００．５", "４"]
    assert looks_numeric(cells)
    found = numbers(cells, "sales", range(2, 7), Findings())
    assert found.tolist() == [12.5, -3, -100, 1000.5, 4]
