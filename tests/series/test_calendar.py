"""Calendar features are waves that repeat, of cycles that were seen."""

import numpy as np
import pytest

from crnn.series.calendar import cycles, features, width
from crnn.series.steps import DAY_S, Step


@pytest.mark.parametrize(("name", "period"), [("hour", np.timedelta64(1, "D")), ("weekday", np.timedelta64(7, "D"))])
def test_features_repeat_after_their_period(name, period):
    times = np.arange("2024-01-01", "2024-01-04", np.timedelta64(5, "h"), dtype="M8[s]")
    np.testing.assert_allclose(features(times, (name,)), features(times + period, (name,)), atol=1e-5)
    assert features(times, (name,)).shape == (len(times), width((name,)))


def test_the_year_starts_anew_in_leap_years_too():
    starts = np.array(["2023-01-01", "2024-01-01", "2025-01-01"], "M8[s]")
    found = features(starts, ("year",))
    np.testing.assert_allclose(found, np.repeat(found[:1], 3, 0), atol=1e-6)


def test_monday_is_where_a_week_starts():
    assert features(np.array(["2024-01-01"], "M8[s]"), ("weekday",))[0].tolist() == [0, 0, 1, 1]


def test_only_cycles_that_were_seen_twice_count():
    hour, day, month = Step("second", 3600), Step("second", DAY_S), Step("month")
    assert cycles(hour, 10) == ("hour",)
    assert cycles(day, 800) == ("weekday", "month", "year")
    assert cycles(month, 400) == ()
    assert cycles(Step(), 9999) == ()
