"""The page, driven in headless Chromium as a reviewer drives it."""

from __future__ import annotations

import json
import time
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from decks import Record, Served, Server, date_value, decisions_of, idle, press, record, span, value, write, years

TEXT = "In 2008 the talks began; in 2009 they stopped. In March 2010 the bank lent 5 million euros to the city.\n"


def article() -> Record:
    sum_ = value("MONEY", amount="5000000", currency="EUR")
    return record(
        "a",
        TEXT,
        [
            span(TEXT, "2008", "DATE", date_value("2008", start="2008-01-01", end="2008-12-31", grain="year")),
            span(TEXT, "2009", "DATE", date_value("2009", start="2009-01-01", end="2009-12-31", grain="year")),
            span(TEXT, "2010", "DATE", date_value("2010", start="2010-01-01", end="2010-12-31", grain="year")),
            span(TEXT, "5 million euros", "MONEY", sum_, rule="money/amount-currency"),
        ],
        title="Talks and a loan",
    )


def opened(page: Any, server: Server | Served) -> Any:
    """The page at its first entity."""
    page.goto(server.link)
    page.wait_for_selector("mark[aria-current]")
    idle(page)
    return page


def current(page: Any) -> str:
    """The words of the entity that is to be judged."""
    return "".join(page.locator("mark[aria-current]").all_inner_texts())


def select(page: Any, words: str, nth: int = 0) -> None:
    """Select words of the text with the mouse's own means, a range between two places in text nodes."""
    page.evaluate(
        """([words, nth]) => {
            const place = document.getElementById("text");
            let at = -1;
            for (let i = 0; i <= nth; i++) at = place.textContent.indexOf(words, at + 1);
            const walker = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
            const wanted = [at, at + words.length];
            const ends = [null, null];
            let seen = 0;
            for (let node = walker.nextNode(); node; node = walker.nextNode()) {
                const inside = [(at) => at < seen + node.length, (at) => at <= seen + node.length];
                for (const i of [0, 1]) if (!ends[i] && inside[i](wanted[i])) ends[i] = [node, wanted[i] - seen];
                seen += node.length;
            }
            getSelection().setBaseAndExtent(...ends[0], ...ends[1]);
        }""",
        [words, nth],
    )


def test_fifty_judgements_by_keyboard(page: Any, tmp_path: Path) -> None:
    """Fifty keys are fifty decisions on the disk, in the order of the text, and survive the end of the server."""
    out = write(tmp_path / "out", years("a", 60))
    with Served(out) as server:
        opened(page, server)
        for n in range(50):
            press(page, "r" if n % 10 == 9 else "a")
        assert page.locator("#progress").inner_text().startswith("50 of 60 judged")
    made = decisions_of(out)
    assert [decision["seq"] for decision in made] == list(range(1, 51))
    assert [decision["span"]["text"] for decision in made] == [str(1950 + n) for n in range(50)]
    assert [n for n, decision in enumerate(made) if decision["verdict"] == "reject"] == [9, 19, 29, 39, 49]
    with Served(out) as again:
        opened(page, again)
        assert current(page) == "2000"


