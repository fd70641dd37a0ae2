"""Measures of values against scikit-learn and torchmetrics, constant targets and zeros too."""

import pytest
import sklearn.metrics as oracle
import torch
import torchmetrics.functional.regression as tm
from torch import Tensor

from crnn.errors import NotReadyError, ShapeError, SpecError
from crnn.metrics import measure
from crnn.metrics.functional import naive_error
from crnn.metrics.regression import MeanAbsoluteScaledError

GENERATOR = torch.Generator().manual_seed(2)
WANTED = torch.randn(50, 3, generator=GENERATOR, dtype=torch.float64) * 3 + 10
PREDICTED = WANTED + torch.randn(50, 3, generator=GENERATOR, dtype=torch.float64)


def value(name: str, predicted: Tensor = PREDICTED, wanted: Tensor = WANTED) -> float:
    return measure(name).of(predicted, wanted).item()


def test_equal_scikit_learn() -> None:
    assert value("mse") == pytest.approx(oracle.mean_squared_error(WANTED, PREDICTED))
    assert value("rmse") == pytest.approx(oracle.root_mean_squared_error(WANTED.flatten(), PREDICTED.flatten()))
    assert value("mae") == pytest.approx(oracle.mean_absolute_error(WANTED, PREDICTED))
    assert value("mape") == pytest.approx(oracle.mean_absolute_percentage_error(WANTED, PREDICTED))
    assert value("r2") == pytest.approx(oracle.r2_score(WANTED, PREDICTED))


def test_equal_torchmetrics() -> None:
    left, right = PREDICTED.flatten(), WANTED.flatten()
    assert value("smape") == pytest.approx(tm.symmetric_mean_absolute_percentage_error(left, right).item())
    assert value("wape") == pytest.approx(tm.weighted_mean_absolute_percentage_error(left, right).item())
    assert value("rse") == pytest.approx(tm.relative_squared_error(left, right, squared=False).item())
    assert value("r2", PREDICTED[:, 0], WANTED[:, 0]) == pytest.approx(
        tm.r2_score(PREDICTED[:, 0], WANTED[:, 0]).item()
    )


def test_zeros_and_constants() -> None:
    zeros, ones = torch.zeros(4), torch.ones(4)
    assert value("mape", ones, zeros) == pytest.approx(oracle.mean_absolute_percentage_error(zeros, ones))
    assert value("smape", zeros, zeros) == 0.0
    assert value("smape", ones, zeros) == 2.0
    assert value("wape", ones, zeros) == float("inf")
    for level in (0.1, 0.5):  # scikit-learn itself takes 0.1 for not quite constant
        constant = torch.full((7,), level)
        assert value("r2", constant, constant) == oracle.r2_score(ones, ones) == 1.0
        assert value("r2", constant + 0.5, constant) == oracle.r2_score(ones, ones + 0.5) == 0.0
        assert value("rse", constant + 0.5, constant) == float("inf")
    assert torch.tensor(value("r2", ones[:1], zeros[:1])).isnan()


@pytest.mark.parametrize("name", ["r2", "rse"])
def test_a_large_level_leaves_no_share_of_the_variance_out(name):
    random = torch.Generator().manual_seed(0)
    wanted = torch.randn(50, 2, generator=random, dtype=torch.float64)
    predicted = wanted + 0.3 * torch.randn(50, 2, generator=random, dtype=torch.float64)
    made = measure(name)
    assert made.of(predicted + 1e12, wanted + 1e12).item() == pytest.approx(made.of(predicted, wanted).item(), abs=1e-3)


def test_a_large_offset_does_not_spoil_the_spread() -> None:
    wanted, predicted = WANTED[:, 0] + 1e5, PREDICTED[:, 0] + 1e5
    assert value("r2", predicted, wanted) == pytest.approx(oracle.r2_score(wanted, predicted), rel=1e-4)


def test_no_samples_have_no_value() -> None:
    empty = torch.empty(0, 2)
    for name in ("mse", "rmse", "mae", "mape", "smape", "wape", "rse", "r2"):
        assert measure(name).of(empty, empty).isnan(), name


def test_shapes_never_broadcast() -> None:
    with pytest.raises(ShapeError, match=r"\(4, 1\) and targets of shape \(4, 2\)"):
        measure("mse").of(torch.zeros(4, 1), torch.zeros(4, 2))
    assert value("mse", torch.ones(4, 1), torch.zeros(4)) == 1.0


def test_mase_is_one_for_the_naive_rule_on_its_own_series() -> None:
    series = torch.randn(60, generator=GENERATOR).cumsum(0)
    for season in (1, 7):
        mase = MeanAbsoluteScaledError().learnt(series, season)
        assert mase.of(series[:-season], series[season:]).item() == pytest.approx(1.0)
        assert mase.scale == pytest.approx(naive_error(series, season))


def test_mase_takes_one_scale_a_series() -> None:
    predicted, wanted = torch.tensor([[1.0, 2.0], [10.0, 20.0]]), torch.zeros(2, 2)
    mase = MeanAbsoluteScaledError()
    scaled = mase.value(mase.sums(predicted, wanted, scales=torch.tensor([1.0, 10.0])))
    assert scaled.item() == pytest.approx((1 + 2 + 1 + 2) / 4)


def test_mase_without_a_scale() -> None:
    with pytest.raises(NotReadyError, match=r"call learnt\(training_series, season\)"):
        value("mase")
    with pytest.raises(SpecError, match="constant series"):
        MeanAbsoluteScaledError().learnt(torch.ones(5))
    with pytest.raises(ShapeError, match="more steps than one season"):
        naive_error(torch.ones(5), season=5)
