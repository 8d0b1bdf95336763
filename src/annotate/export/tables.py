"""The tables of a database: which there are, and the rows that a record has in each.

Every table has the keys that join it to the others, so `document` and `span` lead to `documents` and `spans`. The types
of columns are few: each database has its own names for them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from annotate.arrow.typed import INTEGERS, Untyped, as_json, day_of, decimal_of


class Kind(Enum):
    """What a column holds."""

    TEXT = "text"
    INTEGER = "integer"
    REAL = "real"
    DAY = "day"
    DECIMAL = "decimal"


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its columns, which of them are its key, and which lead to the keys of others."""

    name: str
    columns: dict[str, Kind]
    key: tuple[str, ...]
    links: tuple[tuple[tuple[str, ...], str], ...] = ()


_TEXT, _INTEGER, _DAY, _DECIMAL = Kind.TEXT, Kind.INTEGER, Kind.DAY, Kind.DECIMAL
_SPAN = {"document": _TEXT, "span": _TEXT}
_OF_SPAN = (("document", "span"), "spans")


def _texts(*names: str) -> dict[str, Kind]:
    return dict.fromkeys(names, _TEXT)


TABLES = (
    Table(
        "documents",
        {
            **_texts("id", "lang", "source", "title", "date"),
            "date_day": _DAY,
            **_texts("date_source", "sha256"),
            "lang_score": Kind.REAL,
            **_texts(
                "lang_source", "lang_segments", "extra", "tool", "spacy", "pipeline", "patterns", "config", "text"
            ),
        },
        ("id",),
    ),
    Table(
        "spans",
        {
            "document": _TEXT,
            "id": _TEXT,
            **dict.fromkeys(("start", "end"), _INTEGER),
            **_texts("text", "label"),
            **dict.fromkeys(("token_start", "token_end"), _INTEGER),
            **_texts("rule", "other"),
        },
        ("document", "id"),
        ((("document",), "documents"),),
    ),
    Table(
        "dates",
        {
            **_SPAN,
            **_texts("timex", "timex_type", "mod", "edtf", "start"),
            "start_day": _DAY,
            "end": _TEXT,
            "end_day": _DAY,
            **_texts("grain", "anchor"),
        },
        ("document", "span"),
        (_OF_SPAN,),
    ),
    Table(
        "sums",
        {
            **_SPAN,
            "amount": _TEXT,
            "amount_decimal": _DECIMAL,
            "min": _TEXT,
            "min_decimal": _DECIMAL,
            "max": _TEXT,
            "max_decimal": _DECIMAL,
            **_texts("currency", "currency_candidates", "modifier", "per"),
        },
        ("document", "span"),
        (_OF_SPAN,),
    ),
    Table(
        "agreements",
        {
            **_SPAN,
            **_texts("kind", "name", "id", "acronym"),
            "count": _INTEGER,
            **_texts("subject", "status", "date_span", "amount_span"),
        },
        ("document", "span"),
        (_OF_SPAN, (("document", "date_span"), "spans"), (("document", "amount_span"), "spans")),
    ),
    Table(
        "partnerships",
        {**_SPAN, **_texts("kind", "level", "name", "id", "status", "since_span")},
        ("document", "span"),
        (_OF_SPAN, (("document", "since_span"), "spans")),
    ),
    Table(
        "parties",
        {**_SPAN, "number": _INTEGER, **_texts("name", "code")},
        ("document", "span", "number"),
        (_OF_SPAN,),
    ),
    Table(
        "facts",
        {
            "document": _TEXT,
            "number": _INTEGER,
            **_texts("type", "subject", "parties", "date", "amount"),
            **dict.fromkeys(("evidence_start", "evidence_end"), _INTEGER),
        },
        ("document", "number"),
        tuple((("document", name), "spans") for name in ("subject", "date", "amount")),
    ),
)

_VALUES = {"DATE": "dates", "MONEY": "sums", "AGREEMENT": "agreements", "PARTNERSHIP": "partnerships"}
_OWN_META = ("source", "title", "date", "date_source", "sha256", "lang_score", "lang_source", "lang_segments")

Row = Mapping[str, Any]


def rows_of(record: Mapping[str, Any], untyped: Untyped) -> Iterator[tuple[str, Row]]:
    """Each row that a record has, with the name of its table, those that others lead to first.

    Lists stand as JSON, days as dates and amounts as decimal numbers, None where these cannot hold them.
    """
    meta = record["meta"]
    extra = {key: part for key, part in meta.items() if key not in _OWN_META}
    own = {key: meta.get(key) for key in _OWN_META} | {"lang_segments": _list(meta.get("lang_segments"))}
    document = record["id"]
    of_record = {"id": document, "lang": record["lang"], "text": record["text"], "extra": as_json(extra)}
    yield "documents", _typed("documents", of_record | own | record["run"], untyped)
    for span in record["spans"]:
        label, value = span["label"], span["value"]
        other = None if label in _VALUES else as_json(value)
        yield "spans", {**span, "document": document, "other": other}
    for span in record["spans"]:
        if span["label"] in _VALUES:
            yield from _value_rows(document, span, untyped)
    for number, fact in enumerate(record["facts"], 1):
        start, end = fact["evidence"]
        stated = {"number": number, "evidence_start": start, "evidence_end": end, "parties": as_json(fact["parties"])}
        yield "facts", {**fact, "document": document, **stated}


