"""ISO dates as gold data writes them: the days that they cover."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta

_ISO = re.compile(
    r"(?P<year>\d{4})(-((?P<month>\d\d)(-(?P<day>\d\d))?|W(?P<week>\d\d)|Q(?P<quarter>[1-4])|H(?P<half>[12])))?"
)


def bare(iso: str) -> str:
    """A date as TIMEX3 writes it: without the time of day, and without the parts that are unknown.

    >>> [bare(iso) for iso in ("2012-08-10T12:00", "2021-07-XX", "199X", "XXXX-05-06")]
    ['2012-08-10', '2021-07', '199', 'XXXX-05-06']
    """
    day = re.sub(r"(?<=\d)T.*", "", iso)
    known = re.sub(r"(-XX)+$", "", day)
    return re.sub(r"^(\d{2,3})X{1,2}$", r"\1", known)


def first_day(iso: str) -> str | None:
    """The first day that an ISO date, month, week, quarter or year covers."""
    days = _days(iso)
    return days[0].isoformat() if days else None


def last_day(iso: str) -> str | None:
    """The last day that it covers."""
    days = _days(iso)
    return days[1].isoformat() if days else None


def last_day_before(iso: str) -> str | None:
    """The day before its first one, for an end that is out of the interval."""
    days = _days(iso)
    return (days[0] - timedelta(days=1)).isoformat() if days else None


def _days(iso: str) -> tuple[date, date] | None:
    """The first and last day of a year, half-year, quarter, month, week or day; None for what is no date."""
    parts = _ISO.fullmatch(bare(iso))
    if parts is None:
        return None
    given = {name: int(part) for name, part in parts.groupdict().items() if part is not None}
    try:
        return _stretch(**given)
    except ValueError:  # 31 February, week 60
        return None


def _stretch(
    year: int, month: int = 0, day: int = 0, week: int = 0, quarter: int = 0, half: int = 0
) -> tuple[date, date]:
    if day:
        return date(year, month, day), date(year, month, day)
    if week:
        return date.fromisocalendar(year, week, 1), date.fromisocalendar(year, week, 7)
    first, months = 1, 12
    if month:
        first, months = month, 1
    elif quarter:
        first, months = 3 * quarter - 2, 3
    elif half:
        first, months = 6 * half - 5, 6
    last = first + months - 1
    return date(year, first, 1), date(year, last, monthrange(year, last)[1])
