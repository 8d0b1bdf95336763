"""Facts: what a sentence says of its agreement or partnership: status, date and sum."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from annotate.linking.linked import PACTS, Linked
from annotate.rules.grammar import Grammar
from annotate.text.tokens import Tokens

_FACTS = frozenset({"signed", "upgraded", "established", "ratified", "in_force", "negotiating"})


def facts_of(inside: Sequence[Linked], sentence: tuple[int, int], tokens: Tokens) -> Iterator[dict[str, Any]]:
    """The facts that one sentence states, out of the spans inside it; status, dates and sums are filled on the way."""
    pacts = _distinct([s for s in inside if s.match.label in PACTS])
    dates = [s for s in inside if s.match.label == "DATE"]
    for pact in pacts:
        amount = _amount_of(pact, inside, tokens)
        if amount and "amount_span" in pact.value:
            pact.value["amount_span"] = amount.id
            yield _fact("valued_at", pact, None, amount, (pact.match.start, amount.match.end))
    if len(pacts) != 1:
        return
    pact = pacts[0]
    status, verb = _status(pact, sentence, tokens)
    if status is None or verb is None:
        return
    pact.value["status"] = status
    date = dates[0] if len(dates) == 1 and dates[0].value.get("start") else None
    if date is None:
        return
    if "since_span" in pact.value:
        if status not in ("established", "upgraded"):
            return
        pact.value["since_span"] = date.id
    else:
        pact.value["date_span"] = date.id
    if status in _FACTS:
        places = [pact.match.start, pact.match.end, date.match.start, date.match.end, *verb]
        yield _fact(status, pact, date, None, (min(places), max(places)))


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


def _status(pact: Linked, sentence: tuple[int, int], tokens: Tokens) -> tuple[str | None, tuple[int, int] | None]:
    """What the verbs of the sentence make of it, where they agree; with the place of the first of them."""
    verbs = "partnership_verb" if pact.match.label == "PARTNERSHIP" else "agreement_verb"
    first, last = tokens.within(*sentence)
    kinds = [pact.grammar.lexicon[word] or {} for word in tokens.words[first:last]]
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


def _fact(
    kind: str, pact: Linked, date: Linked | None, amount: Linked | None, evidence: tuple[int, int]
) -> dict[str, Any]:
    return {
        "type": kind,
        "subject": pact.id,
        "parties": [party["code"] or party["name"] for party in pact.value["parties"]],
        "date": date.id if date else None,
        "amount": amount.id if amount else None,
        "evidence": list(evidence),
    }
