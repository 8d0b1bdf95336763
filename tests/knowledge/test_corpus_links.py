"""Ids across the articles and languages of the corpus, held against the gold: pairs of mentions of one agreement."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import combinations
from pathlib import Path

import orjson
import pytest

from annotate.knowledge.known import well_known
from annotate.knowledge.rows import rows
from annotate.knowledge.store import Store, grouped
from annotate.knowledge.tables import Mention

ROOT = Path(__file__).parents[2]
Place = tuple[str, int, int]


def gold() -> tuple[dict[Place, str], set[Place]]:
    """The id of each mention that has one, and all mentions; one without an id is of nothing else in the corpus."""
    ids, places = {}, set()
    for path in sorted((ROOT / "corpus").glob("*/*.gold.jsonl")):
        record = orjson.loads(path.read_bytes())
        for span in record["spans"]:
            if span["label"] in ("AGREEMENT", "PARTNERSHIP"):
                place = (record["id"], span["start"], span["end"])
                places.add(place)
                if span["value"]["id"]:
                    ids[place] = span["value"]["id"]
    return ids, places


@pytest.fixture(scope="module")
def found() -> dict[Place, str]:
    """The ids of the tables over what the tool made of the corpus."""
    store, known = Store(":memory:"), well_known()
    store.take(ROOT / "outputs")
    mentions = [row for _, row in rows(grouped(store.linked(known)), known) if isinstance(row, Mention)]
    store.close()
    return {(row.document, row.start, row.end): row.id for row in mentions}


def pairs(ids: Mapping[Place, str]) -> Iterator[tuple[Place, Place]]:
    together: defaultdict[str, list[Place]] = defaultdict(list)
    for place, name in ids.items():
        together[name].append(place)
    for places in together.values():
        yield from combinations(sorted(places), 2)


def test_links_of_mentions_hold_against_the_gold(found: dict[Place, str]) -> None:
    """Of the pairs that the tables join nearly all are in the gold, and most of the gold's are joined."""
    ids, places = gold()
    truth, said = {*pairs(ids)}, {pair for pair in pairs(found) if {*pair} <= places}
    wrong, missed = sorted(said - truth), sorted(truth - said)
    precision, recall = 1 - len(wrong) / len(said), 1 - len(missed) / len(truth)
    report = "\n".join(
        [f"precision {precision:.3f} of {len(said)}, recall {recall:.3f} of {len(truth)}"]
        + [f"wrong {one} {ids.get(one)} {other} {ids.get(other)}: {found[one]}" for one, other in wrong]
        + [f"missed {one} {found.get(one)} {other} {found.get(other)}: {ids[one]}" for one, other in missed]
    )
    assert precision >= 0.98, report
    assert recall >= 0.65, report
