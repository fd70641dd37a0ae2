"""CTC against a sum over every alignment, and its refusals."""

import itertools

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from crnn.errors import ShapeError, SpecError
from crnn.losses import CTC, feasible, needed_steps
from crnn.padded import Padded


def collapse(path: tuple[int, ...]) -> list[int]:
    return [symbol for symbol, _ in itertools.groupby(path) if symbol != 0]


def summed_over_all_paths(log_probs: Tensor, target: list[int]) -> Tensor:
    steps, classes = log_probs.shape
    paths = [path for path in itertools.product(range(classes), repeat=steps) if collapse(path) == target]
    return -torch.logsumexp(
        torch.stack([sum(log_probs[step, symbol] for step, symbol in enumerate(path)) for path in paths]), dim=0
    )


def batch(targets: list[list[int]], steps: list[int], classes: int, seed: int = 0) -> tuple[Padded, Padded]:
    generator = torch.Generator().manual_seed(seed)
    scores = [torch.randn(count, classes, generator=generator) * 2 for count in steps]
    return Padded.stack(scores), Padded.stack([torch.tensor(target, dtype=torch.int64) for target in targets])


@pytest.mark.parametrize("reduction", ["sample", "symbol"])
def test_equals_the_sum_over_all_alignments(reduction: str) -> None:
    targets, steps = [[1], [2, 2], [1, 2, 1], [], [2, 1]], [1, 3, 5, 4, 5]
    scores, padded = batch(targets, steps, classes=3)
    each = []
    for row, target, count in zip(scores.data, targets, steps, strict=True):
        value = summed_over_all_paths(row[:count].log_softmax(dim=-1), target)
        each.append(value / max(1, len(target)) if reduction == "symbol" else value)
    weights = torch.tensor([1.0, 2.0, 0.0, 3.0, 0.5])
    wanted = (torch.stack(each) * weights).sum() / weights.sum()
    torch.testing.assert_close(CTC(reduction=reduction).loss(scores, padded, weights), wanted)
    torch.testing.assert_close(CTC(reduction=reduction).loss(scores, padded), torch.stack(each).mean())


def test_all_texts_empty() -> None:
    scores, padded = batch([[], []], [2, 3], classes=3)
    wanted = torch.stack([-scores.data[row, :count].log_softmax(-1)[:, 0].sum() for row, count in ((0, 2), (1, 3))])
    torch.testing.assert_close(CTC().loss(scores, padded), wanted.mean())


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_finite_with_finite_gradients_on_every_legal_batch(data: st.DataObject) -> None:
    targets = data.draw(st.lists(st.lists(st.integers(1, 3), max_size=6), min_size=1, max_size=4))
    steps = [needed_steps(target) + data.draw(st.integers(0, 4)) for target in targets]
    scores, padded = batch(targets, steps, classes=4, seed=data.draw(st.integers(0, 99)))
    scores = scores.with_data((scores.data * data.draw(st.sampled_from([0.0, 1.0, 1e4]))).requires_grad_())
    loss = CTC().loss(scores, padded)
    loss.backward()
    assert loss.isfinite()
    assert scores.data.grad.isfinite().all()
    assert not scores.data.grad[~scores.mask()].any()


def test_padding_never_counts_even_where_it_is_nan() -> None:
    scores, padded = batch([[1, 2], [3]], [5, 3], classes=4)
    dirty = scores.filled(float("nan"))
    dirty.data.requires_grad_()
    loss = CTC().loss(dirty, padded)
    loss.backward()
    alone = [CTC().loss(Padded.whole(row[None]), Padded.whole(target[None])) for row, target in
             zip(scores.unpad(), padded.unpad(), strict=True)]  # fmt: skip
    torch.testing.assert_close(loss, torch.stack(alone).mean())
    assert dirty.data.grad.isfinite().all()


@given(st.lists(st.integers(1, 2), max_size=4))
def test_needed_steps_is_the_shortest_path_that_spells_it(target: list[int]) -> None:
    def spelt(steps: int) -> bool:
        return any(collapse(path) == target for path in itertools.product(range(3), repeat=steps))

    shortest = next(steps for steps in range(1, 9) if spelt(steps))
    assert needed_steps(target) == shortest
    assert needed_steps(torch.tensor(target, dtype=torch.int64)) == shortest
    assert feasible(shortest, target)
    assert not feasible(shortest - 1, target)


def test_too_few_steps_names_the_rows_and_the_way_out() -> None:
    scores, padded = batch([[1], [2, 2], [1, 1, 1]], [2, 2, 2], classes=3)
    with pytest.raises(ShapeError, match=r"rows 1, 2.*row 1 has 2 steps, but its text needs 3.*drop the sample"):
        CTC().loss(scores, padded)
    with pytest.raises(ShapeError, match=r"row 0.*0 steps, but its text needs 1"):
        CTC().loss(Padded(torch.zeros(1, 2, 3), torch.tensor([0])), Padded.whole(torch.ones(1, 0, dtype=torch.int64)))


@pytest.mark.parametrize(
    ("targets", "message"),
    [
        (torch.tensor([1, 2]), r"Tensor targets of shape \(2,\).*Padded\.stack"),
        (Padded.whole(torch.ones(2, 3)), r"type torch\.float32, it needs Padded whole numbers"),
        (Padded.whole(torch.tensor([[1, 2], [1, 5]])), r"symbol 5 \(row 1\), it needs 1 to 4"),
        (Padded.whole(torch.tensor([[1, 0]])), r"symbol 0 \(row 0\).*is the blank"),
        (Padded(torch.tensor([[1, 1]]), torch.tensor([3])), r"target lengths \[3\].*from 0 to 2"),
    ],
)
def test_check_says_what_is_wrong(targets: Tensor | Padded, message: str) -> None:
    with pytest.raises(ShapeError, match=message):
        CTC().check(targets, outputs=5)


def test_padding_of_the_targets_may_hold_anything() -> None:
    CTC().check(Padded(torch.tensor([[1, 0], [2, 2]]), torch.tensor([1, 2])), outputs=3)


def test_half_precision_scores_give_a_float32_loss() -> None:
    scores, padded = batch([[1, 2]], [4], classes=3)
    half = scores.with_data(scores.data.bfloat16())
    assert CTC().loss(half, padded).dtype == torch.float32
    assert CTC().link(half).dtype == torch.float32


def test_unknown_reduction() -> None:
    with pytest.raises(SpecError, match=r"'sampel'.*Did you mean 'sample'"):
        CTC(reduction="sampel")  # type: ignore[arg-type]
