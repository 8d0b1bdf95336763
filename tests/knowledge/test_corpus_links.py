"""Ids across the articles and languages of the corpus, held against the gold: pairs of mentions of one agreement."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import combinations
from pathlib import Path

import orjson

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


def linked(out: Path) -> dict[Place, str]:
    """The ids of the tables over an output."""
    store, known = Store(":memory:"), well_known()
    store.take(out)
    mentions = [row for _, row in rows(grouped(store.linked(known)), known) if isinstance(row, Mention)]
    store.close()
    return {(row.document, row.start, row.end): row.id for row in mentions}


def gold_without_ids(folder: Path) -> Path:
    """The gold as an output: values as they should be, and no ids but those of well-known agreements."""
    known = well_known()
    run = {"tool": "gold", "spacy": "-", "pipeline": "-", "patterns": "sha256:0", "config": "sha256:0"}
    with (folder / "annotations.jsonl").open("wb") as file:
        for path in sorted((ROOT / "corpus").glob("*/*.gold.jsonl")):
            record = orjson.loads(path.read_bytes())
            meta = {**record["meta"], "sha256": "0" * 64, "lang_score": None, "lang_source": None}
            spans = []
            for span in record["spans"]:
                value = dict(span["value"])
                if span["label"] in ("AGREEMENT", "PARTNERSHIP") and value["id"] not in known:
                    value["id"] = None
                place = {key: span[key] for key in ("id", "start", "end", "text", "label")}
                spans.append({**place, "token_start": 0, "token_end": 0, "rule": "gold", "value": value})
            file.write(
                orjson.dumps(
                    {
                        "schema": "annotate/2",
                        "id": record["id"],
                        "text": record["text"],
                        "lang": path.parent.name,
                        "meta": meta,
                        "spans": spans,
                        "facts": record["facts"],
                        "run": run,
                    }
                )
                + b"\n"
            )
    return folder


def pairs(ids: Mapping[Place, str]) -> Iterator[tuple[Place, Place]]:
    together: defaultdict[str, list[Place]] = defaultdict(list)
    for place, name in ids.items():
        together[name].append(place)
    for places in together.values():
        yield from combinations(sorted(places), 2)


def compared(found: Mapping[Place, str]) -> tuple[float, float, str]:
    """Precision and recall of pairs, and what is wrong and missed."""
    ids, places = gold()
    truth, said = {*pairs(ids)}, {pair for pair in pairs(found) if {*pair} <= places}
    wrong, missed = sorted(said - truth), sorted(truth - said)
    precision, recall = 1 - len(wrong) / len(said), 1 - len(missed) / len(truth)
    report = "\n".join(
        [f"precision {precision:.3f} of {len(said)}, recall {recall:.3f} of {len(truth)}"]
        + [f"wrong {one} {ids.get(one)} {other} {ids.get(other)}: {found[one]}" for one, other in wrong]
        + [f"missed {one} {found.get(one)} {other} {found.get(other)}: {ids[one]}" for one, other in missed]
    )
    return precision, recall, report


def test_right_values_are_linked_by_the_rules_alone(tmp_path: Path) -> None:
    """Given the gold's values, and no id but those of well-known agreements, no two are joined that are not one."""
    precision, recall, report = compared(linked(gold_without_ids(tmp_path)))
    assert precision >= 0.99, report
    assert recall >= 0.85, report


def test_what_the_tool_finds_is_linked_rightly() -> None:
    """Of the pairs that are joined over what the tool made of the corpus nearly all are in the gold."""
    precision, recall, report = compared(linked(ROOT / "outputs"))
    assert precision >= 0.98, report
    assert recall >= 0.85, report
