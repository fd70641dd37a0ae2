"""`crnn predict`: answers for files, one line each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from crnn.cli.decoding import decode_by, decoding_options


@click.command("predict", short_help="Recognise files: one line each, or --json.")
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("inputs", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@decoding_options
def command(model: Path, inputs: tuple[str, ...], as_json: bool, decoding: dict[str, Any]) -> int:
    """Recognise INPUTS (files, folders, manifests) with MODEL.

    A file that cannot be read is named on stderr and the rest go on; the exit code is then 1.
    """
    return run(model, inputs, as_json, decoding)


def run(model: Path, inputs: tuple[str, ...], as_json: bool, decoding: dict[str, Any]) -> int:
    """Predict and print; returns the exit code."""
    from crnn import speed
    from crnn.data.example import Record
    from crnn.errors import DataError
    from crnn.predictor import Predictor

    speed.keep_memory()
    predictor = Predictor.load(model)
    decode_by(predictor.task, decoding)
    records: list[Record] = []
    failed = 0
    for given in inputs:
        try:
            found, findings = predictor.task.read_unlabelled(given)
        except DataError as error:
            failed += _complain(given, error)
            continue
        records.extend(found)
        for finding in findings:
            if finding.dropped:
                failed += _complain(given, finding.line())
            else:
                click.echo(f"note: {finding.line()}", err=True)
    for record, answer in zip(records, predictor.answers(records), strict=True):
        if isinstance(answer, DataError):
            failed += _complain(record.name, answer)
        else:
            _print(record.name, answer, as_json)
    return 1 if failed else 0


def _print(name: str, answer: Any, as_json: bool) -> None:
    if as_json:
        facts = answer.to_dict() if hasattr(answer, "to_dict") else {"prediction": _plain(answer)}
        click.echo(json.dumps({"input": name, **facts}, ensure_ascii=False))
    else:
        click.echo(f"{name}\t{answer}")


def _plain(answer: Any) -> Any:
    return answer.tolist() if hasattr(answer, "tolist") else answer


def _complain(name: str, reason: object) -> int:
    text = str(reason)
    click.echo(f"error: {text if name in text else f'{name}: {text}'}", err=True)
    return 1
