"""What a document says of itself: its date, its language and its region, its id, and other fields."""

from __future__ import annotations

import json
from typing import Any

import pytest

from annotate.records import Document, Failure
from inputs import TEXT, as_parquet, as_table, codes, document, documents, outcomes, put, rows

pytestmark = pytest.mark.usefixtures("here")

SPANISH = "El señor García firmó el acuerdo de cooperación económica el lunes en España.\r\n"

# --- dates --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given_date", "lang", "region"),
    [
        ("Tue, 05 Mar 2024 23:30:00 GMT", None, None),
        ("Tue, 05 Mar 2024 23:30:00 -0800 (PST)", None, None),
        ("2024-03-05T23:30:00+01:00", None, None),
        ("2024-03-05t23:30:00z", None, None),
        ("2024-03-05+01:00", None, None),
        ("2024-03-05 23:30:00 UTC", None, None),
        ("2024-03-05T10:00:00[Europe/Amsterdam]", None, None),
        ("20240305103000", None, None),
        (1709600000, None, None),
        ("1709600000", None, None),
        (1709600000123, None, None),
        (1709600000.5, None, None),
        ("March 5, 2024", None, None),
        ("March 5th, 2024 at 10:00 AM", None, None),
        ("Mar. 5, 2024, 9:05 p.m. EST", None, None),
        ("Tue Mar 05 10:00:00 +0000 2024", None, None),
        ("Tue Mar 05 2024 10:00:00 GMT+0100 (Central European Standard Time)", None, None),
        ("05-Mar-2024", None, None),
        ("dinsdag 5 maart 2024", None, None),
        ("5 de marzo de 2024", None, None),
        ("5. März 2024", None, None),
        ("5 марта 2024 г.", None, None),
        ("2024年3月5日(火)", None, None),
        ("2024년 3월 5일", None, None),
        ("5 मार्च 2024", None, None),
        ("الثلاثاء، 5 مارس 2024", None, None),
        ("2024/3/5", None, None),
        ("5-3-2024", "nl", None),
        ("5/3/2024", "es", None),
        ("5.3.2024", "de-CH", None),
        ("5/3/2024", "en-GB", None),
        ("5/3/2024", None, "BE"),
        ("3/5/2024 10:00 PM", "English", "US"),
        ("3/5/2024", None, "US"),
    ],
)
def test_a_date_is_read_wherever_it_is_plain(given_date: object, lang: str | None, region: str | None) -> None:
    """Feeds, mail, archives, counts of seconds, names of months in any language, digits whose order is known."""
    put("a.jsonl", rows({"text": "x", "date": given_date, "lang": lang, "region": region}))
    found = document("a.jsonl")
    assert (found.date, found.date_source, found.notices) == ("2024-03-05", "record", ())


@pytest.mark.parametrize(
    ("given_date", "lang", "region"),
    [
        ("5-3-2024", None, None),
        ("5/3/2024", "en", None),
        ("5/3/2024", "nl", "US"),
        ("5/3/2024", "sv", None),
        ("5 listopada 2024", None, None),
        ("Wed, 05 Mar 2024 10:00:00 GMT", None, None),
        ("5 Mar 24", None, None),
        ("5-7 March 2024", None, None),
        ("5 March 2024 - 7 March 2024", None, None),
        ("2024-03-05 2024-03-07", None, None),
        ("Version 5, March 2024", None, None),
        ("31/02/2024", "nl", None),
        ("5 มีนาคม 2567", "th", None),
        ("197603051030", None, None),
        (True, None, None),
        (45356, None, None),
        (10**30, None, None),
        ("9" * 5000, None, None),
        ("../../x\x1b[2J", None, None),
    ],
)
def test_a_date_that_may_mean_two_days_or_none_is_said(
    given_date: object, lang: str | None, region: str | None
) -> None:
    """It is kept aside as it was given, and noticed; what is shown of it is short and harmless."""
    put("a.jsonl", json.dumps({"text": "x", "date": given_date, "lang": lang, "region": region}))
    found = document("a.jsonl")
    assert found.date is None
    assert str(found.meta["date_invalid"]) == str(given_date)
    (notice,) = found.notices
    assert (notice.kind, "\x1b" in notice.found, len(notice.found) < 80) == ("date", False, True)


def test_a_month_is_that_of_the_language_of_its_document() -> None:
    """`listopad` is October in Croatian and November in Polish."""
    put("a.jsonl", rows(*({"text": "x", "date": "5 listopada 2024", "lang": lang} for lang in ("hr", "pl"))))
    assert [one.date for one in documents("a.jsonl")] == ["2024-10-05", "2024-11-05"]


