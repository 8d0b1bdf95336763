"""SQLite and DuckDB, read with their own libraries: tables, keys, and what the views add up."""

from __future__ import annotations

import doctest
import json
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from annotate.export.articles import ExportError
from annotate.export.export import export
from annotate.export.formats import format_of
from annotate.export.tables import TABLES
from decks import span, value, write
from hardtexts import difficult, money, record, year

duckdb = pytest.importorskip("duckdb", reason="pip install 'annotate-articles[duckdb]'")

LINES = difficult()
KINDS = ("sqlite", "duckdb")
Ask = Callable[[str], list[tuple[Any, ...]]]


def asked(tmp_path: Path, kind: str, *records: dict[str, Any]) -> tuple[Ask, list[str]]:
    """How to ask the database, and what was said when it was made."""
    target = tmp_path / f"made.{kind}"
    done = export(format_of(kind), write(tmp_path / "out", *(records or LINES)), target)
    base = sqlite3.connect(target) if kind == "sqlite" else duckdb.connect(str(target), read_only=True)
    return lambda query: base.execute(query).fetchall(), done.notes


@pytest.mark.parametrize("kind", KINDS)
def test_tables_hold_what_records_do(tmp_path: Path, kind: str) -> None:
    """Every text to the character, NUL and all; every span with its rule; every value, party and fact."""
    ask, notes = asked(tmp_path, kind)
    assert notes == []
    assert dict(ask("SELECT id, text FROM documents")) == {one["id"]: one["text"] for one in LINES}
    spans = [
        (one["id"], *(found[key] for key in ("id", "start", "end", "text", "label", "rule")))
        for one in LINES
        for found in one["spans"]
    ]
    found = ask('SELECT document, id, start, "end", text, label, rule FROM spans')
    assert sorted(found) == sorted(spans)
    assert set(ask("SELECT amount, currency FROM sums")) == {("5000000", "EUR")}
    assert ask("SELECT count(*) FROM dates WHERE timex = '2008' AND start = '2008-01-01'")[0][0] > 10
    assert ask("SELECT span, kind, status, count, date_span, amount_span FROM agreements") == [
        ("s3", "treaty", "signed", 3, "s4", "s5")
    ]
    assert ask("SELECT span, level, since_span FROM partnerships") == [("s2", '["strategic"]', "s1")]
    assert ask("SELECT span, number, name, code FROM parties ORDER BY 1, 2") == [
        ("s2", 1, "Vietnam", "VN"),
        ("s3", 1, "Vietnam", "VN"),
        ("s3", 2, "Bosnia; (North), etc.", None),
    ]
    assert ask("SELECT document, number, type, subject, parties, date, amount, evidence_start FROM facts") == [
        ("linked", 1, "signed", "s3", '["VN"]', "s4", "s5", 33)
    ]
    ((other,),) = ask("SELECT other FROM spans WHERE label = 'LAW'")
    assert json.loads(other) == {"number": "7", "of": ["x", 1, None]}


def test_keys_of_sqlite_hold(tmp_path: Path) -> None:
    """Each table has its key, and what leads to another table leads to a row of it."""
    ask, _ = asked(tmp_path, "sqlite")
    assert ask("PRAGMA foreign_key_check") == []
    assert ask("PRAGMA integrity_check") == [("ok",)]
    for table in TABLES:
        keys = [(row[5], row[1]) for row in ask(f"PRAGMA table_info({table.name})") if row[5]]
        assert tuple(name for _, name in sorted(keys)) == table.key
        assert {row[2] for row in ask(f"PRAGMA foreign_key_list({table.name})")} == {name for _, name in table.links}


@pytest.mark.parametrize("kind", KINDS)
def test_a_day_and_an_amount_that_no_type_holds_are_text(tmp_path: Path, kind: str) -> None:
    """Null in the typed column, as it was beside it, and said once."""
    text = "In 2008 it cost 5 million euros."
    odd = year(text, start="-0044-03-15", edtf="-0044-03-15/..", end=None)
    ask, notes = asked(tmp_path, kind, record("a", text, odd, money(text, amount="1" * 33)))
    assert [note.split(" with")[0].split(" outside")[0] for note in notes] == ["1 days", "1 amounts"]
    assert ask("SELECT start, start_day, edtf FROM dates") == [("-0044-03-15", None, "-0044-03-15/..")]
    typed = "amount_units" if kind == "sqlite" else "amount_decimal"
    assert ask(f"SELECT amount, {typed} FROM sums") == [("1" * 33, None)]


AMOUNTS = ["0.1", "0.2", "9007199254740993", "-10.75", "123456789012345678", "3", "0.000001"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "amounts", [AMOUNTS, ["-0.5"], ["-2.5", "0.5"], ["9223372036854775000"] * 2 + ["-9223372036854774999.5"] * 2]
)
def test_sums_are_exact(tmp_path: Path, kind: str, amounts: list[str]) -> None:
    """By currency and year of the document: no amount has gone through a binary float."""
    text = "It cost 5 million euros."
    records = [record(str(n), text, money(text, amount=one), date="2024-05-06") for n, one in enumerate(amounts)]
    other = record("x", text, money(text, amount="7", per="year"), date="2023-05-06")
    ask, _ = asked(tmp_path, kind, *records, other)
    rows = ask("SELECT year, currency, per, mentions, documents, amount FROM sums_by_currency_and_year ORDER BY year")
    assert [(*row[:5], Decimal(row[5])) for row in rows] == [
        ("2023", "EUR", "year", 1, 1, Decimal(7)),
        ("2024", "EUR", None, len(amounts), len(amounts), sum(map(Decimal, amounts))),
    ]


