"""The records that flow between the stages: what `read` yields, what the pipeline makes of it, what `write` takes.

A `Record` is one line of the output; its spans and their values stand in `spans`. `json_schema` and the docs are
made from these types, so a field is defined here and nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

import msgspec
import orjson
from msgspec import Meta as Constraint

from annotate.spans import (
    AgreementSpan,
    AnySpan,
    DateSpan,
    Day,
    MoneySpan,
    Offset,
    Part,
    PartnershipSpan,
    SpanId,
    Text,
    Word,
    about,
    span_of,
)

if TYPE_CHECKING:
    from annotate.spans import AnySpan as SpanByLabel
else:
    from annotate.spans import SpanByLabel  # the same to msgspec, which knows no union of types without a tag

SCHEMA: Literal["annotate/2"] = "annotate/2"
#: What earlier versions wrote: their links have other names.
OLDER = ("annotate/1",)


def older(content: object) -> str | None:
    """The name of the format of a record or manifest that an earlier version wrote, None for any other.

    >>> older({"schema": "annotate/1"}), older({"schema": "annotate/2"})
    ('annotate/1', None)
    """
    schema = content.get("schema") if isinstance(content, dict) else None
    return schema if schema in OLDER else None


DateSource = Literal["option", "record", "front_matter", "html", "filename"]
FactType = Literal["signed", "upgraded", "established", "ratified", "in_force", "negotiating", "valued_at"]

#: Where a document's date came from, strongest first.
DATE_SOURCES: tuple[DateSource, ...] = get_args(DateSource)

Language = Annotated[str, Constraint(title="language code", pattern="^[a-z]{2,3}$")]
Fingerprint = Annotated[str, Constraint(title="hash", pattern="^sha256:[0-9a-f]+$")]
Sha256 = Annotated[str, Constraint(title="hash", pattern="^[0-9a-f]{64}$")]
Score = Annotated[float, Constraint(ge=0, le=1)]


# Before the pipeline


class FieldError(ValueError):
    """What a document or an option says of its language, region or date means nothing that is known.

    `field` is its name (`lang`, `region`, `date`), `value` what was given, `problem` what is wrong and what to do.

    >>> raise FieldError("date", "5-3-2024", "is no day; write it as 2025-04-14")
    Traceback (most recent call last):
    annotate.records.FieldError: date '5-3-2024' is no day; write it as 2025-04-14
    """

    def __init__(self, field: str, value: object, problem: str, *, owner: str = "") -> None:
        super().__init__(f"{owner}{field} {shown(value)} {problem}")
        self.field = field
        self.value = value
        self.problem = problem


def shown(value: object) -> str:
    """A value of the input in a message: short, and with its control characters spelt out.

    >>> shown("nl\\x1b[2J"), shown("a" * 100)[-5:]
    ("'nl\\\\x1b[2J'", "aaa…'")
    """
    text = str(value)
    return repr(text if len(text) <= 60 else f"{text[:60]}…")


@dataclass(frozen=True, slots=True)
class Notice:
    """What reading a document could not make out, or had to guess: the document goes on, and the run says so.

    `kind` is the field (`lang`, `region`, `date`) or `encoding`; `found` is what stood there, fit for a message.
    """

    kind: str
    found: str


@dataclass(frozen=True, slots=True)
class Document:
    """One article as it was read: the text is never altered, offsets refer to it.

    `source` is what stands in the record's `meta.source` (relative, never absolute);
    `lang` and `region` are what the input said of itself, None where it said nothing;
    `date` is the document's own date (ISO 8601 day), `date_source` says who gave it;
    `meta` holds whatever else the input carried, plus what reading it found out (`encoding`, `title`);
    `notices` say what of all that could not be made out.

    `lang` may be a code of ISO 639 or a BCP 47 tag, or a language's name; `region` a code or an English name.
    Annotating raises FieldError where they are not, or where `date` is no day of the calendar.
    """

    id: str
    text: str
    source: str
    lang: str | None = None
    region: str | None = None
    date: str | None = None
    date_source: DateSource | None = None
    meta: Mapping[str, Any] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()
    #: `text` is a web page as it was read: the article has to be taken from it first.
    is_page: bool = False


class Segment(Part, frozen=True):
    """A stretch of the text in one language."""

    start: Annotated[Offset, about("Its first character, counted from 0.")]
    end: Annotated[Offset, about("The character after its last.")]
    lang: Annotated[Language, about("Language of the stretch.")]


class Meta(Part, frozen=True, kw_only=True):
    """Where the text comes from, and whatever else the input carried.

    In JSON the keys of `extra` stand beside the others. `title` and `lang_segments` are left out where there is none.
    """

    source: Annotated[Text, about("Where the document came from: a relative path, with the line of a row in a file.")]
    title: Annotated[str | None, about("Title of the document, where the input has one.")] = None
    date: Annotated[Day | None, about("Date of the document, against which relative dates are resolved.")]
    date_source: Annotated[DateSource | None, about("Who gave that date, null where nobody did.")]
    sha256: Annotated[Sha256, about("SHA-256 of the document, by which a change of it shows.")]
    lang_score: Annotated[Score | None, about("How sure the detector is of the language, 0 to 1.")]
    lang_source: Annotated[Word | None, about("Who decided the language: the detector, the record, an option, …")]
    lang_segments: Annotated[
        tuple[Segment, ...],
        about("Where a document is mixed, its stretches by language; each is annotated by its own rules."),
    ] = ()
    extra: Annotated[dict[str, Any], about("Whatever else the input carried, by its own keys.")] = msgspec.field(
        default_factory=dict
    )

    def to_dict(self) -> dict[str, Any]:
        """All keys as JSON has them, in the order of the output.

        >>> meta = Meta(source="a.txt", date=None, date_source=None, sha256="9f" * 32, lang_score=1.0,
        ...             lang_source="record", extra={"author": "Ada"})
        >>> [*meta.to_dict()]
        ['source', 'date', 'date_source', 'sha256', 'lang_score', 'lang_source', 'author']
        """
        own: dict[str, Any] = {}
        for name in _META_KEYS:
            value = getattr(self, name)
            if name in _OPTIONAL and not value and value != "":
                if name not in self.extra:
                    continue
                value = self.extra[name]  # null in the input, and not left out
            own[name] = value
        if self.lang_segments:
            own["lang_segments"] = [segment.to_dict() for segment in self.lang_segments]
        return own | {key: value for key, value in self.extra.items() if key not in own}


_META_KEYS = tuple(name for name in Meta.__struct_fields__ if name != "extra")
_OPTIONAL = ("title", "lang_segments")


class Token(Part, frozen=True):
    """One token of the text."""

    text: Annotated[Text, about("The token as it stands in the text.")]
    start: Annotated[Offset, about("Its first character, counted from 0.")]
    end: Annotated[Offset, about("The character after its last.")]
    id: Annotated[Offset, about("Number of the token, from 0.")]
    ws: Annotated[bool, about("Whether white space follows.")]


class Fact(Part, frozen=True):
    """Something that came about, in spans of one sentence or of neighbours."""

    type: Annotated[FactType, about("What came about.")]
    subject: Annotated[SpanId, about("The AGREEMENT or PARTNERSHIP span that it is about.")]
    parties: Annotated[tuple[Text, ...], about("Codes of the parties: VN, KR, EU.")]
    date: Annotated[SpanId | None, about("The DATE span of when.")]
    amount: Annotated[SpanId | None, about("The MONEY span of how much.")]
    evidence: Annotated[tuple[Offset, Offset], about("Start and end of the passage that says so.")]


class Run(Part, frozen=True):
    """What made this record; with the same of these, the same text gives the same bytes."""

    tool: Annotated[Text, about("Name and version of this tool.")]
    spacy: Annotated[Text, about("Version of spaCy.")]
    pipeline: Annotated[Text, about("The stages that the text went through.")]
    patterns: Annotated[Fingerprint, about("Hash of the rules.")]
    config: Annotated[Fingerprint, about("Hash of the options that bear on the result.")]


class RecordError(ValueError):
    """What was read is no record; the message says where it departs from one, and what to do."""


class Record(Part, frozen=True, omit_defaults=True):
    """One annotated document: one line of annotations.jsonl."""

    schema: Annotated[Literal["annotate/2"], about("Name and version of this format.")]
    id: Annotated[Text, about("What names the document; unique in one output.")]
    text: Annotated[str, about("The text exactly as it was given; all offsets refer to it.")]
    lang: Annotated[Language, about("Language of the text, BCP 47 primary code; `und` where undecided.")]
    meta: Annotated[Meta, about("Where the text comes from, and whatever else the input carried.")]
    spans: Annotated[tuple[SpanByLabel, ...], about("What was found, sorted by start, longest first, then label.")]
    facts: Annotated[tuple[Fact, ...], about("Who agreed what, when, for how much: spans joined.")]
    run: Annotated[Run, about("What made this record.")]
    tokens: Annotated[tuple[Token, ...], about("The tokens as Prodigy has them; only with `--tokens`.")] = ()

    @property
    def dates(self) -> tuple[DateSpan, ...]:
        """The spans with the label DATE, typed as such."""
        return tuple(span for span in self.spans if isinstance(span, DateSpan))

    @property
    def money(self) -> tuple[MoneySpan, ...]:
        """The spans with the label MONEY, typed as such."""
        return tuple(span for span in self.spans if isinstance(span, MoneySpan))

    @property
    def agreements(self) -> tuple[AgreementSpan, ...]:
        """The spans with the label AGREEMENT, typed as such."""
        return tuple(span for span in self.spans if isinstance(span, AgreementSpan))

    @property
    def partnerships(self) -> tuple[PartnershipSpan, ...]:
        """The spans with the label PARTNERSHIP, typed as such."""
        return tuple(span for span in self.spans if isinstance(span, PartnershipSpan))

    def span(self, id: str) -> AnySpan:  # noqa: A002 - what a link holds: `record.span(value.date_span)`
        """The span that a link leads to; raises KeyError where the record has none of that id."""
        for span in self.spans:
            if span.id == id:
                return span
        raise KeyError(id)

    def to_json(self) -> bytes:
        """The record as one line of the output has it, without the line's end.

        Raises TypeError for what JSON cannot hold (a lone surrogate in the text; a set or a date in `meta.extra`).
        """
        meta = orjson.dumps(self.meta.to_dict(), default=_plain)
        try:
            return _ENCODER.encode(msgspec.structs.replace(self, meta=msgspec.Raw(meta)))
        except UnicodeEncodeError as error:
            raise TypeError(f"str is not valid UTF-8: {error.reason}") from error

    def to_dict(self) -> dict[str, Any]:
        """The record as a plain dict, keys in the order of the output: for spaCy, Prodigy, `datasets` and others."""
        content: dict[str, Any] = orjson.loads(self.to_json())
        return content

    @classmethod
    def from_json(cls, line: bytes | str) -> Record:
        """The record that a line of the output holds; raises RecordError where it is none.

        >>> Record.from_json('{"schema": "annotate/1"}')
        Traceback (most recent call last):
        annotate.records.RecordError: is an annotate/1 record; this version reads annotate/2, so annotate it again
        """
        try:
            content = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            raise RecordError(f"is not JSON: {error}") from error
        return cls.from_dict(content)

    @classmethod
    def from_dict(cls, content: Any) -> Record:
        """The record that a plain dict is; raises RecordError where it is none."""
        if schema := older(content):
            raise RecordError(f"is an {schema} record; this version reads {SCHEMA}, so annotate it again")
        try:
            return msgspec.convert(_with_extra(content), cls, dec_hook=_read_span)
        except msgspec.ValidationError as error:
            raise RecordError(_in_one_place(str(error))) from error


_ENCODER = msgspec.json.Encoder()


def _plain(value: object) -> dict[str, Any]:
    """A read-only mapping as a dict, because orjson takes no other; anything else is refused."""
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"a {type(value).__name__} has no place in a JSON record: {value!r}")


def _with_extra(content: Any) -> Any:
    """A record as it is read, with the input's own keys of `meta` in `extra`, where the type has them."""
    meta = content.get("meta") if isinstance(content, dict) else None
    if not isinstance(meta, dict):
        return content
    empty = {key for key in _OPTIONAL if meta.get(key, ...) is None}
    own = {key: value for key, value in meta.items() if key in _META_KEYS and key not in empty}
    return {**content, "meta": {**own, "extra": {key: value for key, value in meta.items() if key not in own}}}


