"""Articles from folders, files, globs and standard input, one `Document` or `Failure` at a time.

The text is kept exactly as it was given (line endings too), because every offset refers to it. What
cannot be read becomes a `Failure` and the rest goes on: one bad file does not cost a night's run.
Only a wrong call (a folder that is not there, a glob that matches nothing) raises `InputError`.

A format is one function in `_READERS`, a packing one in `_UNPACK`; to add one is to add a line there.
"""

from __future__ import annotations

import codecs
import csv
import datetime
import glob
import gzip
import io
import json
import logging
import os
import re
import stat
import sys
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from itertools import chain
from pathlib import Path, PurePath
from typing import Any, BinaryIO, TypeVar

import orjson
import yaml
import zstandard
from charset_normalizer import from_bytes

from annotate.records import Document, Failure

_T = TypeVar("_T")

_CHUNK = 1 << 16
_STDIN = "-"

# --- what the caller sees -----------------------------------------------------------------------


class InputError(ValueError):
    """The call itself is wrong, so nothing was read: the message says which input and what to do."""


@dataclass(frozen=True, slots=True)
class Input:
    """One file to read. `source` is its name in records: relative, never absolute.

    `path` is None for standard input. `id` is the document's id where the file gives none itself,
    and the first half of a row's id (`news:12`).
    """

    path: Path | None
    source: str
    id: str


def read(
    inputs: Sequence[str],
    *,
    stdin: BinaryIO | None = None,
    text_key: str = "text",
    date: str | None = None,
    max_bytes: int = 256 * 1024 * 1024,
) -> Iterator[Document | Failure]:
    """Every document of `inputs` in a fixed order, and a `Failure` for each that cannot be read.

    The inputs and `date` are checked at the call, not at the first `next`: a typing error is told
    before anything is written. Files are opened one at a time, rows are read one at a time.

    >>> import io
    >>> [d.text for d in read(["-"], stdin=io.BytesIO(b"Op 14 april 2025 tekende Vietnam."))]
    ['Op 14 april 2025 tekende Vietnam.']
    """
    run = _Run(stdin, text_key, _option_day(date), max_bytes)
    return chain.from_iterable(_outcomes(item, run) for item in expand(inputs))


def expand(inputs: Sequence[str]) -> list[Input]:
    """The files that `inputs` name, in the order of the inputs, sorted within a folder or a glob.

    Only names are looked at, nothing is opened. A file that two inputs name stands in the list once.
    In folders and globs, hidden files, unknown suffixes, `README.md` and `*.gold.json(l)` are passed over,
    and links to folders are not followed; a file named by itself is always taken.

    >>> expand(["-"])
    [Input(path=None, source='stdin', id='stdin')]
    """
    if not inputs:
        raise InputError("nothing to read: name a folder, a file, a glob in quotes, or - for standard input")
    top = _common_parent(inputs)
    found: dict[str, _Spot] = {}
    for spot in chain.from_iterable(_find(given, top) for given in inputs):
        found.setdefault(spot.key, spot)
    spots = list(found.values())
    return [Input(spot.path, spot.source, name) for spot, name in zip(spots, _ids(spots), strict=True)]


# --- finding files ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Spot:
    """A file that was found: where it is, its name in records, and its name below the input's root."""

    path: Path | None
    source: str
    relative: str

    @property
    def key(self) -> str:
        """The same for two spellings of one path; links stay two files."""
        return os.path.abspath(self.path) if self.path else _STDIN  # noqa: PTH100 - resolve() follows links

    @property
    def names(self) -> tuple[str, str, str]:
        """The ids it may have, the shortest first."""
        relative = _bare(self.relative)
        return PurePath(relative).name, relative, _bare(self.source)


def _find(given: str, top: Path) -> list[_Spot]:
    if given == _STDIN:
        return [_Spot(None, "stdin", "stdin")]
    # "" would be the current folder: `annotate run "$DIR"` with DIR unset
    if given and os.path.lexists(given):
        return _find_folder(given) if _is_folder(Path(given)) else [_find_file(Path(given), top)]
    if glob.has_magic(given):
        return _find_glob(given)
    raise InputError(f"{given or 'empty path'}: no such file or folder; check the path")


def _find_folder(given: str) -> list[_Spot]:
    spots = _under(Path(given), _walk(Path(given)))
    if not spots:
        raise InputError(f"{given}: no file to read in this folder; known suffixes: {_known()}")
    return spots


def _find_glob(given: str) -> list[_Spot]:
    parts = Path(given).parts
    wild = next(i for i, part in enumerate(parts) if glob.has_magic(part))
    root = Path(*parts[:wild])
    spots = _under(root, _matches(root, str(PurePath(*parts[wild:])), given))
    if not spots:
        raise InputError(
            f"{given}: matches no file to read; ** goes into folders; known suffixes: {_known()}"
        )
    return spots


def _matches(root: Path, pattern: str, given: str) -> Iterator[Path]:
    try:
        hits = list(root.glob(pattern))
    except ValueError as error:
        raise InputError(f"{given}: {error}; write ** between slashes") from error
    for hit in hits:
        if not any(part.startswith(".") for part in hit.relative_to(root).parts):
            yield from _walk(hit) if _is_folder(hit) else filter(_is_wanted, [hit])


