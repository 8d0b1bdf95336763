"""TimeML: a file for each document, its dates as TIMEX3 in the text, its own date as the time of its creation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from annotate.export import sentenced, xml_text
from annotate.export.articles import Article
from annotate.export.file_names import file_name
from annotate.export.formats import Written
from annotate.export.xml_text import attributes, content

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<TimeML>\n'
#: The unit of a duration whose length is not said, by the grain of a date.
_UNITS = {"day": "PXD", "week": "PXW", "month": "PXM", "quarter": "PXM", "half_year": "PXM", "year": "PXY"}


def write(articles: Iterable[Article], path: Path) -> Written:
    """A file for each article, in the folder that `path` is."""
    done = Written()
    lost = replaced = 0
    for article in articles:
        done.count += 1
        record = article.decided().record
        dates = [span for span in record["spans"] if span["label"] == "DATE"]
        spans = sentenced.flat(dates)
        lost += len(dates) - len(spans)
        replaced += xml_text.replaced(record["text"])
        name = f"{file_name(done.count, article.id)}.tml"
        (path / name).write_text("".join(document(record, spans)), encoding="utf-8", newline="")
    done.notes += [*sentenced.note_of(lost), *xml_text.note_of(replaced)]
    return done


def document(record: Mapping[str, Any], dates: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """A record as TimeML, in parts."""
    text, meta = record["text"], record["meta"]
    day = meta["date"]
    yield _HEAD
    yield f"<DOCID>{content(record['id'])}</DOCID>\n"
    if day is not None:
        named = attributes(tid="t0", type="DATE", value=day, temporalFunction="false")
        yield f'<DCT><TIMEX3{named} functionInDocument="CREATION_TIME">{day}</TIMEX3></DCT>\n'
    if meta.get("title"):
        yield f"<TITLE>{content(meta['title'])}</TITLE>\n"
    yield "<TEXT>"
    points = _Points(len(dates))
    at = 0
    for number, span in enumerate(dates, 1):
        yield content(text[at : span["start"]])
        value = span["value"]
        named = attributes(tid=f"t{number}", **_timex(value, points), **_anchored(value, day))
        yield f"<TIMEX3{named}>{content(text[span['start'] : span['end']])}</TIMEX3>"
        at = span["end"]
    yield content(text[at:])
    yield "</TEXT>\n"
    yield from points.written
    yield "</TimeML>\n"


class _Points:
    """Points in time that no words of the text stand for, numbered behind those that have some."""

    def __init__(self, known: int) -> None:
        self.known = known
        self.written: list[str] = []

    def name(self, timex: str | None) -> str | None:
        """The name of a point, None where a range is open there."""
        if not timex or timex == "..":
            return None
        name = f"t{self.known + len(self.written) + 1}"
        self.written.append(f"<TIMEX3{attributes(tid=name, type='DATE', value=timex, temporalFunction='false')}/>\n")
        return name


def _timex(value: Mapping[str, Any], points: _Points) -> dict[str, str | None]:
    """What an expression means; TIMEX3 has no value for a range, so it is a duration between two points."""
    timex, kind, mod = value["timex"], value["timex_type"], value["mod"]
    first, last = value["start"], value["end"]
    if is_range := "/" in timex:
        first, _, last = timex.partition("/")
        timex, kind = _UNITS.get(value["grain"], "PXD"), "DURATION"
    if not is_range and kind != "DURATION":
        return {"type": kind, "value": timex, "mod": mod}
    ends = {"beginPoint": points.name(first), "endPoint": points.name(last)}
    return {"type": kind, "value": timex, "mod": mod, **ends}


def _anchored(value: Mapping[str, Any], day: str | None) -> dict[str, str | None]:
    """Whether it was resolved against another date, and which, where that is the document's."""
    if value["anchor"] is None:
        return {"temporalFunction": "false"}
    return {"temporalFunction": "true", "anchorTimeID": "t0" if value["anchor"] == day else None}
