"""The files of a run: how they grow, and get their names at its end.

While a run writes, its files stand as drafts in `.annotate/`, each with a journal that says which document is
where, and get their names at the end, the manifest last. A shard that is full gets its name at once where none has
it yet. What a killed run leaves there is found by the next, checked byte by byte, and used.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from filelock import FileLock, Timeout
from msgspec.structs import replace

from annotate.batch.earlier import Earlier
from annotate.batch.shard import Shard
from annotate.manifest import Manifest, Plan, Report
from annotate.records import Done, Failure
from annotate.storage.journal import Entry, Stamp
from annotate.storage.layout import (
    JOURNAL,
    LOCK,
    PART,
    PLAN,
    REPORT,
    Paths,
    earlier_plan,
    files_of,
    is_ours,
    mirror_of,
    names_of,
    output_paths,
    slice_paths,
    slice_states,
)
from annotate.storage.write import Draft, OutputError, explained, publish, to_bytes, to_page

#: Seconds that a run waits for its output: as long as `status` may look at the lock.
_PATIENCE = 0.5
#: Seconds that a slice waits: a process may outlive its node by some, when another node does its work already.
_PATIENCE_OF_SLICES = 30.0


class Output:
    """The files of a run, as a `with` block: all of them appear at its end, or none but full shards.

    An exception in the block, a full disk or a kill leaves what stood there before as it was, and what was
    done in `.annotate/`, for the next run. `resume=False` does not look at earlier work; `force` replaces files
    that are not known to be ours, too. Without it such files raise `OutputError`, and so does another run that
    writes here now. With a `number` it is one slice of the output, a shard with a state of its own; with `slices` it
    is what stands around so many, which others have written: errors and manifest.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with Output(folder) as output:
    ...         output.add(Done("a", "nl", ("nl",), 0, 0, {}, b'{"id":"a"}\\n'), Stamp("d", "s"))
    ...         _ = output.manifest(Manifest(schema="annotate/2"))
    ...     (Path(folder) / "annotations.jsonl").read_text()
    '{"id":"a"}\\n'
    """

    def __init__(
        self,
        target: str | Path,
        *,
        force: bool = False,
        resume: bool = True,
        shard_size: int | None = None,
        number: int | None = None,
        slices: int | None = None,
    ) -> None:
        self._number, self._slices = number, slices
        self._mirror = mirror_of(target, number, is_whole=slices is None)
        paths = output_paths(self._mirror.target if self._mirror else target)
        self.paths = paths if number is None else slice_paths(paths, number)
        self.is_forced = force
        self._shard_size = shard_size
        self._lock = FileLock(self.paths.state / LOCK, timeout=_PATIENCE if number is None else _PATIENCE_OF_SLICES)
        self._earlier = Earlier(self.paths) if resume and not force and slices is None else None
        self._errors: Draft | None = None
        self._manifest: Manifest | None = None
        self._report: Report | None = None
        self._shards: list[Shard] = []
        self._in_shard = 0
        self._is_copied = False

    # -- the block

    def __enter__(self) -> Self:
        with explained(self.paths.folder):
            _check_place(self.paths, force=self.is_forced or self._number is not None)
            self.paths.state.mkdir(parents=True, exist_ok=True)
            self._claim()
            try:
                if self._mirror:
                    self._mirror.fetch()
                    _check_place(self.paths, force=self.is_forced or self._number is not None)
                if self._earlier:
                    self._earlier.open()
                self._errors = Draft(self.paths.errors, self._draft_path(self.paths.errors))
                if self._slices is None:
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

    def plan(self, plan: Plan) -> None:
        """Note what the run was asked to do, so that `status` and `retry` can ask for the same."""
        with explained(self.paths.folder):
            by_file = self._slices is not None
            plan = replace(plan, shard_size=self._shard_size, by_file=by_file, process=os.getpid())
            (self.paths.state / PLAN).write_bytes(to_page(plan.to_dict()))

    # -- what was done before

    def find(self, name: str) -> list[tuple[Entry, int]]:
        """What earlier runs say of a document, the last run first, with what `read` needs to know."""
        return self._earlier.find(name) if self._earlier else []

    def read(self, entry: Entry, number: int) -> bytes | None:
        """The record of an earlier run, None where its bytes are not as they were written."""
        return self._earlier.read(entry, number) if self._earlier else None

    def others(self, sources: frozenset[str]) -> Iterator[tuple[Entry, int]]:
        """What earlier runs say of each document that does not come from one of these sources."""
        return self._earlier.others(sources) if self._earlier else iter(())

    def failures(self, sources: frozenset[str]) -> Iterator[Failure]:
        """What failed in earlier runs and does not come from one of these sources."""
        return self._earlier.failures(sources) if self._earlier else iter(())

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

    def manifest(self, manifest: Manifest, report: Report | None = None) -> Manifest:
        """Say what the output is; the last word counts, and there must be one before the block ends.

        The names of the files with annotations are added to it; gives the manifest as it is written. The `report`
        of this run stands in the state, where it changes no file that may be under version control.
        """
        self._report = report
        self._manifest = replace(manifest, files=self._names())
        return self._manifest

    # -- inside

    def _names(self) -> tuple[str, ...]:
        if self._slices is not None:
            return tuple(self.paths.shard(number).name for number in range(self._slices))
        return tuple(shard.data.final.name for shard in self._shards)

    def _claim(self) -> None:
        try:
            self._lock.acquire()
        except Timeout:
            raise OutputError(
                f"{self.paths.folder}: another run{_process(self.paths)} is writing here; "
                "wait until it is done, or choose another place with -o"
            ) from None

    def _draft_path(self, final: Path) -> Path:
        return self.paths.state / f"{final.name}.{secrets.token_hex(4)}{PART}"

    def _next_shard(self) -> None:
        number = len(self._shards) if self._shard_size else None
        self._shards.append(Shard(self.paths.shard(number), self.paths.state))
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
            stale = files_of(self.paths)
            for shard in self._shards[-1:]:
                shard.seal()
            self._errors.seal()
            last = Draft(self.paths.manifest, self._draft_path(self.paths.manifest))
            last.write(to_page(self._manifest.to_dict()))
            last.seal()
            (self.paths.state / REPORT).write_bytes(to_page(self._report.to_dict() if self._report else {}))
            changed = [shard for shard in self._shards if not shard.is_published]
            drafts = [draft for shard in changed for draft in shard.drafts]
            try:
                publish([*drafts, self._errors, last], (self.paths.folder, self.paths.state))
            except BaseException:
                last.discard()
                raise
            own = {*self._names()}
            _sweep(self.paths, own, stale, self._slices or 0)
            if self._mirror:
                self._mirror.push()
                if self._slices is not None:
                    self._mirror.drop(partial(_is_stale, self.paths, own, stale, self._slices))
                self._is_copied = True

    def _release(self, *, keep: bool) -> None:
        if self._earlier:
            self._earlier.close()
        for shard in self._shards:
            shard.close(keep=keep)
        if self._errors:
            self._errors.discard()
        _leave(self.paths.state, self._lock)
        if self._mirror and self._is_copied:
            self._mirror.clear()


def _check_place(paths: Paths, *, force: bool) -> None:
    """Nothing stands in the way, and what will be replaced is ours."""
    if paths.folder.exists() and not paths.folder.is_dir():
        raise OutputError(
            f"{paths.folder}: stands where the output folder should be, and is a file; "
            "choose a folder, or a file name that ends in .jsonl"
        )
    for path in paths:
        if path.is_dir():
            raise OutputError(f"{path}: stands where an output file should be, and is a folder")
    there = [path.name for path in paths if path.exists()]
    if there and not force and not is_ours(paths):
        raise OutputError(
            f"{paths.folder}: already holds {', '.join(there)}, and no manifest of ours vouches for it; "
            "--force replaces it, -o chooses another place"
        )


def _sweep(paths: Paths, own: set[str], stale: set[str], slices: int) -> None:
    """Delete what earlier runs left and this one has replaced: drafts, journals, shards and slices beyond the last."""
    for number, state in slice_states(paths).items():
        if number >= slices:
            stale |= {str(names_of(path)[0]) for path in state.glob(f"*{JOURNAL}")}
            shutil.rmtree(state)
    for name in stale - own:
        (paths.folder / name).unlink(missing_ok=True)
    for path in paths.state.iterdir():
        final, draft = names_of(path)
        if final is None:
            continue
        if draft or final not in own:
            path.unlink(missing_ok=True)
        if not draft and final not in own:
            (paths.folder / final).unlink(missing_ok=True)


def _is_stale(paths: Paths, own: set[str], stale: set[str], slices: int, name: str) -> bool:
    """Whether a file, by its name in the folder of an output by file, is of an earlier one."""
    folder, _, rest = name.removeprefix(f"{paths.state.name}/").partition("/")
    if name.startswith(f"{paths.state.name}/"):
        return int(folder) >= slices if rest and folder.isdigit() else folder.endswith(JOURNAL)
    return name in stale - own


def _leave(state: Path, lock: FileLock) -> None:
    """Let the next run in, and leave no folder without a use."""
    passing = (LOCK, PLAN, REPORT)
    empty = all(path.name in passing for path in state.iterdir())
    if empty:
        for name in passing:
            (state / name).unlink(missing_ok=True)
    lock.release()
    if empty:
        with suppress(OSError):
            state.rmdir()


def _process(paths: Paths) -> str:
    plan = earlier_plan(paths)
    return f" (process {plan.process})" if plan and plan.process else ""
