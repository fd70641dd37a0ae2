"""How the learning rate moves over training: shares of the base rate, as pure functions of the step."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import torch
from torch.optim.lr_scheduler import LambdaLR, LRScheduler, ReduceLROnPlateau

from crnn.errors import SpecError
from crnn.optim.settings import not_negative, positive, share
from crnn.registry import Shelf


class Schedule(ABC):
    """Settings of a schedule; `build` makes the torch object for an optimizer.

    Attributes:
        interval: When the built scheduler's ``step()`` is to be called: after every "step" or "epoch".
        monitors: Whether ``step(value)`` wants the monitored value.
    """

    interval: ClassVar[Literal["step", "epoch"]] = "step"
    monitors: ClassVar[bool] = False

    @abstractmethod
    def build(
        self, optimizer: torch.optim.Optimizer, total_steps: int, higher_is_better: bool = False
    ) -> LRScheduler | ReduceLROnPlateau:
        """The torch scheduler; its `state_dict` is all there is to resume.

        Args:
            optimizer: Its rates at this moment are the base rates.
            total_steps: Optimizer steps of the whole training.
            higher_is_better: Direction of the monitored value, where the schedule looks at it.

        Raises:
            SpecError: `total_steps` is not a whole number from 1 up.
        """


class Curve(Schedule):
    """A schedule that is a function of the step alone."""

    @abstractmethod
    def factor(self, step: int, total_steps: int) -> float:
        """Share of the base rate at a step, counted from 0; the last one is ``total_steps - 1``."""

    def build(
        self, optimizer: torch.optim.Optimizer, total_steps: int, higher_is_better: bool = False
    ) -> LRScheduler | ReduceLROnPlateau:
        """A `LambdaLR` over `factor`; steps beyond the last keep its rate."""
        _check_steps(total_steps)
        return LambdaLR(optimizer, lambda step: self.factor(min(step, total_steps - 1), total_steps))


@dataclass(frozen=True)
class Constant(Curve):
    """The base rate throughout."""

    def factor(self, step: int, total_steps: int) -> float:
        """1."""
        return 1.0


@dataclass(frozen=True)
class Cosine(Curve):
    """A straight warm-up, then half a cosine down to a floor (Loshchilov & Hutter 2017).

    Args:
        floor: Share of the base rate at the end.
        warmup: Share of the steps that warm up.
    """

    floor: float = 0.0
    warmup: float = 0.05

    def __post_init__(self) -> None:
        share("floor", self.floor, one=True)
        share("warmup", self.warmup)

    def factor(self, step: int, total_steps: int) -> float:
        """Rises to 1 after the warm-up and would reach the floor one step behind the last, so no step is wasted."""
        warm = round(self.warmup * total_steps)
        if step < warm:
            return (step + 1) / (warm + 1)
        return _cosine(1.0, self.floor, (step - warm) / max(1, total_steps - warm))


@dataclass(frozen=True)
class OneCycle(Curve):
    """Up to the base rate and down again in half cosines; the base rate is the peak (Smith & Topin 2018).

    Args:
        peak_at: Share of the steps before the peak.
        start: Share of the base rate at the first step.
        end: Share of the base rate at the last step.
    """

    peak_at: float = 0.3
    start: float = 0.04
    end: float = 1e-4

    def __post_init__(self) -> None:
        for name in ("peak_at", "start", "end"):
            share(name, getattr(self, name), one=name != "peak_at")

    def factor(self, step: int, total_steps: int) -> float:
        """`start` at step 0, 1 at the peak, `end` at the last step; the same curve as torch's `OneCycleLR`."""
        peak, last = self.peak_at * total_steps - 1, total_steps - 1
        if step < peak:
            return _cosine(self.start, 1.0, step / peak)
        return _cosine(1.0, self.end, (step - peak) / (last - peak)) if last > peak else 1.0


