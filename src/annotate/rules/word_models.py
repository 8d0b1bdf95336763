"""The words of pattern files as pydantic types: what all models are made of.

Words stay `Text`, so that each keeps its place in the file.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, ClassVar, Literal, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    InstanceOf,
    PlainValidator,
    WithJsonSchema,
)
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from annotate.rules.yamltext import Fields, Items, Text

LANGUAGE = re.compile(r"[a-z]{2,3}")

SCALAR = {"type": ["string", "number", "boolean", "null"]}


def wrong(message: str) -> PydanticCustomError:
    """A fault that says of itself all that there is to say."""
    return PydanticCustomError("told", "{told}", {"told": message})


Word: TypeAlias = Annotated[Text, InstanceOf(), WithJsonSchema(SCALAR)]


def _listed(value: Any) -> Any:
    """A single word counts as a list of one."""
    return Items([value]) if isinstance(value, Text) and value else value


def names_of(what: str) -> Any:
    """The editor's schema of a name that other files define: its choices are put in by `editor`."""
    return WithJsonSchema({"type": "string", "x-names": what})


class OneOrMany:
    """What is written as a list, or as a single word that counts as a list of one."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(_listed, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        many = handler(schema)
        return {"anyOf": [many["items"], many]}


WORDS = OneOrMany()
Words: TypeAlias = Annotated[list[Word], WORDS]
ListNames: TypeAlias = Annotated[list[Annotated[Text, InstanceOf(), names_of("list")]], WORDS]
ListUses: TypeAlias = Annotated[list[Annotated[Text, InstanceOf(), names_of("list")]], WORDS, Field(min_length=1)]
KindUses: TypeAlias = Annotated[list[Annotated[Text, InstanceOf(), names_of("kind")]], WORDS, Field(min_length=1)]
RuleUses: TypeAlias = Annotated[list[Annotated[Text, InstanceOf(), names_of("rule")]], WORDS, Field(min_length=1)]
AnyUses: TypeAlias = Annotated[list[Annotated[Text, InstanceOf(), names_of("any")]], WORDS, Field(min_length=1)]
LabelNames: TypeAlias = Annotated[list[Annotated[Text, InstanceOf(), names_of("label")]], WORDS]
RuleIds: TypeAlias = Annotated[list[Annotated[Text, InstanceOf(), names_of("rule id")]], WORDS]
LabelName: TypeAlias = Annotated[Text, InstanceOf(), names_of("label")]


def _integer(value: Any) -> int:
    if isinstance(value, Text) and re.fullmatch(r"-?\d{1,6}", value):
        return int(value)
    raise PydanticCustomError("named", "must be a whole number")


def _word_of_list(word: Text) -> Text:
    if not word.strip("=*").strip():
        raise wrong(f"'{word}' is no word")
    return word


def shape(value: Any) -> str:
    return "(mapping)" if isinstance(value, Fields) else "(other)"


Integer: TypeAlias = Annotated[
    int, PlainValidator(_integer), WithJsonSchema({"type": ["integer", "string"], "pattern": r"^-?\d{1,6}$"})
]
YesNo: TypeAlias = Literal["yes", "no"]
Truth: TypeAlias = Annotated[
    Literal["true", "false", "yes", "no"], WithJsonSchema({"enum": ["true", "false", "yes", "no", True, False]})
]
Form: TypeAlias = Annotated[Text, InstanceOf(), AfterValidator(_word_of_list), WithJsonSchema(SCALAR)]
Forms: TypeAlias = Annotated[list[Form], WORDS]


class Model(BaseModel):
    """What all models share: no key but those that are named."""

    model_config = ConfigDict(extra="forbid")

    #: How messages speak of one, and what one looks like.
    what: ClassVar[str] = "this"
    such_as: ClassVar[str] = ""
