"""The day that an input gives for its document, in whatever form it is plain, and the day in a file's name.

Read are ISO 8601 and RFC 3339, RFC 5322 (feeds, mail), the time stamps of web archives, seconds since 1970, days with
the name of their month in any language that CLDR knows, and days in digits where their order is known. What is no day
of the calendar, or may be two of them, is None: the document's date is stated, never guessed and never completed.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from contextlib import suppress
from typing import Any

from annotate.rules import cldr
from annotate.rules.tags import primary, region_of

_ISO = re.compile(
    r"(\d{4})(-?)(\d\d)\2(\d\d)(?:[T_]\d.*|\s+\d{1,2}(?:[:.]\d.*)?|Z|[+-]\d\d:?\d\d)?",
    re.ASCII | re.DOTALL | re.IGNORECASE,
)
_ARCHIVED = re.compile(r"(\d{4})()(\d\d)(\d\d)(?:[01]\d|2[0-3])[0-5]\d[0-5]\d", re.ASCII)
_IN_NAME = re.compile(r"(?<!\d)((?:1[89]|2[01])\d\d)([-_.]?)(\d\d)\2(\d\d)(?!\d)", re.ASCII)
_EPOCH = re.compile(r"(-?\d{9,19})(?:\.\d+)?", re.ASCII)
_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})", re.ASCII)
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})", re.ASCII)

#: A time of the day with its zone, and a short word before it: `at 10:30`, `9:05:00 PM`, `10:00:00.5 +0100 (CET)`.
_TIME = re.compile(
    r"(?:\b[^\W\d_]{1,2}\s+)?\b\d{1,2}:\d\d(?::\d\d(?:[.,]\d+)?)?(?:\s*[AaPp]\.?[Mm]\b\.?)?"
    r"(?:\s*(?:[A-Z]{1,5}\b|[+-]\d\d:?\d\d))*(?:\s*\([^()]*\))?"
)
_WORD = re.compile(r"\d+|[^\s\d]+")

#: How many digits a moment has that is counted from 1970 in seconds, milliseconds, micro- or nanoseconds.
_PER_SECOND = {9: 1, 10: 1, 12: 10**3, 13: 10**3, 15: 10**6, 16: 10**6, 18: 10**9, 19: 10**9}

#: The language of the months of RFC 5322, whatever that of the document is.
_OF_FEEDS = "en"

#: Years that a day with a name of a month may have: others are counted in another calendar (2567, 1402).
_YEARS = range(1500, 2200)


def iso_day(value: Any) -> str | None:
    """The day of an ISO 8601 date or date-time, None where the calendar has no such day.

    >>> iso_day("2025-04-14T23:30:00Z"), iso_day("20250414"), iso_day("2025-02-30"), iso_day("april")
    ('2025-04-14', '2025-04-14', None, None)
    """
    match = _ISO.fullmatch(str(value).strip())
    return _calendar_day(match[1], match[3], match[4]) if match else None


def plain_day(value: Any, lang: str | None = None, region: str | None = None) -> str | None:
    """The day that a value plainly gives; None where it gives none, or may mean two.

    The day is the one that is written, in whatever zone; seconds since 1970 are taken in UTC. `lang` and `region`
    settle the order of `5-3-2024`, and which month a word is where languages disagree.

    >>> plain_day("Tue, 05 Mar 2024 23:30:00 +0100"), plain_day(1709600000), plain_day("5 maart 2024")
    ('2024-03-05', '2024-03-05', '2024-03-05')
    >>> plain_day("5-3-2024"), plain_day("5-3-2024", "nl"), plain_day("5/3/2024", "en", "US")
    (None, '2024-03-05', '2024-05-03')
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    text = str(value).strip()
    if len(text) > 100:
        return None
    if day := iso_day(text):
        return day
    if match := _ARCHIVED.fullmatch(text):
        return _calendar_day(match[1], match[3], match[4])
    if match := _EPOCH.fullmatch(text):
        return _counted_day(match[1])
    text = _TIME.sub(" ", text).strip(" ,\t\r\n")
    if match := _YEAR_FIRST.fullmatch(text):
        return _calendar_day(match[1], match[3], match[4])
    if match := _YEAR_LAST.fullmatch(text):
        return _ordered_day(int(match[1]), int(match[3]), match[4], lang, region)
    return _day_in_words(text, lang)


