"""A run by file: a shard for each input file, with the bytes of a run into one file, whoever does the work."""

from __future__ import annotations

import doctest
import json
import shutil
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from filelock import FileLock
from fsspec.implementations.memory import MemoryFileSystem

from annotate.batch import slices as module
from annotate.batch.executors import Serial
from annotate.batch.output import Output
from annotate.batch.run import Scope, Summary, run
from annotate.batch.slices import Job, Slice, do_slice, one_by_one, run_slices
from annotate.batch.status import plan_of, status
from annotate.options import Options
from annotate.pipeline import Pipeline
from annotate.reading.find import InputError, find
from annotate.reading.read import Reader, read
from annotate.storage.layout import LOCK, output_paths, slice_paths
from annotate.storage.write import OutputError

PIPELINE = Pipeline(Options(lang="nl"))


@pytest.fixture
def rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three files of three rows each, of which one has no text."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "rows"
    folder.mkdir()
    for number in range(3):
        write(folder / f"{number}.jsonl", number)
    with (folder / "1.jsonl").open("a") as file:
        file.write('{"id": "nothing"}\n')
    return folder


def write(path: Path, number: int) -> None:
    lines = ({"id": f"{number}-{n}", "text": f"In {2000 + n} kostte het {number + n} miljoen euro."} for n in range(3))
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))


def by_file(out: str = "out", inputs: str = "rows", **more: object) -> Summary:
    return run_slices([inputs], out, PIPELINE, one_by_one(Serial()), **more)  # type: ignore[arg-type]


def whole(out: str = "whole", inputs: str = "rows") -> bytes:
    """The records of a run into one file."""
    run([inputs], Output(out, force=True), PIPELINE)
    return Path(out, "annotations.jsonl").read_bytes()


def joined(out: str = "out") -> bytes:
    return b"".join(path.read_bytes() for path in sorted(Path(out).glob("annotations-*.jsonl")))


def did(summary: Summary) -> tuple[int, int]:
    return summary.report.run.annotated, summary.report.run.kept


def test_the_examples_in_the_docstrings_are_true() -> None:
    """Every example in a docstring gives what it says."""
    assert doctest.testmod(module).failed == 0


def test_all_shards_together_are_the_bytes_of_one_file(rows: Path) -> None:
    """Records, errors and counts are those of a run into one file; the manifest names a shard for each input."""
    records = whole()
    summary = by_file()
    assert joined() == records
    assert Path("out/errors.jsonl").read_bytes() == Path("whole/errors.jsonl").read_bytes() != b""
    one, many = (json.loads(Path(out, "manifest.json").read_bytes()) for out in ("whole", "out"))
    assert many == one | {"files": [f"annotations-0000{n}.jsonl" for n in range(3)]} == summary.manifest.to_dict()


def test_a_second_run_does_what_has_changed_only(rows: Path) -> None:
    """Files that are the same stay untouched; `status` and then the run see the one that is not."""
    by_file()
    before = joined()
    assert did(by_file()) == (0, 9)
    assert joined() == before
    (rows / "1.jsonl").write_text('{"id": "1-0", "text": "Nieuw in 2024."}\n')
    plan, options = plan_of("out")
    assert plan.by_file
    found = status("out", read(plan.inputs), Pipeline(options))
    assert dict(found.documents) == {"up to date": 6, "text": 1, "removed": 2}
    assert did(by_file()) == (1, 6)
    assert joined() == whole()


def test_files_that_are_gone_take_their_shards_along(rows: Path) -> None:
    """With an input fewer the last shard and its state go; nothing of an earlier cut is left beside the new one."""
    by_file()
    (rows / "2.jsonl").unlink()
    by_file()
    assert joined() == whole()
    assert not Path("out/.annotate/00002").exists()


def test_from_one_file_to_shards_and_back(rows: Path) -> None:
    """Either way of writing replaces the other's files; what slices have done is taken over by a run in order."""
    records = whole("out")
    by_file()
    assert not Path("out/annotations.jsonl").exists()
    assert joined() == records
    again = run(["rows"], Output("out"), PIPELINE)
    assert did(again) == (0, 9)
    assert Path("out/annotations.jsonl").read_bytes() == records
    assert joined() == b""
    assert not list(Path("out/.annotate").glob("0*"))


