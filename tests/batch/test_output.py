"""The files of a run: whole files or none, what an earlier run left, and what happens when the disk says no."""

from __future__ import annotations

import doctest
import gzip
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any
from unittest.mock import ANY

import pytest
import zstandard
from msgspec.structs import replace as replace_fields

from annotate.batch import output as module
from annotate.batch.earlier import Earlier
from annotate.batch.output import Output
from annotate.manifest import Manifest, Plan, Settings
from annotate.records import Document, Done, Failure
from annotate.storage import journal
from annotate.storage.journal import Entry, Stamp
from annotate.storage.layout import journals, output_paths
from annotate.storage.write import OutputError, to_bytes

FAILURE = Failure("a", "a.txt", "read", "empty", "holds no text")
FINAL_NAMES = ["annotations.jsonl", "errors.jsonl", "manifest.json"]
STAMP = Stamp("document", "settings", "rules", ("nl",))
OURS = Manifest(schema="annotate/2")


def names(folder: Path) -> list[str]:
    """The files in the folder; the state of the run left out."""
    return sorted(path.name for path in folder.iterdir() if not path.name.endswith(".annotate"))


def done(name: object) -> Done:
    """A document that was annotated, with nothing but an id in its record."""
    return Done(str(name), "nl", ("nl",), 0, 0, {}, to_bytes({"id": name}))


