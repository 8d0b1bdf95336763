"""The review server, killed at any moment under load: what the page was told is saved, is saved."""

from __future__ import annotations

import random
import threading
import time
from pathlib import Path

import httpx
import pytest

from annotate.review.decisions import read_decisions
from decks import Server, write, years

KILLS = 200


def judge_until_the_end(link: str, round_: int, confirmed: list[tuple[int, str]], started: threading.Event) -> None:
    """Judge one entity after the other, and note each that was confirmed, until nobody answers any more."""
    base = link.split("/?")[0]
    with httpx.Client(base_url=base, headers={"origin": base}, timeout=5) as client:
        try:
            client.get(link.removeprefix(base))
            csrf = client.get("/api/session").json()["csrf"]
            for n in range(10_000):
                start = client.get("/api/documents/1").json()["entities"][n % 60]["found"]["start"]
                key = f"round-{round_:03}-{n:05}"
                span = {"start": start, "end": start + 4, "label": "DATE"}
                judgement = {"verdict": "accept", "span": span}
                body = {"key": key, "known": 10**9, "document": 1, "judgements": [judgement]}
                answer = client.post("/api/decide", json=body, headers={"x-annotate-csrf": csrf})
                if answer.status_code == 200:
                    confirmed.append((answer.json()["seqs"][0], key))
                    started.set()
        except (httpx.HTTPError, ValueError):
            pass


@pytest.mark.slow
def test_two_hundred_kills_of_the_server_lose_nothing_that_was_confirmed(tmp_path: Path) -> None:
    """Two hundred servers are killed at random moments under load: no confirmed decision is lost, no line is cut."""
    out = write(tmp_path / "out", years("a", 60))
    chance = random.Random(11)
    confirmed: list[tuple[int, str]] = []
    for n in range(KILLS):
        with Server(out) as server:
            started = threading.Event()
            load = threading.Thread(target=judge_until_the_end, args=(server.link, n, confirmed, started))
            load.start()
            assert started.wait(20)
            time.sleep(chance.random() * 0.1)
            server.kill()
            load.join()
        decisions, faults = read_decisions(out / "review" / "anna.jsonl")
        assert faults == []
        kept = {(decision.seq, decision.key) for decision in decisions}
        assert {*confirmed} <= kept
    assert len(confirmed) > KILLS
