"""Tasks: from the user's records to examples, from scores to answers."""

from __future__ import annotations

from typing import Any

from crnn.registry import Shelf
from crnn.tasks.arrays import ArrayClassification, ArrayRegression
from crnn.tasks.commands import SpokenCommands
from crnn.tasks.forecasting import Forecasting
from crnn.tasks.handwriting import Handwriting
from crnn.tasks.series import SeriesClassification
from crnn.tasks.speech import SpeechRecognition
from crnn.tasks.task import Task
from crnn.tasks.text import TextClassification

TASKS: Shelf[Task] = Shelf(
    "task",
    {
        ArrayClassification.name: ArrayClassification,
        ArrayRegression.name: ArrayRegression,
        SpokenCommands.name: SpokenCommands,
        Handwriting.name: Handwriting,
        SpeechRecognition.name: SpeechRecognition,
        TextClassification.name: TextClassification,
        SeriesClassification.name: SeriesClassification,
        Forecasting.name: Forecasting,
    },
)
"""Every task by the name that model files and the command line use."""


def from_config(config: dict[str, Any]) -> Task:
    """The task that a model file describes.

    Raises:
        UnknownNameError: no such task in this version.
    """
    maker: Any = TASKS[config["name"]]
    task: Task = maker.from_config(config)
    return task
