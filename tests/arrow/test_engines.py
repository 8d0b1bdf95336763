"""The recipes of docs/engines.md, each run on the real engine as it stands there."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

import annotate
import docs_code
from annotate.arrow import record_of
from annotate.records import DateSource, Document

pa = pytest.importorskip("pyarrow")
from pyarrow import dataset, parquet  # noqa: E402

RECIPES = {block.heading: block for block in docs_code.blocks("docs/engines.md")}

ARTICLES: list[dict[str, Any]] = [
    {"id": "a/b c", "text": "Op 18 januari 1950 kostte het 2,5 miljard euro.", "date": None},
    {"id": "2", "text": "🎉 It grew last year, and they signed a free trade agreement.", "date": "2025-04-14"},
    {"id": "3", "text": "", "date": None},
    {
        "id": "4",
        "text": "Vietnam and Japan upgraded ties to a comprehensive strategic partnership in 2023.",
        "date": "2025-04-14",
    },
    {"id": "nothing", "text": None, "date": None},
    {"id": "6", "text": "Le 5 mai 2024, la ville a payé entre 200 et 300 millions d'euros.", "date": None},
]


@pytest.fixture
def articles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that we are in, with the articles in a file of Parquet of several row groups."""
    schema = pa.schema([(name, pa.string()) for name in ("id", "text", "date")])
    parquet.write_table(pa.Table.from_pylist(ARTICLES, schema), tmp_path / "articles.parquet", row_group_size=2)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def _ray() -> Any:
    ray = pytest.importorskip("ray", reason="needs the extra `ray`, which .ci/run installs")
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    yield
    ray.shutdown()


@pytest.fixture
def _spark(monkeypatch: pytest.MonkeyPatch) -> Any:
    pytest.importorskip("pyspark", reason="needs the extra `engines`, which .ci/run installs")
    if not shutil.which("java"):
        pytest.skip("needs Java, which .ci/run installs")
    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)
    monkeypatch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
    yield
    sys.modules["pyspark.sql"].SparkSession.builder.getOrCreate().stop()


def expected(row: dict[str, Any]) -> dict[str, Any]:
    source: DateSource | None = "record" if row["date"] else None
    document = Document(row["id"], row["text"], row["id"], date=row["date"], date_source=source)
    return annotate.load().annotate(document).to_dict()


def check(heading: str, module: str) -> None:
    """Run a recipe, and hold what it leaves against the records of the pipeline."""
    pytest.importorskip(module, reason="needs the extra `engines`, which .ci/run installs")
    docs_code.run_blocks([RECIPES[heading]])
    (written,) = Path().glob("records*")
    found = {row["id"]: row for row in dataset.dataset(written).to_table().to_pylist()}
    assert len(found) == len(ARTICLES)
    assert found.pop("nothing")["error"]["message"] == "there is no text in this row"
    assert [row["error"] for row in found.values()] == [None] * len(found)
    for row in ARTICLES:
        if row["text"] is not None:
            assert record_of(found[row["id"]]) == expected(row)


@pytest.mark.usefixtures("articles")
@pytest.mark.parametrize(
    ("heading", "module"), [("Polars", "polars"), ("DuckDB", "duckdb"), ("Daft", "daft"), ("pandas", "pandas")]
)
def test_in_one_process(heading: str, module: str) -> None:
    """The records are those of the pipeline, what fails is its row alone, and no row is lost or doubled."""
    check(heading, module)


@pytest.mark.slow
@pytest.mark.usefixtures("articles", "_ray")
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::ResourceWarning")
def test_ray_data() -> None:
    """The same in Ray's own processes."""
    check("Ray Data", "ray")


@pytest.mark.slow
@pytest.mark.usefixtures("articles", "_spark")
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::ResourceWarning")
def test_spark() -> None:
    """The same in Spark's own processes, from its Java."""
    check("Spark", "pyspark")


def test_recipes_are_short_and_all_of_them_are_run() -> None:
    """Ten lines of code at most; and no recipe stands in the page that the tests above leave out."""
    run = {"Ray Data", "Spark", "Polars", "DuckDB", "Daft", "pandas"}
    assert {*RECIPES} == run
    assert len(docs_code.blocks("docs/engines.md")) == len(run)
    for heading, block in RECIPES.items():
        assert sum(1 for line in block.code.splitlines() if line.strip()) <= 10, heading
