"""The front door: compile, fit, evaluate, predict, save, load, for every task alike."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from crnn import judging, speed, store
from crnn import predictor as prediction
from crnn.compiled import Compiled
from crnn.data.example import ExampleSet, Record
from crnn.data.findings import Findings
from crnn.errors import DataError, NotReadyError, SpecError
from crnn.explain import explain_all
from crnn.jobs import job
from crnn.losses import CrossEntropy
from crnn.nn.kinds import AnySpec, read_spec
from crnn.nn.network import parameter_count
from crnn.origin import Origin
from crnn.parts import (
    Parts,
    checked,
    examples,
    fit_front,
    long_enough,
    positive,
    read_parts,
    start,
    tell,
)
from crnn.predictor import Predictor
from crnn.report.card import card
from crnn.tasks import from_config
from crnn.tasks.task import Task

if TYPE_CHECKING:
    from crnn.engine.evaluate import Evaluation
    from crnn.engine.history import History
    from crnn.engine.options import TrainOptions


class Model:
    """A network with its task: define, compile, fit, evaluate, predict, save.

    Args:
        task: What is recognised: `ArrayClassification`, `SpokenCommands`, ….
        network: A description of the network; None takes the task's own of the given size.
        size: "tiny", "small", "medium" or "large": the first dial to turn.

    Example:
        >>> import numpy as np
        >>> from crnn import ArrayClassification, TrainOptions
        >>> x = np.random.default_rng(0).normal(size=(60, 20, 8)).astype("float32")
        >>> y = (x.mean((1, 2)) > 0).astype(int)
        >>> model = Model(ArrayClassification(classes=2), size="tiny")
        >>> model.compile(loss="cross_entropy", optimizer="adam", metrics=["accuracy", "precision"])
        >>> history = model.fit(x, y, epochs=1, options=TrainOptions(progress=False))
        >>> model.metric_names
        ['loss', 'accuracy', 'precision']
        >>> len(model.evaluate(x, y)), model.predict(x).shape
        (3, (60, 2))
    """

    def __init__(self, task: Task, *, network: AnySpec | None = None, size: str = "small") -> None:
        if not isinstance(task, Task):
            raise SpecError(f"a model needs a task, not {task!r}: for example crnn.ArrayClassification(classes=10)")
        self.task = copy.deepcopy(task)
        self.size = size
        self.spec = network
        self.history: History | None = None
        self.findings = Findings()
        self.validation: tuple[ExampleSet, Evaluation] | None = None
        self._learnt_from: list[Record] | None = None
        self._origin: Origin | None = None
        self._past: Any = None
        self._predictor: Predictor | None = None
        self._compiled: Compiled | None = None

    @classmethod
    def starting_from(cls, folder: str | Path, *, alphabet: str = "extend", freeze: int = 0) -> Model:
        """A new model that starts with the weights and settings of a trained one, to be fitted on other data.

        Args:
            folder: Of the trained model.
            alphabet: Of a model that writes: "extend" adds new symbols, "replace" has only theirs, "keep" learns none.
            freeze: First stages (convolutions, then recurrent layers) that stay as they are.

        Raises:
            ModelFileError: the folder holds no model.
            SpecError: the network has fewer stages.
        """
        origin = Origin(folder, alphabet, freeze)
        model = cls(origin.task(), network=origin.spec, size=store.read_config(folder)["size"])
        model._origin = origin
        return model

    # ── compile ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def compile(
        self,
        *,
        loss: Any = None,
        optimizer: Any = None,
        metrics: Sequence[Any] | None = None,
        schedule: Any = None,
        clip_norm: float | None = None,
        average: float | None = None,
    ) -> None:
        """Choose what training minimises, how, and what is measured; None means the task's own choice.

        Args:
            loss: A name, an objective, a saved dict, or any callable ``(scores, targets) -> loss``.
            optimizer: A name, an object such as `crnn.Adam(rate=1e-3)`, or a torch optimizer class.
            metrics: Names, measures, torchmetrics objects or callables, in the order that `evaluate` reports.
            schedule: Of the learning rate: a name or an object such as `crnn.OneCycle()`.
            clip_norm: Largest gradient norm.
            average: Decay of a weight average that replaces the weights at the end of training.

        Raises:
            UnknownNameError: a name that does not exist; says the nearest.
            SpecError: parts that do not fit the task.
        """
        trained = self._predictor
        chosen = Compiled.choose(
            self.task,
            loss=trained.objective if loss is None and trained is not None else loss,
            optimizer_=optimizer,
            metrics=metrics,
            schedule_=schedule,
            clip_norm=clip_norm,
            average=average,
        )
        if trained is not None:
            trained.require_width(chosen.objective)
            trained.objective = chosen.objective
        self._compiled = chosen

    @property
    def compiled(self) -> Compiled:
        """What was compiled; the task's own choice where nothing was."""
        if self._compiled is None:
            self.compile()
        assert self._compiled is not None
        return self._compiled

    @property
    def metric_names(self) -> list[str]:
        """The names of what `evaluate` returns, in its order."""
        return self.compiled.names

    # ── fit ──────────────────────────────────────────────────────────────────────────────────────────────────────────

    def fit(
        self,
        x: Any,
        y: Any = None,
        *,
        epochs: int | None = None,
        batch_size: int | None = None,
        validation_split: float | None = None,
        validation_data: Any = None,
        early_stopping: int | None = None,
        options: TrainOptions | None = None,
    ) -> History:
        """Train; the model ends with the best weights.

        Args:
            x: What the task reads: arrays, a folder, a manifest, an archive, records.
            y: Targets, where `x` is arrays.
            epochs: Passes over the training part; None takes the task's choice, more for a small training part.
            batch_size: Samples a step.
            validation_split: Share of `x` kept for validation, chosen by the task's policy; 0 for none. Where the data
                names its own validation part (a split column or folder), that is used.
            validation_data: Validation data by itself, read like `x`; arrays as a pair ``(x, y)``.
            early_stopping: End after so many epochs without a better value of the monitored metric.
            options: Seed, run folder, devices, precision, progress: see `TrainOptions`.

        Returns:
            The rows of the epochs. On Ctrl-C training ends, the best weights so far are kept, and
            `History.interrupted` is true.

        Raises:
            DataError: data that cannot be used; everything left out is named once in a warning of counted lines.
            SpecError: settings that cannot be.
        """
        from crnn.engine.options import TrainOptions
        from crnn.engine.train import train

        plan, options = self.task.plan, options or TrainOptions()
        if epochs is not None:
            epochs = positive("epochs", epochs)
        batch_size = positive("batch_size", plan.batch_size if batch_size is None else batch_size)
        if early_stopping is not None:
            positive("early_stopping", early_stopping)
        parts = self._parts(x, y, validation_split, validation_data, options)
        self._build(parts, options.seed)
        epochs = epochs or plan.epochs_for(len(parts.train), batch_size)
        predictor = self._predictor_or_fail()
        handed = job(
            predictor,
            self.compiled,
            parts,
            epochs=epochs,
            batch_size=batch_size,
            early_stopping=early_stopping,
            seed=options.seed,
        )
        self.history = train(handed, options)
        predictor.recogniser.cpu()
        self.validation = None
        if parts.dev is not None:
            self.task.settle(parts.dev, predictor.recogniser, self.compiled.objective)
            self.validation = parts.dev, judging.judge(predictor, self.compiled, parts.dev)
            judging.calibrate(self.task, *self.validation)
        return self.history

    def _parts(self, x: Any, y: Any, share: float | None, dev_data: Any, options: TrainOptions) -> Parts:
        """Read, split, learn, prepare and check, saying what was left out."""
        findings = self.findings = Findings()
        try:
            train, dev, others = read_parts(self.task, x, y, share, dev_data, options.seed, findings)
            if self._predictor is None and self._origin is not None:
                self.spec = self._origin.teach(self.task, train)
            elif self._predictor is None:
                self.task.learn(train)
            else:
                self.task.remember(train)
            self.task.note_leaks(others, findings)
        except DataError as error:
            if len(findings) == 0 or str(findings) in str(error):
                raise
            raise type(error)(f"{error}\n{findings}") from error  # what was left out may be the reason
        self._learnt_from = train
        train_set = examples(self.task, train, findings, options.cache)
        dev_set = examples(self.task, dev, findings, options.cache) if dev else None
        if dev_data is not None and dev_set is not None and dev_set.virtual:  # others are compared one by one
            self.task.note_known(dev_set, findings)
        parts = checked(self.task, self._planned, self.compiled.objective, train_set, dev_set, findings)
        tell(findings)
        return parts

    @property
    def _planned(self) -> AnySpec:
        """The network as given, or the task's own of the chosen size."""
        if self.spec is None:
            self.spec = self.task.network(self.size)
        return self.spec

    def _build(self, parts: Parts, seed: int) -> None:
        """Make the network on the first fit; a second fit goes on with the same weights."""
        compiled = self.compiled
        if isinstance(compiled.objective, CrossEntropy):
            counts = torch.bincount(torch.as_tensor(parts.train.targets), minlength=self.task.outputs)
            compiled.objective = compiled.objective.balanced(counts.tolist())
        for part in filter(None, (parts.train, parts.dev)):
            compiled.objective.check(part.all_targets(), self.task.outputs)
        if self._predictor is not None:
            self.task.begin(parts.train, None)
            return
        with speed.seeded(seed):
            recogniser = prediction.build(self.task, self._planned, compiled.objective)
        if self._origin is None:
            fit_front(recogniser.front, parts.train)
            start(recogniser.network, parts.train, compiled.objective)
            self.task.begin(parts.train, recogniser.network)
        else:
            self._origin.hand_over(recogniser, self.task)
            self.task.begin(parts.train, None)
        self._predictor = Predictor(self.task, recogniser, compiled.objective)

    # ── evaluate and predict ─────────────────────────────────────────────────────────────────────────────────────────

    def evaluate(self, x: Any, y: Any = None, *, batch_size: int | None = None) -> list[float]:
        """The loss and every metric: always a list, in the order of `metric_names`.

        Raises:
            NotReadyError: the model was neither fitted nor loaded.
            DataError: nothing can be evaluated; samples left out are named in a warning.
        """
        _, found = self.examine(x, y, batch_size=batch_size)
        tables = [name for name in self.metric_names if not isinstance(found.values[name], float)]
        if tables:
            raise SpecError(f"the metric {tables[0]!r} is a table, not one number: read it from model.examine(…)")
        return [float(found.values[name]) for name in self.metric_names]

    def examine(
        self, x: Any, y: Any = None, *, batch_size: int | None = None, findings: Findings | None = None
    ) -> tuple[ExampleSet, Evaluation]:
        """What `evaluate` sums up, whole: the examples, and each one's prediction; reports are made of it.

        Args:
            x: As for `evaluate`, or records of it.
            y: Targets, where `x` is arrays.
            batch_size: Samples in one forward pass.
            findings: What was found when the records were read, to be told together with the rest.
        """
        predictor = self._predictor_or_fail()
        findings = self.findings = Findings() if findings is None else findings
        records, found = self.task.read(x, y)
        findings.extend(found)
        every = examples(self.task, records, findings)
        self.task.note_known(every, findings)
        prepared = long_enough(self.task, self._planned, self.compiled.objective, every, findings)
        tell(findings)
        self.compiled.objective.check(prepared.all_targets(), self.task.outputs)
        return prepared, judging.judge(predictor, self.compiled, prepared, batch_size)

    def baselines(self, judged: ExampleSet | None = None) -> dict[str, torch.Tensor]:
        """Predictions of the task's rules that need no network, by name, to measure beside the network's.

        Rules that are fitted to the training part need a `fit`; behind a saved model stand those that it holds.

        Args:
            judged: The samples to answer, as `examine` gives them; None takes the validation part of the last `fit`.
        """
        if judged is None and self.validation is not None:
            judged = self.validation[0]
        if judged is None:
            return {}
        found = self.task.baselines(self._learnt_from, judged)
        front = None if self._predictor is None else self._predictor.recogniser.front
        if self._learnt_from is None and front is not None:
            found |= self.task.baselines_within(front, judged)
        return found

    def predict(self, x: Any, *, batch_size: int = prediction.BATCH) -> Any:
        """Answers: for arrays probabilities or values ``(N, K)``, for files and texts what the task recognises.

        Raises:
            NotReadyError: the model was neither fitted nor loaded.
            DataError: a sample cannot be read; says which and why.
        """
        return self._predictor_or_fail().predict(x, batch_size)

    def explain(self, x: Any) -> Any:
        """Why samples get their answers: a `crnn.explain.Explanation` for each answer that `predict` gives.

        Raises:
            SpecError: the steps of this task's inputs have no names, as those of sound.
            DataError: a sample cannot be read.
        """
        return explain_all(self._predictor_or_fail(), x)

    # ── save and load ────────────────────────────────────────────────────────────────────────────────────────────────

    def save(self, folder: str | Path, *, keep_old: bool = False) -> Path:
        """Write the model folder: `config.json`, `model.safetensors`, `README.md`.

        Args:
            folder: Made if it is not there; an old model in it is replaced.
            keep_old: Move an old model into a folder "previous" below it, and say so, instead of replacing it.

        Raises:
            NotReadyError: there is nothing to save yet.
            ModelFileError: the folder cannot be written; an old model in it is as it was.
        """
        predictor = self._predictor_or_fail()
        config = {
            "task": self.task.config(),
            "network": self._planned.to_dict(),
            **self.compiled.config(),
            "size": self.size,
            "parameters": self.parameters,
            "history": self._past if self.history is None else self.history.to_json(),
        }
        weights, files = predictor.recogniser.state_dict(), self.task.files()
        return store.save(folder, config, weights, card(config), keep_old, files)

    @classmethod
    def load(cls, folder: str | Path) -> Model:
        """Read a model folder.

        Raises:
            ModelFileError: something is missing, altered, or of a later version.
        """
        config, state = store.load(folder)
        predictor = Predictor.from_store(config, state, folder)
        model = cls(from_config(config["task"]), network=read_spec(config["network"]), size=config["size"])
        model.task = predictor.task
        model._predictor, model._past = predictor, config.get("history")
        model.compile(
            loss=predictor.objective, **{key: config.get(key) for key in ("metrics", "optimizer", "schedule")}
        )
        model.compiled.clip_norm, model.compiled.average = config.get("clip_norm"), config.get("average")
        return model

    @property
    def parameters(self) -> int:
        """Trained parameters, as Keras counts them."""
        return parameter_count(self._predictor_or_fail().recogniser)

    def _predictor_or_fail(self) -> Predictor:
        if self._predictor is None:
            raise NotReadyError("the model has no weights yet: call fit, or load a saved one with crnn.load(folder)")
        return self._predictor


def load(folder: str | Path) -> Model:
    """Read a model folder that `Model.save` or `crnn train` wrote.

    Raises:
        ModelFileError: something is missing, altered, or of a later version.
    """
    return Model.load(folder)