def _read_span(kind: type, content: Any) -> AnySpan:
    """A span as its label has it; msgspec adds the place to a ValueError, and only to that."""
    try:
        return span_of(content)
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from None


def _in_one_place(message: str) -> str:
    """A fault within a span with its whole path: `$.spans[1].value.mod` for ``$.value.mod` - at `$.spans[1]``."""
    return re.sub(r"`\$([^`]*)` - at `([^`]*)`$", r"`\2\1`", message)


# Beside the records


class Failure(Part, frozen=True):
    """One document that could not be done: one line of errors.jsonl."""

    id: Annotated[str | None, about("What names the document; null where not even that could be read.")]
    source: Annotated[str, about("Where it came from, with the line of a row in a file: `news.jsonl:12`.")]
    stage: Annotated[str, about("The stage in which it failed: read, detect, match, …")]
    error: Annotated[str, about("A short, stable code: `empty`, `not-utf8`, `bad-json`, or the name of an exception.")]
    message: Annotated[str, about("What is wrong, and what to do.")]


@dataclass(frozen=True, slots=True)
class Done:
    """One document that was annotated: its record as a line of JSON, and what is counted of it.

    `langs` are the languages whose rules ran, `labels` its spans by label, `words` its tokens.
    """

    id: str
    lang: str
    langs: tuple[str, ...]
    characters: int
    words: int
    labels: Mapping[str, int]
    line: bytes
