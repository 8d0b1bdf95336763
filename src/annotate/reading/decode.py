"""From the bytes of a file to its lines or its text: unpacking, byte order marks, encodings.

A packing is one function in `UNPACK`; to add one is to add a line there.
"""

from __future__ import annotations

import codecs
import gzip
import io
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from itertools import chain
from typing import Any, BinaryIO

import zstandard
from charset_normalizer import from_bytes

_CHUNK = 1 << 16

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
LEGACY = [
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


class ReadError(Exception):
    """What is wrong with a file or a row; `read` makes a `Failure` of it, and it goes no further."""

    def __init__(self, error: str, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.error = error
        self.message = message
        self.line = line


def too_large(max_bytes: int) -> ReadError:
    """What is told of a text beyond the limit."""
    return ReadError("too-large", f"longer than {max_bytes:,} bytes; split it, or raise the limit with --max-bytes")


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


class Source:
    """An open file, unpacked and without byte order mark: its lines, or the whole of it.

    `number` is that of the last line (or row) read; `text_key` is the field of a row that holds its text, `id_key`
    the one that names it, where a row must have one. `encoding` is what the last text was decoded with, None for
    plain UTF-8. Once one line asked for an older encoding, the same is used wherever the file is not UTF-8.
    """

    def __init__(
        self, file: BinaryIO, packing: str, *, text_key: str, max_bytes: int, id_key: str | None = None
    ) -> None:
        self.file = file
        self.text_key = text_key
        self.id_key = id_key
        self.max_bytes = max_bytes
        self.number = 0
        self.mark, chunks = _without_mark(UNPACK[packing](file))
        self.stream = _buffered(chunks)
        self.encoding = self.mark
        self._legacy: str | None = None
        self._declared: str | None = None

    @property
    def is_guessed(self) -> bool:
        """Whether the encoding of the last text was neither marked nor declared."""
        return self.encoding not in (None, self.mark, self._declared)

    def whole(self) -> bytes:
        """All of it, which is one text: a NUL byte in it is refused."""
        data = self.stream.read(self.max_bytes + 1)
        self.refuse_long(data)
        if b"\0" in data:
            raise _binary()
        return data

    def lines(self) -> Iterator[bytes]:
        """The lines with their ends; of one beyond the limit only its beginning, which `decode` refuses."""
        limit = self.max_bytes + 1
        while line := self.stream.readline(limit):
            self.number += 1
            yield line
            while len(line) == limit and not line.endswith(b"\n"):
                line = self.stream.readline(limit)

    def decode(self, data: bytes, declared: str | None = None) -> str:
        """The text: as UTF-8, else as its page `declared`, else as is detected."""
        self.refuse_long(data)
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError as error:
            self.encoding = self._older(data, error.start, declared)
        return _decoded(data, self.encoding)

    def refuse_long(self, data: bytes) -> None:
        """Bytes beyond the limit."""
        if len(data) > self.max_bytes:
            raise too_large(self.max_bytes)

    def refuse_binary(self) -> None:
        """A picture named `.jsonl` is one failure, not one for each of its lines."""
        head = self.stream.peek()[:1024]
        if b"\0" in head and (not _is_utf8(head) or head.count(b"\0") * 4 > len(head)):
            raise _binary()

    def let_go(self) -> None:
        """What follows in the file is no text that could tell the encoding: another library reads it."""
        self.stream = _buffered(iter(()))

    def push_back(self, data: bytes) -> None:
        """Lines that were looked at are read again."""
        self.stream = _buffered(chain([data], _pieces(self.stream)))
        self.number = 0

    def _older(self, data: bytes, start: int, declared: str | None) -> str:
        sample = _sample(data, start, self.stream.peek())
        _refuse_damaged(sample, start, marked=self.mark is not None)
        if declared is not None and _fits(data, declared):
            self._declared = declared
            return declared
        self._legacy = self._legacy or _detected(sample)
        return self._legacy


def _binary() -> ReadError:
    return ReadError("binary", "NUL bytes, so not a text; if it is UTF-16, save it as UTF-8")


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
        raise ReadError(
            "encoding", f"begins as {encoding} but breaks off ({error.reason}); save it as UTF-8"
        ) from error


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        message = f"looks like {encoding}, but byte {error.start} is not; save it as UTF-8"
        raise ReadError("encoding", message) from error


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
        raise ReadError("lone-surrogate", f"half a surrogate pair at byte {start}; repair it at the source")
    text = sample.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    whole = sum(1 for _ in _NOT_ASCII.finditer(text)) - broken
    if marked or whole >= broken:
        raise ReadError("encoding", f"UTF-8 but for byte {start}; repair that place or save it again as UTF-8")


def _fits_with_surrogates(sample: bytes) -> bool:
    with suppress(UnicodeDecodeError):
        sample.decode("utf-8", "surrogatepass")
        return True
    return False


def _detected(sample: bytes) -> str:
    """The encoding that makes the least odd and the most familiar text of it."""
    matches = list(from_bytes(sample, cp_isolation=LEGACY))
    if not matches:
        kind = "binary" if _CONTROL.search(sample) else "encoding"
        raise ReadError(kind, "neither UTF-8 nor an encoding that can be detected; save it as UTF-8")
    best = min(matches, key=lambda m: (m.chaos, _odd(str(m)), -m.coherence, _rank(m.could_be_from_charset)))
    names = best.could_be_from_charset
    return "cp1252" if "cp1252" in names else LEGACY[_rank(names)]


def _odd(text: str) -> int:
    """How many signs stand inside words.

    >>> _odd("wspó³pracy"), _odd("współpracy, 20 m² «goed»")  # Polish as cp1252, as cp1250
    (1, 0)
    """
    return len(_SIGN_IN_WORD.findall(text))


def _rank(names: Iterable[str]) -> int:
    return min((LEGACY.index(name) for name in names if name in LEGACY), default=len(LEGACY) - 1)


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
        raise ReadError("bad-compression", f"cannot be unpacked ({error}); fetch or pack it again") from error


UNPACK: dict[str, Callable[[BinaryIO], Iterator[bytes]]] = {
    "": _pieces,
    ".gz": _gunzip,
    ".zst": _unzstd,
}
