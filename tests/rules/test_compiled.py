"""Compiled grammars that are kept: the same as made anew, known by all they were made of, and never trusted."""

from __future__ import annotations

import pickle
import shutil
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any, NoReturn

import msgspec
import pytest

from annotate import usercache
from annotate.options import Options
from annotate.pipeline import Pipeline
from annotate.records import Document
from annotate.rules import compiled, patterns
from annotate.rules.grammar import Grammar
from annotate.text import profiles
from annotate.text.detect import LangDetect

RULES = """\
label: SHIP
rules:
  - id: ship
    pattern: [{LOWER: mv}, {IS_TITLE: yes, slot: name}]
    examples: ['De [MV Ada](name=Ada) vaart.']
    rejects: ['De mv vaart.']
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache."""
    monkeypatch.setenv(usercache.VARIABLE, str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def roots(tmp_path: Path) -> list[Path]:
    """A small folder of patterns, alone."""
    folder = tmp_path / "ships"
    (folder / "nl").mkdir(parents=True)
    (folder / "nl" / "ships.yaml").write_text(RULES)
    return [folder]


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The languages that were compiled or checked, as they come."""
    found: list[str] = []
    for name in ("compile_language", "faults_of"):
        real = getattr(patterns, name)

        def counted(lang: str, roots: Any, real: Callable[..., Any] = real) -> Any:
            found.append(lang)
            return real(lang, roots)

        monkeypatch.setattr(patterns, name, counted)
    return found


def parts(grammar: Grammar) -> dict[str, Any]:
    """All that a grammar holds, as plain data to compare."""
    lexicon = grammar.lexicon
    own = {field.name: getattr(grammar, field.name) for field in fields(Grammar) if field.name != "lexicon"}
    words = [lexicon.exact, lexicon.folded, lexicon.heads, lexicon.stems]
    return own | {"words": words, "phrases": {k: [tuple(p) for p in v] for k, v in lexicon.phrases.items()}}


@pytest.mark.parametrize("lang", ["nl", "ja", "th"])
def test_what_is_kept_is_what_was_made(lang: str, made: list[str]) -> None:
    """The second load compiles nothing and gives an equal grammar: with rules, lists, names, phrases and examples."""
    roots = patterns.folders()
    first = compiled.load(lang, roots)
    second = compiled.load(lang, roots)
    assert made == [lang]
    assert parts(first) == parts(second)
    assert first.rules


def test_the_same_annotations_come_of_it(made: list[str]) -> None:
    """A pipeline with kept grammars and profiles gives the same record."""
    text = "Op 18 januari 1950 kostte het volgens de minister 2,5 miljard euro, 3 procent meer dan vorig jaar."
    document = Document("a", text, "a", date="2024-03-01")
    first, second = (Pipeline().annotate(document) for _ in range(2))
    assert first == second
    assert len(first.spans) == 3
    assert made == ["nl"]


def test_one_language_costs_one_language(made: list[str]) -> None:
    """A pipeline for one language checks and compiles that one only."""
    pipeline = Pipeline(Options(lang="da"))
    assert pipeline.rulebook.check() == []
    pipeline.rulebook.engine("da")
    assert made == ["da", "da"]


def test_a_second_check_reads_nothing_again(roots: list[Path], made: list[str]) -> None:
    """Files that had no fault and have not changed are not read as YAML again."""
    assert compiled.faults_of(["nl", "en"], roots) == []
    assert compiled.faults_of(["nl", "en"], roots) == []
    assert made == ["nl", "en"]


def test_a_change_anywhere_is_seen(roots: list[Path], made: list[str]) -> None:
    """Another content, another file, one that is gone, another folder: each compiles anew."""
    file = roots[0] / "nl" / "ships.yaml"
    assert list(compiled.load("nl", roots).rules) == ["nl/ships/ship"]
    file.write_text(RULES.replace("id: ship", "id: boat"))
    assert list(compiled.load("nl", roots).rules) == ["nl/ships/boat"]
    (roots[0] / "nl" / "more.yaml").write_text(RULES)
    assert list(compiled.load("nl", roots).rules) == ["nl/more/ship", "nl/ships/boat"]
    (roots[0] / "nl" / "more.yaml").unlink()
    assert list(compiled.load("nl", roots).rules) == ["nl/ships/boat"]
    other = roots[0].with_name("other")
    shutil.copytree(roots[0], other)
    assert compiled.load("nl", [other]).rules["nl/ships/boat"].place == f"{other}/nl/ships.yaml:3"
    assert made == ["nl"] * 4  # where the second file is gone again, what was kept before it came holds


def test_other_versions_compile_anew(roots: list[Path], made: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Another spaCy, Babel or module of this package is another key."""
    compiled.load("nl", roots)
    monkeypatch.setattr(compiled, "software", lambda: "another")
    compiled.load("nl", roots)
    assert made == ["nl", "nl"]


def test_faults_are_told_each_time(roots: list[Path], made: list[str]) -> None:
    """Nothing with a fault is kept; when it is mended, it loads."""
    file = roots[0] / "nl" / "ships.yaml"
    file.write_text(RULES.replace("LOWER", "LOWR"))
    for _ in range(2):
        assert [fault.line for fault in compiled.faults_of(["nl"], roots)] == [4]
        with pytest.raises(patterns.PatternError, match="LOWR"):
            compiled.load("nl", roots)
    file.write_text(RULES)
    assert compiled.faults_of(["nl"], roots) == []
    assert compiled.load("nl", roots).rules


def test_a_file_that_changes_while_it_is_compiled_is_not_kept(
    roots: list[Path], made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else what was read before would be taken for what stands there now."""
    real = patterns.compile_language

    def late(lang: str, roots: list[Path]) -> Any:
        grammar = real(lang, roots)
        (roots[0] / "nl" / "ships.yaml").write_text(RULES.replace("id: ship", "id: boat"))
        return grammar

    with monkeypatch.context() as patched:
        patched.setattr(patterns, "compile_language", late)
        assert list(compiled.load("nl", roots).rules) == ["nl/ships/ship"]
    assert list(compiled.load("nl", roots).rules) == ["nl/ships/boat"]


class Trap:
    """Unpickling one would end the test."""

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        def spring() -> NoReturn:
            raise AssertionError("executed")

        return spring, ()


SHAPES: dict[str, bytes] = {
    "nothing": b"",
    "noise": b"\xc1" * 100,
    "text": msgspec.msgpack.encode("nl"),
    "too few": msgspec.msgpack.encode(["nl"]),
    "other types": msgspec.msgpack.encode([7] * 40),
    "deep": b"\x91" * 100_000,
    "a length that is not there": b"\xdd\xff\xff\xff\xff",
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_sound_entry_with_foreign_content_is_made_anew(shape: str, roots: list[Path], made: list[str]) -> None:
    """What does not decode into the types of a grammar or of the profiles counts as missing, and is replaced."""
    key = compiled._key("nl", roots, {})
    usercache.put("grammar-nl", key, SHAPES[shape])
    usercache.put("checked-nl", key, SHAPES[shape])
    assert compiled.load("nl", roots).rules
    assert compiled.faults_of(["nl"], roots) == []
    assert compiled.load("nl", roots).rules
    assert made == ["nl", "nl"]


@pytest.mark.parametrize("shape", [*SHAPES, "a cell outside", "a cell without a value"])
def test_the_detector_s_profiles_are_made_anew_too(shape: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever lies in their place, the answer is the same."""
    crooked: dict[str, list[Any]] = {
        "a cell outside": [["nl"], [["Latn"]], ["a"], (9).to_bytes(4, "little"), bytes(4), 0.0],
        "a cell without a value": [["nl"], [["Latn"]], ["a"], bytes(4), bytes(3), 0.0],
    }
    content = msgspec.msgpack.encode(crooked[shape]) if shape in crooked else SHAPES[shape]
    monkeypatch.setattr(usercache, "get", lambda name, key: content)
    guess = LangDetect({"nl", "en"}).detect("De betrekkingen tussen beide landen zijn goed.")
    assert guess.lang == "nl"


def test_the_detector_s_profiles_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are put together once, and give the same score from then on; other candidates are another entry."""
    text = "De betrekkingen tussen beide landen zijn goed."
    first = LangDetect({"nl", "en"}).detect(text)
    monkeypatch.setattr(profiles, "_made", lambda only: pytest.fail("put together again"))
    assert LangDetect({"en", "nl"}).detect(text) == first
    with pytest.raises(pytest.fail.Exception):
        LangDetect({"nl", "de"}).detect(text)


def test_a_pickle_is_no_grammar(roots: list[Path], home: Path) -> None:
    """Neither in an entry nor in the place of one is it executed."""
    usercache.put("grammar-nl", compiled._key("nl", roots, {}), pickle.dumps([1, 2]))
    assert compiled.load("nl", roots).rules
    for path in home.iterdir():
        path.write_bytes(b"cbuiltins\nexit\n(tR.")
    assert compiled.load("nl", roots).rules


@pytest.mark.parametrize("lang", ["../../evil", "nl/../x", "x" * 300, ""])
def test_a_language_is_no_path(lang: str, roots: list[Path], home: Path) -> None:
    """Whatever a language is called, entries stay in the folder of the cache."""
    assert compiled._plain(lang).count("/") == 0
    usercache.put(f"grammar-{compiled._plain(lang)}", lang, b"x")
    assert {path.parent for path in home.parent.rglob("grammar-*")} == {home}