def _value_rows(document: str, span: Mapping[str, Any], untyped: Untyped) -> Iterator[tuple[str, Row]]:
    table, value = _VALUES[span["label"]], span["value"]
    of = {"document": document, "span": span["id"]}
    stated: dict[str, Any] = {name: as_json(part) if isinstance(part, list) else part for name, part in value.items()}
    if (stated.get("count") or 0) >= INTEGERS:
        stated["count"] = None
        untyped.counts += 1
    yield table, _typed(table, stated | of, untyped)
    for number, party in enumerate(value.get("parties", ()), 1):
        yield "parties", {**party, **of, "number": number}


_TYPED = {
    table.name: [(name, kind) for name, kind in table.columns.items() if kind in (_DAY, _DECIMAL)] for table in TABLES
}


def _typed(table: str, row: dict[str, Any], untyped: Untyped) -> Row:
    for name, kind in _TYPED[table]:
        text = row[name.rpartition("_")[0]]
        row[name] = typed = day_of(text) if kind is _DAY else decimal_of(text)
        if typed is None and text is not None:
            untyped.days += kind is _DAY
            untyped.decimals += kind is _DECIMAL
    return row


def _list(items: Any) -> str | None:
    return as_json(items) if items else None


# --- views

_PAIRS = """
CREATE VIEW agreements_by_parties AS
SELECT coalesce(one.code, one.name) AS party, coalesce(other.code, other.name) AS other_party, agreements.kind,
  agreements.id, min(agreements.name) AS name, count(*) AS mentions,
  count(DISTINCT agreements.document) AS documents, min(documents.date) AS first_date, max(documents.date) AS last_date
FROM agreements
JOIN documents ON documents.id = agreements.document
JOIN parties AS one ON one.document = agreements.document AND one.span = agreements.span
JOIN parties AS other ON other.document = agreements.document AND other.span = agreements.span
WHERE coalesce(one.code, one.name) < coalesce(other.code, other.name)
GROUP BY coalesce(one.code, one.name), coalesce(other.code, other.name), agreements.kind, agreements.id
"""

_TIMELINE = """
CREATE VIEW timeline AS
WITH happened AS (
  SELECT document, type, subject, date, amount FROM facts
  UNION ALL SELECT document, status, span, date_span, amount_span FROM agreements WHERE status IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM facts WHERE facts.document = agreements.document AND subject = span)
  UNION ALL SELECT document, status, span, since_span, NULL FROM partnerships WHERE status IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM facts WHERE facts.document = partnerships.document AND subject = span)
)
SELECT dates.start, dates."end", dates.start_day, happened.type, spans.label, spans.text,
  coalesce(agreements.id, partnerships.id) AS id, sums.amount, sums.currency, happened.document,
  happened.subject AS span
FROM happened
JOIN dates ON dates.document = happened.document AND dates.span = happened.date
JOIN spans ON spans.document = happened.document AND spans.id = happened.subject
LEFT JOIN agreements ON agreements.document = happened.document AND agreements.span = happened.subject
LEFT JOIN partnerships ON partnerships.document = happened.document AND partnerships.span = happened.subject
LEFT JOIN sums ON sums.document = happened.document AND sums.span = happened.amount
ORDER BY dates.start_day IS NOT NULL, dates.start_day, dates.start, happened.document, happened.subject, happened.type
"""

#: `{amount}` is the exact sum, as each database comes by it, and `{known}` says that a row has a part in it.
_SUMS = """
CREATE VIEW sums_by_currency_and_year AS
SELECT sums.currency, substr(documents.date, 1, length(documents.date) - 6) AS year, sums.per, count(*) AS mentions,
  count(DISTINCT sums.document) AS documents, {amount} AS amount
FROM sums JOIN documents ON documents.id = sums.document
WHERE sums.currency IS NOT NULL AND {known}
GROUP BY sums.currency, substr(documents.date, 1, length(documents.date) - 6), sums.per
"""


def views(*, amount: str, known: str) -> tuple[str, ...]:
    """The statements that make the views; what is summed exactly is said in the database's own way."""
    return _SUMS.format(amount=amount, known=known), _PAIRS, _TIMELINE
