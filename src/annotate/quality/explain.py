"""Why a text is annotated as it is: each span with what it is made of, each rival with why it lost.

Nothing is matched a second time: all of it is read from the `Trace` of the pipeline's one path. Only where a
rule did not match, its patterns are tried token by token, to say at which one it stopped.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from annotate.matching import choose
from annotate.matching.numbers import Number
from annotate.matching.ruleset import fits
from annotate.matching.units import Unit
from annotate.pipeline import Outcome, Pipeline, Trace
from annotate.records import Document
from annotate.rules import notation
from annotate.rules.grammar import BUILT_IN_KINDS, PHRASE_START, Grammar, Rule, TokenSpec
from annotate.rules.matches import Match, Slot
from annotate.spans import AnySpan, Value
from annotate.text.detect import UNDECIDED


class UnknownRuleError(ValueError):
    """No rule of the language has this id."""


@dataclass(frozen=True, slots=True)
class Part:
    """What filled a slot of a rule, and what it is worth."""

    slot: str
    text: str
    value: str


@dataclass(frozen=True, slots=True)
class Explained:
    """A span of the record with how it came about.

    `made_of` are the rules that took part, the smallest first; `short` is the value as examples write it.
    """

    id: str
    start: int
    end: int
    text: str
    label: str
    rule: str
    why: str
    made_of: tuple[str, ...]
    slots: tuple[Part, ...]
    value: Value
    short: str


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
        head = f"'{_flat(self.text)}' ({self.label or 'part'}, {self.rule})"
        if self.winner is None:
            return f"{head}: {self.reason}"
        return f"{head} lost to '{_flat(self.winner_text or '')}' ({self.winner}): {self.reason}"


@dataclass(frozen=True, slots=True)
class Explanation:
    """What `annotate explain` says; `rule` is the answer to `--rule`, line by line."""

    text: str
    lang: str
    spans: tuple[Explained, ...]
    rivals: tuple[Rival, ...]
    rule: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The explanation as JSON has it."""
        content: dict[str, Any] = msgspec.to_builtins(self)
        return content

    def render(self) -> str:
        """The explanation as plain text."""
        lines = [f"language: {self.lang}"]
        for span in self.spans:
            lines += ["", *_span_lines(span)]
        if not self.spans:
            undecided = self.lang == UNDECIDED
            lines += ["", "no spans" + (": the text is too short to tell its language" if undecided else "")]
        if self.rivals:
            lines += ["", "rivals that lost:", *(f"  {rival}" for rival in self.rivals)]
        if self.rule:
            lines += ["", *self.rule]
        return "\n".join(lines) + "\n"


def explain(
    text: str,
    *,
    pipeline: Pipeline,
    lang: str | None = None,
    date: str | None = None,
    region: str | None = None,
    rule: str | None = None,
) -> Explanation:
    """How the pipeline annotates a text, and why; `rule` asks besides why that rule did not match.

    >>> told = explain("Sinds 2008 groeit het.", pipeline=Pipeline(), lang="nl")
    >>> [(span.text, span.rule, span.short) for span in told.spans]
    [('2008', 'dates/year', '2008')]
    """
    document = Document("text", text, "text", lang=lang, region=region, date=date, date_source="option")
    trace = pipeline.trace(document)
    return Explanation(
        text=text,
        lang=trace.record.lang,
        spans=tuple(_explained(span, trace) for span in trace.record.spans),
        rivals=tuple(rivals(trace)),
        rule=tuple(_why_not(rule, trace, pipeline)) if rule else (),
    )


# --- spans


def _explained(span: AnySpan, trace: Trace) -> Explained:
    linked = next(one for one in trace.spans if one.id == span.id)
    grammar, match = linked.grammar, linked.match
    rule = grammar.rules.get(match.rule)
    return Explained(
        id=span.id,
        start=span.start,
        end=span.end,
        text=span.text,
        label=span.label,
        rule=span.rule,
        value=span.value,
        why=rule.why if rule else "",
        made_of=tuple(dict.fromkeys(match.trail)),
        slots=tuple(Part(name, slot.text, slot_value(slot)) for name, slots in match.slots.items() for slot in slots),
        short=notation.write(linked.value),
    )


def slot_value(slot: Slot) -> str:
    """What a slot is worth: a number, the value of a list's word, or the smaller rule that filled it."""
    value = slot.value
    if isinstance(value, Match):
        return value.rule
    if isinstance(value, Number):
        return f"{value.value.normalize():f}"
    return str(value) if value not in (None, "") else slot.text


