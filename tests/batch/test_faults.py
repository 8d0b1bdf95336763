"""What happens to a real run when real things go wrong: kills, full disks, inputs that move, other runs.

The command runs in processes of its own. The long tests are marked slow: `pytest -m slow tests/batch/test_faults.py`.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import chdir, suppress
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from annotate.cli.app import app

COMMAND = [sys.executable, "-c", "from annotate.cli import main; main()"]
SENTENCES = [
    "Op {day} mei {year} tekenden de twee landen een handelsakkoord van {sum},5 miljoen euro in Den Haag.",
    "De minister zei dat de uitvoer sinds {year} met ruim {sum} miljoen dollar was gegroeid.",
    "Volgens het ministerie duurt het onderzoek naar de haven nog enkele maanden.",
]


def slow(*options: str) -> Any:
    """Options that take one more long run, which the slow tests have."""
    return pytest.param(options, marks=pytest.mark.slow)


def rows(path: Path, count: int) -> None:
    """`count` short articles, no two alike."""
    chance = random.Random(count)
    with path.open("w") as file:
        for number in range(count):
            facts = {"day": 1 + number % 28, "year": 1990 + number % 35, "sum": number}
            text = " ".join(chance.choice(SENTENCES).format(**facts) for _ in range(8))
            file.write(json.dumps({"id": f"d{number}", "text": text}) + "\n")


def start(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [*COMMAND, "run", *arguments, "--lang", "nl"]
    return subprocess.Popen(
        command,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # ignored where tests run in the background
    )


def finish(folder: Path, *arguments: str, status: int = 0) -> str:
    """Run to the end; what it told."""
    with start(folder, *arguments) as process:
        _, told = process.communicate(timeout=500)
    assert process.returncode == status, told
    assert "Traceback" not in told
    return told


def straight(folder: Path) -> None:
    """The output that an undisturbed run gives, made in this process, where spaCy is there already."""
    with chdir(folder):
        done = CliRunner().invoke(app, ["run", "rows.jsonl", "-o", "straight", "--lang", "nl"])
    assert done.exit_code == 0, done.output


def state(folder: Path) -> Path:
    return folder / "out" / ".annotate"


def journaled(folder: Path, names: str = "*.journal") -> int:
    """How many documents the journals know."""
    known = 0
    for path in state(folder).glob(names):
        with suppress(FileNotFoundError):  # it has just got its name
            known += path.read_bytes().count(b"\n")
    return known


def wait_until(condition: Callable[[], object], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "did not come about"
        time.sleep(0.005)


def result(folder: Path, out: str = "out") -> tuple[bytes, bytes]:
    """All annotations, in the order of their shards, and the errors."""
    shards = sorted((folder / out).glob("annotations*.jsonl"))
    return b"".join(path.read_bytes() for path in shards), (folder / out / "errors.jsonl").read_bytes()


# --- kills


def kill_and_finish(folder: Path, kills: int, documents: int, seed: int, *options: str) -> None:
    """Kill a run again and again at random points, each going on where the last one was; then let it finish."""
    rows(folder / "rows.jsonl", documents)
    chance = random.Random(seed)
    done = 0
    for _ in range(kills):
        process = start(folder, "rows.jsonl", "-o", "out", *options)
        wait_until(lambda: any(state(folder).glob("*.part")) or process.poll() is not None)  # noqa: B023
        time.sleep(chance.uniform(0, 0.35))
        process.kill()
        process.communicate()
        known = journaled(folder)
        for shard in (folder / "out").glob("annotations*.jsonl"):
            assert all(json.loads(line)["schema"] == "annotate/2" for line in shard.read_bytes().splitlines())
        done = max(done, known)
    told = finish(folder, "rows.jsonl", "-o", "out", *options)
    if "--shard-size" in options:
        finish(folder, "rows.jsonl", "-o", "straight", *[o for o in options if o not in ("-n", "2")])
    else:
        straight(folder)
    assert result(folder) == result(folder, "straight")
    whole, resumed = (json.loads((folder / out / "manifest.json").read_text()) for out in ("straight", "out"))
    for key in ("counts", "labels", "languages", "failures"):
        assert whole[key] == resumed[key]
    assert sorted(p.suffix for p in state(folder).iterdir() if p.suffix in (".part", ".old", ".packed")) == []
    assert "documents annotated" in told


@pytest.mark.parametrize("options", [(), slow("-n", "2"), slow("--shard-size", "97")])
def test_killed_twice_and_more(tmp_path: Path, options: tuple[str, ...]) -> None:
    """After `kill -9` at random points, the run that finishes gives the bytes and counts of an undisturbed one."""
    kill_and_finish(tmp_path, 2, 240, 1, *options)


@pytest.mark.slow
@pytest.mark.parametrize("options", [(), ("-n", "2"), ("--shard-size", "97"), ("-n", "2", "--shard-size", "50")])
def test_killed_fifty_times(tmp_path: Path, options: tuple[str, ...]) -> None:
    """The same, with fifty kills and all kinds of runs."""
    kill_and_finish(tmp_path, 50, 6_000, 2, *options)


@pytest.mark.slow
def test_killed_while_it_publishes(tmp_path: Path) -> None:
    """Kills that come while files get their names, too, lose nothing and leave no record cut."""
    rows(tmp_path / "rows.jsonl", 60)
    straight(tmp_path)
    for number in range(50):
        process = start(tmp_path, "rows.jsonl", "-o", "out", *(["--no-resume"] if number % 2 else []))
        draft = f"*.{8 * '[0-9a-f]'}.journal"
        wait_until(lambda: journaled(tmp_path, draft) >= 60 or process.poll() is not None)  # noqa: B023
        time.sleep(random.Random(number).uniform(0, 0.02))
        process.kill()
        process.communicate()
    finish(tmp_path, "rows.jsonl", "-o", "out")
    assert result(tmp_path) == result(tmp_path, "straight")


def test_what_was_reported_as_done_is_not_done_again(tmp_path: Path) -> None:
    """All documents that the journal had at a kill are kept by the next run."""
    rows(tmp_path / "rows.jsonl", 300)
    process = start(tmp_path, "rows.jsonl", "-o", "out")
    wait_until(lambda: journaled(tmp_path) > 60)
    process.kill()
    process.communicate()
    known = journaled(tmp_path)
    told = finish(tmp_path, "rows.jsonl", "-o", "out", "--json")
    assert known > 60
    assert "Traceback" not in told
    assert json.loads((tmp_path / "out" / ".annotate" / "last.json").read_text())["run"]["kept"] >= known - 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("options", [(), slow("-n", "2")])
def test_asked_to_stop_it_stops_and_goes_on_later(
    tmp_path: Path, number: signal.Signals, options: tuple[str, ...]
) -> None:
    """Ctrl-C and SIGTERM end a run at once, without a traceback; the same call goes on from there."""
    rows(tmp_path / "rows.jsonl", 200)
    process = start(tmp_path, "rows.jsonl", "-o", "out", *options)
    wait_until(lambda: journaled(tmp_path) > 20)
    process.send_signal(number)
    _, told = process.communicate(timeout=20)
    assert process.returncode == 128 + number
    assert "Traceback" not in told
    assert not (tmp_path / "out" / "annotations.jsonl").exists()
    known = journaled(tmp_path)
    finish(tmp_path, "rows.jsonl", "-o", "out")
    kept = json.loads((tmp_path / "out" / ".annotate" / "last.json").read_text())["run"]["kept"]
    assert kept >= known - 1 > 0


def test_a_worker_that_is_killed_costs_nothing(tmp_path: Path) -> None:
    """A worker process killed from outside is replaced, and every document is done."""
    rows(tmp_path / "rows.jsonl", 300)
    process = start(tmp_path, "rows.jsonl", "-o", "out", "-n", "2")
    wait_until(lambda: journaled(tmp_path) > 20)
    for _ in range(2):  # the oldest, so that it is not twice the same document
        os.kill(busy_children(process.pid)[0], signal.SIGKILL)
        known = journaled(tmp_path)
        wait_until(lambda: journaled(tmp_path) > known + 50)  # noqa: B023
    _, told = process.communicate(timeout=120)
    assert process.returncode == 0, told
    straight(tmp_path)
    assert result(tmp_path) == result(tmp_path, "straight")


def busy_children(parent: int) -> list[int]:
    """The workers of a run: children of the process that forks them, which is the run's child."""
    ours = {parent}
    tree: dict[int, int] = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            stat = (process / "stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        tree[int(process.name)] = int(stat[1])
    for _ in range(3):
        ours |= {pid for pid, above in tree.items() if above in ours}
    return sorted(pid for pid in ours if tree.get(pid) not in (None, parent) and pid != parent)


# --- places


def test_a_full_disk_keeps_what_is_done(tmp_path: Path) -> None:
    """On a real file system that fills up the run says so; with more room the same call goes on and finishes."""
    inside = ["unshare", "--map-root-user", "--mount", "sh", "-c"]
    mounting = f"mount -t tmpfs -o size=300k none {tmp_path}/out"
    (tmp_path / "out").mkdir()
    if shutil.which("unshare") is None or subprocess.run([*inside, mounting], check=False).returncode:
        pytest.skip("this machine allows no file system of one's own")
    rows(tmp_path / "rows.jsonl", 300)
    run = f"{sys.executable} -c 'from annotate.cli import main; main()' run rows.jsonl -o out --lang nl"
    script = (
        f"{mounting} && ({run}; echo status $?; ls out; "
        f"mount -o remount,size=100m {tmp_path}/out; {run}; echo status $?; "
        f"cp out/*.json* out/.annotate/last.json {tmp_path}/)"
    )
    done = subprocess.run([*inside, script], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert done.stdout.split() == ["status", "2", "status", "0"], done.stderr
    assert "the disk is full; free some space" in done.stderr
    assert "Traceback" not in done.stderr
    straight(tmp_path)
    assert (tmp_path / "annotations.jsonl").read_bytes() == result(tmp_path, "straight")[0]
    assert json.loads((tmp_path / "last.json").read_text())["run"]["kept"] > 20


def test_two_runs_at_once(tmp_path: Path) -> None:
    """While one run writes, a second is refused, says which process it is, and changes nothing."""
    rows(tmp_path / "rows.jsonl", 3_000)
    first = start(tmp_path, "rows.jsonl", "-o", "out")
    wait_until(lambda: journaled(tmp_path) > 20)
    told = finish(tmp_path, "rows.jsonl", "-o", "out", "--force", status=2)
    assert f"another run (process {first.pid}) is writing here" in told
    first.kill()
    first.communicate()
    finish(tmp_path, "rows.jsonl", "-o", "out", "--limit", "1")


# --- inputs


def test_an_input_that_changes_while_it_is_read(tmp_path: Path) -> None:
    """A file that grows during the run is said to have changed; whole rows are kept, the next run adds the rest."""
    rows(tmp_path / "rows.jsonl", 300)
    process = start(tmp_path, "rows.jsonl", "-o", "out")
    wait_until(lambda: journaled(tmp_path) > 20)
    with (tmp_path / "rows.jsonl").open("a") as file:
        file.write('{"id": "late", "text": "In 2024 kwam er nog een rij bij."}\n{"id": "cut", "te')
    _, told = process.communicate(timeout=60)
    assert process.returncode == 1
    errors = [json.loads(line) for line in (tmp_path / "out" / "errors.jsonl").read_text().splitlines()]
    assert {error["error"] for error in errors} <= {"changed", "bad-json"}
    assert "changed" in {error["error"] for error in errors}, told
    with (tmp_path / "rows.jsonl").open("a") as file:
        file.write('xt": "En in 2025 nog een."}\n')
    finish(tmp_path, "rows.jsonl", "-o", "out")
    straight(tmp_path)
    assert result(tmp_path) == result(tmp_path, "straight")


@pytest.mark.slow
def test_a_hundred_thousand_tiny_files(tmp_path: Path) -> None:
    """So many files are done, in bounded memory, and a second run over them is many times as fast."""
    for number in range(100_000):
        folder = tmp_path / "news" / f"{number // 1000:03}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number}.txt").write_text(f"In {1990 + number % 35} kostte het {number} euro.")
    times = []
    for _ in range(2):
        begun = time.monotonic()
        finish(tmp_path, "news", "-o", "out")
        times.append(time.monotonic() - begun)
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert manifest["counts"]["documents"] == 100_000
    report = json.loads((tmp_path / "out" / ".annotate" / "last.json").read_text())
    assert report["run"]["kept"] == 100_000
    print(f"100,000 files: {times[0]:.0f} s, again {times[1]:.0f} s")
    assert times[1] < times[0] / 2


@pytest.mark.slow
def test_an_article_of_two_hundred_megabytes(tmp_path: Path) -> None:
    """One article of 200 MB is a text like any other, and the small one after it is done, too."""
    sentence = "De handel tussen beide landen groeide, en op 18 januari 1950 begon het. "
    filler = "Volgens het ministerie duurt het onderzoek naar de haven nog enkele maanden. " * 40 + "\n"
    with (tmp_path / "a.txt").open("w") as file:
        for _ in range(200_000_000 // (len(filler) + len(sentence))):
            file.write(sentence + filler)
    (tmp_path / "b.txt").write_text("In 2008 kostte het 2,5 miljoen euro.")
    finish(tmp_path, "a.txt", "b.txt", "-o", "out")
    with (tmp_path / "out" / "annotations.jsonl").open() as lines:
        found = [json.loads(line) for line in lines]
    assert [len(record["spans"]) > 1 for record in found] == [True, True]
    assert len(found[0]["text"]) > 190_000_000
