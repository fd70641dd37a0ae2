"""What the sizes of made data are checked by."""

from __future__ import annotations

from crnn.errors import SpecError


def check_sizes(**sizes: int) -> None:
    """Refuse sizes below 1, by their names.

    Raises:
        SpecError: one of them is.
    """
    for name, size in sizes.items():
        if size < 1:
            raise SpecError(f"{name}={size!r}: give a whole number from 1 up")
