"""What has been done, beside the records: one line a document, so that the next run need not do it again.

A line is a checksum and a JSON object, and names where the record stands in the shard and the checksum of its
bytes. So nothing is taken on trust: a line that was cut by a kill, a file that was changed by hand, a shard
that belongs to another journal are all seen, and cost the documents in question only.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
import orjson

from annotate.records import Document, Done, Failure

_CHECKSUM = 8


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a record depends on: the document as it was read, the settings of the run, the rules of its languages.

    All three are fingerprints; `langs` are the languages whose rules ran, none for a document that failed. `source`
    is the file that it was read from.
    """

    document: str
    settings: str
    rules: str = ""
    langs: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One document of an earlier run: its stamp, and its record's place in the shard, or its failure."""

    id: str | None
    stamp: Stamp
    at: int = 0
    size: int = 0
    checksum: int = 0
    lang: str = ""
    characters: int = 0
    words: int = 0
    labels: Mapping[str, int] = field(default_factory=dict)
    failure: Failure | None = None

    def done(self, line: bytes) -> Done:
        """The document as it came out then, with the bytes of its record."""
        return Done(str(self.id), self.lang, self.stamp.langs, self.characters, self.words, self.labels, line)


def document_stamp(document: Document) -> str:
    """The fingerprint of all that was read of a document, of a page as it is; never of a file's times.

    >>> document_stamp(Document("a", "x", "a")) == document_stamp(Document("a", "y", "a"))
    False
    """
    parts = (document.id, document.source, document.lang, document.region, document.date, document.date_source)
    content = (*parts, document.is_page, document.meta)
    digest = blake2b(orjson.dumps(content, default=dict), digest_size=12)
    digest.update(document.text.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def to_line(entry: Entry) -> bytes:
    """One line of a journal.

    >>> to_line(Entry("a", Stamp("d", "s"))).split(b" ", 1)[1][:22]
    b'{"id":"a","stamp":["d"'
    """
    stamp = entry.stamp
    content: dict[str, Any] = {"id": entry.id, "stamp": [stamp.document, stamp.settings, stamp.rules, *stamp.langs]}
    content["source"] = stamp.source
    if entry.failure is None:
        content["place"] = [entry.at, entry.size, entry.checksum]
        content["counts"] = [entry.lang, entry.characters, entry.words, dict(entry.labels)]
    else:
        content["failure"] = msgspec.structs.astuple(entry.failure)
    data = orjson.dumps(content)
    return b"%08x %s\n" % (zlib.crc32(data), data)


def from_line(line: bytes) -> Entry | None:
    """The entry of a line; None where the line is not as it was written."""
    data = line[_CHECKSUM + 1 : -1]
    if line[-1:] != b"\n" or line[: _CHECKSUM + 1] != b"%08x " % zlib.crc32(data):
        return None
    content = orjson.loads(data)
    document, settings, rules, *langs = content["stamp"]
    stamp = Stamp(document, settings, rules, tuple(langs), content.get("source", ""))
    if "failure" in content:
        return Entry(content["id"], stamp, failure=Failure(*content["failure"]))
    return Entry(content["id"], stamp, *content["place"], *content["counts"])


class Journal:
    """An earlier journal, asked for one document after the other.

    Documents mostly come in the order of last time: then the next line is the one. The first that is not makes an
    index of the rest, a few bytes a document.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        #: Lines that were not as they had been written.
        self.damaged = 0
        self._file: BinaryIO | None = None
        self._at = 0
        self._index: dict[int, int] | None = None

    def next(self, name: str) -> Entry | None:
        """The next entry, if it is that of a document; None where it is another one's, or an index is needed."""
        if self._index is not None:
            return None
        entry, after = self._read(self._at)
        if entry is None or entry.id != name:
            return None
        self._at = after
        return entry

    def find(self, name: str) -> Entry | None:
        """What the journal says of a document, None where it knows nothing (any more)."""
        if (entry := self.next(name)) is not None:
            return entry
        if self._index is None:
            self._index = self._build()
        place = self._index.get(hash(name))
        if place is None:
            return None
        entry, _ = self._read(place)
        if entry is None or entry.id != name:
            return None
        del self._index[hash(name)]
        return entry

    def unmet(self) -> int:
        """How many documents it knows that were never asked for."""
        if self._index is None:
            self._index = self._build()
        return len(self._index)

    def _read(self, at: int) -> tuple[Entry | None, int]:
        if self._file is None:
            self._file = self.path.open("rb")
        self._file.seek(at)
        line = self._file.readline()
        return from_line(line) if line else None, at + len(line)

    def _build(self) -> dict[int, int]:
        index: dict[int, int] = {}
        at = self._at
        with self.path.open("rb") as file:
            file.seek(at)
            for line in file:
                entry = from_line(line)
                if entry is not None:
                    index[hash(entry.id)] = at
                elif line.endswith(b"\n"):  # a last line without its end was cut by a kill, as is to be expected
                    self.damaged += 1
                at += len(line)
        return index

    def close(self) -> None:
        """Let the file go; it is opened again when it is asked for."""
        if self._file is not None:
            self._file.close()
            self._file = None


def entries(path: Path) -> Iterator[Entry | None]:
    """All entries of a journal; None for each line that is damaged."""
    with path.open("rb") as file:
        for line in file:
            yield from_line(line)
