"""Spreadsheets: one entity a row, edited by people and programs, and back into decisions; nothing is made up."""

from __future__ import annotations

import csv
import doctest
import io
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner

import exchanged
from annotate.cli.app import app
from annotate.export import xlsx_file
from annotate.export.articles import ExportError, articles
from annotate.export.cells import LIMIT, alike, fitting, neutral, original, plain
from annotate.export.formats import format_of
from annotate.export.outcome import Taken
from annotate.export.table import NAMES, rows
from annotate.export.taken import take
from annotate.review.decisions import Decision, Draft, living
from annotate.review.desk import Judgement, Request, Wanted
from annotate.review.verdicts import documents
from decks import date_value, desk_of, span, value, write
from exchanged import journal_of
from hardtexts import decide, record

Record = dict[str, Any]
Cells = dict[str, str]

TEXT = "In 2008 the talks began; in 2009 they stopped. In 2010 the bank lent about 5 million euros.\n"


def year(words: str, text: str = TEXT, **more: Any) -> Record:
    stated = date_value(words, edtf=words, start=f"{words}-01-01", end=f"{words}-12-31", grain="year")
    return span(text, words, "DATE", {**stated, **more})


def money(words: str = "5 million euros", text: str = TEXT, **more: Any) -> Record:
    stated = value("MONEY", **{"amount": "5000000", "currency": "EUR", **more})
    return span(text, words, "MONEY", stated, rule="money/amount-currency")


def article(name: str = "a") -> Record:
    return record(name, TEXT, year("2008"), year("2009"), year("2010"), money())


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return write(tmp_path / "out", article())


def exported(out: Path, kind: str = "csv", reviewer: str = "anna") -> Path:
    return exchanged.exported(format_of(kind), out, reviewer)


def cells_of(path: Path) -> list[Cells]:
    """The rows of a CSV file or of a workbook's first sheet, by another reader than the product's."""
    if path.suffix == ".csv":
        return list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))
    sheet = openpyxl.load_workbook(path).worksheets[0]
    header, *others = [["" if cell is None else str(cell) for cell in row] for row in sheet.values]
    return [dict(zip(header, row, strict=True)) for row in others]


def save(path: Path, table: list[Cells], **how: Any) -> Path:
    """Rows as a CSV file again."""
    with path.open("w", encoding=how.pop("encoding", "utf-8-sig"), newline="") as file:
        writer = csv.DictWriter(file, how.pop("names", NAMES), restval="", extrasaction="ignore", **how)
        writer.writeheader()
        writer.writerows(table)
    return path


def edited(out: Path, change: Callable[[dict[str, Cells]], object], reviewer: str = "anna") -> Taken:
    """What comes of a CSV file in which something was changed; `change` gets the rows by their words."""
    path = exported(out, reviewer=reviewer)
    table = cells_of(path)
    change({row["surface"]: row for row in table})
    journal = journal_of(out, reviewer)
    return take(save(path, table), out, journal, key=f"import-{journal.last}")


def set_to(words: str, **cells: str) -> Callable[[dict[str, Cells]], object]:
    return lambda table: table[words].update(cells)


def alive(out: Path, reviewer: str = "anna") -> list[Decision]:
    return list(living(journal_of(out, reviewer).decisions))


def wanted(words: str, label: str, stated: dict[str, Any], text: str = TEXT) -> Wanted:
    return Wanted(text.index(words), text.index(words) + len(words), label, stated)


def reviewed(out: Path) -> Path:
    """An output of which the page has decided all kinds of things."""
    with desk_of(out) as desk:
        decide(desk, "accept", "2008", comment="= sure; -\r\n“yes”\tand 👍")
        decide(desk, "reject", "2009", comment="@nobody")
        decide(desk, "correct", "2010", wanted("2010", "DATE", {"timex": "2011-05"}))
        correction = wanted("about 5 million euros", "MONEY", {**value("MONEY", amount="6000000", currency="USD")})
        decide(desk, "correct", "5 million euros", correction)
        added = Judgement("add", None, wanted("the bank", "AGREEMENT", value("AGREEMENT", kind="treaty")), "missed")
        desk.decide(Request("test-added", desk.journal.last, 1, [added]))
    return out


