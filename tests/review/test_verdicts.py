"""What decisions are good for: they survive other rules and texts, and become gold, examples and marks."""

from __future__ import annotations

import doctest
import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml

from annotate.options import Options
from annotate.pipeline import Pipeline
from annotate.quality.diff import diff
from annotate.quality.evaluate import evaluate
from annotate.quality.saved import load_records
from annotate.records import Document as Article
from annotate.review.agreement import agreements
from annotate.review.decisions import DecisionError
from annotate.review.desk import Desk, Judgement, Place, Request, Wanted
from annotate.review.gold import Told, gold_records
from annotate.review.marks import marker
from annotate.review.places import decisions_path
from annotate.review.status import render, status_of
from annotate.review.suggest import pages, suggestions, tried
from annotate.review.verdicts import documents, read_all
from decks import Record, date_value, desk_of, record, span, value, write

TEXT = "In 2008 the talks began; in 2009 they stopped. In 2010 the bank lent 5 million euros.\n"


def year(words: str, **more: Any) -> Record:
    stated = date_value(words, edtf=words, start=f"{words}-01-01", end=f"{words}-12-31", grain="year")
    return span(TEXT, words, "DATE", {**stated, **more})


def money(**more: Any) -> Record:
    stated = value("MONEY", amount="5000000", currency="EUR", **more)
    return span(TEXT, "5 million euros", "MONEY", stated, rule="money/amount-currency")


def article(*spans: Record, text: str = TEXT, name: str = "a") -> Record:
    return record(name, text, spans)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return write(tmp_path / "out", article(year("2008"), year("2009"), year("2010"), money()))


def place(desk: Desk, words: str, document: int = 1) -> Place:
    found = next(e["found"] for e in desk.article(document)["entities"] if e["text"] == words)
    return Place(found["start"], found["end"], found["label"])


def decide(desk: Desk, verdict: Any, words: str | None = None, correction: Wanted | None = None, **more: Any) -> None:
    """One verdict on the entity with these words."""
    document = more.pop("document", 1)
    at = None if words is None else place(desk, words, document)
    key = f"test-{desk.journal.last:04}"
    judgement = Judgement(verdict, at, correction, more.pop("comment", None))
    desk.decide(Request(key, desk.journal.last, document, [judgement], **more))


def wanted(words: str, label: str, stated: dict[str, Any], text: str = TEXT) -> Wanted:
    return Wanted(text.index(words), text.index(words) + len(words), label, stated)


def gold_of(out: Path, *names: str) -> list[Record]:
    decisions, faults = read_all([decisions_path(out, name) for name in names or ("anna",)])
    assert faults == []
    return list(gold_records(documents(out, decisions), Told()))


def outcomes(out: Path) -> dict[str, str]:
    """What became of each judged entity, by its words."""
    found: dict[str, str] = {}
    for document in documents(out, read_all([decisions_path(out, "anna")])[0]):
        for finding in document.findings():
            entity = finding.found or finding.right
            assert entity is not None
            found[entity.text] = finding.carried.outcome
    return found


@pytest.mark.parametrize("name", ["carry", "dates", "decisions", "forms", "search", "places", "agreement"])
def test_the_examples_in_the_docstrings_are_true(name: str) -> None:
    """Every example in a docstring of the room gives what it says."""
    done = doctest.testmod(import_module(f"annotate.review.{name}"))
    assert (done.failed, done.attempted > 0) == (0, True)


# --- the desk


def test_a_decision_quotes_the_record_and_not_the_page(out: Path) -> None:
    """The words, value and rule in a decision come from the output, whatever the request says of places."""
    with desk_of(out) as desk:
        decide(desk, "accept", "2008")
        (made,) = desk.journal.decisions
        assert made.span is not None
        assert (made.span.text, made.span.rule, made.span.value["timex"]) == ("2008", "dates/year", "2008")
        assert (made.before, made.after[:10]) == ("In ", " the talks")


