"""What the keys of word lists may be: declared for each, and true of what CLDR fills in."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from annotate.cli.app import app
from annotate.rules import cldr
from annotate.rules.checked import checked
from annotate.rules.keys import KINDS, SLOTS, keys_of
from annotate.rules.models import Description
from annotate.rules.patterns import BUILT_IN, compile_language, folders, languages, warnings_of

SHARED = checked((BUILT_IN / "shared" / "lists.yaml").read_text(encoding="utf-8"))
assert SHARED is not None
DECLARED = {str(name): what for name, what in SHARED.model.describe.items()}


def declared(name: str) -> str | tuple[str, ...]:
    what = DECLARED[name]
    assert isinstance(what, Description)
    return tuple(map(str, what.keys)) if isinstance(what.keys, list) else str(what.keys)


def test_every_list_declares_its_keys() -> None:
    """Each list that is described for all languages says what its keys may be, and says it so that it is read."""
    assert [name for name, what in DECLARED.items() if not isinstance(what, Description)] == []
    assert all(keys_of(declared(name)) for name in DECLARED)


def test_every_kind_of_keys_is_used() -> None:
    """No kind of keys is there for nothing; `any` is what a list has that does not say."""
    used = {str(declared(name)).removesuffix("?") for name in DECLARED}
    used |= {str(keys).removesuffix("?") for slots in SLOTS.values() for keys in slots.values()}
    assert KINDS.keys() - used == {"any"}


@pytest.mark.parametrize("lang", ["nl", "en", "zh", "ja", "ar", "sw", "hi", "fi"])
def test_what_cldr_fills_in_has_such_keys(lang: str) -> None:
    """Values out of CLDR and num2words keep to what the lists declare."""
    wrong = {
        (name, key)
        for name, pairs in cldr.words_of(lang).items()
        for key, _ in pairs
        if keys_of(declared(name)).complaint(key)
    }
    assert wrong == set()


def test_built_in_tokens_can_all_match() -> None:
    """No built-in pattern asks for a word that no text can have."""
    assert [str(one) for lang in languages(folders()) for one in warnings_of(lang, folders())] == []


@pytest.mark.parametrize(
    ("name", "cased"), [("EU Pact of Rivers", False), ("Pact SEA", True), ("Pact of Rivers", False), ("OK Pact", False)]
)
def test_a_name_with_a_word_in_capitals_counts_as_it_is_written(name: str, cased: bool, tmp_path: Path) -> None:
    """`Pact SEA` is not found in `pact sea`; two capitals are no word, and `eu pact of rivers` is found."""
    (tmp_path / "names.yaml").write_text(f"names:\n  agreement:\n    - {{id: rivers, name: {name}}}\n")
    grammar, faults = compile_language("nl", folders([tmp_path]))
    assert faults == []
    forms = [form for forms in grammar.lexicon.phrases.values() for form in forms if form[1] == "rivers"]
    assert forms == [("agreement_name", "rivers", name, cased)]


WARNED = """\
label: LAW
lists:
  law_word: [wet-boek]
rules:
  - id: law
    pattern:
      - {LOWER: %s}
      - {list: law_word, OP: "?"}
"""


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("Wet", "LOWER: Wet can never match; write it in lower case: wet"),
        ("{IN: [wet, Besluit]}", "LOWER: Besluit can never match"),
        ("e-mail", "it is 3 tokens, not one: write {LOWER: 'e'}, {LOWER: '-'}, {LOWER: 'mail'}"),
        ("art.", "it is 2 tokens, not one"),
        ("wet", ""),
        ("wet-boek", ""),  # a phrase of a list is one unit
        ("{NOT_IN: [Wet]}", ""),
        ("g20", ""),  # letters with digits may be one unit
    ],
)
def test_words_that_no_token_can_be_are_warned_of(asked: str, says: str, tmp_path: Path) -> None:
    """A word in the wrong case, or one that the tokeniser cuts, stops nothing, and is told with its place."""
    (tmp_path / "nl").mkdir()
    (tmp_path / "nl" / "laws.yaml").write_text(WARNED % asked)
    found = warnings_of("nl", folders([tmp_path]))
    assert [says in one.message for one in found] == ([True] if says else [])
    assert all((one.line, one.column >= 17) == (7, True) for one in found)
    assert compile_language("nl", folders([tmp_path]))[1] == []


def test_check_prints_warnings_and_succeeds(tmp_path: Path) -> None:
    """`annotate check` tells warnings as such, counts them, and still ends with 0."""
    (tmp_path / "sw").mkdir()
    (tmp_path / "sw" / "laws.yaml").write_text(WARNED % "Wet")
    done = CliRunner().invoke(app, ["check", "sw", "--patterns", str(tmp_path), "--only-patterns"])
    assert done.exit_code == 0, done.output
    assert "sw/laws.yaml:7:17: warning: LOWER: Wet can never match" in done.stdout
    assert "0 faults, 1 warning" in done.stderr
