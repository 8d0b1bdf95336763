"""Tables out of records: what a row says, what says so, and that runs over a growing output give what one run gives."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date as calendar
from pathlib import Path

import msgspec
import pyarrow.parquet as pq
import pytest
from filelock import FileLock
from typer.testing import CliRunner

from annotate.cli.app import app
from annotate.knowledge.claims import Claim, claims_of
from annotate.knowledge.tables import TABLES
from annotate.records import Fact, Meta, Record, Run
from annotate.spans import (
    AgreementSpan,
    AgreementValue,
    AnySpan,
    DateSpan,
    DateValue,
    MoneySpan,
    MoneyValue,
    PartnershipSpan,
    PartnershipValue,
    Party,
)

RUN = Run("annotate 0", "3", "-", "sha256:0", "sha256:0")


def day(text: str, start: str, end: str | None = None) -> DateValue:
    return DateValue(text, "DATE", None, text, start, end or start, "day", None)


def pact(kind: str, *codes: str, id: str | None = None, date: str | None = None, **more: object) -> AgreementValue:  # noqa: A002
    fields: dict[str, object] = {"name": None, "acronym": None, "count": None, "subject": None, "status": None}
    parties = tuple(Party(code, code) for code in codes)
    return msgspec.convert(
        {**fields, "kind": kind, "id": id, "parties": parties, "date_span": date, "amount_span": None, **more},
        AgreementValue,
    )


def bond(*codes: str, level: Sequence[str], since: str | None = None, status: str | None = None) -> PartnershipValue:
    parties = tuple(Party(code, code) for code in codes)
    return PartnershipValue("partnership", tuple(level), None, None, parties, status, since)


def record(
    name: str,
    text: str,
    spans: Sequence[tuple[str, object]],
    facts: Sequence[tuple[str, str, str | None, str | None]] = (),
    lang: str = "en",
    date: str | None = "2025-05-01",
) -> Record:
    """A record out of words of a text and their values; a fact is its type, subject, date and amount."""
    made: list[AnySpan] = []
    at = 0
    for number, (words, value) in enumerate(spans, 1):
        start = text.index(words, at)
        at = start + 1
        place = (f"s{number}", start, start + len(words), words)
        if isinstance(value, DateValue):
            made.append(DateSpan(*place, "DATE", 0, 0, "r", value))
        elif isinstance(value, MoneyValue):
            made.append(MoneySpan(*place, "MONEY", 0, 0, "r", value))
        elif isinstance(value, AgreementValue):
            made.append(AgreementSpan(*place, "AGREEMENT", 0, 0, "r", value))
        else:
            assert isinstance(value, PartnershipValue)
            made.append(PartnershipSpan(*place, "PARTNERSHIP", 0, 0, "r", value))
    meta = Meta(
        source=f"{name}.txt", date=date, date_source="option", sha256="0" * 64, lang_score=1.0, lang_source="option"
    )
    return Record(
        "annotate/2", name, text, lang, meta, tuple(made),
        tuple(Fact(kind, subject, (), when, much, (0, len(text))) for kind, subject, when, much in facts), RUN,  # type: ignore[arg-type]
    )  # fmt: skip


def signed(name: str, words: str, value: DateValue, lang: str = "en", date: str = "2025-05-01") -> Record:
    text = f"Fiji and Nepal signed a trade pact in {words}."
    spans = [("trade pact", pact("free_trade_agreement", "FJ", "NP", date="s2", status="signed")), (words, value)]
    return record(name, text, spans, [("signed", "s1", "s2", None)], lang, date)


def run(*arguments: object) -> str:
    done = CliRunner().invoke(app, [*map(str, arguments)])
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


def put(out: Path, *records: Record) -> None:
    (out / "annotations.jsonl").write_bytes(b"".join(one.to_json() + b"\n" for one in records))


def table(folder: Path, name: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / f"{name}.jsonl").read_text("utf-8").splitlines()]


def test_an_agreement_of_two_languages_is_one_row(out: Path, tmp_path: Path) -> None:
    """Two articles, one month and one day within it: one row, both as evidence, one fact, and they do not disagree."""
    put(
        out,
        signed("a", "May 2011", day("2011-05", "2011-05-01", "2011-05-31")),
        signed("b", "2011-05-07", day("2011-05-07", "2011-05-07"), "es", "2024-01-02"),
    )
    run("knowledge", out, "-o", tmp_path / "kn")
    (row,) = table(tmp_path / "kn", "agreements")
    assert (row["id"], row["parties"], row["documents"], row["mentions"]) == (
        "fj-np/free_trade/2011",
        ["FJ", "NP"],
        2,
        2,
    )
    assert (row["first_seen"], row["last_seen"], row["status"], row["disagreements"]) == (
        "2024-01-02", "2025-05-01", "signed", [],
    )  # fmt: skip
    (fact,) = table(tmp_path / "kn", "facts")
    assert (fact["type"], fact["date"], fact["documents"]) == ("signed", "2011-05-07", 2)
    assert [one["sentence"] for one in fact["evidence"]] == [  # type: ignore[attr-defined]
        "Fiji and Nepal signed a trade pact in May 2011.",
        "Fiji and Nepal signed a trade pact in 2011-05-07.",
    ]


def test_two_days_of_signing_both_stand(out: Path, tmp_path: Path) -> None:
    """Where articles disagree about the day, the row has both, each with its evidence, and says so."""
    put(
        out,
        signed("a", "2011-11-11", day("2011-11-11", "2011-11-11")),
        signed("b", "2011-11-12", day("2011-11-12", "2011-11-12")),
    )
    run("knowledge", out, "-o", tmp_path / "kn")
    (row,) = table(tmp_path / "kn", "agreements")
    assert row["disagreements"] == ["signed: 2011-11-11 or 2011-11-12"]
    assert [(one["date"], one["evidence"][0]["document"]) for one in row["dates"]] == [  # type: ignore[attr-defined]
        ("2011-11-11", "a"),
        ("2011-11-12", "b"),
    ]


def test_levels_of_a_partnership_are_rows_that_lead_to_one_another(out: Path, tmp_path: Path) -> None:
    """A raise joins the old level and the new, also where each is told by another article."""
    low, high = ["strategic"], ["comprehensive", "strategic"]
    first = record(
        "a",
        "Fiji and Nepal set up a strategic partnership in 2009.",
        [
            ("strategic partnership", bond("FJ", "NP", level=low, since="s2", status="established")),
            ("2009", day("2009", "2009-01-01", "2009-12-31")),
        ],
        [("established", "s1", "s2", None)],
    )
    second = record(
        "b",
        "Fiji and Nepal have had a comprehensive strategic partnership since 2023.",
        [
            ("comprehensive strategic partnership", bond("FJ", "NP", level=high, since="s2", status="upgraded")),
            ("2023", day("2023", "2023-01-01", "2023-12-31")),
        ],
        [("upgraded", "s1", "s2", None)],
    )
    put(out, second, first)
    run("knowledge", out, "-o", tmp_path / "kn")
    upper, lower = table(tmp_path / "kn", "partnerships")
    assert (lower["id"], lower["since"], lower["upgraded_to"]) == (
        "fj-np/partnership/strategic/2009",
        "2009",
        upper["id"],
    )
    assert (upper["since"], upper["upgraded_from"], upper["level"]) == ("2023", lower["id"], high)


def test_a_sum_has_its_agreement_and_several_agreements_are_no_row(out: Path, tmp_path: Path) -> None:
    """`14 agreements worth 2 billion dollars` are a sum and a fact; one agreement they are not."""
    money = MoneyValue("2000000000", None, None, "USD", (), None, None)
    one = record(
        "a", "They signed 14 agreements worth $2 billion.",
        [("14 agreements", pact("cooperation_agreement", "KR", "VN", count=14)), ("$2 billion", money)],
        [("valued_at", "s1", None, "s2")],
    )  # fmt: skip
    put(out, one)
    run("knowledge", out, "-o", tmp_path / "kn")
    assert table(tmp_path / "kn", "agreements") == []
    (row,) = table(tmp_path / "kn", "sums")
    assert (row["count"], row["amount"], row["currency"], row["parties"]) == (14, "2000000000", "USD", ["KR", "VN"])


def test_a_grown_output_gives_the_bytes_of_a_first_run(out: Path, tmp_path: Path) -> None:
    """New, changed and lost records: the tables are those of a run from nothing, and only what differs is read."""
    three = [
        signed(name, f"{year}", day(f"{year}", f"{year}-01-01", f"{year}-12-31"))
        for name, year in (("a", 2011), ("b", 2012), ("c", 2013))
    ]
    put(out, *three[:2])
    run("knowledge", out, "-o", tmp_path / "kn")
    changed = signed("b", "2014", day("2014", "2014-01-01", "2014-12-31"))
    put(out, three[2], changed)
    again = CliRunner().invoke(app, ["knowledge", str(out), "-o", str(tmp_path / "kn")])
    assert "2 of them new or changed" in again.stderr
    last = CliRunner().invoke(app, ["knowledge", str(out), "-o", str(tmp_path / "kn")])
    assert "0 of them new or changed" in last.stderr
    put(out, changed, three[2])
    run("knowledge", out, "-o", tmp_path / "fresh")
    for name in TABLES:
        for kind in ("jsonl", "csv", "parquet"):
            assert (tmp_path / "kn" / f"{name}.{kind}").read_bytes() == (
                tmp_path / "fresh" / f"{name}.{kind}"
            ).read_bytes()
    assert sorted(path.name for path in (tmp_path / "kn" / ".knowledge").iterdir()) == ["claims.sqlite", "lock"]


def test_parquet_has_days_as_days(out: Path, tmp_path: Path) -> None:
    """Nested dates have typed columns too."""
    put(out, signed("a", "2011-11-11", day("2011-11-11", "2011-11-11")))
    run("knowledge", out, "-o", tmp_path / "kn")
    (row,) = pq.read_table(tmp_path / "kn" / "agreements.parquet").to_pylist()
    assert (row["dates"][0]["start_day"].isoformat(), row["parties"], json.loads(row["names"])) == (
        "2011-11-11",
        ["FJ", "NP"],
        {},
    )


def test_a_broken_line_leaves_what_was_there(out: Path, tmp_path: Path) -> None:
    """A line that is no record stops the run with its place; tables and claims of before stay."""
    one = signed("a", "2011", day("2011", "2011-01-01", "2011-12-31"))
    put(out, one)
    run("knowledge", out, "-o", tmp_path / "kn")
    before = (tmp_path / "kn" / "agreements.jsonl").read_bytes()
    (out / "annotations.jsonl").write_bytes(one.to_json().replace(b'"a"', b'"z"', 1) + b"\n{}\n")
    done = CliRunner().invoke(app, ["knowledge", str(out), "-o", str(tmp_path / "kn")])
    assert (done.exit_code, "annotations.jsonl:2: is no record" in done.stderr) == (2, True)
    assert (tmp_path / "kn" / "agreements.jsonl").read_bytes() == before
    put(out, one)
    assert "0 of them new" in CliRunner().invoke(app, ["knowledge", str(out), "-o", str(tmp_path / "kn")]).stderr


def test_a_folder_of_others_is_left_alone(out: Path, tmp_path: Path) -> None:
    """Tables go to a folder of their own."""
    put(out, signed("a", "2011", day("2011", "2011-01-01", "2011-12-31")))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "agreements.csv").write_text("precious")
    done = CliRunner().invoke(app, ["knowledge", str(out), "-o", str(tmp_path / "mine")])
    assert (done.exit_code, (tmp_path / "mine" / "agreements.csv").read_text()) == (2, "precious")


@pytest.mark.parametrize("written", [True, False])
def test_ask_finds_by_parties_kind_and_time(out: Path, tmp_path: Path, written: bool) -> None:
    """Out of tables or out of the output itself: all parties that are named, and nothing that came about before."""
    put(
        out,
        signed("a", "2011", day("2011", "2011-01-01", "2011-12-31")),
        signed("b", "2002", day("2002", "2002-01-01", "2002-12-31")),
    )
    if written:
        run("knowledge", out, "-o", tmp_path / "kn")
    where = tmp_path / "kn" if written else out
    asked = ("knowledge", "ask", where, "--party", "np", "--party", "FJ")
    found = json.loads(run(*asked, "--since", "2009", "--kind", "free_trade_agreement", "--json"))
    assert [row["id"] for row in found] == ["fj-np/free_trade/2011"]
    assert json.loads(run(*asked, "--party", "JP", "--json")) == []
    assert "signed: 2011" in run(*asked, "--since", "2009")
    wrong = CliRunner().invoke(app, [*map(str, asked), "--kind", "tariff"])
    assert (wrong.exit_code, "is no kind" in wrong.stderr) == (2, True)


@pytest.mark.parametrize(
    ("name", "number"), [("Fiji", 1), ("fj", 1), ("Fidji", 1), ("斐济", 1), ("Fidschi", 1), ("Nepal", 1), ("Chile", 0)]
)
def test_a_party_is_asked_for_by_code_or_name(out: Path, name: str, number: int) -> None:
    """A country's name in any language is as good as its code."""
    put(out, signed("a", "2011", day("2011", "2011-01-01", "2011-12-31")))
    assert len(json.loads(run("knowledge", "ask", out, "--party", name, "--json"))) == number