@dataclass(frozen=True)
class Step(Curve):
    """A drop every so often.

    Args:
        every: Share of the steps between two drops.
        gamma: What a drop multiplies the rate by.
    """

    every: float = 0.3
    gamma: float = 0.1

    def __post_init__(self) -> None:
        positive("every", self.every)
        share("every", self.every, one=True)
        positive("gamma", self.gamma)

    def factor(self, step: int, total_steps: int) -> float:
        """`gamma` to the number of drops so far."""
        # Without the nudge 3 · 0.1 · 10 steps would fall just short of the third drop.
        return self.gamma ** math.floor(step / (self.every * total_steps) + 1e-9)


@dataclass(frozen=True)
class WarmUp(Curve):
    """A straight rise from near 0, then another schedule over the steps that are left.

    Args:
        then: What follows: a name, a saved dict or a schedule (kept as a dict); not "plateau".
        share: Share of the steps that warm up.
    """

    then: str | dict[str, Any] | Schedule = field(default="constant", hash=False)
    share: float = 0.05

    def __post_init__(self) -> None:
        share("share", self.share)
        if isinstance(self.then, Schedule):
            object.__setattr__(self, "then", SCHEDULES.describe(self.then))
        self._next()

    def factor(self, step: int, total_steps: int) -> float:
        """Reaches the following schedule's first rate right after the warm-up."""
        warm, following = min(round(self.share * total_steps), total_steps - 1), self._next()
        rest = total_steps - warm
        if step < warm:
            return (step + 1) / (warm + 1) * following.factor(0, rest)
        return following.factor(step - warm, rest)

    def _next(self) -> Curve:
        assert not isinstance(self.then, Schedule), "turned into a dict when made"
        following = SCHEDULES.make(self.then)
        if not isinstance(following, Curve):
            raise SpecError(f"then={self.then!r}: a warm-up goes on into a schedule of the step, such as 'cosine'")
        return following


@dataclass(frozen=True)
class Plateau(Schedule):
    """A drop when the monitored value has not become better for some epochs.

    Args:
        factor: What a drop multiplies the rate by.
        patience: Epochs without a better value that are borne; the next one drops.
        floor: Share of the base rate that is never gone below.
    """

    interval = "epoch"
    monitors = True

    factor: float = 0.5
    patience: int = 2
    floor: float = 0.0

    def __post_init__(self) -> None:
        positive("factor", self.factor)
        share("factor", self.factor)
        not_negative("patience", self.patience)
        share("floor", self.floor)

    def build(
        self, optimizer: torch.optim.Optimizer, total_steps: int, higher_is_better: bool = False
    ) -> LRScheduler | ReduceLROnPlateau:
        """A `ReduceLROnPlateau`, to be stepped with the monitored value after each epoch."""
        _check_steps(total_steps)
        return ReduceLROnPlateau(
            optimizer,
            mode="max" if higher_is_better else "min",
            factor=self.factor,
            patience=self.patience,
            min_lr=[self.floor * group["lr"] for group in optimizer.param_groups],
        )


SCHEDULES: Shelf[Schedule] = Shelf(
    "schedule",
    {
        "constant": Constant,
        "cosine": Cosine,
        "one_cycle": OneCycle,
        "step": Step,
        "warm_up": WarmUp,
        "plateau": Plateau,
    },
)


def schedule(given: str | Mapping[str, Any] | Schedule) -> Schedule:
    """The schedule that a name, a saved dict or an object stands for.

    Raises:
        UnknownNameError: no such name.
        SpecError: a dict that does not fit, or something that is none of these.

    Example:
        >>> schedule("one-cycle").build(torch.optim.SGD([torch.zeros(1)], lr=0.5), total_steps=10).get_last_lr()
        [0.02]
    """
    if isinstance(given, Schedule):
        return given
    if isinstance(given, (str, Mapping)):
        return SCHEDULES.make(given)
    raise SpecError(f"a schedule was given as {given!r}: give a name, a saved dict or an object")


def _cosine(start: float, end: float, progress: float) -> float:
    return start + (end - start) * (1 - math.cos(math.pi * progress)) / 2


def _check_steps(total_steps: int) -> None:
    if isinstance(total_steps, bool) or not isinstance(total_steps, int) or total_steps < 1:
        raise SpecError(f"total_steps={total_steps!r}: give a whole number from 1 up")
