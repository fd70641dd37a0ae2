"""The weight average against the plain recursion, and that swapping leaves no trace."""

import pytest
import torch
from torch import Tensor, nn

from crnn.errors import ModelFileError, NotReadyError, SpecError
from crnn.optim import Average


def network() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 1))


def walk(module: nn.Module, generator: torch.Generator) -> None:
    with torch.no_grad():
        for weight in module.parameters():
            weight += torch.randn(weight.shape, generator=generator)
        module[1].running_mean += 1
        module[1].num_batches_tracked += 1


def copied(module: nn.Module) -> dict[str, Tensor]:
    return {name: tensor.clone() for name, tensor in module.state_dict().items()}


def test_equals_the_plain_recursion() -> None:
    module, average, generator = network(), Average(decay=0.5), torch.Generator().manual_seed(1)
    wanted: dict[str, Tensor] = {}
    for update in range(20):
        walk(module, generator)
        average.update(module)
        decay = min(0.5, (1 + update) / (10 + update)) if update else 0.0
        for name, weight in module.named_parameters():
            wanted[name] = weight.detach().double() * (1 - decay) + wanted.get(name, 0.0) * decay
    average.copy_to(module)
    for name, weight in module.named_parameters():
        torch.testing.assert_close(weight.double(), wanted[name], atol=1e-5, rtol=1e-5)


def test_swap_leaves_buffers_alone_and_no_trace() -> None:
    module, average, generator = network(), Average(), torch.Generator().manual_seed(1)
    average.update(module)
    walk(module, generator)
    average.update(module)
    own, places = copied(module), [weight.data_ptr() for weight in module.parameters()]
    with average.swap(module) as swapped:
        assert not swapped[0].weight.equal(own["0.weight"])
        assert swapped[1].running_mean.equal(own["1.running_mean"])
        assert [weight.data_ptr() for weight in module.parameters()] == places
    with pytest.raises(ZeroDivisionError), average.swap(module):
        raise ZeroDivisionError
    for name, tensor in module.state_dict().items():
        assert tensor.equal(own[name]), name


def test_resumed_equals_uninterrupted() -> None:
    modules, averages = (network(), network()), [Average(0.9), Average(0.9)]
    generators = [torch.Generator().manual_seed(1) for _ in range(2)]
    for update in range(6):
        for index in range(2):
            walk(modules[index], generators[index])
            averages[index].update(modules[index])
        if update == 2:
            saved = averages[1].state_dict()
            averages[1].update(modules[1])  # what comes after saving must not leak into what was saved
            averages[1] = Average(0.1)
            averages[1].load_state_dict(saved)
    for average, module in zip(averages, modules, strict=True):
        average.copy_to(module)
    for left, right in zip(*(module.state_dict().values() for module in modules), strict=True):
        assert left.equal(right)


def test_refusals() -> None:
    average = Average()
    with pytest.raises(NotReadyError, match=r"call update\(module\) first"):
        average.copy_to(network())
    average.update(network())
    with pytest.raises(ModelFileError, match=r"another network: 0\.bias, 0\.weight, 1\.bias differ"):
        average.update(nn.Linear(3, 4, bias=False))
    with pytest.raises(ModelFileError, match="lacks decay"):
        average.load_state_dict({"updates": 1, "weights": {}})
    with pytest.raises(SpecError, match=r"decay=1\.0"):
        Average(1.0)
