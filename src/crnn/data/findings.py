"""What is wrong with the data, each sample named once under its kind, counted, with advice.

Nothing is dropped in silence: whoever leaves a sample out says so here, and the summary is shown before training.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field


def counted(count: int, word: str) -> str:
    """A number of things in words.

    Example:
        >>> counted(1, "step"), counted(1234, "step")
        ('1 step', '1,234 steps')
    """
    return f"{count:,} {word}{'s' * (count != 1)}"


@dataclass
class Finding:
    """One kind of problem.

    Args:
        kind: Short name, for example "unreadable".
        advice: What to do about it.
        names: The samples, in the order found; each with its reason where that differs from sample to sample.
        dropped: Whether the samples are left out (False: only noted).
    """

    kind: str
    advice: str
    names: list[str] = field(default_factory=list)
    dropped: bool = True

    def line(self, most: int = 3) -> str:
        """The finding in one line, naming at most `most` samples."""
        shown = "; ".join(self.names[:most])
        rest = f"; and {len(self.names) - most:,} more" if len(self.names) > most else ""
        verb = "left out" if self.dropped else "noted"
        return f"{self.kind} ({len(self.names):,} {verb}): {shown}{rest}. {self.advice}"


class Findings:
    """All problems found so far, by kind.

    Example:
        >>> findings = Findings()
        >>> findings.add("empty", "a.wav", "Record it again.")
        >>> print(findings)
        empty (1 left out): a.wav. Record it again.
    """

    def __init__(self) -> None:
        self._by_kind: dict[str, Finding] = {}
        self._seen: set[tuple[str, str]] = set()

    def add(self, kind: str, name: str, advice: str, dropped: bool = True) -> None:
        """Name one sample under a kind; a sample already named there is not named twice."""
        finding = self._by_kind.setdefault(kind, Finding(kind, advice, dropped=dropped))
        if (kind, name) not in self._seen:
            self._seen.add((kind, name))
            finding.names.append(name)

    def extend(self, other: Findings) -> None:
        """Take over what another pass found."""
        for finding in other:
            for name in finding.names:
                self.add(finding.kind, name, finding.advice, finding.dropped)

    def without(self, *kinds: str) -> Findings:
        """The same but for some kinds."""
        rest = Findings()
        rest._by_kind = {kind: finding for kind, finding in self._by_kind.items() if kind not in kinds}
        rest._seen = {each for each in self._seen if each[0] not in kinds}
        return rest

    def __iter__(self) -> Iterator[Finding]:
        return iter(self._by_kind.values())

    def __len__(self) -> int:
        return len(self._by_kind)

    def __contains__(self, kind: str) -> bool:
        return kind in self._by_kind

    def __getitem__(self, kind: str) -> Finding:
        return self._by_kind[kind]

    @property
    def dropped(self) -> int:
        """How many samples were left out in all."""
        return sum(len(finding.names) for finding in self if finding.dropped)

    def __str__(self) -> str:
        return "\n".join(finding.line() for finding in self)

    def to_dict(self) -> dict[str, dict[str, object]]:
        """For JSON: every name, not only the first few."""
        return {
            finding.kind: {"names": finding.names, "dropped": finding.dropped, "advice": finding.advice}
            for finding in self
        }
