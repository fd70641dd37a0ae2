"""Files of kinds that are not read, and what to do with them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

_ADVICE = {
    **dict.fromkeys((".xlsx", ".xls", ".xlsm", ".ods", ".numbers"), "save the sheet as CSV"),
    **dict.fromkeys(
        (".parquet", ".feather", ".arrow", ".pkl", ".pickle", ".h5", ".sqlite", ".db"),
        "write it as CSV or JSONL, as pandas' to_csv does, or give its columns as lists",
    ),
    **dict.fromkeys((".docx", ".doc", ".odt", ".pdf", ".rtf", ".html", ".htm"), "save its text as .txt"),
    **dict.fromkeys((".7z", ".rar"), "pack it as .zip, or unpack it and give the folder"),
}


def refusal(path: Path, known: Iterable[str]) -> str:
    """What to say of a file that is of no kind that is read."""
    advice = advised(path)
    what = advice or f"give a folder or a file of {', '.join(dict.fromkeys(known))}"
    return f"{path} is of no kind that is read here: {what}"


def advised(path: Path) -> str:
    """What to do with a file of a kind that people often have, or ""."""
    return _ADVICE.get(path.suffix.lower(), "")
