"""Reliability against a loop over the bins."""

import numpy as np
import pytest
import torch

from crnn.data.example import Record
from crnn.report.calibration import of, reliability
from crnn.report.judged import Judged, judge


def test_calibration_error_equals_its_definition():
    rng = np.random.default_rng(1)
    said, held = rng.random(500), rng.random(500) < 0.5
    error = 0.0
    for low in np.arange(10) / 10:
        inside = (said > low) & (said <= low + 0.1)
        error += abs(said[inside].mean() - held[inside].mean()) * inside.mean()
    assert reliability(torch.from_numpy(said), torch.from_numpy(held)).error == pytest.approx(error)


@pytest.mark.parametrize("said", [0.0, 1.0])
def test_the_ends_fall_into_a_bin(said):
    found = reliability(torch.tensor([said]), torch.tensor([bool(said)]))
    assert found.counts.sum() == 1
    assert found.error == 0


def test_honest_answers_have_no_error(make):
    answers = [0] * 8 + [1] * 2
    assert of(judge(*make(["a", "b"], [0] * 10, answers, 0.8))).error == pytest.approx(0, abs=1e-6)


def test_each_label_counts_by_itself():
    predictions = torch.tensor([[0.9, 0.2]], dtype=torch.float64)
    judged = Judged("labels", ["a", "b"], [Record(0)], predictions, torch.tensor([[1.0, 0.0]]))
    found = of(judged)
    assert found.counts.sum() == 2
    assert found.error == pytest.approx((0.1 + 0.2) / 2)
