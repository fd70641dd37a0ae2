"""Months and hours side by side are one series, in the order of time."""

from pathlib import Path

import numpy as np
import pytest

from crnn.data.findings import Findings
from crnn.data.table import Table
from crnn.errors import DataError
from crnn.series.pivot import unpivoted
from crnn.series.roles import Roles
from crnn.series.table import looks_like_series, read_series

MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
GERMAN = [
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
]


@pytest.fixture
def read(tmp_path):
    def reading(header, rows, **given):
        path = tmp_path / "table.csv"
        path.write_text("\n".join([",".join(header), *(",".join(map(str, row)) for row in rows)]), encoding="utf-8")
        assert "series" in given or looks_like_series(path)
        findings = Findings()
        return read_series(path, Roles(**given), findings), findings

    return reading


FRENCH = ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "sept.", "octobre", "nov.", "déc."]


@pytest.mark.parametrize(
    "names",
    [
        MONTHS,
        GERMAN,
        FRENCH,
        *([form.format(at) for at in range(1, 13)] for form in ("{}", "M{:02d}", "{}月", "{}月份")),
    ],
)
def test_a_row_a_year_and_a_column_a_month(read, names):
    rows = [[2010 + year, *range(12 * year, 12 * year + 12)] for year in range(5)]
    rows[4][10:] = ["", "", ""]
    found, findings = read(["Year", *names], rows)
    assert [(each.name, each.step.name) for each in found] == [("value", "month")]
    assert found[0].values.tolist() == list(range(57))
    assert str(found[0].times[13]) == "2011-02-01T00:00:00"
    assert "table with times side by side" in findings


def test_a_row_a_month_and_a_column_a_year(read):
    rows = [[month, *(12 * year + at for year in range(4))] for at, month in enumerate(MONTHS)]
    found, _ = read(["Month", "2015", "2016", "2017", "2018"], rows)
    assert found[0].values.tolist() == list(range(48))
    assert str(found[0].times[0]) == "2015-01-01T00:00:00"


@pytest.mark.parametrize(
    "names", [["Q1", "Q2", "Q3", "Q4"], ["第一季度", "第二季度", "第三季度", "第四季度"], [*"1234"]]
)
@pytest.mark.parametrize("shops", ["", "ab"])
def test_a_row_a_quarter_and_a_column_a_year(read, names, shops):
    rows = [
        [*shop, name, *(40 * (shop == "b") + 4 * year + at for year in range(4))]
        for shop in shops or [""]
        for at, name in enumerate(names)
    ]
    found, findings = read([*["shop"] * bool(shops), "Quarter", "2015", "2016", "2017", "2018"], rows)
    assert [(each.name, each.step.name) for each in found] == [(shop, "quarter") for shop in shops or ["value"]]
    assert found[0].values.tolist() == list(range(16))
    assert found[-1].values[-1] == (55 if shops else 15)
    assert str(found[0].times[5]) == "2016-04-01T00:00:00"
    assert "series with unsorted rows" not in findings


def test_shops_with_the_numbers_of_months_are_no_months():
    rows = [[str(shop), "1", "2"] for shop in range(1, 13)]
    table = Table(Path("a.csv"), ("shop", "2015", "2016"), rows, list(range(2, 14)))
    assert unpivoted(table, Findings()) is table


@pytest.mark.parametrize(("first", "start"), [(0, "2024-03-01T00:00:00"), (1, "2024-03-01T01:00:00")])
def test_a_row_a_day_and_a_column_an_hour(read, first, start):
    days = np.arange("2024-03-01", "2024-03-09", dtype="M8[D]")
    rows = [[day, *range(24 * at, 24 * at + 24)] for at, day in enumerate(days)]
    found, _ = read(["Date", *(f"H{hour}" for hour in range(first, first + 24))], rows)
    assert (found[0].step.name, str(found[0].times[0])) == ("hour", start)
    assert found[0].values.tolist() == list(range(24 * len(days)))


@pytest.mark.parametrize("ids", [["A"], ["A", "B"]])
@pytest.mark.parametrize("minutes", [60, 30, 15])
def test_a_row_a_day_of_each_thing_and_a_column_a_time_of_day(read, ids, minutes):
    clocks = [f"{minute // 60:02}:{minute % 60:02}" for minute in range(0, 1440, minutes)]
    days, count = np.arange("2024-03-01", "2024-03-09", dtype="M8[D]"), len(clocks)
    rows = [[each, day, *range(count * at, count * at + count)] for each in ids for at, day in enumerate(days)]
    found, _ = read(["meter", "date", *clocks], rows, **({"series": ("meter",)} if len(ids) == 1 else {}))
    assert [(each.name, len(each)) for each in found] == [(each, 8 * count) for each in ids]
    assert found[0].values.tolist() == list(range(8 * count))
    assert found[0].step.size == 60 * minutes


