"""What the columns of a table of series are for is found out as a reader of the table would."""

import datetime

import numpy as np
import pytest

from crnn.data.findings import Findings
from crnn.data.table import Table
from crnn.errors import DataError
from crnn.series.roles import Roles, without_copies
from crnn.series.table import read_series


@pytest.fixture
def read(tmp_path):
    def reading(header, rows, **given):
        path = tmp_path / "table.csv"
        path.write_text("\n".join([header, *rows]), encoding="utf-8")
        findings = Findings()
        usual = given.pop("usual", None)
        return read_series(path, Roles(**given), findings, usual=usual), findings

    return reading


def day(number, start="2024-01-01"):
    return str(np.datetime64(start) + number)


def test_year_and_month_are_one_time_and_no_twelve_series(read):
    rows = [f"{year},{month},{100 * year + month}" for year in range(2015, 2020) for month in range(1, 13)]
    found, _ = read("year,month,sales", rows)
    assert [each.name for each in found] == ["sales"]
    assert found[0].step.name == "month"
    assert str(found[0].times[13]) == "2016-02-01T00:00:00"
    assert found[0].roles.time == ("year", "month")


@pytest.mark.parametrize(
    ("header", "row", "step", "last"),
    [
        ("Year,Quarter", lambda at: f"{2010 + at // 4},Q{at % 4 + 1}", "quarter", "2019-10-01T00:00:00"),
        ("year,week", lambda at: f"2021,{at + 1}", "week", "2021-10-04T00:00:00"),
        ("year,month", lambda at: f"{2010 + at // 2},{('Jan', 'Jul')[at % 2]}", "6 months", "2029-07-01T00:00:00"),
        ("year,month,day", lambda at: f"2024,{at // 20 + 1},{at % 20 + 1}", "day", "2024-02-20T00:00:00"),
        ("date,hour", lambda at: f"{day(at // 24)},{at % 24}", "hour", "2024-01-02T15:00:00"),
        ("Date;Time", lambda at: f"16/12/2006;{at // 60 + 17}:{at % 60:02d}:00", "minute", "2006-12-16T17:39:00"),
        ("年,月", lambda at: f"{2015 + at // 12},{at % 12 + 1}", "month", "2018-04-01T00:00:00"),
        ("年份,月份", lambda at: f"{2015 + at // 12},{at % 12 + 1}月", "month", "2018-04-01T00:00:00"),
        ("年份,月份", lambda at: f"{2015 + at // 12}年,{at % 12 + 1:02d}月份", "month", "2018-04-01T00:00:00"),
        ("年度,季度", lambda at: f"{2010 + at // 4},第{'一二三四'[at % 4]}季度", "quarter", "2019-10-01T00:00:00"),
        ("年份,周", lambda at: f"2021,第{at + 1}周", "week", "2021-10-04T00:00:00"),
        ("年,月,日", lambda at: f"2024年,{at // 20 + 1}月,{at % 20 + 1}日", "day", "2024-02-20T00:00:00"),
    ],
)
def test_columns_that_say_the_time_together(read, header, row, step, last):
    mark = ";" if ";" in header else ","
    found, _ = read(f"{header}{mark}load", [f"{row(at)}{mark}{at}" for at in range(40)])
    assert [each.name for each in found] == ["load"]
    assert (found[0].step.name, str(found[0].times[-1])) == (step, last)


def test_a_date_goes_before_columns_of_the_calendar_which_are_not_forecast(read):
    rows = [f"{day(at)},{day(at)[:4]},{int(day(at)[5:7])},{at}" for at in range(90)]
    found, findings = read("date,year,month,sales", rows)
    assert [each.name for each in found] == ["sales"]
    assert findings["column of the calendar"].names == ["year", "month"]


