"""The counts of a run, and the manifest that says what it did."""

from __future__ import annotations

import doctest
from collections import Counter
from datetime import UTC, datetime

import orjson

from annotate import version
from annotate.batch import tally as module
from annotate.batch.tally import Tally, build_manifest, build_report
from annotate.manifest import ToldSettings
from annotate.records import Document, Done, Failure, Notice
from annotate.version import installed_versions

FAILURE = Failure("a", "a.txt", "read", "empty", "holds no text")


def test_the_examples_in_the_docstrings_are_true() -> None:
    """Every example in a docstring gives what it says."""
    assert doctest.testmod(module).failed == doctest.testmod(version).failed == 0


def annotated(lang: str, words: int, *labels: str) -> Done:
    return Done("a", lang, (lang,), 10, words, Counter(labels), b"")


def test_the_manifest_holds_totals_by_label_and_language() -> None:
    """Counts, totals and failures are those of the records counted, in the order of the alphabet."""
    tally = Tally()
    tally.add(annotated("vi", 3, "MONEY", "DATE"))
    tally.add(annotated("nl", 4, "DATE", "DATE"))
    tally.add(annotated("nl", 5), kept=True)
    tally.fail(FAILURE)
    manifest = build_manifest(
        tally=tally,
        versions={"spacy": "3.8.18"},
        options=ToldSettings(),
    ).to_dict()
    assert manifest == {
        "schema": "annotate/2",
        "versions": {"spacy": "3.8.18"},
        "options": ToldSettings().to_dict(),
        "options_from": {},
        "counts": {"documents": 3, "failed": 1, "remaining": 0, "characters": 30, "words": 12, "spans": 4},
        "failures": {"empty": 1},
        "notices": {},
        "passed_over": {},
        "labels": {"DATE": 3, "MONEY": 1},
        "languages": {
            "nl": {"documents": 2, "labels": {"DATE": 2}},
            "vi": {"documents": 1, "labels": {"DATE": 1, "MONEY": 1}},
        },
        "files": [],
    }
    assert list(manifest["languages"]) == ["nl", "vi"]


def test_the_report_holds_what_differs_from_run_to_run() -> None:
    """Times, the speed of what was annotated and what there was to do stand in the report, and not in the manifest."""
    tally = Tally(removed=3, remaining=4)
    tally.add(annotated("nl", 7))
    tally.add(annotated("nl", 5), kept=True)
    report = build_report(tally=tally, started=datetime(2025, 4, 14, tzinfo=UTC), seconds=2.0).to_dict()
    assert report == {
        "started": "2025-04-14T00:00:00+00:00",
        "seconds": 2.0,
        "words_per_second": 4,
        "run": {"annotated": 1, "kept": 1, "removed": 3, "remaining": 4},
    }
    assert not {*report} & {*build_manifest(tally=tally, versions={}, options=ToldSettings()).to_dict()}


def test_a_manifest_without_documents_is_whole() -> None:
    """A run over nothing has a manifest with all its keys, and zeros."""
    manifest = build_manifest(tally=Tally(), versions={}, options=ToldSettings()).to_dict()
    assert set(manifest["counts"].values()) == {0}
    assert list(manifest["counts"]) == ["documents", "failed", "remaining", "characters", "words", "spans"]
    assert manifest["labels"] == manifest["languages"] == manifest["failures"] == {}


def test_notices_are_counted_and_the_first_ten_are_named() -> None:
    """Each with its place; the documents pass through as they are."""
    tally = Tally()
    documents = [
        Document(str(n), "x", "a.jsonl", meta={"line": n}, notices=(Notice("date", f"'{n}'"),)) for n in range(1, 13)
    ]
    assert list(tally.watch([*documents, FAILURE])) == [*documents, FAILURE]
    manifest = build_manifest(tally=tally, versions={}, options=ToldSettings()).to_dict()
    assert manifest["notices"] == {"date": {"documents": 12, "first": [f"a.jsonl:{n} '{n}'" for n in range(1, 11)]}}


def test_the_versions_are_those_installed() -> None:
    """The versions are read from the installed packages, not written down a second time."""
    assert installed_versions(["orjson"]) == {"orjson": orjson.__version__}
