"""Measures and values as people read them, in tables, sentences and pages."""

from __future__ import annotations

import math


def number(value: float) -> str:
    """Four digits that count, a dash for what does not exist; whole numbers whole, and large ones without a fraction.

    Only what rounding leaves of nothing is 0: a share of values near 1e12 may well be 1e-13.

    Example:
        >>> number(0.97312), number(1234.0), number(1234567.8), number(0.00001), number(float("nan"))
        ('0.9731', '1234', '1234568', '1e-05', '–')
    """
    if math.isnan(value):
        return "–"
    if abs(value) < 1e-15:
        return "0"
    whole = float(value).is_integer() or abs(value) >= 1e4
    return f"{value:.0f}" if whole and abs(value) < 1e9 else f"{value:.4g}"


def percent(share: float) -> str:
    r"""A share with one decimal, a dash for what does not exist.

    Example:
        >>> percent(0.9731)
        '97.3\xa0%'
    """
    return "–" if math.isnan(share) else f"{100 * share:.1f}\N{NO-BREAK SPACE}%"


def in_full(value: float) -> str:
    """A single value: all digits before the point, and as many behind it as make four.

    Example:
        >>> in_full(2103456.78), in_full(0.123456), in_full(-52712.3)
        ('2,103,457', '0.1235', '-52,712')
    """
    return f"{value:,.0f}" if 1e3 <= abs(value) < 1e15 else f"{value:.4g}"
