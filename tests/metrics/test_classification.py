"""Measures of classes against scikit-learn and torchmetrics, absent classes and empty sets too."""

import numpy as np
import pytest
import sklearn.metrics as oracle
import torch
import torchmetrics.functional as tm
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from crnn.errors import ShapeError, SpecError, UnknownNameError
from crnn.metrics import METRICS, measure
from crnn.metrics.classification import F1, BalancedAccuracy, Precision, Recall, TopKAccuracy
from crnn.metrics.functional import confusion_matrix

SHARES = {"precision": oracle.precision_score, "recall": oracle.recall_score, "f1": oracle.f1_score}


def classes(seed: int, present: int = 5, samples: int = 40) -> tuple[Tensor, Tensor]:
    """Five classes, of which only the first `present` occur; answers may be of any class."""
    generator = torch.Generator().manual_seed(seed)
    scores = torch.randn(samples, 5, generator=generator).softmax(dim=1)
    return scores, torch.randint(0, present, (samples,), generator=generator)


def labels(seed: int, samples: int = 30, count: int = 3) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    scores = torch.rand(samples, count, generator=generator)
    return scores, (torch.rand(samples, count, generator=generator) > 0.6).long()


@pytest.mark.parametrize("present", [1, 3, 5])
@pytest.mark.parametrize("samples", [2, 40])
def test_classes_equal_scikit_learn(present: int, samples: int) -> None:
    scores, truth = classes(1, present, samples)
    answers = scores.argmax(1).numpy()
    assert measure("accuracy").of(scores, truth).item() == pytest.approx(oracle.accuracy_score(truth, answers))
    recalls = oracle.recall_score(truth, answers, labels=sorted(set(truth.tolist())), average="macro", zero_division=0)
    assert BalancedAccuracy().of(scores, truth).item() == pytest.approx(recalls)
    wanted = oracle.confusion_matrix(truth, answers, labels=range(5))
    np.testing.assert_array_equal(confusion_matrix(scores, truth), wanted)
    for name, function in SHARES.items():
        for average in ("macro", "micro", "weighted"):
            value = measure({"name": name, "average": average}).of(scores, truth)
            wanted = function(truth, answers, average=average, zero_division=0)
            assert value.item() == pytest.approx(wanted), (name, average)
        by_class = function(truth, answers, average=None, labels=range(5), zero_division=0)
        np.testing.assert_allclose(measure({"name": name, "average": None}).of(scores, truth), by_class)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 1000), st.integers(1, 5), st.integers(1, 30))
def test_classes_equal_torchmetrics(seed: int, present: int, samples: int) -> None:
    scores, truth = classes(seed, present, samples)
    for name, function in (
        ("precision", tm.classification.multiclass_precision),
        ("recall", tm.classification.multiclass_recall),
        ("f1", tm.classification.multiclass_f1_score),
    ):
        wanted = function(scores, truth, num_classes=5, average="macro").item()
        assert measure(name).of(scores, truth).item() == pytest.approx(wanted, abs=1e-6)
    wanted = oracle.top_k_accuracy_score(truth, scores, k=2, labels=range(5))
    assert TopKAccuracy(2).of(scores, truth).item() == pytest.approx(wanted)


@pytest.mark.parametrize("seed", [0, 1])
def test_labels_equal_scikit_learn(seed: int) -> None:
    scores, truth = labels(seed)
    truth[:, 1] = 0  # a label that never holds
    scores[:, 1] = 0.1  # and is never said to
    answers = (scores >= 0.5).long()
    assert measure("accuracy").of(scores, truth).item() == pytest.approx((answers == truth).float().mean().item())
    for name, function in SHARES.items():
        for average in ("macro", "micro", "weighted", None):
            value = measure({"name": name, "average": average}).of(scores, truth)
            np.testing.assert_allclose(value, function(truth, answers, average=average, zero_division=0))