@pytest.mark.parametrize("name", ["cells", "corrections", "formats", "shown_days"])
def test_the_examples_in_the_docstrings_are_true(name: str) -> None:
    """Every example in a docstring of the room gives what it says."""
    done = doctest.testmod(import_module(f"annotate.export.{name}"))
    assert (done.failed, done.attempted > 0) == (0, True)


# --- what is written


def test_a_row_says_what_was_found_where_and_in_which_sentence(out: Path) -> None:
    """The sentence with the entity marked, its words, label, value, document, date, rule, id and offsets."""
    row = next(row for row in cells_of(exported(out)) if row["label"] == "MONEY")
    assert row["sentence"] == "In 2010 the bank lent about [[5 million euros]]."
    assert (row["surface"], row["value.amount"], row["value.currency"]) == ("5 million euros", "5000000", "EUR")
    assert (row["document"], row["date"], row["rule"], row["id"]) == ("a", "2025-03-18", "money/amount-currency", "s4")
    assert (row["start"], row["end"]) == (str(TEXT.index("5 m")), str(TEXT.index(" euros") + 6))


def test_csv_and_workbook_say_the_same(out: Path) -> None:
    """Both formats have the same cells, as openpyxl and the csv module read them."""
    reviewed(out)
    table, book = cells_of(exported(out, "csv")), cells_of(exported(out, "xlsx"))
    assert [[plain(row[name]) for name in NAMES] for row in table] == [
        [plain(row[name].replace("_x000D_", "")) for name in NAMES] for row in book
    ]
    assert exported(out, "csv").read_bytes().startswith(b"\xef\xbb\xbfverdict,correction,comment")


def test_a_workbook_is_ready_to_be_judged(out: Path) -> None:
    """The header is frozen, each column has a filter, verdicts a drop-down; texts are text, checks are hidden."""
    sheet = openpyxl.load_workbook(exported(out, "xlsx"))["Entities"]
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref == f"A1:{openpyxl.utils.get_column_letter(len(NAMES))}5"
    (rule,) = sheet.data_validations.dataValidation
    assert (rule.type, rule.formula1) == ("list", '"accept,reject,correct,flag,skip,add"')
    assert "A2" in rule.sqref
    amount = sheet.cell(5, NAMES.index("value.amount") + 1)
    assert (amount.value, amount.data_type, amount.number_format) == ("5000000", "s", "@")
    assert sheet.column_dimensions[openpyxl.utils.get_column_letter(len(NAMES))].hidden
    assert sheet.column_dimensions["F"].width == pytest.approx(70, abs=1)


def test_the_same_output_gives_the_same_bytes(out: Path) -> None:
    """No clock gets into a file."""
    for kind in ("csv", "xlsx"):
        assert exported(out, kind).read_bytes() == exported(out, kind).read_bytes()


