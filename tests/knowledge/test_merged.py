"""What reviewers have merged is one row, in whatever documents and runs it stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from annotate.knowledge.read import read_rows
from annotate.knowledge.tables import Agreement
from annotate.knowledge.write import write_knowledge
from annotate.review.decisions import Decision, Journal
from annotate.review.desk import Desk
from annotate.review.pacts import Merge
from decks import record, span, value, write

ONE = "Fiji and Nepal signed the fish pact."


def article(name: str, key: str) -> dict[str, Any]:
    parties = [{"name": "Fiji", "code": "FJ"}, {"name": "Nepal", "code": "NP"}]
    stated = value("AGREEMENT", kind="agreement", id=key, parties=parties)
    run = {"tool": "annotate 0", "spacy": "3", "pipeline": "-", "patterns": "sha256:0", "config": "sha256:0"}
    made = record(name, ONE, [span(ONE, "fish pact", "AGREEMENT", stated, rule="agreements/typed")])
    meta = {**made["meta"], "sha256": "0" * 64, "lang_score": 1.0, "lang_source": "option"}
    return {**made, "meta": meta, "run": run}


def merges(out: Path, *keys: str) -> list[Decision]:
    """The decisions of a reviewer who has merged these keys."""
    journal = Journal(out / "review" / "anna.jsonl", "anna")
    desk = Desk(out, journal, index=out / "review" / "index.sqlite")
    try:
        return desk.merge(Merge("request-1", 0, list(keys)))
    finally:
        desk.close()


def ids(folder: Path) -> dict[str, int]:
    return {row.id: row.mentions for row in read_rows(folder, "agreements") if isinstance(row, Agreement)}


@pytest.mark.parametrize("stays", ["fj-np/fisheries/2019", "fj-np/tuna"])
def test_merged_keys_are_one_row(tmp_path: Path, stays: str) -> None:
    """The one that stays gives the id; a later run finds the others under it; without the decision they are two."""
    out = write(tmp_path / "out", article("a", "fj-np/fisheries/2019"), article("b", "fj-np/tuna"))
    assert ids(_made(out, tmp_path / "apart", [])) == {"fj-np/fisheries/2019": 1, "fj-np/tuna": 1}
    other = ({"fj-np/fisheries/2019", "fj-np/tuna"} - {stays}).pop()
    decided = merges(out, stays, other)
    made = tmp_path / "made"
    assert ids(_made(out, made, decided)) == {stays: 2}
    write(out, article("a", "fj-np/fisheries/2019"), article("b", "fj-np/tuna"), article("c", other))
    assert ids(_made(out, made, decided)) == {stays: 3}
    assert ids(_made(out, made, [])) == {stays: 1, other: 2}


def test_a_key_that_no_document_has_can_be_merged_into(tmp_path: Path) -> None:
    """A reviewer may give a better key than any that was made."""
    out = write(tmp_path / "out", article("a", "fj-np/tuna"))
    assert ids(_made(out, tmp_path / "made", merges(out, "tuna-treaty", "fj-np/tuna"))) == {"tuna-treaty": 1}


def _made(out: Path, target: Path, decisions: list[Decision]) -> Path:
    write_knowledge(out, target, decisions=decisions, known={}, formats=["jsonl"])
    return target
