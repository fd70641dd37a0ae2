"""Columns known ahead as they are read: gaps are carried over from before and named, and so are texts never seen."""

import numpy as np
import pytest

from crnn.data.findings import Findings
from crnn.errors import DataError
from crnn.series.known import completed, note_unseen
from crnn.series.series import Series
from crnn.series.steps import Step


def series(known, steps=4, dated=False):
    times = np.datetime64("2024-01-01T00:00:00") + np.arange(steps) * np.timedelta64(86400, "s")
    step = Step("second", 86400) if dated else Step()
    return Series("a", "", "a", np.arange(float(steps)), step, times if dated else np.arange(steps), known)


def read(values, **form):
    """What becomes of one column, and what is said of it."""
    findings = Findings()
    column = completed(series({"price": values}, **form), findings).known["price"]
    return column.tolist(), {finding.kind: finding.names for finding in findings}


def test_a_gap_holds_what_stood_before_and_is_named():
    column, said = read(np.array([1.0, np.nan, np.inf, 4.0]), dated=True)
    assert column == [1.0, 1.0, 1.0, 4.0]
    assert said == {"gap in a column known ahead": ["a, column 'price': 2 steps, the first is 2024-01-02"]}


def test_no_later_value_fills_the_beginning():
    column, said = read(np.array(["", "x", "", "y"], object))
    assert column == ["", "x", "x", "y"]
    assert said == {
        "column known ahead that begins late": ["a, column 'price': step 0"],
        "gap in a column known ahead": ["a, column 'price': step 2"],
    }


@pytest.mark.parametrize("values", [[1.0, 2.0, np.nan, np.nan], [1.0, 2.0]])
def test_a_column_that_ends_early_goes_on_to_the_end_of_the_series(values):
    column, said = read(np.array(values))
    assert column == [1.0, 2.0, 2.0, 2.0]
    assert said == {"gap in a column known ahead": ["a, column 'price': 2 steps, the first is step 2"]}


def test_what_is_to_come_is_filled_between_values_and_not_behind_them():
    column, said = read(np.array([1.0, 2.0, 3.0, 4.0, np.nan, 6.0, np.nan]), dated=True)
    assert column[:6] == [1.0, 2.0, 3.0, 4.0, 4.0, 6.0]
    assert np.isnan(column[6])
    assert said == {"gap in a column known ahead": ["a, column 'price': 2024-01-05"]}


@pytest.mark.parametrize("values", [np.arange(4), np.array(["a", "b", "c", "d"])])
def test_whole_columns_stay_and_nothing_is_said(values):
    assert read(values) == (values.tolist(), {})


def test_nothing_is_said_of_an_empty_column_here():
    assert read(np.array([""] * 4, object))[1] == {}


def test_numbers_too_large_to_compute_with_are_refused():
    with pytest.raises(DataError, match=r"a, 2024-01-03, column 'price' is 1e\+300"):
        read(np.array([1.0, 2.0, 1e300, 4.0]), dated=True)


def test_the_array_of_the_user_is_left_as_it_is():
    given = np.array([1.0, np.nan, 3.0, 4.0])
    read(given)
    assert np.isnan(given[1])


def test_texts_that_training_did_not_see_are_named_with_their_first_time():
    findings = Findings()
    texts = np.array(["x", "z", "z", "x", "w"], object)
    note_unseen(series({"kind": texts}), {"kind": ("x", "y"), "other": ("q",)}, 1, findings)
    (finding,) = findings
    assert finding.kind == "text that training did not see"
    assert finding.names == ["a, column 'kind': 'w' at step 4", "a, column 'kind': 'z' at 2 steps, the first is step 1"]
    findings = Findings()
    note_unseen(series({"kind": texts}), {"kind": ("x", "y")}, 0, findings)
    assert len(findings["text that training did not see"].names) == 1, "what lies further ahead is not looked at"
