"""The files of a run: where they stand, how they grow, and what an earlier run has left in them.

    news/annotations.jsonl    one record a line; with a shard size annotations-00000.jsonl, -00001, …
    news/errors.jsonl         one failed document a line; empty where none failed
    news/manifest.json        what the run did: versions, options, counts, times
    news/.annotate/           what the next run needs to do only what is new; may be deleted, and is made anew

While a run writes, its files stand as drafts in `.annotate/`, each with a journal that says which document is
where, and get their names at the end, the manifest last. A shard that is full gets its name at once where none has
it yet. What a killed run leaves there is found by the next, checked byte by byte, and used.
"""

from __future__ import annotations

import filecmp
import os
import re
import secrets
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

import orjson
from filelock import FileLock, Timeout

from annotate.records import OLDER, SCHEMA, Done, Failure
from annotate.storage.journal import Entry, Journal, Stamp, to_line
from annotate.storage.remote import Mirror, RemoteError, is_url
from annotate.storage.write import PACKED, Draft, OutputError, explained, publish, to_bytes, to_page, unpacked

ANNOTATIONS = "annotations.jsonl"
ERRORS = "errors.jsonl"
MANIFEST = "manifest.json"
STATE = ".annotate"
_PLAN = "run.json"
_JOURNAL, _PART = ".journal", ".part"

_ONE_FILE = re.compile(r"(?P<stem>.+)\.jsonl(?P<packing>(?:\.(?:gz|zst))?)")
_DRAFT_NAME = re.compile(r"(?P<final>.+)\.[0-9a-f]{8}")


@dataclass(frozen=True, slots=True)
class Paths:
    """Where the files of one output stand; all in one folder, what the next run needs in `state`."""

    annotations: Path
    errors: Path
    manifest: Path
    state: Path

    @property
    def folder(self) -> Path:
        """The folder that all of them stand in."""
        return self.annotations.parent

    def shard(self, number: int | None) -> Path:
        """The annotations of one shard; of all, where there are no shards."""
        if number is None:
            return self.annotations
        match = _ONE_FILE.fullmatch(self.annotations.name)
        assert match is not None
        return self.annotations.with_name(f"{match['stem']}-{number:05}.jsonl{match['packing']}")

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
        return Paths(path / ANNOTATIONS, path / ERRORS, path / MANIFEST, path / STATE)
    stem = one_file["stem"]
    state = path.with_name(f".{path.name}{STATE}")
    return Paths(path, path.with_name(f"{stem}.{ERRORS}"), path.with_name(f"{stem}.{MANIFEST}"), state)