def pact(name: str, *codes: str, day: str) -> dict[str, Any]:
    """A record of one agreement between these, signed on that day."""
    text = "The pact of 2009."
    parties = [{"name": code.lower(), "code": code} for code in codes]
    stated = value("AGREEMENT", kind="treaty", id="pact", parties=parties, status="signed", date_span="s2")
    dated = year(text, "2009", start=day, end=day)
    return record(name, text, span(text, "pact", "AGREEMENT", stated), dated, date="2024-05-06")


@pytest.mark.parametrize("kind", KINDS)
def test_agreements_are_counted_by_pair_of_parties(tmp_path: Path, kind: str) -> None:
    """Each pair once, whichever stands first; three parties are three pairs."""
    ask, _ = asked(
        tmp_path,
        kind,
        pact("a", "VN", "KR", day="2009-01-01"),
        pact("b", "KR", "VN", day="2009-01-01"),
        pact("c", "VN", "KR", "JP", day="2009-01-01"),
    )
    rows = ask(
        "SELECT party, other_party, id, mentions, documents, first_date FROM agreements_by_parties ORDER BY 1, 2"
    )
    assert rows == [
        ("JP", "KR", "pact", 1, 1, "2024-05-06"),
        ("JP", "VN", "pact", 1, 1, "2024-05-06"),
        ("KR", "VN", "pact", 3, 3, "2024-05-06"),
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_the_timeline_goes_by_days(tmp_path: Path, kind: str) -> None:
    """What a fact or a status dates, each once, those before year 1 first."""
    ask, _ = asked(tmp_path, kind, pact("b", "VN", day="2010-03-01"), pact("a", "VN", day="-0044-03-15"), *LINES)
    assert ask("SELECT start, type, document, span, amount, currency FROM timeline") == [
        ("-0044-03-15", "signed", "a", "s1", None, None),
        ("2009-01-01", "signed", "linked", "s3", "5000000", "EUR"),
        ("2010-03-01", "signed", "b", "s1", None, None),
    ]


def test_duckdb_has_days_and_decimals(tmp_path: Path) -> None:
    """As types of its own."""
    ask, _ = asked(tmp_path, "duckdb")
    assert ask("SELECT max(end_day) FROM dates") == [(date(2009, 12, 31),)]
    assert ask("SELECT DISTINCT amount_decimal, typeof(amount_decimal) FROM sums") == [
        (Decimal("5000000.000000"), "DECIMAL(38,6)")
    ]


def test_duckdb_has_the_same_rows_in_the_same_order(tmp_path: Path) -> None:
    """The head of its files has an identifier by chance, so that no two are alike; what is in them is."""
    contents = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        ask, _ = asked(tmp_path / name, "duckdb")
        contents.append([ask(f"SELECT * FROM {table.name}") for table in TABLES])
    assert contents[0] == contents[1]


@pytest.mark.parametrize("kind", KINDS)
def test_a_document_that_stands_twice_is_told(tmp_path: Path, kind: str) -> None:
    """Two outputs put into one file: no table could say which is meant."""
    out = write(tmp_path / "out", LINES[0], LINES[0])
    with pytest.raises(ExportError, match="stands twice in the output"):
        export(format_of(kind), out, tmp_path / f"made.{kind}")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("kind", KINDS)
def test_many_records_are_all_there(tmp_path: Path, kind: str) -> None:
    """Beyond one batch of rows."""
    many = [{**LINES[0], "id": str(number)} for number in range(250)]
    ask, _ = asked(tmp_path, kind, *many)
    counted = Counter(
        {one: ask(f"SELECT count(*) FROM {one}")[0][0] for one in ("documents", "spans", "dates", "sums")}
    )
    assert counted == {"documents": 250, "spans": 500, "dates": 250, "sums": 250}


def test_sqlite_needs_nothing_that_is_not_there(tmp_path: Path) -> None:
    """Neither pyarrow nor DuckDB: they are extras, and it comes with Python."""
    out = write(tmp_path / "out", *LINES)
    script = (
        "import sys; sys.modules['pyarrow'] = sys.modules['duckdb'] = None\n"
        "from pathlib import Path; from annotate.export.export import export; from annotate.export.formats import *\n"
        "target = Path(sys.argv[2])\n"
        "print(export(format_of('sqlite'), sys.argv[1], target).count)\n"
        "try:\n  export(format_of('duckdb'), sys.argv[1], target.with_suffix('.duckdb'))\n"
        "except ExportError as error:\n  print(error)\n"
        "try:\n  export(format_of('parquet'), sys.argv[1], target.with_suffix('.parquet'))\n"
        "except ExportError as error:\n  print(error)\n"
    )
    command = [sys.executable, "-c", script, str(out), str(tmp_path / "a.sqlite")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        str(len(LINES)),
        "a database of DuckDB needs duckdb; pip install 'annotate-articles[duckdb]'",
        "Parquet and Arrow need pyarrow; pip install 'annotate-articles[parquet]'",
    ]


def test_the_examples_in_the_docstrings_are_true() -> None:
    """Every example in a docstring gives what it says."""
    assert doctest.testmod(import_module("annotate.export.sqlite")).failed == 0
