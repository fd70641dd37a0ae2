"""Scalings are learnt from one part and lead back to real units."""

import numpy as np
import pytest
import torch

from crnn.data.example import Units
from crnn.errors import DataError, UnknownNameError
from crnn.metrics.regression import naive_error as torch_naive_error
from crnn.series import scaling
from crnn.series.scaling import Scaling, learn, naive_error, require_moderate, require_near
from crnn.series.series import from_array


def test_standard_is_mean_and_standard_deviation():
    values = np.random.default_rng(0).normal(1e6, 3.0, 500)
    found = learn(from_array(values)[0], "standard", 1)
    assert found.offset == pytest.approx(values.mean())
    assert found.scale == pytest.approx(values.std())


def test_log_needs_values_above_zero_and_names_series_and_step(monkeypatch):
    monkeypatch.setattr(scaling, "CHUNK", 2)
    with pytest.raises(DataError, match=r"series, step 3 is -2\.5, and only numbers above 0 have a logarithm"):
        learn(from_array(np.array([1.0, 2, 3, -2.5, 0]))[0], "log", 1)


def test_numbers_too_large_to_compute_with_are_named():
    series = from_array(np.array([1.0, np.nan, -1e30, -1e31]))[0]
    with pytest.raises(DataError, match=r"series, step 3 is -1e\+31, and numbers beyond 1e\+30 cannot be computed"):
        require_moderate(series, series.values)
    with pytest.raises(DataError, match=r"series, step 5, column 'price' is 1e\+300"):
        require_moderate(series, np.array([1.0, 2, 3, 4, 5, 1e300]), "price")
    require_moderate(series, series.values[:3])
    require_moderate(series, np.array(["a", ""], object))


def test_values_too_far_from_training_to_compute_with_are_named():
    scaling = learn(from_array(np.array([0.0, 1e-12, 2e-12]))[0], "standard", 1)
    near, far = from_array(np.array([0.0, 1e15]))[0], from_array(np.array([0.0, 1e25]))[0]
    require_near(near, scaling)
    with pytest.raises(DataError, match=r"series, step 1 is 1e\+25, but in training its values differed by 8\.2e-13"):
        require_near(far, scaling)


def test_a_spread_below_single_precision_is_none():
    assert learn(from_array(np.array([1.4e-45, *[0.0] * 8]))[0], "standard", 1).scale == 1.0


def test_a_constant_series_has_scale_one():
    assert learn(from_array(np.full(9, 5.0))[0], "standard", 1).scale == 1.0


@pytest.mark.parametrize("unit", [1e-25, 1.0, 1e20])
def test_the_unit_of_a_series_does_not_matter(unit):
    values = np.sin(np.arange(50.0))
    assert learn(from_array(values * unit)[0], "standard", 1).scale == pytest.approx(values.std() * unit)


def test_an_unknown_kind_is_refused():
    with pytest.raises(UnknownNameError, match="standard"):
        learn(from_array(np.arange(5.0))[0], "standart", 1)


@pytest.mark.parametrize("season", [1, 7])
def test_the_naive_error_is_that_of_mase_whatever_the_chunk(season, monkeypatch):
    values = np.random.default_rng(1).normal(size=100)
    wanted = torch_naive_error(torch.from_numpy(values), season)
    monkeypatch.setattr(scaling, "CHUNK", 13)
    assert naive_error(values, season) == pytest.approx(wanted)


def test_the_naive_error_of_a_short_or_constant_series_does_not_exist():
    assert np.isnan(naive_error(np.ones(1), 1))
    assert np.isnan(naive_error(np.ones(9), 1))
    assert naive_error(np.array([1.0, 3.0]), 12) == 2.0


def test_scaled_by_seasons_an_absolute_error_is_mase():
    values = 5 + np.tile([0.0, 8.0, 2.0], 20) + np.random.default_rng(0).normal(size=60)
    found = learn(from_array(values)[0], "season", 3)
    assert (found.offset, found.scale) == (pytest.approx(values.mean()), found.naive)
    np.testing.assert_allclose(np.abs(found(values[3:]) - found(values[:-3])).mean(), 1.0)
    assert learn(from_array(np.full(9, 5.0))[0], "season", 3).scale == 1.0
    assert learn(from_array(np.tile([1.0, 2.0], 9))[0], "season", 2).scale == pytest.approx(0.5), "exact: as standard"


def test_units_of_a_batch_lead_back_as_the_scaling_does():
    kinds = [Scaling(3.0, 2.0), Scaling(1.0, 0.5, log=True), Scaling(1.0, 2.0, floor=0.0)]
    values = torch.tensor([[0.0, 1.0], [-1.0, 2.0], [-1.0, 2.0]])
    names = ("offset", "scale", "log", "naive", "floor")
    units = Units(*(torch.tensor([getattr(kind, name) for kind in kinds]) for name in names))
    wanted = np.stack([kind.back(row) for kind, row in zip(kinds, values.numpy(), strict=True)])
    np.testing.assert_allclose(units.back(values), wanted)
    np.testing.assert_allclose(units.back(values[..., None])[..., 0], wanted)


def test_json_and_back():
    for kind in (Scaling(1.5, 2.0, True, 0.25), Scaling()):
        again = Scaling.from_list(kind.to_list())
        assert again.to_list() == kind.to_list()