class Output:
    """The files of a run, as a `with` block: all of them appear at its end, or none but full shards.

    An exception in the block, a full disk or a kill leaves what stood there before as it was, and what was
    done in `.annotate/`, for the next run. `resume=False` does not look at earlier work; `force` replaces files
    that are not known to be ours, too. Without it such files raise `OutputError`, and so does another run that
    writes here now.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with Output(folder) as output:
    ...         output.add(Done("a", "nl", ("nl",), 0, 0, {}, b'{"id":"a"}\\n'), Stamp("d", "s"))
    ...         _ = output.manifest({"seconds": 0.1})
    ...     (Path(folder) / "annotations.jsonl").read_text()
    '{"id":"a"}\\n'
    """

    def __init__(
        self, target: str | Path, *, force: bool = False, resume: bool = True, shard_size: int | None = None
    ) -> None:
        self._mirror = mirror_of(target)
        self.paths = output_paths(self._mirror.target if self._mirror else target)
        self._force = force
        self._shard_size = shard_size
        self._lock = FileLock(self.paths.state / "lock", timeout=0)
        self._earlier = _Earlier(self.paths) if resume and not force else None
        self._errors: Draft | None = None
        self._manifest: Mapping[str, Any] | None = None
        self._shards: list[_Shard] = []
        self._in_shard = 0
        self._stale: set[str] = set()
        self._is_copied = False

    # -- the block

    def __enter__(self) -> Self:
        with explained(self.paths.folder):
            self._check_place()
            self.paths.state.mkdir(parents=True, exist_ok=True)
            self._claim()
            try:
                if self._mirror:
                    self._mirror.fetch()
                    self._check_place()
                if self._earlier:
                    self._earlier.open()
                self._errors = Draft(self.paths.errors, self._draft_path(self.paths.errors))
                self._next_shard()
            except BaseException:
                self._release(keep=False)
                raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        keep = error is not None and any(shard.documents for shard in self._shards)
        try:
            if error is None:
                self._finish()
        except OutputError:
            keep = True
            raise
        finally:
            self._release(keep=keep)

    def plan(self, plan: Mapping[str, Any]) -> None:
        """Note what the run was asked to do, so that `status` and `retry` can ask for the same."""
        with explained(self.paths.folder):
            (self.paths.state / _PLAN).write_bytes(
                to_page({**plan, "shard_size": self._shard_size, "process": os.getpid()})
            )

    # -- what was done before

    def find(self, name: str) -> list[tuple[Entry, int]]:
        """What earlier runs say of a document, the last run first, with what `read` needs to know."""
        return self._earlier.find(name) if self._earlier else []

    def read(self, entry: Entry, number: int) -> bytes | None:
        """The record of an earlier run, None where its bytes are not as they were written."""
        return self._earlier.read(entry, number) if self._earlier else None

    def removed(self) -> int:
        """How many documents of the earlier output have not been asked for: their inputs are gone."""
        return self._earlier.removed() if self._earlier else 0

    @property
    def damaged(self) -> list[str]:
        """Which files of earlier runs were not as they had been written, so that their documents are done again."""
        return self._earlier.damaged if self._earlier else []

    # -- writing

    def add(self, done: Done, stamp: Stamp) -> None:
        """Add one record, to the next shard where this one is full."""
        with explained(self.paths.folder):
            if self._shard_size and self._in_shard >= self._shard_size:
                self._seal_shard()
                self._next_shard()
            self._shards[-1].add(done, stamp)
        self._in_shard += 1

    def error(self, failure: Failure, stamp: Stamp | None = None) -> None:
        """Add one document that could not be done; with a stamp it is not tried again until something changes."""
        assert self._errors is not None
        with explained(self.paths.folder):
            self._errors.write(to_bytes(failure.to_dict()))
            if stamp is not None:
                self._shards[-1].note(Entry(failure.id, stamp, failure=failure))

    def manifest(self, manifest: Mapping[str, Any]) -> Mapping[str, Any]:
        """Say what the run did; the last word counts, and there must be one before the block ends.

        The names of the files with annotations are added to it; gives the manifest as it is written.
        """
        self._manifest = {**manifest, "files": [shard.data.final.name for shard in self._shards]}
        return self._manifest

    # -- inside

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
        if there and not self._force and not is_ours(self.paths):
            raise OutputError(
                f"{self.paths.folder}: already holds {', '.join(there)}, and no manifest of ours vouches for it; "
                "--force replaces it, -o chooses another place"
            )

    def _claim(self) -> None:
        try:
            self._lock.acquire()
        except Timeout:
            raise OutputError(
                f"{self.paths.folder}: another run{_process(self.paths)} is writing here; "
                "wait until it is done, or choose another place with -o"
            ) from None

    def _draft_path(self, final: Path) -> Path:
        return self.paths.state / f"{final.name}.{secrets.token_hex(4)}{_PART}"

    def _next_shard(self) -> None:
        number = len(self._shards) if self._shard_size else None
        self._shards.append(_Shard(self.paths.shard(number), self.paths.state))
        self._in_shard = 0

    def _seal_shard(self) -> None:
        """The shard is full; where none has its name yet, it gets it now."""
        shard = self._shards[-1]
        shard.seal()
        if not shard.data.final.exists():
            publish(shard.drafts, (self.paths.folder,))
            if self._mirror:
                self._mirror.push()

    def _finish(self) -> None:
        if self._manifest is None:
            raise RuntimeError("the run ended without Output.manifest(): nothing was written")
        assert self._errors is not None
        with explained(self.paths.folder):
            self._stale = files_of(self.paths)
            self._shards[-1].seal()
            self._errors.seal()
            last = Draft(self.paths.manifest, self._draft_path(self.paths.manifest))
            last.write(to_page(self._manifest))
            last.seal()
            changed = [shard for shard in self._shards if not shard.is_published]
            drafts = [draft for shard in changed for draft in shard.drafts]
            try:
                publish([*drafts, self._errors, last], (self.paths.folder, self.paths.state))
            except BaseException:
                last.discard()
                raise
            self._sweep()
            if self._mirror:
                self._mirror.push()
                self._is_copied = True

    def _sweep(self) -> None:
        """Delete what earlier runs left and this one has replaced: drafts, journals, shards beyond the last."""
        own = {shard.data.final.name for shard in self._shards}
        for name in self._stale - own:
            (self.paths.folder / name).unlink(missing_ok=True)
        for path in self.paths.state.iterdir():
            final, draft = _names(path)
            if final is None:
                continue
            if draft or final not in own:
                path.unlink(missing_ok=True)
            if not draft and final not in own:
                (self.paths.folder / final).unlink(missing_ok=True)

    def _release(self, *, keep: bool) -> None:
        if self._earlier:
            self._earlier.close()
        for shard in self._shards:
            shard.close(keep=keep)
        if self._errors:
            self._errors.discard()
        empty = all(path.name in ("lock", _PLAN) for path in self.paths.state.iterdir())
        if empty:
            for name in ("lock", _PLAN):
                (self.paths.state / name).unlink(missing_ok=True)
        self._lock.release()
        if empty:
            with suppress(OSError):
                self.paths.state.rmdir()
        if self._mirror and self._is_copied:
            self._mirror.clear()


