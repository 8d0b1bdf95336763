"""The same work on Ray: a real local cluster of two workers, one of which is killed in mid-run."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.request import Request, urlopen

import pytest

from annotate.batch.cluster import RayCluster
from annotate.batch.executors import WorkersError
from annotate.batch.slices import Job
from annotate.options import Options
from annotate.pipeline import Pipeline
from annotate.reading.find import Input
from annotate.reading.read import Reader
from annotate.storage.write import OutputError

pytest.importorskip("ray", reason="needs the extra `ray`, which .ci/run installs")

COMMAND = [sys.executable, "-c", "from annotate.cli import main; main()", "run", "rows.jsonl", "--lang", "nl"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Nine hundred short articles."""
    with (tmp_path / "rows.jsonl").open("w") as file:
        for number in range(900):
            text = f"Op {1 + number % 28} mei {1990 + number % 30} kostte het {number},5 miljoen euro. " * 6
            file.write(json.dumps({"id": str(number), "text": text}) + "\n")
    return tmp_path


def workers(parent: int) -> list[int]:
    """The Ray workers below a process that are at work."""
    above: dict[int, int] = {}
    busy: list[int] = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            above[int(process.name)] = int((process / "stat").read_text().rsplit(")", 1)[1].split()[1])
            if (process / "cmdline").read_bytes().startswith((b"ray::_annotate", b"ray::_do_slice")):
                busy.append(int(process.name))
        except OSError:
            continue
    return [pid for pid in busy if parent in _line(pid, above)]


def _line(pid: int, above: dict[int, int]) -> list[int]:
    line = []
    while (pid := above.get(pid, 0)) > 1:
        line.append(pid)
    return line


def test_ray_gives_the_bytes_of_one_process_though_a_worker_is_killed(folder: Path) -> None:
    """`--executor ray -n 2`: a worker killed at work costs nothing; the bytes are those of a serial run."""
    subprocess.run([*COMMAND, "-o", "serial"], cwd=folder, check=True, capture_output=True, timeout=200)
    ray = [*COMMAND, "-o", "ray", "--executor", "ray", "-n", "2"]
    with subprocess.Popen(ray, cwd=folder, stderr=subprocess.PIPE, text=True) as process:
        end = time.monotonic() + 120
        victims: list[int] = []
        while not victims:
            assert process.poll() is None, "it was over before a worker was seen"
            assert time.monotonic() < end, "no worker was seen"
            victims = workers(process.pid)
            time.sleep(0.01)
        os.kill(victims[0], signal.SIGKILL)
        _, told = process.communicate(timeout=200)
    assert process.returncode == 0, told
    for name in ("annotations.jsonl", "errors.jsonl"):
        assert (folder / "ray" / name).read_bytes() == (folder / "serial" / name).read_bytes()
    run = json.loads((folder / "ray" / ".annotate" / "last.json").read_text())["run"]
    assert run["annotated"] == 900


