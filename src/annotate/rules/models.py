"""What a pattern file may hold, as typed models: from them come its check, the editor's schema, the reference.

Words stay `Text`, so that each keeps its place in the file. Nothing is looked up here that stands in another file:
whether a list, kind or rule exists is asked in `uses`, once all files are read. Loading this module takes a while;
it belongs to the path on which files are read, and to no other.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, ClassVar, Literal, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    InstanceOf,
    PlainValidator,
    Tag,
    WithJsonSchema,
    create_model,
    model_validator,
)
from pydantic_core import PydanticCustomError
from spacy.attrs import IDS

from annotate.rules.keys import keys_of
from annotate.rules.notation import unmark
from annotate.rules.yamltext import Fields, Items, Text

RESOLVERS = ("date", "money", "agreement", "partnership", "slots")
LANGUAGE = re.compile(r"[a-z]{2,3}")

#: What a token may not ask of spaCy: no model runs here, and entities are what is looked for.
NEED_MODEL = frozenset(
    {"POS", "TAG", "DEP", "LEMMA", "MORPH", "SENT_START", "IS_SENT_START", "_"}
    | {"ENT_TYPE", "ENT_IOB", "ENT_ID", "ENT_KB_ID"}
)
OF_WORDS = ("TEXT", "ORTH", "LOWER", "NORM", "SHAPE", "PREFIX", "SUFFIX")
FLAGS = tuple(
    sorted({"SPACY", *(n for n in IDS if re.fullmatch(r"(IS|LIKE)_[A-Z_]+", n) and "OOV" not in n)} - NEED_MODEL)
)
ATTRIBUTES = (*OF_WORDS, "LENGTH", *FLAGS)

_SCALAR = {"type": ["string", "number", "boolean", "null"]}


def wrong(message: str) -> PydanticCustomError:
    """A fault that says of itself all that there is to say."""
    return PydanticCustomError("told", "{told}", {"told": message})


# --- words, and lists of them

Word: TypeAlias = Annotated[Text, InstanceOf(), WithJsonSchema(_SCALAR)]


def _listed(value: Any) -> Any:
    """A single word counts as a list of one; empty words are none."""
    if isinstance(value, Text):
        return Items([value]) if value else value
    return [item for item in value if item != ""] if isinstance(value, Items) and "" in value else value


def _names(what: str) -> Any:
    """The editor's schema of a name that other files define: its choices are put in by `editor`."""
    return WithJsonSchema({"type": "string", "x-names": what})


_words = BeforeValidator(_listed)
Words: TypeAlias = Annotated[list[Word], _words]
ListNames: TypeAlias = Annotated[list[Annotated[Text, InstanceOf(), _names("list")]], _words]
ListUses: TypeAlias = Annotated[list[Annotated[Text, InstanceOf(), _names("list")]], _words, Field(min_length=1)]
KindUses: TypeAlias = Annotated[list[Annotated[Text, InstanceOf(), _names("kind")]], _words, Field(min_length=1)]
RuleUses: TypeAlias = Annotated[list[Annotated[Text, InstanceOf(), _names("rule")]], _words, Field(min_length=1)]
AnyUses: TypeAlias = Annotated[list[Annotated[Text, InstanceOf(), _names("any")]], _words, Field(min_length=1)]
LabelNames: TypeAlias = Annotated[list[Annotated[Text, InstanceOf(), _names("label")]], _words]
RuleIds: TypeAlias = Annotated[list[Annotated[Text, InstanceOf(), _names("rule id")]], _words]
LabelName: TypeAlias = Annotated[Text, InstanceOf(), _names("label")]


def _integer(value: Any) -> int:
    if isinstance(value, Text) and re.fullmatch(r"-?\d{1,6}", value):
        return int(value)
    raise PydanticCustomError("named", "must be a whole number")


def _word_of_list(word: Text) -> Text:
    if not word.strip("=*").strip():
        raise wrong(f"'{word}' is no word")
    return word


