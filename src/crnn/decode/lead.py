"""Language models as guides: of the symbols themselves, or of the words that symbols spell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from crnn.decode.guide import Guide, Weights
from crnn.decode.language_model import NGram
from crnn.decode.lexicon import Trie
from crnn.decode.spelling import Numbers


class SymbolModel(Guide):
    """A language model whose tokens are the symbols.

    Args:
        model: The n-grams.
        tokens: ``(K,)`` the model's token of each class; that of the blank does not count.
        weight: What its logarithms are multiplied by.
        bonus: Added for each symbol, since a language model favours short texts.
    """

    def __init__(self, model: NGram, tokens: Numbers, weight: float, bonus: float = 0.0) -> None:
        self.model = model
        self.tokens = tokens
        self.weight = weight
        self.bonus = bonus

    def start(self) -> int:
        """The start of a sentence."""
        return self.model.start()

    def weights(self, state: Any) -> Weights:
        """Weighted log-probabilities, with the bonus."""
        return self.weight * self.model.row(state)[self.tokens] + self.bonus

    def next(self, state: Any, symbol: int) -> int:
        """The context behind a symbol."""
        return self.model.next(state, int(self.tokens[symbol]))

    def end(self, state: Any) -> float:
        """The weight of the sentence's end."""
        return self.weight * self.model.score(state, self.model.end_token)


class WordModel(Guide):
    """A language model over words, asked when a word is over.

    Args:
        model: The n-grams of words.
        words: From a token of the model to the symbols that spell it; words that cannot be spelt are left out.
        classes: K.
        separator: The class between words.
        weight: What its logarithms are multiplied by.
        bonus: Added for each word.
        closed: Whether only words of the model may be written.
    """

    def __init__(
        self,
        model: NGram,
        words: Mapping[int, Sequence[int]],
        classes: int,
        separator: int | None,
        weight: float,
        bonus: float = 0.0,
        closed: bool = False,
    ) -> None:
        self.model = model
        self.classes = classes
        self.separator = separator
        self.weight = weight
        self.bonus = bonus
        self.closed = closed
        tokens = list(words)
        self.trie = Trie(words[token] for token in tokens)
        self._token = {node: tokens[number] for node, number in self.trie.entry.items()}

    def start(self) -> tuple[int, int]:
        """The start of a sentence and of a word; a word is a node of the tree of words, -1 where it is none."""
        return self.model.start(), 0

    def weights(self, state: Any) -> Weights:
        """Nothing inside a word; behind it, what the model says of it."""
        context, node = state
        weights = np.full(self.classes, -np.inf if self.closed else 0.0)
        if self.closed:
            weights[list(self.trie.children[node])] = 0.0
        if self.separator is not None:
            weights[self.separator] = self._word(context, node)
        return weights

    def _word(self, context: int, node: int) -> float:
        if self.closed and node not in self._token:
            return -np.inf
        if node == 0:
            return 0.0
        return self.weight * self.model.score(context, self._named(node)) + self.bonus

    def _named(self, node: int) -> int:
        return self._token.get(node, self.model.unknown_token)

    def next(self, state: Any, symbol: int) -> tuple[int, int]:
        """On with the word, or a new one."""
        context, node = state
        if symbol == self.separator:
            return (self.model.next(context, self._named(node)) if node else context), 0
        return context, (-1 if node < 0 else self.trie.children[node].get(symbol, -1))

    def end(self, state: Any) -> float:
        """The last word and the sentence's end."""
        context, node = state
        if node == 0:
            return self.weight * self.model.score(context, self.model.end_token)
        behind = self.model.next(context, self._named(node))
        return self._word(context, node) + self.weight * self.model.score(behind, self.model.end_token)
