"""`crnn predict`: answers for files, one line each, as JSON, or in the forms that a task writes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from crnn.data.example import Record
    from crnn.predictor import Predictor
    from crnn.tasks.task import Task


@click.command("predict", short_help="Recognise files: one line each, --json, or --format.")
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("inputs", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line; the same as --format json.")
@click.option("--format", "form", help="text, json, or what the task writes, such as alto or page [default: text].")
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Folder for files of that format [default: stdout].")
def command(model: Path, inputs: tuple[str, ...], as_json: bool, form: str | None, out: Path | None) -> int:
    """Recognise INPUTS (files, folders, manifests) with MODEL.

    A file that cannot be read is named on stderr and the rest go on; the exit code is then 1.
    """
    return run(model, inputs, form or ("json" if as_json else "text"), out)


def run(model: Path, inputs: tuple[str, ...], form: str, out: Path | None = None) -> int:
    """Predict and print; returns the exit code."""
    from crnn import speed
    from crnn.predictor import Predictor

    speed.keep_memory()
    predictor = Predictor.load(model)
    if form not in ("text", "json"):
        _check(predictor.task, form)
    elif out is not None:
        raise click.UsageError(f"--out goes with the formats of files; --format {form} is printed")
    records, failed = _read(predictor.task, inputs)
    if form in ("text", "json"):
        return 1 if _tell(predictor, records, form == "json") + failed else 0
    return 1 if _write(predictor, records, form, out) + failed else 0


def _check(task: Task, form: str) -> None:
    from crnn.errors import UnknownNameError

    if form not in task.formats:
        raise UnknownNameError("format", form, ("text", "json", *task.formats))


def _read(task: Task, inputs: Sequence[str]) -> tuple[list[Record], int]:
    """Records of all inputs, and how many of these could not be read."""
    from crnn.errors import DataError

    records: list[Record] = []
    failed = 0
    for given in inputs:
        try:
            found, findings = task.read_unlabelled(given)
        except DataError as error:
            failed += _complain(given, error)
            continue
        records.extend(found)
        for finding in findings:
            if finding.dropped:
                failed += _complain(given, finding.line())
            else:
                click.echo(f"note: {finding.line()}", err=True)
    return records, failed


def _tell(predictor: Predictor, records: Sequence[Record], as_json: bool) -> int:
    """Print an answer a line; returns how many records failed."""
    from crnn.errors import DataError

    failed = 0
    for record, answer in zip(records, predictor.answers(records), strict=True):
        if isinstance(answer, DataError):
            failed += _complain(record.name, answer)
        else:
            _print(record.name, answer, as_json)
    return failed


def _write(predictor: Predictor, records: Sequence[Record], form: str, out: Path | None) -> int:
    """Write files of answers into a folder, or the only one to stdout; returns how many records failed."""
    from crnn.errors import CrnnError, DataError

    answers = list(predictor.answers(records))
    failed = 0
    for record, answer in zip(records, answers, strict=True):
        failed += _complain(record.name, answer) if isinstance(answer, DataError) else 0
    given = [None if isinstance(answer, DataError) else answer for answer in answers]
    files = predictor.task.written(form, records, given)
    if out is None:
        if len(files) > 1:
            raise click.UsageError(f"{len(files)} files would be written: give --out FOLDER")
        for _, content in files:
            click.echo(content, nl=False)
        return failed
    for name, content in files:
        target = out / name
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        except OSError as error:
            raise CrnnError(f"{target} cannot be written ({error.strerror}): give another folder with --out") from error
        click.echo(target)
    return failed


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
