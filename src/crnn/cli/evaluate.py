"""`crnn evaluate`: every metric of a model on labelled data, and a report page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from crnn.cli.decoding import decode_by, decoding_options
from crnn.cli.page import compared, write_page


@click.command("evaluate", short_help="Measure a model on labelled data; writes a report page.")
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("data", type=click.Path(path_type=Path))
@click.option("--split", help="Part of a manifest to use [default: test, else dev, else all rows].")
@click.option("--report", "folder", type=click.Path(path_type=Path), help="Folder of the page [MODEL/evaluation].")
@click.option("--no-report", is_flag=True, help="Write no report page.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
@decoding_options
def command(
    model: Path,
    data: Path,
    split: str | None,
    folder: Path | None,
    no_report: bool,
    as_json: bool,
    decoding: dict[str, Any],
) -> int:
    """Measure MODEL on DATA: a folder per label, a manifest, an archive."""
    return run(model, data, split, None if no_report else folder or model / "evaluation", as_json, decoding)


def run(
    model: Path, data: Path, split: str | None, folder: Path | None, as_json: bool, decoding: dict[str, Any]
) -> int:
    """Evaluate and print; returns the exit code."""
    from crnn import speed
    from crnn.data.split import part
    from crnn.metrics.numbers import number
    from crnn.model import Model
    from crnn.report import tables
    from crnn.report.tables import Compared
    from crnn.store import require_data

    speed.keep_memory()
    require_data(data)
    trained = Model.load(model)
    decode_by(trained.task, decoding)
    records, findings = trained.task.read(data)
    chosen, used = part(records, split)
    examples, found = trained.examine(chosen, findings=findings)
    title = f"{trained.task.name}: evaluation"
    judged, baselines = (examples, found), trained.baselines(examples)
    page = None if folder is None else write_page(folder, trained, judged, {"data": data}, baselines, title)
    beside = compared(trained, judged, baselines)
    values = {name: value for name, value in found.values.items() if isinstance(value, float)}
    if as_json:
        facts = {
            "samples": len(examples),
            "left_out": findings.dropped,
            "split": used,
            "metrics": Compared("the network", values).to_dict(),
            "beside": {row.who: row.to_dict() for row in beside.rows[1:]},
            "verdict": beside.verdict,
            "findings": findings.to_dict(),
        }
        click.echo(json.dumps({**facts, "report": None if page is None else str(page)}, ensure_ascii=False))
        return 0
    left = f"; {findings.dropped} more were left out, see the notes" if findings.dropped else ""
    click.echo(f"{len(examples)} samples" + (f" of the part {used!r}" if used else "") + left)
    for name, value in values.items():
        click.echo(f"{tables.title(name, beside.levels):20s} {number(value)}")
    for line in beside.lines():
        click.echo(line)
    if page is not None:
        click.echo(f"report  {page}")
    return 0
