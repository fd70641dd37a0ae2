"""Labels divided by signs that may also stand within one: told apart by the labels that stand alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

_SIGNS = ("/／", "+＋")
"""Signs that divide labels for some people, and are part of one for others, each in its forms."""


@dataclass
class Divided:
    """Labels that may be several.

    Args:
        parts: Of those that surely are.
        doubtful: Those that may be.
    """

    parts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    doubtful: list[str] = field(default_factory=list)


def divided(counts: Mapping[str, int], known: Collection[str] = ()) -> Divided:
    """Which labels are several, divided by a slash or a plus.

    A sign divides where most of the labels with it, as often as they come, have nothing but parts that are labels by
    themselves; then these do consist of them. The others are doubtful if one of their parts is a label by itself, or
    all of them come in other labels too. So ``C++`` stays what it is, and ``news/sport`` too, unless there are also the
    labels ``news`` and ``sport``.

    Args:
        counts: How often each label comes.
        known: Other labels, which are one each: those that were learnt before, or stood in a list.

    Example:
        >>> divided({"art": 3, "sport": 2, "art/sport": 1, "C++": 1})
        Divided(parts={'art/sport': ('art', 'sport')}, doubtful=[])
        >>> divided({"news": 3, "news/sport": 2, "news/art": 2})
        Divided(parts={}, doubtful=['news/sport', 'news/art'])
    """
    found = Divided()
    for forms in _SIGNS:
        joined = {label: parts for label in counts if label not in known and len(parts := _parts(label, forms)) > 1}
        alone = {part for parts in joined.values() for part in parts if part in counts or part in known}
        again = Counter(part for parts in joined.values() for part in set(parts))
        sure = {label: parts for label, parts in joined.items() if alone.issuperset(parts)}
        if 2 * sum(counts[label] for label in sure) > sum(counts[label] for label in joined):
            found.parts |= sure
        found.doubtful += [
            label
            for label, parts in joined.items()
            if alone.intersection(parts) or all(again[part] > 1 for part in parts)
        ]
    found.doubtful = [label for label in dict.fromkeys(found.doubtful) if label not in found.parts]
    return found


def _parts(label: str, forms: str) -> tuple[str, ...]:
    """What a sign divides a label into; nothing where a part is empty, as in C++, or comes twice, as in 5/5."""
    parts = [part.strip() for part in label.replace(forms[1], forms[0]).split(forms[0])]
    return tuple(parts) if all(parts) and len({*parts}) == len(parts) else ()
