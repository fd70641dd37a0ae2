"""One time stamp as people write it: ISO, dd/mm/yy, mm/dd/yy, yy-mm-dd, months, quarters, Chinese, names of months."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Literal

Order = Literal["dmy", "mdy", "ymd"]
"""Which of 05/02/10 is the day, the month and the year."""

YEAR = re.compile(r"(1[5-9]|20|21)\d{2}")
"""A year of four digits."""
SLASHED = re.compile(r"(\d{1,4})[/.-](\d{1,2})[/.-](\d{1,4})(?:[ T]+(.+))?")
"""Three numbers, and perhaps a time of day."""
MONTH_FIRST = re.compile(r"(0?[1-9]|1[0-2])[/.-]((?:19|20)\d{2})")
"""A month and its year: 01.2015."""
_WORDY = ("%d-%b-%Y", "%d %b %Y", "%d-%b-%y", "%b %Y", "%b-%Y", "%B %Y", "%b-%y", "%B %d, %Y", "%b %d, %Y", "%d %B %Y")
_CHINESE_NUMBERS = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")
_PART = re.compile(
    rf"(?:q|w|m|第)?(\d{{1,2}}|{'|'.join(reversed(_CHINESE_NUMBERS))})(?:月份?|季度?|周|日|号|[时点])?", re.IGNORECASE
)
_YEAR = re.compile(r"((?:1[5-9]|20|21)\d{2})年度?")
_MONTH = re.compile(r"(\d{4})[-/.年](\d{1,2})(?:月份?)?")
_Q = r"(?:q|qtr|quarter|quartal)\.?"
_QUARTER = re.compile(
    rf"(\d{{4}})[- /]?q([1-4])|{_Q} ?([1-4])[- /]?(\d{{4}})|([1-4])\.? ?{_Q}[- /]?(\d{{4}}|\d{{2}})"
    r"|(\d{4})年第?([1-4一二三四])季度?",
    re.IGNORECASE,
)
_W = r"(?:w|kw|wk|week|woche|semaine)\.?"
_WEEK = re.compile(
    rf"((?:19|20)\d{{2}})[- /]?{_W} ?(\d{{1,2}})|{_W} ?(\d{{1,2}})[- /]+((?:19|20)\d{{2}})|(\d{{4}})年第?(\d{{1,2}})周",
    re.IGNORECASE,
)
_CHINESE = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日(?: *(.+))?")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(?: *([ap])\.?m\.?)?", re.IGNORECASE)
_WEEKDAY = re.compile(r"[^\W\d]{2,10}[.,]? +(?=\d)")
_WORD = re.compile(r"[^\W\d_]+\.?")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ABROAD = {
    "jän": "jan",
    "mär": "mar",
    "mrz": "mar",
    "mai": "may",
    "okt": "oct",
    "dez": "dec",
    "ene": "jan",
    "abr": "apr",
    "ago": "aug",
    "dic": "dec",
    "fév": "feb",
    "fev": "feb",
    "avr": "apr",
    "juin": "jun",
    "juil": "jul",
    "aoû": "aug",
    "aou": "aug",
    "déc": "dec",
}
"""Beginnings of the names of months that are others in German, Spanish or French."""


def read(cell: str, order: Order) -> datetime | None:
    """One cell as a time, or None.

    Example:
        >>> str(read("05/02/10", "dmy")), str(read("Q3 2024", "dmy")), read("31.02.2024", "dmy")
        ('2010-02-05 00:00:00', '2024-07-01 00:00:00', None)
    """
    try:
        return datetime.fromisoformat(cell)
    except ValueError:
        pass
    try:
        return _written(cell, order) or _written(_WEEKDAY.sub("", cell, count=1), order)
    except ValueError:
        return None


def _written(cell: str, order: Order) -> datetime | None:
    """A time that is not in ISO form.

    Raises:
        ValueError: there is no such day.
    """
    if found := _CHINESE.fullmatch(cell):
        return _at(int(found[1]), int(found[2]), int(found[3]), found[4])
    if found := SLASHED.fullmatch(cell):
        return _slashed(found[1], found[2], found[3], found[4], order)
    if found := _MONTH.fullmatch(cell):
        return datetime(int(found[1]), int(found[2]), 1)
    if found := MONTH_FIRST.fullmatch(cell):
        return datetime(int(found[2]), int(found[1]), 1)
    if found := _QUARTER.fullmatch(cell):
        year, part = found[1] or found[4] or found[6] or found[7], found[2] or found[3] or found[5] or found[8]
        return datetime(_whole_year(year), 3 * number_of(part) - 2, 1)
    if found := _WEEK.fullmatch(cell):
        return datetime.fromisocalendar(int(found[1] or found[4] or found[5]), int(found[2] or found[3] or found[6]), 1)
    if found := _YEAR.fullmatch(cell):
        return datetime(int(found[1]), 1, 1)
    if not any(map(str.isalpha, cell)):
        return None
    english = _WORD.sub(lambda word: _in_english(word[0]), cell)
    for form in _WORDY:
        try:
            return datetime.strptime(english, form)
        except ValueError:
            continue
    return None


def _slashed(first: str, second: str, third: str, clock: str | None, order: Order) -> datetime:
    if len(first) == 4:
        return _at(int(first), int(second), int(third), clock)
    if order == "ymd":
        return _at(_whole_year(first), int(second), int(third), clock)
    day, month = (first, second) if order == "dmy" else (second, first)
    return _at(_whole_year(third), int(month), int(day), clock)


def _whole_year(digits: str) -> int:
    """A year of two digits lies between 1969 and 2068, as in the C library."""
    year = int(digits)
    return year if len(digits) == 4 else year + (1900 if year >= 69 else 2000)


def year_of(cell: str) -> str:
    """The four digits of a year that stands alone, as 2024 or 2024年; "" for any other cell."""
    return cell if YEAR.fullmatch(cell) else found[1] if (found := _YEAR.fullmatch(cell)) else ""


def number_of(cell: str) -> int:
    """The number of a month, quarter, week, day or hour: 3, 3月份, M03, Q3, 第3季度, 三月; 0 for any other cell.

    Example:
        >>> number_of("第三季度"), number_of("十一月"), number_of("W03"), number_of("May")
        (3, 11, 3, 0)
    """
    found = _PART.fullmatch(cell)
    if not found:
        return 0
    return int(found[1]) if found[1].isdigit() else 1 + _CHINESE_NUMBERS.index(found[1])


def month_number(name: str) -> int:
    """The month that a word begins like, in English, German, Spanish or French, from 1 up; 0 for any other word."""
    lower = name.lower()
    start = _ABROAD.get(lower[:4]) or _ABROAD.get(lower[:3]) or lower[:3]
    return 1 + _MONTHS.index(start) if start in _MONTHS else 0


def _in_english(word: str) -> str:
    """The name of a month in English; any other word as it is."""
    number = month_number(word)
    return _MONTHS[number - 1] if number else word


def _at(year: int, month: int, day: int, clock: str | None) -> datetime:
    start = datetime.combine(date(year, month, day), datetime.min.time())
    if not clock:
        return start
    found = _CLOCK.fullmatch(clock.strip())
    if not found:
        raise ValueError(clock)
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    if hour > (12 if found[4] else 24) or (hour == 24 and minute + second > 0) or max(minute, second) > 59:
        raise ValueError(clock)
    if found[4]:
        hour = hour % 12 + 12 * (found[4].lower() == "p")
    return start + timedelta(hours=hour, minutes=minute, seconds=second)


def says_day(text: str) -> bool:
    """Whether a time says which day it is: a week, a month or a quarter does not.

    Example:
        >>> [says_day(text) for text in ("2024-01-31", "31 Jan 2024", "20240131", "KW 1 2024", "Jan-24", "2024-Q1")]
        [True, True, True, False, False, False]
    """
    numbers = re.findall(r"\d+", text)
    named = any(map(month_number, re.findall(r"[^\W\d_]+", text)))
    return len(numbers) + named >= 3 or any(len(number) >= 8 for number in numbers)
