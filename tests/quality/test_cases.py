"""The examples of pattern files: when one passes, what is said when it does not, and values in short."""

from __future__ import annotations

import doctest
import re
from pathlib import Path
from typing import Any

import pytest

from annotate.quality import cases
from annotate.quality.cases import CaseResult, check, run_cases
from annotate.rules import notation
from annotate.rules.notation import NotationError, Stated, differences, read, write
from annotate.rules.patterns import BUILT_IN
from annotate.spans import AgreementValue, DateValue, MoneyValue, PartnershipValue, Party, Value

PATTERNS = """\
labels:
  WHEN: {value: date}
  NAME: {value: slots}
  NONE: {emit: no}
label: WHEN
rules:
  - id: after-in
    patterns:
      - - {LOWER: in, outside: yes}
        - {kind: year, slot: year}
    gives: [a-year]
  - id: begin
    pattern: [{LOWER: begin, outside: yes}, {rule: a-year}]
    set: {mod: START}
  - id: page
    label: NONE
    priority: "5"
    pattern: [{LOWER: pagina}, {kind: year}]
  - id: ship
    label: NAME
    pattern: [{LOWER: mv, slot: kind}, {IS_TITLE: yes, slot: name}]
"""


def results(folder: Path, cases_text: str, rule: str = "after-in") -> list[CaseResult]:
    """The outcome of cases that stand under a rule; the folder is all the patterns there are."""
    (folder / "nl").mkdir(exist_ok=True)
    indented = "".join(f"    {line}\n" for line in cases_text.splitlines())
    head, mark, tail = PATTERNS.partition(f"  - id: {rule}\n")
    (folder / "nl" / "own.yaml").write_text(f"{head}{mark}{indented}{tail}", encoding="utf-8")
    return list(run_cases("nl", [folder]))


def message(folder: Path, cases_text: str, rule: str = "after-in") -> str:
    (result,) = results(folder, cases_text, rule)
    return result.message


# --- when a case passes


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("after-in", "examples: ['Het was in [2008](2008).']"),
        ("after-in", "examples: ['Het was in [2008]().']"),
        ("after-in", "examples: ['Het was in [2008](2008 2008-01-01..2008-12-31).']"),
        ("after-in", "examples: ['In [2008](2008) en in [2009](2009).']"),
        ("after-in", "examples: [{text: 'In [2008](2008).', date: 2024-03-01, region: BE}]"),
        ("after-in", "rejects: ['Er waren 2008 gasten.']"),
        ("after-in", "rejects: ['Er waren 2008 gasten in [2009](2009).']"),
        ("after-in", "rejects: ['De MV Ada vaart.']"),
        ("ship", "examples: ['De [MV Ada](kind=MV name=Ada) vaart.']"),
        ("ship", "examples: ['De [MV Ada](name=Ada) vaart in 2008.']"),
        ("page", "examples: ['Zie [pagina 1998]().']"),
        ("page", "rejects: ['Zie pagina 1998.']"),
    ],
)
def test_cases_that_pass(rule: str, text: str, tmp_path: Path) -> None:
    """A case passes when the spans of its label are just those marked, with the values that are stated."""
    assert message(tmp_path, text, rule) == ""


@pytest.mark.parametrize(
    ("rule", "text", "told"),
    [
        ("after-in", "examples: ['Het was in [2009](2008).']", "timex is 2009, not 2008; it is (2009)"),
        ("after-in", "examples: ['Het was in [2008](2008 END).']", "mod is null, not END"),
        ("after-in", "examples: ['In [2008](2008 2008-01-01..2008-06-30).']", "end is 2008-12-31"),
        ("after-in", "examples: ['Het was [in 2008](2008).']", "[in 2008] is not found; '2008' is, as WHEN"),
        ("after-in", "examples: ['In [2008](2008) en in 2009.']", "[2009](2009) is found too"),
        ("after-in", "examples: ['Het was ooit [2008](2008).']", "token 1 wants LOWER in; the text has none"),
        ("after-in", "examples: ['Het was in [2008](tweede).']", "cannot be read: 'tweede' is no date"),
        ("after-in", "rejects: ['Het was in 2008.']", "[2008](2008) is found (by nl/own/after-in)"),
        ("begin", "examples: ['Het was in [2008](2008).']", "by nl/own/after-in, not by nl/own/begin"),
        ("ship", "examples: ['De [MV Ada](name=Eva) vaart.']", "name is Ada, not Eva"),
        ("ship", "examples: ['De [MV Ada](captain=Eva) vaart.']", "captain is null, not Eva"),
        ("page", "rejects: ['Zie in 1998.']", "[1998](1998) is found (by nl/own/after-in)"),
    ],
)
def test_cases_that_fail(rule: str, text: str, told: str, tmp_path: Path) -> None:
    """A case that fails says what was found instead, and how the rule stopped."""
    assert told in message(tmp_path, text, rule)


