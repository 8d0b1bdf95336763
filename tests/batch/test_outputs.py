"""outputs/ is what the main job gives on corpus/, and every record in it keeps the contract."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import annotate as package
from annotate.records import Record
from annotate.schema import invariants, out_of_order
from committed import CORPUS, OUTPUTS, ROOT, assert_as_committed, manifest

COMMAND = str(Path(sysconfig.get_path("scripts")) / "annotate")


#: One process has all of them, so that the main job is run once.
pytestmark = pytest.mark.xdist_group("outputs")


def annotate(*arguments: str) -> str:
    done = subprocess.run([COMMAND, *arguments], cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The main job, run once more."""
    folder = tmp_path_factory.mktemp("outputs")
    annotate("run", "corpus/", "-o", f"{folder}/")
    return folder


@cache
def records() -> list[dict[str, Any]]:
    lines = (OUTPUTS / "annotations.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_the_main_job_gives_what_is_committed(run: Path) -> None:
    """`annotate run corpus/` writes the bytes that stand in outputs/."""
    assert_as_committed(run)


def test_running_the_main_job_again_changes_no_file(run: Path) -> None:
    """A second run leaves each file byte for byte, the manifest too: `git status` stays clean."""
    before = {path.name: path.read_bytes() for path in run.iterdir() if path.is_file()}
    annotate("run", "corpus/", "-o", f"{run}/")
    assert {path.name: path.read_bytes() for path in run.iterdir() if path.is_file()} == before


def test_two_runs_give_the_same_bytes(run: Path, tmp_path: Path) -> None:
    """Nothing in a record comes from chance, from the clock, or from the seed of Python's hashes."""
    code = "import sys; from annotate.cli import main; sys.argv = sys.argv[1:]; main()"
    again = [sys.executable, "-c", code, "annotate", "run", "corpus/", "-o", f"{tmp_path}/again/"]
    environment = os.environ | {"PYTHONHASHSEED": "12345", "LC_ALL": "C", "TZ": "Pacific/Kiritimati"}
    environment["PYTHONPATH"] = str(Path(package.__file__).parents[1])  # the sources that are tested
    subprocess.run(again, cwd=ROOT, env=environment, capture_output=True, check=True, timeout=300)
    for name in ("annotations.jsonl", "errors.jsonl"):
        assert (tmp_path / "again" / name).read_bytes() == (run / name).read_bytes()


def test_every_article_is_annotated() -> None:
    """Each text file below corpus/ is one record, in the order of their paths, and none failed."""
    articles = sorted(path.relative_to(ROOT).as_posix() for path in CORPUS.rglob("*.txt"))
    assert [record["meta"]["source"] for record in records()] == articles
    assert (OUTPUTS / "errors.jsonl").read_bytes() == b""


def test_every_record_fits_the_published_schema() -> None:
    """What `annotate schema` prints takes each record."""
    validator = Draft202012Validator(json.loads(annotate("schema")))
    assert [(record["id"], error.message) for record in records() for error in validator.iter_errors(record)] == []


def test_every_record_is_sound_in_itself() -> None:
    """Offsets, order of spans and keys, overlaps and links hold in each record."""
    assert [(record["id"], problem) for record in records() for problem in out_of_order(record)] == []
    assert [(record["id"], problem) for record in records() for problem in invariants(Record.from_dict(record))] == []


def test_every_text_is_the_article_s_own() -> None:
    """The text of a record is the file's, to the last line ending, so that offsets hold in the file too."""
    for record in records():
        assert record["text"].encode() == (ROOT / record["meta"]["source"]).read_bytes()


def test_the_manifest_counts_what_was_written() -> None:
    """Totals by label and by language are those of the records."""
    told = manifest(OUTPUTS)
    spans = [span for record in records() for span in record["spans"]]
    assert told["counts"]["documents"] == len(records())
    assert told["counts"]["spans"] == len(spans) == sum(told["labels"].values())
    for lang, counts in told["languages"].items():
        own = [record for record in records() if record["lang"] == lang]
        assert counts["documents"] == len(own)
        for label, count in counts["labels"].items():
            assert count == sum(span["label"] == label for record in own for span in record["spans"])
