"""What is answered for a sequence: its class, or the labels that hold for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

SHOWN = 3
"""Classes that an answer names."""


@dataclass(frozen=True)
class SeriesClass:
    """What a sequence was taken for.

    Args:
        label: The likeliest class.
        probability: Of it, calibrated on the validation part.
        alternatives: The likeliest classes with their probabilities, best first.
    """

    label: Any
    probability: float
    alternatives: tuple[tuple[Any, float], ...]

    @classmethod
    def of(cls, names: Sequence[Any], shares: Sequence[float]) -> Self:
        """From the probabilities of all classes.

        Example:
            >>> print(SeriesClass.of(["rest", "walk"], [0.1, 0.9]))
            walk (90%)
        """
        best = sorted(zip(names, shares, strict=True), key=lambda pair: -pair[1])[:SHOWN]
        return cls(*best[0], tuple(best))

    def __str__(self) -> str:
        return f"{self.label} ({self.probability:.0%})"

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "label": self.label,
            "probability": round(self.probability, 6),
            "alternatives": {str(name): round(value, 6) for name, value in self.alternatives},
        }


@dataclass(frozen=True)
class SeriesLabels:
    """The labels that hold for a sequence.

    Args:
        labels: Those with a probability of at least a half.
        probabilities: Of all labels, in the order of their numbers.
    """

    labels: tuple[Any, ...]
    probabilities: tuple[tuple[Any, float], ...]

    @classmethod
    def of(cls, names: Sequence[Any], shares: Sequence[float]) -> Self:
        """From the probabilities of all labels.

        Example:
            >>> print(SeriesLabels.of(["rest", "walk"], [0.1, 0.9]))
            walk (90%)
        """
        pairs = tuple(zip(names, shares, strict=True))
        return cls(tuple(name for name, share in pairs if share >= 0.5), pairs)

    def __str__(self) -> str:
        return ", ".join(f"{name} ({value:.0%})" for name, value in self.probabilities if name in self.labels) or "none"

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        values = {str(name): round(value, 6) for name, value in self.probabilities}
        return {"labels": list(self.labels), "probabilities": values}
