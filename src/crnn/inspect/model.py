"""Looking into a saved model: what it knows, how it is built, whether its files are whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from crnn import predictor, store
from crnn.errors import CrnnError, ModelFileError, SpecError
from crnn.inspect.inspection import Inspection
from crnn.losses import objective
from crnn.nn.forecast import ForecastNetwork
from crnn.nn.kinds import read_spec
from crnn.nn.network import Recogniser, parameter_count, require_streaming
from crnn.padded import Padded
from crnn.report.card import kept_values
from crnn.spec import BranchSpec, Spec
from crnn.tasks import from_config
from crnn.tasks.forecasting import Forecasting

LONG = 20
"""Entries of a setting from which only their number is told."""

LETTERS = 200
"""Letters of a setting from which only their number is told."""

LEARNT = ("seen", "width")
"""Parts of a task's configuration that are no settings."""

STEPS = 100
"""Steps of the sample that shapes are shown for, where inputs are arrays; for sound it is one second."""


def inspect_model(folder: Path) -> Inspection:
    """Look into a model folder.

    Weights that do not belong to the configuration are a problem that is told, not an error.

    Raises:
        ModelFileError: the configuration cannot be read.
    """
    config = store.read_config(folder)
    facts = _configured(config)
    found = Inspection("model", str(folder), facts)
    recogniser = _recogniser(folder, config, found.problems)
    if recogniser is not None:
        facts["parameters"] = parameter_count(recogniser)
        facts["shapes_for"], facts["layers"] = _layers(recogniser)
    facts["streams"] = _streams(config)
    facts["integrity"] = "broken" if found.problems else "whole: weights and configuration belong together"
    paths = [folder / name for name in (store.CONFIG, store.WEIGHTS, store.CARD)]
    files = {path.name: path.stat().st_size for path in paths if path.is_file()}
    facts |= {"format": config["format"], "files_bytes": files, "size_bytes": sum(files.values())}
    return found


def _configured(config: Mapping[str, Any]) -> dict[str, Any]:
    """What the configuration says without building anything."""
    task = dict(config["task"])
    facts: dict[str, Any] = {"task": task.pop("name", "?"), "size": config.get("size", "?"), **_learnt(config)}
    labels = task.pop("labels", None)
    task = {name: value for name, value in task.items() if name not in (*LEARNT, *facts)}
    if "time" in facts or "vocabulary" in facts:  # what was learnt of tables stands there in words
        task = {name: value for name, value in task.items() if not isinstance(value, (Mapping, list))}
    if labels:
        facts["labels"] = [str(label) for label in labels]
    for name in ("spectrogram", "threshold", "temperature"):
        if name in task:
            facts[name] = task.pop(name)
    facts["settings"] = {name: _brief(value) for name, value in task.items() if value is not None}
    facts["loss"] = _named(config.get("loss"))
    history = config.get("history")
    if history and history.get("rows"):
        facts["epochs"] = len(history["rows"])
        facts["chosen_by"] = history["monitor"]
        facts["measured"] = kept_values(history)
    return facts


def _learnt(config: Mapping[str, Any]) -> dict[str, Any]:
    """What the task tells of the data that it was trained on, and the names of several series."""
    try:
        task = from_config(config["task"])
        facts: dict[str, Any] = dict(task.summary())
    except (CrnnError, KeyError, TypeError, ValueError):  # named where the model is built
        return {}
    if isinstance(task, Forecasting) and len(task.frame.scalings) > 1:
        facts["series_names"] = list(task.frame.scalings)
    return facts


def _brief(value: Any) -> Any:
    """A setting as it is; of a vocabulary, or of what else was learnt, how much of it there is."""
    if isinstance(value, Mapping):
        return {name: _brief(part) for name, part in value.items()}
    if isinstance(value, list) and len(value) > LONG:
        return f"{len(value):,} entries"
    if isinstance(value, str) and len(value) > LETTERS:
        return f"{len(value):,} characters"
    return value


def _stepwise(recogniser: Recogniser) -> bool:
    """Whether the front end, where there is one, keeps the steps."""
    return recogniser.front is None or recogniser.front.frames(2) == 2  # type: ignore[operator]


def _named(part: Any) -> str:
    return str(part.get("name", "?")) if isinstance(part, Mapping) else "a function of the user's own"


def _recogniser(folder: Path, config: dict[str, Any], problems: list[str]) -> Recogniser | None:
    """The model's own; an untrained one of the same shape where the weights are not whole; None where that fails."""
    try:
        return predictor.Predictor.load(folder).recogniser
    except ModelFileError as error:
        problems.append(str(error))
    try:
        task = from_config(config["task"])
        spec = read_spec(config["network"])
        return predictor.build(task, spec, objective(config.get("loss") or task.plan.loss)).eval()
    except (CrnnError, KeyError, TypeError, ValueError):  # already named: the configuration itself is broken
        return None