def test_a_rule_that_only_adds_context_took_part(tmp_path: Path) -> None:
    """A rule that qualifies a smaller one passes its examples: it is in the span's trail, not its name."""
    content = "label: WHEN\nvalue: date\nrules:\n  - id: y\n    pattern: [{kind: year, slot: year}]\n"
    content += "    gives: [y]\n  - id: q\n    pattern: [{LOWER: circa, outside: yes}, {rule: y}]\n"
    content += "    set: {mod: APPROX}\n    examples: ['Het was circa [2008](2008 APPROX).']\n"
    (tmp_path / "nl").mkdir()
    (tmp_path / "nl" / "q.yaml").write_text(content)
    (result,) = run_cases("nl", [tmp_path])
    assert result.ok, result.message


def test_cases_of_a_whole_file_are_of_its_label(tmp_path: Path) -> None:
    """Examples at the top of a file are asked of its label alone; under a rule's id, of that rule."""
    (tmp_path / "nl").mkdir()
    content = PATTERNS + "examples: ['Het was in [2008](2008), zei de MV Ada.']\n"
    (tmp_path / "nl" / "own.yaml").write_text(content)
    (result,) = run_cases("nl", [tmp_path])
    assert (result.ok, result.rule) == (True, "WHEN")
    content = PATTERNS + "rejects: {nl/own/ship: ['De MV Ada vaart.']}\n"
    (tmp_path / "nl" / "own.yaml").write_text(content)
    (result,) = run_cases("nl", [tmp_path])
    assert (result.ok, result.rule, result.reject) == (False, "nl/own/ship", True)


def test_ids_are_readable_and_stable(tmp_path: Path) -> None:
    """A case is named by file, line and text, wherever the folder stands."""
    (result,) = results(tmp_path, "examples: ['Het was in [2008](2008).']")
    assert result.id == "nl/own.yaml:8 Het was in 2008."
    assert result.place == f"{tmp_path.as_posix()}/nl/own.yaml:8:16"


def test_examples_of_shared_rules_are_by_language(tmp_path: Path) -> None:
    """A shared rule's examples run in the language that they are written for, a plain list in each."""
    (tmp_path / "shared").mkdir()
    content = "label: NAME\nrules:\n  - id: ship\n    pattern: [{LOWER: mv}, {IS_TITLE: yes, slot: name}]\n"
    by_language = "    examples:\n      nl: ['De [MV Ada]() vaart.']\n      en: ['The [MV Ada]() sails.']\n"
    path = tmp_path / "shared" / "ships.yaml"
    path.write_text(content + by_language)
    assert [r.text for lang in ("nl", "en", "fr") for r in run_cases(lang, [tmp_path])] == [
        "De MV Ada vaart.",
        "The MV Ada sails.",
    ]
    path.write_text(content + "    examples: ['[MV Ada]()']\n")
    assert [r.id for lang in ("nl", "fr") for r in run_cases(lang, [tmp_path])] == [
        "nl shared/ships.yaml:5 MV Ada",
        "fr shared/ships.yaml:5 MV Ada",
    ]


def test_files_limit_the_cases(tmp_path: Path) -> None:
    """`files` names the files whose cases run; the patterns of the others are there all the same."""
    results(tmp_path, "examples: ['Het was in [2008](2008).']")
    (tmp_path / "nl" / "other.yaml").write_text("label: WHEN\nexamples: ['In [2009](2009).']\n")
    own = f"{tmp_path.as_posix()}/nl/other.yaml"
    assert [result.text for result in run_cases("nl", [tmp_path], [own])] == ["In 2009."]


