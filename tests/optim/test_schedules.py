"""Curves with the right ends, torch's curves where torch has them, and the plateau's drops."""

import itertools
import json

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from crnn.errors import SpecError, UnknownNameError
from crnn.optim import SCHEDULES, Constant, Cosine, OneCycle, Plateau, Schedule, Step, WarmUp, schedule
from crnn.optim.schedules import Curve

TOTAL = 100


def rates(made: Schedule, base: float = 1.0, steps: int = TOTAL) -> list[float]:
    built_for = torch.optim.SGD(nn.Linear(1, 1).parameters(), lr=base)
    scheduler = made.build(built_for, steps)
    found = []
    for _ in range(steps):
        found.append(built_for.param_groups[0]["lr"])
        built_for.step()
        scheduler.step()  # type: ignore[call-arg]
    return found


def test_ends_of_the_curves() -> None:
    assert set(rates(Constant())) == {1.0}
    cosine = Cosine(floor=0.1, warmup=0.2)
    assert cosine.factor(0, TOTAL) == pytest.approx(1 / 21)
    assert cosine.factor(20, TOTAL) == 1.0
    assert cosine.factor(60, TOTAL) == pytest.approx(0.55)
    assert cosine.factor(TOTAL, TOTAL) == pytest.approx(0.1)
    assert cosine.factor(TOTAL - 1, TOTAL) > 0.1
    cycle = OneCycle(peak_at=0.3, start=0.1, end=0.01)
    assert [cycle.factor(at, TOTAL) for at in (0, 29, 99)] == pytest.approx([0.1, 1.0, 0.01])
    step = Step(every=0.3, gamma=0.5)
    assert [step.factor(at, 10) for at in (0, 2, 3, 5, 6, 9)] == pytest.approx([1, 1, 0.5, 0.5, 0.25, 0.125])
    warm = WarmUp(Cosine(warmup=0.0), share=0.1)
    assert [warm.factor(at, TOTAL) for at in (0, 10, 55)] == pytest.approx([1 / 11, 1.0, 0.5])


def test_equal_torchs_curves() -> None:
    weights = torch.optim.SGD(nn.Linear(1, 1).parameters(), lr=0.2)
    peer = torch.optim.lr_scheduler.OneCycleLR(
        weights, max_lr=0.2, total_steps=TOTAL, pct_start=0.3, final_div_factor=400, cycle_momentum=False
    )
    wanted = []
    for _ in range(TOTAL):
        wanted.append(peer.get_last_lr()[0])
        weights.step()
        if len(wanted) < TOTAL:
            peer.step()
    assert rates(OneCycle(), base=0.2) == pytest.approx(wanted)

    weights = torch.optim.SGD(nn.Linear(1, 1).parameters(), lr=0.2)
    annealed = torch.optim.lr_scheduler.CosineAnnealingLR(weights, T_max=TOTAL, eta_min=0.02)
    wanted = []
    for _ in range(TOTAL):
        wanted.append(annealed.get_last_lr()[0])
        weights.step()
        annealed.step()
    assert rates(Cosine(floor=0.1, warmup=0.0), base=0.2) == pytest.approx(wanted)


CURVES = [Constant(), Cosine(), OneCycle(), Step(), WarmUp(), WarmUp("one_cycle", share=0.5), Cosine(warmup=0.9)]


@given(st.sampled_from(CURVES), st.integers(1, 300), st.data())
def test_every_factor_is_a_share(curve: Curve, total: int, data: st.DataObject) -> None:
    assert 0.0 <= curve.factor(data.draw(st.integers(0, total - 1)), total) <= 1.0


@pytest.mark.parametrize("curve", [Cosine(), OneCycle(), WarmUp("cosine")])
def test_rises_to_the_base_rate_once_and_then_falls(curve: Curve) -> None:
    found = rates(curve, base=0.5)
    peak = found.index(max(found))
    assert max(found) == pytest.approx(0.5, rel=1e-3)
    assert all(left <= right for left, right in itertools.pairwise(found[: peak + 1]))
    assert all(left >= right for left, right in itertools.pairwise(found[peak:]))


def test_more_steps_than_planned_keep_the_last_rate() -> None:
    built_for = torch.optim.SGD(nn.Linear(1, 1).parameters(), lr=1.0)
    scheduler = OneCycle().build(built_for, total_steps=5)
    for _ in range(9):
        built_for.step()
        scheduler.step()  # type: ignore[call-arg]
    assert built_for.param_groups[0]["lr"] == pytest.approx(1e-4)


@pytest.mark.parametrize("higher_is_better", [False, True])
def test_plateau_drops_after_its_patience_and_resumes(higher_is_better: bool) -> None:
    sign = 1 if higher_is_better else -1
    values = [sign * value for value in (1.0, 2.0, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5)]
    made = Plateau(factor=0.5, patience=2, floor=0.4)
    built_for = torch.optim.SGD(nn.Linear(1, 1).parameters(), lr=0.8)
    scheduler = made.build(built_for, TOTAL, higher_is_better)
    found = []
    for epoch, value in enumerate(values):
        if epoch == 4:  # stopped and started again, with nothing but the two states
            saved = built_for.state_dict(), scheduler.state_dict()
            built_for = torch.optim.SGD(nn.Linear(1, 1).parameters(), lr=0.8)
            scheduler = made.build(built_for, TOTAL, higher_is_better)
            built_for.load_state_dict(saved[0])
            scheduler.load_state_dict(saved[1])
        scheduler.step(value)
        found.append(built_for.param_groups[0]["lr"])
    assert found == pytest.approx([0.8] * 4 + [0.4] * 3 + [0.32] * 2)
    assert made.monitors
    assert made.interval == "epoch"


@pytest.mark.parametrize(
    ("cls", "settings"),
    [
        (Cosine, {"floor": 1.5}),
        (Cosine, {"warmup": 1.0}),
        (OneCycle, {"peak_at": 1.0}),
        (OneCycle, {"start": -0.1}),
        (Step, {"every": 0.0}),
        (Step, {"every": 2.0}),
        (Step, {"gamma": 0.0}),
        (Plateau, {"factor": 1.0}),
        (Plateau, {"patience": -1}),
        (WarmUp, {"share": 1.0}),
    ],
)
def test_settings_are_checked(cls: type, settings: dict[str, float]) -> None:
    with pytest.raises(SpecError, match=f"{next(iter(settings))}=.*: give"):
        cls(**settings)


def test_what_a_warm_up_goes_on_into() -> None:
    assert WarmUp(Step(every=0.5)) == WarmUp({"name": "step", "every": 0.5, "gamma": 0.1})
    saved = json.loads(json.dumps(SCHEDULES.describe(WarmUp(Step(every=0.5)))))
    assert SCHEDULES.make(saved) == WarmUp(Step(every=0.5))
    with pytest.raises(SpecError, match="a schedule of the step"):
        WarmUp("plateau")
    with pytest.raises(UnknownNameError, match="Did you mean 'cosine'"):
        WarmUp("cosin")


def test_whatever_stands_for_a_schedule() -> None:
    assert schedule("One-Cycle") == OneCycle()
    assert schedule({"name": "cosine", "floor": 0.1}) == Cosine(floor=0.1)
    kept = Plateau()
    assert schedule(kept) is kept
    with pytest.raises(SpecError, match="given as 3"):
        schedule(3)  # type: ignore[arg-type]
    for made in (Constant(), Plateau()):
        with pytest.raises(SpecError, match="total_steps=0"):
            made.build(torch.optim.SGD(nn.Linear(1, 1).parameters()), total_steps=0)
