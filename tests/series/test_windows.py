"""Windows are views of series: what they hold, how many there are, and what an epoch of too many draws."""

import numpy as np
import pytest
import torch

from crnn.data.batches import loader
from crnn.data.example import Record
from crnn.series.scaling import Scaling, learn
from crnn.series.series import Series, from_array
from crnn.series.steps import Step
from crnn.series.windows import WindowSet, origins


def window_set(series, look_back=4, horizon=2, most=10**6, scalings=None, numbers=None):
    scalings = scalings or [Scaling() for _ in series]
    beside = [np.zeros((len(each), 0), np.float32) for each in series]
    records = [Record(each, None, each.name) for each in series]
    return WindowSet(series, scalings, beside, numbers, look_back, horizon, records, most)


def test_each_window_is_its_look_back_and_what_came():
    windows = window_set(from_array(np.arange(9.0)))
    assert len(windows) == 4
    batch = windows[[0, 3]]
    assert batch.inputs.data[:, :, 0].tolist() == [[0, 1, 2, 3, 0, 0], [3, 4, 5, 6, 0, 0]]
    assert batch.targets.tolist() == [[4, 5], [7, 8]]


def test_rows_run_through_the_series_one_by_one():
    windows = window_set(from_array(np.arange(20.0).reshape(10, 2)), numbers=[1, 2])
    assert [windows.place(row) for row in (0, 4, 5)] == [(0, 4), (0, 8), (1, 4)]
    assert windows[[0, 5]].inputs.data[:, 0, -1].tolist() == [1, 2]
    assert windows.records[5].name == "column 2 from step 4"


def test_targets_and_units_are_real_where_inputs_are_scaled():
    series = from_array(np.arange(100.0, 120.0))
    windows = window_set(series, scalings=[learn(series[0], "standard", 1)])
    batch = windows[[0, 7]]
    torch.testing.assert_close(
        batch.units.back(batch.targets), windows.targets_of([0, 7]).double(), rtol=1e-5, atol=1e-4
    )


def test_windows_with_much_to_forecast_filled_in_are_left_out():
    missing = np.zeros(20, bool)
    missing[10:12] = True
    series = Series("a", "", "a", np.arange(20.0), Step(), np.arange(20), missing=missing)
    kept = list(origins(series, 4, 4))
    assert kept == [4, 5, 6, 12, 13, 14, 15, 16]


def test_the_first_steps_of_a_validation_part_are_only_looked_back_on():
    series = from_array(np.arange(20.0))[0].since(6, 4)
    assert list(origins(series, 4, 2)) == list(range(4, 13))


def test_a_series_that_is_too_short_has_no_window():
    assert len(origins(from_array(np.arange(5.0))[0], 4, 2)) == 0


def test_a_mapped_array_of_a_thousand_series_is_never_copied(tmp_path):
    table = np.lib.format.open_memmap(tmp_path / "a.npy", mode="w+", dtype=np.float32, shape=(20_000, 1000))
    table[:] = np.arange(1000, dtype=np.float32)
    windows = window_set(from_array(table), look_back=96, horizon=24, most=500)
    assert len(windows) == 1000 * (20_000 - 119)
    assert all(np.shares_memory(each.values, table) for each in windows.series[::100])
    batches = loader(windows, 250, shuffle=True, seed=1)
    assert [len(batch.rows) for batch in batches] == [250, 250]


def test_an_epoch_of_too_many_draws_others_by_seed_and_epoch_alone():
    windows = window_set(from_array(np.arange(1000.0)), most=50)
    batches = loader(windows, 16, shuffle=True, seed=3)
    drawn = []
    for epoch in (1, 1, 2):
        batches.sampler.set_epoch(epoch)
        drawn.append([row for batch in batches for row in batch.rows.tolist()])
    assert drawn[0] == drawn[1] != drawn[2]
    assert all(len(set(rows)) == 50 for rows in drawn)
    judged = [row for batch in loader(windows, 16, shuffle=False) for row in batch.rows.tolist()]
    assert judged == windows.spaced().tolist()
    assert judged[0] == 0
    assert judged[-1] == len(windows) - 1


def test_an_epoch_that_fits_is_every_window_once():
    windows = window_set(from_array(np.arange(50.0)))
    rows = [row for batch in loader(windows, 8, shuffle=True) for row in batch.rows.tolist()]
    assert sorted(rows) == list(range(len(windows)))


def test_chosen_windows_are_a_set_of_their_own():
    windows = window_set(from_array(np.arange(40.0).reshape(20, 2)))
    some = windows.chosen([0, 3, len(windows) - 1])
    assert len(some) == 3
    torch.testing.assert_close(some.targets_of([0, 1, 2]), windows.targets_of([0, 3, len(windows) - 1]))


def test_digests_tell_values_and_settings_apart():
    one, two = (window_set(from_array(np.arange(20.0) + extra)) for extra in (0, 1))
    assert one.digest() == window_set(from_array(np.arange(20.0))).digest() != two.digest()
    assert one.digest() != window_set(from_array(np.arange(20.0)), horizon=3).digest()


@pytest.mark.parametrize("log", [False, True])
def test_a_look_back_in_time_order_ends_with_the_latest(log):
    windows = window_set(from_array(np.arange(1.0, 41.0).reshape(20, 2)))
    ends = [windows.place(row)[1] for row in windows.in_time(10)]
    assert ends == sorted(ends)
