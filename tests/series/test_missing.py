"""Missing values are filled within their sequence and counted; what cannot be filled is named."""

import numpy as np
import pytest

from crnn.data.example import Record
from crnn.data.findings import Findings
from crnn.errors import DataError
from crnn.series.missing import interpolated, repaired

NAN = float("nan")


def series(*columns):
    return np.array(columns, np.float32).T


def test_gaps_lie_on_straight_lines_and_ends_on_the_nearest_value():
    found = interpolated(series([NAN, 1, NAN, NAN, 4, NAN], [0, 1, 2, 3, 4, 5]))
    np.testing.assert_allclose(found, series([1, 1, 2, 3, 4, 4], [0, 1, 2, 3, 4, 5]))


def test_what_was_given_stays_as_it_was():
    given = series([1, NAN, 3])
    interpolated(given)
    assert np.isnan(given[1, 0])


def test_the_count_of_filled_values_is_told():
    findings = Findings()
    records = [
        Record(series([1, NAN, 3], [0, 1, np.inf]), "a", "case 1"),
        Record(series([2, 3], [1, 0]), "b", "case 2"),
    ]
    found = repaired(records, findings)
    np.testing.assert_allclose(found[0].source, series([1, 2, 3], [0, 1, 1]))
    assert found[1] is records[1]  # whole sequences are not copied
    assert findings["sequence with missing values"].names == ["case 1: 2 of 6"]
    assert findings.dropped == 0


def test_a_channel_lost_in_one_sequence_and_a_sequence_lost_whole():
    findings = Findings()
    records = [
        Record(series([1, 2], [NAN, NAN]), "a", "case 1"),
        Record(series([NAN, NAN], [NAN, NAN]), "a", "case 2"),
        Record(series([1, 2], [3, 4]), "b", "case 3"),
    ]
    found = repaired(records, findings)
    assert [record.name for record in found] == ["case 1", "case 3"]
    assert np.isnan(found[0].source[:, 1]).all()
    assert findings["channel without values in a sequence"].names == ["case 1, channel 2"]
    assert findings["sequence without values"].names == ["case 2"]


def test_channels_that_tell_nothing_are_named():
    findings = Findings()
    extra = {"channels": "moves\nstands\ndead"}
    repaired([Record(series([1, 2], [7, 7], [NAN, NAN]), "a", f"case {n}", extra=extra) for n in range(2)], findings)
    assert findings["constant channel"].names == ["stands is always 7"]
    assert findings["channel without values"].names == ["dead"]


def test_a_second_look_finds_nothing_more():
    once = repaired([Record(series([1, NAN, 3]), "a", "case 1")], Findings())
    findings = Findings()
    assert repaired(once, findings) == once
    assert len(findings) == 0


def test_nothing_at_all_is_an_error():
    with pytest.raises(DataError, match="no sequence holds any value"):
        repaired([Record(series([NAN]), "a", "case 1")], Findings())
