"""The Arrow schema of a record, made from its types.

What a span means stands in a column of its label: `date`, `money`, `agreement`, `partnership`, each null where the
span has another label, and `other` with the value of a label of one's own, as JSON because it has no fixed keys; nor
has `meta.extra`. Beside each day stands a column of Arrow's type for days (`start_day` beside `start`), beside each
amount one of its exact type for decimals (`amount_decimal`): null where that cannot hold it, while the text says it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec.inspect as ins

from annotate.arrow.typed import PRECISION, SCALE
from annotate.extras import install_command
from annotate.records import Failure, Record
from annotate.spans import SPAN_TYPES, OtherSpan

try:
    import pyarrow as pa
except ImportError as error:  # pragma: no cover - the tests have it
    raise ImportError(f"Arrow and Parquet need pyarrow: {install_command('parquet')}") from error

DECIMAL = pa.decimal128(PRECISION, SCALE)

#: The columns of a span that hold its value, by its label; any other label's is `other`.
COLUMNS = {label: label.lower() for label in SPAN_TYPES}
OTHER = "other"

_PLAIN: dict[type, pa.DataType] = {
    ins.StrType: pa.string(),
    ins.LiteralType: pa.string(),
    ins.IntType: pa.int64(),
    ins.FloatType: pa.float64(),
    ins.BoolType: pa.bool_(),
    ins.DictType: pa.string(),  # as JSON
}


def typed_names(kind: type, title: str) -> tuple[str, ...]:
    """The fields of a type that have a typed column beside them: `day` or `decimal string`.

    >>> from annotate.spans import DateValue
    >>> typed_names(DateValue, "day")
    ('start', 'end')
    """
    return tuple(one.encode_name for one in _struct(kind).fields if _title(one.type) == title)


def _struct(kind: type) -> ins.StructType:
    info = ins.type_info(kind)
    assert isinstance(info, ins.StructType)
    return info


def _bare(info: ins.Type) -> ins.Type:
    """A type without what is said of it, and without null."""
    while True:
        if isinstance(info, ins.Metadata):
            info = info.type
        elif isinstance(info, ins.UnionType):
            (info,) = (one for one in info.types if not isinstance(one, ins.NoneType))
        else:
            return info


def _title(info: ins.Type) -> str | None:
    """The title of a type; one that may be null has it inside."""
    if isinstance(info, ins.Metadata):
        title = (info.extra_json_schema or {}).get("title")
        return title if title else _title(info.type)
    if isinstance(info, ins.UnionType):
        return next((title for one in info.types if (title := _title(one))), None)
    return None


def _arrow(info: ins.Type) -> pa.DataType:
    info = _bare(info)
    if isinstance(info, ins.StructType):
        return pa.struct([*_fields(info)])
    if isinstance(info, ins.VarTupleType):
        return pa.list_(_arrow(info.item_type))
    if isinstance(info, ins.TupleType):
        (item,) = {_arrow(one) for one in info.item_types}
        return pa.list_(item)
    if isinstance(info, ins.CustomType):  # a span, by its label
        return _span()
    return _PLAIN[type(info)]


def _fields(info: ins.StructType) -> Iterator[pa.Field]:
    for one in info.fields:
        yield pa.field(one.encode_name, _arrow(one.type))
        title = _title(one.type)
        if title == "day":
            yield pa.field(f"{one.encode_name}_day", pa.date32())
        elif title == "decimal string":
            yield pa.field(f"{one.encode_name}_decimal", DECIMAL)


def _span() -> pa.DataType:
    own = [one for one in _fields(_struct(OtherSpan)) if one.name != "value"]
    values = []
    for label, kind in SPAN_TYPES.items():
        value = next(one for one in _struct(kind).fields if one.name == "value")
        values.append(pa.field(COLUMNS[label], _arrow(value.type)))
    return pa.struct([*own, *values, pa.field(OTHER, pa.string())])


def schema_of(kind: type) -> Any:
    """The Arrow schema of a type of rows."""
    return pa.schema([*_fields(_struct(kind))])


#: One record a row.
SCHEMA = schema_of(Record)
#: What `annotate_batches` gives: a record a row, or in `error` what was wrong with the document.
RESULT = SCHEMA.append(pa.field("error", pa.struct([*_fields(_struct(Failure))])))


def _flat() -> Iterator[tuple[str, pa.DataType]]:
    """The columns of an entity: its document, itself, and the fields of its value by the name of its label."""
    meta = SCHEMA.field("meta").type
    yield from (("document", pa.string()), ("lang", pa.string()))
    for name in ("source", "title", "date", "date_day"):
        yield f"document_{name}" if name.startswith("date") else name, meta.field(name).type
    for field in SCHEMA.field("spans").type.value_type:
        if pa.types.is_struct(field.type):
            yield from ((f"{field.name}_{part.name}", part.type) for part in field.type)
        else:
            yield field.name, field.type


#: One entity a row.
ENTITIES = pa.schema([*_flat()])
