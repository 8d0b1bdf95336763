"""What a run of this tool has written is never read as an article, wherever it stands among the inputs."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import uuid4

import pytest

from annotate.batch.output import Output
from annotate.manifest import Manifest
from annotate.reading.find import InputError, expand
from annotate.records import SCHEMA, Done
from annotate.storage.journal import Stamp


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two articles, which is the current one."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "news").mkdir()
    (tmp_path / "news" / "a.txt").write_text("In 2008.")
    (tmp_path / "rows.jsonl").write_text('{"text": "In 2009."}\n')
    return tmp_path


def write(target: str, *ids: str, shard_size: int | None = None, is_broken_off: bool = False) -> None:
    """The output of a run, or what one that was broken off leaves."""
    try:
        with Output(target, shard_size=shard_size) as output:
            for name in ids:
                output.add(Done(name, "nl", (), 0, 0, {}, json.dumps({"id": name}).encode() + b"\n"), Stamp("d", "s"))
            if is_broken_off:
                raise KeyboardInterrupt
            output.manifest(Manifest(schema=SCHEMA))
    except KeyboardInterrupt:
        pass


def found(*inputs: str) -> list[str]:
    return [item.source for item in expand(inputs)]


@pytest.mark.parametrize("target", ["out", ".", "deep/er/out", "all.jsonl", "news/all.jsonl.gz", "news/all.jsonl.zst"])
@pytest.mark.parametrize("shard_size", [None, 1])
def test_an_output_below_the_inputs_is_no_input(target: str, shard_size: int | None) -> None:
    """`annotate run . -o out`, again and again: a folder, a glob and names by the shell give the articles only."""
    write(target, "x", "y", shard_size=shard_size)
    names = sorted(str(path) for path in Path().rglob("*") if not path.is_dir() and ".annotate" not in str(path))
    for inputs in (["."], ["*", "news/**/*"], ["**/*"], names, sorted(str(path) for path in Path().glob("*"))):
        assert sorted(found(*inputs)) == ["news/a.txt", "rows.jsonl"]


def test_shards_of_a_run_that_was_broken_off_are_no_input() -> None:
    """Full shards stand under their names before there is a manifest; the state beside them vouches for them."""
    write("out", "x", "y", "z", shard_size=1, is_broken_off=True)
    assert Path("out/annotations-00000.jsonl").exists()
    assert not Path("out/manifest.json").exists()
    assert sorted(found(".")) == ["news/a.txt", "rows.jsonl"]


def test_files_beside_an_output_stay_input() -> None:
    """Only what a manifest names is left out: records of others that bear such a name are read."""
    write("out", "x")
    Path("out/b.txt").write_text("In 2010.")
    Path("out/annotations-00007.jsonl").write_text("{}")
    assert found("out") == ["out/annotations-00007.jsonl", "out/b.txt"]


@pytest.mark.parametrize(
    "content", [b"[1]", b"\xff", b'{"schema": 5}', b'{"schema": "mine/1", "files": ["rows.jsonl"]}']
)
def test_a_manifest_of_another_origin_vouches_for_nothing(content: bytes) -> None:
    """`manifest.json` is a common name: a file of that name that is not ours leaves out nothing."""
    Path("manifest.json").write_bytes(content)
    assert sorted(found(".")) == ["news/a.txt", "rows.jsonl"]


@pytest.mark.parametrize("name", ["../rows.jsonl", "news/a.txt", 7, None])
def test_a_manifest_vouches_for_files_of_its_own_folder_only(name: object) -> None:
    """What a manifest names is a file of annotations beside it; it is never taken for a path."""
    Path("news/manifest.json").write_text(json.dumps({"schema": SCHEMA, "files": [name]}))
    assert sorted(found(".")) == ["news/a.txt", "rows.jsonl"]


def test_outputs_alone_are_told() -> None:
    """Where nothing else is named the message says why nothing is read, and how its records are annotated again."""
    write("out", "x")
    for inputs in (["out"], ["out/annotations.jsonl"], ["out/*.jsonl"]):
        with pytest.raises(InputError, match=r"written by an earlier run.*annotate run -"):
            expand(inputs)


def test_an_output_by_url_is_no_input() -> None:
    """What holds for folders holds for URLs."""
    fsspec = pytest.importorskip("fsspec")
    bucket = f"memory://{uuid4().hex}"
    write(f"{bucket}/out", "x")
    fsspec.filesystem("memory").pipe(f"{bucket}/b.txt", b"In 2010.")
    assert [item.source.rpartition("/")[2] for item in expand([bucket])] == ["b.txt"]
