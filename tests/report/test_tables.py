"""Tables against scikit-learn and against the definition of the Wilson interval."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import precision_recall_fscore_support

from crnn.data.example import Record
from crnn.report.judged import Judged, judge
from crnn.report.tables import Z95, class_rows, compared, group_rows, wilson


@given(st.integers(1, 400).flatmap(lambda count: st.tuples(st.integers(0, count), st.just(count))))
def test_the_ends_of_wilsons_interval_solve_its_equation(pair):
    right, count = pair
    share = right / count
    low, high = wilson(right, count)
    assert 0 <= low <= share + 1e-12
    assert share - 1e-12 <= high <= 1
    for end in (low, high):
        if 0 < end < 1:
            assert (share - end) ** 2 == pytest.approx(Z95**2 * end * (1 - end) / count, abs=1e-12)


def test_class_rows_equal_scikit_learn(make):
    rng = np.random.default_rng(0)
    truth, answers = rng.integers(0, 5, 200), rng.integers(0, 5, 200)
    rows = class_rows(judge(*make(list("abcde"), truth.tolist(), answers.tolist())))
    precision, recall, f1, support = precision_recall_fscore_support(truth, answers)
    assert [row.precision for row in rows] == pytest.approx(precision)
    assert [row.recall for row in rows] == pytest.approx(recall)
    assert [row.f1 for row in rows] == pytest.approx(f1)
    assert [row.actual for row in rows] == support.tolist()


def test_what_cannot_be_divided_is_nan_not_zero(make):
    row = class_rows(judge(*make(["a", "b", "never"], [0, 1], [0, 1])))[2]
    assert (row.actual, row.predicted) == (0, 0)
    assert all(math.isnan(value) for value in (row.precision, row.recall, row.f1))


def test_groups_stand_worst_first_with_their_counts(make):
    groups = ["ann", "ann", "bob", "bob", "bob"]
    records = [Record(None, "a", f"{row}", group) for row, group in enumerate(groups)]
    rows = group_rows(judge(*make(["a", "b"], [0] * 5, [0, 0, 0, 1, 1], records=records)))
    assert [(row.name, row.right, row.count) for row in rows] == [("bob", 1, 3), ("ann", 2, 2)]
    assert all(row.low <= row.share <= row.high for row in rows)


def test_no_groups_no_table(make):
    assert group_rows(judge(*make(["a", "b"], [0, 1], [0, 1]))) == []


def test_the_commonest_class_is_the_blind_rule(make):
    made = make(["a", "b"], [1, 1, 1, 0], [0, 1, 1, 0])
    network, blind = compared(judge(*made), made.evaluation.values)
    assert network.values["accuracy"] == 0.75
    assert "“b”" in blind.who
    assert blind.values["accuracy"] == 0.75
    assert blind.values["balanced_accuracy"] == 0.5


def test_values_stand_beside_mean_and_median():
    truth = torch.tensor([[0.0], [0.0], [9.0]], dtype=torch.float64)
    judged = Judged("values", ["value"], [Record(0)] * 3, truth.clone(), truth)
    network, mean, median = compared(judged, {"loss": 0.0})
    assert network.values["mae"] == 0
    assert mean.values["rmse"] == pytest.approx(truth.std(correction=0).item())
    assert mean.values["r2"] == pytest.approx(0)
    assert median.values["mae"] == 3


def test_a_measure_of_the_users_own_is_shown_without_a_rule_beside_it(make):
    made = make(["a", "b"], [0, 1], [0, 1])
    network, blind = compared(judge(*made), {"loss": 1.0, "my_own": 0.25, "a_matrix": torch.eye(2)})
    assert network.values["my_own"] == 0.25
    assert math.isnan(blind.values["my_own"])
    assert "a_matrix" not in network.values
