"""Make the pictures of the docs from the real thing: review page and report on `outputs/`, in headless Chromium.

    python tools/pictures.py [FOLDER]

They are written to `docs/images/`; run it when the page looks otherwise than they do.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from annotate.report.page import write_report
from annotate.review import server
from annotate.review.decisions import Journal
from annotate.review.desk import Desk

ROOT = Path(__file__).resolve().parents[1]
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]


@contextmanager
def served(out: Path, folder: Path) -> Iterator[str]:
    """The review server on an output, with decisions of its own; its link."""
    desk = Desk(out, Journal(folder / "anna.jsonl", "anna"), index=folder / "index.sqlite")
    desk.index.wait()
    listener = server.listening(0)
    running, link = server.server_of(desk, listener)
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield link
    running.should_exit = running.force_exit = True
    thread.join()
    desk.close()


def press(page: Any, *keys: str) -> None:
    """Keys, each when what the one before did is done."""
    for key in keys:
        page.keyboard.press(key)
        page.wait_for_selector("body[aria-busy='false']")


def open_article(page: Any, words: str) -> None:
    """Go to the first article with these words."""
    press(page, "d")
    page.fill("#document-words", words)
    page.wait_for_timeout(600)
    page.locator(".documents button").first.click()
    page.wait_for_selector("body[aria-busy='false']")


def main(target: Path) -> None:
    """Take all pictures."""
    target.mkdir(parents=True, exist_ok=True)
    take_review(target)
    take_report(target)


def take_report(target: Path) -> None:
    """The report: its charts in the light, its entities in the dark."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = Path(folder) / "report.html"
        write_report(str(ROOT / "outputs"), path)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1280, "height": 1100})
        page.goto(path.as_uri())
        page.screenshot(path=target / "report.png")
        page.emulate_media(color_scheme="dark")
        page.select_option("select[name=lang]", "ja")
        page.evaluate("document.getElementById('entities').scrollIntoView()")
        page.wait_for_timeout(600)
        page.screenshot(path=target / "report-dark.png")
        browser.close()


def take_review(target: Path) -> None:
    """The review page: an article in the light, another in the dark."""
    with (
        tempfile.TemporaryDirectory() as folder,
        served(ROOT / "outputs", Path(folder)) as link,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(link)
        page.wait_for_selector("mark[aria-current]")
        open_article(page, "Efta Vietnam")
        press(page, *"aaaraaa", "p")
        page.screenshot(path=target / "review-light.png")
        press(page, "Escape", "t", "t")
        open_article(page, "协定")
        press(page, *"aara")
        page.screenshot(path=target / "review-dark.png")
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images")
