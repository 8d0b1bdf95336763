"""Days as spreadsheets show them, who make one of every text that looks like one: `Dec-24` of 2024-12."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from itertools import permutations

from babel import Locale, localedata

_ISO = re.compile(r"(\d{4})-(\d\d)(?:-(\d\d))?")
_MIDNIGHT = re.compile(r"[ T]0{1,2}:00(:00)?$")
_PART = re.compile(r"\d+|[^\W\d_]+")
#: Between the parts of a shown day stands nothing but this.
_BETWEEN = re.compile(r"[-/., ]*")
#: Days before this one have other numbers in Excel than elsewhere: Excel knows a 29 February 1900.
_FIRST_SURE = date(1900, 3, 1)
#: What is read of a day that a spreadsheet cannot count, since it lies before its first one.
_TOO_EARLY = "00:00:00"


def same_day(cell: str, written: str) -> bool:
    """Whether a cell shows the day that was written there, or the first of a month, in a spreadsheet's own way.

    >>> same_day("18/01/1950", "1950-01-18"), same_day("1/18/50", "1950-01-18"), same_day("Dec-24", "2024-12")
    (True, True, True)
    >>> same_day("2023-11-01", "November 2023"), same_day("Nov-24", "2024-12"), same_day("2024", "2024-12")
    (True, False, False)
    """
    iso = _ISO.fullmatch(written)
    if iso is None:
        numbers = [int(part) for part in re.findall(r"\d+", written)]
        return bool(numbers) and any({*numbers} <= {year, year % 100, *rest} for year, *rest in _shown(cell))
    year, month, day = int(iso[1]), int(iso[2]), int(iso[3] or 1)
    if cell == _TOO_EARLY:
        return year < _FIRST_SURE.year
    return any(shown == (year, month, day) or shown == _in_excel(year, month, day) for shown in _shown(cell, year))


def _in_excel(year: int, month: int, day: int) -> tuple[int, int, int] | None:
    """The day that is read where LibreOffice has written one before March 1900."""
    try:
        one = date(year, month, day)
    except ValueError:
        return None
    other = one + timedelta(1)
    return (other.year, other.month, other.day) if one < _FIRST_SURE and other.year == 1900 else None


def _shown(cell: str, century_of: int | None = None) -> Iterator[tuple[int, int, int]]:
    """The days that a cell may show: year, month, day; a year of two digits is that of the century of another one."""
    text = _MIDNIGHT.sub("", cell)
    parts = _PART.findall(text)
    if not 2 <= len(parts) <= 3 or not all(map(_BETWEEN.fullmatch, _PART.split(text))):
        return
    words = [part for part in parts if not part.isdecimal()]
    numbers = [part for part in parts if part.isdecimal()]
    if len(words) == 1 and len(words[0]) >= 3:
        for month in sorted(_months(words[0].casefold())):
            for day, year in [("1", numbers[0])] if len(numbers) == 1 else permutations(numbers):
                yield from _day(year, month, day, century_of)
    elif not words and len(numbers) == 3:
        for year, month_of, day in permutations(numbers):
            yield from _day(year, int(month_of), day, century_of)


def _day(year: str, month: int, day: str, century_of: int | None) -> Iterator[tuple[int, int, int]]:
    if len(year) not in (2, 4) or len(day) > 2 or not 1 <= month <= 12:
        return
    century = (century_of or 0) // 100 * 100 if len(year) == 2 else 0
    yield int(year) + century, month, int(day)


@cache
def _months(word: str) -> frozenset[int]:
    """The months that a word names in the first language that knows it: this computer's, English, any other."""
    here = Locale.default("LC_TIME") if localedata.exists(str(Locale.default("LC_TIME"))) else Locale("en")
    others = sorted(name for name in localedata.locale_identifiers() if "_" not in name)
    for name in [here.language, "en", *others]:
        if found := _named(name).get(word):
            return frozenset(found)
    return frozenset()


@cache
def _named(language: str) -> dict[str, set[int]]:
    names: dict[str, set[int]] = {}
    for context in Locale(language).months.values():
        for width in ("abbreviated", "wide"):
            for month, name in context.get(width, {}).items():
                names.setdefault(name.strip(".").casefold(), set()).add(month)
    return names
