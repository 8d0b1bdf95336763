"""Claims of the same agreement to rows: what all of them say, counted, with evidence, and where they disagree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations, pairwise
from typing import Any, TypeVar

from msgspec.structs import replace

from annotate.knowledge.claims import Claim, Said
from annotate.knowledge.identity import Known
from annotate.knowledge.tables import (
    Agreement,
    Dated,
    Evidence,
    Happened,
    Mention,
    Money,
    Partnership,
    Reference,
    Row,
    Worth,
)
from annotate.spans import DateValue, MoneyValue

#: Pieces of evidence that a row, a date or a sum has at most, and names of one language.
_PIECES = 5
_NAMES = 5
#: From the first step to the last.
STEPS = ("proposed", "negotiating", "signed", "ratified", "established", "upgraded", "in_force", "terminated")
#: What comes about once.
_ONCE = ("signed", "ratified", "in_force", "established", "upgraded")
_BEGINS = ("established", "upgraded")
#: Fields of a partnership, not steps of its level.
_FIELDS = {"green", "digital", "economic"}
#: What a sum is, besides who says so.
_SUM = ("amount", "min", "max", "currency", "modifier", "per")


class _Told:
    """One date, sum or fact, and who tells of it."""

    __slots__ = ("documents", "evidence", "last")

    def __init__(self) -> None:
        self.documents, self.evidence, self.last = 0, list[Evidence](), ""

    def add(self, evidence: Evidence) -> None:
        if evidence.document != self.last:
            self.documents, self.last = self.documents + 1, evidence.document
            if len(self.evidence) < _PIECES:
                self.evidence.append(evidence)


_Date = tuple[str, str, str | None, str | None]


class Gathered:
    """What the claims of one id say; memory grows with how many different things they say, not with how often."""

    def __init__(self, name: str, known: Known | None) -> None:
        self.id, self._known = name, known
        self._document = ""
        self.mentions = self.documents = 0
        self.kinds, self.parties = Counter[str](), Counter[tuple[str, ...]]()
        self.called, self.acronyms, self.subjects = Counter[str](), Counter[str](), Counter[str]()
        self.words = Counter[str]()
        self.names: dict[str, Counter[str]] = {}
        self.levels = Counter[tuple[str, ...]]()
        self.statuses: set[str] = set()
        self.count: int | None = None
        self.label = ""
        self.dates: dict[_Date, _Told] = {}
        self.sums: dict[MoneyValue, _Told] = {}
        self.facts: dict[tuple[str, _Date | None, MoneyValue | None], _Told] = {}
        self.evidence: list[Evidence] = []
        self.seen: tuple[str | None, str | None] = (None, None)

    def add(self, claim: Claim) -> None:
        """Count one more claim; claims come by document."""
        self.label, self.count = claim.label, claim.count
        if (document := claim.evidence[0].document) != self._document:
            self.documents, self._document = self.documents + 1, document
        self.mentions += len(claim.mentions)
        self.kinds[claim.kind] += 1
        self.words[claim.mentions[0][2]] += 1
        for word, counter in (
            (claim.name, self.called),
            (claim.acronym, self.acronyms),
            (claim.subject, self.subjects),
        ):
            if word:
                counter[word] += 1
        if claim.parties:
            self.parties[claim.parties] += 1
        self.levels[claim.level] += 1
        self.statuses |= {*claim.statuses}
        for lang, name, number in claim.names:
            self.names.setdefault(lang, Counter())[name] += number
        for one in claim.said:
            self._say(one)
        self.evidence += claim.evidence[: max(0, _PIECES - len(self.evidence))]
        if date := claim.evidence[0].date:
            first, last = self.seen
            self.seen = min(first or date, date), max(last or date, date)

    def _say(self, said: Said) -> None:
        date = None if said.date is None else _date(said.role, said.date)
        if date is not None:
            self.dates.setdefault(date, _Told()).add(said.evidence)
            self.statuses.add(said.role)
        if said.money is not None:
            self.sums.setdefault(said.money, _Told()).add(said.evidence)
        if said.fact:
            self.facts.setdefault((said.role, date, said.money), _Told()).add(said.evidence)

    def _parties(self) -> tuple[str, ...]:
        """The parties: those that are known, those of the key, or those that most documents name.

        Of a known one whose members are not in the list (CPTPP) a text that names some does not name all.
        """
        if self._known is not None:
            return tuple(sorted(self._known.parties))
        head, slash, _ = self.id.partition("/")
        if slash and "#" not in self.id and "-" in head:
            return tuple(head.upper().split("-"))
        found = max(self.parties, key=lambda one: (len(one) > 1, self.parties[one], len(one), one), default=())
        return tuple(code.upper() if code.islower() and " " not in code else code for code in found)

    def _name(self) -> str | None:
        return self._known.name if self._known is not None else _most(self.called)

    def _names(self) -> dict[str, tuple[str, ...]]:
        return {
            lang: tuple(sorted(counts, key=lambda name: (-counts[name], name))[:_NAMES])
            for lang, counts in sorted(self.names.items())
        }

    def _dated(self) -> tuple[Dated, ...]:
        told = _folded((date, [one]) for date, one in self.dates.items())
        dates = sorted(told.items(), key=lambda item: (item[0][2] or "9999", item[0][3] or "", item[0]))
        return tuple(Dated(*date, *_together(several)) for date, several in dates)

    def _money(self) -> tuple[Money, ...]:
        told = sorted(self.sums.items(), key=lambda item: (-item[1].documents, _sum_key(item[0])))
        return tuple(
            Money(**_parts(money, _SUM), documents=who.documents, evidence=tuple(who.evidence)) for money, who in told
        )

    def _status(self) -> str | None:
        steps = [step for step in STEPS if step in self.statuses]
        others = sorted(self.statuses - {*STEPS, "valued_at"})
        return steps[-1] if steps else others[0] if others else None

    def _disagreements(self) -> tuple[str, ...]:
        found = []
        for role in _ONCE:
            dates = [date for date in self.dates if date[0] == role and date[2] and date[3]]
            apart = {one for pair in combinations(dates, 2) if _apart(*pair) for one in pair}
            reference = getattr(self._known, role, None) if self._known is not None else None
            if apart:
                told = sorted((str(date[2]), date[1]) for date in apart if not _coarse(date, apart))
                found.append(f"{role}: {' or '.join(dict.fromkeys(date for _, date in told))}")
            elif reference and dates and not any(_within(reference, date) for date in dates):
                found.append(f"{role}: {dates[0][1]} in documents, {reference} as is known")
        return tuple(found)

    def _reference(self) -> Reference | None:
        known = self._known
        if known is None:
            return None
        return Reference(tuple(sorted(known.parties)), known.signed, known.in_force, known.predecessor, known.successor)

    def _pact(self) -> dict[str, Any]:
        """What rows of agreements and of partnerships have in common."""
        first, last = self.seen
        return {
            "id": self.id,
            "name": self._name(),
            "names": self._names(),
            "kind": self._known.kind if self._known is not None else str(_most(self.kinds)),
            "parties": self._parties(),
            "status": self._status(),
            "dates": self._dated(),
            "disagreements": self._disagreements(),
            "mentions": self.mentions,
            "documents": self.documents,
            "first_seen": first,
            "last_seen": last,
            "reference": self._reference(),
            "evidence": tuple(self.evidence),
        }

    def agreement(self) -> Agreement:
        """The row of an agreement."""
        return Agreement(
            **self._pact(),
            acronym=(self._known and self._known.acronym) or _most(self.acronyms),
            subject=_most(self.subjects),
            sums=self._money(),
        )

    def partnership(self) -> Partnership:
        """The row of a partnership, without the levels before and behind it."""
        pact = self._pact()
        return Partnership(
            **pact,
            level=max(self.levels, key=lambda one: (len(one), self.levels[one], one), default=()),
            since=next((one.date for one in pact["dates"] if one.role in _BEGINS), None),
            upgraded_from=None,
            upgraded_to=None,
        )

    def _told(self) -> dict[str, Any]:
        """What rows of facts and of sums have in common."""
        return {
            "subject": self.id,
            "name": self._name() or _most(self.words),
            "kind": str(_most(self.kinds)),
            "count": self.count,
            "parties": self._parties(),
        }

    def happened(self) -> Iterator[Happened]:
        """The rows of its facts; a date within which another one of the same fact lies is not told twice."""
        by_sum: dict[tuple[str, MoneyValue | None], dict[_Date | None, list[_Told]]] = {}
        for (role, date, money), told in self.facts.items():
            by_sum.setdefault((role, money), {})[date] = [told]
        facts = [
            ((role, date, money), several)
            for (role, money), dates in by_sum.items()
            for date, several in _folded(dates.items()).items()
        ]
        for (role, date, money), several in sorted(facts, key=lambda item: _fact_key(*item[0])):
            documents, evidence = _together(several)
            yield Happened(
                **self._told(),
                type=role,
                label=self.label,
                date=date[1] if date else None,
                start=date[2] if date else None,
                end=date[3] if date else None,
                amount=money.amount if money else None,
                currency=money.currency if money else None,
                documents=documents,
                evidence=evidence,
            )

    def worth(self) -> Iterator[Worth]:
        """The rows of its sums."""
        for money in self._money():
            yield Worth(**self._told(), **_parts(money, Money.__struct_fields__), about=_most(self.subjects))


def rows(
    blocks: Iterable[tuple[str, Iterable[tuple[str, Iterable[Claim]]]]], known: Mapping[str, Known]
) -> Iterator[tuple[str, Row]]:
    """The rows of all tables, each with the name of its table."""
    for block, ids in blocks:
        together: list[Partnership] = []
        for name, claims in ids:
            gathered = Gathered(name, known.get(name))
            for claim in claims:
                gathered.add(claim)
                for start, end, text, lang in claim.mentions:
                    yield "mentions", Mention(name, claim.evidence[0].document, start, end, text, lang)
            yield from (("facts", row) for row in gathered.happened())
            yield from (("sums", row) for row in gathered.worth())
            if gathered.count is not None:
                continue
            if gathered.label == "AGREEMENT":
                yield "agreements", gathered.agreement()
            elif block:
                together.append(gathered.partnership())
            else:
                yield "partnerships", gathered.partnership()
        yield from (("partnerships", row) for row in _raised(together))


def _raised(together: Sequence[Partnership]) -> list[Partnership]:
    """Partnerships of the same parties, joined from level to level by what is said of their beginnings."""
    steps = sorted(
        (began, row.id)
        for row in together
        if row.kind == "partnership" and row.level and not _FIELDS & {*row.level} and (began := _began(row))
    )
    by_id = {row.id: row for row in together}
    for (earlier, before), (later, after) in pairwise(steps):
        one, other = by_id[before], by_id[after]
        if earlier[1] < later[0] and (_is_raise(other) or {*one.level} - {"cooperative"} < {*other.level}):
            by_id[before] = replace(one, upgraded_to=after)
            by_id[after] = replace(other, upgraded_from=before)
    return [by_id[row.id] for row in together]


def _is_raise(row: Partnership) -> bool:
    return any(one.role == "upgraded" for one in row.dates)


def _began(row: Partnership) -> tuple[str, str] | None:
    return next(((one.start, one.end) for one in row.dates if one.role in _BEGINS and one.start and one.end), None)


_D = TypeVar("_D", bound="_Date | None")


def _folded(told: Iterable[tuple[_D, list[_Told]]]) -> dict[_D, list[_Told]]:
    """Who tells of each date; who tells of a year or month within which one other date lies tells of that one."""
    items = [*told]
    folded: dict[_D, list[_Told]] = {}
    for date, tellers in items:
        finer = [other for other, _ in items if _holds(date, other)]
        finest = [one for one in finer if not any(_holds(one, other) for other in finer)]
        folded.setdefault(finest[0] if len(finest) == 1 else date, []).extend(tellers)
    return folded


def _together(several: Sequence[_Told]) -> tuple[int, tuple[Evidence, ...]]:
    """How many documents tell of one thing, and the first of them."""
    evidence = sorted((one for told in several for one in told.evidence), key=lambda one: (one.document, one.start))
    return sum(told.documents for told in several), tuple(evidence[:_PIECES])


def _most(counts: Counter[str]) -> str | None:
    return min(counts, key=lambda one: (-counts[one], one), default=None)


def _date(role: str, value: DateValue) -> _Date:
    return role, value.edtf or value.timex, value.start, value.end


def _parts(of: object, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(of, name) for name in names}


def _sum_key(money: MoneyValue | None) -> tuple[str, ...]:
    return tuple(part or "" for part in _parts(money, _SUM).values()) if money else ()


def _fact_key(role: str, date: _Date | None, money: MoneyValue | None) -> tuple[object, ...]:
    return (date[2] or "9999") if date else "9999", role, (date[1] if date else ""), _sum_key(money)


def _apart(one: _Date, other: _Date) -> bool:
    return bool(one[3] and other[2] and one[2] and other[3]) and (
        str(one[3]) < str(other[2]) or str(other[3]) < str(one[2])
    )


def _holds(one: _Date | None, other: _Date | None) -> bool:
    """Whether a date is longer than another one that lies within it."""
    if (
        not one
        or not other
        or one[0] != other[0]
        or one[2:] == other[2:]
        or not (one[2] and one[3] and other[2] and other[3])
    ):
        return False
    return one[2] <= other[2] and other[3] <= one[3]


def _coarse(date: _Date, others: Iterable[_Date]) -> bool:
    return any(_holds(date, other) for other in others)


def _within(reference: str, date: _Date) -> bool:
    """Whether a date can be the day or year that is known."""
    return str(date[2])[: len(reference)] <= reference <= str(date[3])[: len(reference)]
