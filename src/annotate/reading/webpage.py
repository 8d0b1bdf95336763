"""From a web page to its article: main text, title, address, and the day that the page itself declares."""

from __future__ import annotations

import codecs
import json
import logging
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any, NamedTuple

from annotate.reading.days import plain_day
from annotate.reading.decode import LEGACY, ReadError

_CHARSET = re.compile(rb"""<(?:meta|\?xml)\b[^>]*?\b(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_JSON_DATE = re.compile(r'"datePublished"\s*:\s*"([^"]*)"')

# what a page may call its own date: names that mean its publication, and looser ones
# fmt: off
_PUBLISHED = (
    "article:published_time", "article:published", "og:article:published_time", "og:published_time",
    "datepublished",
)
_DATED = (
    "parsely-pub-date", "sailthru.date", "publishdate", "publish_date", "publish-date", "publication_date",
    "published_time", "pubdate", "dc.date.issued", "dcterms.issued", "dc.date.created", "dcterms.created",
    "dc.date", "dcterms.date", "dc:date", "date", "datecreated",
)
# fmt: on

# what the web means by a charset's name: the larger encoding that contains it
_WEB_NAMES = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
}


class Page(NamedTuple):
    """What a page gives: its main text, its title and address, its own date as an ISO day."""

    text: str
    meta: dict[str, str]
    day: str | None


def extract(page: str) -> Page:
    """The article of a page; raises ReadError where there is none, and whatever the library raises."""
    trafilatura = _trafilatura()
    tree = trafilatura.load_html(page)
    if tree is not None:
        for template in list(tree.iter("template")):  # a part that scripts copy: it is not shown, and no text
            template.drop_tree()
    found = None if tree is None else trafilatura.bare_extraction(tree, **_EXTRACTION)
    if found is None or not found.text:
        raise ReadError("empty", "no article found in this page; save its text as .txt")
    given = {key: getattr(found, key) for key in ("title", "url", "hostname")}
    meta = {key: value for key, value in given.items() if value}
    return Page(found.text, meta, _page_day(tree))


# The date that the library finds is not used: it guesses (a year, a date in the running text), and where
# a page gives `2025-04` it completes the day from the clock. A fixed limit keeps the clock out of the rest.
_EXTRACTION: dict[str, Any] = {
    "with_metadata": True,
    "include_comments": False,
    "date_extraction_params": {"extensive_search": False, "original_date": True, "max_date": "2199-12-31"},
}


def _trafilatura() -> Any:
    """Imported when the first page comes, as it takes longer than all the rest together."""
    try:
        import trafilatura
    except ImportError as error:
        problem = str(error).splitlines()[0]
        message = f"html needs trafilatura ({problem}): pip install trafilatura lxml_html_clean"
        raise ReadError("missing-package", message) from error
    # without a handler its warnings would go to the terminal
    logging.getLogger("trafilatura").addHandler(logging.NullHandler())
    logging.getLogger("htmldate").addHandler(logging.NullHandler())
    return trafilatura


def _page_day(tree: Any) -> str | None:
    """The first date that the page declares as its own, as a whole ISO day."""
    return next(filter(None, map(plain_day, _page_dates(tree))), None)


def _page_dates(tree: Any) -> Iterator[str]:
    """What the page says of itself, never a `<time>` in its text: that is a day that the article speaks of."""
    named: dict[str, str] = {}
    for element in tree.iterfind(".//meta[@content]"):
        name = element.get("property") or element.get("name") or element.get("itemprop") or ""
        named.setdefault(name.lower(), element.get("content"))
    yield from (named[name] for name in _PUBLISHED if name in named)
    yield from _linked_dates(tree.xpath('//script[@type="application/ld+json"]/text()'))
    yield from tree.xpath(_OWN_TIMES)
    yield from (named[name] for name in _DATED if name in named)


#: Elements that date the page itself: not those of an item or an article inside it, such as a comment.
_OWN_TIMES = (
    '//*[@itemprop="datePublished"][count(ancestor::*[@itemscope]) < 2]/@*[name()="datetime" or name()="content"]'
    " | //time[@pubdate][count(ancestor::article) < 2]/@datetime"
)


def _linked_dates(scripts: Iterable[str]) -> Iterator[str]:
    """The publication dates in JSON-LD: of an article, else of the page; where several disagree, none.

    What stands inside a node (its comments, its videos, other articles) has dates of its own.
    """
    articles, others = set[str](), set[str]()
    for script in scripts:
        for kinds, day in _nodes(script):
            (articles if any(kind.endswith(_ARTICLES) for kind in kinds) else others).add(day)
    yield from (next(iter(days)) for days in (articles, others) if len(days) == 1)


#: How the names of schema.org's kinds of articles end.
_ARTICLES = ("Article", "Posting", "Report")


def _nodes(script: str) -> Iterator[tuple[list[str], str]]:
    """The kinds and the day of each node on top of a script; of one that is no JSON all that looks like such a day."""
    try:
        waiting = [json.loads(script, strict=False)]
    except (ValueError, RecursionError):
        yield from (([""], day) for found in _JSON_DATE.findall(script) if (day := plain_day(found)))
        return
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, dict):
            waiting += [node[key] for key in ("@graph", "mainEntity", "mainEntityOfPage") if key in node]
            kinds = node.get("@type")
            if day := plain_day(node.get("datePublished")):
                yield [str(kind) for kind in (kinds if isinstance(kinds, list) else [kinds])], day


def declared(data: bytes) -> str | None:
    """The encoding that the page's head names, if it is one of those that are read."""
    match = _CHARSET.search(data[:4096])
    with suppress(LookupError):
        name = codecs.lookup(match[1].decode("ascii", "replace")).name if match else ""
        name = _WEB_NAMES.get(name, name).replace("-", "_")
        return name if name in LEGACY else None
    return None
