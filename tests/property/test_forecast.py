"""What holds for every series: no window knows its future, and units lead back."""

import hypothesis.strategies as st
import numpy as np
import torch
from hypothesis import given, settings
from hypothesis.extra.numpy import arrays

from crnn.data.example import Record
from crnn.data.findings import Findings
from crnn.forecast_spec import ForecastSpec
from crnn.nn.forecast import ForecastNetwork
from crnn.series.grid import Rows, gridded
from crnn.series.scaling import learn
from crnn.series.series import from_array
from crnn.series.steps import Step
from crnn.series.windows import WindowSet
from crnn.spec import RecurrentSpec

values = arrays(np.float64, st.integers(20, 60), elements=st.floats(-1e6, 1e6, width=32))
positive = arrays(np.float64, st.integers(20, 60), elements=st.floats(0.0625, 1e6, width=32))


def windows(series, scaling, look_back, horizon):
    beside = [np.zeros((len(series), 0), np.float32)]
    return WindowSet([series], [scaling], beside, None, look_back, horizon, [Record(series)], 10**6)


@settings(max_examples=60, deadline=None)
@given(values, st.integers(1, 8), st.integers(1, 6), st.data())
def test_what_comes_later_changes_no_input_and_no_forecast(given_values, look_back, horizon, data):
    series = from_array(given_values)[0]
    scaling = learn(series.until(15), "standard", 1)
    row = data.draw(st.integers(0, len(given_values) - look_back - horizon))
    later = given_values.copy()
    later[row + look_back :] = data.draw(st.floats(-1e6, 1e6, width=32))
    before, after = (
        windows(each, scaling, look_back, horizon)[[row]].inputs for each in (series, from_array(later)[0])
    )
    torch.testing.assert_close(before.data, after.data)
    torch.manual_seed(0)
    spec = ForecastSpec(look_back, horizon, segment=3, recurrent=RecurrentSpec("gru", 4))
    network = ForecastNetwork(spec, 1, horizon).eval()
    torch.testing.assert_close(network(before).data, network(after).data)


@settings(max_examples=60, deadline=None)
@given(positive, st.sampled_from(["standard", "log", "season", "none"]))
def test_scaling_leads_back(given_values, kind):
    scaling = learn(from_array(given_values)[0], kind, 1)
    np.testing.assert_allclose(scaling.back(scaling(given_values)), given_values, rtol=1e-6, atol=1e-6)


@settings(max_examples=60, deadline=None)
@given(values, st.data())
def test_what_comes_later_fills_no_gap(given_values, data):
    gaps = data.draw(st.sets(st.integers(1, len(given_values) - 2), max_size=8))
    cut = data.draw(st.integers(1, len(given_values) - 1))
    holed = given_values.copy()
    holed[list(gaps)] = np.nan

    def filled(stop):
        rows = Rows("", np.arange(stop), {"a": holed[:stop]}, {}, False)
        return gridded(rows, Step(), Findings())[0].values

    whole, part = filled(len(holed)), filled(cut)
    np.testing.assert_array_equal(whole[: len(part)], part)


@settings(max_examples=60, deadline=None)
@given(values, st.permutations(range(20)))
def test_the_order_of_rows_does_not_matter(given_values, order):
    given_values = given_values[:20]
    places = np.array(order)
    rows = [Rows("", each, {"a": given_values[each]}, {}, False) for each in (np.arange(20), places)]
    first, second = (gridded(each, Step(), Findings())[0].values for each in rows)
    np.testing.assert_array_equal(first, second)
