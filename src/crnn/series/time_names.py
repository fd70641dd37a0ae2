"""What columns of time are called, and what numbers mean under such a name: 2008-1 is a quarter, a week or a month."""

from __future__ import annotations

import re
from collections.abc import Sequence

_NAMES = (
    *("date", "time", "timestamp", "datetime", "ds", "day", "week", "month", "quarter", "year", "period", "yearmonth"),
    *("yyyymm", "yearweek", "yyyyww", "kw", "jahr", "monat", "woche", "quartal", "tag", "mois", "mes"),
)
_NAMES_ABROAD = ("日期", "时间", "年份", "月份", "季度", "datum", "fecha", "zeit", "日")
_SHORT_NAMES = ("年", "年度", "月", "年月", "季", "周", "周次")
STAMPS = ("date", "time", "timestamp", "datetime", "ds", "日期", "时间", "datum", "fecha")
COUNTS = ("t", "step", "tick", "time_index")
YEARS = ("year", "yr", "yyyy", "jahr", "année", "annee", "año", "年", "年份", "年度")
MONTHS = ("month", "mon", "mm", "monat", "mois", "mes", "月", "月份")
QUARTERS = ("quarter", "qtr", "quartal", "trimestre", "季", "季度")
WEEKS = ("week", "wk", "isoweek", "iso_week", "kw", "calendar_week", "kalenderwoche", "woche", "semaine", "周", "周次")
DAYS = ("day", "dd", "tag", "jour", "día", "dia", "day_of_month", "日")
CLOCKS = ("hour", "hr", "hh", "he", "time", "clock", "stunde", "uhrzeit", "heure", "hora", "时", "小时", "时间")
CALENDAR = frozenset((*YEARS, *MONTHS, *QUARTERS, *WEEKS, *DAYS, *CLOCKS, "weekday", "dow", "day_of_week", "dayofweek"))
"""Names of columns that say again what a date says."""

_OF_QUARTERS = re.compile(r"(?<!head)quarter(?!ly)|quartal|trimestre|(?<![a-z])qtr|季度?$", re.IGNORECASE)
_OF_WEEKS = re.compile(
    r"week(?!ly|day|end(?!ing))|woche(?!nta|nend)|semaine|(?<![a-z])(kw|wk|yyyyww)(?![a-z])|周[次数]?$", re.IGNORECASE
)
_OF_MONTHS = re.compile(r"month(?!ly)|monat|mois|(?<![a-z])(mes|yyyymm)(?![a-z])|月份?$", re.IGNORECASE)
_YEAR_AND_PART = re.compile(r"(?P<year>(?:19|20)\d{2})(?P<mark>[-/. ]?)(?P<part>\d{1,2})")
_PART_AND_YEAR = re.compile(r"(?P<part>\d{1,2})(?P<mark>[-/.])(?P<year>(?:19|20)\d{2})")
_ENDS_WITH_TIME = re.compile(r"(?<![a-z])(date|week|month|quarter|year|datum|fecha)$|日期$|季度$|月份$", re.IGNORECASE)
_VAGUE = ("day", "period", "tag", "日")
"""Names of times that may mean something else."""
_SHORT = re.compile(r"\d{4}\.\d")
"""2024.1 is the first week, or the tenth of a program that takes it for a number."""
_PADDED = re.compile(r"\d{4}\.0\d")
"""Where the first month is 2024.01, 2024.1 is the tenth."""


def called(name: str, words: Sequence[str]) -> bool:
    """Whether a column is called by one of some words, or by one beside others: ``sales_date``."""
    lower = name.lower()
    return any(lower == word or word in lower.replace("-", "_").split("_") for word in words)


def may_be_time(name: str) -> bool:
    """Whether some word in the name of a column is one of time."""
    return called(name, (*_NAMES, *_SHORT_NAMES)) or any(word in name for word in _NAMES_ABROAD)


def is_time_name(name: str) -> bool:
    """Whether a column is called as columns of time are."""
    return name.lower() in (*_NAMES, *_NAMES_ABROAD, *_SHORT_NAMES)


