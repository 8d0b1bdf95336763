"""What is exported: each record of an output, checked, with what a reviewer has decided about its entities."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from annotate.quality.step import DiffError, Output
from annotate.records import Record, RecordError
from annotate.review.carry import Carried, Carrier, is_place
from annotate.review.decisions import Decision, Entity, living
from annotate.review.states import added
from annotate.schema import FACT_LINKS, VALUE_LINKS, invariants
from annotate.text.tokenise import tokenise
from annotate.text.tokens import Tokens


class ExportError(Exception):
    """Nothing was exported, or taken back. The message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a reviewer has come to about an entity; `undoes` are the numbers of all decisions about it."""

    verdict: str = ""
    correction: Entity | None = None
    comment: str = ""
    undoes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """An entity with what was decided about it; `id` is its span's, None for what a reviewer has added."""

    entity: Entity
    id: str | None
    standing: Standing


@dataclass(frozen=True, slots=True)
class Decided:
    """A record after what was decided about it, in the form of any record.

    `verdicts` has what was decided about its spans, by their ids: accept, correct, add, flag, skip. A span that a
    reviewer has added has the rule `review/added` and an id that no other span of the record has had.
    """

    record: Mapping[str, Any]
    verdicts: Mapping[str, str]


#: The rule of a span that no rule has found.
ADDED = "review/added"


@dataclass(slots=True)
class Article:
    """A record of the output with the decisions about it, carried over to its text and spans of now."""

    record: Mapping[str, Any]
    carried: Sequence[Carried] = ()
    carrier: Carrier = field(init=False)
    _decided: Decided | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.carrier = Carrier(self.record)

    @property
    def id(self) -> str:
        """The id of its record."""
        return str(self.record["id"])

    def entries(self) -> list[Entry]:
        """Its entities in the order of the text: what was found, and what a reviewer has added."""
        standings = _standings(self.carried)
        entries = [
            Entry(self.carrier.entity(span), span["id"], standings.get(_place(span), Standing()))
            for span in self.record["spans"]
        ]
        for entity, decision in added(self.carrier, self.carried).values():
            entries.append(Entry(entity, None, Standing("add", None, decision.comment or "", (decision.seq,))))
        return sorted(entries, key=lambda entry: (entry.entity.start, -entry.entity.end, entry.entity.label))

    def decided(self) -> Decided:
        """The record as it stands after all decisions: what most formats write.

        Entities that were rejected are left out, corrected ones corrected, added ones added; what led to one that is
        gone is null. Without decisions it is the record as it is.
        """
        if self._decided is None:
            self._decided = decided(self.record, self.entries()) if self.carried else Decided(self.record, {})
        return self._decided


def articles(out: str | Path, decisions: Iterable[Decision] = ()) -> Iterator[Article]:
    """Each record of an output with the decisions about it, one at a time.

    Raises ExportError at the first line that is no record, with the file and the line.
    """
    judged = by_document(decisions)
    try:
        output = Output(out)
        for row in output.rows():
            yield article(row.record, f"{output.files[row.file]}:{row.number}", judged)
    except DiffError as error:
        raise ExportError(str(error)) from error


def by_document(decisions: Iterable[Decision]) -> dict[str, list[Decision]]:
    """The decisions that still hold, by the id of the record that they are about."""
    judged: dict[str, list[Decision]] = {}
    for decision in living(list(decisions)):
        judged.setdefault(decision.document, []).append(decision)
    return judged


def article(record: Mapping[str, Any], where: str, judged: Mapping[str, list[Decision]]) -> Article:
    """A record with the decisions about it; raises ExportError, with its place, where it is none."""
    _check(record, where)
    one = Article(record)
    if one.id in judged:
        one.carried = one.carrier.carry(judged[one.id])
    return one


def _check(content: Mapping[str, Any], where: str) -> None:
    try:
        wrong = invariants(Record.from_dict(content))
    except RecordError as error:
        raise ExportError(f"{where}: {error}") from error
    if wrong:
        raise ExportError(f"{where}: {wrong[0]}")


def _standings(carried: Iterable[Carried]) -> dict[tuple[int, int, str], Standing]:
    """What the last decision about each span says, where it still says something of the span of now."""
    found: dict[tuple[int, int, str], Standing] = {}
    for one in carried:
        if one.span is None or one.outcome in ("gone", "unplaced"):
            continue
        place, decision = _place(one.span), one.decision
        undoes = (*found.get(place, Standing()).undoes, decision.seq)
        if one.outcome == "changed":
            found[place] = Standing(undoes=undoes)
            continue
        verdict = "accept" if one.outcome == "followed" else decision.verdict
        correction = one.correction if verdict == "correct" else None
        found[place] = Standing(verdict, correction, decision.comment or "", undoes)
    return found


def _place(span: Mapping[str, Any]) -> tuple[int, int, str]:
    return span["start"], span["end"], span["label"]


# --- after all decisions


def decided(record: Mapping[str, Any], entries: Iterable[Entry]) -> Decided:
    """A record with its spans as a reviewer has left them."""
    standing = [(entry, entry.standing.correction or entry.entity) for entry in entries if _stands(entry)]
    fresh = count(1 + max((int(span["id"][1:]) for span in record["spans"]), default=0))
    named = [(entry.id or f"s{next(fresh)}", entry, entity) for entry, entity in standing]
    named.sort(key=lambda one: (one[2].start, -one[2].end, one[2].label, int(one[0][1:])))
    places = {}
    for name, entry, entity in named:
        for place in (entry.entity, entity):  # a link may name where its target was found, or where it stands now
            places[place.start, place.end, entity.label] = name
    tokens = tokenise(record["text"])
    spans = [_span(name, entry, entity, tokens, places) for name, entry, entity in named]
    labels = {name: entity.label for name, _, entity in named}
    facts = [fact for one in record["facts"] if (fact := _fact(one, labels)) is not None]
    verdicts = {name: entry.standing.verdict for name, entry, _ in named if entry.standing.verdict}
    return Decided({**record, "spans": spans, "facts": facts}, verdicts)


def _stands(entry: Entry) -> bool:
    return entry.standing.verdict != "reject"


def _span(
    name: str, entry: Entry, entity: Entity, tokens: Tokens, places: Mapping[tuple[int, int, str], str]
) -> dict[str, Any]:
    first, after = tokens.within(entity.start, entity.end)
    if first == len(tokens) or tokens.starts[first] > entity.start:
        first = max(0, first - 1)  # it begins within a token
    links = VALUE_LINKS.get(entity.label, {})
    return {
        "id": name,
        "start": entity.start,
        "end": entity.end,
        "text": entity.text,
        "label": entity.label,
        "token_start": first,
        "token_end": max(first, after - 1),
        "rule": entry.entity.rule or ADDED,
        "value": {key: _link(part, links[key], places) if key in links else part for key, part in entity.value.items()},
    }


def _link(part: Any, labels: Sequence[str], places: Mapping[tuple[int, int, str], str]) -> str | None:
    """The id of the span that a place of a value leads to, None where there is none any more."""
    if not is_place(part):
        return None
    found = (places.get((part["start"], part["end"], label)) for label in labels)
    return next((name for name in found if name is not None), None)


def _fact(fact: Mapping[str, Any], labels: Mapping[str, str]) -> Mapping[str, Any] | None:
    """A fact without what leads to spans that are gone, or are something else now; None where its subject is."""
    kept = {
        key: fact[key] if fact[key] is not None and labels.get(fact[key]) in allowed else None
        for key, allowed in FACT_LINKS.items()
    }
    return None if kept["subject"] is None else {**fact, **kept}
