"""Cross-entropies against torch and scikit-learn, and their refusals."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from sklearn.utils.class_weight import compute_class_weight
from torch import Tensor

from crnn.errors import NotReadyError, ShapeError, SpecError
from crnn.losses import BinaryCrossEntropy, CrossEntropy
from crnn.padded import Padded

GENERATOR = torch.Generator().manual_seed(3)
LOGITS = torch.randn(8, 4, generator=GENERATOR) * 3
CLASSES = torch.tensor([0, 1, 2, 3, 0, 0, 2, 1])
SCORES = Padded.whole(LOGITS[:, None])
WEIGHTS = torch.rand(8, generator=GENERATOR) + 0.1


def test_class_weights_equal_torch() -> None:
    class_weights = (0.5, 1.0, 2.0, 3.0)
    wanted = F.cross_entropy(LOGITS, CLASSES, weight=torch.tensor(class_weights))
    torch.testing.assert_close(CrossEntropy(class_weights=class_weights).loss(SCORES, CLASSES), wanted)


def test_smoothing_equals_torch_and_sample_weights_equal_repeats() -> None:
    loss = CrossEntropy(label_smoothing=0.1)
    torch.testing.assert_close(loss.loss(SCORES, CLASSES), F.cross_entropy(LOGITS, CLASSES, label_smoothing=0.1))
    repeats = torch.tensor([1, 2, 3, 1, 1, 4, 1, 0])
    repeated = Padded.whole(SCORES.data.repeat_interleave(repeats, dim=0))
    torch.testing.assert_close(
        loss.loss(SCORES, CLASSES, repeats.float()), loss.loss(repeated, CLASSES.repeat_interleave(repeats))
    )


def test_shares_that_are_one_hot_equal_class_numbers() -> None:
    shares = F.one_hot(CLASSES, 4).float()
    for loss in (CrossEntropy(), CrossEntropy(0.2, (0.5, 1.0, 2.0, 3.0))):
        torch.testing.assert_close(loss.loss(SCORES, shares, WEIGHTS), loss.loss(SCORES, CLASSES, WEIGHTS))
    mixed = 0.3 * shares + 0.7 * shares.roll(1, dims=0)
    torch.testing.assert_close(CrossEntropy().loss(SCORES, mixed), F.cross_entropy(LOGITS, mixed))


def test_balanced_equals_scikit_learn_and_must_be_resolved() -> None:
    counts = torch.bincount(CLASSES).tolist()
    wanted = compute_class_weight("balanced", classes=np.arange(4), y=CLASSES.numpy())
    resolved = CrossEntropy(class_weights="balanced").balanced(counts)
    assert resolved.class_weights == pytest.approx(tuple(wanted))
    assert CrossEntropy(class_weights="balanced").balanced([3, 0, 3]).class_weights == (1.0, 1.0, 1.0)
    assert CrossEntropy().balanced(counts) == CrossEntropy()
    with pytest.raises(NotReadyError, match=r"call balanced\(counts\)"):
        CrossEntropy(class_weights="balanced").loss(SCORES, CLASSES)


@pytest.mark.parametrize(
    ("targets", "message"),
    [
        (torch.tensor([0, 4, 1]), r"class 4 \(row 1\), it needs 0 to 3"),
        (torch.tensor([-1, 2, -3]), r"class -1 \(rows 0, 2\)"),
        (torch.tensor([0.0, 1.0]), r"torch\.float32, it needs class numbers"),
        (torch.tensor([[0], [1]]), r"shape \(2, 1\) and type torch\.int64"),
        (torch.full((2, 3), 1 / 3), r"shares of shape \(2, 3\), it needs \(B, 4\)"),
        (torch.full((2, 4), 0.5), r"do not sum to 1 in rows 0, 1"),
        (torch.full((2, 4), float("nan")), "NaN or infinity in rows 0, 1"),
        (torch.tensor([True, False]), r"torch\.bool"),
        (Padded.whole(torch.ones(2, 3)), 'choose the loss "ctc"'),
    ],
)
def test_cross_entropy_refuses(targets: Tensor | Padded, message: str) -> None:
    with pytest.raises(ShapeError, match=message):
        CrossEntropy().check(targets, outputs=4)


def test_cross_entropy_refuses_one_class_and_wrong_weights() -> None:
    with pytest.raises(ShapeError, match="binary_cross_entropy"):
        CrossEntropy().check(torch.zeros(3, dtype=torch.int64), outputs=1)
    with pytest.raises(ShapeError, match="2 class_weights for 4 classes"):
        CrossEntropy(class_weights=(1.0, 2.0)).check(CLASSES, outputs=4)
    for bad in ({"label_smoothing": 1.0}, {"class_weights": "balance"}, {"class_weights": (-1.0, 2.0)},
                {"class_weights": ()}, {"class_weights": (0.0, 0.0)}):  # fmt: skip
        with pytest.raises(SpecError, match="give"):
            CrossEntropy(**bad)  # type: ignore[arg-type]


def test_steps_are_refused_with_the_way_out() -> None:
    with pytest.raises(ShapeError, match='set the head\'s summary to "last"'):
        CrossEntropy().loss(Padded.whole(torch.zeros(2, 3, 4)), torch.zeros(2, dtype=torch.int64))


def test_binary_equals_torch() -> None:
    labels = (torch.rand(8, 4, generator=GENERATOR) > 0.5).float()
    factor = (1.0, 2.0, 3.0, 4.0)
    wanted = F.binary_cross_entropy_with_logits(LOGITS, labels, pos_weight=torch.tensor(factor))
    torch.testing.assert_close(BinaryCrossEntropy(factor).loss(SCORES, labels), wanted)
    smoothed = F.binary_cross_entropy_with_logits(LOGITS, labels * 0.9 + 0.05)
    torch.testing.assert_close(BinaryCrossEntropy(label_smoothing=0.1).loss(SCORES, labels), smoothed)


@pytest.mark.parametrize("dtype", [torch.int64, torch.bool, torch.float32, torch.float64])
def test_binary_takes_one_output_as_a_vector_of_any_type(dtype: torch.dtype) -> None:
    scores, targets = Padded.whole(LOGITS[:, None, :1]), (CLASSES > 1).to(dtype)
    BinaryCrossEntropy().check(targets, outputs=1)
    wanted = F.binary_cross_entropy_with_logits(LOGITS[:, 0], (CLASSES > 1).float())
    torch.testing.assert_close(BinaryCrossEntropy().loss(scores, targets), wanted)
    assert BinaryCrossEntropy().link(scores).shape == (8, 1)


def test_binary_takes_whole_numbers_as_example_sets_stack_them() -> None:
    stacked = Padded.whole(F.one_hot(CLASSES, 4))
    BinaryCrossEntropy().check(stacked, outputs=4)
    torch.testing.assert_close(
        BinaryCrossEntropy().loss(SCORES, stacked), BinaryCrossEntropy().loss(SCORES, stacked.data.float())
    )


@pytest.mark.parametrize(
    ("targets", "message"),
    [
        (torch.full((2, 4), 2.0), r"given 2 \(rows 0, 1\), it needs 0 or 1"),
        (torch.zeros(2, 3), r"\(2, 3\).*it needs real numbers of shape \(B, 4\)"),
        (torch.zeros(2), r"shape \(2,\)"),
        (torch.full((2, 4), float("inf")), "NaN or infinity"),
        (Padded(torch.zeros(2, 4), torch.tensor([4, 2])), "sequences as targets"),
    ],
)
def test_binary_refuses(targets: Tensor | Padded, message: str) -> None:
    with pytest.raises(ShapeError, match=message):
        BinaryCrossEntropy().check(targets, outputs=4)


def test_binary_refuses_wrong_weights() -> None:
    with pytest.raises(ShapeError, match="1 positive_weights for 4 labels"):
        BinaryCrossEntropy((1.0,)).check(torch.zeros(2, 4), outputs=4)
    with pytest.raises(SpecError, match="positive_weights"):
        BinaryCrossEntropy((float("nan"),))
