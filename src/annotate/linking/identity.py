"""Identity: which agreement or partnership a mention is, so that all its mentions share one key.

A known name and an acronym bring their keys. Any other is told apart by its parties with what it is about, its kind
or level, and its year: `kr-vn/social_security/2021`, `jp-vn/partnership/comprehensive-strategic/2023`. A later mention
that says `this agreement` takes the key of the one agreement before it that it can mean, and none where there are two.
A key may hold parties that the sentence does not name (`the two countries`); the value has those of the sentence only.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from annotate.linking.linked import PACTS, Linked
from annotate.linking.names import names_in
from annotate.linking.passages import Passages
from annotate.linking.wording import wording
from annotate.rules.grammar import Grammar, ListedName
from annotate.spans import AgreementKind, AgreementValue, DateValue, PartnershipValue
from annotate.text.sentences import sentence_around
from annotate.text.tokens import Tokens

#: Kinds that say themselves what an agreement is about.
_ABOUT: dict[AgreementKind, str] = {
    "free_trade_agreement": "free_trade",
    "customs_union": "customs_union",
    "investment_agreement": "investment",
    "association_agreement": "association",
    "tax_agreement": "taxation",
    "peace_agreement": "peace",
}
#: Kinds that any agreement may be called: they tell none from another.
_PLAIN: frozenset[AgreementKind] = frozenset(
    {"agreement", "treaty", "convention", "cooperation_agreement", "framework_agreement"}
)
#: What `the agreement` and `the treaty` can mean besides their own kind.
_MEANT: dict[AgreementKind, frozenset[AgreementKind]] = {
    "agreement": _PLAIN - {"convention"} | {*_ABOUT, "loan_agreement"},
    "treaty": frozenset({"treaty", "convention", "charter", *_ABOUT}),
}
#: How far behind an agreement its topic may stand, in characters, and how long a definition in brackets, in tokens.
_TOPIC, _BRACKET = 120, 14
#: How far from a mention or its preposition a word that belongs to it is looked for, in characters.
_BESIDE = 36
_CLAUSE = re.compile(r"[,;:.、，；：。()\n]")
#: The year that a key ends in, where its parts tell it.
_YEAR = re.compile(r"/\d{4}$")
_OPEN, _CLOSE = "(（[", ")）]"
_QUOTES = "\"'“”„‘’«»「」『』《》"


def settle_identity(spans: Sequence[Linked], tokens: Tokens) -> None:
    """Give agreements and partnerships without a key one, where the text settles which they are."""
    pacts = [span for span in spans if span.match.label in PACTS]
    if not pacts:
        return
    days = {span.id: span.value for span in spans if isinstance(span.value, DateValue)}
    passages = Passages(tokens, {i for span in spans for i in range(span.match.i, span.match.j)})
    open_ones = [pact for pact in pacts if _key(pact) is None and _single(pact, tokens)]
    for pact in open_ones:
        value = pact.value
        if isinstance(value, PartnershipValue):
            pact.value = replace(value, id=_partnership(pact, value, days, passages, tokens))
        elif isinstance(value, AgreementValue):
            words, topic = _subject(pact, tokens)
            key = _agreement(pact, value, topic, days, passages, tokens)
            pact.value = replace(value, subject=value.subject or words, id=key)
    _settle_years(pacts)
    terms = _definitions(pacts, tokens)
    before = _Before(pacts)
    for pact in open_ones:
        if isinstance(pact.value, AgreementValue) and pact.value.id is None:
            meant = terms.get(pact.text) or _meant(pact, pact.value, before, passages, tokens)
            if meant is not None and isinstance(meant.value, AgreementValue):
                pact.value = replace(pact.value, id=meant.value.id, name=pact.value.name or meant.value.name)


def _partnership(
    pact: Linked, value: PartnershipValue, days: dict[str, DateValue], passages: Passages, tokens: Tokens
) -> str | None:
    """The key of a partnership: its parties, its kind, its level, and the year since when, where it is told."""
    if value.kind == "partnership" and not value.level:
        return None
    parties = _parties(pact, value, passages, tokens)
    if not parties or (value.kind == "partnership" and parties.count("-") > 1):  # one with each of several
        return None
    since = _year(days.get(value.since_span or ""))
    if known := _known(pact, parties, (value.kind, value.level), since):
        return known
    return "/".join(filter(None, (parties, value.kind, "-".join(value.level), since)))


def _agreement(
    pact: Linked,
    value: AgreementValue,
    topic: str | None,
    days: dict[str, DateValue],
    passages: Passages,
    tokens: Tokens,
) -> str | None:
    """The key of an agreement: its parties, what it is about, and when it was signed, as far as that is told.

    One of a plain kind whose topic is not told is known by the day or month of its signing only.
    """
    parties = _parties(pact, value, passages, tokens)
    if not parties:
        return None
    day = days.get(value.date_span or "") if value.status == "signed" else None
    if value.kind in _ABOUT and (known := _known(pact, parties, (value.kind, ()), _year(day))):
        return known
    about = _ABOUT.get(value.kind)
    if about or topic:
        what = about or (topic if value.kind in _PLAIN else f"{value.kind}-{topic}")
        return "/".join(filter(None, (parties, what, _year(day))))
    if day and day.grain in ("day", "month") and day.start:
        return f"{parties}/{value.kind}/{day.start[: 10 if day.grain == 'day' else 7]}"
    return None


def _single(pact: Linked, tokens: Tokens) -> bool:
    """Whether a mention is of one agreement or partnership: no number, plural or word such as `many` says otherwise."""
    match, text = pact.match, tokens.text
    count = pact.match.get("count") or (isinstance(pact.value, AgreementValue) and pact.value.count)
    if count and count != 1:
        return False
    if wording(pact.grammar, "plural").stands_in(text, match.start, match.end):
        return False
    before = wording(pact.grammar, "several").find(text, max(0, match.start - _BESIDE), match.start)
    return not any(not text[end : match.start].strip() for _, end, _ in before)


def _settle_years(pacts: Sequence[Linked]) -> None:
    """Where one mention tells the year and no other tells another, all mentions have it in their key."""
    told: dict[str, set[str]] = {}
    for pact in pacts:
        if key := _key(pact):
            known = _YEAR.search(key)
            told.setdefault(key[: known.start()] if known else key, set()).update({key} if known else ())
    for pact in pacts:
        keys = told.get(_key(pact) or "", ())
        if len(keys) == 1 and isinstance(pact.value, AgreementValue | PartnershipValue):
            pact.value = replace(pact.value, id=next(iter(keys)))


def _key(pact: Linked) -> str | None:
    return pact.value.id if isinstance(pact.value, AgreementValue | PartnershipValue) else None


def _year(day: DateValue | None) -> str | None:
    """The year of a date that lies within one."""
    within = day is not None and day.start and day.end and day.start[:4] == day.end[:4]
    return day.start[:4] if day and day.start and within else None


def _parties(pact: Linked, value: AgreementValue | PartnershipValue, passages: Passages, tokens: Tokens) -> str | None:
    """The codes of the parties as a key has them: those of the sentence, or the two that the passage tells of."""
    codes = {party.code for party in value.parties}
    if None in codes:
        return None
    if len(codes) < 2:
        start, end = sentence_around(tokens.text, pact.match.start, pact.match.end)
        both = next(wording(pact.grammar, "both_parties").find(tokens.text, start, end), None)
        if both is not None:
            pair = passages.pair_before(pact.grammar, pact.match.start, both[2] == "countries")
        elif (
            isinstance(value, PartnershipValue)
            and value.kind != "alliance"
            and not _with_others(pact, (start, end), tokens)
        ):
            together = passages.told_together(pact.grammar, pact.match.start)
            pair = together or passages.only_pair(pact.grammar, pact.match.start)
        else:
            pair = ()
        codes = set(pair) if codes <= set(pair) else set()
    return "-".join(sorted(code.lower() for code in codes if code)) or None


def _with_others(pact: Linked, sentence: tuple[int, int], tokens: Tokens) -> bool:
    """Whether the sentence names a party by a name that no list has: capitals behind `with` or `between`."""
    first, last = tokens.within(*sentence)
    words, lexicon = tokens.words, pact.grammar.lexicon
    links = (i for i in range(first, last) if "agreement_party_link" in (lexicon[words[i]] or ()))
    known = {i for m in names_in(pact.grammar, "city").find(tokens, first, last) for i in range(m.i, m.j)}
    behind = {k for i in links for k in range(i + 1, min(last, i + 3))}
    return any(words[k][0].isupper() for k in behind - known)


#: The known names of each language by their parties with their kind or level, with the grammar that they are of.
_NAMES: dict[str, tuple[Grammar, dict[tuple[str, object], list[ListedName]]]] = {}


def _known(pact: Linked, parties: str, what: object, year: str | None) -> str | None:
    """The known name that has these parties and this kind or level, where there is only one, of about that year."""
    grammar = pact.grammar
    known = _NAMES.get(grammar.lang)
    if known is None or known[0] is not grammar:
        by_parties: dict[tuple[str, object], list[ListedName]] = {}
        for name in grammar.names.values():
            key = "-".join(sorted(code.lower() for code in name.parties))
            by_parties.setdefault((key, (name.kind, name.level)), []).append(name)
        known = _NAMES[grammar.lang] = grammar, by_parties
    names = known[1].get((parties, what), [])
    if len(names) != 1 or (year and names[0].year and abs(int(year) - int(names[0].year)) > 1):
        return None
    return names[0].id


def _subject(pact: Linked, tokens: Tokens) -> tuple[str | None, str | None]:
    """What an agreement is about, in the words of the text and as one word for all languages.

    The topic stands behind it after a word such as `on`, or right before it; one in the name itself has no words apart.
    """
    text, match = tokens.text, pact.match
    topics, links = wording(pact.grammar, "subject"), wording(pact.grammar, "topic_link")
    first, last = sentence_around(text, match.start, match.end)
    last = min(last, match.end + _TOPIC)
    for _, _, key in topics.find(text, match.start, match.end):
        return None, key
    place = next(links.find(text, match.end, last), None)
    if place is not None:
        clause = _CLAUSE.search(text, place[1], min(last, place[1] + _BESIDE))
        stop = clause.start() if clause else min(last, place[1] + _BESIDE)
        for start, end, key in topics.find(text, place[1], stop):
            return text[start:end], key
    behind = wording(pact.grammar, "topic_link_after")
    found = [(start, end, key) for start, end, key in topics.find(text, max(first, match.start - _BESIDE), match.start)]
    if found and any(start == found[-1][1] for start, *_ in behind.find(text, found[-1][1], match.start)):
        start, end, key = found[-1]
        return text[start:end], key
    return None, None


def _definitions(pacts: Sequence[Linked], tokens: Tokens) -> dict[str, Linked]:
    """What the text calls an agreement from here on: `(hereinafter "the Treaty")`, by the words in the brackets."""
    terms: dict[str, Linked] = {}
    text = tokens.text
    for pact in pacts:
        place = pact.match.j
        if _key(pact) is None or place >= len(tokens) or tokens.words[place] not in _OPEN:
            continue
        start = tokens.starts[place]
        end = next(
            (tokens.end(i) for i in range(place, min(len(tokens), place + _BRACKET)) if tokens.words[i] in _CLOSE), -1
        )
        said = next(wording(pact.grammar, "hereinafter").find(text, start, max(start, end)), None)
        if said is not None:
            for other in pacts:
                if _key(other) is None:
                    inside = text[said[1] : end]
                    if other.text and _whole(other.text, inside):
                        terms.setdefault(other.text, pact)
    return terms


def _whole(term: str, words: str) -> bool:
    """Whether a term ends the words of a definition: `the Treaty` ends in `Treaty`."""
    return words.strip(f"{_OPEN}{_CLOSE}{_QUOTES}. 。").endswith(term)


class _Before:
    """The agreements before a place, by kind: the last one, and the keys of all. Places are asked for in order."""

    def __init__(self, pacts: Sequence[Linked]) -> None:
        self._pacts = [pact for pact in pacts if isinstance(pact.value, AgreementValue) and not pact.value.count]
        self._next = self._start = 0
        self._told: dict[str, _Told] = {}
        self._here: dict[str, _Told] = {}

    def one_of(self, kinds: Collection[str], section: int, place: int) -> Linked | None:
        """The last one of some kinds, where all of these are one: in the section, or else in the text before it."""
        if section > self._start:
            self._start, self._here = section, {}
        while self._next < len(self._pacts) and self._pacts[self._next].match.start < place:
            pact = self._pacts[self._next]
            self._next += 1
            for told in (self._told, self._here) if pact.match.start >= section else (self._told,):
                _tell(told, pact)
        for told in (self._here, self._told):
            near = [told[kind] for kind in kinds if kind in told]
            if near:
                keys = set[str | None]().union(*(one.keys for one in near))
                last = max(near, key=lambda one: one.last.match.start).last
                return last if len(keys) == 1 and None not in keys else None
        return None


@dataclass(slots=True)
class _Told:
    last: Linked
    keys: set[str | None]


def _tell(told: dict[str, _Told], pact: Linked) -> None:
    assert isinstance(pact.value, AgreementValue)
    one = told.setdefault(pact.value.kind, _Told(pact, set()))
    one.last = pact
    one.keys.add(pact.value.id)


def _meant(pact: Linked, value: AgreementValue, before: _Before, passages: Passages, tokens: Tokens) -> Linked | None:
    """The agreement that a short mention such as `this treaty` means: the only one before it that it can mean.

    One that may be meant and has no key stands in the way, since it may be the one.
    """
    if value.parties or value.name or not _definite(pact, tokens):
        return None
    kinds = _MEANT.get(value.kind, frozenset()) | {value.kind}
    return before.one_of(kinds, passages.section(pact.match.start), pact.match.start)


def _definite(pact: Linked, tokens: Tokens) -> bool:
    """Whether the words beside a mention say that it was told of before: `the`, `this`, `該`, `này`."""
    match, text = pact.match, tokens.text
    before = wording(pact.grammar, "definite").find(text, max(0, match.start - _BESIDE), match.start)
    if any(not text[end : match.start].strip() for _, end, _ in before):
        return True
    behind = wording(pact.grammar, "definite_after").find(text, match.end, min(len(text), match.end + _BESIDE))
    return any(not text[match.end : start].strip() for start, _, _ in behind)
