"""The examples and rejects of pattern files, run through the whole pipeline, checked for span and value.

An example passes when each marked span is found with the value in parentheses, one of them by the rule that
the example stands under, and when nothing else of the label is found. A reject passes when nothing of the
label is found but what is marked in it; of a rule whose label is not written (`NONE`), nothing of the labels
that it keeps out.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from annotate.options import Options
from annotate.pipeline import Pipeline, Trace
from annotate.quality.attempts import best_attempt
from annotate.quality.rivals import rivals
from annotate.records import Document
from annotate.rules import notation
from annotate.rules.grammar import Example, Grammar, Rule
from annotate.rules.matches import Match
from annotate.rules.patterns import BUILT_IN, Fault, compile_language, unread
from annotate.spans import Value

_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Case:
    """One example or reject; `owner` is a rule's id, or the label of its file with a colon before it."""

    id: str
    lang: str
    owner: str
    example: Example
    reject: bool


@dataclass(frozen=True, slots=True)
class CaseResult:
    """How a case came out; `message` says what is wrong, empty where nothing is."""

    id: str
    lang: str
    rule: str
    text: str
    place: str
    reject: bool
    message: str = ""

    @property
    def ok(self) -> bool:
        """Whether the case passed."""
        return not self.message

    @property
    def fault(self) -> Fault:
        """The failed case as a fault of its pattern file."""
        path, line, column = self.place.rsplit(":", 2)
        kind = "reject" if self.reject else "example"
        return Fault(path, int(line), int(column), f"{kind} '{_cut(self.text)}': {self.message}")


def cases(grammar: Grammar, roots: Sequence[Path], files: Collection[str] | None = None) -> Iterator[Case]:
    """The examples and rejects of a language: those of its rules, then those of whole files.

    `files` limits them to these files, as messages show them (`patterns/nl/dates.yaml`).

    >>> from annotate.rules.patterns import folders, load
    >>> all(case.lang == "nl" for case in cases(load("nl"), folders()))
    True
    """
    owned = [
        *((rule.id, example, False) for rule in grammar.rules.values() for example in rule.examples),
        *((rule.id, example, True) for rule in grammar.rules.values() for example in rule.rejects),
        *grammar.cases,
    ]
    for owner, example, reject in owned:
        if files is None or example.place.rsplit(":", 2)[0] in files:
            yield Case(_id(grammar.lang, example, roots), grammar.lang, owner, example, reject)


def run_cases(lang: str, roots: Sequence[Path], files: Collection[str] | None = None) -> Iterator[CaseResult]:
    """Each case of a language, run through the whole pipeline; rules with faults are left out."""
    grammar, _ = compile_language(lang, roots)
    yield from _results(grammar, roots, files)


def _results(grammar: Grammar, roots: Sequence[Path], files: Collection[str] | None) -> Iterator[CaseResult]:
    chosen = list(cases(grammar, roots, files))
    if chosen:
        pipeline = case_pipeline(grammar, roots)
        yield from (run_case(case, pipeline, grammar) for case in chosen)


def check(
    langs: Sequence[str],
    roots: Sequence[Path],
    files: Collection[str] | None = None,
    *,
    on_language: Callable[[str], None] = lambda _: None,
) -> list[Fault]:
    """All faults of the pattern files of these languages: first of the files, then of their examples.

    `files` limits the examples to those files. A fault of a shared file is told once, not once a language.
    `on_language` is told of each language before its files are read.
    """
    faults: dict[tuple[str, int, int, str], Fault] = {}
    found = {*unread(roots)}
    failed: set[Fault] = set()
    for lang in langs:
        on_language(lang)
        grammar, own = compile_language(lang, roots)
        found.update(own)
        failed.update(result.fault for result in _results(grammar, roots, files) if not result.ok)
    for fault in sorted(found):
        faults.setdefault((fault.path, fault.line, fault.column, fault.message.split(";")[0]), fault)
    return [*faults.values(), *sorted(failed)]


def case_pipeline(grammar: Grammar, roots: Sequence[Path]) -> Pipeline:
    """The pipeline that cases run through: the language is given, not detected."""
    extra = tuple(root for root in roots if root != BUILT_IN)
    pipeline = Pipeline(Options(patterns=extra, built_in=BUILT_IN in roots, lang=grammar.lang))
    pipeline.rulebook.use(grammar)
    return pipeline


def run_case(case: Case, pipeline: Pipeline, grammar: Grammar) -> CaseResult:
    """One case with what is wrong with it."""
    example = case.example
    return CaseResult(
        id=case.id,
        lang=case.lang,
        rule=case.owner.removeprefix(":"),
        text=example.text,
        place=example.place,
        reject=case.reject,
        message="; ".join(_problems(case, pipeline, grammar)),
    )


def _id(lang: str, example: Example, roots: Sequence[Path]) -> str:
    """`nl/dates.yaml:12 Op 18 januari…`; of a shared file with the language before it."""
    path, line, _ = example.place.rsplit(":", 2)
    shown = [BUILT_IN.name if root == BUILT_IN else root.as_posix() for root in roots]
    inside = next((path.removeprefix(f"{root}/") for root in shown if path.startswith(f"{root}/")), path)
    own = "" if inside.startswith(f"{lang}/") else f"{lang} "
    return f"{own}{inside}:{line} {_cut(example.text)}"


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN].rstrip()}…"


