"""The tables as a graph: parties, agreements and partnerships as nodes; who is party to what, and what followed what.

GraphML for Gephi and networkx, JSON-LD and N-Triples with the properties of Wikidata for what reads RDF. All are
written a row at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import quote

import orjson

from annotate.export.xml_text import attributes, content
from annotate.knowledge.tables import Agreement, Partnership
from annotate.knowledge.wording import party_of, title_of

Found = Agreement | Partnership

_KEYS = {
    "label": ("node", "string"),
    "type": ("node", "string"),
    "kind": ("node", "string"),
    "level": ("node", "string"),
    "status": ("node", "string"),
    "since": ("node", "string"),
    "year": ("node", "int"),
    "mentions": ("node", "int"),
    "documents": ("node", "int"),
    "relation": ("edge", "string"),
}
#: Properties of Wikidata for what comes about at a date; others are a point in time.
_DATED = {"in_force": "P7588", "established": "P571", "upgraded": "P580", "terminated": "P582"}
_WIKIDATA, _RDFS, _OWN = (
    "http://www.wikidata.org/prop/direct/",
    "http://www.w3.org/2000/01/rdf-schema#",
    "urn:annotate:",
)
_XSD = "http://www.w3.org/2001/XMLSchema#"


def graphml(rows: Iterable[Found]) -> Iterator[str]:
    """A graph in GraphML."""
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n'
    for name, (for_, kind) in _KEYS.items():
        yield "<key" + attributes(id=name, for_=for_) + attributes(**{"attr.name": name, "attr.type": kind}) + "/>\n"
    yield '<graph id="knowledge" edgedefault="undirected">\n'
    parties: set[str] = set()
    for row in rows:
        for code in row.parties:
            if code not in parties:
                parties.add(code)
                yield _node(f"party:{code}", label=party_of(code), type="party")
        yield _node(
            row.id,
            label=title_of(row),
            type="partnership" if isinstance(row, Partnership) else "agreement",
            kind=row.kind,
            level=" ".join(row.level) if isinstance(row, Partnership) else None,
            status=row.status,
            since=_since(row),
            year=(_since(row) or "")[:4] or None,
            mentions=str(row.mentions),
            documents=str(row.documents),
        )
        for code in row.parties:
            yield _edge(row.id, f"party:{code}", "party")
        if isinstance(row, Partnership) and row.upgraded_from:
            yield _edge(row.upgraded_from, row.id, "upgraded_to")
    yield "</graph>\n</graphml>\n"


def _since(row: Found) -> str | None:
    return next((one.start for one in row.dates if one.start and not one.start.startswith("-")), None)


def _node(name: str, **data: str | None) -> str:
    return "<node" + attributes(id=name) + ">" + _data(**data) + "</node>\n"


def _edge(source: str, target: str, relation: str) -> str:
    return "<edge" + attributes(source=source, target=target) + ">" + _data(relation=relation) + "</edge>\n"


def _data(**data: str | None) -> str:
    return "".join(f"<data{attributes(key=key)}>{content(value)}</data>" for key, value in data.items() if value)


_CONTEXT = {
    "wdt": _WIKIDATA,
    "rdfs": _RDFS,
    "annotate": _OWN,
    "xsd": _XSD,
    "id": "@id",
    "name": "rdfs:label",
    "kind": {"@id": "annotate:kind"},
    "level": {"@id": "annotate:level", "@container": "@set"},
    "status": {"@id": "annotate:status"},
    "code": {"@id": "annotate:code"},
    "mentions": {"@id": "annotate:mentions"},
    "documents": {"@id": "annotate:documents"},
    "participant": {"@id": "wdt:P710", "@type": "@id", "@container": "@set"},
    "shortName": "wdt:P1813",
    "replaces": {"@id": "wdt:P1365", "@type": "@id"},
    "replacedBy": {"@id": "wdt:P1366", "@type": "@id"},
}


def json_ld(rows: Iterable[Found]) -> Iterator[str]:
    """A graph in JSON-LD."""
    dates = {name: f"wdt:{name}" for name in sorted({"P585", *_DATED.values()})}
    yield '{"@context":' + orjson.dumps(_CONTEXT | dates).decode() + ',"@graph":['
    for number, node in enumerate(_nodes(rows)):
        yield (",\n" if number else "\n") + orjson.dumps(node).decode()
    yield "\n]}\n"


def _iri(kind: str, name: str) -> str:
    return (
        f"{_OWN}{kind}:{quote(name, safe='/#-._')}" if kind == "party" else f"{_OWN}{kind}:{quote(name, safe='/-._')}"
    )


def _of(row: Found) -> str:
    return _iri("partnership" if isinstance(row, Partnership) else "agreement", row.id)


def _nodes(rows: Iterable[Found]) -> Iterator[dict[str, object]]:
    parties: set[str] = set()
    for row in rows:
        for code in row.parties:
            if code not in parties:
                parties.add(code)
                yield {"id": _iri("party", code), "name": party_of(code), "code": code}
        node: dict[str, object] = {
            "id": _of(row),
            "@type": f"annotate:{'Partnership' if isinstance(row, Partnership) else 'Agreement'}",
            "name": title_of(row),
            "kind": row.kind,
            "participant": [_iri("party", code) for code in row.parties],
            "mentions": row.mentions,
            "documents": row.documents,
        }
        node |= dict(_more(row))
        for one in row.dates:
            if one.start and not one.start.startswith("-"):
                days = node.setdefault(_DATED.get(one.role, "P585"), [])
                assert isinstance(days, list)
                days.append(_literal(one.start, one.end))
        yield node


def _more(row: Found) -> Iterator[tuple[str, object]]:
    """What not every agreement or partnership has."""
    if row.status:
        yield "status", row.status
    if isinstance(row, Partnership):
        yield "level", [*row.level]
        before, after, kind = row.upgraded_from, row.upgraded_to, "partnership"
    else:
        if row.acronym:
            yield "shortName", row.acronym
        kind, known = "agreement", row.reference
        before, after = (known.predecessor, known.successor) if known is not None else (None, None)
    for key, name in (("replaces", before), ("replacedBy", after)):
        if name:
            yield key, _iri(kind, name)


def _literal(start: str, end: str | None) -> dict[str, str]:
    """A date as fine as it is told: a day, a month or a year."""
    if start == end:
        return {"@value": start, "@type": "xsd:date"}
    if end and start[:7] == end[:7] and start.endswith("-01"):
        return {"@value": start[:7], "@type": "xsd:gYearMonth"}
    return {"@value": start[:4], "@type": "xsd:gYear"}


def n_triples(rows: Iterable[Found]) -> Iterator[str]:
    """The same graph in N-Triples: a line for each statement."""
    names = {key: _expanded(one["@id"] if isinstance(one, dict) else str(one)) for key, one in _CONTEXT.items()}
    names |= {name: f"{_WIKIDATA}{name}" for name in {"P585", *_DATED.values()}}
    for node in _nodes(rows):
        subject = f"<{node['id']}>"
        for key, value in node.items():
            if key == "@type":
                kind = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
                yield f"{subject} <{kind}> <{_expanded(str(value))}> .\n"
            elif key != "id":
                for one in value if isinstance(value, list) else [value]:
                    yield f"{subject} <{names[key]}> {_object(key, one)} .\n"


def _expanded(name: object) -> str:
    prefix, _, rest = str(name).partition(":")
    known = {"wdt": _WIKIDATA, "rdfs": _RDFS, "annotate": _OWN, "xsd": _XSD}
    return f"{known[prefix]}{rest}" if prefix in known else str(name)


def _object(key: str, one: object) -> str:
    if isinstance(one, dict):
        return f'"{one["@value"]}"^^<{_expanded(one["@type"])}>'
    if isinstance(one, int):
        return f'"{one}"^^<{_XSD}integer>'
    if key in ("participant", "replaces", "replacedBy"):
        return f"<{one}>"
    return f'"{_escaped(str(one))}"'


_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def _escaped(text: str) -> str:
    return "".join(_ESCAPES.get(letter) or (letter if letter >= " " else f"\\u{ord(letter):04X}") for letter in text)
