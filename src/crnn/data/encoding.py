"""Bytes of unknown encoding as text: UTF-8 or UTF-16, else by a guess; with what was guessed or is broken."""

from __future__ import annotations

import re
from collections.abc import Iterable

from crnn.data.findings import Findings

_HIGH = re.compile(rb"[\x80-\xff]+")
_STRANGE = re.compile(r"\S{0,4}[^\x00-\x7f]\S{0,11}")
"""A piece of a text around its first letter that is not plain ASCII."""
_LOOKED_AT = 512
"""Bytes that are looked at for the zeros of UTF-16."""
_HIGH_PAIRS = re.compile(rb"(?:[\x81-\xfe][\x40-\x7e\x80-\xfe])+")
_KANA = {"cp932": (0x82, 0x83), "euc_jp": (0xA4, 0xA5)}
"""First bytes of Japanese syllables."""
_FEW = 8
"""Different letters that are too few to tell eastern encodings apart."""
_GUESSED_BY = 1 << 16
"""Bytes by which an encoding is guessed."""
_EASTERN = ["gb18030", "big5", "cp932", "cp949", "euc_jp"]
"""Two bytes a letter: Chinese, Japanese, Korean; also bytes of these that could be GB18030 are told apart."""
_CYRILLIC = ["cp1251", "koi8_r", "cp932", "cp1252"]
"""A byte a letter of words that are all beyond ASCII; some Japanese is no GB18030 either."""
_JUDGED = 4096
"""Characters by which bytes are judged to be a text."""
_CONTROLS = {chr(code) for code in range(32)} - set("\t\n\v\f\r\x1b")
UNICODE = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be")
"""Encodings that leave little doubt; the others are guesses."""
BROKEN = "\ufffd"
"""What stands where bytes are no letter in the encoding of the others."""


def decode_text(raw: bytes) -> str:
    """Bytes of unknown encoding as text: UTF-8, UTF-16, or another that is guessed.

    A byte order mark decides where there is one; UTF-8 is strict enough to be believed when most of what is not ASCII
    fits. Else Western text puts high bytes singly between ASCII letters and is taken for Windows-1252; where they come
    in runs, charset-normalizer judges by the letters between GB18030, Big5, Shift-JIS, EUC-KR, EUC-JP, or, where they
    are no pairs, Windows-1251 and KOI8-R.
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
    if not _in_runs(raw):
        return "cp1252"
    # Nearly any pair of high bytes is some Chinese character, so that more of them have to fit.
    paired = _fits(raw, "gb18030", 50)
    told = _by_letters(raw[:_GUESSED_BY]) if paired else ""
    return told or _likeliest(raw, _EASTERN if paired else _CYRILLIC) or ("gb18030" if paired else "cp1252")


def _by_letters(raw: bytes) -> str:
    """The encoding of pairs of bytes as their first ones tell it, "" where they do not; GB18030 where they are few.

    Kana of Shift-JIS begin with 82 and 83, those of EUC-JP with A4 and A5. The commoner characters of GB2312 begin with
    B0 to D7 and end with A1 up, as letters of Big5 do not; Korean syllables do, but begin with C8 at most.
    """
    pairs = [pair for run in _HIGH_PAIRS.findall(raw) for pair in zip(run[::2], run[1::2], strict=False)]
    letters = [pair for pair in pairs if not 0xA1 <= pair[0] <= 0xA3]  # signs and full-width forms
    kana = {name: sum(first in begins for first, _ in letters) for name, begins in _KANA.items()}
    if japanese := next((name for name, count in kana.items() if count >= 0.3 * len(letters) > 0), ""):
        return japanese
    common = sum(0xB0 <= first <= 0xD7 and last >= 0xA1 for first, last in letters)
    beyond_korean = sum(first > 0xC8 for first, _ in letters)
    plain = common >= 0.9 * len(letters) and beyond_korean >= 0.1 * len(letters)
    return "gb18030" if plain or len(set(letters)) < _FEW else ""


def _likeliest(raw: bytes, encodings: list[str]) -> str:
    """The one of some encodings in which bytes read most like a language, or "" where none fits."""
    from charset_normalizer import from_bytes  # takes a moment, and most text is UTF-8

    start = raw[:_GUESSED_BY]
    whole = start if len(raw) <= _GUESSED_BY else start[: start.rfind(b"\n") + 1] or start
    found = from_bytes(whole, cp_isolation=encodings, enable_fallback=False).best()
    return "" if found is None or not _fits(raw, found.encoding, 50) else found.encoding


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


def note_encoding(findings: Findings, name: str, encoding: str, cells: Iterable[str] = ()) -> None:
    """Say that an encoding was guessed, where it was, and show what was read by it.

    Args:
        findings: Where to say it.
        name: Of the file.
        encoding: What its bytes were taken for.
        cells: Text of it, of which a piece is shown that is not plain ASCII.
    """
    if encoding not in UNICODE:
        read = next((found[0] for cell in cells if (found := _STRANGE.search(cell))), "")
        told = f"{name} ({encoding}" + (f", read as “{read}”)" if read else ")")
        advice = "It was guessed: save it as UTF-8 if letters look wrong."
        findings.add("text in another encoding", told, advice, dropped=False)


def note_broken(findings: Findings, name: str, cells: Iterable[str]) -> None:
    """Say that there are bytes which are no letters, or letters that were lost before, where there are."""
    if any(BROKEN in cell for cell in cells):
        advice = f"It reads {BROKEN}: a byte there is no letter in the encoding of the rest, or the file was saved so."
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


def _in_runs(raw: bytes) -> bool:
    runs = [len(run) for run in _HIGH.findall(raw)]
    return sum(run for run in runs if run > 1) > sum(run for run in runs if run == 1)
