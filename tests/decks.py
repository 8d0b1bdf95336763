"""Outputs to review, made by the test itself, and the page in a real browser."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from annotate.review.decisions import Journal
from annotate.review.desk import Desk
from annotate.review.forms import empty_value

Record = dict[str, Any]

ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def value(label: str, **stated: Any) -> dict[str, Any]:
    """A value with all keys of its label."""
    return {**empty_value(label), **stated}


def date_value(timex: str, **more: Any) -> dict[str, Any]:
    return value("DATE", timex=timex, timex_type="DATE", **more)


def span(
    text: str, words: str, label: str, stated: Mapping[str, Any], *, rule: str = "dates/year", nth: int = 0
) -> Record:
    """The nth place of words in a text, as a span without its id."""
    start = -1
    for _ in range(nth + 1):
        start = text.index(words, start + 1)
    return {
        "start": start,
        "end": start + len(words),
        "text": words,
        "label": label,
        "rule": rule,
        "value": dict(stated),
    }


def record(name: str, text: str, spans: Sequence[Record], *, lang: str = "en", **meta: Any) -> Record:
    """A record as `annotate run` writes it."""
    ordered = sorted(spans, key=lambda s: (s["start"], -s["end"], s["label"]))
    numbered = [{"id": f"s{n}", **s, "token_start": 0, "token_end": 0} for n, s in enumerate(ordered, 1)]
    told = {"source": f"{name}.txt", "title": None, "date": "2025-03-18", "date_source": "option", **meta}
    return {
        "schema": "annotate/2",
        "id": name,
        "text": text,
        "lang": lang,
        "meta": told,
        "spans": numbered,
        "facts": [],
    }


def years(name: str, count: int = 60, *, lang: str = "en") -> Record:
    """An article of many sentences with a year in each."""
    text = "".join(f"In {1950 + n % 70} the talks about point {n} went on.\n" for n in range(count))
    spans, at = [], 0
    for n in range(count):
        year = str(1950 + n % 70)
        start = text.index(year, at)
        stated = date_value(year, edtf=year, start=f"{year}-01-01", end=f"{year}-12-31", grain="year")
        at = start + 4
        spans.append({"start": start, "end": at, "text": year, "label": "DATE", "rule": "dates/year", "value": stated})
    return record(name, text, spans, lang=lang)


def write(folder: Path, *records: Record) -> Path:
    """An output of these records."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(one, ensure_ascii=False) + "\n" for one in records]
    (folder / "annotations.jsonl").write_text("".join(lines), encoding="utf-8", newline="\n")
    return folder


@contextmanager
def desk_of(out: Path, reviewer: str = "anna", **more: Any) -> Iterator[Desk]:
    """The desk of a reviewer, its index complete."""
    journal = Journal(out / "review" / f"{reviewer}.jsonl", reviewer)
    desk = Desk(out, journal, **{"index": out / "review" / f".{reviewer}.index" / "index.sqlite", **more})
    desk.index.wait()
    try:
        yield desk
    finally:
        desk.close()


class Served:
    """The review server in a thread of this process, which is quicker to start than `Server`."""

    def __init__(self, out: Path, reviewer: str = "anna") -> None:
        from annotate.review.server import listening, server_of

        journal = Journal(out / "review" / f"{reviewer}.jsonl", reviewer)
        self.desk = Desk(out, journal, index=out / "review" / f".{reviewer}.index" / "index.sqlite")
        self._listener = listening(0)
        self.port = self._listener.getsockname()[1]
        self._server, self.link = server_of(self.desk, self._listener)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._listener]}, daemon=True)

    def __enter__(self) -> Served:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = self._server.force_exit = True
        self._thread.join()
        self._listener.close()
        self.desk.close()


class Server:
    """`annotate review` as a process of its own."""

    def __init__(self, out: Path, *arguments: str, reviewer: str = "anna") -> None:
        self.log = out / f"server-{time.monotonic_ns()}.log"
        command = [sys.executable, "-m", "annotate.cli", "review", str(out), "--no-browser", "--reviewer", reviewer]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen([*command, *arguments], stderr=log, stdin=subprocess.PIPE)
        self.link = self._link()

    def _link(self) -> str:
        for _ in range(600):
            if found := re.search(r"http://\S+", self.log.read_text()):
                return found[0]
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.05)
        raise AssertionError("the server did not start")

    @property
    def port(self) -> int:
        return int(self.link.split(":")[2].split("/")[0])

    def kill(self) -> None:
        """End at once, as a power cut does."""
        self.process.kill()
        self.process.wait()

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        assert self.process.stdin is not None
        self.process.stdin.close()


def decisions_of(out: Path, reviewer: str = "anna") -> list[dict[str, Any]]:
    """The lines of a reviewer's file."""
    return [json.loads(line) for line in (out / "review" / f"{reviewer}.jsonl").read_text().splitlines()]


def press(page: Any, *keys: str) -> None:
    """Keys, each after what the one before did is done."""
    for key in keys:
        page.keyboard.press(key)
        idle(page)


def idle(page: Any) -> None:
    """Until all that was asked of the page is done."""
    page.wait_for_selector("body[aria-busy='false']")
