"""Months and hours side by side are one series, in the order of time."""

import numpy as np
import pytest

from crnn.data.findings import Findings
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
        assert looks_like_series(path)
        findings = Findings()
        return read_series(path, Roles(**given), findings), findings

    return reading


@pytest.mark.parametrize("names", [MONTHS, GERMAN, [str(at) for at in range(1, 13)]])
def test_a_row_a_year_and_a_column_a_month(read, names):
    rows = [[2010 + year, *range(12 * year, 12 * year + 12)] for year in range(5)]
    rows[4][10:] = ["", "", ""]
    found, findings = read(["Year", *names], rows)
    assert [(each.name, each.step.name) for each in found] == [("value", "month")]
    assert found[0].values.tolist() == list(range(57))
    assert str(found[0].times[13]) == "2011-02-01T00:00:00"
    assert "times side by side" in findings


def test_a_row_a_month_and_a_column_a_year(read):
    rows = [[month, *(12 * year + at for year in range(4))] for at, month in enumerate(MONTHS)]
    found, _ = read(["Month", "2015", "2016", "2017", "2018"], rows)
    assert found[0].values.tolist() == list(range(48))
    assert str(found[0].times[0]) == "2015-01-01T00:00:00"


@pytest.mark.parametrize(("first", "start"), [(0, "2024-03-01T00:00:00"), (1, "2024-03-01T01:00:00")])
def test_a_row_a_day_and_a_column_an_hour(read, first, start):
    days = np.arange("2024-03-01", "2024-03-09", dtype="M8[D]")
    rows = [[day, *range(24 * at, 24 * at + 24)] for at, day in enumerate(days)]
    found, _ = read(["Date", *(f"H{hour}" for hour in range(first, first + 24))], rows)
    assert (found[0].step.name, str(found[0].times[0])) == ("hour", start)
    assert found[0].values.tolist() == list(range(24 * len(days)))


def test_what_was_read_so_is_read_so_again(read):
    rows = [[2010 + year, *range(12 * year, 12 * year + 12)] for year in range(5)]
    found, _ = read(["Year", *MONTHS], rows, target=("value",))
    assert len(found[0]) == 60
