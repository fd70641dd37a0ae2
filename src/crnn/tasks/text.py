"""Text classification: a sentence or a document to its label, or labels, with probabilities."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from crnn.data.example import Example, ExampleSet, Record
from crnn.data.findings import Findings
from crnn.errors import DataError, ModelFileError, NotReadyError, SpecError, UnreadableError
from crnn.nn.embedding import Linear
from crnn.nn.kinds import AnySpec
from crnn.padded import Vary, chained
from crnn.spec import NetworkSpec
from crnn.tasks import text_baselines, text_doubts, text_linear, text_network
from crnn.tasks.calibration import fit_temperature, tempered
from crnn.tasks.labels import Labels
from crnn.tasks.marks import Marks
from crnn.tasks.task import Option, Plan, Task, size_index
from crnn.tasks.text_answers import TextAnswer, answered
from crnn.tasks.text_labels import labels_of, zeros_and_ones
from crnn.tasks.text_reading import Reader, text_of
from crnn.tasks.text_tables import TextTables, columns
from crnn.tasks.text_vocabulary import vocabulary_spec
from crnn.text.augment import Drop, Swap
from crnn.text.long import both_ends, first_and_last
from crnn.text.normalize import as_tokens, is_character, normalise, tokenise
from crnn.text.vectors import WordVectors, starting_vectors
from crnn.text.vocabulary import Vocabulary

Tokeniser = Callable[[str], list[str]]
"""From a normalised text to its tokens."""

NO_TOKEN = "\0"
"""Stands for a hidden token: no text has it."""

WORDS_SPREAD = 0.3
"""Standard deviation of word vectors that others have trained, as the network reads them."""


class TextClassification(Task):
    """Texts, of any language, to labels.

    Data: a table (CSV, TSV, JSONL) with a column of texts and one of labels, a folder of text files for each label, or
    a list of texts with a list of labels. Chinese needs no segmenter: its characters and their n-grams are learnt.

    Args:
        text: Column of the text, by name or position; several, as "title,body", are joined. None finds it.
        label: Column of the label, by name or position. None finds it.
        multi_label: A text may have several labels: a list, a cell divided by ``|``, ``;`` or ``,``, or a column of
            zeros and ones for each label; `label` names several of these, as "toxic,threat", or None finds them.
        lower: Whether case is given up.
        longest: Most tokens of a text that are read: of a longer one the beginning, and of its end a quarter.
        vectors: File of word vectors that others have trained, as fastText, GloVe or word2vec write them. Words that
            training texts do not have mean something too, then, also Chinese ones of several characters.
        vectors_alone: Whether a word of that file has no trained vector beside: better where few texts are told by what
            they are about, worse where words mean something of their own there, as in reviews.
        augment: Whether to vary training texts.
        tokeniser: From a normalised text to its tokens, where the task's own will not do. A saved model cannot hold it:
            set `tokeniser` again after loading.
    """

    name: ClassVar[str] = "text"
    options: ClassVar[tuple[Option, ...]] = (
        Option("text", str, "Column of the text, by name or position; several joined by commas [default: found]."),
        Option("label", str, "Column of the label, by name or position [default: found]."),
        Option("multi_label", bool, "Whether a text may have several labels."),
        Option("longest", int, "Most tokens of a text that are read."),
        Option("vectors", Path, "File of word vectors that others have trained."),
        Option("vectors_alone", bool, "Whether words of that file have no trained vector beside."),
    )

    def __init__(
        self,
        *,
        text: str | int | Sequence[str | int] | None = None,
        label: str | int | Sequence[str | int] | None = None,
        multi_label: bool = False,
        lower: bool = True,
        longest: int = 400,
        vectors: str | Path | None = None,
        vectors_alone: bool = False,
        augment: bool = True,
        tokeniser: Tokeniser | None = None,
    ) -> None:
        if not isinstance(longest, int) or isinstance(longest, bool) or longest < 1:
            raise SpecError(f"longest={longest!r}: give a whole number of tokens from 1 up")
        if vectors_alone and vectors is None:
            raise SpecError("vectors_alone=True says how word vectors are used: give their file as vectors=…")
        label_column = columns(label)
        if len(label_column) > 1 and not multi_label:
            raise SpecError(f"label={label!r}: give one column; for several labels a text, multi_label=True")
        if {*label_column} & {*columns(text)}:
            raise SpecError(f"text={text!r}, label={label!r}: a column cannot be the text and its own label")
        several = label_column if len(label_column) > 1 else ()
        self.tables = TextTables(
            columns(text), None if several or not label_column else label_column[0], multi_label, several
        )
        self.reader = Reader(self.tables)
        self.multi_label = multi_label
        self.lower = lower
        self.longest = longest
        self.vectors, self.vectors_alone = vectors, vectors_alone
        self.augment = augment
        self.tokeniser = tokeniser
        self.own_tokeniser = tokeniser is not None
        self.labels: Labels | None = None
        self.vocabulary: Vocabulary | None = None
        self.words: WordVectors | None = None
        self.temperature = 1.0
        self.seen = Marks()
        self._linear: Linear | None = None
        self._size = 1
        self.losses = ("binary_cross_entropy",) if multi_label else ("cross_entropy",)
        self.plan = Plan(
            loss="binary_cross_entropy" if multi_label else {"name": "cross_entropy", "label_smoothing": 0.1},
            metrics=("accuracy", "f1"),
            monitor="f1" if multi_label else "accuracy",
            optimizer={"name": "adamw", "rate": 3e-3, "weight_decay": 0.01},
            schedule={"name": "cosine", "warmup": 0.1},
            split="random" if multi_label else "stratified",
            validation_split=0.1,
            epochs=6,
            least_steps=2000,
            batch_size=64,
            clip_norm=1.0,
            average=0.998,
        )

    # ── network ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def network(self, size: str) -> NetworkSpec:
        """Branches of two widths, a bidirectional LSTM over them, two summaries; a bag of n-grams past it all."""
        self._size = size_index(size)
        return text_network.described(self._size, self.wide, self.vectors_alone)

    @property
    def width(self) -> int:
        """Features of a step that the network reads."""
        return text_network.WIDTHS[self._size] if self.words is None else self.words.width

    @property
    def wide(self) -> int:
        """Scores of the linear model beside the network; none where there are many labels."""
        return 0 if self.labels is None or len(self.labels) > text_network.MOST_WIDE else len(self.labels)

    @property
    def features(self) -> int:
        """Features of a step."""
        return self.width + self.wide

    @property
    def outputs(self) -> int:
        """Labels."""
        if self.labels is None:
            raise NotReadyError("the labels are not known yet: call fit first")
        return len(self.labels)

    def rows_in(self, other: Task) -> dict[str, Sequence[int]]:
        """Vectors go on by word and n-gram; the linear model is solved anew, for the new texts."""
        assert isinstance(other, TextClassification)
        known = self._known()
        vectors = known.places_in(other._known())[: text_network.vector_rows(known)].tolist()
        rows = {**super().rows_in(other), "front.vectors": vectors, "front.linear.": ()}
        if self.words is not None and other.words is not None:
            rows["front.meanings"] = self.words.places_in(other.words)
        return rows

    def fitting(self, spec: AnySpec) -> AnySpec:
        """With as many scores past the network as there are labels now."""
        return spec.replace(wide=self.wide) if isinstance(spec, NetworkSpec) else spec

    def front(self) -> nn.Module:
        """The tables of words and n-grams, and the linear model; with what was learnt or read."""
        vocabulary = self._known()
        linear = self._linear
        if linear is None and self.wide:
            linear = text_linear.empty(vocabulary, self.wide)
        return text_network.front(vocabulary, self.width, linear, self.words, self.vectors_alone)

    def vary_inputs(self) -> Vary | None:
        """Hide single tokens, exchange neighbours now and then."""
        return chained(Drop(0.1), Swap(0.02)) if self.augment else None

    # ── reading and learning ─────────────────────────────────────────────────────────────────────────────────────────

    def read(self, data: Any, targets: Any = None) -> tuple[list[Record], Findings]:
        """Records from a table, a folder per label, an archive, or lists of texts and labels."""
        records, findings = self.reader.labelled(data, targets, self.class_names())
        text_doubts.note_files(records, findings, self._long, self.longest)
        return records, findings

    def read_unlabelled(self, data: Any) -> tuple[list[Record], Findings]:
        """Records from texts, files, tables or folders without labels. A string that is no file is a text."""
        records, findings = self.reader.unlabelled(data)
        text_doubts.note_files(records, findings, self._long, self.longest)
        if self.vocabulary is not None:
            text_doubts.note_unknown(records, findings, self.tokens, self._knows)
        if self.labels is not None and isinstance(data, (str, Path)):
            text_doubts.refuse_labels_as_texts(records, data, self.labels)
        return records, findings

    def split(
        self, records: Sequence[Record], share: float | None, seed: int, findings: Findings
    ) -> tuple[list[Record], list[Record]]:
        """As every task; labels of which none comes twice are refused.

        Raises:
            DataError: as every task, or each label comes once.
        """
        if share != 0 and not self.multi_label:
            text_doubts.refuse_own_labels(records)
        return super().split(records, share, seed, findings)

    def _long(self, text: str) -> bool:
        return len(text) > self.longest and len(self.tokens(text, cut=False)) > self.longest

    def learn(self, records: Sequence[Record]) -> None:
        """Learn labels, words, n-grams and their weights.

        Raises:
            DataError: fewer than two labels, or labels that are measurements or never repeat.
        """
        records, texts = self._readable(records)
        targets = [record.target for record in records]
        if self.multi_label:
            self.labels = Labels.learn(label for target in targets for label in labels_of(target))
        else:
            text_doubts.refuse_measures(targets)
            self.labels = Labels.learn(targets)
        self.vocabulary = Vocabulary.learn(texts, vocabulary_spec(texts))
        self.seen = Marks(map(_as_bytes, texts))
        if self.wide:
            self._linear = text_linear.solved(self.vocabulary, texts, self._sides(records))
        if self.vectors is not None:
            fold = functools.partial(normalise, lower=self.lower)
            self.words = starting_vectors(self.vectors, texts, WORDS_SPREAD, fold)

    def follow(self, records: Sequence[Record], alphabet: str) -> None:
        """As `learn`; what the weights were trained on before is no test of them either."""
        before = self.seen
        super().follow(records, alphabet)
        self.seen.add(before)

    def remember(self, records: Sequence[Record]) -> None:
        """These texts too are no test any more."""
        self.seen.add(Marks(map(_as_bytes, self._readable(records)[1])))

    def _readable(self, records: Sequence[Record]) -> tuple[list[Record], list[list[str]]]:
        """The records that can be read, and their tokens; the others are named when they are prepared."""
        kept, texts = [], []
        for record in records:
            with contextlib.suppress(UnreadableError):
                texts.append(self.tokens(text_of(record)))
                kept.append(record)
        return kept, texts

    def _sides(self, records: Sequence[Record]) -> NDArray[np.float32]:
        """Which labels each record has, ``(N, K)`` zeros and ones."""
        assert self.labels is not None
        return zeros_and_ones(self.labels, [record.target for record in records], several=self.multi_label)

    def tokens(self, text: str, *, cut: bool = True) -> list[str]:
        """The tokens of a text as it came; of a long one those that are read.

        Raises:
            NotReadyError: the model was trained with a tokeniser that is not here.
            SpecError: a tokeniser of your own gives no strings.
        """
        if self.own_tokeniser and self.tokeniser is None:
            raise NotReadyError(
                "this model was trained with a tokeniser of your own: set model.task.tokeniser to the same function"
            )
        clean = normalise(both_ends(text, self.longest), lower=self.lower)
        tokens = tokenise(clean) if self.tokeniser is None else as_tokens(self.tokeniser(clean))
        return first_and_last(tokens, self.longest) if cut else tokens

    def prepare(self, record: Record) -> Example:
        """The numbers of the text's steps, ``(T, slots)``; the number of its label, or zeros and ones."""
        tokens = self.tokens(text_of(record))
        if not tokens:
            raise DataError(f"{record.name} holds no word and no sign: give a text")
        return Example(self._numbers(tokens), None if record.target is None else self._encoded(record), record)

    def _numbers(self, tokens: Sequence[str]) -> NDArray[np.float32]:
        """The numbers of the steps, ``(T, slots)``."""
        ids = self._known().numbers(tokens)
        if self.words is not None:
            ids = np.column_stack([ids, self.words.numbers(tokens)])
        return ids.astype(np.float32)

    def _encoded(self, record: Record) -> Any:
        assert self.labels is not None
        return self._sides([record])[0] if self.multi_label else self.labels.number(record.target)

    def preparation(self) -> dict[str, Any]:
        """The vocabulary and how texts are cut."""
        config = self.config()
        names = ("name", "lower", "longest", "own_tokeniser", "labels", "vocabulary", "words")
        return {name: config[name] for name in names}

    # ── answers ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def class_names(self) -> list[str]:
        """The labels as texts."""
        return [] if self.labels is None else [str(name) for name in self.labels.names]

    def calibrate(self, predictions: Tensor, targets: Tensor) -> None:
        """Fit the temperature that makes probabilities honest (arXiv:1706.04599)."""
        if self.multi_label:
            return
        self.temperature = fit_temperature(predictions, targets)

    def probabilities(self, predictions: Tensor) -> Tensor:
        """Calibrated probabilities ``(B, K)``, in double precision."""
        if self.multi_label:
            return predictions.double()
        return tempered(predictions, self.temperature)

    def decode(self, predictions: Tensor, lengths: Tensor) -> list[TextAnswer]:
        """The answer for each text."""
        return answered(self.probabilities(predictions), self.class_names(), several=self.multi_label)

    def summary(self, trained: bool = True) -> dict[str, str]:
        """Where texts and labels stood, what is known of words, on how many texts."""
        if self.vocabulary is None:
            return {}
        words = f"{len(self.vocabulary.words):,} words, {len(self.vocabulary.grams):,} n-grams of words or characters"
        vectors = "" if self.words is None else f", {len(self.words.table) - 1:,} word vectors of others"
        columns_told = {"columns": told} if (told := self.tables.told()) else {}
        texts = {"learnt from": f"{len(self.seen):,} different texts"} if trained else {}
        return {**columns_told, "vocabulary": words + vectors, **texts}

    def wording(self, record: Record) -> str | None:
        """The text itself, or what its file holds; None where that has gone since it was read."""
        with contextlib.suppress(UnreadableError):
            return text_of(record)
        return None

    def pieces(self, record: Record) -> list[str]:
        """The tokens that are the steps of a text."""
        return self.tokens(text_of(record))

    def hidden(self, record: Record, steps: Iterable[int]) -> NDArray[np.float32]:
        """The numbers of a text as if some of its tokens were unknown."""
        tokens = self.pieces(record)
        for step in steps:
            tokens[step] = NO_TOKEN
        return self._numbers(tokens)

    def may_join(self, left: str, right: str) -> bool:
        """Characters of scripts without spaces make words."""
        return is_character(left) and is_character(right)

    def known_before(self, records: Sequence[Record]) -> list[bool]:
        """Whether each text, as far as it is read, also stands in the training part."""
        found = [False] * len(records)
        for row, record in enumerate(records):
            with contextlib.suppress(UnreadableError):  # named where it is prepared
                found[row] = _as_bytes(self.pieces(record)) in self.seen
        return found

    def baselines(self, train: Sequence[Record] | None, judged: ExampleSet) -> dict[str, Tensor]:
        """TF-IDF with a linear model, learnt from the training part; nothing where that is not at hand."""
        if train is None or self.labels is None:
            return {}
        train, texts = self._readable(train)
        judged_texts = [self.pieces(record) for record in judged.records]
        return text_baselines.answers(texts, self._sides(train), judged_texts, several=self.multi_label)

    def baselines_within(self, front: nn.Module, judged: ExampleSet) -> dict[str, Tensor]:
        """Probabilities ``(N, K)`` of the linear model beside the network; nothing where there is none."""
        linear = getattr(front, "linear", None)
        if linear is None:
            return {}
        texts = map(self.pieces, judged.records)
        return {text_linear.ALONE: text_linear.answers(linear, self._known(), texts, several=self.multi_label)}

    # ── saving ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def config(self) -> dict[str, Any]:
        """Settings, labels, vocabulary, marks of the training texts; where word vectors lay is no part of a model."""
        return {
            "name": self.name,
            "text": list(self.tables.text),
            "label": self.tables.label,
            "ones": list(self.tables.ones),
            "found": self.tables.found,
            "width": self.tables.width,
            "multi_label": self.multi_label,
            "lower": self.lower,
            "longest": self.longest,
            "augment": self.augment,
            "own_tokeniser": self.own_tokeniser,
            "labels": None if self.labels is None else self.labels.names,
            "size": self._size,
            "words": None if self.words is None else self.words.to_dict(),
            "vectors_alone": self.vectors_alone,
            "temperature": self.temperature,
            "vocabulary": None if self.vocabulary is None else self.vocabulary.to_dict(),
            "seen": self.seen.packed(),
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """The task that `config` described."""
        if config.get("vector_width"):
            raise ModelFileError("the model starts from word vectors as an earlier version had them: train it again")
        settings = ("label", "multi_label", "lower", "longest", "augment")
        task = cls(text=config["text"] or None, **{name: config[name] for name in settings})
        task.tables.ones, task.tables.found = tuple(config.get("ones", ())), dict(config.get("found", {}))
        task.tables.strict = False
        task.tables.width = config["width"]
        task.own_tokeniser = config["own_tokeniser"]
        task.labels = None if config["labels"] is None else Labels(config["labels"])
        task.vocabulary = None if config["vocabulary"] is None else Vocabulary.from_dict(config["vocabulary"])
        words = config.get("words")
        task.words = None if words is None else WordVectors.from_dict(words)
        task.vectors_alone = config.get("vectors_alone", False)
        task._size = config["size"]
        task.temperature = config["temperature"]
        task.seen = Marks.unpacked(config["seen"])
        return task

    def _knows(self, tokens: Sequence[str]) -> bool:
        """Whether any of some tokens was in training texts, or is a word whose meaning is known otherwise."""
        return self._known().knows_any(tokens) or (self.words is not None and bool(self.words.numbers(tokens).any()))

    def _known(self) -> Vocabulary:
        if self.vocabulary is None:
            raise NotReadyError("the vocabulary is not known yet: call fit first")
        return self.vocabulary


def _as_bytes(tokens: Sequence[str]) -> bytes:
    """A text by what is read of it, to be known again."""
    return "\0".join(tokens).encode("utf-8", "surrogatepass")
