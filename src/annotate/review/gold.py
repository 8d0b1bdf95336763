"""Decisions as gold records: what was judged, and nothing that nobody has looked at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from annotate.review.carry import unlinked
from annotate.review.decisions import Decision, Entity
from annotate.review.verdicts import Agreed, Document, agreed


@dataclass(slots=True)
class Told:
    """What did not get into the gold, and why."""

    documents: int = 0
    spans: int = 0
    wrong: int = 0
    whole: int = 0
    disputed: list[tuple[str, Agreed]] = field(default_factory=list)
    unplaced: list[Decision] = field(default_factory=list)


def gold_records(documents: Iterable[Document], told: Told) -> Iterator[dict[str, Any]]:
    """A record for each document with something judged in it; `told` counts, and lists what was left out.

    `judged.whole` says that a reviewer has judged all that was found there and has found nothing else missing, so that
    whatever is found besides is wrong; `judged.wrong` are the places of what was found and is no such entity.
    """
    for document in documents:
        told.unplaced += [one.decision for one in document.carried if one.outcome == "unplaced"]
        if document.record is None:
            continue
        settled = agreed(document.findings())
        told.disputed += [(document.name, one) for one in settled if one.finding is None]
        record = _record(document, settled)
        if record is not None:
            told.documents += 1
            told.spans += len(record["spans"])
            told.wrong += len(record["judged"]["wrong"])
            told.whole += record["judged"]["whole"]
            yield record


def _record(document: Document, settled: list[Agreed]) -> dict[str, Any] | None:
    record = document.record
    assert record is not None
    sure = [one.finding for one in settled if one.finding is not None]
    right = {(e.start, e.end, e.label): e for finding in sure if (e := finding.right) is not None}
    wrong = {finding.place for finding in sure if finding.found is not None} - {*right}
    if not sure and not document.wholes:
        return None
    meta = record.get("meta") or {}
    return {
        "id": record["id"],
        "text": record["text"],
        "lang": record.get("lang"),
        "meta": {key: meta.get(key) for key in ("source", "title", "date", "date_source") if key in meta},
        "spans": _spans(list(right.values())),
        "judged": {
            "whole": document.is_whole,
            "by": sorted({finding.reviewer for finding in sure} | {*document.wholes}),
            "wrong": [{"start": start, "end": end, "label": label} for start, end, label in sorted(wrong)],
        },
    }


def _spans(entities: list[Entity]) -> list[dict[str, Any]]:
    ordered = sorted(entities, key=lambda entity: (entity.start, -entity.end, entity.label))
    numbered = [
        {"id": f"s{number}", "start": e.start, "end": e.end, "text": e.text, "label": e.label}
        for number, e in enumerate(ordered, 1)
    ]
    return [{**span, "value": unlinked(entity.value, numbered)} for span, entity in zip(numbered, ordered, strict=True)]
