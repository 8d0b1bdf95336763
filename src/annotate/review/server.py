"""The review server: one page, and the requests that it makes, for one reviewer on this machine."""

from __future__ import annotations

import mimetypes
import socket
from collections.abc import Callable, Sequence
from functools import wraps
from importlib.resources import files
from typing import Any

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Route

from annotate.review.dates import complete_date
from annotate.review.decisions import DecisionError, StaleError
from annotate.review.desk import Desk, Filter, Request, ReviewError
from annotate.review.forms import VALUE_TYPES, empty_value, parts
from annotate.review.guard import Guard
from annotate.review.pacts import Merge, Split
from annotate.schema import VALUE_LINKS
from annotate.spans import LEVELS, PARTNERSHIP_STATUSES

_MOST = 100
_encode = msgspec.json.Encoder().encode

#: What a person asks for by mistake is told in words; the page shows them.
_STATUS: dict[type[Exception], int] = {StaleError: 409, ReviewError: 410, DecisionError: 422, ValueError: 400}


class Undo(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A request to take the last decision back."""

    key: str
    known: int


def json(content: Any, status: int = 200) -> Response:
    """A response in JSON."""
    return Response(_encode(content), status, media_type="application/json")


def _answering(work: Callable[[HttpRequest, bytes], Any]) -> Callable[[HttpRequest], Any]:
    """An endpoint of a function that takes its time: it runs beside the others, and its errors are told in JSON."""

    @wraps(work)
    async def endpoint(request: HttpRequest) -> Response:
        body = await request.body() if request.method == "POST" else b""
        try:
            return json(await run_in_threadpool(work, request, body))
        except tuple(_STATUS) as error:
            status = next(code for kind, code in _STATUS.items() if isinstance(error, kind))
            return json({"error": str(error)}, status)

    return endpoint


def application(desk: Desk, csrf: Callable[[], str]) -> Starlette:
    """The page and what it asks of the desk."""

    def session(request: HttpRequest, _: bytes) -> Any:
        choices = desk.index.choices()
        return {
            "csrf": csrf(),
            "reviewer": desk.reviewer,
            "decisions": desk.journal.path.name,
            "settling": bool(desk.others),
            "schema": parts(),
            "links": VALUE_LINKS,
            "known": {"level": LEVELS, "status": PARTNERSHIP_STATUSES},
            "empty": {label: empty_value(label) for label in (*VALUE_TYPES, *choices["label"])},
            "choices": choices,
            **desk.progress(),
        }

    def progress(request: HttpRequest, _: bytes) -> Any:
        desk.catch_up()
        return desk.progress()

    def queue(request: HttpRequest, _: bytes) -> Any:
        chosen = filter_of(request)
        desk.index.first.wait(2)
        return {
            "items": desk.queue(
                chosen,
                after=_number(request, "after"),
                limit=min(_MOST, _number(request, "limit", 20)),
                open_only=request.query_params.get("open", "1") == "1",
            ),
            "sample": desk.sample(chosen) if chosen.sample else None,
        }

    def choices(request: HttpRequest, _: bytes) -> Any:
        return desk.index.choices()

    def documents(request: HttpRequest, _: bytes) -> Any:
        desk.index.first.wait(2)
        words = request.query_params.get("words", "")[:200]
        rows = desk.index.documents(words, after=_number(request, "after"), limit=50, reviewer=desk.reviewer)
        return {"items": [dict(row) for row in rows]}

    def article(request: HttpRequest, _: bytes) -> Any:
        start = request.query_params.get("start")
        return desk.article(
            int(request.path_params["number"]), None if start is None else int(start), _number(request, "around")
        )

    def date(request: HttpRequest, _: bytes) -> Any:
        return complete_date(request.query_params.get("timex", "")[:80], request.query_params.get("mod") or None)

    def since(request: HttpRequest, _: bytes) -> Any:
        return {"newer": desk.since(_number(request, "known")), "last": desk.journal.last}

    def rules(request: HttpRequest, _: bytes) -> Any:
        from annotate.quality.wilson import wilson

        scores = desk.asked.scores(desk.reviewer)
        return [
            {"rule": rule, "right": right, "judged": judged, "interval": wilson(right, judged)}
            for rule, (right, judged) in sorted(scores.items(), key=lambda item: item[1][0] / item[1][1])
        ]

    def decide(request: HttpRequest, body: bytes) -> Any:
        wanted = _decoded(body, Request)
        made = desk.decide(wanted)
        return {"seqs": [decision.seq for decision in made], **desk.progress()}

    def undo(request: HttpRequest, body: bytes) -> Any:
        wanted = _decoded(body, Undo)
        made = desk.undo(wanted.key, wanted.known)
        first = made[0] if made else None
        return {
            "undone": first.undoes if first else [],
            "document": desk.index.find(first.document) if first else None,
            "start": first.span.start if first and first.span else None,
            **desk.progress(),
        }

    routes = [
        *_pages(),
        *_pact_routes(desk),
        Route("/api/session", _answering(session)),
        Route("/api/progress", _answering(progress)),
        Route("/api/queue", _answering(queue)),
        Route("/api/choices", _answering(choices)),
        Route("/api/documents", _answering(documents)),
        Route("/api/documents/{number:int}", _answering(article)),
        Route("/api/date", _answering(date)),
        Route("/api/since", _answering(since)),
        Route("/api/rules", _answering(rules)),
        Route("/api/decide", _answering(decide), methods=["POST"]),
        Route("/api/undo", _answering(undo), methods=["POST"]),
    ]
    return Starlette(routes=routes)


def _pact_routes(desk: Desk) -> list[Route]:
    """What the page asks about agreements and partnerships as such."""

    def agreements(request: HttpRequest, _: bytes) -> Any:
        desk.index.first.wait(2)
        return {"items": desk.agreements(request.query_params.get("words", "")[:200])}

    def agreement(request: HttpRequest, _: bytes) -> Any:
        return desk.agreement(request.query_params.get("key", "")[:200])

    def merge(request: HttpRequest, body: bytes) -> Any:
        made = desk.merge(_decoded(body, Merge))
        return {"seqs": [decision.seq for decision in made], **desk.progress()}

    def split(request: HttpRequest, body: bytes) -> Any:
        made = desk.split(_decoded(body, Split))
        return {"seqs": [decision.seq for decision in made], **desk.progress()}

    return [
        Route("/api/agreements", _answering(agreements)),
        Route("/api/agreement", _answering(agreement)),
        Route("/api/merge", _answering(merge), methods=["POST"]),
        Route("/api/split", _answering(split), methods=["POST"]),
    ]


def _decoded(body: bytes, kind: Any) -> Any:
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.DecodeError as error:
        raise ValueError(f"the request is not understood: {error}") from error


def _pages() -> list[Route]:
    """The files of the page, read once: no path that a browser sends is ever looked up on the disk."""
    routes = []
    for file in files("annotate.review").joinpath("static").iterdir():
        content = file.read_bytes()
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        kind = "text/javascript" if file.name.endswith(".js") else kind

        async def page(request: HttpRequest, content: bytes = content, kind: str = kind) -> Response:
            return Response(content, media_type=kind)

        routes.append(Route("/" if file.name == "index.html" else f"/static/{file.name}", page))
    return routes


def _number(request: HttpRequest, name: str, default: int = 0) -> int:
    given = request.query_params.get(name)
    if given is None or given == "":
        return default
    if not given.isdigit() or len(given) > 15:
        raise ValueError(f"{name} must be a number")
    return int(given)


def filter_of(request: HttpRequest) -> Filter:
    """The filter that a query names."""
    query = request.query_params

    def some(name: str) -> Sequence[str]:
        return tuple(part for part in query.getlist(name)[:50] if part)

    return Filter(
        labels=some("label"),
        langs=some("lang"),
        rules=some("rule"),
        kinds=some("kind"),
        document=_number(request, "document") or None,
        since=query.get("since", "")[:10],
        until=query.get("until", "")[:10],
        words=query.get("words", "")[:200],
        inferred=query.get("inferred") == "1",
        doubtful=query.get("doubtful") == "1",
        disputed=query.get("disputed") == "1",
        state=query.get("state", "")[:10],
        sample=min(100_000, _number(request, "sample")),
        seed=query.get("seed", "1")[:40],
    )


def listening(port: int) -> socket.socket:
    """A socket on this machine's own address; with port 0 on any that is free."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
    except OSError as error:
        listener.close()
        raise ReviewError(f"port {port} cannot be had ({error.strerror}); choose another one with --port") from error
    return listener


def server_of(desk: Desk, listener: socket.socket) -> tuple[uvicorn.Server, str]:
    """A server that is ready to run, and the link that opens its page once."""
    port = listener.getsockname()[1]
    guard: Guard
    guard = Guard(application(desk, lambda: guard.csrf), port=port)
    config = uvicorn.Config(
        guard,
        log_level="critical",
        access_log=False,
        server_header=False,
        lifespan="off",
        ws="none",
        limit_concurrency=100,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=2,
        h11_max_incomplete_event_size=1 << 14,
    )
    listener.listen(128)
    return uvicorn.Server(config), f"http://127.0.0.1:{port}/?token={guard.token}"


def serve(desk: Desk, listener: socket.socket, ready: Callable[[str], None]) -> None:
    """Serve until interrupted; `ready` is told the link."""
    server, link = server_of(desk, listener)
    ready(link)
    try:
        server.run(sockets=[listener])
    finally:
        listener.close()


__all__ = ["application", "filter_of", "listening", "serve", "server_of"]
