"""Values of AGREEMENT and PARTNERSHIP, as far as the span itself tells; links are made in stage `link`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from annotate.matching.numbers import Number
from annotate.rules.grammar import KnownName
from annotate.rules.matches import Match
from annotate.spans import AGREEMENT_KINDS, LEVELS

_AGREEMENT_KEYS = ("kind", "name", "id", "acronym", "count", "parties", "subject", "status", "date_span", "amount_span")
_PARTNERSHIP_KEYS = ("kind", "level", "name", "id", "parties", "status", "since_span")


def resolve_agreement(match: Match, text: str, names: Mapping[str, KnownName]) -> dict[str, Any]:
    """Kind, count and name of an agreement; a known name brings its key and acronym."""
    value: dict[str, Any] = dict.fromkeys(_AGREEMENT_KEYS)
    known = names.get(match.get("known") or "")
    value |= {"kind": _kind(match), "parties": []}
    value["count"] = _count(match)
    if known:
        value |= {
            "kind": known.kind or value["kind"],
            "name": known.name,
            "id": known.id,
            "acronym": known.acronym,
            "parties": [{"name": code, "code": code} for code in known.parties],
        }
    elif match.get("named"):
        value["name"] = text
    value["parties"] = value["parties"] or _parties(match)
    return value


def resolve_partnership(match: Match, text: str, names: Mapping[str, KnownName]) -> dict[str, Any]:
    """Kind and level of a partnership, whatever the language and wording."""
    value: dict[str, Any] = dict.fromkeys(_PARTNERSHIP_KEYS)
    given = [level for slot in match.slots.get("level", ()) for level in str(slot.value).split() if level]
    known = names.get(match.get("known") or "")
    level = [*known.level, *given] if known else given
    value |= {
        "kind": match.get("kind") or match.get("head") or "partnership",
        "level": sorted(dict.fromkeys(level), key=lambda one: LEVELS.index(one) if one in LEVELS else len(LEVELS)),
        "parties": [],
    }
    if known:
        value |= {"kind": known.kind or value["kind"], "name": known.name, "id": known.id}
        value["parties"] = [{"name": code, "code": code} for code in known.parties]
    elif match.get("named"):
        value["name"] = text
    value["parties"] = value["parties"] or _parties(match)
    return value


def _parties(match: Match) -> list[dict[str, str | None]]:
    """The parties that the words in and around the span name, each once."""
    found: dict[str, str] = {}
    for slot in match.slots.get("party", ()):
        if isinstance(slot.value, str):
            codes = slot.value.split()  # one word may name several: 日米
            found |= {code: code for code in codes} if len(codes) > 1 else {slot.value: slot.text}
    return [{"name": name, "code": code or None} for code, name in found.items()]


#: Heads that leave it to their complement what kind of agreement they are.
_PLAIN = frozenset({"", "agreement", "treaty"})


def _kind(match: Match) -> str:
    """The kind, decided by the head; by its complement where the head is a plain agreement, or money is lent."""
    head, complement = str(match.get("head") or ""), _last(match, "kind")
    if complement and (head in _PLAIN or complement == "loan_agreement"):
        return complement
    return head if head in AGREEMENT_KINDS else complement or "agreement"


def _last(match: Match, name: str) -> str | None:
    """The last value of a slot that is a kind: in `EU Investment Protection Agreement`, that of the type."""
    filled = reversed(match.slots.get(name, []))
    return next((slot.value for slot in filled if slot.value in AGREEMENT_KINDS), None)


def _count(match: Match) -> int | None:
    number = match.get("count")
    if isinstance(number, str) and number.isdecimal():  # a list's value: 세 건
        return int(number)
    if isinstance(number, Number) and number.value == number.value.to_integral_value():
        return int(number.value)
    return None
