"""Time stamps in the forms that people have, and what cannot be told apart."""

import numpy as np
import pytest

from crnn.data.findings import Findings
from crnn.errors import DataError
from crnn.series.roles import Roles
from crnn.series.stamps import looks_like_time, parse
from crnn.series.steps import Step
from crnn.series.table import read_series


def read(*cells, column="time"):
    return parse(cells, column, list(range(2, 2 + len(cells))), Findings()).times


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [
        ("2024-01-31", "2024-01-31"),
        ("2024-01-31T18:30", "2024-01-31T18:30"),
        ("2024-01-31 18:30:15.250", "2024-01-31T18:30:15"),
        ("31/01/2024", "2024-01-31"),
        ("31.01.24", "2024-01-31"),
        ("31/01/69", "1969-01-31"),
        ("2024/1/31 6:05", "2024-01-31T06:05"),
        ("31/01/2024 6:05 PM", "2024-01-31T18:05"),
        ("20240131", "2024-01-31"),
        ("2024-03", "2024-03-01"),
        ("2024Q2", "2024-04-01"),
        ("2024年3月5日", "2024-03-05"),
        ("2024年3月", "2024-03-01"),
        ("2018年1月份", "2018-01-01"),
        ("2008年第3季度", "2008-07-01"),
        ("2008年1季度", "2008-01-01"),
        ("2008年第四季度", "2008-10-01"),
        ("1960年", "1960-01-01"),
        ("2020年第5周", "2020-01-27"),
        ("2024-W5", "2024-01-29"),
        ("KW02/2020", "2020-01-06"),
        ("Week 2 2020", "2020-01-06"),
        ("Quartal 2/2008", "2008-04-01"),
        ("2. Quartal 2008", "2008-04-01"),
        ("2Q08", "2008-04-01"),
        ("05-Feb-2010", "2010-02-05"),
        ("Jan 2010", "2010-01-01"),
        ("1706724000", "2024-01-31T18:00"),
        ("1706724000000", "2024-01-31T18:00"),
    ],
)
def test_forms_of_time(cell, wanted):
    assert looks_like_time([cell])
    assert read(cell)[0] == np.datetime64(wanted, "s")


def test_a_day_above_twelve_decides_between_day_and_month():
    assert read("01/31/2024", "02/01/2024")[1] == np.datetime64("2024-02-01", "s")
    assert read("31/01/2024", "02/01/2024")[1] == np.datetime64("2024-01-02", "s")


def test_even_steps_decide_between_day_and_month():
    for form in ("{month:02d}/05/{year}", "05/{month:02d}/{year}"):
        months = [form.format(month=month, year=year) for year in (2023, 2024) for month in range(1, 13)]
        assert np.diff(read(*months).astype("M8[M]").astype(int)).tolist() == [1] * 23


def test_day_and_month_that_cannot_be_told_apart_are_refused():
    with pytest.raises(DataError, match="may be day/month or month/day"):
        read("03/04/2024", "03/04/2024")


def test_day_first_and_month_first_in_one_column_are_refused():
    with pytest.raises(DataError, match=r"line 3.*month first"):
        read("31/01/2024", "01/31/2024")


def test_a_cell_that_is_no_time_is_named():
    with pytest.raises(DataError, match=r"column 'time', line 3: 'soon' is no time"):
        read("2024-01-01", "soon")
    with pytest.raises(DataError, match="line 3"):
        read("28/02/2024", "31/02/2024")


def test_hours_with_a_zone_go_to_utc_over_the_end_of_summer_time():
    cells = ["2024-10-27T01:00+02:00", "2024-10-27T02:00+02:00", "2024-10-27T02:00+01:00", "2024-10-27T03:00+01:00"]
    findings = Findings()
    times = parse(cells, "time", [2, 3, 4, 5], findings).times
    assert set(np.diff(times).tolist()) == {np.timedelta64(1, "h").astype("timedelta64[s]").tolist()}
    assert "time zone" in findings


