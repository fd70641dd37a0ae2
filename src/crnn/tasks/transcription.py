"""What speech and handwriting share: texts learnt by CTC, an alphabet, confidences, and texts to compare with."""

from __future__ import annotations

from abc import abstractmethod
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from torch import Tensor

from crnn.data.example import ExampleSet, Record
from crnn.data.findings import Findings
from crnn.decode.confidence import fit_temperature
from crnn.decode.greedy import greedy_symbols
from crnn.decode.spelling import Numbers, Spelling
from crnn.errors import DataError, NotReadyError
from crnn.nn.kinds import AnySpec
from crnn.registry import check_keys
from crnn.spec import ConvSpec, NetworkSpec
from crnn.tasks.decoding import Decoder, Decoding
from crnn.tasks.task import Option, Task
from crnn.text.alphabet import Alphabet, Form, listed
from crnn.text.arpa import LanguageModel, arpa_bytes, parse_arpa, read_arpa
from crnn.text.transcript import Transcript

BEAM = 16
"""Width of the beam where something needs one and none was asked for."""

LANGUAGE_MODEL = "language-model.arpa.gz"
"""The file in a model's folder."""


class Transcription(Task):
    """A task whose answers are texts: whoever derives from it reads records, prepares inputs and words the answers.

    Args:
        transcript: What is done to transcripts before they are learnt or compared.
        form: Unicode form of all texts: "NFC", "NFD", "NFKC", "NFKD" or "none".
    """

    gives_text: ClassVar[bool] = True
    losses = ("ctc",)
    text_options: ClassVar[tuple[Option, ...]] = (
        Option("case", str, "Case of transcripts: keep, lower or upper."),
        Option("punctuation", str, "Punctuation of transcripts: keep or drop."),
        Option("form", str, "Unicode form of texts: NFC, NFD, NFKC, NFKD or none."),
    )
    """Settings that every such task offers on the command line."""

    def __init__(self, transcript: Transcript | None = None, form: Form = "NFC") -> None:
        self.transcript = transcript or Transcript()
        self.form: Form = Alphabet((), form).form
        self.alphabet: Alphabet | None = None
        self.temperature = 1.0
        self.decoding = Decoding()
        self.language: LanguageModel | None = None
        self.stride = 1
        self._decoder: Decoder | None = None

    # ── texts ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def clean(self, text: Any) -> str:
        """A transcript in the form in which it is learnt and compared."""
        return self.known.normal(self.transcript(str(text)))

    def reference(self, record: Record) -> str:
        """The transcript of a record, with symbols that the alphabet does not have."""
        return self.clean(record.target)

    def encode(self, record: Record) -> Numbers:
        """The symbols ``(U,)`` of a record's transcript; unknown ones are left out, and named by `examples`.

        Raises:
            DataError: the transcript is empty.
        """
        text = self.clean(record.target)
        if not text:
            raise DataError(f"{record.name} has an empty transcript: write down what is there, or remove the sample")
        return self.spelt(text)

    def spelt(self, text: str) -> Numbers:
        """The symbols of a text in the order in which the network meets them: reading order, unless said otherwise."""
        return self.known.encode(text)

    def worded(self, numbers: Numbers) -> str:
        """The text of symbols in that order."""
        return self.known.decode(numbers)

    def learn(self, records: Sequence[Record]) -> None:
        """Learn the alphabet.

        Raises:
            DataError: targets are missing, or hold no symbols.
        """
        if any(record.target is None for record in records):
            raise DataError('transcripts are missing: give a manifest with "path,text", or a text beside each file')
        self.alphabet = Alphabet.learn((self.transcript(str(record.target)) for record in records), self.form)

    def follow(self, records: Sequence[Record], alphabet: str) -> None:
        """Go on with the alphabet, extended by new symbols, replaced by them, or as it is."""
        texts = [self.transcript(str(record.target)) for record in records if record.target is not None]
        self.alphabet = self.known.follow(texts, alphabet)
        self.temperature, self.decoding, self.language = 1.0, Decoding(), None

    def places_in(self, other: Task) -> Sequence[int]:
        """By symbols."""
        assert isinstance(other, Transcription)
        places: list[int] = self.known.places_in(other.known).tolist()
        return places

    def examples(self, records: Sequence[Record], findings: Findings, cache: bool | None = None) -> ExampleSet:
        """Prepared examples; symbols that the alphabet does not have are named with their counts."""
        if self.alphabet is not None:
            for name in unknown_symbols(self, records):
                advice = "They are never written, and count as errors: add training texts that have them."
                findings.add("symbol never learnt", name, advice, dropped=False)
        return super().examples(records, findings, cache)

    @property
    def known(self) -> Alphabet:
        """The alphabet.

        Raises:
            NotReadyError: it is not learnt yet.
        """
        if self.alphabet is None:
            raise NotReadyError("the alphabet is not known yet: call fit first")
        return self.alphabet

    @property
    def outputs(self) -> int:
        """The blank and the symbols."""
        return self.known.classes

    def class_names(self) -> list[str]:
        """The blank and the symbols, as people can see them."""
        return [] if self.alphabet is None else self.alphabet.names

    # ── answers ──────────────────────────────────────────────────────────────────────────────────────────────────────

    @abstractmethod
    def answer(self, spelling: Spelling, others: Sequence[str] = ()) -> Any:
        """The answer that a spelling, and the texts that came next, give; its `str` is the text."""

    def adopt(self, spec: AnySpec) -> None:
        """Learn how many steps of the inputs a step of the network lasts, which places are counted in."""
        self.stride = stride(spec) if isinstance(spec, NetworkSpec) else 1

    def decode(self, predictions: Tensor, lengths: Tensor) -> list[Any]:
        """The answer of each sample, from log-probabilities ``(B, T', K)``."""
        decoder = self.decoder
        sequences = zip(predictions.numpy(), lengths.tolist(), strict=True)
        return [self.answer(*decoder.spelling(steps[:length], self.temperature)) for steps, length in sequences]

    def texts(self, predictions: Tensor, lengths: Tensor) -> list[str]:
        """The texts alone, which is faster."""
        if self.decoding.beam == 0:
            rows = greedy_symbols(predictions.numpy(), lengths.numpy())
        else:
            sequences = zip(predictions.numpy(), lengths.tolist(), strict=True)
            rows = [self.decoder.symbols(steps[:length]) for steps, length in sequences]
        return [self.worded(row) for row in rows]

    def decode_with(self, language: LanguageModel | str | Path | None = None, **settings: Any) -> Decoding:
        """Decode by other settings from now on; what is not given stays as it is, and all is saved with the model.

        Args:
            language: A language model, or its ARPA file; with it a beam of 16 where none is set.
            **settings: Of `Decoding`: beam, lm_weight, bonus, hot_words, hot_weight, words, closed, best.

        Raises:
            SpecError: settings that cannot be, or do not fit the alphabet.
            UnreadableError: the file is no language model.

        Example:
            >>> task.decode_with("lm.arpa", beam=16, hot_words=("crnn",))  # doctest: +SKIP
        """
        check_keys("decoding", settings, [item.name for item in fields(Decoding)])
        given = self.language if language is None else language
        if given is not None and not isinstance(given, LanguageModel):
            given = read_arpa(given)
        wants_beam = given is not None or any(settings.get(name) for name in ("hot_words", "words", "closed"))
        if wants_beam and "beam" not in settings and self.decoding.beam == 0:
            settings["beam"] = BEAM
        chosen = self.decoding.replace(**settings)
        self._decoder = Decoder(self.known, chosen, given, self.clean)
        self.decoding, self.language = chosen, given
        return chosen

    @property
    def decoder(self) -> Decoder:
        """What decodes by the present settings."""
        if self._decoder is None or self._decoder.alphabet is not self.alphabet:
            self._decoder = Decoder(self.known, self.decoding, self.language, self.clean)
        return self._decoder

    def calibrate_steps(self, sequences: Sequence[Tensor], records: Sequence[Record]) -> None:
        """Fit the temperature that makes the confidences of words honest, on the validation part."""
        arrays = [np.asarray(sequence) for sequence in sequences]
        references = [self.spelt(self.reference(record)) for record in records[: len(arrays)]]
        self.temperature = fit_temperature(arrays, references, self.known.number(" "))

    # ── saved ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def text_config(self) -> dict[str, Any]:
        """What was set and learnt about texts, as plain JSON."""
        return {
            "transcript": self.transcript.to_dict(),
            "form": self.form,
            "alphabet": None if self.alphabet is None else self.alphabet.config(),
            "temperature": self.temperature,
            "decoding": self.decoding.to_dict(),
        }

    def load_text(self, config: dict[str, Any]) -> None:
        """Take over what `text_config` gave."""
        self.transcript = Transcript.from_dict(config["transcript"])
        self.form = config["form"]
        self.alphabet = None if config["alphabet"] is None else Alphabet.from_config(config["alphabet"])
        self.temperature = config["temperature"]
        self.decoding = Decoding.from_dict(config["decoding"])

    def files(self) -> dict[str, bytes]:
        """The language model, to lie beside the weights."""
        return {} if self.language is None else {LANGUAGE_MODEL: arpa_bytes(self.language)}

    def load_files(self, files: Mapping[str, bytes]) -> None:
        """Take over the language model."""
        if LANGUAGE_MODEL in files:
            self.language = parse_arpa(files[LANGUAGE_MODEL], LANGUAGE_MODEL)


def unknown_symbols(task: Transcription, records: Sequence[Record]) -> list[str]:
    """Each symbol that the alphabet does not have, with its count and the first sample that has it."""
    counts: Counter[str] = Counter()
    first: dict[str, str] = {}
    for record in records:
        if record.target is None:
            continue
        found = task.known.unknown([task.transcript(str(record.target))])
        counts.update(found)
        for symbol in found:
            first.setdefault(symbol, record.name)
    return [f"{listed(Counter({symbol: count}))}, first in {first[symbol]}" for symbol, count in counts.most_common()]


def stride(spec: NetworkSpec) -> int:
    """Steps of the inputs that a step behind the convolutions lasts."""
    total = 1
    for block in spec.convolutions:
        if isinstance(block, ConvSpec):
            _, step, _, pool = block.axis(1)
            total *= step * pool
    return total
