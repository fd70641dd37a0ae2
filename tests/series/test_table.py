"""Tables as people have them become series; what was filled, averaged or left out is named and counted."""

import numpy as np
import pytest

from crnn.data.findings import Findings
from crnn.data.toy import sales
from crnn.errors import DataError, SpecError, UnknownNameError
from crnn.series.table import Roles, read_series


@pytest.fixture
def read(tmp_path):
    def reading(text, encoding="utf-8", **roles):
        path = tmp_path / "table.csv"
        path.write_bytes(text.encode(encoding))
        findings = Findings()
        return read_series(path, Roles(**roles), findings), findings

    return reading


def days(count, *columns, start="2024-01-01", header="date,sales"):
    rows = [f"{np.datetime64(start) + day},{','.join(str(column(day)) for column in columns)}" for day in range(count)]
    return "\n".join([header, *rows])


def test_a_wide_table_gives_a_series_a_column(read):
    found, findings = read(days(10, lambda day: day, lambda day: 2 * day, header="date,a,b"))
    assert [each.name for each in found] == ["a", "b"]
    assert found[1].values.tolist() == [2.0 * day for day in range(10)]
    assert findings["columns to forecast"].names == ["a", "b"]
    assert str(found[0].next_times(1)[0]) == "2024-01-11T00:00:00"


def test_rows_with_more_cells_than_the_header_are_left_out_and_named(read):
    found, findings = read(days(20, lambda day: day) + "\n2024-01-21,1,000")
    assert len(found[0]) == 20
    assert findings["torn row"].names == ["line 22"]
    with pytest.raises(DataError, match=r"no row of .* can be used"):
        read("date,sales\n2024-01-01,1,000\n2024-01-02,2,000")


def test_a_first_row_of_a_time_and_numbers_is_no_header(read):
    found, _ = read(days(20, lambda day: 900 + day, header="").strip())
    assert found[0].values.tolist() == [900.0 + day for day in range(20)]


def test_a_wrong_date_is_named_and_does_not_make_one_series_of_all(read):
    rows = [f"2024-01-{day:02d},{shop},{day}" for day in range(1, 29) for shop in ("north", "south")]
    rows[4] = "2024-02-30,north,3"
    with pytest.raises(DataError, match=r"'date', line 6: '2024-02-30' is no time"):
        read("\n".join(["date,shop,sales", *rows]))


def test_rows_without_an_id_and_series_without_a_value_are_named(read):
    rows = [f"2024-01-{day:02d},{shop},{day}" for day in range(1, 29) for shop in ("a", "b")]
    found, findings = read("\n".join(["date,shop,sales", *rows, "2024-01-29,,5"]), series=("shop",))
    assert [each.name for each in found] == ["a", "b"]
    assert findings["row without an id"].names == ["line 58"]
    found, findings = read("id,1,2,3\nA,5,6,7\nB,,,\nC,1,2,3")
    assert [each.name for each in found] == ["A", "C"]
    assert findings["series without a value"].names == ["B"]


def test_what_is_forecast_is_not_known_ahead(read):
    with pytest.raises(SpecError, match="'sales' is to be forecast and known ahead"):
        read(days(20, lambda day: day), target=("sales",), known=("sales",))


def test_an_encoding_that_was_guessed_is_told(read):
    found, findings = read(days(10, lambda day: day, header="日期,北京的气温"), encoding="gb18030")
    assert [each.column for each in found] == ["北京的气温"]
    assert findings["text in another encoding"].names == ["table.csv (gb18030)"]


def test_a_long_table_gives_a_series_an_id(tmp_path):
    findings = Findings()
    path = sales(tmp_path / "s.csv", shops=3, weeks=20)
    found = read_series(path, Roles(target=("sales",), known=("holiday",)), findings)
    assert [each.name for each in found] == ["shop 1", "shop 2", "shop 3"]
    assert len(findings) == 0
    assert found[0].known["holiday"].shape == (20,)


def test_two_columns_may_name_a_series(read):
    rows = [f"2024-01-0{day},{shop},{item},{day}" for day in (1, 2, 3) for shop in "ab" for item in "xyz"]
    found, _ = read("\n".join(["date,shop,item,sales", *rows]))
    assert len(found) == 6
    assert found[0].name == "a · x"


