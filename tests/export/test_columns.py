"""Parquet, Arrow and Datasets, read by the libraries that people open them with."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.feather
import pyarrow.parquet
import pytest

from annotate.arrow import SCHEMA, record_of
from annotate.arrow.schema import ENTITIES
from annotate.export import datasets as datasets_format
from annotate.export.articles import articles
from annotate.export.export import export
from annotate.export.formats import format_of
from committed import ROOT
from decks import write
from hardtexts import difficult, money, record, year

LINES = difficult()


def exported(tmp_path: Path, kind: str, suffix: str = "", *records: dict[str, Any]) -> tuple[Path, list[str]]:
    target = tmp_path / f"made{suffix}"
    done = export(format_of(kind), write(tmp_path / "out", *(records or LINES)), target)
    return target, done.notes


def read(path: Path) -> Any:
    return pyarrow.parquet.read_table(path) if path.suffix == ".parquet" else pyarrow.feather.read_table(path)


@pytest.mark.parametrize("suffix", [".parquet", ".arrow", ".feather"])
def test_records_come_back_to_the_character(tmp_path: Path, suffix: str) -> None:
    """Texts, spans, values, links, rules, facts, meta data: each record is the one that was exported."""
    path, notes = exported(tmp_path, "parquet", suffix)
    table = read(path)
    assert table.schema.equals(SCHEMA)
    assert [record_of(row) for row in table.to_pylist()] == LINES
    assert notes == []


def test_meta_data_of_any_shape_comes_back(tmp_path: Path) -> None:
    """The input's own keys, titles, stretches by language, numbers of 64 bits."""
    one = record("a", "In 2008.", year("In 2008."))
    one["meta"] |= {
        "title": "",
        "lang_segments": [{"start": 0, "end": 8, "lang": "en"}],
        "x": {"n": 2**64 - 1},
        "y": None,
    }
    path, _ = exported(tmp_path, "parquet", ".parquet", one)
    (row,) = read(path).to_pylist()
    assert record_of(row)["meta"]["x"] == {"n": 2**64 - 1}
    assert record_of(row) == one


@pytest.mark.parametrize("suffix", [".parquet", ".arrow"])
def test_entities_are_rows_with_typed_values(tmp_path: Path, suffix: str) -> None:
    """A row for each span, in order; an amount is an exact decimal, a day a day, of other labels all is null."""
    path, _ = exported(tmp_path, "parquet-entities", suffix)
    table = read(path)
    assert table.schema.equals(ENTITIES)
    rows = table.to_pylist()
    spans = [(one["id"], span) for one in LINES for span in one["spans"]]
    assert [(row["document"], row["id"], row["text"], row["rule"]) for row in rows] == [
        (name, span["id"], span["text"], span["rule"]) for name, span in spans
    ]
    sums = [row for row in rows if row["label"] == "MONEY"]
    assert {row["money_amount_decimal"] for row in sums} == {Decimal(5_000_000)}
    assert {row["date_start_day"] for row in sums} == {None}
    assert rows[0]["date_end_day"] == date(2008, 12, 31)
    pact = next(row for row in rows if row["label"] == "AGREEMENT")
    assert pact["agreement_parties"][1] == {"name": "Bosnia; (North), etc.", "code": None}


def odd(name: str) -> dict[str, Any]:
    """A record with days and amounts beyond what types of columns hold."""
    text = "In 2008 it cost 5 million euros."
    return record(
        name,
        text,
        year(text, start="-0044-03-15", end=None, edtf="-0044-03-15/.."),
        money(text, amount="1" * 33, max="0.0000001"),
    )