@pytest.mark.parametrize("day", ["1848-03-15", "18480315", "1999-03-15", "2100-03-15"])
def test_the_name_of_a_file_may_have_a_day_of_another_century(day: str) -> None:
    """Archives of newspapers begin long before 1900."""
    put(f"krant_{day}.txt")
    assert document(".").date == f"{day[:4]}-03-15"


def test_a_date_of_its_own_comes_before_that_in_meta() -> None:
    """Where a row has both, the outer one is the later word."""
    put("a.jsonl", rows({"text": "x", "date": "2025-04-14", "meta": {"date": "2020-01-01"}}))
    assert document("a.jsonl").date == "2025-04-14"


# --- language and region ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lang", "tag"),
    [("eng", "en"), ("dut", "nl"), ("Dutch", "nl"), ("Nederlands", "nl"), ("pt_br", "pt-BR"), ("zh-Hant-TW",) * 2],
)
def test_a_language_is_known_by_codes_and_names(lang: str, tag: str) -> None:
    """What a document says of its language becomes a BCP 47 tag, in rows and in front matter."""
    put("a.jsonl", rows({"text": "x", "lang": lang}))
    put("b.md", f"---\nlang: {lang}\n---\nx")
    assert [(one.lang, one.notices) for one in documents(".")] == [(tag, ())] * 2


@pytest.mark.parametrize("lang", ["../../../evil", "Elvish", "x\x1b[2J"])
def test_a_language_that_nobody_knows_is_kept_aside_and_said(lang: str) -> None:
    """The document is read, and its language is detected: it is never a path, and never silent."""
    put("a.jsonl", rows({"text": "x", "lang": lang}))
    found = document("a.jsonl")
    assert (found.lang, found.meta["lang_invalid"]) == (None, lang)
    assert [(notice.kind, "\x1b" in notice.found) for notice in found.notices] == [("lang", False)]


def test_a_region_is_checked_likewise_and_that_of_the_language_counts() -> None:
    """`BEL` is BE; one that does not exist is kept aside, in a tag too."""
    regions = [("nl", "BEL"), ("nl-BE", None), ("nl-BE", "NL"), ("nl", "QQ"), ("nl-QQ", None)]
    put("a.jsonl", rows(*({"text": "x", "lang": lang, "region": region} for lang, region in regions)))
    found = documents("a.jsonl")
    assert [one.region for one in found] == ["BE", "BE", "NL", None, None]
    assert [one.meta.get("region_invalid") for one in found] == [None, None, None, "QQ", "QQ"]
    assert [[notice.kind for notice in one.notices] for one in found] == [[], [], [], ["region"], ["region"]]


# --- ids and other fields -----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.parquet"])
def test_the_id_may_stand_under_another_key(name: str) -> None:
    """`--id-key url` takes it from there, and an `id` beside it is an ordinary field."""
    row = {"text": TEXT, "url": "https://example.org/1", "id": "7"}
    put("a.jsonl", rows(row))
    put("a.csv", as_table([row], ","))
    put("a.parquet", as_parquet([row]))
    found = document(name, id_key="url")
    assert (found.id, found.meta["id"], "url" in found.meta) == ("https://example.org/1", "7", False)


def test_a_key_for_ids_that_is_not_there_is_told() -> None:
    """Who names it wants it: once for a table, for each row of JSONL."""
    put("a.csv", "text,n\nx,1\ny,2\n")
    put("b.jsonl", rows({"text": "x", "url": "u"}, {"text": "y"}, {"text": "z", "url": ""}))
    assert codes(outcomes("a.csv", id_key="url")) == ["missing-id"]
    found = outcomes("b.jsonl", id_key="url")
    assert codes(found) == ["ok", "missing-id", "missing-id"]
    assert isinstance(found[1], Failure)
    assert "no 'url'" in found[1].message
    assert "--id-key" in found[1].message


def test_whole_numbers_of_more_than_64_bits_are_kept_to_the_digit() -> None:
    """Two ids that differ in the last digit stay two; what JSON writers cannot hold becomes a string."""
    big = [2**64 - 1, 2**64, 123456789012345678901234, 123456789012345678901235, -(2**63) - 1]
    lines = (f'{{"id": {n}, "text": "x", "n": {n}, "deep": [{{"n": {n}}}], "f": 1e300}}\n' for n in big)
    put("a.jsonl", "".join(lines))
    found = documents("a.jsonl")
    assert [one.id for one in found] == [str(n) for n in big]
    assert [one.meta["n"] for one in found] == [big[0], *map(str, big[1:])]
    assert [one.meta["deep"][0]["n"] for one in found] == [big[0], *map(str, big[1:])]
    assert {one.meta["f"] for one in found} == {1e300}


