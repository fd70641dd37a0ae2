"""What is done to a transcript before it is learnt or compared: few steps, each one visible and switchable."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Literal

from crnn.errors import UnknownNameError
from crnn.spec import Spec

CASES = ("keep", "lower", "upper")
PUNCTUATION = ("keep", "drop")

_INSIDE_WORDS = "'’-"
"""Kept between two letters or digits even where punctuation is dropped: "it's", "twenty-one"."""


@dataclass(frozen=True)
class Transcript(Spec):
    r"""How transcripts are brought into one form.

    White space of any kind becomes single spaces, and none is left at the ends; numbers, marks and everything else stay
    as they are unless asked otherwise. The same is done to references before they are compared.

    Args:
        case: "keep", "lower" or "upper".
        punctuation: "keep", or "drop" what is neither letter, mark, digit, symbol nor space; apostrophes and hyphens
            inside words stay.

    Raises:
        UnknownNameError: no such choice.

    Example:
        >>> Transcript(case="lower", punctuation="drop")("“It's 7 o'clock,”  she\tsaid.")
        "it's 7 o'clock she said"
    """

    case: Literal["keep", "lower", "upper"] = "keep"
    punctuation: Literal["keep", "drop"] = "keep"

    def __post_init__(self) -> None:
        for name, value, known in (("case", self.case, CASES), ("punctuation", self.punctuation, PUNCTUATION)):
            if value not in known:
                raise UnknownNameError(name, value, known)

    def __call__(self, text: str) -> str:
        """The text in the one form."""
        if self.case != "keep":
            text = text.lower() if self.case == "lower" else text.upper()
        if self.punctuation == "drop":
            text = "".join(_without_punctuation(text))
        return " ".join(text.replace("\ufeff", "").split())

    def steps(self) -> list[str]:
        """What is done, in words, for reports and model cards."""
        steps = ["white space becomes single spaces"]
        if self.case != "keep":
            steps.insert(0, f"{self.case} case")
        if self.punctuation == "drop":
            steps.insert(len(steps) - 1, "punctuation is dropped, but for apostrophes and hyphens inside words")
        return steps


def _without_punctuation(text: str) -> list[str]:
    kept = []
    for place, symbol in enumerate(text):
        inside = text[place - 1 : place].isalnum() and text[place + 1 : place + 2].isalnum()
        stays = unicodedata.category(symbol)[0] != "P" or (symbol in _INSIDE_WORDS and inside)
        kept.append(symbol if stays else " ")
    return kept
