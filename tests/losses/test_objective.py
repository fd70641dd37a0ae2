"""What stands for an objective: names, dicts, objects, torch losses, callables."""

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from crnn.errors import ShapeError, SpecError, UnknownNameError
from crnn.losses import CTC, LOSSES, CrossEntropy, CustomObjective, Huber, Objective, objective
from crnn.padded import Padded

GENERATOR = torch.Generator().manual_seed(7)
LOGITS = torch.randn(5, 3, generator=GENERATOR)
SCORES = Padded.whole(LOGITS[:, None])
CLASSES = torch.tensor([0, 2, 1, 1, 0])
VALUES = torch.rand(5, 3, generator=GENERATOR)


def test_name_dict_object() -> None:
    assert objective("Cross-Entropy") == CrossEntropy()
    assert objective({"name": "cross_entropy", "class_weights": [1, 2]}) == CrossEntropy(class_weights=(1, 2))
    kept = Huber(3.0)
    assert objective(kept) is kept


def test_unknown_things_say_what_is_known() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'huber'"):
        objective("hubert")
    with pytest.raises(SpecError, match="no setting 'smoothing'"):
        objective({"name": "cross_entropy", "smoothing": 0.1})
    with pytest.raises(SpecError, match="the class CrossEntropyLoss"):
        objective(nn.CrossEntropyLoss)
    with pytest.raises(SpecError, match="given as 3"):
        objective(3)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("module", "targets"),
    [
        (nn.CrossEntropyLoss(), CLASSES),
        (nn.CrossEntropyLoss(weight=torch.tensor([1.0, 2.0, 0.5])), CLASSES),
        (nn.CrossEntropyLoss(label_smoothing=0.1), CLASSES),
        (nn.CrossEntropyLoss(weight=torch.tensor([1.0, 2.0, 0.5]), label_smoothing=0.1), CLASSES),
        (nn.CrossEntropyLoss(ignore_index=1), CLASSES),
        (nn.BCEWithLogitsLoss(), VALUES.round()),
        (nn.BCEWithLogitsLoss(pos_weight=torch.tensor([1.0, 2.0, 0.5])), VALUES.round()),
        (nn.MSELoss(), VALUES),
        (nn.MSELoss(reduction="sum"), VALUES),
        (nn.L1Loss(), VALUES),
        (nn.HuberLoss(delta=0.3), VALUES),
        (nn.SmoothL1Loss(), VALUES),
    ],
)
def test_a_torch_loss_keeps_its_value(module: nn.Module, targets: Tensor) -> None:
    torch.testing.assert_close(objective(module).loss(SCORES, targets), module(LOGITS, targets))


def test_a_torch_loss_that_we_know_gets_its_link_and_can_be_saved() -> None:
    torch.testing.assert_close(objective(nn.CrossEntropyLoss()).link(SCORES), LOGITS.softmax(-1))
    torch.testing.assert_close(objective(nn.BCEWithLogitsLoss()).link(SCORES), LOGITS.sigmoid())
    assert LOSSES.describe(objective(nn.HuberLoss(delta=2.0))) == {"name": "huber", "delta": 2.0}
    assert objective(nn.CTCLoss()) == CTC()
    with pytest.raises(SpecError, match="blank is class 0"):
        objective(nn.CTCLoss(blank=2))


def test_any_callable_is_wrapped_with_the_identity_link() -> None:
    def each(scores: Tensor, targets: Tensor) -> Tensor:
        return F.cross_entropy(scores, targets, reduction="none")

    wrapped = objective(each)
    assert isinstance(wrapped, Objective)
    weights = torch.tensor([1.0, 0.0, 2.0, 1.0, 1.0])
    wanted = (each(LOGITS, CLASSES) * weights).sum() / 5
    torch.testing.assert_close(wrapped.loss(SCORES, CLASSES, weights), wanted)
    torch.testing.assert_close(wrapped.link(SCORES), LOGITS)
    with pytest.raises(ShapeError, match="one loss for each of the 5 samples"):
        CustomObjective(nn.MSELoss()).loss(SCORES, VALUES, weights)
    with pytest.raises(SpecError, match="cannot be saved"):
        LOSSES.describe(wrapped)
