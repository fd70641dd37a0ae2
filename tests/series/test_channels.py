"""Normalisation: against NumPy and scikit-learn, for constant and missing channels."""

import numpy as np
import pytest
from sklearn.preprocessing import StandardScaler

from crnn.errors import DataError
from crnn.series.channels import chosen, measured, normalised

RANDOM = np.random.default_rng(0)
SEQUENCES = [(RANDOM.normal(5, 3, (length, 2)) * [1, 1000]).astype(np.float32) for length in (4, 9, 6)]


def test_means_and_spreads_are_those_of_all_steps_together():
    means, spreads = measured(SEQUENCES)
    oracle = StandardScaler().fit(np.concatenate(SEQUENCES).astype(np.float64))
    np.testing.assert_allclose(means, oracle.mean_)
    np.testing.assert_allclose(spreads, oracle.scale_)
    wanted = oracle.transform(SEQUENCES[1])
    np.testing.assert_allclose(normalised(SEQUENCES[1], "channel", means, spreads), wanted, rtol=1e-4, atol=1e-5)


def test_missing_values_do_not_count_and_become_the_mean():
    means, spreads = measured([np.array([[1, np.nan], [3, np.nan]], np.float32)])
    assert means == [2.0, 0.0]
    assert spreads == [1.0, 1.0]
    found = normalised(np.array([[3, np.nan]], np.float32), "channel", means, spreads)
    assert found.tolist() == [[1.0, 0.0]]


def test_a_constant_channel_becomes_zero_and_is_not_blown_up():
    constant = np.full((5, 1), 1e6 + 0.1, np.float32)
    means, spreads = measured([constant])
    assert spreads == [1.0]
    assert np.abs(normalised(constant, "channel", means, spreads)).max() < 1e-3


@pytest.mark.parametrize("how", ["channel", "sequence"])
def test_small_changes_at_a_high_level_keep_their_shape(how):
    low = np.arange(12.0)[:, None] % 5
    high = low + 1e9
    means, spreads = measured([high])
    assert (means, spreads) == (pytest.approx([low.mean() + 1e9]), pytest.approx([low.std()]))
    wanted = (low - low.mean()) / low.std()
    np.testing.assert_allclose(normalised(high, how, means, spreads), wanted, rtol=1e-6)


def test_each_sequence_by_itself():
    found = normalised(SEQUENCES[0], "sequence", [0, 0], [1, 1])
    np.testing.assert_allclose(found.mean(0), 0, atol=1e-5)
    np.testing.assert_allclose(found.std(0), 1, rtol=1e-4)
    assert normalised(np.full((3, 1), 7.0, np.float32), "sequence", [0], [1]).tolist() == [[0], [0], [0]]


def test_none_changes_nothing_but_missing_values():
    given = np.array([[5.0, np.nan]], np.float32)
    assert normalised(given, "none", [1, 1], [2, 2]).tolist() == [[5.0, 0.0]]


def test_channels_are_chosen_by_name():
    values = np.array([[1, 2, 3]], np.float32)
    assert chosen(values, ("a", "b", "c"), ("c", "a"), "row 1").tolist() == [[3, 1]]
    with pytest.raises(DataError, match="row 1 has no channel d; it has a, b, c"):
        chosen(values, ("a", "b", "c"), ("a", "d"), "row 1")