def name_day(name: str) -> str | None:
    """The first real date in a file's name.

    >>> name_day("2025-04-14-bezoek.txt"), name_day("x_20250414.txt"), name_day("20251399.txt")
    ('2025-04-14', '2025-04-14', None)
    """
    return next(filter(None, (_calendar_day(m[1], m[3], m[4]) for m in _IN_NAME.finditer(name))), None)


def _calendar_day(year: str | int, month: str | int, day: str | int) -> str | None:
    with suppress(ValueError):
        return datetime.date(int(year), int(month), int(day)).isoformat()
    return None


def _counted_day(digits: str) -> str | None:
    """The day, in UTC, of a moment counted from 1970; 12 digits may also be `202403051030`."""
    unit = _PER_SECOND.get(len(digits.lstrip("-")))
    if unit is None or (len(digits) == 12 and iso_day(digits[:8])):
        return None
    with suppress(OverflowError):
        moment = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC) + datetime.timedelta(seconds=int(digits) // unit)
        return moment.date().isoformat()
    return None


def _ordered_day(first: int, second: int, year: str, lang: str | None, region: str | None) -> str | None:
    """The day of `5-3-2024`: where one of the two is no month it is plain, else by the order of language and region."""
    found = {_calendar_day(year, second, first), _calendar_day(year, first, second)} - {None}
    if len(found) < 2:
        return next(iter(found), None)
    order = cldr.day_month_order(primary(lang) if lang else None, region or region_of(lang or ""))
    months = {"dm": (second, first), "md": (first, second)}
    return _calendar_day(year, *months[order]) if order else None


def _day_in_words(text: str, lang: str | None) -> str | None:
    """The day of `Tue, 05 Mar 2024`, `March 5th, 2024` or `2024年3月5日`.

    Each word must be known: the month's, a weekday's that fits, or one that CLDR writes around days. They are looked
    for in English and the document's language, then in all of them: there a month must be one that all agree on.
    """
    if not re.search(r"\d{4}", text):
        return None
    for langs in ([lang] if lang else [], [_OF_FEEDS], cldr.languages()):
        days = {_day_by(text, primary(name)) for name in langs} - {None}
        if days:
            return days.pop() if len(days) == 1 else None
    return None


def _day_by(text: str, lang: str) -> str | None:
    words = cldr.calendar_words(lang)
    if words is None:
        return None
    months, rest = _taken(words.month, text.casefold())
    weekdays, rest = _taken(words.weekday, rest)
    others = [word for word in _WORD.findall(_without_signs(rest)) if word not in words.around]
    if len(months) != 1 or len(weekdays) > 1 or len(others) != 2 or not all(word.isdecimal() for word in others):
        return None
    day, year = sorted(others, key=len)
    if len(day) > 2 or len(year) != 4 or int(year) not in _YEARS:
        return None
    found = _calendar_day(year, words.months[months[0]], day)
    wrong = found and weekdays and datetime.date.fromisoformat(found).weekday() != words.weekdays[weekdays[0]]
    return None if wrong else found


def _taken(pattern: re.Pattern[str], text: str) -> tuple[list[str], str]:
    """All that a pattern finds in a text, and what is left of it."""
    return pattern.findall(text), pattern.sub(" ", text)


def _without_signs(text: str) -> str:
    """A space for every sign; marks stay, as they belong to the letters of Hindi and Thai."""
    return "".join(" " if unicodedata.category(sign)[0] in "PSZC" else sign for sign in text)
