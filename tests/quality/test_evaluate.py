"""The evaluation: what counts as found, what counts as right, and which gold forms are understood."""

from __future__ import annotations

import doctest
import gzip
import json
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from annotate.quality.evaluate import evaluate, pair
from annotate.quality.judge import right_value
from annotate.quality.saved import EvaluateError, load_records
from annotate.quality.score_table import render
from annotate.quality.scores import Report

Json = dict[str, Any]


def doc(*spans: Json, name: str = "a", lang: str = "en", text: str | None = None) -> Json:
    return {"id": name, "lang": lang, "text": text or "0123456789" * 10, "spans": list(spans)}


def at(start: int, end: int, label: str = "DATE", **more: Any) -> Json:
    return {"start": start, "end": end, "label": label, **more}


def counts(report: Report) -> tuple[int, int, int, int]:
    score = report.overall
    return score.gold, score.predicted, score.exact, score.overlapping


def kinds(report: Report) -> list[str]:
    return [error.kind for error in report.errors]


@pytest.mark.parametrize("name", ["evaluate", "gold", "iso", "judge", "links", "saved", "scores"])
def test_the_examples_in_the_docstrings_are_true(name: str) -> None:
    """Every example in a docstring of `evaluate`, and of what it is made of, gives what it says."""
    done = doctest.testmod(import_module(f"annotate.quality.{name}"))
    assert (done.failed, done.attempted > 0) == (0, True)


# Spans


@pytest.mark.parametrize(
    ("gold", "predicted", "expected", "errors"),
    [
        pytest.param([at(0, 4)], [at(0, 4)], (1, 1, 1, 1), [], id="exact"),
        pytest.param([at(0, 4)], [at(0, 5)], (1, 1, 0, 1), ["wrong_span"], id="longer"),
        pytest.param([at(0, 4)], [at(4, 6)], (1, 1, 0, 0), ["missed", "spurious"], id="touching"),
        pytest.param([at(4, 6)], [at(0, 4)], (1, 1, 0, 0), ["spurious", "missed"], id="touching before"),
        pytest.param([at(0, 4)], [], (1, 0, 0, 0), ["missed"], id="missed"),
        pytest.param([], [at(0, 4)], (0, 1, 0, 0), ["spurious"], id="spurious"),
        pytest.param([at(0, 4)], [at(0, 4, "MONEY")], (1, 1, 0, 0), ["missed", "spurious"], id="another label"),
        pytest.param([at(0, 4), at(5, 9)], [at(0, 9)], (2, 1, 0, 1), ["wrong_span", "missed"], id="one over two"),
        pytest.param([at(0, 9)], [at(0, 4), at(5, 9)], (1, 2, 0, 1), ["wrong_span", "spurious"], id="two in one"),
        pytest.param([at(0, 4)], [at(0, 4), at(0, 4)], (1, 2, 1, 1), ["spurious"], id="found twice costs precision"),
        pytest.param([at(0, 4), at(0, 4)], [at(0, 4)], (1, 1, 1, 1), [], id="gold that says it twice asks once"),
    ],
)
def test_spans_are_counted(
    gold: list[Json], predicted: list[Json], expected: tuple[int, ...], errors: list[str]
) -> None:
    """Exact and overlapping matches are counted one to one; what is left over is missed or spurious."""
    report = evaluate([doc(*gold)], [doc(*predicted)])
    assert counts(report) == expected
    assert kinds(report) == errors


def test_an_exact_pair_goes_before_a_longer_overlap() -> None:
    """A gold span is given to its exact match, though a longer prediction overlaps it as far."""
    exact, longer = at(5, 9), at(0, 9)
    assert pair([at(5, 9)], [longer, exact]) == [(at(5, 9), exact)]


def test_the_longest_overlap_goes_first() -> None:
    """Of two predictions over one gold span, the one that shares more of it is the match."""
    assert pair([at(0, 10)], [at(0, 3), at(3, 9)]) == [(at(0, 10), at(3, 9))]


SPANS = st.lists(
    st.builds(lambda start, size: at(start, start + size), st.integers(0, 12), st.integers(1, 4)), max_size=5
)


