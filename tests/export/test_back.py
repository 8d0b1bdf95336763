"""Annotations that tools give back: into decisions, all or none; what is unchanged is no decision."""

from __future__ import annotations

import doctest
import json
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import exchanged
from annotate.cli.app import app
from annotate.export.articles import ExportError, articles
from annotate.export.formats import format_of
from annotate.export.outcome import Taken
from annotate.export.taking import format_for, take
from annotate.review.decisions import Decision, living
from decks import desk_of, write
from exchanged import journal_of
from hardtexts import LINKED, decide, difficult, linked, wanted

Task = dict[str, Any]


def alive(out: Path, reviewer: str = "anna") -> list[Decision]:
    return list(living(journal_of(out, reviewer).decisions))


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return write(tmp_path / "out", linked())


def exported(out: Path, kind: str = "prodigy") -> Path:
    return exchanged.exported(format_of(kind), out)


def edited(out: Path, change: Callable[[Task], object], *, reviewed: bool = False) -> Taken:
    """What comes of tasks of Prodigy in which something was changed."""
    path = exported(out)
    return taken(out, path, change, reviewed=reviewed)


def taken(out: Path, path: Path, change: Callable[[Task], object], *, reviewed: bool = False) -> Taken:
    tasks = [json.loads(line) for line in path.read_bytes().splitlines()]
    for task in tasks:
        change(task)
    path.write_text("".join(json.dumps(task) + "\n" for task in tasks))
    return exchanged.back(format_of("prodigy"), out, path, reviewed=reviewed)


def spans_by_label(task: Task, label: str) -> list[Task]:
    return [span for span in task["spans"] if span["label"] == label]


def nothing(task: Task) -> None:
    """Leaves a task as it is."""


def answered(task: Task) -> None:
    task["answer"] = "accept"


def verdicts(out: Path) -> list[tuple[str, str | None]]:
    return [(one.verdict, one.subject.text if one.subject else None) for one in alive(out)]


def test_what_is_unchanged_is_no_decision(out: Path) -> None:
    """Export and import without a change adds nothing, without decisions and with all kinds of them."""
    assert edited(out, nothing) == Taken(rows=1)
    with desk_of(out) as desk:
        decide(desk, "accept", "deep strategic tie")
        decide(desk, "reject", "5 million euros")
        decide(desk, "correct", "2009", wanted(LINKED, "of 2009", "DATE", {"timex": "2009-05"}))
        decide(desk, "add", None, wanted(LINKED, "Since", "LAW", {"x": 1}))
    before = verdicts(out)
    assert edited(out, nothing) == Taken(rows=1)
    assert verdicts(out) == before


def test_a_document_that_was_looked_at_is_accepted_and_whole(out: Path) -> None:
    """Each entity that stands there is right, and nothing is missing; once is enough."""
    edited(out, answered)
    assert sorted({verdict for verdict, _ in verdicts(out)}) == ["accept", "whole"]
    assert len(verdicts(out)) == 7
    assert edited(out, answered).drafts == []


def test_reviewed_says_so_where_the_tool_does_not(out: Path) -> None:
    """`--reviewed` is as if each document had been confirmed."""
    assert len(edited(out, nothing, reviewed=True).drafts) == 7


@pytest.mark.parametrize("answer", ["ignore", "reject"])
def test_a_task_that_was_not_accepted_says_nothing_of_its_spans(out: Path, answer: str) -> None:
    """What is wrong with it is not said, so nothing is made up."""

    def change(task: Task) -> None:
        task["answer"] = answer
        task["spans"] = []

    assert edited(out, change) == Taken()


def test_taken_out_moved_relabelled_and_new(out: Path) -> None:
    """Reject, a correction of the extent that keeps the value, another label, an addition; twice is once."""

    def change(task: Task) -> None:
        answered(task)
        task["spans"] = [span for span in task["spans"] if span["label"] != "MONEY"]
        for span in task["spans"]:
            for key in ("id", "rule", "value", "token_start", "token_end"):
                span.pop(key)
        spans_by_label(task, "PARTNERSHIP")[0]["start"] -= 2
        spans_by_label(task, "LAW")[0]["label"] = "AGREEMENT"
        start = LINKED.index("strategic")
        task["spans"].append({"start": start, "end": start + 9, "label": "ADJECTIVE"})

    path = exported(out)
    assert taken(out, path, change).mismatches == []
    found = {(one.verdict, one.subject.text if one.subject else None): one for one in alive(out)}
    moved = found["correct", "deep strategic tie"].correction
    assert moved is not None
    assert (moved.text, moved.value["level"]) == ("a deep strategic tie", ["strategic"])
    relabelled = found["correct", "law 7"].correction
    assert relabelled is not None
    assert (relabelled.label, relabelled.value["kind"]) == ("AGREEMENT", "agreement")
    assert ("reject", "5 million euros") in found
    assert ("add", "strategic") in found
    assert ("accept", "2008") in found
    assert take(format_of("prodigy"), path, out, journal_of(out), key="again").drafts == []
    (article,) = articles(out, journal_of(out).decisions)
    assert {span["text"] for span in article.decided().record["spans"]} == {
        "2008",
        "a deep strategic tie",
        "strategic",
        "pact \U0001f91d of 2009",
        "2009",
        "law 7",
    }


