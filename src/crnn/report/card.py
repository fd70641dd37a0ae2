"""The model card: what a model is, what it was measured at, how to use it."""

from __future__ import annotations

from typing import Any

from crnn.metrics.numbers import number


def card(config: dict[str, Any]) -> str:
    """The card of a model from its configuration, as Markdown with the usual front matter.

    Example:
        >>> print(card({"task": {"name": "commands", "labels": ["go", "stop"]}, "parameters": 12}).splitlines()[6])
        # commands
    """
    task = config["task"]
    labels = [str(label) for label in task.get("labels") or []]
    best = kept_values(config.get("history"))
    lines = [
        "---",
        "library_name: crnn",
        f"pipeline_tag: {_PIPELINES.get(task['name'], 'other')}",
        "tags: [crnn]",
        *_index(task["name"], best),
        "---",
        "",
        f"# {task['name'].replace('_', ' ')}",
        "",
        f"A convolutional-recurrent network with {config['parameters']:,} parameters.",
        "",
    ]
    if labels:
        lines += [f"Labels ({len(labels)}): {', '.join(labels)}.", ""]
    if best:
        lines += ["Measured on the validation part, at the epoch whose weights were kept:", "", "| | |", "|---|---|"]
        lines += [f"| {name} | {number(value)} |" for name, value in best.items()]
        lines.append("")
    return "\n".join([*lines, *_USE])


_PIPELINES = {
    "commands": "audio-classification",
    "array_classification": "other",
    "array_regression": "tabular-regression",
}

_USE = [
    "```python",
    "import crnn",
    "",
    'model = crnn.load("path/to/this/folder")',
    "model.predict(...)",
    "```",
    "",
]


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
        f"    - task: {{type: {_PIPELINES.get(task, 'other')}}}",
    ]
    return [*head, "      dataset: {name: validation part, type: own}", "      metrics:", *metrics]