def test_a_series_a_row_as_in_the_m4_competition(read):
    found, findings = read('"V1","V2","V3","V4","V5"\n"H1","1","2","3","4"\n"H2","5","6","",""\n')
    assert [(each.name, each.values.tolist()) for each in found] == [("H1", [1, 2, 3, 4]), ("H2", [5, 6])]
    assert len(findings) == 0


def test_a_table_without_header_and_time(read):
    found, findings = read("1,10\n2,20\n3,30\n")
    assert [each.values.tolist() for each in found] == [[1, 2, 3], [10, 20, 30]]
    assert "no time column" in findings


def test_another_encoding_and_delimiter(read):
    found, findings = read("日期;销量\n2024-01-01;1,5\n2024-01-02;2,5\n", encoding="gb18030")
    assert found[0].values.tolist() == [1.5, 2.5]
    assert found[0].name == "销量"
    assert "decimal comma" in findings


def test_unsorted_rows_are_sorted_and_told(read):
    found, findings = read("date,sales\n2024-01-03,3\n2024-01-01,1\n2024-01-02,2\n")
    assert found[0].values.tolist() == [1, 2, 3]
    assert "series with unsorted rows" in findings


def test_gaps_and_nulls_are_the_last_value_and_told(read):
    found, findings = read("date,sales\n2024-01-01,1\n2024-01-02,2\n2024-01-04,4\n2024-01-05,null\n2024-01-06,6\n")
    assert found[0].values.tolist() == [1, 2, 2, 4, 4, 6]
    assert found[0].missing.tolist() == [False, False, True, False, True, False]
    assert findings["series that is filled in good part"].names == [
        "sales: 33% is filled, 2 of 6 steps, the first is 2024-01-03"
    ]


def test_the_hour_that_comes_twice_at_the_end_of_summer_time_is_averaged_and_told(read):
    hours = ["00:00", "01:00", "02:00", "02:00", "03:00", "04:00"]
    rows = [f"2024-10-27 {hour},{value}" for value, hour in enumerate(hours)]
    found, findings = read("\n".join(["time,load", *rows]))
    assert found[0].values.tolist() == [0, 1, 2.5, 4, 5]
    assert findings["time given twice"].names == ["2024-10-27T02:00"]
    assert "summer time" in findings["time given twice"].advice


def test_a_day_that_comes_twice_has_nothing_to_do_with_summer_time(read):
    _, findings = read(days(20, lambda day: day) + "\n2024-01-20,5")
    assert findings["time given twice"].names == ["2024-01-20"]
    assert "summer time" not in findings["time given twice"].advice


def test_many_doubles_without_a_name_are_refused(read):
    rows = [f"2024-01-0{day},{day}.5" for day in (1, 2, 3, 4) for _ in range(3)]
    with pytest.raises(DataError, match="no column tells them apart"):
        read("\n".join(["date,sales", *rows]))


def test_a_constant_series_is_told(read):
    _, findings = read(days(5, lambda day: 7))
    assert findings["constant series"].names == ["sales"]


def test_a_series_without_a_value_is_left_out_and_told(read):
    found, findings = read("date,a,b\n2024-01-01,1,\n2024-01-02,2,\n", target=("a", "b"))
    assert [each.name for each in found] == ["a"]
    assert findings["series without a value"].dropped


def test_rows_without_a_time_are_left_out_and_told(read):
    found, findings = read("date,sales\n2024-01-01,1\n,9\n2024-01-02,2\n")
    assert found[0].values.tolist() == [1, 2]
    assert findings["row without a time"].names == ["line 3"]


def test_a_year_far_off_is_an_error_and_no_series_of_millions(read):
    text = days(30, lambda day: day) + "\n2924-01-31,5"
    with pytest.raises(DataError, match="line 32: the time '2924-01-31' lies far off the rest"):
        read(text)


def test_rows_behind_the_last_value_give_what_is_known_ahead(read):
    text = "date,sales,holiday\n2024-01-01,1,0\n2024-01-02,2,1\n2024-01-03,,1\n2024-01-04,,0\n"
    found, findings = read(text, known=("holiday",))
    assert found[0].values.tolist() == [1, 2]
    assert found[0].known["holiday"].tolist() == [0, 1, 1, 0]
    assert len(findings) == 0


def test_a_row_of_the_future_in_the_past_is_a_gap_and_told(read):
    text = "date,sales,holiday\n2024-01-01,1,0\n2024-01-02,,1\n2024-01-03,3,0\n"
    found, findings = read(text, known=("holiday",))
    assert found[0].values.tolist() == [1, 1, 3]
    assert "series that is filled in good part" in findings


