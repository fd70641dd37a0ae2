"""Columns known ahead: encoded as learnt, carried over gaps, and asked for where they are missing."""

import numpy as np
import pytest

from crnn.errors import DataError
from crnn.series.covariates import Covariates, learn
from crnn.series.series import Series
from crnn.series.steps import Step


def series(known, steps=4):
    return Series("a", "", "a", np.arange(float(steps)), Step(), np.arange(steps), known)


def test_numbers_are_standardised_and_texts_become_columns():
    given = series({"price": np.array([1.0, 2, 3, 4]), "kind": np.array(["x", "y", "x", "y"], object)})
    found = learn([given], ())
    encoded = found.of(given, 0)
    assert encoded.shape == (4, 3) == (4, found.width)
    np.testing.assert_allclose(encoded[:, 0], (np.arange(1, 5) - 2.5) / np.std([1, 2, 3, 4]), rtol=1e-6)
    assert encoded[:, 1:].tolist() == [[1, 0], [0, 1], [1, 0], [0, 1]]
    assert Covariates.from_dict(found.to_dict()) == found


def test_a_text_never_seen_is_none_of_the_known():
    found = learn([series({"kind": np.array(["x", "y", "x", "y"], object)})], ())
    assert found.of(series({"kind": np.array(["z"] * 4, object)}), 0).tolist() == [[0, 0]] * 4


def test_what_is_constant_goes_on_by_itself():
    given = series({"size": np.full(4, 7.0)})
    assert learn([given], ()).of(given, 3).tolist() == [[0.0]] * 7


def test_what_varies_must_be_known_ahead():
    given = series({"price": np.array([1.0, 2, 3, 4, 5, np.nan])})
    found = learn([given], ())
    assert len(found.of(given, 1)) == 5
    with pytest.raises(DataError, match="'price' is known for 1 of the 2 steps to forecast: add rows"):
        found.of(given, 2)


def test_gaps_are_carried_over_from_before_never_from_behind():
    given = series({"price": np.array([1.0, np.nan, np.nan, 4.0])})
    found = learn([given], ())
    values = found.of(given, 0)[:, 0]
    assert values[0] == values[1] == values[2] != values[3]


def test_a_column_that_is_gone_or_empty_is_named():
    found = learn([series({"price": np.array([1.0, 2, 3, 4])})], ())
    with pytest.raises(DataError, match="lacks the column 'price'"):
        found.of(series({}), 0)
    with pytest.raises(DataError, match="'price', known ahead, is empty"):
        found.of(series({"price": np.full(4, np.nan)}), 0)


def test_a_calendar_needs_dates():
    with pytest.raises(DataError, match="has no dates"):
        Covariates(cycles=("hour",)).of(series({}), 0)


def test_too_many_texts_are_no_categories():
    texts = np.array([str(number) for number in range(60)], object)
    with pytest.raises(DataError, match="60 different texts"):
        learn([series({"kind": texts}, steps=60)], ())