@pytest.mark.parametrize("last", ["24:00", "0:00"])
def test_the_last_hour_of_a_day_is_the_first_of_the_next(read, last):
    days = np.arange("2024-03-01", "2024-03-09", dtype="M8[D]")
    header = ["Date", *(f"{hour}:00" for hour in range(1, 24)), last]
    found, _ = read(header, [[day, *range(24 * at, 24 * at + 24)] for at, day in enumerate(days)])
    assert found[0].values.tolist() == list(range(192))
    assert str(found[0].times[0]) == "2024-03-01T01:00:00"


def test_stores_with_the_numbers_of_hours_are_no_hours(read):
    found, _ = read(
        ["date", *(f"store{at}" for at in range(1, 25))], [[f"2024-03-0{day}", *range(24)] for day in (1, 2)]
    )
    assert len(found) == 24


def test_times_side_by_side_are_read_so_where_the_time_of_a_row_is_named(read):
    rows = [[2010 + year, *range(12 * year, 12 * year + 12)] for year in range(5)]
    found, findings = read(["Year", *MONTHS], rows, time=("Year",))
    assert [(each.step.name, len(each)) for each in found] == [("month", 60)]
    assert "target=" in findings["table with times side by side"].advice
    found, _ = read(["Year", *MONTHS], rows, time=("Year",), target=("Jan",))
    assert [(each.step.name, len(each)) for each in found] == [("year", 5)]


def test_what_was_read_so_is_read_so_again(read):
    rows = [[2010 + year, *range(12 * year, 12 * year + 12)] for year in range(5)]
    found, _ = read(["Year", *MONTHS], rows, target=("value",))
    assert len(found[0]) == 60


@pytest.mark.parametrize("names", [["Q1", "Q2", "Q3", "Q4"], ["1季度", "2季度", "3季度", "4季度"]])
def test_a_row_a_year_and_a_column_a_quarter(read, names):
    found, _ = read(["Year", *names], [[2000 + year, *range(4 * year, 4 * year + 4)] for year in range(9)])
    assert [(each.name, each.step.name) for each in found] == [("value", "quarter")]
    assert found[0].values.tolist() == list(range(36))


@pytest.mark.parametrize("shops", ["ab", "12"])
def test_a_row_a_year_of_each_thing(read, shops):
    rows = [
        [shop, 2010 + year, *range(100 * at + 12 * year, 100 * at + 12 * year + 12), 9, 99]
        for at, shop in enumerate(shops)
        for year in range(5)
    ]
    header = ["shop", "Year", *MONTHS, "Total", "area"]
    found, findings = read(header, rows)
    assert [(each.name, each.step.name) for each in found] == [(shop, "month") for shop in shops]
    assert found[1].values.tolist() == list(range(100, 160))
    assert findings["column beside times side by side"].names == ["Total", "area"]
    one, _ = read(header, rows[:5], series=("shop",))
    assert [(each.name, len(each)) for each in one] == [(shops[0], 60)]


@pytest.mark.parametrize("total", ["Total", "Annual total", "合计", "Sum"])
def test_a_column_of_sums_is_left_out(read, total):
    found, findings = read(["年份", *MONTHS, total], [[f"{2010 + year}年", *range(12), 66] for year in range(5)])
    assert [(each.name, len(each)) for each in found] == [("value", 60)]
    assert findings["column beside times side by side"].names == [total]


def test_a_row_of_sums_is_left_out_and_named(read):
    rows = [[2010 + year, *range(12 * year, 12 * year + 12)] for year in range(5)]
    found, findings = read(["Year", *MONTHS], [*rows, ["Total", *range(12)]], time=("Year",))
    assert found[0].values.tolist() == list(range(60))
    assert findings["row of sums"].names == ["line 7"]


@pytest.mark.parametrize(
    "names",
    [
        [f"{hour:02}:00-{hour + 1:02}:00" for hour in range(24)],
        [f"{hour % 12 or 12} {'AM' if hour < 12 else 'PM'}" for hour in range(24)],
    ],
)
def test_hours_may_be_called_by_their_end_too_or_by_halves_of_the_day(read, names):
    days = np.arange("2024-03-01", "2024-03-09", dtype="M8[D]")
    found, _ = read(["Date", *names], [[day, *range(24 * at, 24 * at + 24)] for at, day in enumerate(days)])
    assert found[0].values.tolist() == list(range(192))


def test_years_that_nothing_tells_apart_are_not_put_side_by_side(read):
    rows = [[2010 + year // 2, *range(year, year + 12)] for year in range(10)]
    with pytest.raises(DataError, match="no column tells them apart"):
        read(["Year", *MONTHS], rows)


@pytest.mark.parametrize("form", ["{}", "M{}", "Q{}"])
def test_columns_that_are_numbered_on_are_no_months(read, form):
    header = ["Year", *(form.format(at) for at in range(1, 16))]
    found, _ = read(header, [[2000 + year, *range(year, year + 15)] for year in range(9)])
    assert [each.step.name for each in found] == ["year"] * 15
