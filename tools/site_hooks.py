"""What MkDocs is told besides `mkdocs.yml`, so that the same Markdown serves a forge and the site.

Links lead from file to file of the project, as a forge follows them. Some pages stand outside `docs/`: they are pages
of the site, too, under a name there. What is no page of the site (a pattern file, a test) keeps its words and loses
its link.
"""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from posixpath import normpath, relpath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[1]
#: Pages that stand elsewhere in the project, by the name that they have on the site.
ELSEWHERE = {
    "changes.md": "CHANGELOG.md",
    "corpus.md": "corpus/README.md",
    "performance.md": "benchmarks/README.md",
}
#: What the front page of a forge says is the site's front page in other words.
ON_SITE = {place: name for name, place in ELSEWHERE.items()} | {"README.md": "index.md"}

#: Code, fenced or inline, in which nothing is a link; or a link that is no address and no anchor of the same page.
_LINK = re.compile(
    r"(?P<code>^ *```.*?^ *```|`[^`\n]+`)(?!\])|(?P<image>!?)\[(?P<words>(?:`[^`]*`|!\[[^]]*\]\([^)]*\)|[^][`])*)\]"
    r"\((?P<target>(?!\w+:|#|/)[^)\s#]+)(?P<anchor>#[^)\s]*)?\)",
    re.M | re.S,
)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that stand elsewhere."""
    from mkdocs.structure.files import File

    for name, place in ELSEWHERE.items():
        files.append(File.generated(config, name, abs_src_path=str(ROOT / place)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Turn links from file to file of the project into links from page to page of the site."""
    return site_links(markdown, page.file.src_uri, {file.src_uri for file in files})


def site_links(markdown: str, page: str, known: set[str]) -> str:
    """The text of a page with its links as the site has them; `known` are the files of the site.

    >>> site_links("[b](../benchmarks/README.md#a), [p](../patterns/nl), [r](record.md)", "a.md", {"performance.md"})
    '[b](performance.md#a), p, [r](record.md)'
    >>> site_links("see [s](docs/service.md)", "changes.md", {"service.md"})
    'see [s](service.md)'
    """
    folder = PurePosixPath(ELSEWHERE.get(page, f"docs/{page}")).parent

    def link(found: re.Match[str]) -> str:
        if found["code"] is not None:
            return found[0]
        place = normpath(folder / found["target"])
        name = ON_SITE.get(place, place.removeprefix("docs/") if place.startswith("docs/") else None)
        if name is None or (page in ELSEWHERE and name not in known):
            return found["words"]
        target = relpath(name, str(PurePosixPath(page).parent))
        return f"{found['image']}[{found['words']}]({target}{found['anchor'] or ''})"

    return _LINK.sub(link, markdown)
