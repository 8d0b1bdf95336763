"""How a reviewer's decisions on one record stand: a verdict for each of its spans, and what was added to them."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from annotate.review.carry import Carried, Carrier
from annotate.review.decisions import Decision, Entity
from annotate.review.index import State, States


class Place(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where an entity stands, by which a request names it."""

    start: int
    end: int
    label: str


def states_of(carried: Iterable[Carried]) -> States:
    """What each reviewer thinks of each span: by the last decision about it."""
    spans: dict[tuple[str, tuple[int, int, str]], State] = {}
    wholes: dict[str, None] = {}
    for one in carried:
        decision = one.decision
        if decision.verdict == "whole":
            if one.outcome == "holds":
                wholes[decision.reviewer] = None
            continue
        if one.span is None or one.outcome in ("gone", "unplaced"):
            continue
        place = (one.span["start"], one.span["end"], one.span["label"])
        verdict = verdict_of(one)
        opinion = verdict
        if verdict == "correct" and one.correction is not None:
            opinion += msgspec.json.encode(one.correction, order="deterministic").decode()
        spans[decision.reviewer, place] = State(
            decision.reviewer, place, verdict, decision.seq, opinion, bool(decision.settles)
        )
    return States(tuple(spans.values()), tuple(wholes))


def added(carrier: Carrier, carried: Iterable[Carried]) -> dict[Place, tuple[Entity, Decision]]:
    """What was added and is in the output nowhere yet, as it was last corrected; by its place in the text of now."""
    found: dict[Place, tuple[Entity, Decision]] = {}
    for one in carried:
        decision = one.decision
        subject = decision.span
        if decision.verdict == "add" and one.outcome == "open" and one.correction is not None:
            found[_place(one.correction)] = (one.correction, decision)
        elif subject is not None and subject.rule is None and one.span is None:
            earlier = found.get(_place(subject))
            if decision.verdict == "reject":
                found.pop(_place(subject), None)
            elif earlier is not None and one.correction is not None:
                del found[_place(subject)]
                found[_place(one.correction)] = (one.correction, decision)
    return found


def _place(entity: Entity) -> Place:
    return Place(entity.start, entity.end, entity.label)


def verdict_of(carried: Carried) -> str:
    """The verdict that a decision amounts to, now that it is carried over."""
    if carried.outcome == "changed":
        return "changed"
    return "accept" if carried.outcome == "followed" else carried.decision.verdict
