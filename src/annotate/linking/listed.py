"""Known names by what else tells them: the parties with the kind or level, and the day of signing."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from annotate.rules.grammar import Grammar, ListedName
from annotate.spans import AGREEMENT_KINDS, KIND_TOPICS, AgreementValue, PartnershipValue

#: Kinds that any agreement may be called: they tell none from another.
PLAIN = frozenset({"agreement", "treaty", "convention", "cooperation_agreement", "framework_agreement"})
#: A level that is often left out where another one is told.
_WEAK = "cooperative"
#: The topic that a free-trade agreement may be told by.
_TRADE = "trade"

What = tuple[str, frozenset[str]]


def what_of(value: AgreementValue | PartnershipValue) -> What:
    """What two parties have one of at a time: the kind of an agreement, the level of a partnership."""
    level = value.level if isinstance(value, PartnershipValue) else ()
    return value.kind, frozenset(level) - {_WEAK} or frozenset(level)


class Listed:
    """The known names of a language that have parties, as they are found without their names."""

    def __init__(self, names: Iterable[ListedName]) -> None:
        self._by_what: dict[What, list[ListedName]] = {}
        self._by_day: dict[str, list[ListedName]] = {}
        for name in names:
            if not name.parties:
                continue
            level = frozenset(name.level)
            self._by_what.setdefault((name.kind or "", level - {_WEAK} or level), []).append(name)
            for day in {name.signed, name.in_force} - {None}:
                self._by_day.setdefault(str(day), []).append(name)

    def between(self, parties: Collection[str], what: What, year: str | None) -> str | None:
        """The key of the only one that has these parties and this kind or level, and is of about that year."""
        found = [name for name in self._by_what.get(what, ()) if frozenset(name.parties) == frozenset(parties)]
        if len(found) != 1 or (year and found[0].year and abs(int(year) - int(found[0].year)) > 1):
            return None
        return found[0].id

    def among(self, told: Collection[str], near: Collection[str], what: What) -> ListedName | None:
        """The only one of this kind or level between two parties, who are those told and others named near by."""
        named = {*told, *near}
        found = [
            name
            for name in self._by_what.get(what, ())
            if len(name.parties) == 2 and {*told} <= {*name.parties} <= named
        ]
        return found[0] if len(found) == 1 else None

    def on(self, day: str, signed: bool) -> list[ListedName]:
        """Those signed on a day, or that came into force on it."""
        return [name for name in self._by_day.get(day, ()) if day == (name.signed if signed else name.in_force)]


def may_be(name: ListedName, kind: str, topic: str | None) -> bool:
    """Whether what the text calls an agreement of a kind, about a topic, can be a known one."""
    about = KIND_TOPICS.get(name.kind or "")
    if name.kind not in AGREEMENT_KINDS or (name.kind != kind and kind not in PLAIN):
        return False
    return topic in (None, about) or (topic == _TRADE and name.kind == "free_trade_agreement")


#: The known names of each language that has been met, with the grammar that they are of.
_KNOWN: dict[str, tuple[Grammar, Listed]] = {}


def listed(grammar: Grammar) -> Listed:
    """The known names of a language, put in order once."""
    known = _KNOWN.get(grammar.lang)
    if known is None or known[0] is not grammar:
        known = _KNOWN[grammar.lang] = grammar, Listed(grammar.names.values())
    return known[1]