@pytest.mark.parametrize(
    ("judgement", "message"),
    [
        (Judgement("accept", Place(3, 8, "DATE")), "there is no DATE at"),
        (Judgement("accept", Place(3, 7, "MONEY")), "there is no MONEY at"),
        (Judgement("accept"), "names no entity"),
        (Judgement("correct", Place(3, 7, "DATE")), "lacks a correction"),
        (Judgement("add", None, Wanted(0, 9999, "DATE", {"timex": "2008"})), "lies outside the text"),
        (Judgement("add", None, Wanted(2, 7, "DATE", {"timex": "2008"})), "white space"),
        (Judgement("add", None, Wanted(3, 7, "date", {})), "is no label"),
        (Judgement("add", None, Wanted(3, 7, "DATE", {"timex": "yesterday"})), "timex: yesterday is no date"),
        (Judgement("add", None, Wanted(3, 7, "MONEY", {"amount": "5", "currency": "euro"})), "currency"),
        (Judgement("add", None, Wanted(3, 7, "MONEY", {"price": "5"})), "price"),
        (Judgement("undo"), "by itself"),
        (Judgement("whole"), "4 found in this article are not judged yet"),
    ],
)
def test_what_cannot_be_is_refused(out: Path, judgement: Judgement, message: str) -> None:
    """A request that names nothing, or asks for a value that its label cannot have, leaves no line."""
    with desk_of(out) as desk:
        with pytest.raises(DecisionError, match=message):
            desk.decide(Request("request-1", 0, 1, [judgement]))
        assert list(desk.journal.decisions) == []


def test_the_same_words_and_value_are_judged_at_once(tmp_path: Path) -> None:
    """`everywhere` takes all unjudged entities of one article with the same words, label and value, and one undo."""
    text = "In 2008 and 2008, and in 2008 again; 2009."
    spans = [span(text, "2008", "DATE", date_value("2008"), nth=n) for n in range(3)]
    spans[1]["value"] = date_value("2008", mod="END")
    out = write(tmp_path / "out", record("a", text, [*spans, span(text, "2009", "DATE", date_value("2009"))]))
    with desk_of(out) as desk:
        decide(desk, "accept", "2008", everywhere=True)
        starts = [d.span.start for d in desk.journal.decisions if d.span]
        assert starts == [3, 25]
        assert desk.undo("undo-0001", 2)[0].undoes == [1, 2]
        assert desk.progress()["verdicts"] == {}


def test_additions_are_corrected_and_taken_out_again(out: Path) -> None:
    """What a reviewer has added is an entity like the others: mended, taken out, and undone."""
    with desk_of(out) as desk:
        decide(desk, "add", None, wanted("the bank", "ORG", {"name": "bank"}))
        assert [e["text"] for e in desk.article(1)["entities"] if e["verdict"] == "add"] == ["the bank"]
        decide(desk, "correct", "the bank", wanted("bank", "ORG", {"name": "bank"}))
        assert [e["text"] for e in desk.article(1)["entities"] if e["verdict"] == "add"] == ["bank"]
        decide(desk, "reject", "bank")
        assert [e["text"] for e in desk.article(1)["entities"] if e["verdict"] == "add"] == []
        desk.undo("undo-0001", desk.journal.last)
        assert [e["text"] for e in desk.article(1)["entities"] if e["verdict"] == "add"] == ["bank"]


# --- re-annotation


def judge_all(out: Path) -> None:
    """2008 right, 2009 wrong, 2010 mended to its end, the sum right."""
    with desk_of(out) as desk:
        decide(desk, "accept", "2008")
        decide(desk, "reject", "2009")
        decide(desk, "correct", "2010", wanted("2010", "DATE", {"timex": "2010", "mod": "END"}))
        decide(desk, "accept", "5 million euros")


