"""What a text is answered with: a label, or labels, and how sure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor

SHOWN = 3
"""Likeliest labels in an answer."""

HOLDS_FROM = 0.5
"""Probability from which one of several labels holds."""


@dataclass(frozen=True)
class TextAnswer:
    """What a text is about.

    Args:
        label: The likeliest label; where a text may have several, those that hold, joined by commas.
        probability: Of the label; of several, of the least sure; None where none holds.
        alternatives: The likeliest labels with their probabilities, best first.
        labels: The labels by themselves.
    """

    label: str
    probability: float | None
    alternatives: tuple[tuple[str, float], ...]
    labels: tuple[str, ...]

    def __str__(self) -> str:
        if self.probability is None:
            likeliest, share = self.alternatives[0]
            return f"(none; likeliest {likeliest} {share:.0%})"
        return f"{self.label} ({self.probability:.0%})"

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "label": self.label or None,
            "labels": list(self.labels),
            "probability": self.probability and round(self.probability, 6),
            "alternatives": {name: round(value, 6) for name, value in self.alternatives},
        }


def answered(shares: Tensor, names: Sequence[str], *, several: bool) -> list[TextAnswer]:
    """Answers from probabilities ``(B, K)``.

    Args:
        shares: Of each label.
        names: What the labels are called.
        several: Whether each label holds by itself.

    Example:
        >>> import torch
        >>> answer = answered(torch.tensor([[0.7, 0.6, 0.1]]), ["a", "b", "c"], several=True)[0]
        >>> answer.labels, str(answer)
        (('a', 'b'), 'a, b (60%)')
    """
    top = shares.topk(min(SHOWN, shares.shape[1]), dim=1)
    found = []
    for row, (values, places) in enumerate(zip(top.values.tolist(), top.indices.tolist(), strict=True)):
        alternatives = tuple((names[place], value) for place, value in zip(places, values, strict=True))
        held = (
            [place for place, value in enumerate(shares[row].tolist()) if value >= HOLDS_FROM]
            if several
            else places[:1]
        )
        labels = tuple(names[place] for place in held)
        sure = float(shares[row][held].min()) if held else None
        found.append(TextAnswer(", ".join(labels), sure, alternatives, labels))
    return found
