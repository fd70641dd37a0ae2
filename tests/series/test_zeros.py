"""Steps without a row that count as 0: rare sales, long and wide, on days, working days, weeks and months."""

import numpy as np
import pytest

from crnn.data.findings import Findings
from crnn.errors import DataError
from crnn.series.roles import Roles
from crnn.series.steps import Step, infer_sparse
from crnn.series.table import read_series

DAYS = np.arange("2024-01-01", "2024-07-01", dtype="M8[D]")


@pytest.fixture
def read(tmp_path):
    def reading(text, missing="zero", step=None, **roles):
        path = tmp_path / "table.csv"
        path.write_text(text, encoding="utf-8")
        findings = Findings()
        return read_series(path, Roles(**roles), findings, step=step, missing=missing), findings

    return reading


def rare(share, days=DAYS, seed=0):
    """Sales on some of the days; the first always."""
    random = np.random.default_rng(seed)
    sold = random.poisson(2, len(days)) + 1.0
    return np.where((random.random(len(days)) < share) | (np.arange(len(days)) == 0), sold, 0.0)


def long(items, days=DAYS):
    """Rows only where something was sold."""
    rows = [
        f"{day},{item},{value:g}"
        for item, sold in items.items()
        for day, value in zip(days, sold, strict=True)
        if value
    ]
    return "\n".join(["date,item,sales", *rows])


def test_days_without_a_row_count_as_zero_until_the_table_ends(read):
    items = {"a": rare(0.3), "b": rare(0.25, seed=1), "c": rare(0.95, seed=2)}
    items["c"][-1], items["a"][-9:] = 5, 0
    found, findings = read(long(items))
    assert [each.name for each in found] == ["a", "b", "c"]
    for each, sold in zip(found, items.values(), strict=True):
        np.testing.assert_array_equal(each.values, sold)
        assert each.missing is None
    assert found[0].step.name == "day"
    empty = int((items["a"] == 0).sum())
    assert findings["step without a row"].names[0] == f"a: {empty} of {len(DAYS)} steps"
    assert "series that ends before others" not in findings


def test_one_item_that_is_sold_on_few_days_needs_no_row_a_step(read):
    sold = np.zeros(len(DAYS))
    sold[np.cumsum(np.random.default_rng(0).choice([2, 3, 5], 50))] = 7
    with pytest.raises(DataError, match=r'missing="zero" \(--missing zero\)'):
        read(long({"a": sold}), missing="last", series=())
    found, _ = read(long({"a": sold}), series=())
    assert found[0].step.name == "day"
    np.testing.assert_array_equal(found[0].values, np.trim_zeros(sold))


def test_gaps_that_are_filled_offer_zeros(read):
    found, findings = read(long({"a": rare(0.9), "b": rare(0.9, seed=1)}), missing="last")
    assert found[0].missing is not None
    assert "--missing zero" in findings["missing value"].advice
    found, findings = read(long({"a": rare(0.2), "b": rare(1.0, seed=1)}), missing="last")
    assert "--missing zero" in findings["series that is mostly gaps"].advice


def test_a_series_begins_with_its_first_row_and_an_empty_cell_stays_missing(read):
    text = "date,item,sales\n2024-01-01,a,1\n2024-01-02,a,2\n2024-01-03,b,5\n2024-01-04,a,\n2024-01-06,b,7\n"
    found, findings = read(text, series=("item",))
    assert [each.values.tolist() for each in found] == [[1, 2, 0, 0, 0, 0], [5, 0, 0, 7]]
    assert found[0].missing.tolist() == [False, False, False, True, False, False]
    assert "zero" not in findings["missing value"].advice  # it was asked for
    assert findings["step without a row"].names == ["a: 3 of 6 steps", "b: 2 of 4 steps"]


def test_rows_to_come_are_no_zeros(read):
    rows = [f"{day},{item},{value:g},1" for item in "ab" for day, value in zip(DAYS, rare(0.4), strict=True) if value]
    ahead = [f"2024-07-0{day},{item},,{day}" for item in "ab" for day in (1, 2, 3)]
    found, _ = read(
        "\n".join(["date,item,sales,price", *rows, "2024-06-30,a,3,1", *ahead]), target=("sales",), known=("price",)
    )
    assert [len(each) for each in found] == [len(DAYS)] * 2
    assert found[1].known["price"][-3:].tolist() == [1, 2, 3]
    assert found[1].next_times(1).astype("M8[D]").astype(str).tolist() == ["2024-07-01"]


def test_empty_cells_of_a_wide_table_are_no_rows(read):
    found, findings = read("date,a,b\n2024-01-01,,2\n2024-01-02,1,\n2024-01-03,,\n2024-01-05,3,\n2024-01-06,,1\n")
    assert [each.values.tolist() for each in found] == [[1, 0, 0, 3, 0], [2, 0, 0, 0, 0, 1]]
    assert findings["step without a row"].names == ["a: 3 of 5 steps", "b: 4 of 6 steps"]
    found, _ = read("id,1,2,3\nA,5,,7\nB,1,2,\nC,1,2,3")
    assert [each.values.tolist() for each in found] == [[5, 0, 7], [1, 2], [1, 2, 3]]


