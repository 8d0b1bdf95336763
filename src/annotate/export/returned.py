"""Annotations that a tool gives back as decisions: compared with what was exported, all of them taken or none.

Of each entity that was exported the tool's file says that it is as it was, another one, or gone; and it has new ones.
What is as it was is no decision, unless somebody has looked at all of the document: then it is accepted, and `whole`
says that nothing is missing. What was decided elsewhere since the export is not overwritten.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from annotate.export.articles import Article, Entry, articles
from annotate.export.corrections import corrected, fields_in
from annotate.export.exchange import Exported, Given, Returned, fingerprint, stated_values
from annotate.export.outcome import Mismatch, MismatchError, Taken, equal, made
from annotate.export.readings import value_of
from annotate.review.decisions import Decision, DecisionError, Draft, Entity, text_hash

Place = tuple[int, int, str]


def returned(documents: Iterable[Returned], out: str | Path, decisions: Iterable[Decision]) -> Taken:
    """What documents from a tool say that is not decided yet, against an output and the reviewer's decisions on it."""
    found = Taken()
    by_name: dict[str, list[Returned]] = {}
    for document in documents:
        found.rows += 1
        by_name.setdefault(document.ticket.document, []).append(document)
    for article in articles(out, decisions):
        for number, document in enumerate(by_name.pop(article.id, ())):
            if number:
                found.mismatches.append(Mismatch(document.where, f"{article.id!r} stands in the file twice; keep one"))
            else:
                _document(article, document, found)
    for document in (one for some in by_name.values() for one in some):
        found.mismatches.append(Mismatch(document.where, f"no document {document.ticket.document!r} is in the output"))
    return found


def _document(article: Article, document: Returned, found: Taken) -> None:
    hashed = document.ticket.text_sha256 if document.text is None else text_hash(document.text)
    if hashed != article.carrier.hash:
        found.mismatches.append(
            Mismatch(document.where, f"the text of {article.id!r} is not the one that stands in the output")
        )
        return
    state = _State(article)
    for exported, given in pairs(document.ticket.exported, document.spans):
        try:
            draft = _decided(state, exported, given, document.is_reviewed, found)
        except (MismatchError, DecisionError) as error:
            place = given or exported
            assert place is not None
            at = f"{place.label} at [{place.start}:{place.end}] of {article.id!r}"
            found.mismatches.append(Mismatch(document.where, f"{at}: {error}"))
            continue
        found.drafts += [] if draft is None else [draft]
    if document.is_reviewed and not any(one.decision.verdict == "whole" for one in article.carried):
        found.drafts.append(Draft(article.id, article.carrier.hash, "whole"))


@dataclass(frozen=True, slots=True)
class _Now:
    """An entity as it stands now: as it was found, and what has become of it, its value as text."""

    entry: Entry
    entity: Entity
    stated: str


class _State:
    """The entities of an article now: those that stand by their places, and all by those where they were found."""

    def __init__(self, article: Article) -> None:
        self.article = article
        decided = article.decided()
        texts = {
            (span["start"], span["end"], span["label"]): text
            for span, text in zip(decided.record["spans"], stated_values(decided.record), strict=True)
        }
        self.standing: dict[Place, _Now] = {}
        self.found: dict[Place, _Now | None] = {}
        for entry in article.entries():
            now = None
            if entry.standing.verdict != "reject":
                entity = entry.standing.correction or entry.entity
                now = _Now(entry, entity, texts[_place(entity)])
                self.standing[_place(entity)] = now
            self.found[_place(entry.entity)] = now

    def has(self, given: Given) -> bool:
        """Whether this stands there already, with no other value."""
        now = self.standing.get(given.place)
        return now is not None and (given.stated is None or fingerprint(given.stated) == fingerprint(now.stated))


def _place(entity: Entity) -> Place:
    return entity.start, entity.end, entity.label


