"""Parties: who concludes an agreement or partnership, by what its sentence says.

A name brings its own parties (`EU-Chile`); the others stand behind it with the words for between and with, or are the
subject of the verb of agreeing. Countries and organisations are known by their names in the language, nothing else is
taken for a party, and where no word ties them to the span they are not its parties.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, KeysView, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from annotate.linking.linked import PACTS, Linked
from annotate.rules.grammar import Grammar, fold
from annotate.rules.matches import Match
from annotate.spans import AgreementValue, PartnershipValue, Party
from annotate.text.sentences import sentence_around
from annotate.text.tokenise import tokenise
from annotate.text.tokens import Tokens

_LISTS = ("territory", "organisation")
#: What may stand between two parties that are told together, and between a name and its parties.
_COMMAS = frozenset(",、・·，")
_JOINERS = frozenset({"party_and", "article", "range_dash", "name_joiner"})
_LINKS = frozenset({"agreement_party_link", "article", "name_joiner", "name_inner"})
#: How many tokens may stand between a verb and its subject, and between a name and the word for with.
_NEAR = 4
#: How many tokens may stand between a verb of agreeing and what it is about.
_GOVERNED = 20
_NOTHING: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class _Mention:
    """A party that a sentence names, by its tokens."""

    i: int
    j: int
    party: Party


class _Names:
    """The names of countries and organisations in a language, by their first word."""

    def __init__(self, grammar: Grammar) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], str, str]]] = {}
        for name in _LISTS:
            for form, code in grammar.lists.get(name, {}).items():
                words = tokenise(form.removeprefix("=")).words
                if words and code:
                    entry = tuple(map(fold, words)), code, form
                    self._by_first.setdefault(entry[0][0], []).append(entry)
        for entries in self._by_first.values():
            entries.sort(key=lambda entry: -len(entry[0]))

    def find(self, tokens: Tokens, first: int, last: int) -> Iterator[_Mention]:
        """The parties named in a stretch of tokens, the longest name first."""
        i, words = first, tokens.words
        while i < last:
            # a country's name has its capital where the script has any
            found = None if words[i][0].islower() else self._at(tokens, i, last)
            if found:
                yield found
            i = found.j if found else i + 1

    def _at(self, tokens: Tokens, i: int, last: int) -> _Mention | None:
        for words, code, form in self._by_first.get(fold(tokens.words[i]), ()):
            j = i + len(words)
            if j > last or tuple(map(fold, tokens.words[i:j])) != words:
                continue
            text = tokens.text[tokens.starts[i] : tokens.end(j - 1)]
            if form.startswith("=") and text != form.removeprefix("="):
                continue
            return _Mention(i, j, Party(text, code))
        return None


#: The names of each language that has been met, with the grammar that they are of.
_KNOWN: dict[str, tuple[Grammar, _Names]] = {}


def _names(grammar: Grammar) -> _Names:
    known = _KNOWN.get(grammar.lang)
    if known is None or known[0] is not grammar:
        known = _KNOWN[grammar.lang] = grammar, _Names(grammar)
    return known[1]


def settle_parties(spans: Sequence[Linked], tokens: Tokens) -> None:
    """Add the parties that the sentences of agreements and partnerships name; what a known name brings stays."""
    pacts = sorted((s for s in spans if s.match.label in PACTS), key=lambda s: s.match.i)
    starts = [pact.match.i for pact in pacts]
    for pact in pacts:
        if pact.match.get("known") or not isinstance(pact.value, AgreementValue | PartnershipValue):
            continue
        match = pact.match
        first, last = tokens.within(*sentence_around(tokens.text, match.start, match.end))
        near = pacts[max(0, bisect_left(starts, first) - 1) : bisect_left(starts, last)]
        others = [other.match for other in near if other is not pact and other.match.j > first]
        found = _Sentence(pact, (first, last), others, tokens).parties()
        if len(found) > len(pact.value.parties):
            pact.value = replace(pact.value, parties=found)


class _Sentence:
    """The sentence of one span, with the parties that it names, in groups of those that are told together."""

    def __init__(self, span: Linked, bounds: tuple[int, int], others: Sequence[Match], tokens: Tokens) -> None:
        self.span, self.tokens, self.lexicon, self.others = span, tokens, span.grammar.lexicon, others
        self.first, self.last = bounds
        match = span.match
        mentions = list(_names(span.grammar).find(tokens, self.first, self.last))
        self.inside = [m for m in mentions if match.i <= m.i < match.j]
        free = [m for m in mentions if not any(o.i <= m.i < o.j for o in (match, *others))]
        self.groups = list(self._grouped(free))

    def parties(self) -> tuple[Party, ...]:
        """All parties, each once: those of the name, the subjects of the verb, those behind between or with."""
        own = [Party(p.name, p.code) for p in self.span.value.parties]  # type: ignore[union-attr]
        if len(self.inside) > 1:  # one alone is a place or who keeps it: Accord de Samoa, United Nations Convention
            own += [m.party for m in self.inside]
        behind = self._behind()
        if len({p.code for p in own}) < 2 and len(behind) < 2:
            subject = self._subject()
            if len(subject) > 1 or behind:  # one subject alone may act for others, or be no party at all
                own += [m.party for m in subject]
        own += [m.party for m in behind]
        unique: dict[str, Party] = {}
        for party in own:
            unique.setdefault(party.code or party.name, party)
        return tuple(unique.values())

    def _grouped(self, mentions: Sequence[_Mention]) -> Iterator[list[_Mention]]:
        group: list[_Mention] = []
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

    def _behind(self) -> list[_Mention]:
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

    def _subject(self) -> list[_Mention]:
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

    def _around(self, verb: int, start: int) -> list[_Mention]:
        before = [g for g in self.groups if verb - _NEAR <= g[-1].j <= verb and self._open(g[-1].j, verb)]
        behind = [g for g in self.groups if verb < g[0].i <= verb + 2 and g[-1].j <= start]
        return (behind or before or [[]])[-1]

    def _open(self, start: int, end: int) -> bool:
        """Whether no sign that ends a clause stands between two places."""
        return not any("clause_mark" in self._kinds(i) for i in range(start, end))
