"""A token of a pattern as a typed model: our own keys, and the attributes of spaCy's `Matcher` that need no model."""

from __future__ import annotations

import re
from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator, Discriminator, Field, InstanceOf, Tag, WithJsonSchema, create_model
from spacy.attrs import IDS

from annotate.rules.word_models import (
    AnyUses,
    Integer,
    KindUses,
    ListUses,
    Model,
    RuleUses,
    Truth,
    Word,
    YesNo,
    shape,
    wrong,
)
from annotate.rules.yamltext import Text

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
WORD_PREDICATES: Any = create_model("WordPredicates", __base__=WordPredicates, **_FUZZY)

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


NUMBER_PREDICATES: Any = create_model("NumberPredicates", __base__=NumberPredicates, **_COMPARED)
_WordAttribute: Any = Annotated[
    Annotated[Word, Tag("(other)")] | Annotated[WORD_PREDICATES, Tag("(mapping)")], Discriminator(shape)
]
_NumberAttribute: Any = Annotated[
    Annotated[Integer, Tag("(other)")] | Annotated[NUMBER_PREDICATES, Tag("(mapping)")], Discriminator(shape)
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
