"""Every exception of the package, drawn as one tree.

CrnnError
├── SpecError             a network, optimizer or option that cannot be built as described   (also a ValueError)
│   └── UnknownNameError  a name that stands on no shelf; says the nearest and all known     (also a LookupError)
├── DataError             the user's data cannot be used as given                            (also a ValueError)
│   ├── UnreadableError   a file that is missing, empty, truncated or not what it claims     (also an OSError)
│   ├── ShapeError        an array of the wrong shape, type or with NaN
│   └── SplitError        a split that cannot be made: too few records, one class, one speaker
├── ModelFileError        a saved model that is missing, altered, incomplete or from the future
├── NotReadyError         a verb called before the one it needs (predict before fit)         (also a RuntimeError)
├── TrainingError         training went wrong: NaN loss, diverged                            (also a RuntimeError)
└── MissingExtraError     an optional package is not installed                               (also an ImportError)

A message says what was given, what would be right and what to do, and names the sample.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any


class CrnnError(Exception):
    """Base of every error that the package raises on purpose."""


class SpecError(CrnnError, ValueError):
    """A network, optimizer or option that cannot be built as described."""


class UnknownNameError(SpecError, LookupError):
    """A name that stands on no shelf."""

    def __init__(self, kind: str, given: object, known: Iterable[str]) -> None:
        names = sorted(known)
        near = difflib.get_close_matches(str(given).lower(), names, n=1, cutoff=0.5)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        super().__init__(f"unknown {kind} {given!r}.{hint} Known: {', '.join(names)}.")


class DataError(CrnnError, ValueError):
    """The user's data cannot be used as given."""


class UnreadableError(DataError, OSError):
    """A file that is missing, empty, truncated or not what it claims to be."""


class ShapeError(DataError):
    """An array of the wrong shape or type, or one that holds NaN or infinity."""


class UnknownLabelError(DataError):
    """A label that the training part did not have."""


class SplitError(DataError):
    """A split that cannot be made from these records."""


class ModelFileError(CrnnError):
    """A saved model that is missing, altered, incomplete or from a later version."""


class NotReadyError(CrnnError, RuntimeError):
    """A verb called before the one it needs."""


class TrainingError(CrnnError, RuntimeError):
    """Training cannot go on."""


class DataWarning(UserWarning):
    """Samples were left out, or look wrong; each is named once."""


class MissingExtraError(CrnnError, ImportError):
    """An optional package is not installed."""

    def __init__(self, purpose: str, extra: str) -> None:
        super().__init__(f'{purpose} needs the extra: pip install "crnn[{extra}]"')


def kind_of(value: Any) -> str:
    """What a value is, for messages.

    Example:
        >>> kind_of(3), kind_of([3]), kind_of(None)
        ('an int', 'a list', 'None')
    """
    name = type(value).__name__
    return "None" if value is None else f"{'an' if name[0] in 'aeioAEIO' else 'a'} {name}"