def _span_lines(span: Explained) -> Iterator[str]:
    yield f"{span.label}  {_flat(span.text)}  [{span.start}:{span.end}]  {span.short}"
    yield f"  rule     {span.rule}" + (f": {_flat(span.why)}" if span.why else "")
    if span.made_of != (span.rule,):
        yield f"  made of  {' > '.join(span.made_of)}"
    for part in span.slots:
        value = f" = {part.value}" if part.value != part.text else ""
        yield f"  slot     {part.slot}: '{_flat(part.text)}'{value}"
    fields = span.value if isinstance(span.value, dict) else span.value.to_dict()
    stated = (f"{key}: {content}" for key, content in fields.items() if content not in (None, []))
    yield f"  value    {', '.join(stated)}"


def _flat(words: str) -> str:
    return re.sub(r"\s+", " ", words)


# --- rivals


def rivals(trace: Trace) -> list[Rival]:
    """Every match that did not stay, in the order of the text: beaten, without a value, or given way."""
    found = dict.fromkeys(rival for outcome in trace.outcomes for rival in _rivals(outcome, trace))
    return sorted(found, key=lambda rival: (rival.start, rival.end, rival.rule))


def _rivals(outcome: Outcome, trace: Trace) -> Iterator[Rival]:
    for match, winner, reason in (*outcome.found.lost, *outcome.lost):
        yield _rival(match, winner, reason, trace)
    valued = {id(match) for match, _ in outcome.valued}
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
        rule=_name(match),
        winner=None if winner is None else _name(winner),
        winner_text=None if winner is None else text[winner.start : winner.end],
        reason=reason,
    )


def _name(match: Match) -> str:
    """The rule that made a match; one that only adds context leaves its name to what it found."""
    return match.trail[-1] if match.trail else match.rule


# --- why a rule did not match


@dataclass(frozen=True, slots=True)
class _Stop:
    """Where a pattern came furthest: from unit `first` on it took all up to `at`, and stopped at `token`.

    Tokens count from 0; one that went through to the end stopped after its last.
    """

    first: int
    at: int
    token: int

    @property
    def reach(self) -> tuple[int, int, int]:
        """Orders by how far it came: units taken, then tokens passed, then the earlier place."""
        return self.at - self.first, self.token, -self.first


def _why_not(name: str, trace: Trace, pipeline: Pipeline) -> Iterator[str]:
    if not trace.outcomes:
        yield f"rule {name}: the language of the text is undecided, so no rules ran; --lang names it"
        return
    outcomes = [(o, rule) for o in trace.outcomes if (rule := _find_rule(name, o.grammar)) is not None]
    if not outcomes:
        raise UnknownRuleError(_unknown(name, [outcome.grammar for outcome in trace.outcomes]))
    for outcome, rule in outcomes:
        yield f"rule {rule.id} ({rule.place})"
        yield from (f"  {line}" for line in _verdicts(rule, outcome, trace, pipeline))


def _find_rule(name: str, grammar: Grammar) -> Rule | None:
    """A rule by its id, or by the end of it where no other ends so."""
    if name in grammar.rules:
        return grammar.rules[name]
    ends = [rule for rule in grammar.rules.values() if rule.id.endswith(f"/{name}")]
    return ends[0] if len(ends) == 1 else None


def _unknown(name: str, grammars: Sequence[Grammar]) -> str:
    known = sorted({rule for grammar in grammars for rule in grammar.rules})
    near = [rule for rule in known if rule.endswith(f"/{name}")] or difflib.get_close_matches(name, known, 3)
    langs = ", ".join(sorted({grammar.lang for grammar in grammars}))
    advice = f"did you mean {', '.join(near)}?" if near else f"known: {', '.join(known)}"
    return f"'{name}' names no rule of {langs}; {advice}"


def _verdicts(rule: Rule, outcome: Outcome, trace: Trace, pipeline: Pipeline) -> Iterator[str]:
    matched = [span for span in trace.spans if rule.id in (span.match.rule, *span.match.trail)]
    lost = [rival for rival in rivals(trace) if rival.rule == rule.id]
    yield from (f"matched, in '{_flat(span.text)}' ({span.match.label})" for span in matched)
    yield from (f"matched, but {rival}" for rival in lost)
    if not matched and not lost:
        yield "did not match:"
        for number, (_, told) in enumerate(_attempts(rule, outcome, trace, pipeline), 1):
            yield f"pattern {number}: {told}" if len(rule.patterns) > 1 else told


def best_attempt(rule: Rule, outcome: Outcome, trace: Trace, pipeline: Pipeline) -> str:
    """How far that pattern of a rule came that came furthest, in words."""
    return max(_attempts(rule, outcome, trace, pipeline), key=lambda attempt: attempt[0].reach)[1]


