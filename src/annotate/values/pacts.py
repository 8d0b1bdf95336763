"""Values of AGREEMENT and PARTNERSHIP, as far as the span itself tells; links are made in stage `link`."""

from __future__ import annotations

from collections.abc import Mapping

from annotate.matching.numbers import Number
from annotate.rules.grammar import ListedName
from annotate.rules.matches import Match
from annotate.spans import (
    AGREEMENT_KINDS,
    LEVELS,
    PARTNERSHIP_KINDS,
    AgreementKind,
    AgreementValue,
    PartnershipKind,
    PartnershipValue,
    Party,
)

_AGREEMENT_KINDS: dict[str, AgreementKind] = {kind: kind for kind in AGREEMENT_KINDS}
_PARTNERSHIP_KINDS: dict[str, PartnershipKind] = {kind: kind for kind in PARTNERSHIP_KINDS}


def resolve_agreement(match: Match, text: str, names: Mapping[str, ListedName]) -> AgreementValue:
    """Kind, count and name of an agreement; a known name brings its key and acronym."""
    known = names.get(match.get("known") or "")
    return AgreementValue(
        kind=_AGREEMENT_KINDS.get((known and known.kind) or _kind(match), "agreement"),
        name=_name(match, text, known),
        id=known.id if known else None,
        acronym=known.acronym if known else None,
        count=_count(match),
        parties=_parties(match, known),
        subject=None,
        status=None,
        date_span=None,
        amount_span=None,
    )


def resolve_partnership(match: Match, text: str, names: Mapping[str, ListedName]) -> PartnershipValue:
    """Kind and level of a partnership, whatever the language and wording."""
    known = names.get(match.get("known") or "")
    kind = (known and known.kind) or match.get("kind") or match.get("head")
    given = [level for slot in match.slots.get("level", ()) for level in str(slot.value).split() if level]
    levels = dict.fromkeys([*known.level, *given] if known else given)
    return PartnershipValue(
        kind=_PARTNERSHIP_KINDS.get(kind or "", "partnership"),
        level=tuple(sorted(levels, key=lambda one: LEVELS.index(one) if one in LEVELS else len(LEVELS))),
        name=_name(match, text, known),
        id=known.id if known else None,
        parties=_parties(match, known),
        status=None,
        since_span=None,
    )


def _name(match: Match, text: str, known: ListedName | None) -> str | None:
    """The name that all mentions share, or the words of the span where they are one."""
    return known.name if known else text if match.get("named") else None


def _parties(match: Match, known: ListedName | None) -> tuple[Party, ...]:
    """The parties of a known name, or those that the words in and around the span name, each once."""
    if known and known.parties:
        return tuple(map(Party, known.party_names, known.parties))
    found: dict[str, str] = {}
    for slot in match.slots.get("party", ()):
        if isinstance(slot.value, str):
            codes = slot.value.split()  # one word may name several: 日米
            found |= {code: code for code in codes} if len(codes) > 1 else {slot.value: slot.text}
    return tuple(Party(name, code or None) for code, name in found.items())


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
