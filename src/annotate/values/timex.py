"""Values of DATE: slots of a match to TIMEX3, EDTF and first and last day.

What the text gave is kept apart from what was inferred: a relative expression is resolved against the
document's date and says so (`anchor`); without one it keeps TIMEX3's open form and has no days.
TIMEX3: ISO-TimeML, as in Pustejovsky et al. 2010. EDTF: ISO 8601-2, level 1.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Protocol

from msgspec import structs

from annotate.matching.numbers import Number
from annotate.spans import DateValue, TimexType
from annotate.values.parts import day_in, weekday_in


class Slots(Protocol):
    """What a value is made of: named slots."""

    def get(self, name: str) -> Any:
        """The value of a slot, or None."""
        ...


@dataclass(frozen=True, slots=True)
class Calendar:
    """The parts of a date as the text gives them."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None
    week: int | None = None
    quarter: int | None = None
    half: int | None = None
    season: str | None = None
    decade: int | None = None
    century: int | None = None
    #: Whether the year or century is before Christ.
    bc: bool = False


_SATURDAY = 5
_SEASONS = {
    "spring": ("SP", 21, 3),
    "summer": ("SU", 22, 6),
    "autumn": ("FA", 23, 9),
    "winter": ("WI", 24, 12),
}
_DURATION = {
    "year": "P{}Y",
    "month": "P{}M",
    "week": "P{}W",
    "day": "P{}D",
    "decade": "P{}0Y",
    "weekend": "P{}WE",
}


def _value(
    timex: str,
    grain: str,
    *,
    edtf: str | None,
    days: tuple[date, date] | None,
    timex_type: TimexType = "DATE",
) -> DateValue:
    start, end = (day.isoformat() for day in days) if days else (None, None)
    return DateValue(timex, timex_type, None, edtf, start, end, grain, None)


def _told_from(anchor: date, value: DateValue) -> DateValue:
    """A value that was resolved against the document's date, and says so."""
    return structs.replace(value, anchor=anchor.isoformat())


def resolve_date(match: Slots, anchor: date | None) -> DateValue | None:
    """The value of a date, None where the calendar has no such date (`31 februari 2024`).

    Raises nothing: a date out of the range of years 1 to 9999 is no date either.
    """
    try:
        value = None if _is_general(match) else _weekend_at_hand(match, anchor) or _resolve(match, anchor)
    except (ValueError, OverflowError):
        return None
    if value is None:
        return None
    if match.get("fiscal") and value.grain == "year":
        value = structs.replace(value, timex=f"{match.get('fiscal')}{value.timex}")  # TIMEX3 keeps fiscal years apart
    if mod := match.get("mod"):
        about = mod == "APPROX" and value.edtf and not {"/", "X"} & {*value.edtf}
        value = structs.replace(value, mod=mod, edtf=f"{value.edtf}~" if about else value.edtf)
    return value


def _is_general(match: Slots) -> bool:
    """Whether a season is any, since its clause tells neither of the past nor of what is to come.

    >>> _is_general({"season": "winter", "undated": "yes"})
    True
    >>> _is_general({"season": "winter", "undated": "yes", "clause": "past"})
    False
    """
    return match.get("undated") is not None and not match.get("clause")


def _weekend_at_hand(match: Slots, anchor: date | None) -> DateValue | None:
    """The weekend that a clause of the past tells of (on a Saturday or Sunday that very one), or the coming one.

    None where the match is another.
    """
    if not (match.get("undated") and match.get("unit")):
        return None
    over = match.get("clause") == "past" and (anchor is None or anchor.weekday() < _SATURDAY)
    return _relative(match.get("unit"), -1 if over else 0, anchor)


