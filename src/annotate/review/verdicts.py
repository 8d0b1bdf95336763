"""What reviewers have come to: of each entity that was judged what is right, by the last word of each reviewer.

A reviewer's last decision about an entity counts. Where reviewers differ, a decision that settles it counts, and
without one the entity is in dispute.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from annotate.quality.step import Output
from annotate.review.carry import Carried, Carrier, Record
from annotate.review.decisions import JUDGED, Decision, Entity, Fault, living, read_decisions, text_hash

Place = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Finding:
    """What one reviewer says of one entity, at its place in the text of now.

    `found` is what was judged, None where nothing had been found; `right` is what it should be, None where it is no
    entity.
    """

    reviewer: str
    carried: Carried
    found: Entity | None
    right: Entity | None

    @property
    def place(self) -> Place:
        """Where it stands: what was found, or else what was added."""
        entity = self.found or self.right
        assert entity is not None
        return entity.start, entity.end, entity.label

    @property
    def opinion(self) -> bytes:
        """What is said, so that two reviewers who say the same give the same."""
        kept = None if self.right is None else msgspec.structs.replace(self.right, rule=None)
        return msgspec.json.encode(kept, order="deterministic")


@dataclass(frozen=True, slots=True)
class Document:
    """The decisions on one document, carried over to its record of now; `record` is None where it is gone."""

    name: str
    record: Record | None
    carried: Sequence[Carried]

    @property
    def wholes(self) -> list[str]:
        """The reviewers who have judged all of it."""
        found = (one for one in self.carried if one.decision.verdict == "whole" and one.outcome == "holds")
        return list(dict.fromkeys(one.decision.reviewer for one in found))

    @property
    def is_whole(self) -> bool:
        """Whether all that is in its text is known: a reviewer has judged all of it, and nothing is flagged since."""
        return bool(self.wholes) and not self._flagged()

    def _flagged(self) -> set[tuple[str, Place]]:
        flagged: set[tuple[str, Place]] = set()
        for one in self.carried:
            if one.subject is not None:
                place = (one.decision.reviewer, (one.subject.start, one.subject.end, one.subject.label))
                if one.decision.verdict == "flag":
                    flagged.add(place)
                elif one.decision.verdict in JUDGED:
                    flagged.discard(place)
        return flagged

    def findings(self) -> list[Finding]:
        """What each reviewer has come to, entity by entity: by the last decision about each."""
        last: dict[tuple[str, Place], Finding] = {}
        for one in self.carried:
            decision, subject = one.decision, one.subject
            if decision.verdict not in JUDGED or subject is None:
                if subject is not None and decision.verdict == "flag":
                    last.pop((decision.reviewer, (subject.start, subject.end, subject.label)), None)
                continue
            place = (subject.start, subject.end, subject.label)
            earlier = last.pop((decision.reviewer, place), None)
            found = None if decision.span is None or (earlier and earlier.found is None) else subject
            right = subject if decision.verdict == "accept" else one.correction
            if found is None and right is None:
                continue  # added, and taken out again
            if found is None and right is not None:
                place = (right.start, right.end, right.label)
            last[decision.reviewer, place] = Finding(decision.reviewer, one, found, right)
        return list(last.values())


@dataclass(frozen=True, slots=True)
class Agreed:
    """One entity on which all who judged it agree, or on which they do not; then `finding` is None."""

    place: Place
    findings: Sequence[Finding]
    finding: Finding | None


def agreed(findings: Iterable[Finding]) -> list[Agreed]:
    """Entity by entity what holds: what all say, or what settles it."""
    places: dict[Place, list[Finding]] = {}
    for finding in findings:
        places.setdefault(finding.place, []).append(finding)
    found = []
    for place, all_of in sorted(places.items()):
        settled = [finding for finding in all_of if finding.carried.decision.settles]
        decisive = settled[-1:] or (all_of if len({finding.opinion for finding in all_of}) == 1 else [])
        found.append(Agreed(place, all_of, decisive[0] if decisive else None))
    return found


def read_all(paths: Sequence[Path]) -> tuple[list[Decision], list[Fault]]:
    """The decisions of some files that count, and the lines that are not in order."""
    decisions: list[Decision] = []
    faults: list[Fault] = []
    for path in paths:
        read, wrong = read_decisions(path)
        decisions += living(read)
        faults += wrong
    return decisions, faults


def documents(out: str | Path, decisions: Iterable[Decision]) -> Iterator[Document]:
    """Each document that was decided about, with its record in an output; those that are gone come last.

    A document that has another id now is found by its text, where one alone has it.
    """
    by_name: dict[str, list[Decision]] = {}
    for decision in decisions:
        if decision.verdict != "merge":
            by_name.setdefault(decision.document, []).append(decision)
    output = Output(out)
    for row in output.rows():
        if row.id in by_name:
            yield Document(row.id, row.record, Carrier(row.record).carry(by_name.pop(row.id)))
    if not by_name:
        return
    for record, name in _renamed(output, by_name):
        yield Document(name, record, Carrier(record).carry(by_name.pop(name)))
    for name, gone in by_name.items():
        yield Document(name, None, [Carried(decision, "unplaced") for decision in gone])


def _renamed(output: Output, by_name: Mapping[str, Sequence[Decision]]) -> Iterator[tuple[Record, str]]:
    names: dict[str, list[str]] = {}
    for name, decisions in by_name.items():
        names.setdefault(decisions[-1].text_sha256, []).append(name)
    found: dict[str, list[Any]] = {}
    for row in output.rows():
        hashed = text_hash(row.record["text"])
        if hashed in names:
            found.setdefault(hashed, []).append(row.record)
    for hashed, records in found.items():
        if len(records) == len(names[hashed]) == 1:
            yield records[0], names[hashed][0]