def _shape(value: Any) -> str:
    return "(mapping)" if isinstance(value, Fields) else "(other)"


Integer: TypeAlias = Annotated[
    int, PlainValidator(_integer), WithJsonSchema({"type": ["integer", "string"], "pattern": r"^-?\d{1,6}$"})
]
YesNo: TypeAlias = Literal["yes", "no"]
Truth: TypeAlias = Annotated[
    Literal["true", "false", "yes", "no"], WithJsonSchema({"enum": ["true", "false", "yes", "no", True, False]})
]
Form: TypeAlias = Annotated[Text, InstanceOf(), AfterValidator(_word_of_list), WithJsonSchema(_SCALAR)]
Forms: TypeAlias = Annotated[list[Form], _words]


class Model(BaseModel):
    """What all models share: no key but those that are named."""

    model_config = ConfigDict(extra="forbid")

    #: How messages speak of one, and what one looks like.
    what: ClassVar[str] = "this"
    such_as: ClassVar[str] = ""


# --- tokens


def _regular(word: Text) -> Text:
    try:
        re.compile(word)
    except re.error as error:
        raise wrong(f"bad regular expression '{word}': {error}") from None
    return word


class WordPredicates(Model):
    """What the text of a token may be asked besides being equal."""

    what = "a predicate of words"

    REGEX: Annotated[Text, InstanceOf(), AfterValidator(_regular), WithJsonSchema({"type": "string"})] | None = Field(
        None, description="A regular expression that is found in the word"
    )
    IN: list[Word] | None = Field(None, description="One of these words")
    NOT_IN: list[Word] | None = Field(None, description="None of these words")
    IS_SUBSET: list[Word] | None = Field(None, description="As IN, for a single word")
    IS_SUPERSET: list[Word] | None = Field(None, description="Equal to all of these words")
    INTERSECTS: list[Word] | None = Field(None, description="As IN, for a single word")
    FUZZY: Word | None = Field(None, description="This word, or one a few letters off")


_FUZZY: dict[str, Any] = {
    f"FUZZY{n}": (Word | None, Field(None, description=f"This word, or one at most {n} letters off"))
    for n in range(1, 10)
}
_WordPredicates: Any = create_model("WordPredicates", __base__=WordPredicates, **_FUZZY)

_COMPARED: dict[str, Any] = {
    name: (Integer | None, Field(None, alias=sign, description=f"The length is {said} this"))
    for name, sign, said in (
        ("equal", "==", "equal to"),
        ("unequal", "!=", "not"),
        ("at_least", ">=", "at least"),
        ("at_most", "<=", "at most"),
        ("more", ">", "more than"),
        ("less", "<", "less than"),
    )
}
_COMPARED |= {
    "IN": (list[Integer] | None, Field(None, description="One of these numbers")),
    "NOT_IN": (list[Integer] | None, Field(None, description="None of these numbers")),
}


class NumberPredicates(Model):
    """What the length of a token may be asked."""

    what = "a predicate of numbers"


_NumberPredicates: Any = create_model("NumberPredicates", __base__=NumberPredicates, **_COMPARED)
_WordAttribute: Any = Annotated[
    Annotated[Word, Tag("(other)")] | Annotated[_WordPredicates, Tag("(mapping)")], Discriminator(_shape)
]
_NumberAttribute: Any = Annotated[
    Annotated[Integer, Tag("(other)")] | Annotated[_NumberPredicates, Tag("(mapping)")], Discriminator(_shape)
]


def _quantifier(value: Text) -> Text:
    if not re.fullmatch(r"[?*+!1]|\{\d+\}|\{\d*,\d+\}|\{\d+,\}", value):
        raise wrong(f"unknown quantifier '{value}'; known: ?, *, +, !, {{n}}, {{n,m}}")
    low, _, high = value.strip("{}").partition(",")
    if high.isdigit() and int(high) - int(low or 0) > 4:
        raise wrong(f"'{value}' is slow: spaCy tries each number of tokens; write * or + instead")
    return value


