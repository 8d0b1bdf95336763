"""The tables over two real Dutch articles, which lie beside the repository where its owners work."""

from __future__ import annotations

from pathlib import Path

import pytest

from annotate import Options, Pipeline
from annotate.knowledge.known import well_known
from annotate.knowledge.rows import rows
from annotate.knowledge.store import Store, grouped
from annotate.knowledge.tables import Agreement, Partnership
from annotate.records import Document

ARTICLES = Path(__file__).parents[3] / "shared" / "articles" / "nl"


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Agreement | Partnership]:
    """The rows by their ids."""
    paths = sorted(ARTICLES.glob("*.txt"))
    if not paths:
        pytest.skip("the owner's articles are not beside the repository")
    out = tmp_path_factory.mktemp("out")
    pipeline = Pipeline(Options())
    with (out / "annotations.jsonl").open("wb") as file:
        for path in paths:
            document = Document(path.stem, path.read_text("utf-8"), path.name)
            file.write(pipeline.annotate(document).to_json() + b"\n")
    store, known = Store(":memory:"), well_known()
    store.take(out)
    made = [row for _, row in rows(grouped(store.linked(known)), known) if isinstance(row, Agreement | Partnership)]
    store.close()
    return {row.id: row for row in made}


def test_agreements_with_parties_dates_and_sums(found: dict[str, Agreement | Partnership]) -> None:
    """The trade agreements that are named, the one on social security of 2021, and the one of two billion dollars."""
    assert {"vkfta", "akfta", "cptpp", "rcep", "kr-vn/social_security/2021"} <= {*found}
    security = found["kr-vn/social_security/2021"]
    assert [(one.role, one.date) for one in security.dates] == [("signed", "2021")]
    (worth,) = [row for row in found.values() if isinstance(row, Agreement) and row.sums]
    assert (worth.parties, worth.sums[0].amount, worth.sums[0].currency) == (("KR", "VN"), "2000000000", "USD")
    assert [(one.role, one.date) for one in worth.dates] == [("signed", "2023-06")]
    assert "samenwerkingsovereenkomst" in worth.sums[0].evidence[0].sentence


def test_partnerships_with_their_levels(found: dict[str, Agreement | Partnership]) -> None:
    """That of Vietnam and China since 2008, their community, and the levels with Japan and with Korea."""
    bonds = {(row.parties, row.kind, row.level) for row in found.values() if isinstance(row, Partnership)}
    assert {
        (("CN", "VN"), "partnership", ("comprehensive", "strategic", "cooperative")),
        (("CN", "VN"), "shared_future_community", ()),
        (("JP", "VN"), "partnership", ("strategic",)),
        (("JP", "VN"), "partnership", ("comprehensive", "strategic")),
        (("KR", "VN"), "partnership", ("comprehensive", "strategic")),
    } <= bonds
    since = {(row.parties, row.since) for row in found.values() if isinstance(row, Partnership) and row.since}
    assert {(("CN", "VN"), "2008"), (("CN", "VN"), "2023"), (("JP", "VN"), "2009"), (("JP", "VN"), "2014")} <= since
    assert {(("JP", "VN"), "2023-11"), (("KR", "VN"), "2009"), (("KR", "VN"), "2022")} <= since
    steps = {row.since: row for row in found.values() if isinstance(row, Partnership) and row.parties == ("JP", "VN")}
    assert steps["2014"].upgraded_from == steps["2009"].id
    assert steps["2023-11"].upgraded_from == steps["2014"].id


def test_diplomatic_relations_are_no_agreement(found: dict[str, Agreement | Partnership]) -> None:
    """Nothing is dated to 18 January 1950, when Vietnam and China took up relations."""
    assert not [row.id for row in found.values() for one in row.dates if one.date.startswith("1950")]