def test_a_cell_that_is_too_long_is_cut_and_says_so() -> None:
    """Excel counts in UTF-16, and takes 32,767; no character is cut in two."""
    cut = fitting("😀" * LIMIT)
    assert len(cut.encode("utf-16-le")) // 2 <= LIMIT
    assert cut.endswith("😀 … (cut)")
    assert fitting("😀" * (LIMIT // 2)) == "😀" * (LIMIT // 2)


def test_an_entity_longer_than_a_cell_makes_the_round_trip(tmp_path: Path) -> None:
    """What does not fit is cut alike on both ways, so that such a row is as good as any."""
    words = "x" * 40_000
    text = f"See {words} there."
    out = write(tmp_path / "out", record("d" * 40_000, text, span(text, words, "LAW", {"a": words})))
    for kind in ("csv", "xlsx"):
        assert take(exported(out, kind), out, journal_of(out), key="k") == Taken(rows=1)
    assert edited(out, lambda table: [row.update(verdict="accept") for row in table.values()]).mismatches == []
    assert [one.span.text for one in alive(out) if one.span] == [words]


def test_more_rows_than_a_sheet_holds_go_to_several(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each sheet has its header, filter and drop-downs; all are read back, and faults name the sheet."""
    target = out.parent / "many.xlsx"
    done = xlsx_file.write(articles(out), target, most=3)
    assert done.notes == ["a sheet holds 2 rows, so there are 2: Entities, Entities 2"]
    assert CalamineWorkbook.from_path(str(target)).sheet_names == ["Entities", "Entities 2", "Columns"]
    assert take(target, out, journal_of(out), key="k") == Taken(rows=4)
    book = openpyxl.load_workbook(target)
    book["Entities 2"]["A3"] = "perhaps"
    book.save(target)
    (mismatch,) = take(target, out, journal_of(out), key="k").mismatches
    assert str(mismatch).startswith("Entities 2, row 3: 'perhaps' is no verdict")


# --- formulas


DANGEROUS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "=cmd|' /C calc'!A0",
    "＝1",
    " =1",
    "a;=1",
    "a\t-1",
]


@pytest.mark.parametrize("text", DANGEROUS)
def test_what_begins_like_a_formula_is_neutralised(text: str) -> None:
    """Also where a file is split at other signs than its own; and the way back gives it to the character."""
    made = neutral(text)
    assert not any(part.lstrip(" ").startswith(tuple("=+-@\t\r＝")) for part in made.split(";"))
    assert original(made) == text


@given(st.text(alphabet="=+-@\t\r\n'; aé＝"))
def test_neutralising_is_undone_exactly(text: str) -> None:
    """Whatever apostrophes a text has of its own."""
    assert original(neutral(text)) == text


def test_no_cell_of_a_hostile_article_is_a_formula(tmp_path: Path) -> None:
    """Neither ids, sources, words nor values; in the workbook all are strings."""
    text = "=HYPERLINK(1) signed =2+5 in 2008."
    law = span(text, "=2+5", "LAW", {"=a": "=b"}, rule="=rule/x")
    party = span(text, "=HYPERLINK(1)", "AGREEMENT", value("AGREEMENT", kind="treaty", name="@n", subject="+s"))
    out = write(tmp_path / "out", record("=id", text, law, party, year("2008", text)))
    journal_of(out).record([Draft("x", "0", "whole", comment="=1")], key="k")
    for kind in ("csv", "xlsx"):
        path = exported(out, kind)
        assert not any(cell.startswith(tuple("=+-@\t\r")) for row in cells_of(path) for cell in row.values())
        assert take(path, out, journal_of(out), key="k") == Taken(rows=3)
    sheet = openpyxl.load_workbook(exported(out, "xlsx"))["Entities"]
    assert {cell.data_type for row in sheet for cell in row if cell.value is not None} <= {"s", "n", "inlineStr"}


# --- the round trip


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_is_unchanged_is_no_decision(out: Path, kind: str) -> None:
    """Output to file and back changes nothing, without decisions and with all kinds of them: not a byte."""
    assert take(exported(out, kind), out, journal_of(out), key="k") == Taken(rows=4)
    before = (reviewed(out) / "review" / "anna.jsonl").read_bytes()
    path = exported(out, kind)
    verdicts = [row["verdict"] for row in cells_of(path)]
    assert sorted(verdicts) == ["accept", "add", "correct", "correct", "reject"]
    assert take(path, out, journal_of(out), key="k") == Taken(rows=5)
    assert (out / "review" / "anna.jsonl").read_bytes() == before


def test_decisions_of_the_page_taken_to_another_reviewer_are_the_same(out: Path) -> None:
    """All that one has decided, typed into a fresh sheet by another, is the same findings."""
    reviewed(out)
    full = {(row["start"], row["label"]): row for row in cells_of(exported(out))}
    path = exported(out, reviewer="ben")
    table = cells_of(path)
    for row in table:
        source = full[row["start"], row["label"]]
        row.update({name: source[name] for name in ("verdict", "correction", "comment")})
    added = {**next(row for row in full.values() if row["verdict"] == "add"), "check": ""}
    assert take(save(path, [*table, added]), out, journal_of(out, "ben"), key="k").mismatches == []
    anna, ben = (next(documents(out, alive(out, name))).findings() for name in ("anna", "ben"))
    assert {one.place: one.opinion for one in anna} == {one.place: one.opinion for one in ben}
    comments = {one.comment and one.comment.replace("\t", " ") for one in alive(out, "anna")}
    assert {one.comment for one in alive(out, "ben")} == comments


def test_a_correction_may_be_written_or_made_in_the_value_itself(out: Path) -> None:
    """`currency=USD` and a changed cell come to the same; a verdict may be left out."""
    found = edited(out, set_to("5 million euros", correction="currency = USD; words=about 5 million euros"))
    assert [draft.verdict for draft in found.drafts] == ["correct"]
    (one,) = alive(out)
    assert one.correction is not None
    assert (one.correction.text, one.correction.value["currency"]) == ("about 5 million euros", "USD")
    assert edited(out, set_to("5 million euros", **{"value.amount": "7000000"})).mismatches == []
    last = alive(out)[-1].correction
    assert last is not None
    assert (last.value["amount"], last.value["currency"], last.text) == ("7000000", "USD", "about 5 million euros")


def test_a_corrected_date_is_completed(out: Path) -> None:
    """Its days, EDTF form and grain follow from its TIMEX3 form."""
    edited(out, set_to("2008", correction="timex=2008-05"))
    (one,) = alive(out)
    assert one.correction is not None
    assert (one.correction.value["end"], one.correction.value["grain"]) == ("2008-05-31", "month")
    assert [row["correction"] for row in cells_of(exported(out)) if row["surface"] == "2008"] == ["timex=2008-05"]


def test_a_comment_alone_flags(out: Path) -> None:
    """It is to be talked about; its formula sign comes back as it was typed."""
    edited(out, set_to("2008", comment="'=sure?"))
    assert [(one.verdict, one.comment) for one in alive(out)] == [("flag", "=sure?")]


def test_a_verdict_that_is_cleared_is_taken_back(out: Path) -> None:
    """Nothing remains of it; what was added is taken out again."""
    reviewed(out)
    edited(out, set_to("2008", verdict="", comment=""))
    assert [one.verdict for one in alive(out) if one.span and one.span.text == "2008"] == []
    assert edited(out, set_to("the bank", verdict="", comment="")).mismatches == []
    assert "the bank" not in {row["surface"] for row in cells_of(exported(out))}


def test_what_was_missed_is_added_by_a_row_of_its_own(out: Path) -> None:
    """With the words, label and value; where they stand once only no offset is needed. Twice is once."""
    path = exported(out)
    new = {"verdict": "add", "document": "a", "surface": "the bank", "label": "agreement", "value.kind": "contract"}
    for _ in range(2):
        found = take(save(path, [*cells_of(path), new]), out, journal_of(out), key="k")
        assert found.mismatches == []
    (one,) = alive(out)
    assert one.verdict == "add"
    assert one.correction is not None
    assert (one.correction.start, one.correction.value["kind"]) == (TEXT.index("the bank"), "contract")


def test_values_with_parties_levels_and_links_make_the_way_there_and_back(tmp_path: Path) -> None:
    """Names with commas and brackets, levels, links to other spans, values of labels of one's own."""
    text = "Since 2008 a deep tie; the pact of 2009 was worth 5 million euros; law 7."
    parties = [{"name": "Vietnam", "code": "VN"}, {"name": "Bosnia; (North), etc.", "code": None}]
    tie = span(text, "deep tie", "PARTNERSHIP", value("PARTNERSHIP", kind="partnership", level=["strategic"]))
    pact = span(text, "pact", "AGREEMENT", value("AGREEMENT", kind="treaty", parties=parties, count=3, date_span="s3"))
    law = span(text, "law 7", "LAW", {"number": "7", "of": ["x", 1, None]})
    spans = [year("2008", text), tie, pact, year("2009", text), money(text=text), law]
    made = record("a", text, *spans)
    next(s for s in made["spans"] if s["label"] == "AGREEMENT")["value"]["date_span"] = "s4"
    out = write(tmp_path / "out", made)
    assert take(exported(out), out, journal_of(out), key="k") == Taken(rows=6)

    def change(table: dict[str, Cells]) -> None:
        table["pact"]["correction"] = 'parties=Laos (LA); Bosnia; date_span=2008; name="a; kind=b"'
        table["deep tie"]["value.level"] = "comprehensive, strategic"
        table["law 7"]["correction"] = 'other={"number": “8”}'

    assert edited(out, change).mismatches == []
    by_words = {one.span.text: one.correction.value for one in alive(out) if one.span and one.correction}
    assert by_words["pact"]["parties"] == [{"name": "Laos", "code": "LA"}, {"name": "Bosnia", "code": None}]
    assert by_words["pact"]["name"] == "a; kind=b"
    assert by_words["pact"]["date_span"] == {"start": 6, "end": 10, "text": "2008"}
    assert by_words["deep tie"]["level"] == ["comprehensive", "strategic"]
    assert by_words["law 7"] == {"number": "8"}
    before = (out / "review" / "anna.jsonl").read_bytes()
    assert take(exported(out, "xlsx"), out, journal_of(out), key="k") == Taken(rows=6)
    assert (out / "review" / "anna.jsonl").read_bytes() == before
    (again,) = (row for row in cells_of(exported(out)) if row["surface"] == "pact")
    assert again["correction"].startswith('name="a; kind=b"; parties=Laos (LA); Bosnia; date_span=2008 [6:10]')


SCRIPTS = {
    "emoji": "🎉🎉 In 2008 👩‍👩‍👧 began; it cost 5 million euros.",
    "combining": "Cafe\u0301 e\u0308 in 2008; it cost 5 million euros.",
    "crlf": "One.\r\nIn\r\n2008 it\r\ncost\r\n5\r\nmillion\r\neuros.\r\n",
    "arabic": "في عام 2008 بدأت المحادثات \u202b2009\u202c؛ 5 million euros.",
    "cjk": "2008年に交渉が始まり、5 million eurosかかった。",
    "unseen": "A\x0b in\u2028 2008\x85 it cost\xa05 million euros \ufffe.",
}


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("name", SCRIPTS)
def test_texts_of_all_scripts_make_the_round_trip(name: str, kind: str, tmp_path: Path) -> None:
    """Offsets are code points; a verdict reaches the right place, in the right words."""
    text = SCRIPTS[name]
    words = "5\r\nmillion\r\neuros" if name == "crlf" else "5 million euros"
    out = write(tmp_path / "out", record(f"{name}/é 1", text, year("2008", text), money(words, text)))
    path = exported(out, kind)
    assert take(path, out, journal_of(out), key="k") == Taken(rows=2)
    table = cells_of(path)
    table[1]["verdict"] = "Accept "
    if kind == "csv":
        take(save(path, table), out, journal_of(out), key="k2")
        (one,) = alive(out)
        assert one.span is not None
        assert (one.span.text, text[one.span.start : one.span.end], one.document) == (words, words, f"{name}/é 1")


def test_text_from_right_to_left_is_set_so(tmp_path: Path) -> None:
    """By its own letters: the cell of an Arabic sentence reads from the right, that of a Dutch one from the left."""
    texts = {"ar": "في عام 2008 بدأت المحادثات", "nl": "In 2008 begon het"}
    out = write(tmp_path / "out", *(record(lang, text, year("2008", text), lang=lang) for lang, text in texts.items()))
    sheet = openpyxl.load_workbook(exported(out, "xlsx"))["Entities"]
    at = NAMES.index("sentence") + 1
    assert [sheet.cell(row, at).alignment.readingOrder for row in (2, 3)] == [2, 1]


# --- what does not fit


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"document": "b"}, "no document 'b' is in the output"),
        ({"text_sha256": "0" * 64}, "the text of 'a' is not the one that was exported"),
        ({"start": "4"}, "[4:7] of 'a' holds nothing that was exported"),
        ({"start": "x"}, "start is 'x', which is no offset"),
        ({"surface": "2007"}, "the surface is '2007', but [3:7] is '2008'"),
        ({"id": "s2"}, ""),
        ({"check": ""}, "its check is empty"),
        ({"check": "1-2"}, "its label or value is no longer the one that was exported"),
        ({"verdict": "ok"}, "'ok' is no verdict; there are accept, reject"),
        ({"verdict": "correct"}, "says correct, but neither"),
        ({"verdict": "accept", "correction": "timex=2007"}, "says accept, and has a correction"),
        ({"correction": "timex=2008"}, "its correction is what was found"),
        ({"correction": "the year before"}, "names no field"),
        ({"correction": "timex=yesterday"}, "timex: yesterday is no date"),
        ({"correction": "start=2008-02-01"}, "follows from timex"),
        ({"correction": "amount=5"}, "amount is no field of DATE"),
        ({"correction": "words=in 1066"}, "are not in its sentence"),
        ({"correction": "at=0:9999"}, "lies outside the text"),
        ({"correction": "label=MONEY; amount=5,5"}, "amount: Expected"),
        ({"correction": "timex=2007", "value.timex": "2006"}, "timex is '2006' in its column, and '2007'"),
        ({"verdict": "add"}, "`add` is for what was not found"),
    ],
)
def test_a_row_that_does_not_fit_is_listed_and_nothing_is_taken(
    out: Path, change: dict[str, str], message: str
) -> None:
    """With its number as the spreadsheet shows it; the good rows beside it are not taken either."""

    def edit(table: dict[str, Cells]) -> None:
        table["2009"]["verdict"] = "accept"
        table["2008"].update({"verdict": "reject", **change} if "verdict" not in change else change)
        if "correction" in change and "verdict" not in change:
            table["2008"]["verdict"] = ""

    found = edited(out, edit)
    if not message:
        assert found.mismatches == []  # the place is the entity's, whatever number the span has by now
        return
    (mismatch,) = found.mismatches
    assert mismatch.where == "row 2"
    assert message in mismatch.message
    assert alive(out) == []


