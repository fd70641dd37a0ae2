"""Speaks with espeak-ng in a process of its own: a job as JSON on standard input, samples on standard output.

espeak-ng keeps its state in globals and is under the GPL, so it is neither shared between threads nor loaded beside the
package. This file imports nothing of it, and is run by its path. Output: the rate, then for each clip its number of
samples and the samples, all little-endian; 4 bytes a number, 2 bytes a sample.
"""

import ctypes
import json
import os
import struct
import sys
from collections.abc import Iterator
from typing import Any

import espeakng_loader

_RETRIEVE_AT_ONCE = 2  # AUDIO_OUTPUT_SYNCHRONOUS
_DO_NOT_EXIT = 0x8000
_UTF8 = 1
_PARAMETERS = {"rate": 1, "pitch": 3, "range": 4}


def main() -> int:
    """Do the job; 0 when every clip was spoken."""
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever the library prints must not get between the samples
    job = json.load(sys.stdin)
    engine = ctypes.CDLL(espeakng_loader.get_library_path())
    rate_hz = engine.espeak_Initialize(_RETRIEVE_AT_ONCE, 0, espeakng_loader.get_data_path().encode(), _DO_NOT_EXIT)
    if rate_hz <= 0:
        sys.stderr.write(f"espeak-ng does not start (code {rate_hz})\n")
        return 1
    with output:
        output.write(struct.pack("<i", rate_hz))
        for samples in _speak(engine, job["clips"]):
            output.write(struct.pack("<i", len(samples) // 2) + samples)
    return 0


def _speak(engine: ctypes.CDLL, clips: list[dict[str, Any]]) -> Iterator[bytes]:
    pieces: list[bytes] = []

    def collect(samples: int | None, count: int, events: int | None) -> int:
        if samples and count > 0:
            pieces.append(ctypes.string_at(samples, 2 * count))
        return 0

    callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)(collect)
    engine.espeak_SetSynthCallback(callback)
    for number, clip in enumerate(clips):
        pieces.clear()
        # Breathy voices draw noise, which the engine seeds by the clock.
        _check(engine.espeak_ng_SetRandSeed(ctypes.c_long(number)), "refuses a seed")
        # A voice that is not there leaves the one before in place, so the answer has to be looked at.
        _check(engine.espeak_SetVoiceByName(clip["voice"].encode()), f"has no voice {clip['voice']!r}")
        for name, key in _PARAMETERS.items():
            _check(engine.espeak_SetParameter(key, clip[name], 0), f"refuses {name}={clip[name]}")
        text = clip["text"].encode()
        _check(
            engine.espeak_Synth(text, ctypes.c_size_t(len(text) + 1), 0, 0, 0, _UTF8, None, None),
            f"cannot say {clip['text']!r}",
        )
        _check(engine.espeak_Synchronize(), f"cannot finish {clip['text']!r}")
        yield b"".join(pieces)


def _check(code: int, message: str) -> None:
    if code != 0:
        sys.exit(f"espeak-ng {message} (code {code})")


if __name__ == "__main__":
    sys.exit(main())
