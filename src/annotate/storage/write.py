"""The last stage: records to bytes, and bytes to files that appear whole or not at all."""

from __future__ import annotations

import errno
import gzip
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Protocol, Self

import orjson
import zstandard

from annotate.manifest import Manifest, Report
from annotate.records import Done, Failure
from annotate.storage.journal import Entry, Stamp

#: What an operating system's refusal means to the user, and what helps.
_ADVICE = {
    errno.ENOSPC: "the disk is full; free some space or choose another place with -o",
    errno.EDQUOT: "the disk quota is used up; free some space or choose another place with -o",
    errno.EFBIG: "the file grew beyond the size allowed here (`ulimit -f`); choose another place with -o",
    errno.EACCES: "no permission to write here; choose another place with -o",
    errno.EPERM: "no permission to write here; choose another place with -o",
    errno.ENOTDIR: "a part of this path is a file, not a folder; choose another place with -o",
    errno.EROFS: "the file system is read-only; choose another place with -o",
}


class OutputError(Exception):
    """The output cannot be written. The message names the place and says what to do."""


class ReaderGone(Exception):  # noqa: N818 - no error: `annotate … | head` is done when head is
    """Who read our standard output has closed it; `Stream` ends its `with` block quietly."""


def to_bytes(record: Mapping[str, Any]) -> bytes:
    """One line of JSON Lines: UTF-8 without ASCII escapes, keys in the order given, `\\n` at the end.

    Raises TypeError for what JSON cannot hold (a lone surrogate, a set, an integer over 64 bits).

    >>> to_bytes({"id": "a", "text": "€ 5"}).decode()
    '{"id":"a","text":"€ 5"}\\n'
    """
    return orjson.dumps(record, default=_plain, option=orjson.OPT_APPEND_NEWLINE)


def to_page(content: Mapping[str, Any]) -> bytes:
    """A JSON object set out for reading, as `manifest.json` is."""
    return orjson.dumps(content, default=_plain, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _plain(value: object) -> dict[str, Any]:
    """A read-only mapping as a dict, because orjson takes no other; anything else is refused."""
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"a {type(value).__name__} has no place in a JSON record: {value!r}")


