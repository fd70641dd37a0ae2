"""What an inspection found: as lines for people, as plain JSON for programs."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, Literal

from crnn.data.findings import Findings

SHOWN = 20
"""Labels or groups that people see; JSON holds all."""

WIDTH = 16
"""Letters of the column of names."""

_TITLES = {
    "length_s": "length",
    "length_steps": "length (steps)",
    "rate_hz": "rate (Hz)",
    "size_bytes": "size",
    "files_bytes": "files",
    "shapes_for": "shapes are for",
}


@dataclass
class Inspection:
    """What was found.

    Args:
        kind: "data" or "model".
        name: What was inspected.
        facts: Plain JSON by name.
        findings: Samples that would be left out, or look wrong.
        problems: What has to be put right before this can be used at all.
    """

    kind: Literal["data", "model"]
    name: str
    facts: dict[str, Any]
    findings: Findings = field(default_factory=Findings)
    problems: list[str] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain JSON: every label and every sample's name."""
        return {
            "kind": self.kind,
            "name": self.name,
            **self.facts,
            "findings": self.findings.to_dict(),
            "problems": self.problems,
        }

    def lines(self) -> list[str]:
        """For people: long lists are cut, sizes have units."""
        told = [f"{self.kind} {self.name}", ""]
        for name, value in self.facts.items():
            told += _told(name, value)
        if len(self.findings):
            told += ["", "found", *(f"  {finding.line()}" for finding in self.findings)]
        elif self.kind == "data" and not self.problems:
            told += ["", "nothing wrong was found"]
        if self.problems:
            told += ["", "problems", *(f"  {self._once(problem)}" for problem in self.problems)]
        return told

    def _once(self, problem: str) -> str:
        """A problem without the findings that it repeats."""
        above = {finding.line() for finding in self.findings}
        first, *rest = problem.split("\n")
        kept = [line for line in rest if line not in above]
        if len(kept) < len(rest):
            first = f"{first.rstrip(':.')}: see what was found" if first.endswith(":") else first
        return "\n  ".join([first, *kept])


def _told(name: str, value: Any) -> list[str]:
    """A fact in one line or, for many values, in a line each."""
    title = f"{_TITLES.get(name, name.replace('_', ' ')):<{WIDTH}}"
    if name == "layers":
        return [title.rstrip(), *_table(value)]
    if isinstance(value, list):
        more = f", … and {len(value) - SHOWN} more" if len(value) > SHOWN else ""
        return [f"{title}{len(value)}: {', '.join(map(str, value[:SHOWN]))}{more}"]
    if not isinstance(value, dict):
        return [f"{title}{_unit(name, value)}"]
    if name == "settings":
        return [title + ", ".join(f"{key.replace('_', ' ')} {_plain(each)}" for key, each in value.items())]
    if name in ("labels", "groups", "symbols") and len(value) > 4:
        return [f"{title}{len(value)}", *_counts(value)]
    bars = value.get("histogram", [])
    joint = " in " if name in ("rate_hz", "channels") else " "
    told = [f"{key}{joint}{_unit(name, each)}" for key, each in value.items() if key != "histogram"]
    return [title + ", ".join(told), *(_bars(bars) if len(bars) > 1 else [])]


def _plain(value: Any) -> str:
    """A setting in words, with the parts that it may have."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        value = [f"{key.replace('_', ' ')} {_plain(each)}" for key, each in value.items()]
    if isinstance(value, list):
        return f"({', '.join(map(_plain, value))})" if value else "none"
    return "none" if value is None else _unit("", value)


def _counts(counts: dict[str, int]) -> list[str]:
    told = [f"  {key:<20} {count:>7,}" for key, count in list(counts.items())[:SHOWN]]
    if len(counts) > SHOWN:
        told.append(f"  … and {len(counts) - SHOWN} more, down to {min(counts.values())}")
    return told


def _unit(name: str, value: Any) -> str:
    if name.endswith("_bytes"):
        power = min(3, int(math.log(max(value, 1), 1000)))
        return f"{value / 1000**power:.3g} {('bytes', 'kB', 'MB', 'GB')[power]}"
    if name.endswith("_s"):
        return f"{value:.2f} s" if value < 600 else f"{value / 3600:.2f} h"
    if isinstance(value, float):
        return f"{value:.4g}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _bars(rows: list[dict[str, float]], width: int = 40) -> list[str]:
    most = max(row["count"] for row in rows)
    told = []
    for row in rows:
        bar = "█" * math.ceil(width * row["count"] / most)
        told.append(f"  {_end(row['from'])} to {_end(row['to'])} {bar:<{width}} {row['count']}")
    return told


def _end(value: float) -> str:
    return f"{value:8,}" if isinstance(value, int) else f"{value:8.2f}"


def _table(rows: list[dict[str, Any]]) -> list[str]:
    told = []
    for row in rows:
        shape = " × ".join(map(str, row["output"]))
        told.append(f"  {row['layer']:<18} {shape:>16} {row['parameters']:>12,}  {row['settings']}".rstrip())
    return told