def write_run(target: Path, *ids: str, force: bool = False, shard_size: int | None = None) -> None:
    with Output(target, force=force, shard_size=shard_size) as output:
        for name in ids:
            output.add(done(name), STAMP)
        output.error(FAILURE)
        output.manifest(replace_fields(OURS, versions={"run": ids[0]}))


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def run_python(script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", script, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("name", [module, journal])
def test_the_examples_in_the_docstrings_are_true(name: Any) -> None:
    """Every example in a docstring gives what it says."""
    assert doctest.testmod(name).failed == 0


# Files


def test_a_run_leaves_three_files_and_nothing_else(tmp_path: Path) -> None:
    """Annotations, errors and manifest stand in the folder, made with its parents; no draft is left."""
    folder = tmp_path / "deep" / "out"
    write_run(folder, "a")
    assert names(folder) == FINAL_NAMES
    assert json.loads((folder / "errors.jsonl").read_bytes()) == FAILURE.to_dict()
    assert json.loads((folder / "manifest.json").read_bytes()) == OURS.to_dict() | {
        "versions": {"run": "a"},
        "files": [ANY],
    }


def test_errors_are_a_file_even_where_there_are_none(tmp_path: Path) -> None:
    """`errors.jsonl` is empty after a clean run: no earlier run's errors are taken for its own."""
    write_run(tmp_path, "first")
    with Output(tmp_path, force=True) as output:
        output.manifest(OURS)
    assert (tmp_path / "errors.jsonl").read_bytes() == b""


@pytest.mark.parametrize(
    ("suffix", "unpack"),
    [
        ("", bytes),
        (".gz", gzip.decompress),
        (".zst", lambda data: zstandard.ZstdDecompressor().decompressobj().decompress(data)),
    ],
)
def test_a_file_name_says_how_it_is_packed(tmp_path: Path, suffix: str, unpack: Any) -> None:
    """`-o news.jsonl.gz` writes that one file, packed; errors and manifest stand beside it, unpacked."""
    write_run(tmp_path / f"news.jsonl{suffix}", "a")
    assert names(tmp_path) == ["news.errors.jsonl", f"news.jsonl{suffix}", "news.manifest.json"]
    assert unpack((tmp_path / f"news.jsonl{suffix}").read_bytes()) == b'{"id":"a"}\n'
    assert json.loads((tmp_path / "news.manifest.json").read_bytes()) == OURS.to_dict() | {
        "versions": {"run": "a"},
        "files": [ANY],
    }


@pytest.mark.parametrize("name", ["a.jsonl.gz", "a.jsonl.zst"])
def test_packed_bytes_are_repeatable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """A packed file holds no time and no name: the same records give the same bytes anywhere."""
    write_run(tmp_path / "x" / name, "a")
    monkeypatch.setattr("time.time", lambda: 1e9)
    write_run(tmp_path / "y" / f"other-{name}", "a")
    assert (tmp_path / "x" / name).read_bytes() == (tmp_path / "y" / f"other-{name}").read_bytes()


def test_files_get_the_permissions_of_ordinary_files(tmp_path: Path) -> None:
    """The umask decides who may read the output, as for any file, not the habits of temporary files."""
    before = os.umask(0o022)
    try:
        write_run(tmp_path / "out", "a")
    finally:
        os.umask(before)
    assert {oct(path.stat().st_mode & 0o777) for path in (tmp_path / "out").glob("*.json*")} == {"0o644"}


# Whole or not at all


def test_nothing_is_visible_before_the_end(tmp_path: Path) -> None:
    """While a run writes, its files have hidden names only."""
    with Output(tmp_path) as output:
        output.add(done("a"), STAMP)
        assert names(tmp_path) == []
        output.manifest(OURS)
    assert names(tmp_path) == FINAL_NAMES


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_an_exception_leaves_the_earlier_output(tmp_path: Path, error: type[BaseException]) -> None:
    """Whatever breaks a run off, Ctrl-C included: the earlier files are as they were; the next run finds the rest."""
    write_run(tmp_path, "first")
    before = contents(tmp_path)

    def broken_run() -> None:
        with Output(tmp_path, force=True) as output:
            output.add(done("second"), STAMP)
            raise error

    with pytest.raises(error):
        broken_run()
    assert contents(tmp_path) == before
    with Output(tmp_path) as output:
        ((entry, number),) = output.find("second")
        assert output.read(entry, number) == b'{"id":"second"}\n'
        output.manifest(OURS)


def test_a_run_without_a_manifest_writes_nothing(tmp_path: Path) -> None:
    """Annotations never stand without a manifest that describes them: forgetting it is an error."""
    with pytest.raises(RuntimeError, match="manifest"), Output(tmp_path) as output:
        output.add(done("a"), STAMP)
    assert names(tmp_path) == []


def test_everything_is_on_the_disk_before_it_is_renamed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All drafts are synchronised, then renamed, data first and manifest last; then the folders are synchronised."""
    steps: list[str] = []
    sync, replace = os.fsync, Path.replace

    def fsync(descriptor: int) -> None:
        steps.append(f"sync {Path(f'/proc/self/fd/{descriptor}').readlink().suffix or 'folder'}")
        sync(descriptor)

    def rename(path: Path, target: Path) -> Path:
        steps.append(f"rename to {target.name}")
        return replace(path, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Path, "replace", rename)
    write_run(tmp_path / "out", "a")
    data, errors, manifest = (f"rename to {name}" for name in FINAL_NAMES)
    assert steps[:4] == ["sync .part", "sync .journal", "sync .part", "sync .part"]
    assert steps[4:8] == [data, "rename to annotations.jsonl.journal", errors, manifest]
    assert steps[8:] == ["sync folder", "sync folder"]


@pytest.mark.parametrize("nth", [1, 2, 3])
@pytest.mark.parametrize("earlier", [True, False])
@pytest.mark.parametrize("links", [True, False])
def test_a_rename_that_fails_takes_back_those_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nth: int, earlier: bool, links: bool
) -> None:
    """When the nth file cannot be renamed, those before it become the earlier ones again, links or not."""
    if earlier:
        write_run(tmp_path, "first")
    before = contents(tmp_path)
    replace = Path.replace
    drafts: list[Path] = []

    def failing(path: Path, target: Path) -> Path:
        if path.suffix in (".part", ".journal") and target.parent != path.parent:
            drafts.append(path)
            if len(drafts) == nth:
                raise OSError(5, "Input/output error")
        return replace(path, target)

    def no_links(path: Path, target: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "replace", failing)
    if not links:
        monkeypatch.setattr(Path, "hardlink_to", no_links)
    with pytest.raises(OutputError, match="Input/output error"):
        write_run(tmp_path, "second", force=True)
    assert contents(tmp_path) == before


@pytest.mark.parametrize("force", [True, False])
def test_a_killed_writer_leaves_no_half_file(tmp_path: Path, force: bool) -> None:
    """After `kill -9` in mid-run only the earlier files, unchanged, stand under the final names."""
    if force:
        write_run(tmp_path, "first")
    before = contents(tmp_path)
    script = (
        "import sys, time\n"
        "from annotate.storage.journal import Stamp\n"
        "from annotate.batch.output import Output\n"
        "from annotate.manifest import Manifest\n"
        "from annotate.records import Done\n"
        "with Output(sys.argv[1], force=True) as output:\n"
        "    output.manifest(Manifest(schema='annotate/2'))\n"
        "    for number in range(20000):\n"
        "        output.add(Done(str(number), 'nl', (), 0, 0, {}, b'x' * 49 + b'\\n'), Stamp('d', 's'))\n"
        "    print('ready', flush=True)\n"
        "    time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script, tmp_path], stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"ready\n"
        writer.kill()
    assert writer.returncode == -signal.SIGKILL
    assert sum(path.stat().st_size for path in (tmp_path / ".annotate").glob("*.part")) >= 1_000_000
    assert contents(tmp_path) == before
    with Output(tmp_path) as output:
        assert all(output.find(str(number)) for number in range(20000))
        output.manifest(OURS)


# Refusals


@pytest.mark.parametrize("name", FINAL_NAMES)
def test_an_earlier_output_is_not_replaced_unasked(tmp_path: Path, name: str) -> None:
    """Any one of the three files that no manifest of ours vouches for is refused; `--force` is named."""
    (tmp_path / name).write_text("precious")
    with pytest.raises(OutputError, match=rf"{name}.*--force"):
        write_run(tmp_path, "a")
    assert contents(tmp_path) == {name: b"precious"}


def test_force_replaces_all_three(tmp_path: Path) -> None:
    """With `force` the new run's files stand in place of the old ones, and no copy of these is left."""
    write_run(tmp_path, "first")
    write_run(tmp_path, "second", force=True)
    assert names(tmp_path) == FINAL_NAMES
    assert json.loads((tmp_path / "manifest.json").read_bytes()) == OURS.to_dict() | {
        "versions": {"run": "second"},
        "files": ["annotations.jsonl"],
    }


def test_other_files_in_the_folder_do_not_matter(tmp_path: Path) -> None:
    """A folder with other things in it may be written to, and they stay."""
    (tmp_path / "notes.txt").write_text("mine")
    write_run(tmp_path, "a")
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_a_second_run_at_the_same_time_is_refused(tmp_path: Path) -> None:
    """While a run writes into a folder another one is told so, with the first one's process; nothing is lost."""
    with Output(tmp_path) as early:
        early.plan(Plan(inputs=(), text_key="text", options=Settings(), folder="/"))
        early.add(done("early"), STAMP)
        with pytest.raises(OutputError, match=rf"another run \(process {os.getpid()}\) is writing here"):
            write_run(tmp_path, "late", force=True)
        early.manifest(OURS)
    assert names(tmp_path) == FINAL_NAMES
    assert (tmp_path / "annotations.jsonl").read_bytes() == b'{"id":"early"}\n'


# What an earlier run left


def read_back(target: Path, name: str) -> bytes | None:
    """The record that a new run would take over, None where it would not."""
    with Output(target) as output:
        found = [line for entry, number in output.find(name) if (line := output.read(entry, number)) is not None]
        raise Found(found[0] if found else None, output.damaged)


class Found(Exception):  # noqa: N818 - ends a run in which nothing was written
    """What a run found, thrown out of it, so that it changes nothing."""


@pytest.mark.parametrize("name", ["out", "news.jsonl", "news.jsonl.gz", "news.jsonl.zst"])
def test_records_come_back_byte_for_byte_in_any_order(tmp_path: Path, name: str) -> None:
    """The next run gets each record of the last one, packed or not, whatever order it asks in."""
    ids = [str(number) for number in range(50)]
    write_run(tmp_path / name, *ids)
    with Output(tmp_path / name) as output:
        for wanted in [*ids[10:], "new", *reversed(ids[:10])]:
            found = output.find(wanted)
            assert [output.read(entry, number) for entry, number in found] == [
                to_bytes({"id": wanted}) for _ in range(wanted != "new")
            ]
        assert output.removed() == 0
        output.manifest(OURS)


def test_documents_that_nobody_asked_for_are_counted_as_removed(tmp_path: Path) -> None:
    """What the earlier output has and the new inputs have not is gone at the end, and told."""
    write_run(tmp_path, "a", "b", "c")
    with Output(tmp_path) as output:
        output.find("b")
        assert output.removed() == 2
        output.manifest(OURS)


@pytest.mark.parametrize("place", [0, 5, 13, 20])
def test_a_changed_byte_is_seen(tmp_path: Path, place: int) -> None:
    """A record whose bytes are not those that were written is not taken over, and its file is named."""
    write_run(tmp_path, "a", "b")
    path = tmp_path / "annotations.jsonl"
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)
    with pytest.raises(Found) as found:
        read_back(tmp_path, "a" if place < len(data) // 2 else "b")
    assert found.value.args == (None, ["annotations.jsonl"])


@pytest.mark.parametrize("damage", ["line", "tail", "empty", "noise", "gone"])
def test_a_damaged_journal_costs_the_lines_that_are_damaged(tmp_path: Path, damage: str) -> None:
    """A journal of which something is lost gives what is whole, and raises nothing."""
    write_run(tmp_path, "a", "b", "c")
    path = tmp_path / ".annotate" / "annotations.jsonl.journal"
    lines = path.read_bytes().splitlines(keepends=True)
    left = {
        "line": [lines[0], b"x" + lines[1][1:], lines[2]],
        "tail": [lines[0], lines[1], lines[2][:-9]],
        "empty": [],
        "noise": [bytes(range(256))],
        "gone": [],
    }[damage]
    path.write_bytes(b"".join(left))
    if damage == "gone":
        path.unlink()
    with Output(tmp_path) as output:
        found = [name for name in "abc" if output.find(name)]
        output.manifest(OURS)
    assert found == {"line": ["a", "c"], "tail": ["a", "b"]}.get(damage, [])


def test_entries_survive_their_line() -> None:
    """An entry comes back from its line as it was, a failure too; a line with any byte changed gives nothing."""
    entries = [
        Entry("a é", STAMP, 1, 2, 3, "nl", 4, 5, {"DATE": 6}),
        Entry(None, Stamp("d", "s"), failure=FAILURE),
    ]
    for entry in entries:
        line = journal.to_line(entry)
        assert journal.from_line(line) == entry
        for place in range(len(line)):
            assert journal.from_line(line[:place] + bytes([line[place] ^ 4]) + line[place + 1 :]) is None


# Shards


def test_shards_hold_so_many_documents_each(tmp_path: Path) -> None:
    """Full shards stand under their names while the run goes on; the last may be smaller."""
    with Output(tmp_path, shard_size=2) as output:
        for number in range(5):
            output.add(done(number), STAMP)
        assert names(tmp_path) == ["annotations-00000.jsonl", "annotations-00001.jsonl"]
        output.manifest(OURS)
    assert [(tmp_path / f"annotations-0000{n}.jsonl").read_bytes().count(b"\n") for n in range(3)] == [2, 2, 1]


def test_a_shard_that_is_as_it_was_is_not_written_again(tmp_path: Path) -> None:
    """A run that adds documents leaves full shards alone: the same file stays, not only the same bytes."""
    write_run(tmp_path, "a", "b", "c", shard_size=2)
    first = tmp_path / "annotations-00000.jsonl"
    before = first.stat().st_ino
    write_run(tmp_path, "a", "b", "c", "d", "e", shard_size=2)
    assert first.stat().st_ino == before
    assert len(list(tmp_path.glob("annotations-*.jsonl"))) == 3


@pytest.mark.parametrize(("size", "left"), [(None, ["annotations.jsonl"]), (3, ["annotations-00000.jsonl"])])
def test_shards_that_are_no_longer_needed_go(tmp_path: Path, size: int | None, left: list[str]) -> None:
    """Fewer shards, or none, leave no file of the earlier cut behind, and other files alone."""
    write_run(tmp_path, "a", "b", "c", shard_size=1)
    (tmp_path / "annotations-notes.jsonl").write_text("mine")
    write_run(tmp_path, "a", "b", "c", shard_size=size)
    assert sorted(p.name for p in tmp_path.glob("annotations*")) == sorted([*left, "annotations-notes.jsonl"])


def test_shards_go_though_the_manifest_was_deleted(tmp_path: Path) -> None:
    """The journals name the shards, too: without a manifest none of an earlier cut is left behind either."""
    write_run(tmp_path, "a", "b", "c", shard_size=1)
    (tmp_path / "manifest.json").unlink()
    (tmp_path / "errors.jsonl").unlink()
    write_run(tmp_path, "a", "b", "c", shard_size=2)
    shards = sorted(p.name for p in tmp_path.glob("annotations*"))
    assert shards == ["annotations-00000.jsonl", "annotations-00001.jsonl"]


def test_the_journal_of_the_last_run_to_write_comes_first(tmp_path: Path) -> None:
    """Of runs that were broken off the newest knows best, whatever its name; those that are over come last."""
    write_run(tmp_path, "a")
    for name, time in (("aaaaaaaa", 10), ("cccccccc", 30), ("bbbbbbbb", 20)):
        path = tmp_path / ".annotate" / f"annotations.jsonl.{name}.journal"
        path.touch()
        os.utime(path, (time, time))
    found = [path.name.split(".")[2] for path, _ in journals(output_paths(tmp_path))]
    assert found == ["cccccccc", "bbbbbbbb", "aaaaaaaa", "journal"]


def test_shards_are_taken_over_in_order_without_an_index(tmp_path: Path) -> None:
    """Documents that come as they came last time cost no look into every journal."""
    ids = [str(number) for number in range(6)]
    write_run(tmp_path, *ids, shard_size=2)
    earlier = Earlier(output_paths(tmp_path))
    earlier.open()
    assert all(earlier.find(name) for name in ids)
    assert all(one._index is None for one in earlier._journals)
    earlier.close()


@pytest.mark.parametrize("field", [field.name for field in fields(Document) if field.name != "notices"])
def test_every_field_of_a_document_is_in_its_stamp(field: str) -> None:
    """A document that was read otherwise, in whatever respect, is another one."""
    document = Document("a", "In 2008.", "a.txt", "nl", "NL", "2024-05-03", "record", {"k": 1})
    changed: Any = {"date_source": "filename", "meta": {"k": 2}, "is_page": True}.get(field, "x")
    stamps = {journal.document_stamp(one) for one in (document, replace(document, **{field: changed}))}
    assert len(stamps) == 2


def test_shards_go_though_the_state_was_deleted(tmp_path: Path) -> None:
    """The manifest names its files, so that none of an earlier cut is left to be read beside the new ones."""
    write_run(tmp_path, "a", "b", "c", shard_size=1)
    shutil.rmtree(tmp_path / ".annotate")
    write_run(tmp_path, "a", "b", "c")
    assert sorted(p.name for p in tmp_path.glob("annotations*")) == ["annotations.jsonl"]


def test_more_shards_than_files_may_be_open(tmp_path: Path) -> None:
    """Three hundred shards are taken over where two hundred files may be open, in order and out of it."""
    script = (
        "import resource, sys\n"
        "from annotate.storage.journal import Stamp\n"
        "from annotate.batch.output import Output\n"
        "from annotate.manifest import Manifest\n"
        "from annotate.records import Done\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (200, 200))\n"
        "def run(ids, found):\n"
        "    with Output(sys.argv[1], shard_size=1) as output:\n"
        "        for name in ids:\n"
        "            known = output.find(name)\n"
        "            assert bool(known) == found and all(output.read(*pair) for pair in known)\n"
        "            output.add(Done(name, 'nl', (), 0, 0, {}, name.encode() + b'\\n'), Stamp('d', 's'))\n"
        "        assert output.removed() == 0\n"
        "        output.manifest(Manifest(schema='annotate/2'))\n"
        "ids = [str(number) for number in range(300)]\n"
        "run(ids, False)\n"
        "run(ids, True)\n"
        "run(ids[::-1], True)\n"
    )
    done = run_python(script, tmp_path)
    assert done.returncode == 0, done.stderr


# Refusals of the system


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    """`-o` that names an existing file is refused, with or without force, and the file stays."""
    taken = tmp_path / "out"
    taken.write_text("precious")
    with pytest.raises(OutputError, match=r"is a file.*\.jsonl"):
        write_run(taken, "a", force=True)
    assert taken.read_text() == "precious"


def test_a_folder_where_a_file_should_be(tmp_path: Path) -> None:
    """A folder under the name of an output file is never replaced."""
    (tmp_path / "news.jsonl").mkdir()
    with pytest.raises(OutputError, match="is a folder"):
        write_run(tmp_path / "news.jsonl", "a", force=True)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    """A path that leads through a file gives an OutputError that says so."""
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="part of this path is a file"):
        write_run(tmp_path / "file" / "out", "a")


