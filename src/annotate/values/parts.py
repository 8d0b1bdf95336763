"""Parts of a larger period: last Friday of October, the 8th of next month."""

from __future__ import annotations

from datetime import date, timedelta

from msgspec import structs

from annotate.spans import DateValue


def weekday_in(whole: DateValue, weekday: int, nth: int) -> DateValue | None:
    """The nth such weekday of a month or week, the last where nth is below zero; open where the period is.

    >>> month = DateValue("2019-10", "DATE", None, "2019-10", "2019-10-01", "2019-10-31", "month", None)
    >>> weekday_in(month, 5, -1).timex, weekday_in(month, 3, 1).timex, weekday_in(month, 3, 6)
    ('2019-10-25', '2019-10-02', None)
    """
    if whole.grain not in ("month", "week"):
        return None
    if whole.days is None:
        return whole
    begin, end = whole.days
    if nth < 0:
        day = end - timedelta((end.isoweekday() - weekday) % 7)
    else:
        day = begin + timedelta((weekday - begin.isoweekday()) % 7 + 7 * (nth - 1))
    return _day(whole, day) if begin <= day <= end else None


def day_in(whole: DateValue, day: int) -> DateValue | None:
    """A day of a month by its number, -1 the last; open where the month is, None where it has no such day.

    >>> month = DateValue("2025-04", "DATE", None, "2025-04", "2025-04-01", "2025-04-30", "month", None)
    >>> day_in(month, 8).timex, day_in(month, -1).timex, day_in(month, 31)
    ('2025-04-08', '2025-04-30', None)
    """
    if whole.grain != "month":
        return None
    if whole.days is None:
        return whole
    begin, end = whole.days
    if day < 0:
        return _day(whole, end + timedelta(day + 1))
    return _day(whole, begin + timedelta(day - 1)) if day <= end.day else None


def _day(whole: DateValue, day: date) -> DateValue:
    iso = day.isoformat()
    return structs.replace(whole, timex=iso, edtf=iso, start=iso, end=iso, grain="day")