def test_ask_says_why_nothing_may_fit(out: Path) -> None:
    """A word that is none of those in tables, or a time that ends before it begins, is told of; no day is made up."""
    put(out, signed("a", "2011", day("2011", "2011-01-01", "2011-12-31")))
    wrong = ("--party", "Fijy", "--level", "strategik", "--status", "signd", "--since", "2020", "--until", "2010")
    told = CliRunner().invoke(app, ["knowledge", "ask", str(out), *wrong]).stderr
    for words in ("'Fijy' is no country", "'strategik' is no usual level", "'signd' is no usual status", "since 2020"):
        assert words in told
    for when in ("yesterday", "2009-13", "2009-02-30", "٢٠٠٩"):
        done = CliRunner().invoke(app, ["knowledge", "ask", str(out), "--since", when])
        assert (done.exit_code, "is no year, month or day" in done.stderr) == (2, True)


def test_what_is_no_output_leaves_nothing_behind(out: Path, tmp_path: Path) -> None:
    """No folder is made for tables of what is not there, empty, or of a newer version."""
    line = signed("a", "2011", day("2011", "2011-01-01", "2011-12-31")).to_json()
    (out / "annotations.jsonl").write_bytes(line.replace(b"annotate/2", b"annotate/9") + b"\n")
    (tmp_path / "empty").mkdir()
    for name, words in (("nowhere", "No such file"), ("empty", "holds no annotations.jsonl")):
        done = CliRunner().invoke(app, ["knowledge", str(tmp_path / name), "-o", str(tmp_path / "kn")])
        assert (done.exit_code, words in done.stderr) == (2, True)
    assert not (tmp_path / "kn").exists()
    done = CliRunner().invoke(app, ["knowledge", str(out), "-o", str(tmp_path / "kn")])
    assert (done.exit_code, "a newer version" in done.stderr) == (2, True)