def _find_file(path: Path, top: Path) -> _Spot:
    if path.is_absolute():
        return _Spot(path, _printable(PurePath(path.name)), _printable(path.relative_to(top)))
    return _Spot(path, _safe(path), _safe(path))


def _walk(root: Path) -> Iterator[Path]:
    """The files below a folder that are to be read, and the folders that could not be listed.

    The latter are yielded like files, so that they fail when opened: a folder left out must be told.
    """
    shut: list[OSError] = []
    for folder, folders, names in os.walk(root, onerror=shut.append):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from filter(_is_wanted, (Path(folder, name) for name in names))
    yield from (Path(error.filename) for error in shut)


def _is_folder(path: Path) -> bool:
    """False where the answer is forbidden: that is told when the path is opened."""
    with suppress(OSError):
        return path.is_dir()
    return False


def _is_wanted(path: Path) -> bool:
    name = path.name.lower()
    passed_over = name.startswith(".") or name == "readme.md" or name.endswith((".gold.json", ".gold.jsonl"))
    return not passed_over and _suffixes(name)[0] in _READERS


def _under(root: Path, paths: Iterable[Path]) -> list[_Spot]:
    prefix = root.name if root.is_absolute() else _safe(root)
    named = sorted((_printable(path.relative_to(root)), path) for path in set(paths))
    return [_Spot(path, PurePath(prefix, name).as_posix(), name) for name, path in named]


def _common_parent(inputs: Sequence[str]) -> Path:
    """What the files named by absolute path have in common: their ids show only the rest."""
    paths = (Path(given) for given in inputs if os.path.lexists(given))
    parents = [path.parent for path in paths if path.is_absolute() and not _is_folder(path)]
    return Path(os.path.commonpath(parents)) if parents else Path()


def _ids(spots: Sequence[_Spot]) -> list[str]:
    """For each file the shortest of its names that no other file of the run has.

    Where even the longest is shared (`x.txt` and `x.md` in one folder), both get the same id, and the
    second is reported as a duplicate when it is read.
    """
    counts = [Counter(level) for level in zip(*(spot.names for spot in spots), strict=True)]
    return [_unshared(spot.names, counts) for spot in spots]


def _unshared(names: tuple[str, str, str], counts: Sequence[Counter[str]]) -> str:
    pairs = zip(names, counts, strict=True)
    return next((name for name, count in pairs if count[name] == 1), names[1])


def _safe(path: Path) -> str:
    """A relative path as records show it: posix, `..` dropped."""
    parts = PurePath(os.path.normpath(path)).parts
    return _printable(PurePath(*(part for part in parts if part != os.pardir)))


def _printable(path: PurePath) -> str:
    """A posix path that can be written as UTF-8: a file's name may hold any bytes, a record may not."""
    return os.fsencode(path.as_posix()).decode("utf-8", "backslashreplace")


def _suffixes(name: str) -> tuple[str, str]:
    """The format and the packing in a file's name, the latter empty where it is not packed.

    >>> _suffixes("nl/2025.04.14.TXT.gz"), _suffixes("news.jsonl"), _suffixes("news.parquet.gz")
    (('.txt', '.gz'), ('.jsonl', ''), ('.gz', ''))
    """
    *_, inner, last = ("", "", *PurePath(name.lower()).suffixes)
    return (inner, last) if last in _UNPACK and inner in _READERS and inner != ".parquet" else (last, "")


def _bare(name: str) -> str:
    kind, packing = _suffixes(name)
    return name[: len(name) - len(kind + packing)] if kind in _READERS else name


def _known() -> str:
    packed = " ".join(suffix for suffix in _UNPACK if suffix)
    return f"{' '.join(_READERS)} (and, but for parquet, with {packed})"


# --- from a file to documents -------------------------------------------------------------------


