"""The service, over a real socket: what it answers, what it refuses, and that nobody holds up the others."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest

from annotate import Document, Pipeline
from annotate.options import Options
from annotate.schema import json_schema

pytest.importorskip("fastapi")
pytestmark = pytest.mark.xdist_group("serve")

#: So long that no process is done with it in time.
HUGE = "Op 5 mei 2024 kostte het verdrag 5 miljoen euro. " * 60_000


def started(*arguments: str) -> tuple[subprocess.Popen[str], str]:
    command = [sys.executable, "-m", "annotate.cli", "serve", "--port", "0", "--workers", "2", *arguments]
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert server.stderr is not None
    line = server.stderr.readline()
    found = re.search(r"http://\S+", line)
    if found is None:
        server.kill()
        pytest.fail(line + server.stderr.read())
    url = found[0]
    for _ in range(600):
        try:
            httpx.get(f"{url}/health", timeout=1)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            break
    return server, url


def ended(server: subprocess.Popen[str]) -> None:
    server.send_signal(signal.SIGTERM)
    try:
        server.wait(30)
    finally:
        server.kill()
        assert server.stderr is not None
        server.stderr.close()


@pytest.fixture(scope="module")
def service() -> Iterator[httpx.Client]:
    server, url = started("--timeout", "5", "--max-body", "4000000", "--requests", "8")
    with httpx.Client(base_url=url, timeout=60) as client:
        yield client
    ended(server)


def post(service: httpx.Client, content: Any, path: str = "/annotate") -> httpx.Response:
    return service.post(path, json=content)


def test_one_text_gives_the_record_of_the_pipeline(service: httpx.Client) -> None:
    """The answer is the record that the pipeline makes, valid to the schema that the service tells."""
    sent = {
        "id": "a/b c",
        "text": "Gisteren kostte het € 5 mln. 👩‍🌾",
        "lang": "nl",
        "date": "2024-05-06",
        "meta": {"by": "Ada"},
    }
    answer = post(service, sent)
    assert answer.status_code == 200
    document = Document("a/b c", sent["text"], "http", "nl", None, "2024-05-06", "record", {"by": "Ada"})  # type: ignore[arg-type]
    assert answer.json() == Pipeline(Options()).annotate(document).to_dict()
    jsonschema.validate(answer.json(), service.get("/schema").json())


def test_batch_keeps_order_and_tells_each_failure(service: httpx.Client) -> None:
    """A batch has a result for each text, in their order; what fails costs the others nothing."""
    texts: list[dict[str, Any]] = [{"text": f"Sinds {1900 + n}.", "lang": "nl"} for n in range(30)]
    texts[3] = {"id": "bad", "text": "x", "lang": "klingonese"}
    results = post(service, {"texts": texts}).json()["results"]
    assert [r["spans"][0]["text"] for n, r in enumerate(results) if n != 3] == [
        str(1900 + n) for n in range(30) if n != 3
    ]
    assert (results[3]["id"], results[3]["problem"]["status"]) == ("bad", 422)
    assert "klingonese" in results[3]["problem"]["detail"]
    assert post(service, {"texts": []}).json() == {"results": []}


def test_stream_answers_while_lines_still_come(service: httpx.Client) -> None:
    """A record goes out before the next line has come in; a line that is no JSON is told in its place."""
    texts = [json.dumps({"id": str(year), "text": f"Sinds {year}.", "lang": "nl"}) for year in range(1950, 1954)]
    head = b"POST /annotate/stream HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/jsonl\r\n"
    rows: list[Any] = []
    with socket.create_connection((service.base_url.host, service.base_url.port or 0), timeout=20) as way:
        way.sendall(head + b"transfer-encoding: chunked\r\nconnection: close\r\n\r\n")
        answers = way.makefile("rb")
        for line in [texts[0], "not json", *texts[1:]]:
            way.sendall(b"%x\r\n%s\n\r\n" % (len(line.encode()) + 1, line.encode()))
            while not (got := answers.readline()).startswith(b"{"):
                assert got, "the answer ended"
            rows.append(json.loads(got))
        way.sendall(b"0\r\n\r\n")
        assert b"0\r\n" in answers.read()
    assert [row["id"] for row in rows] == ["1950", "2", "1951", "1952", "1953"]
    assert rows[1]["problem"]["status"] == 400
    assert rows[4]["spans"][0]["text"] == "1953"


def test_stream_of_a_whole_body(service: httpx.Client) -> None:
    """A body that comes at once gives a line for each of its lines, in their order, with or without a last line end."""
    lines = "\n".join(json.dumps({"text": f"Sinds {year}.", "lang": "nl"}) for year in range(1900, 2000))
    answer = service.post("/annotate/stream", content=lines, headers={"content-type": "application/x-ndjson"})
    assert answer.headers["content-type"] == "application/jsonl"
    assert [json.loads(line)["spans"][0]["text"] for line in answer.text.splitlines()] == [*map(str, range(1900, 2000))]


@pytest.mark.parametrize(
    ("content", "headers", "status", "detail"),
    [
        (b"{", {}, 400, "truncated"),
        (b'{"text": "\xff"}', {}, 400, ""),
        (b'{"text": 5}', {}, 422, "$.text"),
        (b'{"txt": "a"}', {}, 422, "txt"),
        (b"[]", {}, 422, "object"),
        (b'{"text": "a", "id": ""}', {}, 422, "$.id"),
        (b'{"text": "a", "date": "31-31-2024"}', {}, 422, "31-31-2024"),
        (b'{"text": "a", "lang": "../nl"}', {}, 422, "../nl"),
        (b"a=1", {"content-type": "application/x-www-form-urlencoded"}, 415, "application/json"),
        (b'{"text": "a"}', {"content-type": "text/plain"}, 415, "application/json"),
        (b" " * 4_000_001, {}, 413, "4,000,000"),
    ],
)
def test_what_is_refused(
    service: httpx.Client, content: bytes, headers: dict[str, str], status: int, detail: str
) -> None:
    """A request that cannot be answered is told as a problem of RFC 9457, with what is wrong."""
    answer = service.post("/annotate", content=content, headers={"content-type": "application/json", **headers})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert detail in answer.json()["detail"]


def test_unknown_path_method_and_host(service: httpx.Client) -> None:
    """Other paths and methods are problems, too; a page that names another host gets nothing."""
    assert service.get("/annotated").status_code == 404
    assert service.get("/annotate").status_code == 405
    assert service.get("/annotate").headers["content-type"] == "application/problem+json"
    assert service.get("/health", headers={"host": "evil.example"}).status_code == 400


def test_huge_text_is_given_up_and_holds_nobody_up(service: httpx.Client) -> None:
    """While a text that takes too long has a process, others are answered; it ends as a problem, the process anew."""
    answers: list[httpx.Response] = []
    huge = threading.Thread(target=lambda: answers.append(post(service, {"text": HUGE, "lang": "nl"})))
    huge.start()
    time.sleep(0.3)
    waits = []
    while huge.is_alive():
        begun = time.perf_counter()
        assert post(service, {"text": "Sinds 1950.", "lang": "nl"}).status_code == 200
        waits.append(time.perf_counter() - begun)
    huge.join()
    assert answers[0].status_code == 503
    assert "send it in parts" in answers[0].json()["detail"]
    assert len(waits) > 5
    assert sorted(waits)[len(waits) // 2] < 0.5
    assert post(service, {"text": "Sinds 1950.", "lang": "nl"}).status_code == 200
    assert "annotate_process_restarts 1.0" in service.get("/metrics").text


def test_full_house_is_told_when_to_come_again(service: httpx.Client) -> None:
    """When as many requests are inside as may be, more get 429 with Retry-After, and the service goes on."""
    address = service.base_url.host, service.base_url.port
    head = (
        b"POST /annotate HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{"
    )
    waiting = [socket.create_connection(address) for _ in range(8)]
    try:
        for one in waiting:
            one.sendall(head)
        for _ in range(100):
            if service.get("/health").json()["inside"] == 8:
                break
            time.sleep(0.1)
        answer = post(service, {"text": "Sinds 1950."})
        assert answer.status_code == 429
        assert int(answer.headers["retry-after"]) >= 1
        assert service.get("/health").status_code == 200
    finally:
        for one in waiting:
            one.close()
    for _ in range(50):
        if post(service, {"text": "Sinds 1950."}).status_code == 200:
            return
        time.sleep(0.1)
    pytest.fail("the house stayed full")


def test_languages_metrics_and_openapi(service: httpx.Client) -> None:
    """What the service knows, counts and describes; the description has the record's own schema."""
    assert "nl" in service.get("/languages").json()["thorough"]
    assert post(service, {"text": "Sinds 1950.", "lang": "nl"}).status_code == 200
    metrics = service.get("/metrics")
    assert metrics.headers["content-type"].startswith("text/plain")
    assert re.search(r'annotate_requests_total\{path="/annotate",status="200"\} \d', metrics.text)
    described = service.get("/openapi.json").json()
    parts = described["components"]["schemas"]
    assert parts["Record"]["required"] == json_schema()["required"]
    for name in re.findall(r'"#/components/schemas/(\w+)"', json.dumps(described)):
        assert name in parts


