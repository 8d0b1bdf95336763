"""Stage `resolve`: what a match says to what it means, by the resolver that its label names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from annotate.matching.numbers import Number
from annotate.rules import cldr
from annotate.rules.grammar import Grammar
from annotate.rules.matches import Match, Slot
from annotate.spans import Value
from annotate.values.amounts import resolve_money
from annotate.values.listed import month_behind_score, stretches
from annotate.values.pacts import resolve_agreement, resolve_partnership
from annotate.values.timex import resolve_date


@dataclass(frozen=True, slots=True)
class Context:
    """What a value may depend on besides the span: the language, the document's date and its region."""

    grammar: Grammar
    date: date | None = None
    region: str | None = None

    @property
    def currencies(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The currencies of the document's region, and those of the language's own."""
        return cldr.region_currencies(self.region or ""), cldr.region_currencies(self.grammar.settings.region or "")


def resolve(match: Match, text: str, context: Context) -> Value | None:
    """The value of a match, None where it has none: then it is no entity (`31 februari 2024`)."""
    assert match.label is not None
    return _RESOLVERS[context.grammar.labels[match.label].value](match, text[match.start : match.end], context)


def valued(match: Match, text: str, context: Context) -> Iterator[tuple[Match, Value]]:
    """A match with its value; of days in a list (`3 and 17 May`) each stretch of neighbouring ones with its own."""
    for one in stretches(match) if "listed" in match.slots else (month_behind_score(match, text) or match,):
        if (value := resolve(one, text, context)) is not None:
            yield one, value


def _date(match: Match, surface: str, context: Context) -> Value | None:
    return resolve_date(match, context.date)


def _money(match: Match, surface: str, context: Context) -> Value | None:
    return resolve_money(match, context.currencies)


def _agreement(match: Match, surface: str, context: Context) -> Value | None:
    return resolve_agreement(match, surface, context.grammar.names)


def _partnership(match: Match, surface: str, context: Context) -> Value | None:
    return resolve_partnership(match, surface, context.grammar.names)


def _slots(match: Match, surface: str, context: Context) -> Value | None:
    """For labels of the user's own: the slots as they are."""
    return {name: _plain(slots[0].value, _words(slots)) for name, slots in sorted(match.slots.items())}


def _words(slots: Sequence[Slot]) -> str:
    """The words of a slot: of one on a token that may stand several times, all that follow one another."""
    words = slots[0].text
    for last, slot in pairwise(slots):
        if not 0 <= slot.start - last.end <= 1:
            break
        words += " " * (slot.start - last.end) + slot.text
    return words


def _plain(value: Any, text: str) -> str:
    if isinstance(value, Number):
        return f"{value.value.normalize():f}"
    return value if isinstance(value, str) and value else text


_RESOLVERS: Mapping[str, Callable[[Match, str, Context], Value | None]] = {
    "date": _date,
    "money": _money,
    "agreement": _agreement,
    "partnership": _partnership,
    "slots": _slots,
}