def test_keyboard_alone_from_start_to_end(page: Any, tmp_path: Path) -> None:
    """Without a mouse: bounds by words, a value, a label, a missing entity, a comment, undo, a filter, the sheet."""
    out = write(tmp_path / "out", article())
    with Served(out) as server:
        opened(page, server)
        press(page, "q", "a")  # In 2008
        press(page, "e", "Control+a")
        page.keyboard.type("2009-04")
        page.wait_for_selector("text=2009-04-01 to 2009-04-30, month")
        press(page, "Control+Enter")
        assert current(page) == "2010"
        press(page, "q", "a")  # March 2010
        assert current(page) == "5 million euros"
        press(page, "f")
        page.keyboard.type("ask the bank")
        press(page, "Control+Enter")
        press(page, "k", "v")
        for _ in range(3):
            press(page, "ArrowRight")
        press(page, "Shift+ArrowRight", "m")
        page.keyboard.press("Escape")  # leaves the label for the page; the addition waits
        press(page, "u")
        press(page, "?")
        assert page.locator("dialog dt").count() > 20
        press(page, "Escape", "/")
        page.keyboard.type("euros")
        press(page, "Enter")
        assert "words: euros" in page.locator("#queue-filter").inner_text()
    made = decisions_of(out)
    assert [(d["verdict"], d["correction"] and d["correction"]["text"]) for d in made[:3]] == [
        ("correct", "In 2008"),
        ("correct", "2009"),
        ("correct", "March 2010"),
    ]
    assert made[1]["correction"]["value"]["end"] == "2009-04-30"
    assert (made[3]["verdict"], made[3]["comment"]) == ("flag", "ask the bank")
    assert (made[4]["verdict"], made[4]["undoes"]) == ("undo", [4])


def test_what_is_missing_is_added_and_taken_back(page: Any, tmp_path: Path) -> None:
    """Selected text becomes an entity with a label and a value; undo, as often as asked, takes all of it back."""
    out = write(tmp_path / "out", article())
    with Served(out) as server:
        opened(page, server)
        select(page, "the city")
        press(page, "m")
        page.select_option("#label", "PARTNERSHIP")
        page.select_option("#field-kind", "alliance")
        press(page, "Control+Enter")
        assert page.locator("mark[data-verdict=add]").inner_text() == "the city"
        page.reload()
        page.wait_for_selector("mark[data-verdict=add]")
        idle(page)
        press(page, "a", "u", "u")
        assert page.locator("mark[data-verdict=add]").count() == 0
        press(page, "u")
        assert page.locator("#said").inner_text() == "There is nothing to undo."
    made = decisions_of(out)
    assert made[0]["correction"]["value"]["kind"] == "alliance"
    assert [decision["verdict"] for decision in made] == ["add", "accept", "undo", "undo"]


def test_a_wrong_value_is_told_and_not_saved(page: Any, tmp_path: Path) -> None:
    """An amount that is none is told in words, stays on the page to be mended, and is saved when it is right."""
    out = write(tmp_path / "out", article())
    with Served(out) as server:
        opened(page, server)
        press(page, "a", "a", "a")
        page.fill("#field-amount", "5.000,00")
        press(page, "Control+Enter")
        assert "amount" in page.locator("#trouble").inner_text()
        page.fill("#field-amount", "5000")
        page.fill("#field-currency", "usd")
        assert page.locator("#field-amount-told").inner_text().replace("\xa0", " ") == "USD 5,000.00"
        press(page, "Control+Enter")
    last = decisions_of(out)[-1]
    assert (last["correction"]["value"]["amount"], last["correction"]["value"]["currency"]) == ("5000", "USD")


def test_all_of_the_same_at_once_and_the_whole_article(page: Any, tmp_path: Path) -> None:
    """One key for all of the same words and value, and one that says that nothing else is missing."""
    text = "In 2008 and in 2008 again, then 2009."
    spans = [span(text, "2008", "DATE", date_value("2008"), nth=n) for n in range(2)]
    out = write(tmp_path / "out", record("a", text, [*spans, span(text, "2009", "DATE", date_value("2009"))]))
    with Served(out) as server:
        opened(page, server)
        press(page, "g")
        assert "3 found in this article are not judged yet" in page.locator("#trouble").inner_text()
        press(page, "A")
        assert current(page) == "2009"
        press(page, "a", "g")
        assert "Judged whole" in page.locator("#whole-note").inner_text()
    assert [d["verdict"] for d in decisions_of(out)] == ["accept", "accept", "accept", "whole"]


