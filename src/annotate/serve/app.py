"""The service: its endpoints, what each lets in, and how it tells what went wrong."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import msgspec
from fastapi import FastAPI, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.exceptions import HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from annotate.options import Options
from annotate.records import Done
from annotate.schema import json_schema
from annotate.serve.pool import BusyError, DiedError, Pool, SlowError
from annotate.serve.wording import (
    JSONL,
    PROBLEM,
    Batch,
    ProblemError,
    Text,
    body,
    line_of,
    lines_body,
    of_failure,
    responses,
    schemas,
)
from annotate.version import __version__

_JSON = "application/json"
_LINES = (JSONL, "application/x-ndjson", "application/json-lines", "application/x-jsonlines")
_LOCAL = ("127.0.0.1", "localhost", "[::1]", "::1")


@dataclass(frozen=True, slots=True)
class Limits:
    """What the service lets in: bytes of a body or line, requests at once, seconds of a document and between bytes."""

    body: int = 10_000_000
    requests: int = 64
    seconds: float = 30.0
    idle: float = 60.0


class _Metrics:
    def __init__(self, pool: Pool) -> None:
        self.registry = CollectorRegistry()
        own = self.registry
        self.requests = Counter("annotate_requests", "Requests by path and status.", ("path", "status"), registry=own)
        self.documents = Counter("annotate_documents", "Documents by outcome.", ("outcome",), registry=own)
        self.seconds = Histogram(
            "annotate_document_seconds", "Seconds that a document took, waiting too.", registry=own
        )
        Gauge("annotate_requests_inside", "Requests inside.", registry=own).set_function(lambda: pool.inside)
        Gauge("annotate_process_restarts", "Processes replaced.", registry=own).set_function(lambda: pool.restarts)


class _Lines(Response):
    """Lines that go out while the request still comes in."""

    media_type = JSONL

    def __init__(self, lines: AsyncIterator[bytes]) -> None:
        super().__init__(headers={"x-accel-buffering": "no"})
        del self.headers["content-length"]
        self._lines = lines

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        async for line in self._lines:
            await send({"type": "http.response.body", "body": line, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


class _Service:
    """What the endpoints do."""

    def __init__(self, options: Options, pool: Pool, limits: Limits) -> None:
        self.pool, self.limits = pool, limits
        self.metrics = _Metrics(pool)
        self._languages = _languages(options)

    async def one(self, text: Text, number: int) -> Done | ProblemError:
        """What becomes of one text: its record, or what stands in the way."""
        begun = time.perf_counter()
        result: Done | ProblemError
        try:
            answer = await self.pool.annotate(text.document(number))
        except SlowError:
            detail = f"{self.limits.seconds:g} s were not enough for this text; send it in parts"
            result = ProblemError(503, "The document took too long", detail)
        except DiedError:
            detail = "the process that had this text ended; another one takes its place"
            result = ProblemError(503, "The process ended", detail)
        else:
            result = answer if isinstance(answer, Done) else of_failure(answer)
        self.metrics.seconds.observe(time.perf_counter() - begun)
        self.metrics.documents.labels("done" if isinstance(result, Done) else str(result.problem.status)).inc()
        return result

    async def annotate(self, request: Request) -> Response:
        """`POST /annotate`."""
        _check_type(request, (_JSON,))
        async with _admitted(self.pool):
            asked = _asked(await _read(request, self.limits))
            if isinstance(asked, Text):
                answer = await self.one(asked, 1)
                if isinstance(answer, ProblemError):
                    raise answer
                return Response(answer.line, media_type=_JSON)
            results = [line async for line in _in_order(self.one, _each(asked.texts), self.pool.workers)]
            return Response(b'{"results":[' + b",".join(results) + b"]}", media_type=_JSON)

    async def stream(self, request: Request) -> Response:
        """`POST /annotate/stream`."""
        _check_type(request, _LINES)
        async with _admitted(self.pool):  # a full house is told before the answer has begun
            pass
        return _Lines(_quietly(self._stream(request)))

    async def _stream(self, request: Request) -> AsyncIterator[bytes]:
        async with self.pool.admitted():
            async for line in _in_order(self.one, _texts(request, self.limits), self.pool.workers):
                yield line

    async def languages(self) -> dict[str, list[str]]:
        """`GET /languages`."""
        return self._languages

    async def schema(self) -> dict[str, Any]:
        """`GET /schema`."""
        return json_schema()

    async def health(self) -> dict[str, str | int]:
        """`GET /health`."""
        return {"status": "ok", "version": __version__, "workers": self.pool.workers, "inside": self.pool.inside}

    async def tell_metrics(self) -> Response:
        """`GET /metrics`."""
        return Response(generate_latest(self.metrics.registry), media_type=CONTENT_TYPE_LATEST)


class _Counted:
    """Counts requests by path and status."""

    def __init__(self, app: ASGIApp, counter: Counter) -> None:
        self._app, self._counter = app, counter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def counting(message: Message) -> None:
            if message["type"] == "http.response.start":
                path = getattr(scope.get("route"), "path", "other")
                self._counter.labels(path, message["status"]).inc()
            await send(message)

        await self._app(scope, receive, counting)


def application(options: Options, *, workers: int, limits: Limits | None = None, local: bool = True) -> FastAPI:
    """The service; `local` answers only requests that name this machine as their host."""
    bounds = limits or Limits()
    pool = Pool(options, workers=workers, requests=bounds.requests, seconds=bounds.seconds)
    service = _Service(options, pool, bounds)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await pool.start()
        try:
            yield
        finally:
            await pool.close()

    app = FastAPI(title="annotate", version=__version__, lifespan=lifespan, summary="Articles to annotated records")
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]
    if local:
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(_LOCAL))
    app.add_middleware(_Counted, counter=service.metrics.requests)
    _tell_problems(app)
    app.post(
        "/annotate",
        summary="One text to its record, or a batch to a result for each",
        openapi_extra=body("Text", "Batch"),
        responses=responses(("Record", "Results")),
        response_class=Response,
    )(service.annotate)
    app.post(
        "/annotate/stream",
        summary="Lines of JSON in, a line for each out, in their order, while they come",
        openapi_extra=lines_body(),
        responses=responses((), JSONL),
        response_class=Response,
    )(service.stream)
    app.get("/languages", summary="The languages with patterns")(service.languages)
    app.get("/schema", summary="The JSON Schema of a record")(service.schema)
    app.get("/health", summary="Whether the service is up")(service.health)
    metrics = "Counts and times, in Prometheus' text format"
    app.get("/metrics", summary=metrics, response_class=PlainTextResponse)(service.tell_metrics)
    return app


def _openapi(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        made = get_openapi(title=app.title, version=app.version, summary=app.summary, routes=app.routes)
        parts = made.setdefault("components", {}).setdefault("schemas", {})
        parts.update(schemas())
        app.openapi_schema = made
    return app.openapi_schema


def _languages(options: Options) -> dict[str, list[str]]:
    from annotate.rulebook import Rulebook

    rulebook = Rulebook(options, lambda _: None)
    return {"curated": list(rulebook.curated), "thorough": list(rulebook.thorough)}


# --- what went wrong


def _tell_problems(app: FastAPI) -> None:
    async def told(_: Request, error: Exception) -> Response:
        if isinstance(error, ProblemError):
            content = msgspec.json.encode(error.problem)
            return Response(content, error.problem.status, error.headers, PROBLEM)
        assert isinstance(error, HTTPException)
        problem = ProblemError(error.status_code, str(error.detail), str(error.detail)).problem
        return Response(msgspec.json.encode(problem), error.status_code, error.headers, PROBLEM)

    app.add_exception_handler(ProblemError, told)
    app.add_exception_handler(HTTPException, told)


@asynccontextmanager
async def _admitted(pool: Pool) -> AsyncIterator[None]:
    try:
        async with pool.admitted():
            yield
    except BusyError as error:
        detail = f"{pool.requests} requests are inside, and no more are let in; try again in {error.retry_after} s"
        raise ProblemError(429, "Busy", detail, {"Retry-After": str(error.retry_after)}) from None


# --- what comes in


def _check_type(request: Request, known: tuple[str, ...]) -> None:
    """What another site's page can make a browser send without asking is refused, too: forms and plain text."""
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given not in known:
        raise ProblemError(415, "Another type of content", f"send {' or '.join(known)}; this is {given or 'nothing'!r}")


