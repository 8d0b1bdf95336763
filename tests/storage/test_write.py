"""The output stage: records to bytes, and to standard output."""

from __future__ import annotations

import doctest
import io
import json
import os
import subprocess
import sys
import tracemalloc
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.manifest import Manifest
from annotate.records import Done, Failure
from annotate.storage import write
from annotate.storage.write import Stream, appearing, to_bytes

FAILURE = Failure("a", "a.txt", "read", "empty", "holds no text")


def annotated(name: object = "a") -> Done:
    """A document that was annotated, with nothing but an id in its record."""
    return Done(str(name), "nl", ("nl",), 0, 0, {}, to_bytes({"id": name}))


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
        stream.add(annotated())
        stream.error(FAILURE)
        stream.manifest(Manifest(schema="annotate/2"))
    assert out.getvalue() == b'{"id":"a"}\n'
    assert stream.failures == [FAILURE]
    assert stream.summary == Manifest(schema="annotate/2")


def test_each_record_is_at_the_reader_at_once(tmp_path: Path) -> None:
    """A record is flushed as soon as it is written: the reader of a pipe need not wait for the next ones."""
    path = tmp_path / "out"
    with path.open("wb") as writer, Stream(writer) as stream:
        stream.add(annotated())
        assert path.read_bytes() == b'{"id":"a"}\n'


def test_a_stream_that_takes_a_part_at_a_time_gets_the_whole() -> None:
    """Unbuffered standard output (`python -u`) may accept fewer bytes than it is given: the rest follows."""

    class Narrow(io.BytesIO):
        def write(self, data: Any) -> int:
            return super().write(data[:3])

    out = Narrow()
    with Stream(out) as stream:
        stream.add(annotated())
    assert out.getvalue() == b'{"id":"a"}\n'


def test_a_reader_that_leaves_ends_the_block_quietly() -> None:
    """When the reader is gone the `with` block ends without an error, and says so."""
    done = []
    with Stream(_Broken(BrokenPipeError(32, "Broken pipe"))) as stream:
        stream.add(annotated())
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
        "from annotate.records import Done\n"
        "from annotate.storage.write import Stream, to_bytes\n"
        "with Stream(sys.stdout.buffer) as stream:\n"
        "    for number in range(100000):\n"
        "        line = to_bytes({'id': number, 'text': 'x' * 100})\n"
        "        stream.add(Done(str(number), 'nl', (), 0, 0, {}, line))\n"
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
        "from annotate.records import Done\n"
        "from annotate.storage.write import OutputError, Stream\n"
        "try:\n"
        "    with Stream(sys.stdout.buffer) as stream:\n"
        "        stream.add(Done('1', 'nl', (), 0, 0, {}, b'{}'))\n"
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


def test_a_folder_of_many_files_is_not_held_in_memory(tmp_path: Path) -> None:
    """However many files an export writes, what brings them to the disk keeps no list of them."""
    with appearing(tmp_path / "made") as path:
        path.mkdir()
        for number in range(3_000):
            (path / f"{number:040}.txt").touch()
        tracemalloc.start()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len([*(tmp_path / "made").iterdir()]) == 3_000
    assert peak < 100_000
