"""W3C Web Annotation: a collection in JSON-LD, each entity by its position and by its words with those around them.

`TextPositionSelector` counts code points, as its specification says and as records do. An article is named by an IRI
made of its id, since the text that offsets refer to has no address of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from annotate.export.articles import Article
from annotate.export.formats import Written
from annotate.storage.write import to_bytes

#: The namespace of the names that are made here.
NAMESPACE = "urn:x-annotate:"
_CONTEXT = "http://www.w3.org/ns/anno.jsonld"
#: How many characters before and behind the words are written.
_AROUND = 32


def write(articles: Iterable[Article], path: Path) -> Written:
    """The entities and facts of articles as one collection with one page."""
    done = Written()
    total = 0
    head = {"@context": _CONTEXT, "id": f"{NAMESPACE}collection", "type": "AnnotationCollection"}
    page = {"id": f"{NAMESPACE}page:1", "type": "AnnotationPage", "startIndex": 0}
    with path.open("wb") as file:
        file.write(_open(head) + b',"first":' + _open(page) + b',"items":[')
        for article in articles:
            for one in described(article.decided().record):
                file.write((b",\n" if total else b"\n") + to_bytes(one).rstrip(b"\n"))
                total += 1
            done.count += 1
        file.write(b'\n]},"total":%d}\n' % total)
    return done


def _open(content: Mapping[str, Any]) -> bytes:
    """An object of JSON without its end."""
    return to_bytes(content).rstrip(b"\n").removesuffix(b"}")


def described(record: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """An annotation for each entity, and one for each fact, on the passage that says so."""
    text = record["text"]
    name = f"{NAMESPACE}document:{quote(record['id'], safe='')}"
    source = {"id": name, "type": "Text", "format": "text/plain", "language": record["lang"]}
    creator = {"id": f"{NAMESPACE}tool", "type": "Software", "name": record["run"]["tool"]}
    for span in record["spans"]:
        kept = {key: span[key] for key in ("id", "label", "rule", "value")}
        yield {
            "id": f"{name}#{span['id']}",
            "type": "Annotation",
            "motivation": "classifying",
            "creator": creator,
            "body": [
                {"type": "TextualBody", "purpose": "classifying", "format": "text/plain", "value": span["label"]},
                _description(kept),
            ],
            "target": {"source": source, "selector": _selectors(text, span["start"], span["end"])},
        }
    for number, fact in enumerate(record["facts"], 1):
        yield {
            "id": f"{name}#fact{number}",
            "type": "Annotation",
            "motivation": "describing",
            "creator": creator,
            "body": [_description(fact)],
            "target": {"source": source, "selector": _selectors(text, *fact["evidence"])},
        }


def _description(content: Mapping[str, Any]) -> dict[str, str]:
    """What is known of an entity or a fact, as JSON in a text: the vocabulary of annotations has no words for it."""
    value = to_bytes(content).rstrip(b"\n").decode()
    return {"type": "TextualBody", "purpose": "describing", "format": "application/json", "value": value}


def _selectors(text: str, start: int, end: int) -> list[dict[str, Any]]:
    return [
        {"type": "TextPositionSelector", "start": start, "end": end},
        {
            "type": "TextQuoteSelector",
            "exact": text[start:end],
            "prefix": text[max(0, start - _AROUND) : start],
            "suffix": text[end : end + _AROUND],
        },
    ]
