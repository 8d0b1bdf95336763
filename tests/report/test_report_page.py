"""The report as a reader has it: opened from the disk in headless Chromium."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
import pytest

import annotate
from annotate.records import Record
from annotate.report.page import write_report

HOSTILE = (
    "<script>document.title = 'owned'</script> On 5 May 2024 \"><img src=x onerror=\"document.title='owned'\"> they "
    "paid $5 million. \u202etxt.exe <a href=\"javascript:document.title='owned'\">link</a> by 6 June 2024."
)
ARTICLES = {
    "en": "The free trade agreement between Vietnam and Japan was signed on 5 May 2024. It is worth $2.5 billion.",
    "zh": "中国和越南于2024年12月6日签署了自由贸易协定。项目价值25亿美元。",
    "fr": "L’accord de libre-échange a été signé le 3 juin 2023. Il vaut 5 millions d’euros.",
}


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report on articles in several scripts, one of them hostile, one from right to left."""
    folder = tmp_path_factory.mktemp("report")
    records = [annotate.annotate(text, lang=lang, date="2025-03-18", id=lang) for lang, text in ARTICLES.items()]
    records += [annotate.annotate(HOSTILE, lang="en", id='"><img src=x onerror="document.title=\'owned\'">')]
    records += [right_to_left()]
    (folder / "annotations.jsonl").write_bytes(b"".join(record.to_json() + b"\n" for record in records))
    write_report(str(folder), folder / "report.html")
    return folder / "report.html"


def right_to_left() -> Record:
    """A record in Arabic: the words of an English one are put in its place."""
    record = annotate.annotate("In 2024.", lang="en", id="ar")
    text = "وقعت مصر الاتفاق في 2024 مع الاتحاد الأوروبي."
    start = text.index("2024")
    (span,) = record.spans
    moved = msgspec.structs.replace(span, start=start, end=start + 4)
    return msgspec.structs.replace(record, text=text, lang="ar", spans=(moved,))


@contextmanager
def opened(browser: Any, path: Path, **more: Any) -> Iterator[Any]:
    """The page from the disk; anything that it asks for, and any fault that it tells of, fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, **more)
    page = context.new_page()
    asked: list[str] = []
    faults: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text))
    page.on("dialog", lambda dialog: faults.append(dialog.message))
    page.goto(path.as_uri())
    yield page
    assert asked == [path.as_uri()]
    assert faults == []
    context.close()


def shown(page: Any) -> list[str]:
    """The words of the entities that are to be seen."""
    words: list[str] = page.locator(
        ".entities > li:visible .words"
    ).all_text_contents()  # text far down is not laid out yet
    return words


def told(page: Any, number: int) -> None:
    """Wait until the page says that so many entities are shown."""
    page.wait_for_selector(f"#shown:text-matches('^{number} entit')")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_opens_from_the_disk_and_filters(browser: Any, path: Path, scheme: str) -> None:
    """Nothing is fetched, nothing in an article runs, and each filter leaves what it names."""
    with opened(browser, path, color_scheme=scheme) as page:
        assert page.title() == "Annotation report"
        ground = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
        assert (ground == "rgb(244, 245, 247)") == (scheme == "light")
        everything = shown(page)
        assert {"5 May 2024", "2024年12月6日", "自由贸易协定", "2024"} <= {*everything}
        for label in ("DATE", "AGREEMENT", "PARTNERSHIP"):
            if page.locator(f"input[value={label}]").count():
                page.uncheck(f"input[value={label}]")
        assert shown(page) == ["$2.5 billion", "25亿美元", "5 millions d’euros", "$5 million"]
        assert page.locator("#found mark:not(.off)").count() == 4
        assert page.locator("#shown").inner_text() == "4 entities in 4 sentences."
        page.select_option("select[name=lang]", "fr")
        assert shown(page) == ["5 millions d’euros"]
        page.click("button[type=reset]")
        told(page, len(everything))
        page.fill("input[name=words]", "自由贸易")
        told(page, 2)
        assert shown(page) == ["2024年12月6日", "自由贸易协定"]
        page.fill("input[name=words]", "vaut")
        told(page, 1)
        page.fill("input[name=words]", "ACCORD libre-echange")
        told(page, 2)
        assert shown(page) == ["accord de libre-échange", "3 juin 2023"]
        page.fill("input[name=words]", "nowhere")
        page.wait_for_selector("#nothing:visible")


def test_without_javascript_all_is_there(browser: Any, path: Path) -> None:
    """Only the filters are missing: every entity is to be seen, and so are tables and charts."""
    with opened(browser, path, java_script_enabled=False) as page:
        assert len(shown(page)) == page.locator(".entities > li").count() > 8
        assert not page.locator("#filters").is_visible()
        assert page.locator("svg.bars:visible").count() >= 2
        page.locator("#timeline summary").first.click()
        assert "2024-05" in page.locator("#timeline table").first.inner_text()


def test_writing_goes_its_own_way(browser: Any, path: Path) -> None:
    """An Arabic sentence begins on the right, and is in its language; a Chinese one is on the left."""
    with opened(browser, path) as page:
        direction = "(node) => getComputedStyle(node).direction"
        assert page.locator(".text[lang=ar]").evaluate(direction) == "rtl"
        assert page.locator(".text[lang=zh]").first.evaluate(direction) == "ltr"


def test_it_is_legible_at_double_size_and_on_paper(browser: Any, path: Path) -> None:
    """At 200% nothing makes the page wider than the window; on paper tables are open and filters gone."""
    with opened(browser, path, device_scale_factor=2) as page:
        page.set_viewport_size({"width": 640, "height": 450})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.emulate_media(media="print")
        assert not page.locator("#filters").is_visible()
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert page.locator("details:not([open])").count() == 0
        assert page.locator("#timeline table").first.is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(browser: Any, path: Path, scheme: str) -> None:
    """axe-core names no serious or critical fault, in either theme, with all tables open."""
    axe = pytest.importorskip("axe_playwright_python", reason="axe-core comes with axe-playwright-python")
    with opened(browser, path, color_scheme=scheme, bypass_csp=True) as page:
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        page.add_style_tag(content="* { content-visibility: visible !important }")
        page.evaluate(files(axe).joinpath("axe.min.js").read_text(encoding="utf-8"))
        found = json.loads(page.evaluate("async () => JSON.stringify((await axe.run()).violations)"))
    grave = [fault for fault in found if fault["impact"] in ("serious", "critical")]
    assert [(fault["id"], fault["nodes"][0]["html"]) for fault in grave] == []
