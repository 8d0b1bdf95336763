"""The last stage: records to files, whole or not at all.

    news/annotations.jsonl    one record a line
    news/errors.jsonl         one failed document a line; empty where none failed
    news/manifest.json        what the run did: versions, options, counts, times

All three are written under hidden temporary names in the same folder and renamed when the run is over,
so that a reader never sees half a file, and a run that breaks off leaves what stood there before.
The manifest is renamed last: a new manifest means new files beside it. After a `kill -9` the hidden
`.*.part` files stay behind; they may be deleted.
"""

from __future__ import annotations

import errno
import gzip
import os
import re
import secrets
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

import orjson
import zstandard

from annotate.records import SCHEMA, Failure

ANNOTATIONS = "annotations.jsonl"
ERRORS = "errors.jsonl"
MANIFEST = "manifest.json"

#: The packages whose version can change a record.
PACKAGES = ("annotate", "spacy", "langdetect", "babel")

_ONE_FILE = re.compile(r"(?P<stem>.+)\.jsonl(?:\.(?:gz|zst))?")

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


def _plain(value: object) -> dict[str, Any]:
    """A read-only mapping as a dict, because orjson takes no other; anything else is refused."""
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"a {type(value).__name__} has no place in a JSON record: {value!r}")


@dataclass(frozen=True, slots=True)
class Paths:
    """Where the three files of one output stand; all in one folder."""

    annotations: Path
    errors: Path
    manifest: Path

    @property
    def folder(self) -> Path:
        return self.annotations.parent

    def __iter__(self) -> Iterator[Path]:
        """In the order in which they appear: the manifest last, because it vouches for the others."""
        return iter((self.annotations, self.errors, self.manifest))


def output_paths(target: str | Path) -> Paths:
    """The files that `-o target` means: a folder, or an annotations file with the others beside it.

    >>> [path.as_posix() for path in output_paths("news")]
    ['news/annotations.jsonl', 'news/errors.jsonl', 'news/manifest.json']
    >>> [path.as_posix() for path in output_paths("out/news.jsonl.gz")]
    ['out/news.jsonl.gz', 'out/news.errors.jsonl', 'out/news.manifest.json']
    """
    path = Path(target)
    one_file = _ONE_FILE.fullmatch(path.name)
    if one_file is None:
        return Paths(path / ANNOTATIONS, path / ERRORS, path / MANIFEST)
    stem = one_file["stem"]
    return Paths(path, path.with_name(f"{stem}.{ERRORS}"), path.with_name(f"{stem}.{MANIFEST}"))


class Output:
    """The three files of a run, as a `with` block: all of them appear at its end, or none.

    An exception in the block, a full disk or a kill leaves what stood there before as it was.
    Without `force` it does not replace an earlier output (`OutputError`).

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with Output(folder) as output:
    ...         output.annotation({"id": "a", "spans": []})
    ...         output.manifest({"seconds": 0.1})
    ...     (Path(folder) / "annotations.jsonl").read_text()
    '{"id":"a","spans":[]}\\n'
    """

    def __init__(self, folder: str | Path, *, force: bool = False) -> None:
        self.paths = output_paths(folder)
        self._force = force
        self._drafts: dict[Path, _Draft] = {}
        self._manifest: bytes | None = None

    def __enter__(self) -> Self:
        with _explained(self.paths.folder):
            self._check_place()
            self.paths.folder.mkdir(parents=True, exist_ok=True)
            try:
                for path in self.paths:
                    self._drafts[path] = _Draft(path)
            except BaseException:
                self._discard()
                raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self._finish()
        finally:
            self._discard()

    def annotation(self, record: Mapping[str, Any]) -> None:
        """Add one record to the annotations. A record that is no JSON (TypeError) adds nothing."""
        self._add(self.paths.annotations, to_bytes(record))

    def error(self, failure: Failure) -> None:
        """Add one document that could not be done to the errors."""
        self._add(self.paths.errors, to_bytes(failure.as_dict()))

    def manifest(self, manifest: Mapping[str, Any]) -> None:
        """Say what the run did; the last word counts, and there must be one before the block ends."""
        layout = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
        self._manifest = orjson.dumps(manifest, default=_plain, option=layout)

    def _add(self, path: Path, line: bytes) -> None:
        with _explained(self.paths.folder):
            self._drafts[path].stream.write(line)

    def _check_place(self) -> None:
        if self.paths.folder.exists() and not self.paths.folder.is_dir():
            raise OutputError(
                f"{self.paths.folder}: stands where the output folder should be, and is a file; "
                "choose a folder, or a file name that ends in .jsonl"
            )
        for path in self.paths:
            if path.is_dir():
                raise OutputError(f"{path}: stands where an output file should be, and is a folder")
        there = [path.name for path in self.paths if path.exists()]
        if there and not self._force:
            raise OutputError(
                f"{self.paths.folder}: already holds {', '.join(there)}; "
                "--force replaces them, -o chooses another place"
            )

    def _finish(self) -> None:
        if self._manifest is None:
            raise RuntimeError("the run ended without Output.manifest(): nothing was written")
        self._add(self.paths.manifest, self._manifest)
        with _explained(self.paths.folder):
            for draft in self._drafts.values():
                draft.seal()
            self._check_place()  # again: another run may have finished here since
            _publish(self._drafts.values(), self.paths.folder)

    def _discard(self) -> None:
        for draft in self._drafts.values():
            draft.discard()


