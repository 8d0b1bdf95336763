"""Records as rows of the schema, and back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

import orjson
import pyarrow as pa

from annotate.arrow.schema import COLUMNS, OTHER, typed_names
from annotate.arrow.typed import INTEGERS, Untyped, as_json, day_of, decimal_of
from annotate.records import Meta
from annotate.spans import AgreementValue, DateValue, MoneyValue, PartnershipValue

Row = dict[str, Any]

_VALUES = {"DATE": DateValue, "MONEY": MoneyValue, "AGREEMENT": AgreementValue, "PARTNERSHIP": PartnershipValue}
_DAYS = {label: typed_names(kind, "day") for label, kind in _VALUES.items()}
_DECIMALS = {label: typed_names(kind, "decimal string") for label, kind in _VALUES.items()}
_META = tuple(name for name in Meta.__struct_fields__ if name != "extra")
_LEFT_OUT = ("title", "lang_segments")


@dataclass(slots=True)
class Rows:
    """Makes rows out of records, and counts what typed columns cannot hold."""

    untyped: Untyped = field(default_factory=Untyped)

    def row(self, record: Mapping[str, Any]) -> Row:
        """A record, as JSON has it, as a row of the schema."""
        return {**record, "meta": self._meta(record["meta"]), "spans": [self.span(one) for one in record["spans"]]}

    def _meta(self, meta: Mapping[str, Any]) -> Row:
        extra = {
            key: part for key, part in meta.items() if key not in _META or (key in _LEFT_OUT and part in (None, []))
        }
        return {
            **{key: meta.get(key) for key in _META},
            "date_day": self._day(meta.get("date")),
            "extra": as_json(extra) if extra else None,
        }

    def span(self, span: Mapping[str, Any]) -> Row:
        """A span with its value in the column of its label."""
        label = span["label"]
        row = {key: part for key, part in span.items() if key != "value"}
        if label in COLUMNS:
            row[COLUMNS[label]] = self.value(label, span["value"])
        else:
            row[OTHER] = as_json(span["value"])
        return row

    def value(self, label: str, value: Mapping[str, Any]) -> Row:
        """A value with its typed columns."""
        row = dict(value)
        for name in _DAYS[label]:
            row[f"{name}_day"] = self._day(value[name])
        for name in _DECIMALS[label]:
            row[f"{name}_decimal"] = typed = decimal_of(value[name])
            self.untyped.decimals += typed is None and value[name] is not None
        if (row.get("count") or 0) >= INTEGERS:
            row["count"] = None
            self.untyped.counts += 1
        return row

    def _day(self, text: str | None) -> date | None:
        day = day_of(text)
        self.untyped.days += day is None and text is not None
        return day

    def entities(self, record: Mapping[str, Any]) -> Iterator[Row]:
        """The spans of a record, a flat row each."""
        meta = record["meta"]
        of = {
            "document": record["id"],
            "lang": record["lang"],
            "source": meta["source"],
            "title": meta.get("title"),
            "document_date": meta["date"],
            "document_date_day": self._day(meta["date"]),
        }
        for span in record["spans"]:
            row = self.span(span)
            column = COLUMNS.get(span["label"])
            if column is not None:
                row |= {f"{column}_{name}": part for name, part in row.pop(column).items()}
            yield of | row


def filler(fields: Any) -> Callable[[Mapping[str, Any]], Row]:
    """What makes rows of any type rows of a schema: with its typed columns, and what has no fixed keys as JSON.

    >>> from annotate.arrow.schema import schema_of
    >>> from annotate.spans import MoneyValue
    >>> filler(schema_of(MoneyValue))({"amount": "2.5", "min": None, "max": None})["amount_decimal"]
    Decimal('2.5')
    """
    names = {field_.name for field_ in fields}
    typed: dict[str, Any] = {}
    nested: dict[str, Any] = {}
    for field_ in fields:
        name, kind = field_.name, field_.type
        of = name.rpartition("_")[0]
        if name.endswith(("_day", "_decimal")) and of in names:
            typed[name] = of, day_of if name.endswith("_day") else decimal_of
        elif pa.types.is_struct(kind):
            nested[name] = filler(kind)
        elif pa.types.is_list(kind) and pa.types.is_struct(kind.value_type):
            nested[name] = _each(filler(kind.value_type))
    return partial(_filled, typed, nested)


def _filled(typed: Mapping[str, Any], nested: Mapping[str, Any], row: Mapping[str, Any]) -> Row:
    done = {key: as_json(part) if isinstance(part, dict) and key not in nested else part for key, part in row.items()}
    for name, fill in nested.items():
        if done.get(name) is not None:
            done[name] = fill(done[name])
    for name, (of, make) in typed.items():
        done[name] = make(row.get(of))
    return done


def _each(fill: Callable[[Mapping[str, Any]], Row]) -> Callable[[Iterable[Mapping[str, Any]]], list[Row]]:
    return lambda rows: [fill(row) for row in rows]


def record_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """The record that a row of the schema is, as `Record.to_dict` gives it.

    >>> from annotate import annotate
    >>> record = annotate("Since 2008 it cost 5 euros.", lang="en").to_dict()
    >>> record_of(Rows().row(record)) == record
    True
    """
    meta = {key: row["meta"][key] for key in _META if key not in _LEFT_OUT or row["meta"][key] not in (None, [])}
    extra = row["meta"]["extra"]
    record = {key: row[key] for key in ("schema", "id", "text", "lang")}
    record["meta"] = meta | (orjson.loads(extra) if extra is not None else {})
    record["spans"] = [_span_of(one) for one in row["spans"]]
    record |= {key: row[key] for key in ("facts", "run")}
    return record | ({"tokens": row["tokens"]} if row.get("tokens") else {})


def _span_of(row: Mapping[str, Any]) -> dict[str, Any]:
    span = {key: row[key] for key in ("id", "start", "end", "text", "label", "token_start", "token_end", "rule")}
    if row["label"] not in COLUMNS:
        return span | {"value": orjson.loads(row[OTHER])}
    names = _VALUES[row["label"]].__struct_fields__
    value = row[COLUMNS[row["label"]]]
    return span | {"value": {name: value[name] for name in names}}
