"""What comes of a file that was edited elsewhere: decisions, or what stands in their way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from annotate.export.articles import Article
from annotate.review.carry import context_of, same_value
from annotate.review.decisions import Decision, Draft, Entity, Journal, Verdict


class MismatchError(Exception):
    """What was given back does not fit the record that it is about."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A row, or an annotation, that cannot be taken, and why."""

    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"


@dataclass(slots=True)
class Taken:
    """What the rows of a file come to: decisions, or what stands in their way.

    `rows` counts them, or documents; `outdated` those without a change whose entity is no longer as it was exported.
    """

    rows: int = 0
    outdated: int = 0
    drafts: list[Draft] = field(default_factory=list)
    mismatches: list[Mismatch] = field(default_factory=list)


def recorded(journal: Journal, key: str, find: Callable[[Sequence[Decision]], Taken]) -> Taken:
    """What is found against a reviewer's decisions, recorded: all of it, or nothing where there is a mismatch."""
    known = journal.last
    found = find([decision for decision in journal.decisions if decision.reviewer == journal.reviewer])
    if found.drafts and not found.mismatches:
        journal.record(found.drafts, key=key, known=known)
    return found


def equal(one: Entity, other: Entity) -> bool:
    """Whether two entities are one: place, label and value."""
    return (one.start, one.end, one.label) == (other.start, other.end, other.label) and same_value(
        one.value, other.value
    )


def made(
    article: Article,
    verdict: str,
    found: Entity | None,
    wanted: Entity | None = None,
    *,
    comment: str = "",
    undoes: tuple[int, ...] = (),
) -> Draft:
    """A decision about an entity of an article, before it is recorded."""
    subject = found or wanted
    assert subject is not None
    before, after = context_of(article.carrier.text, subject.start, subject.end)
    given: Verdict = verdict  # type: ignore[assignment] # one of VERDICTS, or undo
    hashed = article.carrier.hash
    return Draft(article.id, hashed, given, found, wanted, before, after, comment or None, undoes)
