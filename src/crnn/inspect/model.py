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
from crnn.spec import Spec
from crnn.tasks import from_config

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
        steps, layers = _layers(recogniser)
        facts["parameters"] = parameter_count(recogniser)
        facts["layers"] = layers
        facts["shapes_for"] = f"{steps} {'samples' if recogniser.front is not None else 'steps'}"
    facts["streams"] = _streams(config)
    facts["integrity"] = "broken" if found.problems else "whole: weights and configuration belong together"
    paths = [folder / name for name in (store.CONFIG, store.WEIGHTS, store.CARD)]
    files = {path.name: path.stat().st_size for path in paths if path.is_file()}
    facts |= {"format": config["format"], "files_bytes": files, "size_bytes": sum(files.values())}
    return found


def _configured(config: Mapping[str, Any]) -> dict[str, Any]:
    """What the configuration says without building anything."""
    task = dict(config["task"])
    facts: dict[str, Any] = {"task": task.pop("name", "?"), "size": config.get("size", "?")}
    labels = task.pop("labels", None)
    if labels:
        facts["labels"] = [str(label) for label in labels]
    for name in ("spectrogram", "threshold", "temperature"):
        if name in task:
            facts[name] = task.pop(name)
    facts["settings"] = {name: value for name, value in task.items() if value is not None}
    facts["loss"] = _named(config.get("loss"))
    history = config.get("history")
    if history and history.get("rows"):
        facts["epochs"] = len(history["rows"])
        facts["chosen_by"] = history["monitor"]
        facts["measured"] = kept_values(history)
    return facts


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
def _layers(recogniser: Recogniser) -> tuple[int, list[dict[str, Any]]]:
    """Steps of a sample, and what each layer makes of it."""
    steps = STEPS if recogniser.front is None else int(recogniser.front.spec.rate_hz)  # type: ignore[union-attr, arg-type]
    while predictor.too_short(recogniser, steps):
        steps *= 2
    network = recogniser.network
    tail = () if recogniser.front is not None else (network.features, network.channels)[: 1 + (network.channels > 1)]
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
    return steps, rows


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
        parts.append(("summary over time", spec.head.summary, network.head.summary))
    parts += [(f"dense {number}", "", module) for number, module in enumerate(network.head.hidden, start=1)]
    return [*parts, ("scores", "", network.head.scores)]


def _forecast_parts(network: ForecastNetwork) -> list[tuple[str, str, nn.Module]]:
    spec = network.spec
    parts: list[tuple[str, str, nn.Module]] = []
    for number, (block, module) in enumerate(zip(spec.convolutions, network.convolutions, strict=True), start=1):
        parts.append((f"convolution {number}", _differences(block), module))
    parts.append(("segments", f"{spec.segment} steps each", network.embedding))
    parts += [("known ahead", "", network.ahead)] if network.ahead is not None else []
    parts += [("vectors of series", "", network.names)] if network.names is not None else []
    # The recurrence is called turn by turn and has no forward pass of its own to look at.
    parts.append(("scores", "", network.scores))
    return [*parts, ("linear shortcut", "", network.shortcut)] if network.shortcut is not None else parts


def _row(rows: list[dict[str, Any]], name: str, told: str, module: nn.Module) -> dict[str, Any]:
    rows.append({"layer": name, "output": [], "parameters": parameter_count(module), "settings": told})
    return rows[-1]


def _differences(spec: Spec) -> str:
    """The settings that are not the default."""
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
