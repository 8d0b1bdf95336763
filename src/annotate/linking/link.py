"""Stage `link`: what spans say of one another: acronyms, status, dates and sums, and the facts they make.

Precision comes first: a link is made only where one candidate stands in the sentence, a fact only out of links.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from annotate.rules.cldr import region_currencies
from annotate.rules.grammar import Grammar
from annotate.rules.matches import Match
from annotate.text.tokens import Tokens

_SENTENCE_END = re.compile(r"(?<!\d\d)(?<!\s\d)[.!?][\"”'’)\]]*\s+(?=[\"“'‘(\[]?[^\W\d_a-zß-ÿ])|[。！？]|\n")
_REACH = 400


@dataclass(slots=True)
class Linked:
    """A match with its value; its span's id and text are set when all spans are known."""

    match: Match
    value: dict[str, Any]
    grammar: Grammar
    id: str = ""
    text: str = ""


def link(spans: list[Linked], tokens: Tokens) -> list[dict[str, Any]]:
    """Add later mentions of acronyms, number the spans, fill what they say of one another; the facts they make."""
    _settle_currencies(spans, tokens)
    spans += _mentions(spans, tokens)
    spans.sort(key=lambda s: (s.match.start, -s.match.end, s.match.label or ""))
    for number, span in enumerate(spans, 1):
        span.id = f"s{number}"
        span.text = tokens.text[span.match.start : span.match.end]
    facts: list[dict[str, Any]] = []
    for sentence, inside in _sentences(spans, tokens):
        facts += _facts(inside, sentence, tokens)
    return facts


# --- acronyms


def _mentions(spans: Sequence[Linked], tokens: Tokens) -> list[Linked]:
    """Each bare mention of an acronym that the text has introduced in brackets behind a name."""
    introduced: dict[str, Linked] = {}
    ends: dict[tuple[str | None, int], Linked] = {}
    for span in spans:
        ends.setdefault((span.match.label, span.match.end), span)
    for span in spans:
        if span.match.get("acronym") and "acronym" in span.match.slots:
            _share(span, _named_before(span, ends), tokens)
            introduced.setdefault(tokens.text[span.match.start : span.match.end], span)
    taken = {i for span in spans if span.match.label in _PACTS for i in range(span.match.i, span.match.j)}
    found = []
    for i, word in enumerate(tokens.words if introduced else ()):
        source = introduced.get(word)
        if source is None or i in taken or tokens.starts[i] < source.match.start or _compounded(tokens, i):
            continue
        start, end = tokens.starts[i], tokens.end(i)
        match = replace(source.match, i=i, j=i + 1, ci=i, cj=i + 1, start=start, end=end)
        value = source.value | {"count": None} if "count" in source.value else dict(source.value)
        found.append(Linked(match, value, source.grammar))
    return found


_PACTS = ("AGREEMENT", "PARTNERSHIP")


#: How many characters may stand between a name and its acronym: ` (` and a quotation mark or two.
_GAP = 4


def _named_before(acronym: Linked, ends: Mapping[tuple[str | None, int], Linked]) -> Linked | None:
    """The name that an acronym in brackets stands behind; `ends` are the spans by label and end."""
    start = acronym.match.start
    near = (ends.get((acronym.match.label, end)) for end in range(start, start - _GAP - 1, -1))
    return next((name for name in near if name is not None), None)


_PLURAL = re.compile(r"(?<=[A-Z])['’]?s$")


def _share(acronym: Linked, name: Linked | None, tokens: Tokens) -> None:
    """Make a name and its acronym say the same of themselves; one of a kind (`FTA`) is no key of an agreement."""
    if name is None:
        return
    short = _PLURAL.sub("", tokens.text[acronym.match.start : acronym.match.end])
    for key in ("kind", "name", "parties", "level"):
        if key in name.value:
            acronym.value[key] = name.value[key]
    known = name.value["id"] or acronym.value["id"]
    generic = f"={short}" in name.grammar.lists.get("generic_acronym", ())
    proper = (generic and name.value.get("acronym")) or short  # a known name keeps its own: VKFTA behind (FTA)
    if "count" in acronym.value:
        acronym.value["count"] = None
    for span in (name, acronym):
        span.value["id"] = known or (short.lower() if name.value["name"] and not generic else None)
        if "acronym" in span.value:
            span.value["acronym"] = proper