def test_a_run_that_was_stopped_goes_on_where_it_was(
    out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An interruption keeps the claims of what was read; the tables of the next run are those of a run from nothing."""
    records = [signed(f"{n}", f"{n}", day(f"{n}", f"{n}-01-01", f"{n}-12-31")) for n in range(2001, 2006)]
    put(out, *records)
    left = iter(range(3))

    def stopped(record: Record) -> list[Claim]:
        if next(left, None) is None:
            raise KeyboardInterrupt
        return claims_of(record)

    with monkeypatch.context() as patch:
        patch.setattr("annotate.knowledge.store.claims_of", stopped)
        done = CliRunner().invoke(app, ["knowledge", str(out), "-o", str(tmp_path / "kn")])
    assert (done.exit_code, "goes on where this one stopped" in done.stderr) == (130, True)
    again = CliRunner().invoke(app, ["knowledge", str(out), "-o", str(tmp_path / "kn")])
    assert "of 5 records, 2 of them new or changed" in again.stderr
    run("knowledge", out, "-o", tmp_path / "fresh")
    assert table(tmp_path / "kn", "mentions") == table(tmp_path / "fresh", "mentions")


def test_runs_into_one_folder_take_turns(out: Path, tmp_path: Path) -> None:
    """Where another run writes, nothing is touched; what one that was killed has left goes with the next."""
    put(out, signed("a", "2011", day("2011", "2011-01-01", "2011-12-31")))
    run("knowledge", out, "-o", tmp_path / "kn")
    left = tmp_path / "kn" / ".knowledge" / "draft-0"
    left.mkdir()
    with FileLock(tmp_path / "kn" / ".knowledge" / "lock"):
        done = CliRunner().invoke(app, ["knowledge", str(out), "-o", str(tmp_path / "kn")])
    assert (done.exit_code, "another run writes there" in done.stderr, left.exists()) == (2, True, True)
    run("knowledge", out, "-o", tmp_path / "kn")
    assert not left.exists()


def asked(path: Path, query: str) -> list[tuple[object, ...]]:
    with pytest.importorskip("duckdb").connect(str(path)) as base:
        found: list[tuple[object, ...]] = base.execute(query).fetchall()
    return found


def test_duckdb_has_the_tables_beside_those_of_an_export(out: Path, tmp_path: Path) -> None:
    """Spans of the export lead to agreements over all documents; new tables take the place of old ones."""
    base = tmp_path / "out[1].duckdb"
    put(out, signed("a", "2011-11-11", day("2011-11-11", "2011-11-11")))
    run("export", "duckdb", out, "-o", base)
    asked(base, "CREATE TABLE knowledge_of_mine AS SELECT 1 AS one")
    put(
        out,
        *(
            signed(name, "2011-11-11", day("2011-11-11", "2011-11-11"), date=f"202{n}-01-01")
            for n, name in ((1, "a"), (2, "b"))
        ),
    )
    for _ in range(2):
        run("knowledge", out, "-o", tmp_path / "kn[1]", "--duckdb", base)
    rows = asked(
        base,
        "SELECT k.id, k.parties, k.dates[1].start_day, k.documents, spans.text, documents.id "
        "FROM knowledge_agreements AS k JOIN knowledge_mentions AS m USING (id) "
        'JOIN spans ON spans.document = m.document AND spans.start = m.start AND spans."end" = m."end" '
        "JOIN documents ON documents.id = m.document",
    )
    assert rows == [("fj-np/free_trade/2011", ["FJ", "NP"], calendar(2011, 11, 11), 2, "trade pact", "a")]
    assert asked(base, "SELECT (SELECT count(*) FROM knowledge_facts), one FROM knowledge_of_mine") == [(1, 1)]
    for name in TABLES:
        file = tmp_path / "kn[1]" / f"{name}.parquet"
        assert asked(base, f"SELECT count(*) FROM knowledge_{name}") == [(pq.read_metadata(file).num_rows,)]


def test_duckdb_gets_all_tables_or_none(out: Path, tmp_path: Path) -> None:
    """Where one table cannot be put into a database, those of before stay; a new database is not left half made."""
    base = tmp_path / "out.duckdb"
    put(out, signed("a", "2011", day("2011", "2011-01-01", "2011-12-31")))
    run("knowledge", out, "-o", tmp_path / "kn", "--duckdb", base)
    asked(base, "DROP TABLE knowledge_mentions; CREATE VIEW knowledge_mentions AS SELECT 5 AS five")
    put(out, signed("b", "2012", day("2012", "2012-01-01", "2012-12-31")))
    done = CliRunner().invoke(app, ["knowledge", str(out), "-o", str(tmp_path / "kn"), "--duckdb", str(base)])
    assert (done.exit_code, "knowledge_mentions" in done.stderr) == (2, True)
    assert asked(base, "SELECT id, five FROM knowledge_agreements, knowledge_mentions") == [
        ("fj-np/free_trade/2011", 5)
    ]
    assert sorted(asked(base, "SHOW TABLES")) == [(f"knowledge_{name}",) for name in sorted(TABLES)]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kn", "out", "out.duckdb"]


@pytest.mark.parametrize("name", ["text.duckdb", "folder", "nowhere/out.duckdb"])
def test_what_is_no_database_is_told_before_anything_is_written(out: Path, tmp_path: Path, name: str) -> None:
    """A file of another kind stays as it is, and no tables are made."""
    put(out, signed("a", "2011", day("2011", "2011-01-01", "2011-12-31")))
    (tmp_path / "folder").mkdir()
    (tmp_path / "text.duckdb").write_text("precious")
    done = CliRunner().invoke(
        app, ["knowledge", str(out), "-o", str(tmp_path / "kn"), "--duckdb", str(tmp_path / name)]
    )
    assert (done.exit_code, name.partition("/")[0] in done.stderr) == (2, True)
    assert (tmp_path / "text.duckdb").read_text() == "precious"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "out", "text.duckdb"]