def test_things_whose_times_never_meet_are_not_joined(read):
    rows = [f"{day(at)},{'a' if at < 50 else 'b'},{at}" for at in range(100)]
    found, _ = read("date,store,sales", rows)
    assert [(each.name, len(each)) for each in found] == [("a", 50), ("b", 50)]
    numbered = [row.replace(",a,", ",1,").replace(",b,", ",2,") for row in rows]
    found, _ = read("date,store_id,sales", numbered)
    assert [(each.name, len(each)) for each in found] == [("1", 50), ("2", 50)]


def test_weeks_that_begin_on_other_days_are_told_apart_by_name(read):
    rows = [f"{day(7 * at + shop)},{'abc'[shop]},{at}" for at in range(30) for shop in range(3)]
    found, _ = read("week,sensor,sales", rows)
    assert [each.step.name for each in found] == ["week"] * 3
    odd = [f"{day(7 * at + 2 * shop * shop)},{'abc'[shop]},{at}" for at in range(30) for shop in range(3)]
    _, findings = read("week,place,sales", odd)
    assert "name the column that tells these apart with series=…" in findings["series that is mostly gaps"].advice


def test_a_table_without_time_is_told_apart_by_name_too(read):
    found, findings = read("unique_id,y", [f"{'ab'[at // 20]},{at}" for at in range(40)])
    assert [each.name for each in found] == ["a", "b"]
    assert "no time column" in findings


def test_a_value_that_hardly_repeats_is_no_name_of_a_series(read):
    random = np.random.default_rng(0)
    rows = [f"{day(at)},{random.integers(40)},{place},{at}" for at in range(200) for place in ("north", "south")]
    found, _ = read("date,visits,place,sales", rows, target=("sales",))
    assert [each.name for each in found] == ["north", "south"]


def test_three_columns_may_name_a_series(read):
    rows = [f"{day(at)},{a},{b},{c},{at}" for at in range(9) for a in "pq" for b in "rs" for c in "tu"]
    found, _ = read("date,country,chain,kind,sold", rows)
    assert len(found) == 8
    assert found[0].roles.series == ("country", "chain", "kind")


def test_large_numbers_are_no_time(read):
    random = np.random.default_rng(1)
    rows = [f"{1950 + at},{random.integers(10**8, 10**9)}" for at in range(60)]
    found, _ = read("year,population", rows)
    assert ([each.name for each in found], found[0].step.name) == (["population"], "year")
    rows = [f"{day(at)},{random.integers(10**8, 10**9)}" for at in range(60)]
    found, _ = read("when,bytes_per_day", rows)
    assert [each.name for each in found] == ["bytes_per_day"]
    found, findings = read("orders_per_day,visits", [f"{random.integers(90)},{at % 7}" for at in range(60)])
    assert [each.name for each in found] == ["orders_per_day", "visits"]
    assert "no time column" in findings


def test_even_epochs_are_a_time_under_any_name(read):
    found, _ = read("when,load", [f"{1700000000 + 900 * at},{at % 5}" for at in range(60)])
    assert (found[0].name, found[0].step.name) == ("load", "15 minutes")


def test_dates_that_cannot_be_read_are_named_and_do_not_turn_the_table(read):
    with pytest.raises(DataError, match=r"'date', line 2: 'Week 1 of 2020' is no time"):
        read("date,a,b,c,d", [f"Week {at} of 2020,{at},2,3,4" for at in range(1, 20)])


def test_row_numbers_are_not_forecast(read):
    found, findings = read(",date,sales", [f"{at},{day(at)},{at % 9}" for at in range(40)])
    assert [each.name for each in found] == ["sales"]
    assert findings["column of row numbers"].names == ["unnamed 1"]


def test_row_numbers_may_have_an_empty_cell(read):
    found, findings = read("date,id,sales", [f"{day(at)},{at if at != 9 else ''},{at % 7}" for at in range(40)])
    assert [each.name for each in found] == ["sales"]
    assert findings["column of row numbers"].names == ["id"]