def test_a_changed_value_is_a_correction(out: Path) -> None:
    """Links between entities are still those of the record; a field that is emptied is empty."""

    def change(task: Task) -> None:
        value = spans_by_label(task, "AGREEMENT")[0]["value"]
        value["status"], value["count"], value["date_span"] = "ratified", None, "s1"

    assert edited(out, change).mismatches == []
    (one,) = alive(out)
    assert one.correction is not None
    value = one.correction.value
    assert (value["status"], value["count"], value["date_span"]["text"]) == ("ratified", None, "2008")
    assert (value["amount_span"]["text"], value["parties"][0]["code"]) == ("5 million euros", "VN")
    assert edited(out, nothing) == Taken(rows=1)


def test_what_was_marked_without_a_value_gets_the_one_of_its_words(tmp_path: Path) -> None:
    """What the rules read in the words alone; what depends on the words around stays open or is told."""
    record = linked() | {"text": "In March 2021 it cost 7 million dollars, they say.", "spans": [], "facts": []}
    out = write(tmp_path / "out", record)

    def change(task: Task) -> None:
        for words, label in (("March 2021", "DATE"), ("7 million dollars", "MONEY"), ("they", "PARTNERSHIP")):
            start = task["text"].index(words)
            task["spans"].append({"start": start, "end": start + len(words), "label": label})

    assert edited(out, change).mismatches == []
    values = {one.correction.label: one.correction.value for one in alive(out) if one.correction}
    assert (values["DATE"]["timex"], values["DATE"]["end"]) == ("2021-03", "2021-03-31")
    assert (values["MONEY"]["amount"], values["MONEY"]["currency"]) == ("7000000", "USD")
    assert values["PARTNERSHIP"]["kind"] == "partnership"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda task: task.update(text=LINKED.replace("2008", "2007")), "the text of 'linked' is not the one"),
        (lambda task: task["annotate"].update(document="b"), "no document 'b' is in the output"),
        (lambda task: task["spans"].append({"start": 0, "end": 5, "label": "DATE"}), "the rules read no date in 'Sinc"),
        (
            lambda task: task["spans"].append({"start": 5, "end": 10, "label": "LAW"}),
            "neither begins nor ends in white",
        ),
        (lambda task: task["spans"].append({"start": 0, "end": 5, "label": "law"}), "'law' is no label"),
        (lambda task: task["spans"][0]["value"].update(timex="soon"), "timex: soon is no date"),
    ],
)
def test_what_does_not_fit_is_listed_and_nothing_is_taken(
    out: Path, change: Callable[[Task], object], message: str
) -> None:
    """With its line; what is good beside it is not taken either."""

    def both(task: Task) -> None:
        task["spans"] = [span for span in task["spans"] if span["label"] != "MONEY"]
        change(task)

    found = edited(out, both)
    (mismatch,) = found.mismatches
    assert mismatch.where == "line 1"
    assert message in mismatch.message
    assert alive(out) == []


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("[]", ":1: is no object of JSON"),
        ("{", ":1: is not JSON"),
        ('{"text": "a", "spans": []}', "line 1: carries no `annotate` field as it was exported"),
        ('{"text": "a", "spans": [], "answer": "yes"}', "line 1: 'yes' is no answer"),
        ('{"spans": []}', "line 1: is no task with a text"),
    ],
)
def test_a_file_that_is_no_export_is_told(out: Path, line: str, message: str) -> None:
    """What it lacks, and in which line."""
    path = out.parent / "a.jsonl"
    path.write_text(line + "\n")
    with pytest.raises(ExportError) as told:
        take(format_of("prodigy"), path, out, journal_of(out), key="k")
    assert message in str(told.value)