def test_text_in_a_column_of_numbers_is_an_error_with_its_line(read):
    with pytest.raises(DataError, match=r"column 'sales', line 4: 'n\.v\.t\.' is not a number"):
        read("date,sales\n2024-01-01,1\n2024-01-02,2\n2024-01-03,n.v.t.\n")


def test_an_unknown_column_is_answered_with_the_nearest(read):
    with pytest.raises(UnknownNameError, match="Did you mean 'sales'"):
        read(days(3, lambda day: day), target=("sale",))


def test_columns_of_texts_are_not_used_and_told(read):
    _, findings = read(days(3, lambda day: day, lambda day: "windy", header="date,sales,weather"))
    assert findings["column without numbers"].names == ["weather"]


def test_a_table_without_numbers_is_refused(read):
    with pytest.raises(DataError, match="no column of numbers to forecast"):
        read("date,weather\n2024-01-01,windy\n2024-01-02,calm\n")


def test_missing_values_alone_are_not_said_to_be_texts(read):
    with pytest.raises(DataError, match=r"its columns are date, sales$"):
        read(days(9, lambda day: "NaN"))


@pytest.mark.parametrize("cell", ["10.03万", "1.2k", "EUR 5", "Rp 1.000", "5 kg"])
def test_a_table_without_numbers_is_refused_with_the_cell_that_may_have_been_meant(read, cell):
    with pytest.raises(DataError, match=f"Column 'sales', line 2: '{cell}' is not a number: write plain numbers"):
        read(days(9, lambda day: "calm", lambda day: cell, header="date,weather,sales"))


def test_holidays_of_prices_are_no_gaps(read):
    dates = [day for day in np.arange("2024-01-01", "2024-02-01", dtype="M8[D]") if np.is_busday(day)]
    del dates[5]
    found, findings = read("\n".join(["date,close", *(f"{day},{at + 1.5}" for at, day in enumerate(dates))]))
    assert found[0].missing is None
    assert len(found[0]) == len(dates)
    assert findings["working day without a row"].names == ["all rows: 1 of 23"]


def test_times_off_the_grid_move_to_it_and_are_told(read):
    text = (
        "time,load\n2024-01-01T00:00:00,1\n2024-01-01T01:00:20,2\n2024-01-01T02:00:00,3\n2024-01-01T03:00:00,4\n"
        + "".join(f"2024-01-01T{hour:02d}:00:00,{hour}\n" for hour in range(4, 20))
    )
    found, findings = read(text)
    assert len(found[0]) == 20
    assert "time between two steps" in findings


def test_rows_to_come_keep_their_own_times(read):
    dates = [day for day in np.arange("2024-12-02", "2025-01-08", dtype="M8[D]") if np.is_busday(day)]
    dates = [day for day in dates if str(day) not in ("2024-12-25", "2024-12-26", "2025-01-01")]
    rows = [f"{day},{at if str(day) < '2024-12-23' else ''},{at % 2}" for at, day in enumerate(dates)]
    found, _ = read("\n".join(["date,sales,promo", *rows]), known=("promo",))
    assert found[0].next_times(4).astype("M8[D]").astype(str).tolist() == [
        *("2024-12-23", "2024-12-24", "2024-12-27", "2024-12-30")
    ]
    ahead = len(dates) - len(found[0])
    assert found[0].next_times(ahead + 2).astype("M8[D]").astype(str).tolist()[-3:] == [
        *("2025-01-07", "2025-01-08", "2025-01-09")
    ]
    assert found[0].until(2).next_times(1).astype("M8[D]").astype(str).tolist() == ["2024-12-04"]


def test_a_late_first_row_does_not_move_the_others(read):
    rows = ["2024-01-01T00:03,0", *(f"2024-01-01T{hour:02d}:00,{hour}" for hour in range(1, 20))]
    found, findings = read("\n".join(["time,load", *rows]))
    assert str(found[0].times[5]) == "2024-01-01T05:00:00"
    assert findings["time between two steps"].names == ["all rows: 1, the first is 2024-01-01T00:03"]