def test_months_with_a_point_are_the_time_whatever_their_column_is_called(read):
    found, _ = read("Abrechnung,sales", [f"{at % 12 + 1:02d}.{2015 + at // 12},{at % 7}" for at in range(36)])
    assert [(each.name, each.step.name, str(each.times[0])[:7]) for each in found] == [("sales", "month", "2015-01")]


def test_the_roles_of_the_table_of_training_hold_for_a_part_of_it(read):
    long, _ = read("date,store,sales", [f"{day(at)},{shop},{at}" for at in range(30) for shop in "ab"])
    found, _ = read("date,store,sales", [f"{day(at)},a,{at}" for at in range(30)], usual=long[0].roles)
    assert [each.name for each in found] == ["a"]
    assert Roles.from_dict(long[0].roles.to_dict()) == long[0].roles == Roles(("date",), ("sales",), ("store",))


def test_a_text_that_may_tell_things_apart_is_told(read):
    _, findings = read("date,place,sales", [f"{day(at)},{'east' if at < 50 else 'west'},{at}" for at in range(100)])
    assert findings["column that may name series"].names == ["place"]
    _, findings = read("id,date,place,sales", [f"{at},{day(at)},{'ab'[at % 2]},{at % 7}" for at in range(100)])
    assert findings["column of row numbers"].names == ["id"]


def test_single_doubles_do_not_hide_what_tells_rows_apart(read):
    rows = [f"{day(at)},{shop},{at}" for at in range(100) for shop in "AB"]
    found, findings = read("date,store,sales", [*rows, *(f"{day(at)},A,9" for at in (3, 4, 5))])
    assert [each.name for each in found] == ["A", "B"]
    assert len(findings["time given twice"].names) == 3


def test_year_and_calendar_week(read):
    found, _ = read("Jahr;KW;Menge", [f"{2020 + at // 52};{at % 52 + 1};{at}" for at in range(104)])
    assert (found[0].name, found[0].step.name) == ("Menge", "week")


@pytest.mark.parametrize(
    ("header", "row", "step", "last"),
    [
        ("quarter", lambda at: f"{2008 + at // 4}-{at % 4 + 1}", "quarter", "2017-10-01"),
        ("quarter", lambda at: f"{2008 + at // 4}{at % 4 + 1}", "quarter", "2017-10-01"),
        ("week", lambda at: f"2024-{at + 1:02d}", "week", "2024-09-30"),
        ("week", lambda at: f"2024{at + 1}", "week", "2024-09-30"),
    ],
)
def test_quarters_and_weeks_are_told_by_the_name_of_their_column(read, header, row, step, last):
    found, _ = read(f"{header},sales", [f"{row(at)},{at}" for at in range(40)])
    assert [(each.name, each.step.name, str(each.times[-1])[:10]) for each in found] == [("sales", step, last)]
    found, _ = read(f"{header},date,sales", [f"{row(at)},{day(at)},{at}" for at in range(40)])
    assert found[0].roles.time == ("date",)


@pytest.mark.parametrize(
    ("header", "row", "step"),
    [
        ("年份", lambda at: f"{1960 + at}", "year"),
        ("年份", lambda at: f"{1960 + at}年", "year"),
        ("年", lambda at: f"{1960 + at}", "year"),
        ("月份", lambda at: f"{2018 + at // 12}年{at % 12 + 1}月份", "month"),
        ("季度", lambda at: f"{2008 + at // 4}年第{at % 4 + 1}季度", "quarter"),
        ("周", lambda at: f"2020年第{at + 1}周", "week"),
    ],
)
def test_chinese_columns_of_time(read, header, row, step):
    found, _ = read(f"{header},销售额", [f"{row(at)},{at}" for at in range(40)])
    assert [(each.name, each.step.name) for each in found] == [("销售额", step)]


