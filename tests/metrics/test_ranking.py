"""ROC AUC against scikit-learn and against counting pairs."""

import pytest
import sklearn.metrics as oracle
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from crnn.metrics.functional import roc_auc
from crnn.metrics.ranking import AUC


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.booleans()), min_size=1, max_size=20))
def test_is_the_share_of_pairs_in_the_right_order(samples: list[tuple[int, bool]]) -> None:
    pairs = [(high > low) + 0.5 * (high == low) for high, yes in samples if yes for low, no in samples if not no]
    value = roc_auc(torch.tensor([float(score) for score, _ in samples]), torch.tensor([yes for _, yes in samples]))
    if pairs:
        assert value.item() == pytest.approx(sum(pairs) / len(pairs))
    else:
        assert value.isnan()


def test_equals_scikit_learn() -> None:
    generator = torch.Generator().manual_seed(0)
    scores = torch.randn(80, 4, generator=generator).mul(2).round().softmax(1)  # rounded, so that there are ties
    truth = torch.randint(0, 4, (80,), generator=generator)
    wanted = oracle.roc_auc_score(truth, scores.double() / scores.double().sum(1, keepdim=True), multi_class="ovr")
    assert AUC().of(scores, truth).item() == pytest.approx(wanted, abs=1e-3)
    each = [oracle.roc_auc_score(truth == k, scores[:, k]) for k in range(4)]
    assert AUC().of(scores, truth).item() == pytest.approx(sum(each) / 4, abs=1e-12)

    labels = torch.rand(80, 3, generator=generator) > 0.7
    assert AUC().of(scores[:, :3], labels).item() == pytest.approx(oracle.roc_auc_score(labels, scores[:, :3]))
    binary = oracle.roc_auc_score(labels[:, 0], scores[:, 0])
    assert AUC().of(scores[:, 0], labels[:, 0].long()).item() == pytest.approx(binary)
    assert AUC().of(scores[:, :1], labels[:, 0]).item() == pytest.approx(binary)


def test_a_class_without_a_curve_is_left_out() -> None:
    scores = torch.tensor([[0.7, 0.2, 0.1], [0.2, 0.7, 0.1], [0.6, 0.3, 0.1]])
    assert AUC().of(scores, torch.tensor([0, 1, 0])).item() == 1.0
    assert AUC().of(scores, torch.tensor([0, 0, 0])).isnan()
