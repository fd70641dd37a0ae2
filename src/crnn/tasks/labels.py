"""Labels and their numbers: learnt from training targets, the same ever after."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from crnn.errors import DataError


class Labels:
    """An ordered set of labels.

    Args:
        names: The labels in the order of their numbers: texts or integers.

    Example:
        >>> labels = Labels.learn(["stop", "go", "stop"])
        >>> labels.names, labels.number("stop")
        (['go', 'stop'], 1)
    """

    def __init__(self, names: Sequence[Any]) -> None:
        self.names = list(names)
        self._numbers = {name: number for number, name in enumerate(self.names)}
        self._by_text = {str(name): number for number, name in enumerate(self.names)}

    @classmethod
    def learn(cls, targets: Iterable[Any]) -> Labels:
        """All labels that occur, sorted; whole numbers beside texts are texts too.

        Raises:
            DataError: fewer than two labels.
        """
        given = list(targets)
        if any(target is None for target in given):
            raise DataError("targets are missing: give y, labels in the manifest, or a folder per label")
        kinds = {plain(target) for target in given}
        names = sorted(kinds if len({*map(type, kinds)}) < 2 else {*map(str, kinds)})
        if len(names) < 2:
            found = f"only {names[0]!r}" if names else "none"
            raise DataError(f"classification needs at least two labels, the training part has {found}: add examples")
        return cls(names)

    def __len__(self) -> int:
        return len(self.names)

    def __contains__(self, target: Any) -> bool:
        return str(plain(target)) in self._by_text

    def number(self, target: Any) -> int:
        """The number of a label, also where it came as a number and is given as a text, or the other way round.

        Raises:
            DataError: a label that was not learnt.
        """
        name = plain(target)
        number = self._numbers.get(name, self._by_text.get(str(name)))
        if number is None:
            known = ", ".join(map(str, self.names[:10])) + (", …" if len(self.names) > 10 else "")
            raise DataError(f"label {name!r} does not occur in the training part; known: {known}")
        return number


def plain(target: Any) -> Any:
    """A label as text or a Python number, so that NumPy and torch scalars are equal to what a file says.

    Raises:
        DataError: it is neither.
    """
    if isinstance(target, np.generic) or (hasattr(target, "item") and getattr(target, "ndim", 1) == 0):
        target = target.item()
    if isinstance(target, bool):
        return int(target)
    if isinstance(target, float) and target.is_integer():
        return int(target)
    if not isinstance(target, (str, int)):
        raise DataError(f"a label is a text or a whole number, not {target!r}")
    return target