class Stream:
    """The annotations to an open binary stream (`-o -`), with the methods of `Output`.

    Each record is flushed, for a reader at the other end of a pipe. Failures and the manifest are only
    kept, in `failures` and `summary`, because standard output holds nothing but records.

    >>> import io
    >>> out = io.BytesIO()
    >>> with Stream(out) as stream:
    ...     stream.annotation({"id": "a"})
    >>> out.getvalue(), stream.failures, stream.reader_gone
    (b'{"id":"a"}\\n', [], False)
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.failures: list[Failure] = []
        self.summary: Mapping[str, Any] | None = None
        self.reader_gone = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        return isinstance(error, ReaderGone)

    def annotation(self, record: Mapping[str, Any]) -> None:
        """Write one record; raises ReaderGone, which leaves the `with` block, when nobody reads any more."""
        rest = memoryview(to_bytes(record))
        try:
            while rest:  # unbuffered (`python -u`), standard output may take a part only
                rest = rest[self._stream.write(rest) :]
            self._stream.flush()
        except OSError as error:
            _silence(self._stream)
            if not isinstance(error, BrokenPipeError):
                raise OutputError(f"standard output: {_advice(error)}") from error
            self.reader_gone = True
            raise ReaderGone from error

    def error(self, failure: Failure) -> None:
        """Keep one failure, to be reported on standard error."""
        self.failures.append(failure)

    def manifest(self, manifest: Mapping[str, Any]) -> None:
        """Keep what the run did, to be reported on standard error."""
        self.summary = manifest


@dataclass(slots=True)
class Tally:
    """What a run has done so far, counted record by record; `build_manifest` takes it.

    `words` are the tokens of a document: the record itself does not hold them.

    >>> tally = Tally()
    >>> tally.add({"text": "in 2008", "lang": "nl", "spans": [{"label": "DATE"}]}, words=2)
    >>> tally.documents, tally.characters, tally.words, dict(tally.languages["nl"])
    (1, 7, 2, {'DATE': 1})
    """

    documents: int = 0
    failed: int = 0
    characters: int = 0
    words: int = 0
    documents_by_language: Counter[str] = field(default_factory=Counter)
    languages: dict[str, Counter[str]] = field(default_factory=dict)
    failures: Counter[str] = field(default_factory=Counter)

    def add(self, record: Mapping[str, Any], *, words: int = 0) -> None:
        """Count one annotated document."""
        self.documents += 1
        self.characters += len(record["text"])
        self.words += words
        self.documents_by_language[record["lang"]] += 1
        self.languages.setdefault(record["lang"], Counter()).update(span["label"] for span in record["spans"])

    def fail(self, failure: Failure) -> None:
        """Count one document that could not be done."""
        self.failed += 1
        self.failures[failure.error] += 1

    @property
    def labels(self) -> Counter[str]:
        """Spans by label, over all languages."""
        return sum(self.languages.values(), Counter[str]())


def installed_versions(packages: Iterable[str] = PACKAGES) -> dict[str, str]:
    """The installed version of each package, because another version may give other bytes.

    >>> sorted(installed_versions())
    ['annotate', 'babel', 'langdetect', 'spacy']
    """
    return {package: version(package) for package in packages}


def build_manifest(
    *,
    tally: Tally,
    versions: Mapping[str, str],
    options: Mapping[str, Any],
    started: datetime,
    seconds: float,
) -> dict[str, Any]:
    """What the run did, for `manifest.json`: the one place where a time may stand.

    >>> from datetime import UTC
    >>> manifest = build_manifest(tally=Tally(documents=2), versions={"spacy": "3.8.18"}, options={},
    ...                           started=datetime(2025, 4, 14, 9, 30, tzinfo=UTC), seconds=1.23456)
    >>> manifest["started"], manifest["seconds"], manifest["counts"]["documents"]
    ('2025-04-14T09:30:00+00:00', 1.235, 2)
    """
    labels = tally.labels
    return {
        "schema": SCHEMA,
        "versions": dict(versions),
        "options": dict(options),
        "started": started.isoformat(timespec="seconds"),
        "seconds": round(seconds, 3),
        "counts": {
            "documents": tally.documents,
            "failed": tally.failed,
            "characters": tally.characters,
            "words": tally.words,
            "spans": labels.total(),
        },
        "failures": _sorted(tally.failures),
        "labels": _sorted(labels),
        "languages": {
            lang: {"documents": tally.documents_by_language[lang], "labels": _sorted(tally.languages[lang])}
            for lang in sorted(tally.languages)
        },
    }


def _sorted(counts: Mapping[str, int]) -> dict[str, int]:
    """Counts by name, so that the order in which documents came in does not show."""
    return dict(sorted(counts.items()))


class _Draft:
    """One output file while it is written, under a hidden name in the folder of its final one.

    The name is random and opened exclusively, so that two runs cannot write into one another's draft.
    """

    def __init__(self, final: Path) -> None:
        self.final = final
        self.path = _hidden(final, "part")
        self._raw: BinaryIO = self.path.open("xb")
        self.stream: BinaryIO = _packed(self._raw, final.suffix)

    def seal(self) -> None:
        """Everything on the disk, not just in the system's memory: only then may it be renamed."""
        if self.stream is not self._raw:
            self.stream.close()  # writes the end of the compressed data
        self._raw.flush()
        os.fsync(self._raw.fileno())
        self._raw.close()

    def discard(self) -> None:
        """Close and delete what is left of the draft; after a rename there is nothing."""
        for stream in (self.stream, self._raw):
            with suppress(OSError):  # the disk may be full, and closing writes what was buffered
                stream.close()
        with suppress(OSError):
            self.path.unlink(missing_ok=True)


