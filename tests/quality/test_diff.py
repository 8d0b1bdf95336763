"""The comparison of two outputs: what counts as a change, how documents are joined, and what it costs."""

from __future__ import annotations

import doctest
import gzip
import json
import subprocess
import sysconfig
import tracemalloc
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotate.quality import diff as module
from annotate.quality.change_table import render
from annotate.quality.changes import KINDS, Change, Report
from annotate.quality.diff import diff
from annotate.quality.step import DiffError

Json = dict[str, Any]

COMMAND = str(Path(sysconfig.get_path("scripts")) / "annotate")
TEXT = "Sinds 2008 groeide de handel tot 5 euro; in 2010 kwam er een verdrag bij, en in 2012 nog een."


def doc(*spans: Json, name: str = "a", lang: str = "nl", text: str = TEXT) -> Json:
    return {"id": name, "lang": lang, "text": text, "spans": list(spans)}


def at(start: int, end: int, label: str = "DATE", rule: str = "dates/year", **value: Any) -> Json:
    return {"start": start, "end": end, "label": label, "rule": rule, "value": value, "text": TEXT[start:end]}


def written(path: Path, records: Iterable[Json]) -> Path:
    """The records as a file, packed as its name says."""
    content = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records).encode()
    pack = {".gz": gzip.compress, ".zst": zstandard.ZstdCompressor().compress}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(pack.get(path.suffix, bytes)(content))
    return path


def compared(tmp_path: Path, old: Sequence[Json], new: Sequence[Json], **options: Any) -> Report:
    return diff(written(tmp_path / "old.jsonl", old), written(tmp_path / "new.jsonl", new), **options)


def kinds(report: Report) -> list[tuple[str, str]]:
    """Each change that was kept: its kind and its text."""
    return [(change.kind, change.text) for kind in KINDS for change in report.changes[kind]]


def only(report: Report) -> Change:
    (change,) = [change for kind in KINDS for change in report.changes[kind]]
    return change


def test_the_examples_in_the_docstrings_are_true() -> None:
    """Every example in a docstring of `diff` gives what it says."""
    assert doctest.testmod(module).failed == 0


# What counts as a change


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param([at(6, 10)], [at(6, 10)], [], id="the same"),
        pytest.param([], [at(6, 10)], [("gained", "2008")], id="gained"),
        pytest.param([at(6, 10)], [], [("lost", "2008")], id="lost"),
        pytest.param([at(6, 10)], [at(0, 10)], [("gained", "Sinds 2008"), ("lost", "2008")], id="longer"),
        pytest.param([at(6, 10)], [at(6, 10, "MONEY")], [("gained", "2008"), ("lost", "2008")], id="another label"),
        pytest.param([at(6, 10, a="1")], [at(6, 10, a="2")], [("revalued", "2008")], id="another value"),
        pytest.param([at(6, 10, a="1")], [at(6, 10, b=None, a="1")], [], id="a null like a missing key"),
        pytest.param([at(6, 10)], [at(6, 10, rule="x/y")], [("re-ruled", "2008")], id="another rule"),
        pytest.param([at(6, 10)], [at(6, 10, rule="x", a="2")], [("revalued", "2008")], id="another rule and value"),
        pytest.param([at(6, 10)], [at(6, 10), at(6, 10)], [("gained", "2008")], id="the same twice"),
    ],
)
def test_what_became_of_an_entity(
    tmp_path: Path, old: list[Json], new: list[Json], expected: list[tuple[str, str]]
) -> None:
    """An entity is its span and label; gained, lost, revalued and re-ruled exclude one another."""
    report = compared(tmp_path, [doc(*old)], [doc(*new)])
    assert kinds(report) == expected
    assert report.differs is bool(expected)


