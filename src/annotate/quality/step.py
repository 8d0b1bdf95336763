"""Two outputs read in step: the records of both by id, with few of them in memory."""

from __future__ import annotations

import re
import tempfile
from bisect import bisect_right
from collections.abc import Generator, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import accumulate, chain, zip_longest
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson

from annotate.reading.decode import UNPACK, ReadError, Source
from annotate.records import SCHEMA, older
from annotate.storage.layout import files_of, output_paths
from annotate.storage.write import OutputError

Record = Mapping[str, Any]
Span = Mapping[str, Any]

_NAME = re.compile(r"annotations(-[^.]+)?\.jsonl(\.gz|\.zst)?")
#: Longer than any line; what reads lines asks for a limit.
_ENDLESS = 2**40


class DiffError(ValueError):
    """The outputs cannot be compared. The message says which, and why."""


def joined(old: Output, new: Output) -> Generator[tuple[Record | None, Record | None], None, None]:
    """The records of both outputs by id, in the order of the old one; what only the new one has comes last."""
    ours, theirs = old.rows(), new.rows()
    for left, right in zip_longest(ours, theirs):
        if left is None or right is None or left.id != right.id:
            break
        yield left.record, right.record
    else:
        return
    with _Index(new) as index:
        index.fill(_some(right, theirs))
        for row in _some(left, ours):
            yield row.record, index.take(row.id)
        yield from ((None, record) for record in index.rest())


def _some(first: _Row | None, more: Iterator[_Row]) -> Iterator[_Row]:
    return more if first is None else chain([first], more)


@dataclass(slots=True)
class _Row:
    """A record with its id, and the line that it stands in: which file's, its number, its first byte, and all of it.

    `start` is None where the file is packed: its bytes cannot be gone back to.
    """

    id: str
    record: Record
    file: int
    number: int
    start: int | None
    line: bytes


class Output:
    """The annotation files of one output, read one after the other."""

    def __init__(self, path: str | Path) -> None:
        self.files = _files(Path(path))

    def rows(self) -> Iterator[_Row]:
        """Every record, as it comes; raises DiffError with the file, the line and what is wrong with it."""
        for file, number, start, line in self._lines():
            record = _record(line, f"{self.files[file]}:{number}")
            yield _Row(str(record["id"]), record, file, number, start, line)

    def lines(self) -> Iterator[tuple[bytes, str]]:
        """Every line that a record stands in, unread, and where it stands; `record` reads it."""
        for file, number, _, line in self._lines():
            yield line, f"{self.files[file]}:{number}"

    @staticmethod
    def record(line: bytes, where: str) -> Record:
        """The record of a line; raises DiffError, with the place, where it holds none."""
        return _record(line, where)

    def _lines(self) -> Iterator[tuple[int, int, int | None, bytes]]:
        for number, path in enumerate(self.files):
            try:
                for line in _lines(path):
                    yield number, *line
            except (OSError, ReadError) as error:
                raise DiffError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from error


def holds_records(path: Path) -> bool:
    """Whether a path is what a run has written: a file of annotations, or a folder with one or with its shards."""
    names = (file.name for file in path.glob("annotations*")) if path.is_dir() else [path.name]
    return any(_NAME.fullmatch(name) for name in names)


def _files(path: Path) -> list[Path]:
    """The file that is named, or its shards; those of a folder: annotations.jsonl, or annotations-*.jsonl."""
    if path.is_file():
        return [path]
    if not path.is_dir():
        return _shards(path) or [path]
    files = sorted(file for file in path.rglob("annotations*") if _NAME.fullmatch(file.name))
    if not files:
        raise DiffError(f"{path}: holds no annotations.jsonl")
    return files


def _shards(path: Path) -> list[Path]:
    """Of `news.jsonl` those that its manifest names: news-00000.jsonl, news-00001.jsonl, …"""
    with suppress(OutputError):
        return sorted(path.with_name(name) for name in files_of(output_paths(path)))
    return []


def _lines(path: Path) -> Iterator[tuple[int, int | None, bytes]]:
    """The lines of a file that are not empty: the number of each, and its first byte where that can be gone back to."""
    packing = path.suffix if path.suffix in UNPACK else ""
    with path.open("rb") as file:
        source = Source(file, packing, text_key="text", max_bytes=_ENDLESS)
        plain = not packing and source.mark is None
        at = 0
        for line in source.lines():
            if not line.isspace():
                yield source.number, at if plain else None, line
            at += len(line)


def _record(line: bytes, where: str) -> Record:
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise DiffError(f"{where}: is not JSON: {error}") from error
    if schema := older(record):
        raise DiffError(
            f"{where}: is an {schema} record, and {SCHEMA} is wanted; run `annotate run` into that output again"
        )
    schema = record.get("schema", SCHEMA) if isinstance(record, dict) else SCHEMA
    if schema != SCHEMA:
        raise DiffError(f"{where}: is an {schema} record, and {SCHEMA} is wanted; a newer version may have written it")
    if not isinstance(record, dict) or "id" not in record or not isinstance(record.get("spans"), list):
        raise DiffError(f"{where}: is no record; it needs an id and a list of spans")
    for span in record["spans"]:
        if not (isinstance(span, dict) and isinstance(span.get("label"), str) and _has_place(span)):
            raise DiffError(f"{where}: a span needs a label, a start and an end: {span}")
    return record


def _has_place(span: Span) -> bool:
    return all(type(span.get(key)) is int for key in ("start", "end"))


class _Index:
    """Where the records of an output stand on the disk, by id; each can be taken once.

    Those of packed files are copied to a temporary file, unpacked. A place is one number: how many bytes of all
    files, one behind the other and the temporary one last, come before it.
    """

    def __init__(self, output: Output) -> None:
        self._files = output.files
        self._starts = [0, *accumulate(path.stat().st_size for path in self._files)]
        self._spool = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the index
        self._open: tuple[int, Any] = (len(self._files), self._spool)
        self._places: dict[str, int] = {}
        self._taken: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._spool.close()
        self._open[1].close()

    def fill(self, rows: Iterator[_Row]) -> None:
        """Go through the records for their places; raises DiffError where two have one id."""
        for row in rows:
            if row.id in self._places:
                raise _twice("new", row.id)
            self._places[row.id] = self._place(row)

    def _place(self, row: _Row) -> int:
        if row.start is not None:
            return self._starts[row.file] + row.start
        place = self._starts[-1] + self._spool.tell()
        self._spool.write(row.line if row.line.endswith(b"\n") else row.line + b"\n")
        return place

    def take(self, name: str) -> Record | None:
        """The record with this id, None where there is none; raises DiffError where it was taken before."""
        if name in self._taken:
            raise _twice("old", name)
        self._taken.add(name)
        place = self._places.pop(name, None)
        return None if place is None else self._fetched(place)

    def rest(self) -> Iterator[Record]:
        """The records that nobody took, in their order."""
        yield from map(self._fetched, self._places.values())

    def _fetched(self, place: int) -> Record:
        number = bisect_right(self._starts, place) - 1
        if self._open[0] != number:
            if self._open[1] is not self._spool:
                self._open[1].close()
            file = self._spool if number == len(self._files) else self._files[number].open("rb")
            self._open = (number, file)
        file = self._open[1]
        file.seek(place - self._starts[number])
        return _record(file.readline(), f"{self._files[number]}" if number < len(self._files) else "a packed file")


def _twice(side: str, name: str) -> DiffError:
    return DiffError(f"{side}: two documents have the id {name!r}; compare file by file, or rename one")