def test_a_column_sorted_by_itself_is_noticed(out: Path) -> None:
    """The words of one row beside the offsets of another: each such row is listed."""

    def mix(table: dict[str, Cells]) -> None:
        table["2008"]["surface"], table["2010"]["surface"] = "2010", "2008"

    assert [one.where for one in edited(out, mix).mismatches] == ["row 2", "row 4"]


def test_rows_sorted_filtered_and_cut_are_fine(out: Path) -> None:
    """Order does not count, nor columns that are not needed, nor rows that were deleted."""
    path = exported(out)
    table = [row for row in reversed(cells_of(path)) if row["surface"] != "2010"]
    table[0]["verdict"] = "accept"
    names = [name for name in reversed(NAMES) if not name.startswith(("value.", "sentence", "id", "rule"))]
    found = take(save(path, table, names=names, delimiter=";"), out, journal_of(out), key="k")
    assert (found.rows, [draft.verdict for draft in found.drafts]) == (3, ["accept"])


def test_two_rows_of_one_entity_that_differ_are_listed(out: Path) -> None:
    """A copied row says the same, or it is not taken."""
    path = exported(out)
    row = cells_of(path)[0]
    both = [{**row, "verdict": "accept"}, {**row, "verdict": "reject"}]
    assert [str(one) for one in take(save(path, both), out, journal_of(out), key="k").mismatches] == [
        "row 3: says otherwise than row 2 of the same"
    ]
    both[1]["verdict"] = "accept"
    assert len(take(save(path, both), out, journal_of(out), key="k").drafts) == 1