Quantifier: TypeAlias = Annotated[
    Text,
    InstanceOf(),
    AfterValidator(_quantifier),
    WithJsonSchema({"type": ["string", "integer"], "examples": ["?", "*", "+", "!", "{2}", "{0,2}"]}),
]


class TokenBase(Model):
    """One token of a pattern: what it must be, how often, and what it gives."""

    what = "a token"
    such_as = "{list: month} or {LOWER: van}"

    list: ListUses | None = Field(
        None, description="Word lists, one of which the token stands in; month.5 asks for one value of a list"
    )
    kind: KindUses | None = Field(None, description="Built-in kinds of token, one of which it is")
    rule: RuleUses | None = Field(None, description="Smaller rules, by id or `gives`, one of which found it")
    also: AnyUses | None = Field(None, description="Lists, kinds or rules, one of which it is besides")
    unless: AnyUses | None = Field(None, description="Lists, kinds or rules, none of which it is")
    slot: Word | None = Field(None, description="The name under which its value reaches the resolver")
    outside: YesNo = Field("no", description="yes: it must be there, and is no part of the span")
    OP: Quantifier | None = Field(
        None, description="How often: ? (or not), * (any number), + (at least once), ! (not), {2}, {0,2}"
    )


_ABOUT = {
    "TEXT": "The word as it is written",
    "ORTH": "The word as it is written, as TEXT",
    "LOWER": "The word in lower case",
    "NORM": "The word in spaCy's normal form",
    "SHAPE": "The word's shape: Xxxx, dd",
    "PREFIX": "The word's first letter",
    "SUFFIX": "The word's last three letters",
    "LENGTH": "How many letters the word has",
    "SPACY": "Whether a space follows",
}
_ATTRIBUTE_FIELDS: dict[str, Any] = {
    **{name: (_WordAttribute | None, Field(None, description=_ABOUT[name])) for name in OF_WORDS},
    "LENGTH": (_NumberAttribute | None, Field(None, description=_ABOUT["LENGTH"])),
    **{
        name: (Truth | None, Field(None, description=_ABOUT.get(name, f"spaCy's flag `{name.lower()}`")))
        for name in FLAGS
    },
}
Token: Any = create_model("Token", __base__=TokenBase, __doc__=TokenBase.__doc__, **_ATTRIBUTE_FIELDS)


def _can_match(tokens: list[Any]) -> list[Any]:
    if all(token.OP is not None and optional(token.OP) for token in tokens):
        raise wrong("every token of this pattern is optional: it would match nothing")
    if all(token.outside == "yes" for token in tokens):
        raise wrong("every token of this pattern is outside: its span would be empty")
    return tokens


def optional(quantifier: str) -> bool:
    """Whether a quantifier allows no token at all."""
    return quantifier in ("?", "*", "!") or quantifier.startswith(("{0,", "{,"))


Pattern: TypeAlias = Annotated[list[Token], Field(min_length=1), AfterValidator(_can_match)]


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
    such_as = "{text: Sinds [gisteren](2024-12-05), date: 2024-12-06}"

    text: Markable = Field(description="The sentence")
    date: Day | None = Field(None, description="The date of the document")
    region: Region | None = Field(None, description="The region of the document")


class MarkedCase(Case):
    """An example, with what its document says of itself."""

    text: Marked = Field(description="The sentence, its spans marked as [words](value)")


def _language_key(key: Text) -> Text:
    if not LANGUAGE.fullmatch(key):
        raise wrong(f"'{key}' is no language; examples are a list, or lists by language: nl: [...]")
    return key


