"""One label written in several ways: what is the same writing, and what only looks like it."""

from __future__ import annotations

import re
import unicodedata

_SIGNS = re.compile(r"[\s_\-.,;:!?'\"。，、；：！？·•“”‘’]+")
_WHOLE = re.compile(r"(-?\d+)\.0+")
_TRUTH = {"true": "1", "false": "0"}


def one_form(label: str) -> str:
    r"""A label in one line and in composed characters: spaces of any kind and line breaks are single spaces.

    Example:
        >>> one_form(" very\u00a0\ngood ") == "very good", one_form("cafe\u0301") == "café"
        (True, True)
    """
    return " ".join(unicodedata.normalize("NFC", label).split())


def number_form(label: str) -> str:
    """A whole number without its point, since programs write 1 as 1.0 beside a gap, or as true; else the label.

    Example:
        >>> number_form("1.0"), number_form("-2.00"), number_form("1.5"), number_form("v1.0"), number_form("True")
        ('1', '-2', '1.5', 'v1.0', '1')
    """
    whole = _WHOLE.fullmatch(label)
    return whole[1] if whole else _TRUTH.get(label.casefold(), label)


def likeness(label: str) -> str:
    """What labels have in common that are likely one: width and case of letters, spaces and signs do not count.

    Example:
        >>> likeness("Very-good!") == likeness("very　ｇｏｏｄ"), likeness("1.0") == likeness("1")
        (True, True)
        >>> likeness("C") == likeness("C#")
        False
    """
    folded = unicodedata.normalize("NFKC", number_form(label.strip())).casefold()
    return _SIGNS.sub("", folded) or folded
