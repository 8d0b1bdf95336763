"""One entity a row: the columns of spreadsheets, and what stands in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from annotate.export.articles import Article, Entry
from annotate.export.cells import as_cell, fields_of, fitting, neutral, plain, shown, spelt
from annotate.export.corrections import VALUE_FIELDS, correction_cell
from annotate.text.sentences import sentence_around

#: What marks the entity in its sentence.
OPEN, CLOSE = "[[", "]]"
#: The verdicts that a sheet may give; `add` is for what was missed.
VERDICTS = ("accept", "reject", "correct", "flag", "skip", "add")
#: How much of a sentence is shown on either side of its entity.
_REACH = 600


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, what stands in it, how wide it is; `is_number` where a spreadsheet may count with it."""

    name: str
    about: str
    width: int
    is_number: bool = False


_VALUE_WIDTHS = {"parties": 30, "name": 30, "subject": 24, "date_span": 24, "amount_span": 24, "since_span": 24}

DECIDED = (
    Column("verdict", f"What you say of it: {', '.join(VERDICTS)}; empty for not judged.", 10),
    Column("correction", "What it should be: amount=5000000; currency=EUR, or label=…, words=…, at=START:END.", 28),
    Column("comment", "What you have to say of it; without a verdict it flags the entity.", 24),
)
VALUES = tuple(
    Column(f"value.{key}", f"The value's {key}; changed here, it is a correction.", _VALUE_WIDTHS.get(key, 14))
    for key in VALUE_FIELDS
)
COLUMNS = (
    *DECIDED,
    Column("label", "What it is; changed here, it is a correction.", 14),
    Column("surface", "Its words.", 30),
    Column("sentence", f"The sentence with the entity between {OPEN} and {CLOSE}.", 70),
    *VALUES,
    Column("document", "The id of the record.", 24),
    Column("date", "The date of the document.", 11),
    Column("lang", "The language of the document.", 6),
    Column("rule", "The rule that found it; empty for what a reviewer has added.", 26),
    Column("id", "The id of its span in the record; empty for what a reviewer has added.", 6),
    Column("start", "Its first character, in Unicode code points from 0.", 8, is_number=True),
    Column("end", "The character after its last.", 8, is_number=True),
    Column("text_sha256", "SHA-256 of the record's text, by which a change of it shows.", 12),
    Column("check", "How all this stood when it was exported. Leave it as it is.", 12),
)
NAMES = tuple(column.name for column in COLUMNS)

Row = dict[str, str | int]


def rows(article: Article) -> Iterator[Row]:
    """A row for each entity of an article, by the names of the columns; what is left out is empty."""
    for entry in article.entries():
        yield row_of(article, entry)


def row_of(article: Article, entry: Entry) -> Row:
    """The row of an entity."""
    entity, standing, meta = entry.entity, entry.standing, article.record["meta"]
    correction = standing.correction
    row: Row = {
        "verdict": standing.verdict,
        "correction": fitting(neutral(correction_cell(entity, correction, article.carrier))) if correction else "",
        "comment": fitting(neutral(spelt(standing.comment.replace("\t", " ")))),
        "label": shown(entity.label),
        "surface": shown(entity.text),
        "sentence": "".join(sentence_of(article.record["text"], entity.start, entity.end)),
    }
    for key, part in fields_of(entity.label, entity.value).items():
        row[f"value.{key}"] = shown(as_cell(part))
    row |= {
        "document": shown(article.id),
        "date": meta.get("date") or "",
        "lang": article.record["lang"],
        "rule": shown(entity.rule or ""),
        "id": entry.id or "",
        "start": entity.start,
        "end": entity.end,
        "text_sha256": article.carrier.hash,
    }
    row["check"] = check_of(row)
    return row


def check_of(row: Mapping[str, Any]) -> str:
    """A fingerprint of what was found, and one of what was decided, as the cells of a row say it."""
    return f"{found_digest(row)}-{decided_digest(row)}"


def found_digest(row: Mapping[str, Any]) -> str:
    """A fingerprint of what a row says was found, wherever its rule and span id have gone to since."""
    names = ("document", "text_sha256", "start", "end", "label", "surface", *(column.name for column in VALUES))
    return _digest(row, names)


def decided_digest(row: Mapping[str, Any]) -> str:
    """A fingerprint of what a row says was decided."""
    return _digest(row, tuple(column.name for column in DECIDED))


def _digest(row: Mapping[str, Any], names: tuple[str, ...]) -> str:
    content = "\0".join(plain(str(row.get(name, ""))) for name in names)
    return blake2b(content.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def sentence_of(text: str, start: int, end: int) -> tuple[str, str, str, str, str]:
    """What stands before an entity in its sentence, the mark, the entity, the mark, and what stands behind it."""
    first, last = sentence_around(text, start, end)
    before, after = text[max(first, start - _REACH) : start], text[end : min(last, end + _REACH)]
    return _side(before, left=True), OPEN, shown(text[start:end])[:_REACH], CLOSE, _side(after)


def _side(text: str, *, left: bool = False) -> str:
    """A side of a sentence on one line; where it meets the entity it keeps its space."""
    told = shown(text.replace("[[", "[ [").replace("]]", "] ]"))
    if left:
        return f"{told} " if told and text[-1:].isspace() else told
    return f" {told}" if told and text[:1].isspace() else told
