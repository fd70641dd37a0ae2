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
    with pytest.raises(DataError, match=r"follow no regular step.*name the column that tells these apart"):
        infer([odd])


def test_series_of_one_row_each_are_refused():
    with pytest.raises(DataError, match="no series has more than one row"):
        infer([times("2024-01-01"), times("2024-01-02")])


def test_a_short_month_cuts_the_day_and_the_next_has_it_again():
    step = infer([times("2023-12-30", "2024-01-30", "2024-02-29", "2024-03-30")])
    assert (step.name, step.month_end) == ("month", False)
    assert step.after(times("2023-12-30", "2024-01-30"), 3).astype("M8[D]").astype(str).tolist() == [
        *("2024-02-29", "2024-03-30", "2024-04-30")
    ]


def test_the_last_second_of_a_month_stays_the_last():
    given = times("2024-01-31T23:59:59", "2024-02-29T23:59:59", "2024-03-31T23:59:59")
    step = infer([given])
    assert step.month_end
    assert str(step.after(given, 1)[0]) == "2024-04-30T23:59:59"
    np.testing.assert_array_equal(step.at(given, 3), given)


def test_last_working_days_are_months():
    given = np.busday_offset(np.arange("2020-02", "2023-01", dtype="M8[M]").astype("M8[D]"), -1, roll="forward")
    step = infer([given.astype("M8[s]")])
    assert (step.name, step.month_end) == ("month", True)
    np.testing.assert_array_equal(step.positions(given.astype("M8[s]")), np.arange(len(given)))


def test_four_weeks_are_no_month():
    assert infer([every("2020-01-06", 400, "D")[::28]]).name == "28 days"


def test_the_grid_lies_where_most_times_lie():
    given = every("2024-01-01T01", 20, "h")
    odd = np.concatenate([times("2024-01-01T00:03:00"), given])
    step = infer([odd])
    np.testing.assert_array_equal(step.at(odd, 21)[1:], given)
    np.testing.assert_array_equal(step.positions(odd), np.arange(21))


def test_a_quarter_that_is_late_is_the_nearest():
    given = times("2022-01-01", "2022-04-01", "2022-07-01", "2022-11-01", "2023-01-01")
    np.testing.assert_array_equal(infer([given[[0, 1, 2, 4]]]).positions(given), [0, 1, 2, 3, 4])


def test_a_few_rows_follow_the_step_that_is_usual():
    week = Step("workday")
    assert infer([times("2024-01-04", "2024-01-05", "2024-01-08")], week) == week
    assert infer([times("2024-01-05")], week) == week
    assert infer([times("2024-01-05", "2024-01-06", "2024-01-07")], week).name == "day"
    assert infer([every("2024-01-01", 9, "W")], week).name == "week"


def test_three_days_of_each_week_are_no_working_days():
    days = every("2024-01-01", 90, "D")
    assert infer([days[np.arange(90) % 7 < 3]]).name == "day"


def test_months_on_the_30th_may_have_any_end_of_february():
    months = np.arange("2018-01", "2024-01", dtype="M8[M]")
    days = np.where(months.astype(int) % 12 == 1, 27, 29).astype("m8[D]")
    given = (months.astype("M8[D]") + days).astype("M8[s]")
    step = infer([given])
    assert (step.name, step.month_end) == ("month", False)
    assert not step.moved(given, step.at(given, len(given))).any()
    assert step.after(given, 3).astype("M8[D]").astype(str).tolist() == ["2024-01-30", "2024-02-29", "2024-03-30"]
    assert step.moved(given + np.timedelta64(1, "D"), given).all()
