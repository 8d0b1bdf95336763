"""What goes with a document into a tool and comes back: a ticket by which its annotations are known again.

A ticket names the document, the hash of its text, and each entity as it was exported, its value as a fingerprint. So
what was changed in the tool is told from what was not, also when the output or the decisions are others by then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from annotate.export.articles import Article
from annotate.export.cells import as_cell, fields_of
from annotate.export.corrections import quoted
from annotate.review.carry import linked
from annotate.schema import VALUE_LINKS

#: The key under which formats of JSON carry it.
KEY = "annotate"


class Exported(msgspec.Struct, frozen=True):
    """An entity as it was exported."""

    id: str
    start: Annotated[int, Meta(ge=0)]
    end: Annotated[int, Meta(ge=0)]
    label: str
    value: str

    @property
    def place(self) -> tuple[int, int, str]:
        """Where it stood, as what."""
        return self.start, self.end, self.label


class Ticket(msgspec.Struct, frozen=True):
    """A document as it was exported."""

    document: str
    text_sha256: str
    exported: tuple[Exported, ...]

    def to_dict(self) -> dict[str, Any]:
        """The same as plain JSON."""
        content: dict[str, Any] = msgspec.to_builtins(self)
        return content

    def stated(self, label: str, value: Mapping[str, Any], text: str) -> str:
        """A value that a tool gives back, as text; links are the ids of spans that were exported."""
        places = {
            one.id: {"start": one.start, "end": one.end, "text": text[one.start : one.end]} for one in self.exported
        }
        links = VALUE_LINKS.get(label, {})
        return stated(
            label, {key: places.get(str(part)) if key in links and part else part for key, part in value.items()}
        )


def ticket_of(article: Article) -> Ticket:
    """The ticket of an article as it stands after all decisions."""
    record = article.decided().record
    exported = tuple(
        Exported(span["id"], span["start"], span["end"], span["label"], fingerprint(value))
        for span, value in zip(record["spans"], stated_values(record), strict=True)
    )
    return Ticket(article.id, article.carrier.hash, exported)


def stated_values(record: Mapping[str, Any]) -> Sequence[str]:
    """The values of a record's spans as text, in their order."""
    targets = {span["id"]: span for span in record["spans"]}
    return [stated(span["label"], linked(span, targets)) for span in record["spans"]]


#: What of a date follows from its `timex` and `mod`.
_FOLLOWS = {"DATE": ("timex_type", "edtf", "start", "end", "grain", "anchor")}


def stated(label: str, value: Mapping[str, Any]) -> str:
    """A value as the text of one line, the fields of a correction: what people read and edit in a tool.

    >>> stated("MONEY", {"amount": "5000000", "currency": "EUR", "min": None})
    'amount=5000000; currency=EUR'
    """
    left_out = _FOLLOWS.get(label, ())
    fields = ((key, as_cell(part)) for key, part in fields_of(label, value).items() if key not in left_out)
    return "; ".join(f"{key}={quoted(text)}" for key, text in fields if text)


def fingerprint(text: str) -> str:
    """A short fingerprint of a value as text, however its links and white space are written.

    >>> fingerprint("amount=5;  currency=EUR") == fingerprint("amount=5; currency=EUR ")
    True
    """
    return blake2b(" ".join(text.split()).encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()


@dataclass(frozen=True, slots=True)
class Given:
    """An annotation as a tool gives it back; `stated` is its value as text, None where the tool has no say in it."""

    start: int
    end: int
    label: str
    stated: str | None = None

    @property
    def place(self) -> tuple[int, int, str]:
        """Where it stands, as what."""
        return self.start, self.end, self.label


@dataclass(frozen=True, slots=True)
class Returned:
    """A document as a tool gives it back; `is_reviewed` says that somebody has looked at all of it."""

    where: str
    ticket: Ticket
    spans: Sequence[Given]
    is_reviewed: bool
    text: str | None = None