# --- parquet ------------------------------------------------------------------------------------


def test_text_in_a_parquet_column_of_bytes_is_text() -> None:
    """Some writers have strings as BINARY: text, id and other fields are decoded, also from an older encoding."""
    put("a.parquet", as_parquet([{"text": TEXT.encode(), "id": b"x1", "title": "één".encode(), "raw": b"\0\1"}]))
    found = document("a.parquet")
    assert (found.text, found.id, found.meta["title"], found.meta["raw"]) == (TEXT, "x1", "één", "0001")
    put("b.parquet", as_parquet([{"text": SPANISH.encode("cp1252")}, {"text": b"plain"}, {"text": b"a\0b"}]))
    old, plain, broken = outcomes("b.parquet")
    assert isinstance(old, Document)
    assert (old.text, old.meta["encoding"], old.notices[0].kind) == (SPANISH, "cp1252", "encoding")
    assert isinstance(plain, Document)
    assert "encoding" not in plain.meta
    assert codes([broken]) == ["nul-byte"]


def table(**columns: Any) -> None:
    import pyarrow
    from pyarrow import parquet

    parquet.write_table(pyarrow.table(columns), "a.parquet")


def test_parquet_moments_with_nanoseconds_are_kept() -> None:
    """Python has none: they become ISO strings with nine digits, also inside lists and objects, and as dates."""
    import pyarrow as pa

    moment = 1709600000123456789
    columns = {
        "text": pa.array([TEXT, TEXT]),
        "date": pa.array([moment, None], pa.timestamp("ns", "Europe/Amsterdam")),
        "at": pa.array([moment, -1], pa.timestamp("ns")),
        "even": pa.array([moment // 1000 * 1000] * 2, pa.timestamp("ns")),
        "clock": pa.array([36000000000001, None], pa.time64("ns")),
        "took": pa.array([1500000001, 0], pa.duration("ns")),
        "seen": pa.array([[moment], []], pa.list_(pa.timestamp("ns"))),
        "deep": pa.array([{"at": moment}, {"at": None}], pa.struct([("at", pa.timestamp("ns"))])),
    }
    table(**columns)
    first, second = documents("a.parquet")
    assert first.date == "2024-03-05"
    assert {name: first.meta[name] for name in columns if name in first.meta} == {
        "at": "2024-03-05T00:53:20.123456789",
        "even": "2024-03-05T00:53:20.123456",
        "clock": "10:00:00.000000001",
        "took": "PT1.500000001S",
        "seen": ["2024-03-05T00:53:20.123456789"],
        "deep": {"at": "2024-03-05T00:53:20.123456789"},
    }
    assert second.meta["at"] == "1969-12-31T23:59:59.999999999"
    assert (second.date, second.meta["clock"], second.meta["seen"]) == (None, None, [])


def test_a_parquet_moment_that_python_cannot_hold_costs_its_row() -> None:
    """The others are read."""
    import pyarrow as pa

    table(text=[TEXT, TEXT], at=pa.array([2**60, 0], pa.timestamp("ms")))
    assert codes(outcomes("a.parquet")) == ["bad-parquet", "ok"]


# --- tables -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.csv", "n\ttext\r\n1\teen; twee, drie|vier\r\n"),
        ("a.csv", "n|text\r\n1|een; twee, drie\r\n"),
        ("a.csv", 'n;"names, all";text\r\n1;x;een\r\n'),
        ("a.csv", "n;names, all;text\r\n1;x;een\r\n"),
        ("a.csv", "n;name, or names, or all;text\r\n1;x;een\r\n"),
        ("a.csv", "n, text\r\n1,een\r\n"),
        ("a.csv", "sep=;\r\nn;text\r\n1;een\r\n"),
        ("a.csv", '"sep=^"\r\nn^text\r\n1^een\r\n'),
        ("a.tsv", "n,text\r\n1,een\r\n"),
        ("a.csv", "\ufeffsep=\t\nn\ttext\n1\teen\n"),
    ],
)
def test_the_separator_is_the_one_that_makes_the_text_a_column(name: str, data: str) -> None:
    """Tabs, bars and semicolons as well as commas, whatever signs the other names hold; `sep=` is obeyed."""
    put(name, data)
    found = document(name)
    assert found.text.startswith("een")
    assert found.meta["n"] == "1"
    assert found.meta["line"] == (3 if "sep=" in data else 2)


def test_a_table_of_one_column_is_cut_by_its_own_sign() -> None:
    """The text may hold all others."""
    put("a.csv", 'text\n"een, twee; drie|vier"\n')
    assert document("a.csv").text == "een, twee; drie|vier"
