"""Prodigy: a task a line, with tokens, spans and hashes, for `spans.manual` and `ner.manual`; and back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any

from annotate.export.articles import Article, ExportError
from annotate.export.exchange import KEY, Returned, ticket_of
from annotate.export.formats import Written
from annotate.export.jsonl import given_in, line_of, lines_of, ticket_in
from annotate.export.tokens import whole_tokens


def write(articles: Iterable[Article], path: Path) -> Written:
    """The articles as tasks, in their order."""
    done = Written()
    overlapping = 0
    with path.open("wb") as file:
        for article in articles:
            file.write(line_of(task_of(article)))
            done.count += 1
            overlapping += _overlaps(article.decided().record["spans"])
    if overlapping:
        done.notes.append(
            f"spans overlap in {overlapping:,} of the tasks: open them with spans.manual, since ner.manual takes none"
        )
    return done


def task_of(article: Article) -> dict[str, Any]:
    """An article as a task; its hashes depend on what is asked alone, not on who asks."""
    record = article.decided().record
    text, meta = record["text"], record["meta"]
    tokens = whole_tokens(text, record["spans"])
    spans = []
    for span in record["spans"]:
        first, after = tokens.within(span["start"], span["end"])
        kept = {key: span[key] for key in ("start", "end", "label", "id", "rule", "value")}
        spans.append(kept | {"token_start": first, "token_end": after - 1})
    shown = {"id": record["id"], "lang": record["lang"], "source": meta["source"], "date": meta["date"]}
    asked = [(span["start"], span["end"], span["label"]) for span in spans]
    input_hash = hash_of("text", text)
    return {
        "text": text,
        "tokens": [*tokens.rows()],
        "spans": spans,
        "meta": {key: part for key, part in shown.items() if part is not None},
        KEY: {**ticket_of(article).to_dict(), "facts": record["facts"]},
        "_input_hash": input_hash,
        "_task_hash": hash_of("task", str(input_hash), json.dumps(asked, ensure_ascii=False)),
    }


def hash_of(*parts: str) -> int:
    """A number of 32 bits with a sign, as Prodigy's hashes are; the same in every run."""
    content = "\0".join(parts).encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(content, digest_size=4).digest(), "big", signed=True)


def _overlaps(spans: Iterable[Mapping[str, Any]]) -> bool:
    end = 0
    for span in spans:
        if span["start"] < end:
            return True
        end = max(end, span["end"])
    return False


def read(path: Path) -> Iterator[Returned]:
    """The tasks that were answered, as `prodigy db-out` writes them.

    `accept` says that all of the text was looked at; a task that was ignored or rejected says nothing of its spans,
    and one without an answer has not been looked at.
    """
    for where, task in lines_of(path):
        answer = task.get("answer")
        if answer not in (None, "accept", "reject", "ignore"):
            raise ExportError(f"{path}: {where}: {answer!r} is no answer of Prodigy's")
        if answer in ("reject", "ignore"):
            continue
        at = f"{path}: {where}"
        text, spans = task.get("text"), task.get("spans", [])
        if not isinstance(text, str) or not isinstance(spans, list):
            raise ExportError(f"{at}: is no task with a text and spans")
        ticket = ticket_in(task.get(KEY), at)
        given = []
        for span in spans:
            if not isinstance(span, dict):
                raise ExportError(f"{at}: a span is no object")
            value, label = span.get("value"), span.get("label")
            stated = ticket.stated(str(label), value, text) if isinstance(value, dict) else None
            given.append(given_in(span.get("start"), span.get("end"), label, text, at, stated))
        yield Returned(where, ticket, given, answer == "accept", text)
