"""What is exported: each record of an output, checked, with what a reviewer has decided about its entities."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from annotate.quality.step import DiffError, Output
from annotate.records import Record, RecordError
from annotate.review.carry import Carried, Carrier
from annotate.review.decisions import Decision, Entity, living
from annotate.review.states import added
from annotate.schema import invariants


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


@dataclass(slots=True)
class Article:
    """A record of the output with the decisions about it, carried over to its text and spans of now."""

    record: Mapping[str, Any]
    carried: Sequence[Carried] = ()
    carrier: Carrier = field(init=False)

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


def articles(out: str | Path, decisions: Iterable[Decision] = ()) -> Iterator[Article]:
    """Each record of an output with the decisions about it, one at a time.

    Raises ExportError at the first line that is no record, with the file and the line.
    """
    by_name: dict[str, list[Decision]] = {}
    for decision in living(list(decisions)):
        by_name.setdefault(decision.document, []).append(decision)
    try:
        output = Output(out)
        for row in output.rows():
            _check(row.record, f"{output.files[row.file]}:{row.number}")
            article = Article(row.record)
            if row.id in by_name:
                article.carried = article.carrier.carry(by_name[row.id])
            yield article
    except DiffError as error:
        raise ExportError(str(error)) from error


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
