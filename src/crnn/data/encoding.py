"""Bytes of unknown encoding as text: UTF-8, UTF-16, GB18030 or Windows-1252, with what was guessed or is broken."""

from __future__ import annotations

import re
from collections.abc import Iterable

from crnn.data.findings import Findings

_HIGH = re.compile(rb"[\x80-\xff]+")
_LOOKED_AT = 512
"""Bytes that are looked at for the zeros of UTF-16."""
_JUDGED = 4096
"""Characters by which bytes are judged to be a text."""
_CONTROLS = {chr(code) for code in range(32)} - set("\t\n\v\f\r\x1b")
UNICODE = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be")
"""Encodings that leave little doubt; the others are guesses."""
BROKEN = "\ufffd"
"""What stands where bytes are no letter in the encoding of the others."""


def decode_text(raw: bytes) -> str:
    """Bytes of unknown encoding as text: UTF-8, UTF-16, GB18030 (Chinese) or Windows-1252 (Western European).

    A byte order mark decides where there is one; UTF-8 is strict enough to be believed when most of what is not ASCII
    fits. Between the last two, Chinese puts high bytes in runs, Western text puts them singly between ASCII letters.
    Bytes that are no letter there, as in a file that was cut or pasted together, become `BROKEN`.

    Raises:
        UnicodeDecodeError: never for UTF-8 or single-byte text; only for broken UTF-16.

    Example:
        >>> decode_text("关灯,开灯".encode("gb18030")), decode_text("été;café".encode("latin-1"))
        ('关灯,开灯', 'été;café')
    """
    return decode(raw)[0]


def decode(raw: bytes) -> tuple[str, str]:
    """As `decode_text`, with the encoding that the bytes were taken for."""
    encoding = encoding_of(raw)
    return raw.decode(encoding, errors="strict" if encoding.startswith("utf-16") else "replace"), encoding


def encoding_of(raw: bytes) -> str:
    """The encoding that `decode_text` takes bytes for.

    Example:
        >>> [encoding_of("été".encode(name)) for name in ("utf-8", "utf-8-sig", "utf-16", "latin-1")]
        ['utf-8', 'utf-8-sig', 'utf-16', 'cp1252']
    """
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    if wide := _utf_16_by_zeros(raw[:_LOOKED_AT]):
        return wide
    if _fits(raw, "utf-8", 2):
        return "utf-8-sig" if raw[:3] == b"\xef\xbb\xbf" else "utf-8"
    # Nearly any pair of high bytes is some Chinese character, so that more of them have to fit.
    return "gb18030" if _looks_chinese(raw) and _fits(raw, "gb18030", 50) else "cp1252"


def is_binary(text: str, encoding: str) -> bool:
    r"""Whether decoded bytes are no text: zeros, or characters that control something, too many for a text.

    Example:
        >>> is_binary("a\tb\n", "utf-8"), is_binary("‰PNG\x00\x01", "cp1252"), is_binary("ë\x01ù\x02" * 9, "cp1252")
        (False, True, True)
    """
    start = text[:_JUDGED]
    zeros = start.count("\0")
    if zeros and (encoding not in UNICODE or zeros * 8 > len(start)):
        return True
    strange = sum(character in _CONTROLS or character == BROKEN for character in start)
    return encoding not in UNICODE and strange > 4 and strange * 50 > len(start)


def note_encoding(findings: Findings, name: str, encoding: str) -> None:
    """Say that an encoding was guessed, where it was."""
    if encoding not in UNICODE:
        advice = "It was guessed: save it as UTF-8 if letters look wrong."
        findings.add("text in another encoding", f"{name} ({encoding})", advice, dropped=False)


def note_broken(findings: Findings, name: str, cells: Iterable[str]) -> None:
    """Say that there are bytes which are no letters, where there are."""
    if any(BROKEN in cell for cell in cells):
        advice = f"A byte there is no letter in the encoding of the rest and reads {BROKEN}: mend it in the file."
        findings.add("broken letter", name, advice, dropped=False)


def _utf_16_by_zeros(start: bytes) -> str:
    """UTF-16 with no mark, whose ASCII has zeros at every other place, or ""; a few zeros are control characters."""
    even, odd = start[::2].count(0), start[1::2].count(0)
    many, few = max(even, odd), min(even, odd)
    if many < max(3, len(start) // 32) or few * 8 > many:
        return ""
    return "utf-16-le" if even < odd else "utf-16-be"


def _fits(raw: bytes, encoding: str, least: int) -> bool:
    """Whether bytes are text in an encoding, but for one place in so many letters beyond ASCII."""
    try:
        raw.decode(encoding)
    except UnicodeDecodeError:
        known = raw.decode(encoding, errors="ignore")
        broken = len(raw.decode(encoding, errors="replace")) - len(known)
        return len(known) - len(known.encode("ascii", errors="ignore")) >= least * broken
    return True


def _looks_chinese(raw: bytes) -> bool:
    runs = [len(run) for run in _HIGH.findall(raw)]
    return sum(run for run in runs if run > 1) > sum(run for run in runs if run == 1)
