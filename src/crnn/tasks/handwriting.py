"""Lines of handwriting and print: a picture of a line to its text, with the place of every word in the picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray

from crnn.data.example import Example, Record
from crnn.data.findings import Findings
from crnn.data.lines import read_lines
from crnn.decode.spelling import Numbers, Spelling
from crnn.errors import DataError, SpecError, UnknownNameError
from crnn.image import line, page, picture
from crnn.image.augment import Affine, Blur, Chain, Contrast, Stain, Thickness
from crnn.image.line import LineSpec
from crnn.image.page import PageLine
from crnn.image.rewrite import Word, Written, rewritten
from crnn.image.strip import Points
from crnn.padded import Vary
from crnn.spec import ConvSpec, HeadSpec, NetworkSpec, RecurrentSpec
from crnn.tasks.decoding import Decoding
from crnn.tasks.task import Option, Plan, size_index
from crnn.tasks.transcription import Transcription
from crnn.text.alphabet import Alphabet, Form
from crnn.text.arpa import LanguageModel
from crnn.text.direction import direction_of, displayed, mirrored
from crnn.text.transcript import Transcript

WIDTHS = ((16, 24, 32, 48), (32, 48, 64, 96), (32, 64, 96, 128), (48, 96, 128, 192))
UNITS = (64, 160, 256, 320)
LAYERS = (1, 2, 2, 3)

DIRECTIONS = ("auto", "ltr", "rtl")


@dataclass(frozen=True)
class Piece:
    """A word or a symbol on a line.

    Args:
        text: What it says.
        begin_px: Its left edge in the picture of the line, in pixels.
        end_px: Its right edge.
        confidence: Probability that it is right, calibrated on the validation part.
        corners: Of a word on a page, its corners in pixels of the page: top left, top right, bottom right, bottom left.
    """

    text: str
    begin_px: float
    end_px: float
    confidence: float
    corners: Points = ()

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        facts: dict[str, Any] = {"text": self.text, "confidence": round(self.confidence, 6)}
        facts |= {"begin_px": round(self.begin_px, 1), "end_px": round(self.end_px, 1)}
        return facts | ({"corners": [[round(x), round(y)] for x, y in self.corners]} if self.corners else {})


@dataclass(frozen=True)
class LineText:
    """What was read on a line; all in reading order, so that the first word of a line in Arabic is the rightmost.

    Args:
        text: The words with single spaces between them.
        confidence: Probability that all of it is right.
        words: With their places.
        characters: Symbol by symbol, spaces among them.
        others: The texts that came next, where more than one was asked for.
    """

    text: str
    confidence: float
    words: tuple[Piece, ...]
    characters: tuple[Piece, ...]
    others: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.text

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "text": self.text,
            "confidence": round(self.confidence, 6),
            "words": [word.to_dict() for word in self.words],
            "characters": [character.to_dict() for character in self.characters],
            **({"others": list(self.others)} if self.others else {}),
        }


class Handwriting(Transcription):
    """Pictures of single lines, written or printed, to their texts.

    Data: images with their text beside them (``a.png`` and ``a.gt.txt``), a table ``path,text[,writer,split]``, pages
    as ALTO or PAGE XML with their images, or an archive of these. With writers or pages known the validation part is
    made of some that training never sees.

    Args:
        height_px: Height that every line is brought to; its width follows.
        ink: "dark" on light paper, "light" on dark, or "auto".
        trim: Cut away empty paper around the writing.
        deslant: Set slanted writing upright.
        direction: Of the script: "ltr", "rtl" (Arabic, Hebrew), or "auto", by the training texts.
        case: Of transcripts: "keep", "lower" or "upper".
        punctuation: Of transcripts: "keep" or "drop".
        form: Unicode form of all texts: "NFC", "NFD", "NFKC", "NFKD" or "none".
        augment: Whether to vary training lines at all.
    """

    name: ClassVar[str] = "handwriting"
    suffixes: ClassVar[tuple[str, ...]] = picture.SUFFIXES
    options: ClassVar[tuple[Option, ...]] = (
        Option("height_px", int, "Height that every line is brought to."),
        Option("ink", str, "dark (on light paper), light (on dark) or auto."),
        Option("trim", bool, "Cut away empty paper around the writing."),
        Option("deslant", bool, "Set slanted writing upright."),
        Option("direction", str, "Of the script: ltr, rtl or auto."),
        *Transcription.text_options,
    )
    formats: ClassVar[tuple[str, ...]] = ("alto", "page")
    plan = Plan(
        loss="ctc",
        metrics=("cer", "wer", "sequence_accuracy"),
        monitor="cer",
        optimizer={"name": "adamw", "rate": 2e-3, "weight_decay": 0.02},
        schedule={"name": "cosine", "warmup": 0.1},
        split="random",
        validation_split=0.1,
        epochs=40,
        least_steps=3000,
        batch_size=16,
        clip_norm=1.0,
        average=0.998,
    )

    def __init__(
        self,
        *,
        height_px: int = 64,
        ink: Literal["auto", "dark", "light"] = "auto",
        trim: bool = False,
        deslant: bool = False,
        direction: Literal["auto", "ltr", "rtl"] = "auto",
        case: Literal["keep", "lower", "upper"] = "keep",
        punctuation: Literal["keep", "drop"] = "keep",
        form: Form = "NFC",
        augment: bool = True,
    ) -> None:
        super().__init__(Transcript(case, punctuation), form)
        if direction not in DIRECTIONS:
            raise UnknownNameError("direction", direction, DIRECTIONS)
        self.line = LineSpec(height_px=height_px, ink=ink, trim=trim, deslant=deslant)
        self.direction: Literal["auto", "ltr", "rtl"] = direction
        self.augment = augment

    def network(self, size: str) -> NetworkSpec:
        """Convolutions that keep one step for four columns, then bidirectional LSTMs."""
        index = size_index(size)
        first, second, third, last = WIDTHS[index]
        return NetworkSpec(
            convolutions=(
                ConvSpec(first, pool=2),
                ConvSpec(second, pool=2),
                ConvSpec(third, pool=(2, 1)),
                ConvSpec(last, pool=(2, 1), dropout=0.1 * (index > 0)),
                ConvSpec(last, pool=(2, 1), dropout=0.1 * (index > 0)),
            ),
            recurrent=RecurrentSpec(
                units=UNITS[index], layers=LAYERS[index], bidirectional=True, dropout=0.3, input_dropout=0.2
            ),
            head=HeadSpec(dropout=0.0),
        )

    # ── records and examples ─────────────────────────────────────────────────────────────────────────────────────────

    def read(self, data: Any, targets: Any = None) -> tuple[list[Record], Findings]:
        """Records of lines with their texts: see `crnn.data.lines.read_lines`."""
        return read_lines(data, targets)

    def read_unlabelled(self, data: Any) -> tuple[list[Record], Findings]:
        """Records of images, or of the lines of pages, whether or not they have texts."""
        return read_lines(data, labelled=False)

    def learn(self, records: Sequence[Record]) -> None:
        """Learn the alphabet, and the direction where that was left open."""
        super().learn(records)
        if self.direction == "auto":
            self.direction = direction_of(self.clean(record.target) for record in records)
        if self.direction == "rtl":  # a bracket that only ever closes is seen as one that opens
            symbols = self.known.symbols
            self.alphabet = Alphabet(sorted({*symbols, *map(mirrored, symbols)}), self.form)

    def prepare(self, record: Record) -> Example:
        """The line, ink 1 on paper 0, ``(width, height_px)``; the symbols of its text in the order they stand there.

        Raises:
            DataError: the picture cannot be read, or shows nothing but paper where a text is given.
        """
        ink, frame, blank = line.prepare(self._picture(record), self.line, record.name)
        target = None if record.target is None or self.alphabet is None else self.encode(record)
        if blank and target is not None and len(target):
            raise DataError(
                f"{record.name} shows nothing but paper, and its text is {str(record.target)[:40]!r}: check the picture"
            )
        return Example(ink, target, record, frame)

    def _picture(self, record: Record) -> picture.Grey:
        source = record.source
        if isinstance(source, PageLine):
            return source.cut()
        if isinstance(source, (str, Path)):
            return picture.read(source)
        return picture.from_array(np.asarray(source), record.name)

    def preparation(self) -> dict[str, Any]:
        """What decides about prepared lines and their symbols; nothing that is learnt later."""
        learnt_later = ("augment", "temperature", "decoding")
        return {key: value for key, value in self.config().items() if key not in learnt_later}

    @property
    def features(self) -> int:
        """Rows."""
        return self.line.height_px

    def vary_inputs(self) -> Vary | None:
        """Other shapes of letters and lines, other pens, other paper."""
        if not self.augment:
            return None
        return Chain(
            [
                Affine(share=1.0, wobble_px=1.0, together=True),
                Thickness(share=0.5),
                Blur(share=0.3),
                Stain(share=0.3),
                Contrast(share=0.6),
            ]
        )

    # ── symbols and answers ──────────────────────────────────────────────────────────────────────────────────────────

    def spelt(self, text: str) -> Numbers:
        """The symbols of a text from left to right, as they stand on the line."""
        return self.known.encode(displayed(text, self._known_direction)[0])

    def worded(self, numbers: Sequence[int] | Numbers) -> str:
        """The text, in reading order, of symbols from left to right; words with single spaces between them."""
        return " ".join(displayed(self.known.decode(numbers), self._known_direction)[0].split())

    def decode_with(self, language: LanguageModel | str | Path | None = None, **settings: Any) -> Decoding:
        """Decode by other settings from now on: see `Transcription.decode_with`.

        Raises:
            SpecError: settings that cannot be; or a language model, lexicon or hot words for a script that runs from
                right to left, since they know words in reading order and the beam meets them from the left.
        """
        if self.direction == "rtl" and (language is not None or any(map(settings.get, ("hot_words", "words")))):
            raise SpecError(
                "language models, lexica and hot words cannot lead a reader of writing from right to left yet: decode"
                " without them"
            )
        return super().decode_with(language, **settings)

    @property
    def _known_direction(self) -> Literal["ltr", "rtl"]:
        return "rtl" if self.direction == "rtl" else "ltr"

    def answer(self, spelling: Spelling, others: Sequence[str] = ()) -> LineText:
        """The text with its words and symbols; places are steps of the network until `complete` makes them pixels."""
        seen = self.known.decode(spelling.symbols)
        text, places = displayed(seen, self._known_direction)
        edges = _edges(spelling)
        characters = [
            Piece(symbol, edges[at], edges[at + 1], float(spelling.confidences[at]))
            for symbol, at in zip(text, places, strict=True)
        ]
        words = tuple(_words(characters))
        confidence = float(np.prod([word.confidence for word in words])) if words else 1.0
        text = " ".join(word.text for word in words)
        next_best = (displayed(other, self._known_direction)[0] for other in others)
        return LineText(text, confidence, words, tuple(characters), tuple(" ".join(each.split()) for each in next_best))

    def complete(self, answer: LineText, example: Example, levels: Sequence[float] = ()) -> LineText:
        """The answer with its places in pixels of the line's picture, and of words on the page that it stands on."""

        def placed(piece: Piece) -> Piece:
            begin, end = (example.frame.place(step * self.stride) for step in (piece.begin_px, piece.end_px))
            return replace(piece, begin_px=begin, end_px=end)

        words, characters = (tuple(map(placed, pieces)) for pieces in (answer.words, answer.characters))
        if isinstance(example.record.source, PageLine):
            strip = example.record.source.strip()
            words = tuple(replace(word, corners=strip.corners(word.begin_px, word.end_px)) for word in words)
        return replace(answer, words=words, characters=characters)

    def written(self, form: str, records: Sequence[Record], answers: Sequence[Any]) -> list[tuple[str, bytes]]:
        """Page files with the texts put back: the ALTO or PAGE files that the lines came from, all else as it was.

        Raises:
            UnknownNameError: a form that is neither.
            DataError: a record came from no such file.
        """
        if form not in self.formats:
            raise UnknownNameError("format", form, self.formats)
        by_page: dict[Path, dict[int, Written]] = {}
        for record, answer in zip(records, answers, strict=True):
            if not isinstance(record.source, PageLine):
                raise DataError(f"{record.name} is no line of a page: give ALTO or PAGE files, or ask for text or json")
            lines = by_page.setdefault(record.source.page, {})
            if answer is not None:
                lines[record.source.number] = _for_page(answer)
        files = []
        for file, lines in by_page.items():
            found = page.read(file)
            if found.kind != form:
                raise DataError(f"{file} is {page.NAMES[found.kind]}: ask for --format {found.kind}")
            content = rewritten(found, [lines.get(number) for number in range(len(found.lines))])
            files.append((file.name, content))
        return files

    # ── saved ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def config(self) -> dict[str, Any]:
        """Settings, alphabet and direction."""
        return {
            "name": self.name,
            "line": self.line.to_dict(),
            "direction": self.direction,
            "augment": self.augment,
            **self.text_config(),
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """The task that `config` described."""
        task = cls(direction=config["direction"], augment=config["augment"])
        task.line = LineSpec.from_dict(config["line"])
        task.load_text(config)
        return task


def _for_page(answer: LineText) -> Written:
    words = [Word(word.text, word.begin_px, word.end_px, word.confidence) for word in answer.words]
    return Written(words, answer.confidence)


def _edges(spelling: Spelling) -> NDArray[np.float64]:
    """Steps at which symbols meet, from left to right: half way between neighbours, as CTC marks their middles only."""
    middles = (spelling.starts + spelling.ends) / 2
    if len(middles) < 2:
        return np.array([spelling.starts[0] - 1.0, spelling.ends[0] + 1.0]) if len(middles) else np.zeros(1)
    between = (middles[1:] + middles[:-1]) / 2
    first, last = middles[0] - (between[0] - middles[0]), middles[-1] + (middles[-1] - between[-1])
    return np.array([max(first, 0.0), *between, last])


def _words(characters: Sequence[Piece]) -> list[Piece]:
    """What stands between spaces."""
    words: list[list[Piece]] = [[]]
    for character in characters:
        if character.text == " ":
            words.append([])
        else:
            words[-1].append(character)
    return [
        Piece(
            "".join(piece.text for piece in word),
            min(piece.begin_px for piece in word),
            max(piece.end_px for piece in word),
            float(np.prod([piece.confidence for piece in word])),
        )
        for word in words
        if word
    ]
