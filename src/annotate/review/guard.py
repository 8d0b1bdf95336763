"""Who may speak with the review server: the holder of its link, from its own page, and nobody else.

The server listens on this machine only, but any page in the reviewer's browser can send requests there, and any name
can be made to lead there (DNS rebinding). So each request is asked for its host, its origin and its cookie, and what
changes anything for a token that only the page knows besides.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from hmac import compare_digest
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BYTES = 1 << 18
#: Requests a second, and how many may come at once after a pause; a person with a key held down stays below. Those who
#: have not opened the link are counted apart, so that they cannot use up what the reviewer needs.
RATE, BURST = 200.0, 400.0

HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
        "trusted-types 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cache-control": "no-store",
}
_LINK = "This page is for who has started it. Open the link that `annotate review` shows in its terminal.\n"
_USED = "This link was used already. Start `annotate review` again for a new one; all decisions are kept.\n"


class Bucket:
    """So many requests at once, and so many a second after that."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._left, self._at = BURST, clock()

    def take(self) -> bool:
        """Whether one more is within the rate."""
        now = self._clock()
        self._left = min(BURST, self._left + (now - self._at) * RATE)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Guard:
    """The application behind it is reached by whoever may."""

    def __init__(self, app: ASGIApp, *, port: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._app = app
        self._hosts = (f"127.0.0.1:{port}", f"localhost:{port}")
        self._cookie = f"annotate-{port}"
        self._session = secrets.token_urlsafe(32)
        self.csrf = secrets.token_urlsafe(32)
        self.token: str | None = secrets.token_urlsafe(32)
        self._holder, self._strangers = Bucket(clock), Bucket(clock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return  # no other protocol is spoken; the server closes the connection

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, content in HEADERS.items():
                    headers[name] = content
            await send(message)

        headers = Headers(scope=scope)
        answer = self._refusal(scope, headers) or self._entry(scope, headers)
        if answer is None and scope["method"] == "POST":
            answer, receive = await self._bounded(headers, receive)
        await (answer or self._app)(scope, receive, with_headers)

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        """Why a request is refused whoever sends it."""
        if not (self._holder if self._is_known(headers) else self._strangers).take():
            return PlainTextResponse("Too many requests.\n", 429, {"retry-after": "1"})
        if headers.getlist("host") not in [[host] for host in self._hosts]:
            return PlainTextResponse("This is not the host that was started.\n", 421)
        if scope["method"] not in ("GET", "HEAD", "POST"):
            return PlainTextResponse("Only GET and POST.\n", 405, {"allow": "GET, HEAD, POST"})
        origin = headers.get("origin")
        if (origin or scope["method"] == "POST") and origin != f"http://{headers['host']}":
            return PlainTextResponse("Requests come from the page itself.\n", 403)
        if headers.get("sec-fetch-site") in ("cross-site", "same-site"):
            return PlainTextResponse("Requests come from the page itself.\n", 403)
        return None

    def _entry(self, scope: Scope, headers: Headers) -> Response | None:
        """The way in for the holder of the link, and the door for everyone else."""
        known = self._is_known(headers)
        given = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
        if scope["path"] == "/" and given and scope["method"] == "GET":
            if self.token is not None and compare_digest(given.encode(), self.token.encode()):
                self.token = None
                answer = RedirectResponse("/", 303)
                answer.set_cookie(self._cookie, self._session, httponly=True, samesite="strict", path="/")
                return answer
            return RedirectResponse("/", 303) if known else PlainTextResponse(_USED, 403)
        if not known:
            return PlainTextResponse(_LINK, 403)
        return None

    def _is_known(self, headers: Headers) -> bool:
        try:
            cookies = SimpleCookie(headers.get("cookie", ""))
        except CookieError:
            return False
        given = cookies.get(self._cookie)
        return given is not None and compare_digest(given.value.encode(), self._session.encode())

    async def _bounded(self, headers: Headers, receive: Receive) -> tuple[Response | None, Receive]:
        """What changes anything: only from the page, which knows the token, only JSON, and not too much of it."""
        if not compare_digest(headers.get("x-annotate-csrf", "").encode(), self.csrf.encode()):
            return PlainTextResponse("The page is not of this server; load it again.\n", 403), receive
        if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            return PlainTextResponse("Only application/json.\n", 415), receive
        body = b""
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return PlainTextResponse("Gone.\n", 400), receive
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > MOST_BYTES:
                return PlainTextResponse("Too large.\n", 413, {"connection": "close"}), receive

        async def again() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        return None, again
