"""Checks of single settings that optimizers, schedules and averages share."""

from __future__ import annotations

import math

from crnn.errors import SpecError


def positive(name: str, value: float) -> None:
    """Refuse what is not a finite number above 0.

    Raises:
        SpecError: names the setting.
    """
    if not (_is_number(value) and value > 0):
        raise SpecError(f"{name}={value!r}: give a number above 0")


def not_negative(name: str, value: float) -> None:
    """Refuse what is not a finite number from 0 up.

    Raises:
        SpecError: names the setting.
    """
    if not (_is_number(value) and value >= 0):
        raise SpecError(f"{name}={value!r}: give a number from 0 up")


def share(name: str, value: float, one: bool = False) -> None:
    """Refuse what is not from 0 up to 1, where 1 itself counts if `one`.

    Raises:
        SpecError: names the setting.
    """
    if not (_is_number(value) and (0 <= value < 1 or (one and value == 1))):
        raise SpecError(f"{name}={value!r}: give a share from 0 up to{'' if one else ', but not including,'} 1")


def _is_number(value: float) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
