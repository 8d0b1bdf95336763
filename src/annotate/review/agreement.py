"""How far two reviewers agree: on spans, on verdicts and on values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from annotate.review.carry import same_value
from annotate.review.verdicts import Document, Finding, Place


@dataclass(slots=True)
class Agreement:
    """Two reviewers, over what both have judged.

    `verdicts` counts pairs of verdicts on what was found; `values` are pairs of spans that both have, and how many of
    these have the same value; `first` and `second` count the spans that each holds right, `both` those that both do.
    """

    verdicts: Counter[tuple[str, str]] = field(default_factory=Counter)
    first: int = 0
    second: int = 0
    both: int = 0
    same_values: int = 0
    disputed: int = 0

    @property
    def judged(self) -> int:
        """How many entities both have judged."""
        return sum(self.verdicts.values())

    @property
    def kappa(self) -> float | None:
        """Cohen's kappa of the verdicts: agreement beyond what chance would give; None where chance gives all."""
        return kappa(self.verdicts)

    @property
    def span_f1(self) -> float | None:
        """The share of spans on which they agree: F1 of the one's against the other's."""
        return 2 * self.both / (self.first + self.second) if self.first + self.second else None

    def as_dict(self) -> dict[str, Any]:
        """The agreement as JSON has it."""
        return {
            "judged_by_both": self.judged,
            "verdicts": {f"{one}/{other}": count for (one, other), count in sorted(self.verdicts.items())},
            "kappa": self.kappa,
            "spans": {"first": self.first, "second": self.second, "both": self.both, "f1": self.span_f1},
            "values": {"compared": self.both, "same": self.same_values},
            "disputed": self.disputed,
        }


def kappa(verdicts: Counter[tuple[str, str]]) -> float | None:
    """Cohen's kappa of pairs of verdicts.

    >>> kappa(Counter({("accept", "accept"): 20, ("accept", "reject"): 5, ("reject", "accept"): 10,
    ...                ("reject", "reject"): 15}))
    0.4
    """
    total = sum(verdicts.values())
    if not total:
        return None
    ours, theirs = Counter[str](), Counter[str]()
    for (one, other), count in verdicts.items():
        ours[one] += count
        theirs[other] += count
    observed = sum(count for (one, other), count in verdicts.items() if one == other) / total
    chance = sum(ours[name] * theirs[name] for name in ours) / total**2
    return None if chance == 1 else round((observed - chance) / (1 - chance), 12)


def agreements(documents: Iterable[Document]) -> dict[tuple[str, str], Agreement]:
    """How far each two reviewers agree, over the entities that both have judged.

    What one has added counts where the other has judged the document whole, or has added it too.
    """
    found: dict[tuple[str, str], Agreement] = {}
    for document in documents:
        by_reviewer: dict[str, dict[Place, Finding]] = {name: {} for name in document.wholes}
        for finding in document.findings():
            if not finding.carried.decision.settles:
                by_reviewer.setdefault(finding.reviewer, {})[finding.place] = finding
        for one, other in combinations(sorted(by_reviewer), 2):
            wholes = one in document.wholes, other in document.wholes
            _compare(found.setdefault((one, other), Agreement()), by_reviewer[one], by_reviewer[other], wholes)
    return {pair: agreement for pair, agreement in found.items() if agreement.judged or agreement.both}


def _compare(
    agreement: Agreement, ours: dict[Place, Finding], theirs: dict[Place, Finding], wholes: tuple[bool, bool]
) -> None:
    shared = ours.keys() & theirs.keys()
    for place in shared:
        one, other = ours[place], theirs[place]
        if one.found is not None and other.found is not None:
            agreement.verdicts[_verdict(one), _verdict(other)] += 1
            agreement.disputed += one.opinion != other.opinion
    counted_ours = {place for place in ours if place in shared or (ours[place].found is None and wholes[1])}
    counted_theirs = {place for place in theirs if place in shared or (theirs[place].found is None and wholes[0])}
    right_ours = {_place(f): f for place in counted_ours if (f := ours[place]).right is not None}
    right_theirs = {_place(f): f for place in counted_theirs if (f := theirs[place]).right is not None}
    both = right_ours.keys() & right_theirs.keys()
    agreement.first += len(right_ours)
    agreement.second += len(right_theirs)
    agreement.both += len(both)
    agreement.same_values += sum(_same(right_ours[place], right_theirs[place]) for place in both)
    agreement.disputed += len((right_ours.keys() ^ right_theirs.keys()) - shared)


def _verdict(finding: Finding) -> str:
    return finding.carried.decision.verdict


def _place(finding: Finding) -> Place:
    assert finding.right is not None
    return finding.right.start, finding.right.end, finding.right.label


def _same(one: Finding, other: Finding) -> bool:
    assert one.right is not None
    assert other.right is not None
    return same_value(one.right.value, other.right.value)


def render(found: dict[tuple[str, str], Agreement]) -> str:
    """The agreement of each two reviewers as plain text."""
    lines = []
    for (one, other), agreement in sorted(found.items()):
        lines.append(
            f"{one} and {other}: {agreement.judged:,} entities judged by both, {agreement.disputed:,} in dispute"
        )
        chance = "–" if agreement.kappa is None else f"{agreement.kappa:.3f}"
        f1 = "–" if agreement.span_f1 is None else f"{100 * agreement.span_f1:.1f}"
        lines.append(f"  verdicts: Cohen's kappa {chance}")
        lines.append(f"  spans: F1 {f1} ({agreement.both:,} of {agreement.first:,} and {agreement.second:,})")
        lines.append(f"  values: {agreement.same_values:,} of {agreement.both:,} the same")
    return "\n".join(lines or ["no two reviewers have judged the same"]) + "\n"
