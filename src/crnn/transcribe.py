"""Long recordings to text: cut at pauses, heard piece by piece, written as text, subtitles or JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from crnn.audio import wave
from crnn.audio.pauses import Piece, cut
from crnn.data.example import Record
from crnn.errors import DataError, SpecError
from crnn.predictor import Predictor
from crnn.tasks.speech import SpeechRecognition, Utterance, Word

TOGETHER = 8
"""Pieces heard in one batch: all that is in memory of a recording."""

LINE_S, LINE_LETTERS, GAP_S = 6.0, 80, 1.0
"""A subtitle lasts no longer, holds no more letters, and ends at a pause of so many seconds."""


def transcribe(
    predictor: Predictor, path: str | Path, *, longest_s: float = 20.0, together: int = TOGETHER
) -> Iterator[Utterance]:
    """What was said in a recording of any length, piece by piece, in order; times count from its start.

    Args:
        predictor: Of a `SpeechRecognition` model.
        path: Of the recording.
        longest_s: Longest piece; the network was trained on utterances, so that much longer ones are strange to it.
        together: Pieces in a batch.

    Raises:
        SpecError: the model does not recognise speech.
        UnreadableError: the recording cannot be read.
    """
    task = predictor.task
    if not isinstance(task, SpeechRecognition):
        raise SpecError(f"this model recognises {task.name}: give one that crnn train speech wrote")
    pieces = cut(wave.blocks(path, task.rate_hz), task.rate_hz, longest_s, least_s=0.4 * longest_s)
    for some in _batched(pieces, together):
        heard = [piece for piece in some if not wave.is_silent(piece.samples)]
        records = [Record(piece.samples, name=f"{path} at {piece.start_s:.1f} s") for piece in heard]
        for piece, answer in zip(heard, predictor.answers(records, together), strict=True):
            if isinstance(answer, DataError):
                continue  # a last piece shorter than a step holds no speech
            if answer.words:
                yield _moved(answer, piece)


def _batched(pieces: Iterator[Piece], count: int) -> Iterator[list[Piece]]:
    some: list[Piece] = []
    for piece in pieces:
        some.append(piece)
        if len(some) == count:
            yield some
            some = []
    if some:
        yield some


def _moved(answer: Utterance, piece: Piece) -> Utterance:
    words = (
        replace(word, start_s=word.start_s + piece.start_s, end_s=word.end_s + piece.start_s) for word in answer.words
    )
    return replace(answer, words=tuple(words))


def captions(words: Sequence[Word]) -> list[list[Word]]:
    """Words as lines of subtitles: ended by a pause, or when they grow too long."""
    lines: list[list[Word]] = []
    for word in words:
        line = lines[-1] if lines else []
        letters = sum(len(item.text) + 1 for item in line) + len(word.text)
        fits = bool(line) and word.end_s - line[0].start_s <= LINE_S and letters <= LINE_LETTERS
        if fits and word.start_s - line[-1].end_s <= GAP_S:
            line.append(word)
        else:
            lines.append([word])
    return lines


def as_text(heard: Sequence[Utterance]) -> str:
    """One line a piece."""
    return "\n".join(utterance.text for utterance in heard)


def as_json(heard: Sequence[Utterance]) -> str:
    """Text, and every word with time and confidence."""
    facts = {"text": " ".join(item.text for item in heard), "segments": [item.to_dict() for item in heard]}
    return json.dumps(facts, ensure_ascii=False, indent=1)


def as_srt(heard: Sequence[Utterance]) -> str:
    """SubRip subtitles.

    Example:
        >>> print(as_srt([Utterance("hello", 1.0, (Word("hello", 1.0, 0.5, 1.25),))]))
        1
        00:00:00,500 --> 00:00:01,250
        hello
    """
    lines = captions([word for item in heard for word in item.words])
    return "\n\n".join(f"{number}\n{_span(line, ',')}\n{_said(line)}" for number, line in enumerate(lines, start=1))


def as_vtt(heard: Sequence[Utterance]) -> str:
    """WebVTT subtitles."""
    lines = captions([word for item in heard for word in item.words])
    return "\n\n".join(["WEBVTT", *(f"{_span(line, '.')}\n{_escaped(_said(line))}" for line in lines)])


FORMATS: dict[str, Callable[[Sequence[Utterance]], str]] = {
    "text": as_text,
    "srt": as_srt,
    "vtt": as_vtt,
    "json": as_json,
}
"""How a transcript is written, by name."""

ENDINGS = {".txt": "text", ".text": "text", ".md": "text", ".srt": "srt", ".vtt": "vtt", ".json": "json"}
"""Formats of files by their endings; a name without one is a file of text."""


def format_of(path: Path) -> str:
    """The format that a file's name promises.

    Raises:
        DataError: an ending of no format.

    Example:
        >>> format_of(Path("talk.SRT")), format_of(Path("talk"))
        ('srt', 'text')
    """
    ending = path.suffix.lower()
    if ending and ending not in ENDINGS:
        raise DataError(
            f"{path} does not end as a format that is written: call it {path.with_suffix('.srt')} (or .txt, .vtt,"
            f" .json), or say --format {', '.join(FORMATS)}"
        )
    return ENDINGS[ending] if ending else "text"


def _said(line: Sequence[Word]) -> str:
    return " ".join(word.text for word in line)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _span(line: Sequence[Word], comma: str) -> str:
    return f"{_clock(line[0].start_s, comma)} --> {_clock(line[-1].end_s, comma)}"


def _clock(seconds: float, comma: str) -> str:
    whole, thousandths = divmod(round(seconds * 1000), 1000)
    minutes, second = divmod(whole, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour:02d}:{minute:02d}:{second:02d}{comma}{thousandths:03d}"
