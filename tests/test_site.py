"""The documentation as a site: built strictly, complete, and loading nothing from elsewhere."""

from __future__ import annotations

import doctest
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from committed import ROOT

sys.path.insert(0, str(ROOT / "tools"))

#: What a browser fetches by itself, by element and attribute.
FETCHED = {("script", "src"), ("link", "href"), ("img", "src"), ("iframe", "src"), ("source", "src"), ("video", "src")}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as continuous integration builds it; skips without MkDocs."""
    pytest.importorskip("mkdocstrings", reason="pip install -e '.[docs]' brings MkDocs")
    pytest.importorskip("material", reason="pip install -e '.[docs]' brings MkDocs' theme")
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    env = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return folder


class _Fetched(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.addresses += [value or "" for name, value in attrs if (tag, name) in FETCHED]


def fetched(page: Path) -> Iterator[str]:
    """The addresses that a browser fetches when it shows a page, and the style sheets that it has."""
    parser = _Fetched()
    parser.feed(page.read_text(encoding="utf-8"))
    yield from parser.addresses


def test_the_site_loads_nothing_from_elsewhere(site: Path) -> None:
    """No script, style, font or picture has an address on another machine, and each is there."""
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > 20
    for page in pages:
        for address in fetched(page):
            assert not re.match(r"(https?:)?//", address), (page.name, address)
            path = address.partition("?")[0].partition("#")[0]
            there = site / path.removeprefix("/") if page.name == "404.html" else page.parent / path
            assert there.exists(), (page.name, address)
    for style in site.rglob("*.css"):
        assert re.findall(r"url\([\"']?(?:https?:)?//[^)]*|@import", style.read_text(encoding="utf-8")) == []


def test_every_page_of_the_docs_is_on_the_site(site: Path) -> None:
    """Also those that stand elsewhere in the project, under a name of their own."""
    there = {path.relative_to(site).as_posix() for path in site.rglob("*.html")}
    expected = {path.relative_to(ROOT / "docs").with_suffix(".html").as_posix() for path in ROOT.glob("docs/**/*.md")}
    assert expected | {"performance.html", "corpus.html", "changes.html"} <= there


def test_the_api_s_page_shows_what_docstrings_say(site: Path) -> None:
    """Signature, text, and the example as code, for each function and type of the public package."""
    text = re.sub(r"<[^>]+>", "", (site / "api.html").read_text(encoding="utf-8"))
    for words in ("annotate_many", "FieldError", "&gt;&gt;&gt; [record.id for record in", "built_in"):
        assert words in text


def test_the_examples_of_the_site_s_own_code_hold() -> None:
    """The doctests of what MkDocs is told besides its settings."""
    import example
    import site_hooks

    assert doctest.testmod(example).failed == doctest.testmod(site_hooks).failed == 0
    pytest.importorskip("griffe", reason="pip install -e '.[docs]' brings it")
    import griffe_examples

    assert doctest.testmod(griffe_examples).failed == 0


LINK = re.compile(r"(?<!!)\[[^]]*\]\((?!\w+:|#)([^)\s#]+)(#[^)]*)?\)")


@pytest.mark.parametrize("page", [*ROOT.glob("*.md"), *ROOT.glob("*/*.md"), *ROOT.glob("docs/*/*.md")], ids=str)
def test_links_lead_to_files_of_the_project(page: Path) -> None:
    """As a forge follows them, from file to file."""
    code = re.compile(r"^ *```.*?^ *```|`[^`\n]+`", re.M | re.S)
    for link in LINK.finditer(code.sub("", page.read_text(encoding="utf-8"))):
        assert (page.parent / link[1]).exists(), link[0]
