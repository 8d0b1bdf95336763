"""The flow, on one screen: detect, tokenise, match, choose, resolve, link, and the record of the contract."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from hashlib import blake2b

from annotate.assemble import as_given, assemble, run_of
from annotate.linking.link import link, only
from annotate.linking.linked import Linked
from annotate.matching import choose
from annotate.options import Options, stated_options
from annotate.records import SCHEMA, Document, Record, Run, Segment
from annotate.rulebook import Rulebook
from annotate.rules import tags
from annotate.rules.grammar import Grammar, Settings
from annotate.rules.matches import Found, Match
from annotate.rules.regional import settings_for
from annotate.spans import DateValue, Value
from annotate.text.compose import compose
from annotate.text.detect import UNDECIDED, Guess, mostly, segments
from annotate.text.tokenise import tokenise
from annotate.text.tokens import Tokens
from annotate.values import story, years
from annotate.values.resolve import Context, valued
from annotate.version import software


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one segment: all that was found, what had a value, what gave way, and what stays."""

    grammar: Grammar
    settings: Settings
    part: Segment
    found: Found
    valued: list[tuple[Match, Value]]
    lost: list[tuple[Match, Match, str]]
    spans: list[Linked]
    #: Four digits that are no year, each with why.
    counts: list[tuple[Match, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Trace:
    """A record with all that led to it: what `explain` and the running of examples need besides."""

    record: Record
    tokens: Tokens
    spans: list[Linked]
    outcomes: list[Outcome]


@dataclass
class Pipeline:
    """Annotates texts; builds what a language needs when it first meets it and keeps it.

    Threads may share one: they take turns, since what matches keeps what it has learnt. Processes make it faster.
    """

    options: Options = field(default_factory=Options)
    #: Is told of each language whose rules have been loaded.
    on_load: Callable[[str], None] = lambda _: None

    def __post_init__(self) -> None:
        self.options = stated_options(self.options)
        self.rulebook = Rulebook(self.options, self.on_load)
        self._turn = threading.RLock()

    # -- the flow

    def annotate(self, document: Document) -> Record:
        """One document to its record; offsets count code points of `document.text`, which is never altered.

        >>> record = Pipeline().annotate(Document("a", "Op 18 januari 1950 kostte dit 2,5 miljard euro", "a"))
        >>> [(span.text, span.label) for span in record.spans]
        [('18 januari 1950', 'DATE'), ('2,5 miljard euro', 'MONEY')]
        """
        return self.trace(document).record

    def trace(self, document: Document) -> Trace:
        """The one path from a document to its record, with what was found and lost on the way."""
        with self._turn:
            return self._trace(document)

    def _trace(self, document: Document) -> Trace:
        document = tags.stated_document(document)
        composed = compose(document.text)
        read = document if composed is None else replace(document, text=composed.text)
        guess, source = self._detect(read)
        parts = self._segments(read, guess.lang)
        tokens = tokenise(read.text)
        outcomes = [outcome for part in parts if (outcome := self._outcome(read, tokens, part))]
        spans = [span for outcome in outcomes for span in outcome.spans]
        facts = link(spans, tokens, self._region(read), read.date)
        if self.options.labels:
            spans, facts = only(spans, facts, self.options.labels)
        kept = tokens if self.options.tokens else None
        record = assemble(document, guess, source, parts, spans, facts, self._run(guess.lang), kept)
        if composed is not None:
            record = as_given(record, composed)
        return Trace(record, tokens, spans, outcomes)

    def _outcome(self, document: Document, tokens: Tokens, part: Segment) -> Outcome | None:
        engine = self.rulebook.engine(part.lang)
        if engine is None:
            return None
        grammar, region = engine.grammar, self._region(document)
        settings = settings_for(grammar, region, document.text[part.start : part.end])
        found = engine.match(tokens, choose.select, settings, tokens.within(part.start, part.end))
        context = Context(grammar, date.fromisoformat(document.date) if document.date else None, region)
        pairs = [pair for match in found.matches for pair in valued(match, document.text, context)]
        pairs, counts = years.told_apart(pairs, tokens, context)
        kept, lost = choose.settle([m for m, _ in pairs], grammar.labels)
        values = {id(m): v for m, v in pairs}
        dates = [(m, value) for m in kept if isinstance(value := values[id(m)], DateValue)]
        values |= story.in_story(dates, tokens, context.date)
        spans = [Linked(m, values[id(m)], grammar) for m in kept]
        return Outcome(grammar, settings, part, found, pairs, lost, spans, counts)

    # -- its parts

    def _detect(self, document: Document) -> tuple[Guess, str]:
        """The language of a document, and who says so."""
        given = self.options.lang or document.lang
        if given:
            return Guess(tags.primary(given), 1.0), "option" if self.options.lang else "record"
        guess = self.rulebook.detector.detect(document.text)
        if guess.lang == UNDECIDED and "\n" in document.text:
            guess = mostly(document.text, self.rulebook.detector)
        return Guess(tags.primary(guess.lang), guess.score), self.rulebook.detector.name

    def _segments(self, document: Document, lang: str) -> list[Segment]:
        if self.options.lang or document.lang or lang == UNDECIDED:
            return [Segment(0, len(document.text), lang)]
        return segments(document.text, lang, self.rulebook.detector, self.rulebook.curated)

    def _region(self, document: Document) -> str | None:
        given = self.options.region or document.region
        return given or tags.region_of(self.options.lang or document.lang or "")

    def _run(self, lang: str) -> Run:
        engine, chosen = self.rulebook.engine(lang), self.options
        options = (chosen.region, chosen.languages, chosen.detector, *sorted(chosen.labels))
        return run_of(engine.grammar.fingerprint if engine else None, options)

    @cached_property
    def settings(self) -> str:
        """A fingerprint of all but the rules that a record depends on: options, versions, what may be detected."""
        options = self.options
        chosen = (options.built_in, options.lang, options.region, options.languages, options.detector, options.tokens)
        parts = (SCHEMA, chosen, sorted(options.labels), self.rulebook.curated, self.rulebook.thorough, software())
        return blake2b(repr(parts).encode(), digest_size=8).hexdigest()