def test_months_that_are_moved_are_told(read):
    rows = [f"20{10 + at // 12}-{at % 12 + 1:02d}-{2 if at == 7 else 1:02d},{at}" for at in range(40)]
    found, findings = read("\n".join(["date,sales", *rows]))
    assert (found[0].step.name, len(found[0]), found[0].missing) == ("month", 40, None)
    assert findings["time between two steps"].names == ["all rows: 1, the first is 2010-08-02"]


def test_a_series_that_ends_before_the_others_is_told(read):
    found, findings = read(days(10, lambda day: day, lambda day: day if day < 8 else "", header="date,a,b"))
    assert [len(each) for each in found] == [10, 8]
    assert findings["series that ends before others"].names == ["b: 2024-01-08 instead of 2024-01-10"]
    assert str(found[1].next_times(1)[0]) == "2024-01-09T00:00:00"


def test_blank_lines_are_told(read):
    _, findings = read("a,b\n1,2\n,\n3,4\n5,6\n")
    assert findings["blank line"].names == ["line 3"]


def test_a_series_a_row_without_a_header(read):
    found, _ = read("H1,605,586,586\nH2,5,6,7\n")
    assert [(each.name, each.values.tolist()) for each in found] == [("H1", [605, 586, 586]), ("H2", [5, 6, 7])]


def test_a_series_a_row_under_years_with_several_names(read):
    found, _ = read("Country,Code,2018,2019,2020,\nChina,CN,1,2,3,\nPeru,PE,4,5,6,\n")
    assert [each.name for each in found] == ["China · CN", "Peru · PE"]
    assert (found[0].step.name, str(found[0].times[0])) == ("year", "2018-01-01T00:00:00")
    found, _ = read("Country,2020,2019,2018\nChina,3,2,1\nPeru,6,5,4\n")
    assert found[0].values.tolist() == [1, 2, 3]


def test_rows_of_many_facts_are_no_series(read):
    _, findings = read(
        "country,population,area,income\n" + "".join(f"c{at},{at},{3 * at},{7 - at}\n" for at in range(9))
    )
    assert "no time column" in findings


def test_a_title_above_the_header_is_named(read):
    with pytest.raises(DataError, match=r"holds 'Sales report 2023' alone, and line 3 looks like the header"):
        read("Sales report 2023,\n,\nDate,Sales\n2024-01-01,5\n2024-01-02,6\n")


@pytest.mark.parametrize(
    "names",
    [
        ("North", "north"),
        ("Caf\u00e9", "Cafe\u0301"),
        ("cafe", "\uff43afe"),
        ("001", "1"),
        ("1.0", "1"),
    ],
)
def test_names_of_series_in_several_spellings_are_told(read, names):
    rows = [f'2024-01-{day:02d},"{shop}",{day}' for day in range(1, 29) for shop in names]
    found, findings = read("\n".join(["date,shop,sales", *rows]), series=("shop",))
    assert len(found) == 2
    assert findings["name of a series in several spellings"].names == [", ".join(map(repr, names))]


def test_times_without_the_zone_of_training_are_told(tmp_path):
    path = tmp_path / "table.csv"
    hours = [f"2024-10-{20 + at // 24}T{at % 24:02d}:00" for at in range(48)]

    def reading(zone, **given):
        path.write_text("\n".join(["date,load", *(f"{hour}{zone},{at}" for at, hour in enumerate(hours))]))
        findings = Findings()
        return read_series(path, Roles(), findings, **given), findings

    trained, _ = reading("+02:00")
    usual = Roles.from_dict(trained[0].roles.to_dict())
    assert usual.zoned
    _, findings = reading("", usual=usual, step=trained[0].step)
    assert findings["time without a zone"].names == ["column 'date', as 2024-10-20T00:00"]
    assert "time without a zone" not in reading("+02:00", usual=usual, step=trained[0].step)[1]
    assert "time without a zone" not in reading("")[1]


def test_names_that_would_be_joined_alike_stay_two_series(tmp_path):
    pairs = [("a · b", "c"), ("a", "b · c"), ("a", "c")]
    rows = [f"2024-01-{day:02d},{store},{product},{day}" for day in range(1, 13) for store, product in pairs]
    (tmp_path / "s.csv").write_text("\n".join(["date,store,product,sales", *rows]), encoding="utf-8")
    found = read_series(tmp_path / "s.csv", Roles(), Findings())
    assert [(each.name, len(each)) for each in found] == [('"a · b" · c', 12), ('a · "b · c"', 12), ("a · c", 12)]
