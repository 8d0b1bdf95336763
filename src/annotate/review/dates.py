"""What a date stands for that a reviewer has written in TIMEX3: its days, its EDTF form, its size."""

from __future__ import annotations

import re
from typing import Any

Value = dict[str, Any]

_KEYS = ("timex", "timex_type", "mod", "edtf", "start", "end", "grain", "anchor")
_SEASONS = {"SP": "spring", "SU": "summer", "FA": "autumn", "WI": "winter"}
_GRAINS = {"Y": "year", "M": "month", "W": "week", "D": "day", "WE": "weekend"}
_POINT = re.compile(
    r"(?:(?P<century>\d\d)|(?P<decade>\d{3})|(?P<fiscal>FY)?(?P<year>\d{4})(?:-(?:(?P<month>\d\d)(?:-(?P<day>\d\d))?"
    r"|W(?P<week>\d\d)(?P<weekend>-WE)?|Q(?P<quarter>[1-4])|H(?P<half>[12])|(?P<season>SP|SU|FA|WI)))?)"
)
_DURATION = re.compile(r"P(?:[0-9X]+(?:\.[0-9]+)?(?P<unit>WE|[YMWD]))+")
_REFERENCE = re.compile(r"(?:PAST|PRESENT|FUTURE)_REF")
_OPEN = re.compile(r"XXXX-(?:\d\d(?:-\d\d)?|\d\d-XX|W[0-9X]{2}(?:-[1-7])?|Q[1-4X]|H[12X]|SP|SU|FA|WI)")


def complete_date(timex: str, mod: str | None = None) -> Value | None:
    """The whole value of a date from its TIMEX3 form; None where the form is none, or there is no such day.

    What the calendar alone cannot tell, as when `P3Y` begins, stays null.

    >>> complete_date("2024-Q3")["start"], complete_date("199")["edtf"], complete_date("2024-02-30")
    ('2024-07-01', '199X', None)
    """
    timex = timex.strip()
    first, slash, last = timex.partition("/")
    value = _interval(first, last) if slash else _one(timex)
    if value is not None and mod:
        value["mod"] = mod
        if mod == "APPROX" and value["edtf"] and "/" not in value["edtf"] and "X" not in value["edtf"]:
            value["edtf"] += "~"
    return value


def _one(timex: str) -> Value | None:
    if found := _POINT.fullmatch(timex):
        return _point({name: part for name, part in found.groupdict().items() if part is not None})
    if found := _DURATION.fullmatch(timex):
        return _bare(timex, "DURATION", _GRAINS[found["unit"]])
    if _REFERENCE.fullmatch(timex) or _OPEN.fullmatch(timex):
        return _bare(timex, "DATE", None)
    return None


def _point(parts: dict[str, str]) -> Value | None:
    from annotate.values.timex import resolve_date  # spaCy comes with it

    weekend = parts.pop("weekend", None)
    slots: dict[str, Any] = {name: int(part) if part.isdigit() else part for name, part in parts.items()}
    if "season" in slots:
        slots["season"] = _SEASONS[slots["season"]]
    if "century" in slots:
        slots["century"] += 1
    if "decade" in slots:
        slots["decade"] *= 10
    found = resolve_date(slots, None)
    value = None if found is None else found.to_dict()
    if value is not None and weekend:
        monday = str(value["start"])
        value |= _weekend(monday, str(value["end"]))
        value["timex"] += weekend
    return value


def _weekend(monday: str, sunday: str) -> Value:
    from datetime import date, timedelta

    saturday = (date.fromisoformat(monday) + timedelta(5)).isoformat()
    return {"start": saturday, "end": sunday, "edtf": f"{saturday}/{sunday}", "grain": "weekend"}


def _interval(first: str, last: str) -> Value | None:
    sides = [None if side in ("..", "") else _one(side) for side in (first, last)]
    known = [side for side in sides if side is not None]
    if len(known) < 2 - (first in ("..", "")) - (last in ("..", "")) or not known:
        return None
    one, two = sides
    start, end = one and one["start"], two and two["end"]
    if start and end and start > end:
        return None
    forms = [side["edtf"] if side else ".." for side in sides]
    edtf = f"{forms[0].split('/')[0]}/{forms[1].split('/')[-1]}" if all(forms) else None
    value = _bare(f"{first}/{last}", "DATE", known[0]["grain"])
    return value | {"edtf": edtf, "start": start, "end": end}


def _bare(timex: str, kind: str, grain: str | None) -> Value:
    value: Value = dict.fromkeys(_KEYS)
    return value | {"timex": timex, "timex_type": kind, "grain": grain}
