"""A task whose answers the tests make up, and files to go with them."""

import dataclasses

import numpy as np
import pytest
import torch

from crnn.data.example import ExampleSet, Record
from crnn.engine.evaluate import Evaluation
from crnn.engine.history import History
from crnn.tasks.arrays import ArrayClassification
from crnn.tasks.labels import Labels


@dataclasses.dataclass
class Made:
    """What a report is written from."""

    task: ArrayClassification
    examples: ExampleSet
    evaluation: Evaluation

    def __iter__(self):
        return iter((self.task, self.examples, self.evaluation))


def classified(names, truth, answers, sureness=0.8, records=None):
    """Examples whose predictions give `sureness` to the answer; predictions come in reverse order of the examples."""
    task = ArrayClassification()
    task.labels = Labels(names)
    count, width = len(truth), len(names)
    sure = np.broadcast_to(sureness, count)
    scores = np.tile(((1 - sure) / max(1, width - 1))[:, None], (1, width))
    scores[np.arange(count), answers] = sure
    records = records or [Record(np.zeros((3, 1)), names[label], f"clip {row}") for row, label in enumerate(truth)]
    examples = ExampleSet([np.zeros((3, 1), np.float32)] * count, list(truth), records)
    rows = torch.arange(count).flip(0)
    right = float(np.mean(np.array(truth) == np.array(answers)))
    values = {"loss": 0.5, "accuracy": right}
    return Made(task, examples, Evaluation(values, rows, torch.from_numpy(scores).float()[rows]))


@pytest.fixture
def history():
    rows = [
        {"epoch": 1, "loss": 2.0, "accuracy": 0.2, "val_loss": 2.1, "val_accuracy": 0.3, "rate": 0.1, "seconds": 1.0},
        {"epoch": 2, "loss": 1.0, "accuracy": 0.5, "val_loss": 1.5, "val_accuracy": 0.4, "rate": 0.1, "seconds": 1.0},
    ]
    return History(rows, "val_accuracy", True)


@pytest.fixture
def make():
    return classified
