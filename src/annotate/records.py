"""The records that flow between the stages: what `read` yields, what `write` takes.

Every stage module may import this one; no stage module imports another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

SCHEMA = "annotate/1"

#: Where a document's date came from, strongest first (see the output contract).
DATE_SOURCES = ("option", "record", "front_matter", "html", "filename")


@dataclass(frozen=True, slots=True)
class Document:
    """One article as it was read: the text is never altered, offsets refer to it.

    `source` is what stands in the record's `meta.source` (relative, never absolute);
    `lang` and `region` are what the input said of itself, None where it said nothing;
    `date` is the document's own date (ISO 8601 day), `date_source` says who gave it;
    `meta` holds whatever else the input carried, plus what reading it found out (`encoding`, `title`).
    """

    id: str
    text: str
    source: str
    lang: str | None = None
    region: str | None = None
    date: str | None = None
    date_source: str | None = None
    meta: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Failure:
    """One document that could not be done, as `errors.jsonl` has it.

    `source` carries the line number of a row in a file: `news.jsonl:12`.
    `stage` is the module in which it failed (`read`, `detect`, …), `error` a short stable
    code (`empty`, `not-utf8`, `bad-json`), `message` says what is wrong and what to do.
    """

    id: str | None
    source: str
    stage: str
    error: str
    message: str

    def as_dict(self) -> dict[str, Any]:
        """The row for `errors.jsonl`, keys in the contract's order."""
        return {
            "id": self.id,
            "source": self.source,
            "stage": self.stage,
            "error": self.error,
            "message": self.message,
        }


@dataclass(frozen=True, slots=True)
class Done:
    """One document that was annotated: its record as a line of JSON, and what is counted of it.

    `langs` are the languages whose rules ran over it, `labels` its spans by label, `words` its tokens.
    """

    id: str
    lang: str
    langs: tuple[str, ...]
    characters: int
    words: int
    labels: Mapping[str, int]
    line: bytes
