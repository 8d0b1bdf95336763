"""What each rule is worth: how often it fired, won and lost over some texts, and what vouches for it.

A rule *fires* where it matches. It *wins* where it took part in a span that is written, or keeps others out of a text
(the rules of `NONE`); it *loses* to the rule that had the text. What has no value (31 February) neither wins nor loses.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from annotate.pipeline import Outcome, Pipeline, Trace
from annotate.quality.evaluate import evaluate
from annotate.quality.rivals import rule_of
from annotate.quality.scores import Tally
from annotate.records import Document
from annotate.rules.grammar import Grammar, Rule
from annotate.text.detect import UNDECIDED


@dataclass(slots=True)
class RuleCoverage:
    """One rule: `lost` counts by the rule that won, `valueless` are matches that came to nothing by themselves.

    `precision` is by gold, of the spans that the rule has named; None where none of these was judged.
    """

    rule: str
    label: str | None
    place: str
    examples: int
    rejects: int
    langs: set[str] = field(default_factory=set)
    won: int = 0
    lost: Counter[str] = field(default_factory=Counter)
    valueless: int = 0
    precision: Tally | None = None

    @property
    def fired(self) -> int:
        """How often it matched."""
        return self.won + self.lost.total() + self.valueless

    @property
    def is_only_beaten(self) -> bool:
        """Whether all that it ever found was taken by other rules."""
        return not self.won and bool(self.lost)

    def as_dict(self) -> dict[str, Any]:
        """The rule as JSON has it."""
        return {
            "rule": self.rule,
            "label": self.label,
            "place": self.place,
            "languages": sorted(self.langs),
            "fired": self.fired,
            "won": self.won,
            "lost": dict(self.lost.most_common()),
            "valueless": self.valueless,
            "examples": self.examples,
            "rejects": self.rejects,
            "precision": None if self.precision is None else self.precision.as_dict(),
        }


@dataclass(slots=True)
class Coverage:
    """The rules of all languages that were met, by id; `undecided` are documents that no rules ran on."""

    documents: int = 0
    undecided: int = 0
    rules: dict[str, RuleCoverage] = field(default_factory=dict)

    @property
    def silent(self) -> list[RuleCoverage]:
        """Rules that never fired."""
        return [rule for rule in self.rules.values() if not rule.fired]

    @property
    def only_beaten(self) -> list[RuleCoverage]:
        """Rules that fired, and never won."""
        return [rule for rule in self.rules.values() if rule.is_only_beaten]

    def only(self, labels: Iterable[str]) -> Coverage:
        """The same for rules of some labels only."""
        wanted = {*labels}
        kept = {name: rule for name, rule in self.rules.items() if rule.label in wanted}
        return Coverage(self.documents, self.undecided, kept)

    def as_dict(self) -> dict[str, Any]:
        """The whole as JSON has it."""
        return {
            "documents": self.documents,
            "undecided": self.undecided,
            "rules": [rule.as_dict() for rule in self.rules.values()],
            "never_fired": [rule.rule for rule in self.silent],
            "only_beaten": [rule.rule for rule in self.only_beaten],
        }


def coverage(
    documents: Iterable[Document], pipeline: Pipeline, *, gold: Iterable[Mapping[str, Any]] | None = None
) -> Coverage:
    """What the rules of a pipeline do with some documents; with gold records for them, how often they are right.

    >>> found = coverage([Document("a", "Since May 2008.", "a", lang="en")], Pipeline())
    >>> found.rules["dates/month-year"].won, found.rules["dates/year"].lost
    (1, Counter({'dates/month-year': 1}))
    """
    total = Coverage()
    records: list[Mapping[str, Any]] = []
    for document in documents:
        trace = pipeline.trace(document)
        total.documents += 1
        total.undecided += trace.record.lang == UNDECIDED
        for outcome in trace.outcomes:
            _meet(outcome.grammar, total)
        _count(trace, total)
        if gold is not None:
            records.append(trace.record.to_dict())
    if gold is not None:
        judged = evaluate(gold, records).tallies
        for (kind, name), tally in judged.items():
            if kind == "rule" and name in total.rules:
                total.rules[name].precision = tally
    total.rules = dict(sorted(total.rules.items(), key=lambda item: (item[1].label or "", item[0])))
    return total


def _meet(grammar: Grammar, total: Coverage) -> None:
    """Enter the rules of a language, once, with the examples that stand under each of them."""
    for rule in grammar.rules.values():
        known = total.rules.setdefault(rule.id, RuleCoverage(rule.id, rule.label, rule.place, 0, 0))
        if grammar.lang not in known.langs:
            known.langs.add(grammar.lang)
            known.examples = max(known.examples, len(rule.examples) + _of_files(rule, grammar, rejects=False))
            known.rejects = max(known.rejects, len(rule.rejects) + _of_files(rule, grammar, rejects=True))


def _of_files(rule: Rule, grammar: Grammar, *, rejects: bool) -> int:
    """How many examples or rejects of a rule stand with a whole file."""
    return sum(owner == rule.id and reject == rejects for owner, _, reject in grammar.cases)


def _count(trace: Trace, total: Coverage) -> None:
    for span in trace.spans:
        for name in dict.fromkeys((span.match.rule, *span.match.trail)):
            total.rules[name].won += 1
    for outcome in trace.outcomes:
        for match, winner, _ in (*outcome.found.lost, *outcome.lost):
            total.rules[rule_of(match)].lost[rule_of(winner)] += 1
        for name in _guards(outcome):
            total.rules[name].won += 1
        valued = {id(match) for match, _ in outcome.valued}
        for match in outcome.found.matches:
            if match.label and id(match) not in valued:
                total.rules[rule_of(match)].valueless += 1


def _guards(outcome: Outcome) -> Iterator[str]:
    """The rules that keep labels that are written out of some text."""
    lost = {id(match) for match, _, _ in outcome.lost}
    for match, _ in outcome.valued:
        if match.label and not outcome.grammar.labels[match.label].emit and id(match) not in lost:
            yield from dict.fromkeys((match.rule, *match.trail))
