"""Padding is cleared, filled and left in its place, whichever way is the quicker one."""

import pytest
import torch

from crnn.nn.padding import SMALL, clear, cleared, step_mask
from crnn.nn.recurrent import reverse
from crnn.padded import Padded

LENGTHS = torch.tensor([7, 3, 9, 1])


@pytest.mark.parametrize("shape", [(4, 5, 9), (4, 40, 9, 9)], ids=["one masked kernel", "sample by sample"])
def test_padding_becomes_zero_and_nothing_else_changes(shape):
    x = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    tail = x[..., int(LENGTHS.min()) :]
    assert (tail.numel() <= SMALL * len(x)) == (len(shape) == 3), "both ways are tried"
    wanted = x * step_mask(x, LENGTHS)
    assert torch.equal(clear(x.clone(), LENGTHS), wanted)
    given = x.clone().requires_grad_()
    found = cleared(given, LENGTHS)
    assert torch.equal(found, wanted)
    found.sum().backward()
    assert torch.equal(given.grad, step_mask(x, LENGTHS).expand(shape))
    assert torch.equal(given.detach(), x), "what somebody else holds is not overwritten"


def test_an_empty_batch_has_nothing_to_clear():
    assert clear(torch.zeros(0, 5, 9), torch.zeros(0, dtype=torch.int64)).shape == (0, 5, 9)


def test_any_value_fills_padding_alone():
    data = torch.randn(4, 9, 2, generator=torch.Generator().manual_seed(0), requires_grad=True)
    batch = Padded(data, LENGTHS)
    found = batch.filled(-torch.inf).data
    assert torch.equal(found, data.masked_fill(~batch.mask()[..., None], -torch.inf))
    found.amax(1).sum().backward()
    assert data.grad.sum() == 8
    assert not data.grad[~batch.mask()].any()


def test_each_sample_is_turned_round_within_its_length_and_so_is_its_gradient():
    x = torch.randn(4, 9, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0), requires_grad=True)
    found = reverse(x, LENGTHS)
    for row, length in enumerate(LENGTHS.tolist()):
        assert torch.equal(found[row, :length], x[row, :length].flip(0))
        assert torch.equal(found[row, length:], x[row, length:])
    assert torch.equal(reverse(found, LENGTHS), x)
    assert torch.autograd.gradcheck(lambda given: reverse(given, LENGTHS), (x,))
