"""What is learnt of texts by their scripts: which n-grams."""

from __future__ import annotations

from collections.abc import Sequence

from crnn.text.normalize import spaceless
from crnn.text.vocabulary import VocabularySpec

MIXED = 0.02
"""Share of texts in a second kind of script from which both kinds of n-grams are learnt."""


def vocabulary_spec(texts: Sequence[Sequence[str]]) -> VocabularySpec:
    """What is learnt of such texts: n-grams of tokens where scripts have no spaces, of characters where words have.

    Texts of both kinds get both, where either is more than a stray few.

    Example:
        >>> vocabulary_spec([list("房间很好")]).pieces, vocabulary_spec([["good", "room"]]).tokens
        (0, 2)
    """
    filled = [list(tokens) for tokens in texts if tokens]
    share = sum(map(spaceless, filled)) / max(len(filled), 1)
    if share < MIXED:
        return VocabularySpec()
    if share > 1 - MIXED:
        return VocabularySpec(least=1, tokens=4, pieces=0)
    return VocabularySpec(tokens=4)
