"""Who does the work: this process, several processes, or (in `cluster`) Ray. All give the same, in the same order.

An executor takes items in order. A `Document` is annotated; anything else only keeps its place in the order.
"""

from __future__ import annotations

import pickle
import signal
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from typing import Any, Protocol, TypeVar

from annotate.batch import forking
from annotate.batch.work import annotate_document, where
from annotate.options import Options
from annotate.pipeline import Pipeline
from annotate.records import Document, Done, Failure

Item = TypeVar("Item")
#: An item with what became of it; None where there was nothing to do.
Result = tuple[Item, Done | Failure | None]
#: The unit of work; another one than `annotate_document` is for tests.
Work = Callable[[Pipeline, Document], Done | Failure]


class Executor(Protocol):
    """Annotates the documents among some items, and gives all of them back in their order."""

    def map(self, items: Iterable[tuple[Document | None, Item]], pipeline: Pipeline) -> Iterator[Result[Item]]:
        """Each item with what became of its document."""
        ...


class Serial:
    """One document after the other, in this process."""

    def map(self, items: Iterable[tuple[Document | None, Item]], pipeline: Pipeline) -> Iterator[Result[Item]]:
        """Each item with what became of its document."""
        for document, item in items:
            yield item, None if document is None else annotate_document(pipeline, document)


#: Documents that may wait for one before them in the output, and their characters.
_WINDOW, _WINDOW_CHARACTERS = 512, 8_000_000
#: Documents and bytes that may stand in the pipe to a busy process. More could fill it, and both sides would wait
#: for ever, each for the other to read.
_AHEAD, _AHEAD_BYTES = 16, 32_000
#: Processes that die before they have done anything, one after the other, before the run gives up.
_STILLBORN = 3


class WorkersError(RuntimeError):
    """No process can be started, or none lives long enough to do anything."""


@dataclass(slots=True)
class _Slot:
    """One item on its way through."""

    item: Any
    document: Document | None
    data: bytes = b""
    outcome: Done | Failure | None = None
    ready: bool = False
    #: A process died, or took too long, while it had this document: the next one has it to itself.
    is_suspect: bool = False


class Processes:
    """Several processes, each with one document in its hands and the next few waiting.

    A process that dies, or takes longer than `timeout` seconds over a document, costs that document only: what the
    process had been given is tried once more, each with a process to itself, and only the document with which that
    goes wrong again is set aside as a failure. The pool of the standard library would
    break as a whole. Processes end by themselves when this one is killed, since their pipe does.
    """

    def __init__(self, number: int, timeout: float | None = None, work: Work = annotate_document) -> None:
        self._number = number
        self._timeout = timeout
        self._work = work
        self._context = forking.context()
        self._workers: list[_Worker] = []
        self._alone: deque[_Slot] = deque()
        self._waiting: deque[_Slot] = deque()
        self._stillborn = 0

    def map(self, items: Iterable[tuple[Document | None, Item]], pipeline: Pipeline) -> Iterator[Result[Item]]:
        """Each item with what became of its document."""
        source = iter(items)
        order: deque[_Slot] = deque()
        characters, more = 0, True
        try:
            self._workers = [self._start(pipeline.options) for _ in range(self._number)]
            while True:
                while more and len(order) < _WINDOW and characters < _WINDOW_CHARACTERS:
                    if (pair := next(source, None)) is None:
                        more = False
                        break
                    order.append(self._take(*pair))
                    characters += _length(order[-1])
                while order and order[0].ready:
                    slot = order.popleft()
                    characters -= _length(slot)
                    yield slot.item, slot.outcome
                if not order and not more:
                    return
                if order and not order[0].ready:
                    self._advance(pipeline.options)
        finally:
            self._stop()

    def _take(self, document: Document | None, item: Any) -> _Slot:
        slot = _Slot(item, document, ready=document is None)
        if document is not None:
            slot.data = pickle.dumps(document, protocol=5)
            self._waiting.append(slot)
        return slot

    # -- the loop

    def _advance(self, options: Options) -> None:
        """Hand out what can be handed out, then wait until a process has something to say."""
        for worker in self._workers:
            self._feed(worker)
        now = time.monotonic()
        ends = [w.since + self._timeout - now for w in self._workers if w.slots and self._timeout]
        pipes = {worker.pipe: worker for worker in self._workers}
        heard = wait(list(pipes), timeout=max(0.0, min(ends)) if ends else None)
        for pipe in heard:
            self._hear(pipes[pipe], options)  # type: ignore[index]
        if self._timeout and not heard:
            now = time.monotonic()
            for worker in [w for w in self._workers if w.slots and now - w.since >= self._timeout]:
                self._replace(worker, options, "Timeout", f"took longer than {self._timeout:g} s, twice")

    def _feed(self, worker: _Worker) -> None:
        """Give a process a document, and more while they are small; one that is tried again has it to itself."""
        if not worker.is_ready:
            return
        if self._alone and not worker.slots:
            worker.send(self._alone.popleft())
            worker.is_shut = True
        while self._waiting and not worker.is_shut:
            size = len(self._waiting[0].data)
            if worker.slots and (len(worker.slots) >= _AHEAD or worker.unread + size > _AHEAD_BYTES):
                break
            worker.send(self._waiting.popleft())

    def _hear(self, worker: _Worker, options: Options) -> None:
        try:
            outcomes = pickle.loads(worker.pipe.recv_bytes())
        except (EOFError, OSError):
            self._replace(worker, options, "WorkerDied", "the process that annotated it died, twice")
            return
        worker.since = time.monotonic()
        worker.is_ready = True
        self._stillborn = 0
        for outcome in outcomes:  # none where a language was loaded, which is no document's fault
            worker.take(outcome)

    def _replace(self, worker: _Worker, options: Options, error: str, message: str) -> None:
        """End a process and start another.

        Of the documents that it had been given any may be the one: each is tried again with a process to itself, and
        given up if that goes wrong, too.
        """
        signalled = worker.end()
        if not worker.slots:
            self._stillborn += 1
            if self._stillborn >= _STILLBORN:
                raise WorkersError(f"processes die before they have done anything ({signalled}); try -n 1")
        for slot in worker.slots:
            if slot.is_suspect:
                assert slot.document is not None
                why = f"{message}{signalled if error == 'WorkerDied' else ''}; `annotate retry` tries it again"
                slot.outcome = Failure(slot.document.id, where(slot.document), "pipeline", error, why)
                slot.ready = True
            else:
                slot.is_suspect = True
                self._alone.append(slot)
        self._workers[self._workers.index(worker)] = self._start(options)

    def _start(self, options: Options) -> _Worker:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=_serve, args=(theirs, options, self._work), daemon=True)
        process.start()
        theirs.close()
        return _Worker(process, ours)

    def _stop(self) -> None:
        for worker in self._workers:
            worker.end()
        self._workers = []


