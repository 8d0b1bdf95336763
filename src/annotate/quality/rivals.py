"""The matches of a text that did not stay, each with what it lost to and why."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from annotate.pipeline import Outcome, Trace
from annotate.rules.matches import Match


@dataclass(frozen=True, slots=True)
class Rival:
    """A match that did not stay; `winner` is the rule that it lost to, None where it lost to no other."""

    start: int
    end: int
    text: str
    label: str | None
    rule: str
    winner: str | None
    winner_text: str | None
    reason: str

    def __str__(self) -> str:
        head = f"'{flat(self.text)}' ({self.label or 'part'}, {self.rule})"
        if self.winner is None:
            return f"{head}: {self.reason}"
        return f"{head} lost to '{flat(self.winner_text or '')}' ({self.winner}): {self.reason}"


def rivals(trace: Trace) -> list[Rival]:
    """Every match that did not stay, in the order of the text: beaten, without a value, or given way."""
    found = dict.fromkeys(rival for outcome in trace.outcomes for rival in _rivals(outcome, trace))
    return sorted(found, key=lambda rival: (rival.start, rival.end, rival.rule))


def _rivals(outcome: Outcome, trace: Trace) -> Iterator[Rival]:
    for match, winner, reason in (*outcome.found.lost, *outcome.lost):
        yield _rival(match, winner, reason, trace)
    for match, reason in outcome.counts:
        yield _rival(match, None, reason, trace)
    valued = {id(match) for match, _ in (*outcome.valued, *outcome.counts)}
    for match in outcome.found.matches:
        if id(match) not in valued and match.label:
            yield _rival(match, None, _NO_VALUE[outcome.grammar.labels[match.label].value], trace)
    for match, _ in outcome.valued:
        if match.label and not outcome.grammar.labels[match.label].emit:
            yield _rival(match, None, f"{match.label} only keeps other labels out", trace)
    written = {id(span.match) for span in trace.spans}
    for span in outcome.spans:
        if id(span.match) not in written:
            yield _rival(span.match, None, "taken back when the spans were linked", trace)


_NO_VALUE = {
    "date": "there is no such date",
    "money": "it makes no sum (a range that falls, or a number that cannot be read)",
    "agreement": "it makes no agreement",
    "partnership": "it makes no partnership",
    "slots": "it has no value",
}


def _rival(match: Match, winner: Match | None, reason: str, trace: Trace) -> Rival:
    text = trace.tokens.text
    return Rival(
        start=match.start,
        end=match.end,
        text=text[match.start : match.end],
        label=match.label,
        rule=rule_of(match),
        winner=None if winner is None else rule_of(winner),
        winner_text=None if winner is None else text[winner.start : winner.end],
        reason=reason,
    )


def rule_of(match: Match) -> str:
    """The rule that made a match; one that only adds context leaves its name to what it found."""
    return match.trail[-1] if match.trail else match.rule


def flat(words: str) -> str:
    """Words on one line."""
    return re.sub(r"\s+", " ", words)
