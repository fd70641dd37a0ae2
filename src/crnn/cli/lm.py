"""`crnn lm`: language models from plain texts, and their weight found on validation data."""

from __future__ import annotations

import json
from pathlib import Path

import click

from crnn.errors import DataError, SpecError

TABLES = (".csv", ".tsv", ".jsonl", ".ndjson")


@click.group("lm", short_help="Train a language model from texts, and tune its weight.")
def command() -> None:
    """Language models for decoding: n-grams of characters or words in ARPA format."""


@command.command("train", short_help="Build an n-gram model with Kneser-Ney smoothing.")
@click.argument("texts", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("-o", "--out", type=click.Path(path_type=Path), default="lm.arpa", show_default=True, help="ARPA file.")
@click.option("--order", type=int, help="Longest n-gram [default: 6 characters, or 3 words].")
@click.option("--words", is_flag=True, help="Count words instead of characters.")
@click.option("--case", default="keep", show_default=True, help="keep, lower or upper, as the transcripts are.")
@click.option("--punctuation", default="keep", show_default=True, help="keep or drop, as in the transcripts.")
@click.option("--form", default="NFC", show_default=True, help="Unicode form of the transcripts.")
@click.option("--held", type=click.Path(path_type=Path), help="Texts to measure perplexity on.")
def train(
    texts: tuple[Path, ...],
    out: Path,
    order: int | None,
    words: bool,
    case: str,
    punctuation: str,
    form: str,
    held: Path | None,
) -> int:
    """Build a language model from TEXTS: files with a sentence a line, or manifests (of which only training rows)."""
    from crnn.text.alphabet import Alphabet
    from crnn.text.arpa import LanguageModel, write_arpa
    from crnn.text.transcript import Transcript

    transcript, alphabet = Transcript(case, punctuation), Alphabet((), form)  # type: ignore[arg-type]
    given = [alphabet.normal(transcript(line)) for path in texts for line in lines(path)]
    language = LanguageModel.train(given, order=order, of_words=words)
    write_arpa(out, language)
    counts = ", ".join(f"{len(level.grams):,}" for level in language.model.levels)
    click.echo(f"{out}: {len(given):,} texts; n-grams of each order: {counts}")
    if held is not None:
        value = language.perplexity([alphabet.normal(transcript(line)) for line in lines(held)])
        click.echo(f"perplexity by {'word' if words else 'character'} on {held}: {value:.3f}")
    return 0


def lines(path: Path) -> list[str]:
    """Sentences of a text file, or of the training rows of a manifest.

    Raises:
        UnreadableError: it cannot be read.
        DataError: it holds no texts.
    """
    from crnn.data.manifest import from_manifest
    from crnn.data.part_names import TRAINED
    from crnn.data.table import read_text

    if path.suffix.lower() in TABLES:
        records, _ = from_manifest(path, source="text", target=None)
        found = [str(record.source) for record in records if record.split in TRAINED]
    else:
        found = read_text(path).splitlines()
    found = [line for line in found if line.strip()]
    if not found:
        raise DataError(f"{path} holds no texts: give a sentence a line, or a manifest with a column for the text")
    return found


@command.command("tune", short_help="Find the language model's weight on validation data, and keep it in the model.")
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("data", type=click.Path(path_type=Path))
@click.option("--lm", type=click.Path(path_type=Path), help="Language model [default: the model's own].")
@click.option("--beam", type=int, help="Width of the beam [default: the model's own, or 16].")
@click.option("--split", default=None, help="Part of the data [default: dev, else all rows but test].")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
def tune(model: Path, data: Path, lm: Path | None, beam: int | None, split: str | None, as_json: bool) -> int:
    """Find weight and bonus of a language model for MODEL on DATA, never a test part, and save both in MODEL."""
    from crnn import speed
    from crnn.data.split import part
    from crnn.model import Model
    from crnn.predictor import Predictor
    from crnn.tasks.decoding import tune as search
    from crnn.tasks.transcription import Transcription

    speed.keep_memory()
    trained, predictor = Model.load(model), Predictor.load(model)
    task = trained.task
    if not isinstance(task, Transcription):
        raise SpecError(f"{model} recognises {task.name}, which writes no texts: a language model is of no use to it")
    if split == "test":
        raise SpecError("a test part is for the last measurement, not for tuning: give --split dev")
    records, findings = task.read(data)
    named = split or ("dev" if any(record.split == "dev" for record in records) else None)
    chosen = part(records, named)[0] if named else [record for record in records if record.split != "test"]
    found = list(predictor.sequences(chosen))
    samples, references = [steps for _, steps in found], [task.reference(record) for record, _ in found]
    settings = task.decode_with(lm, **({} if beam is None else {"beam": beam}))
    if task.language is None:
        raise SpecError("there is no language model to tune: give --lm, or train one with crnn lm train")
    ranked = search(task.known, settings, task.language, samples, references)
    best = ranked[0]
    task.decode_with(lm_weight=best.settings.lm_weight, bonus=best.settings.bonus)
    trained.save(model)
    facts = {"samples": len(samples), "lm_weight": best.settings.lm_weight, "bonus": best.settings.bonus}
    if as_json:
        click.echo(json.dumps({**facts, "errors": best.errors, "findings": findings.to_dict()}))
        return 0
    for row in ranked[:5]:
        click.echo(f"weight {row.settings.lm_weight:<5g} bonus {row.settings.bonus:<5g} errors {row.errors:.4f}")
    click.echo(f"kept in {model}: weight {best.settings.lm_weight:g}, bonus {best.settings.bonus:g}")
    return 0
