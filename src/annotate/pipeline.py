"""The flow, on one screen: detect, tokenise, match, choose, resolve, link, and the record of the contract."""

from __future__ import annotations

import gc
import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import TypeVar

from msgspec import structs
from spacy.about import __version__ as spacy_version

from annotate.linking.link import link, only
from annotate.linking.linked import Linked
from annotate.matching import choose
from annotate.matching.match import Engine
from annotate.records import SCHEMA, Document, Fact, FieldError, Meta, Record, Run, Segment, Token, shown
from annotate.rules import cldr, compiled, patterns, tags
from annotate.rules.grammar import Grammar, Settings
from annotate.rules.matches import Found, Match
from annotate.rules.patterns import Fault
from annotate.spans import SPAN_TYPES, AnySpan, DateValue, OtherSpan, Value
from annotate.text.compose import Composed, compose
from annotate.text.detect import UNDECIDED, Detector, Guess, LangDetect, mostly, segments
from annotate.text.tokenise import tokenise
from annotate.text.tokens import Tokens
from annotate.values import story
from annotate.values.resolve import Context, resolve
from annotate.values.timex import lacks_year
from annotate.version import __version__, software

#: The hash of no rules at all, for a text whose language is undecided.
_NO_RULES = f"sha256:{hashlib.sha256().hexdigest()}"

#: How much likelier than another language one with patterns for everything is, before any text is seen: a user of
#: Dutch patterns has Dutch articles, and a short Dutch sentence looks much like an Afrikaans one.
_CURATED_PRIOR = 300.0


@dataclass(frozen=True, slots=True)
class Options:
    """What a user may choose; part of every record's fingerprint."""

    patterns: tuple[Path, ...] = ()
    built_in: bool = True
    lang: str | None = None
    region: str | None = None
    languages: tuple[str, ...] = ()
    detector: str = "langdetect"
    tokens: bool = False
    #: The labels that are written; all where none is named.
    labels: tuple[str, ...] = ()


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


@dataclass(frozen=True, slots=True)
class Trace:
    """A record with all that led to it: what `explain` and the running of examples need besides."""

    record: Record
    tokens: Tokens
    spans: list[Linked]
    outcomes: list[Outcome]