def test_chinese_columns_of_numbers_are_no_time(read):
    rows = [f"{day(at)},{20 + at % 7},{at}" for at in range(60)]
    found, _ = read("日期,年龄,月销量", rows)
    assert [each.name for each in found] == ["年龄", "月销量"]


@pytest.mark.parametrize(
    ("header", "row", "said"),
    [
        ("quarter", lambda at: f"Q{at % 4 + 1} FY{2008 + at // 4}", "'quarter', line 2: 'Q1 FY2008'"),
        ("Order date", lambda at: f"the {at}th", "'Order date', line 2: 'the 0th'"),
        ("月份", lambda at: f"{at}月", "'月份', line 2: '0月'"),
        ("day", lambda at: f"no. {at}", "'day', line 2: 'no. 0'"),
        ("quarter", lambda at: f"{2008 + at / 4:.2f}", "'quarter', line 2: '2008.00'"),
    ],
)
def test_a_time_by_name_that_cannot_be_read_is_an_error(read, header, row, said):
    with pytest.raises(DataError, match=rf"{said} is no time that can be read.*quarters as 2024-Q1.*--time"):
        read(f"{header},sales", [f"{row(at)},{at}" for at in range(40)])
    found, _ = read(f"{header},sales", [f"{row(at)},{at}" for at in range(40)], time=(), target=("sales",))
    assert len(found[0]) == 40


def test_a_part_of_a_year_that_cannot_be_read_is_an_error(read):
    words = ("first", "second", "third", "fourth")
    with pytest.raises(DataError, match=r"'year \+ quarter', line 2: '2008-Qfirst' is no time"):
        read("year,quarter,sales", [f"{2008 + at // 4},{words[at % 4]},{at}" for at in range(40)])


def test_weekdays_are_no_unread_time(read):
    found, findings = read("day,sales", [f"{('Mon', 'Tue', 'Wed')[at % 3]},{at}" for at in range(40)])
    assert ([each.name for each in found], "no time column" in findings) == (["sales"], True)


@pytest.mark.parametrize(
    ("header", "row"), [("date", lambda at: f"{45292 + at / 24:.6f}"), ("time", lambda at: f"{1.7e9 + 3600 * at:.9e}")]
)
def test_hours_as_numbers_are_a_time(read, header, row):
    found, _ = read(f"{header},load", [f"{row(at)},{at % 5}" for at in range(60)])
    assert [(each.name, each.step.name) for each in found] == [("load", "hour")]


@pytest.mark.parametrize(
    "names", [("101", "102", "103", "online"), ("1", "2", "A3"), ("1.0", "1", "2"), ("10%", "20%"), ("$5", "$10")]
)
def test_names_of_which_some_are_numbers_tell_series_apart(read, names):
    found, _ = read("date,store,sales", [f"{day(at)},{name},{at + 0.5}" for at in range(30) for name in names])
    assert [each.name for each in found] == list(names)
    mixed = [f"{day(at)},{name},{at + 0.5}" for at in range(30) for name in ("101", "102", "online")]
    assert len(read("date,place,sales", mixed)[0]) == 3


def test_rows_without_an_id_do_not_hide_the_column_of_ids(read):
    rows = [f"{day(at)},{name},{at}" for at in range(60) for name in ("a", "")]
    found, findings = read("date,store,sales", rows)
    assert [(each.name, len(each)) for each in found] == [("a", 60)]
    assert len(findings["row without an id"].names) == 60
    found, findings = read("date,store,sales", [f"{day(at)},{'a' if at % 9 else ''},{at}" for at in range(60)])
    assert [(each.name, len(each)) for each in found] == [("sales", 60)]


@pytest.mark.parametrize("again", [slice(None), slice(20, None)])
def test_a_file_that_holds_a_part_of_itself_again_is_told(read, again):
    rows = [f"{day(at)},{shop},{at}" for at in range(30) for shop in "ab"]
    found, findings = read("date,store,sales", [*rows, *rows[again], *rows[again]])
    assert [(each.name, len(each)) for each in found] == [("a", 30), ("b", 30)]
    assert findings["row given twice"].names[0] == "line 62"
    assert len(findings["row given twice"].names) == 2 * len(rows[again])
    assert "time given twice" not in findings


