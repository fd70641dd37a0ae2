"""Labels and their numbers: learnt from training targets, the same ever after."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from crnn.data.label_forms import likeness, number_form, one_form
from crnn.errors import DataError, UnknownLabelError


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
        self._by_text = {number_form(str(name)): number for number, name in enumerate(self.names)}
        self._by_text |= {str(name): number for number, name in enumerate(self.names)}
        self._hints: dict[str | int, str] = {}

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
        return self._found(plain(target)) is not None

    def number(self, target: Any) -> int:
        """The number of a label, also where it came as a number and is given as a text, or the other way round.

        Raises:
            UnknownLabelError: a label that was not learnt; says the nearest.
        """
        name = plain(target)
        number = self._found(name)
        if number is None:
            known = ", ".join(map(str, self.names[:10])) + (", …" if len(self.names) > 10 else "")
            raise UnknownLabelError(
                f"label {name!r} does not occur in the training part;{self._nearest(name)} known: {known}"
            )
        return number

    def _found(self, name: str | int) -> int | None:
        """The number of a label as it stands, or as a number is otherwise written: 1.0 for 1."""
        return self._numbers.get(name, self._by_text.get(str(name), self._by_text.get(number_form(str(name)))))

    def _nearest(self, name: str | int) -> str:
        """A question whether a label of like writing was meant, or nothing."""
        if name not in self._hints:
            forms = {likeness(str(known)): known for known in self.names}
            near = difflib.get_close_matches(likeness(str(name)), forms, n=1, cutoff=0.75)
            self._hints[name] = f" did you mean {forms[near[0]]!r}?" if near else ""
        return self._hints[name]


def plain(target: Any) -> Any:
    """A label as a text of one form or a Python number, so that NumPy and torch scalars are equal to what a file says.

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
    return one_form(target) if isinstance(target, str) else target
