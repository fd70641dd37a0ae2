"""What `train` and `evaluate` tell beside plain numbers: rules without a network, and the report page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

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


class Beside(NamedTuple):
    """What is told of a network beside rules that need none.

    Args:
        rows: The measures of the network, then of each rule; empty where there is nothing to compare.
        verdict: What the task says of them; or "".
        levels: Of the network's quantiles.
    """

    rows: list[Compared]
    verdict: str = ""
    levels: tuple[float, ...] = ()

    def lines(self) -> list[str]:
        """As lines for the terminal."""
        return [*lines(self.rows, self.levels), *filter(None, [self.verdict])]


def compared(model: Model, judged: tuple[ExampleSet, Evaluation] | None, baselines: Mapping[str, Tensor]) -> Beside:
    """The measures of the network and of the rules beside it."""
    from crnn.report import tables
    from crnn.report.judged import judge

    found = None if judged is None else judge(model.task, *judged)
    if judged is None or found is None:
        return Beside([])
    examples, evaluation = judged
    rows = tables.compared(found, evaluation.values, baselines)
    said = tables.verdict(model.task, examples, evaluation.rows.tolist(), found, rows, baselines)
    return Beside(rows, said, evaluation.levels)


def lines(rows: Sequence[Compared], levels: Sequence[float] = ()) -> list[str]:
    """A table for the terminal: a row each for the network and the rules, a column a measure."""
    from crnn.metrics.numbers import number
    from crnn.report.tables import title

    if not rows:
        return []
    names = list(rows[0].values)
    head = ["", *(title(name, levels) for name in names)]
    cells = [head, *([row.who, *(number(row.values[name]) for name in names)] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(names) + 1)]
    return ["  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in cells]
