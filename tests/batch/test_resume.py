"""Running again does only what is new, and gives what a run from nothing would give."""

from __future__ import annotations

import fcntl
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from annotate.batch.executors import Processes
from annotate.batch.output import Output
from annotate.batch.run import Scope, Summary, run
from annotate.batch.status import plan_of, status
from annotate.manifest import Manifest
from annotate.options import Options
from annotate.pipeline import Pipeline
from annotate.reading.read import Reader, read
from annotate.records import Document
from annotate.storage.layout import is_running
from annotate.storage.write import OutputError

TEXTS = {
    "a": "Op 18 januari 1950 tekende het land een contract van 2,5 miljard euro met de buurlanden.",
    "b": "Il a signé le 3 mars 2024 un accord de libre-échange de deux milliards d'euros avec le Vietnam.",
    "c": "Sinds 2008 groeide de handel tussen de twee landen tot ruim 3 miljard dollar per jaar.",
}


@pytest.fixture
def news(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three articles in two languages, and a folder of rules for laws; the test's own current folder."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "news"
    folder.mkdir()
    for name, text in TEXTS.items():
        (folder / f"{name}.txt").write_text(text)
    for lang in ("nl", "fr"):
        (tmp_path / "mine" / lang).mkdir(parents=True)
        rule(tmp_path, lang, "wet")
    return folder


def rule(folder: Path, lang: str, word: str) -> None:
    """A rule of the user's own for one language."""
    pattern = f"[{{LOWER: {word}, slot: law}}]"
    example = f"De [{word}](law={word}) geldt."
    content = f"label: LAW\nrules:\n  - id: law\n    pattern: {pattern}\n    examples: ['{example}']\n"
    (folder / "mine" / lang / "laws.yaml").write_text(content)


def again(out: str = "out", scope: Scope | None = None, options: Options | None = None, **more: Any) -> Summary:
    """One more run over the news, with a pipeline that knows nothing of those before."""
    pipeline = Pipeline(options or Options(patterns=(Path("mine"),)))
    return run(["news"], Output(out, **more), pipeline, scope=scope)


def did(summary: Summary) -> tuple[int, int, int, int]:
    """How many documents were annotated, kept, removed, left."""
    counts = summary.report.run
    return counts.annotated, counts.kept, counts.removed, counts.remaining


def data(out: str = "out") -> bytes:
    return Path(out, "annotations.jsonl").read_bytes()


def afresh() -> bytes:
    """What a run from nothing gives."""
    again("fresh", force=True)
    return data("fresh")


# --- what is new


def test_nothing_is_done_twice(news: Path) -> None:
    """A second run annotates nothing, and leaves the very same file."""
    summary = again()
    assert (summary.failed, did(summary)) == (0, (3, 0, 0, 0)), Path("out/errors.jsonl").read_text()
    before = Path("out/annotations.jsonl").stat()
    assert did(again()) == (0, 3, 0, 0)
    after = Path("out/annotations.jsonl").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_new_a_changed_and_a_deleted_article(news: Path) -> None:
    """Only what is new or changed is annotated; what is gone leaves the output; the bytes are those of a run afresh."""
    again()
    (news / "aa.txt").write_text("In mei 2023 kostte het 40 miljoen euro, zei de minister van Handel.")
    (news / "b.txt").write_text(TEXTS["b"] + " Il sera signé en 2026.")
    (news / "c.txt").unlink()
    assert did(again()) == (2, 1, 1, 0)
    assert data() == afresh()


def test_counts_are_those_of_the_whole_output(news: Path) -> None:
    """The manifest of a run that kept everything has the totals of the one that did everything."""
    first, second = again().manifest, again().manifest
    for key in ("counts", "labels", "languages", "failures"):
        assert getattr(first, key) == getattr(second, key)
    assert first.counts is not None
    assert first.counts.words > 40


def test_an_edit_of_one_language_s_rules(news: Path) -> None:
    """After an edit to the French rules only the French article is done again; shared rules concern all."""
    again()
    rule(news.parent, "fr", "loi")
    assert did(again()) == (1, 2, 0, 0)
    assert data() == afresh()
    (news.parent / "mine" / "shared").mkdir()
    (news.parent / "mine" / "shared" / "more.yaml").write_text("# nothing yet\n")
    assert did(again()) == (3, 0, 0, 0)


@pytest.mark.parametrize(
    "options",
    [
        Options(patterns=(Path("mine"),), tokens=True),
        Options(patterns=(Path("mine"),), region="AU"),
        Options(patterns=(Path("mine"),), languages=("nl", "fr")),
    ],
)
def test_other_options_mean_other_records(news: Path, options: Options) -> None:
    """A change of the options does all again."""
    again()
    assert did(again(options=options)) == (3, 0, 0, 0)


def test_another_version_does_all_again(news: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A record made by other software is made anew."""
    again()
    monkeypatch.setattr("annotate.pipeline.software", lambda: "another")
    assert did(again()) == (3, 0, 0, 0)


def test_times_of_files_do_not_matter(news: Path) -> None:
    """A file touched, even in the future, is not done again; one changed under its old time and size is."""
    again()
    for name in TEXTS:
        os.utime(news / f"{name}.txt", (4e9, 4e9))
    assert did(again()) == (0, 3, 0, 0)
    (news / "a.txt").write_text(TEXTS["a"].replace("1950", "1951"))
    os.utime(news / "a.txt", (4e9, 4e9))
    assert did(again()) == (1, 2, 0, 0)
    assert b"1951" in data()


def test_a_clock_that_jumps_changes_nothing(news: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock set back forty years between two runs changes neither what is done nor a byte of it."""
    again()
    before = data()
    monkeypatch.setattr("time.time", lambda: 5e8)
    assert did(again()) == (0, 3, 0, 0)
    assert data() == before


def test_the_date_of_all_is_part_of_the_input(news: Path) -> None:
    """A `--date` given or changed does again what it concerns."""
    pipeline = Pipeline(Options(lang="nl"))
    for day, annotated in (("2025-01-01", 3), ("2025-01-01", 0), ("2025-01-02", 3)):
        assert run(["news"], Output("dated"), pipeline, reader=Reader(date=day)).report.run.annotated == annotated


# --- scope


def test_a_limit_leaves_the_rest_to_later_runs(news: Path) -> None:
    """With a limit of one, three runs do it all, each keeping what those before did; the bytes are the same."""
    scope = Scope(limit=1)
    assert [did(again(scope=scope)) for _ in range(4)] == [(1, 0, 0, 2), (1, 1, 0, 1), (1, 2, 0, 0), (0, 3, 0, 0)]
    assert data() == afresh()


def test_a_limit_keeps_old_records_until_their_turn(news: Path) -> None:
    """What is out of date and beyond the limit stays as it was, and is done by a later run."""
    again()
    (news.parent / "mine" / "shared").mkdir()
    (news.parent / "mine" / "shared" / "more.yaml").write_text("# nothing yet\n")
    assert did(again(scope=Scope(limit=2))) == (2, 1, 0, 1)
    assert did(again(scope=Scope(limit=2))) == (1, 2, 0, 0)
    assert data() == afresh()


def test_without_resume_all_is_done_again(news: Path) -> None:
    """`resume=False` annotates all again, into the output that is there."""
    again()
    assert did(again(resume=False)) == (3, 0, 0, 0)


# --- failures


class Troubled(Pipeline):
    """A pipeline that cannot do one article."""

    cured = False
    tried = 0

    def trace(self, document: Document) -> Any:
        type(self).tried += 1
        if document.id == "b" and not type(self).cured:
            raise ZeroDivisionError("trouble")
        return super().trace(document)


def test_what_failed_is_tried_again_when_asked(news: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A document that failed is not tried again by the next run, but by `retry`, which does nothing else."""
    monkeypatch.setattr(Troubled, "cured", False)
    pipeline = Troubled(Options())
    assert run(["news"], Output("out"), pipeline).failed == 1
    errors = Path("out/errors.jsonl").read_bytes()
    monkeypatch.setattr(Troubled, "tried", 0)
    assert run(["news"], Output("out"), pipeline).failed == 1
    assert Troubled.tried == 0
    assert Path("out/errors.jsonl").read_bytes() == errors
    monkeypatch.setattr(Troubled, "cured", True)
    (news / "d.txt").write_text("Nieuw in 2024.")
    (news / "a.txt").write_text("Veranderd in 2024.")
    summary = run(["news"], Output("out"), pipeline, scope=Scope(only_failed=True))
    assert (did(summary), summary.failed, Troubled.tried) == ((1, 2, 0, 1), 0, 1)
    assert did(run(["news"], Output("out"), pipeline)) == (2, 2, 0, 0)
    assert Path("out/errors.jsonl").read_bytes() == b""


def test_what_failed_is_tried_again_when_it_changes(news: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new text of an article that failed is tried without being asked."""
    monkeypatch.setattr(Troubled, "cured", False)
    run(["news"], Output("out"), Troubled(Options()))
    monkeypatch.setattr(Troubled, "cured", True)
    (news / "b.txt").write_text("Signé le 3 mars 2024 à Paris avec le Vietnam.")
    assert did(run(["news"], Output("out"), Troubled(Options()))) == (1, 2, 0, 0)


# --- trouble with the state


@pytest.mark.parametrize("damage", ["journal", "records", "state", "plan"])
def test_a_damaged_state_is_made_anew(news: Path, damage: str) -> None:
    """Whatever is lost or changed of an earlier run, the next gives the bytes of a run afresh, and says so."""
    again()
    target = {
        "journal": Path("out/.annotate/annotations.jsonl.journal"),
        "records": Path("out/annotations.jsonl"),
        "state": Path("out/.annotate/annotations.jsonl.journal"),
        "plan": Path("out/.annotate/run.json"),
    }[damage]
    content = bytearray(target.read_bytes())
    content[len(content) // 2] ^= 7
    if damage == "state":
        target.unlink()
    else:
        target.write_bytes(content)
    summary = again()
    assert data() == afresh()
    assert did(summary)[0] == {"journal": 1, "records": 1, "state": 3, "plan": 0}[damage]
    assert bool(summary.damaged) == (damage in ("journal", "records"))
    assert did(again()) == (0, 3, 0, 0)


# --- status


def test_status_says_what_the_next_run_would_do(news: Path) -> None:
    """Each document is counted by what would be done with it, and why; nothing is written."""
    again()
    rule(news.parent, "fr", "loi")
    (news / "a.txt").write_text("Veranderd in 2024.")
    (news / "c.txt").unlink()
    (news / "d.txt").write_text("Nieuw in 2024.")
    (news / "e.txt").write_bytes(b"")
    before = {path: path.read_bytes() for path in Path("out").rglob("*") if path.is_file()}
    plan, options = plan_of("out")
    found = status("out", read(plan.inputs), Pipeline(options))
    assert found.state == "complete"
    assert dict(found.documents) == {"text": 1, "patterns": 1, "new": 1, "unreadable": 1, "removed": 1}
    assert found.to_do == 4
    assert {path: path.read_bytes() for path in Path("out").rglob("*") if path.is_file()} == before
    again()
    found = status("out", read(plan.inputs), Pipeline(options))
    assert (found.to_do, found.documents["up to date"]) == (0, 3)


def test_status_goes_by_the_newest_that_is_known(news: Path) -> None:
    """What a run that was broken off has done again counts, and not what the run before had made of it."""
    again()
    (news / "a.txt").write_text("Veranderd in 2024.")

    def stop(tally: Any, failure: Any) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(["news"], Output("out"), Pipeline(Options(patterns=(Path("mine"),))), stop)
    plan, options = plan_of("out")
    found = status("out", read(plan.inputs), Pipeline(options))
    assert (found.state, dict(found.documents)) == ("interrupted", {"up to date": 3})


def test_a_failure_is_tried_again_when_rules_change(news: Path) -> None:
    """A document that failed may have failed by any language's rules: an edit to one of them tries it again."""

    class Failing(Pipeline):
        tried = 0

        def trace(self, document: Document) -> Any:
            self.tried += 1
            raise ValueError("a rule is wrong")

    for expected in (3, 0):
        pipeline = Failing(Options(patterns=(Path("mine"),)))
        run(["news"], Output("out"), pipeline)
        assert pipeline.tried == expected
    rule(news.parent, "fr", "loi")
    pipeline = Failing(Options(patterns=(Path("mine"),)))
    run(["news"], Output("out"), pipeline)
    assert pipeline.tried == 3


def test_pages_that_are_kept_are_not_parsed_again(news: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page is known by its bytes: a second run, and status, take no article from it; a changed page is done again."""
    page = "<html><head><title>t</title></head><body><p>Op 3 mei 2024 kostte het 5 miljoen euro.</p></body></html>"
    (news / "p.html").write_text(page)
    (news / "no.html").write_text("<html></html>")
    assert again().failed == 1
    (record,) = [json.loads(line) for line in data().splitlines() if b'"id":"p"' in line]
    assert (record["text"], record["meta"]["title"]) == ("Op 3 mei 2024 kostte het 5 miljoen euro.", "t")

    def fail(*_: object) -> None:
        raise AssertionError

    with monkeypatch.context() as patch:
        patch.setattr("annotate.reading.webpage.extract", fail)
        summary = again()
        assert (did(summary), summary.failed) == ((0, 4, 0, 0), 1)
        plan, options = plan_of("out")
        found = status("out", read(plan.inputs, as_pages=True), Pipeline(options))
        assert dict(found.documents) == {"up to date": 4, "failed": 1}
    (news / "p.html").write_text(page.replace("5 miljoen", "6 miljoen"))
    assert did(again()) == (1, 3, 0, 0)


def test_pages_are_parsed_where_the_work_is_done(news: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With several processes the one that reads takes no article from a page, and the bytes are the same."""
    for n in range(4):
        page = f"<html><body><p>Het kostte toen {n} miljoen euro.</p></body></html>"
        (news / f"2024-05-0{n + 1}-p.html").write_text(page)
    again("serial")

    def fail(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr("annotate.reading.webpage.extract", fail)
    pipeline = Pipeline(Options(patterns=(Path("mine"),)))
    assert run(["news"], Output("out"), pipeline, executor=Processes(2)).failed == 0
    assert data() == data("serial")


def test_status_of_an_output_that_may_only_be_read(news: Path) -> None:
    """Where nothing may be written status tells the same, whatever the lock file allows."""
    again()
    plan, options = plan_of("out")
    Path("out/.annotate/lock").unlink(missing_ok=True)
    for lock in (None, 0o444, 0o000):
        if lock is not None:
            Path("out/.annotate/lock").touch()
            Path("out/.annotate/lock").chmod(lock)
        with unprivileged(Path("out"), Path("out/.annotate")):
            found = status("out", read(plan.inputs), Pipeline(options))
        assert (found.state, found.documents["up to date"]) == ("complete", 3)


@contextmanager
def unprivileged(*folders: Path) -> Iterator[None]:
    """Folders in which nothing may be written, also where tests run as root."""
    for folder in folders:
        folder.chmod(0o555)
    root = os.geteuid() == 0
    if root:
        for parent in [*folders[0].resolve().parents][:3]:
            parent.chmod(0o755)
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)
        for folder in folders:
            folder.chmod(0o755)


def test_a_run_is_seen_and_not_disturbed_by_status(news: Path) -> None:
    """While a run writes, status says so, and a run may begin while status looks."""
    again()
    with Output("out") as output:
        assert is_running(output.paths)
        output.manifest(Manifest(schema="annotate/2"))
    lock = output.paths.state / "lock"
    lock.touch()
    with lock.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        timer = threading.Timer(0.1, fcntl.flock, (file, fcntl.LOCK_UN))
        timer.start()
        again()
        timer.join()
    assert not is_running(output.paths)


def test_status_of_what_is_not_ours(tmp_path: Path) -> None:
    """Where no run has written, status says so, and what to do."""
    with pytest.raises(OutputError, match=r"no run has written there.*annotate run"):
        plan_of(tmp_path)


def test_a_run_tells_of_each_document_after_it_is_safe(news: Path) -> None:
    """When a document is reported as done, its record and its journal line are with the system already."""

    def check(tally: Any, failure: Any) -> None:
        records = b"".join(p.read_bytes() for p in Path("out/.annotate").glob("annotations*.part"))
        lines = b"".join(p.read_bytes() for p in Path("out/.annotate").glob("annotations*.journal"))
        assert records.count(b"\n") == lines.count(b"\n") == tally.documents

    run(["news"], Output("out"), Pipeline(), check)
    assert len([json.loads(line) for line in data().splitlines()]) == 3
