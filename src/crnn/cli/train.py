"""`crnn train`: from a folder of examples to a model folder with its report."""

from __future__ import annotations

import inspect
import json
import shlex
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from crnn.cli.page import Beside, compared, write_page

if TYPE_CHECKING:
    from crnn.engine.history import History
    from crnn.model import Model
    from crnn.tasks.task import Option, Task

TRAINING = "training"
"""Folder inside the model folder where checkpoints and logs lie."""


_SHARED = (
    click.Argument(["data"], type=click.Path(path_type=Path)),
    click.Option(
        ["-o", "--out"], type=click.Path(path_type=Path), default="model", show_default=True, help="Model folder."
    ),
    click.Option(["--size"], default="small", show_default=True, help="tiny, small, medium or large."),
    click.Option(["--epochs"], type=int, help="Passes over the training part [default: the task's]."),
    click.Option(["--batch-size"], type=int, help="Samples a step [default: the task's]."),
    click.Option(["--rate"], type=float, help="Peak learning rate [default: the task's]."),
    click.Option(["--validation-split"], type=float, help="Share kept for validation, chosen as the task does."),
    click.Option(["--validation-data"], type=click.Path(path_type=Path), help="Validation data by itself."),
    click.Option(["--early-stopping"], type=int, help="Stop after so many epochs without progress."),
    click.Option(["--from", "origin"], type=click.Path(path_type=Path), help="Go on from a trained model."),
    click.Option(["--alphabet"], default="extend", show_default=True, help="With --from: extend, replace or keep."),
    click.Option(
        ["--freeze"], type=int, default=0, show_default=True, help="With --from: first stages left as they are."
    ),
    click.Option(["--seed"], type=int, default=0, show_default=True, help="Decides all chance."),
    click.Option(["--accelerator"], default="auto", show_default=True, help="auto, cpu, cuda, mps."),
    click.Option(["--devices"], type=int, default=1, show_default=True, help="Processes on this machine."),
    click.Option(["--nodes"], type=int, default=1, show_default=True, help="Machines, each started with torchrun."),
    click.Option(
        ["--precision"], type=click.Choice(["auto", "32"]), default="auto", show_default=True, help="Number format."
    ),
    click.Option(["--plain"], is_flag=True, help="No fast settings: fp32, C allocator and layout as they come."),
    click.Option(["--tensorboard"], is_flag=True, help="Write TensorBoard logs beside the checkpoints."),
    click.Option(
        ["--report/--no-report", "wants_report"], default=True, show_default=True, help="Write the report page."
    ),
    click.Option(["--json", "as_json"], is_flag=True, help="One JSON object on stdout."),
)
"""What every task understands; the options that a task adds stand in its `options`."""


class _PerTask(click.Group):
    """A command a task: the settings that all share, and the task's own."""

    def list_commands(self, context: click.Context) -> list[str]:
        from crnn.tasks import TASKS

        return list(TASKS)

    def get_command(self, context: click.Context, name: str) -> click.Command:
        from crnn.tasks import TASKS

        task: Any = TASKS[name]
        about = (inspect.getdoc(task) or "").partition("\n")[0].replace("`", "")
        return click.Command(
            task.name,
            callback=partial(_run, task),
            params=[*_SHARED, *map(_offered, task.options)],
            help=f"{about}\n\nThe same command again resumes exactly where an interrupted one ended.",
            short_help=about,
        )


@click.command("train", cls=_PerTask, short_help="Train a model from a folder, a manifest or an archive.")
def command() -> None:
    """Train a model: crnn train TASK DATA, as in "crnn train commands recordings".

    DATA is what the task reads: a folder per label, a manifest, an archive, a table.
    """


def _offered(option: Option) -> click.Option:
    """A task's setting as an option of the command line; None where it was not given."""
    if option.kind is bool:
        return click.Option([f"{option.flag}/--no-{option.flag[2:]}"], default=None, help=option.about)
    kind = click.Path(path_type=Path) if option.kind is Path else option.kind
    return click.Option([option.flag], type=kind, multiple=option.many, default=None, help=option.about)


