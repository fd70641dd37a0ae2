"""Columns of numbers as people write them: decimal commas, marked thousands, parentheses; errors name the line."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from crnn.data.findings import Findings, counted
from crnn.errors import DataError

Floats = NDArray[np.float64]

MISSING = frozenset({"", "na", "n/a", "#n/a", "nan", "null", "none", "nil", "-", "--", "?", ".", "missing", "缺失"})
"""What stands for a missing value, in lower case."""

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)
_INFINITE = re.compile(r"[+-]?(inf|infinity)", re.IGNORECASE)
_DECIMAL_COMMA = re.compile(r"[+-]?(\d{1,3}(\.\d{3})+|\d{1,3}([\s'’]\d{3})+|\d*),\d+")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
_SPACED = re.compile(r"[+-]?\d{1,3}([\s'’]\d{3})+(\.\d+)?")
_POINTED = re.compile(r"[+-]?[1-9]\d{0,2}\.\d{3}")
_SMALL = re.compile(r"[+-]?\d{1,3}")
_SIGNS = re.compile(r"[$€£¥￥元円%]")
_IN_PARENTHESES = re.compile(rf"({_SIGNS.pattern}?)\s*\(\s*([^()+-]*\d[^()+-]*?)\s*\)\s*({_SIGNS.pattern}?)")
_PLAIN = str.maketrans("０１２３４５６７８９．，＋－−（）", "0123456789.,+--()")
"""Digits and signs as they are typed in Chinese and Japanese, and the minus of printed tables."""
_MOSTLY = 0.5
"""Share of readable cells from which a column is one of numbers."""


def is_number(text: str) -> bool:
    """Whether a text is a number as programs write it."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def say_nothing(cells: Sequence[str]) -> NDArray[np.bool_]:
    """Which cells are empty, or say that a value is missing: ``(N,)``; an infinite value is not empty."""
    return np.array([cell.lower() in MISSING for cell in _plain(cells)], bool)


def looks_numeric(cells: Sequence[str]) -> bool:
    """Whether most cells that say something are numbers, in any of the ways that `numbers` reads.

    Example:
        >>> looks_numeric(["1,5", "", "2"]), looks_numeric(["north", "south"])
        (True, False)
    """
    said = [cell for cell in _plain(cells[:2000]) if cell.lower() not in MISSING]
    return bool(said) and sum(map(_readable, said)) >= _MOSTLY * len(said)


def numbers(cells: Sequence[str], column: str, lines: Sequence[int], findings: Findings) -> Floats:
    """A column as float64; NaN where a value is missing.

    Infinite values count as missing, and are named. Commas are decimal commas or thousands, as the whole column shows.
    A number in parentheses is negative, as accountants write it.

    Args:
        cells: As text.
        column: Its name, for messages.
        lines: The line of the file that each cell stands on.
        findings: Where to say what was read in an unusual way.

    Raises:
        DataError: a text among the numbers, or commas that may mean either; names column, line and cell.

    Example:
        >>> numbers(["1.000,5", "(2,25)", "n/a", "−３"], "sales", [2, 3, 4, 5], Findings()).tolist()
        [1000.5, -2.25, nan, -3.0]
    """
    cells = _with_minus(_plain(cells), column, lines, findings)
    _require_clear_points(cells, column, lines)
    found = np.full(len(cells), np.nan)
    odd: list[int] = []
    for place, cell in enumerate(cells):
        if _NUMBER.fullmatch(cell):
            found[place] = float(cell)
        elif cell.lower() not in MISSING:
            odd.append(place)
    if odd:
        _odd(found, _without_signs(cells, odd, column, lines, findings), odd, column, lines, findings)
    infinite = np.flatnonzero(np.isinf(found))
    for place in infinite.tolist():
        found[place] = np.nan
        _note_infinite(findings, column, lines[place], cells[place])
    return found


def _plain(cells: Sequence[str]) -> list[str]:
    return [cell if cell.isascii() else cell.translate(_PLAIN) for cell in cells]


def _with_minus(cells: Sequence[str], column: str, lines: Sequence[int], findings: Findings) -> Sequence[str]:
    """The cells, with a minus where a number stands in parentheses."""
    signed = {place: _minus(cell) for place, cell in enumerate(cells) if "(" in cell}
    places = [place for place, cell in signed.items() if cell != cells[place] and _readable(cell)]
    if not places:
        return cells
    findings.add(
        "number in parentheses",
        _told(column, cells, lines, places),
        "They were read as below zero, as accountants write it; take the parentheses away if that is wrong.",
        dropped=False,
    )
    changed = {*places}
    return [signed[place] if place in changed else cell for place, cell in enumerate(cells)]


def _told(column: str, cells: Sequence[str], lines: Sequence[int], places: Sequence[int]) -> str:
    """Some cells of a column, in words."""
    first = places[0]
    return f"column {column!r}: {counted(len(places), 'number')}, the first is {cells[first]!r} in line {lines[first]}"


def _minus(cell: str) -> str:
    """``($93)`` and ``$(93)`` as ``-$93``; any other cell as it is."""
    found = _IN_PARENTHESES.fullmatch(cell)
    return f"-{found[1]}{found[2]}{found[3]}" if found else cell


