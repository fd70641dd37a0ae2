"""What `train` and `evaluate` tell beside plain numbers: rules without a network, and the report page."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crnn.errors import MissingExtraError

if TYPE_CHECKING:
    from torch import Tensor

    from crnn.data.example import ExampleSet
    from crnn.engine.evaluate import Evaluation
    from crnn.model import Model
    from crnn.report.tables import Compared


def write_page(
    folder: Path,
    model: Model,
    judged: tuple[ExampleSet, Evaluation] | None,
    settings: Mapping[str, object],
    baselines: Mapping[str, Tensor],
    title: str = "",
) -> Path | None:
    """Write the page of a model and of what it was judged on; None where the extra is not installed."""
    from crnn.report import write

    examples, evaluation = judged or (None, None)
    try:
        return write(
            folder,
            task=model.task,
            examples=examples,
            evaluation=evaluation,
            history=model.history,
            findings=model.findings,
            settings={**settings, "parameters": f"{model.parameters:,}"},
            baselines=baselines,
            reasons=lambda record: model.explain([record])[0],
            title=title,
        )
    except MissingExtraError as error:
        click.echo(f"note: {error}", err=True)
        return None


def compared(
    model: Model, judged: tuple[ExampleSet, Evaluation] | None, baselines: Mapping[str, Tensor]
) -> list[Compared]:
    """The measures of the network and of the rules beside it; empty where there is nothing to compare."""
    from crnn.report import tables
    from crnn.report.judged import judge

    if judged is None:
        return []
    found = judge(model.task, *judged)
    return [] if found is None else tables.compared(found, judged[1].values, baselines)


def lines(rows: list[Compared]) -> list[str]:
    """A table for the terminal: a row each for the network and the rules, a column a measure."""
    if not rows:
        return []
    names = list(rows[0].values)
    cells = [["", *names]] + [[row.who, *(_number(row.values[name]) for name in names)] for row in rows]
    widths = [max(len(row[column]) for row in cells) for column in range(len(names) + 1)]
    return ["  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in cells]


def verdict(model: Model, rows: list[Compared]) -> list[str]:
    """What the task has to say of the network beside the rules: one sentence, or none."""
    said = model.task.verdict({row.who: row.values for row in rows})
    return [said] if said else []


def _number(value: float) -> str:
    from crnn.report.numbers import number

    return number(value)