def test_what_was_decided_elsewhere_meanwhile_is_not_overwritten(out: Path) -> None:
    """A row changed here and there is listed; one that was left alone here is nobody's concern."""
    path = exported(out)
    with desk_of(out) as desk:
        decide(desk, "accept", "2008")
        decide(desk, "accept", "2009")
    table = cells_of(path)
    table[0]["verdict"] = "reject"
    found = take(save(path, table), out, journal_of(out), key="k")
    assert [str(one)[:60] for one in found.mismatches] == [
        "row 2: this was decided elsewhere since the export (accept);"
    ]
    table[0]["verdict"] = "accept"
    assert take(save(path, table), out, journal_of(out), key="k") == Taken(rows=4)
    assert [one.verdict for one in alive(out)] == ["accept", "accept"]


def test_an_output_that_has_moved_on_takes_what_still_fits(out: Path) -> None:
    """Rows without a change whose entity is another one now are counted; changed ones are listed."""
    path = exported(out)
    write(out, record("a", TEXT, year("2008"), year("2010", grain="day"), money()))
    table = cells_of(path)
    table[0]["verdict"] = "accept"
    found = take(save(path, table), out, journal_of(out), key="k")
    assert (found.outdated, len(found.drafts), found.mismatches) == (2, 1, [])
    table[1]["verdict"] = table[2]["verdict"] = "accept"
    messages = [one.message for one in take(save(path, table), out, journal_of(out), key="k").mismatches]
    assert ["holds nothing" in messages[0], "no longer the one" in messages[1]] == [True, True]