def _packed(raw: BinaryIO, suffix: str) -> BinaryIO:
    """The stream that compresses as the suffix says; without a time in it, so that bytes are repeatable."""
    if suffix == ".gz":
        return gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0)  # type: ignore[return-value]
    if suffix == ".zst":
        return zstandard.ZstdCompressor(write_checksum=True).stream_writer(raw, closefd=False)
    return raw


def _publish(drafts: Iterable[_Draft], folder: Path) -> None:
    """Rename each draft to its final name; should one fail, the earlier files come back."""
    kept: list[tuple[Path, Path | None]] = []
    try:
        for draft in drafts:
            kept.append((draft.final, _keep(draft.final)))
            draft.path.replace(draft.final)
        _sync_folder(folder)
    except BaseException:
        for final, earlier in reversed(kept):
            _bring_back(final, earlier)
        raise
    for _, earlier in kept:
        if earlier is not None:
            earlier.unlink()


def _keep(final: Path) -> Path | None:
    """A second name for the earlier file, None where there is none.

    A hard link, so that the file is never missing; where the file system has none (FAT), another name.
    """
    if not final.exists():
        return None
    earlier = _hidden(final, "old")
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


def _hidden(final: Path, ending: str) -> Path:
    return final.with_name(f".{final.name}.{secrets.token_hex(4)}.{ending}")


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
def _explained(folder: Path) -> Iterator[None]:
    """Turn the system's refusals into an OutputError that names the folder and says what to do."""
    try:
        yield
    except OSError as error:
        raise OutputError(f"{folder}: {_advice(error)}; what stood there before is unchanged") from error


def _advice(error: OSError) -> str:
    return _ADVICE.get(error.errno or 0, error.strerror or str(error))


def _silence(stream: BinaryIO) -> None:
    """Point a broken stream at nothing, because Python flushes standard output once more at its end."""
    with suppress(OSError):  # a stream in memory has no descriptor
        nowhere = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nowhere, stream.fileno())
        finally:
            os.close(nowhere)