def test_graceful_stop() -> None:
    """Told to end, the service answers what it has begun, then ends its processes, and itself without an error."""
    server, url = started()
    answers: list[int] = []
    texts = [{"text": f"Sinds {year} kostte het 5 euro. " * 300, "lang": "nl"} for year in range(1900, 1920)]
    thread = threading.Thread(
        target=lambda: answers.append(httpx.post(f"{url}/annotate", json={"texts": texts}, timeout=60).status_code)
    )
    thread.start()
    time.sleep(0.4)
    ended(server)
    thread.join()
    assert answers == [200]
    assert server.returncode in (0, 128 + signal.SIGTERM, -signal.SIGTERM)


def test_port_that_is_taken() -> None:
    """A port where another program listens is told, with what to do, and no traceback."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "annotate.cli", "serve", "--port", port]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert f"127.0.0.1:{port} cannot be listened at" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_schemathesis_finds_nothing(tmp_path: Path) -> None:
    """schemathesis, from the description alone, finds no 500 and no answer that the description does not allow."""
    pytest.importorskip("schemathesis")
    server, url = started()  # with its usual limits: a text that takes too long is a 503 by right
    command = [str(Path(sys.executable).parent / "schemathesis"), "run", f"{url}/openapi.json"]
    checks = (
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_schema_conformance",
    )
    command += ["--max-examples", "60", "--checks", ",".join(checks)]
    command += ["--exclude-path", "/annotate/stream"]  # it makes no lines of JSON
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "NO_COLOR": "1"},
        timeout=900,
        check=False,
    )
    ended(server)
    assert done.returncode == 0, done.stdout[-6000:]
