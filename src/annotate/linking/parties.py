"""Parties: who concludes an agreement or partnership, by what its sentence says.

A name brings its own parties (`EU-Chile`); the others stand behind it with the words for between and with, or are the
subject of the verb of agreeing. Countries and organisations are known by their names in the language, nothing else is
taken for a party, and where no word ties them to the span they are not its parties.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, KeysView, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from annotate.linking.linked import PACTS, Linked
from annotate.linking.names import Mention, names_in
from annotate.rules.matches import Match
from annotate.spans import AgreementValue, PartnershipValue, Party
from annotate.text.sentences import sentence_around
from annotate.text.tokens import Tokens

#: What may stand between two parties that are told together, and between a name and its parties.
_COMMAS = frozenset(",、・·，")
_JOINERS = frozenset({"party_and", "article", "range_dash", "name_joiner"})
_LINKS = frozenset({"agreement_party_link", "article", "name_joiner", "name_inner"})
#: How many tokens may stand between a verb and its subject, and between a name and the word for with.
_NEAR = 4
#: How many tokens may stand between a verb of agreeing and what it is about.
_GOVERNED = 20
_NOTHING: Mapping[str, Any] = {}


def settle_parties(spans: Sequence[Linked], tokens: Tokens) -> None:
    """Add the parties that the sentences of agreements and partnerships name; what a known name brings stays."""
    pacts = sorted((s for s in spans if s.match.label in PACTS), key=lambda s: s.match.i)
    starts = [pact.match.i for pact in pacts]
    named: dict[tuple[int, int], list[Mention]] = {}
    for pact in pacts:
        if pact.match.get("known") or not isinstance(pact.value, AgreementValue | PartnershipValue):
            continue
        match = pact.match
        first, last = tokens.within(*sentence_around(tokens.text, match.start, match.end))
        near = pacts[max(0, bisect_left(starts, first) - 1) : bisect_left(starts, last)]
        others = [other.match for other in near if other is not pact and other.match.j > first]
        mentions = named.get((first, last))
        if mentions is None:
            mentions = named[first, last] = list(names_in(pact.grammar).find(tokens, first, last))
        found = _Sentence(pact, (first, last), mentions, others, tokens).parties()
        if len(found) > len(pact.value.parties):
            pact.value = replace(pact.value, parties=found)


class _Sentence:
    """The sentence of one span, with the parties that it names, in groups of those that are told together."""

    def __init__(
        self,
        span: Linked,
        bounds: tuple[int, int],
        mentions: Sequence[Mention],
        others: Sequence[Match],
        tokens: Tokens,
    ) -> None:
        self.span, self.tokens, self.lexicon, self.others = span, tokens, span.grammar.lexicon, others
        self.first, self.last = bounds
        match = span.match
        self.inside = [m for m in mentions if match.i <= m.i < match.j]
        free = [m for m in mentions if not any(o.i <= m.i < o.j for o in (match, *others))]
        self.groups = list(self._grouped(free))

    def parties(self) -> tuple[Party, ...]:
        """All parties, each once: those of the name, the subjects of the verb, those behind between or with."""
        own = [Party(p.name, p.code) for p in self.span.value.parties]  # type: ignore[union-attr]
        if len(self.inside) > 1:  # one alone is a place or who keeps it: Accord de Samoa, United Nations Convention
            own += [Party(m.name, m.code) for m in self.inside]
        behind = self._behind()
        if len({p.code for p in own}) < 2 and len(behind) < 2:
            subject = self._subject()
            if len(subject) > 1 or behind:  # one subject alone may act for others, or be no party at all
                own += [Party(m.name, m.code) for m in subject]
        own += [Party(m.name, m.code) for m in behind]
        unique: dict[str, Party] = {}
        for party in own:
            unique.setdefault(party.code or party.name, party)
        return tuple(unique.values())

    def _grouped(self, mentions: Sequence[Mention]) -> Iterator[list[Mention]]:
        group: list[Mention] = []
        for mention in mentions:
            if group and not self._joined(group[-1].j, mention.i):
                yield group
                group = []
            group.append(mention)
        if group:
            yield group

    def _kinds(self, i: int) -> KeysView[str]:
        return (self.lexicon[self.tokens.words[i]] or _NOTHING).keys()

    def _joined(self, start: int, end: int) -> bool:
        """Whether only `and`, commas, dashes and articles stand between two parties, and something does."""
        if not 0 < end - start <= _NEAR:
            return end == start and self.tokens.words[end][0] > "\u2e80"
        return all(self.tokens.words[i] in _COMMAS or self._kinds(i) & _JOINERS for i in range(start, end))

    def _behind(self) -> list[Mention]:
        """The parties that a word for between or with ties to the span, right behind it or behind its acronym."""
        place = self.span.match.j
        if place < self.last and self.tokens.words[place] in "(（[":
            close = next((i for i in range(place, min(self.last, place + 6)) if self.tokens.words[i] in ")）]"), None)
            place = place if close is None else close + 1
        for group in self.groups:
            start = group[0].i
            if place < start <= place + _NEAR:
                between = [self._kinds(i) for i in range(place, start)]
                linked = any("agreement_party_link" in kinds for kinds in between)
                plain = all(kinds & _LINKS and "party_and" not in kinds for kinds in between)
                return group if linked and plain else []
        return []

    def _subject(self) -> list[Mention]:
        """The parties right before the verb of agreeing that governs the span, or right behind it."""
        start = self.span.match.i
        for verb in range(start - 1, max(self.first, start - _GOVERNED) - 1, -1):
            if any(o.i <= verb < o.j for o in self.others):
                return []
            kinds = self._kinds(verb)
            if "clause_end" in kinds:
                return []
            if kinds & {"agreement_verb", "partnership_verb"}:
                return self._around(verb, start)
        return []

    def _around(self, verb: int, start: int) -> list[Mention]:
        before = [g for g in self.groups if verb - _NEAR <= g[-1].j <= verb and self._open(g[-1].j, verb)]
        behind = [g for g in self.groups if verb < g[0].i <= verb + 2 and g[-1].j <= start]
        return (behind or before or [[]])[-1]

    def _open(self, start: int, end: int) -> bool:
        """Whether no sign that ends a clause stands between two places."""
        return not any("clause_mark" in self._kinds(i) for i in range(start, end))
