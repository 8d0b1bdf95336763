"""Whether a value found is the one that the gold states; what the gold does not say is not asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from annotate.quality.gold import Span, Value, decimal_of, stated_value
from annotate.quality.iso import bare, first_day, last_day


def right_value(label: str, gold: Span, predicted: Span) -> bool | None:
    """Whether the predicted span has the gold one's value; None where the gold one says nothing of it.

    >>> gold = {"amount": 2.5e9, "currency": "USD"}
    >>> right_value("MONEY", gold, {"value": {"amount": "2500000000.00", "currency": "USD"}})
    True
    """
    stated = stated_value(label, gold)
    if stated is None:
        return None
    same: dict[str, Callable[[Value, Value], bool]] = {
        "DATE": _same_date,
        "MONEY": _same_money,
        "AGREEMENT": _same_agreement,
        "PARTNERSHIP": partial(_same_stated, ("kind", "level")),
    }
    compare = same.get(label, partial(_same_stated, tuple(stated)))
    return compare(stated, stated_value(label, predicted) or {})


def _same_stated(keys: Iterable[str], stated: Value, found: Value) -> bool:
    """Whether the two agree on those of the keys that the gold states, a stated null included."""
    return all(stated[key] == found.get(key) for key in keys if key in stated)


def _same_non_null(keys: Iterable[str], stated: Value, found: Value) -> bool:
    """The same, where a null in the gold says nothing."""
    return all(stated[key] == found.get(key) for key in keys if stated.get(key) is not None)


def _same_date(stated: Value, found: Value) -> bool:
    timex = found.get("timex", found.get("iso"))
    return (
        ("iso" not in stated or _same_iso(str(stated["iso"]), found))
        and ("timex" not in stated or stated["timex"] == timex)
        and _same_stated(("mod",), stated, found)
        and _same_non_null(("start", "end"), stated, found)
    )


def _same_iso(iso: str, found: Value) -> bool:
    """Whether a plain date is the one found: as its TIMEX3, as its EDTF, or as the days from and to."""
    if bare(iso) in {bare(str(found[key])) for key in ("timex", "edtf", "iso") if found.get(key)}:
        return True
    begin, slash, end = iso.partition("/")
    days = (first_day(begin), last_day(end))
    return bool(slash) and None not in days and days == (found.get("start"), found.get("end"))


#: A bound of the gold is right as the bound itself, or as an amount that the words around it make one.
_BOUNDS = {"at_least": ("min", ("at_least", "more_than")), "at_most": ("max", ("at_most", "less_than"))}


def _same_money(stated: Value, found: Value) -> bool:
    return (
        all(decimal_of(stated[key]) == decimal_of(found.get(key)) for key in ("amount", "min", "max") if key in stated)
        and all(_same_bound(bound, stated[bound], found) for bound in _BOUNDS if bound in stated)
        and _same_currency(stated, found)
        and _same_stated(("modifier", "per"), stated, found)
    )


def _same_bound(bound: str, amount: str, found: Value) -> bool:
    key, modifiers = _BOUNDS[bound]
    wanted = decimal_of(amount)
    if wanted in (decimal_of(found.get(key)), decimal_of(found.get(bound))):
        return True
    return decimal_of(found.get("amount")) == wanted and found.get("modifier") in modifiers


def _same_currency(stated: Value, found: Value) -> bool:
    """A gold null asks nothing, unless it comes with candidates: then it says that a guess is wrong."""
    if stated.get("currency_candidates"):
        return bool(stated.get("currency") == found.get("currency"))
    return _same_non_null(("currency",), stated, found)


def _same_agreement(stated: Value, found: Value) -> bool:
    return _same_stated(("kind",), stated, found) and _same_non_null(("count", "acronym"), stated, found)
