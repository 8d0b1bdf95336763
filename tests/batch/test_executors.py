"""Who does the work makes no difference to what comes out, and a process that dies costs one document."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from annotate.batch.executors import Executor, Processes, Serial, WorkersError
from annotate.batch.work import annotate_document
from annotate.options import Options
from annotate.pipeline import Pipeline
from annotate.reading import webpage
from annotate.records import Document, Done, Failure

NL = Pipeline(Options(lang="nl"))


def documents(*texts: str) -> list[tuple[Document | None, str]]:
    return [(Document(str(n), text, f"rows.jsonl:{n}"), text) for n, text in enumerate(texts)]


def outcomes(executor: Executor, *texts: str, pipeline: Pipeline = NL) -> list[Done | Failure | None]:
    items = documents(*texts)
    found = list(executor.map(iter(items), pipeline))
    assert [item for item, _ in found] == [item for _, item in items]
    return [outcome for _, outcome in found]


def lines(found: list[Done | Failure | None]) -> list[bytes]:
    assert all(isinstance(outcome, Done) for outcome in found), found
    return [outcome.line for outcome in found if isinstance(outcome, Done)]


# --- what a process may do; all of these run in processes of their own


def troubled(pipeline: Pipeline, document: Document) -> Done | Failure:
    """Does what the text says, then annotates it."""
    word = document.text.split()[0]
    if word == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if word == "crash":
        ctypes.string_at(0)
    if word == "exit":
        os._exit(3)
    if word == "hang":
        time.sleep(60)
    if word == "nap":
        time.sleep(0.5)
    if word == "page":
        webpage.extract = lambda _: time.sleep(60)  # type: ignore[assignment, return-value]
    if word == "once":
        marker = Path(document.text.split()[1])
        if not marker.exists():
            marker.touch()
            os._exit(1)
    return annotate_document(pipeline, document)


# --- the same


@pytest.mark.parametrize("number", [1, 2, 5])
def test_any_number_of_processes_gives_the_same_bytes(number: int) -> None:
    """Records come in the order of the documents, byte for byte as one process gives them."""
    texts = [f"Op {day} mei 2024 kostte het {day} miljoen euro." * (1 + day % 3) for day in range(1, 31)]
    assert lines(outcomes(Processes(number), *texts)) == lines(outcomes(Serial(), *texts))


def test_items_without_a_document_keep_their_place() -> None:
    """What needs no work (a failure to read, a record that is kept) comes out in its turn."""
    items: list[tuple[Document | None, int]] = [(None, 0), *((d, 1) for d, _ in documents("Sinds 2008.")), (None, 2)]
    for executor in (Serial(), Processes(2)):
        found = [(item, outcome is None) for item, outcome in executor.map(iter(items), NL)]
        assert found == [(0, True), (1, False), (2, True)]


def test_texts_larger_than_any_pipe_go_both_ways() -> None:
    """Many texts of a megabyte, and tiny ones between them, do not block one another."""
    texts = [("x" * 79 + " ") * 12_500 + str(n) if n % 2 else f"Sinds 200{n}." for n in range(8)]
    found = lines(outcomes(Processes(2), *texts))
    assert [len(line) > 1_000_000 for line in found] == [bool(n % 2) for n in range(8)]


def test_documents_are_not_read_far_ahead() -> None:
    """While the first document waits, only so many more are read: memory does not grow with their number."""
    taken = 0

    def source() -> Iterator[tuple[Document | None, int]]:
        nonlocal taken
        for taken in range(100_000):
            yield Document(str(taken), "Sinds 2008.", "a"), taken

    running = Processes(1).map(source(), NL)
    next(running)
    assert taken < 2_000
    running.close()  # type: ignore[attr-defined]


# --- processes that die


@pytest.mark.parametrize(("word", "how"), [("die", "SIGKILL"), ("crash", "SIGSEGV"), ("exit", "exit status 3")])
def test_a_process_that_dies_costs_the_document_that_it_held(word: str, how: str) -> None:
    """Killed, crashed or gone: that document is set aside with the reason, all others are done."""
    texts = ["Sinds 2008.", "In 2009.", f"{word} in 2010.", "In 2011.", "In 2012."]
    found = outcomes(Processes(2, work=troubled), *texts)
    assert [type(outcome) for outcome in found] == [Done, Done, Failure, Done, Done]
    failure = found[2]
    assert isinstance(failure, Failure)
    assert (failure.id, failure.source, failure.error) == ("2", "rows.jsonl:2", "WorkerDied")
    assert how in failure.message


def test_a_document_is_tried_twice(tmp_path: Path) -> None:
    """A process that dies for another reason costs nothing: the document is done at the second try."""
    found = outcomes(Processes(2, work=troubled), "Sinds 2008.", f"once {tmp_path / 'marker'} in 2010", "In 2011.")
    assert len(lines(found)) == 3
    assert (tmp_path / "marker").exists()


def test_many_that_kill_cost_themselves_only() -> None:
    """One bad document in two, all in one batch: the good ones are done."""
    texts = [f"die {n}" if n % 2 else f"Sinds 20{n:02}." for n in range(12)]
    found = outcomes(Processes(2, work=troubled), *texts)
    assert [isinstance(outcome, Failure) for outcome in found] == [bool(n % 2) for n in range(12)]


def test_a_document_that_takes_too_long_is_set_aside() -> None:
    """With a time limit a document that hangs is ended, tried once more, and set aside; the others are done."""
    start = time.monotonic()
    found = outcomes(Processes(2, timeout=1.0, work=troubled), "Sinds 2008.", "hang in 2010", "In 2011.")
    assert [type(outcome) for outcome in found] == [Done, Failure, Done]
    assert isinstance(found[1], Failure)
    assert (found[1].error, "1 s" in found[1].message) == ("Timeout", True)
    assert time.monotonic() - start < 30


def test_time_is_counted_for_each_document() -> None:
    """A limit holds for one document: eight that together take longer are all done, none at a second try."""
    executor = Counted(1, timeout=3.0, work=troubled)
    found = outcomes(executor, *(f"nap in 201{n}." for n in range(8)))
    assert (len(lines(found)), executor.started) == (8, 1)


def test_a_page_that_takes_too_long_is_set_aside() -> None:
    """The article is taken from a page where the work is done: what hangs there costs that page only."""
    items = [(Document(str(n), word, f"{n}.html", is_page=True), n) for n, word in enumerate(["<p>x</p>", "page 1"])]
    items.append((Document("2", "Sinds 2008.", "2.txt"), 2))
    found = [outcome for _, outcome in Processes(1, timeout=1.0, work=troubled).map(iter(items), NL)]
    assert [getattr(outcome, "error", "done") for outcome in found] == ["empty", "Timeout", "done"]


def test_processes_that_cannot_start_end_the_run() -> None:
    """Where no process lives long enough to take a document, the run ends with what to do, not never."""
    executor = Counted(1)
    with pytest.raises(WorkersError, match="-n 1"):
        list(executor.map(iter(documents("x")), Unpicklable(Options(lang="nl"))))
    assert executor.started <= 5


class Counted(Processes):
    """Counts the processes that it starts."""

    started = 0

    def _start(self, options: Options) -> Any:
        self.started += 1
        return super()._start(options)


class Unpicklable(Pipeline):
    """A pipeline whose options break the process that gets them."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.options = Poison()  # type: ignore[assignment]


