"""Documents of an output whose inputs a run does not name: none leaves unasked, `--add` keeps them."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from annotate.batch.output import Output
from annotate.batch.run import Scope, Summary, run
from annotate.batch.status import plan_of, status
from annotate.options import Options
from annotate.pipeline import Pipeline
from annotate.reading.read import read
from annotate.storage.write import OutputError

ADD, REPLACE = Scope(others="keep"), Scope(others="drop")
PIPELINE = Pipeline(Options(lang="nl"))


def month(path: str, *texts: str, ids: bool = False) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    rows = [{"text": text} | ({"id": f"{path}-{n}"} if ids else {}) for n, text in enumerate(texts)]
    Path(path).write_text("".join(json.dumps(row) + "\n" for row in rows))


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three months of news; `months` holds January."""
    monkeypatch.chdir(tmp_path)
    month("jan.jsonl", "In januari 2024.", "Op 2 januari 2024.")
    month("feb.jsonl", "In februari 2024.")
    month("mar.jsonl", "In maart 2024.")
    go("jan.jsonl")
    return tmp_path


def go(*inputs: str, scope: Scope | None = None, stdin: bytes = b"", out: str = "months", **more: Any) -> Summary:
    return run(inputs, Output(out, **more), PIPELINE, scope=scope, stdin=io.BytesIO(stdin))


def ids(out: str = "months") -> list[str]:
    files = sorted(Path(out).glob("annotations*.jsonl"))
    return [json.loads(line)["id"] for file in files for line in file.read_text().splitlines()]


def tree() -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in Path("months").rglob("*") if path.is_file()}


JANUARY = ["jan:1", "jan:2"]


# --- asked


@pytest.mark.parametrize("inputs", [["feb.jsonl"], ["feb.jsonl", "mar.jsonl"], ["-"], ["f*.jsonl"]])
@pytest.mark.parametrize("state", ["whole", "no state", "moved away", "again"])
def test_documents_do_not_leave_unasked(inputs: list[str], state: str) -> None:
    """A run that does not name January ends before anything is written, and names both ways on."""
    if state == "no state":
        shutil.rmtree("months/.annotate")
    if state == "moved away":
        Path("jan.jsonl").unlink()
    before = tree()
    for _ in range(1 + (state == "again")):  # a refusal must not be what the next run compares with
        with pytest.raises(OutputError, match=r"jan\.jsonl.*--add.*--replace.*-o"):
            go(*inputs, stdin=b"In april 2024.")
    assert tree() == before


def test_standard_input_is_never_the_same_twice() -> None:
    """What came from standard input would leave when it is read once more."""
    go("-", stdin=b"In 2008.", out="months", scope=REPLACE)
    with pytest.raises(OutputError, match=r"standard input.*--add"):
        go("-", stdin=b"In 2009.")


