"""The journal of decisions: nothing that was confirmed is lost, and nothing is believed that does not hold."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from annotate.review.decisions import (
    Decision,
    DecisionError,
    Draft,
    Entity,
    Journal,
    StaleError,
    decisions_schema,
    living,
    read_decisions,
)

YEAR = Entity(3, 7, "2008", "DATE", {"timex": "2008"}, "dates/year")
OTHER = Entity(20, 24, "2009", "DATE", {"timex": "2009"}, "dates/year")


def draft(entity: Entity = YEAR, verdict: Any = "accept", **more: Any) -> Draft:
    return Draft("a", "0" * 64, verdict, entity, **more)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "review" / "anna.jsonl"


def test_a_decision_stands_in_the_file_when_it_is_recorded(path: Path) -> None:
    """What `record` returns is what another process reads, and fits the published schema."""
    made = Journal(path, "anna").record([draft(comment="sure 🙂")], key="k1")
    assert read_decisions(path) == (made, [])
    jsonschema.validate(json.loads(path.read_text()), decisions_schema())


def test_many_threads_and_two_journals_share_one_file(path: Path) -> None:
    """Two servers with four threads each add to one file: no line is lost or mixed, and numbers only grow."""
    journals = [Journal(path, "anna"), Journal(path, "anna")]

    def add(n: int) -> None:
        for i in range(10):
            journals[n % 2].record([draft()], key=f"key-{n}-{i}")

    threads = [threading.Thread(target=add, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    decisions, faults = read_decisions(path)
    assert faults == []
    assert [decision.seq for decision in decisions] == list(range(1, 81))
    assert len({decision.key for decision in decisions}) == 80


def test_a_request_that_is_sent_twice_counts_once(path: Path) -> None:
    """The answer to a request was lost: with the same key nothing is added, in a new server too."""
    first = Journal(path, "anna").record([draft(), draft(OTHER)], key="k1")
    assert Journal(path, "anna").record([draft(), draft(OTHER)], key="k1") == first
    assert len(read_decisions(path)[0]) == 2


def test_a_stale_tab_is_told(path: Path) -> None:
    """Who has not seen a later decision about the same entity is refused with it; about another one it may decide."""
    first, second = Journal(path, "anna"), Journal(path, "anna")
    (mine,) = first.record([draft(verdict="reject")], key="k1", known=0)
    with pytest.raises(StaleError) as told:
        second.record([draft()], key="k2", known=0)
    assert list(told.value.newer) == [mine]
    assert second.record([draft(OTHER)], key="k3", known=0)[0].seq == 2


def test_undo_goes_back_as_far_as_there_are_decisions(path: Path) -> None:
    """Each undo takes back the last decision that counts, all of a request together, and is a line itself."""
    journal = Journal(path, "anna")
    journal.record([draft()], key="k1")
    journal.record([draft(OTHER), draft(YEAR, "reject")], key="k2")
    journal.record([draft(OTHER, "flag")], key="k3")
    assert [journal.undo(key=f"u{n}")[0].undoes for n in range(3)] == [[4], [2, 3], [1]]
    assert journal.undo(key="u4") == []
    assert list(living(journal.decisions)) == []
    assert len(read_decisions(path)[0]) == 7


def damaged(change: Callable[[list[bytes]], list[bytes]], path: Path) -> tuple[list[int], list[str]]:
    """What is read, by number, of five decisions whose lines were changed, and what is said of them."""
    journal = Journal(path, "anna")
    for n in range(5):
        journal.record([draft()], key=f"k{n}")
    path.write_bytes(b"".join(change(path.read_bytes().splitlines(keepends=True))))
    decisions, faults = read_decisions(path)
    return [decision.seq for decision in decisions], [str(fault).removeprefix(f"{path}:") for fault in faults]


def test_a_cut_line_costs_itself_only(path: Path) -> None:
    """A last line without its end was never confirmed: it is named, and the next decision does not run into it."""
    read, said = damaged(lambda lines: [*lines[:4], lines[4][:50]], path)
    assert read == [1, 2, 3, 4]
    assert said == ["5: is cut off, by a kill or a full disk; the decision was never confirmed, and is not used"]
    journal = Journal(path, "anna")
    journal.record([draft(verdict="reject")], key="new")
    decisions, faults = read_decisions(path)
    assert [(d.seq, d.verdict) for d in decisions][-1] == (5, "reject")
    assert [fault.line for fault in faults] == [5]


def test_a_line_changed_by_hand_is_not_used(path: Path) -> None:
    """A verdict turned round in an editor fails its checksum; the line after it is used, and says what is missing."""
    read, said = damaged(
        lambda lines: [line.replace(b"accept", b"reject") if n == 1 else line for n, line in enumerate(lines)], path
    )
    assert read == [1, 3, 4, 5]
    assert said[0].startswith("2: was changed after it was written")
    assert said[1].startswith("3: does not follow the line before it")


def test_foreign_lines_are_named(path: Path) -> None:
    """Lines of other programs, other versions and no JSON at all are named by their number; the rest is used."""
    foreign = [b'{"text": "in 2008", "answer": "accept"}\n', b"\xff\xfe\n", b"not json\n", b"\n"]
    read, said = damaged(lambda lines: [*foreign, *lines], path)
    assert read == [1, 2, 3, 4, 5]
    assert [line.split(":")[0] for line in said] == ["1", "2", "3"]


def test_lines_taken_out_or_put_in_are_noticed(path: Path) -> None:
    """A line taken out, and one that stands twice, are noticed at the line that shows it."""
    read, said = damaged(lambda lines: [lines[0], lines[2], lines[3], lines[3], lines[4]], path)
    assert read == [1, 3, 4, 5]
    assert said[0].startswith("2: does not follow the line before it")
    assert said[1].startswith("4: bears number 4, but 4 came before it")


def test_a_decision_that_contradicts_itself_is_not_used(path: Path) -> None:
    """A line with a right checksum, whose words are not as long as its offsets say, is no decision."""
    Journal(path, "anna").record([draft(Entity(3, 9, "2008", "DATE", {}))], key="k1")
    decisions, faults = read_decisions(path)
    assert decisions == []
    assert "which is not so long" in str(faults[0])


def test_a_full_disk_loses_nothing(path: Path) -> None:
    """A decision that does not fit is refused, leaves no cut line, and those before it are kept."""
    script = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from annotate.review.decisions import *\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))\n"
        "journal = Journal(Path(sys.argv[1]), 'anna'); made = 0\n"
        "try:\n"
        "    while True:\n"
        "        journal.record([Draft('a', 'h', 'accept', Entity(0, 2, 'ab', 'X', {}))], key=str(made)); made += 1\n"
        "except DecisionError as error:\n"
        "    print(made, journal.last, error)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, path], capture_output=True, text=True, check=True)
    made, last, message = done.stdout.split(" ", 2)
    assert int(made) == int(last) > 2
    assert "--decisions" in message
    decisions, faults = read_decisions(path)
    assert (len(decisions), faults) == (int(made), [])
    assert Journal(path, "anna").record([draft()], key="more")[0].seq == int(made) + 1


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """A file in the place of the folder is told with the option that helps, not as a traceback."""
    (tmp_path / "review").write_text("")
    with pytest.raises(DecisionError, match="--decisions"):
        Journal(tmp_path / "review" / "anna.jsonl", "anna")


@pytest.mark.parametrize("name", ["", "../anna", "a/b", ".hidden", "anna\n", "x" * 70])
def test_a_name_that_could_lead_elsewhere_is_refused(name: str, path: Path) -> None:
    """A reviewer's name is the name of a file: no part of a path, nothing hidden, nothing endless."""
    with pytest.raises(DecisionError, match="is no name of a reviewer"):
        Journal(path, name)