class _Shard:
    """One file of annotations while it is written, and its journal."""

    def __init__(self, final: Path, state: Path) -> None:
        name = f"{final.name}.{secrets.token_hex(4)}"
        self.documents = 0
        self.data = Draft(final, state / f"{name}{_PART}")
        self.journal = Draft(state / f"{final.name}{_JOURNAL}", state / f"{name}{_JOURNAL}")
        self._sealed = False

    @property
    def drafts(self) -> tuple[Draft, Draft]:
        """The data first: a journal without its data would promise what is not there."""
        return self.data, self.journal

    @property
    def is_published(self) -> bool:
        """Whether what was written stands there already, under its name."""
        return self._sealed and not self.data.path.exists()

    def add(self, done: Done, stamp: Stamp) -> None:
        at = self.data.size
        self.data.write(done.line)
        counts = (done.lang, done.characters, done.words, done.labels)
        self.note(Entry(done.id, stamp, at, len(done.line), zlib.crc32(done.line), *counts))

    def note(self, entry: Entry) -> None:
        self.journal.write(to_line(entry))
        self.documents += 1

    def seal(self) -> None:
        """No more documents. Where the same stands there already, the draft goes and the file stays as it is."""
        if self._sealed:
            return
        self._sealed = True
        for draft in self.drafts:
            draft.seal()
        if self._stands():
            for draft in self.drafts:
                draft.discard()
        else:
            self.data.pack()

    def _stands(self) -> bool:
        """Whether both files are there already, byte for byte."""
        pairs = [(draft.path, draft.final) for draft in self.drafts]
        if self.data.final.suffix in PACKED or not all(final.exists() for _, final in pairs):
            return False
        return all(filecmp.cmp(path, final, shallow=False) for path, final in pairs)

    def close(self, *, keep: bool) -> None:
        for draft in self.drafts:
            if keep:
                draft.close()
            else:
                draft.discard()


