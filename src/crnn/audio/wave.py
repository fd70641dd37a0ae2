"""Sound in files and arrays: read, resample, mix down, write; the only file that knows an audio reader.

Inside the package sound is mono float32 in [-1, 1] at one rate. Whatever cannot become that is refused here, with the
name of the file.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import soxr
from numpy.typing import ArrayLike, NDArray

from crnn.errors import DataError, ShapeError, UnreadableError

RATE_HZ = 16000
SUFFIXES = (".wav", ".flac", ".ogg", ".opus", ".mp3", ".aiff", ".aif")
"""Files that are looked for in a folder of recordings."""

_WRITABLE = {".wav": "WAV", ".flac": "FLAC"}
_READABLE = "wav, flac, ogg (Vorbis or Opus), mp3 and aiff"
_MOST_CHANNELS = 16
_FULL_SCALE = {"uint8": 128.0, "int16": 32768.0, "int32": 2147483648.0}
_UNKNOWN_SIZE = 0x7FFFF000  # recorders that write into a pipe put such a size, or more, into the header
_FOREIGN = (
    (4, b"ftyp", "MP4, M4A or 3GP"),
    (0, b"\x1a\x45\xdf\xa3", "WebM or Matroska"),
    (0, b"\x30\x26\xb2\x75", "WMA"),
    (0, b"#!AMR", "AMR"),
)
_OWN = (b"RIFF", b"RIFX", b"FORM", b"fLaC", b"OggS", b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2")

Samples = NDArray[np.float32]


@dataclass(frozen=True)
class Info:
    """What the header of a sound file says.

    Args:
        rate_hz: Samples a second.
        channels: Channels.
        seconds: Length.
        subtype: Encoding, for example "PCM_16".
    """

    rate_hz: int
    channels: int
    seconds: float
    subtype: str


def read(path: str | Path, rate_hz: int = RATE_HZ, longest_s: float | None = None) -> Samples:
    """Read a sound file as mono float32 of the wanted rate.

    Args:
        path: wav, flac, ogg, opus, mp3 or aiff, of any rate, width and number of channels.
        rate_hz: The rate to resample to.
        longest_s: Refuse what is longer, before it is decoded; None takes any length.

    Returns:
        Shape ``(N,)``, the mean of the channels.

    Raises:
        UnreadableError: missing, a folder, empty, cut off, too long, not sound, or with samples that are no numbers.
    """
    return _decode(_existing(path), str(path), rate_hz, longest_s)


def blocks(path: str | Path, rate_hz: int = RATE_HZ, block_s: float = 10.0) -> Iterator[Samples]:
    """A sound file piece by piece, mono float32 of the wanted rate: an hour of sound in little memory.

    Args:
        path: As for `read`.
        rate_hz: The rate to resample to.
        block_s: Length of a piece, as far as the file goes.

    Raises:
        UnreadableError: as `read`; what was read before the damage has been given out by then.
    """
    name = str(path)
    with _open(_existing(path), name) as file:
        from_hz = file.samplerate
        stream = soxr.ResampleStream(from_hz, rate_hz, 1, dtype="float32", quality="HQ")
        total = 0
        while True:
            try:
                samples = file.read(round(block_s * from_hz), dtype="float32", always_2d=True)
            except (soundfile.LibsndfileError, RuntimeError) as error:
                raise UnreadableError(
                    f"{name} is damaged or cut off behind {total / from_hz:.1f} s ({error})"
                ) from error
            last = len(samples) == 0
            total += len(samples)
            _check_numbers(samples, name, UnreadableError)
            mono = to_mono(samples)
            found: Samples = mono if from_hz == rate_hz else stream.resample_chunk(mono, last=last)
            if len(found):
                yield found
            if last:
                break
    if total == 0:
        raise UnreadableError(f"{name} has a header but no samples: record it again or leave it out")


def read_bytes(data: bytes, name: str, rate_hz: int = RATE_HZ, longest_s: float | None = None) -> Samples:
    """Read a sound file that is held in memory, such as an upload; `name` is what messages call it.

    Raises:
        UnreadableError: as `read`.
    """
    if not data:
        raise UnreadableError(f"{name} is empty (0 bytes): record or send it again")
    return _decode(io.BytesIO(data), name, rate_hz, longest_s)


def info(path: str | Path) -> Info:
    """Rate, channels, length and encoding of a sound file, without decoding it.

    Raises:
        UnreadableError: missing, a folder, empty or not sound.
    """
    with _open(_existing(path), str(path)) as file:
        return Info(file.samplerate, file.channels, file.frames / file.samplerate, file.subtype)


def from_array(samples: ArrayLike | bytes, rate_hz_in: int, rate_hz: int = RATE_HZ, name: str = "the array") -> Samples:
    """Mono float32 of the wanted rate from samples in memory.

    Args:
        samples: ``(N,)`` or ``(N, C)``; floats in [-1, 1], int16, int32 or uint8; bytes are 16-bit little-endian mono.
        rate_hz_in: Their rate.
        rate_hz: The rate to resample to.
        name: What messages call them.

    Returns:
        Shape ``(N',)``.

    Raises:
        ShapeError: another shape or type, channels first, NaN, or floats far beyond [-1, 1].
        DataError: a rate that is not above 0.

    Example:
        >>> from_array(np.array([[0, 16384], [-32768, 0]], dtype=np.int16), 16000).tolist()
        [0.25, -0.5]
    """
    if isinstance(samples, (bytes, bytearray, memoryview)):
        if len(samples) % 2:
            raise ShapeError(f"{name} has {len(samples)} bytes: 16-bit samples need an even number")
        samples = np.frombuffer(samples, dtype="<i2")
    given = np.asarray(samples)
    _check_shape(given, name)
    return resample(to_mono(_as_float(given, name)), rate_hz_in, rate_hz)


def to_mono(samples: NDArray[Any]) -> Samples:
    """The mean of the channels: ``(N, C)`` to ``(N,)``; ``(N,)`` stays."""
    if samples.ndim == 1:
        return samples.astype(np.float32, copy=False)
    if samples.shape[1] == 1:
        return np.ascontiguousarray(samples[:, 0], dtype=np.float32)
    mixed: Samples = samples.mean(axis=1, dtype=np.float32)
    return mixed


def resample(samples: Samples, from_hz: int, to_hz: int) -> Samples:
    """Change the rate of ``(N,)`` samples, band-limited (soxr, high quality); the same rate changes nothing.

    Raises:
        DataError: a rate that is not above 0.
    """
    if from_hz <= 0 or to_hz <= 0:
        raise DataError(f"cannot resample from {from_hz} Hz to {to_hz} Hz: both rates must be above 0, such as 16000")
    if from_hz == to_hz or len(samples) == 0:
        return samples
    result: Samples = soxr.resample(samples, from_hz, to_hz, quality="HQ")
    return result


def write(path: str | Path, samples: NDArray[np.floating[Any]], rate_hz: int = RATE_HZ) -> None:
    """Write ``(N,)`` or ``(N, C)`` samples in [-1, 1] as 16-bit wav or flac, by suffix; louder ones are clipped.

    Raises:
        DataError: another suffix, or a folder that is not there.
        ShapeError: samples of another shape, or NaN or infinity.
    """
    path = Path(path)
    if path.suffix.lower() not in _WRITABLE:
        raise DataError(f"cannot write {path}: choose a name that ends in .wav or .flac")
    if not path.parent.is_dir():
        raise DataError(f"cannot write {path}: the folder {path.parent} is not there, make it first")
    _check_shape(samples, str(path))
    _check_numbers(samples, str(path), ShapeError)
    soundfile.write(path, samples, rate_hz, format=_WRITABLE[path.suffix.lower()], subtype="PCM_16")


def is_silent(samples: Samples, peak_db: float = -80.0) -> bool:
    """Whether no sample rises above `peak_db` (relative to full scale): a muted microphone, or an empty clip.

    Example:
        >>> is_silent(np.zeros(10, dtype=np.float32)), is_silent(np.full(10, 0.01, dtype=np.float32))
        (True, False)
    """
    peak = float(np.abs(samples).max(initial=0.0))
    return peak <= float(10.0 ** (peak_db / 20.0))


def _existing(path: str | Path) -> Path:
    path = Path(path)
    if path.is_dir():
        raise UnreadableError(f"{path} is a folder: give a sound file")
    if not path.is_file():
        raise UnreadableError(f"{path} does not exist: check the name and the folder that it is relative to")
    if path.stat().st_size == 0:
        raise UnreadableError(f"{path} is empty (0 bytes): record it again or leave it out")
    return path


def _decode(source: Path | io.BytesIO, name: str, rate_hz: int, longest_s: float | None) -> Samples:
    with _open(source, name) as file:
        promised, from_hz = file.frames, file.samplerate
        if longest_s is not None and promised > longest_s * from_hz:
            raise UnreadableError(f"{name} lasts {promised / from_hz:.1f} s: the most is {longest_s:g} s, cut it")
        missing = _missing_bytes(file.extra_info) // max(1, _frame_bytes(file))
        try:
            samples = file.read(dtype="float32", always_2d=True)
        except (soundfile.LibsndfileError, RuntimeError) as error:
            raise UnreadableError(f"{name} is damaged or cut off: record or copy it again ({error})") from error
    missing = max(missing, promised - len(samples))
    if missing > 0:
        raise UnreadableError(
            f"{name} is cut off: its header promises {len(samples) + missing} samples, {len(samples)} are there;"
            " copy it again or write it anew"
        )
    if len(samples) == 0:
        raise UnreadableError(f"{name} has a header but no samples: record it again or leave it out")
    _check_numbers(samples, name, UnreadableError)
    return resample(to_mono(samples), from_hz, rate_hz)


def _open(source: Path | io.BytesIO, name: str) -> soundfile.SoundFile:
    try:
        return soundfile.SoundFile(source)
    except (soundfile.LibsndfileError, RuntimeError, TypeError) as error:
        raise UnreadableError(_why(source, name)) from error


def _why(source: Path | io.BytesIO, name: str) -> str:
    """What the first bytes say about a file that the reader refused."""
    if isinstance(source, Path):
        with source.open("rb") as file:
            head = file.read(16)
    else:
        head = source.getvalue()[:16]
    for offset, magic, kind in _FOREIGN:
        if head[offset:].startswith(magic):
            return f"{name} is {kind}, which is not supported: convert it to {_READABLE.replace(' and ', ' or ')}"
    if head.startswith(_OWN):
        return f"{name} starts like a sound file but is damaged or cut off: copy it again or write it anew"
    return f"{name} is not a sound file that can be read: {_READABLE} work"


def _missing_bytes(log: str) -> int:
    """Bytes that a wav or aiff header promises beyond the end of the file.

    The reader itself cuts such a file short in silence and only notes it in its log.
    """
    found = re.search(r"^\s*(?:data|SSND) : (\d+) \(should be (\d+)\)", log, re.MULTILINE)
    if found is None or int(found[1]) >= _UNKNOWN_SIZE:
        return 0
    return max(0, int(found[1]) - int(found[2]))


def _frame_bytes(file: soundfile.SoundFile) -> int:
    digits = re.sub(r"\D", "", file.subtype)
    width = {"FLOAT": 4, "DOUBLE": 8}.get(file.subtype, int(digits) // 8 if digits else 1)
    return int(file.channels * width)


def _check_shape(samples: NDArray[Any], name: str) -> None:
    if samples.ndim == 1:
        return
    if samples.ndim != 2:
        raise ShapeError(f"{name} has shape {samples.shape}: give (samples,) or (samples, channels)")
    steps, channels = samples.shape
    if channels > steps and steps > 0:
        raise ShapeError(
            f"{name} has shape {samples.shape}, which looks like (channels, samples): give (samples, channels),"
            " for example by .T"
        )
    if not 1 <= channels <= _MOST_CHANNELS:
        raise ShapeError(f"{name} has {channels} channels: give 1 to {_MOST_CHANNELS}, as (samples, channels)")


def _as_float(samples: NDArray[Any], name: str) -> Samples:
    kind = samples.dtype.name
    if kind in _FULL_SCALE:
        centre = 128.0 if kind == "uint8" else 0.0
        return ((samples.astype(np.float64) - centre) / _FULL_SCALE[kind]).astype(np.float32)
    if samples.dtype.kind != "f":
        raise ShapeError(f"{name} holds {kind}: give floats in [-1, 1], int16, int32 or uint8")
    _check_numbers(samples, name, ShapeError)
    peak = float(np.abs(samples).max(initial=0.0))
    if peak > 100.0:
        raise ShapeError(f"{name} holds floats up to {peak:.0f}: divide by full scale (32768 for 16 bits) first")
    return samples.astype(np.float32)


def _check_numbers(samples: NDArray[Any], name: str, error: type[DataError]) -> None:
    bad = samples.size - int(np.count_nonzero(np.isfinite(samples)))
    if bad:
        raise error(f"{name} holds {bad} samples that are NaN or infinite: record it again or repair it")
