"""How scores become texts: greedy or by beam, with language model, hot words or lexicon, as the user asks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crnn.decode.align import align
from crnn.decode.beam import Hypothesis, beam
from crnn.decode.greedy import greedy
from crnn.decode.guide import Guide, Steering
from crnn.decode.lead import SymbolModel, WordModel
from crnn.decode.lexicon import Lexicon, Phrases
from crnn.decode.spelling import Numbers, Spelling
from crnn.errors import SpecError
from crnn.metrics.transcription import edit_distance
from crnn.spec import BLANK, Spec
from crnn.text.alphabet import Alphabet, listed
from crnn.text.arpa import SPACE, LanguageModel

LEAST_KNOWN = 0.5
"""Share of the letters that a language model of characters must know: less is a model of other texts."""

WEIGHTS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.65, 0.8, 1.0, 1.25, 1.5, 2.0)
BONUSES = (-1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0)
"""What `tune` tries."""


@dataclass(frozen=True)
class Decoding(Spec):
    """Settings of decoding, kept in the model.

    Args:
        beam: Prefixes kept at each step; 0 decodes greedily, which knows neither language model nor hot words.
        lm_weight: What the language model's logarithms are multiplied by.
        bonus: Added for each word of a model of words, each symbol of a model of characters.
        hot_words: Words and phrases to favour.
        hot_weight: Of each of their symbols.
        words: Only these words may be written; none allows all.
        closed: Only words of the language model may be written, where it is one of words.
        best: Texts to give for a sample (n-best).

    Raises:
        SpecError: numbers that cannot be.
    """

    beam: int = 0
    lm_weight: float = 0.5
    bonus: float = 0.0
    hot_words: tuple[str, ...] = ()
    hot_weight: float = 1.5
    words: tuple[str, ...] = ()
    closed: bool = False
    best: int = 1

    def __post_init__(self) -> None:
        if self.beam < 0 or self.best < 1:
            raise SpecError(
                f"beam={self.beam}, best={self.best}: give a width from 0 (greedy) up, and a best from 1 up"
            )
        if self.beam == 0 and (self.hot_words or self.words or self.closed or self.best > 1):
            raise SpecError("hot words, lexicon and n-best need a beam: beam=16 is usual")


class Decoder:
    """Decodes samples by some settings.

    Args:
        alphabet: Of the network.
        settings: What the user asked for.
        language: Language model, or None.
        clean: Brings hot words and lexicon into the form of transcripts.

    Raises:
        SpecError: a language model, hot word or lexicon that does not fit the alphabet.
    """

    def __init__(
        self,
        alphabet: Alphabet,
        settings: Decoding,
        language: LanguageModel | None = None,
        clean: Callable[[str], str] = str,
    ) -> None:
        self.alphabet = alphabet
        self.settings = settings
        guides = [*self._led(language), *self._listed(clean)]
        self.steering = Steering(guides, alphabet.classes) if guides else None

    def hypotheses(self, log_probs: NDArray[np.floating]) -> list[Hypothesis]:
        """The best texts of a sample ``(T, K)``, best first; at least one."""
        found = beam(log_probs, self.settings.beam, steering=self.steering, best=self.settings.best)
        return found or [Hypothesis(np.zeros(0, np.int64), -np.inf, -np.inf)]

    def spelling(self, log_probs: NDArray[np.floating], temperature: float) -> tuple[Spelling, list[str]]:
        """The best text of a sample with places and confidences, and the texts that came next."""
        if self.settings.beam == 0:
            return greedy(log_probs, temperature), []
        found = self.hypotheses(log_probs)
        others = [self.alphabet.decode(item.symbols) for item in found[1:]]
        return align(log_probs, found[0].symbols, temperature), others

    def symbols(self, log_probs: NDArray[np.floating]) -> Numbers:
        """The symbols of the best text alone."""
        return greedy(log_probs).symbols if self.settings.beam == 0 else self.hypotheses(log_probs)[0].symbols

    def _led(self, language: LanguageModel | None) -> list[Guide]:
        if language is None:
            return []
        weight, bonus, alphabet = self.settings.lm_weight, self.settings.bonus, self.alphabet
        if language.of_words:
            spelt = {
                number: alphabet.encode(token).tolist()
                for number, token in enumerate(language.tokens)
                if not token.startswith("<") and not alphabet.unknown([token])
            }
            _require_known(len(spelt), len(language.tokens) - 3, "words can be spelt with the alphabet")
            separator, closed = alphabet.number(" "), self.settings.closed
            return [WordModel(language.model, spelt, alphabet.classes, separator, weight, bonus, closed)]
        numbers = {token: number for number, token in enumerate(language.tokens)}
        tokens = np.full(alphabet.classes, language.model.unknown_token)
        for place, symbol in enumerate(alphabet.symbols, start=BLANK + 1):
            tokens[place] = numbers.get(SPACE if symbol == " " else symbol, language.model.unknown_token)
        known = int((tokens[BLANK + 1 :] != language.model.unknown_token).sum())
        _require_known(known, len(alphabet), "symbols of the alphabet are in it")
        return [SymbolModel(language.model, tokens, weight, bonus)]

    def _listed(self, clean: Callable[[str], str]) -> list[Guide]:
        separator, guides = self.alphabet.number(" "), list[Guide]()
        if self.settings.hot_words:
            phrases = [self._encoded(clean(phrase), "hot word") for phrase in self.settings.hot_words]
            guides.append(Phrases(phrases, self.alphabet.classes, self.settings.hot_weight, separator))
        if self.settings.words:
            words = [self._encoded(clean(word), "word of the lexicon") for word in self.settings.words]
            guides.append(Lexicon(words, self.alphabet.classes, separator))
        return guides

    def _encoded(self, text: str, what: str) -> list[int]:
        unknown = self.alphabet.unknown([text])
        if unknown or not text:
            why = f"has {listed(unknown)}, which this model never learnt" if unknown else "is empty"
            raise SpecError(f"the {what} {text!r} {why}: leave it out, or write it with the alphabet of the model")
        symbols: list[int] = self.alphabet.encode(text).tolist()
        return symbols


def _require_known(known: int, count: int, what: str) -> None:
    if known < LEAST_KNOWN * count or known == 0:
        raise SpecError(
            f"the language model does not fit: {known} of {count} {what}. Train it from texts in the same case and"
            " Unicode form as the transcripts: crnn lm train"
        )


@dataclass(frozen=True)
class Tuned:
    """Settings tried, and the share of words, or symbols, that were wrong with them."""

    settings: Decoding
    errors: float


def tune(
    alphabet: Alphabet,
    settings: Decoding,
    language: LanguageModel,
    samples: Sequence[NDArray[np.floating]],
    references: Sequence[str],
) -> list[Tuned]:
    """Weight and bonus of a language model that leave the fewest errors, by coordinate search; best first.

    Words count where the alphabet has a space, else symbols.

    Args:
        alphabet: Of the network.
        settings: What stays as it is, such as the beam.
        language: The model.
        samples: ``(T, K)`` log-probabilities of validation samples.
        references: Their texts.

    Raises:
        SpecError: the model does not fit the alphabet.
    """
    tried: dict[Decoding, float] = {}
    split: Callable[[str], Sequence[str]] = str.split if alphabet.number(" ") is not None else list
    total = max(1, sum(len(split(text)) for text in references))

    def errors(candidate: Decoding) -> float:
        if candidate not in tried:
            decoder = Decoder(alphabet, candidate, language)
            texts = (alphabet.decode(decoder.symbols(sample)) for sample in samples)
            pairs = zip(references, texts, strict=True)
            tried[candidate] = sum(edit_distance(split(right), split(text)) for right, text in pairs) / total
        return tried[candidate]

    best = settings
    for _ in range(2):
        best = min((best.replace(lm_weight=weight) for weight in WEIGHTS), key=errors)
        best = min((best.replace(bonus=bonus) for bonus in BONUSES), key=errors)
    ranked = sorted(tried.items(), key=lambda item: item[1])
    return [Tuned(candidate, value) for candidate, value in ranked]
