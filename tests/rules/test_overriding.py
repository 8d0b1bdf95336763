"""A built-in rule with another in its place, and no example left that cannot hold."""

from __future__ import annotations

from pathlib import Path

import pytest

import annotate
from annotate.quality.cases import check, run_cases
from annotate.rules.grammar import Grammar
from annotate.rules.patterns import compile_language, folders

#: A time ahead that no longer takes its last word into the span.
OTHER = """\
label: DATE
rules:
  - id: in-so-many
    pattern:
      - {kind: number, unless: modern_year, slot: count}
      - {list: period, slot: unit}
      - {LOWER: múlva, outside: "yes"}
    set: {relation: ahead}
    gives: [relative-date]
    examples:
      - {text: "A tárgyalás [három hét](2025-W15) múlva folytatódik.", date: 2025-03-18}
"""


def root_of(folder: Path, content: str, name: str = "hu/dates.yaml") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    return folder


def compiled(root: Path) -> tuple[Grammar, list[str]]:
    grammar, faults = compile_language("hu", folders([root]))
    return grammar, [str(fault) for fault in faults]


def test_a_rule_that_is_there_already_says_how_to_replace_it(tmp_path: Path) -> None:
    """The message for a duplicate id names `without_rules`, with the id as it is written there."""
    _, faults = compiled(root_of(tmp_path, OTHER))
    assert len(faults) == 1
    assert "patterns/hu/dates.yaml:" in faults[0]
    assert "`without_rules: [hu/dates/in-so-many]`" in faults[0]


def test_two_rules_of_one_file_are_not_told_to_replace_one_another(tmp_path: Path) -> None:
    """Within a file a second rule of the same id is a slip, whatever `without_rules` says."""
    rule = "  - {id: a, pattern: [{LOWER: mv}]}\n"
    _, faults = compiled(root_of(tmp_path, f"label: SHIP\nrules:\n{rule}{rule}"))
    assert [("duplicate id 'a'" in fault, "without_rules" in fault) for fault in faults] == [(True, False)]


def test_a_rule_takes_the_place_of_a_built_in_one(tmp_path: Path) -> None:
    """With `without_rules` the file's own rule of that id is the one that runs, its examples the ones that count."""
    root = root_of(tmp_path, "without_rules: [hu/dates/in-so-many]\n" + OTHER)
    grammar, faults = compiled(root)
    assert faults == []
    rule = grammar.rules["hu/dates/in-so-many"]
    assert rule.place.startswith(root.as_posix())
    assert [example.text for example in rule.examples] == ["A tárgyalás három hét múlva folytatódik."]


def test_a_rule_that_is_taken_out_takes_its_examples_with_it(tmp_path: Path) -> None:
    """Neither examples beside the rule nor those under its id elsewhere are left to fail."""
    cases = '\nexamples:\n  hu/dates/in-so-many: ["Az ár [két év múlva](2027) nő."]\n'
    first = root_of(tmp_path / "first", cases, "hu/more.yaml")
    second = root_of(tmp_path / "second", "without_rules: [hu/dates/in-so-many]\n", "hu/less.yaml")
    grammar, faults = compile_language("hu", folders([first, second]))
    assert faults == []
    assert "hu/dates/in-so-many" not in grammar.rules
    assert [owner for owner, _, _ in grammar.cases if owner == "hu/dates/in-so-many"] == []


def failing(root: Path) -> list[str]:
    return [result.text for result in run_cases("hu", folders([root])) if not result.ok]


def test_an_example_elsewhere_can_be_retired_and_all_is_green(tmp_path: Path) -> None:
    """`annotate check` and `annotate test` have nothing to say once the examples that lean on the old rule are named.

    An example is named by its text, with its marks or without, by its rule, or by its file.
    """
    start = "without_rules: [hu/dates/in-so-many, dates/month-year]\n" + OTHER
    broken = failing(root_of(tmp_path / "a", start))
    assert broken
    retired = "without_examples:\n" + "".join(f"  - {text!r}\n" for text in broken)
    root = root_of(tmp_path / "b", start + retired)
    assert [str(fault) for fault in check(["hu"], folders([root]))] == []


@pytest.mark.parametrize(
    "named",
    [
        "A tárgyalás három hét múlva folytatódik.",
        "'A tárgyalás [három hét múlva](2025-W15) folytatódik.'",
        "hu/dates/in-so-many",
        "patterns/hu/dates.yaml",
    ],
)
def test_examples_are_named_by_text_rule_or_file(named: str, tmp_path: Path) -> None:
    """What is named is gone, and nothing is said against it."""
    grammar, faults = compiled(root_of(tmp_path, f"without_examples: [{named}]\n"))
    assert faults == []
    assert "A tárgyalás három hét múlva folytatódik." not in {
        example.text for rule in grammar.rules.values() for example in rule.examples
    }


def test_an_example_that_is_not_there_is_told(tmp_path: Path) -> None:
    """A name that retires nothing is a slip: the nearest are named."""
    _, faults = compiled(root_of(tmp_path, "without_examples: [hu/dates/in-so-man]\n"))
    assert len(faults) == 1
    assert ":1:20:" in faults[0]
    assert "'hu/dates/in-so-many'" in faults[0]


def test_a_file_cannot_take_out_its_own_rule_alone(tmp_path: Path) -> None:
    """`without_rules` that finds no rule elsewhere is told: the built-in rule was renamed, or never was."""
    content = "label: SHIP\nwithout_rules: [hu/ships/ship]\nrules:\n  - {id: ship, pattern: [{LOWER: mv}]}\n"
    _, faults = compiled(root_of(tmp_path, content, "hu/ships.yaml"))
    assert [":2:17: 'hu/ships/ship' names no rule of another file" in fault for fault in faults] == [True]


def test_files_at_the_root_are_read_last_and_for_every_language(tmp_path: Path) -> None:
    """`my-patterns/ships.yaml` counts for all languages, after `shared/` and the language's own folder."""
    root = root_of(tmp_path, "label: SHIP\nrules:\n  - {id: ship, pattern: [{LOWER: mv}]}\n", "ships.yaml")
    for lang in ("hu", "nl", "sw"):
        grammar, faults = compile_language(lang, folders([root]))
        assert faults == []
        assert list(grammar.rules)[-1] == "ships/ship"


def test_a_word_of_a_built_in_list_is_taken_out(tmp_path: Path) -> None:
    """`without` takes words from all files that were read before, not from CLDR alone."""
    document = annotate.Document("a", "They signed a deal, and Oslo signed a pact.", "a")
    root_of(tmp_path, "without: {agreement_head: [deal]}\n", "en/less.yaml")
    pipelines = [annotate.load(patterns=patterns, lang="en") for patterns in ([], [tmp_path])]
    found = [[span.text for span in one.annotate(document).agreements] for one in pipelines]
    assert found == [["deal", "pact"], ["pact"]]