def test_decisions_hold_where_nothing_has_changed(out: Path) -> None:
    """Another rule that finds the same with the same value changes nothing."""
    judge_all(out)
    assert outcomes(out) == {"2008": "holds", "2009": "open", "2010": "open", "5 million euros": "holds"}
    write(out, article(*({**s, "rule": "dates/other"} for s in (year("2008"), year("2009"), year("2010"))), money()))
    assert outcomes(out) == {"2008": "holds", "2009": "open", "2010": "open", "5 million euros": "holds"}


def test_other_rules_follow_decisions_or_go_against_them(out: Path) -> None:
    """Of other spans and values it is told which follow a decision, which are gone, and which have another value."""
    judge_all(out)
    write(out, article(year("2010", mod="END"), money(modifier="approx")))
    assert outcomes(out) == {"2008": "gone", "2009": "followed", "2010": "followed", "5 million euros": "changed"}
    said = render(status_of(documents(out, read_all([decisions_path(out, "anna")])[0])))
    assert "gone: DATE '2008' in a at 3, accept by anna" in said
    assert "modifier: None -> approx" in said
    with desk_of(out) as desk:
        verdicts = {e["text"]: e["verdict"] for e in desk.article(1)["entities"]}
        assert verdicts == {"2010": "accept", "5 million euros": "changed"}
        assert [item["text"] for item in desk.queue(desk_filter())] == ["5 million euros"]


def desk_filter(**more: Any) -> Any:
    from annotate.review.queue import Filter

    return Filter(**more)


def test_decisions_are_found_again_in_a_changed_text(out: Path) -> None:
    """Text before and after an entity has changed: its words and those around lead to it; a doubtful place is none."""
    judge_all(out)
    text = f"News of the day. {TEXT}"
    moved = [span(text, s["text"], s["label"], s["value"]) for s in (year("2008"), year("2009"), year("2010"), money())]
    write(out, article(*moved, text=text))
    assert outcomes(out) == {"2008": "holds", "2009": "open", "2010": "open", "5 million euros": "holds"}
    twice = TEXT + TEXT
    write(out, article(span(twice, "2008", "DATE", year("2008")["value"]), text=twice))
    assert outcomes(out) == {}


def test_a_document_with_another_id_is_found_by_its_text(out: Path) -> None:
    """A file that was renamed keeps its decisions: its text alone is the same."""
    judge_all(out)
    write(out, article(year("2008"), year("2009"), year("2010"), money(), name="renamed"))
    assert outcomes(out)["2008"] == "holds"
    with desk_of(out) as desk:
        assert desk.article(1)["entities"][0]["verdict"] == "accept"


def test_every_decision_survives_rules_that_change_nothing_about_it(tmp_path: Path) -> None:
    """The real pipeline, run with and without another pattern folder: what is still there keeps its decision."""
    texts = {"a": "Op 18 januari 1950 kostte het 2,5 miljard euro.", "b": "In 2008 werd het verdrag van 2009 getekend."}
    old = Pipeline(Options(lang="nl"))
    out = write(tmp_path / "out", *(old.annotate(Article(name, text, name)).to_dict() for name, text in texts.items()))
    with desk_of(out) as desk:
        for number in (1, 2):
            for entity in desk.article(number)["entities"]:
                decide(desk, "accept", entity["text"], document=number)
    own = tmp_path / "own" / "nl"
    own.mkdir(parents=True)
    (own / "x.yaml").write_text(
        "label: X\nrules:\n  - id: x\n    pattern: [{LOWER: kostte, slot: verb}]\n"
        "    examples: ['Het [kostte](verb=kostte) veel.']\n    rejects: ['Het was veel.']\n"
    )
    new = Pipeline(Options(lang="nl", patterns=(tmp_path / "own",)))
    write(out, *(new.annotate(Article(name, text, name)).to_dict() for name, text in texts.items()))
    assert {*outcomes(out).values()} == {"holds"}


# --- gold


