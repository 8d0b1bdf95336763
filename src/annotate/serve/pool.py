"""Processes that annotate, so that a slow or a huge text holds up nobody else, and can be given up.

Each process does one document at a time. How many requests may be inside is bounded, and so is the time of a document:
who takes longer loses the process, which is replaced. Long texts never take all processes at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import signal
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from typing import Any

from annotate.batch import forking
from annotate.options import Options
from annotate.records import Document, Done, Failure

#: From so many characters on a text is long: one process is always kept for the others.
LONG = 100_000
_START, _STOP = 120.0, 5.0


class BusyError(Exception):
    """More requests are inside than are let in; `retry_after` says in how many seconds there is likely to be room."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("too many requests are waiting")
        self.retry_after = retry_after


class SlowError(Exception):
    """A document took longer than it may, and was given up."""


class DiedError(Exception):
    """The process that had a document has ended; another one takes its place."""


def _work(connection: Connection, options: Options) -> None:
    from annotate.batch.work import annotate_document
    from annotate.pipeline import Pipeline

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the server tells when to end
    pipeline = Pipeline(options)
    pipeline.annotate(Document("warm", "Since 2008.", "warm", lang="en"))
    connection.send(None)
    with contextlib.suppress(EOFError):
        while (document := connection.recv()) is not None:
            connection.send(annotate_document(pipeline, document))


class _Worker:
    """One process, and the way to it."""

    def __init__(self, options: Options) -> None:
        context = forking.context()
        self._here, there = context.Pipe()
        self._process = context.Process(target=_work, args=(there, options), daemon=True)
        self._process.start()
        there.close()
        if not self._here.poll(_START):
            self.kill()
            raise DiedError("a process did not start")
        self._here.recv()

    def ask(self, document: Document, seconds: float) -> Done | Failure:
        """What it makes of a document; raises SlowError after so many seconds, DiedError where it has ended."""
        try:
            self._here.send(document)
            if not self._here.poll(seconds):
                raise SlowError
            answer: Done | Failure = self._here.recv()
        except (EOFError, OSError) as error:
            raise DiedError from error
        return answer

    def stop(self) -> None:
        with contextlib.suppress(OSError):
            self._here.send(None)
        self._process.join(_STOP)
        self.kill()

    def kill(self) -> None:
        self._process.kill()
        self._process.join()
        self._here.close()


class Pool:
    """So many processes, with so many requests inside at most; made and closed by the server's own loop."""

    def __init__(self, options: Options, *, workers: int, requests: int, seconds: float) -> None:
        self.options, self.workers, self.requests, self.seconds = options, max(2, workers), requests, seconds
        self.inside = self.restarts = 0
        self._mean = 0.01
        self._idle: asyncio.Queue[_Worker] = asyncio.Queue()
        self._long = asyncio.Semaphore(self.workers - 1)
        self._threads = ThreadPoolExecutor(self.workers, "annotate")
        self._closed = False

    async def start(self) -> None:
        """Start the processes; done when each has loaded what it needs."""
        started = [self._in_thread(_Worker, self.options) for _ in range(self.workers)]
        for worker in await asyncio.gather(*started):
            self._idle.put_nowait(worker)

    async def close(self) -> None:
        """End the processes, each after the document that it has."""
        self._closed = True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self.seconds + _STOP):
                for _ in range(self.workers):
                    await self._in_thread((await self._idle.get()).stop)
        self._threads.shutdown(wait=False, cancel_futures=True)

    @contextlib.asynccontextmanager
    async def admitted(self) -> AsyncIterator[None]:
        """Let one request in; raises BusyError where as many are inside as may be."""
        if self.inside >= self.requests:
            raise BusyError(max(1, math.ceil(self.inside * self._mean / self.workers)))
        self.inside += 1
        try:
            yield
        finally:
            self.inside -= 1

    async def annotate(self, document: Document) -> Done | Failure:
        """What becomes of a document, in the first process that is free; raises SlowError or DiedError."""
        if len(document.text) < LONG:
            return await self._annotate(document)
        async with self._long:
            return await self._annotate(document)

    async def _annotate(self, document: Document) -> Done | Failure:
        worker = await self._idle.get()
        work = asyncio.ensure_future(self._ask(worker, document))
        return await asyncio.shield(work)  # who goes away leaves no process behind that nobody waits for

    async def _ask(self, worker: _Worker, document: Document) -> Done | Failure:
        begun = time.perf_counter()
        lost = False
        try:
            answer = await self._in_thread(worker.ask, document, self.seconds)
            self._mean += 0.05 * (time.perf_counter() - begun - self._mean)
            return answer  # type: ignore[no-any-return]
        except (SlowError, DiedError):
            lost = True
            raise
        finally:
            if lost and not self._closed:
                self.restarts += 1
                await self._in_thread(worker.kill)
                worker = await self._in_thread(_Worker, self.options)
            self._idle.put_nowait(worker)

    async def _in_thread(self, work: Any, *arguments: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *arguments)
