"""Inputs and outputs by URL, on fsspec's file system in memory and on the real one by `file://`."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from annotate.batch.output import Output
from annotate.batch.run import run
from annotate.options import Options
from annotate.pipeline import Pipeline
from annotate.reading.read import InputError, read
from annotate.records import Document
from annotate.storage.write import OutputError

fsspec = pytest.importorskip("fsspec")

TEXTS = {"a": "Op 18 januari 1950 kostte het 2,5 miljoen euro.", "b": "Sinds 2008 is er een handelsverdrag."}


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """An empty file system in memory with two articles; the machine's temporary folder is the test's own."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    system = fsspec.filesystem("memory")
    system.store.clear()
    for name, text in TEXTS.items():
        system.pipe(f"/news/nl/{name}.txt", text.encode())
    return system


def once(*inputs: str, out: str = "memory://results/out", **more: Any) -> dict[str, Any]:
    return run(inputs, Output(out, **more), Pipeline(Options(lang="nl"))).report.run.to_dict()


def files(system: Any, folder: str) -> list[str]:
    return [path[len(folder) :].lstrip("/") for path in system.find(folder)]


@pytest.mark.parametrize("url", ["memory://news", "memory://news/nl/*.txt", "memory://news/nl"])
def test_a_url_names_files_as_a_path_does(memory: Any, url: str) -> None:
    """Folders and globs by URL are read in order; names in records are relative."""
    documents = [d for d in read([url]) if isinstance(d, Document)]
    assert [d.id for d in documents] == ["a", "b"]
    assert [d.text for d in documents] == list(TEXTS.values())
    assert not any("://" in d.source or d.source.startswith("/") for d in documents)


def test_a_url_with_nothing_behind_it(memory: Any) -> None:
    """A URL that names nothing, or a protocol that is not known, is told before anything is written."""
    for url in ("memory://nowhere", "memory://news/*.csv", "nosuch://news"):
        with pytest.raises(InputError, match="://"):
            read([url])
    with pytest.raises(OutputError, match="nosuch"):
        Output("nosuch://out")


def test_an_output_by_url_is_that_of_a_path(memory: Any, tmp_path: Path) -> None:
    """The same bytes as in a folder; a second run does nothing again; no copy is left on this machine."""
    assert once("memory://news")["annotated"] == 2
    run(["memory://news"], Output(tmp_path / "here"), Pipeline(Options(lang="nl")))
    assert memory.cat("/results/out/annotations.jsonl") == (tmp_path / "here" / "annotations.jsonl").read_bytes()
    memory.pipe("/news/nl/c.txt", b"In 2012 was het 3 miljard dollar.")
    assert once("memory://news") == {"annotated": 1, "kept": 2, "removed": 0, "remaining": 0}
    assert not list(tmp_path.glob("annotate-*"))


def test_other_files_at_the_url_stay(memory: Any) -> None:
    """Only files of this output are fetched, replaced or deleted, be it a folder or one file."""
    memory.pipe("/results/notes.txt", b"mine")
    memory.pipe("/results/other.jsonl", b"mine")
    memory.pipe("/results/out/more/annotations.jsonl", b"mine")
    once("memory://news", out="memory://results/news.jsonl.gz", shard_size=1)
    once("memory://news", shard_size=1)
    once("memory://news")
    assert files(memory, "/results/out") == [
        ".annotate/annotations.jsonl.journal", ".annotate/last.json", ".annotate/run.json", "annotations.jsonl",
        "errors.jsonl", "manifest.json", "more/annotations.jsonl",
    ]  # fmt: skip
    assert [memory.cat(f"/results/{name}") for name in ("notes.txt", "other.jsonl")] == [b"mine", b"mine"]
    assert {"news-00000.jsonl.gz", "news-00001.jsonl.gz", "news.manifest.json"} <= set(files(memory, "/results"))


def test_the_command_line_takes_urls(tmp_path: Path) -> None:
    """`annotate run URL -o URL`, `status` and `retry` work with `file://`, a real file system behind a URL."""
    (tmp_path / "news").mkdir()
    for name, text in TEXTS.items():
        (tmp_path / "news" / f"{name}.txt").write_text(text)
    out = f"file://{tmp_path}/out"
    command = [sys.executable, "-c", "from annotate.cli import main; main()"]
    told = [
        subprocess.run([*command, *arguments], capture_output=True, text=True, check=False, cwd=tmp_path)
        for arguments in (
            ["run", f"file://{tmp_path}/news", "-o", out, "--lang", "nl"],
            ["status", out],
            ["retry", out],
        )
    ]
    assert [done.returncode for done in told] == [0, 0, 0], [done.stderr for done in told]
    assert "complete, 0 to do" in told[1].stdout
    lines = (tmp_path / "out" / "annotations.jsonl").read_text().splitlines()
    assert [json.loads(line)["meta"]["source"] for line in lines] == ["news/a.txt", "news/b.txt"]
