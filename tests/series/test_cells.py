"""Cells become numbers and times; what is neither is told, never guessed."""

import numpy as np
import pytest

from crnn.series.cells import MISSING, moments, numbers


def test_missing_values_in_all_their_spellings_are_nan():
    found = numbers([*MISSING, *(word.upper() for word in MISSING), "inf", "-inf"])
    assert np.isnan(found.values).all()
    assert found.words == []


def test_words_are_named_by_their_place():
    found = numbers(["1", "ERR", "3e-2", "12:30"])
    assert found.words == [1, 3]
    np.testing.assert_array_equal(found.values, [1.0, np.nan, 0.03, np.nan])


@pytest.mark.parametrize(
    ("cells", "values", "words", "comma"),
    [
        (["1,5", "2", "-0,25e1", ""], [1.5, 2.0, -2.5, np.nan], [], True),
        (["1,5", "2.5"], [np.nan, 2.5], [0], False),  # a point beside it: a comma may mean anything
        (["1,000,000"], [np.nan], [0], False),
    ],
)
def test_decimal_commas_are_read_where_nothing_speaks_against_it(cells, values, words, comma):
    found = numbers(cells)
    np.testing.assert_array_equal(found.values, values)
    assert (found.words, found.comma) == (words, comma)


def test_dates_and_offsets_sort_as_they_happened():
    cells = ["2024-03-31T01:30:00+01:00", "2024-03-31 00:31", "2024-03-31T00:29:00Z", "2024-03-30"]
    found = moments(cells)
    assert found.words == []
    assert np.argsort(found.values).tolist() == [3, 2, 0, 1]


def test_plain_numbers_stay_as_they_are_and_words_are_named():
    assert moments(["3", "1.5"]).values.tolist() == [3.0, 1.5]
    assert moments(["2024-01-01", "soon"]).words == [1]
