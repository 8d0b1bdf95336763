"""Articles from folders, files, globs and standard input, one `Document` or `Failure` at a time.

The text is kept exactly as it was given (line endings too), because every offset refers to it. What
cannot be read becomes a `Failure` and the rest goes on: one bad file does not cost a night's run.
Only a wrong call (a folder that is not there, a glob that matches nothing) raises `InputError`.

`find` says which files, `decode` makes text of their bytes, `formats` makes drafts of documents of it; here
the drafts are checked, dated and named.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from annotate.reading.days import iso_day, name_day, plain_day
from annotate.reading.decode import ReadError, Source, too_large
from annotate.reading.find import Input, InputError, advice, expand, find, suffixes
from annotate.reading.formats import ONE_DOCUMENT, READERS, Draft, read_stdin
from annotate.reading.pages import extracted
from annotate.records import DateSource, Document, Failure, Notice, shown
from annotate.rules.tags import language_tag, region_code, region_of

__all__ = ["MAX_BYTES", "Input", "InputError", "Reading", "expand", "read"]

#: How many bytes a text, a row or a page may have.
MAX_BYTES = 256 * 1024 * 1024


class Reading(Iterator[Document | Failure]):
    """The documents and failures of some inputs, one at a time; `passed_over` counts files by a suffix not read.

    `seen` has where each id was read first, so far.
    """

    def __init__(
        self, outcomes: Iterator[Document | Failure], passed_over: Mapping[str, int], seen: Mapping[str, str]
    ) -> None:
        self._outcomes = outcomes
        self.passed_over = passed_over
        self.seen = seen

    def __next__(self) -> Document | Failure:
        return next(self._outcomes)


def read(
    inputs: Sequence[str],
    *,
    stdin: BinaryIO | None = None,
    text_key: str = "text",
    id_key: str | None = None,
    date: str | None = None,
    max_bytes: int = MAX_BYTES,
    as_pages: bool = False,
    items: Sequence[Input] | None = None,
    taken: Mapping[str, str] | None = None,
) -> Reading:
    """Every document of `inputs` in a fixed order, and a `Failure` for each that cannot be read.

    The inputs and `date` are checked at the call, not at the first `next`: a typing error is told
    before anything is written. Files are opened one at a time, rows are read one at a time. With `as_pages`
    web pages come as they are, for `pages.extracted` to make articles of them where there is time for it. `items` are
    files that `find` has found, in place of `inputs`; `taken` are ids that are given out already, and where.

    >>> import io
    >>> [d.text for d in read(["-"], stdin=io.BytesIO(b"Op 14 april 2025 tekende Vietnam."))]
    ['Op 14 april 2025 tekende Vietnam.']
    """
    run = _Run(stdin, text_key, id_key, _option_day(date), max_bytes, as_pages, dict(taken or {}))
    found, passed_over = find(inputs) if items is None else (items, {})
    return Reading(chain.from_iterable(_outcomes(item, run) for item in found), passed_over, run.seen)


@dataclass(frozen=True, slots=True)
class Reader:
    """How the inputs of a run are read: what `read` can be told, but for what differs from one file to the next."""

    text_key: str = "text"
    id_key: str | None = None
    date: str | None = None
    max_bytes: int = MAX_BYTES

    def read(
        self,
        inputs: Sequence[str],
        *,
        stdin: BinaryIO | None = None,
        items: Sequence[Input] | None = None,
        taken: Mapping[str, str] | None = None,
    ) -> Reading:
        """The documents of `inputs`, web pages as they are."""
        return read(
            inputs,
            stdin=stdin,
            text_key=self.text_key,
            id_key=self.id_key,
            date=self.date,
            max_bytes=self.max_bytes,
            as_pages=True,
            items=items,
            taken=taken,
        )


def count(inputs: Sequence[str]) -> int | None:
    """About how many documents the inputs hold; None where only reading them all would tell."""
    total = 0
    for item in expand(inputs):
        kind, packing = suffixes(item.path.name) if item.path else ("", "")
        if not isinstance(item.path, Path) or packing or kind in (".csv", ".tsv", ".parquet"):
            return None
        total += 1 if kind in ONE_DOCUMENT else _lines(item.path)
    return total


def _lines(path: Path) -> int:
    try:
        with path.open("rb") as file:
            return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b""))
    except OSError:
        return 1


@dataclass(frozen=True, slots=True)
class _Run:
    """What holds for the whole run, and which ids it has given out (and where)."""

    stdin: BinaryIO | None
    text_key: str
    id_key: str | None
    date: str | None
    max_bytes: int
    as_pages: bool
    seen: dict[str, str] = field(default_factory=dict)

    def source(self, file: BinaryIO, packing: str = "") -> Source:
        return Source(file, packing, text_key=self.text_key, id_key=self.id_key, max_bytes=self.max_bytes)


def _outcomes(item: Input, run: _Run) -> Iterator[Document | Failure]:
    """All that one file gives. What breaks the file ends it; what was read before it stays."""
    try:
        for draft in _drafts(item, run):
            yield _outcome(item, draft, run)
    except ReadError as error:
        yield _failure(item.id or None, item, error)
    except OSError as error:
        problem = error.strerror or type(error).__name__
        problem = problem.lower() if error.errno else problem
        yield _failure(item.id or None, item, ReadError("unreadable", f"{problem}; check the path and its permissions"))


def _drafts(item: Input, run: _Run) -> Iterator[Draft | ReadError]:
    if item.path is None:
        yield from read_stdin(run.source(run.stdin or sys.stdin.buffer))
        return
    if isinstance(item.path, Path):
        _refuse_irregular(item.path)
    kind, packing = suffixes(item.path.name)
    if kind not in READERS:
        raise ReadError("unknown-format", advice(item.path.name))
    with item.path.open("rb") as file:
        before = _state(file)
        drafts = READERS[kind](run.source(file, packing))
        if kind in ONE_DOCUMENT:  # nothing is yielded before it is known that all of it belongs together
            drafts = iter(list(drafts))
            _refuse_changed(before, file)
        yield from drafts
        _refuse_changed(before, file)


def _state(file: BinaryIO) -> tuple[int, int]:
    try:
        status = os.fstat(file.fileno())
    except (OSError, AttributeError, NotImplementedError):  # no file of this machine
        return 0, 0
    return status.st_size, status.st_mtime_ns


def _refuse_changed(before: tuple[int, int], file: BinaryIO) -> None:
    if _state(file) != before:
        raise ReadError("changed", "the file changed while it was read; run again when it is complete")


def _refuse_irregular(path: Path) -> None:
    """A pipe would block for ever when opened, a device may never end."""
    mode = path.stat().st_mode
    if stat.S_ISDIR(mode):
        raise ReadError("unreadable", "this folder cannot be listed; check its permissions")
    if not stat.S_ISREG(mode):
        raise ReadError("unreadable", "a pipe or a device, not a file; send it to standard input and read -")


def _outcome(item: Input, draft: Draft | ReadError, run: _Run) -> Document | Failure:
    if isinstance(draft, ReadError):
        return _failure(None, item, draft)
    name = draft.id or (item.id if draft.line is None else f"{item.id}:{draft.line}")
    try:
        return _document(name, item, draft, run)
    except ReadError as error:
        error.line = draft.line
        return _failure(name, item, error)


def _failure(name: str | None, item: Input, error: ReadError) -> Failure:
    return Failure(name, _where(item, error.line), "read", error.error, error.message)


def _where(item: Input, line: int | None) -> str:
    return item.source if line is None else f"{item.source}:{line}"


def _document(name: str, item: Input, draft: Draft, run: _Run) -> Document:
    text = _checked(draft.text, run.max_bytes)
    notices: list[Notice] = []
    meta = dict(draft.meta)
    lang = _stated("lang", draft.lang, language_tag, meta, notices)
    region = _stated("region", draft.region or region_of(lang or ""), region_code, meta, notices)
    day, day_source = _dated(draft, item, run, lang, region)
    if draft.date is not None and day is None:
        meta["date_invalid"] = draft.date
        notices.append(Notice("date", shown(draft.date)))
    if draft.guessed:
        notices.append(Notice("encoding", draft.guessed))
    if draft.line is not None:
        meta["line"] = draft.line
    _refuse_unwritable(name, lang, region, meta)
    _claim(name, _where(item, draft.line), run)
    own = (lang, region, day, day_source, meta, tuple(notices))
    document = Document(name, text, item.source, *own, is_page=draft.is_page)
    return document if run.as_pages else extracted(document)


def _stated(
    field: str, given: str | None, known: Callable[[str], str | None], meta: dict[str, Any], notices: list[Notice]
) -> str | None:
    """What a document says of its language or region, as a code; what nobody knows is kept aside, and noticed."""
    code = known(given) if given is not None else None
    if given is not None and code is None:
        meta[f"{field}_invalid"] = given
        notices.append(Notice(field, shown(given)))
    return code


def _checked(text: str | ReadError, max_bytes: int) -> str:
    if isinstance(text, ReadError):
        raise text
    if not text or text.isspace():
        raise ReadError("empty", "no text; fill it in or leave it out")
    if "\0" in text:
        raise ReadError("nul-byte", "a NUL character in the text; remove it at the source")
    if _is_longer(text, max_bytes):
        raise too_large(max_bytes)
    return text


def _is_longer(text: str, max_bytes: int) -> bool:
    """Encoding takes time, and a character takes four bytes at the most."""
    return len(text) * 4 > max_bytes and len(text.encode("utf-8", "surrogatepass")) > max_bytes


def _refuse_unwritable(*values: Any) -> None:
    """What JSON cannot hold is refused here, at its source, and not when the record is written."""
    try:
        orjson.dumps(values)
    except TypeError as error:
        code = "lone-surrogate" if "surrogate" in str(error) else "bad-meta"
        raise ReadError(code, f"a field cannot be written as JSON ({error}); repair it at the source") from error


def _claim(name: str, where: str, run: _Run) -> None:
    if name in run.seen:
        raise ReadError("duplicate-id", f"id {name!r} was first read from {run.seen[name]}; rename one or remove it")
    run.seen[name] = where


def _dated(
    draft: Draft, item: Input, run: _Run, lang: str | None, region: str | None
) -> tuple[str | None, DateSource | None]:
    """The document's date and who gave it, the strongest source first.

    An invalid date of the document's own is not replaced by its file's name: it needs a person.
    """
    if run.date:
        return run.date, "option"
    if draft.date is not None:
        day = plain_day(draft.date, lang, region)
        return day, draft.date_source if day else None
    day = name_day(item.path.name) if item.path else None
    return day, "filename" if day else None


def _option_day(value: str | None) -> str | None:
    day = None if value is None else iso_day(value)
    if value is not None and day is None:
        raise InputError(f"--date {value}: not a day of the calendar; write it as 2025-04-14")
    return day
