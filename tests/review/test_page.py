"""The page, driven in headless Chromium as a reviewer drives it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from decks import Server, decisions_of, idle, press, write, years


def opened(page: Any, server: Server) -> Any:
    """The page at its first entity."""
    page.goto(server.link)
    page.wait_for_selector("mark[aria-current]")
    idle(page)
    return page


def test_fifty_judgements_by_keyboard(page: Any, tmp_path: Path) -> None:
    """Fifty keys are fifty decisions on the disk, in the order of the text, and survive the end of the server."""
    out = write(tmp_path / "out", years("a", 60))
    with Server(out) as server:
        opened(page, server)
        for n in range(50):
            press(page, "r" if n % 10 == 9 else "a")
        assert page.locator("#progress").inner_text().startswith("50 of 60 judged")
    made = decisions_of(out)
    assert [decision["seq"] for decision in made] == list(range(1, 51))
    assert [decision["span"]["text"] for decision in made] == [str(1950 + n) for n in range(50)]
    assert [n for n, decision in enumerate(made) if decision["verdict"] == "reject"] == [9, 19, 29, 39, 49]
    with Server(out) as again:
        opened(page, again)
        assert page.locator("mark[aria-current]").inner_text() == "2000"
