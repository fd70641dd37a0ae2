"""Weight decay where it belongs, settings that are checked, and everything that stands for an optimizer."""

import json
from collections.abc import Iterable

import pytest
import torch
from torch import Tensor, nn

from crnn.errors import SpecError, UnknownNameError
from crnn.optim import OPTIMIZERS, SGD, Adadelta, Adam, AdamW, CustomOptimizer, RMSprop, TorchOptimizer, optimizer


def network() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv1d(2, 4, 3), nn.BatchNorm1d(4), nn.Flatten(), nn.Linear(8, 3))


def step(module: nn.Module, settings: object, gradient: float) -> dict[str, Tensor]:
    """How each weight moves in one step where all gradients are equal."""
    with torch.no_grad():
        for weight in module.parameters():
            weight.fill_(2.0)
            weight.grad = torch.full_like(weight, gradient)
    built = optimizer(settings).build(module)  # type: ignore[arg-type]
    built.step()
    return {name: weight.detach() - 2.0 for name, weight in module.named_parameters()}


def test_l2_adds_to_the_gradient_of_kernels_alone() -> None:
    for name, move in step(network(), SGD(rate=0.1, l2=0.5), gradient=1.0).items():
        kernel = name in ("0.weight", "3.weight")
        wanted = -0.1 * (1.0 + (0.5 * 2.0 if kernel else 0.0))
        torch.testing.assert_close(move, torch.full_like(move, wanted), msg=name)


@pytest.mark.parametrize(
    "settings",
    [AdamW(rate=0.1, weight_decay=0.5), TorchOptimizer("AdamW", {"lr": 0.1, "weight_decay": 0.5}), torch.optim.AdamW],
)
def test_decoupled_decay_shrinks_kernels_alone(settings: object) -> None:
    rate, decay = (1e-3, 1e-2) if settings is torch.optim.AdamW else (0.1, 0.5)
    for name, move in step(network(), settings, gradient=0.0).items():
        kernel = name in ("0.weight", "3.weight")
        wanted = -rate * decay * 2.0 if kernel else 0.0
        torch.testing.assert_close(move, torch.full_like(move, wanted), msg=name)


@pytest.mark.parametrize("made", [Adam(l2=0.5), RMSprop(l2=0.5), Adadelta(l2=0.5)])
def test_l2_moves_no_bias_where_there_is_no_gradient(made: object) -> None:
    for name, move in step(network(), made, gradient=0.0).items():
        assert bool((move < 0).all()) == (name in ("0.weight", "3.weight")), name
        assert bool((move == 0).all()) == (name not in ("0.weight", "3.weight")), name


def test_every_trainable_weight_is_in_once_and_frozen_ones_are_out() -> None:
    module = network()
    module[0].requires_grad_(False)
    built = Adam().build(module)
    held = [id(weight) for group in built.param_groups for weight in group["params"]]
    assert sorted(held) == sorted(id(weight) for weight in module.parameters() if weight.requires_grad)
    with pytest.raises(SpecError, match="no trainable parameters"):
        Adam().build(module.requires_grad_(False))
    assert len(SGD().build(nn.Linear(2, 2, bias=False)).param_groups) == 1


@pytest.mark.parametrize(
    ("ours", "torchs"),
    [
        (Adam(rate=0.01), lambda weights: torch.optim.Adam(weights, lr=0.01)),
        (SGD(rate=0.01, momentum=0.9, nesterov=True), lambda w: torch.optim.SGD(w, 0.01, 0.9, nesterov=True)),
        (RMSprop(decay=0.9), lambda weights: torch.optim.RMSprop(weights, lr=1e-3, alpha=0.9)),
        (Adadelta(), lambda weights: torch.optim.Adadelta(weights, lr=1.0)),
    ],
)
def test_steps_equal_torchs_own(ours: object, torchs: object) -> None:
    # No norm here: it takes the gradient from the bias before it, and Adam would blow up the rounding that is left.
    modules = [nn.Sequential(*[layer for layer in network() if not isinstance(layer, nn.BatchNorm1d)]) for _ in "12"]
    inputs = torch.randn(6, 2, 4, generator=torch.Generator().manual_seed(1))
    for module, settings in zip(modules, (ours, torchs), strict=True):
        built = optimizer(settings).build(module)  # type: ignore[arg-type]
        for _ in range(5):
            built.zero_grad()
            module(inputs).square().sum().backward()
            built.step()
    for left, right in zip(*(module.parameters() for module in modules), strict=True):
        torch.testing.assert_close(left, right)


