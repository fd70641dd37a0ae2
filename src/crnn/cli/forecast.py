"""`crnn forecast`: the next steps of every series, as a table, JSON, and a plot."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from crnn.report.drawing import Picture
    from crnn.tasks.forecasting import Forecasting


@click.command("forecast", short_help="The next steps of every series: a table, JSON, a plot.")
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("data", type=click.Path(path_type=Path))
@click.option("-o", "--out", type=click.Path(path_type=Path), help="File to write: .csv, .tsv, .json or .jsonl.")
@click.option("--plot", type=click.Path(path_type=Path), help="PNG file of history, forecast and intervals to write.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a series on stdout.")
def command(model: Path, data: Path, out: Path | None, plot: Path | None, as_json: bool) -> int:
    """Forecast the steps that follow the last ones in DATA with MODEL.

    Rows behind the last value may give what is known ahead (prices, holidays).
    """
    return run(model, data, out, plot, as_json)


def run(model: Path, data: Path, out: Path | None, plot: Path | None, as_json: bool) -> int:
    """Forecast, write and print; returns the exit code."""
    from crnn.data.findings import counted
    from crnn.parts import tell
    from crnn.predictor import Predictor
    from crnn.series.forecast import Forecasts, require_ending
    from crnn.store import require_data

    if out is not None:
        require_ending(out)
    if plot is not None:
        require_picture(plot)
    predictor = Predictor.load(model)
    task = _require_forecasting(predictor, model)
    require_data(data)
    records, findings = task.read_unlabelled(data)
    tell(findings)
    found: Forecasts = predictor.predict(records)
    if out is not None:
        found.write(out)
    if plot is not None:
        from crnn.report import forecasts

        history = [record.source for record in records]
        write_picture(plot, forecasts.picture(found, history, season=task.season))
    if as_json:
        for each in found:
            click.echo(json.dumps(each.to_dict(), ensure_ascii=False))
    elif out is None:
        click.echo(found.to_csv(), nl=False)
    else:
        click.echo(f"forecast  {out} ({len(found)} series, {counted(len(found[0]), 'step')})")
        if plot is not None:
            click.echo(f"plot      {plot}")
    return 0


def _require_forecasting(predictor: object, model: Path) -> Forecasting:
    from crnn.errors import SpecError
    from crnn.tasks.forecasting import Forecasting

    task = getattr(predictor, "task", None)
    if not isinstance(task, Forecasting):
        raise SpecError(
            f"{model} is a model of the task {getattr(task, 'name', '?')}, not of forecast: use crnn predict"
        )
    return task


def require_picture(path: Path) -> None:
    """Refuse a name that promises another kind of picture.

    Raises:
        CrnnError: it is none of a PNG file.
    """
    from crnn.errors import CrnnError

    if path.suffix.lower() != ".png":
        raise CrnnError(f"{path} is no name of a PNG file, which plots are: call it {path.with_suffix('.png')}")


def write_picture(path: Path, picture: Picture) -> None:
    """Write a PNG file, and say what it leaves out.

    Raises:
        CrnnError: it cannot be written.
    """
    from crnn.errors import CrnnError

    try:
        path.write_bytes(picture.png)
    except OSError as error:
        raise CrnnError(f"cannot write the plot to {path}: {error.strerror or error}") from error
    if picture.note:
        click.echo(f"note: {path} shows {picture.note}", err=True)
    if picture.key:
        click.echo(f"note: in {path} {picture.key}", err=True)
