"""The published form of the output, made from its types: the JSON Schema, and what no JSON Schema can say.

`json_schema()` is the documentation of the format, a sentence to each field. `invariants()` checks what holds
between fields: that offsets point at the text they quote, that spans are in order, that links lead somewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import msgspec

from annotate.manifest import Manifest
from annotate.records import SCHEMA, Failure, Record
from annotate.spans import SPAN_TYPES, AnySpan, OtherSpan

Json = dict[str, Any]

_DRAFT = "https://json-schema.org/draft/2020-12/schema"

#: Which labels a link may lead to, by the label that bears it.
VALUE_LINKS: dict[str, dict[str, tuple[str, ...]]] = {
    "AGREEMENT": {"date_span": ("DATE",), "amount_span": ("MONEY",)},
    "PARTNERSHIP": {"since_span": ("DATE",)},
}
FACT_LINKS = {"subject": ("AGREEMENT", "PARTNERSHIP"), "date": ("DATE",), "amount": ("MONEY",)}


# The JSON Schema


def json_schema() -> Json:
    """The JSON Schema (draft 2020-12) of one record: strict where the format fixes the keys.

    `meta` is open, and a span with a label beyond the four may have any object as its value.

    >>> json_schema()["required"]
    ['schema', 'id', 'text', 'lang', 'meta', 'spans', 'facts', 'run']
    """
    types = (Record, *SPAN_TYPES.values(), OtherSpan)
    _, parts = msgspec.json.schema_components(types, schema_hook=_by_label, ref_template="#/$defs/{name}")
    meta = parts["Meta"]
    del meta["properties"]["extra"], meta["additionalProperties"]
    parts["OtherSpan"]["properties"]["label"]["not"] = {"enum": [*SPAN_TYPES]}
    for part in parts.values():
        for field in part["properties"].values():
            field.pop("default", None)  # what is left out is not there: nothing is to be filled in
    whole = parts.pop("Record")
    return {"$schema": _DRAFT, **whole, "title": SCHEMA, "$defs": parts}


def errors_schema() -> Json:
    """The JSON Schema of one line of errors.jsonl.

    >>> [*errors_schema()["properties"]]
    ['id', 'source', 'stage', 'error', 'message']
    """
    _, parts = msgspec.json.schema_components((Failure,), ref_template="#/$defs/{name}")
    return {"$schema": _DRAFT, **parts["Failure"], "title": f"{SCHEMA} errors"}


def manifest_schema() -> Json:
    """The JSON Schema of manifest.json, as this version writes it: all keys are there.

    >>> manifest_schema()["properties"]["files"]["description"]
    'Names of the files with the records, in order.'
    """
    _, parts = msgspec.json.schema_components((Manifest,), ref_template="#/$defs/{name}")
    for part in parts.values():
        part["required"] = [*part["properties"]]
        for field in part["properties"].values():
            field.pop("default", None)
    whole = parts.pop("Manifest")
    return {"$schema": _DRAFT, **whole, "title": f"{SCHEMA} manifest", "$defs": parts}


def _by_label(kind: type) -> Json:
    """Any span: the one of the types that its label stands for."""
    cases: list[tuple[Json, str]] = [({"const": label}, kind.__name__) for label, kind in SPAN_TYPES.items()]
    cases.append(({"not": {"enum": [*SPAN_TYPES]}}, OtherSpan.__name__))
    rules = [{"if": {"properties": {"label": label}}, "then": {"$ref": f"#/$defs/{name}"}} for label, name in cases]
    return {"type": "object", "allOf": rules}


# What holds between the fields


def invariants(record: Record) -> list[str]:
    """What is wrong between the fields of a record; [] where nothing is.

    >>> from annotate import annotate
    >>> record = annotate("Since 2008.", lang="en")
    >>> invariants(msgspec.structs.replace(record, text="Until 2008."))
    []
    >>> invariants(msgspec.structs.replace(record, text="Since 2009."))
    ["span s1: is '2008', but text[6:10] is '2009'"]
    """
    checks = (_unique_ids, _offsets, _span_order, _overlaps, _value_links, _facts, _segments)
    return [problem for check in checks for problem in check(record)]


def _unique_ids(record: Record) -> Iterator[str]:
    seen = set()
    for span in record.spans:
        if span.id in seen:
            yield f"span {span.id}: its id stands twice"
        seen.add(span.id)


def _offsets(record: Record) -> Iterator[str]:
    text = record.text
    for span in record.spans:
        start, end, words = span.start, span.end, span.text
        if not 0 <= start < end <= len(text):
            yield f"span {span.id}: [{start}, {end}] lies outside the text (0 to {len(text)}) or is empty"
        elif text[start:end] != words:
            yield f"span {span.id}: is {words!r}, but text[{start}:{end}] is {text[start:end]!r}"
        elif words != words.strip():
            yield f"span {span.id}: {words!r} begins or ends in white space"
        if span.token_start > span.token_end:
            yield f"span {span.id}: token_end {span.token_end} comes before token_start"


def _span_order(record: Record) -> Iterator[str]:
    for span, following in pairwise(record.spans):
        if _place(following) < _place(span):
            yield f"span {following.id}: comes after {span.id}, but belongs before it"


def _place(span: AnySpan) -> tuple[int, int, str]:
    return span.start, -span.end, span.label


def _overlaps(record: Record) -> Iterator[str]:
    """Spans of one label never overlap; those of different labels may."""
    furthest: dict[str, AnySpan] = {}
    for span in sorted(record.spans, key=_place):
        earlier = furthest.get(span.label)
        if earlier is not None and span.start < earlier.end:
            yield f"span {span.id}: overlaps {earlier.id}, which is {span.label} too"
        if earlier is None or span.end > earlier.end:
            furthest[span.label] = span


def _value_links(record: Record) -> Iterator[str]:
    labels = _labels(record)
    for span in record.spans:
        for key, allowed in VALUE_LINKS.get(span.label, {}).items():
            yield from _link(f"span {span.id}: {key}", getattr(span.value, key), allowed, labels)


def _facts(record: Record) -> Iterator[str]:
    labels = _labels(record)
    for number, fact in enumerate(record.facts):
        for key, allowed in FACT_LINKS.items():
            yield from _link(f"fact {number}: {key}", getattr(fact, key), allowed, labels)
        yield from _stretch(f"fact {number}: evidence", *fact.evidence, record)


def _segments(record: Record) -> Iterator[str]:
    for number, segment in enumerate(record.meta.lang_segments):
        yield from _stretch(f"meta.lang_segments {number}", segment.start, segment.end, record)


def _labels(record: Record) -> dict[str, str]:
    return {span.id: span.label for span in record.spans}


def _link(where: str, target: str | None, allowed: Sequence[str], labels: Mapping[str, str]) -> Iterator[str]:
    if target is None:
        return
    if target not in labels:
        yield f"{where} is {target}, which is no span of the record"
    elif labels[target] not in allowed:
        yield f"{where} is {target}, which is {labels[target]}, not {' or '.join(allowed)}"


def _stretch(where: str, start: int, end: int, record: Record) -> Iterator[str]:
    if not 0 <= start < end <= len(record.text):
        yield f"{where} [{start}, {end}] lies outside the text (0 to {len(record.text)}) or is empty"


def out_of_order(content: Json) -> list[str]:
    """Where the keys of a record do not stand in the order of the format; equal records must be equal bytes.

    >>> from annotate import annotate
    >>> content = annotate("Since 2008.", lang="en").to_dict()
    >>> out_of_order(content | {"spans": [{"label": "DATE", **content["spans"][0]}]})
    ['$.spans[0]: keys are label, id, start, …, not id, start, end, …']
    """
    return list(_departures("$", content, Record.from_dict(content).to_dict()))


def _departures(where: str, given: object, right: object) -> Iterator[str]:
    if isinstance(given, dict) and isinstance(right, dict):
        if [*given] != [*right]:
            yield f"{where}: keys are {_few(given)}, not {_few(right)}"
        for key, value in given.items():
            yield from _departures(f"{where}.{key}", value, right[key])
    elif isinstance(given, list) and isinstance(right, list):
        for number, (one, other) in enumerate(zip(given, right, strict=True)):
            yield from _departures(f"{where}[{number}]", one, other)


def _few(keys: Mapping[str, object]) -> str:
    return ", ".join([*keys][:3]) + (", …" if len(keys) > 3 else "")