@pytest.mark.parametrize(
    ("cls", "settings", "setting"),
    [
        (Adam, {"rate": 0.0}, "rate"),
        (Adam, {"rate": float("nan")}, "rate"),
        (Adam, {"rate": "fast"}, "rate"),
        (Adam, {"betas": (0.9, 1.0)}, "betas"),
        (Adam, {"betas": 0.9}, "betas"),
        (Adam, {"epsilon": 0.0}, "epsilon"),
        (AdamW, {"weight_decay": -1.0}, "weight_decay"),
        (SGD, {"momentum": 1.0}, "momentum"),
        (SGD, {"nesterov": True}, "nesterov"),
        (SGD, {"l2": -0.1}, "l2"),
        (RMSprop, {"decay": 1.5}, "decay"),
        (Adadelta, {"rate": -1.0}, "rate"),
    ],
)
def test_settings_are_checked(cls: type, settings: dict[str, object], setting: str) -> None:
    with pytest.raises(SpecError, match=f"{setting}=.*: give"):
        cls(**settings)


def test_whatever_stands_for_an_optimizer() -> None:
    assert optimizer("AdamW") == AdamW()
    assert optimizer({"name": "adam", "betas": [0.8, 0.9]}) == Adam(betas=(0.8, 0.9))
    kept = SGD()
    assert optimizer(kept) is kept
    assert optimizer(torch.optim.NAdam) == TorchOptimizer("NAdam")

    def mine(weights: Iterable[nn.Parameter]) -> torch.optim.Optimizer:
        return torch.optim.Rprop(weights, lr=0.5)

    assert isinstance(optimizer(mine), CustomOptimizer)
    assert isinstance(optimizer(mine).build(network()), torch.optim.Rprop)
    assert isinstance(optimizer(torch.optim.LBFGS).build(network()), torch.optim.LBFGS)


def test_whatever_does_not() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'adam'"):
        optimizer("adan")
    with pytest.raises(UnknownNameError, match="torch optimizer 'Nope'"):
        TorchOptimizer("Nope")
    with pytest.raises(SpecError, match=r"no setting 'rate'.*Known: lr"):
        TorchOptimizer("NAdam", {"rate": 0.1})
    with pytest.raises(SpecError, match="built for the network later"):
        optimizer(torch.optim.SGD([torch.zeros(1)], lr=0.1))  # type: ignore[arg-type]
    with pytest.raises(SpecError, match=r"return a torch\.optim\.Optimizer"):
        CustomOptimizer(lambda weights: None).build(network())  # type: ignore[arg-type, return-value]
    with pytest.raises(SpecError, match=r"NAdam with \{'lr': -1\}.*correct the settings"):
        TorchOptimizer("NAdam", {"lr": -1}).build(network())


def test_torchs_own_class_survives_json() -> None:
    made = optimizer(torch.optim.NAdam)
    changed = TorchOptimizer(torch.optim.NAdam, {"betas": (0.8, 0.9)})
    assert OPTIMIZERS.make(json.loads(json.dumps(OPTIMIZERS.describe(made)))) == made
    again = OPTIMIZERS.make(json.loads(json.dumps(OPTIMIZERS.describe(changed)))).build(network())
    assert again.param_groups[0]["betas"] == (0.8, 0.9)
