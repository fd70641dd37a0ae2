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


def test_before_its_first_value_a_number_is_at_its_mean_and_a_text_none_of_the_known():
    given = series({"price": np.array([np.nan, 2.0, 4.0, 6.0]), "kind": np.array(["", "x", "y", "x"], object)})
    found = learn([given], ()).of(given, 0)
    assert found[0].tolist() == [0.0, 0.0, 0.0]
    assert (found[1, 0], found[2, 0]) == (pytest.approx(-np.sqrt(1.5)), 0.0)


def test_a_part_that_ends_before_the_first_value_is_at_the_mean_too():
    whole = series({"price": np.array([np.nan, np.nan, 4.0, 6.0])})
    assert learn([whole], ()).of(whole.until(2), 0).tolist() == [[0.0], [0.0]]


def test_a_column_without_a_value_to_learn_from_is_refused():
    given = series({"price": np.array([np.nan, np.nan, 4.0, 6.0])}).until(2)
    with pytest.raises(
        DataError, match="'price', known ahead, has no value in the training part, which ends at step 1: fill"
    ):
        learn([given], ())


def test_texts_in_a_column_of_numbers_are_named_with_their_time():
    found = learn([series({"price": np.array([1.0, 2, 3, 4])})], ())
    with pytest.raises(
        DataError, match="a, step 2: the column 'price' holds 'cheap', but the model was trained on num"
    ):
        found.of(series({"price": np.array(["1", "", "cheap", "4"], object)}), 0)


def test_categories_that_look_like_numbers_are_known_again():
    found = learn([series({"shelf": np.array(["A", "010", "A", "B"], object)})], ())
    assert found.categories["shelf"] == ("010", "A", "B")
    assert found.of(series({"shelf": np.array([10.0, 10, 7, np.nan])}), 0).tolist() == [[1, 0, 0]] * 2 + [[0, 0, 0]] * 2


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
