"""The symbols that texts are made of, and their numbers: learnt from training texts, the same ever after."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from crnn.errors import DataError, SpecError, UnknownNameError
from crnn.spec import BLANK

FORMS = ("NFC", "NFD", "NFKC", "NFKD", "none")
MODES = ("extend", "replace", "keep")

Form = Literal["NFC", "NFD", "NFKC", "NFKD", "none"]
Numbers = NDArray[np.int64]


class Alphabet:
    """An ordered set of symbols; a symbol is one Unicode code point, and a space is a symbol like any other.

    Class 0 is the blank of CTC, the first symbol is class 1. Combining marks are kept: in NFC a letter and its mark are
    one symbol where Unicode has one for both, in NFD they are two.

    Args:
        symbols: In the order of their numbers.
        form: Unicode form that texts are brought to: "NFC", "NFD", "NFKC", "NFKD", or "none" to leave them.

    Raises:
        SpecError: a symbol twice, or one that is no single code point.

    Example:
        >>> alphabet = Alphabet.learn(["no", "on on"])
        >>> alphabet.symbols, alphabet.classes
        ((' ', 'n', 'o'), 4)
        >>> alphabet.encode("no").tolist(), alphabet.decode([2, 3])
        ([2, 3], 'no')
    """

    def __init__(self, symbols: Iterable[str], form: Form = "NFC") -> None:
        if form not in FORMS:
            raise UnknownNameError("Unicode form", form, FORMS)
        self.symbols = tuple(symbols)
        self.form = form
        self._numbers = {symbol: number for number, symbol in enumerate(self.symbols, start=BLANK + 1)}
        if len(self._numbers) < len(self.symbols):
            twice = [symbol for symbol, count in Counter(self.symbols).items() if count > 1]
            raise SpecError(f"the alphabet has {twice[0]!r} twice: give each symbol once")
        for symbol in self.symbols:
            if len(symbol) != 1:
                raise SpecError(f"{symbol!r} is no symbol: give single Unicode code points")

    @classmethod
    def learn(cls, texts: Iterable[str], form: Form = "NFC") -> Alphabet:
        """Every symbol that occurs in training texts, in the order of Unicode.

        Raises:
            DataError: there is none.
        """
        found: set[str] = set()
        empty = cls((), form)
        for text in texts:
            found.update(empty.normal(text))
        if not found:
            raise DataError("the training texts hold no symbols: give recordings or images with their transcripts")
        return cls(sorted(found), form)

    def __len__(self) -> int:
        return len(self.symbols)

    def __contains__(self, symbol: object) -> bool:
        return symbol in self._numbers

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Alphabet) and (self.symbols, self.form) == (other.symbols, other.form)

    def __hash__(self) -> int:
        return hash((self.symbols, self.form))

    @property
    def classes(self) -> int:
        """Classes K of a network that spells with this alphabet: the blank and the symbols."""
        return BLANK + 1 + len(self.symbols)

    @property
    def names(self) -> list[str]:
        """What reports call the classes, the blank among them."""
        return ["(blank)", *(shown(symbol) for symbol in self.symbols)]

    def normal(self, text: str) -> str:
        """The text in the alphabet's Unicode form."""
        return text if self.form == "none" else unicodedata.normalize(self.form, text)

    def encode(self, text: str) -> Numbers:
        """The numbers ``(U,)`` of a text's symbols; those that the alphabet does not have are left out.

        `unknown` tells which are left out, so that whoever encodes a text can say so.
        """
        numbers = self._numbers
        return np.array([numbers[symbol] for symbol in self.normal(text) if symbol in numbers], dtype=np.int64)

    def decode(self, numbers: Sequence[int] | Numbers) -> str:
        """The text that numbers spell; blanks are skipped."""
        return "".join(self.symbols[int(number) - 1] for number in numbers if int(number) != BLANK)

    def number(self, symbol: str) -> int | None:
        """The class of a symbol; None where the alphabet does not have it."""
        return self._numbers.get(symbol)

    def unknown(self, texts: Iterable[str]) -> Counter[str]:
        """Symbols of some texts that the alphabet does not have, with how often they occur."""
        counts: Counter[str] = Counter()
        for text in texts:
            counts.update(symbol for symbol in self.normal(text) if symbol not in self._numbers)
        return counts

    def follow(self, texts: Iterable[str], mode: str) -> Alphabet:
        """The alphabet to go on with when training continues on other texts.

        Args:
            texts: The new training texts.
            mode: "extend" adds new symbols behind the known ones; "replace" has the symbols of the new texts alone;
                "keep" stays as it is, so that new symbols cannot be learnt.

        Raises:
            UnknownNameError: no such mode.

        Example:
            >>> old = Alphabet("ab")
            >>> [old.follow(["bc"], mode).symbols for mode in MODES]
            [('a', 'b', 'c'), ('b', 'c'), ('a', 'b')]
        """
        if mode not in MODES:
            raise UnknownNameError("way to treat the alphabet", mode, MODES)
        if mode == "keep":
            return self
        learnt = Alphabet.learn(texts, self.form)
        if mode == "replace":
            return learnt
        return Alphabet((*self.symbols, *(symbol for symbol in learnt.symbols if symbol not in self)), self.form)

    def places_in(self, other: Alphabet) -> Numbers:
        """For each class of this alphabet its class in another, or -1: where trained weights are taken from.

        Example:
            >>> Alphabet("bc").places_in(Alphabet("ab")).tolist()
            [0, 2, -1]
        """
        own = [other.number(symbol) for symbol in self.symbols]
        return np.array([BLANK, *(-1 if place is None else place for place in own)], dtype=np.int64)

    def config(self) -> dict[str, Any]:
        """As plain JSON."""
        return {"symbols": list(self.symbols), "form": self.form}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Alphabet:
        """The alphabet that `config` described."""
        return cls(config["symbols"], config["form"])


def shown(symbol: str) -> str:
    """A symbol as people can see it: the space, marks without a letter and invisible ones by what they are.

    Example:
        >>> shown("a"), shown(" "), shown(chr(0x301)), shown(chr(0x200D))
        ('a', '␣', '◌́', 'ZERO WIDTH JOINER')
    """
    if symbol == " ":
        return "␣"
    if unicodedata.combining(symbol):
        return "◌" + symbol
    if unicodedata.category(symbol)[0] in "CZ":
        return unicodedata.name(symbol, f"U+{ord(symbol):04X}")
    return symbol


def listed(unknown: Counter[str], most: int = 12) -> str:
    """Symbols with their counts, the commonest first, in one line.

    Example:
        >>> listed(Counter("ééŒ "))
        'é (U+00E9) × 2, Œ (U+0152) × 1, ␣ (U+0020) × 1'
    """
    ordered = sorted(unknown.items(), key=lambda item: (-item[1], shown(item[0])))
    parts = [f"{shown(symbol)} (U+{ord(symbol):04X}) × {count}" for symbol, count in ordered[:most]]
    return ", ".join(parts) + (f", and {len(ordered) - most} more" if len(ordered) > most else "")
