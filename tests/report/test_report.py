"""The report: what it says, that nothing in it breaks out, that it is the same each time and stays small."""

from __future__ import annotations

import doctest
import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from html.parser import HTMLParser
from importlib import import_module
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
import zstandard
from typer.testing import CliRunner

import annotate
from annotate.cli.app import app
from annotate.records import Fact, Record
from annotate.report.gather import ReportError
from annotate.report.months import densest, month_of, series
from annotate.report.page import write_report
from annotate.report.tallies import Tallies
from annotate.spans import OtherSpan
from annotate.storage.write import OutputError, to_page

DEAL = (
    "Vietnam and Japan signed the Plaza Accord on 5 May 2024. It is worth $2.5 billion. "
    "The strategic partnership between Vietnam and Japan was established on 3 June 2023."
)
VOID = {"meta", "input", "line", "rect", "circle", "path"}


@cache
def article(text: str = DEAL, lang: str = "en", date: str | None = "2025-03-18", name: str = "a") -> Record:
    return annotate.annotate(text, lang=lang, date=date, id=name)


def write(folder: Path, *records: Record) -> Path:
    """An output of these records, as a run leaves it but for its manifest."""
    folder.mkdir(exist_ok=True)
    (folder / "annotations.jsonl").write_bytes(b"".join(record.to_json() + b"\n" for record in records))
    return folder


def report(out: Path, **more: float | str | bool) -> str:
    """The page on an output."""
    target = out.parent / "report.html"
    write_report(str(out), target, force=True, **more)  # type: ignore[arg-type]
    return target.read_text(encoding="utf-8")


