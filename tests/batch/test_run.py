"""The batch run: every bad input is one failure with its place, and the rest is written."""

from __future__ import annotations

import doctest
import io
import json
from pathlib import Path
from typing import Any

import pytest

from annotate.batch import run as module
from annotate.batch.output import Output
from annotate.batch.run import run
from annotate.batch.tally import Tally
from annotate.options import Options
from annotate.pipeline import Pipeline
from annotate.reading.read import InputError, Reader
from annotate.records import Failure
from annotate.rules.patterns import Fault, PatternError
from annotate.storage.write import OutputError, Stream

GOOD = "Op 18 januari 1950 tekende het land een contract van 2,5 miljard euro."


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    return Pipeline(Options(lang="nl"))


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


BAD_FILES: dict[str, tuple[bytes, str]] = {
    "empty.txt": (b"", "empty"),
    "blank.txt": (b" \n\t\n", "empty"),
    "binary.txt": (bytes(range(256)) * 40, "binary"),
    "nul.txt": (b"Op 18 januari\x00 1950", "binary"),
    "picture.png": (b"\x89PNG\r\n\x1a\n\x00\x00", "unknown-format"),
}

BAD_ROWS: dict[str, tuple[str, str]] = {
    "cut off": ('{"id": "a", "text": "Op 18 jan', "bad-json"),
    "no text": ('{"id": "a", "body": "x"}', "missing-text"),
    "text that is no text": ('{"id": "a", "text": 5}', "missing-text"),
    "a list": ('["x"]', "bad-json"),
    "lone surrogate": ('{"id": "a", "text": "Op \\ud800 1950"}', "lone-surrogate"),
    "NUL": ('{"id": "a", "text": "Op \\u0000 1950"}', "nul-byte"),
    "same id": (json.dumps({"id": "good", "text": "x"}), "duplicate-id"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_is_one_failure(name: str, pipeline: Pipeline, tmp_path: Path) -> None:
    """A file that is no article fails with its name, and the article beside it is written."""
    data, error = BAD_FILES[name]
    (tmp_path / name).write_bytes(data)
    (tmp_path / "good.txt").write_text(GOOD)
    inputs = [str(tmp_path / name), str(tmp_path / "good.txt")]
    summary = run(inputs, Output(tmp_path / "out"), pipeline)
    (failure,) = rows(tmp_path / "out" / "errors.jsonl")
    assert (failure["source"], failure["stage"], failure["error"]) == (name, "read", error)
    assert failure["message"]
    assert [record["id"] for record in rows(tmp_path / "out" / "annotations.jsonl")] == ["good"]
    assert (summary.failed, summary.tally.documents) == (1, 1)


@pytest.mark.parametrize("name", BAD_ROWS)
def test_a_bad_row_is_one_failure_with_its_line(name: str, pipeline: Pipeline, tmp_path: Path) -> None:
    """A row that is no article fails with its line number, and the rows around it are written."""
    line, error = BAD_ROWS[name]
    good = [json.dumps({"id": key, "text": GOOD}) for key in ("good", "later")]
    (tmp_path / "rows.jsonl").write_text("\n".join([good[0], line, good[1]]))
    run([str(tmp_path / "rows.jsonl")], Output(tmp_path / "out"), pipeline)
    (failure,) = rows(tmp_path / "out" / "errors.jsonl")
    assert (failure["source"], failure["error"]) == ("rows.jsonl:2", error)
    assert [record["id"] for record in rows(tmp_path / "out" / "annotations.jsonl")] == ["good", "later"]


def test_another_encoding_is_read_and_told(pipeline: Pipeline, tmp_path: Path) -> None:
    """A text in an older encoding is read, and the record says in which."""
    (tmp_path / "old.txt").write_bytes((GOOD + " Dat was één jaar na het coördineren.").encode("cp1252"))
    run([str(tmp_path / "old.txt")], Output(tmp_path / "out"), pipeline)
    (record,) = rows(tmp_path / "out" / "annotations.jsonl")
    assert record["text"].endswith("één jaar na het coördineren.")
    assert record["meta"]["encoding"]


def test_a_line_of_fifty_megabytes_is_done(pipeline: Pipeline) -> None:
    """One line of 50 MB is a text like any other."""
    line = ("x" * 79 + " ") * 650_000 + GOOD
    out = io.BytesIO()
    run(["-"], Stream(out), pipeline, stdin=io.BytesIO(line.encode()))
    record = json.loads(out.getvalue())
    assert [span["label"] for span in record["spans"]][:1] == ["DATE"]
    assert len(record["text"]) == len(line)


# --- faults of our own


class Broken(Pipeline):
    """A pipeline with a fault that only some documents meet."""

    error: Exception = ZeroDivisionError("no\nsuch thing")

    def trace(self, document: Any) -> Any:
        if "bad" in document.text:
            raise self.error
        return super().trace(document)


def broken(error: Exception, tmp_path: Path) -> dict[str, Any]:
    """The failure that an error in one of three rows becomes; the other two are written."""
    (tmp_path / "rows.jsonl").write_text("\n".join(json.dumps({"text": text}) for text in (GOOD, "bad", GOOD)))
    pipeline = Broken(Options(lang="nl"))
    pipeline.error = error
    run([str(tmp_path / "rows.jsonl")], Output(tmp_path / "out"), pipeline)
    assert len(rows(tmp_path / "out" / "annotations.jsonl")) == 2
    (failure,) = rows(tmp_path / "out" / "errors.jsonl")
    return failure


@pytest.mark.parametrize("error", [ZeroDivisionError("no\nsuch thing"), RecursionError(), MemoryError()])
def test_an_error_in_one_document_costs_no_other(error: Exception, tmp_path: Path) -> None:
    """Whatever is raised for one document is its failure, on one line, with its row."""
    failure = broken(error, tmp_path)
    assert (failure["id"], failure["source"]) == ("rows:2", "rows.jsonl:2")
    assert failure["error"] == type(error).__name__
    assert failure["message"]
    assert "\n" not in failure["message"]


@pytest.mark.parametrize(("length", "kept"), [(300, 300), (10_000, 500)])
def test_a_message_is_kept_up_to_five_hundred_characters(length: int, kept: int, tmp_path: Path) -> None:
    """An ordinary message is whole; one that holds a whole text does not fill the errors file."""
    assert len(broken(ValueError("x" * length), tmp_path)["message"]) == kept


def test_a_pattern_fault_met_on_the_way_is_a_failure(tmp_path: Path) -> None:
    """A language whose patterns were not checked beforehand fails its documents, not the run."""
    failure = broken(PatternError([Fault("patterns/fr/a.yaml", 3, 1, "unknown key")]), tmp_path)
    assert (failure["stage"], failure["error"]) == ("patterns", "PatternError")
    assert failure["message"] == "patterns/fr/a.yaml:3:1: unknown key"


@pytest.mark.parametrize("stage", ["match", "resolve", "link", "tokenise"])
def test_the_stage_that_failed_is_named(
    stage: str, pipeline: Pipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The failure names the stage of the flow in which the error arose, also deep inside it."""
    inner = {
        "match": "annotate.matching.match.Engine._match_in",
        "resolve": "annotate.values.timex._resolve",
        "link": "annotate.linking.link.settle_identity",
        "tokenise": "annotate.text.tokenise._breaks",
    }

    def fail(*_: Any, **__: Any) -> Any:
        raise LookupError("here")

    monkeypatch.setattr(inner[stage], fail)
    out = Stream(io.BytesIO())
    run(["-"], out, pipeline, stdin=io.BytesIO(GOOD.encode()))
    assert [failure.stage for failure in out.failures] == [stage]


# --- the run itself


def test_a_wrong_call_writes_nothing(pipeline: Pipeline, tmp_path: Path) -> None:
    """An input that is not there, or a date that is none, is told before the output is opened."""
    for inputs, day in ((["nowhere"], None), (["-"], "2024-02-31")):
        with pytest.raises(InputError):
            run(inputs, Output(tmp_path / "out"), pipeline, stdin=io.BytesIO(b"x"), reader=Reader(date=day))
    assert not (tmp_path / "out").exists()


def test_an_output_that_cannot_be_written_stops_the_run(pipeline: Pipeline, tmp_path: Path) -> None:
    """A fault of the output is no fault of a document."""
    (tmp_path / "out").write_text("a file")
    with pytest.raises(OutputError, match="is a file"):
        run(["-"], Output(tmp_path / "out"), pipeline, stdin=io.BytesIO(GOOD.encode()))


def test_the_manifest_counts_what_was_done(pipeline: Pipeline, tmp_path: Path) -> None:
    """The manifest has the counts by label and language, the failures, the options and the versions."""
    (tmp_path / "rows.jsonl").write_text(json.dumps({"text": GOOD}) + "\n{}\n")
    summary = run([str(tmp_path / "rows.jsonl")], Output(tmp_path / "out"), pipeline, reader=Reader(date="2025-04-14"))
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert manifest == summary.manifest.to_dict()
    assert manifest["counts"]["documents"] == 1
    assert manifest["counts"]["words"] > 10
    assert manifest["failures"] == {"missing-text": 1}
    assert manifest["languages"]["nl"]["labels"]["MONEY"] == 1
    assert (manifest["options"]["lang"], manifest["options"]["date"]) == ("nl", "2025-04-14")


def test_progress_is_told_document_by_document(pipeline: Pipeline, tmp_path: Path) -> None:
    """`on_progress` hears of each document when it is done, and of the failure if it was one."""
    heard: list[tuple[int, int, str | None]] = []

    def hear(tally: Tally, failure: Failure | None) -> None:
        heard.append((tally.documents, tally.failed, failure.error if failure else None))

    (tmp_path / "rows.jsonl").write_text(f'{{"text": "{GOOD}"}}\n{{}}\n{{"text": "x"}}\n')
    run([str(tmp_path / "rows.jsonl")], Stream(io.BytesIO()), pipeline, hear)
    assert heard == [(1, 0, None), (1, 1, "missing-text"), (2, 1, None)]


def test_a_reader_that_is_gone_ends_the_run(pipeline: Pipeline) -> None:
    """When nobody reads the output any more the run ends, with what it has done so far."""

    class Gone(io.BytesIO):
        def write(self, data: Any) -> int:
            raise BrokenPipeError

    summary = run(["-"], Stream(Gone()), pipeline, stdin=io.BytesIO(GOOD.encode()))
    assert summary.tally.documents == 0


def test_the_examples_in_the_docstrings_hold() -> None:
    """The examples in the docstrings are run."""
    assert doctest.testmod(module).failed == 0
