"""Masked batch normalisation has the right gradients, gives padding none, and runs in 16 bits."""

import pytest
import torch

from crnn.nn.norm import BatchNorm, MaskedBatchNorm
from crnn.nn.padding import cleared

LENGTHS = torch.tensor([7, 3, 5])


@pytest.mark.parametrize("shape", [(3, 4, 7), (3, 4, 2, 7)])
def test_gradients_are_those_of_finite_differences(shape):
    torch.manual_seed(0)
    x, weight, bias = (torch.randn(size, dtype=torch.double, requires_grad=True) for size in (shape, 4, 4))
    assert torch.autograd.gradcheck(
        lambda *given: MaskedBatchNorm.apply(given[0], LENGTHS, *given[1:])[0], (x, weight, bias)
    )
    assert torch.autograd.gradcheck(lambda given: cleared(given, LENGTHS), (x,))


def test_gradient_equals_that_of_the_valid_steps_alone():
    torch.manual_seed(0)
    x = torch.randn(3, 4, 2, 7, requires_grad=True)
    upstream = torch.randn(3, 4, 2, 7)
    valid = torch.arange(7) < LENGTHS[:, None]
    layer, reference = BatchNorm(4).train(), torch.nn.BatchNorm1d(4).train()

    def steps(data):
        return data.permute(0, 3, 2, 1)[valid].flatten(0, 1)

    layer(x, LENGTHS).backward(upstream)
    ours, x.grad = x.grad, None
    reference(steps(x)).backward(steps(upstream))
    torch.testing.assert_close(ours, x.grad, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(layer.weight.grad, reference.weight.grad, rtol=1e-4, atol=1e-5)


def test_sixteen_bits_give_statistics_in_fp32():
    torch.manual_seed(0)
    x = (3.0 + torch.randn(3, 4, 2, 7)).to(torch.bfloat16).contiguous(memory_format=torch.channels_last)
    half, full = BatchNorm(4).train(), BatchNorm(4).train()
    assert half(x, LENGTHS).dtype == torch.bfloat16
    full(x.float(), LENGTHS)
    assert half.running_var.dtype == torch.float32
    torch.testing.assert_close(half.running_mean, full.running_mean)
    torch.testing.assert_close(half.running_var, full.running_var)
