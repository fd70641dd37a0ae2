"""The training loop, on Lightning Fabric: devices, processes and precision are Fabric's, the loop is ours.

A plain loop costs what a bare PyTorch loop costs, resumes exactly, and leaves a usable model on Ctrl-C; Lightning's own
Trainer took 7–24 % more on small networks (`docs/why/design.md`).
"""

from __future__ import annotations

import gc
import logging
import math
import time
import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, cast

import torch
from lightning.fabric import Fabric
from torch import Tensor, nn

from crnn import speed
from crnn.data.batches import Buckets, loader
from crnn.data.example import Batch
from crnn.engine import checkpoint
from crnn.engine.evaluate import Gauge, evaluate
from crnn.engine.history import History, Row
from crnn.engine.job import Job
from crnn.engine.options import TrainOptions
from crnn.engine.progress import Logs, Progress
from crnn.engine.watch import Best, check_finite, collapse, collapsed_texts
from crnn.errors import SpecError
from crnn.metrics.measure import Measure
from crnn.optim import Average
from crnn.padded import Padded


class _Parcel:
    """A batch on its way through Fabric, which looks into containers it knows and leaves this one alone."""

    def __init__(self, batch: Batch, generator: torch.Generator) -> None:
        self.batch = batch
        self.generator = generator
        self.scores: Padded | None = None


class _Step(nn.Module):
    """From a batch to its loss: what Fabric wraps for autocast and for several processes."""

    def __init__(self, job: Job) -> None:
        super().__init__()
        self.recogniser = job.recogniser
        self.job = job

    def forward(self, parcel: _Parcel) -> Tensor:
        inputs, targets = parcel.batch.inputs, parcel.batch.targets
        if self.job.vary_inputs is not None:
            inputs = self.job.vary_inputs(inputs, parcel.generator)
        features = self.recogniser.features(inputs)
        if self.job.vary_features is not None:
            features = self.job.vary_features(features, parcel.generator)
        assert targets is not None
        if self._too_short(features.lengths, targets):
            features = self.recogniser.features(parcel.batch.inputs)  # varied too short to be read: as they were
        scores = self.recogniser.network(features)
        parcel.scores = scores.with_data(scores.data.detach())
        return self.job.measuring.objective.loss(scores, targets, parcel.batch.weights)

    def _too_short(self, lengths: Tensor, targets: Tensor | Padded) -> bool:
        """Whether a sample lasts too short for the network, or for its target."""
        network, objective = self.recogniser.network, self.job.measuring.objective
        if int(lengths.min()) < network.shortest:
            return True
        if not isinstance(targets, Padded):
            return False
        steps = network.spec.steps(lengths).tolist()
        return any(map(objective.misfit, steps, targets.unpad()))


def train(job: Job, options: TrainOptions) -> History:
    """Train a recogniser in place; it ends with the best weights.

    Raises:
        TrainingError: the loss became NaN, or a checkpoint cannot be written.
    """
    if options.allocator:
        speed.keep_memory()
    fabric = _launch(options)
    with _connected(fabric), speed.seeded(options.seed):
        history = Training(job, options, fabric).run()
    history.is_first = fabric.is_global_zero
    return history


def _launch(options: TrainOptions) -> Fabric:
    for room in ("lightning.fabric", "lightning.pytorch"):
        logging.getLogger(room).setLevel(logging.WARNING)
    cuda = options.accelerator in ("auto", "cuda", "gpu") and torch.cuda.is_available()
    device = torch.device("cuda" if cuda else "cpu")
    half = speed.half_precision(device) if options.precision == "auto" else None
    formats: dict[torch.dtype | None, Any] = {torch.bfloat16: "bf16-mixed", torch.float16: "16-mixed", None: "32-true"}
    several = options.nodes > 1 or options.devices not in (1, "auto") or torch.cuda.device_count() > 1
    # Apple's GPU has no double precision, which the measures need: it is taken only where it is asked for.
    accelerator = ("cuda" if cuda else "cpu") if options.accelerator == "auto" else options.accelerator
    try:
        fabric = Fabric(
            accelerator=accelerator,
            devices=options.devices,
            num_nodes=options.nodes,
            precision=formats[half],
            strategy="ddp" if (several and options.devices != 1) or options.nodes > 1 else "auto",
        )
    except (RuntimeError, ValueError) as error:
        raise SpecError(
            f"accelerator={options.accelerator!r}, devices={options.devices!r} cannot be used here: {error}"
        ) from error
    fabric.launch()
    return fabric


