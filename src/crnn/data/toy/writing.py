"""Made writing: reviews with their label, and pictures of printed lines."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from crnn.data.toy.sizes import check_sizes
from crnn.errors import SpecError

MOST_REVIEWS = 800
"""More are not sure to be different from each other."""


_REVIEWS: dict[str, dict[str, Any]] = {
    "en": {
        "labels": ("good", "bad"),
        "subjects": (
            "the hotel",
            "this hotel",
            "the room",
            "the breakfast",
            "the food",
            "the staff",
            "the bathroom",
            "it",
        ),
        "words": (("good", "great", "clean", "friendly", "lovely"), ("bad", "terrible", "dirty", "rude", "poor")),
        "plain": (
            "{subject} was {word}",
            "{subject} is {word}",
            "{subject} is really {word}",
            "{subject} was very {word}",
            "very {word}",
            "{word}",
        ),
        "negated": (
            "{subject} was not {word}",
            "{subject} is not {word} at all",
            "{subject} isn't {word}",
            "nobody can call {subject} {word}",
            "not {word}",
        ),
        "said": (
            ("we were happy with {subject}", "we can recommend {subject}", "I love {subject}", "we will come back"),
            (
                "we were disappointed with {subject}",
                "we cannot recommend {subject}",
                "I hate {subject}",
                "we were not happy with {subject}",
                "we will not come back",
            ),
        ),
        "ends": ("", ".", "!", ", and we stayed two nights.", ", as a friend had told us."),
    },
    "zh": {
        "labels": ("好评", "差评"),
        "subjects": ("酒店", "这家酒店", "房间", "早餐", "服务", "服务员", "环境", "卫生间"),
        "words": (("好", "干净", "舒服", "热情", "漂亮"), ("差", "脏", "糟糕", "冷淡", "难看")),
        "plain": (
            "{subject}很{word}",
            "{subject}非常{word}",
            "{subject}真的{word}",
            "我们觉得{subject}太{word}了",
            "{word}",
        ),
        "negated": ("{subject}不{word}", "{subject}一点也不{word}", "谁也不会说{subject}{word}"),
        "said": (
            (
                "{subject}不错",
                "不错",
                "{subject}很不错",
                "对{subject}很满意",
                "推荐{subject}",
                "我很喜欢{subject}",
                "下次还来",
            ),
            (
                "{subject}让人失望",
                "{subject}出了错",
                "对{subject}很失望",
                "对{subject}不满意",
                "不推荐{subject}",
                "我不喜欢{subject}",
                "下次不来了",
            ),
        ),
        "ends": ("", "。", "！", "，住了两个晚上。", "，跟朋友说的一样。"),
    },
}


def reviews(path: str | Path, count: int = 120, *, language: str = "en", seed: int = 0) -> Path:
    """A table of made hotel reviews in everyday words with their label, "good" or "bad" (好评 or 差评), in turn.

    One in five says what it means by a negation, so that single words do not tell all; one in five says no more than
    that the guest was content, or not.

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
        side, negated = number % 2, number % 5 == 0
        word = random.choice(parts["words"][1 - side if negated else side])
        form = random.choice(parts["said"][side] if number % 5 == 1 else parts["negated" if negated else "plain"])
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
