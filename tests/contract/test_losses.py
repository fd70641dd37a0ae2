"""What every loss on the shelf must keep, whatever it measures."""

import json

import pytest
import torch

from crnn.errors import ShapeError
from crnn.losses import LOSSES, CrossEntropy, Objective
from crnn.padded import Padded

OUTPUTS, SAMPLES = 4, 6


@pytest.fixture(params=sorted(LOSSES))
def loss(request: pytest.FixtureRequest) -> Objective:
    return LOSSES.make(request.param)


def case(loss: Objective, seed: int = 0) -> tuple[Padded, torch.Tensor | Padded]:
    """Scores and targets of the first kind that the loss accepts: class numbers, symbols, zeros and ones."""
    generator = torch.Generator().manual_seed(seed)
    width = loss.width(OUTPUTS)
    kinds: list[torch.Tensor | Padded] = [
        torch.randint(0, OUTPUTS, (SAMPLES,), generator=generator),
        torch.randint(0, 2, (SAMPLES, OUTPUTS), generator=generator).float(),
        Padded(
            torch.randint(1, OUTPUTS, (SAMPLES, 3), generator=generator),
            torch.randint(0, 4, (SAMPLES,), generator=generator),
        ),
    ]
    for targets in kinds:
        try:
            loss.check(targets, OUTPUTS)
        except ShapeError:
            continue
        if isinstance(targets, Padded):
            lengths = torch.randint(6, 10, (SAMPLES,), generator=generator)
            return Padded(torch.randn(SAMPLES, 9, width, generator=generator), lengths), targets
        return Padded.whole(torch.randn(SAMPLES, 1, width, generator=generator)), targets
    raise AssertionError("the loss accepts no kind of target")


def pick(batch: torch.Tensor | Padded, rows: list[int]) -> torch.Tensor | Padded:
    return Padded(batch.data[rows], batch.lengths[rows]) if isinstance(batch, Padded) else batch[rows]


def test_says_what_its_predictions_are(loss: Objective) -> None:
    assert loss.answers in ("classes", "labels", "values", "texts")


def test_float32_scalar_from_any_precision(loss: Objective) -> None:
    scores, targets = case(loss)
    for dtype in (torch.float32, torch.float64, torch.bfloat16, torch.float16):
        value = loss.loss(scores.with_data(scores.data.to(dtype)), targets)
        assert value.dtype == torch.float32
        assert value.shape == ()
        assert value.isfinite()


def test_is_the_weighted_mean_over_samples(loss: Objective) -> None:
    scores, targets = case(loss)
    weights = torch.tensor([1.0, 0.5, 0.0, 2.0, 3.0, 1.0])
    each = torch.stack([loss.loss(pick(scores, [row]), pick(targets, [row])) for row in range(SAMPLES)])
    torch.testing.assert_close(loss.loss(scores, targets), each.mean())
    torch.testing.assert_close(loss.loss(scores, targets, weights), (each * weights).sum() / weights.sum())
    assert loss.loss(scores, targets, torch.zeros(SAMPLES)) == 0.0


def test_the_gradient_is_the_slope(loss: Objective) -> None:
    scores, targets = case(loss)
    free = scores.data.clone().requires_grad_()
    loss.loss(scores.with_data(free), targets).backward()
    direction = torch.randn(free.shape, generator=torch.Generator().manual_seed(1))
    step = 1e-2
    up, down = (loss.loss(scores.with_data(scores.data + sign * step * direction), targets) for sign in (1, -1))
    torch.testing.assert_close((free.grad * direction).sum(), (up - down) / (2 * step), atol=2e-3, rtol=2e-2)


def test_descends(loss: Objective) -> None:
    scores, targets = case(loss)
    free = scores.data.clone().requires_grad_()
    optimizer = torch.optim.Adam([free], lr=0.1)
    first = loss.loss(scores, targets)
    for _ in range(60):
        optimizer.zero_grad()
        loss.loss(scores.with_data(free), targets).backward()
        optimizer.step()
    assert loss.loss(scores.with_data(free), targets) < 0.5 * first


def test_link_and_point_have_the_promised_shape(loss: Objective) -> None:
    scores, _ = case(loss)
    predictions = loss.link(scores)
    point = loss.point(predictions)
    assert predictions.dtype == torch.float32
    assert len(predictions) == SAMPLES
    assert point.shape == ((SAMPLES, OUTPUTS) if scores.data.shape[1] == 1 else scores.data.shape)


def test_link_depends_on_each_sample_alone(loss: Objective) -> None:
    scores, _ = case(loss)
    together = loss.link(scores)
    for row in range(SAMPLES):
        torch.testing.assert_close(loss.link(pick(scores, [row])), together[row : row + 1])


def test_survives_json_and_is_equal_by_value(loss: Objective) -> None:
    saved = json.loads(json.dumps(LOSSES.describe(loss)))
    assert LOSSES.make(saved) == loss
    assert hash(LOSSES.make(saved)) == hash(loss)


def test_refuses_nan_or_the_wrong_type(loss: Objective) -> None:
    with pytest.raises(ShapeError, match="needs"):
        loss.check(torch.full((SAMPLES, OUTPUTS), float("nan")), OUTPUTS)
    with pytest.raises(ShapeError, match="needs"):
        loss.check(torch.zeros(SAMPLES, OUTPUTS + 1), OUTPUTS)


def test_class_weights_survive_json() -> None:
    loss = CrossEntropy(0.1, (1.0, 2.0))
    assert LOSSES.make(json.loads(json.dumps(LOSSES.describe(loss)))) == loss