def test_the_server_is_killed_and_nothing_is_lost(page: Any, tmp_path: Path) -> None:
    """A decision made while the server is dead waits in the page, and is saved once when a new one is opened."""
    out = write(tmp_path / "out", years("a", 30))
    with Server(out) as server:
        opened(page, server)
        press(page, *"aaaaa")
        port = server.port
        server.kill()
        page.keyboard.press("r")
        page.wait_for_selector("#trouble:not([hidden])")
        assert "not saved yet" in page.locator("#trouble").inner_text()
        with Server(out, "--port", str(port)) as again:
            page.wait_for_selector("text=Open the link")
            other = page.context.new_page()
            other.goto(again.link)
            other.wait_for_selector("mark[aria-current]")
            idle(page)
            press(page, "a")
            other.close()
    made = decisions_of(out)
    assert [d["verdict"] for d in made] == ["accept"] * 5 + ["reject", "accept"]
    assert [d["span"]["text"] for d in made] == [str(1950 + n) for n in range(7)]


def test_two_tabs_do_not_disagree_silently(page: Any, tmp_path: Path) -> None:
    """What one tab has decided the other is told when it decides the same; it then shows it, and may decide again."""
    out = write(tmp_path / "out", years("a", 8))
    with Served(out) as server:
        opened(page, server)
        other = page.context.new_page()
        other.goto(f"http://127.0.0.1:{server.port}/")
        other.wait_for_selector("mark[aria-current]")
        idle(other)
        press(page, "r")
        press(other, "a")
        assert "decided elsewhere" in other.locator("#trouble").inner_text()
        assert len(decisions_of(out)) == 1
        assert other.locator(".verdict").inner_text() == "wrong"
        press(other, "a")
        other.close()
    assert [d["verdict"] for d in decisions_of(out)] == ["reject", "accept"]


def test_what_another_tab_has_decided_is_shown(page: Any, tmp_path: Path) -> None:
    """A tab that decides about something else meanwhile sees what the other one decided, and cannot overlook it."""
    out = write(tmp_path / "out", years("a", 8))
    with Served(out) as server:
        opened(page, server)
        other = page.context.new_page()
        other.goto(f"http://127.0.0.1:{server.port}/")
        other.wait_for_selector("mark[aria-current]")
        idle(other)
        press(page, "r", "r")
        other.locator("mark").nth(3).click()
        press(other, "a")
        assert [mark.get_attribute("data-verdict") for mark in other.locator("mark").all()[:5]] == [
            "reject",
            "reject",
            "",
            "accept",
            "",
        ]
        other.close()
    assert [d["verdict"] for d in decisions_of(out)] == ["reject", "reject", "accept"]


OFFSETS = {
    "emoji": ("👩‍👩‍👧‍👦🇳🇱 on 😀 5 May 2008 😀, and 𝟚𝟘𝟘𝟡 too.", "5 May 2008", "𝟚𝟘𝟘𝟡"),
    "combining": (
        "Nga\u0300y le\u0302\u0303 2008, ký ke\u0302\u0301t hie\u0323\u0302p đi\u0323nh a\u0301.",
        "2008",
        "hie\u0323\u0302p đi\u0323nh",
    ),
    "crlf": ("First line\r\nof 2008\r\nand\r\n\r\nof 2009.\r\n", "2008", "of 2009"),
    "cjk": ("双方于二〇〇八年签署《自由贸易协定》,𠮷田说。", "二〇〇八年", "自由贸易协定"),
    "arabic": (
        "وقّعت الدولتان في 5 مايو 2008 اتفاقية التجارة الحرة بقيمة ٥ ملايين دولار.",
        "5 مايو 2008",
        "اتفاقية التجارة",
    ),
    "hebrew and latin": ("ההסכם EVFTA נחתם ב-2008 בוועידה.", "EVFTA", "2008"),
}