class Stream:
    """The annotations to an open binary stream (`-o -`), with the methods of `Output`.

    Each record is flushed, for a reader at the other end of a pipe. Failures and the manifest are only
    kept, in `failures` and `summary`, because standard output holds nothing but records.

    >>> import io
    >>> out = io.BytesIO()
    >>> with Stream(out) as stream:
    ...     stream.add(Done("a", "nl", ("nl",), 0, 0, {}, b'{"id":"a"}\\n'))
    >>> out.getvalue(), stream.failures, stream.reader_gone
    (b'{"id":"a"}\\n', [], False)
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.failures: list[Failure] = []
        self.summary: Manifest | None = None
        self.reader_gone = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        return isinstance(error, ReaderGone)

    def find(self, name: str) -> list[tuple[Entry, int]]:
        """Nothing: a stream has no earlier run."""
        return []

    def read(self, entry: Entry, number: int) -> bytes | None:
        """Nothing: a stream has no earlier run."""
        return None

    def removed(self) -> int:
        """None: a stream has no earlier run."""
        return 0

    def add(self, done: Done, stamp: Stamp | None = None) -> None:
        """Write one record; raises ReaderGone, which leaves the `with` block, when nobody reads any more."""
        rest = memoryview(done.line)
        try:
            while rest:  # unbuffered (`python -u`), standard output may take a part only
                rest = rest[self._stream.write(rest) :]
            self._stream.flush()
        except OSError as error:
            _silence(self._stream)
            if not isinstance(error, BrokenPipeError):
                raise OutputError(f"standard output: {advice(error)}") from error
            self.reader_gone = True
            raise ReaderGone from error

    def error(self, failure: Failure, stamp: Stamp | None = None) -> None:
        """Keep one failure, to be reported on standard error."""
        self.failures.append(failure)

    def manifest(self, manifest: Manifest, report: Report | None = None) -> Manifest:
        """Keep what the run did, to be reported on standard error."""
        self.summary = manifest
        return manifest


class Draft:
    """One file while it is written, under another name in a folder of the same file system.

    Nothing is buffered: what was written is with the system when the call returns, and outlives the process.
    The name is random and opened exclusively, so that two runs cannot write into one another's draft.
    """

    def __init__(self, final: Path, path: Path) -> None:
        self.final = final
        self.path = path
        self.size = 0
        self._raw: BinaryIO = path.open("xb", buffering=0)

    def write(self, data: bytes) -> None:
        """Add bytes; all of them are written, or an OSError says why not."""
        rest = memoryview(data)
        while rest:
            rest = rest[self._raw.write(rest) :]
        self.size += len(data)

    def seal(self) -> None:
        """Everything on the disk, not just in the system's memory: only then may it be renamed."""
        os.fsync(self._raw.fileno())
        self._raw.close()

    def pack(self) -> None:
        """Compress what was written, as the final name's suffix says; without a time in it: bytes are repeatable."""
        if self.final.suffix not in PACKED:
            return
        plain, packed = self.path, self.path.with_name(f"{self.path.name}.packed")
        with plain.open("rb") as source, packed.open("xb") as raw:
            with _packer(raw, self.final.suffix) as target:
                while chunk := source.read(1 << 20):
                    target.write(chunk)
            raw.flush()
            os.fsync(raw.fileno())
        packed.replace(plain)

    def close(self) -> None:
        """Stop writing, and leave what is there."""
        with suppress(OSError):
            self._raw.close()

    def discard(self) -> None:
        """Close and delete what is left of the draft; after a rename there is nothing."""
        self.close()
        for path in (self.path, self.path.with_name(f"{self.path.name}.packed")):
            with suppress(OSError):
                path.unlink(missing_ok=True)


@contextmanager
def whole(target: Path) -> Iterator[Draft]:
    """A file of its own to write to, which appears when the block is over, and not at all if that fails.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with whole(Path(folder) / "gold.jsonl") as draft:
    ...         draft.write(b"{}")
    ...         before = [path.name for path in Path(folder).glob("*.jsonl")]
    ...     before, [path.name for path in Path(folder).iterdir()]
    ([], ['gold.jsonl'])
    """
    with explained(target.parent):
        draft = Draft(target, target.with_name(f".{target.name}.{secrets.token_hex(4)}.part"))
        try:
            yield draft
            draft.seal()
            publish([draft], [target.parent])
        finally:
            draft.discard()


@contextmanager
def appearing(target: Path) -> Iterator[Path]:
    """A path at which a file or a folder is made, which becomes `target` when the block is over, or else is gone.

    It has the suffix of the target, since libraries go by that, and nothing stands there yet. A folder that is at
    the target already is replaced: for the moment between two renamings it has another name.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with appearing(Path(folder) / "news.spacy") as path:
    ...         done = path.mkdir(), (path / "a").write_text("5")
    ...         before = path.suffix, path.name.startswith("."), (Path(folder) / "news.spacy").exists()
    ...     before, (Path(folder) / "news.spacy" / "a").read_text()
    (('.spacy', True, False), '5')
    """
    path = target.with_name(f".{target.stem}.{secrets.token_hex(4)}.part{target.suffix}")
    with explained(target.parent):
        try:
            yield path
            _sync_all(path)
            if path.is_dir() and target.exists():
                _exchange(path, target)
            else:
                path.replace(target)
            _sync_folder(target.parent)
        finally:
            _remove(path)


def _exchange(path: Path, target: Path) -> None:
    """A folder in the place of another one, which comes back should that fail."""
    earlier = target.with_name(f".{target.name}.{secrets.token_hex(4)}.old")
    target.replace(earlier)
    try:
        path.replace(target)
    except BaseException:
        earlier.replace(target)
        raise
    _remove(earlier)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink(missing_ok=True)


