"""`crnn inspect`: what is in data or in a model, and what will go wrong."""

from __future__ import annotations

import json
from pathlib import Path

import click


@click.command("inspect", short_help="Say what is in data or in a model, and what will go wrong.")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--task", default=None, help="How to read data [default: by what lies there].")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
def command(path: Path, task: str | None, as_json: bool) -> int:
    """Say what is in PATH: a model folder, or data to train on.

    The exit code is 1 where something stands in the way of training or of loading.
    """
    from crnn.inspect import inspect

    found = inspect(path, task)
    click.echo(json.dumps(found.to_dict(), ensure_ascii=False) if as_json else "\n".join(found.lines()))
    return 1 if found.problems else 0
