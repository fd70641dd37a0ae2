"""Language models in files: ARPA, read and written by our own code, with the tokens they are made of."""

from __future__ import annotations

import gzip
import math
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from crnn.decode import kneser_ney
from crnn.decode.language_model import Level, NGram
from crnn.errors import DataError, UnreadableError

START, END, UNKNOWN = "<s>", "</s>", "<unk>"
SPACE = "<space>"
"""How a space is written in a model of characters, since ARPA parts tokens by spaces."""

_SPACES = (SPACE, "|", "▁", "<sp>")
_UNKNOWNS = (UNKNOWN, "<UNK>")
_LN10 = math.log(10)
CHARACTER_ORDER, WORD_ORDER = 6, 3


@dataclass(frozen=True)
class LanguageModel:
    """An n-gram model with its tokens.

    Args:
        model: The n-grams, by numbers.
        tokens: What each number stands for: characters or words.
        of_words: Whether tokens are words.
    """

    model: NGram
    tokens: tuple[str, ...]
    of_words: bool

    @classmethod
    def train(cls, texts: Sequence[str], *, order: int | None = None, of_words: bool = False) -> LanguageModel:
        """An interpolated Kneser-Ney model of some texts, each one a sentence.

        Args:
            texts: Normalised as transcripts are; empty ones do not count.
            order: Longest n-gram; by default 6 for characters and 3 for words.
            of_words: Count words instead of characters.

        Raises:
            DataError: there are no texts.
            SpecError: an impossible order.
        """
        sentences = [split for text in texts if (split := units(text, of_words))]
        known = sorted({unit for sentence in sentences for unit in sentence} - {START, END, UNKNOWN})
        tokens = (START, END, UNKNOWN, *known)
        numbers = {token: number for number, token in enumerate(tokens)}
        coded = [[numbers[unit] for unit in sentence] for sentence in sentences]
        length = order if order is not None else WORD_ORDER if of_words else CHARACTER_ORDER
        return cls(kneser_ney.train(coded, length, len(tokens), start=0, end=1, unknown=2), tokens, of_words)

    def encode(self, text: str) -> list[int]:
        """The tokens of a text; unknown ones as the unknown token."""
        numbers = {token: number for number, token in enumerate(self.tokens)}
        return [numbers.get(unit, self.model.unknown_token) for unit in units(text, self.of_words)]

    def perplexity(self, texts: Sequence[str]) -> float:
        """Of some texts, by token, ends counted.

        Raises:
            DataError: there are no texts.
        """
        return self.model.perplexity([self.encode(text) for text in texts])


def units(text: str, of_words: bool) -> list[str]:
    """The tokens of a text: its words, or its characters with `SPACE` for the space."""
    return text.split() if of_words else [SPACE if symbol == " " else symbol for symbol in text]


def write_arpa(path: str | Path, language: LanguageModel) -> Path:
    """Write an ARPA file, gzipped where the name ends in ``.gz``.

    Raises:
        DataError: the file cannot be written.
    """
    path = Path(path)
    content = arpa_bytes(language)
    try:
        path.write_bytes(content if path.suffix == ".gz" else gzip.decompress(content))
    except OSError as error:
        raise DataError(f"cannot write {path}: {error.strerror or error}") from error
    return path


def arpa_bytes(language: LanguageModel) -> bytes:
    """An ARPA file, gzipped; the same model gives the same bytes."""
    return gzip.compress(("\n".join(_lines(language)) + "\n").encode(), mtime=0)


def _lines(language: LanguageModel) -> Iterator[str]:
    levels, tokens = language.model.levels, language.tokens
    yield "\\data\\"
    for order, level in enumerate(levels, start=1):
        yield f"ngram {order}={len(level.grams)}"
    for order, level in enumerate(levels, start=1):
        yield f"\n\\{order}-grams:"
        rows = zip(level.grams.tolist(), level.log_probs.tolist(), level.backoffs.tolist(), strict=True)
        for gram, log_prob, backoff in rows:
            text = " ".join(tokens[number] for number in gram)
            tail = f"\t{backoff / _LN10:.7g}" if order < len(levels) and backoff else ""
            yield f"{log_prob / _LN10:.7g}\t{text}{tail}"
    yield "\n\\end\\"


