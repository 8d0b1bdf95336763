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
from typing import Any

from spacy.about import __version__ as spacy_version

from annotate.linking.link import link, only
from annotate.linking.linked import Linked
from annotate.matching import choose
from annotate.matching.match import Engine
from annotate.records import SCHEMA, Document, FieldError, shown
from annotate.rules import cldr, compiled, patterns, tags
from annotate.rules.grammar import Grammar, Settings
from annotate.rules.matches import Found, Match
from annotate.rules.patterns import Fault
from annotate.text.compose import Composed, compose
from annotate.text.detect import UNDECIDED, Detector, LangDetect, Segment, mostly, segments
from annotate.text.tokenise import tokenise
from annotate.text.tokens import Tokens
from annotate.values import story
from annotate.values.resolve import Context, Value, resolve
from annotate.values.timex import lacks_year
from annotate.version import __version__, software

Record = dict[str, Any]

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
        >>> [(span["text"], span["label"]) for span in record["spans"]]
        [('18 januari 1950', 'DATE'), ('2,5 miljard euro', 'MONEY')]
        """
        return self.trace(document).record

    def trace(self, document: Document) -> Trace:
        """The one path from a document to its record, with what was found and lost on the way."""
        document = _stated(document)
        composed = compose(document.text)
        read = document if composed is None else replace(document, text=composed.text)
        lang, meta = self._detect(read)
        parts = self._segments(read, lang)
        tokens = tokenise(read.text)
        outcomes = [outcome for part in parts if (outcome := self._outcome(read, tokens, part))]
        spans = [span for outcome in outcomes for span in outcome.spans]
        facts = link(spans, tokens)
        if self.options.labels:
            spans, facts = only(spans, facts, self.options.labels)
        if len(parts) > 1:
            meta["lang_segments"] = [{"start": p.start, "end": p.end, "lang": p.lang} for p in parts]
        record = self._record(document, lang, meta, tokens, spans, facts)
        if composed is not None:
            _as_given(record, composed)
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
        values |= _in_story([(m, values[id(m)]) for m in kept if _is_date(grammar, m)], tokens, context.date)
        spans = [Linked(m, values[id(m)], grammar) for m in kept]
        return Outcome(grammar, settings, part, found, valued, lost, spans)

    # -- its parts

    def _detect(self, document: Document) -> tuple[str, dict[str, Any]]:
        given = self.options.lang or document.lang
        if given:
            source = "option" if self.options.lang else "record"
            return tags.primary(given), {"lang_score": 1.0, "lang_source": source}
        guess = self.detector.detect(document.text)
        if guess.lang == UNDECIDED and "\n" in document.text:
            guess = mostly(document.text, self.detector)
        return tags.primary(guess.lang), {"lang_score": guess.score, "lang_source": self.detector.name}

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
        lang: str,
        meta: dict[str, Any],
        tokens: Tokens,
        spans: Sequence[Linked],
        facts: list[Any],
    ) -> Record:
        record: Record = {
            "schema": SCHEMA,
            "id": document.id,
            "text": document.text,
            "lang": lang,
            "meta": self._meta(document, meta),
            "spans": [_span(s) for s in spans],
            "facts": facts,
            "run": self._run(lang),
        }
        if self.options.tokens:
            record["tokens"] = _tokens(tokens)
        return record

    def _meta(self, document: Document, found: dict[str, Any]) -> dict[str, Any]:
        meta: dict[str, Any] = {"source": document.source}
        if "title" in document.meta:
            meta["title"] = document.meta["title"]
        meta |= {"date": document.date, "date_source": document.date_source}
        meta["sha256"] = hashlib.sha256(document.text.encode("utf-8", "surrogatepass")).hexdigest()
        return meta | found | {k: v for k, v in document.meta.items() if k not in meta and k not in found}

    def _run(self, lang: str) -> dict[str, str]:
        engine = self.engine(lang)
        options = self.options
        config = hashlib.sha256(
            repr((options.region, options.languages, options.detector, *sorted(options.labels))).encode()
        )
        return {
            "tool": f"annotate {__version__}",
            "spacy": spacy_version,
            "pipeline": "detect tokenise match choose resolve link",
            "patterns": engine.grammar.fingerprint if engine else _NO_RULES,
            "config": f"sha256:{config.hexdigest()}",
        }


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


def _is_date(grammar: Grammar, match: Match) -> bool:
    return grammar.labels[str(match.label)].value == "date"


def _in_story(dates: list[tuple[Match, Value]], tokens: Tokens, today: date | None) -> dict[int, Value]:
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


def _as_given(record: Record, composed: Composed) -> None:
    """Put the offsets and texts of a record into those of the text as it was given."""
    text = record["text"]
    for piece in (*record["spans"], *record.get("tokens", ())):
        piece["start"], piece["end"] = composed.span(piece["start"], piece["end"])
        piece["text"] = text[piece["start"] : piece["end"]]
    bounds = [0, *composed.starts[1:], len(text)]
    for part in record["meta"].get("lang_segments", ()):
        part["start"], part["end"] = bounds[part["start"]], bounds[part["end"]]
    for fact in record["facts"]:
        fact["evidence"] = list(composed.span(*fact["evidence"]))


def _span(linked: Linked) -> dict[str, Any]:
    match = linked.match
    return {
        "id": linked.id,
        "start": match.start,
        "end": match.end,
        "text": linked.text,
        "label": match.label,
        "token_start": match.i,
        "token_end": match.j - 1,
        "rule": match.rule,
        "value": linked.value,
    }


def _tokens(tokens: Tokens) -> list[dict[str, Any]]:
    """Tokens as Prodigy has them."""
    return [
        {"text": word, "start": start, "end": start + len(word), "id": i, "ws": not tokens.glued(i + 1)}
        if i + 1 < len(tokens)
        else {"text": word, "start": start, "end": start + len(word), "id": i, "ws": False}
        for i, (word, start) in enumerate(zip(tokens.words, tokens.starts, strict=True))
    ]
