"""The report page that `train` and `evaluate` write; without its extra they say so and go on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crnn.errors import MissingExtraError

if TYPE_CHECKING:
    from crnn.data.example import ExampleSet
    from crnn.engine.evaluate import Evaluation
    from crnn.model import Model


def write_page(
    folder: Path,
    model: Model,
    judged: tuple[ExampleSet, Evaluation] | None,
    settings: Mapping[str, object],
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
            title=title,
        )
    except MissingExtraError as error:
        click.echo(f"note: {error}", err=True)
        return None
