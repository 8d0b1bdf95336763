"""The commands of a review, as a user calls them."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from annotate.cli.app import app
from annotate.review.desk import Desk, Judgement, Place, Request, Wanted
from decks import desk_of, write, years


def call(*arguments: object) -> Result:
    """One call of the command, in this process; nothing that a user does may end in a traceback."""
    done = CliRunner().invoke(app, [*map(str, arguments)])
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done


def decide(desk: Desk, number: int, verdict: Any, timex: str | None = None) -> None:
    found = desk.article(1)["entities"][number]["found"]
    place = Place(found["start"], found["end"], found["label"])
    wanted = None if timex is None else Wanted(place.start, place.end, place.label, {"timex": timex})
    key = f"command-{desk.journal.last:04}"
    desk.decide(Request(key, desk.journal.last, 1, [Judgement(verdict, place, wanted)]))


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """An output with three decisions: one right, one wrong, one with another value."""
    out = write(tmp_path / "out", years("a", 6))
    with desk_of(out) as desk:
        decide(desk, 0, "accept")
        decide(desk, 1, "reject")
        decide(desk, 2, "correct", "1953")
    return out


def test_the_status_tells_how_decisions_stand(out: Path) -> None:
    """`review OUT --status` opens no page, and says what holds and what the output has yet to follow."""
    done = call("review", out, "--status")
    assert done.exit_code == 0
    assert "anna: 3 entities judged" in done.stdout
    assert "1  stand as they were found right" in done.stdout
    assert "2  the output does not follow yet" in done.stdout
    told = json.loads(call("review", out, "--status", "--json").stdout)
    assert told["reviewers"]["anna"]["open"] == 2


def test_gold_is_written_whole_and_scored(out: Path, tmp_path: Path) -> None:
    """`gold OUT -o FILE`, then `evaluate FILE OUT --rules`: each rule with its interval, and those that were silent."""
    done = call("gold", out, "-o", tmp_path / "gold.jsonl")
    assert (done.exit_code, done.stdout) == (0, "")
    assert "1 document (0 judged whole): 2 right, 1 found where there is none" in done.stderr
    assert call("gold", out).stdout == (tmp_path / "gold.jsonl").read_text()
    scored = call("evaluate", tmp_path / "gold.jsonl", out, "--rules").stdout
    row = next(line.split() for line in scored.splitlines() if line.startswith("dates/year"))
    assert row == ["dates/year", "3", "1", "33.3", "6.1", "to", "79.2"]
    assert "rules found nothing: " in scored
    assert "1 judged in part" in scored


def test_differences_are_marked(out: Path, tmp_path: Path) -> None:
    """`diff OLD NEW --decisions FILE` says of each change whether a decision is for or against it."""
    record = years("a", 6)
    del record["spans"][0:2]
    new = write(tmp_path / "new", record)
    done = call("diff", out, new, "--decisions", out / "review" / "anna.jsonl")
    assert done.exit_code == 1
    assert "of these 1 contradict a decision, 1 confirm one" in done.stdout
    assert "contradicts a decision\n" in done.stdout


def test_suggestions_go_where_annotate_test_finds_them(out: Path, tmp_path: Path) -> None:
    """`suggest OUT -o DIR` writes pattern files, and status 1 says that a rule is to be mended."""
    done = call("suggest", out, "-o", tmp_path / "reviewed")
    assert done.exit_code == 1
    (path,) = (tmp_path / "reviewed").rglob("*.yaml")
    content = path.read_text()
    assert "label: DATE\nexamples:\n  dates/year:\n    # not yet: " in content
    assert '- "In [1952](1953) the talks about point 2 went on."' in content
    assert "rejects:\n  dates/year:\n    # not yet: [1951](1951) is found" in content
    tested = call("test", "en", "--patterns", tmp_path / "reviewed", "-k", "the talks about point")
    assert "0 passed, 2 failed" in tested.stderr


def test_the_schema_of_decisions_is_printed() -> None:
    """`schema --decisions` prints a JSON Schema with a sentence to each field."""
    schema = json.loads(call("schema", "--decisions").stdout)
    assert schema["title"] == "annotate-decision/1"
    assert all(field.get("description") for field in schema["properties"].values())


def test_what_is_wrong_with_a_call_is_told(out: Path, tmp_path: Path) -> None:
    """No decisions, no output, a name that leads elsewhere, a port that is taken: a sentence, and status 2."""
    empty = write(tmp_path / "empty", years("a", 2))
    for command in (("review", empty, "--status"), ("gold", empty), ("suggest", empty)):
        done = call(*command)
        assert (done.exit_code, "holds no decisions" in done.stderr) == (2, True)
    assert "annotations.jsonl" in call("review", tmp_path / "nowhere", "--reviewer", "anna").stderr
    assert not (tmp_path / "nowhere").exists()
    assert "is no name of a reviewer" in call("review", out, "--reviewer", "../x").stderr
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = call("review", out, "--no-browser", "--port", taken.getsockname()[1], "--reviewer", "ben")
        assert (done.exit_code, "choose another one with --port" in done.stderr) == (2, True)


def test_damaged_lines_are_named(out: Path) -> None:
    """A line that was changed by hand is named with its number wherever decisions are read, and the rest is used."""
    path = out / "review" / "anna.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"reject"', b'"accept"', 1))
    for command in (("review", out, "--status"), ("gold", out)):
        done = call(*command)
        assert done.exit_code == 0
        assert "anna.jsonl:2: was changed after it was written" in done.stdout + done.stderr
