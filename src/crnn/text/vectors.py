"""Word vectors that others have trained: fastText `.vec`, GloVe text, word2vec in either form, plain or gzipped."""

from __future__ import annotations

import gzip
import itertools
import re
import warnings
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from crnn.data.encoding import UNICODE, encoding_of
from crnn.errors import DataError, DataWarning, UnreadableError
from crnn.text.normalize import is_character

Vector = NDArray[np.float32]

MOST_OTHERS = 100_000
"""Words that training texts do not have, of which vectors are kept: the first of a file, which are its commonest."""

LONGEST = 8
"""Most characters of a word of scripts without spaces."""

_GAPS = re.compile(r"[ \t]+")
_SIZES = re.compile(rb"\d+ \d+\s*")
_WIDEST = 100_000
_OTHERS = {
    b"PK\x03\x04": "it is a zip archive; unpack it, and give the file of vectors in it",
    b"\xba\x16\x4f\x2f": "it is a whole model of fastText; give the .vec file that is beside it",
    b"\x93NUMPY": "it is an array of NumPy, without words; write a line a word, its numbers behind it",
    b"\x80\x02": "it is pickled, as gensim saves; write it with save_word2vec_format",
    b"\x80\x04": "it is pickled, as gensim saves; write it with save_word2vec_format",
}
"""How files begin that people take for word vectors, and what to do with them."""
_JUDGED = 1 << 20
"""Bytes of a file of text by which its encoding is judged."""
_FIRST = 1000
"""Words of a binary file by which their encoding is judged."""
_CONTROLS = re.compile(rb"[\x00-\x08]")
"""Bytes that no text has, and that numbers in four bytes each soon have."""

Entry = tuple[str, str, list[str] | bytes]
"""Where a word stands, the word, and its numbers as text or in four bytes each."""