def _compounded(tokens: Tokens, i: int) -> bool:
    """Whether a word is glued to another by a hyphen: `RCEP-leden`."""
    after = i + 2 < len(tokens) and tokens.words[i + 1] == "-" and tokens.glued(i + 1) and tokens.glued(i + 2)
    before = i >= 2 and tokens.words[i - 1] == "-" and tokens.glued(i) and tokens.glued(i - 1)
    return after or before


# --- currencies


def _settle_currencies(spans: Sequence[Linked], tokens: Tokens) -> None:
    """Give a sum that may be of several currencies the one whose country its sentence names, if that is one only."""
    for span in spans:
        candidates = span.value.get("currency_candidates") if span.match.label == "MONEY" else None
        if not candidates or span.value["currency"] is not None:
            continue
        named = _currencies_named(span.grammar, _sentence(tokens.text, span.match.start, span.match.end), tokens)
        if len(fitting := [code for code in candidates if code in named]) == 1:
            span.value |= {"currency": fitting[0], "currency_candidates": []}


def _currencies_named(grammar: Grammar, sentence: tuple[int, int], tokens: Tokens) -> set[str]:
    """The currencies of all countries that a sentence names, and those that its adjectives stand for."""
    first, last = tokens.within(*sentence)
    text = tokens.text[slice(*sentence)]
    countries: set[str] = set()
    hidden: set[str] = set()
    for form, code in _names_of_countries(grammar):
        if form in text:  # the longest first: no Sudan in South Sudan, no インド in インドネシア
            countries.add(code)
            hidden.update(re.findall(r"\w+", form))
            text = text.replace(form, " ")
    kinds = [grammar.lexicon[word] or {} for word in tokens.words[first:last] if word not in hidden]
    countries.update(
        code for own in kinds for code in (own.get("territory"), *own.get("party_adj", "").split()) if code
    )
    currencies = {own["currency_adjective"] for own in kinds if "currency_adjective" in own}
    return currencies.union(*map(region_currencies, countries))


def _names_of_countries(grammar: Grammar) -> list[tuple[str, str]]:
    """Names of countries that are more than one token: of several words, or in a script without spaces."""
    names = ((form.lstrip("="), code) for form, code in grammar.lists.get("territory", {}).items())
    several = (name for name in names if len(name[0]) > 1 and (" " in name[0] or name[0][0] > "\u2e80"))
    return sorted(several, key=lambda name: -len(name[0]))


# --- sentences


def _sentences(spans: Sequence[Linked], tokens: Tokens) -> Iterator[tuple[tuple[int, int], list[Linked]]]:
    """The sentences that hold an agreement or a partnership, each with all spans that stand in it."""
    done = -1
    starts = [span.match.start for span in spans]
    for span in spans:
        if span.match.label not in _PACTS or span.match.start < done:
            continue
        start, end = _sentence(tokens.text, span.match.start, span.match.end)
        done = end
        near = spans[bisect_left(starts, start) : bisect_left(starts, end)]
        yield (start, end), [s for s in near if s.match.end <= end]


def _sentence(text: str, start: int, end: int) -> tuple[int, int]:
    low = max(0, start - _REACH)
    first = low
    for match in _SENTENCE_END.finditer(text, low, start):
        first = match.end()
    following = _SENTENCE_END.search(text, end, min(len(text), end + _REACH))
    last = (
        following.start() + 1
        if following and text[following.start()] != "\n"
        else following.start()
        if following
        else min(len(text), end + _REACH)
    )
    return first, last


# --- facts


def _facts(inside: Sequence[Linked], sentence: tuple[int, int], tokens: Tokens) -> Iterator[dict[str, Any]]:
    pacts = _distinct([s for s in inside if s.match.label in _PACTS])
    dates = [s for s in inside if s.match.label == "DATE"]
    for pact in pacts:
        amount = _amount_of(pact, inside, tokens)
        if amount and "amount" in pact.value:
            pact.value["amount"] = amount.id
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
    if "since" in pact.value:
        if status not in ("established", "upgraded"):
            return
        pact.value["since"] = date.id
    else:
        pact.value["date"] = date.id
    if status in _FACTS:
        places = [pact.match.start, pact.match.end, date.match.start, date.match.end, *verb]
        yield _fact(status, pact, date, None, (min(places), max(places)))


_FACTS = frozenset({"signed", "upgraded", "established", "ratified", "in_force", "negotiating"})


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
