"""The coverage of rules: what fired, won, lost and to which rule, and how often each is right."""

from __future__ import annotations

import doctest
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import annotate.cli  # noqa: F401 - each command adds itself to the application
from annotate.cli.app import app
from annotate.options import Options
from annotate.pipeline import Pipeline
from annotate.quality import coverage as module
from annotate.quality.coverage import Coverage, coverage
from annotate.quality.coverage_table import render
from annotate.records import Document

OWN = """\
labels:
  WHEN: {value: date}
  NONE: {emit: no}
label: WHEN
lists:
  month: {"2": [februari], "5": [mei]}
  page: [zaal]
rules:
  - id: day
    pattern: [{kind: day, slot: day}, {list: month, slot: month}, {kind: year, slot: year, OP: "?"}]
    gives: [a-day]
    examples: ["Op [3 mei 2024](2024-05-03) kwam het.", "Op [4 mei 2024](2024-05-04) ook."]
    rejects: ["Op 3 kersen kwam het."]
  - id: month
    pattern: [{list: month, slot: month}]
  - id: from-to
    pattern: [{LOWER: van}, {rule: a-day, slot: from}, {LOWER: tot}, {rule: a-day, slot: to}]
  - id: year
    pattern: [{LOWER: in, outside: yes}, {kind: year, slot: year, unless: short_year}]
  - id: room
    label: NONE
    priority: "5"
    pattern: [{LOWER: in, OP: "?"}, {list: page}, {kind: year}]
  - id: never
    pattern: [{LOWER: nooit}, {kind: year, slot: year}]
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of a few rules."""
    folder = tmp_path_factory.mktemp("patterns")
    (folder / "nl").mkdir()
    (folder / "nl" / "own.yaml").write_text(OWN)
    return folder


@pytest.fixture(scope="module")
def own(folder: Path) -> Pipeline:
    """A pipeline with these rules and none of the built-in ones."""
    return Pipeline(Options(patterns=(folder,), built_in=False, lang="nl"))


def covered(own: Pipeline, *texts: str, gold: list[dict[str, Any]] | None = None) -> Coverage:
    return coverage([Document(str(n), text, str(n)) for n, text in enumerate(texts)], own, gold=gold)


def counts(found: Coverage, rule: str) -> tuple[int, int, dict[str, int], int]:
    one = found.rules[f"nl/own/{rule}"]
    return one.fired, one.won, dict(one.lost), one.valueless


def test_what_fired_won_and_lost(own: Pipeline) -> None:
    """A rule wins where it took part in a span, also as a part of a larger rule, and loses to the rule that won."""
    found = covered(own, "Op 3 mei 2024.", "Het loopt van 3 mei tot 5 mei.", "In mei.")
    assert found.documents == 3
    assert counts(found, "day") == (2, 2, {}, 0)
    assert counts(found, "from-to") == (1, 1, {}, 0)
    assert counts(found, "month") == (4, 1, {"nl/own/day": 3}, 0)


def test_a_guard_wins_where_it_keeps_others_out(own: Pipeline) -> None:
    """The rule of a label that is not written wins where it stands, and who loses to it is told."""
    found = covered(own, "Het hangt in zaal 2012.", "Het kwam in 2012.")
    assert counts(found, "room") == (1, 1, {}, 0)
    assert counts(found, "year")[:2] == (1, 1)


def test_what_has_no_value_neither_wins_nor_loses(own: Pipeline) -> None:
    """A day that the calendar does not have has fired, and come to nothing."""
    assert counts(covered(own, "Op 31 februari 2024."), "day") == (1, 0, {}, 1)


def test_rules_that_never_fired_and_rules_only_ever_beaten(own: Pipeline) -> None:
    """Both are told by name, the beaten ones with their winner; a rule that won once is in neither."""
    found = covered(own, "Op 3 mei 2024.")
    assert [rule.rule for rule in found.only_beaten] == ["nl/own/month"]
    assert [rule.rule for rule in found.silent] == [
        "nl/own/room",
        "nl/own/from-to",
        "nl/own/never",
        "nl/own/year",
    ]
    text = render(found)
    assert "\nnever fired: 4\n" in text
    assert "\nonly ever beaten: 1\n  nl/own/month (" in text
    assert "lost to nl/own/day 1" in text


