"""`crnn predict`: answers for files, one line each, as JSON, or in the forms that a task writes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crnn.cli.decoding import decode_by, decoding_options

if TYPE_CHECKING:
    from crnn.data.example import Record
    from crnn.explain import Explanation
    from crnn.predictor import Predictor
    from crnn.tasks.task import Task


@click.command("predict", short_help="Recognise files: one line each, --json, or --format.")
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("inputs", nargs=-1, required=True)
@click.option("--explain", "why", is_flag=True, help="Say which words told most (texts).")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line; the same as --format json.")
@click.option("--format", "form", help="text, json, or what the task writes, such as alto or page [default: text].")
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Folder for files of that format [default: stdout].")
@decoding_options
def command(
    model: Path,
    inputs: tuple[str, ...],
    why: bool,
    as_json: bool,
    form: str | None,
    out: Path | None,
    decoding: dict[str, Any],
) -> int:
    """Recognise INPUTS (files, folders, manifests; for texts also the text itself) with MODEL.

    A file that cannot be read is named on stderr and the rest go on; the exit code is then 1.
    """
    return run(model, inputs, why, form or ("json" if as_json else "text"), out, decoding)


def run(model: Path, inputs: tuple[str, ...], why: bool, form: str, out: Path | None, decoding: dict[str, Any]) -> int:
    """Predict and print, or write; returns the exit code."""
    from crnn import speed
    from crnn.predictor import Predictor

    speed.keep_memory()
    predictor = Predictor.load(model)
    decode_by(predictor.task, decoding)
    printed = form in ("text", "json")
    if not printed:
        _check(predictor.task, form)
        if why:
            raise click.UsageError(f"--explain goes with answers that are printed; --format {form} has no place for it")
    elif out is not None:
        raise click.UsageError(f"--out goes with the formats of files; --format {form} is printed")
    records, failed = _read(predictor.task, inputs)
    failed += _tell(predictor, records, why, form == "json") if printed else _write(predictor, records, form, out)
    return 1 if failed else 0


def _check(task: Task, form: str) -> None:
    from crnn.errors import UnknownNameError

    if form not in task.formats:
        raise UnknownNameError("format", form, ("text", "json", *task.formats))


def _read(task: Task, inputs: Sequence[str]) -> tuple[list[Record], int]:
    """Records of all inputs, and how many of these could not be read."""
    from crnn.data.findings import Findings
    from crnn.errors import DataError
    from crnn.store import require_data

    records: list[Record] = []
    failed, noted = 0, Findings()
    for given in inputs:
        try:
            require_data(given)
            found, findings = task.read_unlabelled(given)
        except DataError as error:
            failed += _complain(given, error)
            continue
        records.extend(_told_apart(found, given, inputs))
        for finding in findings:
            if finding.dropped:
                failed += _complain(given, finding.line())
            else:
                for name in finding.names:
                    noted.add(finding.kind, name, finding.advice, dropped=False)
    for finding in noted:
        click.echo(f"note: {finding.line()}", err=True)
    return records, failed


def _told_apart(records: Sequence[Record], given: str, inputs: Sequence[str]) -> list[Record]:
    """The records, named by the whole path where another input is a file of the same name."""
    name = Path(given).name
    if sum(Path(other).name == name for other in inputs) < 2:
        return list(records)
    return [
        replace(record, name=given + record.name.removeprefix(name)) if record.name.startswith(name) else record
        for record in records
    ]


def _tell(predictor: Predictor, records: Sequence[Record], why: bool, as_json: bool) -> int:
    """Print an answer a line; returns how many records failed."""
    from crnn.errors import DataError
    from crnn.explain import explain

    alike: dict[str, list[str]] = {}
    for record, answer in zip(records, predictor.answers(records), strict=True):
        if isinstance(answer, DataError):
            names = alike.setdefault(str(answer).replace(record.name, "…"), [])
            if not names:
                _complain(record.name, answer)
            names.append(record.name)
        else:
            _print(record.name, answer, explain(predictor, record) if why else None, as_json)
    for first, *others in alike.values():
        if others:
            shown = "; ".join(others[:3]) + (f"; and {len(others) - 3} more" if len(others) > 3 else "")
            click.echo(f"error: {len(others)} more as {first}: {shown}", err=True)
    return sum(map(len, alike.values()))


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
