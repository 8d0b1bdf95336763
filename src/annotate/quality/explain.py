"""Why a text is annotated as it is: each span with what it is made of, each rival with why it lost.

Nothing is matched a second time: all of it is read from the `Trace` of the pipeline's one path. Only where a
rule did not match, its patterns are tried token by token, to say at which one it stopped.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from annotate.matching.numbers import Number
from annotate.pipeline import Pipeline, Trace
from annotate.quality.attempts import why_not
from annotate.quality.rivals import Rival, flat, rivals
from annotate.records import Document
from annotate.rules import notation
from annotate.rules.matches import Match, Slot
from annotate.rules.tags import primary
from annotate.spans import AnySpan, Value
from annotate.text.detect import UNDECIDED


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
class Supposed:
    """What would be found in a text if it were in this language; `score` is how likely that is."""

    lang: str
    score: float
    spans: tuple[Explained, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """What `annotate explain` says; `rule` is the answer to `--rule`, line by line.

    `likely` are the likeliest languages of a text that is too short to tell its own.
    """

    text: str
    lang: str
    spans: tuple[Explained, ...]
    rivals: tuple[Rival, ...]
    rule: tuple[str, ...] = ()
    likely: tuple[Supposed, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The explanation as JSON has it."""
        content: dict[str, Any] = msgspec.to_builtins(self)
        return content

    def render(self) -> str:
        """The explanation as plain text."""
        lines = [f"language: {self.lang}"]
        for span in self.spans:
            lines += ["", *_span_lines(span)]
        if self.lang == UNDECIDED:
            lines += ["", *_undecided_lines(self.likely)]
        elif not self.spans:
            lines += ["", "no spans"]
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
        rule=tuple(why_not(rule, trace, pipeline)) if rule else (),
        likely=tuple(_supposed(document, pipeline)) if trace.record.lang == UNDECIDED else (),
    )


def _supposed(document: Document, pipeline: Pipeline) -> Iterator[Supposed]:
    """What the likeliest languages of a text would find in it."""
    for guess in pipeline.rulebook.detector.likely(document.text):
        lang = primary(guess.lang)
        trace = pipeline.trace(replace(document, lang=lang))
        yield Supposed(lang, guess.score, tuple(_explained(span, trace) for span in trace.record.spans))


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
    yield f"{span.label}  {flat(span.text)}  [{span.start}:{span.end}]  {span.short}"
    yield f"  rule     {span.rule}" + (f": {flat(span.why)}" if span.why else "")
    if span.made_of != (span.rule,):
        yield f"  made of  {' > '.join(span.made_of)}"
    for part in span.slots:
        value = f" = {part.value}" if part.value != part.text else ""
        yield f"  slot     {part.slot}: '{flat(part.text)}'{value}"
    fields = span.value if isinstance(span.value, dict) else span.value.to_dict()
    stated = (f"{key}: {content}" for key, content in fields.items() if content not in (None, []))
    yield f"  value    {', '.join(stated)}"


def _undecided_lines(likely: Sequence[Supposed]) -> Iterator[str]:
    """How to go on where no rules ran, and what could be found."""
    named = likely[0].lang if likely else "en"
    yield "no spans: the text is too short to tell its language, or is in none that is known"
    yield f"name its language to go on: --lang {named}"
    for supposed in likely:
        yield f"if it is {supposed.lang} ({supposed.score:.0%} likely):" + ("" if supposed.spans else " no spans")
        for span in supposed.spans:
            yield f"  {span.label}  {flat(span.text)}  {span.short}  by {span.rule}"
