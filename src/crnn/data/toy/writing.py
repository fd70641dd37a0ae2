"""Made writing: reviews with their label, and pictures of printed lines."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from crnn.data.toy.sizes import check_sizes
from crnn.errors import SpecError

MOST_REVIEWS = 200
"""More are not sure to be different from each other."""


_REVIEWS: dict[str, dict[str, Any]] = {
    "en": {
        "labels": ("good", "bad"),
        "subjects": ("the room", "the breakfast", "the staff", "our bed", "the view", "the bathroom"),
        "words": (("lovely", "clean", "friendly", "great"), ("awful", "dirty", "rude", "poor")),
        "plain": ("{subject} was {word}", "{subject} is really {word}", "we found {subject} {word}"),
        "negated": ("{subject} was not {word} at all", "nobody can call {subject} {word}"),
        "ends": (".", "!", ", and we stayed two nights.", ", as a friend had told us."),
    },
    "zh": {
        "labels": ("好评", "差评"),
        "subjects": ("房间", "早餐", "服务员", "床", "风景", "卫生间"),
        "words": (("干净", "舒服", "热情", "漂亮"), ("肮脏", "糟糕", "冷淡", "难看")),
        "plain": ("{subject}很{word}", "{subject}真的{word}", "我们觉得{subject}{word}"),
        "negated": ("{subject}一点也不{word}", "谁也不会说{subject}{word}"),
        "ends": ("。", "！", "，住了两个晚上。", "，跟朋友说的一样。"),
    },
}


def reviews(path: str | Path, count: int = 120, *, language: str = "en", seed: int = 0) -> Path:
    """A table of made hotel reviews with their label, "good" or "bad" (好评 or 差评), in turn.

    Every third review says what it means by a negation, so that single words do not tell all.

    Args:
        path: The CSV file, with the columns ``text`` and ``label``.
        count: Reviews.
        language: "en" or "zh".
        seed: Same seed, same reviews.

    Returns:
        The path of the file.

    Raises:
        SpecError: no reviews, more than there are, or another language.

    Example:
        >>> import tempfile
        >>> file = reviews(Path(tempfile.mkdtemp()) / "reviews.csv", count=4)
        >>> file.read_text(encoding="utf-8").splitlines()[0]
        'text,label'
    """
    check_sizes(count=count)
    if count > MOST_REVIEWS:
        raise SpecError(f"count={count!r}: there are at most {MOST_REVIEWS} different reviews")
    if language not in _REVIEWS:
        raise SpecError(f"language={language!r}: made reviews are there in {' and '.join(_REVIEWS)}")
    parts, random = _REVIEWS[language], np.random.default_rng(seed)
    written: dict[str, str] = {}
    while len(written) < count:
        number = len(written)
        side, negated = number % 2, number % 3 == 0
        word = random.choice(parts["words"][1 - side if negated else side])
        form = random.choice(parts["negated" if negated else "plain"])
        text = form.format(subject=random.choice(parts["subjects"]), word=word) + random.choice(parts["ends"])
        written.setdefault(text, parts["labels"][side])  # no review comes twice
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("text", "label"), *written.items()])
    return path


def printed_lines(
    folder: str | Path,
    words: Sequence[str] = ("one", "two", "three", "four"),
    lines: int = 48,
    writers: int = 4,
    *,
    longest: int = 3,
    height_px: int = 40,
    seed: int = 0,
) -> Path:
    """Lines of print: one to `longest` of the words, leaning, noisy and faded in the way of each "writer".

    Args:
        folder: Where to write ``<writer>/<number>.png`` with its text beside it as ``<number>.gt.txt``.
        words: To choose from.
        lines: How many, the writers in turn.
        writers: How many.
        longest: Most words of a line.
        height_px: Of the pictures.
        seed: Same seed, same lines.

    Returns:
        The folder.

    Raises:
        SpecError: a size below 1.
        MissingExtraError: Pillow is not installed.
    """
    from crnn.image import picture

    check_sizes(words=len(words), lines=lines, writers=writers, longest=longest, height_px=height_px)
    root, random = Path(folder), np.random.default_rng(seed)
    hands = [np.random.default_rng([seed, writer]) for writer in range(writers)]
    ways = [(hand.uniform(-0.25, 0.25), hand.uniform(0.4, 1.0)) for hand in hands]
    for number in range(lines):
        writer = number % writers
        lean, ink = ways[writer]
        text = " ".join(random.choice(words, random.integers(1, longest + 1)))
        drawn = 255.0 - picture.shear(picture.text(text, height_px), lean, 255)
        paper = 235.0 - ink * drawn * 0.85 + random.normal(0.0, 6.0, drawn.shape)
        file = root / f"writer{writer}" / f"{number:03d}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(picture.png(np.clip(paper, 0, 255).astype(np.uint8)))
        file.with_suffix(".gt.txt").write_text(text + "\n", encoding="utf-8")
    return root