async def _read(request: Request, limits: Limits) -> bytes:
    """The body, as far as it may go."""
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > limits.body:
        raise _too_large("body", limits)
    read = bytearray()
    async for chunk in _chunks(request, limits):
        read += chunk
        if len(read) > limits.body:
            raise _too_large("body", limits)
    return bytes(read)


def _too_large(what: str, limits: Limits) -> ProblemError:
    return ProblemError(413, "Too large", f"a {what} may have {limits.body:,} bytes; send less at once")


async def _chunks(request: Request, limits: Limits) -> AsyncIterator[bytes]:
    """The parts of a body, each within so many seconds after the one before."""
    stream = aiter(request.stream())
    while True:
        try:
            async with asyncio.timeout(limits.idle):
                chunk = await anext(stream)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise ProblemError(408, "Too slow", f"nothing came for {limits.idle:g} s") from None
        yield chunk


def _asked(content: bytes) -> Text | Batch:
    kind = Batch if b'"texts"' in content[:4096] else Text
    return _decoded(content, kind)  # type: ignore[no-any-return]


def _decoded(content: bytes, kind: Any) -> Any:
    try:
        return msgspec.json.decode(content, type=kind)
    except msgspec.ValidationError as error:
        raise ProblemError(422, "A field is missing, unknown, or of another type", str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProblemError(400, "No JSON", str(error)) from None


async def _each(texts: list[Text]) -> AsyncIterator[Text | ProblemError]:
    for text in texts:
        yield text


async def _texts(request: Request, limits: Limits) -> AsyncIterator[Text | ProblemError]:
    """The texts of a body of lines, as they come; what stands in the way of one is told in its place."""
    rest = b""
    async for chunk in _chunks(request, limits):
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            if line.strip():
                yield _line(line)
        if len(rest) > limits.body:
            yield _too_large("line", limits)
            return
    if rest.strip():
        yield _line(rest)


def _line(line: bytes) -> Text | ProblemError:
    try:
        return _decoded(line, Text)  # type: ignore[no-any-return]
    except ProblemError as error:
        return error


# --- what goes out

_Answer = asyncio.Future[Done | ProblemError]
_One = Callable[[Text, int], Coroutine[Any, Any, Done | ProblemError]]


async def _in_order(one: _One, texts: AsyncIterator[Text | ProblemError], ahead: int) -> AsyncIterator[bytes]:
    """A line for each text, in their order and as soon as it is done, with few more under way than are processes."""
    waiting: asyncio.Queue[tuple[str, _Answer] | Exception | None] = asyncio.Queue(ahead)

    async def take_in() -> None:
        number = 0
        try:
            async for text in texts:
                number += 1
                name = getattr(text, "id", None) or str(number)
                answer = _known(text) if isinstance(text, ProblemError) else asyncio.ensure_future(one(text, number))
                await waiting.put((name, answer))
        except (ProblemError, ClientDisconnect) as error:
            await waiting.put(error)
        else:
            await waiting.put(None)

    taking = asyncio.ensure_future(take_in())
    try:
        while (item := await waiting.get()) is not None:
            if isinstance(item, Exception):
                raise item
            name, answer = item
            yield line_of(await answer, name)
    finally:
        taking.cancel()
        while not waiting.empty():
            left = waiting.get_nowait()
            if isinstance(left, tuple):
                left[1].cancel()


def _known(problem: ProblemError) -> _Answer:
    found: _Answer = asyncio.get_running_loop().create_future()
    found.set_result(problem)
    return found


async def _quietly(lines: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Lines as long as someone reads them; what went wrong when they had begun is the last of them."""
    try:
        async for line in lines:
            yield line
    except ClientDisconnect:
        return
    except ProblemError as error:
        yield line_of(error, "")
    except BusyError as error:
        yield line_of(ProblemError(429, "Busy", f"try again in {error.retry_after} s"), "")
