"""What a reviewer may write into a value: the fields of each label, and a check of what comes back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from annotate.review.dates import complete_date
from annotate.schema import json_schema

Schema = Mapping[str, Any]

_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
    "array": list,
    "object": dict,
}


@cache
def parts() -> dict[str, Any]:
    """The parts of the record's schema, by their names: those of labels describe their values."""
    return dict(json_schema()["$defs"])


def value_fields(label: str) -> Schema | None:
    """The schema of a label's value; None for a label of one's own, whose value may be anything."""
    return parts().get(label) if label.isupper() else None


def empty_value(label: str) -> dict[str, Any]:
    """A value that says nothing, with all the keys of its label.

    >>> empty_value("MONEY")["currency_candidates"]
    []
    """
    schema = value_fields(label)
    return {} if schema is None else {key: _nothing(part) for key, part in schema["properties"].items()}


def _nothing(part: Schema) -> Any:
    return [] if part.get("type") == "array" else None


def completed(label: str, value: Mapping[str, Any]) -> dict[str, Any]:
    """A value as a reviewer has left it, with all the keys of its label, and a date with what it resolves to.

    >>> completed("DATE", {"timex": "2008-05"})["end"]
    '2008-05-31'
    """
    whole = {**empty_value(label), **value}
    timex = whole.get("timex")
    if label == "DATE" and isinstance(timex, str):
        told = complete_date(timex, whole.get("mod"))
        if told is not None:
            anchored = {key: whole[key] for key in ("edtf", "start", "end", "grain", "anchor") if whole.get(key)}
            if told["start"] is None and whole.get("anchor"):  # the days of `P3Y` are told from the document's date
                return {**told, **anchored}
            return {**told, "anchor": whole.get("anchor")}
    return whole


def faults(label: str, value: Mapping[str, Any]) -> list[str]:
    """What is wrong with a value, [] where nothing is.

    >>> faults("MONEY", {**empty_value("MONEY"), "amount": "1.000,5"})
    ['amount: 1.000,5 is not of the form that it must have']
    """
    schema = value_fields(label)
    if schema is None:
        return []
    found = list(_faults("", value, schema))
    timex = value.get("timex")
    if label == "DATE" and isinstance(timex, str) and complete_date(timex) is None:
        found.append(f"timex: {timex} is no date; write 2024-12-06, 2024-12, 2024, 199, 2024-Q3, 2020/2021 or P5Y")
    return found


def _faults(where: str, value: Any, schema: Schema) -> Iterator[str]:
    if "$ref" in schema:
        schema = parts()[schema["$ref"].rsplit("/", 1)[1]]
    if "anyOf" in schema:
        tried = [list(_faults(where, value, part)) for part in schema["anyOf"]]
        if all(tried):
            yield from next((each for each in tried if "must be" not in each[0]), tried[0])
        return
    name = where or "the value"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{name}: {_shown(value)} is none of {', '.join(map(_shown, schema['enum']))}"
    elif "const" in schema and value != schema["const"]:
        yield f"{name}: must be {_shown(schema['const'])}"
    kind = schema.get("type")
    if kind is not None and not _is(value, kind):
        yield f"{name}: must be {'null' if kind == 'null' else f'of type {kind}'}, and is {_shown(value)}"
        return
    yield from _within(where, value, schema)


def _is(value: Any, kind: str) -> bool:
    return isinstance(value, _TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool))


def _within(where: str, value: Any, schema: Schema) -> Iterator[str]:
    name = where or "the value"
    if isinstance(value, str):
        if "pattern" in schema and not re.search(schema["pattern"], value):
            yield f"{name}: {value} is not of the form that it must have"
        if len(value) < schema.get("minLength", 0):
            yield f"{name}: is empty"
    elif isinstance(value, list):
        for number, item in enumerate(value, 1):
            yield from _faults(f"{where} {number}".strip(), item, schema.get("items", {}))
    elif isinstance(value, dict):
        yield from _fields(where, value, schema)
    elif isinstance(value, int) and not isinstance(value, bool) and value < schema.get("minimum", value):
        yield f"{name}: must be at least {schema['minimum']}"


def _fields(where: str, value: Mapping[str, Any], schema: Schema) -> Iterator[str]:
    fields = schema.get("properties", {})
    for key in schema.get("required", ()):
        if key not in value:
            yield f"{f'{where} {key}'.strip()}: is missing"
    for key, item in value.items():
        if key in fields:
            yield from _faults(f"{where} {key}".strip(), item, fields[key])
        elif schema.get("additionalProperties") is False:
            yield f"{f'{where} {key}'.strip()}: is no field of it"


def _shown(value: Any) -> str:
    return "null" if value is None else str(value)
