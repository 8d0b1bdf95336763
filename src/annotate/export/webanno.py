"""WebAnno TSV 3.3, which INCEpTION and WebAnno read and write: a token a line, offsets in UTF-16; and back.

A reader of it takes the text from the lines `#Text=`, and puts it where the first token of the sentence begins. So a
sentence goes from its first token to the first token of the next one, and nothing between them is lost.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from annotate.export.articles import Article, ExportError
from annotate.export.exchange import Given, Returned, stated_values
from annotate.export.file_names import file_name
from annotate.export.formats import Written
from annotate.export.offsets import Utf16
from annotate.export.sentenced import stretches, words_of
from annotate.export.tickets import LAYER, Tickets, TicketWriter

FEATURES = ("identifier", "label", "rule", "value")
_HEAD = f"#FORMAT=WebAnno TSV 3.3\n#T_SP={LAYER}|{'|'.join(FEATURES)}\n\n"
_LINE = "#Text="

#: The layer as a type system of UIMA: INCEpTION imports it under Settings, Layers.
_SYSTEM = f"""<?xml version="1.0" encoding="UTF-8"?>
<typeSystemDescription xmlns="http://uima.apache.org/resourceSpecifier">
  <types><typeDescription>
    <name>{LAYER}</name><description/><supertypeName>uima.tcas.Annotation</supertypeName>
    <features>{
    "".join(
        f"<featureDescription><name>{name}</name><description/><rangeTypeName>uima.cas.String</rangeTypeName>"
        "</featureDescription>"
        for name in FEATURES
    )
}</features>
  </typeDescription></types>
