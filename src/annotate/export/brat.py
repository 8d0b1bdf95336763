"""brat: a text and its standoff annotations for each document, their configuration beside them; and back.

An entity's value is its note, in the form of a correction (`amount=5000000; currency=EUR`), which can be edited. brat
counts code points. Its lines end where texts may, so an entity that goes over a line's end is written in fragments.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args

from annotate.export.articles import Article, ExportError
from annotate.export.exchange import KEY, Given, Returned, Ticket, stated_values, ticket_of
from annotate.export.formats import Written
from annotate.export.jsonl import given_in, line_of, lines_of, ticket_in
from annotate.records import FactType
from annotate.schema import FACT_LINKS
from annotate.spans import SPAN_TYPES

#: Which files are which documents.
_INDEX = "documents.jsonl"
#: What ends a line for brat, or a field, with the white space around it.
_BREAK = re.compile(r"[\t\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]\s*")
_NAME = re.compile(r"\d{6,}(-[A-Za-z0-9._-]+)?")


def write(articles: Iterable[Article], path: Path) -> Written:
    """The articles as files in a folder, `annotation.conf` for all of them, and an index of which is which."""
    done, labels = Written(), dict.fromkeys(SPAN_TYPES)
    with (path / _INDEX).open("wb") as index:
        for number, article in enumerate(articles, 1):
            name = name_of(number, article.id)
            record = article.decided().record
            (path / f"{name}.txt").write_bytes(record["text"].encode())
            (path / f"{name}.ann").write_bytes("".join(f"{line}\n" for line in lines_for(record)).encode())
            index.write(line_of({"file": name, KEY: ticket_of(article).to_dict()}))
            labels.update(dict.fromkeys(span["label"] for span in record["spans"]))
            done.count = number
    (path / "annotation.conf").write_text(config_of(labels), encoding="utf-8", newline="\n")
    if changed := [label for label in labels if type_of(label) != label]:
        done.notes.append(f"brat has no room for these labels as they are: {', '.join(map(repr, changed))}")
    return done


def name_of(number: int, document: str) -> str:
    """A name for the files of a document that is one in any file system, whatever its id holds.

    >>> name_of(7, "../news/é 1.txt")
    '000007-news-1.txt'
    """
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", document)[:60].strip("-.")
    return f"{number:06}-{plain}" if plain else f"{number:06}"


def type_of(label: str) -> str:
    """A label as a type of brat's.

    >>> type_of("DATE"), type_of("my label")
    ('DATE', 'my_label')
    """
    return re.sub(r"[^A-Za-z0-9_-]", "_", label)


def lines_for(record: Mapping[str, Any]) -> Iterator[str]:
    """The standoff annotations of a record: entities, their values and rules as notes, facts as relations."""
    notes: list[str] = []
    for span, value in zip(record["spans"], stated_values(record), strict=True):
        name, parts = f"T{span['id'][1:]}", fragments(record["text"], span["start"], span["end"])
        places = ";".join(f"{start} {end}" for start, end in parts)
        words = " ".join(record["text"][start:end] for start, end in parts)
        yield f"{name}\t{type_of(span['label'])} {places}\t{words}"
        if value:
            notes.append(f"AnnotatorNotes {name}\t{' '.join(value.split())}")
        notes.append(f"Rule {name}\t{' '.join(span['rule'].split())}")
    yield from (f"#{number}\t{note}" for number, note in enumerate(notes, 1))
    pairs = [(fact, fact[key]) for fact in record["facts"] for key in ("date", "amount") if fact[key]]
    for number, (fact, other) in enumerate(pairs, 1):
        yield f"R{number}\t{fact['type']} Arg1:T{fact['subject'][1:]} Arg2:T{other[1:]}"


def fragments(text: str, start: int, end: int) -> list[tuple[int, int]]:
    r"""The parts of an entity between which a line ends.

    >>> fragments("5 million\r\n euros", 0, 17)
    [(0, 9), (12, 17)]
    """
    found, at = [], start
    for match in _BREAK.finditer(text, start, end):
        last = at + len(text[at : match.start()].rstrip())
        if at < last:
            found.append((at, last))
        at = match.end()
    return [*found, (at, end)] if at < end else found


def config_of(labels: Iterable[str]) -> str:
    """The configuration: the types of entities, which may overlap, and of facts."""
    subjects = "|".join(FACT_LINKS["subject"])
    targets = "|".join([*FACT_LINKS["date"], *FACT_LINKS["amount"]])
    facts = [f"{kind}\tArg1:{subjects}, Arg2:{targets}" for kind in get_args(FactType)]
    overlap = "<OVERLAP>\tArg1:<ENTITY>, Arg2:<ENTITY>, <OVL-TYPE>:<ANY>"
    parts = ("[entities]", *dict.fromkeys(map(type_of, labels)), "", "[relations]", overlap, *facts)
    return "\n".join([*parts, "", "[events]", "", "[attributes]", ""])


# --- back

_ENTITY = re.compile(r"(T\d+)\t(\S+) (\d{1,12} \d{1,12}(?:;\d{1,12} \d{1,12})*)(?:\t.*)?")
_NOTE = re.compile(r"#\d+\tAnnotatorNotes (T\d+)\t(.*)")


def read(path: Path) -> Iterator[Returned]:
    """The documents of a folder that was edited in brat, which does not say what somebody has looked at."""
    for where, row in lines_of(path / _INDEX):
        at = f"{path / _INDEX}: {where}"
        name = row.get("file")
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise ExportError(f"{at}: {name!r} is no name of a file that an export makes")
        text, ann = (_text(path / f"{name}.{suffix}") for suffix in ("txt", "ann"))
        ticket = ticket_in(row.get(KEY), at)
        yield Returned(f"{name}.ann", ticket, list(_given(ann, text, ticket, f"{path / name}.ann")), False, text)


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode()
    except OSError as error:
        raise ExportError(f"{path}: cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise ExportError(f"{path}: is not UTF-8 (byte {error.start})") from error


def _given(ann: str, text: str, ticket: Ticket, at: str) -> Iterator[Given]:
    """The entities of an annotation file with their notes; what brat knows besides is passed over."""
    labels = {type_of(one.label): one.label for one in ticket.exported}
    lines = [line.rstrip("\r") for line in ann.split("\n")]
    notes = {found[1]: found[2] for line in lines if (found := _NOTE.fullmatch(line))}
    for number, line in enumerate(lines, 1):
        if line.startswith("T"):
            found = _ENTITY.fullmatch(line)
            if found is None:
                raise ExportError(f"{at}:{number}: is no entity of brat's: {line[:60]!r}")
            start, end = _whole(found[3], text, f"{at}:{number}")
            yield given_in(start, end, labels.get(found[2], found[2]), text, f"{at}:{number}", notes.get(found[1]))


def _whole(places: str, text: str, at: str) -> tuple[int, int]:
    """The extent of an entity's fragments, between which nothing but white space may stand."""
    parts = sorted((int(start), int(end)) for start, end in (place.split(" ") for place in places.split(";")))
    for (_, end), (start, _) in pairwise(parts):
        if text[end:start].strip():
            raise ExportError(f"{at}: its parts have other words between them; an entity is one stretch of text")
    return parts[0][0], parts[-1][1]