class Outline(HTMLParser):
    """The elements of a page with their attributes, and its text; anything that is not closed is a fault."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs)
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())


def rows(page: str, section: str) -> list[str]:
    """The rows of the tables in a section, each with a bar between its cells."""
    (part,) = re.findall(rf'<section id="{section}".*?(?=<section id=|</main>)', page, re.DOTALL)
    found = []
    for row in re.findall(r"<tr>(.*?)</tr>", part, re.DOTALL):
        cells = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
        found.append(" | ".join(" ".join(re.sub(r"<[^>]+>", "", cell).split()) for cell in cells).strip(" |"))
    return found


def test_it_counts_by_label_language_and_month(tmp_path: Path) -> None:
    """Labels, languages and the months of the articles have their numbers in tables."""
    german = article("Am 3. Juni 2023 zahlte die Bank 5 Millionen Euro.", "de", None, "b")
    page = report(write(tmp_path / "out", article(), german))
    found = rows(page, "counts")
    assert found[1:5] == ["D DATE | 3", "M MONEY | 2", "A AGREEMENT | 1", "P PARTNERSHIP | 1"]
    assert "English (en) | 1 | 2 | 1 | 1 | 1" in found
    assert "German (de) | 1 | 1 | 1 | 0 | 0" in found
    assert "2025-03 | 2 | 1 | 1 | 1 | 1" in found
    assert "1 article has no date" in page


def test_it_names_agreements_partnerships_and_parties(tmp_path: Path) -> None:
    """Names are counted by mention and by article, under one key whatever the wording."""
    page = report(write(tmp_path / "out", article(), article(name="b")))
    found = rows(page, "names")
    assert "Plaza Accord | 2 | 2" in found
    assert "strategic partnership: Japan, Vietnam | 2 | 2" in found
    assert "Japan | 4 | 2" in found
    assert "agreement | 2" in found


def test_totals_of_sums_are_exact(tmp_path: Path) -> None:
    """A total has every digit, and currencies are never added to one another."""
    many = article("It paid €0.10 and €0.20, then €5 and $7.", name="b")
    spans = [
        msgspec.structs.replace(span, value=msgspec.structs.replace(span.value, amount=f"{'9' * 32}.01"))
        if span.text == "€5"
        else span
        for span in many.money
    ]
    found = rows(report(write(tmp_path / "out", msgspec.structs.replace(many, spans=tuple(spans)))), "sums")
    total = format(Decimal("99999999999999999999999999999999.31"), ",f")
    assert f"EUR | 3 | 3 | {total} | 0 | 0" in found
    assert "USD | 1 | 1 | 7 | 0 | 0" in found


def test_ranges_and_rates_are_in_no_total(tmp_path: Path) -> None:
    """What has no one amount, or is paid again and again, is counted apart."""
    record = article("It costs between €5 million and €10 million, or €3 million per year, or €1 million.", name="r")
    assert "EUR | 3 | 1 | 1,000,000 | 1 | 1" in rows(report(write(tmp_path / "out", record)), "sums")


def test_the_timeline_has_dates_and_what_they_date(tmp_path: Path) -> None:
    """A month has its dates, the agreements that were signed in it, and the partnerships since then."""
    record = article()
    (accord,), date = record.agreements, next(span for span in record.dates if span.text == "5 May 2024")
    signed = Fact("signed", accord.id, ("VN", "JP"), date.id, None, (0, 56))
    record = msgspec.structs.replace(record, facts=(*record.facts, signed))
    found = rows(report(write(tmp_path / "out", record)), "timeline")
    known = "signed: Plaza Accord (Germany, France, United Kingdom, Japan, United States)"
    assert f"2024-05 | 1 | 0 | 1 | 0 | {known}; signed: Plaza Accord (Vietnam, Japan)" in found
    assert any(row.startswith("2023-06 | 1 | 0 | 0 | 1 | established: strategic partnership") for row in found)


def test_every_entity_stands_in_its_sentence(tmp_path: Path) -> None:
    """In a small output each entity is marked once in its sentence, and listed with its value and rule."""
    record = article()
    page = report(write(tmp_path / "out", record))
    outline = Outline(page)
    marks = [attributes for tag, attributes in outline.elements if tag == "mark"]
    listed = [attributes for tag, attributes in outline.elements if tag == "li" and "data-rule" in attributes]
    assert [mark["data-letter"] for mark in marks if mark.get("class") == "first"].count("D") >= 2
    assert [(one["data-label"], one["data-rule"]) for one in listed] == [(s.label, s.rule) for s in record.spans]
    assert "2,500,000,000 USD" in outline.text
    assert "2024-05-05" in outline.text
    assert 'id="sampled"' not in page


def test_errors_and_the_manifest_are_shown(tmp_path: Path) -> None:
    """What failed is listed with its message, and the manifest stands there whole."""
    out = write(tmp_path / "out", article())
    line = b'{"id":null,"source":"a<b>.txt","stage":"read","error":"empty","message":"holds no text"}\n'
    (out / "errors.jsonl").write_bytes(line)
    manifest = {"schema": "annotate/2", "versions": {"x": "<1>"}, "counts": {"documents": 1, "remaining": 4}}
    (out / "manifest.json").write_bytes(to_page(manifest))
    page = report(out)
    assert "a&lt;b&gt;.txt | empty (read) | holds no text" in rows(page, "errors")
    assert "&quot;x&quot;: &quot;&lt;1&gt;&quot;" in page
    assert "4 documents were left" in page


HOSTILE = (
    '<script>alert(1)</script> On 5 May 2024 "><img src=x onerror=alert(2)> they paid $5 million. '
    "</p></style></script><svg onload=alert(3)> javascript:alert(4) by 6 June 2024 &lt;b&gt; \u202etxt.exe\u202c "
    "{{ 7 * 7 }} {% raw %} <!-- ]]> \x1b[2J\x00 before 7 July 2024."
)


def hostile() -> Record:
    """A record in which everything that can be is hostile."""
    record = article(HOSTILE, name='"><img src=x onerror=alert(5)>')
    bad = "\u202e\0\"'><img src=x onerror=alert(6)>"
    start = record.text.index("javascript:alert(4)")
    span = OtherSpan("s99", start, start + 19, "javascript:alert(4)", bad, 0, 0, bad, {bad: [bad, {bad: bad}]})
    meta = msgspec.structs.replace(record.meta, title=bad, source=bad)
    spans = sorted([*record.spans, span], key=lambda one: one.start)
    return msgspec.structs.replace(record, meta=meta, spans=tuple(spans))


def test_nothing_in_a_record_is_markup(tmp_path: Path) -> None:
    """Texts, titles, sources, labels, rules and values full of markup add no element and no attribute."""
    record = hostile()
    page = report(write(tmp_path / "out", record), title="</title><script>alert(7)</script>")
    outline = Outline(page)
    names = {tag for tag, _ in outline.elements}
    assert "img" not in names
    assert [tag for tag, _ in outline.elements].count("script") == 1
    attributes = {name for _, given in outline.elements for name in given}
    assert not {name for name in attributes if name.startswith("on") or name in ("src", "style", "action")}
    targets = {given["href"] for _, given in outline.elements if "href" in given}
    assert all(str(target).startswith("#") for target in targets)
    for words in ("<script>alert(1)</script>", "onerror=alert(2)>", "<svg onload=alert(3)>", "{{ 7 * 7 }} {% raw %}"):
        assert words in outline.text


def test_what_turns_writing_is_named_and_turns_nothing(tmp_path: Path) -> None:
    """Controls of direction and of terminals are not on the page; their names stand in their place."""
    page = report(write(tmp_path / "out", hostile()))
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]", page)
    named = {attributes.get("data-name") for _, attributes in Outline(page).elements}
    assert {"RLO", "PDF", "U+001B", "U+0000"} <= named


def test_the_policy_allows_the_page_s_own_script_and_style_only(tmp_path: Path) -> None:
    """The policy has the hashes of what stands inline, and nothing may be loaded or sent."""
    page = report(write(tmp_path / "out", hostile()))
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    assert policy.startswith("default-src &#39;none&#39;; script-src &#39;sha256-")
    assert "unsafe" not in policy
    assert not re.search(r"(?:https?:)?//[a-z]", page.replace("http-equiv", ""))


def test_the_same_output_gives_the_same_bytes(tmp_path: Path) -> None:
    """Whatever the order of hashes in this process; packed files give the same page as plain ones."""
    out = write(tmp_path / "out", article(), hostile(), article(name="c"))
    first = report(out)
    assert report(out) == first
    packed = tmp_path / "packed"
    packed.mkdir()
    lines = (out / "annotations.jsonl").read_bytes()
    (packed / "annotations.jsonl.zst").write_bytes(zstandard.compress(lines))
    assert report(packed) == first
    shards = tmp_path / "shards"
    shards.mkdir()
    for number, line in enumerate(lines.splitlines(keepends=True)):
        (shards / f"annotations-{number:05}.jsonl").write_bytes(line)
    assert report(shards) == first


def test_shards_of_one_file_are_those_of_its_manifest(tmp_path: Path) -> None:
    """An output that is named as a file, `news.jsonl`, but lies in shards, is read whole."""
    for number, name in enumerate("ab"):
        (tmp_path / f"news-{number:05}.jsonl").write_bytes(article(name=name).to_json() + b"\n")
    manifest = {"schema": "annotate/2", "files": ["news-00000.jsonl", "news-00001.jsonl"]}
    (tmp_path / "news.manifest.json").write_bytes(to_page(manifest))
    assert "English (en) | 2 | " in "\n".join(rows(report(tmp_path / "news.jsonl"), "counts"))


def copies(number: int) -> Iterator[bytes]:
    """Lines of an output, each a document of its own."""
    line = article(name="NAME").to_json() + b"\n"
    for n in range(number):
        yield line.replace(b"NAME", f"document-{n}".encode(), 1)


def test_ten_thousand_articles_stay_small(tmp_path: Path) -> None:
    """The page keeps to its size by a sample, and says so; its numbers are of all of them."""
    out = tmp_path / "out"
    out.mkdir()
    with (out / "annotations.jsonl").open("wb") as file:
        file.writelines(copies(10_000))
    page = report(out, megabytes=3)
    assert 1_500_000 < len(page.encode()) <= 3_000_000
    assert re.search(r"Of the \d+,000 entities, [\d,]+ are shown", page)
    assert "English (en) | 10,000 | " in "\n".join(rows(page, "counts"))
    places = [int(n) for n in re.findall(r"document-(\d+)</h3>", page)]
    assert places == sorted(places)
    assert max(second - first for first, second in pairwise(places)) < 200  # from everywhere


def test_a_sample_is_the_same_in_any_order(tmp_path: Path) -> None:
    """Which sentences are shown depends on them and on the room, not on what comes first."""
    lines = [*copies(120)]
    shown = []
    for name, some in (("one", lines), ("other", lines[::-1])):
        (tmp_path / name).mkdir()
        (tmp_path / name / "annotations.jsonl").write_bytes(b"".join(some))
        page = report(tmp_path / name, megabytes=1.52)
        shown.append(sorted(re.findall(r"document-\d+</h3>", page)))
    assert shown[0] == shown[1]
    assert len(shown[0]) > 5


def test_counts_that_do_not_fit_go_to_a_file(tmp_path: Path) -> None:
    """However few names are held in memory, the counts are the same."""
    for held in (1, 3, 1000):
        with Tallies(held=held) as tallies:
            for n in range(200):
                tallies.add("party", f"p{n % 7}", f"form {n % 14}")
            assert tallies.most("party", 2) == [("p0", 29), ("p1", 29)]
            assert tallies.parts("party", "p0", 1) == [("form 0", 15)]
            assert tallies.distinct("party") == 7


def test_however_odd_a_record_the_page_keeps_to_its_size(tmp_path: Path) -> None:
    """Labels and rules by the hundred, names and values without end, and a nest of lists: all are cut."""
    record = article("Since 2008. " * 400, name="n" * 5000)
    nest: object = "end"
    for _ in range(300):
        nest = [nest]
    spans = [
        OtherSpan(span.id, span.start, span.end, span.text, f"{n:03}" * 900, 0, 0, f"{n:03}" * 900, {"k" * 9000: nest})
        for n, span in enumerate(record.spans)
    ]
    page = report(write(tmp_path / "out", msgspec.structs.replace(record, spans=tuple(spans))), megabytes=2)
    assert len(page.encode()) < 1_000_000
    assert "370 entities with other labels" in page


def test_the_calendar_is_cut_to_what_can_be_drawn() -> None:
    """Months where they fit, else years, else decades; a window is the fullest and the latest of equals."""
    here = {month_of(f"{year}-05-01"): Counter({"DATE": 1 + (year == 2024)}) for year in (2024, 2025, 2019)}
    assert series(here, most=100).unit == "month"
    assert [bucket.name for bucket in series(here, most=10).filled] == ["2019", "2024", "2025"]
    old = {**here, month_of("-0044-03-15"): Counter({"DATE": 1})}
    assert series(old, most=210).buckets[0].name == "50 to 41 BC"
    window = densest(here, most=13)
    assert (window.buckets[0].name, window.buckets[-1].name) == ("2024-05", "2025-05")
    assert (window.total, window.outside) == (3, 1)
    assert series({}, most=10).buckets == densest({}, most=10).buckets == ()


@pytest.mark.parametrize("name", ["charts", "dated", "months", "passages", "sample", "sums", "tallies", "wording"])
def test_examples_in_the_sources_run(name: str) -> None:
    """What the docstrings show is so."""
    assert doctest.testmod(import_module(f"annotate.report.{name}")).failed == 0


# --- the command --------------------------------------------------------------------------------


def call(*arguments: str) -> tuple[int, str]:
    """The exit status of the command, and what it says."""
    done = CliRunner().invoke(app, ["report", *arguments])
    return done.exit_code, done.stderr


def test_the_command_writes_the_page(here: Path) -> None:
    """Without -o it is report.html; writing it again is allowed, since it is a report."""
    write(here / "out", article())
    for _ in range(2):
        code, said = call("out")
        assert (code, said) == (0, f"report.html: 1 document, {len(article().spans)} entities\n")
    assert [path.name for path in sorted(here.iterdir())] == ["out", "report.html"]


def test_a_file_of_others_is_not_written_over(here: Path) -> None:
    """A page that is no report stays as it is, unless --force says otherwise."""
    write(here / "out", article())
    (here / "page.html").write_text("<!doctype html>mine")
    code, said = call("out", "-o", "page.html")
    assert code == 2
    assert (
        said
        == "annotate: page.html: is no report of this tool; name another file with -o, or write over it with --force\n"
    )
    assert (here / "page.html").read_text() == "<!doctype html>mine"
    assert call("out", "-o", "page.html", "--force")[0] == 0
    assert call("out", "-o", "out")[1].startswith("annotate: out: is a folder; name a file, such as ")
    code, said = call("out", "-o", "nowhere/page.html")
    assert code == 2
    assert said.startswith("annotate: nowhere/page.html: there is no folder nowhere; make it first")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"schema":"annotate/1","id":"a","spans":[]}\n', "1: is an annotate/1 record"),
        (b'{"id":"a","spans":[]}\n', "1: Object missing required field"),
        (b'{"id":"a"}\n', "1: is no record; it needs an id and a list of spans"),
        (b"hello\n", "1: is not JSON"),
        (b"", "holds no record"),
    ],
)
def test_what_is_no_output_is_refused(here: Path, content: bytes, message: str) -> None:
    """An older format, gold without its fields, other JSON, no JSON, nothing: said with file and line."""
    (here / "out").mkdir()
    (here / "out" / "annotations.jsonl").write_bytes(content)
    code, said = call("out")
    assert code == 2
    assert message in said
    assert said.startswith("annotate: out")
    assert not (here / "report.html").exists()


def test_a_folder_without_records_is_refused(here: Path) -> None:
    """A wrong name and an empty folder are told as what they are."""
    assert call("nowhere")[0] == 2
    (here / "empty").mkdir()
    assert "holds no annotations.jsonl" in call("empty")[1]


def test_damage_is_told_where_it_is(tmp_path: Path) -> None:
    """A span that is not what the text has there stops the report, with the line."""
    line = article().to_json().replace(b'"text":"5 May 2024"', b'"text":"6 May 2024"')
    out = write(tmp_path / "out", article(name="b"))
    with (out / "annotations.jsonl").open("ab") as file:
        file.write(line + b"\n")
    with pytest.raises(ReportError, match=r"annotations\.jsonl:2: span s2 is not what the text has there"):
        report(out)


def test_a_page_that_cannot_be_written_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the disk fills up in the middle, the earlier report is still there, and nothing else."""
    from annotate.storage.write import Draft

    out = write(tmp_path / "out", article())
    first = report(out)

    def full(self: Draft, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Draft, "write", full)
    with pytest.raises(OutputError, match="the disk is full"):
        report(out)
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == first
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "report.html"]
