"""Word vectors that others have trained: fastText `.vec`, word2vec and GloVe text files, plain or gzipped."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Collection, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from crnn.errors import DataError, UnreadableError

Vector = NDArray[np.float32]

_GAPS = re.compile(r"[ \t]+")


def starting_vectors(path: str | Path, words: Collection[str], spread: float) -> dict[str, Vector]:
    """The vectors of some words, as `read_vectors` gives them, brought to a spread that a network starts well from.

    Raises:
        UnreadableError: as `read_vectors`.
        DataError: the file knows none of the words.
    """
    found = read_vectors(path, words)
    if not found:
        raise DataError(f"{path} knows none of the {len(words):,} words of the training texts")
    scale = spread / (float(np.std(np.stack(list(found.values())))) or 1.0)
    return {word: vector * np.float32(scale) for word, vector in found.items()}


def read_vectors(path: str | Path, words: Collection[str]) -> dict[str, Vector]:
    r"""The vectors of some words; the file is read once, line by line, and nothing else of it is kept.

    Args:
        path: A line a word, its numbers behind it; a first line with two numbers (count and width) is understood.
        words: The wanted words. A word that the file holds only in another case gets that vector.

    Raises:
        UnreadableError: no such file, no vectors in it, or lines of different width.

    Example:
        >>> import tempfile, pathlib
        >>> file = pathlib.Path(tempfile.mkdtemp()) / "two.vec"
        >>> _ = file.write_text("2 3\nGood 1 0 0\nbad 0 1 0\n")
        >>> {word: vector.tolist() for word, vector in read_vectors(file, {"good"}).items()}
        {'good': [1.0, 0.0, 0.0]}
    """
    file = Path(path)
    wanted = set(words)
    exact: dict[str, Vector] = {}
    folded: dict[str, Vector] = {}
    width = 0
    for number, line in _lines(file):
        name, *cells = _GAPS.split(line)
        if number == 1 and len(cells) == 1:
            continue
        width = width or len(cells)
        if len(cells) > width:  # a word with spaces in it, as GloVe has some
            name, cells = " ".join([name, *cells[:-width]]).strip(), cells[-width:]
        if not width:
            raise UnreadableError(f"{file} is no file of word vectors: line {number} has no number behind its word")
        if not cells or len(cells) != width:
            raise UnreadableError(f"{file}, line {number} has {len(cells)} numbers, not {width}: is the file whole?")
        lowered = name.lower()
        if name in wanted and name not in exact:
            exact[name] = _numbers(cells, file, number)
        elif lowered in wanted and lowered not in folded:
            folded[lowered] = _numbers(cells, file, number)
    if width == 0:
        raise UnreadableError(f"{file} holds no word vectors: give a line a word, its numbers behind it")
    return {**folded, **exact}


def _numbers(cells: list[str], file: Path, line: int) -> Vector:
    try:
        vector = np.array([float(cell) for cell in cells], dtype=np.float32)
    except ValueError as error:
        raise UnreadableError(f"{file}, line {line} holds no word vector: {error}") from error
    if not np.isfinite(vector).all():
        raise UnreadableError(f"{file}, line {line} holds NaN or infinity: remove the line")
    return vector


def _lines(file: Path) -> Iterator[tuple[int, str]]:
    try:
        with file.open("rb") as raw:
            packed = raw.read(2) == b"\x1f\x8b"
        with gzip.open(file) if packed else file.open("rb") as lines:
            for number, raw_line in enumerate(lines, start=1):
                if line := raw_line.decode("utf-8", "replace").rstrip("\r\n \t"):
                    yield number, line
    except (OSError, EOFError, zlib.error) as error:
        if isinstance(error, UnreadableError):
            raise
        raise UnreadableError(f"{file} cannot be read ({error}): check the path and that the file is whole") from error
