"""The index: it holds what the output holds, may be thrown away, and never stands in the way of the truth."""

from __future__ import annotations

import gzip
import json
import threading
from pathlib import Path
from typing import Any

import pytest

from annotate.review.decisions import Journal
from annotate.review.desk import Desk, Judgement, Place, Request
from annotate.review.index import ReviewError
from annotate.review.queue import Filter
from decks import Record, date_value, desk_of, record, span, value, write, years


def judge(desk: Desk, verdict: Any, document: int, number: int) -> None:
    """One verdict on the entity with this number in its document."""
    found = desk.article(document)["entities"][number]["found"]
    place = Place(found["start"], found["end"], found["label"])
    key = f"index-{desk.journal.last:05}"
    desk.decide(Request(key, desk.journal.last, document, [Judgement(verdict, place)]))


def mixed() -> list[Record]:
    """Articles of several languages, labels, rules and days."""
    text = "In 2008 a treaty was signed; last year it cost 5 million dollars."
    inferred = date_value("2024", anchor="2025-03-18")
    spans = [
        span(text, "2008", "DATE", date_value("2008")),
        span(text, "treaty", "AGREEMENT", value("AGREEMENT", kind="treaty"), rule="agreements/typed"),
        span(text, "last year", "DATE", inferred, rule="dates/relative"),
        span(text, "5 million dollars", "MONEY", value("MONEY", amount="5000000", currency_candidates=["USD", "AUD"])),
    ]
    return [
        record("a", text, spans, date="2024-01-01"),
        record("b", text, spans, lang="nl", date="2025-01-01"),
        record("c", "Nothing at all.", [], date="2025-06-01"),
    ]


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        (Filter(), 8),
        (Filter(labels=("DATE",)), 4),
        (Filter(labels=("DATE", "MONEY"), langs=("nl",)), 3),
        (Filter(rules=("dates/relative",)), 2),
        (Filter(kinds=("treaty",)), 2),
        (Filter(document=1), 4),
        (Filter(since="2024-06-01"), 4),
        (Filter(until="2024-06-01"), 4),
        (Filter(inferred=True), 4),
        (Filter(words="treaty", langs=("nl",)), 4),
        (Filter(words="nowhere"), 0),
        (Filter(doubtful=True), 0),
        (Filter(sample=5), 5),
    ],
)
def test_a_queue_holds_what_its_filter_asks_for(tmp_path: Path, chosen: Filter, expected: int) -> None:
    """By label, language, rule, kind, document, day, words, what was inferred, and by chance."""
    with desk_of(write(tmp_path / "out", *mixed())) as desk:
        assert len(desk.queue(chosen, limit=100)) == expected


def test_the_queue_goes_round(tmp_path: Path) -> None:
    """After the last entity come those that were left before, and what is judged or skipped is left out."""
    with desk_of(write(tmp_path / "out", years("a", 6))) as desk:
        judge(desk, "accept", 1, 0)
        judge(desk, "skip", 1, 1)
        numbers = [row["number"] for row in desk.queue(Filter(), after=4)]
        assert numbers == [5, 6, 3, 4]
        assert [row["number"] for row in desk.queue(Filter(state="skip"), open_only=False)] == [2]


def test_a_sample_is_the_same_for_the_same_seed(tmp_path: Path) -> None:
    """Chance is told by a seed: another seed gives another sample, judging changes none, and the interval is honest."""
    with desk_of(write(tmp_path / "out", *(years(f"a{n}", 30) for n in range(4)))) as desk:
        first = [row["number"] for row in desk.queue(Filter(sample=20, seed="1"), limit=100)]
        other = [row["number"] for row in desk.queue(Filter(sample=20, seed="2"), limit=100)]
        assert first != sorted(first)
        assert {*first} != {*other}
        for n, row in enumerate(desk.queue(Filter(sample=20, seed="1"), limit=10)):
            judge(desk, "reject" if n == 0 else "accept", row["document"], (row["number"] - 1) % 30)
        told = desk.sample(Filter(sample=20, seed="1"))
        assert (told["size"], told["judged"], told["right"]) == (20, 10, 9)
        assert [round(end, 2) for end in told["interval"]] == [0.6, 0.98]
    with desk_of(tmp_path / "out") as desk:
        kept = desk.asked.sample(Filter(sample=20, seed="1"), "anna")
        assert kept == first