def test_a_fault_of_a_shared_file_is_told_once(tmp_path: Path) -> None:
    """`check` of several languages tells a fault of a file that they share once."""
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "a.yaml").write_text("rulez: []\n")
    assert [fault.line for fault in check(["nl", "en", "fr"], [tmp_path])] == [1]


def test_built_in_patterns_are_not_needed(tmp_path: Path) -> None:
    """Cases run on the folders that are named and no others."""
    assert BUILT_IN not in [tmp_path]
    text = "examples: ['Het was in [2008](2008), op 3 mei 2009.']"
    assert message(tmp_path, text) == ""


# --- values in short

STATED: list[tuple[str, str, dict[str, Any]]] = [
    ("date", "", {}),
    ("date", "2024-12-06", {"timex": "2024-12-06", "mod": None}),
    ("date", "2008 END", {"timex": "2008", "mod": "END"}),
    ("date", "2020/2021", {"timex": "2020/2021", "mod": None}),
    ("date", "XXXX-05-06", {"timex": "XXXX-05-06", "mod": None}),
    ("date", "FY2023", {"timex": "FY2023", "mod": None}),
    ("date", "FY2023-Q3", {"timex": "FY2023-Q3", "mod": None}),
    ("date", "PAST_REF", {"timex": "PAST_REF", "mod": None}),
    ("date", "2024-W20-WE", {"timex": "2024-W20-WE", "mod": None}),
    ("date", "199", {"timex": "199", "mod": None}),
    (
        "date",
        "P5Y 2020-03-18..2025-03-18",
        {"timex": "P5Y", "mod": None, "start": "2020-03-18", "end": "2025-03-18"},
    ),
    ("date", "2020/.. 2020-01-01..", {"timex": "2020/..", "mod": None, "start": "2020-01-01", "end": None}),
    (
        "money",
        "2500000000 EUR",
        {"amount": "2500000000", "min": None, "max": None, "currency": "EUR", "modifier": None, "per": None},
    ),
    (
        "money",
        "200..300 USD more_than /year",
        {
            "amount": None,
            "min": "200",
            "max": "300",
            "currency": "USD",
            "modifier": "more_than",
            "per": "year",
        },
    ),
    (
        "money",
        "5 ? DKK|NOK",
        {
            "amount": "5",
            "min": None,
            "max": None,
            "currency": None,
            "modifier": None,
            "per": None,
            "currency_candidates": ["DKK", "NOK"],
        },
    ),
    (
        "money",
        "? DKK|NOK",
        {"currency": None, "modifier": None, "per": None, "currency_candidates": ["DKK", "NOK"]},
    ),
    ("agreement", "mou", {"kind": "mou"}),
    (
        "agreement",
        "free_trade_agreement count=170 acronym=VKFTA id=rcep",
        {"kind": "free_trade_agreement", "count": "170", "acronym": "VKFTA", "id": "rcep"},
    ),
    (
        "agreement",
        "treaty parties=VN,KR acronym=null",
        {"kind": "treaty", "parties": ["VN", "KR"], "acronym": None},
    ),
    ("partnership", "comprehensive strategic", {"level": ["comprehensive", "strategic"]}),
    ("partnership", "-", {"level": []}),
    ("partnership", "- kind=alliance", {"level": [], "kind": "alliance"}),
    ("slots", 'kind=MV name="Ever Given"', {"kind": "MV", "name": "Ever Given"}),
]


@pytest.mark.parametrize(("kind", "written", "stated"), STATED)
def test_values_in_short(kind: str, written: str, stated: dict[str, Any]) -> None:
    """What stands in parentheses states these keys of the record's value, and no others."""
    assert read(kind, written) == stated


@pytest.mark.parametrize(
    ("kind", "written", "told"),
    [
        ("date", "gisteren", "'gisteren' is no date"),
        ("date", "2024-1-6", "TIMEX3"),
        ("date", "2008 LATE", "known: BEFORE"),
        ("date", "2008 2008-01-01", "first..last"),
        ("money", "veel EUR", "no amount"),
        ("money", "5", "ISO 4217"),
        ("money", "5 euro", "ISO 4217"),
        ("money", "5 EUR circa", "approx"),
        ("money", "5 EUR /eeuw", "/year"),
        ("agreement", "deal", "known: treaty"),
        ("agreement", "mou aantal=5", "known: name"),
        ("agreement", "mou 5", "key=value"),
        ("partnership", "kind=alliance strategic", "levels first"),
        ("partnership", "- strategic", "levels first"),
        ("partnership", "strategic kind=club", "known: partnership"),
        ("slots", "Ada", "slot=value"),
    ],
)
def test_values_that_cannot_be_read(kind: str, written: str, told: str) -> None:
    """What is no value of its kind is refused, with what would be one."""
    with pytest.raises(NotationError, match=re.escape(told)):
        read(kind, written)


