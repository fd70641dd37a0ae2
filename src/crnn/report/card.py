"""The model card: what a model is, what it was measured at, how to use it."""

from __future__ import annotations

from typing import Any, NamedTuple

from crnn.metrics.numbers import number


def card(config: dict[str, Any]) -> str:
    """The card of a model from its configuration, as Markdown with the usual front matter.

    Example:
        >>> print(card({"task": {"name": "commands", "labels": ["go", "stop"]}, "parameters": 12}).splitlines()[6])
        # Spoken commands
    """
    task = config["task"]
    kind = _kind(task["name"])
    labels = [str(label) for label in task.get("labels") or []]
    best = kept_values(config.get("history"))
    lines = [
        "---",
        "library_name: crnn",
        f"pipeline_tag: {kind.pipeline}",
        "tags: [crnn]",
        *_index(task["name"], best),
        "---",
        "",
        f"# {kind.title}",
        "",
        f"A convolutional-recurrent network with {config['parameters']:,} parameters.",
        "",
    ]
    if labels:
        more = f" and {len(labels) - MOST:,} more" if len(labels) > MOST else ""
        lines += [f"Labels ({len(labels):,}): {', '.join(labels[:MOST])}{more}.", ""]
    if best:
        lines += ["Measured on the validation part, at the epoch whose weights were kept:", "", "| | |", "|---|---|"]
        lines += [f"| {name} | {number(value)} |" for name, value in best.items()]
        lines.append("")
    return "\n".join([*lines, *_use(kind)])


class _Kind(NamedTuple):
    """What cards of a task say: its name on model hubs, a title, and what it is shown to be used on."""

    pipeline: str
    title: str
    example: str
    command: str = "predict"


_KINDS = {
    "array_classification": _Kind("other", "Classification of arrays", "x"),
    "array_regression": _Kind("tabular-regression", "Regression of arrays", "x"),
    "commands": _Kind("audio-classification", "Spoken commands", '"recording.wav"'),
    "forecast": _Kind("time-series-forecasting", "Forecasts", '"sales.csv"', "forecast"),
    "handwriting": _Kind("image-to-text", "Handwriting and print to text", '"line.png"'),
    "series": _Kind("tabular-classification", "Classification of sequences", '"sensors.csv"'),
    "speech": _Kind("automatic-speech-recognition", "Speech to text", '"recording.wav"', "transcribe"),
    "text": _Kind("text-classification", "Classification of texts", '"a text of your own"'),
}
"""By the name of the task."""

MOST = 50
"""Labels that a card names."""


def _kind(task: str) -> _Kind:
    return _KINDS.get(task) or _Kind("other", task.replace("_", " "), "...")


def _use(kind: _Kind) -> list[str]:
    """How the model answers, from Python and, where it reads files or texts, from the command line."""
    shown = [
        "```python",
        "import crnn",
        "",
        'model = crnn.load("path/to/this/folder")',
        f"model.predict({kind.example})",
    ]
    if kind.example.startswith('"'):
        shown += ["```", "", "```sh", f"crnn {kind.command} path/to/this/folder {kind.example}"]
    return [*shown, "```", ""]


def kept_values(history: dict[str, Any] | None) -> dict[str, float]:
    """The validation values of the row whose weights were kept, from a saved history.

    Of rows alike in the monitored column, the one with the lower validation loss was kept.
    """
    if not history or not history["rows"]:
        return {}
    direction = 1 if history["higher_is_better"] else -1
    monitor = history["monitor"]
    row = max(history["rows"], key=lambda each: (direction * each[monitor], -each.get("val_loss", each.get("loss", 0))))
    return {name.removeprefix("val_"): value for name, value in row.items() if name.startswith("val_")}


def _index(task: str, best: dict[str, float]) -> list[str]:
    """The front matter's model-index, which model hubs read."""
    if not best:
        return []
    metrics = [f"      - {{type: {name}, value: {value:.6g}}}" for name, value in best.items()]
    head = [
        "model-index:",
        f"  - name: {task}",
        "    results:",
        f"    - task: {{type: {_kind(task).pipeline}}}",
    ]
    return [*head, "      dataset: {name: validation part, type: own}", "      metrics:", *metrics]