def _resolve(match: Slots, anchor: date | None) -> DateValue | None:
    if match.get("to") is not None:
        return _range(match, anchor)
    if match.get("whole") is not None:
        return _within(match, anchor)
    if match.get("relation"):
        return _distance(match, anchor)
    if match.get("relative"):
        unit, _, offset = match.get("relative").partition(":")
        return _in_directed_period(unit, calendar_of(match, anchor), int(offset), anchor)
    if match.get("year_span") and not match.get("season"):
        first, last = match.get("year_span").split("/")
        return _interval(_point(Calendar(year=int(first))), _point(Calendar(year=int(last))))
    parts = calendar_of(match, anchor)
    if match.get("stretch"):
        return _stretch(match, parts, anchor)
    if match.get("era") is not None and parts.decade is not None:  # 昭和30年代: the years of an era, not of a century
        first = int(match.get("era")) + parts.decade
        return _interval(_point(Calendar(year=first)), _point(Calendar(year=first + 9)))
    if (away := match.get("century_offset")) is not None:
        parts = replace(parts, century=(anchor.year - 1) // 100 + 1 + int(away) if anchor else None)
    if (nth := _integer(match.get("nth"))) is not None and parts.weekday is None:
        return day_in(_anchored(parts, anchor, _direction(match)), nth)
    if match.get("offset") is not None:
        return _directed(match, parts, int(match.get("offset")), anchor)
    if match.get("story") is not None:
        return _point(parts)  # the year of a date before it, which `story` knows: open as long as there is none
    return _anchored(parts, anchor, _direction(match), undecided=match.get("clause") == "undecided")


def _within(match: Slots, anchor: date | None) -> DateValue | None:
    """A part of a larger period: `last Friday of October`, `8th of next month`."""
    whole = _end(_side(match.get("whole"), anchor), anchor, _direction(match))
    if whole is None:
        return None
    parts = calendar_of(match, anchor)
    if (nth := _integer(match.get("nth"))) is not None and parts.weekday is not None:
        return weekday_in(whole, parts.weekday, nth)
    if parts.day is not None:
        return day_in(whole, parts.day)
    if parts.decade is not None:  # the decade of `20er Jahre des letzten Jahrhunderts`, of whichever without a date
        century = int(whole.timex) + 1 if whole.timex.isdecimal() else None
        return _point(replace(parts, century=century))
    return None


@dataclass(frozen=True, slots=True)
class _Given:
    """The slots of a match, and some that the text gives elsewhere."""

    match: Slots
    more: Mapping[str, int]

    def get(self, name: str) -> Any:
        return self.more[name] if name in self.more else self.match.get(name)


#: Slots of dates that give their year, or tell it from another date.
_SAY_YEAR = (
    "year",
    "relative",
    "relation",
    "offset",
    "year_span",
    "from_year",
    "era",
    "short_year",
    "whole",
    "of_unit",
    "year_half",
)


def lacks_year(match: Slots) -> bool:
    """Whether a date is a day, month, quarter, half or season without a year, given or told from another date.

    >>> lacks_year({"day": "6", "month": "6"}), lacks_year({"month": "6", "year": "1944"}), lacks_year({"weekday": "1"})
    (True, False, False)
    """
    if any(match.get(name) is not None for name in _SAY_YEAR):
        return False
    try:
        ends = [calendar_of(match)] if match.get("to") is None else [_side(match.get("from")), _side(match.get("to"))]
    except ValueError:
        return False
    return all(isinstance(end, Calendar) and _is_yearless(end) for end in ends)


def _is_yearless(parts: Calendar) -> bool:
    if any(part is not None for part in (parts.year, parts.decade, parts.century)):
        return False
    return parts.day is not None or _own_order(parts) is not None


def resolve_in_year(match: Slots, year: int, month: int | None) -> DateValue | None:
    """The value of a date without a year in a year, and where it has no month either in that month.

    None where there is no such day, or no month is known.

    >>> resolve_in_year({"day": "6", "month": "6"}, 1944, None).timex
    '1944-06-06'
    """
    if match.get("to") is None and _known_by_day(calendar_of(match)):
        if month is None:
            return None
        return resolve_date(_Given(match, {"year": year, "month": month}), None)
    return resolve_date(_Given(match, {"year": year}), None)


def _direction(match: Slots) -> int:
    """Where the clause says that it looks: 1 to what is to come, -1 back, 0 where it does not say."""
    return {"future": 1, "past": -1}.get(match.get("clause"), 0)


def calendar_of(match: Slots, anchor: date | None = None) -> Calendar:
    """The calendar parts that the slots of a match give; years of two digits are read from the document's date."""
    found = {f.name: _integer(match.get(f.name)) for f in fields(Calendar) if f.name not in ("season", "bc")}
    parts = Calendar(**found, season=match.get("season"), bc=match.get("bc") is not None)
    if iso := match.get("iso"):
        year, month, day = iso.split("-")
        whole = int(year) if len(year) > 2 else whole_year(int(year), anchor)
        parts = replace(parts, year=whole, month=int(month), day=int(day))
    if pair := match.get("year_month"):
        year, month = map(int, pair.split("-"))
        parts = replace(parts, year=year, month=month)
    if pair := match.get("of_law"):
        parts = replace(parts, year=int(pair.split("-")[0]))
    if pair := match.get("month_day"):
        day, month = _dotted(pair) if isinstance(pair, Number) else reversed([int(part) for part in pair.split("-")])
        parts = replace(parts, month=month, day=day)
    if pair := match.get("year_quarter"):
        year, quarter = map(int, pair.split("-"))
        parts = replace(parts, year=year, quarter=quarter)
    if pair := match.get("year_half"):
        year, half = map(int, pair.split("-"))
        parts = replace(parts, year=year, half=half)
    if parts.season and (span := match.get("year_span")):  # Winter 2023/24 begins in the first of the two
        parts = replace(parts, year=int(span.split("/")[0]))
    if (era := match.get("era")) is not None and parts.year is not None:
        parts = replace(parts, year=parts.year + int(era))
    if (short := match.get("short_year")) is not None:
        parts = replace(parts, year=whole_year(int(short), anchor))
    return parts


def whole_year(short: int, anchor: date | None) -> int:
    """The year that two digits stand for: of those, the latest that is at most twenty years after the document's date.

    Without one the usual reading of POSIX: from 1969 to 2068.

    >>> whole_year(65, date(2025, 3, 18)), whole_year(65, date(1950, 3, 18)), whole_year(65, None)
    (1965, 1965, 2065)
    """
    last = anchor.year + 20 if anchor else 2068
    return last - (last - short) % 100


def _dotted(number: Number) -> tuple[int, int]:
    """The day and month that a rule sees in a number: 21 and 10 in `ngày 21.10`."""
    day, _, month = str(number.value).partition(".")
    return int(day), int(month)


def _integer(value: Any) -> int | None:
    if value is None:
        return None
    if isinstance(value, Number):
        if value.value != value.value.to_integral_value():
            raise ValueError("not a whole number")
        return int(value.value)
    return int(value)


def _month_days(year: int, first: int, last: int) -> tuple[date, date]:
    """From the first day of one month to the last of another; months above 12 run into the next year."""
    end_year, end_month = year + (last - 1) // 12, (last - 1) % 12 + 1
    return date(year, first, 1), date(end_year, end_month, calendar.monthrange(end_year, end_month)[1])


def _point(parts: Calendar) -> DateValue:
    """The value of parts that stand by themselves; open where the year is not given."""
    y = "XXXX" if parts.year is None else f"{parts.year:04d}"
    if parts.decade is not None:
        return _decade(parts.decade % 100 + (parts.century - 1) * 100 if parts.century else parts.decade)
    if parts.century is not None:
        value = _century(parts.century, bc=parts.bc)
        return structs.replace(value, mod="START" if parts.half == 1 else "END") if parts.half in (1, 2) else value
    if parts.month is not None:
        return _in_month(parts, y)
    for grain, number, months in (("quarter", parts.quarter, 3), ("half", parts.half, 6)):
        if number is not None:
            return _part_of_year(parts.year, y, grain, number, months)
    if parts.season is not None:
        code, edtf, first = _SEASONS[parts.season]
        spanned = None if parts.year is None else _month_days(parts.year, first, first + 2)
        return _value(f"{y}-{code}", "season", edtf=f"{y}-{edtf}" if spanned else None, days=spanned)
    if parts.week is not None:
        if parts.year is None:
            return _value(f"XXXX-W{parts.week:02d}", "week", edtf=None, days=None)
        return _week(date.fromisocalendar(parts.year, parts.week, 1))
    if parts.bc and parts.year:
        return _value(f"BC{y}", "year", edtf=f"{1 - parts.year:05d}", days=None)
    if parts.year is not None:
        return _value(y, "year", edtf=y, days=_month_days(parts.year, 1, 12))
    return _open_day(parts)


def _stretch(match: Slots, parts: Calendar, anchor: date | None) -> DateValue | None:
    """Several months of a year, its first or last, or a business year that ends with a month."""
    if (stretch := match.get("stretch")) == "through":
        return _year_through(parts)
    return _stretch_of_year(match, parts.year, anchor, last=stretch == "last")


def _stretch_of_year(match: Slots, year: int | None, anchor: date | None, *, last: bool) -> DateValue | None:
    """`first nine months of 2024`, and of the document's year where none is named."""
    months = (_integer(match.get("count")) or 0) * (3 if match.get("unit") == "quarter" else 1)
    if not 1 <= months <= 12:
        return None
    first = 13 - months if last else 1
    known = anchor.year + int(match.get("year_offset") or 0) if year is None and anchor else year
    value = _interval(*(_point(Calendar(year=known, month=m)) for m in (first, first + months - 1)))
    return value if year or value is None or anchor is None else _told_from(anchor, value)


def _year_through(last: Calendar) -> DateValue | None:
    """The twelve months that end with one, as a business year is called in Japan: 2024年3月期."""
    if last.year is None or last.month is None:
        return None
    first = Calendar(year=last.year - (last.month < 12), month=last.month % 12 + 1)
    return _interval(_point(first), _point(last))


def _century(number: int, *, bc: bool) -> DateValue:
    """A century by its number, or by its first year: 1900-luku, 1900-talet."""
    number = number // 100 + 1 if number >= 100 else number
    if not 1 <= number <= 30:
        raise ValueError("no such century")
    if bc:
        return _value(f"BC{number - 1:02d}", "century", edtf=None, days=None)
    first = (number - 1) * 100
    days = (date(max(first, 1), 1, 1), date(first + 99, 12, 31))
    return _value(f"{number - 1:02d}", "century", edtf=f"{number - 1:02d}XX", days=days)


def _open_day(parts: Calendar) -> DateValue:
    """A day of which neither month nor year is given: `maandag`, `7日`."""
    if parts.day is not None and 1 <= parts.day <= 31:
        return _value(f"XXXX-XX-{parts.day:02d}", "day", edtf=None, days=None)
    if parts.day is None and parts.weekday is not None:
        return _value(f"XXXX-WXX-{parts.weekday}", "day", edtf=None, days=None)
    raise ValueError("no date")


def _in_month(parts: Calendar, y: str) -> DateValue:
    assert parts.month is not None
    if not 1 <= parts.month <= 12:
        raise ValueError("no such month")
    timex = f"{y}-{parts.month:02d}"
    if parts.day is None:
        days = None if parts.year is None else _month_days(parts.year, parts.month, parts.month)
        return _value(timex, "month", edtf=timex if days else None, days=days)
    day = date(parts.year or 2000, parts.month, parts.day)
    timex = f"{timex}-{parts.day:02d}"
    given = parts.year is not None
    return _value(timex, "day", edtf=timex if given else None, days=(day, day) if given else None)


def _part_of_year(year: int | None, y: str, grain: str, number: int, months: int) -> DateValue:
    if not 1 <= number <= 12 // months:
        raise ValueError(f"no such {grain}")
    timex = f"{y}-{'Q' if grain == 'quarter' else 'H'}{number}"
    if year is None:
        return _value(timex, grain, edtf=None, days=None)
    days = _month_days(year, number * months - months + 1, number * months)
    return _value(timex, grain, edtf=f"{days[0]:%Y-%m}/{days[1]:%Y-%m}", days=days)


def _decade(decade: int) -> DateValue:
    """A decade by its first year; one of two digits (`jaren negentig`) is of the last century, if not too recent."""
    if decade < 100:
        if decade < 30:
            return _value(f"XX{decade // 10}", "decade", edtf=None, days=None)
        decade += 1900
    first = decade - decade % 10
    return _value(f"{first // 10}", "decade", edtf=f"{first // 10}X", days=(date(first, 1, 1), date(first + 9, 12, 31)))


def _week(monday: date, *, weekend: bool = False) -> DateValue:
    iso = monday.isocalendar()
    days = (monday + timedelta(5 if weekend else 0), monday + timedelta(6))
    timex = f"{iso.year}-W{iso.week:02d}" + ("-WE" if weekend else "")
    return _value(timex, "weekend" if weekend else "week", edtf=f"{days[0]}/{days[1]}", days=days)


# --- relative to the document's date ---------------------------------------------------------------------------


def _open(offset: int, unit: str) -> DateValue:
    timex = "PRESENT_REF" if offset == 0 else "PAST_REF" if offset < 0 else "FUTURE_REF"
    return _value(timex, unit, edtf=None, days=None)


def _add_months(anchor: date, months: int) -> tuple[int, int]:
    index = anchor.year * 12 + anchor.month - 1 + months
    return index // 12, index % 12 + 1


def _relative(unit: str, offset: int, anchor: date | None) -> DateValue:
    """A period so many units away from the document's: `vorig jaar`, `gisteren`, `next quarter`."""
    if anchor is None:
        return _open(offset, unit)
    monday = anchor - timedelta(anchor.weekday())
    if unit == "day":
        day = anchor + timedelta(offset)
        value = _value(day.isoformat(), "day", edtf=day.isoformat(), days=(day, day))
    elif unit in ("week", "weekend"):
        value = _week(monday + timedelta(7 * offset), weekend=unit == "weekend")
    elif unit == "month":
        year, month = _add_months(anchor, offset)
        value = _point(Calendar(year=year, month=month))
    elif unit in ("quarter", "half"):
        size = 3 if unit == "quarter" else 6
        index = anchor.year * (12 // size) + (anchor.month - 1) // size + offset
        value = _point(Calendar(year=index // (12 // size), **{unit: index % (12 // size) + 1}))  # type: ignore[arg-type]
    elif unit == "decade":
        value = _decade(anchor.year - anchor.year % 10 + 10 * offset)
    elif unit == "century":
        value = _point(Calendar(century=(anchor.year - 1) // 100 + 1 + offset))
    else:
        value = _point(Calendar(year=anchor.year + offset))
    return _told_from(anchor, value)


def _distance(match: Slots, anchor: date | None) -> DateValue | None:
    """`three years ago`, `over twee weken` (a point) and `afgelopen 20 jaar`, `next five years` (a stretch)."""
    relation, length = match.get("relation"), _length_told(match)
    if length is None:
        return None
    unit, count = length
    if unit not in (*_DURATION, "quarter", "half", "century") or count <= 0:
        return None
    sign = -1 if relation in ("ago", "past") else 1
    if relation in ("ago", "ahead"):
        if unit == "half":  # half a year is six months here, and no half of a calendar year
            unit, count = "month", count * _MONTHS[unit]
        return _relative(unit, sign * count, anchor)
    value = _value(_length(unit, count), unit, edtf=None, days=None, timex_type="DURATION")
    if anchor is not None:
        other = _shift(anchor, unit, sign * count)
        first, last = sorted((anchor, other))
        days = {"start": first.isoformat(), "end": last.isoformat(), "edtf": f"{first}/{last}"}
        value = _told_from(anchor, structs.replace(value, **days))
    return value


_MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12, "decade": 120, "century": 1200}
_DAYS = {"day": 1, "week": 7}


def _length_told(match: Slots) -> tuple[str, int] | None:
    """A length in one unit: that of the smaller one of `two years and three months`, months for `a year and a half`.

    None where no whole number of a unit comes of it.
    """
    half = Decimal("0.5") if match.get("half") is not None else 0
    told = [(str(match.get("unit")), _decimal(match.get("count")) + half)]
    if match.get("unit_more"):
        told.append((str(match.get("unit_more")), _decimal(match.get("count_more"))))
    elif told[0][1] == told[0][1].to_integral_value():
        return told[0][0], int(told[0][1])
    for name, sizes in (("month", _MONTHS), ("day", _DAYS)):
        if all(unit in sizes for unit, _ in told):
            length = sum(sizes[unit] * count for unit, count in told)
            return (name, int(length)) if length == int(length) else None
    return None


def _decimal(count: Any) -> Decimal:
    """A count in numbers, one where none is named."""
    return count.value if isinstance(count, Number) else Decimal(count or 1)


def _length(unit: str, count: int) -> str:
    months = {"quarter": 3, "half": 6}.get(unit)
    if months:
        return f"P{months * count}M"
    return f"P{count}00Y" if unit == "century" else _DURATION[unit].format(count)


def _shift(anchor: date, unit: str, count: int) -> date:
    if unit in ("day", "week", "weekend"):
        return anchor + timedelta(count * (1 if unit == "day" else 7))
    year, month = _add_months(anchor, _MONTHS[unit] * count)
    return date(year, month, min(anchor.day, calendar.monthrange(year, month)[1]))


def _directed(match: Slots, parts: Calendar, offset: int, anchor: date | None) -> DateValue | None:
    """`vorig jaar`, `last March`, `next Monday`: the unit or the named period before or after the document's."""
    if match.get("unit"):
        return _in_directed_period(match.get("unit"), parts, offset, anchor)
    if anchor is None or parts.year is not None:
        return _point(parts)
    if parts.day is not None and _known_by_day(parts):
        return _day_of_month(parts.day, anchor, offset, parts.weekday)
    if parts.weekday is not None and parts.month is None:
        return _relative("day", _days_to(parts.weekday, offset, anchor), anchor)
    current, own = _order_in_year(anchor, parts), _own_order(parts)
    if parts.month is not None and parts.day is not None:
        current, own = anchor.month * 100 + anchor.day, parts.month * 100 + parts.day
    if own is None or current is None:
        return None
    years = offset
    if offset < 0:
        years = 0 if own < current else -1
    elif offset > 0:
        years = 0 if own > current else 1
    elif parts.season == "winter" and current < 0:
        years = -1
    return _told_from(anchor, _point(replace(parts, year=anchor.year + years)))


def _days_to(weekday: int, offset: int, anchor: date) -> int:
    """How many days off the last, this week's or the next such weekday is."""
    away = weekday - 1 - anchor.weekday()
    if offset == 0:
        return away
    return away % 7 - 7 if offset < 0 else away % 7 or 7


def _in_directed_period(unit: str, parts: Calendar, offset: int, anchor: date | None) -> DateValue:
    """`vorig jaar`, or what stands in it: `marzo del año pasado`, the Monday of last week."""
    if unit == "week" and parts.weekday and anchor:
        return _relative("day", 7 * offset + parts.weekday - 1 - anchor.weekday(), anchor)
    if unit == "month" and parts.day is not None:
        return _in_directed_month(parts, offset, anchor)
    if unit == "year" and parts != Calendar():
        return _in_directed_year(parts, offset, anchor)
    return _relative(unit, offset, anchor)


def _in_directed_year(parts: Calendar, offset: int, anchor: date | None) -> DateValue:
    """`marzo del año pasado`: the parts stand in the year before or after the document's."""
    if anchor is None:
        return _point(parts)
    return _told_from(anchor, _point(replace(parts, year=anchor.year + offset)))


def _in_directed_month(parts: Calendar, offset: int, anchor: date | None) -> DateValue:
    """`先月28日`, `지난달 28일`: a day of the month before or after the document's."""
    if anchor is None:
        return _point(parts)
    year, month = _add_months(anchor, offset)
    return _told_from(anchor, _point(replace(parts, year=year, month=month)))


def _known_by_day(parts: Calendar) -> bool:
    """Whether a day stands without its month, with its weekday or without: `viernes 14`, `7日`."""
    return parts.day is not None and parts == Calendar(day=parts.day, weekday=parts.weekday)


def _day_of_month(day: int, anchor: date, direction: int, weekday: int | None = None) -> DateValue:
    """`7日`: the nearest seventh, that of the weekday where one stands with it; the last one before (`지난 6일`) or
    the next one after the document's date."""
    days = []
    for months in (0, -1, 1):
        year, month = _add_months(anchor, months)
        if day <= calendar.monthrange(year, month)[1]:
            days.append(date(year, month, day))
    days = [d for d in days if d.isoweekday() == weekday] or days
    fitting = [d for d in days if (d - anchor).days * direction >= 0]
    if not fitting:
        raise ValueError("no such day")
    nearest = min(fitting, key=lambda d: abs((d - anchor).days))
    return _told_from(anchor, _point(Calendar(year=nearest.year, month=nearest.month, day=nearest.day)))


def _own_order(parts: Calendar) -> int | None:
    if parts.month is not None:
        return parts.month
    if parts.season is not None:
        return ("spring", "summer", "autumn", "winter").index(parts.season)
    return parts.quarter or parts.half


def _order_in_year(anchor: date, parts: Calendar) -> int | None:
    if parts.month is not None:
        return anchor.month
    if parts.season is not None:
        return anchor.month // 3 - 1  # January and February are of the winter of the year before
    return (anchor.month - 1) // (3 if parts.quarter else 6) + 1


def _anchored(parts: Calendar, anchor: date | None, direction: int = 0, *, undecided: bool = False) -> DateValue:
    """Parts without a year: those that the clause looks to, else the nearest ones to the document's date."""
    if anchor is None or parts.year is not None or parts.decade is not None or parts.century is not None:
        return _point(parts)
    if parts.day is not None and _known_by_day(parts):
        return _day_of_month(parts.day, anchor, direction, parts.weekday)
    if parts.weekday is not None and parts.month is None:
        # a bare weekday in the news is the last one, in a clause about the future the next one, today included
        away = (parts.weekday - 1 - anchor.weekday()) % 7
        return _relative("day", away if direction > 0 or away == 0 else away - 7, anchor)
    if parts.month is None and parts.quarter is None and parts.half is None and parts.season is None:
        return _point(parts)
    years = (anchor.year, anchor.year - 1, anchor.year + 1)
    dated = [v for v in (_try_point(replace(parts, year=year)) for year in years) if v is not None]
    if not dated:
        raise ValueError("no such day")
    dated = [v for v in dated if _on_weekday(parts, v)] or dated
    ahead, behind = [v for v in dated if _last_day(v) >= anchor], [v for v in dated if _first_day(v) <= anchor]
    if direction > 0 and ahead:
        best = min(ahead, key=_first_day)
    elif direction < 0 and behind:
        best = max(behind, key=_first_day)
    else:
        best = _nearest(parts, dated, anchor, undecided=undecided)
    return _told_from(anchor, best)


def _on_weekday(parts: Calendar, value: DateValue) -> bool:
    """Whether a day falls on the weekday that stands with it, as 11 October does on a Saturday in 2025."""
    return parts.weekday in (None, _first_day(value).isoweekday())


def _nearest(parts: Calendar, dated: list[DateValue], anchor: date, *, undecided: bool) -> DateValue:
    """Of the values in the document's year and its neighbours the nearest.

    Where none is near, it is the last that has begun, because a clause that looks ahead says so; the year's own, where
    the clause might (`was expected in October`), and of halves, which are told of for years ahead.
    """
    if parts.day is not None:
        return min(dated, key=lambda v: _away(v, anchor))
    near = [v for v in dated if _away(v, anchor) <= 92]
    begun = [v for v in dated if _first_day(v) <= anchor]
    if parts.half is not None or not (near or begun) or (undecided and not near and parts.quarter is None):
        return dated[0]
    return min(near, key=lambda v: _away(v, anchor)) if near else max(begun, key=_first_day)


def _try_point(parts: Calendar) -> DateValue | None:
    try:
        return _point(parts)
    except ValueError:
        return None


def _first_day(value: DateValue) -> date:
    assert value.start is not None
    return date.fromisoformat(value.start)


def _last_day(value: DateValue) -> date:
    assert value.end is not None
    return date.fromisoformat(value.end)


def _away(value: DateValue, anchor: date) -> int:
    start, end = _first_day(value), _last_day(value)
    return 0 if start <= anchor <= end else min(abs((start - anchor).days), abs((end - anchor).days))


# --- ranges --------------------------------------------------------------------------------------------------------


def _range(match: Slots, anchor: date | None) -> DateValue | None:
    first, last = _side(match.get("from"), anchor), _side(match.get("to"), anchor)
    if match.get("from_year"):
        first = Calendar(year=int(match.get("from_year")))
    if match.get("year") and isinstance(last, Calendar):
        last = replace(last, year=int(match.get("year")))
    if isinstance(first, Calendar) and isinstance(last, Calendar):
        last = _in_century(last, match.get("to"), first)
        first, last = _fill(first, last), _fill(last, first, later=True)
    direction = _direction(match)
    one = _end(first, anchor, direction)
    if one and not isinstance(first, Calendar) and isinstance(last, Calendar) and last.weekday is None:
        last = _fill(last, _known_of(one), later=True)
    two = _end(last, anchor, direction)
    if two and not isinstance(last, Calendar) and isinstance(first, Calendar):
        one = _end(_fill(first, _known_of(two)), anchor, direction)
    if not (one and two):
        return None
    if (value := _interval(one, two)) or anchor is None:
        return value
    if not direction and isinstance(first, Calendar) and isinstance(last, Calendar):
        value = _in_order(first, last, one, two, anchor)
    later = None if value else _later(one, last, anchor)
    return _interval(one, later) if later else value


def _in_century(last: Calendar, slot: Any, first: Calendar) -> Calendar:
    """A short year after a whole one is of the same century, `1921年から22年`, or of the next: `1998〜02年`."""
    if isinstance(slot, str | Number) or slot is None or slot.get("short_year") is None or first.year is None:
        return last
    year = first.year - first.year % 100 + int(slot.get("short_year"))
    return replace(last, year=year + 100 * (year < first.year))


def _known_of(value: DateValue) -> Calendar:
    """What a relative first end tells of the second: the year and month of `先月20` in `先月20〜22日`."""
    if value.days is None or value.grain not in ("day", "month", "quarter"):
        return Calendar()
    day = _first_day(value)
    if value.grain == "quarter":
        return Calendar(year=day.year, quarter=(day.month + 2) // 3)
    return Calendar(year=day.year, month=day.month)


def _in_order(first: Calendar, last: Calendar, one: DateValue, two: DateValue, anchor: date) -> DateValue | None:
    """Two ends without a year, each nearest to the document's date, that run backwards: one of them moves by years."""
    if first.year is not None or last.year is not None:
        return None
    if _known_by_day(first) and _known_by_day(last):
        end = _try_point(_fill(last, _known_of(one)))
        return end and _interval(one, _told_from(anchor, end))
    if None in (first.month, last.month):
        return None
    begun, ended = _first_day(one).year, _first_day(two).year
    pairs: list[tuple[DateValue | None, DateValue | None]] = [
        (_try_point(replace(first, year=ended - years)), two) for years in (0, 1)
    ]
    pairs.append((one, _try_point(replace(last, year=begun))))
    pairs = [(a, b) for a, b in pairs if a and b and _on_weekday(first, a) and _on_weekday(last, b)] or pairs
    found = [value for low, high in pairs if low and high and (value := _interval(low, high))]
    nearest = max(found, key=lambda value: (-_away(value, anchor), _first_day(value)), default=None)
    return nearest and _told_from(anchor, nearest)


def _later(one: DateValue, last: Any, anchor: date) -> DateValue | None:
    """The second end of `Thursday to Saturday`, `November bis Februar`, as the next one after the first."""
    if not isinstance(last, Calendar) or last.year is not None:
        return None
    return _told_from(anchor, _anchored(last, _first_day(one), 1))


def _side(slot: Any, anchor: date | None = None) -> Any:
    """One end of a range: its calendar parts, or the match itself where it is relative."""
    if isinstance(slot, str | Number):  # a bare number: the day of `3–5 mei`, the year of `2014–2020`
        number = _integer(slot) or 0
        return Calendar(day=number) if number < 100 else Calendar(year=number)
    if slot is None or any(slot.get(name) is not None for name in ("relation", "relative", "offset", "from", "whole")):
        return slot
    return calendar_of(slot, anchor)


def _end(side: Any, anchor: date | None, direction: int = 0) -> DateValue | None:
    return _anchored(side, anchor, direction) if isinstance(side, Calendar) else _resolve(side, anchor)


def _fill(parts: Calendar, other: Calendar, *, later: bool = False) -> Calendar:
    """What one end of a range leaves out, taken from the other: the month and year of `3` in `3–5 mei 2025`."""
    if parts.year is None and other.year is not None and parts.decade is None and parts.century is None:
        order, against = _own_order(parts), _own_order(other)
        crosses = order is not None and against is not None and (order < against if later else order > against)
        parts = replace(parts, year=other.year + (1 if later else -1) * crosses)
    if parts.month is None and parts.day is not None:
        parts = replace(parts, month=other.month)
    for name in ("quarter", "half"):
        if parts == Calendar(year=parts.year) and getattr(other, name) is not None:
            return parts
    return parts


def _interval(one: DateValue, two: DateValue) -> DateValue | None:
    """Two values as one interval; None where the second comes before the first."""
    if one.start and two.end and one.start > two.end:
        return None
    edtf = f"{one.edtf.split('/')[0]}/{two.edtf.split('/')[-1]}" if one.edtf and two.edtf else None
    anchor = one.anchor or two.anchor
    return DateValue(f"{one.timex}/{two.timex}", "DATE", None, edtf, one.start, two.end, one.grain, anchor)