# --- what spreadsheets do to a text


@pytest.mark.parametrize(
    ("cell", "written", "same"),
    [
        ("2.5E+09", "2500000000", True),
        ("2,5E+09", "2500000000", True),
        ("2.6E+09", "2500000000", False),
        ("1.23457E+18", "1234567890123456789", True),
        ("1234567890123450000", "1234567890123456789", False),
        ("1234567890123460000", "1234567890123456789", True),
        ("0.5", "0.50", True),
        ("2500000001", "2500000000", False),
        ("18-1-1950", "1950-01-18", True),
        ("1/18/50", "1950-01-18", True),
        ("01.12.2024", "2024-12", True),
        ("1950-01-18 00:00:00", "1950-01-18", True),
        ("18/01/1950", "1950-01-19", False),
        ("18-Jan-50", "1950-01-18", True),
        ("18-Jan-50", "1950-02-18", False),
        ("dec-24", "2024-12", True),
        ("Dez 24", "2024-12", True),
        ("2024年12月1日", "2024-12", False),
        ("2024-11", "2024-12", False),
        ("2024-11-01", "2024-12", False),
        ("1-12-2024", "12 January 2024", True),
        ("2024-01-12", "13 January 2024", False),
        ("2024-01-12", "none at all", False),
        ("00:00:00", "1648-10-24", True),
        ("00:00:00", "1948-10-24", False),
        ("1900-01-02", "1900-01-01", True),
        ("1900-01-01", "1899-12-31", True),
        ("1900-03-02", "1900-03-01", False),
        ("1950", "1950-01", False),
        ("“5”", '"5"', True),
        ("a\nb", "a\r\nb", True),
        ("NaN", "5", False),
        ("", "5", False),
    ],
)
def test_what_a_spreadsheet_makes_of_a_text_is_no_change(cell: str, written: str, same: bool) -> None:
    """Numbers rounded, days turned round, quotes and line ends; but another number or day is another one."""
    assert alike(cell, written) is same