def test_a_change_has_its_context_and_the_keys_that_differ(tmp_path: Path) -> None:
    """A change says where it stands, what is around it, and of its value only what differs."""
    old = at(6, 10, timex="2008", mod=None, grain="year")
    new = at(6, 10, rule="dates/since", timex="2008", mod="START", grain="month")
    change = only(compared(tmp_path, [doc(old, name="x")], [doc(new, name="x")]))
    assert (change.document, change.lang, change.label, change.start) == ("x", "nl", "DATE", 6)
    assert (change.before, change.text, change.after) == ("Sinds ", "2008", TEXT[10:50])
    assert change.values == {"mod": (None, "START"), "grain": ("year", "month")}
    assert change.row == "dates/year > dates/since"


def test_a_link_is_compared_by_what_it_leads_to(tmp_path: Path) -> None:
    """A span that is only numbered anew changes no value that links to it; another target does."""
    pact = at(61, 68, "AGREEMENT", "agreements/typed")

    def linked(target: str, *dates: Json) -> Json:
        return doc(*dates, pact | {"id": "s9", "value": {"date_span": target}})

    first, second = at(44, 48), at(80, 84)
    old = linked("s1", first | {"id": "s1"}, second | {"id": "s2"})
    shifted = linked("s2", first | {"id": "s2"}, second | {"id": "s1"})
    assert not compared(tmp_path, [old], [shifted]).differs
    other = linked("s2", first | {"id": "s1"}, second | {"id": "s2"})
    assert only(compared(tmp_path, [old], [other])).values == {"date_span": ("2010 [44:48]", "2012 [80:84]")}


def test_labels_and_languages_leave_out_the_others(tmp_path: Path) -> None:
    """`labels` leaves out other entities, `langs` documents that are in another language on both sides."""
    old = [doc(), doc(name="b", lang="vi"), doc(name="c", lang="vi")]
    new = [doc(at(6, 10), at(33, 39, "MONEY")), doc(at(6, 10), name="b", lang="vi")]
    assert kinds(compared(tmp_path, old, new, labels=["MONEY"])) == [("gained", "5 euro")]
    report = compared(tmp_path, old, new, langs=["nl"])
    assert kinds(report) == [("gained", "2008"), ("gained", "5 euro")]
    assert (report.compared, report.only_old.count) == (1, 0)


# Documents


def test_documents_of_one_side_and_of_another_text_are_said(tmp_path: Path) -> None:
    """What only one side has, and what has another text, is named and its spans are not compared."""
    old = [doc(at(6, 10), name="gone"), doc(at(6, 10), name="other"), doc(name="same")]
    new = [doc(name="other", text="Another."), doc(name="same", lang="en"), doc(at(6, 10), name="new")]
    report = compared(tmp_path, old, new)
    named = {key: (named.count, named.first) for key, named in report.named}
    assert named == {
        "only_old": (1, ["gone"]),
        "only_new": (1, ["new"]),
        "other_text": (1, ["other"]),
        "other_lang": (1, ["same"]),
    }
    assert (report.compared, kinds(report), report.differs) == (1, [], True)