</typeSystemDescription>
"""

_RESERVED = re.compile(r"->|[\\\[\]|_;\t\n\r*]")
_IN_TEXT = re.compile(r"[\\\t\r]")
_ESCAPED = re.compile(r"\\(->|.)", re.DOTALL)
_CONTROLS = {"\t": "t", "\n": "n", "\r": "r"}
_SIGNS = {letter: sign for sign, letter in _CONTROLS.items()}


def escaped(text: str) -> str:
    r"""A text as it stands in a column.

    >>> escaped("a_b -> c;\t[1]")
    'a\\_b \\-> c\\;\\t\\[1\\]'
    """
    return _RESERVED.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    return "\\" + _CONTROLS.get(match[0], match[0])


def unescaped(text: str) -> str:
    r"""The text that was `escaped`.

    >>> unescaped(escaped("a_b -> c;\t[1]\\"))
    'a_b -> c;\t[1]\\'
    """
    return _ESCAPED.sub(lambda match: _SIGNS.get(match[1], match[1]), text)


def write(articles: Iterable[Article], path: Path) -> Written:
    """A file for each article that has words, the layer of all, and their tickets."""
    (path / "TypeSystem.xml").write_text(_SYSTEM, encoding="utf-8")
    done = Written()
    empty = 0
    with TicketWriter(path) as tickets:
        for number, article in enumerate(articles, 1):
            record = article.decided().record
            name = file_name(number, article.id)
            lines = [*document(record)]
            if not lines:  # a reader wants one token at least
                empty += 1
                continue
            (path / f"{name}.tsv").write_text("".join([_HEAD, *lines]), encoding="utf-8", newline="")
            tickets.add(name, article)
            done.count += 1
    if empty:
        which = "document has no words and is" if empty == 1 else "documents have no words and are"
        done.notes.append(f"{empty:,} {which} left out: the format has no empty ones")
    return done


def document(record: Mapping[str, Any]) -> Iterator[str]:
    """The sentences of a record, in lines."""
    text, spans = record["text"], record["spans"]
    words = [*words_of(text, spans)]
    offsets = Utf16(text)
    cells = _Cells(spans, stated_values(record))
    groups = _sentences(words, [start for start, _ in stretches(text, spans)])
    for number, some in enumerate(groups, 1):
        first = some[0][0]
        end = groups[number][0][0] if number < len(groups) else len(text)
        yield "\n"
        yield from (f"{_LINE}{_IN_TEXT.sub(_escape, line)}\n" for line in text[first:end].split("\n"))
        for nth, (start, word) in enumerate(some, 1):
            place = f"{offsets.units(start)}-{offsets.units(start + len(word))}"
            yield "\t".join([f"{number}-{nth}", place, escaped(word), *cells.of(start)]) + "\t\n"


def _sentences(words: Sequence[tuple[int, str]], starts: Sequence[int]) -> list[list[tuple[int, str]]]:
    groups: dict[int, list[tuple[int, str]]] = {}
    for start, word in words:
        groups.setdefault(bisect_right(starts, start), []).append((start, word))
    return [*groups.values()]


class _Cells:
    """The columns of tokens that are asked for in their order."""

    def __init__(self, spans: Sequence[Mapping[str, Any]], stated: Sequence[str]) -> None:
        self._coming = [*enumerate(zip(spans, stated, strict=True), 1)][::-1]
        self._now: list[tuple[int, tuple[Mapping[str, Any], str]]] = []

    def of(self, start: int) -> list[str]:
        """The columns of the token that begins there; entities that hold it stand beside one another, by number."""
        self._now = [one for one in self._now if one[1][0]["end"] > start]
        while self._coming and self._coming[-1][1][0]["start"] <= start:
            self._now.append(self._coming.pop())
        if not self._now:
            return ["_"] * len(FEATURES)
        columns: list[list[str]] = [[] for _ in FEATURES]
        for number, (span, stated) in self._now:
            for column, part in zip(columns, (span["id"], span["label"], span["rule"], stated), strict=True):
                column.append(f"{escaped(part) or '*'}[{number}]")
        return ["|".join(column) for column in columns]


# --- and back


@dataclass(slots=True)
class _Found:
    """An annotation while its tokens are read, its place in UTF-16."""

    start: int
    end: int
    parts: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Document:
    text: str
    found: list[_Found]


_STACKED = re.compile(r"((?:[^\\|]|\\.)+)", re.DOTALL)
_CELL = re.compile(r"(?P<part>.*?)(?:\[(?P<number>\d+)\])?", re.DOTALL)


def read(path: Path) -> Iterator[Returned]:
    """The documents of a folder of TSV files, as INCEpTION or WebAnno has left them."""
    tickets = Tickets(path)
    for file in tickets.files("tsv"):
        where = str(file.relative_to(path))
        try:
            document = parsed(file.read_bytes().decode("utf-8-sig"))
            offsets = Utf16(document.text)
            given = [_given(one, offsets) for one in document.found]
        except (ValueError, IndexError, UnicodeDecodeError) as error:
            raise ExportError(f"{path}: {where}: is no WebAnno TSV 3 with the layer {LAYER}: {error}") from error
        yield Returned(where, tickets.of(file, document.text), given, False)


def _given(one: _Found, offsets: Utf16) -> Given:
    if "label" not in one.parts:
        raise ValueError(f"an annotation at {one.start}-{one.end} has no label")
    return Given(offsets.points(one.start), offsets.points(one.end), one.parts["label"], one.parts.get("value"))


def parsed(content: str) -> _Document:
    """The text of a file and its annotations; raises ValueError where it is no such file."""
    lines = [line.removesuffix("\r") for line in content.split("\n")]
    if not lines[0].startswith("#FORMAT=WebAnno TSV 3"):
        raise ValueError("it does not begin with #FORMAT=WebAnno TSV 3")
    columns = _columns(lines)
    text: list[str] = []
    length = 0  # of the text until now, in UTF-16
    header: list[str] = []
    found: dict[tuple[str, ...], _Found] = {}
    for number, line in enumerate(lines, 1):
        if line.startswith(_LINE):
            header.append(unescaped(line.removeprefix(_LINE)))
            continue
        if not line or line.startswith("#"):
            continue
        cells = line.split("\t")
        start, _, end = cells[1].partition("-")
        if header:
            if length > int(start):  # sentences without white space between them
                text[-1] = text[-1].removesuffix("\n")
                length -= 1
            sentence = "\n".join(header) + "\n"
            text += [" " * (int(start) - length), sentence]
            length = int(start) + len(sentence.encode("utf-16-le")) // 2
            header = []
        parts = {name: cells[at] for name, at in columns.items()}
        _collect(found, number, parts, int(start), int(end))
    return _Document("".join(text), [*found.values()])


def _columns(lines: Iterable[str]) -> dict[str, int]:
    """Where the features of the layer stand."""
    at = 3
    found: dict[str, int] = {}
    for line in lines:
        if line.startswith("#T_"):
            layer, *features = line.partition("=")[2].split("|")
            names = [name for name in features if name] or [""]
            if layer == LAYER:
                found = {name: at + number for number, name in enumerate(names)}
            at += len(names)
    if "label" not in found:
        raise ValueError("it has no such layer, or no label in it")
    return found


def _collect(found: dict[tuple[str, ...], _Found], line: int, cells: Mapping[str, str], start: int, end: int) -> None:
    """The annotations that hold a token, or part of one: with a number all tokens are one, without it is its own."""
    for name, cell in cells.items():
        if cell == "_":
            continue
        for nth, stacked in enumerate(_stacked(cell)):
            match = _CELL.fullmatch(stacked)
            assert match is not None
            key = ("one", match["number"]) if match["number"] else ("line", str(line), str(nth))
            one = found.setdefault(key, _Found(start, end))
            one.start, one.end = min(one.start, start), max(one.end, end)
            if match["part"] != "*":
                one.parts[name] = unescaped(match["part"])


def _stacked(cell: str) -> list[str]:
    """The annotations of a cell that stand beside one another."""
    return [match[1] for match in _STACKED.finditer(cell) if match[1]]
