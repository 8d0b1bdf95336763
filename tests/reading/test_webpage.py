"""Pages: which day is theirs, what of them is text, and in which encoding they are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from inputs import PARAGRAPH, document, page, put

pytestmark = pytest.mark.usefixtures("here")

ARTICLE = {"@type": "NewsArticle", "datePublished": "2025-04-14T09:00Z"}


def linked(content: str) -> str:
    return f'<script type="application/ld+json">{content}</script>'


@pytest.mark.parametrize(
    ("data", "day"),
    [
        (ARTICLE, "2025-04-14"),
        ([ARTICLE], "2025-04-14"),
        ({"@graph": [{"@type": "WebPage", "datePublished": "2020-01-01"}, ARTICLE]}, "2025-04-14"),
        ({"@type": "WebPage", "mainEntity": ARTICLE}, "2025-04-14"),
        ({**ARTICLE, "comment": [{"@type": "Comment", "datePublished": "2025-05-01"}]}, "2025-04-14"),
        ({"@type": "ItemList", "itemListElement": [ARTICLE]}, None),
        ({"@type": "NewsArticle", "video": {"@type": "VideoObject", "datePublished": "2020-01-01"}}, None),
        ([ARTICLE, {**ARTICLE, "datePublished": "2024-01-01"}], None),
        ({"@type": ["Article", "Report"], "datePublished": "Mon, 14 Apr 2025 10:00:00 GMT"}, "2025-04-14"),
        ({"@type": "NewsArticle", "datePublished": {"@value": "2025-04-14"}}, None),
    ],
)
def test_json_ld_dates_the_page_by_what_it_says_of_the_article(data: Any, day: str | None) -> None:
    """Not by the date of a comment, a video or another article; where two disagree, by none."""
    put("a.html", page(linked(json.dumps(data))))
    assert document("a.html").date == day


def test_json_ld_that_is_broken_still_dates_a_page_if_it_names_one_day() -> None:
    """Many sites leave a comma too many."""
    broken = '{"datePublished": "2025-04-14",}'
    put("a.html", page(linked(broken)))
    put("b.html", page(linked(broken + broken.replace("04", "05"))))
    assert [document(name).date for name in ("a.html", "b.html")] == ["2025-04-14", None]


def test_the_date_of_a_page_may_be_written_as_feeds_write_it() -> None:
    """Whatever is plain in a record is plain in a page."""
    put("a.html", page('<meta name="date" content="Mon, 14 Apr 2025 23:30:00 GMT">'))
    assert (document("a.html").date, document("a.html").date_source) == ("2025-04-14", "html")


@pytest.mark.parametrize(
    "body",
    [
        '<p>Op <time datetime="1914-07-28">28 juli 1914</time> brak de oorlog uit.</p>',
        '<template><time itemprop="datePublished" datetime="1914-07-28">toen</time></template>',
        '<div itemscope><p itemscope><time itemprop="datePublished" datetime="1914-07-28">toen</time></p></div>',
        '<article><time pubdate datetime="1914-07-28">een reactie</time></article>',
    ],
)
def test_no_time_inside_the_text_dates_the_page(body: str) -> None:
    """It is a day that the article speaks of, or one of a comment or an item within it."""
    put("a.html", page("", body))
    assert document("a.html").date is None


def test_a_template_is_no_text() -> None:
    """It is not shown; the text behind it is."""
    hidden = PARAGRAPH.replace("Vietnam", "Sjabloon")
    put("a.html", page("", f"<template>{hidden}</template>{PARAGRAPH.replace('Vietnam', 'Laos')}"))
    text = document("a.html").text
    assert "Sjabloon" not in text
    assert "Laos" in text


@pytest.mark.parametrize(
    ("charset", "codec", "text"),
    [("shift_jis", "cp932", "髙島屋は①四月に協定を結んだ。"), ("gb2312", "gb18030", "他說這個協議很重要。")],
)
def test_a_charset_means_the_larger_encoding_that_contains_it(charset: str, codec: str, text: str) -> None:
    """As browsers have it: pages in `shift_jis` hold signs of Windows that the standard lacks."""
    content = page(f'<meta charset="{charset}">', f"<p>{text * 9}</p>").replace("é", "e").replace("€", "EUR")
    Path("a.html").write_bytes(content.encode(codec))
    found = document("a.html")
    assert text in found.text
    assert (found.meta["encoding"], found.notices) == (codec, ())


def test_a_charset_is_found_behind_a_long_head() -> None:
    """Scripts and comments of some kilobytes stand before it in many pages."""
    put("a.html", page(f'<!--{"x" * 3000}--><meta charset="windows-1252">').encode("cp1252"))
    found = document("a.html")
    assert found.text.endswith("€ 5.")
    assert found.notices == ()
