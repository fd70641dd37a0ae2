"""The shells gather what the pure measures compute, and what users bring is taken in."""

import subprocess
import sys

import pytest
import torch
import torchmetrics
from torch import Tensor

from crnn.errors import ShapeError, SpecError, UnknownNameError
from crnn.metrics import METRICS, CustomMeasure, measure
from crnn.metrics.modules import metric, shell

SCORES = torch.randn(12, 3, generator=torch.Generator().manual_seed(1)).softmax(1)
TRUTH = torch.tensor([0, 1, 2, 0, 1, 2, 2, 2, 1, 0, 1, 1])


def worst(predictions: Tensor, targets: Tensor) -> float:
    return float(predictions.gather(1, targets[:, None]).min())


def test_a_function_sees_all_samples_at_once() -> None:
    module = metric(worst, outputs=3)
    for rows in (slice(0, 5), slice(5, 12)):
        module.update(SCORES[rows], TRUTH[rows])
    assert module.compute().item() == pytest.approx(worst(SCORES, TRUTH))
    assert measure(worst).name == "worst"
    assert measure(worst).higher_is_better


def test_direction_of_a_custom_measure() -> None:
    custom = CustomMeasure(worst, "worst error", higher_is_better=False)
    assert not custom.higher_is_better
    assert metric(custom, 3).higher_is_better is False
    assert custom.value(custom.start(3)).isnan()
    with pytest.raises(ShapeError, match="'each' gives shape"):
        CustomMeasure(lambda predictions, targets: predictions, "each").of(SCORES, TRUTH)


def test_torchmetrics_objects_pass_through_and_agree() -> None:
    given = torchmetrics.classification.MulticlassF1Score(num_classes=3)
    assert metric(given, outputs=3) is given
    ours = metric("f1", outputs=3)
    for module in (given, ours):
        module.update(SCORES, TRUTH)
    assert ours.compute().item() == pytest.approx(given.compute().item())


def test_unknown_things_say_what_is_known() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'accuracy'"):
        measure("acuracy")
    with pytest.raises(SpecError, match="the class CustomMeasure"):
        measure(CustomMeasure)
    with pytest.raises(SpecError, match="given as 3"):
        measure(3)  # type: ignore[arg-type]


def test_a_shell_resets_and_follows_its_state() -> None:
    module = shell(METRICS.make("accuracy"), 3)
    module.update(SCORES, TRUTH)
    module.reset()
    module.update(SCORES[:1], SCORES[:1].argmax(1))
    assert module.compute().item() == 1.0


def test_the_shelf_does_not_load_torchmetrics() -> None:
    code = "import sys, crnn.metrics; assert 'torchmetrics' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONPATH": ":".join(sys.path)})