def must_be_time(name: str, cells: Sequence[str]) -> bool:
    """Whether the name of a column says that its cells are times: ``Quarter``, ``order_date``; days may be weekdays.

    Example:
        >>> must_be_time("quarter", ["First"]), must_be_time("day", ["Mon"]), must_be_time("day", ["1st of May"])
        (True, False, True)
    """
    if called(name, _VAGUE):
        return is_time_name(name) and any(any(map(str.isdigit, cell)) for cell in cells)
    return is_time_name(name) or _ENDS_WITH_TIME.search(name) is not None


def as_named(cells: Sequence[str], column: str) -> Sequence[str]:
    """A year and a number as the quarter, the week or the month that the name of their column says; other cells as are.

    Months that lie three apart, as 2008-03 and 2008-06, stay months where their column is called quarter; 1 and 4 alone
    are what lets them follow each other. Numbers without a sign between, as 20081, are read so only where all can be.

    Example:
        >>> as_named(["2008-1", "2008-2"], "quarter"), as_named(["20249", "202410"], "week")
        (['2008-Q1', '2008-Q2'], ['2024-W09', '2024-W10'])
        >>> as_named(["2008-03", "2008-06"], "quarter"), as_named(["2008-04", "2009-01"], "quarter")
        (['2008-03', '2008-06'], ['2008-Q4', '2009-Q1'])
    """
    if _OF_QUARTERS.search(column) and _OF_MONTHS.search(column):
        return cells
    if _OF_QUARTERS.search(column):
        most, written = 4, "{}-Q{}"
    elif _OF_WEEKS.search(column):
        most, written = 53, "{}-W{:02d}"
    elif _OF_MONTHS.search(column):
        most, written = 12, "{}-{:02d}"
    else:
        return cells
    found = [*map(_year_and_part, cells)]
    if most == 4 and _are_months_of_quarters([(int(each["year"]), int(each["part"])) for each in found if each]):
        return cells
    bare = [not each["mark"] for each in found if each]
    if any(bare) and not (all(bare) and all(found) and all(1 <= int(each["part"]) <= most for each in found if each)):
        return cells
    if most == 53 and any(_SHORT.fullmatch(cell) for cell in cells):
        return cells
    padded = most == 12 and any(_PADDED.fullmatch(cell) for cell in cells)
    return [
        cell
        if each is None
        else written.format(each["year"], int(each["part"]) * (10 if padded and _SHORT.fullmatch(cell) else 1))
        for cell, each in zip(cells, found, strict=True)
    ]


def may_be_months_of_quarters(cells: Sequence[str], column: str) -> bool:
    """Whether nothing but their order tells what a quarter is called by, its number or its first month: 2008-1, 2008-4.

    Example:
        >>> may_be_months_of_quarters(["2008-1", "2008-4"], "quarter"), may_be_months_of_quarters(["2008-1"], "week")
        (True, False)
    """
    if not _OF_QUARTERS.search(column) or _OF_MONTHS.search(column):
        return False
    return {int(each["part"]) if each else 0 for each in map(_year_and_part, cells)} == {1, 4}


def _year_and_part(cell: str) -> re.Match[str] | None:
    """A year and the number behind or before it."""
    return _YEAR_AND_PART.fullmatch(cell) or _PART_AND_YEAR.fullmatch(cell)


def _are_months_of_quarters(given: Sequence[tuple[int, int]]) -> bool:
    """Whether years with a number are those with the first, second or third month of a quarter, by their numbers."""
    parts = {part for _, part in given}
    if parts != {1, 4}:
        return max(parts, default=0) in range(5, 13) and len({part % 3 for part in parts}) == 1
    as_months, as_quarters = (
        {4 * year + each for year, each in places}
        for places in ([(year, part // 3) for year, part in given], [(year, part - 1) for year, part in given])
    )
    return max(as_months) - min(as_months) < len(as_months) and max(as_quarters) - min(as_quarters) >= len(as_quarters)