#: From so many files on the whole system is asked to write, which is quicker than file by file.
_MANY = 100


def _sync_all(path: Path) -> None:
    """A file, or all of a folder, on the disk."""
    if hasattr(os, "sync") and next(islice(_files_in(path), _MANY, None), None):
        os.sync()
        return
    for file in _files_in(path):
        with Path(file).open("rb+") as opened:
            os.fsync(opened.fileno())


def _files_in(path: str | Path) -> Iterator[str]:
    """A file itself, or all files of a folder one at a time: an export may write hundreds of thousands."""
    if not os.path.isdir(path):  # noqa: PTH112 - a string, as the system gives it
        yield str(path)
        return
    with os.scandir(path) as entries:
        for entry in entries:
            yield from _files_in(entry.path)


#: How a suffix of the output packs.
PACKED = (".gz", ".zst")


def _packer(raw: BinaryIO, suffix: str) -> Any:
    if suffix == ".gz":
        return gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0)
    return zstandard.ZstdCompressor(write_checksum=True).stream_writer(raw, closefd=False)


def unpacked(path: Path) -> BinaryIO:
    """The bytes of an output file, unpacked as its suffix says."""
    if path.suffix == ".gz":
        return gzip.open(path)  # type: ignore[return-value]
    if path.suffix == ".zst":
        return zstandard.ZstdDecompressor().stream_reader(path.open("rb"), closefd=True)
    return path.open("rb")


class Drafted(Protocol):
    """A file that is written under another name than its own."""

    @property
    def final(self) -> Path: ...

    @property
    def path(self) -> Path: ...


def publish(drafts: Iterable[Drafted], folders: Iterable[Path]) -> None:
    """Rename each draft to its final name; should one fail, the earlier files come back."""
    kept: list[tuple[Path, Path | None]] = []
    try:
        for draft in drafts:
            kept.append((draft.final, _keep(draft.final, draft.path.parent)))
            draft.path.replace(draft.final)
        for folder in folders:
            _sync_folder(folder)
    except BaseException:
        for final, earlier in reversed(kept):
            _bring_back(final, earlier)
        raise
    for _, earlier in kept:
        if earlier is not None:
            earlier.unlink()


def _keep(final: Path, folder: Path) -> Path | None:
    """A second name for the earlier file, None where there is none.

    A hard link, so that the file is never missing; where the file system has none (FAT), another name.
    """
    if not final.exists():
        return None
    earlier = folder / f"{final.name}.{secrets.token_hex(4)}.old"
    try:
        earlier.hardlink_to(final)
    except OSError:
        final.replace(earlier)
    return earlier


def _bring_back(final: Path, earlier: Path | None) -> None:
    if earlier is None:
        final.unlink(missing_ok=True)
        return
    earlier.replace(final)
    earlier.unlink(missing_ok=True)  # a rename between two links to one file does nothing (POSIX)


def _sync_folder(folder: Path) -> None:
    """Make the renames themselves last through a power cut; Windows cannot open a folder, and need not."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno != errno.EINVAL:  # some network file systems cannot
            raise
    finally:
        os.close(descriptor)


@contextmanager
def explained(folder: Path) -> Iterator[None]:
    """Turn the system's refusals into an OutputError that names the folder and says what to do."""
    try:
        yield
    except OSError as error:
        raise OutputError(f"{folder}: {advice(error)}; what stood there before is unchanged") from error


def advice(error: OSError) -> str:
    """What a refusal of the system means, and what helps."""
    return _ADVICE.get(error.errno or 0, error.strerror or str(error))


def _silence(stream: BinaryIO) -> None:
    """Point a broken stream at nothing, because Python flushes standard output once more at its end."""
    with suppress(OSError):  # a stream in memory has no descriptor
        nowhere = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nowhere, stream.fileno())
        finally:
            os.close(nowhere)