def _run(task: type[Task], /, **given: Any) -> int:
    own = {option.name: given.pop(option.name) for option in task.options}
    set_here = {name: value for name, value in own.items() if value not in (None, ())}
    if given["origin"] is not None and set_here:
        names = [option.flag for option in task.options if option.name in set_here]
        stand, them = ("stands", "it") if len(names) == 1 else ("stand", "them")
        raise click.UsageError(
            f"{', '.join(names)} {stand} in the model of --from and cannot be set again: leave {them} out"
        )
    for name in ("alphabet", "freeze"):
        if given["origin"] is None and _was_given(name):
            raise click.UsageError(f"--{name} goes with --from, which names the model to go on from")
    return run(task(**set_here), **given)


def _was_given(name: str) -> bool:
    context = click.get_current_context(silent=True)
    return context is not None and context.get_parameter_source(name) is ParameterSource.COMMANDLINE


def run(
    task: Task,
    data: Path,
    out: Path,
    size: str,
    epochs: int | None,
    batch_size: int | None,
    rate: float | None,
    validation_split: float | None,
    validation_data: Path | None,
    early_stopping: int | None,
    origin: Path | None,
    alphabet: str,
    freeze: int,
    seed: int,
    accelerator: str,
    devices: int,
    nodes: int,
    precision: str,
    plain: bool,
    tensorboard: bool,
    wants_report: bool,
    as_json: bool,
) -> int:
    """Train, save, report; returns the exit code."""
    from crnn.engine.options import TrainOptions
    from crnn.model import Model
    from crnn.store import require_data

    require_data(data)
    started = time.time()
    model = Model(task, size=size) if origin is None else Model.starting_from(origin, alphabet=alphabet, freeze=freeze)
    if model.task.name != task.name:
        raise click.UsageError(
            f"{origin} is a model of {model.task.name}, not of {task.name}: crnn train {model.task.name}"
        )
    if rate is not None:
        model.compile(optimizer={**_as_dict(model.task.plan.optimizer), "rate": rate})
    options = TrainOptions(
        seed=seed,
        folder=out / TRAINING,
        accelerator=accelerator,
        devices=devices,
        nodes=nodes,
        precision="32" if plain else precision,  # type: ignore[arg-type]
        tensorboard=tensorboard,
        allocator=not plain,
        channels_last=not plain,
        progress=not as_json,
    )
    history = model.fit(
        data,
        epochs=epochs,
        batch_size=batch_size,
        validation_split=validation_split,
        validation_data=validation_data,
        early_stopping=early_stopping,
        options=options,
    )
    if not history.is_first:
        return 0
    if not len(history):
        click.echo("interrupted before the first epoch ended: nothing was saved", err=True)
        return 130
    model.save(out, keep_old=not history.resumed)
    baselines = model.baselines()
    command_line = shlex.join(["crnn", *sys.argv[1:]])
    settings = {"command": command_line, "seed": seed, "seconds": round(time.time() - started)}
    page = write_page(out / "report", model, model.validation, settings, baselines) if wants_report else None
    _say(model, history, out, page, compared(model, model.validation, baselines), as_json)
    return 130 if history.interrupted else 0


def _as_dict(part: str | dict[str, Any]) -> dict[str, Any]:
    return {"name": part} if isinstance(part, str) else part


def _say(model: Model, history: History, out: Path, page: Path | None, beside: Beside, as_json: bool) -> None:
    from crnn.engine.history import short

    best = history.best
    if as_json:
        from crnn.report.tables import Compared

        facts = {
            "model": str(out),
            "report": None if page is None else str(page),
            "parameters": model.parameters,
            "epochs": len(history),
            "interrupted": history.interrupted,
            "best": Compared("the network", best).to_dict(),
            "beside": {row.who: row.to_dict() for row in beside.rows[1:]},
            "verdict": beside.verdict,
            "findings": model.findings.to_dict(),
        }
        click.echo(json.dumps(facts, ensure_ascii=False))
        return
    if history.interrupted:
        click.echo("interrupted: the best weights so far were kept; the same command again goes on from here")
    numbers = ", ".join(f"{name} {short(value)}" for name, value in best.items() if name.startswith("val_"))
    click.echo(f"kept epoch {int(best['epoch'])} of {len(history)}: {numbers or 'no validation part'}")
    for line in beside.lines():
        click.echo(line)
    click.echo(f"model   {out} ({model.parameters:,} parameters)")
    if page is not None:
        click.echo(f"report  {page}")