def test_sales_of_one_kind_on_one_day_are_no_rows_given_twice(read):
    rows = [f"{day(at)},1" for at in range(40) for _ in range(1 + at % 3)]
    with pytest.raises(DataError, match=r"39 rows are like another one in all columns: remove them"):
        read("date,pieces", rows)


def test_whole_numbers_of_time_may_end_in_a_zero_behind_the_point(read):
    found, _ = read("year,sales", [f"{1960 + at}.0,{at}" for at in range(40)])
    assert [(each.name, each.step.name) for each in found] == [("sales", "year")]
    found, _ = read("year,month,sales", [f"{2010 + at // 12}.0,{at % 12 + 1}.0,{at}" for at in range(40)])
    assert [(each.name, each.step.name) for each in found] == [("sales", "month")]


def test_a_column_of_time_without_any_cell_is_no_unread_time(read):
    found, findings = read("order_date,sales", [f"NA,{at}" for at in range(40)])
    assert ([each.name for each in found], "no time column" in findings) == (["sales"], True)


@pytest.mark.parametrize("pattern", [["A,1", "B,1"], ["tea,1", "coffee,2", "cake,1"]])
@pytest.mark.parametrize("times", [2, 30])
def test_sales_that_are_alike_on_each_day_are_no_copies(tmp_path, pattern, times):
    rows = [f"2024-01-{day:02d},{sale}" for day in range(1, 31) for sale in pattern * times]
    table = Table(tmp_path / "t.csv", ("date", "product", "qty"), [row.split(",") for row in rows], [*range(len(rows))])
    assert without_copies(table, Roles(time=("date",)), Findings()) is table


@pytest.mark.parametrize(
    ("name", "cell"),
    [("KW", "KW {week} 2024"), ("周", "2024年第{week}周"), ("month", "2024-{month:02d}"), ("seen_date", "2024-05-01")],
)
def test_a_date_goes_before_a_coarser_time_that_stands_in_front_of_it(tmp_path, name, cell):
    days = [datetime.date(2024, 1, 1) + datetime.timedelta(at) for at in range(60)]
    rows = [f"{cell.format(week=day.isocalendar()[1], month=day.month)},{day},{day.day}" for day in days]
    (tmp_path / "t.csv").write_text("\n".join([f"{name},Datum,Umsatz", *rows]), encoding="utf-8")
    (found,) = read_series(tmp_path / "t.csv", Roles(target=("Umsatz",)), Findings())
    assert (found.roles.time, len(found), found.step.words) == (("Datum",), 60, "a day")


def test_october_that_a_program_wrote_as_a_number_is_no_january(tmp_path):
    rows = [f"{2008 + at // 12}.{at % 12 + 1:02d}".rstrip("0") + f",{at}" for at in range(60)]
    (tmp_path / "t.csv").write_text("\n".join(["month,value", *rows]))
    findings = Findings()
    (found,) = read_series(tmp_path / "t.csv", Roles(), findings)
    assert (len(found), str(found.times[9])[:7], float(found.values[9])) == (60, "2008-10", 9.0)
    assert not len(findings)


def test_months_of_quarters_are_months(tmp_path):
    rows = [f"{2008 + at // 12}-{at % 12 + 1:02d},{at}" for at in range(36)]
    (tmp_path / "t.csv").write_text("\n".join(["quarter_month,value", *rows]))
    (found,) = read_series(tmp_path / "t.csv", Roles(), Findings())
    assert (len(found), found.step.words) == (36, "a month")


