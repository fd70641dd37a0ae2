"""What every optimizer and schedule on the shelves must keep."""

import json

import pytest
import torch
from torch import Tensor, nn

from crnn.optim import OPTIMIZERS, SCHEDULES, Optimizer, Schedule

TARGET = torch.tensor([[1.0, -2.0, 0.5]])


@pytest.fixture(params=sorted(OPTIMIZERS))
def optimizer(request: pytest.FixtureRequest) -> Optimizer:
    return OPTIMIZERS.make(request.param)


@pytest.fixture(params=sorted(SCHEDULES))
def schedule(request: pytest.FixtureRequest) -> Schedule:
    return SCHEDULES.make(request.param)


def network() -> nn.Linear:
    torch.manual_seed(0)
    return nn.Linear(3, 1)


def loss(module: nn.Linear) -> Tensor:
    return (module.weight - TARGET).square().sum() + (module.bias - 3).square().sum()


def descend(module: nn.Linear, built: torch.optim.Optimizer, steps: int) -> None:
    for _ in range(steps):
        built.zero_grad()
        loss(module).backward()
        built.step()


def test_converges_on_a_bowl(optimizer: Optimizer) -> None:
    module = network()
    built = optimizer.build(module)
    first = loss(module).item()
    for group in built.param_groups:
        group["lr"] *= 30 if group["lr"] < 0.01 else 1
    descend(module, built, 600)
    assert loss(module).item() < 0.05 * first


def test_resumed_equals_uninterrupted(optimizer: Optimizer) -> None:
    straight, stopped = network(), network()
    descend(straight, optimizer.build(straight), 10)
    first = optimizer.build(stopped)
    descend(stopped, first, 5)
    second = optimizer.build(stopped)
    second.load_state_dict(first.state_dict())
    descend(stopped, second, 5)
    assert straight.weight.equal(stopped.weight)
    assert straight.bias.equal(stopped.bias)


def test_optimizer_survives_json(optimizer: Optimizer) -> None:
    saved = json.loads(json.dumps(OPTIMIZERS.describe(optimizer)))
    assert OPTIMIZERS.make(saved) == optimizer
    assert hash(OPTIMIZERS.make(saved)) == hash(optimizer)


def test_schedule_survives_json(schedule: Schedule) -> None:
    saved = json.loads(json.dumps(SCHEDULES.describe(schedule)))
    assert SCHEDULES.make(saved) == schedule
    assert hash(SCHEDULES.make(saved)) == hash(schedule)


@pytest.mark.parametrize("total", [1, 2, 3, 17])
def test_schedule_of_any_length_resumes(schedule: Schedule, total: int) -> None:
    def advance(count: int, optimizer: torch.optim.Optimizer, scheduler: object) -> list[float]:
        rates = []
        for _ in range(count):
            rates.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            scheduler.step(*([1.0] if schedule.monitors else []))  # type: ignore[attr-defined]
        return rates

    def fresh() -> tuple[torch.optim.Optimizer, object]:
        optimizer = torch.optim.SGD(network().parameters(), lr=0.5)
        return optimizer, schedule.build(optimizer, total)

    wanted = advance(total, *fresh())
    assert all(0 < rate <= 0.5 for rate in wanted)
    first = fresh()
    found = advance(total // 2, *first)
    second = fresh()
    for old, new in zip(first, second, strict=True):
        new.load_state_dict(old.state_dict())  # type: ignore[attr-defined]
    assert found + advance(total - total // 2, *second) == wanted