@torch.no_grad()
def _layers(recogniser: Recogniser) -> tuple[str, list[dict[str, Any]]]:
    """Of which sample, in words, and what each layer makes of it."""
    network, front = recogniser.network, recogniser.front
    tail: tuple[int, ...]
    if isinstance(network, ForecastNetwork):
        steps, tail = network.spec.look_back + network.spec.horizon, (network.features,)
    elif front is None:
        steps, tail = STEPS, (network.features, network.channels)[: 1 + (network.channels > 1)]
    else:
        steps, *rest = front.sample_shape  # type: ignore[misc]
        tail = tuple(rest)
    while predictor.too_short(recogniser, steps):
        steps *= 2
    rows: list[dict[str, Any]] = []
    hooks = [
        module.register_forward_hook(lambda _, __, out, row=row: row.update(output=_shape(out)))
        for module, row in ((module, _row(rows, name, told, module)) for name, told, module in _parts(recogniser))
    ]
    try:
        recogniser(Padded.whole(torch.zeros(1, steps, *tail)))
    finally:
        for hook in hooks:
            hook.remove()
    if isinstance(network, ForecastNetwork):
        return f"a look-back of {network.spec.look_back} and a horizon of {network.spec.horizon}", rows
    return f"{steps:,} {'steps' if _stepwise(recogniser) else 'samples'}", rows


def _parts(recogniser: Recogniser) -> list[tuple[str, str, nn.Module]]:
    """Name, description and module of each layer, in the order in which they work."""
    network, spec = recogniser.network, recogniser.network.spec
    if isinstance(network, ForecastNetwork):
        return _forecast_parts(network)
    parts: list[tuple[str, str, nn.Module]] = []
    if recogniser.front is not None:
        parts.append(("front end", type(recogniser.front).__name__, recogniser.front))
    for number, (block, module) in enumerate(zip(spec.convolutions, network.convolutions, strict=True), start=1):
        parts.append((f"convolution {number}", _differences(block), module))
    if network.recurrent is not None and spec.recurrent is not None:
        parts.append((f"recurrent ({spec.recurrent.cell})", _differences(spec.recurrent), network.recurrent))
    if network.head.summary is not None:
        names = spec.head.summary if isinstance(spec.head.summary, tuple) else (spec.head.summary,)
        parts.append(("summary over time", ", ".join(names), network.head.summary))
    parts += [(f"dense {number}", "", module) for number, module in enumerate(network.head.hidden, start=1)]
    return [*parts, ("scores", "", network.head.scores)]


def _forecast_parts(network: ForecastNetwork) -> list[tuple[str, str, nn.Module]]:
    spec = network.spec
    parts: list[tuple[str, str, nn.Module]] = []
    for number, (block, module) in enumerate(zip(spec.convolutions, network.convolutions, strict=True), start=1):
        parts.append((f"convolution {number}", _differences(block), module))
    mirrored = f", {spec.mirror:.0%} of the windows upside down in training" if spec.mirror else ""
    parts.append(("segments", f"{spec.segment} steps each{mirrored}", network.embedding))
    parts += [("known ahead", "", network.ahead)] if network.ahead is not None else []
    parts += [("vectors of series", "", network.names)] if network.names is not None else []
    # The recurrence is called turn by turn and has no forward pass of its own to look at.
    parts.append(("scores", "", network.scores))
    return [*parts, ("linear shortcut", "", network.shortcut)] if network.shortcut is not None else parts


def _row(rows: list[dict[str, Any]], name: str, told: str, module: nn.Module) -> dict[str, Any]:
    rows.append({"layer": name, "output": [], "parameters": parameter_count(module), "settings": told})
    return rows[-1]


def _differences(spec: Spec) -> str:
    """The settings that are not the default; of blocks side by side those of each."""
    if isinstance(spec, BranchSpec):
        return " | ".join(map(_differences, spec.branches))
    values = {item.name: getattr(spec, item.name) for item in fields(spec) if item.default != getattr(spec, item.name)}  # type: ignore[arg-type]
    return ", ".join(f"{name} {value}" for name, value in values.items() if name != "cell")


def _shape(output: Any) -> list[int]:
    """Without the batch."""
    data = output.data if isinstance(output, Padded) else output[0] if isinstance(output, tuple) else output
    assert isinstance(data, Tensor)
    return list(data.shape[1:])


def _streams(config: Mapping[str, Any]) -> str:
    try:
        require_streaming(read_spec(config["network"]))
    except (SpecError, TypeError) as error:
        return f"no: {error}"
    return "yes"
