"""Questions to the tables: which agreements and partnerships of whom, since when, of what kind."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from annotate.export.articles import ExportError
from annotate.knowledge.identity import Known
from annotate.knowledge.read import read_rows
from annotate.knowledge.rows import STEPS, rows
from annotate.knowledge.store import Store, grouped
from annotate.knowledge.tables import Agreement, Partnership
from annotate.quality.step import holds_records
from annotate.review.decisions import Decision, living
from annotate.review.pacts import merged
from annotate.rules.tags import region_named
from annotate.spans import LEVELS

Found = Agreement | Partnership


@dataclass(frozen=True, slots=True)
class Question:
    """What a row must have; what is empty asks nothing."""

    parties: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    #: Years, months or days as ISO 8601 has them.
    since: str | None = None
    until: str | None = None
    words: tuple[str, ...] = ()

    def fits(self, row: Found) -> bool:
        """Whether a row is what is asked for."""
        parties = {party.casefold() for party in row.parties}
        level = {*row.level} if isinstance(row, Partnership) else {*()}
        return (
            all(not called(party).isdisjoint(parties) for party in self.parties)
            and (not self.kinds or row.kind in self.kinds)
            and {*self.levels} <= level
            and (not self.statuses or row.status in self.statuses)
            and (not (self.since or self.until) or any(self._in_time(*days) for days in _days(row)))
            and (not self.words or _has(row, self.words))
        )

    def _in_time(self, start: str, end: str) -> bool:
        since, until = self.since, self.until
        return (since is None or end[: len(since)] >= since) and (until is None or start[: len(until)] <= until)

    def doubts(self, known: Mapping[str, Known]) -> Iterator[str]:
        """What may be why nothing fits: words that are none of those that tables have."""
        if self.since and self.until and self.since > self.until:
            yield f"nothing came about since {self.since} and until {self.until}"
        organisations = {party for entry in known.values() for party in entry.parties}
        for party in self.parties:
            if region_named(party) is None and party.upper() not in organisations:
                yield f"{party!r} is no country and no organisation that is known; write a code (VN, ASEAN) or a name"
        for given, usual, what in ((self.levels, LEVELS, "level"), (self.statuses, STEPS, "status")):
            for word in given:
                if word not in usual:
                    yield f"{word!r} is no usual {what}; there are {', '.join(usual)}"


@lru_cache(maxsize=256)
def called(party: str) -> frozenset[str]:
    """What a party may stand as in a row, in lower case: as it is written, and by its code.

    >>> sorted(called("Việt Nam")), sorted(called("ASEAN"))
    (['việt nam', 'vn'], ['asean'])
    """
    return frozenset({party.casefold(), (region_named(party) or party).casefold()})


def _days(row: Found) -> Iterator[tuple[str, str]]:
    """When something came about with it, as documents say; what is known otherwise where they say nothing."""
    told = [(one.start, one.end) for one in row.dates if one.start and one.end]
    yield from told
    if not told and row.reference is not None:
        yield from ((day, day) for day in (row.reference.signed, row.reference.in_force) if day)


def _has(row: Found, words: Iterable[str]) -> bool:
    subject = row.subject if isinstance(row, Agreement) else None
    acronym = row.acronym if isinstance(row, Agreement) else None
    names = (name for several in row.names.values() for name in several)
    text = " ".join(filter(None, (row.id, row.name, acronym, subject, *names))).casefold()
    return all(word.casefold() in text for word in words)


def ask(
    where: Path, question: Question, *, known: Mapping[str, Known], decisions: Iterable[Decision] = ()
) -> Iterator[Found]:
    """The rows that a question asks for, agreements first: of tables that were written, or of an output itself.

    Raises ExportError where there are neither.
    """
    yield from (row for row in _rows(where, known, decisions) if question.fits(row))


def _rows(where: Path, known: Mapping[str, Known], decisions: Iterable[Decision]) -> Iterator[Found]:
    if (where / "agreements.jsonl").is_file():
        for name in ("agreements", "partnerships"):
            for row in read_rows(where, name):
                assert isinstance(row, Found)
                yield row
        return
    if not holds_records(where):
        raise ExportError(f"{where}: holds neither tables of `annotate knowledge` nor the output of `annotate run`")
    with tempfile.TemporaryDirectory() as folder, closing(Store(Path(folder) / "claims.sqlite")) as store:
        judged = tuple(decisions)
        store.take(where, judged)
        for _, one in rows(grouped(store.linked(known, merged(living(judged)))), known):
            if isinstance(one, Found):
                yield one
