"""Reading order and display order: Arabic and Hebrew run from right to left, the columns of an image do not.

A text file has its symbols in reading order. A network that reads an image from left to right sees them in display
order. What turns one into the other is the Unicode Bidirectional Algorithm (UAX #9), here without explicit embeddings
and pairs of brackets, which transcripts of single lines have no need of.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal

Direction = Literal["ltr", "rtl"]

_STRONG = ("L", "R", "AL")
_NUMBERS = ("EN", "AN")
_SPACES = ("WS", "S", "B", "BN")

_PAIRS = "() [] {} <> «» ‹› ≤≥ ⟨⟩ ⁅⁆ ⁽⁾ ₍₎ 〈〉 《》 「」 『』 【】"
_MIRRORED = {left: right for pair in _PAIRS.split() for left, right in (tuple(pair), tuple(pair[::-1]))}


def direction_of(texts: Iterable[str]) -> Direction:
    """The direction of most lines, each taken by its strong letters.

    Example:
        >>> direction_of(["abc", "שלום"]), direction_of(["سلام", "שלום abc", "x"])
        ('ltr', 'rtl')
    """
    counts: Counter[bool] = Counter()
    for text in texts:
        strong = Counter(unicodedata.bidirectional(symbol) for symbol in text)
        counts[strong["R"] + strong["AL"] > strong["L"]] += 1
    return "rtl" if counts[True] > counts[False] else "ltr"


def mirrored(symbol: str) -> str:
    """A bracket as it looks in writing from right to left; other symbols as they are."""
    return _MIRRORED.get(symbol, symbol)


def displayed(text: str, direction: Direction) -> tuple[str, list[int]]:
    """A text in display order, from left to right, and the place of each of its symbols in the text given.

    Marks stay behind the letter that carries them; brackets in writing from right to left are mirrored, as they look.
    The same function brings a displayed text back into reading order: what is turned twice is as it was, but for rare
    mixtures that look alike in two orders, such as a number before or behind a Latin word in an Arabic line.

    Args:
        text: One line.
        direction: Of the line as a whole.

    Example:
        >>> displayed("שלום 12", "rtl")[0] == "12 םולש", displayed("(א)", "rtl")[0]
        (True, '(א)')
        >>> displayed(displayed("ab 12 (cd)", "ltr")[0], "ltr")
        ('ab 12 (cd)', [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    """
    base = int(direction == "rtl")
    kinds = [unicodedata.bidirectional(symbol) or "L" for symbol in text]
    if base == 0 and not any(kind in ("R", "AL", "AN") for kind in kinds):
        return text, list(range(len(text)))
    clusters = _clusters(text)
    levels = _levels([kinds[cluster[0]] for cluster in clusters], base)
    order = _visual(levels)
    places = [place for number in order for place in clusters[number]]
    level_of = {place: levels[number] for number in order for place in clusters[number]}
    return "".join(_as_seen(text[place], level_of[place]) for place in places), places


def _as_seen(symbol: str, level: int) -> str:
    return mirrored(symbol) if level % 2 else symbol


def _clusters(text: str) -> list[list[int]]:
    """Places of each letter with the marks on it."""
    clusters: list[list[int]] = []
    for place, symbol in enumerate(text):
        if clusters and unicodedata.bidirectional(symbol) == "NSM":
            clusters[-1].append(place)
        else:
            clusters.append([place])
    return clusters


def _levels(kinds: Sequence[str], base: int) -> list[int]:
    """Embedding levels: odd ones run from right to left."""
    resolved = _neutrals(_weak(list(kinds), base), base)
    levels = []
    for kind in resolved:
        if base:
            levels.append(1 if kind == "R" else 2)
        else:
            levels.append({"L": 0, "R": 1}.get(kind, 2))
    for place in range(len(levels) - 1, -1, -1):  # L1: space at the end belongs to the line
        if kinds[place] not in _SPACES:
            break
        levels[place] = base
    return levels


def _weak(kinds: list[str], base: int) -> list[str]:
    """Rules W2 to W7: numbers, and the signs in and around them."""
    start = "R" if base else "L"
    strong = start
    for place, kind in enumerate(kinds):
        if kind in _STRONG:
            strong = kind
        elif kind == "EN" and strong == "AL":
            kinds[place] = "AN"
    kinds = ["R" if kind == "AL" else "L" if kind == "NSM" else kind for kind in kinds]
    for place in range(1, len(kinds) - 1):
        before, kind, after = kinds[place - 1 : place + 2]
        if before == after and ((kind == "ES" and before == "EN") or (kind == "CS" and before in _NUMBERS)):
            kinds[place] = before
    for places in (range(1, len(kinds)), range(len(kinds) - 2, -1, -1)):
        step = -1 if places.step > 0 else 1
        for place in places:
            if kinds[place] == "ET" and kinds[place + step] == "EN":
                kinds[place] = "EN"
    strong = start
    for place, kind in enumerate(kinds):
        if kind in ("L", "R"):
            strong = kind
        elif kind == "EN" and strong == "L":
            kinds[place] = "L"
    return kinds


def _neutrals(kinds: list[str], base: int) -> list[str]:
    """Rules N1 and N2: what lies between two of a direction takes it, else that of the line."""
    line = "R" if base else "L"
    solid = ("L", "R", *_NUMBERS)
    place = 0
    while place < len(kinds):
        if kinds[place] in solid:
            place += 1
            continue
        end = place
        while end < len(kinds) and kinds[end] not in solid:
            end += 1
        before = _side(kinds[place - 1]) if place else line
        after = _side(kinds[end]) if end < len(kinds) else line
        kinds[place:end] = [before if before == after else line] * (end - place)
        place = end
    return kinds


def _side(kind: str) -> str:
    return "L" if kind == "L" else "R"


def _visual(levels: Sequence[int]) -> list[int]:
    """Rule L2: reverse every run of a level or higher, from the highest level down to the lowest odd one."""
    order = list(range(len(levels)))
    for level in range(max(levels, default=0), 0, -1):
        place = 0
        while place < len(order):
            if levels[order[place]] < level:
                place += 1
                continue
            end = place
            while end < len(order) and levels[order[end]] >= level:
                end += 1
            order[place:end] = order[place:end][::-1]
            place = end
    return order
