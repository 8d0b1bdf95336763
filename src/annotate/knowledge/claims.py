"""What one record claims: its agreements and partnerships, each with all that the record says of it.

Mentions that share a key are one claim. A mention of several at once (`170 agreements`) is a claim of its own. What
comes out is small and plain, so that it can be kept, and depends on nothing but the record.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from annotate.knowledge.identity import Signature, party_key
from annotate.knowledge.tables import Evidence
from annotate.records import Fact, Record
from annotate.spans import KIND_TOPICS, AgreementSpan, AgreementValue, DateValue, MoneyValue, PartnershipSpan
from annotate.text.sentences import Sentences

Pact = AgreementSpan | PartnershipSpan

#: Sentences that are kept of a document for one agreement, besides those of its dates and sums.
_SENTENCES = 2
#: A sentence is not longer than that: a bound for what is none.
_LONGEST = 600


class Said(Struct, frozen=True):
    """A date, a sum or both, with what came about and the words that say so."""

    role: str
    date: DateValue | None
    money: MoneyValue | None
    evidence: Evidence
    #: Whether it is one of the record's facts; else a value's own date or sum.
    fact: bool


class Claim(Struct, frozen=True):
    """An agreement or partnership of one record."""

    label: str
    #: What names it while nothing else does: the record and the place of its first mention.
    own: str
    #: The key that its mentions have in the record.
    key: str | None
    kind: str
    count: int | None
    level: tuple[str, ...]
    parties: tuple[str, ...]
    name: str | None
    acronym: str | None
    subject: str | None
    #: Names as they stand in the text, with their language, and how often each does.
    names: tuple[tuple[str, str, int], ...]
    statuses: tuple[str, ...]
    said: tuple[Said, ...]
    mentions: tuple[tuple[int, int, str, str], ...]
    evidence: tuple[Evidence, ...]
    signature: Signature | None

    @property
    def is_told(self) -> bool:
        """Whether there is enough to make a row of: an identity, a date, a sum, or a name with parties."""
        return self.signature is not None or bool(self.said) or bool(self.name and len(self.parties) > 1)


def claims_of(record: Record) -> list[Claim]:
    """The claims of a record, in the order of their first mentions."""
    reader = _Reader(record)
    groups: dict[object, list[Pact]] = {}
    for span in record.spans:
        if isinstance(span, AgreementSpan | PartnershipSpan):
            groups.setdefault(_key(span), []).append(span)
    facts: dict[str, list[Fact]] = {}
    for fact in record.facts:
        facts.setdefault(fact.subject, []).append(fact)
    return [
        reader.claim(mentions, [one for span in mentions for one in facts.get(span.id, ())])
        for together in groups.values()
        for mentions in reader.by_year(together, facts)
    ]


def _key(span: Pact) -> object:
    """What mentions of one agreement have in common: the key, or else the name with its acronym or the parties."""
    value = span.value
    if _count(span) is not None:
        return span.id
    if value.id is not None:
        return span.label, value.id
    if value.name is not None and isinstance(value, AgreementValue) and value.acronym is not None:
        return span.label, value.name.casefold(), value.acronym
    if value.name is not None and len(value.parties) > 1:
        return span.label, value.name.casefold(), frozenset(party.code or party.name for party in value.parties)
    return span.id


def _count(span: Pact) -> int | None:
    value = span.value
    count = value.count if isinstance(value, AgreementValue) else None
    return None if count == 1 else count


def _most(items: Iterable[str | None]) -> str | None:
    """The item met most, of several the first."""
    counts = Counter(item for item in items if item)
    return max(counts, key=lambda item: counts[item], default=None)


class _Reader:
    """What is looked up in one record again and again."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._spans = {span.id: span for span in record.spans}
        self._sentences: Sentences | None = None
        segments = record.meta.lang_segments
        self._starts, self._langs = [one.start for one in segments], [one.lang for one in segments]

    def claim(self, mentions: Sequence[Pact], facts: Sequence[Fact]) -> Claim:
        """The claim that some mentions make."""
        first = mentions[0]
        values = [span.value for span in mentions]
        parties = self._parties(mentions)
        said = tuple(self._said(mentions, facts))
        level = first.value.level if isinstance(first, PartnershipSpan) else ()
        kind = str(_most(value.kind for value in values))
        acronym = _most(value.acronym for value in values if isinstance(value, AgreementValue))
        names = Counter(
            (self._lang(span.start), span.text)
            for span in mentions
            if span.value.name is not None and span.text != acronym
        )
        count = _count(first)
        claim = Claim(
            label=first.label,
            own=f"{self._record.id}#{first.start}",
            key=first.value.id if count is None else None,
            kind=kind,
            count=count,
            level=level,
            parties=parties,
            name=_most(value.name for value in values),
            acronym=acronym,
            subject=_most(value.subject for value in values if isinstance(value, AgreementValue)),
            names=tuple((lang, name, number) for (lang, name), number in names.items()),
            statuses=tuple(dict.fromkeys(value.status for value in values if value.status)),
            said=said,
            mentions=tuple((span.start, span.end, span.text, self._lang(span.start)) for span in mentions),
            evidence=tuple(self._evidence(span.start, span.end) for span in mentions[:_SENTENCES]),
            signature=None,
        )
        if count is not None:
            return claim
        year = self._record.meta.date[:4] if self._record.meta.date else None
        found = _signature(first.value.id, claim, [(one.role, one.date) for one in said if one.date], year)
        return replace(claim, signature=found)

    def by_year(self, mentions: Sequence[Pact], facts: Mapping[str, Sequence[Fact]]) -> Iterable[Sequence[Pact]]:
        """Mentions of a partnership apart by the year of its beginning, where they tell several.

        Some languages have one word for two levels, so the same key may stand for both.
        """
        if not isinstance(mentions[0], PartnershipSpan):
            return [mentions]
        apart: dict[str | None, list[Pact]] = {}
        for span in mentions:
            dates = [one.date for one in facts.get(span.id, ()) if one.type in _BEGINS]
            dates += [span.value.since_span] if isinstance(span, PartnershipSpan) else []
            years = {year for one in dates if (date := self._date(one)) and (year := year_of(date))}
            apart.setdefault(next(iter(years)) if len(years) == 1 else None, []).append(span)
        return apart.values() if len({*apart} - {None}) > 1 else [mentions]

    def _parties(self, mentions: Sequence[Pact]) -> tuple[str, ...]:
        """The parties that most mentions name, of several the fullest."""
        sets = Counter(
            party_key(party.code or party.name for party in span.value.parties)
            for span in mentions
            if span.value.parties
        )
        return max(sets, key=lambda one: (len(one) > 1, sets[one], len(one)), default=())

    def _said(self, mentions: Sequence[Pact], facts: Sequence[Fact]) -> Iterator[Said]:
        """What facts say, and what values say that no fact does."""
        known: set[tuple[str, str | None]] = set()
        for fact in facts:
            date, money = self._date(fact.date), self._money(fact.amount)
            if date is None and money is None:
                continue
            known |= {(fact.type, fact.date), ("valued_at", fact.amount)}
            start, end = fact.evidence
            yield Said(fact.type, date, money, self._evidence(start, end), True)
        for span in mentions:
            value = span.value
            if isinstance(value, AgreementValue):
                pairs = [(value.status, value.date_span, None), ("valued_at", None, value.amount_span)]
            else:
                pairs = [(value.status or "established", value.since_span, None)]
            for role, day, amount in pairs:
                date, money = self._date(day), self._money(amount)
                if role and (date or money) and (role, day or amount) not in known:
                    known.add((role, day or amount))
                    yield Said(role, date, money, self._evidence(span.start, span.end), False)

    def _date(self, name: str | None) -> DateValue | None:
        value = self._spans[name].value if name is not None else None
        return value if isinstance(value, DateValue) and (value.start or value.end or value.edtf) else None

    def _money(self, name: str | None) -> MoneyValue | None:
        value = self._spans[name].value if name is not None else None
        return value if isinstance(value, MoneyValue) else None

    def _lang(self, at: int) -> str:
        number = bisect_right(self._starts, at) - 1
        return self._langs[number] if number >= 0 else self._record.lang

    def _evidence(self, start: int, end: int) -> Evidence:
        text = self._record.text
        self._sentences = self._sentences or Sentences(text)
        first, last = self._sentences.around(start, end)
        if last - first > _LONGEST:
            first = max(first, start - _LONGEST // 2)
            last = min(last, max(end, first + _LONGEST))
        sentence = " ".join(text[first:last].split())
        return Evidence(
            self._record.id, start, end, text[start:end], sentence, self._lang(start), self._record.meta.date
        )


# --- what tells one from another

_WHEN = re.compile(r"\d{4}(?:-\d\d(?:-\d\d)?)?")
_PARTS = "/"
#: How a partnership begins at its level.
_BEGINS = ("established", "upgraded")
#: What is not yet: it is none that was signed before.
_AHEAD = ("negotiating", "proposed")


def _signature(
    key: str | None, claim: Claim, dates: Sequence[tuple[str, DateValue]], document_year: str | None
) -> Signature | None:
    """The signature of a claim; None where nothing could ever join it to another document's."""
    signed = _years(dates, _BEGINS if claim.label == "PARTNERSHIP" else ("signed",))
    in_force = _years(dates, ("in_force",))
    parties, topic, level, when, plain = claim.parties, "", claim.level, "", ""
    if key is not None and _PARTS in key:
        first, *rest = key.split(_PARTS)
        parties = party_key(first.upper().split("-"))
        when = rest.pop() if rest and _WHEN.fullmatch(rest[-1]) else ""
        topic = KIND_TOPICS.get(rest[0], rest[0]) if rest else ""
    elif key is not None:
        plain, topic = key, claim.kind if claim.label == "PARTNERSHIP" else KIND_TOPICS.get(claim.kind, "")
    elif len(parties) != 2 or not all(map(_is_code, parties)):  # more may be a list, of which each is bound with one
        return None
    elif claim.label == "PARTNERSHIP":
        topic = claim.kind if level or claim.kind != "partnership" else ""
    elif claim.kind in KIND_TOPICS:
        topic = KIND_TOPICS[claim.kind]
    elif when := _signing(dates):
        topic = claim.kind
    names = tuple(sorted({name.casefold() for name in (claim.name, claim.acronym) if name}))
    if not plain and not topic and not (claim.name and parties):
        return None
    ahead = document_year if document_year and any(one in _AHEAD for one in claim.statuses) and not signed else ""
    return Signature(
        claim.label,
        plain,
        parties,
        topic,
        tuple(level),
        names if plain or not topic else (),
        when,
        signed,
        in_force,
        ahead,
    )


def _signing(dates: Iterable[tuple[str, DateValue]]) -> str:
    """The day or month of signing, by which one of a plain kind is known; none where the text tells two."""
    days = {date for role, date in dates if role == "signed" and date.grain in ("day", "month") and date.start}
    (one, *others) = days or (None,)
    return str(one.start)[: 10 if one.grain == "day" else 7] if one is not None and not others else ""


def _is_code(party: str) -> bool:
    """Whether a party stands by its code, not by a name without one."""
    return party.isascii() and party.replace("-", "").isalnum() and party == party.lower() and " " not in party


def _years(dates: Iterable[tuple[str, DateValue]], roles: Collection[str]) -> tuple[str, ...]:
    found = {year for role, date in dates if role in roles and (year := year_of(date))}
    return tuple(sorted(found))


def year_of(date: DateValue) -> str | None:
    """The year that a date lies in; None where it is longer, or open."""
    if date.start is None or date.end is None or date.start[:4] != date.end[:4] or date.start.startswith("-"):
        return None
    return date.start[:4]