@contextmanager
def _connected(fabric: Fabric) -> Iterator[None]:
    """Let processes part while all are there: one that ends early would pull the connection from under the others.

    The connection is closed after an error too: a process that ends with it open may be aborted by its threads. What
    else holds the connection must be gone before: freed last, torch's gradient reducer would wait for a thread that
    waits for Python.
    """
    try:
        yield
        fabric.barrier()
    finally:
        if fabric.world_size > 1 and torch.distributed.is_initialized():
            gc.collect()
            torch.distributed.destroy_process_group()


class Training:
    """One training from the first epoch, or a checkpoint, to the last.

    Args:
        job: What to train, on what, for how long.
        options: Where and how fast.
        fabric: The devices.
    """

    def __init__(self, job: Job, options: TrainOptions, fabric: Fabric) -> None:
        self.job, self.options, self.fabric = job, options, fabric
        self.folder = None if options.folder is None else Path(options.folder)
        if self.folder is not None:
            checkpoint.make_folder(self.folder)
        if options.channels_last:
            speed.channels_last(job.recogniser)
        self.optimizer = job.optimizer.build(job.recogniser)
        self.step, self._wrapped = fabric.setup(_Step(job), self.optimizer)
        self.loader = loader(
            job.train,
            job.batch_size,
            shuffle=True,
            seed=options.seed,
            rank=fabric.global_rank,
            world=fabric.world_size,
            workers=options.workers,
        )
        self.history = History([], *_monitor(job))
        steps = job.epochs * len(self.loader)
        self.schedule = job.schedule.build(self.optimizer, steps, self.history.higher_is_better)
        self.average = None if job.average is None else Average(job.average)
        self.best = Best(self.history, job.early_stopping)

    def run(self) -> History:
        """Train until the last epoch, the end of patience, or Ctrl-C."""
        self._resume()
        logs = Logs(self.folder if self.fabric.is_global_zero else None, self.options.tensorboard)
        shown = self.options.progress and self.fabric.is_global_zero
        steps = len(self.loader)
        bar = Progress(steps * self.job.epochs, steps * len(self.history), shown)
        bar.announce(self.job.summary)
        try:
            while len(self.history) < self.job.epochs and not self.best.exhausted:
                better = self._epoch(bar)
                bar.epoch(self.history.rows[-1], self.job.epochs, better)
                logs.epoch(self.history)
        except KeyboardInterrupt:
            self.history.interrupted = True
        finally:
            bar.close()
            logs.close()
            del self.step, self._wrapped  # a traceback keeps this object, and must not keep the connection
        if self.best.weights is not None:
            self.job.recogniser.load_state_dict(self.best.weights)
        self.job.recogniser.eval()
        return self.history

    def _epoch(self, bar: Progress) -> bool:
        """Train one epoch and validate; True where its weights are the best so far."""
        started = time.perf_counter()
        epoch = len(self.history) + 1
        torch.manual_seed(speed.mix(self.options.seed, epoch, self.fabric.global_rank))
        row: Row = {"epoch": epoch, **self._train(epoch, bar)}
        judged: AbstractContextManager[Any] = (
            nullcontext() if self.average is None else self.average.swap(self.job.recogniser)
        )
        with judged:
            better = self._judge(row, started)
        for callback in self.options.callbacks:
            callback(row)
        if self.folder is not None and self.fabric.is_global_zero:
            checkpoint.write(self.folder, self._state())
        return better

    def _train(self, epoch: int, bar: Progress) -> Row:
        self.step.train()
        cast(Buckets, self.loader.sampler).set_epoch(epoch)
        gauge = Gauge(self.job.measuring, self.job.train.records, self.fabric.device)
        for index, given in enumerate(self.loader, start=1):
            batch = given.to(self.fabric.device)
            seed = speed.mix(self.options.seed, epoch, index, self.fabric.global_rank, 1)
            parcel = _Parcel(batch, torch.Generator().manual_seed(seed))
            loss = self._learn(parcel)
            value = float(loss)
            check_finite(value, epoch, index, self.optimizer.param_groups[0]["lr"])
            assert parcel.scores is not None
            with torch.no_grad():
                gauge.update(batch, parcel.scores, loss)
            bar.step(value)
        return _scalars(gauge.values())

    def _learn(self, parcel: _Parcel) -> Tensor:
        loss: Tensor = self.step(parcel)
        share = self._share(parcel.batch, loss)
        if math.isnan(share):  # every process stops here, not only the one that failed
            self.fabric.barrier()
            return torch.full_like(loss.detach(), torch.nan)
        self._wrapped.zero_grad(set_to_none=True)
        self.fabric.backward(loss * share)
        if self.job.clip_norm is not None:
            self.fabric.clip_gradients(self.step, self._wrapped, max_norm=self.job.clip_norm, error_if_nonfinite=False)
        self._wrapped.step()
        if self.job.schedule.interval == "step":
            self.schedule.step()
        if self.average is not None:
            self.average.update(self.job.recogniser)
        return loss.detach()

    def _share(self, batch: Batch, loss: Tensor) -> float:
        """What this process's mean counts in the mean over all: its part of the weights, over an even part.

        Where the loss of any process is no number, all get NaN: the sum that they exchange anyway tells them.
        """
        if self.fabric.world_size == 1:
            return 1.0
        assert batch.targets is not None
        own = self.job.measuring.objective.weight(batch.targets, batch.weights).to(self.fabric.device)
        own = torch.where(loss.detach().isfinite(), own, torch.nan)
        total = self.fabric.all_reduce(own.clone(), reduce_op="sum")
        return float(own / total * self.fabric.world_size)  # type: ignore[operator]

    def _judge(self, row: Row, started: float) -> bool:
        """Validate, complete the epoch's row, keep the weights if they are the best so far."""
        row |= self._validate()
        row["rate"] = self.optimizer.param_groups[0]["lr"]
        row["seconds"] = time.perf_counter() - started
        if self.job.schedule.monitors:
            self.schedule.step(row[self.history.monitor])  # type: ignore[arg-type]
        self.history.rows.append(row)
        return self.best.see(row, self.job.recogniser)

    def _validate(self) -> Row:
        if self.job.dev is None:
            return {}
        found = evaluate(
            self.job.recogniser,
            self.job.measuring,
            self.job.dev,
            batch_size=self.job.batch_size,
            device=self.fabric.device,
            rank=self.fabric.global_rank,
            world=self.fabric.world_size,
        )
        targets = None if found.predictions is None else self.job.dev.targets_of(found.rows.tolist())
        advice = collapse(found.predictions, targets if isinstance(targets, Tensor) else None)
        if found.texts is not None:
            records = [self.job.dev.records[row] for row in found.rows.tolist()]
            advice = collapsed_texts(found.texts, [self.job.measuring.reference(record) for record in records])
        warming_up = len(self.history) < max(3, self.job.epochs // 3)
        if advice is not None and advice not in self.history.notes and not warming_up:
            self.history.notes.append(advice)
            warnings.warn(advice, stacklevel=2)
        return {f"val_{name}": value for name, value in _scalars(found.values).items()}

    def _state(self) -> dict[str, Any]:
        """Everything that the next epoch depends on; chance is drawn anew from seed and epoch."""
        return {
            "fingerprint": self.job.fingerprint,
            "rows": self.history.rows,
            "notes": self.history.notes,
            "weights": self.job.recogniser.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "schedule": self.schedule.state_dict(),
            "average": None if self.average is None else self.average.state_dict(),
            "best": self.best.state(),
        }

    def _resume(self) -> None:
        if self.folder is None:
            return
        found = checkpoint.read(self.folder, self.job.fingerprint) if self.fabric.is_global_zero else (None, None)
        state, why = self.fabric.broadcast(found)
        if why is not None:
            warnings.warn(why, stacklevel=2)
        if state is None:
            return
        self.history.resumed = True
        self.history.rows.extend(state["rows"])
        self.history.notes.extend(state["notes"])
        self.job.recogniser.load_state_dict(state["weights"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.schedule.load_state_dict(state["schedule"])
        if self.average is not None:
            self.average.load_state_dict(state["average"])
        self.best.load(state["best"])


def _monitor(job: Job) -> tuple[str, bool]:
    """The history's column that decides, and its direction."""
    prefix = "" if job.dev is None else "val_"
    for given in job.measuring.metrics:
        if isinstance(given, Measure) and given.name == job.monitor:
            return prefix + job.monitor, given.higher_is_better
    return prefix + "loss", False


def _scalars(values: dict[str, Any]) -> Row:
    return {name: value for name, value in values.items() if isinstance(value, float)}
