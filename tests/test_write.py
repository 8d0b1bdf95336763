"""The output stage: bytes, whole files or none, and what happens when the disk says no."""

from __future__ import annotations

import doctest
import gzip
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

import orjson
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from annotate import write
from annotate.records import Failure
from annotate.write import (
    Output,
    OutputError,
    Stream,
    Tally,
    build_manifest,
    installed_versions,
    output_paths,
    to_bytes,
)

FAILURE = Failure("a", "a.txt", "read", "empty", "holds no text")
FINAL_NAMES = ["annotations.jsonl", "errors.jsonl", "manifest.json"]


def names(folder: Path) -> list[str]:
    """Everything in the folder, hidden files too."""
    return sorted(path.name for path in folder.iterdir())


def write_run(target: Path, word: str, *, force: bool = False) -> None:
    with Output(target, force=force) as output:
        output.annotation({"id": word})
        output.error(FAILURE)
        output.manifest({"run": word})


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def run_python(script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", script, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_the_examples_in_the_docstrings_are_true() -> None:
    """Every example in a docstring of `write` gives what it says."""
    assert doctest.testmod(write).failed == 0


# Bytes


def test_text_is_written_as_it_is() -> None:
    """No script is escaped: the record's bytes hold the text's own UTF-8."""
    assert to_bytes({"text": "Việt Nam 越南 😀 €"}) == '{"text":"Việt Nam 越南 😀 €"}\n'.encode()


def test_keys_stay_in_the_order_given() -> None:
    """Keys are not sorted: the contract's order is the order given."""
    assert to_bytes({"schema": 1, "id": 2, "a": 3}) == b'{"schema":1,"id":2,"a":3}\n'


@given(st.dictionaries(st.text(), st.one_of(st.text(), st.lists(st.text()), st.integers(-(2**53), 2**53))))
def test_a_record_is_one_line_and_comes_back_whole(record: dict[str, Any]) -> None:
    """Whatever the text holds (any line break, quotes, NUL), a record is one line and loses nothing."""
    line = to_bytes(record)
    assert line.index(b"\n") == len(line) - 1
    assert json.loads(line) == record


def test_read_only_mappings_are_written_like_dicts() -> None:
    """A frozen mapping, on top or inside, gives the same bytes as the dict in it."""
    plain = {"meta": {"source": "a"}}
    frozen = MappingProxyType({"meta": MappingProxyType({"source": "a"})})
    assert to_bytes(frozen) == to_bytes(plain)


@pytest.mark.parametrize("value", ["\ud800", {1, 2}, 2**70, object()])
def test_what_json_cannot_hold_is_refused(value: object) -> None:
    """A lone surrogate, a set or an integer over 64 bits raises TypeError; nothing is bent into shape."""
    with pytest.raises(TypeError):
        to_bytes({"text": value})


def test_a_refused_record_leaves_no_trace_in_the_output(tmp_path: Path) -> None:
    """A record that is no JSON can be caught and reported; the others come out whole."""
    with Output(tmp_path) as output:
        output.annotation({"id": "a"})
        with pytest.raises(TypeError):
            output.annotation({"id": "\ud800"})
        output.annotation({"id": "c"})
        output.manifest({})
    assert (tmp_path / "annotations.jsonl").read_bytes() == b'{"id":"a"}\n{"id":"c"}\n'


# Files


def test_a_run_leaves_three_files_and_nothing_else(tmp_path: Path) -> None:
    """Annotations, errors and manifest stand in the folder, made with its parents; no draft is left."""
    folder = tmp_path / "deep" / "out"
    write_run(folder, "a")
    assert names(folder) == FINAL_NAMES
    assert json.loads((folder / "errors.jsonl").read_bytes()) == FAILURE.as_dict()
    assert json.loads((folder / "manifest.json").read_bytes()) == {"run": "a"}


def test_errors_are_a_file_even_where_there_are_none(tmp_path: Path) -> None:
    """`errors.jsonl` is empty after a clean run: no earlier run's errors are taken for its own."""
    write_run(tmp_path, "first")
    with Output(tmp_path, force=True) as output:
        output.manifest({})
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
    assert json.loads((tmp_path / "news.manifest.json").read_bytes()) == {"run": "a"}


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
    assert {oct(path.stat().st_mode & 0o777) for path in (tmp_path / "out").iterdir()} == {"0o644"}


# Whole or not at all


def test_nothing_is_visible_before_the_end(tmp_path: Path) -> None:
    """While a run writes, its files have hidden names only."""
    with Output(tmp_path) as output:
        output.annotation({"id": "a"})
        assert all(name.startswith(".") for name in names(tmp_path))
        output.manifest({})
    assert names(tmp_path) == FINAL_NAMES


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_an_exception_leaves_the_earlier_output_and_no_draft(tmp_path: Path, error: type[BaseException]) -> None:
    """Whatever breaks a run off, Ctrl-C included: the earlier files are as they were, the drafts gone."""
    write_run(tmp_path, "first")
    before = contents(tmp_path)

    def broken_run() -> None:
        with Output(tmp_path, force=True) as output:
            output.annotation({"id": "second"})
            raise error

    with pytest.raises(error):
        broken_run()
    assert contents(tmp_path) == before


def test_a_run_without_a_manifest_writes_nothing(tmp_path: Path) -> None:
    """Annotations never stand without a manifest that describes them: forgetting it is an error."""
    with pytest.raises(RuntimeError, match="manifest"), Output(tmp_path) as output:
        output.annotation({"id": "a"})
    assert names(tmp_path) == []


def test_everything_is_on_the_disk_before_it_is_renamed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The three drafts are synchronised, then renamed, the manifest last; then the folder is synchronised."""
    steps: list[str] = []
    sync, replace = os.fsync, Path.replace

    def fsync(descriptor: int) -> None:
        steps.append(f"sync {Path(f'/proc/self/fd/{descriptor}').readlink().name.split('.')[-1]}")
        sync(descriptor)

    def rename(path: Path, target: Path) -> Path:
        steps.append(f"rename to {target.name}")
        return replace(path, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Path, "replace", rename)
    write_run(tmp_path / "out", "a")
    assert steps == ["sync part"] * 3 + [f"rename to {name}" for name in FINAL_NAMES] + ["sync out"]


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
        if path.suffix == ".part":
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
        "from annotate.write import Output\n"
        "with Output(sys.argv[1], force=True) as output:\n"
        "    output.manifest({})\n"
        "    for number in range(20000):\n"
        "        output.annotation({'id': number, 'text': 'x' * 50})\n"
        "    print('ready', flush=True)\n"
        "    time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script, tmp_path], stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"ready\n"
        writer.kill()
    assert writer.returncode == -signal.SIGKILL
    drafts = [path for path in tmp_path.iterdir() if path.name.startswith(".")]
    assert sum(path.stat().st_size for path in drafts) > 500_000
    assert {name: data for name, data in contents(tmp_path).items() if not name.startswith(".")} == before


# Refusals


@pytest.mark.parametrize("name", FINAL_NAMES)
def test_an_earlier_output_is_not_replaced_unasked(tmp_path: Path, name: str) -> None:
    """Any one of the three files is enough to refuse; the message names it and `--force`."""
    (tmp_path / name).write_text("precious")
    with pytest.raises(OutputError, match=rf"{name}.*--force"):
        write_run(tmp_path, "a")
    assert contents(tmp_path) == {name: b"precious"}


def test_force_replaces_all_three(tmp_path: Path) -> None:
    """With `force` the new run's files stand in place of the old ones, and no copy of these is left."""
    write_run(tmp_path, "first")
    write_run(tmp_path, "second", force=True)
    assert names(tmp_path) == FINAL_NAMES
    assert json.loads((tmp_path / "manifest.json").read_bytes()) == {"run": "second"}


def test_other_files_in_the_folder_do_not_matter(tmp_path: Path) -> None:
    """A folder with other things in it may be written to, and they stay."""
    (tmp_path / "notes.txt").write_text("mine")
    write_run(tmp_path, "a")
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_two_runs_into_one_folder_do_not_mix(tmp_path: Path) -> None:
    """Of two runs into one folder at once, the second to finish is refused; the first one's files stand."""

    def late_run() -> None:
        with Output(tmp_path) as late:
            late.annotation({"id": "late"})
            late.manifest({})
            write_run(tmp_path, "early")

    with pytest.raises(OutputError, match="--force"):
        late_run()
    assert names(tmp_path) == FINAL_NAMES
    assert (tmp_path / "annotations.jsonl").read_bytes() == b'{"id":"early"}\n'


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
from annotate.write import Output, OutputError

folder, name = Path(sys.argv[1]), sys.argv[2]

def run(records):
    with Output(folder / name, force=True) as output:
        output.manifest({"records": records})
        for number in range(records):
            output.annotation({"text": random.Random(number).randbytes(4000).hex()})

def contents():
    return {path.name: path.read_bytes() for path in folder.iterdir()}

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


# Standard output


#: Python's standard output, buffered as it is by default and unbuffered as with `python -u`.
BUFFERINGS = pytest.mark.parametrize(
    "environment",
    [{**os.environ, "PYTHONUNBUFFERED": ""}, {**os.environ, "PYTHONUNBUFFERED": "1"}],
    ids=["buffered", "unbuffered"],
)


class _Broken(io.BytesIO):
    """A stream whose writing fails with this error."""

    def __init__(self, error: OSError) -> None:
        super().__init__()
        self._error = error

    def flush(self) -> None:
        raise self._error


def test_a_stream_holds_records_only() -> None:
    """Standard output gets the annotations only; failures and manifest are kept for the caller."""
    out = io.BytesIO()
    with Stream(out) as stream:
        stream.annotation({"id": "a"})
        stream.error(FAILURE)
        stream.manifest({"seconds": 1})
    assert out.getvalue() == b'{"id":"a"}\n'
    assert stream.failures == [FAILURE]
    assert stream.summary == {"seconds": 1}


def test_each_record_is_at_the_reader_at_once(tmp_path: Path) -> None:
    """A record is flushed as soon as it is written: the reader of a pipe need not wait for the next ones."""
    path = tmp_path / "out"
    with path.open("wb") as writer, Stream(writer) as stream:
        stream.annotation({"id": "a"})
        assert path.read_bytes() == b'{"id":"a"}\n'


def test_a_stream_that_takes_a_part_at_a_time_gets_the_whole() -> None:
    """Unbuffered standard output (`python -u`) may accept fewer bytes than it is given: the rest follows."""

    class Narrow(io.BytesIO):
        def write(self, data: Any) -> int:
            return super().write(data[:3])

    out = Narrow()
    with Stream(out) as stream:
        stream.annotation({"id": "a"})
    assert out.getvalue() == b'{"id":"a"}\n'


def test_a_reader_that_leaves_ends_the_block_quietly() -> None:
    """When the reader is gone the `with` block ends without an error, and says so."""
    done = []
    with Stream(_Broken(BrokenPipeError(32, "Broken pipe"))) as stream:
        stream.annotation({"id": "a"})
        done.append("went on")
    assert stream.reader_gone
    assert done == []


def test_other_exceptions_leave_the_stream_block() -> None:
    """Only the reader's leaving is swallowed, not a broken pipe of the caller's own."""
    with pytest.raises(BrokenPipeError), Stream(io.BytesIO()):
        raise BrokenPipeError


@BUFFERINGS
def test_head_ends_a_run_without_a_word(environment: dict[str, str]) -> None:
    """`annotate -o - … | head -1`: exit code 0, nothing on standard error, not even from Python's exit."""
    script = (
        "import sys\n"
        "from annotate.write import Stream\n"
        "with Stream(sys.stdout.buffer) as stream:\n"
        "    for number in range(100000):\n"
        "        stream.annotation({'id': number, 'text': 'x' * 100})\n"
        "sys.exit(0 if stream.reader_gone else 3)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    ) as writer:
        assert writer.stdout is not None
        assert writer.stderr is not None
        assert writer.stdout.readline().startswith(b'{"id":0,')
        writer.stdout.close()
        assert writer.stderr.read() == b""
    assert writer.returncode == 0


@BUFFERINGS
def test_a_full_disk_behind_standard_output(environment: dict[str, str]) -> None:
    """`annotate -o - > file` on a full disk (a real /dev/full): one OutputError, nothing more at exit."""
    script = (
        "import sys\n"
        "from annotate.write import OutputError, Stream\n"
        "try:\n"
        "    with Stream(sys.stdout.buffer) as stream:\n"
        "        stream.annotation({'id': 1})\n"
        "except OutputError as error:\n"
        "    print(error, file=sys.stderr)\n"
    )
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-c", script],
            stdout=full,
            stderr=subprocess.PIPE,
            timeout=60,
            check=False,
            env=environment,
        )
    assert done.stderr.startswith(b"standard output: the disk is full")
    assert done.stderr.count(b"\n") == 1
    assert done.returncode == 0


# The manifest


def record(lang: str, *labels: str) -> dict[str, Any]:
    return {"text": "1234567890", "lang": lang, "spans": [{"label": label} for label in labels]}


def test_the_manifest_holds_totals_by_label_and_language() -> None:
    """Counts, totals and failures are those of the records counted, in the order of the alphabet."""
    tally = Tally()
    tally.add(record("vi", "MONEY", "DATE"), words=3)
    tally.add(record("nl", "DATE", "DATE"), words=4)
    tally.add(record("nl"), words=5)
    tally.fail(FAILURE)
    manifest = build_manifest(
        tally=tally,
        versions={"spacy": "3.8.18"},
        options={"tokens": False},
        started=datetime(2025, 4, 14, tzinfo=UTC),
        seconds=2.0,
    )
    assert manifest == {
        "schema": "annotate/1",
        "versions": {"spacy": "3.8.18"},
        "options": {"tokens": False},
        "started": "2025-04-14T00:00:00+00:00",
        "seconds": 2.0,
        "counts": {"documents": 3, "failed": 1, "characters": 30, "words": 12, "spans": 4},
        "failures": {"empty": 1},
        "labels": {"DATE": 3, "MONEY": 1},
        "languages": {
            "nl": {"documents": 2, "labels": {"DATE": 2}},
            "vi": {"documents": 1, "labels": {"DATE": 1, "MONEY": 1}},
        },
    }
    assert list(manifest["languages"]) == ["nl", "vi"]


def test_a_manifest_without_documents_is_whole() -> None:
    """A run over nothing has a manifest with all its keys, and zeros."""
    manifest = build_manifest(
        tally=Tally(), versions={}, options={}, started=datetime(2025, 1, 1, tzinfo=UTC), seconds=0
    )
    assert manifest["counts"] == {"documents": 0, "failed": 0, "characters": 0, "words": 0, "spans": 0}
    assert manifest["labels"] == manifest["languages"] == manifest["failures"] == {}


def test_the_versions_are_those_installed() -> None:
    """The versions are read from the installed packages, not written down a second time."""
    assert installed_versions(["orjson"]) == {"orjson": orjson.__version__}


def test_output_paths_knows_a_file_by_its_name() -> None:
    """Only names that end in .jsonl, .jsonl.gz or .jsonl.zst are files; anything else is a folder."""
    assert output_paths("a.b/c.d.jsonl.zst").errors == Path("a.b/c.d.errors.jsonl")
    assert output_paths("news.json").annotations == Path("news.json/annotations.jsonl")
    assert output_paths("jsonl").annotations == Path("jsonl/annotations.jsonl")
