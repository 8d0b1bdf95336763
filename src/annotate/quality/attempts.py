"""Why a rule did not match: its patterns are tried token by token, to say at which one they stopped."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from annotate.matching import choose
from annotate.matching.ruleset import fits
from annotate.matching.units import Unit
from annotate.pipeline import Outcome, Pipeline, Trace
from annotate.quality.rivals import flat, rivals
from annotate.rules.grammar import BUILT_IN_KINDS, PHRASE_START, Grammar, Rule, TokenSpec


class UnknownRuleError(ValueError):
    """No rule of the language has this id."""


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


def why_not(name: str, trace: Trace, pipeline: Pipeline) -> Iterator[str]:
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
    yield from (f"matched, in '{flat(span.text)}' ({span.match.label})" for span in matched)
    yield from (f"matched, but {rival}" for rival in lost)
    if not matched and not lost:
        yield "did not match:"
        for number, (_, told) in enumerate(_attempts(rule, outcome, trace, pipeline), 1):
            yield f"pattern {number}: {told}" if len(rule.patterns) > 1 else told
        yield f"tokens: {_tokens_near(rule, outcome, trace, pipeline)}"


def best_attempt(rule: Rule, outcome: Outcome, trace: Trace, pipeline: Pipeline) -> str:
    """How far that pattern of a rule came that came furthest, in words."""
    return max(_attempts(rule, outcome, trace, pipeline), key=lambda attempt: attempt[0].reach)[1]


def _units(rule: Rule, outcome: Outcome, trace: Trace, pipeline: Pipeline) -> Sequence[Unit]:
    """The tokens as a rule sees them: numbers, phrases and what smaller rules have found are one each."""
    engine = pipeline.rulebook.engine(outcome.part.lang)
    assert engine is not None  # it has an outcome
    span = trace.tokens.within(outcome.part.start, outcome.part.end)
    return engine.units(trace.tokens, rule.id, choose.select, outcome.settings, span)


#: So many tokens are shown before the place where a rule stopped, and so many at most.
_BEFORE, _SEEN = 4, 16


def _tokens_near(rule: Rule, outcome: Outcome, trace: Trace, pipeline: Pipeline) -> str:
    """The tokens that a rule saw around the place where it came furthest: `the | G | 20 | met`."""
    units = _units(rule, outcome, trace, pipeline)
    stop = max(
        (_furthest(pattern, fits(pattern, units), len(units)) for pattern in rule.patterns), key=lambda stop: stop.reach
    )
    first = max(0, stop.first - _BEFORE)
    seen = [words for unit in units[first:] if (words := _surface([unit], trace))]
    cut = ["…"] if len(seen) > _SEEN else []
    return " | ".join([*(["…"] if first else []), *seen[:_SEEN], *cut])


def _attempts(rule: Rule, outcome: Outcome, trace: Trace, pipeline: Pipeline) -> Iterator[tuple[_Stop, str]]:
    """For each pattern of a rule where it came furthest, and the same in words."""
    units = _units(rule, outcome, trace, pipeline)
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
    return flat(trace.tokens.text[trace.tokens.starts[inside[0].i] : trace.tokens.end(inside[-1].j - 1)])
