"""Texts in record batches, held against the pipeline that annotates one text."""

from __future__ import annotations

import doctest
from datetime import date, datetime
from importlib import import_module
from typing import Any

import pytest

import annotate
from annotate.arrow import RESULT, SCHEMA, annotate_batches, annotate_table, record_of
from annotate.arrow.rows import Rows
from annotate.options import Options
from annotate.records import Document, Record
from annotate.schema import invariants

pa = pytest.importorskip("pyarrow")

ROWS: list[dict[str, Any]] = [
    {"name": "a/b c", "body": "Op 18 januari 1950 kostte het 2,5 miljard euro.", "tongue": "nl", "day": None},
    {
        "name": "2",
        "body": "🎉 It grew last year, and they signed a free trade agreement.",
        "tongue": "en",
        "day": "2025-04-14",
    },
    {"name": "3", "body": "", "tongue": None, "day": None},
    {
        "name": "4",
        "body": "Vietnam and Japan upgraded ties to a comprehensive strategic partnership in 2023.",
        "tongue": None,
        "day": "2025-04-14",
    },
]


def expected(row: dict[str, Any]) -> dict[str, Any]:
    source: Any = "record" if row["day"] else None
    document = Document(row["name"], row["body"], row["name"], lang=row["tongue"], date=row["day"], date_source=source)
    return annotate.load().annotate(document).to_dict()


def made(rows: list[dict[str, Any]], **more: Any) -> list[dict[str, Any]]:
    table = annotate_table(pa.Table.from_pylist(rows), text="body", id="name", lang="tongue", date="day", **more)
    assert table.schema.equals(RESULT)
    found: list[dict[str, Any]] = table.to_pylist()
    return found


def test_records_are_those_of_the_pipeline() -> None:
    """Whatever comes out of a batch is, field by field, what the pipeline makes of the same document."""
    found = made(ROWS)
    assert [row["error"] for row in found] == [None] * 4
    assert [record_of(row) for row in found] == [expected(row) for row in ROWS]
    assert all(invariants(Record.from_dict(record_of(row))) == [] for row in found)


def test_a_text_alone_is_what_annotate_makes_of_it() -> None:
    """All but the name: without an id column the hash of the text names it, wherever it is."""
    batch = pa.RecordBatch.from_pylist([{"text": row["body"]} for row in ROWS])
    (found,) = annotate_batches([batch])
    for row, one in zip(ROWS, found.to_pylist(), strict=True):
        assert record_of(one) == annotate.annotate(row["body"], id=one["id"]).to_dict()
    assert len({one["id"] for one in found.to_pylist()}) == 4


def test_what_fails_is_a_row_and_costs_no_other() -> None:
    """No text, a language that is none, a day that is none: each says so in its row, its neighbours are whole."""
    wrong = [
        {**ROWS[0], "body": None},
        {**ROWS[0], "tongue": "klingon"},
        ROWS[0],
        {**ROWS[0], "day": "5-3-2024"},
    ]
    found = made(wrong)
    assert [row["error"] and row["error"]["error"] for row in found] == ["no-text", "FieldError", None, "FieldError"]
    assert found[0]["error"]["message"] == "there is no text in this row"
    assert "klingon" in found[1]["error"]["message"]
    assert "2025-04-14" in found[3]["error"]["message"]
    assert all(row["id"] == "a/b c" for row in found)
    assert all(row["spans"] is None and row["text"] is None for row in (found[0], found[1], found[3]))
    assert record_of(found[2]) == expected(ROWS[0])


@pytest.mark.parametrize("kind", ["string", "large_string", "string_view"])
def test_columns_may_be_of_any_type_that_holds_them(kind: str) -> None:
    """Texts of any of Arrow's kinds, numbers as ids, days and times as days."""
    table = pa.table(
        {
            "body": pa.array(["It grew last year."] * 2, getattr(pa, kind)()),
            "name": pa.array([7, None]),
            "tongue": pa.array(["en", "en"]).dictionary_encode(),
            "day": pa.array([date(2025, 4, 14), None]),
            "time": pa.array([datetime(2025, 4, 14, 23, 59), None]),  # noqa: DTZ001
        }
    )
    for column in ("day", "time"):
        one, other = annotate_table(table, text="body", id="name", lang="tongue", date=column).to_pylist()
        assert (one["id"], one["spans"][0]["date"]["timex"], one["meta"]["date"]) == ("7", "2024", "2025-04-14")
        assert (len(other["id"]), other["spans"][0]["date"]["anchor"]) == (16, None)


def test_empty_batches_are_batches() -> None:
    """Engines probe with no rows; what comes back has the schema all the same."""
    empty = pa.RecordBatch.from_pydict({"text": pa.array([], pa.string())})
    (found,) = annotate_batches([empty])
    assert (found.num_rows, found.schema.equals(RESULT)) == (0, True)
    assert [*annotate_batches([])] == []


def test_a_column_that_is_not_there_is_told() -> None:
    """With those that are: the call is wrong, and no row of it could be right."""
    batch = pa.RecordBatch.from_pydict({"body": ["x"]})
    with pytest.raises(ValueError, match="text: there is no column 'text'; there are body"):
        next(annotate_batches([batch]))


def test_options_are_those_of_a_run() -> None:
    """Tokens and labels as `annotate run` has them."""
    (row,) = made(ROWS[:1], options=Options(tokens=True, labels=("MONEY",)))
    assert [span["label"] for span in row["spans"]] == ["MONEY"]
    assert row["tokens"][0]["text"] == "Op"


def test_typed_columns_hold_what_their_texts_say() -> None:
    """An amount is an exact decimal and a day a day; what they cannot hold is null, counted, and stays as text."""
    record = annotate.annotate("Since 2008 it cost 5 euros.", lang="en").to_dict()
    rows = Rows()
    record["spans"][0]["value"] |= {"start": "-0044-03-15", "end": "9999-12-31"}
    record["spans"][1]["value"] |= {"amount": "12345678901234567890123456789012.000001", "max": "0.1234567"}
    found = pa.RecordBatch.from_pylist([rows.row(record)], schema=SCHEMA).to_pylist()[0]
    day, money = found["spans"][0]["date"], found["spans"][1]["money"]
    assert (day["start"], day["start_day"], day["end_day"]) == ("-0044-03-15", None, date(9999, 12, 31))
    assert str(money["amount_decimal"]) == money["amount"]
    assert (money["max"], money["max_decimal"], money["min_decimal"]) == ("0.1234567", None, None)
    assert [note.split(" ")[:2] for note in rows.untyped.notes()] == [["1", "days"], ["1", "amounts"]]
    assert record_of(found) == record


@pytest.mark.parametrize("name", ["batches", "rows", "schema", "typed"])
def test_the_examples_in_the_docstrings_are_true(name: str) -> None:
    """Every example in a docstring gives what it says."""
    assert doctest.testmod(import_module(f"annotate.arrow.{name}")).failed == 0