def _require_clear_points(cells: Sequence[str], column: str, lines: Sequence[int]) -> None:
    """Refuse points that look like those between thousands: 1.002 beside 987.

    Raises:
        DataError: three digits stand behind every point, and other numbers are whole and below a thousand.
    """
    pointed = [place for place, cell in enumerate(cells) if "." in cell and cell.lower() not in MISSING]
    if not pointed or not all(_POINTED.fullmatch(_bare(cells[place])) for place in pointed):
        return
    told = {place: _bare(cell) for place, cell in enumerate(cells) if cell.lower() not in MISSING}
    if len(pointed) < len(told) and all(_SMALL.fullmatch(cell) for cell in told.values() if "." not in cell):
        raise DataError(
            f"column {column!r}, line {lines[pointed[0]]}: {cells[pointed[0]]!r} may mean a thousand or a decimal"
            " point, beside whole numbers. Write numbers without points between thousands, or all with a decimal point"
        )


def _odd(
    found: Floats, cells: Sequence[str], odd: list[int], column: str, lines: Sequence[int], findings: Findings
) -> None:
    """Read the cells that are no plain numbers, or say which one cannot be."""
    for place in odd:
        if not _readable(cells[place]):
            raise DataError(
                f"column {column!r}, line {lines[place]}: {cells[place]!r} is not a number. Write a number, or leave"
                " the cell empty where there is none"
            )
    commas = [place for place in odd if "," in cells[place]]
    decimal = _decimal(cells, commas, column, lines)
    for place in odd:
        found[place] = _value(cells[place], decimal)
    if decimal:
        # In such a column a point is no decimal point either: 1.234 beside 1.234,5 is a thousand and more.
        for place, cell in enumerate(cells):
            if re.fullmatch(r"[+-]?\d{1,3}(\.\d{3})+", cell):
                found[place] = float(cell.replace(".", ""))
    if commas:
        what = "decimal comma" if decimal else "comma between thousands"
        findings.add(
            what,
            _told(column, cells, lines, commas),
            "They were read so; write numbers with a decimal point if that is wrong.",
            dropped=False,
        )


def _decimal(cells: Sequence[str], commas: list[int], column: str, lines: Sequence[int]) -> bool:
    """Whether the commas of a column are decimal commas.

    Raises:
        DataError: they may be either, or are both.
    """
    if not commas:
        return False
    as_decimal = all(_DECIMAL_COMMA.fullmatch(cells[place]) for place in commas)
    as_thousands = all(_THOUSANDS.fullmatch(cells[place]) for place in commas)
    if as_decimal != as_thousands:
        return as_decimal
    first = commas[0]
    how = "may mean a thousand or a decimal comma" if as_decimal else "and others use commas in different ways"
    raise DataError(
        f"column {column!r}, line {lines[first]}: {cells[first]!r} {how}. Write numbers without commas between"
        " thousands and with a decimal point"
    )


def _value(cell: str, decimal: bool) -> float:
    text = re.sub(r"[\s'’]", "", cell)
    text = text.replace(".", "").replace(",", ".") if decimal and "," in text else text.replace(",", "")
    return float(text)


def _without_signs(
    cells: Sequence[str], odd: list[int], column: str, lines: Sequence[int], findings: Findings
) -> Sequence[str]:
    """The cells without the sign of money or percent that those of a whole column may have.

    Raises:
        DataError: numbers with different signs, or percent beside numbers without.
    """
    signs = {place: "".join(_SIGNS.findall(cells[place])) for place in odd if _bare(cells[place]) != cells[place]}
    if not signs:
        return cells
    first = next(iter(signs))
    told = sum(cell.lower() not in MISSING for cell in cells)
    if len({*signs.values()}) > 1 or (signs[first] == "%" and len(signs) < told):
        raise DataError(
            f"column {column!r}, line {lines[first]}: {cells[first]!r} stands beside numbers with another sign or with"
            " none: bring all to one unit"
        )
    findings.add(
        "sign of money or percent",
        _told(column, cells, lines, [*signs]),
        "The numbers were read without it.",
        dropped=False,
    )
    return [_bare(cell) if place in signs else cell for place, cell in enumerate(cells)]


def _bare(cell: str) -> str:
    """A number without its sign of money or percent."""
    return re.sub(rf"^([+-]?)\s*{_SIGNS.pattern}\s*(?=\d)|(?<=\d)\s*{_SIGNS.pattern}$", r"\1", cell)


def _readable(cell: str) -> bool:
    if _NUMBER.fullmatch(cell):
        return True
    cell = _bare(_minus(cell))
    return any(pattern.fullmatch(cell) for pattern in (_NUMBER, _INFINITE, _DECIMAL_COMMA, _THOUSANDS, _SPACED))


def _note_infinite(findings: Findings, column: str, line: int, cell: str) -> None:
    findings.add(
        "infinite value",
        f"column {column!r}, line {line}: {cell!r}",
        "It counts as missing: repair the source.",
        dropped=False,
    )