ORDERS = st.permutations([f"d{n}" for n in range(6)]).flatmap(
    lambda names: st.integers(0, 6).map(lambda count: names[:count])
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(old=ORDERS, new=ORDERS, packing=st.sampled_from(["", ".gz", ".zst"]), shards=st.integers(1, 3))
def test_the_order_of_documents_does_not_matter(
    tmp_path_factory: pytest.TempPathFactory, old: list[str], new: list[str], packing: str, shards: int
) -> None:
    """However documents are ordered, missing, packed or spread over shards, each meets its own."""
    folder = tmp_path_factory.mktemp("orders")
    texts = {name: f"{name} in 2008 {'é' * number}" for number, name in enumerate(sorted({*old, *new}))}
    before = [doc(name=name, text=texts[name]) for name in old]
    after = [doc(at(6, 10), name=name, text=texts[name]) for name in new]
    written(folder / "old.jsonl", before)
    for shard in range(shards):
        written(folder / "new" / f"annotations-{shard}.jsonl{packing}", after[shard::shards])
    report = diff(folder / "old.jsonl", folder / "new", limit=0)
    assert {change.document for change in report.changes["gained"]} == {*old} & {*new}
    assert {*report.only_old.first} == {*old} - {*new}
    assert {*report.only_new.first} == {*new} - {*old}
    assert report.other_text.count == 0


def test_memory_does_not_grow_with_the_texts(tmp_path: Path) -> None:
    """Twenty-five megabytes in another order, each document changed, take less than three of memory."""
    names = [str(number) for number in range(300)]
    old = written(tmp_path / "old.jsonl", (doc(name=name, text=TEXT * 1000) for name in names))
    new = written(tmp_path / "new.jsonl", (doc(at(6, 10), name=name, text=TEXT * 1000) for name in names[::-1]))
    tracemalloc.start()
    report = diff(old, new)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert report.overall["gained"] == 300
    assert old.stat().st_size > 25_000_000
    assert peak < 3_000_000


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b'{"id": "a", "spans": []}\n{"id"', r"new\.jsonl:2: is not JSON"),
        (b"[]\n", r"new\.jsonl:1: is no record"),
        (b'{"id": "a"}\n', r"new\.jsonl:1: is no record"),
        (b'{"id": "a", "spans": [{"label": "DATE"}]}\n', r"new\.jsonl:1: a span needs"),
        (b'{"id": "b", "spans": []}\n' * 2, r"new: two documents have the id 'b'"),
        (None, r"new\.jsonl: cannot be read: No such file"),
    ],
)
def test_what_cannot_be_compared_is_told(tmp_path: Path, content: bytes | None, told: str) -> None:
    """A line that is no record, an id that stands twice, and a missing file are named with what is wrong."""
    old = written(tmp_path / "old.jsonl", [doc()])
    if content is not None:
        (tmp_path / "new.jsonl").write_bytes(content)
    with pytest.raises(DiffError, match=told):
        diff(old, tmp_path / "new.jsonl")


def test_an_old_document_that_stands_twice_is_told(tmp_path: Path) -> None:
    """An id that the old output has twice is refused, too, where the orders differ."""
    with pytest.raises(DiffError, match="old: two documents have the id 'a'"):
        compared(tmp_path, [doc(), doc()], [doc(name="b"), doc()])


def test_a_packed_file_that_is_cut_off_is_told(tmp_path: Path) -> None:
    """A packed file that ends before its data is an error, not an output with fewer documents."""
    old = written(tmp_path / "old.jsonl", [doc()])
    new = written(tmp_path / "new.jsonl.gz", [doc()])
    new.write_bytes(new.read_bytes()[:-12])
    with pytest.raises(DiffError, match=r"new\.jsonl\.gz: cannot be read"):
        diff(old, new)


# The report


def test_the_table_comes_first_then_the_entities(tmp_path: Path) -> None:
    """The text has documents, counts by label and rule, and each kind's entities with markers on the span."""
    old = doc(at(6, 10, timex="2008"), at(44, 48), at(80, 84, rule="dates/a"))
    new = doc(at(6, 10, timex="2009"), at(33, 39, "MONEY", "money/sum", amount="5"), at(80, 84, rule="dates/b"))
    assert render(compared(tmp_path, [old], [new])) == (
        "1 document compared\n"
        "\n"
        "                          old       new    gained      lost  revalued  re-ruled\n"
        "all                         3         3         1         1         1         1\n"
        "DATE                        3         2                   1         1         1\n"
        "  dates/a > dates/b                                                           1\n"
        "  dates/year                2         1                   1         1\n"
        "MONEY                                 1         1\n"
        "  money/sum                           1         1\n"
        "\n"
        "gained: 1\n"
        "\n"
        "MONEY money/sum in a (nl) at 33\n"
        f"  {TEXT[:33]}[5 euro]{TEXT[39:79]}\n"
        "  amount: 5\n"
        "\n"
        "lost: 1\n"
        "\n"
        "DATE dates/year in a (nl) at 44\n"
        f"  {TEXT[4:44]}[2010]{TEXT[48:88]}\n"
        "  no value\n"
        "\n"
        "revalued: 1\n"
        "\n"
        "DATE dates/year in a (nl) at 6\n"
        f"  Sinds [2008]{TEXT[10:50]}\n"
        "  timex: 2008 -> 2009\n"
        "\n"
        "re-ruled: 1\n"
        "\n"
        "DATE dates/a > dates/b: 1\n"
        "\n"
        "DATE dates/a > dates/b in a (nl) at 80\n"
        f"  {TEXT[40:80]}[2012]{TEXT[84:]}\n"
    )


