"""The pictures beside the tables: a timeline, who is bound with whom, and the graph for other tools."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import nlargest
from itertools import chain
from pathlib import Path

from markupsafe import Markup

from annotate.knowledge.graph import graphml, json_ld, n_triples
from annotate.knowledge.matrix import matrix
from annotate.knowledge.read import read_rows
from annotate.knowledge.tables import Agreement, Partnership
from annotate.knowledge.timeline import WIDTH, timeline
from annotate.knowledge.wording import short_title, sort_of
from annotate.report.templating import asset, environment, page_style, policy
from annotate.report.wording import attribute
from annotate.version import __version__

Found = Agreement | Partnership

#: Agreements and partnerships that pictures show: those that most documents tell of.
_SHOWN = 600


def draw(folder: Path) -> None:
    """Write the pictures of the tables in a folder beside them."""
    total = sum(1 for _ in _rows(folder))
    rows = nlargest(_SHOWN, _rows(folder), key=lambda row: (bool(row.dates), row.documents, row.mentions, row.id))
    lanes = _style("lanes.css")
    style = page_style() + lanes + _style("knowledge.css")
    shared = {"version": __version__, "width": WIDTH}
    line = timeline(rows, left_out=total - len(rows))
    bound = matrix(sorted(rows, key=lambda row: row.id))
    pages = {
        "timeline.html": {"timeline": line, "total": total},
        "timeline.svg": {"timeline": line, "own_style": Markup(_style("alone.css") + lanes)},
        "parties.html": {"matrix": bound, "total": total, "left_out": total - len(rows)},
    }
    templates = environment("annotate.knowledge")
    templates.filters |= {"safe_plain": attribute, "short_title": short_title, "sort_of": sort_of}
    for name, content in pages.items():
        page = {**shared, **content, "style": Markup(style), "policy": policy(style)}
        _put(folder / name, templates.get_template(name).generate(page))
    _put(folder / "graph.graphml", graphml(_rows(folder)))
    _put(folder / "graph.jsonld", json_ld(_rows(folder)))
    _put(folder / "graph.nt", n_triples(_rows(folder)))


def _style(name: str) -> str:
    return asset("annotate.knowledge", "templates", name)


def _rows(folder: Path) -> Iterator[Found]:
    for row in chain(read_rows(folder, "agreements"), read_rows(folder, "partnerships")):
        assert isinstance(row, Found)
        yield row


def _put(path: Path, parts: Iterable[str]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(parts)
