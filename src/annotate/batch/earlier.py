"""What earlier runs have left in an output: asked for one document after the other, checked byte by byte."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import orjson

from annotate.records import OLDER, Failure
from annotate.storage.journal import Entry, Journal, entries
from annotate.storage.layout import PART, STDIN_SOURCE, Paths, journals, names_of
from annotate.storage.write import PACKED, unpacked

#: How a record begins that an earlier version has written.
_OLDER = tuple(f'{{"schema":"{schema}"'.encode() for schema in OLDER)


class Earlier:
    """What earlier runs have left: journals, the newest first, each with the files its records may stand in."""

    def __init__(self, paths: Paths) -> None:
        self._paths = paths
        self._journals: list[Journal] = []
        self._data: list[_Data] = []
        self._drafts: list[bool] = []
        self._shard = 0
        self._kept = 0
        self.damaged: list[str] = []

    def open(self) -> None:
        for path, draft in journals(self._paths):
            final = self._paths.folder / str(names_of(path)[0])
            self._journals.append(Journal(path))
            self._data.append(_Data([path.with_suffix(PART), final] if draft else [final]))
            self._drafts.append(draft)

    def find(self, name: str) -> list[tuple[Entry, int]]:
        """All that journals say of a document; those of broken-off runs first, they are newer."""
        drafts = [n for n, draft in enumerate(self._drafts) if draft]
        found = [(entry, n) for n in drafts if (entry := self._journals[n].find(name)) is not None]
        shard = self._in_shards(name)
        return [*found, shard] if shard else found

    def _in_shards(self, name: str) -> tuple[Entry, int] | None:
        """The entry in the one shard that has it: mostly the next of the shard that had the last one."""
        first = sum(self._drafts)
        for n in range(self._shard, min(self._shard + 2, len(self._journals))):
            if n >= first and (entry := self._journals[n].next(name)) is not None:
                self._turn_to(n)
                return entry, n
        for n in range(first, len(self._journals)):
            if (entry := self._journals[n].find(name)) is not None:
                self._turn_to(n)
                return entry, n
            if n not in (self._shard, self._shard + 1):
                self._journals[n].close()
        return None

    def _turn_to(self, number: int) -> None:
        """Let go of the files of the shard before: there may be more of them than files may be open."""
        if number != self._shard:
            self._journals[self._shard].close()
            self._data[self._shard].close()
            self._shard = number

    def read(self, entry: Entry, number: int) -> bytes | None:
        """The record of an entry, None where its bytes are not as they were written."""
        line = self._data[number].read(entry)
        if line is None:
            self._blame(self._data[number].name)
        elif line.startswith(_OLDER):
            return None  # it is annotated again: one output has records of one format
        return line

    def others(self, sources: frozenset[str]) -> Iterator[tuple[Entry, int]]:
        """All documents of runs that are over that come from other sources, in the order of the output."""
        for number, (journal, draft) in enumerate(zip(self._journals, self._drafts, strict=True)):
            if draft:
                continue
            for entry in entries(journal.path):
                if entry is not None and entry.stamp.source not in sources:
                    self._kept += 1
                    yield entry, number
            self._data[number].close()

    def failures(self, sources: frozenset[str]) -> Iterator[Failure]:
        """What failed in runs that are over and comes from other sources; of standard input it cannot be mended."""
        with suppress(FileNotFoundError), self._paths.errors.open("rb") as file:
            for line in file:
                failure = Failure(**orjson.loads(line))
                if not {failure.source, failure.source.rpartition(":")[0]} & {*sources, STDIN_SOURCE}:
                    yield failure

    def _blame(self, name: str) -> None:
        if name not in self.damaged:
            self.damaged.append(name)

    def removed(self) -> int:
        journals = zip(self._journals, self._drafts, strict=True)
        return sum(journal.unmet() for journal, draft in journals if not draft) - self._kept

    def close(self) -> None:
        for journal in self._journals:
            if journal.damaged:
                self._blame(journal.path.name)
            journal.close()
        for data in self._data:
            data.close()


class _Data:
    """The records of one journal, in the first of some files that has them."""

    def __init__(self, candidates: list[Path]) -> None:
        self._candidates = [path for path in candidates if path.exists()]
        self._file: BinaryIO | None = None
        self.name = candidates[-1].name

    def read(self, entry: Entry) -> bytes | None:
        for path in self._candidates:
            line = self._bytes(path, entry)
            if line is not None and zlib.crc32(line) == entry.checksum:
                self._candidates = [path]
                return line
            self.close()
        return None

    def _bytes(self, path: Path, entry: Entry) -> bytes | None:
        try:
            if self._file is None:
                self._file = unpacked(path)
            elif path.suffix in PACKED and self._file.tell() > entry.at:
                self.close()
                self._file = unpacked(path)
            self._file.seek(entry.at)
            return self._file.read(entry.size)
        except Exception:  # a damaged archive raises whatever its unpacker thinks of
            return None

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