@pytest.fixture
def bucket(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """An S3 server on this machine, with the articles in nine files of its bucket `news`."""
    pytest.importorskip("s3fs", reason="needs s3fs")
    server = pytest.importorskip("moto.server", reason="needs moto[server]").ThreadedMotoServer("127.0.0.1", 0)
    server.start()
    host, port = server.get_host_and_port()
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    from s3fs import S3FileSystem

    system = S3FileSystem(skip_instance_cache=True)
    system.mkdir("news")
    lines = (folder / "rows.jsonl").read_bytes().splitlines(keepends=True)
    for number in range(9):
        system.pipe(f"news/in/{number}.jsonl", b"".join(lines[number * 100 : number * 100 + 100]))
    yield system
    urlopen(Request(f"http://{host}:{port}/moto-api/reset", method="POST")).close()  # what it holds outlives it
    server.stop()


def test_by_file_workers_read_and_write_s3_though_one_is_killed(folder: Path, bucket: Any) -> None:
    """`--by-file --executor ray`, S3 to S3: with a worker killed at work the bytes are those of one process."""
    ours = [*COMMAND[:-3], "s3://news/in", "--lang", "nl"]
    subprocess.run([*ours, "-o", "serial"], cwd=folder, check=True, capture_output=True, timeout=200)
    ray = [*ours, "-o", "s3://news/out", "--by-file", "--executor", "ray", "-n", "2"]
    with subprocess.Popen(ray, cwd=folder, stderr=subprocess.PIPE, text=True) as process:
        end = time.monotonic() + 120
        victims: list[int] = []
        while not victims or not bucket.find("news/out"):
            assert process.poll() is None, "it was over before a worker was seen"
            assert time.monotonic() < end, "no worker was seen"
            victims = workers(process.pid)
            bucket.invalidate_cache()
            time.sleep(0.01)
        os.kill(victims[0], signal.SIGKILL)
        _, told = process.communicate(timeout=200)
    assert process.returncode == 0, told
    bucket.invalidate_cache()
    shards = sorted(bucket.glob("news/out/annotations-*.jsonl"))
    assert len(shards) == 9
    assert b"".join(map(bucket.cat, shards)) == (folder / "serial" / "annotations.jsonl").read_bytes()
    assert bucket.cat("news/out/errors.jsonl") == (folder / "serial" / "errors.jsonl").read_bytes() == b""
    one, many = json.loads((folder / "serial" / "manifest.json").read_bytes()), bucket.cat("news/out/manifest.json")
    assert json.loads(many) == one | {"files": [name.rpartition("/")[2] for name in shards]}
    here = [*ours, "-o", "s3://news/out", "--by-file", "--json"]
    again = subprocess.run(here, cwd=folder, check=True, capture_output=True, timeout=200)
    assert json.loads(again.stdout)["run"] == {"annotated": 0, "kept": 900, "removed": 0, "remaining": 0}


@pytest.fixture
def nodes() -> Iterator[tuple[str, int]]:
    """A cluster of two nodes on this machine: its address, and the process that leads the second node."""
    from ray.cluster_utils import Cluster

    cluster: Any = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    second = cluster.add_node(num_cpus=1)
    yield cluster.address, second.all_processes["raylet"][0].process.pid
    cluster.shutdown()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning", "ignore::FutureWarning")
@pytest.mark.parametrize("out", ["s3://news/out", "out"])
def test_a_node_that_dies_costs_no_byte(folder: Path, bucket: Any, nodes: tuple[str, int], out: str) -> None:
    """By file on two nodes, one killed at work: its files are done by the other, and all bytes are as ever.

    In a folder that both nodes share, too, where what the dead one has begun lies about.
    """
    ours = [*COMMAND[:-3], "s3://news/in", "--lang", "nl", "--by-file"]
    subprocess.run([*ours, "-o", "serial"], cwd=folder, check=True, capture_output=True, timeout=200)

    def begun() -> bool:
        """Whether a first file has been written."""
        bucket.invalidate_cache()
        return bool(bucket.find("news/out")) if out.startswith("s3") else any(folder.glob("out/annotations-*"))

    address, victim = nodes
    ray = [*ours, "-o", out, "--ray-address", address]
    with subprocess.Popen(ray, cwd=folder, stderr=subprocess.PIPE, text=True) as process:
        end = time.monotonic() + 120
        while not workers(victim) or not begun():
            assert process.poll() is None, "it was over before both nodes were seen at work"
            assert time.monotonic() < end, "the second node was not seen at work"
            time.sleep(0.02)
        os.kill(victim, signal.SIGKILL)
        _, told = process.communicate(timeout=300)
    assert process.returncode == 0, told
    bucket.invalidate_cache()
    if out.startswith("s3"):
        bucket.get("news/out", str(folder / "out"), recursive=True)
    files = ["errors.jsonl", "manifest.json", *(f"annotations-{number:05}.jsonl" for number in range(9))]
    assert sorted(path.name for path in (folder / "out").iterdir() if path.is_file()) == sorted(files)
    for name in files:
        assert (folder / "out" / name).read_bytes() == (folder / "serial" / name).read_bytes(), name


class _DiedError(Exception):
    """What Ray raises where the process of a task is gone."""


class _RaisedError(_DiedError):
    """What Ray raises where a task has raised."""

    cause = OutputError("the disk is full")


def test_a_file_over_which_processes_die_is_guarded_document_by_document() -> None:
    """A task whose processes died is done once more with each document guarded; what it raises itself is raised."""
    given: list[dict[str, bool]] = []
    answers: list[Any] = []

    def get(_: object) -> str:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return str(answer)

    def remote(*_: object, **more: bool) -> None:
        given.append(more)

    cluster = object.__new__(RayCluster)
    cluster._ray = SimpleNamespace(
        get=get,
        cluster_resources=dict,
        exceptions=SimpleNamespace(RayError=_DiedError, RayTaskError=_RaisedError),
    )
    cluster._timeout, cluster._slice = None, SimpleNamespace(remote=remote)
    job = Job(0, Input(Path("/a.txt"), "a.txt", "a"), "/out", Options(), Reader())
    answers[:] = ["done", _DiedError(), "guarded"]
    found: list[Any] = list(cluster.slices([job, job], Pipeline()))
    assert found == ["done", "guarded"]
    assert given == [{}, {}, {"is_guarded": True}]
    answers[:] = [_RaisedError()]
    with pytest.raises(OutputError, match="disk is full"):
        list(cluster.slices([job], Pipeline()))
    answers[:] = [_DiedError(), _DiedError()]
    with pytest.raises(WorkersError, match=r"a\.txt"):
        list(cluster.slices([job], Pipeline()))


def test_a_cluster_that_is_not_there(folder: Path) -> None:
    """An address where no cluster is ends the run with a message, not with a traceback, and writes nothing."""
    done = subprocess.run(
        [*COMMAND, "-o", "out", "--ray-address", "127.0.0.1:1"],
        cwd=folder, check=False, capture_output=True, text=True, timeout=200,
    )  # fmt: skip
    assert done.returncode == 2
    assert "no Ray cluster at 127.0.0.1:1" in done.stderr
    assert not (folder / "out").exists()