def test_days_with_a_zone_keep_the_clock_on_the_wall():
    times = read("2024-03-30T00:00+01:00", "2024-03-31T00:00+01:00", "2024-04-01T00:00+02:00")
    assert np.diff(times).tolist() == np.diff(np.array(["2024-03-30", "2024-03-31", "2024-04-01"], "M8[s]")).tolist()


def test_zones_on_some_times_only_are_refused():
    with pytest.raises(DataError, match="1 of 2 times have a time zone"):
        read("2024-01-01T00:00Z", "2024-01-01T01:00")


def test_plain_numbers_count_steps_and_years_need_their_name():
    assert read("3", "4").dtype.kind == "i"
    assert read("1990", "1991").dtype.kind == "i"
    assert read("1990", "1991", column="Year")[1] == np.datetime64("1991-01-01", "s")
    with pytest.raises(DataError, match="fractions"):
        read("0.5", "1.5")


@pytest.mark.parametrize("clock", ["25:00", "10:75", "24:30", "13:00 pm"])
def test_a_clock_that_shows_no_time_is_named(clock):
    with pytest.raises(DataError, match=f"line 3: '31/01/2024 {clock}' is no time"):
        parse(["31/01/2024 10:00", f"31/01/2024 {clock}"], "time", [2, 3], Findings())


def test_hour_24_is_the_first_of_the_next_day():
    found = parse(["2024-01-31 23:00", "2024-01-31 24:00"], "time", [2, 3], Findings())
    assert str(found.times[1]) == "2024-02-01T00:00:00"


def test_parts_of_a_second_are_refused():
    with pytest.raises(DataError, match="'time' has several times in one second"):
        parse([f"2024-01-01T00:00:0{at // 10}.{at % 10}" for at in range(30)], "time", range(2, 32), Findings())


@pytest.mark.parametrize(
    ("column", "cells", "last"),
    [
        ("period", ["201511", "201512", "201601"], "2016-01-01"),
        ("yearweek", ["202052", "202053", "202101"], "2021-01-04"),
        ("KW", ["202052", "202053", "202101"], "2021-01-04"),
        ("Date", ["44927", "44928", "44929"], "2023-01-03"),
        ("date", ["20-01-30", "20-01-31", "20-02-01", "20-02-02"], "2020-02-02"),
        ("Monat", ["Mär 2015", "Apr 2015", "Mai 2015"], "2015-05-01"),
        ("mois", ["mai 2018", "juin 2018", "juillet 2018"], "2018-07-01"),
        ("mois", ["juil. 2018", "aout 2018", "sept. 2018"], "2018-09-01"),
        ("Monat", ["Oktober 2015", "November 2015", "Dezember 2015"], "2015-12-01"),
        ("Date", ["01.2015", "02.2015", "03.2015"], "2015-03-01"),
        ("Date", ["11/2015", "12/2015", "1/2016"], "2016-01-01"),
        ("Quarter", ["Q3 2000", "Q4 2000", "Q1 2001"], "2001-01-01"),
        ("Date", ["Mon 13/01/2020", "Tue 14/01/2020", "Wed 15/01/2020"], "2020-01-15"),
        ("Datum", ["Mo, 30.12.2019", "Di, 31.12.2019", "Mi, 01.01.2020"], "2020-01-01"),
        ("count", ["44927", "44928", "44929"], "44929"),
    ],
)
def test_forms_of_whole_columns(column, cells, last):
    found = parse(cells, column, range(2, 2 + len(cells)), Findings())
    assert str(found.times[-1]).removesuffix("T00:00:00") == last


def test_years_that_may_come_first_or_last_are_refused():
    with pytest.raises(DataError, match="'20-01-01' may begin or end with the year"):
        parse(["20-01-01", "20-01-02", "20-01-03", "20-01-04"], "date", range(2, 6), Findings())


def test_days_of_a_spreadsheet_are_told():
    findings = Findings()
    parse(["44927.5", "44928.5"], "Date", [2, 3], findings)
    assert findings["dates as numbers"].names == ["column 'Date', as 44927.5"]


