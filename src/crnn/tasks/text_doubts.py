"""What looks wrong with texts and their labels: said before it costs a training or passes for an answer."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from crnn.data.example import Record
from crnn.data.findings import Findings
from crnn.errors import DataError, SplitError, UnreadableError
from crnn.tasks.labels import Labels
from crnn.tasks.text_reading import text_of

Tokens = Callable[[str], list[str]]
"""From a text as it came to the tokens that are read."""

Known = Callable[[Sequence[str]], bool]
"""Whether any of some tokens tells a model something."""


def note_files(records: Sequence[Record], findings: Findings, is_long: Callable[[str], bool], longest: int) -> None:
    """Say which texts are read in part only, and which in a guessed encoding; unreadable ones are named later."""
    advice = f"Of these the beginning and the end are read; longest={2 * longest} reads more."
    for record in records:
        with contextlib.suppress(UnreadableError):
            if is_long(text_of(record, findings)):
                findings.add(f"text of more than {longest} tokens", record.name, advice, dropped=False)


def note_unknown(records: Sequence[Record], findings: Findings, tokens: Tokens, known: Known) -> None:
    """Say of which texts no word and no n-gram is known, so that their answers are a guess."""
    advice = "Nothing like it was in training: its answer is no more than a guess."
    for record in records:
        with contextlib.suppress(UnreadableError):  # named where it is prepared
            if (found := tokens(text_of(record))) and not known(found):
                findings.add("text without a known word", record.name, advice, dropped=False)


def refuse_labels_as_texts(records: Sequence[Record], data: str | Path, labels: Labels) -> None:
    """Refuse a table that has labels where training had texts.

    Raises:
        DataError: all of several texts are labels.
    """
    if len(records) > 1 and all(isinstance(record.source, str) and record.source in labels for record in records):
        raise DataError(
            f"all {len(records)} texts of {data} are labels, such as {records[0].source!r}: its columns stand in"
            " another order than those of training; give it a row of names, such as text,label"
        )


def refuse_own_labels(records: Sequence[Record]) -> None:
    """Refuse texts of which each has a label of its own, so that none could be judged by another.

    Raises:
        DataError: each label comes once.
    """
    if 1 < len({str(record.target) for record in records}) == len(records):
        refuse_measures([record.target for record in records])
        raise SplitError(
            f"each of the {len(records)} texts has a label of its own: give at least two texts of each label, or train"
            " on all with validation_split=0"
        )


def refuse_measures(targets: Sequence[Any]) -> None:
    """Refuse a column of measurements, identifiers or texts in place of labels.

    Raises:
        DataError: more than 20 labels, and more than half as many as texts.
    """
    kinds = list(dict.fromkeys(targets))
    if len(kinds) <= max(20, len(targets) // 2):
        return
    shown = ", ".join(str(kind)[:20] for kind in kinds[:3])
    raise DataError(
        f"the {len(targets)} texts have {len(kinds)} different labels ({shown}, …): labels must repeat to be"
        " learnt. Is another column the label? Say label=… (--label); measured numbers must be cut into classes first"
    )