def test_inputs_that_say_the_same_are_no_question(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """More inputs, a folder above, a glob, another spelling or another current folder name January, too."""
    more = [["feb.jsonl", "jan.jsonl"], ["*.jsonl"], ["."], [str(here / "jan.jsonl")], ["./jan.jsonl", "mar.jsonl"]]
    for number, inputs in enumerate(more):
        shutil.copytree("months", f"copy{number}")
        go(*inputs, out=f"copy{number}")
    (here / "below").mkdir()
    monkeypatch.chdir(here / "below")
    go("../jan.jsonl", out="../months")


def test_a_document_whose_input_is_gone_leaves_as_ever() -> None:
    """Where the inputs are named as before, what is gone from them leaves the output without a question."""
    month("news/a.jsonl", "In 2008.")
    month("news/b.jsonl", "In 2009.")
    go("news", out="other")
    Path("news/b.jsonl").unlink()
    go("news", out="other")
    assert ids("other") == ["a:1"]
    month("news/c.jsonl", "In 2010.")
    Path("news/a.jsonl").unlink()
    go("news", out="other")
    assert ids("other") == ["c:1"]


def test_replace_and_force_take_them_out() -> None:
    """`--replace` and `--force` leave February only."""
    shutil.copytree("months", "copy")
    go("feb.jsonl", scope=REPLACE)
    go("feb.jsonl", out="copy", force=True)
    assert ids() == ids("copy") == ["feb:1"]


def test_an_output_without_documents_asks_nothing() -> None:
    """What was broken off, or gave no document, is no loss."""
    Path("empty.jsonl").write_text("{}\n")
    go("empty.jsonl", out="other")
    go("feb.jsonl", out="other")
    assert ids("other") == ["feb:1"]


# --- kept


@pytest.mark.parametrize("shard_size", [None, 1])
def test_add_keeps_what_is_there(shard_size: int | None) -> None:
    """Month after month is added, its file may go: the bytes are those of a run over all of them."""
    go("jan.jsonl", "feb.jsonl", "mar.jsonl", out="whole", shard_size=shard_size)
    go("jan.jsonl", shard_size=shard_size)
    for name in ("feb.jsonl", "mar.jsonl"):
        Path("jan.jsonl").rename("jan.jsonl.old") if name == "feb.jsonl" else Path("feb.jsonl").unlink()
        summary = go(name, scope=ADD, shard_size=shard_size)
        assert (summary.tally.documents - summary.tally.kept, summary.tally.removed) == (1, 0)
    assert ids() == [*JANUARY, "feb:1", "mar:1"]
    files = sorted(path.name for path in Path("whole").glob("annotations*"))
    assert [Path("months", name).read_bytes() for name in files] == [Path("whole", name).read_bytes() for name in files]
    with pytest.raises(OutputError, match=r"jan\.jsonl, .*feb\.jsonl, which"):
        go("mar.jsonl")


def test_add_does_changed_documents_again() -> None:
    """Of the inputs that are named all is as ever: what has changed is done again, what is gone leaves."""
    go("feb.jsonl", scope=ADD)
    month("jan.jsonl", "In 1999.")
    summary = go("jan.jsonl", scope=ADD)
    assert ids() == ["feb:1", "jan:1"]
    assert (summary.tally.kept, summary.tally.removed) == (1, 1)
    assert "1999" in Path("months/annotations.jsonl").read_text()
    assert go("jan.jsonl", "feb.jsonl").tally.kept == 2


def test_add_keeps_failures() -> None:
    """What failed in January still stands among the errors when February is added, read or annotated."""
    Path("jan.jsonl").write_text('{"text": "In 2008."}\n{}\n')
    go("jan.jsonl")
    errors = Path("months/errors.jsonl").read_bytes()
    assert errors
    summary = go("feb.jsonl", scope=ADD)
    assert (Path("months/errors.jsonl").read_bytes(), summary.failed) == (errors, 1)


def test_add_from_standard_input_accumulates() -> None:
    """Rows with ids of their own add up; the same row again is no second document; a row without one is told."""
    rows = [json.dumps({"id": name, "text": f"In 200{n}."}) for n, name in enumerate("abc")]
    go("-", stdin="\n".join(rows[:2]).encode(), out="other")
    go("-", stdin="\n".join(rows[1:]).encode(), out="other", scope=ADD)
    assert ids("other") == ["a", "b", "c"]
    go("-", stdin=b'{"text": "In 2008."}', out="other", scope=ADD)
    summary = go("-", stdin=b'{"text": "In 2009."}', out="other", scope=ADD)
    assert ids("other") == ["a", "b", "c", "stdin:1"]
    (failure,) = map(json.loads, Path("other/errors.jsonl").read_text().splitlines())
    assert (failure["error"], summary.failed) == ("duplicate-id", 1)


def test_add_tells_two_files_of_one_name_apart(here: Path) -> None:
    """A file of the same name elsewhere would take January's ids: it is refused, and nothing is changed."""
    month("inbox/jan.jsonl", "In 2008.")
    before = tree()
    with pytest.raises(OutputError, match=r"another file that is named jan\.jsonl"):
        go(str(here / "inbox" / "jan.jsonl"), scope=ADD)
    assert tree() == before
    go("inbox/jan.jsonl", scope=ADD)
    (failure,) = map(json.loads, Path("months/errors.jsonl").read_text().splitlines())
    assert (failure["source"], failure["error"], ids()) == ("inbox/jan.jsonl:1", "duplicate-id", JANUARY)
    Path("inbox/jan.jsonl").rename("inbox/jan-2025.jsonl")
    go(str(here / "inbox" / "jan-2025.jsonl"), scope=ADD)
    assert ids() == [*JANUARY, "jan-2025:1"]


def test_add_refuses_what_it_does_not_know() -> None:
    """Without the state beside it the output's documents cannot be kept, and that is said."""
    shutil.rmtree("months/.annotate")
    before = tree()
    with pytest.raises(OutputError, match="knows only 0 of the 2 documents"):
        go("feb.jsonl", scope=ADD)
    assert tree() == before


def test_add_tells_of_a_record_that_is_damaged() -> None:
    """A record that is not as it was written cannot be kept: it is a failure that says what to do."""
    path = Path("months/annotations.jsonl")
    path.write_bytes(path.read_bytes().replace(b"In januari", b"In Januari"))
    summary = go("feb.jsonl", scope=ADD)
    (failure,) = map(json.loads, Path("months/errors.jsonl").read_text().splitlines())
    assert (failure["id"], failure["source"], failure["error"]) == ("jan:1", "jan.jsonl", "damaged")
    assert (ids(), summary.damaged) == (["jan:2", "feb:1"], ["annotations.jsonl"])


def test_a_run_that_was_broken_off_goes_on_adding() -> None:
    """An added month that was interrupted is finished by the same call, and January is still there."""

    def stop(*_: Any) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(["feb.jsonl"], Output("months"), PIPELINE, stop, scope=ADD)
    assert ids() == JANUARY
    with pytest.raises(OutputError, match=r"jan\.jsonl"):
        go("feb.jsonl")
    go("feb.jsonl", scope=ADD)
    assert ids() == [*JANUARY, "feb:1"]


def test_status_tells_what_is_kept() -> None:
    """After months were added, status counts those of other inputs as kept, and not as gone."""
    go("feb.jsonl", scope=ADD)
    plan, options = plan_of("months")
    found = status("months", read(plan.inputs), Pipeline(options))
    assert (dict(found.documents), found.to_do, found.languages["nl"]) == ({"up to date": 1, "kept": 2}, 0, 3)