@pytest.mark.parametrize(
    ("encoding", "how"),
    [("utf-8", {"delimiter": ";"}), ("utf-16", {"delimiter": "\t"}), ("utf-8-sig", {"quoting": csv.QUOTE_ALL})],
)
def test_separated_values_as_programs_save_them(out: Path, encoding: str, how: dict[str, Any]) -> None:
    """With semicolons where the comma is in numbers, as Unicode text with tabs, with all quoted."""
    path = exported(out)
    table = cells_of(path)
    table[0]["verdict"] = "accept"
    save(path, table, encoding=encoding, **how)
    assert len(take(path, out, journal_of(out), key="k").drafts) == 1


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", b"verdict,comment\n", "has no column correction, label, surface, document"),
        ("a.csv", "verdict;é".encode("cp1252"), "is not UTF-8 (byte 8); save it as `CSV UTF-8`"),
        ("a.csv", b"", "has no column verdict"),
        ("a.csv", ",".join([*NAMES, "check"]).encode(), "has the column check twice"),
        ("a.xlsx", b"PK nonsense", "is no workbook that can be read"),
        ("a.pdf", b"", "is no spreadsheet that is read"),
        ("b.csv", None, "is not there"),
        ("b.xlsx", None, "is not there"),
    ],
)
def test_a_file_that_is_no_export_is_told(out: Path, name: str, content: bytes | None, message: str) -> None:
    """What it is not, and what to do."""
    path = out.parent / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ExportError) as told:
        take(path, out, journal_of(out), key="k")
    assert message in str(told.value)