def test_an_id_in_two_files_is_the_first_one_s(rows: Path) -> None:
    """No slice sees another, and yet the second file's document fails as in a run in order, again and again."""
    shutil.copy(rows / "0.jsonl", rows / "2.jsonl")
    with (rows / "2.jsonl").open("a") as file:
        file.write('{"id": "own", "text": "In 2009."}\n{"id": "own", "text": "In 2010."}\n')
    records = whole()
    for _ in range(2):
        assert by_file().manifest.failures == {"duplicate-id": 4, "missing-text": 1}
        assert joined() == records
        assert Path("out/errors.jsonl").read_bytes() == Path("whole/errors.jsonl").read_bytes()


def test_a_run_that_stops_halfway_goes_on(rows: Path) -> None:
    """Slices that were done are kept, though the one that started them was killed before its end."""

    def broken(jobs: Iterable[Job], pipeline: Pipeline) -> Iterator[Slice]:
        for job in jobs:
            if job.number == 2:
                raise KeyboardInterrupt
            yield do_slice(job, pipeline, Serial())

    with pytest.raises(KeyboardInterrupt):
        run_slices(["rows"], "out", PIPELINE, broken)
    assert not Path("out/manifest.json").exists()
    assert did(by_file()) == (3, 6)
    assert joined() == whole()


def test_what_failed_is_tried_again_when_asked(rows: Path) -> None:
    """`annotate retry` does in each slice what failed there, and leaves the rest."""
    by_file()
    assert did(by_file(scope=Scope(only_failed=True, others="drop"))) == (0, 9)
    assert joined() == whole()


def test_other_inputs_are_asked_about(rows: Path) -> None:
    """A run that does not name the inputs of the one before stops, as any run does."""
    by_file()
    write(Path("other.jsonl"), 7)
    before = joined()
    with pytest.raises(OutputError, match="does not name"):
        by_file(inputs="other.jsonl")
    assert joined() == before
    by_file(inputs="other.jsonl", scope=Scope(others="drop"))
    assert joined() == whole(inputs="other.jsonl")


def test_standard_input_is_no_file(rows: Path) -> None:
    """It cannot be read elsewhere."""
    with pytest.raises(InputError, match="--by-file"):
        by_file(inputs="-")


def test_slices_by_url(rows: Path) -> None:
    """Inputs and output by URL: the same bytes, resumed from the URL alone, and stale slices deleted there."""
    memory = MemoryFileSystem()
    memory.store.clear()
    records = whole()
    memory.put(str(rows), "/in", recursive=True)
    by_file("memory://results", "memory://in")
    names = sorted(memory.glob("/results/annotations-*.jsonl"))
    assert len(names) == 3
    texts = [json.loads(line)["text"] for name in names for line in memory.cat(name).splitlines()]
    assert texts == [json.loads(line)["text"] for line in records.splitlines()]
    assert did(by_file("memory://results", "memory://in")) == (0, 9)
    memory.rm("/in/2.jsonl")
    by_file("memory://results", "memory://in")
    assert len(memory.glob("/results/annotations-*.jsonl")) == 2
    assert memory.find("/results/.annotate/00002") == []


def test_a_slice_waits_for_who_is_still_at_it(rows: Path) -> None:
    """A process that outlives its node by some has the slice's lock still, when another does its work already."""
    item = find(["rows"])[0][0]
    job = Job(0, item, str(Path("out").absolute()), PIPELINE.options, Reader())
    state = slice_paths(output_paths("out"), 0).state
    state.mkdir(parents=True)
    lock = FileLock(state / LOCK, thread_local=False)
    lock.acquire()
    timer = threading.Timer(1.0, lock.release)
    timer.start()
    assert do_slice(job, PIPELINE, Serial()).tally.documents == 3
    timer.join()
