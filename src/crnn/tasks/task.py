"""The contract of a task: what it reads, learns, prepares, and how its scores become answers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from torch import Tensor, nn

from crnn.data.build import build, in_files
from crnn.data.cache import Cache
from crnn.data.example import Example, ExampleSet, Record
from crnn.data.findings import Findings
from crnn.data.split import split
from crnn.errors import UnknownNameError
from crnn.losses.objective import Objective
from crnn.nn.kinds import AnySpec
from crnn.nn.network import Recogniser
from crnn.padded import Vary

SCORES = "network.head.scores."
"""The weights that have a row a class."""

SIZES = ("tiny", "small", "medium", "large")


def size_index(size: str) -> int:
    """The place of a size on the one dial that every task has.

    Raises:
        UnknownNameError: no such size.
    """
    if size not in SIZES:
        raise UnknownNameError("size", size, SIZES)
    return SIZES.index(size)


@dataclass(frozen=True)
class Plan:
    """A task's own choice for everything that `compile` and `fit` may leave open.

    Args:
        loss: Name or saved dict of the objective.
        metrics: Names of the measures, in the order that `evaluate` reports them.
        monitor: The measure that decides which weights are best: a metric's name, or "loss".
        optimizer: Name or saved dict.
        schedule: Name or saved dict of the learning-rate schedule.
        split: Policy of `validation_split`: "stratified", "group", "random" or "tail".
        validation_split: Share kept for validation where neither the user nor the data names one.
        epochs: Passes over the training part.
        least_steps: Optimizer steps that a small training part gets by more passes, where the user names no epochs.
        batch_size: Samples a step.
        clip_norm: Largest gradient norm, or None.
        average: Decay of the weight average (EMA) per step, or None.
    """

    loss: str | dict[str, Any]
    metrics: tuple[str, ...]
    monitor: str
    optimizer: str | dict[str, Any] = "adam"
    schedule: str | dict[str, Any] = "constant"
    split: str = "random"
    validation_split: float = 0.0
    epochs: int = 20
    least_steps: int = 0
    batch_size: int = 32
    clip_norm: float | None = None
    average: float | None = None

    def epochs_for(self, samples: int, batch_size: int) -> int:
        """Epochs that give this many samples the planned passes and at least the planned steps.

        Example:
            >>> plan = Plan("mse", (), "loss", epochs=10, least_steps=100)
            >>> plan.epochs_for(64, 32), plan.epochs_for(64_000, 32)
            (50, 10)
        """
        steps = -(-samples // batch_size)
        return max(self.epochs, -(-self.least_steps // steps))


@dataclass(frozen=True)
class Option:
    """A setting of a task that the command line offers, under the same name with dashes.

    Args:
        name: Argument of the task's constructor.
        kind: `str`, `int`, `float`, `bool` (a switch) or `Path`.
        about: Says in a few words what it is for.
        many: It may be given several times; the constructor gets a tuple.

    Example:
        >>> Option("rate_hz", int, "Sample rate that everything is brought to.").flag
        '--rate-hz'
    """

    name: str
    kind: type
    about: str
    many: bool = False

    @property
    def flag(self) -> str:
        """What is typed."""
        return "--" + self.name.replace("_", "-")


def _one_sided(records: Sequence[Record], rows: Sequence[Any]) -> bool:
    """Whether a class is missing in the training part, or the validation part has a single one of several."""
    train, dev = ({str(records[row].target) for row in part} for part in rows)
    return len(train | dev) > 1 and (bool(dev - train) or len(dev) == 1)


class Task(ABC):
    """One kind of recognition: from records to examples, from scores to answers.

    A task is made with its settings, learns its vocabulary and scalers from training records alone, and is saved with
    the model as plain JSON. It knows files, labels and units; it knows no optimizer and no training loop.
    """

    name: ClassVar[str]
    plan: Plan
    losses: tuple[str, ...]
    """Names of the losses that fit; any callable does too."""
    options: ClassVar[tuple[Option, ...]] = ()
    """Settings of the constructor that `crnn train` offers; what is not given is left to the constructor."""
    gives_text: ClassVar[bool] = False
    """Whether answers are texts, which CER and WER can judge; then `str` of an answer is the text."""
    formats: ClassVar[tuple[str, ...]] = ()
    """Forms of files that `written` knows, beside the text and the JSON of single answers."""
    always_collects: ClassVar[bool] = False
    """Whether `predict` collects even the only answer of a file, and answers are known by name, not by place."""
    silent_below: ClassVar[float | None] = None
    """Spread of inputs below which a sample is silence; None for materials that know no silence."""

    @abstractmethod
    def network(self, size: str) -> AnySpec:
        """The network of a size: "tiny", "small", "medium" or "large"."""

    @abstractmethod
    def read(self, data: Any, targets: Any = None) -> tuple[list[Record], Findings]:
        """Records from what the user holds: arrays, a folder, a manifest, a list of records.

        Raises:
            DataError: nothing usable is there.
        """

    def read_unlabelled(self, data: Any) -> tuple[list[Record], Findings]:
        """Records to predict: as `read`, but no targets are looked for."""
        return self.read(data)

    def split(
        self, records: Sequence[Record], share: float | None, seed: int, findings: Findings
    ) -> tuple[list[Record], list[Record]]:
        """Records for training and for validation, by the policy of the plan; by groups where the data names groups.

        Args:
            records: All that was read.
            share: Of the samples, for validation; None is the plan's own choice.
            seed: Same seed, same split.
            findings: Where to say what could not be followed.

        Raises:
            SplitError: too few samples or groups for two sides.
        """
        plan = self.plan
        policy = "group" if plan.split != "tail" and any(record.group for record in records) else plan.split
        wanted = plan.validation_split if share is None else share
        rows = split(records, wanted, policy, seed, findings)
        if policy == "group" and plan.split == "stratified" and _one_sided(records, rows):
            advice = "A class would stand on one side alone: the split is by class, and groups are on both sides."
            told = f"{len({record.group for record in records})} groups"
            findings.add("groups that are classes", told, advice, dropped=False)
            rows = split(records, wanted, plan.split, seed, findings)
        return [records[row] for row in rows[0]], [records[row] for row in rows[1]]

    @abstractmethod
    def learn(self, records: Sequence[Record]) -> None:
        """Learn vocabulary, labels and input shape from training records alone.

        Raises:
            DataError: the records cannot be learnt from, for example a single class.
        """

    def follow(self, records: Sequence[Record], alphabet: str) -> None:
        """Learn from the training records of a training that goes on from this very task; by default all anew.

        Args:
            records: The new training records.
            alphabet: What becomes of the known symbols, where the task writes texts: "extend", "replace" or "keep".
        """
        self.learn(records)

    def places_in(self, other: Task) -> Sequence[int]:
        """For each class its place among those of another task of the kind, or -1: where weights are taken from."""
        own, known = self.class_names(), other.class_names()
        places = {name: place for place, name in enumerate(known)}
        return [places.get(name, -1) for name in own] if own else range(min(self.outputs, other.outputs))

    def remember(self, records: Sequence[Record]) -> None:
        """Hear of more training records, of a second `fit`, which changes nothing of what was learnt."""
        return

    def rows_in(self, other: Task) -> dict[str, Sequence[int]]:
        """Where weights come from whose rows stand for something that another task of the kind may number otherwise.

        Returns:
            By the beginning of a weight's name, for each row its place in the other's weight, or -1 for one that starts
            afresh; nothing at all for weights that are learnt anew. Weights without a name here are taken as they are.
        """
        return {SCORES: self.places_in(other)}

    def fitting(self, spec: AnySpec) -> AnySpec:
        """The network of a trained model for what has been learnt now: what depends on the data is made to fit."""
        return spec

    @abstractmethod
    def prepare(self, record: Record) -> Example:
        """Read one record into an example; the target is encoded where there is one.

        Raises:
            DataError: names the record and what is wrong with it.
        """

    def examples(self, records: Sequence[Record], findings: Findings, cache: bool | None = None) -> ExampleSet:
        """Prepared examples: each record once, and for files kept in the cache on disk unless told otherwise.

        Raises:
            DataError: none can be used, or only some have targets.
        """
        files = bool(records) and in_files(records[0].source)
        keep = Cache() if (files if cache is None else cache) else None
        return build(records, self.prepare, cache=keep, settings=self.preparation(), findings=findings)

    def preparation(self) -> dict[str, Any]:
        """All that decides what `prepare` makes of a record, as plain JSON: prepared inputs are cached under it."""
        return self.config()

    @abstractmethod
    def decode(self, predictions: Tensor, lengths: Tensor) -> list[Any]:
        """Answers for a batch of predictions (scores behind the objective's link)."""

    def written(self, form: str, records: Sequence[Record], answers: Sequence[Any]) -> list[tuple[str, bytes]]:
        """Answers as files: the name and the content of each.

        Args:
            form: One of `formats`.
            records: What was predicted.
            answers: One a record; None where it could not be read.

        Raises:
            UnknownNameError: the task does not write this form.
        """
        raise UnknownNameError("format", form, self.formats)

    def texts(self, predictions: Tensor, lengths: Tensor) -> list[str]:
        """The texts of a batch of predictions, as measures compare them, where the task gives texts."""
        return [str(answer) for answer in self.decode(predictions, lengths)]

    def reference(self, record: Record) -> str:
        """What the text of a record is compared with: whole, also where it has symbols that were never learnt."""
        return str(record.target)

    @property
    @abstractmethod
    def features(self) -> int:
        """Features F of a step, behind the front end."""

    @property
    def channels(self) -> int:
        """Input channels C; 1 unless the inputs are ``(T, F, C)``."""
        return 1

    @property
    @abstractmethod
    def outputs(self) -> int:
        """Classes or values K to predict."""

    def front(self) -> nn.Module | None:
        """The module from prepared inputs to features, `Padded` to `Padded`; None where they are the same."""
        return None

    def vary_inputs(self) -> Vary | None:
        """Augments a training batch of prepared inputs; None for none."""
        return None

    def vary_features(self) -> Vary | None:
        """Augments what the front end makes of a training batch; None for none."""
        return None

    def collect(self, answers: list[Any]) -> Any:
        """What `predict` returns for many samples; a list unless the task says otherwise."""
        return answers

    def adopt(self, spec: AnySpec) -> None:
        """Hear which network reads for the task, where its answers have places in time."""
        return

    def begin(self, train: ExampleSet, network: nn.Module | None) -> None:
        """Keep of the training part what stands beside the network later, when that part is no longer at hand.

        Args:
            train: The prepared training part.
            network: As it begins, where it has just found its first weights in this part; else None.
        """
        return

    def files(self) -> dict[str, bytes]:
        """What is too large for `config` and lies in the model's folder beside the weights, by name of the file."""
        return {}

    def load_files(self, files: Mapping[str, bytes]) -> None:
        """Take over what `files` gave."""
        return

    def complete(self, answer: Any, example: Example, levels: Sequence[float]) -> Any:
        """An answer with what only its sample knows, such as units, times and places; by default it needs nothing.

        Args:
            answer: As `decode` gave it.
            example: What was answered, with its record.
            levels: Of the quantiles that the network gives; empty where it gives none.
        """
        return answer

    def summary(self, trained: bool = True) -> dict[str, str]:
        """What was found out about the training data and chosen for them, by name, to be told before training.

        Args:
            trained: Whether the data are trained on, and not only looked at.
        """
        return {}

    def verdict(
        self, measures: Mapping[str, Mapping[str, float]], trials: Mapping[str, Sequence[float]] | None = None
    ) -> str:
        """A sentence on the network beside the rules that need none, where the measures call for one; else "".

        Args:
            measures: By "the network" and each rule's name, its measures.
            trials: By the same, its error in each of some independent trials; None where there are none.
        """
        return ""

    def class_names(self) -> list[str]:
        """What reports call the classes; empty where there are none."""
        return []

    def wording(self, record: Record) -> str | None:
        """What a record says, where samples are texts; to be shown."""
        return record.source if isinstance(record.source, str) else None

    def pieces(self, record: Record) -> list[str] | None:
        """What people call the steps of a sample's inputs, such as its words; None where steps have no names."""
        return None

    def hidden(self, record: Record, steps: Iterable[int]) -> Any:
        """Inputs of a sample as if some of its pieces were unknown."""
        raise NotImplementedError

    def may_join(self, left: str, right: str) -> bool:
        """Whether two pieces that follow each other may be one piece for people."""
        return False

    def known_before(self, records: Sequence[Record]) -> list[bool] | None:
        """Whether each sample also stands in the training part; None where the task does not remember."""
        return None

    def note_leaks(self, others: Sequence[Record], findings: Findings) -> None:
        """Name samples of the test part that stand in the training part too, where the task remembers that."""
        for record, known in zip(others, self.known_before(others) or (), strict=False):
            if known:
                advice = "Measured on these, a model looks better than it is: remove them from one part."
                findings.add("test sample that is trained on", record.name, advice, dropped=False)

    def note_known(self, judged: ExampleSet, findings: Findings) -> None:
        """Name the samples to judge by that the model was trained on, where the task remembers them."""
        for record, known in zip(judged.records, self.known_before(judged.records) or (), strict=False):
            if known:
                advice = "They are no test: report and command line also measure without them, where others are left."
                findings.add("sample that was trained on", record.name, advice, dropped=False)

    def baselines(self, train: Sequence[Record] | None, judged: ExampleSet) -> dict[str, Tensor]:
        """Predictions of rules that need no network, by what the rules are called, to stand beside the network's.

        Args:
            train: What such a rule may learn from; None where the training part is not at hand.
            judged: The samples to answer, which a rule may not learn from.

        Returns:
            Predictions in the order of `judged`, in the form that the network gives, behind the objective's link.
        """
        return {}

    def baselines_within(self, front: nn.Module, judged: ExampleSet) -> dict[str, Tensor]:
        """Predictions of simpler models that the trained front end holds, for a saved model without training data."""
        return {}

    def probabilities(self, predictions: Tensor) -> Tensor:
        """Predictions as the user of the answers sees them: calibrated, where the task calibrates."""
        return predictions

    def settle(self, dev: ExampleSet, recogniser: Recogniser, objective: Objective) -> None:
        """Change a trained network by its validation part, before it is judged there; nothing by default."""
        return

    def calibrate(self, predictions: Tensor, targets: Tensor) -> None:
        """Set thresholds from predictions on the validation part, once training is over; by default there are none."""
        return

    def calibrate_steps(self, sequences: Sequence[Tensor], records: Sequence[Record]) -> None:
        """As `calibrate`, where the network keeps its steps: predictions ``(T', K)`` of some validation samples."""
        return

    @abstractmethod
    def config(self) -> dict[str, Any]:
        """Settings and everything learnt, as plain JSON."""

    @classmethod
    @abstractmethod
    def from_config(cls, config: dict[str, Any]) -> Task:
        """The task that `config` described."""
