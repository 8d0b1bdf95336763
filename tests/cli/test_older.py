"""Outputs of annotate/1, whose links had other names: told apart from damage, never mixed with those of today."""

from __future__ import annotations

import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from annotate.cli.app import app
from annotate.storage.journal import entries, to_line

OLD, NEW = "out/annotations.jsonl", "new/annotations.jsonl"
ARTICLE = "Op 18 januari 1950 tekende Vietnam een handelsakkoord van 2,5 miljard euro met Japan, zei de minister."


def call(*arguments: object) -> Any:
    """Calls `annotate` in this process; gives its exit status."""
    with pytest.raises(SystemExit) as ended:
        app([*map(str, arguments)])
    return ended.value.code


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An output of two articles as an earlier version has left it: whole, with its journal and manifest."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    for name in ("a.txt", "b.txt"):
        Path(name).write_text(ARTICLE)
    assert call("run", "a.txt", "b.txt", "-o", "out", "--lang", "nl", "-q") == 0
    out = Path("out")
    (journal,) = (out / ".annotate").glob("*.journal")
    lines = (out / "annotations.jsonl").read_bytes().replace(b"annotate/2", b"annotate/1").splitlines(keepends=True)
    kept = [entry for entry in entries(journal) if entry is not None]
    journal.write_bytes(
        b"".join(
            to_line(replace(entry, checksum=zlib.crc32(line), stamp=replace(entry.stamp, settings="of old")))
            for entry, line in zip(kept, lines, strict=True)
        )
    )
    (out / "annotations.jsonl").write_bytes(b"".join(lines))
    (out / "manifest.json").write_text((out / "manifest.json").read_text().replace("annotate/2", "annotate/1"))
    return out


def formats(out: Path) -> list[bytes]:
    return [line[:22] for line in (out / "annotations.jsonl").read_bytes().splitlines()]


def test_a_run_annotates_all_of_it_again(out: Path) -> None:
    """The same call makes it an output of today, and needs no --force."""
    assert call("run", "a.txt", "b.txt", "-o", "out", "--lang", "nl", "-q") == 0
    assert formats(out) == [b'{"schema":"annotate/2"'] * 2


def test_a_limited_run_keeps_none_of_its_records(out: Path) -> None:
    """Of an output that is made again by parts, what has still to be done is left out: no two formats in one file."""
    assert call("run", "a.txt", "b.txt", "-o", "out", "--lang", "nl", "--limit", "1", "-q") == 0
    assert formats(out) == [b'{"schema":"annotate/2"']


def test_status_says_that_it_is_older(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Both documents are to be done, and the format is named with what to do."""
    assert call("status", "out") == 0
    told = capsys.readouterr().out
    assert "2 to do" in told
    assert "its records are annotate/1; `annotate run` with the same inputs annotates all of them again" in told


@pytest.mark.parametrize("command", [("retry", "out"), ("run", "a.txt", "-o", "out", "--add", "--lang", "nl")])
def test_what_would_keep_its_records_is_refused(
    out: Path, command: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """`retry` and `--add` leave records as they are, which they cannot: the message says what to run."""
    before = (out / "annotations.jsonl").read_bytes()
    assert call(*command) == 2
    told = " ".join(capsys.readouterr().err.split())
    assert "its records are annotate/1, this version writes annotate/2" in told
    assert "annotate all of its inputs again" in told
    assert (out / "annotations.jsonl").read_bytes() == before


@pytest.mark.parametrize("command", [("evaluate", OLD, NEW), ("evaluate", NEW, OLD), ("diff", "out", "new")])
def test_it_is_not_compared_with_one_of_today(
    out: Path, command: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """`evaluate` and `diff` name the record and what to do, and do not count each link as changed."""
    assert call("run", "a.txt", "b.txt", "-o", "new", "--lang", "nl", "-q") == 0
    assert call(*command) == 2
    told = " ".join(capsys.readouterr().err.split())
    assert "out/annotations.jsonl:1: is an annotate/1 record, and annotate/2 is wanted" in told
    assert "`annotate run`" in told
