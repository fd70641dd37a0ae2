"""`crnn backtest`: what the model would have said at past times, beside what came and simple rules."""

from __future__ import annotations

import json
from pathlib import Path

import click

from crnn.cli.forecast import require_picture, write_picture


@click.command("backtest", short_help="Judge a forecasting model at rolling past origins.")
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("data", type=click.Path(path_type=Path))
@click.option("--folds", type=int, default=4, show_default=True, help="Origins of each series.")
@click.option("--stride", type=int, help="Steps between two origins [default: the horizon].")
@click.option("--plot", type=click.Path(path_type=Path), help="PNG file of the last forecasts beside what came.")
@click.option("--errors", type=click.Path(path_type=Path), help="PNG file of the error by steps ahead.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
def command(
    model: Path,
    data: Path,
    folds: int,
    stride: int | None,
    plot: Path | None,
    errors: Path | None,
    as_json: bool,
) -> int:
    """Judge MODEL on the last steps of DATA: from each of several origins it forecasts, and is compared with what came.

    The model is not trained again. Judge it on data that it was not trained on; it says so where it was.
    """
    return run(model, data, folds, stride, plot, errors, as_json)


def run(
    model: Path, data: Path, folds: int, stride: int | None, plot: Path | None, errors: Path | None, as_json: bool
) -> int:
    """Backtest, draw and print; returns the exit code."""
    from crnn.backtest import backtest
    from crnn.cli.page import lines
    from crnn.data.findings import counted
    from crnn.parts import tell
    from crnn.predictor import Predictor
    from crnn.report.tables import Compared
    from crnn.store import require_data

    for path in filter(None, (plot, errors)):
        require_picture(path)
    require_data(data)
    found = backtest(Predictor.load(model), data, folds=folds, stride=stride)
    if plot is not None or errors is not None:
        from crnn.report import forecasts

        if plot is not None:
            parts = (found.forecasts, found.history, found.truth, found.beside, found.series)
            drawn = forecasts.picture(*parts, season=found.season)
            write_picture(plot, drawn)
        if errors is not None:
            write_picture(errors, forecasts.by_horizon(found.by_horizon, found.windows))
    tell(found.findings)
    if as_json:
        click.echo(json.dumps(found.to_dict(), ensure_ascii=False))
        return 0
    first, last = found.origins
    when = f"from {first} to {last}" if first != last else f"from {first}"
    click.echo(f"{counted(found.windows, 'forecast')} {when}")
    for line in lines([Compared(who, values) for who, values in found.measures.items()], found.levels):
        click.echo(line)
    click.echo(found.verdict)
    return 0
