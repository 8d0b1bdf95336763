"""Parties: who concludes an agreement or partnership, by what its sentence says.

A name brings its own parties (`EU-Chile`, `franco-allemand`); others stand behind it with the words for between and
with, before it (`X and Y's`, `XとYの`), or are subjects of the verb of agreeing that governs it. Countries and
organisations are known by their names in the language, nothing else is taken for a party, and where no word ties them
to the span they are not its parties.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from annotate.linking.clauses import Clause, Reading, Sentence
from annotate.linking.frames import Frames, Told
from annotate.linking.linked import PACTS, Linked
from annotate.linking.names import Mention
from annotate.linking.sentences import sentences
from annotate.spans import AgreementValue, PartnershipValue, Party
from annotate.text.sentences import sentence_around

#: What may stand between a name and the word for with, and how many tokens.
_LINKS = frozenset({"agreement_party_link", "link", "article", "name_joiner", "name_inner"})
_NEAR = 4


def settle_parties(spans: Sequence[Linked], reading: Reading) -> None:
    """Add the parties that the sentences of agreements and partnerships name; what a known name brings stays."""
    reading.named = {i for span in spans if span.match.label in PACTS for i in range(span.match.i, span.match.j)}
    for place, inside in sentences(spans, reading.tokens):
        sentence = reading.sentence(place, inside)
        told = list(Frames(sentence).told())
        for pact in sentence.pacts:
            if not isinstance(pact.value, AgreementValue | PartnershipValue):
                continue
            if pact.match.get("known") and pact.value.parties:
                continue
            found = _parties(sentence, pact, told)
            if len(found) > len(pact.value.parties):
                pact.value = replace(pact.value, parties=found)


def _parties(sentence: Sentence, pact: Linked, told: Sequence[Told]) -> tuple[Party, ...]:
    """All parties of one span, each once: of its name, told beside it, told by its verb."""
    assert isinstance(pact.value, AgreementValue | PartnershipValue)
    own = [Party(p.name, p.code) for p in pact.value.parties]
    grouped = {m.i for group in sentence.groups if len(group) > 1 for m in group}
    inside = [m for m in sentence.mentions if pact.match.i <= m.i < pact.match.j and m.kind != "city"]
    inside = [m for m in inside if m.kind != "demonym" or m.i in grouped]
    if len({m.code for m in inside}) > 1:  # one alone is a place or who keeps it: Accord de Samoa
        own += _as_parties(inside)
    beside = _beside(sentence, pact)
    if len(_unique(own)) < 2 and len({m.code for m in beside}) < 2:
        for one in told:
            if pact in one.pacts:
                own += _as_parties(_of_clause(sentence, one, pact, bool(beside)))
    return _unique([*own, *_as_parties(beside)])


def _as_parties(mentions: Iterable[Mention]) -> list[Party]:
    return [Party(m.name, code) for m in mentions for code in m.code.split()]


def _unique(parties: Iterable[Party]) -> tuple[Party, ...]:
    unique: dict[str, Party] = {}
    for party in parties:
        unique.setdefault(party.code or party.name, party)
    return tuple(unique.values())


def _beside(sentence: Sentence, pact: Linked) -> list[Mention]:
    """The parties that stand right before or behind a span, tied to it by a word or as adjectives."""
    match, tokens = pact.match, sentence.tokens
    place = match.j
    if place < sentence.last and tokens.words[place] in "(（[":
        close = next((i for i in range(place, min(sentence.last, place + 6)) if tokens.words[i] in ")）]"), None)
        place = place if close is None else close + 1
    for group in sentence.groups:
        start, end = group[0].i, group[-1].j
        if match.i <= start < match.j:
            continue
        if place <= start <= place + _NEAR:
            between = [sentence.kinds(i) for i in range(place, start)]
            linked = any(kinds & {"agreement_party_link", "link"} for kinds in between)
            plain = all(kinds & _LINKS and not kinds & {"party_and"} for kinds in between)
            if linked and plain:
                return group
            if not between and len(group) > 1 and _are_adjectives(group):
                return group
        if end <= match.i <= end + _NEAR:
            between = [sentence.kinds(i) for i in range(end, match.i)]
            if len(group) > 1 and (not between or all("link_after" in kinds for kinds in between)):
                return group
            if len(group) > 1 and _are_adjectives(group) and len(between) < 3 and not any(k & _STOPS for k in between):
                return group
            if between and _tied_before(sentence, end, match.i):
                return group
    return []


_STOPS = frozenset({"clause", "told", "now", "open", "clause_mark", "and", "party_and"})


def _are_adjectives(group: Sequence[Mention]) -> bool:
    return all(m.kind == "demonym" or (len(m.name) == 1 and m.name > "\u2e80") for m in group)


def _tied_before(sentence: Sentence, start: int, end: int) -> bool:
    """Whether one word for with stands between a party and the span behind it: `シンガポールとの協定`."""
    cue = sentence.has(start, "link_after")
    return cue is not None and cue.j == end and cue.event != "of"


def _of_clause(sentence: Sentence, told: Told, pact: Linked, has_other: bool) -> list[Mention]:
    """The parties that a verb of agreeing has in its clause: two subjects and more, or one and whom it agrees with."""
    clauses = _around(sentence, told.clause)
    groups = [g for clause in clauses for g in clause.groups if not _is_place(sentence, g)]
    inside = {i for pact in sentence.pacts for i in range(pact.match.i, pact.match.j)}
    groups = [g for g in groups if g[0].i not in inside]
    linked = [g for g in groups if _is_linked(sentence, g)]
    before = max(told.verb.i, pact.match.i)
    subjects = [g for g in groups if g not in linked and g[0].i < before and _may_act(sentence, g)]
    withs = [g for g in linked if g in told.clause.groups] or linked
    withs = sorted(withs, key=lambda g: _between(sentence, g, pact))
    if has_other:
        return subjects[0] if len(subjects) == 1 else []
    if withs and len(subjects) == 1:
        return [*subjects[0], *withs[0]]
    if withs and not subjects and len({m.code for m in withs[0]}) > 1:
        return withs[0]
    several = [g for g in subjects if len({m.code for m in g}) > 1]
    if len(several) == 1:
        return several[0]
    if not subjects and not withs and any(clause.has("both") for clause in clauses):
        return _named_before(sentence)
    return []


def _around(sentence: Sentence, clause: Clause) -> list[Clause]:
    """A clause with those before it that have no verb of their own, where its subject may stand."""
    at = next(n for n, one in enumerate(sentence.clauses) if one is clause)
    found = [clause]
    upgraded = any(verb.event == "upgraded" for verb in clause.verbs)
    while at > 0 and (not found[0].opened or (found[0].relative and upgraded)):
        before = sentence.clauses[at - 1]
        if before.verbs and (any(c.groups for c in found) or not any(v.event in _AGREEING for v in before.verbs)):
            break
        at -= 1
        found.insert(0, before)
    return found


_AGREEING = frozenset({"signed", "established", "upgraded", "negotiating", "agreed", "held"})


def _may_act(sentence: Sentence, group: Sequence[Mention]) -> bool:
    """Whether a group may be the subject of a verb: adjectives are only before who acts, `日越両政府`."""
    if not _are_adjectives(group):
        return True
    behind = group[-1].j
    if behind >= sentence.last or sentence.kinds(behind) & {"state", "both", "place", "told", "now", "and"}:
        return True
    return "\u3040" <= sentence.tokens.words[behind][0] < "\u3100"


def _between(sentence: Sentence, group: Sequence[Mention], pact: Linked) -> int:
    """How many other agreements stand between a party and an agreement."""
    low, high = sorted((group[0].i, pact.match.i))
    return sum(low < other.match.i < high for other in sentence.pacts if other is not pact)


def _is_linked(sentence: Sentence, group: Sequence[Mention]) -> bool:
    before = group[0].i - 1
    while before >= sentence.first and "article" in sentence.kinds(before):
        before -= 1
    if before >= sentence.first and sentence.kinds(before) & {"agreement_party_link", "link"}:
        return True
    if len(group) > 1 and _are_adjectives(group):
        return False
    behind = sentence.has(group[-1].j, "link_after")
    return behind is not None and behind.event != "of" and len(group) == 1


def _is_place(sentence: Sentence, group: Sequence[Mention]) -> bool:
    """Whether a group only says where: `in Japan`."""
    before = group[0].i - 1
    while before >= sentence.first and "article" in sentence.kinds(before):
        before -= 1
    return before >= sentence.first and sentence.has(before, "place") is not None


def _named_before(sentence: Sentence) -> list[Mention]:
    """The two parties that the sentence before names, where it names two."""
    tokens = sentence.tokens
    start = tokens.starts[sentence.first]
    if start < 2:
        return []
    low, high = sentence_around(tokens.text, start - 2, start - 1)
    first, last = tokens.within(low, min(high, start))
    _, mentions = sentence.reading.words(sentence.grammar, first, last)
    named = {m.code: m for m in mentions if m.kind in ("territory", "organisation")}
    if any(m.i in sentence.reading.named for m in named.values()):
        return []
    return [*named.values()] if len(named) == 2 else []
