"""A named shelf: parts found by name, given as a name, an object or a saved dict."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Generic, TypeVar

from crnn.errors import SpecError, UnknownNameError

T = TypeVar("T")


class Shelf(Mapping[str, Callable[..., T]], Generic[T]):
    """Makers of parts of one kind by name.

    Names are lower-case with underscores; look-up forgives case, spaces and hyphens.

    Example:
        >>> shelf = Shelf("number", {"whole": int, "real": float})
        >>> shelf.make("Whole")
        0
        >>> shelf["hole"]
        Traceback (most recent call last):
        crnn.errors.UnknownNameError: unknown number 'hole'. Did you mean 'whole'? Known: real, whole.
    """

    def __init__(self, kind: str, makers: Mapping[str, Callable[..., T]]) -> None:
        self.kind = kind
        self._makers = dict(makers)

    def __getitem__(self, name: str) -> Callable[..., T]:
        key = name.strip().lower().replace("-", "_").replace(" ", "_") if isinstance(name, str) else name
        if key not in self._makers:
            raise UnknownNameError(self.kind, name, self._makers)
        return self._makers[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)

    def add(self, name: str, maker: Callable[..., T]) -> None:
        """Put a maker on the shelf.

        Raises:
            SpecError: the name is taken.
        """
        if name in self._makers:
            raise SpecError(f"{self.kind} {name!r} is already there: choose another name")
        self._makers[name] = maker

    def make(self, given: str | Mapping[str, Any]) -> T:
        """A part from its name or from what `describe` saved.

        Raises:
            UnknownNameError: no such name.
            SpecError: a dict without "name", or with a setting that the part does not have.
        """
        if isinstance(given, str):
            return self[given]()
        settings = dict(given)
        if "name" not in settings:
            raise SpecError(f"a saved {self.kind} needs a 'name', got only: {', '.join(settings) or 'nothing'}")
        maker = self[settings.pop("name")]
        if dataclasses.is_dataclass(maker):
            check_keys(self.kind, settings, [item.name for item in dataclasses.fields(maker) if item.init])
        return maker(**{key: tuple(value) if isinstance(value, list) else value for key, value in settings.items()})

    def describe(self, part: T) -> dict[str, Any]:
        """Name and settings of a dataclass part that came from this shelf, ready for JSON.

        Raises:
            SpecError: the part's class stands on no place of this shelf, so a saved model could not make it again.
        """
        for name, maker in self._makers.items():
            if maker is type(part):
                return {"name": name, **dataclasses.asdict(part)}  # type: ignore[call-overload]
        raise SpecError(f"{type(part).__name__} is not on the shelf of {self.kind}s and cannot be saved")


def check_keys(kind: str, given: Mapping[str, Any], known: list[str]) -> None:
    """Refuse an unknown setting with the nearest known one.

    Raises:
        SpecError: a key of `given` is not among `known`.
    """
    for key in given:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise SpecError(f"{kind} has no setting {key!r}.{hint} Known: {', '.join(known)}.")