@pytest.mark.slow
def test_two_hundred_kills_lose_no_confirmed_decision(path: Path) -> None:
    """A process that is killed at any moment has lost nothing that it had confirmed, and its last line is whole."""
    script = (
        "import sys; from pathlib import Path\n"
        "from annotate.review.decisions import *\n"
        "journal = Journal(Path(sys.argv[1]), 'anna')\n"
        "n = 0\n"
        "while True:\n"
        "    entity = Entity(0, 2, 'ab', 'DATE', {})\n"
        "    made = journal.record([Draft('a', 'h', 'accept', entity)], key=f'{sys.argv[2]}-{n}')\n"
        "    print(made[0].seq, flush=True); n += 1\n"
    )
    chance = random.Random(7)
    confirmed = 0
    for n in range(200):
        running = subprocess.Popen([sys.executable, "-c", script, path, str(n)], stdout=subprocess.PIPE, text=True)
        assert running.stdout is not None
        first = running.stdout.readline()
        time.sleep(chance.random() * 0.05)
        running.kill()
        rest = running.stdout.read().splitlines()
        running.wait()
        running.stdout.close()
        confirmed = max(confirmed, int(rest[-1] if rest else first))
        decisions, faults = read_decisions(path)
        assert faults == []
        assert decisions[-1].seq >= confirmed
    assert len(read_decisions(path)[0]) == decisions[-1].seq


def test_all_decisions_are_typed() -> None:
    """The published schema closes each object, so that a field that nobody knows is refused."""
    schema = decisions_schema()
    assert schema["additionalProperties"] is False
    assert {*Decision.__struct_fields__, "check"} == {*schema["properties"]}
