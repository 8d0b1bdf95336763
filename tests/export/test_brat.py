"""brat's standoff: read by a parser of its own, and taken back when it was edited."""

from __future__ import annotations

import doctest
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

import exchanged
from annotate.export import brat
from annotate.export.articles import ExportError
from annotate.export.formats import format_of
from annotate.export.outcome import Taken
from annotate.export.taking import format_for
from decks import write
from hardtexts import difficult, linked

KIND = format_of("brat")
exported, back = partial(exchanged.exported, KIND), partial(exchanged.back, KIND)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return write(tmp_path / "out", *difficult())


def test_a_parser_of_brat_reads_entities_and_relations(tmp_path: Path) -> None:
    """Strictly, each with its places, words and type; facts are relations between them."""
    parser = pytest.importorskip("pybrat.parser")
    records = [one for one in difficult() if "\r" not in one["text"]]  # which it takes for \n when it reads
    folder = exported(write(tmp_path / "out", *records))
    read = {one.id: one for one in parser.BratParser(error="raise").parse(str(folder))}
    assert len(read) == len(records)
    for number, one in enumerate(records, 1):
        (made,) = (example for name, example in read.items() if f"{number:06}" in Path(str(name)).name[:6])
        assert made.text == one["text"]
        entities = sorted((e.spans[0].start, -e.spans[-1].end, e.type, e.mention) for e in made.entities)
        assert entities == [
            (span["start"], -span["end"], span["label"], span["text"].replace("\n", " ")) for span in one["spans"]
        ]
        assert {(r.type, r.arg1.id, r.arg2.id) for r in made.relations} == {
            (fact["type"], fact["subject"].replace("s", "T"), fact[key].replace("s", "T"))
            for fact in one["facts"]
            for key in ("date", "amount")
        }


def test_words_are_those_of_the_places_as_brat_itself_checks(out: Path) -> None:
    """The fragments of an entity, joined by a space, are its words; no line of a file ends within one."""
    folder = exported(out)
    for number, one in enumerate(difficult(), 1):
        (text,) = folder.glob(f"{number:06}*.txt")
        assert text.read_bytes().decode() == one["text"]
        lines = text.with_suffix(".ann").read_bytes().decode().splitlines()
        entities = [line.split("\t", 2) for line in lines if line.startswith("T")]
        assert len(entities) == len(one["spans"])
        for _, kind, words in entities:
            places = [tuple(map(int, place.split())) for place in kind.split(" ", 1)[1].split(";")]
            assert " ".join(one["text"][start:end] for start, end in places) == words


def test_ids_are_never_paths(out: Path) -> None:
    """Whatever an id holds, its files stand in the folder; the configuration names every label."""
    folder = exported(out)
    assert {path.parent for path in folder.rglob("*")} == {folder}
    assert len([*folder.glob("*.txt")]) == len(difficult())
    entities = (folder / "annotation.conf").read_text().split("[relations]")[0].split()
    assert entities == ["[entities]", "DATE", "MONEY", "AGREEMENT", "PARTNERSHIP", "LAW"]


def test_what_is_unchanged_is_no_decision_and_reviewed_it_is_accepted(out: Path) -> None:
    """All texts and values come back as they went, entities over a line's end too."""
    folder = exported(out)
    assert format_for(None, folder) is KIND
    assert back(out, folder) == Taken(rows=len(difficult()))
    found = back(out, folder, reviewed=True)
    assert found.mismatches == []
    assert {draft.verdict for draft in found.drafts} == {"accept", "whole"}
    assert back(out, folder, reviewed=True).drafts == []


def edit(folder: Path, change: Callable[[str], str]) -> Path:
    (ann,) = folder.glob("*.ann")
    ann.write_bytes(change(ann.read_bytes().decode()).encode())
    return folder


def test_what_was_edited_is_taken(tmp_path: Path) -> None:
    """A note is the value; an entity may be moved, taken out, relabelled, or new with a note of its own."""
    out = write(tmp_path / "out", linked())

    def change(ann: str) -> str:
        ann = ann.replace("amount=5000000; currency=EUR", "amount=6000000; currency=USD")
        ann = ann.replace("T1\tDATE 6 10\t2008", "T1\tDATE 6 12\t2008 a")
        ann = "".join(line for line in ann.splitlines(keepends=True) if "T6" not in line)
        return ann + "T9\tDATE 0 5\tSince\n#99\tAnnotatorNotes T9\ttimex=2020-05\n"

    found = back(out, edit(exported(out), change))
    assert found.mismatches == []
    said = {
        (draft.verdict, (draft.span or draft.correction).text): draft  # type: ignore[union-attr]
        for draft in found.drafts
    }
    assert {*said} == {
        ("correct", "5 million euros"),
        ("correct", "2008"),
        ("reject", "law 7"),
        ("add", "Since"),
    }
    money = said["correct", "5 million euros"].correction
    assert money is not None
    assert (money.value["amount"], money.value["currency"]) == ("6000000", "USD")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda ann: ann.replace("T1\tDATE 6 10", "T1\tDATE six"), ".ann:1: is no entity of brat's"),
        (lambda ann: ann.replace("DATE 6 10", "DATE 6 10;13 17"), ".ann:1: its parts have other words between them"),
        (lambda ann: ann.replace("DATE 6 10", "DATE 6 999"), ".ann:1: DATE at [6:999] lies outside the text"),
    ],
)
def test_a_file_that_is_not_in_order_is_told(tmp_path: Path, change: Callable[[str], str], message: str) -> None:
    """Which line, and what is wrong with it."""
    out = write(tmp_path / "out", linked())
    with pytest.raises(ExportError) as told:
        back(out, edit(exported(out), change))
    assert message in str(told.value)


def test_an_index_leads_nowhere_else(tmp_path: Path) -> None:
    """A name in it that no export makes is refused; a file that is gone is told."""
    out = write(tmp_path / "out", linked())
    folder = exported(out)
    index = folder / "documents.jsonl"
    row = json.loads(index.read_text())
    index.write_text(json.dumps({**row, "file": "../secret"}))
    with pytest.raises(ExportError, match="is no name of a file that an export makes"):
        back(out, folder)
    index.write_text(json.dumps({**row, "file": "000009-gone"}))
    with pytest.raises(ExportError, match=r"000009-gone\.txt: cannot be read"):
        back(out, folder)


def test_the_examples_in_the_docstrings_are_true() -> None:
    """Every example in a docstring gives what it says."""
    assert doctest.testmod(brat).failed == 0
