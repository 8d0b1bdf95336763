"""Pictures of the tables: they open where they should, say what tables say, and nothing in an article runs there."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import networkx
import orjson
import pytest
import rdflib
from rdflib.compare import isomorphic

from annotate.knowledge.pictures import draw
from annotate.knowledge.tables import Agreement, Dated, Evidence, Partnership, Reference
from annotate.knowledge.timeline import timeline

HOSTILE = "<script>alert(1)</script>\x1b\u202e & \"quoted\" 'too'"


def said(sentence: str, lang: str = "en") -> Evidence:
    return Evidence("doc", 0, 5, "words", sentence, lang, "2025-05-01")


def dated(role: str, start: str, end: str | None = None, sentence: str = "They say so.") -> Dated:
    return Dated(role, start if end is None else start[:4], start, end or start, 1, (said(sentence),))


def agreement(id: str, *parties: str, dates: tuple[Dated, ...] = (), name: str | None = None, **more: Any) -> Agreement:  # noqa: A002
    fields: dict[str, Any] = {"reference": None, "disagreements": (), "kind": "free_trade_agreement", "acronym": None}
    return Agreement(
        id=id, name=name, names={}, parties=parties, subject=None, status="signed", dates=dates, sums=(), mentions=2,
        documents=1, first_seen=None, last_seen=None, evidence=(said("There it stands."),), **(fields | more),
    )  # fmt: skip


def partnership(id: str, *parties: str, level: tuple[str, ...], since: int, **more: Any) -> Partnership:  # noqa: A002
    fields: dict[str, Any] = {"upgraded_from": None, "upgraded_to": None}
    return Partnership(
        id=id, name=None, names={}, kind="partnership", level=level, parties=parties, status="established",
        since=str(since), dates=(dated("established", f"{since}-01-01", f"{since}-12-31"),), mentions=1, documents=1,
        first_seen=None, last_seen=None, disagreements=(), reference=None, evidence=(said("So it began."),),
        **(fields | more),
    )  # fmt: skip


ROWS = (
    agreement(
        "rcep", "CN", "JP", "KR", "VN", name="区域全面经济伙伴关系协定", acronym="RCEP",
        dates=(dated("signed", "2020-11-15"), dated("in_force", "2022-01-01")),
    ),
    agreement("cl-vn/2011", "CL", "VN", dates=(dated("signed", "2011-11-11", sentence=HOSTILE),), name=HOSTILE),
    agreement("kr-vn/taxation", "KR", "VN", kind="tax_agreement"),
    agreement(
        "evfta", "EU", "VN", name="EVFTA",
        reference=Reference(("EU", "VN"), "2019-06-30", "2020-08-01", "old", None),
        disagreements=("signed: 2018 or 2019",),
    ),
)  # fmt: skip
LEVELS = (
    partnership("jp-vn/low", "JP", "VN", level=("strategic",), since=2009, upgraded_to="jp-vn/high"),
    partnership(
        "jp-vn/high", "JP", "VN", level=("comprehensive", "strategic"), since=2023,
        upgraded_from="jp-vn/low",
    ),
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pictures of a few rows."""
    path = tmp_path_factory.mktemp("knowledge")
    for name, rows in (("agreements", ROWS), ("partnerships", LEVELS)):
        (path / f"{name}.jsonl").write_bytes(b"".join(orjson.dumps(row.to_dict()) + b"\n" for row in rows))
    draw(path)
    return path


def test_a_lane_for_each_pair_and_a_line_for_each_agreement() -> None:
    """Several parties come last; a level ends where the next one begins; what has no date is counted, not drawn."""
    drawn = timeline([*ROWS, *LEVELS])
    assert [lane.name for lane in drawn.lanes] == [
        "Chile – Vietnam", "European Union – Vietnam", "Japan – Vietnam", "Several parties",
    ]  # fmt: skip
    assert drawn.undated == 1
    low, high = drawn.lanes[2].lines
    assert (low.is_open, high.is_open) == (False, True)
    assert low.end == high.marks[0].at
    known = drawn.lanes[1].lines[0].marks
    assert [(mark.shape, mark.when) for mark in known] == [
        ("known", "2019-06-30, as is known"),
        ("known", "2020-08-01, as is known"),
    ]


