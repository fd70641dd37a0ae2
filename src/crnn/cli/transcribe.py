"""`crnn transcribe`: a recording of any length as text, subtitles or JSON."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from crnn.cli.decoding import decode_by, decoding_options


@click.command("transcribe", short_help="Write down a long recording: text, subtitles or JSON.")
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("recording", type=click.Path(path_type=Path))
@click.option(
    "--format", "form", type=click.Choice(["text", "srt", "vtt", "json"]),
    help="What to write [default: by the ending of --out, else text].",
)  # fmt: skip
@click.option("-o", "--out", type=click.Path(path_type=Path), help="File to write to [default: stdout].")
@click.option("--longest", "longest_s", type=float, default=20.0, show_default=True, help="Longest piece, in seconds.")
@decoding_options
def command(
    model: Path, recording: Path, form: str | None, out: Path | None, longest_s: float, decoding: dict[str, Any]
) -> int:
    """Write down RECORDING with MODEL; it is cut at pauses, so an hour needs no more memory than a minute."""
    return run(model, recording, form, out, longest_s, decoding)


def run(
    model: Path, recording: Path, form: str | None, out: Path | None, longest_s: float, decoding: dict[str, Any]
) -> int:
    """Transcribe and print; returns the exit code."""
    from crnn import speed
    from crnn.errors import DataError
    from crnn.predictor import Predictor
    from crnn.transcribe import FORMATS, format_of, transcribe

    form = form or ("text" if out is None else format_of(out))
    speed.keep_memory()
    predictor = Predictor.load(model)
    decode_by(predictor.task, decoding)
    heard = []
    for utterance in transcribe(predictor, recording, longest_s=longest_s):
        heard.append(utterance)
        if form == "text" and out is None:
            click.echo(utterance.text)
    if out is None:
        if form != "text":
            click.echo(FORMATS[form](heard))
        return 0
    try:
        out.write_text(FORMATS[form](heard) + "\n", encoding="utf-8")
    except OSError as error:
        raise DataError(f"cannot write {out}: {error.strerror or error}") from error
    return 0
