"""A run by file: each input file is a slice, read and written where it is annotated, whoever does that.

A slice is a run of its own, over one file into one shard, with its journal, errors and counts in a folder of the
output's state. So what is kept from an earlier run, what happens when a process is killed and what a failure costs are
as they are in `run`. The one that started it only says which slices there are, adds up what they counted, and
writes the errors and the manifest of the whole. It never sees a document: of each it gets eight bytes, to know
whether two files have the same id.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from annotate.batch.executors import Executor
from annotate.batch.others import settle
from annotate.batch.output import Output
from annotate.batch.run import OnProgress, Scope, Summary, plan_for, run, settings_of, told_settings
from annotate.batch.tally import Tally, build_manifest, build_report
from annotate.options import Options
from annotate.pipeline import Pipeline
from annotate.reading.find import Input, InputError, find
from annotate.reading.read import Reader
from annotate.records import Failure
from annotate.storage.layout import earlier_plan
from annotate.storage.remote import is_url
from annotate.version import installed_versions

#: Bytes by which an id is known to the one that started the run.
_MARK = 8


@dataclass(frozen=True, slots=True)
class Job:
    """All that a slice needs to be done anywhere; paths are absolute."""

    number: int
    item: Input
    target: str
    options: Options
    reader: Reader
    only_failed: bool = False
    force: bool = False
    resume: bool = True
    #: Ids that another file has given out, and where.
    taken: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Slice:
    """What came of a job: its counts, what failed, the marks of its ids, and files that were damaged."""

    tally: Tally
    failures: Sequence[Failure]
    marks: bytes
    damaged: Sequence[str]


#: Does jobs, and gives their slices back in their order.
Spread = Callable[[Iterable[Job], Pipeline], Iterator[Slice]]


def do_slice(job: Job, pipeline: Pipeline, executor: Executor) -> Slice:
    """Read one file, annotate it and write its shard."""
    failures: list[Failure] = []

    def note(_: Tally, failure: Failure | None) -> None:
        if failure is not None:
            failures.append(failure)

    summary = run(
        [str(job.item.path)],
        Output(job.target, force=job.force, resume=job.resume, number=job.number),
        pipeline,
        note,
        executor=executor,
        scope=Scope(only_failed=job.only_failed, others="drop"),
        reader=job.reader,
        items=[job.item],
        taken=job.taken,
    )
    marks = b"".join(_mark(name) for name in summary.places if name not in job.taken)
    return Slice(summary.tally, failures, marks, summary.damaged)


def one_by_one(executor: Executor) -> Spread:
    """Slices done here, one after the other, each by an executor."""

    def spread(jobs: Iterable[Job], pipeline: Pipeline) -> Iterator[Slice]:
        for job in jobs:
            yield do_slice(job, pipeline, executor)

    return spread


def run_slices(
    inputs: Sequence[str],
    target: str,
    pipeline: Pipeline,
    spread: Spread,
    on_progress: OnProgress | None = None,
    *,
    reader: Reader = Reader(),  # noqa: B008 - frozen
    scope: Scope | None = None,
    force: bool = False,
    resume: bool = True,
    sources: Mapping[str, str] | None = None,
) -> Summary:
    """Annotate each file that `inputs` name into a shard of its own; raises as `run` does.

    The bytes of all shards together are those of a run into one file.
    """
    scope = scope or Scope()
    items, passed_over = find(inputs)
    if any(item.path is None for item in items):
        raise InputError("-: standard input is no file, and so no slice; leave --by-file out")
    settings = settings_of(pipeline.options)
    started, clock = datetime.now(UTC), time.perf_counter()
    tally, damaged = Tally(passed_over=passed_over), list[str]()
    with Output(target, force=force, slices=len(items)) as output:
        if sources is None and (earlier := earlier_plan(output.paths)):
            sources = earlier.sources
        settle(output.paths, inputs, "drop" if force else scope.others)
        output.plan(plan_for(inputs, reader, settings, sources))
        place = target if is_url(target) else str(Path(target).absolute())
        job = Job(0, items[0], place, pipeline.options, reader, scope.only_failed, force, resume)
        jobs = [replace(job, number=number, item=_anywhere(item)) for number, item in enumerate(items)]
        for one in _settled(jobs, pipeline, spread, on_progress):
            tally.merge(one.tally)
            damaged += one.damaged
            for failure in one.failures:
                output.error(failure)
        told = build_manifest(
            tally=tally,
            versions=installed_versions(),
            options=told_settings(inputs, reader, settings),
            sources=sources or {},
        )
        report = build_report(tally=tally, started=started, seconds=time.perf_counter() - clock)
        manifest = output.manifest(told, report)
    return Summary(tally, manifest, report, damaged)


def _anywhere(item: Input) -> Input:
    """The same file, named so that it is found from any folder."""
    return replace(item, path=item.path.absolute()) if isinstance(item.path, Path) else item


def _settled(
    jobs: Sequence[Job], pipeline: Pipeline, spread: Spread, on_progress: OnProgress | None
) -> Sequence[Slice]:
    """The slices of all jobs; those with an id that a file before them has given out are done once more."""
    shown = Tally()
    slices: list[Slice] = []
    for one in spread(jobs, pipeline):
        slices.append(one)
        shown.merge(one.tally)
        for failure in one.failures or (None,):
            if on_progress is not None:
                on_progress(shown, failure)
    again = _clashing(jobs, slices)
    for job, one in zip(again, spread(again, pipeline), strict=True):
        slices[job.number] = one
    return slices


def _clashing(jobs: Sequence[Job], slices: Sequence[Slice]) -> list[Job]:
    """The jobs whose files have ids that files before them have, each with these; such files are read here."""
    marks = np.sort(np.concatenate([_marks(one) for one in slices]))
    twice = np.unique(marks[1:][marks[1:] == marks[:-1]])
    taken: dict[str, str] = {}
    again = []
    for job, one in zip(jobs, slices, strict=True):
        if not twice.size or not np.isin(_marks(one), twice).any():
            continue
        own = _places(job, {mark.tobytes() for mark in twice})
        if clash := {name: taken[name] for name in own if name in taken}:
            again.append(replace(job, taken=clash))
        taken = own | taken
    return again


def _places(job: Job, wanted: set[bytes]) -> dict[str, str]:
    """Where a file has its ids of some marks."""
    documents = job.reader.read([], items=[job.item])
    for _ in documents:
        pass
    return {name: place for name, place in documents.seen.items() if _mark(name) in wanted}


def _mark(name: str) -> bytes:
    return blake2b(name.encode("utf-8", "surrogatepass"), digest_size=_MARK).digest()


def _marks(one: Slice) -> NDArray[np.uint64]:
    return np.frombuffer(one.marks, dtype=np.uint64)