def test_decisions_to_gold_to_evaluate_is_one(out: Path) -> None:
    """What was all found right scores 1.0 against the output that it is of."""
    with desk_of(out) as desk:
        for words in ("2008", "2009", "2010", "5 million euros"):
            decide(desk, "accept", words)
        decide(desk, "whole")
    gold = gold_of(out)
    assert gold[0]["judged"] == {"whole": True, "by": ["anna"], "wrong": []}
    report = evaluate(gold, load_records(out / "annotations.jsonl"))
    assert (report.overall.strict.f1, report.overall.value_accuracy) == (1.0, 1.0)


def test_gold_holds_what_was_judged_and_no_more(out: Path) -> None:
    """Corrections stand as corrected, rejects as wrong places, and what nobody judged is in neither."""
    with desk_of(out) as desk:
        decide(desk, "reject", "2009")
        decide(desk, "correct", "2010", wanted("In 2010", "DATE", {"timex": "2010"}, TEXT))
        decide(desk, "add", None, wanted("the talks", "EVENT", {"name": "talks"}))
    (gold,) = gold_of(out)
    assert [(s["text"], s["label"]) for s in gold["spans"]] == [("the talks", "EVENT"), ("In 2010", "DATE")]
    assert gold["spans"][1]["value"]["start"] == "2010-01-01"
    wrong = [TEXT[place["start"] : place["end"]] for place in gold["judged"]["wrong"]]
    assert (wrong, gold["judged"]["whole"]) == (["2009", "2010"], False)
    report = evaluate([gold], load_records(out / "annotations.jsonl"))
    assert report.tallies["rule", "dates/year"].judged == 2
    assert report.tallies["rule", "dates/year"].right == 0


def test_gold_follows_a_text_that_has_changed(out: Path) -> None:
    """Gold stands in the text of now, so that offsets of later outputs can be compared with it."""
    judge_all(out)
    text = f"News of the day. {TEXT}"
    write(out, article(span(text, "2008", "DATE", year("2008")["value"]), text=text))
    (gold,) = gold_of(out)
    assert all(text[s["start"] : s["end"]] == s["text"] for s in gold["spans"])


def test_links_in_gold_lead_to_gold_spans(tmp_path: Path) -> None:
    """A value that leads to another span leads to that span in the gold, by the id that it has there."""
    text = "In 2008 a treaty was signed in 2009."
    linked = value("AGREEMENT", kind="treaty", status="signed", date_span="s3")
    spans = [
        span(text, "2008", "DATE", date_value("2008")),
        span(text, "treaty", "AGREEMENT", linked, rule="agreements/x"),
    ]
    out = write(tmp_path / "out", record("a", text, [*spans, span(text, "2009", "DATE", date_value("2009"))]))
    with desk_of(out) as desk:
        decide(desk, "accept", "treaty")
        decide(desk, "accept", "2009")
    (gold,) = gold_of(out)
    assert [(s["id"], s["text"], s["value"].get("date_span")) for s in gold["spans"]] == [
        ("s1", "treaty", "s2"),
        ("s2", "2009", None),
    ]


# --- two reviewers


def test_two_reviewers_agree_and_a_third_settles(out: Path) -> None:
    """Agreement is counted over what both judged; what they differ on is left out of gold until a third settles it."""
    with desk_of(out, "anna") as desk:
        for words in ("2008", "2009", "2010"):
            decide(desk, "accept", words)
    with desk_of(out, "ben") as desk:
        decide(desk, "accept", "2008")
        decide(desk, "reject", "2009")
        decide(desk, "accept", "5 million euros")
    decisions, _ = read_all([decisions_path(out, name) for name in ("anna", "ben")])
    found = agreements(documents(out, decisions))["anna", "ben"]
    assert (found.judged, found.disputed, found.kappa) == (2, 1, 0.0)
    assert (found.first, found.second, found.both, found.same_values) == (2, 1, 1, 1)
    assert [s["text"] for s in gold_of(out, "anna", "ben")[0]["spans"]] == ["2008", "2010", "5 million euros"]
    others = [decisions_path(out, name) for name in ("anna", "ben")]
    with desk_of(out, "carla", others=others) as desk:
        assert [item["text"] for item in desk.queue(desk_filter(disputed=True))] == ["2009"]
        decide(desk, "accept", "2009")
        assert desk.journal.decisions[-1].settles == ["anna", "ben"]
        assert desk.queue(desk_filter(disputed=True)) == []
    settled = gold_of(out, "anna", "ben", "carla")
    assert [s["text"] for s in settled[0]["spans"]] == ["2008", "2009", "2010", "5 million euros"]