def test_rules_that_were_wrong_come_first(tmp_path: Path) -> None:
    """The queue of doubtful rules begins with the rule of the lowest precision so far."""
    text = "In 2001, 2002, 2003, 2004, 2005 and 2006 it rained."
    rules = ["dates/good", "dates/poor", "dates/poor", "dates/bad", "dates/bad", "dates/good"]
    spans = [span(text, str(2001 + n), "DATE", date_value(str(2001 + n)), rule=rule) for n, rule in enumerate(rules)]
    with desk_of(write(tmp_path / "out", record("a", text, spans), record("b", text, spans))) as desk:
        for number, verdict in enumerate(["accept", "accept", "reject", "reject", "reject", "accept"]):
            judge(desk, verdict, 1, number)
        assert [row["rule"] for row in desk.queue(Filter(doubtful=True))] == [
            "dates/bad",
            "dates/bad",
            "dates/poor",
            "dates/poor",
        ]


def test_an_index_that_is_damaged_or_gone_is_made_anew(tmp_path: Path) -> None:
    """Half a file, another file, none: decisions are what they were, because the index is no part of the truth."""
    out = write(tmp_path / "out", years("a", 6))
    with desk_of(out) as desk:
        judge(desk, "accept", 1, 0)
    path = out / "review" / ".anna.index" / "index.sqlite"
    for content in (b"", b"no database", path.read_bytes()[:3000]):
        path.write_bytes(content)
        for suffix in ("-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        with desk_of(out) as desk:
            assert desk.index.fault is None
            assert desk.progress()["verdicts"] == {"accept": 1}


def test_an_output_that_was_made_anew_is_read_anew(tmp_path: Path) -> None:
    """The index is of one output: other records, in the same place and of the same size, are seen."""
    out = write(tmp_path / "out", years("a", 6))
    with desk_of(out) as desk:
        assert desk.index.find("b") is None
    write(out, years("b", 6))
    with desk_of(out) as desk:
        assert desk.index.find("b") == 1
        write(out, years("c", 6))
        with pytest.raises(ReviewError, match="has changed since it was opened"):
            desk.article(1)


def test_packed_outputs_and_shards_are_read(tmp_path: Path) -> None:
    """`.jsonl.gz` is unpacked beside the index, and all shards are one output."""
    out = tmp_path / "out"
    out.mkdir()
    for n in range(3):
        line = json.dumps(years(f"a{n}", 5)) + "\n"
        (out / f"annotations-{n:05}.jsonl.gz").write_bytes(gzip.compress(line.encode()))
    with desk_of(out) as desk:
        assert desk.index.counts() == {"documents": 3, "entities": 15}
        assert desk.article(3)["id"] == "a2"


def test_what_is_no_output_is_told(tmp_path: Path) -> None:
    """A line that is no record is named with its file, instead of an empty page."""
    out = tmp_path / "out"
    out.mkdir()
    (out / "annotations.jsonl").write_text('{"id": "a"}\n')
    with desk_of(out) as desk:
        assert "annotations.jsonl: holds a line that is no record" in str(desk.progress()["fault"])


def test_decisions_made_by_another_server_are_seen(tmp_path: Path) -> None:
    """Two servers on one file: what the one has recorded, the other knows when it is asked next."""
    out = write(tmp_path / "out", years("a", 6))
    with desk_of(out) as one, desk_of(out, index=tmp_path / "second.sqlite") as other:
        judge(one, "reject", 1, 2)
        assert [told["text"] for told in other.since(0)] == ["1952"]
        assert other.article(1)["entities"][2]["verdict"] == "reject"
        assert 3 not in [row["number"] for row in other.queue(Filter())]


def test_judging_goes_on_while_the_index_is_made(tmp_path: Path) -> None:
    """Decisions made while the output is still being read wait for a moment, not for each other, and are all in it."""
    out = write(tmp_path / "out", *(years(f"a{n}", 40) for n in range(400)))
    journal = Journal(out / "review" / "anna.jsonl", "anna")
    desk = Desk(out, journal, index=tmp_path / "index.sqlite")
    desk.index.first.wait(5)

    def judge_all() -> None:
        for number in range(40):
            judge(desk, "accept", 1, number)

    judging = threading.Thread(target=judge_all, daemon=True)
    judging.start()
    judging.join(20)
    assert not judging.is_alive()
    desk.index.wait(20)
    assert desk.progress()["verdicts"] == {"accept": 40}
    assert desk.index.counts() == {"documents": 400, "entities": 16_000}
    desk.close()