class _Earlier:
    """What earlier runs have left: journals, the newest first, each with the files its records may stand in."""

    def __init__(self, paths: Paths) -> None:
        self._paths = paths
        self._journals: list[Journal] = []
        self._data: list[_Data] = []
        self._drafts: list[bool] = []
        self._shard = 0
        self.damaged: list[str] = []

    def open(self) -> None:
        for path, draft in journals(self._paths):
            final = self._paths.folder / str(_names(path)[0])
            self._journals.append(Journal(path))
            self._data.append(_Data([path.with_suffix(_PART), final] if draft else [final]))
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
        return line

    def _blame(self, name: str) -> None:
        if name not in self.damaged:
            self.damaged.append(name)

    def removed(self) -> int:
        return sum(journal.unmet() for journal, draft in zip(self._journals, self._drafts, strict=True) if not draft)

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


def _names(path: Path) -> tuple[str | None, bool]:
    """For a file of the state its final name, and whether it is a draft; None for any other file."""
    if path.suffix not in (_JOURNAL, _PART) and not path.name.endswith((".old", ".packed")):
        return None, False
    if path.name.endswith((".old", ".packed")):
        return path.name, True
    draft = _DRAFT_NAME.fullmatch(path.stem)
    return (draft["final"], True) if draft else (path.stem, False)


def journals(paths: Paths) -> list[tuple[Path, bool]]:
    """The journals that earlier runs have left, each with whether its run was broken off; those first, they are newer.

    A run that is over leaves one for each shard. Of several broken-off runs the last to write comes first.
    """
    found = [(path, _names(path)[1]) for path in paths.state.glob(f"*{_JOURNAL}")]
    return sorted(found, key=lambda pair: (not pair[1], -pair[0].stat().st_mtime_ns if pair[1] else 0, pair[0].name))


def mirror_of(target: str | Path) -> Mirror | None:
    """The folder of this machine that stands for a URL; None for a path."""
    if not is_url(str(target)):
        return None
    try:
        return Mirror(str(target))
    except RemoteError as error:
        raise OutputError(str(error)) from error


def local_paths(target: str | Path) -> Paths:
    """Where the files of an output stand on this machine; what a URL names is brought here."""
    mirror = mirror_of(target)
    if mirror is None:
        return output_paths(target)
    with explained(Path(str(target))):
        mirror.fetch()
    return output_paths(mirror.target)


def is_ours(paths: Paths) -> bool:
    """Whether what stands there is the output of an earlier run: its manifest or its journals say so."""
    with suppress(OSError, orjson.JSONDecodeError):
        content = orjson.loads(paths.manifest.read_bytes())
        if isinstance(content, dict) and content.get("schema") in (SCHEMA, *OLDER):
            return True
    return bool(journals(paths))


def files_of(paths: Paths) -> set[str]:
    """The files with annotations that the manifest of an earlier run names, as far as they may be its."""
    with suppress(OSError, orjson.JSONDecodeError, AttributeError, TypeError):
        content = orjson.loads(paths.manifest.read_bytes())
        if content.get("schema") in (SCHEMA, *OLDER):
            return {name for name in content.get("files", []) if _is_shard(name, paths)}
    return set()


def _is_shard(name: str, paths: Paths) -> bool:
    match = re.fullmatch(r"(.+)-\d{5,}(\.jsonl(?:\.gz|\.zst)?)", name)
    return name == paths.annotations.name or (match is not None and f"{match[1]}{match[2]}" == paths.annotations.name)


def earlier_plan(paths: Paths) -> dict[str, Any] | None:
    """What the last run there was asked to do; None where that is not known."""
    with suppress(OSError, orjson.JSONDecodeError):
        content = orjson.loads((paths.state / _PLAN).read_bytes())
        if isinstance(content, dict):
            return content
    return None


def is_running(paths: Paths) -> bool:
    """Whether a run is writing there now."""
    if not paths.state.is_dir():
        return False
    lock = FileLock(paths.state / "lock", timeout=0)
    try:
        with lock:
            return False
    except Timeout:
        return True


def _process(paths: Paths) -> str:
    plan = earlier_plan(paths)
    return f" (process {plan['process']})" if plan and "process" in plan else ""
