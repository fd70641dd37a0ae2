"""Losses for values against torch and scikit-learn, and their refusals."""

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import mean_pinball_loss
from torch import Tensor

from crnn.errors import ShapeError, SpecError
from crnn.losses import MAE, MSE, Huber, Quantile
from crnn.losses.regression import middle
from crnn.padded import Padded

GENERATOR = torch.Generator().manual_seed(5)
VALUES = torch.randn(6, 3, generator=GENERATOR)
WANTED = torch.randn(6, 3, generator=GENERATOR) * 2
SCORES = Padded.whole(VALUES[:, None])


def test_equal_torch() -> None:
    torch.testing.assert_close(MSE().loss(SCORES, WANTED), F.mse_loss(VALUES, WANTED))
    torch.testing.assert_close(MAE().loss(SCORES, WANTED), F.l1_loss(VALUES, WANTED))
    torch.testing.assert_close(Huber(0.5).loss(SCORES, WANTED), F.huber_loss(VALUES, WANTED, delta=0.5))


def test_a_weight_counts_as_repeats() -> None:
    repeats = torch.tensor([2, 0, 1, 3, 1, 1])
    again = Padded.whole(SCORES.data.repeat_interleave(repeats, dim=0))
    for loss in (MSE(), MAE(), Huber(), Quantile((0.2, 0.5, 0.7))):
        wanted = WANTED[:, :1] if isinstance(loss, Quantile) else WANTED
        torch.testing.assert_close(
            loss.loss(SCORES, wanted, repeats.float()), loss.loss(again, wanted.repeat_interleave(repeats, dim=0))
        )


def test_one_output_takes_a_vector_and_never_broadcasts() -> None:
    scores = Padded.whole(VALUES[:, None, :1])
    torch.testing.assert_close(MSE().loss(scores, WANTED[:, 0]), F.mse_loss(VALUES[:, 0], WANTED[:, 0]))
    with pytest.raises(ShapeError, match=r"shape \(6,\)"):
        MSE().loss(SCORES, WANTED[:, 0])


def test_quantile_equals_scikit_learn() -> None:
    loss = Quantile((0.1, 0.5, 0.9))
    assert loss.width(2) == 6
    scores = torch.randn(5, 1, 6, generator=GENERATOR)
    wanted = torch.randn(5, 2, generator=GENERATOR)
    values = scores.reshape(5, 2, 3)
    each = [
        mean_pinball_loss(wanted[:, output].numpy(), values[:, output, index].numpy(), alpha=level)
        for output in range(2)
        for index, level in enumerate(loss.levels)
    ]
    assert float(loss.loss(Padded.whole(scores), wanted)) == pytest.approx(sum(each) / 6, rel=1e-5)


@given(st.integers(0, 50))
def test_quantiles_never_cross_and_sorting_never_hurts(seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    loss, scores = Quantile((0.05, 0.4, 0.6, 0.95)), Padded.whole(torch.randn(3, 1, 8, generator=generator))
    wanted = torch.randn(3, 2, generator=generator)
    predictions = loss.link(scores)
    assert predictions.shape == (3, 2, 4)
    assert (predictions.diff(dim=-1) >= 0).all()
    sorted_scores = Padded.whole(predictions.reshape(3, 1, 8))
    assert loss.loss(sorted_scores, wanted) <= loss.loss(scores, wanted) + 1e-6
    torch.testing.assert_close(loss.point(predictions), predictions[..., 1:3].mean(-1))


@pytest.mark.parametrize(
    ("levels", "wanted"),
    [
        ((0.1, 0.5, 0.9), 10.0),  # the median itself
        ((0.05, 0.95), 5.0),  # half way
        ((0.05, 0.4, 0.8), 12.5),  # nearer to 0.4
        ((0.6, 0.7, 0.8), 0.0),
        ((0.1, 0.2, 0.3), 20.0),  # all on one side: the nearest
        ((0.9,), 0.0),
    ],
)
def test_the_point_of_quantiles_lies_in_their_middle(levels: tuple[float, ...], wanted: float) -> None:
    predictions = 10 * torch.arange(float(len(levels)))[None, None]
    assert Quantile(levels).point(predictions).tolist() == [[pytest.approx(wanted)]]
    assert middle(predictions.double().numpy(), levels).tolist() == [[pytest.approx(wanted)]]


def test_quantile_learns_the_quantiles() -> None:
    outcomes = torch.linspace(0, 1, 101)[:, None]
    loss, free = Quantile((0.1, 0.5, 0.9)), torch.zeros(1, 1, 3, requires_grad=True)
    optimizer = torch.optim.Adam([free], lr=0.02)
    for _ in range(300):
        optimizer.zero_grad()
        loss.loss(Padded.whole(free.expand(101, 1, 3)), outcomes).backward()
        optimizer.step()
    torch.testing.assert_close(free.flatten(), torch.tensor([0.1, 0.5, 0.9]), atol=0.03, rtol=0)


@pytest.mark.parametrize(
    ("targets", "message"),
    [
        (torch.tensor([[0.0, float("nan"), 1.0], [0.0, 0.0, 0.0]]), "NaN or infinity in row 0"),
        (torch.zeros(2, 4), r"\(2, 4\).*\(B, 3\)"),
        (torch.zeros(2, 3, dtype=torch.complex64), "complex64"),
        (Padded(torch.zeros(2, 3), torch.tensor([3, 1])), "sequences as targets"),
    ],
)
def test_refuses(targets: Tensor | Padded, message: str) -> None:
    for loss in (MSE(), MAE(), Huber(), Quantile()):
        with pytest.raises(ShapeError, match=message):
            loss.check(targets, outputs=3)


def test_settings_are_checked() -> None:
    for levels in ((), (0.5, 0.1), (0.0, 0.5), (0.5, 0.5), (0.5, 1.0)):
        with pytest.raises(SpecError, match="rising shares"):
            Quantile(levels)
    for delta in (0.0, -1.0, float("nan")):
        with pytest.raises(SpecError, match="above 0"):
            Huber(delta)
    with pytest.raises(ShapeError, match="multiple of 3"):
        Quantile().loss(Padded.whole(torch.zeros(2, 1, 4)), torch.zeros(2, 1))
