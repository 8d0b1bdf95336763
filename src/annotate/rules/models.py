"""What a pattern file may hold, as typed models: from them come its check, the editor's schema, the reference.

Nothing is looked up here that stands in another file: whether a list, kind or rule exists is asked in `uses`, once all
files are read. Loading the models takes a while; they belong to the path on which files are read, and to no other.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import AfterValidator, Discriminator, Field, InstanceOf, Tag, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from annotate.rules.keys import KINDS, keys_of
from annotate.rules.notation import unmark
from annotate.rules.token_model import Pattern
from annotate.rules.word_models import (
    LANGUAGE,
    SCALAR,
    WORDS,
    Forms,
    Integer,
    LabelName,
    LabelNames,
    ListNames,
    Model,
    RuleIds,
    Word,
    Words,
    YesNo,
    names_of,
    shape,
    wrong,
)
from annotate.rules.yamltext import Items, Text

# --- examples


def _mark(text: Text) -> Text:
    if "](" in unmark(text)[0]:
        raise wrong("a mark is [words](value), with no brackets or parentheses inside")
    return text


def _marked(text: Text) -> Text:
    if not unmark(_mark(text))[1]:
        raise wrong("an example marks its span and value: Op [18 januari 1950](1950-01-18) …")
    return text


def _day(value: Text) -> Text:
    try:
        if date.fromisoformat(value).isoformat() == value:
            return value
    except ValueError:
        pass
    raise wrong(f"'{value}' is no day; write it as 2024-12-06")


def _region(value: Text) -> Text:
    if not re.fullmatch(r"[A-Z]{2}", value):
        raise wrong(f"'{value}' is no region; write its code, such as NL")
    return value


Day: TypeAlias = Annotated[
    Text, InstanceOf(), AfterValidator(_day), WithJsonSchema({"type": "string", "pattern": r"^\d{4}-\d\d-\d\d$"})
]
Region: TypeAlias = Annotated[
    Text, InstanceOf(), AfterValidator(_region), WithJsonSchema({"type": "string", "pattern": "^[A-Z]{2}$"})
]
Marked: TypeAlias = Annotated[Text, InstanceOf(), AfterValidator(_marked), WithJsonSchema({"type": "string"})]
Markable: TypeAlias = Annotated[Text, InstanceOf(), AfterValidator(_mark), WithJsonSchema({"type": "string"})]


class Case(Model):
    """A reject, with what its document says of itself."""

    what = "an example"
    such_as = "{text: 'Sinds [gisteren](2024-12-05)', date: 2024-12-06}"

    text: Markable = Field(description="The sentence")
    date: Day | None = Field(None, description="The date of the document")
    region: Region | None = Field(None, description="The region of the document")


class MarkedCase(Case):
    """An example, with what its document says of itself."""

    text: Marked = Field(description="The sentence, its spans marked as `[words](value)`")


def _language_key(key: Text) -> Text:
    if not LANGUAGE.fullmatch(key):
        raise wrong(f"'{key}' is no language; examples are a list, or lists by language: nl: [...]")
    return key


LanguageKey: TypeAlias = Annotated[
    Text, InstanceOf(), AfterValidator(_language_key), WithJsonSchema({"type": "string"})
]
_Example = Annotated[Annotated[Marked, Tag("(other)")] | Annotated[MarkedCase, Tag("(mapping)")], Discriminator(shape)]
_Reject = Annotated[Annotated[Markable, Tag("(other)")] | Annotated[Case, Tag("(mapping)")], Discriminator(shape)]
_Listed = Annotated[list[_Example], WORDS]
_RejectsListed = Annotated[list[_Reject], WORDS]
Examples: TypeAlias = Annotated[
    Annotated[_Listed, Tag("(other)")] | Annotated[dict[LanguageKey, _Listed], Tag("(mapping)")], Discriminator(shape)
]
Rejects: TypeAlias = Annotated[
    Annotated[_RejectsListed, Tag("(other)")] | Annotated[dict[LanguageKey, _RejectsListed], Tag("(mapping)")],
    Discriminator(shape),
]
RuleId: TypeAlias = Annotated[Text, InstanceOf(), names_of("rule id")]
FileExamples: TypeAlias = Annotated[
    Annotated[_Listed, Tag("(other)")] | Annotated[dict[RuleId, Examples], Tag("(mapping)")], Discriminator(shape)
]
FileRejects: TypeAlias = Annotated[
    Annotated[_RejectsListed, Tag("(other)")] | Annotated[dict[RuleId, Rejects], Tag("(mapping)")],
    Discriminator(shape),
]


# --- rules, names, lists


def _id(value: Text) -> Text:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", value):
        raise wrong(f"'{value}': an id is lower-case words joined by hyphens")
    return value


class Rule(Model):
    """A rule: token patterns that give a span of a label, with what proves it."""

    what = "a rule"
    such_as = "{id: year, pattern: [{kind: year, slot: year}]}"

    id: Annotated[
        Text, InstanceOf(), AfterValidator(_id), WithJsonSchema({"type": "string", "pattern": "^[a-z0-9][a-z0-9-]*$"})
    ] = Field(description="Its name, in lower case with hyphens; records have it with the file's: nl/dates/year")
    why: Word | None = Field(None, description="Why it stands there, for whoever reads it")
    label: LabelName | None = Field(None, description="Its label, where it is not the file's; none: it serves others")
    pattern: Pattern | None = Field(None, description="Its tokens, in order")
    patterns: Annotated[list[Pattern], Field(min_length=1)] | None = Field(
        None, description="Several patterns, any of which will do; instead of `pattern`"
    )
    priority: Integer = Field(0, description="Of overlapping matches the higher priority stays; 0 without")
    set: dict[Word, Word] = Field({}, description="Slots with a fixed value: {relation: ago}")
    gives: Words = Field([], description="Names under which other rules may ask for it, besides its id")
    examples: Examples = Field([], description="Sentences with the spans and values that must be found")
    rejects: Rejects = Field([], description="Sentences in which nothing of its label may be found")

    @model_validator(mode="after")
    def _one_way(self) -> Rule:
        if (self.pattern is None) == (self.patterns is None):
            raise wrong("a rule needs 'id' and either 'pattern' or 'patterns'")
        return self

    @property
    def alternatives(self) -> list[Any]:
        """Its patterns, whichever way they are written."""
        return [self.pattern] if self.pattern is not None else self.patterns or []


class LabelSpec(Model):
    """A label: what its value is made of, and what it gives way to."""

    what = "a label"
    such_as = "{value: slots}"

    value: Literal["date", "money", "agreement", "partnership", "slots"] = Field(
        "slots", description="What makes its value; slots: the slots as they are"
    )
    emit: YesNo = Field("yes", description="no: it only keeps others from the text, and is never written")
    over: LabelNames = Field([], description="Labels that lose where both want the same text")


def _decimal(value: Text) -> Text:
    if len(value) != 1:
        raise wrong(f"'{value}' is no sign; write one, such as ',' or '.'")
    return value


def _spelling(value: Text) -> Text:
    if any(len(pair) != 2 for pair in value.split()):
        raise wrong(f"'{value}' are no pairs of letters; write them two by two: أا إا")
    return value


class SettingsSpec(Model):
    """How the language writes numbers and dates, where CLDR has it otherwise."""

    what = "settings"
    such_as = "{decimal: ',', order: dmy}"

    decimal: Annotated[Text, InstanceOf(), AfterValidator(_decimal), WithJsonSchema({"type": "string"})] | None = Field(
        None, description="The sign before decimals"
    )
    group: Annotated[Text, InstanceOf(), AfterValidator(_decimal), WithJsonSchema({"type": "string"})] | None = Field(
        None, description="The sign between groups of thousands"
    )
    order: Literal["dmy", "mdy", "ymd"] | None = Field(None, description="What 6/12/2024 means")
    region: Region | None = Field(None, description="The country whose currency a bare $ is")
    space_groups: YesNo | None = Field(None, description="Whether thousands may be set apart by spaces")
    capital_nouns: YesNo | None = Field(
        None, description="Whether nouns begin with a capital, so that it is no sign of a name"
    )
    buddhist: YesNo | None = Field(None, description="Whether years from 2400 on are counted from the Buddha's death")
    dotted: YesNo | None = Field(None, description="Whether day and month are written with full stops: 28.10.")
    spelling: Annotated[Text, InstanceOf(), AfterValidator(_spelling), WithJsonSchema({"type": "string"})] | None = (
        Field(None, description="Pairs of letters, of which the second is often written for the first: أا إا")
    )


def _form_key(key: Text) -> Text:
    if key != "any" and not LANGUAGE.fullmatch(key):
        raise wrong(f"'{key}' is no language; forms are lists by language, or for any: {{nl: [...], any: [...]}}")
    return key


def _filled(value: Text) -> Text:
    if not value:
        raise PydanticCustomError("named", "must not be empty")
    return value


Filled: TypeAlias = Annotated[Text, InstanceOf(), AfterValidator(_filled), WithJsonSchema(SCALAR)]


def _known_form(form: Text) -> Text:
    if re.search(r"~[^\W\d_]*~", form):
        raise wrong(f"'{form}': a word has one ending, such as соглашени~е")
    if form.count("(") != form.count(")"):
        raise wrong(f"'{form}': a parenthesis stands alone")
    return form


def _when(value: Text) -> Text:
    if re.fullmatch(r"[12]\d{3}(-\d\d){0,2}", value):
        try:
            date.fromisoformat(f"{value}{'-01' * (2 - value.count('-'))}")
        except ValueError:
            pass
        else:
            return value
    raise wrong(f"'{value}' is no year, month or day; write it as 2020, 2020-11 or 2020-11-15")


FormKey: TypeAlias = Annotated[Text, InstanceOf(), AfterValidator(_form_key), WithJsonSchema({"type": "string"})]
KnownForm: TypeAlias = Annotated[Text, InstanceOf(), AfterValidator(_known_form), WithJsonSchema(SCALAR)]
KnownForms: TypeAlias = Annotated[list[KnownForm], WORDS]
When: TypeAlias = Annotated[
    Text,
    InstanceOf(),
    AfterValidator(_when),
    WithJsonSchema({"type": ["string", "integer"], "pattern": r"^[12]\d{3}(-\d\d){0,2}$"}),
]


Acronyms = Annotated[
    Annotated[Words, Tag("(other)")] | Annotated[dict[FormKey, Words], Tag("(mapping)")], Discriminator(shape)
]


class Name(Model):
    """An agreement or partnership that is known by name, the same in all languages."""

    what = "a name"
    such_as = "{id: rcep, name: Regional Comprehensive Economic Partnership}"

    id: Annotated[Filled, AfterValidator(_id)] = Field(description="Its key in all languages")
    name: Annotated[Filled, AfterValidator(_known_form)] = Field(description="Its usual name in full")
    kind: Word | None = Field(None, description="Its kind, as the value has it")
    level: Words = Field([], description="Levels of a partnership")
    acronym: Acronyms = Field(
        [], description="Its acronyms, as a list or by language as forms are; the first is the usual one"
    )
    weak_acronym: Acronyms = Field(
        [],
        description="Acronyms that are also words, or other names, likewise: they count beside a head, or where the "
        "text has the name in full",
    )
    parties: Words = Field([], description="Who is party to it, as codes, where that is a closed and known set")
    signed: When | None = Field(None, description="When it was signed or adopted: a year, month or day")
    in_force: When | None = Field(None, description="Since when it is in force or applied: a year, month or day")
    predecessor: Word | None = Field(None, description="The id of what it took the place of")
    successor: Word | None = Field(None, description="The id of what took its place")
    forms: dict[FormKey, KnownForms] = Field(
        {}, description="Its names by language, the usual one first; under `any` those of every language"
    )

    @model_validator(mode="after")
    def _in_order(self) -> Name:
        if self.signed and self.in_force and self.in_force < self.signed[: len(self.in_force)]:
            raise wrong(f"'{self.id}' would be in force ({self.in_force}) before it was signed ({self.signed})")
        return self

    def acronyms(self, *langs: str) -> list[Text]:
        """Its acronyms in some languages."""
        return _in(self.acronym, langs)

    def weak_acronyms(self, *langs: str) -> list[Text]:
        """Those of its acronyms in some languages that are also something else."""
        return _in(self.weak_acronym, langs)


def _in(acronyms: list[Text] | dict[Text, list[Text]], langs: Sequence[str]) -> list[Text]:
    """Acronyms in some languages; written as a list, they are those of any."""
    if not isinstance(acronyms, dict):
        return list(acronyms) if "any" in langs else []
    return [acronym for lang in langs for acronym in acronyms.get(Text(lang), ())]


_KEYS: dict[str, Any] = {"anyOf": [{"enum": [*KINDS, *(f"{kind}?" for kind in KINDS)]}, {"type": "string"}]}


def _keys(written: Any) -> Any:
    try:
        keys_of(str(written) if isinstance(written, Text) else tuple(map(str, written)))
    except ValueError as error:
        raise wrong(str(error)) from None
    return written


class Description(Model):
    """What a word list is for, and what its keys may be."""

    what = "a description"
    such_as = "{text: month names, keys: 1..12}"

    text: Word = Field(description="What the list is for")
    keys: (
        Annotated[
            Annotated[Annotated[Text, InstanceOf(), WithJsonSchema(_KEYS)], Tag("(other)")]
            | Annotated[list[Word], Tag("(list)")],
            Discriminator(lambda value: "(list)" if isinstance(value, Items) else "(other)"),
            AfterValidator(_keys),
        ]
        | None
    ) = Field(None, description="A kind of keys, a range such as 1..12, or the keys themselves; `?`: or none")
    running: Literal["yes"] | None = Field(
        None, description="Its phrases are looked for in running text, for links between spans; rules cannot use it"
    )


_Described = Annotated[Annotated[Word, Tag("(other)")] | Annotated[Description, Tag("(mapping)")], Discriminator(shape)]
_ListWords = Annotated[
    Annotated[Forms, Tag("(other)")] | Annotated[dict[Word, Forms], Tag("(mapping)")], Discriminator(shape)
]


class PatternFile(LabelSpec):
    """A pattern file."""

    what = "a pattern file"

    label: LabelName | None = Field(None, description="The label of its rules; a new one is made by naming it")
    value: Literal["date", "money", "agreement", "partnership", "slots"] | None = Field(  # type: ignore[assignment]
        None, description="What makes the value of a new label; slots: the slots as they are"
    )
    grammar: Word | None = Field(
        None, description="The set of rules that are run together; the file's name without its ending"
    )
    labels: dict[Word, LabelSpec] = Field({}, description="Several labels at once, by name")
    settings: SettingsSpec | None = Field(None, description="How the language writes numbers and dates")
    lists: dict[Word, _ListWords] = Field({}, description="Words by list, as a list or as lists by key")
    describe: dict[Word, _Described] = Field({}, description="What word lists are for, and what their keys may be")
    weak: ListNames = Field([], description="Lists too common to look closer for, where a rule asks for more")
    without: dict[Word, Words] = Field({}, description="Words that are taken out of lists, CLDR's too")
    without_rules: RuleIds = Field([], description="Rules of other files that are taken out, with their examples")
    without_examples: Words = Field(
        [], description="Examples of other files that no longer hold: their text, their rule's id, or their file"
    )
    frames: dict[Word, _ListWords] = Field(
        {}, description="Verbs that tell what became of an agreement, and names of parties, by list; no rule names them"
    )
    lacks: ListNames = Field([], description="Described lists that have no words in this language, on purpose")
    names: dict[Word, list[Name]] = Field({}, description="Known agreements and partnerships, by list")
    rules: list[Rule] = Field([], description="The rules")
    examples: FileExamples = Field([], description="Examples of the whole file, or by the id of a rule")
    rejects: FileRejects = Field([], description="Rejects of the whole file, or by the id of a rule")