def test_examples_and_rejects_are_counted(own: Pipeline) -> None:
    """What vouches for a rule is told beside what it did."""
    rule = covered(own, "Op 3 mei 2024.").rules["nl/own/day"]
    assert (rule.examples, rule.rejects) == (2, 1)


def test_precision_where_gold_is_given(own: Pipeline) -> None:
    """With gold each rule has how many of its spans are right; a rule of which nothing was judged has none."""
    span = {"start": 3, "end": 13, "label": "WHEN", "value": {"timex": "2024-05-03"}}
    gold = [{"id": "0", "text": "Op 3 mei 2024, in 1998.", "lang": "nl", "spans": [span]}]
    found = covered(own, "Op 3 mei 2024, in 1998.", "In mei.", gold=gold)
    precision = {name: rule.precision for name, rule in found.rules.items()}
    day, year = precision["nl/own/day"], precision["nl/own/year"]
    assert day is not None
    assert (day.right, day.judged) == (1, 1)
    assert year is not None
    assert (year.right, year.judged) == (0, 1)
    assert precision["nl/own/month"] is None
    assert "1/1 100%" in render(found)
    assert covered(own, "In mei.").rules["nl/own/month"].precision is None


def test_a_text_of_no_language_is_counted() -> None:
    """Documents on which no rules ran are told."""
    found = coverage([Document("a", "123", "a")], Pipeline())
    assert (found.documents, found.undecided, found.rules) == (1, 1, {})
    assert "1 documents of undecided language" in render(found)


def test_only_some_labels(own: Pipeline) -> None:
    """The rules of other labels can be left out."""
    assert {*covered(own, "In mei.").only(["NONE"]).rules} == {"nl/own/room"}


# --- the command


def call(*arguments: object) -> Any:
    return CliRunner().invoke(app, [*map(str, arguments)])


def test_the_command_takes_texts_an_output_or_nothing(folder: Path, tmp_path: Path) -> None:
    """Texts and the output of a run give the same counts; without either the examples and rejects are the texts."""
    own = ("--patterns", folder, "--only-patterns", "--lang", "nl")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("Op 3 mei 2024 kwam het.")
    done = call("run", tmp_path / "in", "-o", tmp_path / "out", "-q", *own)
    assert done.exit_code == 0, done.output
    of_texts, of_output = (json.loads(call("coverage", tmp_path / p, "--json", *own).stdout) for p in ("in", "out"))
    assert of_texts == of_output
    assert (of_texts["documents"], of_texts["only_beaten"]) == (1, ["nl/own/month"])
    won = {rule["rule"]: rule["won"] for rule in json.loads(call("coverage", "--json", *own).stdout)["rules"]}
    assert Counter(won) == {"nl/own/day": 2} | dict.fromkeys({*won} - {"nl/own/day"}, 0)
    shown = call("coverage", tmp_path / "in", "--label", "WHEN", *own).stdout
    assert "nl/own/day" in shown
    assert "nl/own/room" not in shown


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("nowhere",), "nowhere"),
        (("--label", "WEHN"), "no rule that was met has the label WEHN"),
        (("--decisions", "d.jsonl"), "the one output"),
    ],
)
def test_calls_that_cannot_be_meant(arguments: tuple[str, ...], told: str, folder: Path) -> None:
    """A place that is not there, a label that no rule has, and decisions without their output are wrong calls."""
    done = call("coverage", *arguments, "--patterns", folder, "--only-patterns", "--lang", "nl")
    assert done.exit_code == 2
    assert told in " ".join(done.output.split())


def test_the_examples_in_the_docstrings_hold() -> None:
    """The examples in the docstrings are run."""
    assert doctest.testmod(module).failed == 0