@given(SPANS, SPANS)
def test_pairs_are_one_to_one_and_overlap(gold: list[Json], predicted: list[Json]) -> None:
    """However spans lie, each is in one pair at most, pairs overlap, and no possible pair is left over."""
    pairs = pair(gold, predicted)
    ours, theirs = [id(left) for left, _ in pairs], [id(right) for _, right in pairs]
    assert len(set(ours)) == len(set(theirs)) == len(pairs)
    assert all(overlap(left, right) for left, right in pairs)
    free = [span for span in predicted if id(span) not in theirs]
    assert not any(overlap(span, other) for span in gold if id(span) not in ours for other in free)


def overlap(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> bool:
    return bool(ours["start"] < theirs["end"] and theirs["start"] < ours["end"])


def test_the_rates_follow_from_the_counts() -> None:
    """Precision is of the predicted, recall of the gold, F1 between the two."""
    report = evaluate([doc(at(0, 2), at(3, 5), at(6, 8), at(9, 11))], [doc(at(0, 2), at(3, 6))])
    assert report.overall.strict == pytest.approx((0.5, 0.25, 1 / 3))
    assert report.overall.overlap == pytest.approx((1.0, 0.5, 2 / 3))


def test_what_cannot_be_divided_is_none() -> None:
    """Where nothing was predicted there is no precision, not a precision of 0 or 1."""
    assert evaluate([doc(at(0, 2))], [doc()]).overall.strict == (None, 0.0, 0.0)
    assert evaluate([doc()], [doc()]).overall.strict == (None, None, None)
    assert evaluate([doc(at(0, 2))], [doc(at(0, 2))]).overall.value_accuracy is None


def test_scores_stand_by_label_by_language_and_by_both() -> None:
    """Each cell counts its own spans, and the cells add up to the rows and to the whole."""
    gold = [doc(at(0, 2), at(3, 5, "MONEY"), name="a", lang="nl"), doc(at(0, 2), name="b", lang="vi")]
    found = [doc(at(0, 2), name="a", lang="nl"), doc(at(1, 2), name="b", lang="vi")]
    report = evaluate(gold, found)
    assert {cell: (score.gold, score.exact) for cell, score in report.cells.items()} == {
        ("nl", "DATE"): (1, 1),
        ("nl", "MONEY"): (1, 0),
        ("vi", "DATE"): (1, 0),
    }
    assert report.by_label["DATE"].gold == 2
    assert report.by_language["nl"].gold == 2
    assert report.overall.gold == 3


def test_labels_restrict_both_sides() -> None:
    """With `labels` other labels are neither missed nor spurious."""
    gold, found = doc(at(0, 2), at(3, 5, "CARDINAL")), doc(at(0, 2), at(6, 8, "ORDINAL"))
    assert counts(evaluate([gold], [found], labels=["DATE"])) == (1, 1, 1, 1)
    assert counts(evaluate([gold], [found])) == (2, 2, 1, 1)


# Documents


def test_a_gold_document_without_prediction_counts_as_missed() -> None:
    """A document that the run failed on is named, and its spans count: failing must not raise the score."""
    report = evaluate([doc(at(0, 2), name="a"), doc(at(0, 2), name="b")], [doc(at(0, 2), name="a")])
    assert report.not_predicted == ["b"]
    assert counts(report) == (2, 1, 1, 1)


def test_a_prediction_without_gold_is_left_out() -> None:
    """Where nobody said what is right nothing is wrong; the document is named."""
    report = evaluate([doc(at(0, 2))], [doc(at(0, 2)), doc(at(5, 9), name="z")])
    assert report.not_gold == ["z"]
    assert counts(report) == (1, 1, 1, 1)


@pytest.mark.parametrize(
    "gold",
    [
        pytest.param(doc(at(0, 2), text="in 2008"), id="another text"),
        pytest.param({"id": "a", "spans": [at(3, 7, text="2008")]}, id="other words at the offsets"),
    ],
)
def test_offsets_into_another_text_are_not_compared(gold: Json) -> None:
    """A document whose text differs is named and left out: its offsets mean something else."""
    report = evaluate([gold], [doc(at(0, 2), text="on 2008")] if "text" in gold else [doc(at(0, 2))])
    assert report.other_text == ["a"]
    assert counts(report) == (0, 0, 0, 0)


def test_gold_without_text_is_compared_by_offsets() -> None:
    """The gold files hold no text; language and context then come from whichever side has them."""
    gold = {"id": "a", "spans": [at(3, 7, text="2008")]}
    report = evaluate([gold], [doc(text="in 2008 was", lang="nl")])
    assert report.compared == 1
    assert report.errors[0].lang == "nl"
    assert (report.errors[0].before, report.errors[0].after) == ("in ", " was")


def test_two_documents_of_one_id_are_an_error() -> None:
    """An id that stands twice on one side cannot be joined; the error names the side and the id."""
    with pytest.raises(EvaluateError, match=r"predicted: .*'a'"):
        evaluate([], [doc(), doc()])


def test_numbers_and_strings_name_the_same_document() -> None:
    """Gold with the id 7 belongs to a prediction with the id "7"."""
    assert evaluate([{**doc(), "id": 7}], [{**doc(), "id": "7"}]).compared == 1


# Values


def date(timex: str, **more: Any) -> Json:
    return {"timex": timex, "mod": None, "edtf": timex, "start": None, "end": None, **more}


def money(amount: str | None, currency: str | None = None, **more: Any) -> Json:
    value: Json = {
        "amount": amount,
        "min": None,
        "max": None,
        "currency": currency,
        "currency_candidates": [],
    }
    return {**value, "modifier": None, "per": None, **more}


def agreement(kind: str, **more: Any) -> Json:
    return {"kind": kind, "name": None, "acronym": None, "count": None, **more}


def partnership(*level: str, kind: str = "partnership") -> Json:
    return {"kind": kind, "level": list(level), "name": None}


SPRING = date("XXXX-SP", start="2013-03-19", end="2013-06-20")
YEARS = date("P2Y", edtf="2020/2021", start="2020-01-01", end="2021-12-31")

VALUES: list[tuple[str, Json, Json, bool | None]] = [
    # the contract's form
    ("DATE", {"value": date("2008", mod="END")}, date("2008", mod="END"), True),
    ("DATE", {"value": date("2008", mod="END")}, date("2008"), False),
    ("DATE", {"value": date("2008")}, date("2008", mod="END"), False),
    ("DATE", {"value": date("P5Y", start="2020-01-01")}, date("P5Y", start="2025-01-01"), False),
    ("DATE", {"value": date("P5Y")}, date("P5Y", start="2025-01-01"), True),
    ("DATE", {"value": {"timex": "2008"}}, date("2008", mod="END"), True),
    ("DATE", {"value": {"timex": "2020"}}, date("2021", edtf="2020"), False),
    ("MONEY", {"value": money("1250.50", "EUR")}, money("1250.5", "EUR"), True),
    ("MONEY", {"value": money("1250.50", "EUR")}, money("1250.51", "EUR"), False),
    ("MONEY", {"value": money("5", "EUR")}, money("5", "USD"), False),
    ("MONEY", {"value": money("5")}, money("5", "USD"), True),
    ("MONEY", {"value": money("5", currency_candidates=["SEK", "NOK"])}, money("5", "SEK"), False),
    ("MONEY", {"value": money(None, "EUR", min="2", max="3")}, money(None, "EUR", min="2.0", max="3"), True),
    ("MONEY", {"value": money(None, "EUR", min="2", max="3")}, money(None, "EUR", min="2", max="4"), False),
    ("MONEY", {"value": money("5", modifier="approx")}, money("5"), False),
    ("MONEY", {"value": money("5", per="year")}, money("5", per="month"), False),
    ("MONEY", {"value": {"amount": "5"}}, money("5", per="month", modifier="approx"), True),
    ("MONEY", {"value": money("5")}, money(None), False),
    ("AGREEMENT", {"value": agreement("mou", count=3)}, agreement("mou", count=3, name="x"), True),
    ("AGREEMENT", {"value": agreement("mou", count=3)}, agreement("mou"), False),
    ("AGREEMENT", {"value": agreement("mou")}, agreement("mou", count=3), True),
    ("AGREEMENT", {"value": agreement("treaty", acronym="X")}, agreement("treaty", acronym="Y"), False),
    ("AGREEMENT", {"value": agreement("mou")}, agreement("contract"), False),
    ("PARTNERSHIP", {"value": partnership("strategic")}, partnership("strategic"), True),
    ("PARTNERSHIP", {"value": partnership("a", "b")}, partnership("b", "a"), False),
    ("PARTNERSHIP", {"value": partnership()}, partnership(kind="alliance"), False),
    # the simpler form of gold and development data
    ("DATE", {"value": "1950-01-18"}, date("1950-01-18"), True),
    ("DATE", {"value": "1950-01-18"}, date("1950-01"), False),
    ("DATE", {"value": "P75Y"}, date("P75Y"), True),
    ("DATE", {"value": "2021-07-XX"}, date("2021-07"), True),
    ("DATE", {"value": "XXXX-05-06"}, date("XXXX-05-06"), True),
    ("DATE", {"value": "19XX"}, date("19", edtf="19XX"), True),
    ("DATE", {"value": "2012-08-10T12:00"}, date("2012-08-10"), True),
    ("DATE", {"value": "2017-03-08TEV"}, date("2017-03-08"), True),
    ("DATE", {"value": "PT1H"}, date("P"), False),
    ("DATE", {"value": "2020/2021"}, YEARS, True),
    ("DATE", {"value": "2020-01/2021-12"}, YEARS, True),
    ("DATE", {"value": "2020-01/2021-11"}, YEARS, False),
    ("DATE", {"value": "x/y"}, date("2020"), False),
    ("DATE", {"value": "2021-07", "mod": "END"}, date("2021-07"), False),
    ("DATE", {"value": "2021-07", "mod": "NOW"}, date("2021-07"), True),
    ("DATE", {"start_value": "2014", "mod": "After", "timex_type": "Year-open"}, date("2014"), True),
    (
        "DATE",
        {"start_value": "2013-03-19", "end_value": "2013-06-21", "timex_type": "Day-interval"},
        SPRING,
        True,
    ),
    (
        "DATE",
        {"start_value": "2013-03-19", "end_value": "2013-06-20", "timex_type": "date-interval"},
        SPRING,
        True,
    ),
    (
        "DATE",
        {"start_value": "2013-03-19", "end_value": "2013-06-20", "timex_type": "Day-interval"},
        SPRING,
        False,
    ),
    (
        "DATE",
        {"start_value": "2020-Q1", "end_value": "2022-Q1", "timex_type": "Quarter-interval"},
        YEARS,
        True,
    ),
    ("DATE", {"start_value": "2020-02-31", "end_value": "2020-W60"}, YEARS, None),
    ("DATE", {"timex_type": "date"}, date("2008"), None),
    ("DATE", {"value": None}, date("2008"), None),
    ("MONEY", {"amount": 60000000000.0, "currency": "USD"}, money("60000000000", "USD"), True),
    ("MONEY", {"amount": 60000000000.0, "currency": "USD"}, money("60000000000", "EUR"), False),
    ("MONEY", {"amount": 4.25, "unit": "Dollar"}, money("4.25", "USD"), True),
    ("MONEY", {"amount": "4,25"}, money("4.25"), False),
    ("MONEY", {"amount": 1e16}, money("10000000000000000"), True),
    ("MONEY", {"start_value": 1.1, "end_value": 1.3}, money(None, min="1.1", max="1.3"), True),
    ("MONEY", {"start_value": 3.0}, money(None, min="3"), True),
    ("MONEY", {"start_value": 3.0}, money("3", modifier="more_than"), True),
    ("MONEY", {"start_value": 3.0}, money("3"), False),
    ("MONEY", {"end_value": 3.0, "currency": "EUR"}, money("3", "EUR", modifier="at_most"), True),
    ("MONEY", {"end_value": 3.0, "currency": "EUR"}, money("3", "USD", modifier="at_most"), False),
    ("MONEY", {"unit": "Dollar"}, money("3"), None),
    ("AGREEMENT", {"value": "joint declaration"}, agreement("joint_declaration"), True),
    ("AGREEMENT", {"value": "agreement"}, agreement("treaty"), False),
    ("AGREEMENT", {}, agreement("treaty"), None),
    (
        "PARTNERSHIP",
        {"value": "comprehensive strategic"},
        partnership("comprehensive", "strategic"),
        True,
    ),
    ("PARTNERSHIP", {"value": "comprehensive strategic"}, partnership("strategic"), False),
    (
        "PARTNERSHIP",
        {"value": "shared future"},
        partnership("strategic", kind="shared_future_community"),
        True,
    ),
    ("PARTNERSHIP", {"value": "shared future"}, partnership(), False),
    ("PARTNERSHIP", {"value": "alliance"}, partnership(kind="alliance"), True),
    ("PARTNERSHIP", {"value": ""}, partnership(), True),
    # labels beyond the four
    ("DURATION", {"value": "P3M"}, {"timex": "P3M"}, True),
    ("DURATION", {"value": "P3M"}, {"timex": "P3W"}, False),
    ("TIME", {"value": {"timex": "T12"}}, {"timex": "T12", "mod": None}, True),
    ("PERCENT", {}, {"any": 1}, None),
]


@pytest.mark.parametrize(
    ("label", "gold", "value", "expected"),
    VALUES,
    ids=[f"{label}-{number}" for number, (label, *_) in enumerate(VALUES)],
)
def test_a_value_is_right_when_it_is_what_the_gold_says(
    label: str, gold: Json, value: Json, expected: bool | None
) -> None:
    """What the gold states is compared, exactly; what it leaves out is not asked."""
    assert right_value(label, gold, {"value": value}) is expected


def test_a_span_without_a_value_is_wrong_where_the_gold_has_one() -> None:
    """No value at all is a wrong value, not an uncounted one."""
    assert right_value("DATE", {"value": "2008"}, {}) is False
    assert right_value("MONEY", {"amount": 1.0}, {"value": None}) is False


def test_values_are_compared_in_pairs_only() -> None:
    """Value accuracy is over matched pairs, exact or overlapping, whose gold span carries a value."""
    gold = [at(0, 4, value="2008"), at(5, 9, value="2009"), at(10, 14), at(15, 19, value="2010")]
    found = [at(0, 4, value=date("2008")), at(6, 9, value=date("2019")), at(10, 14, value=date("2001"))]
    report = evaluate([doc(*gold)], [doc(*found)])
    assert (report.overall.right, report.overall.valued) == (1, 2)
    assert kinds(report) == ["wrong_span", "wrong_value", "missed"]


# Reading


def in_two(pack: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    """Packed in two frames, as a file has them that was written in two goes."""
    return lambda data: pack(data[:9]) + pack(data[9:])


@pytest.mark.parametrize(
    ("name", "pack"),
    [
        ("g.jsonl", bytes),
        ("g.jsonl.gz", gzip.compress),
        ("g.jsonl.zst", zstandard.compress),
        ("g.jsonl.gz", in_two(gzip.compress)),
        ("g.jsonl.zst", in_two(zstandard.compress)),
    ],
)
def test_lines_are_read_plain_or_packed(tmp_path: Path, name: str, pack: Any) -> None:
    """A .jsonl file gives its records, packed in one go or several, with blank lines, a BOM and U+2028 in a string."""
    lines = '\ufeff{"id":"a","spans":[]}\n\n{"id":"b","spans":[],"text":"x\u2028y"}\n'
    (tmp_path / name).write_bytes(pack(lines.encode()))
    assert [record["id"] for record in load_records(tmp_path / name)] == ["a", "b"]


@pytest.mark.parametrize("content", [doc(), [doc(), doc(name="b")]], ids=["one", "list"])
@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_a_json_file_holds_one_record_or_a_list(tmp_path: Path, content: Any, suffix: str) -> None:
    """A .json file may be one record, as the gold is, or a list of them."""
    data = json.dumps(content, indent=1).encode()
    path = tmp_path / f"g.v2.json{suffix}"
    path.write_bytes(gzip.compress(data) if suffix else data)
    assert load_records(str(path)) == (content if isinstance(content, list) else [content])


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("g.jsonl", b'{"id":"a","spans":[]}\n{"id":', r"g\.jsonl:2: is not JSON"),
        ("g.jsonl", b"[1]", r"g\.jsonl:1: is a list, not a record"),
        ("g.jsonl", b'{"spans":[]}', r"g\.jsonl:1: has no 'id'"),
        ("g.jsonl", b'{"id":"a"}', r"g\.jsonl:1: has no 'spans'"),
        ("g.jsonl", b'{"id":"a","spans":[{"start":1,"end":2}]}', r"spans\[0\] needs a label"),
        ("g.jsonl", b'{"id":"a","spans":[{"start":2,"end":2,"label":"X"}]}', r"start before its end"),
        ("g.jsonl", b'{"id":"a","spans":[{"start":true,"end":2,"label":"X"}]}', r"spans\[0\]"),
        ("g.jsonl", b'{"id":"a","spans":[7]}', r"spans\[0\]"),
        ("g.json", b'[{"id":"a","spans":[]}, 3]', r"g\.json: record 2: is a int"),
        ("g.json", b"\xff", r"g\.json: is not JSON"),
        ("g.jsonl.gz", b"no gzip", r"g\.jsonl\.gz: cannot be read"),
        ("g.jsonl.gz", gzip.compress(b"x" * 99, mtime=0)[:-12], r"g\.jsonl\.gz: cannot be read"),
        ("g.jsonl.zst", b"no zstd", r"g\.jsonl\.zst: cannot be read"),
    ],
)
def test_a_bad_file_is_named_with_its_line(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    """An error in a gold file says which file, which line or record, and what is wrong with it."""
    (tmp_path / name).write_bytes(content)
    with pytest.raises(EvaluateError, match=message):
        load_records(tmp_path / name)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """A missing gold file is an EvaluateError like the others."""
    with pytest.raises(EvaluateError, match=r"none\.jsonl: cannot be read: No such file"):
        load_records(tmp_path / "none.jsonl")


# The report


def report_with_errors() -> Report:
    text = "x" * 50 + "in\n2008 and 5 euro" + "y" * 50
    gold = doc(at(53, 57, value="2008"), at(62, 68, "MONEY", amount=5.0, currency="EUR"), text=text, lang="nl")
    found = doc(at(50, 57, value=date("2009"), rule="dates/year"), text=text, lang="nl")
    return evaluate([gold], [found, doc(name="z")])


def test_an_error_holds_forty_characters_on_each_side() -> None:
    """The context is 40 characters before and after, as they stand in the text."""
    wrong, _, missed = report_with_errors().errors
    assert (wrong.before, wrong.text) == ("x" * 40, "in\n2008")
    assert missed.after == "y" * 40
    assert missed.gold is not None
    assert missed.gold["value"] == {"amount": "5", "currency": "EUR"}


def test_the_report_is_json() -> None:
    """`as_dict` holds the documents, every score and every error, and nothing that JSON does not know."""
    whole = json.loads(json.dumps(report_with_errors().as_dict()))
    assert whole["documents"] == {
        "compared": 1,
        "not_predicted": [],
        "not_gold": ["z"],
        "other_text": [],
        "partly_judged": 0,
    }
    assert whole["overall"]["overlap"]["recall"] == 0.5
    assert whole["by_language_and_label"]["nl"]["DATE"]["value"] == {
        "compared": 1,
        "right": 0,
        "accuracy": 0.0,
    }
    assert [error["kind"] for error in whole["errors"]] == ["wrong_span", "wrong_value", "missed"]
    assert whole["errors"][0]["predicted"]["rule"] == "dates/year"


def test_the_table_has_a_row_for_each_score() -> None:
    """The text has one row for all, each label, each language and each label of a language, in per cent."""
    text = render(report_with_errors(), errors=False)
    rows = {line[:24].strip(): line[24:].split() for line in text.splitlines()[5:]}
    assert list(rows) == ["all", "DATE", "MONEY", "nl", "nl DATE", "nl MONEY"]
    assert rows["all"] == ["2", "1", "0.0", "0.0", "0.0", "100.0", "50.0", "66.7", "0/1", "0.0"]
    assert rows["MONEY"] == ["1", "0", "–", "0.0", "0.0", "–", "0.0", "0.0", "–"]
    assert "1 without gold (left out): z" in text
    assert "missed" not in text


def test_the_errors_follow_the_table_when_asked_for() -> None:
    """Each error is shown in its context, line breaks flattened, with gold, found and rule."""
    text = render(report_with_errors(), errors=True)
    assert "errors: 1 missed, 1 wrong span, 1 wrong value\n" in text
    assert f"wrong value: DATE in a (nl) at 53\n  {'x' * 40}[in 2008] and 5 euro" in text
    assert "  gold   2008  iso: 2008\n  found  in 2008  timex: 2009, edtf: 2009  by dates/year\n" in text


def test_many_names_are_cut_short() -> None:
    """Of a long list of documents without gold the first ten are named, and how many more there are."""
    text = render(evaluate([], [doc(name=f"d{number:02}") for number in range(12)]), errors=False)
    assert "12 without gold (left out): d00, d01, d02, d03, d04, d05, d06, d07, d08, d09 and 2 more" in text


def test_the_order_of_documents_does_not_matter() -> None:
    """The same records in another order give the same report, errors in the order of the ids."""
    gold: Sequence[Json] = [doc(at(0, 2), at(5, 7), name=name) for name in "dacfebhg"]
    found = [doc(at(0, 3), name=name) for name in "cabhgdfe"]
    report = evaluate(gold, found)
    assert report.as_dict() == evaluate(gold[::-1], found[::-1]).as_dict()
    assert [error.document for error in report.errors if error.kind == "missed"] == list("abcdefgh")


def judged(*spans: Json, wrong: Sequence[Json] = (), whole: bool = False) -> Json:
    """Gold of a reviewer who has judged these spans right and those wrong."""
    return {**doc(*spans), "judged": {"whole": whole, "wrong": list(wrong)}}


def test_only_what_was_judged_counts() -> None:
    """Of a document judged in part a span found elsewhere costs no precision, and one found wrong does."""
    gold = judged(at(0, 2), at(5, 7), wrong=[at(9, 12)])
    found = doc(at(0, 2), at(9, 12), at(20, 24))
    report = evaluate([gold], [found])
    assert report.overall.predicted == 2
    assert report.overall.strict.precision == 0.5
    assert [error.kind for error in report.errors] == ["missed", "spurious"]


def test_recall_is_told_of_documents_judged_whole() -> None:
    """What is missed in a document judged in part is an error, and no part of recall; judged whole it is."""
    found = doc(at(0, 2))
    assert evaluate([judged(at(0, 2), at(5, 7))], [found]).overall.strict == (1.0, None, None)
    assert evaluate([judged(at(0, 2), at(5, 7), whole=True)], [found]).overall.strict == (1.0, 0.5, 2 / 3)


def test_precision_by_rule_comes_with_its_interval() -> None:
    """A rule's precision counts spans that are right in span and value, with the interval that so few allow."""
    gold = doc(at(0, 2, value={"timex": "2008"}), at(5, 7, value={"timex": "2009"}))
    found = doc(
        at(0, 2, rule="dates/year", value={"timex": "2008"}), at(5, 7, rule="dates/year", value={"timex": "1009"})
    )
    report = evaluate([gold], [found])
    tally = report.tallies["rule", "dates/year"]
    assert (tally.judged, tally.right, tally.precision) == (2, 1, 0.5)
    assert tally.interval is not None
    assert [round(end, 3) for end in tally.interval] == [0.095, 0.905]
    row = next(line for line in render(report, errors=False, rules=True).splitlines() if line.startswith("dates/year"))
    assert row.split() == ["dates/year", "2", "1", "50.0", "9.5", "to", "90.5"]