def pairs(exported: Sequence[Exported], given: Sequence[Given]) -> list[tuple[Exported | None, Given | None]]:
    """Each entity that was exported with what it has become, None where it is gone; and what is new.

    The same place and label is the same entity, then the same place; then two of one label that overlap, and neither
    overlaps another: the one was made longer or shorter. At last the same of any labels.

    >>> old = [Exported("s1", 3, 7, "DATE", ""), Exported("s2", 9, 12, "DATE", "")]
    >>> new = [Given(0, 7, "DATE"), Given(20, 24, "LAW")]
    >>> [(a and a.id, b and b.start) for a, b in pairs(old, new)]
    [('s1', 0), ('s2', None), (None, 20)]
    """
    left, rest = list(exported), list(given)
    found: dict[int, Given] = {}

    def join(one: Exported, other: Given) -> None:
        found[id(one)] = other
        left.remove(one)
        rest.remove(other)

    for alike in (_same_place_and_label, _same_place):
        for one in [*left]:
            if (match := next((other for other in rest if alike(one, other)), None)) is not None:
                join(one, match)
    for alike in (_overlap_with_one_label, _overlap):
        touching = [(one, [other for other in rest if alike(one, other)]) for one in left]
        for one, others in touching:
            if len(others) == 1 and sum(others[0] in some for _, some in touching) == 1:
                join(one, others[0])
    return [*((one, found.get(id(one))) for one in exported), *((None, other) for other in rest)]


def _same_place_and_label(one: Exported, other: Given) -> bool:
    return one.place == other.place


def _same_place(one: Exported, other: Given) -> bool:
    return one.place[:2] == other.place[:2]


def _overlap_with_one_label(one: Exported, other: Given) -> bool:
    return one.label == other.label and _overlap(one, other)


def _overlap(one: Exported, other: Given) -> bool:
    return one.start < other.end and other.start < one.end


def _decided(
    state: _State, exported: Exported | None, given: Given | None, is_reviewed: bool, found: Taken
) -> Draft | None:
    """The decision that an entity of a tool comes to, None where it comes to none."""
    if exported is None:
        assert given is not None
        return None if state.has(given) else _addition(state, given)
    now = state.standing.get(exported.place) or state.found.get(exported.place)
    is_known = exported.place in state.standing or exported.place in state.found
    is_as_exported = (
        now is not None and _place(now.entity) == exported.place and fingerprint(now.stated) == exported.value
    )
    if given is None:
        if now is None:
            return None  # rejected already, or gone
        if not is_as_exported:
            raise MismatchError("was taken out, and decided elsewhere since the export; export again")
        return made(state.article, "reject", now.entry.entity)
    if _is_as_exported(exported, given):
        found.outdated += not is_known
        return _acceptance(state.article, now) if is_reviewed and is_as_exported and now is not None else None
    if state.has(given):
        return None
    if now is None or not is_as_exported:
        raise MismatchError("was changed, and is no longer what was exported, or decided elsewhere; export again")
    return _correction(state, now, exported, given)


def _is_as_exported(exported: Exported, given: Given) -> bool:
    return given.place == exported.place and (given.stated is None or fingerprint(given.stated) == exported.value)


def _acceptance(article: Article, now: _Now) -> Draft | None:
    """That an entity is right, None where that was said before."""
    if now.entry.standing.verdict in ("accept", "correct", "add"):
        return None
    return made(article, "accept", now.entry.entity)


def _correction(state: _State, now: _Now, exported: Exported, given: Given) -> Draft:
    carrier = state.article.carrier
    fields: dict[str, str] = {}
    if given.place[:2] != exported.place[:2]:
        fields["at"] = f"{given.start}:{given.end}"
    if given.label != exported.label:
        fields["label"] = given.label
    is_stated = given.stated is not None and fingerprint(given.stated) != exported.value
    if is_stated and given.stated is not None:
        if given.label == exported.label:
            fields |= dict.fromkeys(fields_in(now.stated), "")
        fields |= fields_in(given.stated)
    _refuse_place(fields)
    if given.label != exported.label and not is_stated:
        wanted = value_of(state.article, given)
    else:
        wanted = corrected(now.entity, fields, carrier)
    if equal(wanted, now.entry.entity):
        return made(state.article, "accept", now.entry.entity)
    return made(state.article, "correct", now.entry.entity, wanted)


def _addition(state: _State, given: Given) -> Draft:
    if given.place in state.standing:
        raise MismatchError("stands there already, with another value; export again")
    if given.stated is None:
        return made(state.article, "add", None, value_of(state.article, given))
    fields = fields_in(given.stated)
    _refuse_place(fields)
    text = state.article.carrier.text[given.start : given.end]
    empty = Entity(given.start, given.end, text, given.label, {})
    return made(state.article, "add", None, corrected(empty, fields, state.article.carrier))


def _refuse_place(fields: Mapping[str, str]) -> None:
    if "words" in fields:
        raise MismatchError("its value names `words`; change the extent in the tool itself")
