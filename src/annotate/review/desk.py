"""The desk at which a reviewer sits: the output, the decisions, and what is asked of them, whoever asks.

The server is one way to it; nothing here knows of HTTP. What comes from outside is taken as `Request` and checked
against the record: a decision always quotes what the record says, never what the page said that it says.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any

import msgspec

from annotate.quality.wilson import wilson
from annotate.review.article import entity_shown, fact_shown, opinion_shown, window
from annotate.review.asked import wanted_entity
from annotate.review.carry import Carried, Carrier, context_of
from annotate.review.decisions import (
    JUDGED,
    Decision,
    DecisionError,
    Draft,
    Entity,
    Fault,
    Journal,
    Verdict,
    living,
    read_decisions,
)
from annotate.review.index import Index, Record, ReviewError, States
from annotate.review.pacts import Merge, Pacts, Split, checked_key, merged
from annotate.review.queue import Filter, Queue
from annotate.review.states import Place, added, states_of

_MOST_AT_ONCE = 500
_KEPT = 8


class Wanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an entity should be."""

    start: int
    end: int
    label: str
    value: dict[str, Any]


class Judgement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One verdict of a request."""

    verdict: Verdict
    span: Place | None = None
    correction: Wanted | None = None
    comment: str | None = None


class Request(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Verdicts on entities of one document; all are recorded, or none.

    `key` names the request, so that it may be sent again; `known` is the last decision that its sender has seen.
    `everywhere` says the same of all unjudged entities of the document with the same words, label and value.
    """

    key: str
    known: int
    document: int
    judgements: list[Judgement]
    everywhere: bool = False


