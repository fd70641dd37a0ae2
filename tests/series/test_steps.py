"""Steps are inferred from times, and lead on from the last one."""

import numpy as np
import pytest

from crnn.errors import DataError
from crnn.series.steps import Step, infer


def times(*texts):
    return np.array(texts, "datetime64[s]")


def every(start, count, unit):
    return (np.datetime64(start) + np.arange(count) * np.timedelta64(1, unit)).astype("datetime64[s]")


@pytest.mark.parametrize(
    ("given", "name", "season", "following"),
    [
        (every("2024-01-01T00", 50, "h"), "hour", 24, "2024-01-03T02:00:00"),
        (every("2024-01-01", 30, "D"), "day", 7, "2024-01-31T00:00:00"),
        (every("2024-01-01", 9, "W"), "week", 52, "2024-03-04T00:00:00"),
        (every("2024-01", 30, "M"), "month", 12, "2026-07-01T00:00:00"),
        (times("2023-01-31", "2023-02-28", "2023-03-31"), "month", 12, "2023-04-30T00:00:00"),
        (times("2023-01-15", "2023-02-15", "2023-03-15"), "month", 12, "2023-04-15T00:00:00"),
        (times("2023-01-01", "2023-04-01", "2023-07-01"), "quarter", 4, "2023-10-01T00:00:00"),
        (times("2021-01-01", "2022-01-01", "2023-01-01"), "year", 1, "2024-01-01T00:00:00"),
        (times("2024-01-01T00:00", "2024-01-01T00:15", "2024-01-01T00:30"), "15 minutes", 96, "2024-01-01T00:45:00"),
    ],
)
def test_step_season_and_the_time_that_follows(given, name, season, following):
    step = infer([given])
    assert (step.name, step.season) == (name, season)
    assert str(step.after(given, 1)[0]) == following
    np.testing.assert_array_equal(step.at(given[:1], len(given)), given)
    np.testing.assert_array_equal(step.positions(given), np.arange(len(given)))
    assert Step(**step.to_dict()) == step


def test_working_days_go_on_over_the_weekend():
    days = every("2024-01-01", 12, "D")
    days = days[np.is_busday(days.astype("M8[D]"))]
    step = infer([days])
    assert step.unit == "workday"
    assert step.after(days, 2).astype("M8[D]").astype(str).tolist() == ["2024-01-15", "2024-01-16"]


def test_counted_steps_go_on():
    step = infer([np.array([3, 6, 9])])
    assert step.after(np.array([3, 6, 9]), 2).tolist() == [12, 15]
    assert not step.dated


def test_times_without_a_rule_are_refused():
    random = np.random.default_rng(0)
    odd = np.sort(random.integers(0, 10**7, 60)).astype("datetime64[s]")
    with pytest.raises(DataError, match="follow no regular step"):
        infer([odd])


def test_series_of_one_row_each_are_refused():
    with pytest.raises(DataError, match="no series has more than one row"):
        infer([times("2024-01-01"), times("2024-01-02")])
