"""Parties: who concludes an agreement or partnership, by what its sentence says.

A name brings its own parties (`EU-Chile`, `franco-allemand`); others stand behind it with the words for between and
with, before it (`X and Y's`, `XとYの`), or are subjects of the verb of agreeing that governs it. Countries and
organisations are known by their names in the language, nothing else is taken for a party, and where no word ties them
to the span they are not its parties.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from msgspec.structs import replace

from annotate.linking.clauses import Clause, Reading, Sentence, are_adjectives
from annotate.linking.frames import Frames, Told
from annotate.linking.linked import PACTS, Linked
from annotate.linking.names import Mention
from annotate.linking.sentences import sentences
from annotate.spans import AgreementValue, PartnershipValue, Party
from annotate.text.sentences import sentence_around

#: What may stand between a name and the word for with, and how many tokens.
_LINKS = frozenset({"agreement_party_link", "link", "article", "name_joiner", "name_inner", "state_form", "of"})
_NEAR = 4
#: How far behind its verb a subject may stand: `Über ein Abkommen verhandelt Ghana`.
_BEHIND = 3


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
    beside, whole = _beside(sentence, pact)
    if not whole and ({*_unique(own)} <= {*_as_parties(beside)} or len(_unique(own)) < 2):
        for one in told:
            if _is_about(sentence, one, pact):
                own += _as_parties(_of_clause(sentence, one, pact, bool(beside)))
    return _unique([*own, *_as_parties(beside)])


def _is_about(sentence: Sentence, told: Told, pact: Linked) -> bool:
    """Whether the parties of a clause are those of an agreement; not where its own clause has a verb of its own."""
    if told.event == "held" and min(abs(pact.match.i - told.verb.j), abs(told.verb.i - pact.match.j)) > _NEAR:
        return False
    if pact in told.clause.pacts:
        return pact in told.pacts or told.event == "upgraded"
    home = next((clause for clause in sentence.clauses if pact in clause.pacts), None)
    return pact in told.pacts and (home is None or home.event is None)


def _as_parties(mentions: Iterable[Mention]) -> list[Party]:
    return [Party(m.name, code) for m in mentions for code in m.code.split()]


def _unique(parties: Iterable[Party]) -> tuple[Party, ...]:
    unique: dict[str, Party] = {}
    for party in parties:
        unique.setdefault(party.code or party.name, party)
    return tuple(unique.values())


def _beside(sentence: Sentence, pact: Linked) -> tuple[list[Mention], bool]:
    """The parties that stand right before or behind a span, tied to it, and whether they are all that there are."""
    place = _behind(sentence, pact)
    for group in sentence.groups:
        start, end = group[0].i, group[-1].j
        if pact.match.i <= start < pact.match.j:
            continue
        several = len({m.code for m in group}) > 1
        between = [sentence.kinds(i) for i in range(place, min(start, place + 3 * _NEAR))]
        if place <= start <= place + _NEAR + 2 * sum("state_form" in kinds for kinds in between):
            linked = any(kinds & {"agreement_party_link", "link"} for kinds in between)
            if linked and all(kinds & _LINKS and not kinds & {"party_and"} for kinds in between):
                return group, several and any("between" in kinds for kinds in between)
            if not between and several and are_adjectives(group):
                return group, True
        if end <= pact.match.i <= end + _NEAR and _tied_before(sentence, group, pact):
            return group, several
    return [], False


def _behind(sentence: Sentence, pact: Linked) -> int:
    """Where the words behind a span begin: behind its acronym in brackets, and behind what is told with it."""
    tokens, place = sentence.tokens, pact.match.j
    if place < sentence.last and tokens.words[place] in "(（[":
        close = next((i for i in range(place, min(sentence.last, place + 6)) if tokens.words[i] in ")）]"), None)
        place = place if close is None else close + 1
    for other in sentence.pacts:  # ein Abkommen und ein Vertrag mit Vietnam
        gap = range(place, other.match.i)
        if 0 < len(gap) <= 3 and all(sentence.kinds(i) & {"and", "party_and", "article"} for i in gap):
            return _behind(sentence, other)
    return place


def _tied_before(sentence: Sentence, group: Sequence[Mention], pact: Linked) -> bool:
    """Whether a group before a span is tied to it: as adjectives, or by a word for of or with: `XとYの協定`."""
    end = group[-1].j
    between = [sentence.kinds(i) for i in range(end, pact.match.i)]
    if len(group) > 1 and (not between or all("link_after" in kinds for kinds in between)):
        return True
    if len(group) > 1 and are_adjectives(group) and len(between) < 3 and not any(k & _STOPS for k in between):
        return True
    cue = sentence.has(end, "link_after")
    return cue is not None and cue.j == pact.match.i


_STOPS = frozenset({"clause", "told", "now", "open", "clause_mark", "and", "party_and"})


def _of_clause(sentence: Sentence, told: Told, pact: Linked, has_other: bool) -> list[Mention]:
    """The parties that a verb of agreeing has in its clause: two subjects and more, or one and whom it agrees with."""
    clauses = _around(sentence, told.clause)
    inside = {i for one in sentence.pacts for i in range(one.match.i, one.match.j)}
    groups = [g for clause in clauses for g in clause.groups if not _is_place(sentence, g) and g[0].i not in inside]
    linked = [g for g in groups if sentence.is_linked(g)]
    before = max(told.verb.i, pact.match.i) + _BEHIND
    subjects = [g for g in groups if g not in linked and g[0].i < before and _may_act(sentence, g)]
    if not subjects and told.clause.relative and pact in told.clause.pacts:
        subjects = _antecedent(sentence, told.clause)
    if not subjects and _has_pronoun(sentence, told):
        subjects = _subject_before(sentence)
    if has_other:
        return subjects[0] if len(subjects) == 1 else []
    own = [g for g in linked if g in told.clause.groups or g is _fronted(sentence, clauses)]
    if told.event == "held" and pact.match.label == "AGREEMENT" and not own:
        return []
    withs = own or ([] if told.clause.groups else linked)
    withs = [g for g in withs if not _is_of_another(sentence, g, pact)]
    withs.sort(key=lambda g: _between(sentence, g, pact))
    if withs and len(subjects) == 1:
        return [*subjects[0], *withs[0]]
    if withs and not subjects and (len({m.code for m in withs[0]}) > 1 or (told.real and pact in told.clause.pacts)):
        return withs[0]
    several = [g for g in subjects if len({m.code for m in g}) > 1]
    if len(several) > 1:
        several = [g for g in several if g in told.clause.groups]
    if len(several) == 1:
        return several[0]
    if not withs and any(_tells_of_both(clause) for clause in clauses):
        return _both(sentence)
    alone = [g for g in subjects if g in told.clause.groups and _acts_alone(sentence, g, told)]
    if pact in told.clause.pacts and len(alone) == 1 == len(subjects):
        return alone[0]
    return []


def _antecedent(sentence: Sentence, clause: Clause) -> list[list[Mention]]:
    """The party that a relative clause tells of, right before it: `Brussels, which signed …`."""
    start = clause.tokens[0]
    return [g for g in sentence.groups if g[-1].j == start and len({m.code for m in g}) == 1]


def _has_pronoun(sentence: Sentence, told: Told) -> bool:
    """Whether the subject of a verb is a pronoun right beside it: `It has signed`, `unterschrieb sie`."""
    cues = [cue for cue in told.clause.others if cue.list == "pronoun"]
    return told.event in _ACTS and any(cue.i == told.verb.j or 0 <= told.verb.i - cue.j <= 1 for cue in cues)


def _subject_before(sentence: Sentence) -> list[list[Mention]]:
    """The one party that acts in the sentence before: `Chile has few. It signed an agreement with India.`"""
    start = sentence.tokens.starts[sentence.first]
    if start < 2:
        return []
    low, high = sentence_around(sentence.tokens.text, start - 2, start - 1)
    first, last = sentence.tokens.within(low, min(high, start))
    if not sentence.reading.words(sentence.grammar, first, last)[1]:
        return []
    before = Sentence(sentence.reading, sentence.grammar, first, last, (), None)
    acting = [g for g in before.groups if not (before.is_linked(g) or _is_place(before, g)) and _may_act(before, g)]
    acting = [g for g in acting if not any(m.i in sentence.reading.named for m in g)]
    return acting if len(acting) == 1 and len({m.code for m in acting[0]}) == 1 else []


def _fronted(sentence: Sentence, clauses: Sequence[Clause]) -> list[Mention] | None:
    """The party of a stretch that has no verb and is set off before who acts: `With China, Portugal signed …`."""
    first = clauses[0]
    if len(clauses) < 2 or first.verbs or len(first.groups) != 1 or not sentence.is_linked(first.groups[0]):
        return None
    return first.groups[0] if first.groups[0][-1].j == first.tokens[-1] + 1 else None


def _acts_alone(sentence: Sentence, group: Sequence[Mention], told: Told) -> bool:
    """Whether one party is the subject of a verb, with nothing between that makes another of it: `EU officials`."""
    if told.event not in _ALONE or told.verb.list != "told" or not told.real or group[0].kind == "city":
        return False
    gap = [i for i in range(group[-1].j, told.verb.i) if i not in sentence.taken]
    return group[-1].j <= told.verb.i and all(sentence.kinds(i) & _BEFORE_VERB for i in gap)


_BEFORE_VERB = frozenset({"told", "now", "adjunct", "article", "since", "of"})
#: What one party may be told to have done, with another that is not named.
_ALONE = frozenset({"signed", "established", "agreed"})
#: What a party may be told to have done by a pronoun; what is in force is the agreement.
_ACTS = _ALONE | {"upgraded", "negotiating"}


def _is_of_another(sentence: Sentence, group: Sequence[Mention], pact: Linked) -> bool:
    """Whether the word behind a party ties it to another agreement: `シンガポールとの協定を皮切りに`."""
    cue = sentence.has(group[-1].j, "link_after")
    return cue is not None and any(other is not pact and other.match.i == cue.j for other in sentence.pacts)


def _around(sentence: Sentence, clause: Clause) -> list[Clause]:
    """A clause with those before it that have no verb of their own, where its subject may stand."""
    at = next(n for n, one in enumerate(sentence.clauses) if one is clause)
    found = [clause]
    upgraded = any(verb.event == "upgraded" for verb in clause.verbs)
    while at > 0 and (not found[0].opened or (found[0].relative and upgraded)):
        before = sentence.clauses[at - 1]
        told = any(v.event in _AGREEING for v in before.verbs)
        acting = any(not (sentence.is_linked(g) or _is_place(sentence, g)) for c in found for g in c.groups)
        if (before.verbs and (acting or not told)) or (acting and _is_apart(sentence, found[0])):
            break
        at -= 1
        found.insert(0, before)
    return found


def _is_apart(sentence: Sentence, clause: Clause) -> bool:
    """Whether a semicolon sets a clause off, so that its subject is its own."""
    return sentence.tokens.words[clause.tokens[0]] in ";；"


_AGREEING = frozenset({"signed", "established", "upgraded", "negotiating", "agreed", "held", "other"})


def _may_act(sentence: Sentence, group: Sequence[Mention]) -> bool:
    """Whether a group may be the subject of a verb: adjectives are only before who acts, `日越両政府`."""
    if not are_adjectives(group):
        return True
    behind = group[-1].j
    if behind >= sentence.last or sentence.kinds(behind) & {"state", "both", "place", "told", "now", "and"}:
        return True
    return "\u3040" <= sentence.tokens.words[behind][0] < "\u3100"


def _between(sentence: Sentence, group: Sequence[Mention], pact: Linked) -> int:
    """How many other agreements stand between a party and an agreement."""
    low, high = sorted((group[0].i, pact.match.i))
    return sum(low < other.match.i < high for other in sentence.pacts if other is not pact)


def _is_place(sentence: Sentence, group: Sequence[Mention]) -> bool:
    """Whether a group only says where: `in Japan`."""
    before = group[0].i - 1
    while before >= sentence.first and "article" in sentence.kinds(before):
        before -= 1
    return before >= sentence.first and sentence.has(before, "place") is not None


def _tells_of_both(clause: Clause) -> bool:
    """Whether a clause speaks of the two, and not only of their relations."""
    return any(cue.list == "both" and cue.event != "relations" for cue in clause.others)


def _both(sentence: Sentence) -> list[Mention]:
    """The two that `both countries` are: those that the sentence names together, else those of the one before."""
    inside = {i for one in sentence.pacts for i in range(one.match.i, one.match.j)}
    groups = [group for group in sentence.groups if group[0].i not in inside and not _is_place(sentence, group)]
    pairs = [group for group in groups if len({m.code for m in group}) == 2 and any(m.kind != "city" for m in group)]
    if len(pairs) == 1:
        return pairs[0]
    named = {m.code: m for group in groups for m in group}
    if len(named) == 2 and not pairs:
        return [*named.values()]
    if any(m.kind != "city" for m in named.values()):
        return []
    return _named_before(sentence)


def _named_before(sentence: Sentence) -> list[Mention]:
    """The two parties that the sentence before names, where it names two."""
    tokens = sentence.tokens
    start = tokens.starts[sentence.first]
    if start < 2:
        return []
    low, high = sentence_around(tokens.text, start - 2, start - 1)
    first, last = tokens.within(low, min(high, start))
    _, mentions = sentence.reading.words(sentence.grammar, first, last)
    pairs = {m.i for one, other in pairwise(mentions) if other.i - one.j <= 1 for m in (one, other)}
    named = {
        m.code: m for m in mentions if m.kind in ("territory", "organisation") or (m.kind == "demonym" and m.i in pairs)
    }
    if any(m.i in sentence.reading.named for m in named.values()):
        return []
    return [*named.values()] if len(named) == 2 else []