@pytest.mark.parametrize("kind", ["parquet", "parquet-entities", "datasets"])
def test_what_a_type_cannot_hold_is_text_and_said_once(tmp_path: Path, kind: str) -> None:
    """Years before 1 and amounts of 33 digits: two notes, however many there are."""
    suffix = "" if kind == "datasets" else ".parquet"
    path, notes = exported(tmp_path, kind, suffix, odd("a"), odd("b"))
    assert [note.split(" stand")[0] for note in notes] == [
        "2 days outside the years 1 to 9999",
        "4 amounts with over 32 digits, or over 6 behind the point,",
    ]
    if kind == "parquet-entities":
        first = read(path).to_pylist()[0]
        assert (first["date_start"], first["date_start_day"], first["date_edtf"]) == (
            "-0044-03-15",
            None,
            "-0044-03-15/..",
        )


def test_the_example_of_the_docs_sums_exactly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """DuckDB sums the exact column of the file as the docs have it."""
    duckdb = pytest.importorskip("duckdb", reason="pip install duckdb")
    path, _ = exported(tmp_path, "parquet-entities", ".parquet")
    path.rename(tmp_path / "entities.parquet")
    monkeypatch.chdir(tmp_path)
    (query,) = re.findall(r'duckdb\.sql\("(.*)"\)', (ROOT / "docs" / "exports.md").read_text(encoding="utf-8"))
    sums = sum(span["label"] == "MONEY" for one in LINES for span in one["spans"])
    assert ("EUR", Decimal(5_000_000 * sums)) in duckdb.sql(query).fetchall()


def test_groups_of_rows_keep_their_order(tmp_path: Path) -> None:
    """Beyond one batch and one group of rows."""
    many = [record(str(number), f"{number} " * 60_000) for number in range(130)]
    path, _ = exported(tmp_path, "parquet", ".parquet", *many)
    assert pyarrow.parquet.ParquetFile(path).num_row_groups > 1
    assert read(path)["id"].to_pylist() == [one["id"] for one in many]


def test_a_dataset_opens_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`load_dataset` of the folder: both configurations, the features of the card, every record to the character."""
    datasets = pytest.importorskip("datasets", reason="pip install datasets")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    path = tmp_path / "made"
    path.mkdir()
    datasets_format.write(articles(write(tmp_path / "out", *LINES)), path, most=5)
    assert sorted(one.name for one in path.glob("documents/*"))[0] == "train-00000.parquet"
    assert len([*path.glob("documents/*")]) == 3
    cache = str(tmp_path / "cache")
    documents = datasets.load_dataset(str(path), split="train", cache_dir=cache)
    assert [record_of(row) for row in documents] == LINES
    entities = datasets.load_dataset(str(path), "entities", split="train", cache_dir=cache)
    assert entities.num_rows == sum(len(one["spans"]) for one in LINES)
    for made, schema in ((documents, SCHEMA), (entities, ENTITIES)):
        assert made.features == datasets.Features.from_arrow_schema(schema)
    assert datasets.get_dataset_config_names(str(path)) == ["documents", "entities"]
    builder = datasets.load_dataset_builder(str(path), cache_dir=cache)
    assert builder.config.name == "documents"


def test_a_dataset_without_entities_has_its_documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Datasets loads no table without rows, so there is none, and that is said."""
    datasets = pytest.importorskip("datasets", reason="pip install datasets")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    path, notes = exported(tmp_path, "datasets", "", record("a", "Nothing."))
    assert notes == ["there are no entities, and a dataset has no tables without rows"]
    assert datasets.get_dataset_config_names(str(path)) == ["documents"]
    assert datasets.load_dataset(str(path), split="train", cache_dir=str(tmp_path / "cache")).num_rows == 1


def test_the_card_says_what_is_in_it(tmp_path: Path) -> None:
    """Languages as text, whatever YAML takes `no` for; counts by label and language."""
    import yaml

    path, _ = exported(tmp_path, "datasets", "", record("a", "I 2008.", year("I 2008."), lang="no"))
    _, head, body = (path / "README.md").read_text(encoding="utf-8").split("---\n", 2)
    stated = yaml.safe_load(head)
    assert stated["language"] == ["no"]
    assert [one["config_name"] for one in stated["configs"]] == ["documents", "entities"]
    assert "| `DATE` | 1 |" in body
