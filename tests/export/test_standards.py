"""Formats of standards, each read back by the loader, or held against the schema, of its own field."""

from __future__ import annotations

import doctest
import json
from collections.abc import Iterator
from importlib import import_module
from io import StringIO
from pathlib import Path
from typing import Any

import nltk
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from nltk.corpus.reader import ConllCorpusReader
from pyld import jsonld
from rdflib import Graph
from rdflib.namespace import RDF, Namespace

from annotate.export.export import export
from annotate.export.file_names import file_name
from annotate.export.formats import format_of
from annotate.export.offsets import Utf16
from annotate.export.xml_text import allowed, attributes, content
from annotate.text.tokenise import tokenise
from decks import date_value, span, write
from hardtexts import difficult, linked, record, year

OA = Namespace("http://www.w3.org/ns/oa#")
MODULES = ("offsets", "xml_text", "sentenced", "file_names", "conll")


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    """The examples of the documentation run."""
    assert doctest.testmod(import_module(f"annotate.export.{name}"), optionflags=doctest.ELLIPSIS).failed == 0


# --- offsets and XML


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_offsets_in_utf_16_lead_to_the_same_characters(text: str) -> None:
    """For every offset as Java cuts the text, and back again; within a character there is none."""
    offsets = Utf16(text)
    coded = text.encode("utf-16-le")
    units = [offsets.units(point) for point in range(len(text) + 1)]
    for point, unit in enumerate(units):
        assert coded[: 2 * unit].decode("utf-16-le") == text[:point]
        assert offsets.points(unit) == point
    for unit in [*range(-1, len(coded) // 2 + 2)]:
        if unit not in units:
            with pytest.raises(ValueError, match="offset"):
                offsets.points(unit)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_xml_gives_a_text_back_to_the_character(text: str) -> None:
    """In an element and in an attribute, line ends included; what XML cannot hold is one sign for one."""
    read = etree.fromstring(f"<a{attributes(b=text)}>{content(text)}</a>")
    assert (read.text or "") == read.get("b") == allowed(text)
    assert len(allowed(text)) == len(text)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_the_name_of_a_file_is_no_path(text: str) -> None:
    """Whatever the id, it is a name of a file that systems take, and different for every document."""
    name = file_name(5, text)
    assert not {"/", "\\", "\0", "."} & {*name}
    assert len(name.encode()) <= 130
    assert name.startswith("000005")


# --- CoNLL


def flat(spans: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Of the difficult texts' spans those that stay: the date within the pact goes."""
    return [(one["label"], one["text"]) for one in spans if one["text"] != "2009"]


def test_a_reader_of_conll_gets_every_token_and_entity(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """NLTK's reader and seqeval in strict IOB2: our words in sentences, the same entities in each text."""
    labeling = pytest.importorskip("seqeval.metrics.sequence_labeling")
    scheme = pytest.importorskip("seqeval.scheme")
    target = tmp_path / "a.conll"
    done = export(format_of("conll"), write(tmp_path / "out", *difficult()), target)
    assert (done.count, len(done.notes)) == (len(difficult()), 1)
    assert "1 entity overlaps a longer one and is left out" in done.notes[0]
    monkeypatch.setattr(nltk.data, "path", [str(tmp_path)])  # it reads from nowhere else
    reader = ConllCorpusReader(str(tmp_path), [target.name], ("words", "pos", "chunk", "ne"), encoding="utf-8")
    documents: list[list[list[tuple[str, str]]]] = []
    for grid in reader._grids():  # its own methods give words and trees alone
        rows = [(row[0], row[3]) for row in grid]
        if not rows:  # it takes the line of -DOCSTART- away
            documents.append([])
        else:
            documents[-1].append(rows)
    assert len(documents) == len(difficult())
    for document, made in zip(documents, difficult(), strict=True):
        text = made["text"]
        words = [word for sentence in document for word, _ in sentence]
        assert "".join(words) == "".join(text.split())
        assert {*tokenise(text).words} <= {*words}
        found = []
        for sentence in document:
            tags = [tag for _, tag in sentence]
            strict = scheme.Entities([tags], scheme=scheme.IOB2).entities[0]
            assert [(one.tag, one.start, one.end - 1) for one in strict] == labeling.get_entities(tags)
            found += [(one.tag, "".join(word for word, _ in sentence[one.start : one.end])) for one in strict]
        assert found == [(label, "".join(words.split())) for label, words in flat(made["spans"])]


def test_entities_side_by_side_are_two(tmp_path: Path) -> None:
    """Each begins with B; where one crosses what looks like the end of a sentence, the sentence goes on."""
    text = "It ran 2008 2009. He left on 3.\nMay 2010 again."
    spans = [year(text), year(text, "2009"), span(text, "3.\nMay 2010", "DATE", date_value("2010-05-03"))]
    target = tmp_path / "a.conll"
    export(format_of("conll"), write(tmp_path / "out", record("a", text, *spans)), target)
    sentences = target.read_text().split("\n\n")[1:-1]
    assert [line.split(" ")[-1] for line in sentences[0].split("\n")] == ["O", "O", "B-DATE", "B-DATE", "O"]
    assert sentences[1].count("B-DATE") == 1
    assert sentences[1].endswith("again -X- -X- O\n. -X- -X- O")


# --- Web Annotation

#: What the context of Web Annotation says of the terms that are used here; its own file is on the Web only.
ANNO = {
    "@context": {
        "oa": str(OA),
        "dc": "http://purl.org/dc/elements/1.1/",
        "dcterms": "http://purl.org/dc/terms/",
        "as": "http://www.w3.org/ns/activitystreams#",
        "rdf": str(RDF),
        "foaf": "http://xmlns.com/foaf/0.1/",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
        "id": {"@type": "@id", "@id": "@id"},
        "type": {"@type": "@id", "@id": "@type"},
        "Annotation": "oa:Annotation",
        "AnnotationCollection": "as:OrderedCollection",
        "AnnotationPage": "as:OrderedCollectionPage",
        "Text": "http://purl.org/dc/dcmitype/Text",
        "Software": "as:Application",
        "TextualBody": "oa:TextualBody",
        "TextPositionSelector": "oa:TextPositionSelector",
        "TextQuoteSelector": "oa:TextQuoteSelector",
        "classifying": "oa:classifying",
        "describing": "oa:describing",
        "body": {"@type": "@id", "@id": "oa:hasBody"},
        "target": {"@type": "@id", "@id": "oa:hasTarget"},
        "source": {"@type": "@id", "@id": "oa:hasSource"},
        "selector": {"@type": "@id", "@id": "oa:hasSelector"},
        "motivation": {"@type": "@vocab", "@id": "oa:motivatedBy"},
        "purpose": {"@type": "@vocab", "@id": "oa:hasPurpose"},
        "creator": {"@type": "@id", "@id": "dcterms:creator"},
        "items": {"@type": "@id", "@id": "as:items", "@container": "@list"},
        "first": {"@type": "@id", "@id": "as:first"},
        "startIndex": {"@type": "xsd:nonNegativeInteger", "@id": "as:startIndex"},
        "total": {"@type": "xsd:nonNegativeInteger", "@id": "as:totalItems"},
        "start": {"@type": "xsd:nonNegativeInteger", "@id": "oa:start"},
        "end": {"@type": "xsd:nonNegativeInteger", "@id": "oa:end"},
        "exact": "oa:exact",
        "prefix": "oa:prefix",
        "suffix": "oa:suffix",
        "format": "dc:format",
        "language": "dc:language",
        "value": "rdf:value",
        "name": "foaf:name",
    }
}


def loader(url: str, _: Any) -> dict[str, Any]:
    assert url == "http://www.w3.org/ns/anno.jsonld"
    return {"contextUrl": None, "documentUrl": url, "document": ANNO}


def test_web_annotations_are_linked_data_that_finds_its_words_again(tmp_path: Path) -> None:
    """Expanded and read as RDF, each term of the standard: position and quotation lead to the words of each span."""
    target = tmp_path / "a.jsonld"
    assert export(format_of("web-annotation"), write(tmp_path / "out", *difficult()), target).notes == []
    content = json.loads(target.read_bytes())
    triples = jsonld.to_rdf(content, {"format": "application/n-quads", "documentLoader": loader})
    graph = Graph().parse(data=triples, format="nt")
    notes = [*graph.subjects(RDF.type, OA.Annotation)]
    count = sum(len(one["spans"]) + len(one["facts"]) for one in difficult())
    assert len(notes) == content["total"] == count
    assert len([*graph.subjects(RDF.type, OA.TextPositionSelector)]) == count
    assert len([*graph.subject_objects(OA.hasPurpose)]) == 2 * count - len(linked()["facts"])
    by_name = {one["target"]["source"]["id"]: one for one in content["first"]["items"]}
    assert "urn:x-annotate:document:..%2Fa%2Fb%20c%2F%C3%A9.txt" in by_name
    expected = [(made["text"], one) for made in difficult() for one in [*made["spans"], *made["facts"]]]
    for (text, one), note in zip(expected, content["first"]["items"], strict=True):
        position, quotation = note["target"]["selector"]
        start, end = one.get("evidence") or (one["start"], one["end"])
        assert (position["start"], position["end"]) == (start, end)
        assert quotation["prefix"] + quotation["exact"] + quotation["suffix"] in text
        assert text[start:end] == quotation["exact"]
        told = json.loads(note["body"][-1]["value"])
        assert told == (one if "evidence" in one else {key: one[key] for key in ("id", "label", "rule", "value")})


# --- TimeML

#: TIMEX3 as TimeML 1.2.1 has it, within the elements that TempEval's files have around a text.
TIMEML = """
<!ELEMENT TimeML (DOCID, DCT?, TITLE?, TEXT, TIMEX3*)>
<!ELEMENT DOCID (#PCDATA)> <!ELEMENT DCT (TIMEX3)> <!ELEMENT TITLE (#PCDATA)> <!ELEMENT TEXT (#PCDATA | TIMEX3)*>
<!ELEMENT TIMEX3 (#PCDATA)>
<!ATTLIST TIMEX3 tid ID #REQUIRED type (DATE | TIME | DURATION | SET) #REQUIRED value CDATA #REQUIRED
  functionInDocument (CREATION_TIME | EXPIRATION_TIME | MODIFICATION_TIME | PUBLICATION_TIME | RELEASE_TIME |
                      RECEPTION_TIME | NONE) "NONE"
  mod (BEFORE | AFTER | ON_OR_BEFORE | ON_OR_AFTER | LESS_THAN | MORE_THAN | EQUAL_OR_LESS | EQUAL_OR_MORE | START |
       MID | END | APPROX) #IMPLIED
  beginPoint IDREF #IMPLIED endPoint IDREF #IMPLIED quant CDATA #IMPLIED freq CDATA #IMPLIED
  temporalFunction (true | false) "false" valueFromFunction IDREF #IMPLIED anchorTimeID IDREF #IMPLIED>
"""


def timeml(tmp_path: Path, *records: dict[str, Any]) -> Iterator[etree._Element]:
    export(format_of("timeml"), write(tmp_path / "out", *records), tmp_path / "tml")
    schema = etree.DTD(StringIO(TIMEML))
    for path in sorted((tmp_path / "tml").glob("*.tml")):
        root = etree.parse(path).getroot()
        assert schema.validate(root), schema.error_log
        yield root


def test_timeml_is_valid_and_keeps_the_text(tmp_path: Path) -> None:
    """Held against a DTD of TimeML's own; the text is the record's, and each TIMEX3 has its words and value."""
    read = [*timeml(tmp_path, *difficult())]
    for root, made in zip(read, difficult(), strict=True):
        text = root.find("TEXT")
        assert "".join(text.itertext()) == allowed(made["text"])
        assert root.findtext("DOCID") == made["id"]
        assert root.find("DCT/TIMEX3").get("value") == made["meta"]["date"]
        dates = [one for one in made["spans"] if one["label"] == "DATE"]
        assert [(one.text, one.get("value")) for one in text] == [(d["text"], d["value"]["timex"]) for d in dates]


def test_ranges_and_relative_dates_in_timeml(tmp_path: Path) -> None:
    """A range is a duration between two points that have a value; what depends on the document's date says so."""
    text = "From 2008 to 2010, since 1999, ten years, and today."
    years = {**date_value("P10Y", start="2015-03-18", grain="year"), "timex_type": "DURATION"}
    spans = [
        span(text, "2008 to 2010", "DATE", date_value("2008/2010", grain="year")),
        span(text, "since 1999", "DATE", date_value("1999/..", grain="year")),
        span(text, "ten years", "DATE", years),
        span(text, "today", "DATE", date_value("2025-03-18", anchor="2025-03-18", mod="APPROX")),
    ]
    (root,) = timeml(tmp_path, record("a", text, *spans))
    named = {one.get("tid"): one for one in root.iter("TIMEX3")}

    def at(name: str | None) -> str | None:
        return None if name is None else named[name].get("value")

    assert [
        (one.get("type"), one.get("value"), at(one.get("beginPoint")), at(one.get("endPoint")))
        for one in root.find("TEXT")
    ] == [
        ("DURATION", "PXY", "2008", "2010"),
        ("DURATION", "PXY", "1999", None),
        ("DURATION", "P10Y", "2015-03-18", None),
        ("DATE", "2025-03-18", None, None),
    ]
    assert (named["t4"].get("temporalFunction"), named["t4"].get("anchorTimeID")) == ("true", "t0")
    assert named["t4"].get("mod") == "APPROX"
