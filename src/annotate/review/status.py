"""How decisions stand against an output: what holds, what the output has yet to follow, and what is no longer there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from annotate.review.carry import OUTCOMES, Carried, Outcome
from annotate.review.decisions import JUDGED, Fault
from annotate.review.verdicts import Document

_MEANINGS: dict[Outcome, str] = {
    "holds": "stand as they were found right",
    "followed": "are now as they were decided",
    "open": "the output does not follow yet",
    "changed": "have another value than when they were judged",
    "gone": "were found right, and are no longer there",
    "unplaced": "cannot be found again: the text has changed, or the document is gone",
}
#: What a person must look at again.
_LISTED: tuple[Outcome, ...] = ("changed", "gone", "unplaced")


@dataclass(slots=True)
class Status:
    """The last decision of each reviewer on each entity, counted by reviewer and outcome, and those to look at."""

    counts: dict[str, Counter[str]] = field(default_factory=dict)
    wholes: Counter[str] = field(default_factory=Counter)
    listed: list[tuple[str, Carried]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """The status as JSON has it."""
        return {
            "reviewers": {
                name: {**{outcome: counts[outcome] for outcome in OUTCOMES}, "whole": self.wholes[name]}
                for name, counts in sorted(self.counts.items())
            },
            "listed": [_row(name, carried) for name, carried in self.listed],
            "faults": [str(fault) for fault in self.faults],
        }


def status_of(documents: Iterable[Document], faults: Iterable[Fault] = ()) -> Status:
    """How the decisions on some documents stand."""
    status = Status(faults=list(faults))
    for document in documents:
        for name in document.wholes:
            status.counts.setdefault(name, Counter())
            status.wholes[name] += 1
        judged = [finding.carried for finding in document.findings()]
        lost = [one for one in document.carried if one.outcome == "unplaced" and one.decision.verdict in JUDGED]
        for carried in (*judged, *lost):
            status.counts.setdefault(carried.decision.reviewer, Counter())[carried.outcome] += 1
            if carried.outcome in _LISTED:
                status.listed.append((document.name, carried))
    return status


def _row(name: str, carried: Carried) -> dict[str, Any]:
    decision, subject = carried.decision, carried.decision.subject
    return {
        "outcome": carried.outcome,
        "document": name,
        "reviewer": decision.reviewer,
        "seq": decision.seq,
        "verdict": decision.verdict,
        "label": subject.label if subject else None,
        "start": subject.start if subject else None,
        "text": subject.text if subject else None,
        "value": subject.value if subject else None,
        "now": None if carried.span is None else dict(carried.span.get("value") or {}),
    }


def render(status: Status, *, limit: int = 20) -> str:
    """The status as plain text."""
    return "\n".join(_lines(status, limit)) + "\n"


def _lines(status: Status, limit: int) -> Iterator[str]:
    if not status.counts:
        yield "no decisions yet"
    for name, counts in sorted(status.counts.items()):
        whole = f", {status.wholes[name]:,} documents judged whole" if status.wholes[name] else ""
        yield f"{name}: {sum(counts.values()):,} entities judged{whole}"
        yield from (f"  {counts[outcome]:>7,}  {_MEANINGS[outcome]}" for outcome in OUTCOMES if counts[outcome])
    shown = status.listed[: limit or None]
    for name, carried in shown:
        yield from _listed(_row(name, carried))
    if len(shown) < len(status.listed):
        yield f"and {len(status.listed) - len(shown):,} more; --limit 0 lists all"
    yield from (str(fault) for fault in status.faults)


def _listed(row: dict[str, Any]) -> Iterator[str]:
    yield ""
    words = " ".join(str(row["text"]).split())
    place = f"{row['label']} '{words}' in {row['document']} at {row['start']}"
    yield f"{row['outcome']}: {place}, {row['verdict']} by {row['reviewer']}"
    if row["now"] is not None:
        old, new = row["value"] or {}, row["now"]
        keys = [key for key in {**old, **new} if old.get(key) != new.get(key) and not key.endswith("_span")]
        yield from (f"  {key}: {old.get(key)} -> {new.get(key)}" for key in keys)
