"""Looking into data: how much of what, how long, and what training would leave out."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crnn import predictor
from crnn.audio import wave
from crnn.data.example import Record
from crnn.data.findings import Findings
from crnn.data.preflight import preflight
from crnn.data.sources import located
from crnn.data.split import by_column, to_train
from crnn.errors import CrnnError, DataError, UnreadableError
from crnn.inspect.inspection import Inspection
from crnn.losses import objective
from crnn.parts import others, too_short
from crnn.series.sources import TABLES, is_archive_set
from crnn.series.table import looks_like_series
from crnn.tasks import TASKS
from crnn.tasks.arrays import ArrayClassification, ArrayRegression
from crnn.tasks.commands import SpokenCommands
from crnn.tasks.forecasting import Forecasting
from crnn.tasks.series import SeriesClassification
from crnn.tasks.task import Task
from crnn.tasks.text import TextClassification
from crnn.tasks.text_reading import looks_like_texts
from crnn.text.alphabet import shown

ARRAYS = ".npz"
PARTS = ("train", "dev", "test")
"""In the order in which they are told, before any others."""

BARS = 12
"""Bars of the histogram of lengths."""


def inspect_data(given: Any, task: Task | str | None = None, *, targets: Any = None, check: bool = True) -> Inspection:
    """Look into data; arguments and errors as those of `crnn.inspect.inspect`."""
    name = str(given) if isinstance(given, (str, Path)) else f"in memory ({type(given).__name__})"
    if isinstance(given, (str, Path)) and str(given).lower().endswith(ARRAYS):
        given, targets = _npz(located(given))
    elif isinstance(given, tuple) and len(given) == 2 and targets is None:
        given, targets = given
    reader = _reader(task, given, targets)
    try:
        records, findings, problems = _read(given, targets, reader)
    except DataError as error:
        if (
            task is not None
            or isinstance(error, UnreadableError)
            or not isinstance(reader, (SpokenCommands, TextClassification))
        ):
            raise
        raise DataError(f"{str(error).rstrip('.')}. Or say what the data are for: --task {', '.join(TASKS)}") from error
    if problems and "multi_label=True" in problems[0] and task is None:
        reader = TextClassification(multi_label=True)
        records, findings, problems = _read(given, targets, reader)
        advice = "Say so in training too: multi_label=True (--multi-label)."
        findings.add("texts with several labels", name, advice, dropped=False)
    groups, splits = _counted(record.group for record in records), _splits(records)
    groups = {} if len(groups) == len(records) else groups  # names of samples, and no groups of them
    facts = {
        "task": reader.name,
        "samples": len(records),
        **(_texts(records) if reader.gives_text else _targets(records)),
        **({"groups": groups} if groups else {}),
        **({"splits": splits} if splits else {}),
        **_sound(records),
    }
    found = Inspection("data", name, facts, findings, problems)
    if check and not problems:
        _check(found, records, reader)
    return found


def _reader(task: Task | str | None, given: Any, targets: Any) -> Task:
    if isinstance(task, Task):
        return copy.deepcopy(task)
    if task is not None:
        return TASKS[task]()
    if isinstance(given, (str, Path)):
        path = located(given)
        if is_archive_set(path):
            return SeriesClassification()
        if path.name.lower().endswith(TABLES) and looks_like_series(path):
            return Forecasting()
        return TextClassification() if looks_like_texts(path) else SpokenCommands()
    if isinstance(given, list) and given and isinstance(given[0], (str, Path)):
        return SpokenCommands()
    values = np.asarray(() if targets is None else targets)
    if values.dtype.kind == "f" and not np.equal(np.mod(values, 1), 0).all():
        return ArrayRegression()
    several = values.ndim == 2 and values.shape[1] > 1 and not (values.sum(1) == 1).all()
    return ArrayClassification(multi_label=several)


def _npz(path: Path) -> tuple[Any, Any]:
    try:
        with np.load(path, allow_pickle=False) as arrays:
            found = {name.lower(): arrays[name] for name in arrays.files}
    except (OSError, ValueError, EOFError) as error:
        raise UnreadableError(f"{path} cannot be read as arrays ({error}): write it with numpy.savez") from error
    if "x" not in found:
        raise DataError(f"{path} holds {', '.join(found) or 'nothing'}: call the inputs x and the targets y")
    return found["x"], found.get("y")


def _read(given: Any, targets: Any, task: Task) -> tuple[list[Record], Findings, list[str]]:
    """Records; without targets, and with the reason as a problem, where none can be read."""
    try:
        return *task.read(given, targets), []
    except UnreadableError:
        raise
    except DataError as error:
        try:
            records, findings = task.read_unlabelled(given)
            return records, findings.without("text of several lines"), [f"cannot be trained on: {error}"]
        except DataError:
            raise error from None


def _texts(records: Sequence[Record]) -> dict[str, Any]:
    """How much is written, and with which symbols."""
    texts = [str(record.target) for record in records if record.target is not None]
    if not texts:
        return {}
    symbols = _counted(symbol for text in texts for symbol in text)
    return {
        "texts": {"words": sum(len(text.split()) for text in texts), "longest": max(map(len, texts))},
        "symbols": {shown(symbol): count for symbol, count in symbols.items()},
    }


def _targets(records: Sequence[Record]) -> dict[str, Any]:
    """Labels with their counts, or the range of values."""
    given = [record.target for record in records if record.target is not None]
    if not given:
        return {}
    if isinstance(given[0], tuple):
        return {"labels": _counted(str(label) for target in given for label in target)}
    values = np.asarray(given, dtype=object if isinstance(given[0], str) else None)
    if values.dtype.kind == "f" and not np.equal(np.mod(values, 1), 0).all():
        return {"targets": {"values": int(values[0].size), **_range(values)}}
    if values.ndim == 2:
        return {"labels": {str(column): int(count) for column, count in enumerate((values > 0).sum(0))}}
    return {"labels": _counted(str(target) for target in given)}


def _counted(texts: Iterable[str]) -> dict[str, int]:
    """How often each text occurs, the commonest first; texts that are empty do not count."""
    return dict(sorted(Counter(filter(None, texts)).items(), key=lambda item: (-item[1], item[0])))


def _splits(records: Sequence[Record]) -> dict[str, int]:
    counts = Counter(record.split or "(not said)" for record in records)
    order = [*(part for part in PARTS if part in counts), *(part for part in counts if part not in PARTS)]
    return {} if set(counts) == {"(not said)"} else {part: counts[part] for part in order}


def _sound(records: Sequence[Record]) -> dict[str, Any]:
    """Lengths, rates and sizes as the headers of sound files tell them; empty for other materials."""
    paths = [record.source for record in records if isinstance(record.source, Path)]
    files = [path for path in paths if path.suffix.lower() in wave.SUFFIXES and path.is_file()]
    facts: dict[str, Any] = {}
    heads = []
    for path in files:
        try:
            heads.append(wave.info(path))
        except UnreadableError:  # `_check` names it
            continue
    if heads:
        seconds = np.array([head.seconds for head in heads])
        facts["length_s"] = {**_range(seconds), "in all": float(seconds.sum()), "histogram": _histogram(seconds)}
        facts["rate_hz"] = _counted(str(head.rate_hz) for head in heads)
        facts["channels"] = _counted(str(head.channels) for head in heads)
    if paths:
        facts["size_bytes"] = sum(path.stat().st_size for path in paths if path.is_file())
    return facts


def _range(values: Any) -> dict[str, float]:
    low, middle, high, most = np.quantile(np.asarray(values, dtype=np.float64), (0, 0.5, 0.95, 1)).tolist()
    return {"least": low, "median": middle, "95 %": high, "most": most}


def _histogram(values: NDArray[Any]) -> list[dict[str, float]]:
    """How many values lie in each of a few ranges; whole numbers have ranges of whole numbers, ends included."""
    low, high = values.min(), values.max()
    if values.dtype.kind in "iu":
        width = -(-(int(high) - int(low) + 1) // BARS)
        starts = range(int(low), int(high) + 1, width)
        counts = np.bincount((values - low) // width, minlength=len(starts)).tolist()
        return [
            {"from": start, "to": start + width - 1, "count": count}
            for start, count in zip(starts, counts, strict=True)
        ]
    counts, ends = np.histogram(values, bins=BARS if high > low else 1)
    pairs = zip(counts.tolist(), ends[:-1].tolist(), ends[1:].tolist(), strict=True)
    return [{"from": low, "to": high, "count": count} for count, low, high in pairs]


def _check(found: Inspection, records: list[Record], task: Task) -> None:
    """Prepare all samples as training would, and tell what it would leave out or warn of."""
    try:
        rows = by_column(records) or (to_train(records), ())
        train, dev = ([records[row] for row in part] for part in rows)
        task.learn(train)
        task.note_leaks(others(records), found.findings)
        found.facts.update(task.summary(trained=False))
        spec, loss = task.network("small"), objective(task.plan.loss)
        predictor.build(task, spec, loss, blank=True)  # says where convolutions leave nothing of the features
        short = too_short(task, spec, loss)
        train_set = task.examples(train, found.findings)
        dev_set = task.examples(dev, found.findings) if dev else None
        if train_set.virtual:
            found.facts["windows"] = len(train_set)
            return
        if "length_s" not in found.facts:
            lengths = np.concatenate([part.lengths for part in (train_set, dev_set) if part is not None])
            found.facts["length_steps"] = {**_range(lengths), "histogram": _histogram(lengths)}
        preflight(
            train_set,
            dev_set,
            too_short=short,
            silent_below=task.silent_below,
            findings=found.findings,
        )
    except CrnnError as error:
        found.problems.append(f"cannot be trained on: {error}")