@pytest.mark.parametrize("column", [False, True])
def test_one_output_is_a_yes_or_no_question(column: bool) -> None:
    scores, truth = labels(4, count=1)
    answers = (scores >= 0.5).long()[:, 0]
    given_scores, given_truth = (scores, truth[:, 0]) if column else (scores[:, 0], truth[:, 0])
    for name, function in SHARES.items():
        assert measure(name).of(given_scores, given_truth).item() == pytest.approx(function(truth[:, 0], answers))
    wanted = oracle.balanced_accuracy_score(truth[:, 0], answers)
    assert BalancedAccuracy().of(given_scores, given_truth).item() == pytest.approx(wanted)
    np.testing.assert_array_equal(
        confusion_matrix(given_scores, given_truth), oracle.confusion_matrix(truth[:, 0], answers)
    )
    assert measure("precision").of(torch.zeros(4), torch.zeros(4)).item() == 0.0


def test_balanced_accuracy_of_labels_is_the_mean_over_them() -> None:
    scores, truth = labels(6)
    each = [oracle.balanced_accuracy_score(truth[:, k], scores[:, k] >= 0.5) for k in range(3)]
    assert BalancedAccuracy().of(scores, truth).item() == pytest.approx(sum(each) / 3)


def test_a_network_that_always_says_the_same_does_not_shine() -> None:
    truth = torch.tensor([0] * 90 + [1] * 10)
    constant = torch.tensor([[0.9, 0.1]]).expand(100, 2)
    assert measure("accuracy").of(constant, truth).item() == 0.9
    assert measure("balanced_accuracy").of(constant, truth).item() == 0.5
    assert measure("auc").of(constant, truth).item() == 0.5
    flat = torch.full((100, 8), 0.125)
    assert TopKAccuracy(1).of(flat, truth) == measure("accuracy").of(flat, truth)


def test_no_samples_have_no_value() -> None:
    empty = torch.empty(0, 4), torch.empty(0, dtype=torch.int64)
    for name in ("accuracy", "top_k_accuracy", "balanced_accuracy", "precision", "recall", "f1", "auc"):
        assert measure(name).of(*empty).isnan(), name
        assert measure(name).value(measure(name).start(4)).isnan(), name
    assert confusion_matrix(*empty).equal(torch.zeros(4, 4, dtype=torch.int64))


@pytest.mark.parametrize(
    ("scores", "truth", "message"),
    [
        (torch.rand(3, 4), torch.tensor([0, 1, 4]), r"hold classes 0 to 4, the scores are for 0 to 3"),
        (torch.rand(3, 4), torch.tensor([0, -1, 2]), r"-1 to 2"),
        (torch.rand(3, 4), torch.tensor([0, 1]), r"\(3, 4\) and targets of shape \(2,\).*do not belong together"),
        (torch.rand(3, 4), torch.rand(3), r"torch\.float32 do not belong together"),
        (torch.rand(3, 2, 4), torch.zeros(3, 2), r"\(3, 2, 4\)"),
    ],
)
def test_what_does_not_belong_together_is_refused(scores: Tensor, truth: Tensor, message: str) -> None:
    with pytest.raises(ShapeError, match=message):
        measure("accuracy").of(scores, truth)


def test_labels_have_no_single_answer() -> None:
    for name in ("confusion_matrix", "top_k_accuracy"):
        with pytest.raises(ShapeError, match="leave this metric out"):
            measure(name).of(*labels(0))


def test_settings_and_names() -> None:
    assert [Precision().name, Recall("micro").name, F1(None).name] == ["precision", "recall_micro", "f1_by_class"]
    assert [TopKAccuracy().name, TopKAccuracy(3).name] == ["top_k_accuracy", "top_3_accuracy"]
    assert not F1(None).scalar
    assert not METRICS.make("confusion_matrix").scalar
    with pytest.raises(UnknownNameError, match="Did you mean 'macro'"):
        F1("marco")  # type: ignore[arg-type]
    for k in (0, True, 1.5):
        with pytest.raises(SpecError, match="whole number"):
            TopKAccuracy(k)  # type: ignore[arg-type]
