"""What holds for the whole test run.

Every record that a test makes is checked against the published schema, whatever else the test asks. And the run has a
cache of its own, so that nothing of the user's is read or written. Tests that need a browser get one here.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from functools import wraps
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from msgspec.structs import replace

from annotate import pipeline
from annotate.records import Record
from annotate.schema import json_schema
from decks import ARGUMENTS, CHROMIUM

#: Set here and not in a fixture, so that processes of pytest-xdist and of the tests share one.
_OWN = "ANNOTATE_CACHE" not in os.environ
if _OWN:
    os.environ["ANNOTATE_CACHE"] = tempfile.mkdtemp(prefix="annotate-tests-")

#: Of a long text so many spans and facts are checked: they are made by the same few lines of code.
_CHECKED = 40
_VALIDATOR = Draft202012Validator(json_schema())


def pytest_configure(config: pytest.Config) -> None:
    """Put the check at the one place where a record is made."""
    pipeline.assemble = checked(pipeline.assemble)  # type: ignore[attr-defined]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of one language go to one process of pytest-xdist, which then reads its rules once."""
    for item in items:
        given = getattr(getattr(item, "callspec", None), "params", {})
        lang = given.get("lang") or getattr(given.get("case"), "lang", None)
        if isinstance(lang, str) and item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(f"lang-{lang}"))


def checked(make: Callable[..., Record]) -> Callable[..., Record]:
    """The function that makes records, with the check behind it."""

    @wraps(make)
    def make_and_check(*args: Any, **more: Any) -> Record:
        record = make(*args, **more)
        few = replace(record, spans=record.spans[:_CHECKED], facts=record.facts[:_CHECKED])
        faults = [f"{error.json_path}: {error.message}" for error in _VALIDATOR.iter_errors(few.to_dict())]
        assert not faults, f"record {record.id} does not fit the schema: {'; '.join(faults)}"
        return record

    return make_and_check


def pytest_unconfigure(config: pytest.Config) -> None:
    """The one that made the folder of the cache removes it."""
    if _OWN and not hasattr(config, "workerinput"):
        shutil.rmtree(os.environ.pop("ANNOTATE_CACHE"), ignore_errors=True)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A headless Chromium, the system's own; skips where there is none."""
    if CHROMIUM is None:
        pytest.skip("no Chromium here; `apt-get install chromium` brings it")
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """An empty page; whatever goes wrong in its scripts fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    errors: list[str] = []
    one = context.new_page()
    one.on("pageerror", lambda error: errors.append(str(error)))
    one.on("console", lambda said: errors.append(said.text) if "Content Security Policy" in said.text else None)
    one.set_default_timeout(10_000)
    yield one
    context.close()
    assert errors == []


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The test has an empty current folder, so that inputs can be relative paths."""
    monkeypatch.chdir(tmp_path)
    return tmp_path