def _attempts(rule: Rule, outcome: Outcome, trace: Trace, pipeline: Pipeline) -> Iterator[tuple[_Stop, str]]:
    """For each pattern of a rule where it came furthest, and the same in words."""
    engine = pipeline.engine(outcome.part.lang)
    assert engine is not None  # it has an outcome
    span = trace.tokens.within(outcome.part.start, outcome.part.end)
    units = engine.units(trace.tokens, rule.id, choose.select, outcome.settings, span)
    for pattern in rule.patterns:
        stop = _furthest(pattern, fits(pattern, units), len(units))
        yield stop, _told(stop, pattern, units, outcome.grammar, trace)


def _told(stop: _Stop, pattern: Sequence[TokenSpec], units: Sequence[Unit], grammar: Grammar, trace: Trace) -> str:
    taken = _surface(units[stop.first : stop.at], trace)
    if stop.token == len(pattern):
        return f"fits '{taken}', but nothing there is what the engine looks for first"
    wants = f"token {pattern[stop.token].at} wants {_wants(pattern[stop.token])}"
    if stop.at == stop.first:
        return f"{wants}; the text has none"
    if stop.at == len(units) or "break" in units[stop.at].kinds:
        return f"begins with '{taken}', but {wants}; the line ends there"
    has = f"'{_surface([units[stop.at]], trace)}' ({_kinds(units[stop.at], grammar) or 'in no list'})"
    return f"begins with '{taken}', but {wants}; the text has {has}"


def _furthest(pattern: Sequence[TokenSpec], takes: Sequence[set[int]], count: int) -> _Stop:
    """How far a pattern goes at its best place."""
    return max(
        (_from(first, pattern, takes) for first in range(count)),
        key=lambda s: s.reach,
        default=_Stop(0, 0, 0),
    )


def _from(first: int, pattern: Sequence[TokenSpec], takes: Sequence[set[int]]) -> _Stop:
    """How far a pattern goes from one unit on, whatever its quantifiers allow."""
    best = _Stop(first, first, 0)
    seen: set[tuple[int, int, int]] = set()
    open_states = [(0, 0, first)]
    while open_states:
        state = token, times, at = open_states.pop()
        if state in seen:
            continue
        seen.add(state)
        if token == len(pattern):
            return _Stop(first, at, token)
        least, most = _times(pattern[token].op)
        if times < most and (at in takes[token]) != (pattern[token].op == "!"):
            open_states.append((token, times + 1, at + 1))
        if times >= least:
            open_states.append((token + 1, 0, at))
        elif (stop := _Stop(first, at, token)).reach > best.reach:
            best = stop
    return best


def _times(op: str) -> tuple[int, float]:
    """How often a token may come: at least, at most."""
    named = {"1": (1, 1), "!": (1, 1), "?": (0, 1), "*": (0, float("inf")), "+": (1, float("inf"))}
    if op in named:
        return named[op]
    least, comma, most = op.strip("{}").partition(",")
    return int(least or 0), (float(most) if most else float("inf")) if comma else int(least)


def _wants(spec: TokenSpec) -> str:
    """What a token of a pattern asks for, in the words of the pattern file."""
    named = [
        f"{what} {' or '.join(names)}"
        for what, names in (("list", spec.lists), ("kind", spec.kinds), ("rule", spec.rules))
        if names
    ]
    attributes = [f"{name} {_plain(value)}" for name, value in spec.attributes.items()]
    wanted = [*([" or ".join(named)] if named else []), *attributes]
    wanted += [f"also {' or '.join(spec.also)}"] if spec.also else []
    unless = f", and not {' or '.join(spec.unless)}" if spec.unless else ""
    return (" and ".join(wanted) or "any word") + unless


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        return " and ".join(f"{name} {_plain(one)}" for name, one in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _kinds(unit: Unit, grammar: Grammar) -> str:
    """All that a unit is: `list month = 1, kind number`."""
    rules = {name for rule in grammar.rules.values() for name in rule.names}
    told: dict[str, list[str]] = {"list": [], "kind": [], "rule": []}
    for name, value in unit.kinds.items():
        if name in (PHRASE_START, "match"):
            continue
        what = "rule" if name in rules else "kind" if name in BUILT_IN_KINDS else "list"
        told[what].append(f"{name} = {value}" if what == "list" and isinstance(value, str) and value else name)
    return ", ".join(f"{what} {name}" for what, names in told.items() for name in names)


def _surface(units: Sequence[Unit], trace: Trace) -> str:
    inside = [unit for unit in units if unit.j > unit.i]
    if not inside:
        return ""
    return _flat(trace.tokens.text[trace.tokens.starts[inside[0].i] : trace.tokens.end(inside[-1].j - 1)])
