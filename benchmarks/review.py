"""How quick reviewing is: a scripted session of judgements in headless Chromium, on the output of a run.

    python benchmarks/review.py [OUT] [--judgements 1000]

Server time is from the request's arrival to its answer; the screen is ready when the next entity is shown after a key
went down, at the second frame after it. Both are of the requests and keys of the session itself.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from annotate.review import server
from annotate.review.decisions import Journal
from annotate.review.desk import Desk

ROOT = Path(__file__).resolve().parents[1]
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
WATCH = """() => {
    window.times = [];
    let down = null;
    addEventListener("keydown", () => { down = performance.now(); }, { capture: true });
    new MutationObserver(() => {
        if (document.body.getAttribute("aria-busy") === "false" && down !== null) {
            const began = down;
            down = null;
            requestAnimationFrame(() => requestAnimationFrame(() => window.times.push(performance.now() - began)));
        }
    }).observe(document.body, { attributes: true, attributeFilter: ["aria-busy"] });
}"""


class Clocked:
    """An application that notes how long each decision took."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.times: list[float] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        began = time.perf_counter()
        await self.app(scope, receive, send)
        if scope.get("path") == "/api/decide":
            self.times.append(1000 * (time.perf_counter() - began))


def session(out: Path, judgements: int) -> tuple[list[float], list[float]]:
    """The times of the server and of the screen, in milliseconds."""
    with tempfile.TemporaryDirectory() as folder:
        decisions = Path(folder) / "bench.jsonl"
        desk = Desk(out, Journal(decisions, "bench"), index=Path(folder) / "index.sqlite")
        desk.index.wait()
        listener = server.listening(0)
        running, link = server.server_of(desk, listener)
        clocked = running.config.app = Clocked(running.config.app)
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            screen = judge(link, judgements)
        finally:
            running.should_exit = running.force_exit = True
            thread.join()
            desk.close()
        assert decisions.read_bytes().count(b"\n") == judgements
        return clocked.times, screen


def judge(link: str, judgements: int) -> list[float]:
    """One key for each entity, the next as soon as the page is ready for it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(link)
        page.wait_for_selector("mark[aria-current]")
        page.wait_for_selector("body[aria-busy='false']")
        page.evaluate(WATCH)
        for n in range(judgements):
            page.keyboard.press("r" if n % 10 == 9 else "a")
            page.wait_for_selector("body[aria-busy='false']")
            while page.evaluate("window.times.length") < n + 1:
                page.wait_for_timeout(2)
        times: list[float] = page.evaluate("window.times")
        browser.close()
        return times


def told(name: str, times: list[float]) -> str:
    """The middle, the 95th and the 99th percentile."""
    cut = statistics.quantiles(times, n=100)
    return (
        f"{name}: median {statistics.median(times):.1f} ms, p95 {cut[94]:.1f} ms, p99 {cut[98]:.1f} ms ({len(times):,})"
    )


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", nargs="?", type=Path, default=ROOT / "outputs")
    parser.add_argument("--judgements", type=int, default=1000)
    given = parser.parse_args()
    served, screen = session(given.out, given.judgements)
    print(told("server, one judgement", served))
    print(told("screen, key to next entity", screen))


if __name__ == "__main__":
    main()
