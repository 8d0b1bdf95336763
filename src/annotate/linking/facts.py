"""Facts: what a sentence says of its agreements and partnerships: status, date and sum."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import get_args

from msgspec.structs import replace

from annotate.linking.clauses import Reading, Sentence
from annotate.linking.frames import Frames, Told
from annotate.linking.linked import PACTS, Linked
from annotate.linking.sentences import sentences
from annotate.records import Fact, FactType
from annotate.rules.grammar import Grammar
from annotate.spans import AgreementStatus, AgreementValue, PartnershipValue
from annotate.text.sentences import sentence_around

#: What a status is as the type of a fact; a proposal has not come about.
_FACTS: dict[str, FactType] = {kind: kind for kind in get_args(FactType) if kind != "valued_at"}
_STATUSES: dict[str, AgreementStatus] = {status: status for status in get_args(AgreementStatus)}
#: How many words may stand between an agreement and its sum: `ter waarde van iets meer dan`.
_WORTH = 6
#: How far each status has come: of two that a sentence tells the later one is that of the agreement.
_STAGES = ("proposed", "negotiating", "signed", "established", "ratified", "upgraded", "in_force", "terminated")


def facts_in(spans: Sequence[Linked], reading: Reading) -> Iterator[Fact]:
    """The facts of a text, sentence by sentence."""
    tokens = reading.tokens
    starts = [span.match.start for span in spans]
    for place, inside in sentences(spans, tokens):
        yield from _facts_of(inside, place, reading)
        only = _only(inside)
        if only is not None:
            yield from _facts_behind(only, place, spans, starts, reading)


def _only(inside: Sequence[Linked]) -> Linked | None:
    """The agreement or partnership of a sentence that has one only, a name and its acronym counted once."""
    pacts = [span for span in inside if span.match.label in PACTS]
    named = [pact for pact in pacts if not ("acronym" in pact.match.slots and len(pacts) > 1)]
    return named[0] if len(named) == 1 else None


def _facts_behind(
    pact: Linked, place: tuple[int, int], spans: Sequence[Linked], starts: Sequence[int], reading: Reading
) -> Iterator[Fact]:
    """What the next sentence says of it, where it has no other and a pronoun: `It entered into force in 2016.`"""
    text = reading.tokens.text
    start = place[1] + len(text[place[1] : place[1] + 9]) - len(text[place[1] : place[1] + 9].lstrip(' \n"”’'))
    if start >= len(text):
        return
    _, end = sentence_around(text, start, start + 1)
    inside = [s for s in spans[bisect_left(starts, start) : bisect_left(starts, end)] if s.match.end <= end]
    if not inside or any(span.match.label in PACTS for span in inside):
        return
    yield from _told(reading.sentence((start, end), inside, pact), {})


def _facts_of(inside: Sequence[Linked], place: tuple[int, int], reading: Reading) -> Iterator[Fact]:
    """The facts that one sentence states, out of the spans inside it; status, dates and sums are filled on the way."""
    sentence = reading.sentence(place, inside)
    for pact in sentence.pacts:
        clause = next((c for c in sentence.clauses if pact in c.pacts), None)
        if clause and (clause.has("planned") or clause.has("denied")):
            continue
        amount = _amount_of(pact, inside, reading)
        if amount and isinstance(pact.value, AgreementValue):
            pact.value = replace(pact.value, amount_span=amount.id)
            places = (pact.match.start, pact.match.end, amount.match.start, amount.match.end)
            yield _fact("valued_at", pact, None, amount, (min(places), max(places)))
    yield from _told(sentence, {})
    for pact, date in Frames(sentence).standing():
        if isinstance(pact.value, PartnershipValue) and not pact.value.status:
            pact.value = replace(pact.value, status="established", since_span=date.id)
            ends = (pact.match.start, pact.match.end, date.match.start, date.match.end)
            yield _fact("established", pact, date, None, (min(ends), max(ends)))


def _told(sentence: Sentence, stages: dict[str, int]) -> Iterator[Fact]:
    done: set[tuple[str, str]] = set()
    for told in Frames(sentence).told():
        for pact in told.pacts:
            _settle(pact, told, stages)
            if told.real and told.date and told.event in _FACTS and (pact.id, told.event) not in done:
                done.add((pact.id, told.event))
                yield _fact(_FACTS[told.event], pact, told.date, None, _evidence(pact, told, sentence))


def _settle(pact: Linked, told: Told, stages: dict[str, int]) -> None:
    """Give an agreement the status that a clause tells, with its date, where none further on has been told."""
    status = told.event if told.real else "proposed" if told.planned else None
    if status is None or status not in _STAGES or stages.get(pact.id, -1) > _STAGES.index(status):
        return
    stages[pact.id] = _STAGES.index(status)
    date = told.date.id if told.date and told.real else None
    if isinstance(pact.value, AgreementValue):
        pact.value = replace(pact.value, status=_STATUSES.get(status), date_span=date)
    elif isinstance(pact.value, PartnershipValue):
        begun = date if status in ("established", "upgraded") else None
        pact.value = replace(pact.value, status=status, since_span=begun)


def _evidence(pact: Linked, told: Told, sentence: Sentence) -> tuple[int, int]:
    """The passage from the first to the last of verb, agreement and date; of a raise with the old level."""
    tokens, date = sentence.tokens, told.date
    assert date is not None
    ends = [pact.match.start, pact.match.end, date.match.start, date.match.end]
    ends += [tokens.starts[told.verb.i], tokens.end(told.verb.j - 1)]
    if told.event == "upgraded":
        ends += [end for other in told.clause.pacts for end in (other.match.start, other.match.end)]
    return min(ends), max(ends)


def _amount_of(pact: Linked, inside: Sequence[Linked], reading: Reading) -> Linked | None:
    """The sum right behind or before an agreement: `overeenkomst van 2 miljard dollar`, `a $2 billion contract`."""
    tokens = reading.tokens
    for span in inside:
        if span.match.label != "MONEY":
            continue
        gap = range(pact.match.j, span.match.i)
        if 0 < len(gap) <= _WORTH:
            words = tokens.text[tokens.starts[gap[0]] : span.match.start].strip()
            if _phrase_in(pact.grammar, "worth", words):
                return span
        between = range(span.match.j, pact.match.i)
        if len(between) == 0 == pact.match.i - span.match.j:
            return span
        if 0 < len(between) <= 4:
            cues, _ = reading.words(pact.grammar, between.start, between.stop)
            found = [cue for cue in cues.get(between.start, ()) if cue.list == "worth_before"]
            if any(cue.j == between.stop for cue in found):
                return span
    return None


def _phrase_in(grammar: Grammar, name: str, words: str) -> bool:
    forms = grammar.lists.get(name, {})
    return any(words.casefold().startswith(form.casefold()) for form in forms if form)


def _fact(kind: FactType, pact: Linked, date: Linked | None, amount: Linked | None, evidence: tuple[int, int]) -> Fact:
    assert isinstance(pact.value, AgreementValue | PartnershipValue)
    parties = tuple(party.code or party.name for party in pact.value.parties)
    return Fact(kind, pact.id, parties, date.id if date else None, amount.id if amount else None, evidence)
