"""Prepared inputs on disk: found again by what went into them, never half written, never larger than allowed."""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

import numpy as np

from crnn.data.example import Record
from crnn.data.inputs import Facts, Input, MappedInputs, digest
from crnn.data.targets import pack_targets, unpack_targets
from crnn.errors import SpecError, UnreadableError

FORMAT = 1
"""Raised when the layout changes; entries of another format are built anew."""

CHECKED_BYTES = 1 << 28
"""Up to this size every sample is checked against its digest on opening; beyond it 64 spread over the file."""

_STALE_S = 86400.0
_INDEX, _ARRAYS, _DATA = "index.json", "arrays.npz", "inputs.f32"

Failure = tuple[int, str, str, str]
"""Row of a record that could not be prepared, the kind of finding, its text and the advice."""


def cache_folder() -> Path:
    """``$CRNN_CACHE``, else ``~/.cache/crnn``."""
    given = os.environ.get("CRNN_CACHE")
    return Path(given).expanduser() if given else Path.home() / ".cache" / "crnn"


def limit_bytes() -> int:
    """``$CRNN_CACHE_GB`` in bytes, else 20 GB.

    Raises:
        SpecError: the variable is no number from 0 up.
    """
    given = os.environ.get("CRNN_CACHE_GB", "20")
    try:
        value = float(given)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value >= 0):
        raise SpecError(f"CRNN_CACHE_GB={given!r}: give a number of gigabytes from 0 (no cache) up")
    return int(value * 1e9)


@contextlib.contextmanager
def scratch(home: Path) -> Iterator[Path]:
    """A new folder beside the finished ones, removed at the end unless `publish` has renamed it."""
    home.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=".part-", dir=home))
    try:
        yield part
    finally:
        shutil.rmtree(part, ignore_errors=True)


def publish(part: Path, target: Path) -> None:
    """Rename a finished folder into place in one step; if another process was first, its folder stays."""
    try:
        part.rename(target)
    except OSError:
        if not target.is_dir():
            raise


@dataclass(frozen=True)
class Stored:
    """A set as it lies in the cache.

    Args:
        inputs: Mapped from the disk.
        targets: One a kept record, or None.
        kept: Rows of the records that could be prepared.
        failures: The others, with the reasons.
    """

    inputs: MappedInputs
    targets: list[Any] | None
    kept: list[int]
    failures: list[Failure]


class Writer:
    """Takes inputs one by one, appending each to a file: memory stays bounded while a set is built."""

    def __init__(self, part: Path, most_bytes: int) -> None:
        self.part = part
        self.most_bytes = most_bytes
        self.written = 0
        self._file: IO[bytes] = (part / _DATA).open("wb")

    def add(self, inputs: Input) -> bool:
        """Append one sample; False when the set has grown beyond the limit."""
        self.written += inputs.nbytes
        if self.written > self.most_bytes:
            return False
        self._file.write(np.ascontiguousarray(inputs, dtype="<f4").data)
        return True

    def finish(self, stored: Mapping[str, Any], facts: Facts, targets: Sequence[Any] | None, kept: list[int]) -> None:
        """Write everything beside the inputs, and all of it to the disk."""
        _sync(self._file)
        with (self.part / _ARRAYS).open("wb") as file:
            arrays: dict[str, Any] = {"kept": np.array(kept, np.int64), **pack_targets(targets)}
            arrays |= {"lengths": facts.lengths, "digests": facts.digests, "spreads": facts.spreads}
            np.savez(file, **arrays)
            _sync(file)
        index = {**stored, "format": FORMAT, "bytes": self.written, "arrays": _checksum(self.part / _ARRAYS)}
        with (self.part / _INDEX).open("w", encoding="utf-8") as text:
            json.dump(index, text, ensure_ascii=False)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


