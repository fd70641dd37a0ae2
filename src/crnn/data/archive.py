"""Archives of recordings or images, unpacked once and with care: no path leaves the folder, no bomb fills the disk."""

from __future__ import annotations

import hashlib
import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from crnn.data.cache import cache_folder, limit_bytes, publish, scratch
from crnn.errors import DataError, UnreadableError

SUFFIXES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")
"""Endings of the archives that are understood."""

_BLOCK = 1 << 20

_Member = tuple[str, IO[bytes]]


def is_archive(path: Path) -> bool:
    """Whether a file's name says that it is an archive."""
    return path.name.lower().endswith(SUFFIXES)


def unpack(path: Path, folder: Path | None = None, most_bytes: int | None = None) -> Path:
    """The folder with the archive's files; unpacked on the first call, found again on later ones.

    Links and special files are left behind, since a data set needs none.

    Args:
        path: A zip or tar file, plain or compressed.
        folder: Where to unpack; ``archives`` in the cache folder by default.
        most_bytes: Refuse more than this unpacked; the cache's limit by default.

    Raises:
        UnreadableError: not a whole archive, a path that leads outside, or too much in it.
    """
    most = limit_bytes() if most_bytes is None else most_bytes
    home = folder or cache_folder() / "archives"
    target = home / _digest(path)
    if not target.is_dir():
        try:
            with scratch(home) as part:
                _unpack_into(path, part, most)
                publish(part, target)
        except (OSError, EOFError, zipfile.BadZipFile, tarfile.TarError) as error:
            if isinstance(error, UnreadableError):
                raise
            raise UnreadableError(f"{path} cannot be unpacked ({error}): check that the archive is whole") from error
    inside = [item for item in target.iterdir() if not item.name.startswith((".", "__MACOSX"))]
    return inside[0] if len(inside) == 1 and inside[0].is_dir() else target


@contextmanager
def opened(path: Path) -> Iterator[Path]:
    """The folder with the archive's files, as `unpack` gives it; errors name the archive in its place."""
    folder = unpack(path)
    try:
        yield folder
    except DataError as error:
        if str(folder) not in str(error):
            raise
        raise type(error)(str(error).replace(str(folder), str(path))) from error


def _unpack_into(path: Path, folder: Path, most: int) -> None:
    written = 0
    with _members(path) as members:
        for name, stream in members:
            file = folder / _inside(path, name)
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("wb") as out:
                # Counted while writing: sizes in an archive's directory can lie.
                while block := stream.read(_BLOCK):
                    written += len(block)
                    if written > most:
                        raise UnreadableError(
                            f"{path} unpacks to more than {most / 1e9:.1f} GB: unpack it yourself and give the folder,"
                            " or raise $CRNN_CACHE_GB"
                        )
                    out.write(block)


@contextmanager
def _members(path: Path) -> Iterator[Iterator[_Member]]:
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            yield ((_zip_name(item), archive.open(item)) for item in archive.infolist() if not item.is_dir())
    else:
        with tarfile.open(path, mode="r:*") as archive:
            yield (
                (item.name, stream)
                for item in archive
                if item.isfile() and (stream := archive.extractfile(item)) is not None
            )


def _zip_name(item: zipfile.ZipInfo) -> str:
    """The name of a zip member; old Windows and macOS tools write Chinese or UTF-8 without saying so."""
    if item.flag_bits & 0x800 or item.filename.isascii():
        return item.filename
    raw = item.filename.encode("cp437", errors="replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return item.filename


def _inside(archive: Path, name: str) -> PurePosixPath:
    inner = PurePosixPath(name.replace("\\", "/"))
    if inner.is_absolute() or ".." in inner.parts or ":" in (inner.parts or ("",))[0] or "\0" in name:
        raise UnreadableError(f"{archive} holds {name!r}, which leads outside: do not trust this archive")
    return inner


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
    except OSError as error:
        raise UnreadableError(f"{path} cannot be read ({error}): check the path") from error