def test_months_by_a_letter_are_months(read):
    rows = [f"CUUR,{2019 + at // 12},M{at % 12 + 1:02},{at}" for at in range(36)]
    found, _ = read("Series ID,Year,Period,Value", rows)
    assert [(each.step.name, len(each)) for each in found] == [("month", 36)]


def test_mondays_are_no_months(read):
    days = np.arange("2024-01-01", "2024-09-01", 7, dtype="M8[D]")
    found, findings = read("week,Mon,Tue,Wed", [f"{day},{at},{at + 1},{at % 5}" for at, day in enumerate(days)])
    assert [each.name for each in found] == ["Mon", "Tue", "Wed"]
    assert "column of the calendar" not in findings


@pytest.mark.parametrize("name", ["shop", "Store ID", "店", "sensor"])
@pytest.mark.parametrize("timed", [True, False])
def test_ids_with_one_row_each_are_an_error_and_no_one_series(read, name, timed):
    rows = [f"{day(at)},{name} {at},{at % 7}.5"[0 if timed else 11 :] for at in range(40)]
    with pytest.raises(DataError, match=f"column '{name}' is called as names of series are, but each of its 40 rows"):
        read(("date," if timed else "") + f"{name},sales", rows)


def test_numbers_of_things_with_one_row_each_are_not_forecast(read):
    rows = [f"{day(at)},{100 + 3 * at},{at % 7}.5" for at in range(40)]
    with pytest.raises(DataError, match="as '100' and '103': no series has more than one row"):
        read("date,shop,sales", rows)
    assert len(read("date,sensor", [f"{day(at)},{at}.25" for at in range(40)])[0][0]) == 40


def test_ids_of_rows_are_told_not_to_be_used(read):
    for name, own in (("id", "x{at}"), ("shop", "x{most}")):
        rows = [f"{day(at)},{own.format(at=at, most=min(at, 30))},{at % 7}.5" for at in range(40)]
        found, findings = read(f"date,{name},sales", rows)
        assert (len(found), findings["column of ids that is not used"].names) == (1, [name])


def test_chinese_names_of_shops_tell_series_apart(read):
    rows = [f"{day(at)},{shop},{shop + at}.5" for shop in (101, 102) for at in range(20)]
    assert [each.name for each in read("日期,门店,销售额", rows)[0]] == ["101", "102"]


def test_zeros_and_ones_beside_numbers_are_not_forecast(read):
    rows = [f"{day(at)},{at % 9},{at % 7 // 6},{at}" for at in range(40)]
    found, findings = read("date,sales,holiday,visits", rows)
    assert [each.name for each in found] == ["sales", "visits"]
    assert findings["column of zeros and ones"].names == ["holiday"]
    assert "--known" in findings["column of zeros and ones"].advice
    assert "--target" in findings["column of zeros and ones"].advice
    assert [each.name for each in read("date,sales,holiday,visits", rows, target=("holiday",))[0]] == ["holiday"]
    known, findings = read("date,sales,holiday,visits", rows, known=("holiday",))
    assert (len(known), "column of zeros and ones" in findings) == (2, False)
    again, findings = read("date,sales,holiday,visits", rows[:5], target=found[0].roles.target, usual=found[0].roles)
    assert (len(again), "column that training did not have" in findings) == (2, False)


@pytest.mark.parametrize(
    ("header", "row", "rows"),
    [
        ("date,open,closed", "{at},{flag},{other}", 40),  # nothing else to forecast
        ("date,sales,visits", "{at},{number},{flag}", 12),  # too few rows to say
        ("date,sales,returns", "{at},{number},0", 40),  # nothing came back so far
        ("date,item_1,item_2", "{at},{number},{flag}", 40),  # as the other is a count
    ],
)
def test_zeros_and_ones_may_be_numbers(read, header, row, rows):
    cells = [row.format(at=day(at), number=at % 9, flag=at % 5 // 4, other=1 - at % 5 // 4) for at in range(rows)]
    assert len(read(header, cells)[0]) == 2
