"""The published form of a record, `annotate/1`: its JSON Schema, and what no JSON Schema can say.

`json_schema()` is the documentation of the format, a sentence to each field. `invariants()` checks what holds
between fields: that offsets point at the text they quote, that spans are in order, that links lead somewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import Any

from annotate.records import DATE_SOURCES, SCHEMA

Json = dict[str, Any]
Record = Mapping[str, Any]

TIMEX_TYPES = ("DATE", "TIME", "DURATION", "SET")
TIMEX_MODS = (
    "BEFORE",
    "AFTER",
    "ON_OR_BEFORE",
    "ON_OR_AFTER",
    "LESS_THAN",
    "MORE_THAN",
    "EQUAL_OR_LESS",
    "EQUAL_OR_MORE",
    "START",
    "MID",
    "END",
    "APPROX",
)
MONEY_MODIFIERS = ("approx", "more_than", "at_least", "less_than", "at_most")
MONEY_PERIODS = ("year", "half_year", "quarter", "month", "week", "day", "hour", "minute", "second")
AGREEMENT_KINDS = (
    "treaty",
    "convention",
    "charter",
    "protocol",
    "free_trade_agreement",
    "customs_union",
    "investment_agreement",
    "association_agreement",
    "framework_agreement",
    "cooperation_agreement",
    "cooperation_document",
    "loan_agreement",
    "tax_agreement",
    "peace_agreement",
    "mou",
    "letter_of_intent",
    "joint_declaration",
    "exchange_of_notes",
    "contract",
    "agreement",
)
AGREEMENT_STATUSES = ("signed", "negotiating", "ratified", "in_force", "proposed", "terminated")
PARTNERSHIP_KINDS = ("partnership", "shared_future_community", "alliance")
PARTNERSHIP_STATUSES = ("established", "upgraded", "proposed")
LEVELS = (
    "comprehensive",
    "strategic",
    "cooperative",
    "special",
    "enhanced",
    "all_weather",
    "global",
    "green",
    "digital",
    "economic",
)
FACT_TYPES = ("signed", "upgraded", "established", "ratified", "in_force", "negotiating", "valued_at")

#: Which labels a link may lead to, by the label that bears it.
VALUE_LINKS: dict[str, dict[str, tuple[str, ...]]] = {
    "AGREEMENT": {"date": ("DATE",), "amount": ("MONEY",)},
    "PARTNERSHIP": {"since": ("DATE",)},
}
FACT_LINKS = {"subject": ("AGREEMENT", "PARTNERSHIP"), "date": ("DATE",), "amount": ("MONEY",)}


# The JSON Schema


def json_schema() -> Json:
    """The JSON Schema (draft 2020-12) of one record: strict where the format fixes the keys.

    `meta` is open, and a span with a label beyond the four may have any object as its value.

    >>> json_schema()["required"]
    ['schema', 'id', 'text', 'lang', 'meta', 'spans', 'facts', 'run']
    """
    fields = {
        "schema": {"const": SCHEMA, "description": "Name and version of this format."},
        "id": _string("What names the document; unique in one output."),
        "text": {
            "type": "string",
            "description": "The text exactly as it was given; all offsets refer to it.",
        },
        "lang": _pattern("^[a-z]{2,3}$", "Language of the text, BCP 47 primary code; `und` where undecided."),
        "meta": _meta(),
        "tokens": _list({"$ref": "#/$defs/token"}, "The tokens as Prodigy has them; only with `--tokens`."),
        "spans": _list({"$ref": "#/$defs/span"}, "What was found, sorted by start, longest first, then label."),
        "facts": _list({"$ref": "#/$defs/fact"}, "Who agreed what, when, for how much: spans joined."),
        "run": _run(),
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": SCHEMA,
        **_closed("One annotated document: one line of annotations.jsonl.", fields, optional=("tokens",)),
        "$defs": {
            "token": _token(),
            "span": _span(),
            "fact": _fact(),
            "party": _party(),
            "DATE": _date_value(),
            "MONEY": _money_value(),
            "AGREEMENT": _agreement_value(),
            "PARTNERSHIP": _partnership_value(),
        },
    }


def _meta() -> Json:
    fields = {
        "source": _string("Where the document came from: a relative path, with the line of a row in a file."),
        "title": _nullable({"type": "string"}, "Title of the document, null where it has none."),
        "date": _nullable(_DAY, "Date of the document, against which relative dates are resolved."),
        "date_source": _nullable({"enum": list(DATE_SOURCES)}, "Who gave that date, null where nobody did."),
        "sha256": _pattern("^[0-9a-f]{64}$", "SHA-256 of the document, by which a change of it shows."),
        "lang_score": _nullable(
            {"type": "number", "minimum": 0, "maximum": 1},
            "How sure the detector is of the language, 0 to 1.",
        ),
        "lang_source": _nullable(_WORD, "Who decided the language: the detector, the record, an option, …"),
        "lang_segments": _list(
            _closed(
                "A stretch of the text in one language.",
                {
                    "start": _offset("Its first character, counted from 0."),
                    "end": _offset("The character after its last."),
                    "lang": _pattern("^[a-z]{2,3}$", "Language of the stretch."),
                },
            ),
            "Where a document is mixed, its stretches by language; each is annotated by its own rules.",
        ),
    }
    required = ["source", "date", "date_source", "sha256", "lang_source"]
    description = "Where the text comes from, and whatever else the input carried."
    return {"type": "object", "description": description, "properties": fields, "required": required}


def _token() -> Json:
    return _closed(
        "One token of the text.",
        {
            "text": _string("The token as it stands in the text."),
            "start": _offset("Its first character, counted from 0."),
            "end": _offset("The character after its last."),
            "id": _offset("Number of the token, from 0."),
            "ws": {"type": "boolean", "description": "Whether white space follows."},
        },
    )


def _span() -> Json:
    fields = {
        "id": _pattern("^s[0-9]+$", "Name of the span in its record; the same on every run over the same text."),
        "start": _offset("First character, counted in Unicode code points from 0."),
        "end": _offset("The character after the last, so that text[start:end] is the span's text."),
        "text": _string("The words of the span, as they stand in the text."),
        "label": _string("DATE, MONEY, AGREEMENT or PARTNERSHIP; other labels may be added."),
        "token_start": _offset("First token of the span."),
        "token_end": _offset("Last token of the span, inclusive as in Prodigy."),
        "rule": _string("The rule that found it: `<file>/<name>`."),
        "value": {"type": "object", "description": "What the words mean, in the form of their label."},
    }
    return {
        **_closed("One thing that was found in the text.", fields),
        "allOf": [_value_by_label(label) for label in ("DATE", "MONEY", "AGREEMENT", "PARTNERSHIP")],
    }


def _value_by_label(label: str) -> Json:
    return {
        "if": {"properties": {"label": {"const": label}}},
        "then": {"properties": {"value": {"$ref": f"#/$defs/{label}"}}},
    }


def _date_value() -> Json:
    return _closed(
        "A calendar expression: when it is.",
        {
            "timex": _string("TIMEX3 value: 1950-01-18, 2024-12, 2024-Q3, 199 (the 1990s), P20Y, XXXX-05-06."),
            "timex_type": _enum(TIMEX_TYPES, "TIMEX3 type of the expression."),
            "mod": _nullable({"enum": list(TIMEX_MODS)}, "TIMEX3 modifier: END in `end of 2008`."),
            "edtf": _nullable(_TEXT, "The same in EDTF level 1 (2020/2021, 199X); null where EDTF has no form for it."),
            "start": _nullable(_DAY, "First day that it covers; null where open or unknown."),
            "end": _nullable(_DAY, "Last day that it covers, inclusive; null where open or unknown."),
            "grain": _nullable(_WORD, "Size of its unit: day, week, month, quarter, year, decade, century, …"),
            "anchor": _nullable(
                _REACHED,
                "What it was resolved against: the document's date, or the year, month or day that the story around it "
                "has reached; null where neither was needed.",
            ),
        },
    )


def _money_value() -> Json:
    currencies = _list(_CURRENCY, "The currencies that it may be, where neither text nor region settles it.")
    return _closed(
        "A sum of money: how much of what.",
        {
            "amount": _nullable(_DECIMAL, "The amount, exact, as a decimal string; null in a range."),
            "min": _nullable(_DECIMAL, "Least amount of a range or bound."),
            "max": _nullable(_DECIMAL, "Greatest amount of a range or bound."),
            "currency": _nullable(_CURRENCY, "ISO 4217 code; null where undecided."),
            "currency_candidates": {**currencies, "uniqueItems": True},
            "modifier": _nullable({"enum": list(MONEY_MODIFIERS)}, "What the words around it make of the amount."),
            "per": _nullable({"enum": list(MONEY_PERIODS)}, "The unit of time in which it is paid again and again."),
        },
    )


def _agreement_value() -> Json:
    return _closed(
        "A formal agreement: which, between whom.",
        {
            "kind": _enum(AGREEMENT_KINDS, "What sort of agreement; `agreement` for any other."),
            "name": _nullable(_TEXT, "Its name in full, where known."),
            "id": _nullable(_TEXT, "A key that all mentions of one agreement share, in all languages."),
            "acronym": _nullable(_TEXT, "Its acronym, where known."),
            "count": _nullable({"type": "integer", "minimum": 0}, "How many, as in `170 agreements`."),
            "parties": _list({"$ref": "#/$defs/party"}, "The parties, between whom it is."),
            "subject": _nullable(_TEXT, "What it is about."),
            "status": _nullable({"enum": list(AGREEMENT_STATUSES)}, "How far it has come."),
            "date": _nullable(_LINK, "The DATE span of its status."),
            "amount": _nullable(_LINK, "The MONEY span of its worth."),
        },
    )


def _partnership_value() -> Json:
    level = _list(
        {"anyOf": [{"enum": list(LEVELS)}, _WORD]},
        f"Level and field, one word whatever the language, in the order {', '.join(LEVELS)}, …; [] for none.",
    )
    status = {"anyOf": [{"enum": list(PARTNERSHIP_STATUSES)}, _WORD]}
    return _closed(
        "A partnership: of what level, between whom.",
        {
            "kind": _enum(PARTNERSHIP_KINDS, "What sort of bond."),
            "level": {**level, "uniqueItems": True},
            "name": _nullable(_TEXT, "Its name in full, where known."),
            "id": _nullable(_TEXT, "A key that all mentions of one partnership share, in all languages."),
            "parties": _list({"$ref": "#/$defs/party"}, "The parties, between whom it is."),
            "status": _nullable(status, f"How far it has come: {', '.join(PARTNERSHIP_STATUSES)}, …"),
            "since": _nullable(_LINK, "The DATE span since when."),
        },
    )


def _party() -> Json:
    return _closed(
        "A state, organisation or company.",
        {
            "name": _string("Its name as it stands in the text, or its usual one."),
            "code": _nullable(_TEXT, "ISO 3166-1 alpha-2 code, or the acronym of an organisation."),
        },
    )


def _fact() -> Json:
    return _closed(
        "Something that came about, in spans of one sentence or of neighbours.",
        {
            "type": _enum(FACT_TYPES, "What came about."),
            "subject": {**_LINK, "description": "The AGREEMENT or PARTNERSHIP span that it is about."},
            "parties": _list(_TEXT, "Codes of the parties: VN, KR, EU."),
            "date": _nullable(_LINK, "The DATE span of when."),
            "amount": _nullable(_LINK, "The MONEY span of how much."),
            "evidence": {
                **_list({"type": "integer", "minimum": 0}, "Start and end of the passage that says so."),
                "minItems": 2,
                "maxItems": 2,
            },
        },
    )


def _run() -> Json:
    return _closed(
        "What made this record; with the same of these, the same text gives the same bytes.",
        {
            "tool": _string("Name and version of this tool."),
            "spacy": _string("Version of spaCy."),
            "pipeline": _string("The pipeline that cut the text into tokens."),
            "patterns": {**_HASH, "description": "Hash of the rules."},
            "config": {**_HASH, "description": "Hash of the options that bear on the result."},
        },
    )


_TEXT: Json = {"type": "string", "minLength": 1}
_WORD: Json = {"type": "string", "pattern": "^[a-z_]+$"}
_REACHED: Json = {"type": "string", "pattern": "^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$"}
_DAY: Json = {"type": "string", "pattern": "^-?[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"}
_DECIMAL: Json = {"type": "string", "pattern": "^-?(0|[1-9][0-9]*)([.][0-9]+)?$"}
_CURRENCY: Json = {"type": "string", "pattern": "^[A-Z]{3}$"}
_LINK: Json = {"type": "string", "pattern": "^s[0-9]+$"}
_HASH: Json = {"type": "string", "pattern": "^sha256:[0-9a-f]+$"}


def _closed(description: str, fields: Mapping[str, Json], *, optional: Sequence[str] = ()) -> Json:
    """An object with these keys and no others."""
    return {
        "type": "object",
        "description": description,
        "properties": dict(fields),
        "required": [name for name in fields if name not in optional],
        "additionalProperties": False,
    }


def _nullable(schema: Json, description: str) -> Json:
    return {"anyOf": [schema, {"type": "null"}], "description": description}


def _string(description: str) -> Json:
    return {**_TEXT, "description": description}


def _pattern(pattern: str, description: str) -> Json:
    return {"type": "string", "pattern": pattern, "description": description}


def _enum(choices: Sequence[str], description: str) -> Json:
    return {"enum": list(choices), "description": description}


def _offset(description: str) -> Json:
    return {"type": "integer", "minimum": 0, "description": description}


def _list(items: Json, description: str) -> Json:
    return {"type": "array", "items": items, "description": description}


# What holds between the fields


def invariants(record: Record) -> list[str]:
    """What is wrong between the fields of a record that fits the schema; [] where nothing is.

    >>> span = {"id": "s1", "start": 3, "end": 7, "text": "2009", "label": "DATE", "token_start": 1,
    ...         "token_end": 1, "value": {}}
    >>> invariants({"text": "in 2008", "meta": {}, "spans": [span], "facts": []})
    ["span s1: is '2009', but text[3:7] is '2008'"]
    """
    checks = (_key_order, _unique_ids, _offsets, _span_order, _overlaps, _value_links, _facts, _segments)
    return [problem for check in checks for problem in check(record)]


def _key_order(record: Record) -> Iterator[str]:
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
    schema = json_schema()
    parts = {"record": schema, **schema["$defs"]}
    return {name: tuple(part["properties"]) for name, part in parts.items()}


def _wrong_order(where: str, part: Record, order: Sequence[str]) -> Iterator[str]:
    right = [name for name in order if name in part]
    if [name for name in part if name in right] != right:
        yield f"{where}: keys are {list(part)}, not in the order {right}"


def _unique_ids(record: Record) -> Iterator[str]:
    seen = set()
    for span in record["spans"]:
        if span["id"] in seen:
            yield f"span {span['id']}: its id stands twice"
        seen.add(span["id"])


def _offsets(record: Record) -> Iterator[str]:
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


def _span_order(record: Record) -> Iterator[str]:
    for span, following in pairwise(record["spans"]):
        if _place(following) < _place(span):
            yield f"span {following['id']}: comes after {span['id']}, but belongs before it"


def _place(span: Record) -> tuple[int, int, str]:
    return span["start"], -span["end"], span["label"]


def _overlaps(record: Record) -> Iterator[str]:
    """Spans of one label never overlap; those of different labels may."""
    furthest: dict[str, Record] = {}
    for span in sorted(record["spans"], key=_place):
        earlier = furthest.get(span["label"])
        if earlier is not None and span["start"] < earlier["end"]:
            yield f"span {span['id']}: overlaps {earlier['id']}, which is {span['label']} too"
        if earlier is None or span["end"] > earlier["end"]:
            furthest[span["label"]] = span


def _value_links(record: Record) -> Iterator[str]:
    labels = _labels(record)
    for span in record["spans"]:
        for key, allowed in VALUE_LINKS.get(span["label"], {}).items():
            yield from _link(f"span {span['id']}: {key}", span["value"].get(key), allowed, labels)


def _facts(record: Record) -> Iterator[str]:
    labels = _labels(record)
    for number, fact in enumerate(record["facts"]):
        for key, allowed in FACT_LINKS.items():
            yield from _link(f"fact {number}: {key}", fact[key], allowed, labels)
        start, end = fact["evidence"]
        yield from _stretch(f"fact {number}: evidence", start, end, record)


def _segments(record: Record) -> Iterator[str]:
    for number, segment in enumerate(record["meta"].get("lang_segments", ())):
        yield from _stretch(f"meta.lang_segments {number}", segment["start"], segment["end"], record)


def _labels(record: Record) -> dict[str, str]:
    return {span["id"]: span["label"] for span in record["spans"]}


def _link(where: str, target: str | None, allowed: Sequence[str], labels: Mapping[str, str]) -> Iterator[str]:
    if target is None:
        return
    if target not in labels:
        yield f"{where} is {target}, which is no span of the record"
    elif labels[target] not in allowed:
        yield f"{where} is {target}, which is {labels[target]}, not {' or '.join(allowed)}"


def _stretch(where: str, start: int, end: int, record: Record) -> Iterator[str]:
    if not 0 <= start < end <= len(record["text"]):
        yield f"{where} [{start}, {end}] lies outside the text (0 to {len(record['text'])}) or is empty"
