"""Text brought to one form, and cut into tokens: words, signs, and single characters of scripts without spaces."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from crnn.errors import SpecError

_SPACELESS = (
    "\u3040-\u30ff"  # Hiragana, Katakana
    "\u3100-\u312f"  # Bopomofo
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"  # Han
    "\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f\u1780-\u17ff"  # Myanmar, Khmer
)
"""Scripts that put no spaces between words: each character is a token of its own, and n-grams of them make words."""

_MARKS = "\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0900-\u0903\u093a-\u094f"

_TOKEN = re.compile(
    rf"[{_SPACELESS}]"
    rf"|(?:[^\W\d_{_SPACELESS}][{_MARKS}\u200c\u200d]*)+(?:['’](?:[^\W\d_{_SPACELESS}])+)*"
    r"|\d"
    r"|[^\w\s]|_"
)
_SPACELESS_ONE = re.compile(f"[{_SPACELESS}]")
_UNSEEN = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"))
"""Soft hyphens and spaces of no width: they tell nothing and would cut words."""

_SPACE = re.compile(r"\s+")


def normalise(text: str, *, lower: bool = True) -> str:
    r"""Compatibility forms made one (NFKC), control characters and runs of space made one space, lower case.

    Full-width letters and digits become plain ones, ligatures their letters; what is written alike is then alike.

    Args:
        text: As it came.
        lower: Whether case is given up.

    Example:
        >>> normalise("Ｓｏ  ﬁne!\r\n２００１年")
        'so fine! 2001年'
    """
    text = unicodedata.normalize("NFKC", text).translate(_UNSEEN)
    text = "".join(" " if unicodedata.category(sign) == "Cc" else sign for sign in text) if _controls(text) else text
    text = _SPACE.sub(" ", text).strip()
    return text.lower() if lower else text


def tokenise(text: str) -> list[str]:
    """The tokens of a normalised text: words (with their apostrophes), single digits, single signs.

    Chinese, Japanese, Thai, Lao, Khmer and Burmese are cut into characters, so that no segmenter is needed; the n-grams
    of a `Vocabulary` put words together again.

    Example:
        >>> tokenise("it's no.1, 房间很好!")
        ["it's", 'no', '.', '1', ',', '房', '间', '很', '好', '!']
    """
    return _TOKEN.findall(text)


def as_tokens(tokens: Any) -> list[str]:
    """The tokens that a tokeniser of the user's own gave, in whatever it hands them over.

    Raises:
        SpecError: they are no strings, or one.

    Example:
        >>> as_tokens(iter(("the", "room")))
        ['the', 'room']
    """
    several = isinstance(tokens, Iterable) and not isinstance(tokens, str)
    found = list(tokens) if several else []
    wrong = [token for token in found if not isinstance(token, str)] if several else [tokens]
    if wrong:
        given = f"{str(wrong[0])[:40]!r} ({type(wrong[0]).__name__})"
        raise SpecError(f"your tokeniser gave {given}: it must turn a text into a list of strings, its tokens")
    return found


def is_word(token: str) -> bool:
    """Whether a token has letters in it that can be cut further: a word of a script with spaces, of two letters up.

    Example:
        >>> [is_word(token) for token in ("room", "a", "房", "!")]
        [True, False, False, False]
    """
    return len(token) > 1 and any(sign.isalpha() for sign in token)


def is_character(token: str) -> bool:
    """Whether a token is a single character of a script without spaces.

    Example:
        >>> [is_character(token) for token in ("a", "房", "房间")]
        [False, True, False]
    """
    return len(token) == 1 and _SPACELESS_ONE.match(token) is not None


def spaceless(tokens: list[str]) -> bool:
    """Whether most of the tokens are characters of scripts without spaces.

    Example:
        >>> spaceless(tokenise("我爱 python")), spaceless(tokenise("i love 北京"))
        (True, False)
    """
    return 2 * sum(map(is_character, tokens)) > len(tokens)


def _controls(text: str) -> bool:
    return not text.isprintable()
