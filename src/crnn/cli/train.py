"""`crnn train`: from a folder of examples to a model folder with its report."""

from __future__ import annotations

import json
import shlex
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crnn.cli.page import write_page

if TYPE_CHECKING:
    from crnn.engine.history import History
    from crnn.model import Model

TRAINING = "training"
"""Folder inside the model folder where checkpoints and logs lie."""


@click.command("train", short_help="Train a model from a folder, a manifest or an archive.")
@click.argument("task")
@click.argument("data", type=click.Path(path_type=Path))
@click.option("-o", "--out", type=click.Path(path_type=Path), default="model", show_default=True, help="Model folder.")
@click.option("--size", default="small", show_default=True, help="tiny, small, medium or large.")
@click.option("--epochs", type=int, help="Passes over the training part [default: the task's].")
@click.option("--batch-size", type=int, help="Samples a step [default: the task's].")
@click.option("--rate", type=float, help="Peak learning rate [default: the task's].")
@click.option("--validation-split", type=float, help="Share kept for validation; speakers are kept apart.")
@click.option("--validation-data", type=click.Path(path_type=Path), help="Validation data by itself.")
@click.option("--early-stopping", type=int, help="Stop after so many epochs without progress.")
@click.option("--noise", type=click.Path(path_type=Path), help="Folder of background noise to mix into training.")
@click.option("--seed", type=int, default=0, show_default=True, help="Decides all chance.")
@click.option("--accelerator", default="auto", show_default=True, help="auto, cpu, cuda, mps.")
@click.option("--devices", type=int, default=1, show_default=True, help="Processes on this machine.")
@click.option("--nodes", type=int, default=1, show_default=True, help="Machines, each started with torchrun.")
@click.option(
    "--precision", type=click.Choice(["auto", "32"]), default="auto", show_default=True, help="Number format."
)
@click.option("--plain", is_flag=True, help="None of the fast settings: fp32, C allocator and layout as they come.")
@click.option("--tensorboard", is_flag=True, help="Write TensorBoard logs beside the checkpoints.")
@click.option("--report/--no-report", "wants_report", default=True, show_default=True, help="Write the report page.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
def command(**given: Any) -> int:
    """Train TASK (such as "commands") on DATA: a folder per label, a manifest, an archive.

    The same command again resumes exactly where an interrupted one ended.
    """
    return run(**given)


def run(
    task: str,
    data: Path,
    out: Path,
    size: str,
    epochs: int | None,
    batch_size: int | None,
    rate: float | None,
    validation_split: float | None,
    validation_data: Path | None,
    early_stopping: int | None,
    noise: Path | None,
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

    started = time.time()
    model = Model(_task(task, noise), size=size)
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
    model.save(out)
    command_line = shlex.join(["crnn", *sys.argv[1:]])
    settings = {"command": command_line, "seed": seed, "seconds": round(time.time() - started)}
    page = write_page(out / "report", model, model.validation, settings) if wants_report else None
    _say(model, history, out, page, as_json)
    return 130 if history.interrupted else 0


def _task(name: str, noise: Path | None) -> Any:
    from crnn.errors import SpecError
    from crnn.tasks import TASKS

    maker: Any = TASKS[name]
    if noise is None:
        return maker()
    if name != "commands":
        raise SpecError(f"--noise is for sound; {name} has none")
    return maker(noise=noise)


def _as_dict(part: str | dict[str, Any]) -> dict[str, Any]:
    return {"name": part} if isinstance(part, str) else part


def _say(model: Model, history: History, out: Path, page: Path | None, as_json: bool) -> None:
    best = history.best
    if as_json:
        facts = {
            "model": str(out),
            "report": None if page is None else str(page),
            "parameters": model.parameters,
            "epochs": len(history),
            "interrupted": history.interrupted,
            "best": best,
            "findings": model.findings.to_dict(),
        }
        click.echo(json.dumps(facts, ensure_ascii=False))
        return
    if history.interrupted:
        click.echo("interrupted: the best weights so far were kept; the same command again goes on from here")
    numbers = ", ".join(f"{name} {value:.4f}" for name, value in best.items() if name.startswith("val_"))
    click.echo(f"kept epoch {int(best['epoch'])} of {len(history)}: {numbers or 'no validation part'}")
    click.echo(f"model   {out} ({model.parameters:,} parameters)")
    if page is not None:
        click.echo(f"report  {page}")