@pytest.mark.parametrize(
    "place", ['"start": 3, "end": 99', '"start": 2, "end": 2', '"start": "1", "end": 2', '"end": 2']
)
def test_an_annotation_that_has_no_place_is_told(out: Path, place: str) -> None:
    """Outside the text, empty, or no offset at all."""
    path = exported(out)
    task = json.loads(path.read_text())
    task["spans"] = [json.loads(f'{{"label": "LAW", {place}}}')]
    path.write_text(json.dumps({**task, "text": LINKED[:50]}))
    with pytest.raises(ExportError, match=r"an annotation needs|lies outside the text"):
        take(format_of("prodigy"), path, out, journal_of(out), key="k")


def test_what_was_decided_elsewhere_meanwhile_is_not_overwritten(out: Path) -> None:
    """What was changed here and there is listed; what was left alone here stays as it was decided there."""
    path = exported(out)
    with desk_of(out) as desk:
        decide(desk, "correct", "2009", wanted(LINKED, "of 2009", "DATE", {"timex": "2009"}))
        decide(desk, "reject", "law 7")
    before = verdicts(out)
    original = path.read_text()
    assert taken(out, path, answered).mismatches == []
    assert [one for one in verdicts(out) if one not in before and one[0] != "accept"] == [("whole", None)]
    path.write_text(original)
    found = taken(out, path, lambda task: task.update(spans=task["spans"][:3]))
    assert [("decided elsewhere" in one.message, "MONEY" in one.message) for one in found.mismatches] == [(True, False)]


def test_an_output_that_has_moved_on_takes_what_still_fits(out: Path) -> None:
    """What is unchanged here and no longer there is counted; what was changed here is listed."""
    path = exported(out)
    record = linked()
    record["spans"] = [span for span in record["spans"] if span["label"] != "LAW"]
    write(out, record)
    original = path.read_text()
    assert taken(out, path, nothing) == Taken(rows=1, outdated=1)
    path.write_text(original)
    (mismatch,) = taken(out, path, lambda task: spans_by_label(task, "LAW")[0].update(label="RULE")).mismatches
    assert "no longer what was exported" in mismatch.message


def test_a_format_from_which_nothing_comes_back_is_told() -> None:
    """And one that the file does not show is asked for."""
    assert format_for(None, Path("a.csv")).name == "csv"
    with pytest.raises(ExportError, match="name the format"):
        format_for(None, Path("a.jsonl"))


def test_the_command(out: Path) -> None:
    """What was done is said; a mismatch is status 2 with its line; a wrong call is told."""
    path = exported(out)
    runner = CliRunner()

    def call(*arguments: object) -> tuple[int, str]:
        done = runner.invoke(app, [str(argument) for argument in arguments])
        return done.exit_code, done.output

    status, said = call("import", "prodigy", path, out, "--reviewer", "anna")
    assert (status, said) == (0, "1 document read: nothing new\n")
    status, said = call("import", "prodigy", path, out, "--reviewer", "anna", "--reviewed")
    assert (status, said.startswith("1 document read: 7 decisions (6 accept, 1 whole) of anna in ")) == (0, True)
    path.write_text(path.read_text().replace('"label":"LAW"', '"label":"law"', 1))
    status, said = call("import", "prodigy", path, out, "--reviewer", "anna")
    assert (status, "line 1: law at [81:86] of 'linked': " in said) == (2, True), said
    status, said = call("import", path, out)
    assert (status, "name the format that it is in" in said) == (2, True)
    assert call("import", path)[0] == 2


@pytest.mark.parametrize("name", ["exchange", "returned", "taking", "jsonl"])
def test_the_examples_in_the_docstrings_are_true(name: str) -> None:
    """Every example in a docstring gives what it says."""
    assert doctest.testmod(import_module(f"annotate.export.{name}")).failed == 0


def test_difficult_texts_make_the_round_trip(tmp_path: Path) -> None:
    """All of them come back as they went, and a verdict reaches the right place."""
    out = write(tmp_path / "out", *difficult())
    assert edited(out, nothing) == Taken(rows=len(difficult()))
    found = edited(out, lambda task: task.update(spans=spans_by_label(task, "DATE")))
    assert found.mismatches == []
    assert {draft.span.text for draft in found.drafts if draft.span and draft.span.label == "MONEY"} == {
        "5 million euros",
        "5 million\neuros",
    }
