"""What is in a data set or a saved model, and what will go wrong with it, before anything is trained or run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from crnn import store
from crnn.data.sources import existing
from crnn.inspect.data import inspect_data
from crnn.inspect.inspection import Inspection
from crnn.inspect.model import inspect_model
from crnn.tasks.task import Task

__all__ = ["Inspection", "inspect"]


def inspect(given: Any, task: Task | str | None = None, *, targets: Any = None, check: bool = True) -> Inspection:
    """Look into a model folder or into data.

    Args:
        given: A folder with a saved model; else what a task reads: a folder, a manifest, an archive, an ``.npz`` file
            with ``x`` and ``y``, arrays or a pair ``(x, y)`` of them, records.
        task: Who reads the data: a task or its name. By default spoken commands for paths, and for arrays
            classification, or regression where the targets are no whole numbers.
        targets: Targets, where `given` is arrays.
        check: Read every sample and look for what training would leave out; False only lists.

    Raises:
        UnreadableError: there is nothing of this name, or it is of no kind that is read.
        DataError: no samples are in it.
        ModelFileError: the model's configuration cannot be read.
        UnknownNameError: no such task.

    Example:
        >>> import numpy as np
        >>> found = inspect((np.ones((4, 30, 3)), [0, 1, 0, 1]))
        >>> found.facts["samples"], found.facts["labels"], "repeated sample" in found.findings
        (4, {'0': 2, '1': 2}, True)
    """
    path = existing(given) if isinstance(given, (str, Path)) else None
    if path is not None and (path / store.CONFIG).is_file():
        return inspect_model(path)
    return inspect_data(given, task, targets=targets, check=check)
