"""What every metric on the shelf must keep, whatever it measures."""

import json
import warnings
from typing import Any

import pytest
import torch

from crnn.metrics import METRICS, Measure
from crnn.metrics.modules import shell
from crnn.metrics.regression import MeanAbsoluteScaledError

OUTPUTS, SAMPLES = 7, 30
VALUES = {"mse", "rmse", "mae", "mape", "smape", "wape", "mase", "rse", "r2"}


@pytest.fixture(params=sorted(METRICS))
def measure(request: pytest.FixtureRequest) -> Measure[Any]:
    made = METRICS.make(request.param)
    return MeanAbsoluteScaledError(scale=2.0) if isinstance(made, MeanAbsoluteScaledError) else made


def case(measure: Measure[Any], perfect: bool = False) -> tuple[Any, Any]:
    generator = torch.Generator().manual_seed(11)
    if measure.kind == "text":
        words = ["turn on", "turn off", "the light", "on"]
        picks = torch.randint(0, 4, (2, SAMPLES), generator=generator).tolist()
        targets: Any = [words[index] for index in picks[0]]
        return (targets if perfect else [words[index] for index in picks[1]]), targets
    if measure.name in VALUES:
        targets = torch.randn(SAMPLES, OUTPUTS, generator=generator) + 3
        return (targets if perfect else targets + torch.randn(SAMPLES, OUTPUTS, generator=generator)), targets
    if measure.kind == "quantiles":
        targets = torch.randn(SAMPLES, OUTPUTS, generator=generator)
        ends = torch.tensor([-5.0, 0.0, 5.0]) if perfect else torch.tensor([-0.5, 0.0, 0.5])
        return ends.expand(SAMPLES, OUTPUTS, 3), targets
    targets = torch.randint(0, OUTPUTS, (SAMPLES,), generator=generator)
    scores = torch.randn(SAMPLES, OUTPUTS, generator=generator)
    return (torch.nn.functional.one_hot(targets, OUTPUTS).float() if perfect else scores.softmax(1)), targets


def test_name_is_the_name_on_the_shelf(measure: Measure[Any]) -> None:
    assert METRICS.describe(measure)["name"] == measure.name


def test_says_what_it_judges(measure: Measure[Any]) -> None:
    assert measure.judges
    assert {*measure.judges} <= {"classes", "labels", "values", "texts"}
    assert (measure.kind == "text") == (measure.judges == ("texts",))


def test_survives_json_and_is_equal_by_value(measure: Measure[Any]) -> None:
    assert METRICS.make(json.loads(json.dumps(METRICS.describe(measure)))) == measure
    hash(measure)


def test_batches_and_processes_give_the_value_of_the_union(measure: Measure[Any]) -> None:
    predictions, targets = case(measure)
    whole = measure.of(predictions, targets)
    total = measure.start(OUTPUTS)
    left, right = (shell(measure, OUTPUTS) for _ in range(2))
    for module, rows in ((left, slice(0, 7)), (left, slice(7, 8)), (right, slice(8, None))):
        total = measure.add(total, measure.sums(predictions[rows], targets[rows]))
        module.update(predictions[rows], targets[rows])
    torch.testing.assert_close(measure.value(total), whole)
    for key in total:
        mine, other = getattr(left, key), getattr(right, key)
        # What a gather over two processes leaves behind: the sum, or everything joined.
        setattr(left, key, torch.cat([*mine, *other]) if measure.joins else mine + other)
    torch.testing.assert_close(left.compute(), whole)


def test_a_better_answer_has_a_better_value(measure: Measure[Any]) -> None:
    if not measure.scalar:
        pytest.skip("a table has no direction")
    worse, best = measure.of(*case(measure)).item(), measure.of(*case(measure, perfect=True)).item()
    assert best > worse if measure.higher_is_better else best < worse
    assert best == (1.0 if measure.higher_is_better else 0.0)


def test_start_has_the_shape_of_what_batches_add(measure: Measure[Any]) -> None:
    start, sums = measure.start(OUTPUTS), measure.sums(*case(measure))
    assert start.keys() == sums.keys()
    for key in start:
        first = 1 if measure.joins else 0
        assert start[key].shape[first:] == sums[key].shape[first:]
        assert start[key].dtype == sums[key].dtype


def test_a_fresh_shell_has_no_value(measure: Measure[Any]) -> None:
    module = shell(measure, OUTPUTS)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*compute.*before the.*update.*")
        value = module.compute()
    assert value.isnan() if measure.scalar else not value.any()


def test_value_of_a_scalar_measure_has_no_axes(measure: Measure[Any]) -> None:
    assert (measure.of(*case(measure)).dim() == 0) == measure.scalar


def test_a_shell_keeps_no_gradient(measure: Measure[Any]) -> None:
    predictions, targets = case(measure)
    if measure.kind == "text":
        pytest.skip("texts have no gradient")
    module = shell(measure, OUTPUTS)
    module.update(predictions.requires_grad_(), targets)
    assert not module.compute().requires_grad