def test_the_long_ago_stands_before_the_axis() -> None:
    """One treaty of 1494 does not press the others together: it stands in a strip before the first year."""
    rows = [
        agreement(f"a{year}", "ES", "PT", dates=(dated("signed", f"{year}-06-07"),))
        for year in (1494, *range(2000, 2020))
    ]
    drawn = timeline(rows)
    marks = [line.marks[0].at for line in drawn.lanes[0].lines]
    assert drawn.first >= 2000
    assert marks == sorted(marks)
    assert marks[0] < drawn.left < marks[-1]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_open_from_the_disk_and_load_nothing(browser: Any, folder: Path, scheme: str) -> None:
    """Nothing is fetched, nothing in an article runs; a mark leads to its sentence, a cell to its pair."""
    context = browser.new_context(color_scheme=scheme)
    page = context.new_page()
    asked, faults = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: faults.append(message.text))
    page.on("dialog", lambda dialog: faults.append(dialog.message))
    page.goto((folder / "timeline.html").as_uri())
    assert page.locator("section.lane-card").count() == 4
    page.locator("svg a").first.click()
    assert page.locator("tr:target").count() == 1
    assert "alert(1)" in page.locator("tr:target").inner_text()
    assert "signed: 2018 or 2019" in page.locator("main").inner_text()
    page.goto((folder / "parties.html").as_uri())
    cell = page.locator(".matrix td[data-level='4'] a").first
    assert cell.inner_text().split() == ["CSP", "2023", "(3)"]
    cell.click()
    assert page.locator("tr:target").inner_text().startswith("Japan – Vietnam")
    page.goto((folder / "timeline.svg").as_uri())
    assert page.locator("g.mark").count() == 7
    assert {url.split("#")[0] for url in asked} == {
        (folder / name).as_uri() for name in ("timeline.html", "parties.html", "timeline.svg")
    }
    assert faults == []
    context.close()


def test_nothing_makes_a_page_wider_than_its_window(browser: Any, folder: Path) -> None:
    """In a narrow window tables scroll within themselves, and names stand above their marks, so that all are seen."""
    context = browser.new_context(viewport={"width": 500, "height": 800})
    page = context.new_page()
    for name in ("timeline.html", "parties.html"):
        page.goto((folder / name).as_uri())
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        marks = page.evaluate("[...document.querySelectorAll('.mark')].map(mark => mark.getBoundingClientRect().right)")
        assert all(0 < right <= 500 for right in marks)
        assert len(marks) == (7 if name == "timeline.html" else 0)
    context.close()


def test_the_graph_opens_in_networkx(folder: Path) -> None:
    """Parties, agreements and partnerships are nodes with what the tables say; edges say who is party to what."""
    graph = networkx.read_graphml(folder / "graph.graphml")
    assert set(graph.neighbors("rcep")) == {"party:CN", "party:JP", "party:KR", "party:VN"}
    assert graph.nodes["rcep"]["label"] == "区域全面经济伙伴关系协定 (RCEP)"
    assert (graph.nodes["rcep"]["year"], graph.nodes["party:JP"]["label"]) == (2020, "Japan")
    assert graph.edges["jp-vn/low", "jp-vn/high"]["relation"] == "upgraded_to"


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")  # rdflib's own reader of JSON-LD
def test_both_forms_of_rdf_say_the_same(folder: Path) -> None:
    """JSON-LD and N-Triples are one graph, with the properties of Wikidata."""
    linked, triples = rdflib.Graph(), rdflib.Graph()
    linked.parse(folder / "graph.jsonld", format="json-ld")
    triples.parse(folder / "graph.nt", format="nt")
    assert isomorphic(linked, triples)
    wdt = rdflib.Namespace("http://www.wikidata.org/prop/direct/")
    rcep = rdflib.URIRef("urn:annotate:agreement:rcep")
    assert triples.value(rcep, wdt.P7588) == rdflib.Literal("2022-01-01", datatype=rdflib.XSD.date)
    assert len([*triples.objects(rcep, wdt.P710)]) == 4
    assert triples.value(predicate=wdt.P1365, object=rdflib.URIRef("urn:annotate:agreement:old")) is not None


def test_the_svg_is_well_formed(folder: Path) -> None:
    """An XML parser reads it, and no text of an article is markup in it."""
    root = ElementTree.parse(folder / "timeline.svg").getroot()
    assert root.tag.endswith("svg")
    assert not [*root.iter("{http://www.w3.org/2000/svg}script")]


def test_no_rows_make_empty_pictures(tmp_path: Path) -> None:
    """An output without agreements gives pages that say so."""
    for name in ("agreements", "partnerships"):
        (tmp_path / f"{name}.jsonl").write_bytes(b"")
    draw(tmp_path)
    assert "Nothing is dated" in (tmp_path / "timeline.html").read_text("utf-8")
    assert len(networkx.read_graphml(tmp_path / "graph.graphml")) == 0