class _ReadError(Exception):
    """What is wrong with a file or a row; it becomes a `Failure` and never leaves this module."""

    def __init__(self, error: str, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.error = error
        self.message = message
        self.line = line


@dataclass(frozen=True, slots=True)
class _Run:
    """What holds for the whole run, and which ids it has given out (and where)."""

    stdin: BinaryIO | None
    text_key: str
    date: str | None
    max_bytes: int
    seen: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Draft:
    """A document as its format gives it, not yet checked. A text that is missing is its own error."""

    text: str | _ReadError
    meta: Mapping[str, Any]
    id: str | None = None
    lang: str | None = None
    region: str | None = None
    date: Any = None
    date_source: str = "record"
    line: int | None = None


def _outcomes(item: Input, run: _Run) -> Iterator[Document | Failure]:
    """All that one file gives. What breaks the file ends it; what was read before it stays."""
    try:
        for draft in _drafts(item, run):
            yield _outcome(item, draft, run)
    except _ReadError as error:
        yield _failure(item.id or None, item, error)
    except OSError as error:
        problem = (error.strerror or type(error).__name__).lower()
        yield _failure(
            item.id or None, item, _ReadError("unreadable", f"{problem}; check the path and its permissions")
        )


def _drafts(item: Input, run: _Run) -> Iterator[_Draft | _ReadError]:
    if item.path is None:
        yield from _read_stdin(_Source(run.stdin or sys.stdin.buffer, "", run))
        return
    _refuse_irregular(item.path)
    kind, packing = _suffixes(item.path.name)
    if kind not in _READERS:
        raise _ReadError(
            "unknown-format", f"cannot read {kind or 'a file without suffix'}; known: {_known()}"
        )
    with item.path.open("rb") as file:
        yield from _READERS[kind](_Source(file, packing, run))


def _refuse_irregular(path: Path) -> None:
    """A pipe would block for ever when opened, a device may never end."""
    mode = path.stat().st_mode
    if stat.S_ISDIR(mode):
        raise _ReadError("unreadable", "this folder cannot be listed; check its permissions")
    if not stat.S_ISREG(mode):
        raise _ReadError("unreadable", "a pipe or a device, not a file; send it to standard input and read -")


def _outcome(item: Input, draft: _Draft | _ReadError, run: _Run) -> Document | Failure:
    if isinstance(draft, _ReadError):
        return _failure(None, item, draft)
    name = draft.id or (item.id if draft.line is None else f"{item.id}:{draft.line}")
    try:
        return _document(name, item, draft, run)
    except _ReadError as error:
        error.line = draft.line
        return _failure(name, item, error)


def _failure(name: str | None, item: Input, error: _ReadError) -> Failure:
    return Failure(name, _where(item, error.line), "read", error.error, error.message)


def _where(item: Input, line: int | None) -> str:
    return item.source if line is None else f"{item.source}:{line}"


def _document(name: str, item: Input, draft: _Draft, run: _Run) -> Document:
    text = _checked(draft.text, run.max_bytes)
    day, day_source = _dated(draft, item, run)
    meta = dict(draft.meta)
    if draft.date is not None and day is None:
        meta["date_invalid"] = draft.date
    if draft.line is not None:
        meta["line"] = draft.line
    _refuse_unwritable(name, draft.lang, draft.region, meta)
    _claim(name, _where(item, draft.line), run)
    return Document(name, text, item.source, draft.lang, draft.region, day, day_source, meta)


def _checked(text: str | _ReadError, max_bytes: int) -> str:
    if isinstance(text, _ReadError):
        raise text
    if not text or text.isspace():
        raise _ReadError("empty", "no text; fill it in or leave it out")
    if "\0" in text:
        raise _ReadError("nul-byte", "a NUL character in the text; remove it at the source")
    if _is_longer(text, max_bytes):
        raise _too_large(max_bytes)
    return text


def _is_longer(text: str, max_bytes: int) -> bool:
    """Encoding takes time, and a character takes four bytes at the most."""
    return len(text) * 4 > max_bytes and len(text.encode("utf-8", "surrogatepass")) > max_bytes


def _too_large(max_bytes: int) -> _ReadError:
    return _ReadError("too-large", f"longer than {max_bytes:,} bytes; split it, or raise the limit")


def _refuse_unwritable(*values: Any) -> None:
    """What JSON cannot hold is refused here, at its source, and not when the record is written."""
    try:
        orjson.dumps(values)
    except TypeError as error:
        code = "lone-surrogate" if "surrogate" in str(error) else "bad-meta"
        raise _ReadError(
            code, f"a field cannot be written as JSON ({error}); repair it at the source"
        ) from error


def _claim(name: str, where: str, run: _Run) -> None:
    if name in run.seen:
        raise _ReadError(
            "duplicate-id", f"id {name!r} was first read from {run.seen[name]}; rename one or remove it"
        )
    run.seen[name] = where


# --- dates --------------------------------------------------------------------------------------

_ISO = re.compile(r"(\d{4})(-?)(\d\d)\2(\d\d)(?:[T ]\d.*)?", re.ASCII | re.DOTALL)
_IN_NAME = re.compile(r"(?<!\d)((?:1[89]|2[01])\d\d)([-_.]?)(\d\d)\2(\d\d)(?!\d)", re.ASCII)


def _dated(draft: _Draft, item: Input, run: _Run) -> tuple[str | None, str | None]:
    """The document's date and who gave it, the strongest source first.

    An invalid date of the document's own is not replaced by its file's name: it needs a person.
    """
    if run.date:
        return run.date, "option"
    if draft.date is not None:
        day = _iso_day(draft.date)
        return day, day and draft.date_source
    day = _name_day(item.path.name) if item.path else None
    return day, day and "filename"


def _iso_day(value: Any) -> str | None:
    """The day of an ISO 8601 date or date-time, None where the calendar has no such day.

    >>> _iso_day("2025-04-14T23:30:00Z"), _iso_day("20250414"), _iso_day("2025-02-30"), _iso_day("april")
    ('2025-04-14', '2025-04-14', None, None)
    """
    match = _ISO.fullmatch(str(value).strip())
    return _calendar_day(match) if match else None


def _name_day(name: str) -> str | None:
    """The first real date in a file's name.

    >>> _name_day("2025-04-14-bezoek.txt"), _name_day("x_20250414.txt"), _name_day("20251399.txt")
    ('2025-04-14', '2025-04-14', None)
    """
    return next(filter(None, map(_calendar_day, _IN_NAME.finditer(name))), None)


def _calendar_day(match: re.Match[str]) -> str | None:
    with suppress(ValueError):
        return datetime.date(int(match[1]), int(match[3]), int(match[4])).isoformat()
    return None


def _option_day(value: str | None) -> str | None:
    day = None if value is None else _iso_day(value)
    if value is not None and day is None:
        raise InputError(f"--date {value}: not a day of the calendar; write it as 2025-04-14")
    return day


# --- bytes to text ------------------------------------------------------------------------------

# UTF-32 first: its little-endian mark begins with that of UTF-16
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

# The encodings that articles come in, the likelier first where a text fits several equally well. Without
# the list, rare ones (cp775, shift_jis_2004) win on short texts. cp1254 stands before cp1252 because they
# differ in six letters only, and those are Turkish far more often than Icelandic.
# fmt: off
_LEGACY = [
    "cp1254", "cp1252", "cp1251", "cp1250", "cp1253", "cp1255", "cp1256", "cp1257", "cp1258", "iso8859_2",
    "iso8859_7", "iso8859_15", "koi8_r", "koi8_u", "cp932", "euc_jp", "gb18030", "big5", "cp949", "cp874",
]
# fmt: on

_SAMPLE = 1 << 18
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_SIGN_IN_WORD = re.compile(
    r"(?<=[^\W\d_])[\x80-\xa9\xab-\xb4\xb6-\xb9\xbb-\xbf\xd7\xf7\u02c7\u02d8-\u02dd](?=[^\W\d_])"
)


class _Chunks(io.RawIOBase):
    """Pieces of bytes as a raw stream, so that the standard library buffers it and finds its lines."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._left = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._left:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._left = memoryview(chunk)
        size = min(len(buffer), len(self._left))
        buffer[:size], self._left = self._left[:size], self._left[size:]
        return size


class _Source:
    """An open file, unpacked and without byte order mark: its lines, or the whole of it.

    `encoding` is what the last text was decoded with, None for plain UTF-8. Once one line asked for an
    older encoding, the same is used wherever the file is not UTF-8.
    """

    def __init__(self, file: BinaryIO, packing: str, run: _Run) -> None:
        self.file = file
        self.run = run
        self.number = 0
        self.mark, chunks = _without_mark(_UNPACK[packing](file))
        self.stream = _buffered(chunks)
        self.encoding = self.mark
        self._legacy: str | None = None

    def whole(self) -> bytes:
        data = self.stream.read(self.run.max_bytes + 1)
        self.refuse_long(data)
        if b"\0" in data:
            raise _binary()
        return data

    def lines(self) -> Iterator[bytes]:
        """The lines with their ends; of one beyond the limit only its beginning, which `decode` refuses."""
        limit = self.run.max_bytes + 1
        while line := self.stream.readline(limit):
            self.number += 1
            yield line
            while len(line) == limit and not line.endswith(b"\n"):
                line = self.stream.readline(limit)

    def decode(self, data: bytes, declared: str | None = None) -> str:
        self.refuse_long(data)
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError as error:
            self.encoding = self._older(data, error.start, declared)
        return _decoded(data, self.encoding)

    def refuse_long(self, data: bytes) -> None:
        if len(data) > self.run.max_bytes:
            raise _too_large(self.run.max_bytes)

    def refuse_binary(self) -> None:
        """A picture named `.jsonl` is one failure, not one for each of its lines."""
        head = self.stream.peek()[:1024]
        if b"\0" in head and (not _is_utf8(head) or head.count(b"\0") * 4 > len(head)):
            raise _binary()

    def push_back(self, data: bytes) -> None:
        self.stream = _buffered(chain([data], _pieces(self.stream)))
        self.number = 0

    def _older(self, data: bytes, start: int, declared: str | None) -> str:
        sample = _sample(data, start, self.stream.peek())
        _refuse_damaged(sample, start, marked=self.mark is not None)
        if declared is None or not _fits(data, declared):
            declared = self._legacy or _detected(sample)
        self._legacy = declared
        return declared


def _binary() -> _ReadError:
    return _ReadError("binary", "NUL bytes, so not a text; if it is UTF-16, save it as UTF-8")


def _buffered(chunks: Iterator[bytes]) -> io.BufferedReader:
    return io.BufferedReader(_Chunks(chunks), _CHUNK)


def _pieces(file: Any, size: int = _CHUNK) -> Iterator[bytes]:
    # read1 gives what is there: a pipe is read as it fills
    return iter(partial(getattr(file, "read1", file.read), size), b"")


def _without_mark(chunks: Iterator[bytes]) -> tuple[str | None, Iterator[bytes]]:
    """The encoding that a byte order mark names, if there is one, and the rest as UTF-8."""
    head = b""
    while len(head) < 4 and (chunk := next(chunks, None)):
        head += chunk
    mark, encoding = next((pair for pair in _MARKS if head.startswith(pair[0])), (b"", None))
    if encoding is None or encoding == "utf-8-sig":
        return encoding, chain([head[len(mark) :]], chunks)
    return encoding, _as_utf8(chain([head], chunks), encoding)


def _as_utf8(chunks: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for chunk in chunks:
            yield decoder.decode(chunk).encode()
        yield decoder.decode(b"", final=True).encode()
    except UnicodeDecodeError as error:
        raise _ReadError(
            "encoding", f"begins as {encoding} but breaks off ({error.reason}); save it as UTF-8"
        ) from error


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        message = f"looks like {encoding}, but byte {error.start} is not; save it as UTF-8"
        raise _ReadError("encoding", message) from error


def _fits(data: bytes, encoding: str) -> bool:
    with suppress(UnicodeDecodeError, LookupError):
        data.decode(encoding)
        return True
    return False


def _is_utf8(head: bytes) -> bool:
    """Whether the beginning of a file is; its last character may be cut."""
    with suppress(UnicodeDecodeError):
        codecs.getincrementaldecoder("utf-8")().decode(head)
        return True
    return False


def _sample(data: bytes, start: int, ahead: bytes) -> bytes:
    """Some whole lines around the first byte that is not UTF-8."""
    body = data[max(0, start - 4096) :] + ahead
    if len(body) <= _SAMPLE and not ahead:
        return body
    return body[: body.rfind(b"\n", min(start, 4096), _SAMPLE) + 1] or body


def _refuse_damaged(sample: bytes, start: int, *, marked: bool) -> None:
    """Damaged UTF-8 must not be taken for an older encoding: it would be read as `Ã©`, and nobody told.

    In a text of an older encoding hardly any bytes form UTF-8 by chance: at the most one for three that
    do not (Japanese), none in European texts.
    """
    if _fits_with_surrogates(sample):
        raise _ReadError("lone-surrogate", f"half a surrogate pair at byte {start}; repair it at the source")
    text = sample.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    whole = sum(1 for _ in _NOT_ASCII.finditer(text)) - broken
    if marked or whole >= broken:
        raise _ReadError(
            "encoding", f"UTF-8 but for byte {start}; repair that place or save it again as UTF-8"
        )


def _fits_with_surrogates(sample: bytes) -> bool:
    with suppress(UnicodeDecodeError):
        sample.decode("utf-8", "surrogatepass")
        return True
    return False


def _detected(sample: bytes) -> str:
    """The encoding that makes the least odd and the most familiar text of it."""
    matches = list(from_bytes(sample, cp_isolation=_LEGACY))
    if not matches:
        kind = "binary" if _CONTROL.search(sample) else "encoding"
        raise _ReadError(kind, "neither UTF-8 nor an encoding that can be detected; save it as UTF-8")
    best = min(matches, key=lambda m: (m.chaos, _odd(str(m)), -m.coherence, _rank(m.could_be_from_charset)))
    names = best.could_be_from_charset
    return "cp1252" if "cp1252" in names else _LEGACY[_rank(names)]


def _odd(text: str) -> int:
    """How many signs stand inside words.

    >>> _odd("wspó³pracy"), _odd("współpracy, 20 m² «goed»")  # Polish as cp1252, as cp1250
    (1, 0)
    """
    return len(_SIGN_IN_WORD.findall(text))


def _rank(names: Iterable[str]) -> int:
    return min((_LEGACY.index(name) for name in names if name in _LEGACY), default=len(_LEGACY) - 1)


# --- unpacking ----------------------------------------------------------------------------------


def _gunzip(file: BinaryIO) -> Iterator[bytes]:
    with gzip.GzipFile(fileobj=file) as packed:
        yield from _whole_or_told(_pieces(packed))


def _unzstd(file: BinaryIO) -> Iterator[bytes]:
    return _whole_or_told(_zstd_frames(file))


def _zstd_frames(file: BinaryIO) -> Iterator[bytes]:
    """Frame after frame. In small pieces, as a piece may unpack to thirty thousand times its size.

    The package's own stream reader takes a file that was cut off for one that ended.
    """
    frame = None
    for chunk in _pieces(file, 4096):
        left = chunk
        while left:
            frame = frame or zstandard.ZstdDecompressor().decompressobj()
            yield frame.decompress(left)
            left, frame = (frame.unused_data, None) if frame.eof else (b"", frame)
    if frame is not None:
        raise EOFError("the file ends before its data")


def _whole_or_told(chunks: Iterator[bytes]) -> Iterator[bytes]:
    try:
        yield from chunks
    except (gzip.BadGzipFile, zlib.error, EOFError, zstandard.ZstdError) as error:
        raise _ReadError(
            "bad-compression", f"cannot be unpacked ({error}); fetch or pack it again"
        ) from error


_UNPACK: dict[str, Callable[[BinaryIO], Iterator[bytes]]] = {
    "": _pieces,
    ".gz": _gunzip,
    ".zst": _unzstd,
}


# --- one document a file ------------------------------------------------------------------------

_OPENING = re.compile(r"---[ \t]*\r?\n")
_FRONT = re.compile(r"---[ \t]*\r?\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)


def _read_txt(source: _Source) -> Iterator[_Draft]:
    text = source.decode(source.whole())
    yield _Draft(text, _noted({}, source))


def _read_markdown(source: _Source) -> Iterator[_Draft]:
    """The text after the front matter; a file that opens none is text from its first character on."""
    text = source.decode(source.whole())
    fields, start = _front_matter(text) if _OPENING.match(text) else ({}, 0)
    own = {key: fields.pop(key, None) for key in _OWN}
    yield _Draft(text[start:], _noted(fields, source), **_named(own), date_source="front_matter")


def _front_matter(text: str) -> tuple[dict[str, Any], int]:
    match = _FRONT.match(text)
    if match is None:
        message = (
            "line 1 opens front matter that nothing closes; close it with ---, or put a blank line first"
        )
        raise _ReadError("bad-front-matter", message)
    return _yaml_fields(match[1]), match.end()


def _yaml_fields(text: str) -> dict[str, Any]:
    try:
        _refuse_tricks(text)
        fields = _yaml_value(yaml.compose(text, Loader=yaml.BaseLoader) or {})
    except yaml.YAMLError as error:
        raise _ReadError("bad-front-matter", f"{_yaml_problem(error)}; put the value in quotes?") from error
    if not isinstance(fields, dict):
        raise _ReadError(
            "bad-front-matter", "not a list of `key: value`; put a blank line before a ruled line"
        )
    return fields


def _refuse_tricks(text: str) -> None:
    """What can make a small text take for ever. Events come one by one, so this stops at the first."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.BaseLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > 20 or isinstance(event, yaml.AliasEvent):
            raise _ReadError(
                "bad-front-matter", "an alias (*name) or too deep; write the values out, one a line"
            )


def _yaml_value(node: Any) -> Any:
    """Strings, lists and mappings of strings: YAML's own types would turn `no` into False."""
    if isinstance(node, yaml.MappingNode):
        return _yaml_mapping(node)
    if isinstance(node, yaml.SequenceNode):
        return [_yaml_value(part) for part in node.value]
    return node.value if isinstance(node, yaml.ScalarNode) else node


def _yaml_mapping(node: yaml.MappingNode) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode) or key.value in fields:
            problem = (
                "a key that is no word" if not isinstance(key, yaml.ScalarNode) else f"{key.value!r} twice"
            )
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=key.start_mark)
        fields[key.value] = _yaml_value(value)
    return fields


