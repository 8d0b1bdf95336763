"""The work on a Ray cluster: `annotate run … --executor ray`, with the extra `ray`.

The machine that the command runs on reads the inputs, sends documents out by the batch and writes the records in
their order; so the output is that of any other executor. In a run by file tasks read their input and write their shard
themselves. Nodes of a cluster need this package at the same version, and folders of patterns of your own at the same
path; by file, inputs and output besides.
"""

from __future__ import annotations

import logging
import re
import socket
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from annotate.batch.executors import Executor, Item, Processes, Result, Serial, WorkersError
from annotate.batch.slices import Job, Slice, do_slice
from annotate.batch.work import where
from annotate.extras import install_command
from annotate.options import Options
from annotate.pipeline import Pipeline
from annotate.records import Document, Done, Failure

#: A task costs about a millisecond of its own: documents go out by the batch.
_DOCUMENTS, _CHARACTERS = 64, 400_000
#: Batches on their way for each processor: one that is worked on, and the next.
_AHEAD = 2


class ClusterError(RuntimeError):
    """Ray is not installed, or the cluster cannot be reached; the message says what to do."""


@dataclass(slots=True)
class _Batch:
    """Some items in their order, those with a document under way."""

    items: list[tuple[Document | None, Any]]
    task: Any = None

    @property
    def documents(self) -> list[Document]:
        """What has to be annotated."""
        return [document for document, _ in self.items if document is not None]


class RayCluster:
    """Batches of documents as Ray tasks, on a cluster by its address, or on a local one of `number` processors.

    When a node or a process dies Ray does its batch again elsewhere. A batch that fails twice is split, so that a
    document that kills its process costs itself only; with `timeout` each task guards its documents as
    `Processes` does.
    """

    def __init__(self, address: str | None = None, number: int | None = None, timeout: float | None = None) -> None:
        try:
            import ray
        except ImportError as error:
            raise ClusterError(f"--executor ray needs Ray; install it with: {install_command('ray')}") from error
        self._ray: Any = ray
        self._timeout = timeout
        if not ray.is_initialized():
            _knock(address)
            local: dict[str, Any] = {} if address else {"num_cpus": number, "include_dashboard": False}
            try:
                ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR, **local)
            except Exception as error:
                raise ClusterError(f"no Ray cluster at {address or 'this machine'}: {error}") from error
        self._task: Any = ray.remote(max_retries=1)(_annotate)
        self._slice: Any = ray.remote(max_retries=2)(_do_slice)

    def map(self, items: Iterable[tuple[Document | None, Item]], pipeline: Pipeline) -> Iterator[Result[Item]]:
        """Each item with what became of its document."""
        ahead = _AHEAD * max(1, int(self._ray.cluster_resources().get("CPU", 1)))
        under_way: deque[_Batch] = deque()
        for batch in _batches(items):
            if batch.documents:
                batch.task = self._task.remote(pipeline.options, self._timeout, batch.documents)
            under_way.append(batch)
            if len(under_way) >= ahead:
                yield from self._finish(under_way.popleft(), pipeline.options)
        while under_way:
            yield from self._finish(under_way.popleft(), pipeline.options)

    def slices(self, jobs: Iterable[Job], pipeline: Pipeline) -> Iterator[Slice]:
        """The slices of a run by file, each read and written where it is annotated."""
        ahead = _AHEAD * max(1, int(self._ray.cluster_resources().get("CPU", 1)))
        under_way: deque[tuple[Job, Any]] = deque()
        for job in jobs:
            under_way.append((job, self._slice.remote(job, self._timeout)))
            if len(under_way) >= ahead:
                yield self._done(*under_way.popleft())
        while under_way:
            yield self._done(*under_way.popleft())

    def _done(self, job: Job, task: Any) -> Slice:
        try:
            try:
                found: Slice = self._ray.get(task)
            except self._ray.exceptions.RayTaskError:
                raise
            except self._ray.exceptions.RayError:  # its process died each time: now each document is guarded
                found = self._ray.get(self._slice.remote(job, self._timeout, is_guarded=True))
        except self._ray.exceptions.RayTaskError as error:
            raise error.cause from None
        except self._ray.exceptions.RayError as error:
            raise WorkersError(
                f"{job.item.source}: the processes that annotated it died, one after the other"
            ) from error
        return found

    def _finish(self, batch: _Batch, options: Options) -> Iterator[Result[Item]]:
        outcomes = iter(self._outcomes(batch, options))
        for document, item in batch.items:
            yield item, None if document is None else next(outcomes)

    def _outcomes(self, batch: _Batch, options: Options) -> Sequence[Done | Failure]:
        if batch.task is None:
            return []
        try:
            found: list[Done | Failure] = self._ray.get(batch.task)
        except self._ray.exceptions.RayError:
            return [self._alone(document, options) for document in batch.documents]
        return found

    def _alone(self, document: Document, options: Options) -> Done | Failure:
        """One document in a task of its own, which Ray tries twice."""
        try:
            (outcome,) = self._ray.get(self._task.remote(options, self._timeout, [document]))
        except self._ray.exceptions.RayError as error:
            why = f"the process that annotated it died, twice ({type(error).__name__})"
            return Failure(document.id, where(document), "pipeline", "WorkerDied", why)
        return outcome  # type: ignore[no-any-return]


def _knock(address: str | None) -> None:
    """Fail at once where nobody listens: Ray itself would try for minutes."""
    named = re.fullmatch(r"(?:ray://)?(?P<host>[^:/]+):(?P<port>\d+)", address or "")
    if named is None:
        return
    try:
        socket.create_connection((named["host"], int(named["port"])), timeout=10).close()
    except OSError as error:
        raise ClusterError(
            f"no Ray cluster at {address}: {error.strerror or error}; start one, or leave --ray-address out"
        ) from error


def _batches(items: Iterable[tuple[Document | None, Any]]) -> Iterator[_Batch]:
    batch, characters = _Batch([]), 0
    for document, item in items:
        batch.items.append((document, item))
        characters += len(document.text) if document else 0
        if len(batch.items) >= _DOCUMENTS or characters >= _CHARACTERS:
            yield batch
            batch, characters = _Batch([]), 0
    if batch.items:
        yield batch


def _annotate(options: Options, timeout: float | None, documents: Sequence[Document]) -> list[Done | Failure]:
    """The task: a pure function of its arguments; the rules are kept from one task to the next."""
    executor: Executor = Processes(1, timeout) if timeout else Serial()
    done = executor.map(((document, None) for document in documents), _pipeline(options))
    return [outcome for _, outcome in done if outcome is not None]


def _do_slice(job: Job, timeout: float | None, *, is_guarded: bool = False) -> Slice:
    """The task of a run by file: reads one file and writes its shard."""
    executor: Executor = Processes(1, timeout) if timeout or is_guarded else Serial()
    return do_slice(job, _pipeline(job.options), executor)


@lru_cache(maxsize=4)
def _pipeline(options: Options) -> Pipeline:
    return Pipeline(options)
