"""A document as the page shows it: a stretch of its text, entities as they are judged to be, facts in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from annotate.review.carry import Carried, Record
from annotate.review.decisions import Entity
from annotate.review.states import verdict_of

#: How much of a text goes to the page at once, in code points; a longer one is shown a stretch at a time.
WINDOW = 12_000


def window(text: str, start: int | None, around: int) -> tuple[int, int]:
    """The stretch of a text that is shown: all of a short one, else from the beginning of a line to the end of one."""
    if len(text) <= WINDOW:
        return 0, len(text)
    first = max(0, around - WINDOW // 3) if start is None else min(max(0, start), len(text))
    if start is None and first:
        line = text.rfind("\n", max(0, first - WINDOW // 3), first) + 1
        first = line or first
    last = min(len(text), first + WINDOW)
    if last < len(text):
        line = text.rfind("\n", first + WINDOW // 2, last) + 1
        last = line or last
    return first, last


def fact_shown(fact: Mapping[str, Any], record: Record) -> dict[str, Any]:
    """A fact with the words of what it names."""
    words = {span["id"]: span["text"] for span in record["spans"] if "id" in span}
    named = {key: words.get(fact.get(key), fact.get(key)) for key in ("subject", "date", "amount")}
    start, end = (fact.get("evidence") or [0, 0])[:2]
    return {**fact, **named, "evidence": {"start": start, "end": end, "text": record["text"][start:end]}}


def entity_shown(
    found: Entity, number: int | None, mine: Carried | None, theirs: list[dict[str, Any]]
) -> dict[str, Any]:
    """An entity as the page has it: as corrected, with what was found beside it."""
    shown = found
    if mine is not None and mine.decision.verdict == "correct" and mine.outcome == "open" and mine.correction:
        shown = mine.correction
    return {
        "number": number,
        "start": shown.start,
        "end": shown.end,
        "text": shown.text,
        "label": shown.label,
        "value": shown.value,
        "rule": found.rule,
        "found": {"start": found.start, "end": found.end, "label": found.label, "value": found.value},
        "verdict": None if mine is None else verdict_of(mine),
        "comment": None if mine is None else mine.decision.comment,
        "was": mine.decision.span.value if mine and mine.outcome == "changed" and mine.decision.span else None,
        "others": theirs,
    }


def opinion_shown(carried: Carried) -> dict[str, Any]:
    decision = carried.decision
    wanted = None if carried.correction is None else msgspec.to_builtins(carried.correction)
    return {
        "reviewer": decision.reviewer,
        "verdict": verdict_of(carried),
        "correction": wanted,
        "comment": decision.comment,
    }
