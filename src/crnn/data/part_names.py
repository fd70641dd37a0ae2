"""What people call the parts of a data set: of a column that names them, and of folders."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from crnn.data.example import Record
from crnn.data.findings import Findings

_KNOWN: dict[str, str] = {
    **dict.fromkeys(("train", "training", "tr", "训练"), "train"),
    **dict.fromkeys(("dev", "devel", "development", "valid", "val", "validation", "验证", "校验", "开发"), "dev"),
    **dict.fromkeys(("test", "testing", "eval", "evaluation", "测试", "评估"), "test"),
}
_ENDING = re.compile(r"[ _-]?(set|split|data|集|集合|数据)$")

TRAINED = ("", "train")
"""Parts that are trained on: samples of which nothing is said are."""


def part_of(name: str) -> str:
    """What this package calls a part of a data set: "train", "dev" or "test", or "" where the name is of none.

    Example:
        >>> part_of("Validation"), part_of("test_set"), part_of("训练集"), part_of("fold 3")
        ('dev', 'test', 'train', '')
    """
    folded = name.strip().lower()
    return _KNOWN.get(folded) or _KNOWN.get(_ENDING.sub("", folded), "")


def with_parts(records: Sequence[Record], column: str, findings: Findings) -> list[Record]:
    """The records with their parts as this package calls them, where a column named them in any way.

    Beside known names others stay as they are, so that nothing is trained on that may be for a test. Where no name is
    known, it is no column of parts. Either is said.

    Args:
        records: As they were read, `split` as it stands in the column.
        column: Name of the column.
        findings: Where to say it.
    """
    given = {record.split: part_of(record.split) for record in records}
    unknown = [name for name, known in given.items() if name and not known]
    if unknown and not any(given.values()):
        told = f"{column!r}: {', '.join(map(repr, unknown[:3]))}{', …' if len(unknown) > 3 else ''}"
        advice = "All rows are taken alike; parts are called train, dev and test."
        findings.add("column that names no part", told, advice, dropped=False)
        return [replace(record, split="") for record in records]
    for record in records:
        if record.split in unknown:
            advice = "It is neither trained on nor validated with: parts are called train, dev and test."
            findings.add("unknown part", f"{record.name}: {record.split!r}", advice, dropped=False)
    return [replace(record, split=given[record.split] or record.split) for record in records]
