"""Which changes between two outputs go against what reviewers have decided, and which confirm it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from annotate.quality.changes import Mark
from annotate.review.carry import Carrier, Record, Span, same_value
from annotate.review.decisions import Decision, living
from annotate.review.verdicts import Agreed, Document, Place, agreed


def marker(decisions: Iterable[Decision]) -> Callable[[Record, Span | None, Span | None], Mark | None]:
    """What a change says of a decision: `confirms`, `contradicts`, or None where nobody has judged it.

    It is asked for the record of the new output, and the entity of the old and of the new one.
    """
    by_name: dict[str, list[Decision]] = {}
    for decision in living(list(decisions)):
        by_name.setdefault(decision.document, []).append(decision)
    kept: dict[str, tuple[Carrier, dict[Place, Agreed]]] = {}

    def mark(record: Record, old: Span | None, new: Span | None) -> Mark | None:
        name = str(record["id"])
        if name not in by_name:
            return None
        if name not in kept:
            kept.clear()
            carrier = Carrier(record)
            kept[name] = carrier, _by_place(Document(name, record, carrier.carry(by_name[name])))
        carrier, judged = kept[name]
        return _mark(carrier, judged, old, new)

    return mark


def _by_place(document: Document) -> dict[Place, Agreed]:
    """What holds, by the place of what was found and by that of what should be."""
    places: dict[Place, Agreed] = {}
    for one in agreed(document.findings()):
        places[one.place] = one
        if one.finding is not None and one.finding.right is not None:
            right = one.finding.right
            places.setdefault((right.start, right.end, right.label), one)
    return places


def _mark(carrier: Carrier, judged: dict[Place, Agreed], old: Span | None, new: Span | None) -> Mark | None:
    span = new or old
    assert span is not None
    place = span["start"], span["end"], span["label"]
    one = judged.get(place)
    if one is None or one.finding is None:
        return None
    right = one.finding.right
    wanted = right is not None and (right.start, right.end, right.label) == place
    if new is None:
        return "contradicts" if wanted else "confirms"
    if not wanted or right is None:
        return "contradicts"
    return "confirms" if same_value(right.value, carrier.entity(new).value) else "contradicts"
