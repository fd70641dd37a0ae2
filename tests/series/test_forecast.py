"""What a forecast says: by number and by name, as a table and as JSON."""

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest

from crnn.errors import CrnnError, UnknownNameError
from crnn.series.forecast import Forecast, Forecasts


@pytest.fixture
def found():
    times = np.array(["2024-01-01", "2024-01-02"], "M8[s]")
    rows = {level: np.array([1.0, 2.0]) + level for level in (0.1, 0.5, 0.9)}
    return Forecasts([Forecast(name, times, rows[0.5], rows) for name in ("north", "south, east")])


def test_a_table_comes_back(found, tmp_path):
    text = found.to_csv(tmp_path / "next.csv")
    rows = list(csv.reader(io.StringIO((tmp_path / "next.csv").read_text(encoding="utf-8"))))
    assert rows[0] == ["series", "time", "value", "q0.1", "q0.5", "q0.9"]
    assert rows[3] == ["south, east", "2024-01-01", "1.5", "1.1", "1.5", "1.9"]
    assert text.count("\n") == 5


def test_by_name_number_and_as_json(found):
    assert found["north"] is found[0]
    assert len(found) == 2
    facts = json.loads(json.dumps(found.to_dict()))
    assert facts[1]["times"] == ["2024-01-01", "2024-01-02"]
    assert facts[1]["quantiles"]["0.9"] == [1.9, 2.9]
    assert str(found) == "north\t2024-01-01 1.5 … 2024-01-02 2.5\nsouth, east\t2024-01-01 1.5 … 2024-01-02 2.5"


def test_a_place_that_cannot_be_written_to_is_named(found, tmp_path):
    with pytest.raises(CrnnError, match="cannot write the forecast"):
        found.to_csv(tmp_path / "nowhere" / "next.csv")


def test_times_of_all_series_are_written_alike(tmp_path):
    days, hours = np.array(["2024-01-01"], "M8[s]"), np.array(["2024-01-01T06:00"], "M8[s]")
    found = Forecasts([Forecast(name, times, np.ones(1), {}) for name, times in (("a", days), ("b", hours))])
    assert found.to_csv().splitlines()[1:] == ["a,2024-01-01T00:00,1", "b,2024-01-01T06:00,1"]


def test_an_unknown_series_is_answered_with_the_known_ones(found):
    with pytest.raises(UnknownNameError, match=r"Did you mean 'north'"):
        found["nort"]


def test_a_file_is_of_the_kind_that_its_name_says(found, tmp_path):
    for name in ("a.csv", "a.TSV", "a.json", "a.jsonl", "plain"):
        found.write(tmp_path / name)
    read = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()}
    assert read["a.csv"] == read["plain"] == found.to_csv()
    assert [*csv.reader(io.StringIO(read["a.TSV"]), delimiter="\t")] == [*csv.reader(io.StringIO(read["a.csv"]))]
    assert json.loads(read["a.json"]) == found.to_dict()
    assert [json.loads(line) for line in read["a.jsonl"].splitlines()] == found.to_dict()


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("next.xlsx", r"as \.xlsx: call the file next\.csv, which spreadsheets open \(or \.tsv, \.json, \.jsonl\)"),
        ("next.parquet", r"as \.parquet: call the file next\.csv \(or"),
    ],
)
def test_another_kind_of_file_is_refused(found, name, told):
    with pytest.raises(CrnnError, match=told):
        found.write(Path(name))
