"""doccano: a document a line for its sequence labelling, and back.

Its editor counts UTF-16 code units, as the browser does, unless a project counts graphemes. It has no room for values;
what it does not know it keeps as meta data and gives back, and so the ticket comes through.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from annotate.export.articles import Article, ExportError
from annotate.export.exchange import KEY, Given, Returned, ticket_of
from annotate.export.formats import Written
from annotate.export.jsonl import given_in, lines_of, ticket_in
from annotate.export.offsets import Utf16


def write(articles: Iterable[Article], path: Path) -> Written:
    """The articles as lines for doccano, in their order; it takes none whose text is empty."""
    done = Written()
    empty = 0
    with path.open("wb") as file:
        for article in articles:
            if not article.record["text"]:
                empty += 1
                continue
            # escaped, because doccano guesses encodings, and guesses UTF-8 wrong
            file.write(json.dumps(row_of(article)).encode("ascii") + b"\n")
            done.count += 1
    if empty:
        done.notes.append(f"{empty:,} without a text left out: doccano takes none")
    return done


def row_of(article: Article) -> dict[str, Any]:
    """An article as a row of doccano; `id` is a name that it needs for itself."""
    record = article.decided().record
    meta, units = record["meta"], Utf16(record["text"]).units
    return {
        "text": record["text"],
        "label": [[units(span["start"]), units(span["end"]), span["label"]] for span in record["spans"]],
        "document": record["id"],
        "lang": record["lang"],
        "date": meta["date"],
        "source": meta["source"],
        KEY: ticket_of(article).to_dict(),
    }


def read(path: Path) -> Iterator[Returned]:
    """The documents as doccano exports them, in JSONL or as JSONL with relations.

    It does not say which of them were confirmed: export the approved ones alone, and import them as reviewed.
    """
    for where, row in lines_of(path):
        at = f"{path}: {where}"
        text = row.get("text", row.get("data"))
        labels = next((row[key] for key in ("label", "labels", "entities") if key in row), None)
        if not isinstance(text, str) or not isinstance(labels, list):
            raise ExportError(f"{at}: is no document with a text and labels")
        points = Utf16(text)
        given = [_given(one, text, points, at) for one in labels]
        yield Returned(where, ticket_in(row.get(KEY), at), given, False, text)


def _given(one: Any, text: str, offsets: Utf16, at: str) -> Given:
    start, end, label = (
        (one.get("start_offset"), one.get("end_offset"), one.get("label"))
        if isinstance(one, dict)
        else one
        if isinstance(one, list) and len(one) == 3
        else (None, None, None)
    )
    try:
        if type(start) is int and type(end) is int:
            start, end = offsets.points(start), offsets.points(end)
    except ValueError as error:
        raise ExportError(f"{at}: {label}: {error}; doccano's project must not count graphemes") from error
    return given_in(start, end, label, text, at)