# --- diff and suggest


def test_diff_marks_what_goes_against_a_decision(out: Path, tmp_path: Path) -> None:
    """A right entity that is lost contradicts, a wrong one that is lost confirms, so does a mended value."""
    judge_all(out)
    new = write(tmp_path / "new", article(year("2010", mod="END"), money(modifier="approx")))
    mark = marker(read_all([decisions_path(out, "anna")])[0])
    report = diff(out, new, mark=mark)
    marks = {change.text: change.decided for changes in report.changes.values() for change in changes}
    assert marks == {"2008": "contradicts", "2009": "confirms", "2010": "confirms", "5 million euros": "contradicts"}
    assert report.as_dict()["decided"] == {"confirms": 2, "contradicts": 2}


def test_suggestions_are_examples_that_annotate_test_reads(tmp_path: Path) -> None:
    """Corrections become examples and rejects in YAML; those that the rules do not give yet say what is wrong."""
    texts = [
        "Het verdrag werd in 2008 getekend.",
        "Zaal 2009 was vol. In 2010 kwam er niets.",
        "Op 5 mei 2011 regende het.",
    ]
    pipeline = Pipeline(Options(lang="nl"))
    made = [
        pipeline.annotate(Article(f"d{n}", text, f"d{n}", date="2025-03-18")).to_dict() for n, text in enumerate(texts)
    ]
    out = write(tmp_path / "out", *made)
    with desk_of(out) as desk:
        decide(desk, "accept", "2008")
        decide(desk, "reject", "2010", document=2)
        stated = {"timex": "2011-05-06"}
        decide(desk, "correct", "5 mei 2011", wanted("5 mei 2011", "DATE", stated, texts[2]), document=3)
    told = suggestions(documents(out, read_all([decisions_path(out, "anna")])[0]), everything=True)
    tested = {one.text: one.wrong for one in tried(told.found)}
    assert tested["Het verdrag werd in [2008](2008) getekend."] == ""
    assert "timex is 2011-05-05, not 2011-05-06" in tested["Op [5 mei 2011](2011-05-06) regende het."]
    assert "[2010](2010) is found" in tested["In 2010 kwam er niets."]
    (page,) = pages(tried(told.found)).values()
    read = yaml.safe_load(page)
    assert read["label"] == "DATE"
    examples = [entry for entries in read["examples"].values() for entry in entries]
    assert sorted(examples, reverse=True) == [
        "Op [5 mei 2011](2011-05-06) regende het.",
        "Het verdrag werd in [2008](2008) getekend.",
    ]
    assert "# not yet: " in page


def test_a_sentence_with_something_unjudged_is_left_out(out: Path) -> None:
    """An example says that nothing else of its label is in the sentence; where nobody knows that, there is none."""
    with desk_of(out) as desk:
        decide(desk, "reject", "2009")
    told = suggestions(documents(out, read_all([decisions_path(out, "anna")])[0]))
    assert (told.found, told.left_out) == ([], 1)


def test_decisions_are_json_lines(out: Path) -> None:
    """A decisions file is read by any program that reads JSON lines."""
    judge_all(out)
    lines = decisions_path(out, "anna").read_text().splitlines()
    assert [json.loads(line)["verdict"] for line in lines] == ["accept", "reject", "correct", "accept"]