@pytest.mark.parametrize("name", OFFSETS)
def test_highlights_and_selections_stand_where_they_should(page: Any, tmp_path: Path, name: str) -> None:
    """Offsets are code points: the mark covers the words of the output, and a selection those that are selected."""
    text, marked, chosen = OFFSETS[name]
    out = write(tmp_path / "out", record("a", text, [span(text, marked, "DATE", date_value("2008"))]))
    with Served(out) as server:
        opened(page, server)
        assert page.locator("mark[aria-current]").evaluate("mark => mark.textContent") == marked
        assert page.locator("#text").evaluate("text => text.textContent") == text
        letter = "mark => getComputedStyle(mark, '::before').unicodeBidi"
        assert page.locator("mark[aria-current]").evaluate(letter) == "isolate"  # it turns no digits beside it
        select(page, chosen)
        press(page, "m")
        page.fill("#field-timex", "2009")
        press(page, "Control+Enter")
    added = decisions_of(out)[-1]["correction"]
    assert (added["text"], added["start"]) == (chosen, text.index(chosen))
    assert text[added["start"] : added["end"]] == chosen


def test_half_a_pair_is_never_cut(page: Any, tmp_path: Path) -> None:
    """A selection that ends in the middle of an astral character takes all of it."""
    text = "Deal 😀 of 2008 😀."
    out = write(tmp_path / "out", record("a", text, [span(text, "2008", "DATE", date_value("2008"))]))
    with Served(out) as server:
        opened(page, server)
        page.evaluate(
            """() => {
                const node = document.getElementById("text").firstChild;
                getSelection().setBaseAndExtent(node, 0, node, 6);
            }"""
        )
        press(page, "m")
        page.fill("#field-timex", "2008")
        press(page, "Control+Enter")
    assert decisions_of(out)[-1]["correction"]["text"] == "Deal 😀"


HOSTILE = (
    '<script>window.hit = 1</script> "><img src=x onerror="window.hit = 2"> <svg onload=window.hit=3> '
    "javascript:window.hit=4 &lt;b&gt; ${window.hit=5} {{7*7}} \u202egnp.exe\u202c </div></article> "
    "in 2008 <b>of</b> 2009"
)


def test_an_article_full_of_markup_is_text(page: Any, tmp_path: Path) -> None:
    """Scripts, attributes and controls of direction stay text, in text, title, source, id, comment and value."""
    hostile = "<img src=x onerror='window.hit=6'>"
    told = date_value("2008") | {"timex": hostile}
    one = span(HOSTILE, "2008", "DATE", told, rule=f"x/{hostile}")
    parties = [{"name": hostile, "code": "X"}]
    two = span(
        HOSTILE,
        "<b>of</b>",
        "AGREEMENT",
        value("AGREEMENT", kind="treaty", name=hostile, parties=parties),
    )
    out = write(tmp_path / "out", record(hostile, HOSTILE, [one, two], title=f"{hostile}{HOSTILE}", source=hostile))
    with Served(out) as server:
        opened(page, server)
        assert page.locator("#text").evaluate("text => text.textContent") == HOSTILE
        for key in ("n", "d", "Escape", "/", "Escape", "i", "Escape"):
            press(page, key)
        page.fill("#comment", hostile)
        press(page, "Control+Enter")
        page.reload()
        page.wait_for_selector("mark")
        idle(page)
        assert page.evaluate("window.hit") is None
        assert page.locator("img, svg, #text script, #text b").count() == 0
        overridden = page.locator(".control").first.evaluate("one => getComputedStyle(one).unicodeBidi")
        assert overridden == "isolate"