@pytest.fixture
def read_only_folder() -> Iterator[Path]:
    """A folder in which the tests may not write, also when they run as root."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o555)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield folder
    finally:
        if root:
            os.seteuid(0)
        shutil.rmtree(folder)


@pytest.mark.parametrize("inner", ["", "out"])
def test_a_folder_without_write_permission(read_only_folder: Path, inner: str) -> None:
    """Where nothing may be written or made, the OutputError names the folder and advises another."""
    with pytest.raises(OutputError, match=rf"{read_only_folder}.*no permission.*-o"):
        write_run(read_only_folder / inner, "a")


# The disk is full

# Text that does not repeat, so that it grows when compressed too.
FILL = """
import random, sys
from pathlib import Path
from annotate.storage.journal import Stamp
from annotate.batch.output import Output
from annotate.manifest import Manifest, Plan, Settings
from annotate.records import Done
from annotate.storage.write import OutputError

folder, name = Path(sys.argv[1]), sys.argv[2]

def run(records):
    with Output(folder / name, force=True) as output:
        output.manifest(Manifest(schema="annotate/2", versions={"records": str(records)}))
        for number in range(records):
            line = random.Random(number).randbytes(4000).hex().encode() + b"\\n"
            output.add(Done(str(number), "nl", (), 0, 0, {}, line), Stamp("d", "s"))

