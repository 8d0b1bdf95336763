"""Who may speak with the review server, and what it answers: the guard at its door, without a browser."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from annotate.review.desk import Desk
from annotate.review.guard import BURST, MOST_BYTES, Guard
from annotate.review.server import application
from decks import desk_of, record, write, years

HOST = "127.0.0.1:8000"
ORIGIN = f"http://{HOST}"


class Client:
    """Requests to an application in this process, one after the other; in a thread without Playwright's event loop."""

    def __init__(self, app: Any) -> None:
        self._thread = ThreadPoolExecutor(1)
        self._client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ORIGIN, follow_redirects=False)
        self.cookies = self._client.cookies

    def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        return self._thread.submit(lambda: asyncio.run(self._client.request(method, path, **more))).result()

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.request("GET", path, **more)


class Door:
    """A server with its guard, and a client that nobody has let in yet."""

    def __init__(self, desk: Desk) -> None:
        self.now = 0.0
        self.guard: Guard
        self.guard = Guard(application(desk, lambda: self.guard.csrf), port=8000, clock=lambda: self.now)
        self.client = Client(self.guard)
        self.desk = desk

    def enter(self) -> Door:
        assert self.client.get(f"/?token={self.guard.token}").status_code == 303
        return self

    def post(self, path: str, content: Any, **headers: str) -> Any:
        known = {"origin": ORIGIN, "x-annotate-csrf": self.guard.csrf, "content-type": "application/json"}
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.request(
            "POST", path, content=body, headers={k: v for k, v in {**known, **given}.items() if v}
        )


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    out = write(tmp_path / "out", years("a", 10))
    with desk_of(out) as desk:
        yield Door(desk)


def accept(start: int = 3, key: str = "request-1", known: int = 0) -> dict[str, Any]:
    judgement = {"verdict": "accept", "span": {"start": start, "end": start + 4, "label": "DATE"}}
    return {"key": key, "known": known, "document": 1, "judgements": [judgement]}


PATHS = ("/", "/static/main.js", "/api/session", "/api/queue", "/api/documents/1", "/api/progress")


@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_served_without_the_link(door: Door, path: str) -> None:
    """Neither the page nor a word of an article goes to who has not opened the link."""
    answer = door.client.get(path)
    assert answer.status_code == 403
    assert "talks" not in answer.text


def test_the_link_opens_once(door: Door) -> None:
    """The token gives a cookie that scripts and other sites do not get, and is worth nothing a second time."""
    link = f"/?token={door.guard.token}"
    cookie = door.client.get(link).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert all(door.client.get(path).status_code == 200 for path in PATHS)
    door.client.cookies.clear()
    assert door.client.get(link).status_code == 403
    assert door.client.get("/?token=guessed").status_code == 403


@pytest.mark.parametrize("host", ["evil.example:8000", "127.0.0.1", "127.0.0.1:80", "localhost:8000.evil.example", ""])
def test_another_host_name_is_refused(door: Door, host: str) -> None:
    """A name that was made to lead here (DNS rebinding) is not the host that was started, cookie or not."""
    door.enter()
    assert door.client.get("/api/queue", headers={"host": host}).status_code == 421


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": ""}, 403),
        ({"origin": "http://localhost:8000"}, 403),
        ({"sec_fetch_site": "cross-site"}, 403),
        ({"x_annotate_csrf": "guessed"}, 403),
        ({"x_annotate_csrf": ""}, 403),
        ({"content_type": "text/plain"}, 415),
        ({"content_type": "application/x-www-form-urlencoded"}, 415),
    ],
)
def test_a_change_comes_from_the_page_alone(door: Door, headers: dict[str, str], status: int) -> None:
    """Another site's form or script, without origin, token or JSON, changes nothing though the cookie goes with it."""
    door.enter()
    assert door.post("/api/decide", accept(), **headers).status_code == status
    assert list(door.desk.journal.decisions) == []


def test_nothing_is_changed_by_get(door: Door) -> None:
    """What changes anything answers to POST alone, and methods that nobody needs are refused."""
    door.enter()
    for path in ("/api/decide", "/api/undo"):
        assert door.client.get(path).status_code == 405
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"):
        assert door.client.request(method, "/api/decide").status_code == 405


