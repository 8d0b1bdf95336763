"""The reference of pattern files says what the models say, and what it says of languages and labels is so."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import annotate
from annotate.rules.checked import checked
from annotate.rules.grammar import Lexicon
from annotate.rules.patterns import load

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "patterns.md").read_text(encoding="utf-8")


def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("patterns_reference", ROOT / "tools" / "patterns_reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_tables_are_those_of_the_models() -> None:
    """The page has every table that there is, each as the tool makes it: `python tools/patterns_reference.py`."""
    made = tool()
    assert set(re.findall(r"<!-- table: (\w+) -->", PAGE)) == made.TABLES.keys()
    assert made.page(PAGE) == PAGE


def blocks() -> Iterator[str]:
    yield from (found for found in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL) if "|}" not in found)


@pytest.mark.parametrize("block", list(blocks()))
def test_its_yaml_is_a_pattern_file(block: str) -> None:
    """Each example on the page is a pattern file without faults, but for what it leaves out."""
    file = checked(block.replace("[...]", "[{LOWER: x}]"))
    assert file is not None
    assert file.faults == ()


def test_the_rule_that_it_replaces_is_there() -> None:
    """The page's rule to be replaced is a built-in one, and its retired rule, too."""
    named = {rule for block in blocks() for rule in re.findall(r"\bnl/dates/[a-z-]+", block)}
    assert named
    assert named <= load("nl").rules.keys()


WORDS = """\
lists:
  agreement_typed: {free_trade_agreement: [mkataba wa biashara huria]}
  partnership_head: {cooperative: [ushirikiano]}
  level: {strategic: [wa kimkakati]}
"""


def test_what_a_language_needs_at_least(tmp_path: Path) -> None:
    """Without a file a language has dates and sums; with the lists that the page names, the other labels, too."""
    text = "Mkataba wa biashara huria wa 5 Mei 2024, na wa kimkakati ushirikiano."
    without = annotate.annotate(text, lang="sw")
    (tmp_path / "sw").mkdir()
    (tmp_path / "sw" / "words.yaml").write_text(WORDS, encoding="utf-8")
    record = annotate.load(patterns=[tmp_path], lang="sw").annotate(annotate.Document("a", text, "a"))
    labels = [{span.label for span in one.spans} for one in (without, record)]
    assert labels == [{"DATE"}, {"DATE", "AGREEMENT", "PARTNERSHIP"}]


def test_forms_go_before_one_another_as_it_says() -> None:
    """An exact word counts before one in any case, that before a head, that before a stem."""
    forms = {"exact": {"Meidag": {"x": "exact"}}, "folded": {"meidag": {"x": "folded"}}}
    parts = {"heads": {"dag": {"x": "head"}}, "stems": {"mei": {"x": "stem"}}}
    lexicon = Lexicon(**forms, **parts, phrases={})
    found = [(lexicon[word] or {}).get("x") for word in ("Meidag", "MEIDAG", "Feestdag", "meivakantie", "meifeestdag")]
    assert found == ["exact", "folded", "head", "stem", "head"]