def _yaml_problem(error: yaml.YAMLError) -> str:
    """Where and what; the front matter's own first line is the file's second."""
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark:
        mark = error.problem_mark
        return f"line {mark.line + 2}, column {mark.column + 1}: {error.problem}"
    return str(error).splitlines()[0]


# --- web pages ----------------------------------------------------------------------------------

_CHARSET = re.compile(
    rb"""<(?:meta|\?xml)\b[^>]*?\b(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE
)
_JSON_DATE = re.compile(r'"datePublished"\s*:\s*"([^"]*)"')

# what a page may call its own date: names that mean its publication, and looser ones
# fmt: off
_PUBLISHED = (
    "article:published_time", "article:published", "og:article:published_time", "og:published_time",
    "datepublished",
)
_DATED = (
    "parsely-pub-date", "sailthru.date", "publishdate", "publish_date", "publish-date", "publication_date",
    "published_time", "pubdate", "dc.date.issued", "dcterms.issued", "dc.date.created", "dcterms.created",
    "dc.date", "dcterms.date", "dc:date", "date", "datecreated",
)
# fmt: on

# what the web means by a charset's name: the larger encoding that contains it
_WEB_NAMES = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
}


def _read_html(source: _Source) -> Iterator[_Draft]:
    data = source.whole()
    page = source.decode(data, _declared(data))
    try:
        draft = _page(page, source)
    except _ReadError:
        raise
    except Exception as error:  # pages are endlessly broken, and it is a large library that parses them
        message = f"cannot be parsed ({type(error).__name__}); save the article as .txt"
        raise _ReadError("bad-html", message) from error
    yield draft


def _page(page: str, source: _Source) -> _Draft:
    trafilatura = _trafilatura()
    tree = trafilatura.load_html(page)
    found = None if tree is None else trafilatura.bare_extraction(tree, **_EXTRACTION)
    if found is None or not found.text:
        raise _ReadError("empty", "no article found in this page; save its text as .txt")
    given = {key: getattr(found, key) for key in ("title", "url", "hostname")}
    meta = {key: value for key, value in given.items() if value}
    return _Draft(found.text, _noted(meta, source), date=_page_day(tree), date_source="html")


# The date that the library finds is not used: it guesses (a year, a date in the running text), and where
# a page gives `2025-04` it completes the day from the clock. A fixed limit keeps the clock out of the rest.
_EXTRACTION: dict[str, Any] = {
    "with_metadata": True,
    "include_comments": False,
    "date_extraction_params": {"extensive_search": False, "original_date": True, "max_date": "2199-12-31"},
}


def _trafilatura() -> Any:
    """Imported when the first page comes, as it takes longer than all the rest together."""
    try:
        import trafilatura
    except ImportError as error:
        problem = str(error).splitlines()[0]
        message = f"html needs trafilatura ({problem}): pip install trafilatura lxml_html_clean"
        raise _ReadError("missing-package", message) from error
    # without a handler its warnings would go to the terminal
    logging.getLogger("trafilatura").addHandler(logging.NullHandler())
    logging.getLogger("htmldate").addHandler(logging.NullHandler())
    return trafilatura


def _page_day(tree: Any) -> str | None:
    """The first date that the page declares as its own, as a whole ISO day."""
    return next(filter(None, map(_iso_day, _page_dates(tree))), None)


def _page_dates(tree: Any) -> Iterator[str]:
    declared: dict[str, str] = {}
    for element in tree.iterfind(".//meta[@content]"):
        name = element.get("property") or element.get("name") or element.get("itemprop") or ""
        declared.setdefault(name.lower(), element.get("content"))
    yield from (declared[name] for name in _PUBLISHED if name in declared)
    for script in tree.xpath('//script[@type="application/ld+json"]/text()'):
        yield from _JSON_DATE.findall(script)
    yield from tree.xpath('//*[@itemprop="datePublished"]/@datetime | //time[@pubdate]/@datetime')
    yield from (declared[name] for name in _DATED if name in declared)
    yield from tree.xpath("//article//time/@datetime")


def _declared(data: bytes) -> str | None:
    """The encoding that the page's head names, if it is one of those that are read."""
    match = _CHARSET.search(data[:4096])
    with suppress(LookupError):
        name = codecs.lookup(match[1].decode("ascii", "replace")).name if match else ""
        name = _WEB_NAMES.get(name, name).replace("-", "_")
        return name if name in _LEGACY else None
    return None


# --- many documents a file ----------------------------------------------------------------------

_OWN = ("id", "lang", "region", "date")


def _read_stdin(source: _Source) -> Iterator[_Draft | _ReadError]:
    """JSONL if the first line that is not blank is a JSON object, else one text."""
    head = _first_line(source)
    is_json = head.lstrip().startswith(b"{") and _is_object(source, head)
    source.push_back(head)
    yield from (_read_jsonl if is_json else _read_txt)(source)


def _first_line(source: _Source) -> bytes:
    head = b""
    for line in source.lines():
        head += line
        if not line.isspace() or len(head) > source.run.max_bytes:
            break
    return head


def _is_object(source: _Source, line: bytes) -> bool:
    try:
        return isinstance(_json(source, line.lstrip()), dict)
    except _ReadError:
        return False


def _read_jsonl(source: _Source) -> Iterator[_Draft | _ReadError]:
    source.refuse_binary()
    return _some(_json_rows(source))


def _json_rows(source: _Source) -> Iterator[_Draft | _ReadError]:
    for line in source.lines():
        if not line.isspace():
            yield _tried(partial(_json_row, source, line), source.number)


def _json_row(source: _Source, line: bytes) -> _Draft:
    value = _json(source, line)
    if not isinstance(value, dict):
        raise _ReadError("bad-json", f"line {source.number}, column 1: not an object; write one {{…}} a line")
    return _row(value, source)


def _json(source: _Source, line: bytes) -> Any:
    """What stands in the line. First as the bytes are, which is fastest; then as text, to tell why not."""
    source.encoding = source.mark
    source.refuse_long(line)
    line = line.rstrip(b"\r\n")
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        text = source.decode(line)
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise _json_error(text, error, source.number) from error


def _json_error(text: str, error: orjson.JSONDecodeError, number: int) -> _ReadError:
    place = f"line {number}, column {error.colno}: "
    if "\0" in text:
        return _ReadError("nul-byte", f"{place}a NUL byte; remove it at the source")
    if _has_lone_surrogate(text):
        return _ReadError(
            "lone-surrogate", f"{place}half a surrogate pair (\\ud800); repair it at the source"
        )
    return _ReadError("bad-json", f"{place}{error.msg}; write the line again")


def _has_lone_surrogate(text: str) -> bool:
    """The standard library reads what orjson refuses; what cannot be encoded then is the reason."""
    try:
        json.dumps(json.loads(text), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    except (ValueError, RecursionError):
        return False
    return False


def _read_table(comma: str, source: _Source) -> Iterator[_Draft | _ReadError]:
    source.refuse_binary()
    return _some(_table_rows(source, comma))


def _table_rows(source: _Source, comma: str) -> Iterator[_Draft | _ReadError]:
    # the limit is the module's, not the reader's; its own is 131,072, less than a long article
    csv.field_size_limit(min(source.run.max_bytes, 2**31 - 1))
    lines = map(source.decode, source.lines())
    first = next(lines, "")
    rows = csv.reader(chain([first], lines), delimiter=_separator(first, comma), strict=True)
    header = _cells(rows, source, 1) or []
    _refuse_header(header, source.run.text_key)
    while True:
        begin = source.number + 1
        cells = _tried(partial(_cells, rows, source, begin), begin)
        if cells is None:
            return
        if isinstance(cells, _ReadError):
            yield cells
        elif cells:
            yield _tried(partial(_table_row, header, cells, source, begin), begin)


def _separator(first: str, comma: str) -> str:
    """Excel writes `;` where the comma is the decimal sign (Dutch, French, German)."""
    return ";" if comma == "," and ";" in first and "," not in first else comma


def _table_row(header: Sequence[str], cells: Sequence[str], source: _Source, begin: int) -> _Draft:
    if len(cells) != len(header):
        message = f"{len(cells)} cells, the header has {len(header)}; put cells with a separator in quotes"
        raise _ReadError("bad-csv", message)
    return _row(dict(zip(header, cells, strict=True)), source, begin)


def _cells(rows: Any, source: _Source, begin: int) -> list[str] | None:
    """The next row, None at the end. A quote that is never closed takes lines with it: they are named."""
    source.encoding = source.mark
    try:
        cells: list[str] | None = next(rows, None)
    except csv.Error as error:
        if "field larger" in str(error):
            raise _too_large(source.run.max_bytes) from error
        message = f"lines {begin} to {source.number}: {error}; double the quotes inside a cell"
        raise _ReadError("bad-csv", message) from error
    return cells


def _refuse_header(header: Sequence[str], text_key: str) -> None:
    twice = [name for name, count in Counter(header).items() if count > 1]
    if twice:
        raise _ReadError("bad-csv", f"column {twice[0]!r} stands twice; rename one")
    if header and text_key not in header:
        raise _missing_text(text_key, header)


def _read_parquet(source: _Source) -> Iterator[_Draft | _ReadError]:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        raise _ReadError(
            "missing-package", "parquet needs pyarrow: pip install 'annotate[parquet]'"
        ) from error
    try:
        yield from _some(_parquet_rows(parquet.ParquetFile(source.file), source))
    except (pyarrow.ArrowException, OSError) as error:
        raise _bad_parquet(error) from error


def _bad_parquet(error: Exception) -> _ReadError:
    problem = (str(error).splitlines() or [type(error).__name__])[0]
    return _ReadError("bad-parquet", f"{problem[:200]}; fetch or write the file again")


def _parquet_rows(table: Any, source: _Source) -> Iterator[_Draft | _ReadError]:
    if source.run.text_key not in table.schema_arrow.names:
        raise _missing_text(source.run.text_key, table.schema_arrow.names)
    for batch in table.iter_batches(batch_size=256):
        for index in range(batch.num_rows):
            source.number += 1
            yield _tried(partial(_parquet_row, batch, index, source), source.number)


def _parquet_row(batch: Any, index: int, source: _Source) -> _Draft:
    columns = zip(batch.schema.names, batch.columns, strict=True)
    try:
        fields = {name: _plain(column[index].as_py()) for name, column in columns}
    except ValueError as error:
        raise _bad_parquet(error) from error
    return _row(fields, source)


def _plain(value: Any) -> Any:
    """A parquet value as JSON has it; decimals as strings, because a float would round them."""
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, bytes | Decimal | datetime.timedelta):
        return value.hex() if isinstance(value, bytes) else str(value)
    return value


# --- rows ---------------------------------------------------------------------------------------


def _tried(make: Callable[[], _T], line: int) -> _T | _ReadError:
    """A row, or what is wrong with it: the rows after it are still read."""
    try:
        return make()
    except _ReadError as error:
        error.line = line
        return error


def _some(drafts: Iterator[_Draft | _ReadError]) -> Iterator[_Draft | _ReadError]:
    first = next(drafts, None)
    if first is None:
        raise _ReadError("empty", "no rows; fill it in or leave it out")
    yield first
    yield from drafts


def _row(fields: Mapping[str, Any], source: _Source, line: int | None = None) -> _Draft:
    """A draft of one row: its own fields, all others to `meta`.

    Keys of a `meta` object go there too, the row's own win. A `date` in it counts as the row's, because
    that is where an annotated record has it.
    """
    key = source.run.text_key
    nested = fields.get("meta")
    inner = nested if isinstance(nested, dict) else {}
    own = {key, *_OWN} if nested is not inner else {key, "meta", *_OWN}
    meta = {**inner, **{name: value for name, value in fields.items() if name not in own}}
    date = meta.pop("date", None)
    named = _named({**fields, "date": fields.get("date") or date})
    return _Draft(_row_text(fields, key), _noted(meta, source), **named, line=line or source.number)


def _row_text(fields: Mapping[str, Any], key: str) -> str | _ReadError:
    text = fields.get(key)
    if isinstance(text, str):
        return text
    if key not in fields:
        return _missing_text(key, fields)
    return _ReadError(
        "missing-text", f"{key!r} is {_json_kind(text)}, not a string; name another with --text-key"
    )


def _missing_text(key: str, names: Iterable[str]) -> _ReadError:
    there = ", ".join(sorted(names)[:20]) or "none"
    return _ReadError("missing-text", f"no {key!r}; keys: {there}; name the right one with --text-key")


def _json_kind(value: Any) -> str:
    kinds = {bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "an object"}
    return kinds.get(type(value), "null")


def _named(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that a document has of its own, empty ones as None."""
    date = fields.get("date")
    named = {key: _word(fields.get(key)) for key in ("id", "lang", "region")}
    return {**named, "date": None if _word(date) is None else date}


def _word(value: Any) -> str | None:
    """A value as a string, None where it says nothing.

    >>> _word(12), _word(" "), _word(None), _word("nl")
    ('12', None, None, 'nl')
    """
    word = value if isinstance(value, str) else "" if value is None else orjson.dumps(value).decode()
    return None if not word or word.isspace() else word


def _noted(meta: dict[str, Any], source: _Source) -> dict[str, Any]:
    """The input's own fields, and what it was decoded with where that was not plain UTF-8."""
    return {**meta, "encoding": source.encoding} if source.encoding else meta


_Reader = Callable[[_Source], Iterator[_Draft | _ReadError]]

_READERS: dict[str, _Reader] = {
    ".txt": _read_txt,
    ".md": _read_markdown,
    ".markdown": _read_markdown,
    ".html": _read_html,
    ".htm": _read_html,
    ".jsonl": _read_jsonl,
    ".ndjson": _read_jsonl,
    ".csv": partial(_read_table, ","),
    ".tsv": partial(_read_table, "\t"),
    ".parquet": _read_parquet,
}