def test_every_answer_has_the_headers(door: Door) -> None:
    """Refusals and errors too: no inline script or style, no framing, no guessing of types, nothing kept."""
    answers = [door.client.get("/"), door.enter().client.get("/"), door.client.get("/static/nothing.js")]
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "path",
    [
        "/static/../desk.py",
        "/static/%2e%2e/desk.py",
        "/static/..%2fdesk.py",
        "/static//etc/passwd",
        "/api/documents/../../etc/passwd",
        "/api/documents/999",
        "/api/documents/-1",
    ],
)
def test_no_path_reaches_the_file_system(door: Door, path: str) -> None:
    """A path names a file of the page or a number, and nothing else; what is none of these is not found."""
    assert door.enter().client.get(path).status_code in (404, 410)


def test_sizes_and_rates_are_bounded(door: Door) -> None:
    """A body beyond the limit is refused before it is read whole, and so are requests beyond the rate, for a while."""
    door.enter()
    assert door.post("/api/decide", b"x" * (MOST_BYTES + 1)).status_code == 413
    statuses = [door.client.get("/static/keys.js").status_code for _ in range(int(BURST) + 20)]
    assert statuses[0] == 200
    assert statuses[-1] == 429
    door.now += 10
    assert door.client.get("/static/keys.js").status_code == 200


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/decide", b"{"),
        ("/api/decide", b"[]"),
        ("/api/decide", {"key": "request-1"}),
        ("/api/decide", {**accept(), "more": 1}),
        ("/api/decide", {**accept(), "document": "1"}),
        ("/api/undo", {"key": "request-1", "known": "all"}),
        ("/api/decide", accept(start=4)),
        ("/api/decide", {**accept(), "document": 77}),
        ("/api/decide", {**accept(), "judgements": []}),
        ("/api/decide", accept(key="x")),
    ],
)
def test_what_is_not_understood_is_told(door: Door, path: str, body: Any) -> None:
    """A request that is broken, foreign or about nothing gets a sentence as its answer, and no line is written."""
    answer = door.enter().post(path, body)
    assert 400 <= answer.status_code < 500
    assert len(answer.json()["error"]) > 10
    assert list(door.desk.journal.decisions) == []


def test_a_stale_tab_gets_a_conflict(door: Door) -> None:
    """The same entity decided in another tab: 409, until the tab has seen it."""
    door.enter()
    assert door.post("/api/decide", accept()).status_code == 200
    assert door.post("/api/decide", accept(key="request-2")).status_code == 409
    assert door.client.get("/api/since?known=0").json()["newer"][0]["text"] == "1950"
    assert door.post("/api/decide", accept(key="request-3", known=1)).status_code == 200


def test_queries_that_make_no_sense_are_told(door: Door) -> None:
    """Numbers that are none, and words that FTS5 would take for an expression, are no server error."""
    client = door.enter().client
    assert client.get("/api/queue?limit=many").status_code == 400
    for words in ('"', "NEAR(", "a OR", "*", "text:x", "-", "(", "' OR 1=1 --"):
        assert client.get("/api/queue", params={"words": words}).status_code == 200
        assert client.get("/api/documents", params={"words": words}).status_code == 200


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("协定", ["zh"]),
        ("战略伙伴", ["zh"]),
        ("treaty", ["en"]),
        ("TREA", ["en"]),
        ("협정", ["ko"]),
        ("traite", ["fr"]),
    ],
)
def test_words_are_found_in_any_script(tmp_path: Path, words: str, found: list[str]) -> None:
    """Two Chinese characters, a part of a Korean compound, a word's beginning and one without its accents are found."""
    texts = {
        "zh": "双方签署自由贸易协定,建立战略伙伴关系。",
        "en": "The treaty of 2008.",
        "ko": "자유무역협정이 2008년에 체결되었다.",
        "fr": "Le traité de 2008.",
    }
    out = write(tmp_path / "out", *(record(name, text, [], lang=name) for name, text in texts.items()))
    with desk_of(out) as desk:
        assert [row["id"] for row in desk.index.documents(words)] == found


def test_strangers_do_not_use_up_the_rate(door: Door) -> None:
    """Requests without the cookie, a page of another site's thousand images, leave the reviewer's own rate alone."""
    door.enter()
    stranger = Client(door.guard)
    statuses = [stranger.get("/").status_code for _ in range(int(BURST) + 20)]
    assert (statuses[0], statuses[-1]) == (403, 429)
    assert door.client.get("/api/progress").status_code == 200
