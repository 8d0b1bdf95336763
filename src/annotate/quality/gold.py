"""What a gold span says its value is, in the output's terms: full values, and the simpler ones of other corpora."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from annotate.quality.iso import first_day, last_day, last_day_before
from annotate.spans import TIMEX_MODS

Span = Mapping[str, Any]
Value = Mapping[str, Any]


def stated_value(label: str, span: Span) -> Value | None:
    """What a span says its value is, in the output's terms and no more; None where it says nothing.

    >>> stated_value("PARTNERSHIP", {"value": "comprehensive strategic"})
    {'kind': 'partnership', 'level': ['comprehensive', 'strategic']}
    >>> stated_value("MONEY", {"amount": 60000000000.0, "currency": "USD"})
    {'amount': '60000000000', 'currency': 'USD'}
    """
    value = span.get("value")
    if isinstance(value, Mapping):
        return value or None
    simple: dict[str, Callable[[Span], Value]] = {
        "DATE": _simple_date,
        "MONEY": _simple_money,
        "AGREEMENT": _simple_agreement,
        "PARTNERSHIP": _simple_partnership,
    }
    return simple.get(label, _simple_other)(span) or None


#: Duckling's `Day-interval` ends on the first day out, chrono's `date-interval` on the last one in.
_END_IS_OUT = re.compile(r"[A-Z][a-z]+-interval")


def _simple_date(span: Span) -> Value:
    """`value` is a TIMEX3 value or an ISO date; an interval has `start_value` and `end_value` in its place.

    A bound has `start_value` alone: its preposition is outside our spans, so it is asked as a plain date.
    A `mod` that is not TIMEX3 (`After`, `NOW`) is the source's own word, and not asked.
    """
    begin, end = span.get("start_value"), span.get("end_value")
    iso = span.get("value") or (begin if end is None else None)
    stated = {"iso": iso} if iso else _simple_interval(span)
    if span.get("mod") in TIMEX_MODS:
        stated["mod"] = span["mod"]
    return stated


def _simple_interval(span: Span) -> dict[str, Any]:
    last = last_day_before if _END_IS_OUT.fullmatch(str(span.get("timex_type"))) else last_day
    days = {"start": first_day(str(span.get("start_value"))), "end": last(str(span.get("end_value")))}
    return {key: day for key, day in days.items() if day is not None}


def _simple_money(span: Span) -> Value:
    """`amount` with `currency`; a range or bound has `start_value` and `end_value` instead."""
    least, most = span.get("start_value"), span.get("end_value")
    stated: dict[str, Any] = {}
    if span.get("amount") is not None:
        stated["amount"] = plain(span["amount"])
    elif least is not None and most is not None:
        stated |= {"min": plain(least), "max": plain(most)}
    elif least is not None:
        stated["at_least"] = plain(least)
    elif most is not None:
        stated["at_most"] = plain(most)
    if stated and span.get("currency"):
        stated["currency"] = span["currency"]
    return stated


def _simple_agreement(span: Span) -> Value:
    return {"kind": "_".join(str(span["value"]).split())} if span.get("value") else {}


_SIMPLE_KINDS = {
    "shared future": "shared_future_community",
    "shared future community": "shared_future_community",
    "shared_future_community": "shared_future_community",
    "alliance": "alliance",
}


def _simple_partnership(span: Span) -> Value:
    """Either the kind, or the levels of a partnership; the empty string is a partnership without a level."""
    if span.get("value") is None:
        return {}
    value = str(span["value"])
    if value in _SIMPLE_KINDS:
        return {"kind": _SIMPLE_KINDS[value]}
    return {"kind": "partnership", "level": [level for level in value.split() if level != "partnership"]}


def _simple_other(span: Span) -> Value:
    return {"timex": span["value"]} if span.get("value") is not None else {}


def plain(number: Any) -> str:
    """A number as a decimal string, without an exponent or idle zeros."""
    exact = decimal_of(number)
    return format(exact.normalize(), "f") if isinstance(exact, Decimal) else str(number)


def decimal_of(number: Any) -> Decimal | str | None:
    """The exact number; a string that is none as it is, so that it equals nothing but itself."""
    if number is None:
        return None
    try:
        return Decimal(str(number))
    except InvalidOperation:
        return str(number)
