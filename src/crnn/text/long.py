"""Long texts in bounded memory: their beginning and their end are read."""

from __future__ import annotations

LETTERS = 40
"""Letters a token that a text is cut to before it is tokenised."""


def both_ends(text: str, longest: int) -> str:
    """A text without its middle, where that is surely not read.

    Args:
        text: Of any length.
        longest: Most tokens that are read.
    """
    most = LETTERS * longest
    return f"{text[:most]} {text[-most:]}" if len(text) > 2 * most else text


def first_and_last(tokens: list[str], longest: int) -> list[str]:
    """At most so many tokens: of a longer text the beginning, and of its end a quarter.

    Example:
        >>> first_and_last(list("abcdefghij"), 4), first_and_last(["a"], 4)
        (['a', 'b', 'c', 'j'], ['a'])
    """
    if len(tokens) <= longest:
        return tokens
    end = longest // 4
    return tokens[: longest - end] + tokens[len(tokens) - end :]