@dataclass
class Pipeline:
    """Annotates texts; builds what a language needs when it first meets it and keeps it."""

    options: Options = field(default_factory=Options)
    #: Is told of each language whose rules have been loaded.
    on_load: Callable[[str], None] = lambda _: None

    def __post_init__(self) -> None:
        self.options = _stated_options(self.options)
        self._engines: dict[str, Engine] = {}
        self._rules: dict[tuple[str, ...], str] = {}
        self.roots = patterns.folders(self.options.patterns, built_in=self.options.built_in)

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
        document = _stated(document)
        composed = compose(document.text)
        read = document if composed is None else replace(document, text=composed.text)
        guess, source = self._detect(read)
        parts = self._segments(read, guess.lang)
        tokens = tokenise(read.text)
        outcomes = [outcome for part in parts if (outcome := self._outcome(read, tokens, part))]
        spans = [span for outcome in outcomes for span in outcome.spans]
        facts = link(spans, tokens)
        if self.options.labels:
            spans, facts = only(spans, facts, self.options.labels)
        record = self._record(document, guess, source, parts, tokens, spans, facts)
        if composed is not None:
            record = _as_given(record, composed)
        return Trace(record, tokens, spans, outcomes)

    def _outcome(self, document: Document, tokens: Tokens, part: Segment) -> Outcome | None:
        engine = self.engine(part.lang)
        if engine is None:
            return None
        grammar, region = engine.grammar, self._region(document)
        settings = _regional(grammar, region) or _by_evidence(grammar.settings, document.text[part.start : part.end])
        found = engine.match(tokens, choose.select, settings, tokens.within(part.start, part.end))
        context = Context(grammar, date.fromisoformat(document.date) if document.date else None, region)
        valued = [pair for match in found.matches for pair in _valued(match, document.text, context)]
        kept, lost = choose.settle([m for m, _ in valued], grammar.labels)
        values = {id(m): v for m, v in valued}
        dates = [(m, value) for m in kept if isinstance(value := values[id(m)], DateValue)]
        values |= _in_story(dates, tokens, context.date)
        spans = [Linked(m, values[id(m)], grammar) for m in kept]
        return Outcome(grammar, settings, part, found, valued, lost, spans)

    # -- its parts

    def _detect(self, document: Document) -> tuple[Guess, str]:
        """The language of a document, and who says so."""
        given = self.options.lang or document.lang
        if given:
            return Guess(tags.primary(given), 1.0), "option" if self.options.lang else "record"
        guess = self.detector.detect(document.text)
        if guess.lang == UNDECIDED and "\n" in document.text:
            guess = mostly(document.text, self.detector)
        return Guess(tags.primary(guess.lang), guess.score), self.detector.name

    def _segments(self, document: Document, lang: str) -> list[Segment]:
        if self.options.lang or document.lang or lang == UNDECIDED:
            return [Segment(0, len(document.text), lang)]
        return segments(document.text, lang, self.detector, self._curated)

    def _region(self, document: Document) -> str | None:
        given = self.options.region or document.region
        return given or tags.region_of(self.options.lang or document.lang or "")

    @cached_property
    def detector(self) -> Detector:
        """The detector that the options name."""
        only = {tags.primary(lang) for lang in self.options.languages} or None
        return LangDetect(only, dict.fromkeys(self._thorough, _CURATED_PRIOR))

    @cached_property
    def _curated(self) -> list[str]:
        return patterns.languages(self.roots)

    @property
    def languages(self) -> list[str]:
        """The languages whose patterns are checked before the first text: all that it may well meet."""
        given = [self.options.lang] if self.options.lang else self.options.languages
        return sorted({tags.primary(lang) for lang in given}) or self._curated or ["en"]

    def check(self) -> list[Fault]:
        """All faults of the pattern files of its languages, so that none is met halfway.

        Built-in files are left out where they are those of an installed package.
        """
        langs = self.concerned if patterns.PACKAGED and self.options.built_in else self.languages
        return compiled.faults_of(langs, self.roots)

    @property
    def concerned(self) -> list[str]:
        """Of its languages those for which the user's own pattern files are read."""
        own = [root for root in self.roots if root != patterns.BUILT_IN]
        return [lang for lang in self.languages if patterns.concerns(lang, own)]

    @cached_property
    def _thorough(self) -> list[str]:
        """Languages with patterns for agreements, too: those that users of this tool mostly read."""
        return [lang for lang in self._curated if any((r / lang / "agreements.yaml").is_file() for r in self.roots)]

    def engine(self, lang: str) -> Engine | None:
        """The rules of a language, None for `und`; raises PatternError where its files have faults."""
        if lang == UNDECIDED:
            return None
        if lang not in self._engines:
            self._engines[lang] = Engine(compiled.load(lang, self.roots))
            gc.freeze()  # rules and word lists live as long as the process: no collection need walk them again
            self.on_load(lang)
        return self._engines[lang]

    @cached_property
    def settings(self) -> str:
        """A fingerprint of all but the rules that a record depends on: options, versions, what may be detected."""
        options = self.options
        chosen = (options.built_in, options.lang, options.region, options.languages, options.detector, options.tokens)
        parts = (SCHEMA, chosen, sorted(options.labels), self._curated, self._thorough, software())
        return blake2b(repr(parts).encode(), digest_size=8).hexdigest()

    def rules(self, langs: Sequence[str]) -> str:
        """A fingerprint of the pattern files of some languages; of all where none is named."""
        found = self._rules.get(key := tuple(langs))
        if found is None:
            each = [patterns.fingerprint(lang, self.roots) for lang in langs or self._curated]
            found = self._rules[key] = blake2b(repr(each).encode(), digest_size=8).hexdigest()
        return found

    def use(self, grammar: Grammar) -> None:
        """Annotate a language with this grammar, whatever its files say."""
        self._engines[grammar.lang] = Engine(grammar)

    def _record(
        self,
        document: Document,
        guess: Guess,
        lang_source: str,
        parts: Sequence[Segment],
        tokens: Tokens,
        spans: Sequence[Linked],
        facts: Sequence[Fact],
    ) -> Record:
        return Record(
            schema=SCHEMA,
            id=document.id,
            text=document.text,
            lang=guess.lang,
            meta=_meta(document, guess, lang_source, parts),
            spans=tuple(map(_span, spans)),
            facts=tuple(facts),
            run=self._run(guess.lang),
            tokens=_tokens(tokens) if self.options.tokens else (),
        )

    def _run(self, lang: str) -> Run:
        engine = self.engine(lang)
        options = self.options
        config = hashlib.sha256(
            repr((options.region, options.languages, options.detector, *sorted(options.labels))).encode()
        )
        return Run(
            tool=f"annotate {__version__}",
            spacy=spacy_version,
            pipeline="detect tokenise match choose resolve link",
            patterns=engine.grammar.fingerprint if engine else _NO_RULES,
            config=f"sha256:{config.hexdigest()}",
        )


def _meta(document: Document, guess: Guess, lang_source: str, parts: Sequence[Segment]) -> Meta:
    title = document.meta.get("title")
    return Meta(
        source=document.source,
        title=title if isinstance(title, str) else None,
        date=document.date,
        date_source=document.date_source,
        sha256=hashlib.sha256(document.text.encode("utf-8", "surrogatepass")).hexdigest(),
        lang_score=guess.score,
        lang_source=lang_source,
        lang_segments=tuple(parts) if len(parts) > 1 else (),
        extra={key: value for key, value in document.meta.items() if key != "title" or not isinstance(value, str)},
    )


def _stated_options(options: Options) -> Options:
    """The options with languages as tags and the region as a code; raises FieldError where there are none such."""
    return replace(
        options,
        lang=tags.stated_language(options.lang) if options.lang else None,
        region=tags.stated_region(options.region) if options.region else None,
        languages=tuple(map(tags.stated_language, options.languages)),
    )


