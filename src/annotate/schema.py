"""The published form of the output, made from its types: the JSON Schema, and what no JSON Schema can say.

`json_schema()` is the documentation of the format, a sentence to each field. `invariants()` checks what holds
between fields: that offsets point at the text they quote, that spans are in order, that links lead somewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import Any

import msgspec

from annotate.records import SCHEMA, Fact, Record
from annotate.spans import SPAN_TYPES, AgreementValue, DateValue, MoneyValue, OtherSpan, Part, PartnershipValue

Json = dict[str, Any]
Content = Mapping[str, Any]

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
    draft = "https://json-schema.org/draft/2020-12/schema"
    return {"$schema": draft, **whole, "title": SCHEMA, "$defs": parts}


def _by_label(kind: type) -> Json:
    """Any span: the one of the types that its label stands for."""
    cases: list[tuple[Json, str]] = [({"const": label}, kind.__name__) for label, kind in SPAN_TYPES.items()]
    cases.append(({"not": {"enum": [*SPAN_TYPES]}}, OtherSpan.__name__))
    rules = [{"if": {"properties": {"label": label}}, "then": {"$ref": f"#/$defs/{name}"}} for label, name in cases]
    return {"type": "object", "allOf": rules}


# What holds between the fields


def invariants(record: Content) -> list[str]:
    """What is wrong between the fields of a record that fits the schema; [] where nothing is.

    >>> span = {"id": "s1", "start": 3, "end": 7, "text": "2009", "label": "DATE", "token_start": 1,
    ...         "token_end": 1, "value": {}}
    >>> invariants({"text": "in 2008", "meta": {}, "spans": [span], "facts": []})
    ["span s1: is '2009', but text[3:7] is '2008'"]
    """
    checks = (_key_order, _unique_ids, _offsets, _span_order, _overlaps, _value_links, _facts, _segments)
    return [problem for check in checks for problem in check(record)]


def _key_order(record: Content) -> Iterator[str]:
    """Keys stand in the order of the schema, because equal records must be equal bytes."""
    orders = _orders()
    yield from _wrong_order("record", record, orders["record"])
    for span in record["spans"]:
        yield from _wrong_order(f"span {span['id']}", span, orders["span"])
        yield from _wrong_order(f"value of {span['id']}", span.get("value", {}), orders.get(span["label"], ()))
    for number, fact in enumerate(record["facts"]):
        yield from _wrong_order(f"fact {number}", fact, orders["fact"])


@cache
def _orders() -> dict[str, tuple[str, ...]]:
    """The keys of the record and of each of its parts, in order."""
    parts: dict[str, type[Part]] = {"record": Record, "span": OtherSpan, "fact": Fact}
    parts |= {"DATE": DateValue, "MONEY": MoneyValue, "AGREEMENT": AgreementValue, "PARTNERSHIP": PartnershipValue}
    return {name: kind.__struct_fields__ for name, kind in parts.items()}


def _wrong_order(where: str, part: Content, order: Sequence[str]) -> Iterator[str]:
    right = [name for name in order if name in part]
    if [name for name in part if name in right] != right:
        yield f"{where}: keys are {list(part)}, not in the order {right}"


def _unique_ids(record: Content) -> Iterator[str]:
    seen = set()
    for span in record["spans"]:
        if span["id"] in seen:
            yield f"span {span['id']}: its id stands twice"
        seen.add(span["id"])


def _offsets(record: Content) -> Iterator[str]:
    text = record["text"]
    for span in record["spans"]:
        start, end, words = span["start"], span["end"], span["text"]
        if not 0 <= start < end <= len(text):
            yield f"span {span['id']}: [{start}, {end}] lies outside the text (0 to {len(text)}) or is empty"
        elif text[start:end] != words:
            yield f"span {span['id']}: is {words!r}, but text[{start}:{end}] is {text[start:end]!r}"
        elif words != words.strip():
            yield f"span {span['id']}: {words!r} begins or ends in white space"
        if span["token_start"] > span["token_end"]:
            yield f"span {span['id']}: token_end {span['token_end']} comes before token_start"


def _span_order(record: Content) -> Iterator[str]:
    for span, following in pairwise(record["spans"]):
        if _place(following) < _place(span):
            yield f"span {following['id']}: comes after {span['id']}, but belongs before it"


def _place(span: Content) -> tuple[int, int, str]:
    return span["start"], -span["end"], span["label"]


def _overlaps(record: Content) -> Iterator[str]:
    """Spans of one label never overlap; those of different labels may."""
    furthest: dict[str, Content] = {}
    for span in sorted(record["spans"], key=_place):
        earlier = furthest.get(span["label"])
        if earlier is not None and span["start"] < earlier["end"]:
            yield f"span {span['id']}: overlaps {earlier['id']}, which is {span['label']} too"
        if earlier is None or span["end"] > earlier["end"]:
            furthest[span["label"]] = span


def _value_links(record: Content) -> Iterator[str]:
    labels = _labels(record)
    for span in record["spans"]:
        for key, allowed in VALUE_LINKS.get(span["label"], {}).items():
            yield from _link(f"span {span['id']}: {key}", span["value"].get(key), allowed, labels)


def _facts(record: Content) -> Iterator[str]:
    labels = _labels(record)
    for number, fact in enumerate(record["facts"]):
        for key, allowed in FACT_LINKS.items():
            yield from _link(f"fact {number}: {key}", fact[key], allowed, labels)
        start, end = fact["evidence"]
        yield from _stretch(f"fact {number}: evidence", start, end, record)


def _segments(record: Content) -> Iterator[str]:
    for number, segment in enumerate(record["meta"].get("lang_segments", ())):
        yield from _stretch(f"meta.lang_segments {number}", segment["start"], segment["end"], record)


def _labels(record: Content) -> dict[str, str]:
    return {span["id"]: span["label"] for span in record["spans"]}


def _link(where: str, target: str | None, allowed: Sequence[str], labels: Mapping[str, str]) -> Iterator[str]:
    if target is None:
        return
    if target not in labels:
        yield f"{where} is {target}, which is no span of the record"
    elif labels[target] not in allowed:
        yield f"{where} is {target}, which is {labels[target]}, not {' or '.join(allowed)}"


def _stretch(where: str, start: int, end: int, record: Content) -> Iterator[str]:
    if not 0 <= start < end <= len(record["text"]):
        yield f"{where} [{start}, {end}] lies outside the text (0 to {len(record['text'])}) or is empty"