def read_arpa(path: str | Path) -> LanguageModel:
    """Read an ARPA file of words or characters, plain or gzipped, as this package, KenLM or SRILM write them.

    It is taken as a model of characters where every token but the special ones is a single character or a name of the
    space (``<space>``, ``|``, ``▁``).

    Raises:
        UnreadableError: missing, cut off, or not ARPA; names the line.
    """
    try:
        return parse_arpa(Path(path).read_bytes(), str(path))
    except OSError as error:
        if isinstance(error, UnreadableError):
            raise
        raise UnreadableError(f"{path} cannot be read as a language model ({error}): give an ARPA file") from error


def parse_arpa(raw: bytes, name: str) -> LanguageModel:
    """The language model that the bytes of an ARPA file hold; `name` is what messages call it.

    Raises:
        UnreadableError: as `read_arpa`.
    """
    try:
        text = (gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw).decode("utf-8-sig")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise UnreadableError(f"{name} cannot be read as a language model ({error}): give an ARPA file") from error
    return _Reader(name, text).language()


class _Reader:
    """Reads the sections of an ARPA file in turn."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.lines = text.split("\n")
        self.at = 0
        self.numbers: dict[str, int] = {}

    def language(self) -> LanguageModel:
        sizes = self._sizes()
        levels = [self._level(order, size) for order, size in enumerate(sizes, start=1)]
        if self._next() != "\\end\\":
            raise self._error("the file has no \\end\\: it is cut off")
        words = [token for token in self.numbers if token not in (START, END, *_UNKNOWNS)]
        of_words = any(len(word) > 1 and word not in _SPACES for word in words)
        for special in (START, END):
            if special not in self.numbers:
                raise self._error(f"the unigrams lack {special}")
        unknown = next((self.numbers[name] for name in _UNKNOWNS if name in self.numbers), None)
        tokens = list(self.numbers)
        if unknown is None:
            unknown = len(tokens)
            tokens.append(UNKNOWN)
        if not of_words:
            tokens = [SPACE if token in _SPACES and SPACE not in self.numbers else token for token in tokens]
        start, end = self.numbers[START], self.numbers[END]
        try:
            model = NGram(levels, len(tokens), start=start, end=end, unknown=unknown)
            return LanguageModel(model, tuple(tokens), of_words)
        except DataError as error:
            raise UnreadableError(f"{self.path} is damaged: {error}") from error

    def _next(self) -> str:
        """The next line that is not empty, without space around it."""
        while self.at < len(self.lines):
            self.at += 1
            line = self.lines[self.at - 1].strip()
            if line:
                return line
        return ""

    def _error(self, problem: str) -> UnreadableError:
        return UnreadableError(
            f"{self.path}, line {self.at}: {problem}. Give an ARPA file, or train one: crnn lm train"
        )

    def _sizes(self) -> list[int]:
        line = self._next()
        while line and line != "\\data\\":
            line = self._next()
        if not line:
            raise self._error("there is no \\data\\ section")
        sizes: list[int] = []
        while (line := self._next()).startswith("ngram"):
            order, _, count = line.removeprefix("ngram").partition("=")
            if not (order.strip().isdigit() and count.strip().isdigit()) or int(order) != len(sizes) + 1:
                raise self._error(f"{line!r} should be: ngram {len(sizes) + 1}=COUNT")
            sizes.append(int(count))
        self.at -= 1
        if not sizes:
            raise self._error("no n-grams are announced")
        return sizes

    def _level(self, order: int, size: int) -> Level:
        if self._next() != f"\\{order}-grams:":
            raise self._error(f"here \\{order}-grams: should begin")
        grams = np.empty((size, order), dtype=np.int64)
        log_probs, backoffs = np.empty(size), np.zeros(size)
        for row in range(size):
            parts = self._next().split()
            if len(parts) not in (order + 1, order + 2):
                raise self._error(f"{size} {order}-grams are announced, this is none: it needs {order} tokens")
            try:
                log_probs[row] = float(parts[0])
                backoffs[row] = float(parts[order + 1]) if len(parts) == order + 2 else 0.0
            except ValueError:
                raise self._error(f"{parts[0]!r} or {parts[-1]!r} is no number") from None
            grams[row] = [self._number(token, order) for token in parts[1 : order + 1]]
        return Level(grams, log_probs * _LN10, backoffs * _LN10)

    def _number(self, token: str, order: int) -> int:
        number = self.numbers.get(token)
        if number is None:
            if order > 1:
                raise self._error(f"{token!r} is no unigram")
            number = self.numbers[token] = len(self.numbers)
        return number
