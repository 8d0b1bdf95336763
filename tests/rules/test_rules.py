"""Every example and reject of every pattern file, each a test of its own; `-k nl/dates.yaml:12` runs one."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest

from annotate.pipeline import Pipeline
from annotate.quality.cases import Case, case_pipeline, cases, run_case
from annotate.rules import compiled
from annotate.rules.grammar import Grammar
from annotate.rules.patterns import Fault, PatternError, compile_language, folders, languages, unread

ROOTS = folders()
LANGUAGES = languages(ROOTS)


@cache
def grammar_of(lang: str) -> tuple[Grammar, list[Fault]]:
    """The grammar of a language, without the rules that `test_no_faults` complains of, and what it complains of."""
    try:
        return compiled.load(lang, ROOTS), []
    except PatternError:
        return compile_language(lang, ROOTS)


@cache
def built(lang: str) -> tuple[Pipeline, Grammar]:
    """What the cases of a language run through."""
    grammar, _ = grammar_of(lang)
    return case_pipeline(grammar, ROOTS), grammar


def all_cases() -> Iterator[Case]:
    for lang in LANGUAGES:
        yield from cases(grammar_of(lang)[0], ROOTS)


CASES = list(all_cases())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_faults(lang: str) -> None:
    """The pattern files of a language have no faults; examples are left to the tests below."""
    assert [str(fault) for fault in grammar_of(lang)[1]] == []


def test_every_file_is_read() -> None:
    """No pattern file lies where no language reads it."""
    assert [str(fault) for fault in unread(ROOTS)] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_language_has_examples_and_rejects(lang: str) -> None:
    """Each language that has a folder of patterns has examples and rejects in it."""
    own = [case for case in cases(grammar_of(lang)[0], ROOTS) if f"/{lang}/" in case.example.place]
    assert {case.reject for case in own} == {True, False}


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_case(case: Case) -> None:
    """An example gives just the spans and values that are marked in it, a reject gives none."""
    result = run_case(case, *built(case.lang))
    assert result.ok, str(result.fault)


#: The languages with patterns for everything: two of them can be read side by side.
THOROUGH = [lang for lang in LANGUAGES if (folders()[0] / lang / "agreements.yaml").is_file()]


def test_twelve_languages_have_the_same_files() -> None:
    """Each language with all four labels has the same seven files."""
    files = {lang: {path.name for path in (folders()[0] / lang).iterdir()} for lang in THOROUGH}
    assert len(THOROUGH) == 12
    assert set(map(frozenset, files.values())) == {
        frozenset(f"{n}.yaml" for n in ("words", "dates", "money", "agreements", "partnerships", "frames", "identity"))
    }


@pytest.mark.parametrize("lang", THOROUGH)
def test_what_a_language_lacks_is_declared(lang: str) -> None:
    """Each word list without words in a language is declared under `lacks`; one with words may not be (a fault)."""
    assert grammar_of(lang)[0].lacking == ()


@pytest.mark.parametrize("lang", THOROUGH)
def test_every_label_has_sixty_cases_a_third_of_them_rejects(lang: str) -> None:
    """For each of the four labels at least 60 examples and rejects stand beside the rules, a third of them rejects."""
    own = [case for case in cases(grammar_of(lang)[0], ROOTS) if f"/{lang}/" in case.example.place]
    short = {}
    for name in ("dates", "money", "agreements", "partnerships"):
        rejects = [case.reject for case in own if f"/{name}.yaml" in case.example.place]
        if len(rejects) < 60 or sum(rejects) < len(rejects) / 3:
            short[name] = (len(rejects), sum(rejects))
    assert short == {}