def faults(page: Any) -> list[str]:
    """What axe-core finds that is serious or critical."""
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
    found = json.loads(page.evaluate("async () => JSON.stringify((await axe.run()).violations)"))
    return [f"{v['id']}: {v['nodes'][0]['html']}" for v in found if v["impact"] in ("serious", "critical")]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(page: Any, tmp_path: Path, scheme: str) -> None:
    """Contrast, names, roles and structure hold in light and dark: on the page, mended, in dialogs, and zoomed."""
    pytest.importorskip("axe_playwright_python", reason="axe-core comes with axe-playwright-python")
    out = write(tmp_path / "out", article())
    page.emulate_media(color_scheme=scheme)
    with Served(out) as server:
        opened(page, server)
        assert faults(page) == []
        press(page, "a", "r", "p")
        assert faults(page) == []
        press(page, "Escape")
        for key in ("?", "/", "d", "i"):
            press(page, key)
            assert (key, faults(page)) == (key, [])
            press(page, "Escape")
        page.set_viewport_size({"width": 640, "height": 450})
        assert faults(page) == []


def test_at_twice_the_size_nothing_runs_out_of_the_window(page: Any, tmp_path: Path) -> None:
    """At 200% zoom, which halves the window, and for a word without end, there is nothing to scroll sideways."""
    text = f"In 2008 {'x' * 3000} in 2009."
    spans = [span(text, year, "DATE", date_value(year)) for year in ("2008", "2009")]
    out = write(tmp_path / "out", record("a" * 300, text, spans))
    page.set_viewport_size({"width": 640, "height": 450})
    with Served(out) as server:
        opened(page, server)
        wide = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert wide[0] <= wide[1]
        assert page.locator(".do-accept").is_visible()
        press(page, "a")
        on_top = """() => {
            const { x, y, width, height } = document.querySelector("mark[aria-current]").getBoundingClientRect();
            return document.elementFromPoint(x + width / 2, y + height / 2).closest("mark")?.textContent;
        }"""
        assert page.evaluate(on_top) == "2009"


def test_nothing_moves_when_a_verdict_is_given(page: Any, tmp_path: Path) -> None:
    """The text stands where it stood after a judgement, and the panel's buttons are where they were."""
    out = write(tmp_path / "out", article())
    with Served(out) as server:
        opened(page, server)
        places = """() => [...document.querySelectorAll('#text mark, .do-accept')].map((one) => {
            const { x, y, width } = one.getBoundingClientRect();
            return [x, y, width];
        })"""
        before = page.evaluate(places)
        press(page, "a")
        assert page.evaluate(places) == before


def long_article(characters: int) -> Record:
    """One article of many lines with a year in each, as dense with entities as news that is full of them."""
    line = f"In 2008 the talks about the long road between the two cities went on{' and on' * 20}.\n"
    count = characters // len(line)
    spans = []
    for n in range(count):
        start = n * len(line) + 3
        spans.append(
            {
                "start": start,
                "end": start + 4,
                "text": "2008",
                "label": "DATE",
                "rule": "dates/year",
                "value": date_value("2008"),
            }
        )
    return record("long", line * count, spans)


@pytest.mark.slow
def test_ten_thousand_articles_and_one_of_ten_megabytes_open_at_once(page: Any, tmp_path: Path) -> None:
    """The first entity is there in under two seconds, any article is reached, and a long one comes in stretches."""
    long = long_article(10_000_000)
    out = write(tmp_path / "out", *(years(f"a{n:05}", 12) for n in range(10_000)), long)
    with Served(out) as server:
        began = time.perf_counter()
        page.goto(server.link)
        page.wait_for_selector("mark[aria-current]")
        assert time.perf_counter() - began < 2
        idle(page)
        press(page, "a")
        page.wait_for_selector(f"text=1 of {120_000 + len(long['spans']):,} judged", timeout=120_000)
        press(page, "d")
        page.fill("#document-words", "road cities")
        page.locator(".documents button", has_text="long").click()
        began = time.perf_counter()
        page.wait_for_selector("#later:not([hidden])")
        assert time.perf_counter() - began < 2
        assert page.locator("#text").evaluate("text => text.textContent.length") <= 12_000
        idle(page)
        press(page, "a")
    assert decisions_of(out)[-1]["document"] == "long"
