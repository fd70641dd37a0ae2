"""The samples to look at first: most confidently wrong, barely right, furthest off; with their sound or picture."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from crnn.data.example import Record
from crnn.explain import Explanation
from crnn.metrics.numbers import in_full
from crnn.report.judged import Judged
from crnn.report.lines import line_picture
from crnn.tasks.task import Task

CLIPS = 20
CLIP_BYTES = 500_000
ALL_CLIP_BYTES = 3_000_000
"""Most clips in a page, the largest file taken in, and all of them together as they stand in the page."""

LETTERS = 300
TELLING = 6
"""Letters of a text, and words that told most, in a page."""

_TYPES = {
    ".wav": "audio/wav",
    ".flac": "audio/flac",
    ".ogg": "audio/ogg",
    ".opus": "audio/ogg",
    ".mp3": "audio/mpeg",
}  # what browsers play


@dataclass(frozen=True)
class Case:
    """One sample with its answer.

    Args:
        name: File or row.
        group: Speaker or writer, or "".
        truth: What it was.
        answer: What the network said.
        score: Probability of the answer, or the error; as text.
        source: Where it came from.
        sound: The recording as a data URI, or "".
        text: The text, cut if it is long, or "".
        telling: The pieces of it that told most for the answer (above 0) or against it.
        picture: The picture of a line as a data URI, or "".
    """

    name: str
    group: str
    truth: str
    answer: str
    score: str
    source: Any
    sound: str = ""
    text: str = ""
    telling: tuple[tuple[str, float], ...] = ()
    picture: str = ""


def most_wrong(judged: Judged, most: int = 12) -> list[Case]:
    """Wrong answers, the most confident first; of values, the largest errors against the spread of the true ones.

    Of a series, whose windows share most of their steps, only the one that is furthest off.
    """
    if judged.kind == "values":
        spread = judged.targets.std(0, correction=0).clamp_min(1e-12)
        return _values(judged, ((judged.predictions - judged.targets).abs() / spread).amax(1), most)
    sureness = _sureness(judged).masked_fill(judged.right, -torch.inf)
    rows = _first(sureness, most, min(most, int((~judged.right).sum())))
    return [_case(judged, row) for row in rows]


def least_right(judged: Judged, most: int = 8) -> list[Case]:
    """Right answers, the least confident first."""
    if judged.kind == "values":
        return []
    sureness = _sureness(judged).masked_fill(~judged.right, torch.inf)
    rows = _first(-sureness, most, min(most, int(judged.right.sum())))
    return [_case(judged, row) for row in rows]


def with_sound(*parts: Sequence[Case]) -> list[list[Case]]:
    """The cases with what is heard or seen in them: recordings that a browser plays and pictures of lines.

    As far as the page stays small.
    """
    left, room, result = CLIPS, ALL_CLIP_BYTES, []
    for cases in parts:
        done = []
        for case in cases:
            most = min(CLIP_BYTES, room * 3 // 4 - 3) if left else 0
            sound, picture = _sound(case.source, most), line_picture(case.source, most) if most > 0 else ""
            left, room = left - bool(sound or picture), room - len(sound) - len(picture)
            done.append(replace(case, sound=sound, picture=picture))
        result.append(done)
    return result


def with_words(cases: Sequence[Case], task: Task, reasons: Callable[[Record], Explanation] | None = None) -> list[Case]:
    """The cases with their texts, where they are texts, and with the words that told most."""
    done = []
    for case in cases:
        record = Record(case.source, name=case.name)
        text = task.wording(record)
        if text is None:
            done.append(case)
            continue
        shown = text if len(text) <= LETTERS else text[: LETTERS - 1] + "…"
        telling = () if reasons is None else tuple(reasons(record).telling(TELLING))
        done.append(replace(case, text=shown, telling=telling))
    return done


def _sound(source: Any, most_bytes: int) -> str:
    path = Path(source) if isinstance(source, (str, Path)) else None
    kind = _TYPES.get(path.suffix.lower()) if path is not None else None
    if path is None or kind is None:
        return ""
    try:
        content = path.read_bytes() if path.stat().st_size <= most_bytes else b""
    except OSError:  # moved since it was read: the report is worth having without it
        return ""
    return f"data:{kind};base64,{base64.b64encode(content).decode()}" if content else ""


def _first(order: Tensor, most: int, count: int) -> list[int]:
    rows: list[int] = order.argsort(descending=True, stable=True)[: min(most, count)].tolist()
    return rows


def _sureness(judged: Judged) -> Tensor:
    """``(N,)``: probability of the answer; with several labels, of its most surely wrong label, else the least sure."""
    if judged.kind == "classes":
        return judged.predictions.max(1).values
    sides = torch.maximum(judged.predictions, 1 - judged.predictions)
    wrong = (judged.predictions >= 0.5) != (judged.targets >= 0.5)
    return torch.where(judged.right, sides.min(1).values, sides.masked_fill(~wrong, 0.0).max(1).values)


def _case(judged: Judged, row: int) -> Case:
    record, target, scores = judged.records[row], judged.targets[row], judged.predictions[row]
    if judged.kind == "classes":
        truth, answer = judged.names[int(target)], judged.names[int(scores.argmax())]
    else:
        truth, answer = _held(judged.names, target), _held(judged.names, scores)
    sure = float(_sureness(judged)[row])
    score = f"{100 * sure:.1f}\N{NO-BREAK SPACE}%" if judged.probable else f"{sure:.3g}"
    return Case(record.name or f"row {row}", record.group, truth, answer, score, record.source)


def _held(names: list[str], values: Tensor) -> str:
    return ", ".join(name for name, holds in zip(names, (values >= 0.5).tolist(), strict=True) if holds) or "(none)"


def _values(judged: Judged, errors: Tensor, most: int) -> list[Case]:
    rows = _first(errors, len(judged), len(judged))
    if judged.scales is not None:  # windows of series: their group is their series, and stands in their name
        own: dict[str, int] = {}
        for row in rows:
            own.setdefault(judged.records[row].group, row)
        rows = [*own.values()]
    cases = []
    for row in rows[:most]:
        record = judged.records[row]
        truth, answer = (_numbers(part[row]) for part in (judged.targets, judged.predictions))
        score = in_full(float((judged.predictions[row] - judged.targets[row]).abs().max()))
        group = record.group if judged.scales is None else ""
        cases.append(Case(record.name or f"row {row}", group, truth, answer, score, record.source))
    return cases


def _numbers(values: Tensor, most: int = 6) -> str:
    shown = ", ".join(map(in_full, values[:most].tolist()))
    return shown + (", …" if len(values) > most else "")