class Poison:
    """Ends the process that unpickles it."""

    def __reduce__(self) -> tuple[object, tuple[int]]:
        return os._exit, (9,)


def test_processes_end_with_the_one_that_started_them(tmp_path: Path) -> None:
    """After a `kill -9` of the run no process of its own is left behind."""
    (tmp_path / "rows.jsonl").write_text('{"text": "Sinds 2008."}\n' * 200_000)
    command = [sys.executable, "-c", "from annotate.cli import main; main()", "run", "rows.jsonl", "--lang", "nl"]
    mark = f"ANNOTATE_TEST={tmp_path}"
    with subprocess.Popen(
        [*command, "-o", "out", "-n", "2"],
        cwd=tmp_path,
        stderr=subprocess.DEVNULL,
        env=os.environ | dict([mark.split("=")]),
    ) as run:
        wait_until(lambda: len(marked(mark)) >= 3 and any((tmp_path / "out" / ".annotate").glob("*.part")))
        run.kill()
    wait_until(lambda: not marked(mark))


def marked(mark: str) -> list[int]:
    """The processes that have a variable in their environment, however they were started."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if mark.encode() in (process / "environ").read_bytes().split(b"\0"):
                found.append(int(process.name))
        except OSError:
            continue
    return found


def wait_until(condition: object, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end, "did not come about"
        time.sleep(0.05)
