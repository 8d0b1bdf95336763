"""Decisions carried over to what a record says now: after other rules have run, or the text was changed.

A decision is found again by its offsets where the text is the one that was judged; where the text has changed, by
its words and those around them, and only where one place is clearly the best. It then holds or does not, by what
stands there now.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from annotate.review.decisions import CONTEXT, Decision, Entity, text_hash
from annotate.schema import VALUE_LINKS

Record = Mapping[str, Any]
Span = Mapping[str, Any]

#: What became of a decision:
#: - `holds`: the entity stands as it was judged, and no change was asked for (or what was flagged is still there)
#: - `followed`: the output now is as the decision wants it
#: - `open`: the entity stands as it was judged, and the output has yet to follow
#: - `changed`: its value is another one now, so that the decision says nothing of it
#: - `gone`: what was found right is no longer there
#: - `unplaced`: the text has changed, and its place was not found again; or the document is gone
Outcome = Literal["holds", "followed", "open", "changed", "gone", "unplaced"]
OUTCOMES: tuple[Outcome, ...] = ("holds", "followed", "open", "changed", "gone", "unplaced")

_LEAST_CONTEXT = 12


@dataclass(frozen=True, slots=True)
class Carried:
    """A decision with what became of it: its place in the text of now, and the span that stands for it.

    `span` is the span of the record that the decision is about, None where there is none (any more). `subject` and
    `correction` are the decision's, moved to the text of now.
    """

    decision: Decision
    outcome: Outcome
    span: Span | None = None
    correction: Entity | None = None
    subject: Entity | None = None


def carry(record: Record, decisions: Iterable[Decision]) -> list[Carried]:
    """What became of decisions about one record, in their order.

    >>> span = {"id": "s1", "start": 3, "end": 7, "text": "2008", "label": "DATE", "value": {"timex": "2008"}}
    >>> record = {"id": "a", "text": "in 2008", "spans": [span]}
    >>> judged = entity_of(record, span)
    >>> decision = Decision("annotate-decision/1", 1, "k", "", "anna", "a", text_hash("in 2008"), "accept", judged)
    >>> carry(record, [decision])[0].outcome
    'holds'
    """
    return Carrier(record).carry(decisions)


class Carrier:
    """A record, asked again and again where the entities of decisions are."""

    def __init__(self, record: Record, hashed: str | None = None) -> None:
        self.record = record
        self.text: str = record["text"]
        self.hash = hashed or text_hash(self.text)
        self._spans = {(span["start"], span["end"], span["label"]): span for span in record["spans"]}
        self._targets = {span.get("id"): span for span in record["spans"]}

    def carry(self, decisions: Iterable[Decision]) -> list[Carried]:
        """What became of decisions about it, in their order."""
        return [self._carried(decision) for decision in decisions]

    def at(self, start: int, end: int, label: str) -> Span | None:
        """The span at a place."""
        return self._spans.get((start, end, label))

    def is_place(self, part: Any) -> bool:
        """Whether a part of a value names a span of the record by its place and words."""
        return is_place(part) and any(
            (span["start"], span["end"], span["text"]) == (part["start"], part["end"], part["text"])
            for span in self.record["spans"]
        )

    def entity(self, span: Span) -> Entity:
        """A span of the record as a decision keeps it."""
        words = self.text[span["start"] : span["end"]]
        value = linked(span, self._targets)
        return Entity(span["start"], span["end"], words, span["label"], value, span.get("rule"))

    def alike(self, one: Span, other: Span) -> bool:
        """Whether two spans of the record have the same words, label and value."""
        ours, theirs = self.entity(one), self.entity(other)
        return (ours.text, ours.label) == (theirs.text, theirs.label) and same_value(ours.value, theirs.value)

    def _carried(self, decision: Decision) -> Carried:
        if decision.subject is None:
            same = decision.text_sha256 == self.hash
            return Carried(decision, "holds" if same else "changed")
        moved = self._moved(decision)
        if moved is None:
            return Carried(decision, "unplaced")
        subject, correction = moved
        outcome, span = self._outcome(decision, subject, correction)
        return Carried(decision, outcome, span, correction, subject)

    def _outcome(self, decision: Decision, subject: Entity, correction: Entity | None) -> tuple[Outcome, Span | None]:
        """What became of a decision whose place is known, and the span that stands for it."""
        span = self.at(subject.start, subject.end, subject.label)
        wanted = None if correction is None else self.at(correction.start, correction.end, correction.label)
        if wanted is not None and correction is not None and self._same(correction, wanted, decision):
            return "followed", wanted
        if decision.span is None:
            return ("open", None) if wanted is None else ("changed", wanted)
        if span is None:
            return {"correct": "open", "reject": "followed"}.get(decision.verdict, "gone"), None  # type: ignore[return-value]
        if not self._same(decision.span, span, decision):
            return "changed", span
        return ("open" if decision.verdict in ("reject", "correct") else "holds"), span

    def _moved(self, decision: Decision) -> tuple[Entity, Entity | None] | None:
        """What was judged and what it should be, at their places in the text of now; None where they have none."""
        subject, correction = decision.subject, decision.correction
        assert subject is not None
        if decision.text_sha256 == self.hash:
            spots = [spot for spot in (subject, correction) if spot is not None]
            right = all(self.text[spot.start : spot.end] == spot.text for spot in spots)
            return (subject, correction) if right else None
        start = self._place(subject.text, decision.before, decision.after)
        if start is None:
            return None
        by = start - subject.start
        moved = _shifted(subject, by)
        if correction is None:
            return moved, None
        there = _shifted(correction, by)
        return (moved, there) if self.text[max(0, there.start) : there.end] == there.text else None

    def _place(self, words: str, before: str, after: str) -> int | None:
        """Where words with this context stand now, where one place is clearly the best."""
        scored = sorted(((self._likeness(at, words, before, after), at) for at in _all(words, self.text)), reverse=True)
        if not scored:
            return None
        enough = min(_LEAST_CONTEXT, len(before) + len(after))
        best = scored[0]
        return best[1] if best[0] >= enough and (len(scored) == 1 or scored[1][0] < best[0]) else None

    def _likeness(self, at: int, words: str, before: str, after: str) -> int:
        """How many characters around a place are those of a context."""
        ours = context_of(self.text, at, at + len(words))
        return _common(before[::-1], ours[0][::-1]) + _common(after, ours[1])

    def _same(self, judged: Entity, span: Span, decision: Decision) -> bool:
        """Whether a span has the value that was judged; what leads to other spans, by their words and places."""
        exact = decision.text_sha256 == self.hash
        return same_value(judged.value, linked(span, self._targets), exact=exact)


def _shifted(entity: Entity, by: int) -> Entity:
    return Entity(entity.start + by, entity.end + by, entity.text, entity.label, entity.value, entity.rule)


def _all(words: str, text: str) -> Iterable[int]:
    return (match.start() for match in re.finditer(f"(?={re.escape(words)})", text)) if words else ()


def _common(one: str, other: str) -> int:
    """How many characters two texts have in common from their beginning on."""
    count = 0
    for ours, theirs in zip(one, other, strict=False):
        if ours != theirs:
            break
        count += 1
    return count


def linked(span: Span, targets: Mapping[str | None, Span]) -> dict[str, Any]:
    """The value of a span, in which what leads to other spans names their places and words: ids change."""
    links = VALUE_LINKS.get(span["label"], {})
    value = dict(span.get("value") or {})
    for key in links:
        target = targets.get(value.get(key))
        if target is not None:
            value[key] = {"start": target["start"], "end": target["end"], "text": target["text"]}
    return value


def unlinked(value: Mapping[str, Any], spans: Sequence[Span]) -> dict[str, Any]:
    """The value as a record has it: places as the ids of the spans that stand there, null where none does."""
    ids = {(span["start"], span["end"]): span["id"] for span in spans}
    return {key: ids.get((part["start"], part["end"])) if is_place(part) else part for key, part in value.items()}


def is_place(part: Any) -> bool:
    return isinstance(part, dict) and {*part} == {"start", "end", "text"}


def same_value(one: Mapping[str, Any], other: Mapping[str, Any], *, exact: bool = True) -> bool:
    """Whether two values are equal, a null like a key that is missing; where not `exact`, links by their words."""
    keys = {*one, *other}
    return all(_plain(one.get(key), exact) == _plain(other.get(key), exact) for key in keys)


def _plain(part: Any, exact: bool) -> Any:
    return part["text"] if not exact and is_place(part) else part


def entity_of(record: Record, span: Span) -> Entity:
    """A span of a record as a decision keeps it."""
    return Carrier(record, "-").entity(span)


def context_of(text: str, start: int, end: int) -> tuple[str, str]:
    """The text on either side of a place, as a decision keeps it."""
    return text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT]