class Desk:
    """An output and the decisions of one reviewer on it, and those of others for comparison."""

    def __init__(self, out: str | Path, journal: Journal, *, others: Sequence[Path] = (), index: Path) -> None:
        self.journal = journal
        self.others: list[Decision] = []
        self.faults: list[Fault] = []
        for path in others:
            decisions, wrong = read_decisions(path)
            self.others += [decision for decision in decisions if decision.reviewer != journal.reviewer]
            self.faults += wrong
        # Taken in this order: what changes, then the index's own, then what is known. The index, while it is made, asks
        # what is known.
        self._changing = threading.RLock()
        self._knowing = threading.Lock()
        self._carriers: dict[int, Carrier] = {}
        self._known: dict[str, list[Decision]] = {}
        for decision in (*self.others, *journal.decisions):
            self._known.setdefault(decision.document, []).append(decision)
        self.index = Index(out, index, self._states)
        self.asked = Queue(self.index)
        self.pacts = Pacts(self.index)
        self.index.open(self._stamp(), self._adopt)

    @property
    def reviewer(self) -> str:
        return self.journal.reviewer

    def close(self) -> None:
        """Let the files go."""
        with self._changing:
            self.index.decided(self._stamp())
        self.index.close()

    def _stamp(self) -> str:
        """A fingerprint of all decisions."""
        digest = blake2b(digest_size=16)
        for decision in (*self.others, *self.journal.decisions):
            digest.update(f"{decision.reviewer} {decision.seq} {decision.key} {decision.prev};".encode())
        return digest.hexdigest()

    def _adopt(self) -> None:
        """Give decisions on documents that are gone to those that have their text now, under another id."""
        with self._changing:
            for name, decisions in list(self._known.items()):
                if self.index.find(name) is None:
                    number = self.index.find(name, decisions[-1].text_sha256)
                    row = None if number is None else self.index.document(number)
                    if number is not None and row is not None and row["id"] not in self._known:
                        self._known[row["id"]] = decisions
                        carrier = self._carrier(number)
                        self.index.judge(number, states_of(carrier.carry(self._living(row["id"]))))

    # --- what has been decided

    def _living(self, name: str) -> list[Decision]:
        """The decisions on a document that count."""
        with self._knowing:
            known = tuple(self._known.get(name, ()))
        return list(living(known))

    def _states(self, name: str, hashed: str, record: Callable[[], Record]) -> States:
        decisions = self._living(name)
        if not decisions:
            return States()
        return states_of(Carrier(record(), hashed).carry(decisions))

    def catch_up(self) -> list[Decision]:
        """What was added to the reviewer's file by others, another server perhaps; the index is told."""
        with self._changing:
            new = list(self.journal.catch_up())
            self._take(new)
        return new

    def _take(self, new: Iterable[Decision]) -> None:
        names = dict.fromkeys(decision.document for decision in new)
        with self._knowing:
            for decision in new:
                self._known.setdefault(decision.document, []).append(decision)
        for name in names:
            number = self.index.find(name)
            if number is not None:
                carrier = self._carrier(number)
                self.index.judge(number, states_of(carrier.carry(self._living(name))))

    def since(self, known: int) -> list[dict[str, Any]]:
        """The decisions after one, in short."""
        self.catch_up()
        newer = [decision for decision in self.journal.decisions[-5000:] if decision.seq > known]
        return [_short(decision, self.index.find(decision.document)) for decision in newer]

    def decide(self, request: Request) -> list[Decision]:
        """Record verdicts; raises DecisionError with what is wrong with them, StaleError where others were quicker."""
        if not 0 < len(request.judgements) <= _MOST_AT_ONCE:
            raise DecisionError(f"a request holds 1 to {_MOST_AT_ONCE} verdicts")
        _check_request(request.key)
        carrier = self._carrier(request.document)
        with self._changing:
            self.catch_up()
            additions = self._additions(carrier)
            judgements = self._everywhere(request, carrier) if request.everywhere else request.judgements
            drafts = [self._draft(judgement, carrier, additions) for judgement in judgements]
            before = self.journal.last
            made = self.journal.record(drafts, key=request.key, known=request.known)
            self._take([decision for decision in made if decision.seq > before])
        return made

    def merge(self, request: Merge) -> list[Decision]:
        """Record that agreements or partnerships are one; raises DecisionError where fewer than two are named."""
        keys = tuple(dict.fromkeys(map(checked_key, request.keys)))
        if not 1 < len(keys) <= _MOST_AT_ONCE:
            raise DecisionError("a merge takes two keys or more")
        return self._record([Draft("", "", "merge", keys=keys)], request.key, request.known)

    def split(self, request: Split) -> list[Decision]:
        """Record another key for some mentions: their values stay as they are otherwise."""
        to, drafts = checked_key(request.to), []
        for number, places in self.pacts.places(request.mentions).items():
            carrier = self._carrier(number)
            mine = {c.span["id"]: c.correction for c in carrier.carry(self._mine(carrier)) if c.span and c.correction}
            for place in places:
                span = carrier.at(*place)
                assert span is not None
                entity = mine.get(span["id"]) or carrier.entity(span)
                wanted = Wanted(entity.start, entity.end, entity.label, {**entity.value, "id": to})
                drafts.append(self._draft(Judgement("correct", Place(*place), wanted), carrier, {}))
        return self._record(drafts, request.key, request.known)

    def _record(self, drafts: Sequence[Draft], key: str, known: int) -> list[Decision]:
        _check_request(key)
        with self._changing:
            self.catch_up()
            before = self.journal.last
            made = self.journal.record(drafts, key=key, known=known)
            self._take([decision for decision in made if decision.seq > before])
        return made

    def _merged(self) -> dict[str, str]:
        return merged(decision for decision in self._living("") if decision.reviewer == self.reviewer)

    def agreements(self, words: str = "") -> list[dict[str, Any]]:
        """Agreements and partnerships with their keys, how often they are mentioned, and what was merged into each."""
        return self.pacts.listed(self.reviewer, self._merged(), words)

    def agreement(self, key: str) -> dict[str, Any]:
        """One of them with all its mentions."""
        into = self._merged()
        key = into.get(key, key)
        gone = sorted(old for old, now in into.items() if now == key)
        rows = self.pacts.mentions(self.reviewer, [key, *gone])
        return {"key": key, "merged": gone, "mentions": [dict(row) for row in rows]}

    def undo(self, key: str, known: int) -> list[Decision]:
        """Take the last decision back."""
        with self._changing:
            self.catch_up()
            before = self.journal.last
            made = self.journal.undo(key=key, known=known)
            self._take([decision for decision in made if decision.seq > before])
        return made

    def _everywhere(self, request: Request, carrier: Carrier) -> list[Judgement]:
        """The verdicts of a request, also on entities with the same words, label and value that are not judged."""
        found = list(request.judgements)
        judged = {s.place for s in states_of(carrier.carry(self._mine(carrier))).spans if s.verdict in JUDGED}
        for judgement in request.judgements:
            if judgement.span is None or judgement.correction is not None:
                raise DecisionError("only a verdict on what was found can be said of all that are the same")
            one = carrier.at(judgement.span.start, judgement.span.end, judgement.span.label)
            if one is None:
                continue
            for span in carrier.record["spans"]:
                place = (span["start"], span["end"], span["label"])
                if span is not one and place not in judged and carrier.alike(one, span):
                    found.append(Judgement(judgement.verdict, Place(*place), None, judgement.comment))
        return found

    def _mine(self, carrier: Carrier) -> list[Decision]:
        return [d for d in self._living(str(carrier.record["id"])) if d.reviewer == self.reviewer]

    def _draft(self, judgement: Judgement, carrier: Carrier, additions: Mapping[Place, Entity]) -> Draft:
        record, text = carrier.record, carrier.text
        found: Entity | None = None
        if judgement.span is not None:
            place = judgement.span
            span = carrier.at(place.start, place.end, place.label)
            found = additions.get(place) if span is None else carrier.entity(span)
            if found is None:
                raise DecisionError(f"there is no {place.label} at [{place.start}:{place.end}] in {record['id']!r}")
        asked = judgement.correction
        wanted = None if asked is None else wanted_entity(asked.start, asked.end, asked.label, asked.value, carrier)
        self._check(judgement, found, wanted)
        if judgement.verdict == "whole" and (left := self._unjudged(carrier)):
            raise DecisionError(f"{left} found in this article {'is' if left == 1 else 'are'} not judged yet")
        subject = found or wanted
        before, after = ("", "") if subject is None else context_of(text, subject.start, subject.end)
        return Draft(
            document=str(record["id"]),
            text_sha256=carrier.hash,
            verdict=judgement.verdict,
            span=found,
            correction=wanted,
            before=before,
            after=after,
            comment=(judgement.comment or "").strip()[:4000] or None,
            settles=self._settled(carrier, found) if judgement.verdict in JUDGED else (),
        )

    def _unjudged(self, carrier: Carrier) -> int:
        """How many entities of a document the reviewer has yet to judge."""
        judged = {s.place for s in states_of(carrier.carry(self._mine(carrier))).spans if s.verdict in JUDGED}
        places = {(span["start"], span["end"], span["label"]) for span in carrier.record["spans"]}
        return len(places - judged)

    @staticmethod
    def _check(judgement: Judgement, found: Entity | None, wanted: Entity | None) -> None:
        verdict = judgement.verdict
        if verdict == "undo":
            raise DecisionError("an undo is asked for by itself")
        if (verdict in ("add", "whole")) != (found is None):
            raise DecisionError(f"`{verdict}` {'names no' if found is None else 'takes no'} entity")
        if (verdict in ("add", "correct")) != (wanted is not None):
            raise DecisionError(f"`{verdict}` {'lacks a' if wanted is None else 'takes no'} correction")

    def _settled(self, carrier: Carrier, found: Entity | None) -> tuple[str, ...]:
        """Those who disagree about an entity, which the reviewer, a third, now settles."""
        if found is None or not self.others:
            return ()
        theirs = [
            decision for decision in self._living(str(carrier.record["id"])) if decision.reviewer != self.reviewer
        ]
        states = states_of(carrier.carry(theirs)).spans
        here = {
            state.reviewer: state.opinion for state in states if state.place == (found.start, found.end, found.label)
        }
        return tuple(sorted(here)) if len({*here.values()}) > 1 else ()

    def _additions(self, carrier: Carrier) -> dict[Place, Entity]:
        """What the reviewer has added to a document, by where it stands now."""
        return {place: entity for place, (entity, _) in self._added(carrier).items()}

    def _added(self, carrier: Carrier) -> dict[Place, tuple[Entity, Decision]]:
        return added(carrier, carrier.carry(self._mine(carrier)))

    # --- what is shown

    def article(self, number: int, start: int | None = None, around: int = 0) -> dict[str, Any]:
        """A document, or the stretch of it that begins at `start`, or that `around` stands in."""
        carrier = self._carrier(number)
        record, text = carrier.record, carrier.text
        first, last = window(text, start, around)
        meta = record.get("meta") or {}
        return {
            "document": number,
            "id": record["id"],
            "title": meta.get("title"),
            "date": meta.get("date"),
            "date_source": meta.get("date_source"),
            "source": meta.get("source"),
            "lang": record.get("lang") or "und",
            "length": len(text),
            "start": first,
            "end": last,
            "text": text[first:last],
            "whole": self.reviewer in states_of(carrier.carry(self._living(str(record["id"])))).wholes,
            "entities": self._entities(number, carrier, first, last),
            "facts": [fact_shown(fact, record) for fact in record.get("facts") or ()],
        }

    def _entities(self, number: int, carrier: Carrier, first: int, last: int) -> list[dict[str, Any]]:
        """The entities of a stretch of a document, as they are now judged to be."""
        decisions = self._living(str(carrier.record["id"]))
        mine: dict[tuple[int, int, str], Carried] = {}
        for carried in carrier.carry(d for d in decisions if d.reviewer == self.reviewer):
            span = carried.span
            if span is not None:
                mine[span["start"], span["end"], span["label"]] = carried
        theirs: dict[tuple[int, int, str], list[dict[str, Any]]] = {}
        for carried in carrier.carry(d for d in decisions if d.reviewer != self.reviewer):
            if carried.span is not None:
                place = (carried.span["start"], carried.span["end"], carried.span["label"])
                theirs.setdefault(place, []).append(opinion_shown(carried))
        rows = self.index.within(number, first, last)
        numbers = {(row["start"], row["end"], row["label"]): row["number"] for row in rows}
        shown = []
        for span in carrier.record["spans"]:
            place = (span["start"], span["end"], span["label"])
            if span["start"] < last and first < span["end"]:
                shown.append(
                    entity_shown(carrier.entity(span), numbers.get(place), mine.get(place), theirs.get(place, []))
                )
        for spot, (entity, decision) in self._added(carrier).items():
            shown.append(
                {
                    **entity_shown(entity, None, None, []),
                    "verdict": "add",
                    "comment": decision.comment,
                    "found": {"start": spot.start, "end": spot.end, "label": spot.label},
                }
            )
        inside = (entity for entity in shown if entity["start"] < last and first < entity["end"])
        return sorted(inside, key=lambda e: (e["start"], -e["end"], e["label"]))

    def _carrier(self, number: int) -> Carrier:
        """The record of a document, kept while it is worked on."""
        record = self.index.record(number)
        kept = self._carriers.get(number)
        if kept is not None and kept.record is record:
            return kept
        row = self.index.document(number)
        assert row is not None
        carrier = Carrier(record, row["hash"])
        self._carriers[number] = carrier
        while len(self._carriers) > _KEPT:
            self._carriers.pop(next(iter(self._carriers)), None)
        return carrier

    def queue(self, chosen: Filter, *, after: int = 0, limit: int = 20, open_only: bool = True) -> list[dict[str, Any]]:
        """The next entities to judge, each with its words and those around it."""
        rows = self.asked.entities(chosen, self.reviewer, after=after, limit=limit, open_only=open_only)
        return [dict(row) for row in rows]

    def sample(self, chosen: Filter) -> dict[str, Any]:
        """How a random sample stands: how many are judged, how many right, and the interval of the precision."""
        numbers = self.asked.sample(chosen, self.reviewer)
        verdicts = self.index.verdicts(self.reviewer, numbers)
        right = verdicts.get("accept", 0)
        judged = right + verdicts.get("reject", 0) + verdicts.get("correct", 0)
        return {"size": len(numbers), "judged": judged, "right": right, "interval": wilson(right, judged)}

    def progress(self) -> dict[str, Any]:
        """How far the review is."""
        return {
            **self.index.counts(),
            "verdicts": self.index.verdicts(self.reviewer),
            "complete": self.index.complete,
            "fault": self.index.fault,
            "last": self.journal.last,
            "faults": [str(fault) for fault in (*self.faults, *self.journal.faults)][:20],
        }


def _check_request(key: str) -> None:
    if not re.fullmatch(r"[\w-]{8,64}", key):
        raise DecisionError("the key of a request has 8 to 64 letters and digits")


def _short(decision: Decision, number: int | None) -> dict[str, Any]:
    subject = decision.subject
    return {
        "seq": decision.seq,
        "document": number,
        "verdict": decision.verdict,
        "text": subject.text if subject else None,
        "undoes": decision.undoes,
    }


__all__ = ["Desk", "Filter", "Judgement", "Place", "Request", "ReviewError", "Wanted", "states_of"]