def test_a_known_step_decides_between_day_and_month():
    cells = ["02/06/2023", "03/06/2023", "04/06/2023"]
    with pytest.raises(DataError, match="may be day/month or month/day"):
        parse(cells, "date", [2, 3, 4], Findings())
    found = parse(cells, "date", [2, 3, 4], Findings(), Step("second", 86400))
    assert str(found.times[0]) == "2023-06-02T00:00:00"


def test_a_column_without_any_time_is_not_said_to_have_others():
    with pytest.raises(DataError, match=r"'soon' is no time\. Write"):
        parse(["soon", "later"], "date", [2, 3], Findings())


@pytest.mark.parametrize(
    ("column", "cells", "last"),
    [
        ("quarter", ["2008-1", "2008-2", "2008-3", "2008-4", "2009-1"], "2009-01-01"),
        ("Fiscal quarter", ["2008/01", "2008/02"], "2008-04-01"),
        ("季度", ["20083", "20084", "20091"], "2009-01-01"),
        ("Quartal", ["3/2008", "4/2008", "1/2009"], "2009-01-01"),
        ("quarter", ["2008.3", "2008.4", "2009.1"], "2009-01-01"),
        ("quarter", ["2008-03", "2008-06", "2008-09", "2008-12"], "2008-12-01"),
        ("week", ["2024-01", "2024-02", "2024-12"], "2024-03-18"),
        ("week", ["2022-1", "2022-52"], "2022-12-26"),
        ("year_week", ["20249", "202410"], "2024-03-04"),
        ("周", ["2024/1", "2024/2"], "2024-01-08"),
        ("KW", ["01.2024", "02.2024"], "2024-01-08"),
        ("week ending", ["2024-01-05", "2024-01-12"], "2024-01-12"),
        ("month", ["20249", "202410"], "2024-10-01"),
        ("weekly", ["2024-01", "2024-02"], "2024-02-01"),
    ],
)
def test_the_name_of_a_column_says_what_a_year_and_a_number_are(column, cells, last):
    assert looks_like_time(cells, column)
    found = parse(cells, column, range(2, 2 + len(cells)), Findings())
    assert str(found.times[-1]) == f"{last}T00:00:00"


@pytest.mark.parametrize(
    ("column", "cells"),
    [("quarter", ["2008-1", "2008-2", "2008-5"]), ("week", ["2024-01", "2024-54"]), ("week", ["2024-01", "2024-00"])],
)
def test_a_number_that_no_quarter_or_week_has_is_an_error(column, cells):
    with pytest.raises(DataError, match=f"column '{column}', line {len(cells) + 1}: '{cells[-1]}' is no time"):
        parse(cells, column, range(2, 2 + len(cells)), Findings())


@pytest.mark.parametrize(
    ("cells", "last"),
    [
        (["2008-01", "2008-04"], "2008-04-01"),
        (["2008-4", "2009-1"], "2009-01-01"),
        (["04/2008", "01/2009"], "2009-01-01"),
        (["2008-01", "2008-04", "2009-01", "2009-04"], "2009-10-01"),
    ],
)
def test_what_may_be_a_quarter_or_its_first_month_is_told(cells, last):
    findings = Findings()
    found = parse(cells, "quarter", list(range(2, 2 + len(cells))), findings)
    assert str(found.times[-1].astype("M8[D]")) == last
    (name,) = findings["quarter that may be a month"].names
    assert cells[-1] in name
    clear = Findings()
    parse(["2008-01", "2008-02", "2008-03", "2008-04"], "quarter", [2, 3, 4, 5], clear)
    assert not len(clear)


@pytest.mark.parametrize(("column", "stray"), [("time", 0), ("t", 0), ("time", 0.01)])
def test_fractions_of_hours_are_to_be_numbered(tmp_path, column, stray):
    path = tmp_path / "table.csv"
    path.write_text("\n".join([f"{column},x", *(f"{at / 4 + stray * (at % 3)},{at % 7}" for at in range(40))]))
    with pytest.raises(DataError, match=r"in fractions, as 0.2\d: number the rows 0, 1, 2"):
        read_series(path, Roles(), Findings())
    found = read_series(path, Roles(time=(), target=("x",)), Findings())
    assert len(found[0]) == 40