class Cache:
    """A folder of prepared sets, the oldest removed when it grows beyond its limit.

    Args:
        folder: Where; ``$CRNN_CACHE`` or ``~/.cache/crnn`` by default.
        limit_gb: Largest size of all sets together; ``$CRNN_CACHE_GB`` or 20 by default, 0 for no cache.
    """

    def __init__(self, folder: str | Path | None = None, limit_gb: float | None = None) -> None:
        self.folder = (cache_folder() if folder is None else Path(folder)) / "inputs"
        self.limit_bytes = limit_bytes() if limit_gb is None else int(limit_gb * 1e9)

    def key(self, records: Sequence[Record], settings: Mapping[str, Any]) -> str | None:
        """A name for these records prepared with these settings; None where a source cannot be named by its content.

        It covers the content of files, arrays and texts, the targets, the records' other columns, the settings and
        the format, but neither names nor places: a moved folder is still found.

        Raises:
            SpecError: settings that are not plain JSON.
        """
        try:
            plain = json.dumps(settings, sort_keys=True)
        except (TypeError, ValueError) as error:
            raise SpecError(f"the cache's settings must be plain JSON ({error}): give numbers, texts, lists") from error
        state = hashlib.blake2b(f"{FORMAT}:{plain}:{len(records)}".encode(), digest_size=16)
        with ThreadPoolExecutor(max_workers=4) as pool:  # reading and hashing both let other threads run
            for part in pool.map(_content, records):
                if part is None:
                    return None
                state.update(part)
        return state.hexdigest()

    def open(self, key: str) -> Stored | None:
        """The set of that key, or None where there is none.

        Raises:
            UnreadableError: it is there but not whole; drop it and build it anew.
        """
        entry = self.folder / key
        if not entry.is_dir():
            return None
        try:
            stored = _load(entry)
            os.utime(entry)
        except (OSError, ValueError, KeyError, TypeError, EOFError) as error:
            raise UnreadableError(f"the cached set {entry} is not whole ({error}): it has to be built anew") from error
        return stored

    @contextlib.contextmanager
    def writer(self) -> Iterator[Writer]:
        """A writer into a folder that vanishes unless `keep` puts it into place."""
        with scratch(self.folder) as part:
            writer = Writer(part, self.limit_bytes)
            try:
                yield writer
            finally:
                writer.close()

    def keep(self, writer: Writer, key: str) -> None:
        """Put a finished set into place, then make room."""
        writer.close()
        publish(writer.part, self.folder / key)
        self._make_room(key)

    def drop(self, key: str) -> None:
        """Remove one set; whoever has it mapped can still read it."""
        self._remove(self.folder / key)

    def clear(self) -> None:
        """Remove every set."""
        for entry, _, _ in self._entries():
            self._remove(entry)

    @property
    def size_bytes(self) -> int:
        """What all sets take on the disk."""
        return sum(size for _, size, _ in self._entries())

    def _entries(self) -> list[tuple[Path, int, float]]:
        """Finished and abandoned sets with size and time of last use, oldest first."""
        found = []
        for entry in self.folder.iterdir() if self.folder.is_dir() else ():
            with contextlib.suppress(OSError):  # another process may be removing it
                stats = [entry.stat(), *(file.stat() for file in entry.iterdir())]
                size = sum(stat.st_size for stat in stats[1:])
                found.append((entry, size, max(stat.st_mtime for stat in stats)))
        return sorted(found, key=lambda item: item[2])

    def _make_room(self, newest: str) -> None:
        entries = self._entries()
        total = sum(size for _, size, _ in entries)
        for entry, size, used_s in entries:
            unfinished = entry.name.startswith(".")
            if unfinished and time.time() - used_s < _STALE_S:
                continue
            if unfinished or (total > self.limit_bytes and entry.name != newest):
                self._remove(entry)
                total -= size

    def _remove(self, entry: Path) -> None:
        """Rename first, so that no other process opens half an entry."""
        with contextlib.suppress(OSError):
            gone = Path(tempfile.mkdtemp(prefix=".gone-", dir=self.folder))
            with contextlib.suppress(OSError):
                entry.rename(gone / entry.name)
            shutil.rmtree(gone, ignore_errors=True)


def _load(entry: Path) -> Stored:
    index = json.loads((entry / _INDEX).read_text(encoding="utf-8"))
    if index["format"] != FORMAT:
        raise ValueError(f"format {index['format']}, not {FORMAT}")
    if index["arrays"] != _checksum(entry / _ARRAYS):
        raise ValueError(f"{_ARRAYS} has changed")
    with np.load(entry / _ARRAYS, allow_pickle=False) as arrays:
        facts = Facts(arrays["lengths"], arrays["digests"], arrays["spreads"])
        kept, targets = arrays["kept"].tolist(), unpack_targets(arrays)
    size = (entry / _DATA).stat().st_size
    tail = tuple(index["tail"])
    expected = int(facts.lengths.sum()) * math.prod(tail) * 4
    if not size == index["bytes"] == expected:
        raise ValueError(f"{_DATA} has {size} bytes, not {expected}")
    inputs = MappedInputs(entry / _DATA, tail, facts)
    _verify(inputs, size)
    return Stored(inputs, targets, kept, [tuple(failure) for failure in index["failures"]])


def _verify(inputs: MappedInputs, size: int) -> None:
    count = len(inputs)
    rows = range(count) if size <= CHECKED_BYTES else np.linspace(0, count - 1, 64).astype(int).tolist()
    for row in rows:
        if digest(inputs[row]) != inputs.facts.digests[row].tobytes():
            raise ValueError(f"sample {row} has changed")


def _sync(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())


def _checksum(file: Path) -> str:
    return hashlib.blake2b(file.read_bytes(), digest_size=16).hexdigest()


def _content(record: Record) -> bytes | None:
    """A record's content in 16 bytes and what else `prepare` may look at; None where that is not plain."""
    source, target = _bytes_of(record.source), _bytes_of(record.target)
    if source is None or target is None:
        return None
    extra = json.dumps(dict(record.extra), sort_keys=True, default=str).encode()
    return hashlib.blake2b(b"\0".join((source, target, extra)), digest_size=16).digest()


@lru_cache(maxsize=256)
def _file_digest(path: Path, changed_ns: int, size_bytes: int) -> bytes:
    """Of a file's content; remembered, as the lines of a page all lie in one picture."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).digest()


def _bytes_of(value: Any) -> bytes | None:
    if isinstance(value, Path):
        try:
            facts = value.stat()
            return _file_digest(value, facts.st_mtime_ns, facts.st_size)
        except OSError:
            return b"missing"
    if isinstance(value, np.ndarray):
        return digest(value) if value.dtype != object else None
    if value is None or isinstance(value, (str, int, float)):
        return repr(value).encode()
    if isinstance(value, (list, tuple)):
        parts = [_bytes_of(item) for item in value]
        return None if None in parts else b"[" + b",".join(part for part in parts if part is not None) + b"]"
    return None