class WordVectors:
    """Words whose meaning is known beforehand, by number: 0 is none, then the words in the order of their vectors.

    Args:
        words: In the order of their numbers, from 1 up.
        width: Numbers of a vector.
        table: The vectors ``(1 + N, width)``, with that of no word; None where weights from a file will hold them.

    Example:
        >>> known = WordVectors(["room", "酒店", "店"], 2)
        >>> known.numbers(["The", "Room"]).tolist(), known.numbers(["酒", "店"]).tolist()
        ([0, 1], [0, 2])
    """

    def __init__(self, words: Sequence[str], width: int, table: Vector | None = None) -> None:
        self.words, self.width, self._table = list(words), width, table
        self._numbers = {word: number for number, word in enumerate(self.words, start=1)}
        self._longest = min(LONGEST, max((len(word) for word in self.words if is_character(word[:1])), default=1))

    @property
    def table(self) -> Vector:
        """The vectors, zeros where they are not at hand, ``(1 + N, width)``."""
        return np.zeros((1 + len(self.words), self.width), np.float32) if self._table is None else self._table

    @property
    def whole(self) -> NDArray[np.bool_]:
        """Which numbers are of words that stand in a text as they are, not of characters that end there, ``(1 + N,)``.

        Example:
            >>> WordVectors(["room", "酒店"], 2).whole.tolist()
            [False, True, False]
        """
        return np.array([False, *(not is_character(word[:1]) for word in self.words)])

    def numbers(self, tokens: Sequence[str]) -> NDArray[np.int64]:
        """For each token ``(T,)`` the number of the word it is; of a character that of the longest word it ends."""
        found = np.zeros(len(tokens), dtype=np.int64)
        for step, token in enumerate(tokens):
            word, found[step] = token, self._number(token)
            if not is_character(token):
                continue
            for before in reversed(tokens[max(0, step + 1 - self._longest) : step]):
                if not is_character(before):
                    break
                word = before + word
                found[step] = self._numbers.get(word, found[step])
        return found

    def places_in(self, other: WordVectors) -> list[int]:
        """For each number that of the same word in others, or -1."""
        return [0, *(other._numbers.get(word, -1) for word in self.words)]

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON, without the vectors."""
        return {"words": self.words, "width": self.width}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> WordVectors:
        """Read what `to_dict` wrote."""
        return cls(data["words"], data["width"])

    def _number(self, token: str) -> int:
        return self._numbers.get(token) or self._numbers.get(token.lower(), 0)


def starting_vectors(
    path: str | Path, texts: Sequence[Sequence[str]], spread: float, fold: Callable[[str], str] = str.lower
) -> WordVectors:
    """The words of texts, and other common ones, that `read_vectors` gives, with their vectors.

    They are brought to a spread that a network reads well; among each other they stay as loud as they are.

    Raises:
        UnreadableError: as `read_vectors`.
        DataError: the file knows no word of the texts.
    """
    words = set(itertools.chain.from_iterable(texts))
    found = read_vectors(path, words, MOST_OTHERS, fold)
    table = np.stack([np.zeros_like(next(iter(found.values()))), *found.values()])
    table *= spread / (float(table[1:].std()) or 1.0)
    known = WordVectors(list(found), table.shape[1], table)
    if not any(known.numbers(tokens).any() for tokens in texts):
        raise DataError(f"{path} knows none of the {len(words):,} words of the training texts")
    return known


def read_vectors(
    path: str | Path, words: Collection[str], others: int = 0, fold: Callable[[str], str] = str.lower
) -> dict[str, Vector]:
    r"""The vectors of some words; the file is read once, word by word, and nothing else of it is kept.

    Args:
        path: A line a word, its numbers behind it; a first line with two numbers (count and width) is understood. Or
            the binary form of word2vec, and either of them gzipped. The encoding of the words is found out, as that of
            a table is; that it is none of Unicode is a guess, and warned of.
        words: The wanted words. A word that the file holds only in another form gets that vector.
        others: The first so many of the other words are wanted too.
        fold: From a word of the file to the form in which words are wanted.

    Raises:
        UnreadableError: no such file, no vectors in it, or lines of different width.

    Example:
        >>> import tempfile, pathlib
        >>> file = pathlib.Path(tempfile.mkdtemp()) / "two.vec"
        >>> _ = file.write_text("2 3\nGood 1 0 0\nbad 0 1 0\n")
        >>> {word: vector.tolist() for word, vector in read_vectors(file, {"good"}).items()}
        {'good': [1.0, 0.0, 0.0]}
    """
    wanted = set(words)
    found: dict[str, Vector] = {}
    exact: set[str] = set()
    for place, name, numbers in _entries(Path(path)):
        word = fold(name)
        if word not in wanted and word not in found:
            if not others or not word:
                continue
            others -= 1
        if word not in found or (name == word and word not in exact):
            found[word] = _vector(numbers, f"{path}, {place}")
            exact |= {word} & {name}
    return found


def _entries(file: Path) -> Iterator[Entry]:
    """Where each word stands, the word, and its numbers as they are written."""
    try:
        with file.open("rb") as raw:
            packed = raw.read(2) == b"\x1f\x8b"
        with gzip.open(file) if packed else file.open("rb") as content:
            head = content.readline(1000)
            binary = _SIZES.fullmatch(head) is not None and not _is_line(content.readline(100_000), head)
            content.seek(len(head) if binary else 0)
            yield from _binary(file, content.read, head) if binary else _text(file, _lines(file, content))
    except (OSError, EOFError, zlib.error) as error:
        if isinstance(error, UnreadableError):
            raise
        raise UnreadableError(f"{file} cannot be read ({error}): check the path and that the file is whole") from error


def _encoding(file: Path, start: bytes) -> str:
    """The encoding of words by those at the beginning of a file; a guess is told."""
    found = encoding_of(start)
    if found not in UNICODE:
        told = f"the words of {file} are read as {found}, which was guessed: save the file as UTF-8 if that is wrong"
        warnings.warn(told, DataWarning, stacklevel=2)
    return found


def _is_line(line: bytes, head: bytes) -> bool:
    """Whether a line is a word with numbers as text behind it, or has no sign that would not stand in one."""
    try:
        return bool([float(cell) for cell in line.split()[-int(head.split()[1]) :]])
    except ValueError:
        return _CONTROLS.search(line) is None


def _lines(file: Path, content: BinaryIO | gzip.GzipFile) -> Iterator[str]:
    """The lines of a file of text, in the encoding of its beginning.

    Raises:
        UnreadableError: it is a file of another kind.
    """
    start = content.read(_JUDGED)
    start = start if len(start) < _JUDGED else start[: start.rfind(b"\n") + 1] or start
    for begin, advice in _OTHERS.items():
        if start.startswith(begin):
            raise UnreadableError(f"{file} is no file of word vectors: {advice}")
    encoding = _encoding(file, start)
    content.seek(0)
    with TextIOWrapper(content, encoding, errors="replace", newline="\n") as lines:
        yield from lines


def _text(file: Path, lines: Iterable[str]) -> Iterator[Entry]:
    """A line a word."""
    width = 0
    for number, given in enumerate(lines, start=1):
        if not (line := given.removeprefix("\ufeff").rstrip("\r\n \t")):
            continue
        name, *cells = _GAPS.split(line)
        if number == 1 and len(cells) == 1:
            continue
        width = width or len(cells)
        if len(cells) > width:  # a word with spaces in it, as GloVe has some
            name, cells = " ".join([name, *cells[:-width]]).strip(), cells[-width:]
        if width < 2:
            raise UnreadableError(
                f"{file} is no file of word vectors: line {number} has {width or 'no'} number behind its word"
            )
        if len(cells) != width:
            raise UnreadableError(f"{file}, line {number} has {len(cells)} numbers, not {width}: is the file whole?")
        yield f"line {number}", name, cells
    if width == 0:
        raise UnreadableError(f"{file} holds no word vectors: give a line a word, its numbers behind it")


def _binary(file: Path, read: Callable[[int], bytes], head: bytes) -> Iterator[Entry]:
    """A word, a space, its numbers in four bytes each."""
    entries = _packed(file, read, head)
    first = list(itertools.islice(entries, _FIRST))
    encoding = _encoding(file, b"\n".join(name for _, name, _ in first))
    for place, name, numbers in itertools.chain(first, entries):
        yield place, name.decode(encoding, "replace"), numbers


def _packed(file: Path, read: Callable[[int], bytes], head: bytes) -> Iterator[tuple[str, bytes, bytes]]:
    """As `_binary`, with the words as bytes."""
    count, width = map(int, head.split())
    if not 1 < width <= _WIDEST:
        raise UnreadableError(f"{file} is no file of word vectors: its first line tells of {width} numbers a word")
    for number in range(1, count + 1):
        name = bytearray()
        while (sign := read(1)) not in (b" ", b""):
            name += sign
        numbers = read(4 * width)
        if len(numbers) < 4 * width:
            raise UnreadableError(f"{file} ends in word {number} of {count}: is the file whole?")
        yield f"word {number}", bytes(name).strip(b"\n"), numbers


def _vector(numbers: list[str] | bytes, where: str) -> Vector:
    try:
        vector = np.frombuffer(numbers, "<f4") if isinstance(numbers, bytes) else np.array(numbers, dtype=np.float32)
    except ValueError as error:
        raise UnreadableError(f"{where} holds no word vector: {error}") from error
    if not np.isfinite(vector).all():
        raise UnreadableError(f"{where} holds NaN or infinity: remove it")
    return vector