_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def _stated(document: Document) -> Document:
    """The document with its language as a tag and its region as a code; raises FieldError with the document's id."""
    try:
        lang = tags.stated_language(document.lang) if document.lang else None
        region = tags.stated_region(document.region) if document.region else None
        if document.date is not None:
            _day_of(document.date)
    except FieldError as error:
        owner = f"document {shown(document.id)}: "
        raise FieldError(error.field, error.value, error.problem, owner=owner) from None
    same = (lang, region) == (document.lang, document.region)
    return document if same else replace(document, lang=lang, region=region)


def _day_of(given: str) -> date:
    """The day that `2025-04-14` names; raises FieldError where it names none."""
    if isinstance(given, str) and _DAY.fullmatch(given):
        with suppress(ValueError):
            return date.fromisoformat(given)
    raise FieldError("date", given, "is no day of the calendar; write it as 2025-04-14")


def _valued(match: Match, text: str, context: Context) -> Iterator[tuple[Match, Value]]:
    """A match with its value; of several days that do not follow one another (`3 and 17 May`) the whole date in it."""
    value = resolve(match, text, context)
    if value is not None:
        yield match, value
    elif match.get("days") is not None:
        for slot in (slot for slots in match.slots.values() for slot in slots if isinstance(slot.value, Match)):
            yield from _valued(replace(slot.value, label=match.label), text, context)


def _in_story(dates: list[tuple[Match, DateValue]], tokens: Tokens, today: date | None) -> dict[int, DateValue]:
    """The values of dates without a year that the story around them tells, by the identity of their match."""
    if not any(lacks_year(match) for match, _ in dates):
        return {}
    dates.sort(key=lambda pair: pair[0].start)
    told = list(story.placed(dates, tokens))
    return {id(one.match): value for one, value in zip(told, story.tell(told, today), strict=True)}


def _regional(grammar: Grammar, region: str | None) -> Settings | None:
    """The language's settings with what CLDR writes otherwise in the region, None where no region is known.

    Only what differs there: what the language's own files say of its numbers holds in all its regions.
    """
    local = cldr.settings_in(grammar.lang, region) if region else None
    if local is None:
        return grammar.settings if region else None
    usual = cldr.settings_of(grammar.lang)
    names = ("order", "decimal", "group", "space_groups")
    changed = {name: value for name in names if (value := getattr(local, name)) != getattr(usual, name)}
    changed["space_groups"] = grammar.settings.space_groups or local.space_groups
    settings = replace(grammar.settings, **changed)
    return grammar.settings if settings == grammar.settings else replace(settings, usual=grammar.settings)


_DATE_IN_DIGITS = re.compile(r"(?<![\d/.-])(\d{1,2})([/.-])(\d{1,2})\2\d{4}(?![\d/-])")


def _by_evidence(settings: Settings, text: str) -> Settings:
    """The settings with the order of day and month that the text's own dates show: `25/12/2023` settles `3/4/2024`.

    Those of the language where no date can have but one order, or where dates contradict one another.
    """
    if settings.order == "ymd":
        return settings
    shown = set()
    for first, _, second in _DATE_IN_DIGITS.findall(text):
        if int(first) > 12 >= int(second) > 0:
            shown.add("dmy")
        elif int(second) > 12 >= int(first) > 0:
            shown.add("mdy")
    order = shown.pop() if len(shown) == 1 else settings.order
    return settings if order == settings.order else replace(settings, order=order, usual=settings)


def _as_given(record: Record, composed: Composed) -> Record:
    """The record with its offsets and texts in those of the text as it was given."""
    bounds = [0, *composed.starts[1:], len(record.text)]
    return structs.replace(
        record,
        spans=tuple(_placed(span, composed, record.text) for span in record.spans),
        tokens=tuple(_placed(token, composed, record.text) for token in record.tokens),
        facts=tuple(structs.replace(fact, evidence=composed.span(*fact.evidence)) for fact in record.facts),
        meta=structs.replace(
            record.meta,
            lang_segments=tuple(
                structs.replace(part, start=bounds[part.start], end=bounds[part.end])
                for part in record.meta.lang_segments
            ),
        ),
    )


_Piece = TypeVar("_Piece", bound=AnySpan | Token)


def _placed(piece: _Piece, composed: Composed, text: str) -> _Piece:
    start, end = composed.span(piece.start, piece.end)
    return structs.replace(piece, start=start, end=end, text=text[start:end])


def _span(linked: Linked) -> AnySpan:
    match, value, label = linked.match, linked.value, str(linked.match.label)
    kind: Callable[..., AnySpan] = SPAN_TYPES.get(label, OtherSpan)
    if kind is OtherSpan and not isinstance(value, dict):
        value = value.to_dict()  # a label of the user's own, whatever shape its value has
    return kind(linked.id, match.start, match.end, linked.text, label, match.i, match.j - 1, match.rule, value)


def _tokens(tokens: Tokens) -> tuple[Token, ...]:
    """Tokens as Prodigy has them."""
    last = len(tokens) - 1
    return tuple(
        Token(word, start, start + len(word), i, i < last and not tokens.glued(i + 1))
        for i, (word, start) in enumerate(zip(tokens.words, tokens.starts, strict=True))
    )
