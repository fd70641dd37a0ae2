"""`crnn predict`: answers for files, one line each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crnn.cli.decoding import decode_by, decoding_options

if TYPE_CHECKING:
    from crnn.explain import Explanation


@click.command("predict", short_help="Recognise files: one line each, or --json.")
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("inputs", nargs=-1, required=True)
@click.option("--explain", "why", is_flag=True, help="Say which words told most (texts).")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@decoding_options
def command(model: Path, inputs: tuple[str, ...], why: bool, as_json: bool, decoding: dict[str, Any]) -> int:
    """Recognise INPUTS (files, folders, manifests; for texts also the text itself) with MODEL.

    A file that cannot be read is named on stderr and the rest go on; the exit code is then 1.
    """
    return run(model, inputs, why, as_json, decoding)


def run(model: Path, inputs: tuple[str, ...], why: bool, as_json: bool, decoding: dict[str, Any]) -> int:
    """Predict and print; returns the exit code."""
    from crnn import speed
    from crnn.data.example import Record
    from crnn.errors import DataError
    from crnn.explain import explain
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
            _print(record.name, answer, explain(predictor, record) if why else None, as_json)
    return 1 if failed else 0


def _print(name: str, answer: Any, reasons: Explanation | None, as_json: bool) -> None:
    if as_json:
        facts = answer.to_dict() if hasattr(answer, "to_dict") else {"prediction": _plain(answer)}
        facts |= {} if reasons is None else reasons.to_dict()
        click.echo(json.dumps({"input": name, **facts}, ensure_ascii=False))
    else:
        click.echo(f"{name}\t{answer}" + ("" if reasons is None else f"\t{reasons}"))


def _plain(answer: Any) -> Any:
    return answer.tolist() if hasattr(answer, "tolist") else answer


def _complain(name: str, reason: object) -> int:
    text = str(reason)
    click.echo(f"error: {text if name in text else f'{name}: {text}'}", err=True)
    return 1