def test_a_missing_extra_is_told_by_the_command_that_installs_it(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """For writing a workbook, and for reading one."""
    path = exported(out, "xlsx")
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    with pytest.raises(ExportError, match=r"pip install 'annotate-articles\[xlsx\]'"):
        exported(out, "xlsx")
    with pytest.raises(ExportError, match=r"pip install 'annotate-articles\[xlsx\]'"):
        take(path, out, journal_of(out), key="k")
    assert take(exported(out, "csv"), out, journal_of(out), key="k") == Taken(rows=4)


# --- the command line


def call(*arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, [str(argument) for argument in arguments])
    return done.exit_code, done.output


def test_the_commands(out: Path) -> None:
    """Export, edit, import: what was done is said; a mismatch is status 2 with its row."""
    target = out.parent / "s.csv"
    assert call("export", "csv", out, "-o", target, "--reviewer", "anna") == (0, f"{target}: 4 entities\n")
    table = cells_of(target)
    table[0]["verdict"] = "accept"
    journal = out / "review" / "anna.jsonl"
    status, said = call("import", save(target, table), out, "--decisions", journal, "--reviewer", "anna")
    assert (status, said) == (0, f"4 rows read: 1 decision (1 accept) of anna in {journal}\n")
    assert call("import", target, out, "--decisions", journal) == (0, "4 rows read: nothing new\n")
    status, said = call("export", "csv", out, "-o", target, "--decisions", journal)
    assert (status, "--force" in said) == (2, True)
    status, said = call("export", "csv", out, "-o", target, "--decisions", journal, "--force")
    assert (status, said) == (0, f"{target}: 4 entities, with what anna has decided\n")
    table[1]["verdict"] = "never"
    status, said = call("import", save(target, table), out, "--decisions", journal)
    assert status == 2
    assert f"{target}: row 3: 'never' is no verdict" in said
    assert "1 row of 4 cannot be taken, so none was" in said


# --- the real thing


SOFFICE = shutil.which("soffice")


def converted(path: Path, kind: str, *more: str) -> Path:
    """What LibreOffice makes of a file."""
    folder = path.parent / f"as-{kind[:4].strip(':')}-{path.suffix[1:]}"
    profile = f"-env:UserInstallation=file://{path.parent}/profile"
    command = [str(SOFFICE), profile, "--headless", *more, "--convert-to", kind, "--outdir", str(folder), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=180, env={**os.environ, "LC_ALL": "C.UTF-8"})
    (made,) = folder.iterdir()
    return made


@pytest.mark.slow
@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed (Debian: libreoffice-calc)")
def test_libreoffice_changes_nothing(tmp_path: Path) -> None:
    """Through its own format and back, through CSV, and a CSV file opened by it: no decision comes of it."""
    records = [record(f"=x/{name}", text, year("2008", text)) for name, text in SCRIPTS.items()]
    out = write(tmp_path / "out", article(), *records)
    reviewed(out)
    path = exported(out, "xlsx")
    ods = converted(path, "ods")
    as_csv = converted(path, "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,1")
    opened = converted(exported(out, "csv"), "xlsx", "--infilter=Text - txt - csv (StarCalc):44,34,76,1")
    for made in (path, ods, converted(ods, "xlsx"), as_csv, opened):
        assert take(made, out, journal_of(out), key="k") == Taken(rows=5 + len(records)), made


def test_rows_are_made_of_each_article_alone(out: Path) -> None:
    """A format gets the rows of an article by the names of the columns, so that another one is a small file."""
    (one,) = articles(out)
    assert {*next(rows(one))} <= {*NAMES}
