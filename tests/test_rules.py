"""Every example and reject of every pattern file, each a test of its own; `-k nl/dates.yaml:12` runs one."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest

from annotate.cases import Case, case_pipeline, cases, check, run_case
from annotate.grammar import Grammar
from annotate.patterns import compile_language, folders, languages
from annotate.pipeline import Pipeline

ROOTS = folders()
LANGUAGES = languages(ROOTS)


@cache
def built(lang: str) -> tuple[Pipeline, Grammar]:
    """What the cases of a language run through, without the rules that `test_no_faults` complains of."""
    grammar, _ = compile_language(lang, ROOTS)
    return case_pipeline(grammar, ROOTS), grammar


def all_cases() -> Iterator[Case]:
    for lang in LANGUAGES:
        yield from cases(built(lang)[1], ROOTS)


CASES = list(all_cases())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_faults(lang: str) -> None:
    """The pattern files of a language have no faults; examples are left to the tests below."""
    assert [str(fault) for fault in check([lang], ROOTS, files=())] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_language_has_examples_and_rejects(lang: str) -> None:
    """Each language that has a folder of patterns has examples and rejects in it."""
    own = [case for case in cases(built(lang)[1], ROOTS) if f"/{lang}/" in case.example.place]
    assert {case.reject for case in own} == {True, False}


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_case(case: Case) -> None:
    """An example gives just the spans and values that are marked in it, a reject gives none."""
    result = run_case(case, *built(case.lang))
    assert result.ok, str(result.fault)