def contents():
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}

run(1)
before = contents()
try:
    run(500)
except OutputError as error:
    print(error)
assert contents() == before, sorted(contents())
"""
LIMITED = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"


@pytest.mark.parametrize("name", ["", "news.jsonl.gz", "news.jsonl.zst"])
def test_a_file_size_limit_leaves_the_earlier_output(tmp_path: Path, name: str) -> None:
    """When a file may not grow any more (a real limit), the error says so, and the earlier output stands."""
    done = run_python(LIMITED + FILL, tmp_path, name)
    assert done.returncode == 0, done.stderr
    assert str(tmp_path) in done.stdout
    assert "grew beyond the size allowed" in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize("name", ["", "news.jsonl.gz", "news.jsonl.zst"])
def test_a_full_disk_leaves_the_earlier_output(tmp_path: Path, name: str) -> None:
    """When a real file system of 256 kB is full, the error names the folder, the earlier output stands."""
    mounting = f"mount -t tmpfs -o size=256k none {tmp_path} && exec "
    inside = ["unshare", "--map-root-user", "--mount", "sh", "-c"]
    if shutil.which("unshare") is None or subprocess.run([*inside, mounting + "true"], check=False).returncode:
        pytest.skip("this machine allows no file system of one's own")
    command = [*inside, mounting + '"$@"', "sh", sys.executable, "-c", FILL, str(tmp_path), name]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert str(tmp_path) in done.stdout
    assert "the disk is full" in done.stdout
    assert done.stderr == ""
