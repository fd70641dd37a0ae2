"""A time far off the rest of its series, as a mistyped year makes it, is named before a series is made of gaps."""

import re

import numpy as np
import pytest

from crnn.data.findings import Findings
from crnn.errors import DataError
from crnn.series.roles import Roles
from crnn.series.stray import stray
from crnn.series.table import read_series


@pytest.fixture
def read(tmp_path):
    def reading(rows, header="date,sales", missing="last", **roles):
        path = tmp_path / "table.csv"
        path.write_text("\n".join([header, *rows]), encoding="utf-8")
        findings = Findings()
        return read_series(path, Roles(**roles), findings, missing=missing), findings

    return reading


def daily(count=400, start="2023-01-01", name="", **odd):
    """A row a day; `odd` gives some days, as `d200`, other dates."""
    dates = [str(np.datetime64(start) + day) for day in range(count)]
    return [f"{odd.get(f'd{day}', date)},{f'{name},' if name else ''}{1 + day % 9}" for day, date in enumerate(dates)]


@pytest.mark.parametrize("typed", ["2025-07-20", "2035-07-20", "2203-07-20", "1923-07-20"])
def test_a_mistyped_year_is_named_with_its_line_and_its_neighbours(read, typed):
    with pytest.raises(DataError) as found:
        read(daily(d200=typed))
    assert f"line 202: the time '{typed}' lies far off the rest (399 rows from 2023-01-01" in str(found.value)
    assert "'2023-07-19' in line 201 and '2023-07-21' in line 203" in str(found.value)


def test_a_year_too_early_is_refused_where_it_makes_a_third_of_the_series_up(read):
    with pytest.raises(DataError, match="line 153: the time '2022-06-01' lies far off the rest"):
        read(daily(d151="2022-06-01"))
    _, findings = read(daily(d250="2022-09-08"))
    assert findings["time far off the rest of its series"].names == ["line 252: 2022-09-08"]
    assert findings["series that is filled in good part"].names[0].startswith("sales: 22% is filled, 115 of 515 steps")


@pytest.mark.parametrize("missing", ["last", "zero"])
@pytest.mark.parametrize("rows", [10, 90])
def test_one_date_of_one_of_many_series_is_named(read, rows, missing):
    shops = [daily(rows, name=str(shop), **({"d5": "2032-01-06"} if shop == 20 else {})) for shop in range(1, 41)]
    line = 2 + 19 * rows + 5
    with pytest.raises(DataError, match=re.escape(f"series 20, line {line}: the time '2032-01-06' lies far off")):
        read([row for shop in shops for row in shop], "date,shop,sales", missing)


def test_two_odd_times_do_not_hide_each_other(read):
    with pytest.raises(DataError, match=r"line 152: .*, as 1 other row of it"):
        read(daily(d150="2032-06-01", d160="1922-06-01"))


def test_times_read_from_two_columns_are_named_as_they_were_read(read):
    rows = [f"{1990 + at // 12},{1 + at % 12},{at}" for at in range(120)]
    rows[50] = rows[50].replace("1994", "2094")
    with pytest.raises(DataError, match="line 52: the time '2094-03' lies far off the rest"):
        read(rows, "year,month,sales")


def test_a_first_sale_within_the_time_of_others_is_told_and_no_error(read):
    rows = [*daily(700, name="a"), "2023-01-01,b,1", *daily(300, "2024-01-01", "b")]
    found, findings = read(rows, "date,shop,sales")
    assert [len(each) for each in found] == [700, 665]
    assert findings["time far off the rest of its series"].names == ["series b, line 702: 2023-01-01"]


def test_what_is_sold_rarely_has_no_odd_times(read):
    random = np.random.default_rng(0)
    rows = [
        f"{np.datetime64('2022-01-01') + day},{item},2"
        for item in "abcdefgh"
        for day in np.flatnonzero(random.random(700) < 0.02)
    ]
    _, findings = read(rows, "date,item,sold", "zero")
    assert "time far off the rest of its series" not in findings


@pytest.mark.parametrize(
    "times",
    [
        np.concatenate([365 * year + np.arange(100) for year in range(8)]),  # closed from spring to winter
        np.append(365, 730 + np.arange(9)),  # too few to say
        np.array([0, 7, 20, 31, 33, 60, 61, 62, 80, 300, 301, 330, 350]),
        np.concatenate([np.arange(50), 400 + np.arange(50)]),  # two parts
        np.arange(0, 90_000, 900),
    ],
)
def test_series_with_gaps_have_no_odd_times(times):
    assert not stray(times).any()
