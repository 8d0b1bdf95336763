"""Agreements and partnerships in review: their mentions by key, keys that are merged, mentions that are split off."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from annotate.review.decisions import DecisionError, read_decisions
from annotate.review.pacts import Merge, Split, merged
from annotate.review.verdicts import documents, read_all
from decks import Record, Served, desk_of, idle, press, record, span, value, write

ONE = "Fiji and Nepal signed the fish pact. The fish pact holds."
TWO = "協定は2019年に署名された。The tuna treaty is old."


def article(name: str, text: str, *mentions: tuple[str, str | None]) -> Record:
    spans = [
        span(text, words, "AGREEMENT", value("AGREEMENT", kind="agreement", id=key), rule="agreements/typed")
        for words, key in mentions
    ]
    return record(name, text, spans, title=f"About {name}")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return write(
        tmp_path / "out",
        article("a", ONE, ("fish pact", "fj-np/fisheries"), ("The fish pact", "fj-np/fisheries")),
        article("b", TWO, ("協定", "fj-np/fisheries/2019"), ("tuna treaty", None)),
    )


def counts(listed: list[dict[str, Any]]) -> dict[str, tuple[int, int]]:
    return {one["key"]: (one["mentions"], one["documents"]) for one in listed}


def test_mentions_are_listed_by_key(out: Path) -> None:
    """Each key with how many mentions in how many articles; what has none is not there; words search both."""
    with desk_of(out) as desk:
        assert counts(desk.agreements()) == {"fj-np/fisheries": (2, 1), "fj-np/fisheries/2019": (1, 1)}
        assert counts(desk.agreements("2019")) == {"fj-np/fisheries/2019": (1, 1)}
        assert counts(desk.agreements("協定")) == {"fj-np/fisheries/2019": (1, 1)}
        assert [one["text"] for one in desk.agreement("fj-np/fisheries")["mentions"]] == ["fish pact", "The fish pact"]


def test_a_merge_makes_keys_one_and_lasts(out: Path) -> None:
    """The first key stays, in another session too, with what a later run finds; an undo takes it back."""
    with desk_of(out) as desk:
        desk.merge(Merge("request-1", 0, ["fj-np/fisheries/2019", "fj-np/fisheries"]))
        assert counts(desk.agreements()) == {"fj-np/fisheries/2019": (3, 2)}
    write(out, article("a", ONE, ("fish pact", "fj-np/fisheries")), article("c", ONE, ("fish pact", "fj-np/fisheries")))
    with desk_of(out) as desk:
        assert counts(desk.agreements()) == {"fj-np/fisheries/2019": (2, 2)}
        assert desk.agreement("fj-np/fisheries")["merged"] == ["fj-np/fisheries"]
        desk.undo("request-2", 1)
        assert counts(desk.agreements()) == {"fj-np/fisheries": (2, 2)}


def test_a_merge_of_merged_keys_joins_all_of_them() -> None:
    """Whatever the order: a into b, b into c leaves c alone, and what was merged into a goes there too."""
    from annotate.review.decisions import Decision

    def merge(seq: int, *keys: str) -> Decision:
        fields = {"key": "k", "when": "", "reviewer": "anna", "document": "", "text_sha256": "", "verdict": "merge"}
        return Decision(schema="annotate-decision/1", seq=seq, keys=list(keys), **fields)  # type: ignore[arg-type]

    assert merged([merge(1, "b", "a"), merge(2, "c", "b")]) == {"a": "c", "b": "c"}
    assert merged([merge(1, "b", "a"), merge(2, "a", "d")]) == {"a": "b", "d": "b"}
    assert merged([merge(1, "b", "a"), merge(2, "a", "b")]) == {"a": "b"}


def test_mentions_split_off_get_a_key_of_their_own(out: Path) -> None:
    """Over several articles at once; the rest of their values stays, also what was corrected before."""
    with desk_of(out) as desk:
        numbers = [one["number"] for one in desk.agreement("fj-np/fisheries")["mentions"]][1:]
        numbers += [one["number"] for one in desk.agreement("fj-np/fisheries/2019")["mentions"]]
        desk.split(Split("request-1", 0, numbers, " fj-np/tuna "))
        assert counts(desk.agreements()) == {"fj-np/fisheries": (1, 1), "fj-np/tuna": (2, 2)}
        again = desk.agreement("fj-np/tuna")["mentions"][0]["number"]
        desk.split(Split("request-2", 2, [again], "fj-np/tuna/2"))
        assert counts(desk.agreements())["fj-np/tuna/2"] == (1, 1)
    read, faults = read_decisions(out / "review" / "anna.jsonl")
    assert not faults
    assert {(d.verdict, d.correction and d.correction.value["kind"]) for d in read} == {("correct", "agreement")}


@pytest.mark.parametrize(
    "request_",
    [
        Merge("request-1", 0, ["a"]),
        Merge("request-1", 0, ["a", "a"]),
        Merge("request-1", 0, ["a", " "]),
        Merge("request-1", 0, ["a", "b\nc"]),
        Merge("request-1", 0, ["a", "x" * 201]),
        Split("request-1", 0, [], "a"),
        Split("request-1", 0, [99], "a"),
        Split("request-1", 0, [1], ""),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(out: Path, request_: Merge | Split) -> None:
    """One key alone, no key, one of several lines, a mention that is none: nothing is recorded."""
    with desk_of(out) as desk:
        with pytest.raises(DecisionError):
            _ = desk.merge(request_) if isinstance(request_, Merge) else desk.split(request_)
        assert not desk.journal.decisions


def test_a_merge_is_of_no_document(out: Path) -> None:
    """What counts decisions document by document does not count it as one whose document is gone."""
    with desk_of(out) as desk:
        desk.merge(Merge("request-1", 0, ["fj-np/fisheries", "b"]))
    decisions, faults = read_all([out / "review" / "anna.jsonl"])
    assert (len(decisions), faults, [*documents(out, decisions)]) == (1, [], [])


def test_the_page_merges_and_splits(page: Any, out: Path) -> None:
    """By keyboard and mouse: the list, one agreement with its mentions, a merge, a split, a look at a mention."""
    with Served(out) as server:
        page.goto(server.link)
        page.wait_for_selector("mark[aria-current]")
        idle(page)
        press(page, "y")
        page.locator("dialog .documents button").first.click()
        page.wait_for_selector("dialog .mentions li")
        page.keyboard.type("fj-np/fisheries/2019")
        page.locator("dialog button", has_text="Merge").click()
        page.wait_for_selector("#pact-said:has-text('Saved')")
        assert page.locator("dialog .mentions li").count() == 3
        page.locator("dialog .mentions input").nth(2).check()
        page.locator("dialog button", has_text="Split off").click()
        page.wait_for_selector("dialog .mentions li:only-child")
        page.locator("dialog .mentions button").click()
        idle(page)
        assert page.locator("mark[aria-current]").all_inner_texts() == ["協定"]
    read, _ = read_decisions(out / "review" / "anna.jsonl")
    assert [(d.verdict, d.keys) for d in read] == [
        ("merge", ["fj-np/fisheries", "fj-np/fisheries/2019"]),
        ("correct", []),
    ]