@dataclass(slots=True, eq=False)
class _Worker:
    """One process, and the documents that it has been given, the first of which it is at."""

    process: Any
    pipe: Connection
    slots: deque[_Slot] = field(default_factory=deque)
    unread: int = 0
    since: float = 0.0
    #: It has begun to listen.
    is_ready: bool = False
    #: It has a document to itself and is given no other.
    is_shut: bool = False

    def send(self, slot: _Slot) -> None:
        if not self.slots:
            self.since = time.monotonic()
        self.slots.append(slot)
        self.unread += len(slot.data)
        try:
            self.pipe.send_bytes(slot.data)
        except OSError:
            self.is_shut = True  # it has died: that is heard next

    def take(self, outcome: Done | Failure) -> None:
        slot = self.slots.popleft()
        slot.outcome, slot.ready = outcome, True
        self.unread -= len(slot.data)
        slot.data = b""
        self.is_shut = False

    def end(self) -> str:
        """Kill the process; how it had died, if it had."""
        code = self.process.exitcode
        if code is None:
            self.process.join(0.2)
            code = self.process.exitcode
        self.process.kill()
        self.process.join()
        self.pipe.close()
        if code is None or code == 0:
            return ""
        return f" ({signal.Signals(-code).name})" if code < 0 else f" (exit status {code})"


def _length(slot: _Slot) -> int:
    return len(slot.document.text) if slot.document else 0


def _serve(pipe: Connection, options: Options, work: Work) -> None:
    """What a process does: one document after the other, until nobody is at the other end of the pipe."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that we work for
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    pipeline = Pipeline(options, on_load=lambda _: pipe.send_bytes(_NOTHING))
    pipe.send_bytes(_NOTHING)
    done: list[Done | Failure] = []
    since = time.monotonic()
    while True:
        try:
            document = pickle.loads(pipe.recv_bytes())
            done.append(work(pipeline, document))
            if len(done) >= _TOGETHER or time.monotonic() - since > _EVERY or not pipe.poll():
                pipe.send_bytes(pickle.dumps(done, protocol=5))
                done, since = [], time.monotonic()
        except (EOFError, OSError):
            return


#: Outcomes that go back together, and the seconds after which they go in any case: each message wakes the other side.
_TOGETHER, _EVERY = 8, 0.1
_NOTHING = pickle.dumps([])