LanguageKey: TypeAlias = Annotated[
    Text, InstanceOf(), AfterValidator(_language_key), WithJsonSchema({"type": "string"})
]
_Example = Annotated[Annotated[Marked, Tag("(other)")] | Annotated[MarkedCase, Tag("(mapping)")], Discriminator(_shape)]
_Reject = Annotated[Annotated[Markable, Tag("(other)")] | Annotated[Case, Tag("(mapping)")], Discriminator(_shape)]
_Listed = Annotated[list[_Example], _words]
_RejectsListed = Annotated[list[_Reject], _words]
Examples: TypeAlias = Annotated[
    Annotated[_Listed, Tag("(other)")] | Annotated[dict[LanguageKey, _Listed], Tag("(mapping)")], Discriminator(_shape)
]
Rejects: TypeAlias = Annotated[
    Annotated[_RejectsListed, Tag("(other)")] | Annotated[dict[LanguageKey, _RejectsListed], Tag("(mapping)")],
    Discriminator(_shape),
]
RuleId: TypeAlias = Annotated[Text, InstanceOf(), _names("rule id")]
FileExamples: TypeAlias = Annotated[
    Annotated[_Listed, Tag("(other)")] | Annotated[dict[RuleId, Examples], Tag("(mapping)")], Discriminator(_shape)
]
FileRejects: TypeAlias = Annotated[
    Annotated[_RejectsListed, Tag("(other)")] | Annotated[dict[RuleId, Rejects], Tag("(mapping)")],
    Discriminator(_shape),
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
    buddhist: YesNo | None = Field(None, description="Whether years from 2400 on are counted from the Buddha's death")
    dotted: YesNo | None = Field(None, description="Whether day and month are written with full stops: 28.10.")


def _form_key(key: Text) -> Text:
    if key != "any" and not LANGUAGE.fullmatch(key):
        raise wrong(f"'{key}' is no language; forms are lists by language, or for any: {{nl: [...], any: [...]}}")
    return key


def _filled(value: Text) -> Text:
    if not value:
        raise PydanticCustomError("named", "must not be empty")
    return value


Filled: TypeAlias = Annotated[Text, InstanceOf(), AfterValidator(_filled), WithJsonSchema(_SCALAR)]


class Name(Model):
    """An agreement or partnership that is known by name, the same in all languages."""

    what = "a name"
    such_as = "{id: rcep, name: Regional Comprehensive Economic Partnership}"

    id: Filled = Field(description="Its key in all languages")
    name: Filled = Field(description="Its usual name in full")
    kind: Word | None = Field(None, description="Its kind, as the value has it")
    level: Words = Field([], description="Levels of a partnership")
    acronym: Words = Field([], description="Its acronyms; the first is the usual one")
    parties: Words = Field([], description="Who is party to it, as codes")
    forms: dict[Annotated[Text, InstanceOf(), AfterValidator(_form_key), WithJsonSchema({"type": "string"})], Words] = (
        Field({}, description="Its names by language; under `any` those of every language")
    )


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
    keys: Annotated[
        Annotated[Word, Tag("(other)")] | Annotated[list[Word], Tag("(list)")],
        Discriminator(lambda value: "(list)" if isinstance(value, Items) else "(other)"),
        AfterValidator(_keys),
    ] = Field(Text("any"), description="A kind of keys, a range such as 1..12, or the keys themselves; `?`: or none")


_Described = Annotated[
    Annotated[Word, Tag("(other)")] | Annotated[Description, Tag("(mapping)")], Discriminator(_shape)
]
_ListWords = Annotated[
    Annotated[Forms, Tag("(other)")] | Annotated[dict[Word, Forms], Tag("(mapping)")], Discriminator(_shape)
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
    lacks: ListNames = Field([], description="Described lists that have no words in this language, on purpose")
    names: dict[Word, list[Name]] = Field({}, description="Known agreements and partnerships, by list")
    rules: list[Rule] = Field([], description="The rules")
    examples: FileExamples = Field([], description="Examples of the whole file, or by the id of a rule")
    rejects: FileRejects = Field([], description="Rejects of the whole file, or by the id of a rule")
