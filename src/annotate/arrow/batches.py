"""Texts in record batches to records in record batches: what any engine that speaks Arrow calls in its workers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from functools import lru_cache
from hashlib import sha256
from itertools import repeat
from typing import Any

import orjson
import pyarrow as pa

from annotate.arrow.rows import Rows
from annotate.arrow.schema import RESULT
from annotate.batch.work import annotate_document
from annotate.options import Options
from annotate.pipeline import Pipeline
from annotate.records import Document, Failure

#: Rows of a table that stand in memory as Python's own objects at once, with their records.
_ROWS = 500


def annotate_batches(
    batches: Iterable[Any],
    *,
    text: str = "text",
    id: str | None = None,  # noqa: A002 - the record's own key, as in `Document`
    lang: str | None = None,
    date: str | None = None,
    region: str | None = None,
    options: Options = Options(),  # noqa: B008 - frozen
) -> Iterator[Any]:
    """Each batch of texts to a batch of records: one row for each row, in the same order, with the schema `RESULT`.

    `text`, `id`, `lang`, `date` and `region` name columns. A document without an id is named by the hash of its text;
    days may be text or Arrow's own. A row that cannot be annotated has null in all columns but `error` (and `id`), and
    costs no other row. The same row gives the same record wherever it is annotated. Each process builds a pipeline once
    for the same `options`. Raises ValueError where there is no such column.

    >>> batch = pa.RecordBatch.from_pydict({"text": ["Since 2008.", None], "lang": ["en", "en"]})
    >>> (made,) = annotate_batches([batch], lang="lang")
    >>> made["spans"][0][0]["text"].as_py(), made["error"][1]["message"].as_py()
    ('2008', 'there is no text in this row')
    """
    pipeline = _pipeline(options)
    columns = {"text": text, "id": id, "lang": lang, "date": date, "region": region}
    for batch in batches:
        rows = Rows()
        parts = [_column(batch, kind, name) for kind, name in columns.items()]
        made = [_row(pipeline, rows, *one) for one in zip(*parts, strict=True)] if batch.num_rows else []
        yield pa.RecordBatch.from_pylist(made, schema=RESULT)


def annotate_table(table: Any, **more: Any) -> Any:
    """The same for a whole table; takes what `annotate_batches` takes.

    >>> annotate_table(pa.table({"text": ["In May 2009."]}))["lang"].to_pylist()
    ['en']
    """
    batches = table.to_batches(max_chunksize=_ROWS)
    return pa.Table.from_batches(annotate_batches(batches, **more), schema=RESULT)


@lru_cache(maxsize=4)
def _pipeline(options: Options) -> Pipeline:
    return Pipeline(options)


def _column(batch: Any, kind: str, name: str | None) -> Iterable[Any]:
    if name is None:
        return repeat(None, batch.num_rows)
    if name not in batch.schema.names:
        raise ValueError(f"{kind}: there is no column {name!r}; there are {', '.join(batch.schema.names)}")
    content: list[Any] = batch.column(name).to_pylist()
    return content


def _row(pipeline: Pipeline, rows: Rows, text: Any, name: Any, lang: Any, day: Any, region: Any) -> dict[str, Any]:
    if text is None or not isinstance(text, str):
        what = "there is no text in this row" if text is None else f"the text is a {type(text).__name__}"
        id_ = None if name is None else str(name)
        return _failed(Failure(id_, id_ or "row", "read", "no-text", what))
    named = str(name) if name not in (None, "") else sha256(text.encode()).hexdigest()[:16]
    told = _day(day)
    document = Document(
        named,
        text,
        named,
        lang=_told(lang),
        region=_told(region),
        date=told,
        date_source="record" if told else None,
    )
    done = annotate_document(pipeline, document)
    if isinstance(done, Failure):
        return _failed(done)
    return rows.row(orjson.loads(done.line))


def _failed(failure: Failure) -> dict[str, Any]:
    return {"id": failure.id, "error": failure.to_dict()}


def _told(content: Any) -> str | None:
    return None if content in (None, "") else str(content)


def _day(content: Any) -> str | None:
    """A day as a document has it; of a time its day."""
    if isinstance(content, datetime):
        content = content.date()
    return content.isoformat() if isinstance(content, date) else _told(content)