@pytest.mark.parametrize(("limit", "shown"), [(2, 2), (0, 5)])
def test_so_many_of_a_kind_are_shown_and_all_are_counted(tmp_path: Path, limit: int, shown: int) -> None:
    """`limit` bounds the entities and documents that are kept, not the counts; 0 keeps all."""
    old = [doc(name=f"d{n}") for n in range(5)] + [doc(name=f"x{n}") for n in range(5)]
    report = compared(tmp_path, old, [doc(at(6, 10), name=f"d{n}") for n in range(5)], limit=limit)
    assert (len(report.changes["gained"]), report.overall["gained"]) == (shown, 5)
    assert (len(report.only_old.first), report.only_old.count) == (shown, 5)
    assert ("gained: 5, the first 2\n" in render(report)) is (limit == 2)


# The command


def command(*arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    call = [COMMAND, "diff", *map(str, arguments)]
    return subprocess.run(call, cwd=cwd, capture_output=True, text=True, timeout=60, check=False)


def test_the_exit_status_is_that_of_diff(tmp_path: Path) -> None:
    """`annotate diff` ends with 0 where nothing differs, 1 where something does, 2 on a wrong call."""
    written(tmp_path / "one" / "annotations.jsonl", [doc(at(6, 10))])
    written(tmp_path / "two" / "annotations-1.jsonl.gz", [doc(at(6, 10))])
    written(tmp_path / "other.jsonl.zst", [doc()])
    (tmp_path / "none").mkdir()
    same = command("one", "two", cwd=tmp_path)
    assert (same.returncode, same.stdout) == (0, "1 document compared\nno difference\n")
    other = command("one", "other.jsonl.zst", cwd=tmp_path)
    assert (other.returncode, "lost: 1" in other.stdout) == (1, True)
    for wrong, told in (("none", "none: holds no annotations.jsonl"), ("nowhere", "nowhere: cannot be read")):
        done = command("one", wrong, cwd=tmp_path)
        assert (done.returncode, done.stdout) == (2, "")
        assert told in done.stderr
        assert "Traceback" not in done.stderr


def test_the_report_as_json(tmp_path: Path) -> None:
    """`--json` gives one object; `--label`, `--lang` and `--limit` are taken."""
    written(tmp_path / "old.jsonl", [doc(), doc(name="b", lang="vi")])
    written(tmp_path / "new.jsonl", [doc(at(6, 10, timex="2008"), at(33, 39, "MONEY")), doc(name="b", lang="vi")])
    options = ("--json", "--label", "DATE", "--lang", "nl,de", "--limit", "0")
    done = command("old.jsonl", "new.jsonl", *options, cwd=tmp_path)
    assert done.returncode == 1
    report = json.loads(done.stdout)
    counts = {"old": 0, "new": 1, "gained": 1, "lost": 0, "revalued": 0, "re-ruled": 0}
    assert report["differs"] is True
    assert report["documents"]["compared"] == 1
    assert report["overall"] == report["by_label"]["DATE"] == counts
    assert report["by_rule"] == [{"label": "DATE", "rule": "dates/year", **counts}]
    (change,) = report["changes"]
    assert (change["kind"], change["text"], change["values"]) == ("gained", "2008", {"timex": [None, "2008"]})
