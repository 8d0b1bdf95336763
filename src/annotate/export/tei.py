"""TEI P5: a corpus in one file, with a header, the text as it is, and each entity marked up where it stands.

An entity within another one is an element within an element. Of two that cross one has an element; the other stands in
a `spanGrp` behind the paragraph, between two anchors. What an entity means is a feature structure, besides what
attributes have room for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from annotate.export import xml_text
from annotate.export.articles import Article
from annotate.export.cells import as_cell, fields_of
from annotate.export.formats import Written
from annotate.export.xml_text import attributes, content

Span = Mapping[str, Any]

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<teiCorpus xmlns="http://www.tei-c.org/ns/1.0">\n'
#: What a W3C date may be in `when`: a year, a month, a day.
_WHEN = re.compile(r"-?\d{4}(-\d\d(-\d\d)?)?")
_UNFIT = re.compile(r"[^\w.-]+")


def write(articles: Iterable[Article], path: Path) -> Written:
    """The articles as TEI documents of one corpus."""
    done = Written()
    crossing = replaced = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(_HEAD + _header("Articles annotated by annotate", "Made from an output of annotate."))
        for article in articles:
            done.count += 1
            record = article.decided().record
            replaced += xml_text.replaced(record["text"])
            inline, apart = parted(record["spans"])
            crossing += len(apart)
            file.writelines(_document(record, f"d{done.count}", inline, apart))
        if not done.count:
            file.writelines(_nothing())
        file.write("</teiCorpus>\n")
    done.notes += xml_text.note_of(replaced)
    if crossing:
        which = "entity crosses another one and stands" if crossing == 1 else "entities cross another one and stand"
        done.notes.append(f"{crossing:,} {which} in a spanGrp between anchors")
    return done


def parted(spans: Sequence[Span]) -> tuple[list[Span], list[Span]]:
    """The spans that can be elements, nested in one another; and those that would cross one of these.

    >>> at = [{"start": 0, "end": 5}, {"start": 1, "end": 3}, {"start": 4, "end": 9}]
    >>> [[span["end"] for span in some] for some in parted(at)]
    [[5, 3], [9]]
    """
    inline: list[Span] = []
    apart: list[Span] = []
    open_ends: list[int] = []
    for span in spans:  # by their starts, the longest first
        while open_ends and open_ends[-1] <= span["start"]:
            open_ends.pop()
        if open_ends and span["end"] > open_ends[-1]:
            apart.append(span)
        else:
            inline.append(span)
            open_ends.append(span["end"])
    return inline, apart


def _header(title: str, source: str, lang: str | None = None, date: str | None = None) -> str:
    published = "" if date is None else f"<date{attributes(when=date)}>{date}</date>"
    language = "" if lang is None else f"<langUsage><language{attributes(ident=lang)}/></langUsage>"
    profile = "" if lang is None else f"<profileDesc>{_creation(published)}{language}</profileDesc>"
    return (
        f"<teiHeader><fileDesc><titleStmt><title>{content(title)}</title></titleStmt>"
        "<publicationStmt><p>Not published.</p></publicationStmt>"
        f"<sourceDesc><p>{content(source)}</p></sourceDesc></fileDesc>{profile}</teiHeader>\n"
    )


def _creation(date: str) -> str:
    return f"<creation>{date}</creation>" if date else ""


def _document(record: Mapping[str, Any], name: str, inline: Sequence[Span], apart: Sequence[Span]) -> Iterator[str]:
    text, meta = record["text"], record["meta"]
    yield f"<TEI{attributes(xml_id=name, n=record['id'], xml_lang=record['lang'])}>\n"
    yield _header(meta.get("title") or record["id"], meta["source"], record["lang"], meta["date"])
    yield '<text><body><p xml:space="preserve">'
    at = 0
    for place, tag in _tags(name, inline, apart):
        yield content(text[at:place]) + tag
        at = place
    yield content(text[at:]) + "</p>\n"
    if apart:
        yield '<spanGrp type="annotate">'
        for span in apart:
            own = f"{name}.{span['id']}"
            named = attributes(
                xml_id=own, type=span["label"], from_=f"#{own}.from", to=f"#{own}.to", ana=f"#{own}.value"
            )
            yield f"<span{named}>{content(span['text'])}</span>"
        yield "</spanGrp>\n"
    for span in record["spans"]:
        yield _features(f"{name}.{span['id']}.value", span["label"], _told(span, name))
    for number, fact in enumerate(record["facts"], 1):
        yield _features(f"{name}.fact{number}", "FACT", _fact(fact, name))
    yield "</body></text></TEI>\n"


def _tags(name: str, inline: Sequence[Span], apart: Sequence[Span]) -> list[tuple[int, str]]:
    """The tags of a text with their places, in the order in which they stand there."""
    tags: list[tuple[tuple[int, int, int], str]] = []  # what closes first, the inner before the outer; then anchors
    for depth, span in enumerate(inline):
        element, named = _element(span, f"{name}.{span['id']}")
        tags.append(((span["start"], 2, depth), f"<{element}{named}>"))
        tags.append(((span["end"], 0, -depth), f"</{element}>"))
    for number, span in enumerate(apart):
        for end in ("start", "end"):
            anchor = f"{name}.{span['id']}.{'from' if end == 'start' else 'to'}"
            tags.append(((span[end], 1, number), f"<anchor{attributes(xml_id=anchor)}/>"))
    return [(key[0], tag) for key, tag in sorted(tags)]


def _element(span: Span, name: str) -> tuple[str, str]:
    """The element of an entity and its attributes."""
    value, common = span["value"], {"xml_id": name, "ana": f"#{name}.value"}
    if span["label"] == "DATE":
        return "date", attributes(**common, **_dated(value))
    if span["label"] == "MONEY":
        sums = {"quantity": value["amount"], "unit": value["currency"]}  # `measure` has no room for a range
        return "measure", attributes(**common, type="currency", **sums)
    key = value.get("id") if span["label"] in ("AGREEMENT", "PARTNERSHIP") else None
    kind = _UNFIT.sub("_", span["label"].lower())
    return "rs", attributes(**common, type=kind, key=key)


def _dated(value: Mapping[str, Any]) -> dict[str, str | None]:
    """When an expression is: a moment of the calendar, a period, or what it is not before or after.

    >>> _dated({"timex": "2008-05", "timex_type": "DATE", "mod": None, "start": "2008-05-01", "end": "2008-05-31"})
    {'when': '2008-05'}
    >>> _dated({"timex": "2008-Q1", "timex_type": "DATE", "mod": None, "start": "2008-01-01", "end": "2008-03-31"})
    {'from_': '2008-01-01', 'to': '2008-03-31'}
    """
    start, end = value["start"], value["end"]
    if value["mod"] == "APPROX":
        return {"notBefore": start, "notAfter": end, "cert": "low"} if start or end else {}
    if value["timex_type"] == "DATE" and value["mod"] is None and _WHEN.fullmatch(value["timex"]):
        return {"when": value["timex"]}
    return {"from_": start, "to": end}


def _told(span: Span, name: str) -> dict[str, str]:
    """What is known of an entity, its links as the names of elements."""
    told = {"rule": span["rule"]}
    for key, part in fields_of(span["label"], span["value"]).items():
        text = f"#{name}.{part}" if key.endswith("_span") and part else as_cell(part)
        if text:
            told[key] = text
    return told


def _fact(fact: Mapping[str, Any], name: str) -> dict[str, str]:
    links = {key: f"#{name}.{fact[key]}" for key in ("subject", "date", "amount") if fact[key] is not None}
    start, end = fact["evidence"]
    return {"type": fact["type"], **links, "parties": ", ".join(fact["parties"]), "evidence": f"{start}:{end}"}


def _features(name: str, kind: str, told: Mapping[str, str]) -> str:
    features = "".join(f"<f{attributes(name=key)}><string>{content(part)}</string></f>" for key, part in told.items())
    return f"<fs{attributes(xml_id=name, type=_UNFIT.sub('_', kind))}>{features}</fs>\n"


def _nothing() -> Iterator[str]:
    """A corpus has at least one document: an empty one."""
    yield "<TEI>\n" + _header("Nothing", "The output has no documents.")
    yield "<text><body><p/></body></text></TEI>\n"