# --- checking one case


@dataclass(frozen=True, slots=True)
class _Span:
    """A span that was found, written or (a label that is not emitted) not."""

    start: int
    end: int
    label: str
    kind: str
    rules: tuple[str, ...]
    value: Value


def _problems(case: Case, pipeline: Pipeline, grammar: Grammar) -> Iterator[str]:
    if not case.owner.startswith(":") and case.owner not in grammar.rules:
        yield f"rule {case.owner} is not in use: {case.lang} has no words for a list that it needs"
        return
    trace = pipeline.trace(
        Document(case.id, case.example.text, case.id, region=case.example.region, date=case.example.date)
    )
    found = _own(case, trace, grammar)
    if not case.reject:
        for marked in case.example.spans:
            yield from _marked(marked, case, found, trace, pipeline)
        yield from _by_its_rule(case, found)
    marks = {(start, end) for start, end, _ in case.example.spans}
    for span in found:
        if (span.start, span.end) not in marks:
            shown = f"[{case.example.text[span.start : span.end]}]({notation.write(span.value)})"
            yield f"{shown} is found {'' if case.reject else 'too '}(by {span.rules[0]})"


def _own(case: Case, trace: Trace, grammar: Grammar) -> list[_Span]:
    """The spans that a case is about: those of its label; of a rule without one, those it took part in."""
    if case.owner.startswith(":"):
        label: str | None = case.owner[1:]
        return [span for span in _found(trace) if span.label == label or label not in grammar.labels]
    rule = grammar.rules[case.owner]
    if rule.label is None:
        return [span for span in _found(trace) if case.owner in span.rules]
    labels = _kept_out(rule, grammar) if case.reject else {rule.label}
    return [span for span in _found(trace) if span.label in labels]


def _kept_out(rule: Rule, grammar: Grammar) -> set[str]:
    """The labels that a rule's reject must not have: its own, or those that it only keeps out."""
    assert rule.label is not None
    if grammar.labels[rule.label].emit:
        return {rule.label}
    beside = {other.label for other in grammar.rules.values() if other.grammar == rule.grammar and other.label}
    return {label for label in beside if grammar.labels[label].emit}


def _found(trace: Trace) -> Iterator[_Span]:
    """All spans, with those of labels that are not emitted: their rules have examples too."""
    for span in trace.spans:
        yield _span(span.match, span.value, span.grammar)
    for outcome in trace.outcomes:
        lost = {id(match) for match, _, _ in outcome.lost}
        for match, value in outcome.valued:
            if match.label and not outcome.grammar.labels[match.label].emit and id(match) not in lost:
                yield _span(match, value, outcome.grammar)


def _span(match: Match, value: Value, grammar: Grammar) -> _Span:
    assert match.label is not None
    kind = grammar.labels[match.label].value
    return _Span(match.start, match.end, match.label, kind, (match.rule, *match.trail), value)


def _marked(
    marked: tuple[int, int, str], case: Case, found: Sequence[_Span], trace: Trace, pipeline: Pipeline
) -> Iterator[str]:
    """What is wrong with one marked span."""
    start, end, written = marked
    shown = f"[{case.example.text[start:end]}]"
    span = next((span for span in found if (span.start, span.end) == (start, end)), None)
    if span is None:
        yield f"{shown} is not found{_hint(start, end, case, trace, pipeline)}"
        return
    try:
        stated = notation.read(span.kind, written)
    except notation.NotationError as error:
        yield f"the value of {shown} cannot be read: {error}"
        return
    wrong = ", ".join(notation.differences(stated, span.value))
    if wrong:
        yield f"the value of {shown} does not hold: {wrong}; it is ({notation.write(span.value)})"


def _by_its_rule(case: Case, found: Sequence[_Span]) -> Iterator[str]:
    """Whether the rule that the example stands under took part in one of the marked spans."""
    marks = {(start, end) for start, end, _ in case.example.spans}
    marked = [span for span in found if (span.start, span.end) in marks]
    if marked and not case.owner.startswith(":") and not any(case.owner in span.rules for span in marked):
        first = marked[0]
        shown = case.example.text[first.start : first.end]
        yield f"[{shown}] is found by {first.rules[0]}, not by {case.owner}"


def _hint(start: int, end: int, case: Case, trace: Trace, pipeline: Pipeline) -> str:
    """What stands there instead: another span, a match that lost, or how far the rule came."""
    text = trace.tokens.text
    for span in trace.spans:
        if span.match.start < end and start < span.match.end:
            found = f"'{text[span.match.start : span.match.end]}'"
            return f"; {found} is, as {span.match.label} (by {span.match.rule})"
    rival = next((rival for rival in rivals(trace) if (rival.start, rival.end) == (start, end)), None)
    if rival:
        return f"; {rival}"
    told = (
        f"; the rule: {best_attempt(rule, outcome, trace, pipeline)}"
        for outcome in trace.outcomes
        if (rule := outcome.grammar.rules.get(case.owner)) is not None
    )
    return next(told, "; nothing is there")