FOUND: list[tuple[str, str, dict[str, Any]]] = [
    ("date", "2008 END", {"timex": "2008", "mod": "END", "start": "2008-01-01", "end": "2008-12-31"}),
    (
        "date",
        "2024 2024-01-01..2024-12-31",
        {"timex": "2024", "start": "2024-01-01", "end": "2024-12-31", "anchor": "2025-03-01"},
    ),
    ("money", "2500000000 EUR", {"amount": "2500000000", "currency": "EUR", "modifier": None, "per": None}),
    (
        "money",
        "200..300 ? DKK|NOK at_least /year",
        {
            "amount": None,
            "min": "200",
            "max": "300",
            "currency": None,
            "currency_candidates": ("DKK", "NOK"),
            "modifier": "at_least",
            "per": "year",
        },
    ),
    ("agreement", "mou count=3", {"kind": "mou", "count": 3, "acronym": None, "id": None}),
    (
        "partnership",
        "comprehensive strategic",
        {"kind": "partnership", "level": ("comprehensive", "strategic")},
    ),
    ("partnership", "- kind=alliance id=a", {"kind": "alliance", "level": (), "id": "a"}),
    ("slots", 'name="Ever Given"', {"name": "Ever Given"}),
]


@pytest.mark.parametrize(("kind", "short", "value"), FOUND)
def test_a_value_is_shown_as_it_is_written(kind: str, short: str, value: dict[str, Any]) -> None:
    """A value shown in a message can be pasted into the example, and holds there."""
    whole = value_of(kind, value)
    assert write(whole) == short
    assert list(differences(read(kind, short), whole)) == []


TYPES = {"date": DateValue, "money": MoneyValue, "agreement": AgreementValue, "partnership": PartnershipValue}


def value_of(kind: str, fields: dict[str, Any]) -> Value:
    """A value with these fields, and nothing in the others."""
    if kind not in TYPES:
        return fields
    empty = {name: () if name in ("currency_candidates", "parties") else None for name in TYPES[kind].__struct_fields__}
    value: Value = TYPES[kind](**empty | fields)
    return value


@pytest.mark.parametrize(
    ("kind", "stated", "found", "same"),
    [
        ("date", {"timex": "199X"}, {"timex": "199", "edtf": "199X"}, True),
        ("date", {"timex": "2009"}, {"timex": "2008", "edtf": "2008"}, False),
        ("money", {"amount": "5"}, {"amount": "5.00"}, True),
        ("money", {"amount": "5"}, {"amount": None}, False),
        ("money", {"min": None}, {"min": "5"}, False),
        ("partnership", {"level": ["strategic", "comprehensive"]}, {"level": ("comprehensive", "strategic")}, True),
        ("partnership", {"level": []}, {"level": ("strategic",)}, False),
        ("money", {"currency_candidates": ["NOK", "DKK"]}, {"currency_candidates": ("DKK", "NOK")}, True),
        ("agreement", {"parties": ["VN"]}, {"parties": (Party("Vietnam", "VN"),)}, True),
        ("agreement", {"count": "170"}, {"count": 170}, True),
        ("agreement", {"acronym": None}, {"acronym": "CSP"}, False),
        ("slots", {"name": "Ada"}, {"name": "Ada", "other": "5"}, True),
        ("slots", {"name": "Ada"}, {"other": "5"}, False),
    ],
)
def test_what_counts_as_the_same(kind: str, stated: Stated, found: dict[str, Any], same: bool) -> None:
    """A date may be stated as TIMEX3 or EDTF, amounts are numbers, levels and candidates are sets."""
    assert (list(differences(stated, value_of(kind, found))) == []) is same


@pytest.mark.parametrize("module", [cases, notation])
def test_the_examples_in_the_docstrings_hold(module: Any) -> None:
    """The examples in the docstrings are run."""
    assert doctest.testmod(module).failed == 0
