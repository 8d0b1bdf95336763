"""Facts: what a sentence says of its agreement or partnership: status, date and sum."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import get_args

from msgspec.structs import replace

from annotate.linking.linked import PACTS, Linked
from annotate.records import Fact, FactType
from annotate.rules.grammar import Grammar
from annotate.spans import AgreementStatus, AgreementValue, DateValue, PartnershipValue
from annotate.text.tokens import Tokens

#: What a status is as the type of a fact; a proposal has not come about.
_FACTS: dict[str, FactType] = {kind: kind for kind in get_args(FactType) if kind != "valued_at"}
_STATUSES: dict[str, AgreementStatus] = {status: status for status in get_args(AgreementStatus)}


def facts_of(inside: Sequence[Linked], sentence: tuple[int, int], tokens: Tokens) -> Iterator[Fact]:
    """The facts that one sentence states, out of the spans inside it; status, dates and sums are filled on the way."""
    pacts = _distinct([s for s in inside if s.match.label in PACTS])
    dates = [s for s in inside if s.match.label == "DATE"]
    for pact in pacts:
        amount = _amount_of(pact, inside, tokens)
        if amount and isinstance(pact.value, AgreementValue):
            pact.value = replace(pact.value, amount_span=amount.id)
            yield _fact("valued_at", pact, None, amount, (pact.match.start, amount.match.end))
    if len(pacts) != 1:
        return
    pact = pacts[0]
    status, verb = _status(pact, sentence, [s for s in inside if s is not pact], tokens)
    if status is None or verb is None:
        return
    date = _only_date(dates)
    if isinstance(pact.value, AgreementValue):
        pact.value = replace(pact.value, status=_STATUSES.get(status), date_span=date and date.id)
    elif isinstance(pact.value, PartnershipValue):
        begun = date if status in ("established", "upgraded") else None
        pact.value = replace(pact.value, status=status, since_span=begun and begun.id)
        date = begun
    else:
        return
    if date and status in _FACTS:
        places = [pact.match.start, pact.match.end, date.match.start, date.match.end, *verb]
        yield _fact(_FACTS[status], pact, date, None, (min(places), max(places)))


def _only_date(dates: Sequence[Linked]) -> Linked | None:
    """The date of a sentence that has one only, with its days known."""
    date = dates[0] if len(dates) == 1 else None
    return date if date and isinstance(date.value, DateValue) and date.value.start else None


def _distinct(pacts: Sequence[Linked]) -> list[Linked]:
    """Agreements and partnerships, an acronym counted with the name that it stands behind."""
    return [p for p in pacts if not ("acronym" in p.match.slots and len(pacts) > 1)]


def _amount_of(pact: Linked, inside: Sequence[Linked], tokens: Tokens) -> Linked | None:
    """The sum right behind an agreement: `samenwerkingsovereenkomst van 2 miljard dollar`."""
    for span in inside:
        gap = range(pact.match.j, span.match.i)
        if span.match.label == "MONEY" and 0 < len(gap) <= 4:
            words = tokens.text[tokens.starts[gap[0]] : span.match.start].strip()
            if _phrase_in(pact.grammar, "worth", words):
                return span
    return None


def _phrase_in(grammar: Grammar, name: str, words: str) -> bool:
    forms = grammar.lists.get(name, {})
    return any(words.casefold().startswith(form.casefold()) for form in forms if form)


def _status(
    pact: Linked, sentence: tuple[int, int], others: Sequence[Linked], tokens: Tokens
) -> tuple[str | None, tuple[int, int] | None]:
    """What the verbs of the sentence make of it, where they agree; with the place of the first of them.

    What stands in other spans is no verb: May in `5 May 2024` is none.
    """
    verbs = "partnership_verb" if pact.match.label == "PARTNERSHIP" else "agreement_verb"
    first, last = tokens.within(*sentence)
    taken = {i for other in others for i in range(other.match.i, other.match.j)}
    lexicon, words = pact.grammar.lexicon, tokens.words
    kinds = [{} if i in taken else lexicon[words[i]] or {} for i in range(first, last)]
    if any("status_block" in k for k in kinds):
        return None, None
    found: dict[str, tuple[int, int]] = {}
    for i, own in enumerate(kinds, first):
        status = own.get(verbs)
        if status:
            found.setdefault(status, (tokens.starts[i], tokens.end(i)))
    lowered = tokens.text[sentence[0] : sentence[1]].casefold()
    for form, status in pact.grammar.lists.get(verbs, {}).items():
        several = " " in form or (len(form) > 1 and form[0] > "\u2e80")
        if status and several and (at := lowered.find(form.casefold())) >= 0:
            found.setdefault(status, (sentence[0] + at, sentence[0] + at + len(form)))
    return next(iter(found.items())) if len(found) == 1 else (None, None)


def _fact(kind: FactType, pact: Linked, date: Linked | None, amount: Linked | None, evidence: tuple[int, int]) -> Fact:
    assert isinstance(pact.value, AgreementValue | PartnershipValue)
    parties = tuple(party.code or party.name for party in pact.value.parties)
    return Fact(kind, pact.id, parties, date.id if date else None, amount.id if amount else None, evidence)