def test_an_infinite_value_is_no_empty_cell(read):
    found, findings = read("date,a,b\n2024-01-01,1,2\n2024-01-02,inf,3\n2024-01-03,,4\n2024-01-04,5,4\n")
    assert found[0].missing.tolist() == [False, True, False, False]
    assert found[0].values.tolist() == [1, 1, 0, 5]
    assert findings["infinite value"].names == ["column 'a', line 3: 'inf'"]
    assert findings["step without a row"].names == ["a: 1 of 4 steps"]
    found, _ = read("id,1,2,3,4\nA,5,,inf,7\nB,1,2,2,2\nC,1,2,3,4")
    assert (found[0].values.tolist(), found[0].missing.tolist()) == ([5, 0, 0, 7], [False, False, True, False])


def test_what_is_known_ahead_in_rows_of_zeros_is_what_the_time_says(read):
    rows = []
    for at, day in enumerate(DAYS):
        for item, every in (("a", 2), ("b", 3)):
            if at % every == 0 or day == DAYS[-1]:
                kind = "closed" if at % 7 == 6 else "open"
                holiday = int(at % 50 == 12)  # only rows of the same day can tell
                rows.append(f"{day},{item},1,{at % 7},{kind},{holiday}")
    found, findings = read(
        "\n".join(["date,item,sales,weekday,kind,holiday", *rows]),
        known=("weekday", "kind", "holiday"),
        series=("item",),
    )
    for each in found:
        assert each.known["weekday"].tolist() == [at % 7 for at in range(len(DAYS))]
        assert each.known["kind"].tolist() == ["closed" if at % 7 == 6 else "open" for at in range(len(DAYS))]
    assert found[1].known["holiday"][62] == 1
    names = findings["column known ahead at steps without a row"].names
    assert names
    assert all("holiday" in name for name in names)


def test_what_the_time_does_not_say_goes_on_in_rows_of_zeros_and_is_told(read):
    text = (
        "date,item,sales,price,kind\n2024-01-01,a,1,5,x\n2024-01-01,b,1,7,y\n2024-01-03,a,1,6,x\n"
        "2024-01-02,b,1,7,y\n2024-01-05,a,1,5,x\n2024-01-05,b,1,7,y\n"
    )
    found, findings = read(text, known=("price", "kind"), series=("item",))
    assert [each.known["price"].tolist() for each in found] == [[5, 5, 6, 6, 5], [7] * 5]
    assert found[1].known["kind"].tolist() == ["y"] * 5
    told = findings["column known ahead at steps without a row"]
    assert told.names == ["a, column 'price': 2 steps, from 2024-01-02"]
    assert "with 0 for what is forecast" in told.advice


def test_working_days_without_a_row_are_zeros_and_weekends_are_none(read):
    work = DAYS[np.is_busday(DAYS)]
    items = {item: rare(0.3, work, seed) for seed, item in enumerate("ab")}
    found, findings = read(long(items, work))
    assert found[0].step == Step("workday")
    for each, sold in zip(found, items.values(), strict=True):
        np.testing.assert_array_equal(np.trim_zeros(each.values), np.trim_zeros(sold))
    assert "working day without a row" not in findings
    assert read(long(items, work), step=Step("workday"))[0][1].times.tolist() == found[1].times.tolist()


@pytest.mark.parametrize(
    ("days", "name"),
    [
        (np.arange("2023-01-02", "2025-01-01", 7, dtype="M8[D]"), "week"),
        (np.arange("2015-01", "2025-01", dtype="M8[M]"), "month"),
        (np.arange("2024-01-31", "2024-02-29", dtype="M8[h]"), "hour"),
    ],
)
def test_the_step_of_rare_rows(days, name):
    times = days[rare(0.4, days) > 0].astype("M8[s]")
    assert infer_sparse(times).name == name
    stray = np.sort(np.append(times, times[5] + np.timedelta64(61, "s")))
    if name != "month":
        assert infer_sparse(stray).name == name
    usual = infer_sparse(times)
    assert infer_sparse(times[[0, 3]], usual) == usual
    assert infer_sparse(times[:1], usual) == usual


def test_counted_steps_may_have_no_row_either(read):
    found, _ = read("t,sales\n1,4\n3,1\n4,2\n8,5\n9,1\n", time=("t",))
    assert found[0].values.tolist() == [4, 0, 1, 2, 0, 0, 0, 5, 1]


def test_times_that_follow_no_step_are_refused():
    random = np.random.default_rng(0)
    times = np.datetime64("2024-01-01", "s") + np.sort(random.integers(0, 10**7, 300))
    with pytest.raises(DataError, match="follow no regular step"):
        infer_sparse(times)


def test_a_year_far_off_is_an_error(read):
    with pytest.raises(DataError, match="series a, line 58: the time '2924-06-30' lies far off the rest"):
        read(long({"a": rare(0.3)}) + "\n2924-06-30,a,3\n", series=("item",))
