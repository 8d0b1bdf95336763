"""Exports, whatever the format: whole or not at all, in flat memory, with what reviewers have decided."""

from __future__ import annotations

import doctest
import json
import os
import resource
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spacy.tokenizer import Tokenizer
from spacy.tokens import Doc
from spacy.vocab import Vocab
from typer.testing import CliRunner

from annotate.cli.app import app
from annotate.export.articles import ADDED, Article, ExportError, articles
from annotate.export.export import MARK, export
from annotate.export.formats import FORMATS, Format, Written, format_of
from annotate.export.tokens import whole_tokens
from annotate.records import Record
from annotate.review.decisions import Decision
from annotate.schema import invariants
from annotate.storage.write import OutputError
from decks import desk_of, write
from exchanged import journal_of
from hardtexts import LINKED, TEXTS, decide, difficult, linked, record, wanted, year

NAMES = [one.name for one in FORMATS]


def target_of(folder: Path, kind: str) -> Path:
    """A name that an export of this format may have."""
    return folder / f"made{(*format_of(kind).suffixes, '.' + kind)[0]}"


def short(name: str = "a") -> dict[str, Any]:
    text = "In 2008 the talks began; it cost five.\n"
    return record(name, text, year(text))


# --- every format


@pytest.mark.parametrize("kind", [one.name for one in FORMATS if one.same_bytes])
def test_the_same_output_gives_the_same_bytes(tmp_path: Path, kind: str) -> None:
    """No clock, no chance: two exports of the difficult texts are alike, file by file."""
    out = write(tmp_path / "out", *difficult())
    contents = []
    for folder in (tmp_path / "one", tmp_path / "two"):
        folder.mkdir()
        export(format_of(kind), out, target_of(folder, kind))
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        contents.append([(str(path.relative_to(folder)), path.read_bytes()) for path in files])
    assert contents[0] == contents[1]
    assert contents[0]


@pytest.mark.parametrize("kind", NAMES)
@pytest.mark.parametrize(
    ("broken", "message"),
    [
        ({"schema": "annotate/1"}, "is an annotate/1 record"),
        ({"lang": 7}, "annotations.jsonl:2: Expected `str`, got `int` - at `$.lang`"),
        ({"text": "Other."}, "annotations.jsonl:2: span s1: "),
    ],
)
def test_an_output_that_is_not_in_order_leaves_nothing(
    tmp_path: Path, kind: str, broken: dict[str, Any], message: str
) -> None:
    """An older schema, a record that does not validate: a message with the file and line, and no half of one."""
    out = write(tmp_path / "out", short(), {**short("b"), **broken})
    with pytest.raises(ExportError) as told:
        export(format_of(kind), out, target_of(tmp_path, kind))
    assert message in str(told.value)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@contextmanager
def no_more_than(size: int) -> Iterator[None]:
    """No file of this process may grow beyond so many bytes: the system itself refuses."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("kind", NAMES)
def test_a_full_disk_is_told_and_leaves_what_stood_there(tmp_path: Path, kind: str) -> None:
    """A real refusal of the system while it is written; the earlier export is whole, and nothing else is left."""
    out = write(tmp_path / "out", short())
    target = target_of(tmp_path, kind)
    export(format_of(kind), out, target)
    before = sorted((path, path.read_bytes()) for path in [target, *target.rglob("*")] if path.is_file())
    noise = (os.urandom(40).hex() for _ in range(1500))  # nothing that could be packed
    long = {**short("long"), "text": short()["text"] + os.urandom(50_000).hex()}  # for a file a document
    write(out, *({**short(f"{name}{number}"), "facts": []} for number, name in enumerate(noise)), long)
    with no_more_than(65_536), pytest.raises(OutputError, match="ulimit -f"):
        export(format_of(kind), out, target, force=True)
    assert sorted((path, path.read_bytes()) for path in [target, *target.rglob("*")] if path.is_file()) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["out", target.name])


@pytest.mark.parametrize("kind", NAMES)
def test_what_is_there_is_left_alone(tmp_path: Path, kind: str) -> None:
    """What somebody has edited is not lost by exporting again, unless that is asked for."""
    out, target = write(tmp_path / "out", short()), target_of(tmp_path, kind)
    export(format_of(kind), out, target)
    edited = target / "mine" if format_of(kind).folder else target
    edited.write_text("edited")
    with pytest.raises(ExportError, match="is there already; --force replaces it"):
        export(format_of(kind), out, target)
    assert edited.read_text() == "edited"
    export(format_of(kind), out, target, force=True)
    assert not edited.exists() or edited.read_bytes() != b"edited"
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["out", target.name])


@pytest.mark.parametrize("kind", NAMES)
@pytest.mark.parametrize("count", [100, pytest.param(3000, marks=pytest.mark.slow)])
def test_ten_times_as_many_records_take_no_more_memory(tmp_path: Path, kind: str, count: int) -> None:
    """What is written goes to the disk as it comes: all records at once would be 20 kB each."""
    peaks = []
    for number in (count // 10, count // 10, count):  # what is loaded once is loaded in the first of them
        out = write(tmp_path / "out", *(linked(f"a{name}") for name in range(number)))
        tracemalloc.start()
        export(format_of(kind), out, target_of(tmp_path, kind), force=True)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[2] < peaks[1] + 1_000_000 + 500 * count


# --- folders


def many(articles: Any, path: Path) -> Written:
    """A format of a file a document."""
    done = Written()
    for done.count, article in enumerate(articles, 1):
        (path / f"{done.count}.txt").write_text(article.id)
    return done


def test_a_folder_appears_whole_and_replaces_only_its_like(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the output breaks off the earlier folder stays; one that no export has made is never touched."""
    kind = Format("many", "", "", "document", "test_many", folder=True)
    monkeypatch.setattr(Format, "write", property(lambda _: many))
    out, target = write(tmp_path / "out", short("a"), short("b")), tmp_path / "made"
    export(kind, out, target)
    assert sorted(path.name for path in target.iterdir()) == [MARK, "1.txt", "2.txt"]
    write(out, short("a"), {**short("b"), "lang": 7})
    with pytest.raises(ExportError, match=r"annotations\.jsonl:2"):
        export(kind, out, target, force=True)
    assert sorted(path.name for path in target.iterdir()) == [MARK, "1.txt", "2.txt"]
    write(out, short("c"))
    export(kind, out, target, force=True)
    assert sorted(path.name for path in target.iterdir()) == [MARK, "1.txt"]
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "letters").write_text("dear")
    with pytest.raises(ExportError, match="nothing that an export has made"):
        export(kind, out, mine, force=True)
    with pytest.raises(ExportError, match=r"is a folder; name a file"):
        export(format_of("csv"), out, mine, force=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["made", "mine", "out"]


# --- after decisions


def reviewed(out: Path, *decisions: Callable[[Any], None]) -> list[Decision]:
    with desk_of(out) as desk:
        for one in decisions:
            one(desk)
    return list(journal_of(out).decisions)


def test_an_article_without_decisions_is_its_record(tmp_path: Path) -> None:
    """Nothing is made anew where nothing was decided."""
    (one,) = articles(write(tmp_path / "out", linked()))
    assert one.decided().record is one.record
    assert one.decided().verdicts == {}


def test_an_article_after_decisions_is_a_record_in_order(tmp_path: Path) -> None:
    """Rejected out, corrected corrected, added added with an id of its own; links and facts follow."""
    out = write(tmp_path / "out", linked())
    mine = reviewed(
        out,
        lambda desk: decide(desk, "accept", "deep strategic tie"),
        lambda desk: decide(desk, "reject", "5 million euros"),
        lambda desk: decide(desk, "correct", "2009", wanted(LINKED, "of 2009", "DATE", {"timex": "2009-05"})),
        lambda desk: decide(desk, "add", None, wanted(LINKED, "Since", "LAW", {"x": 1})),
    )
    (one,) = articles(out, mine)
    made = one.decided()
    assert invariants(Record.from_dict(made.record)) == []
    by_id = {span["id"]: span for span in made.record["spans"]}
    assert [*by_id] == ["s7", "s1", "s2", "s3", "s4", "s6"]
    assert (by_id["s7"]["text"], by_id["s7"]["rule"], by_id["s7"]["value"]) == ("Since", ADDED, {"x": 1})
    assert (by_id["s4"]["text"], by_id["s4"]["value"]["end"]) == ("of 2009", "2009-05-31")
    assert (by_id["s3"]["value"]["date_span"], by_id["s3"]["value"]["amount_span"]) == ("s4", None)
    assert made.verdicts == {"s7": "add", "s2": "accept", "s4": "correct"}
    (fact,) = made.record["facts"]
    assert (fact["subject"], fact["date"], fact["amount"]) == ("s3", "s4", None)
    mine = reviewed(out, lambda desk: decide(desk, "reject", "pact \U0001f91d of 2009"))
    (one,) = articles(out, mine)
    assert one.decided().record["facts"] == []


# --- tokens


@pytest.mark.parametrize("name", TEXTS)
def test_tokens_give_the_text_back_and_spans_are_whole_tokens(name: str) -> None:
    """As Prodigy has them, and as a `Doc` of spaCy: both have the text to the character."""
    for one in (made for made in difficult() if made["id"] == name):
        made = whole_tokens(one["text"], one["spans"])
        rows = [*made.rows()]
        assert "".join(row["text"] + " " * row["ws"] for row in rows) == one["text"]
        assert Doc(Vocab(), made.words, made.spaces).text == one["text"]
        for span in one["spans"]:
            first, after = made.within(span["start"], span["end"])
            assert (rows[first]["start"], rows[after - 1]["end"]) == (span["start"], span["end"])


@given(st.text(alphabet="a1 \t\n\u200b\u0301😀é,"), st.data())
def test_tokens_are_cut_where_spans_are(text: str, data: st.DataObject) -> None:
    """Whatever a span holds, be it white space, its ends are ends of tokens."""
    places = st.tuples(st.integers(0, max(0, len(text) - 1)), st.integers(1, max(1, len(text))))
    drawn = data.draw(st.lists(places, max_size=3)) if text else []
    spans = [{"start": start, "end": end} for start, end in drawn if start < end]
    made = whole_tokens(text, spans)
    rows = [*made.rows()]
    assert "".join(row["text"] + " " * row["ws"] for row in rows) == text
    assert all(row["text"] for row in rows)
    for span in spans:
        first, after = made.within(span["start"], span["end"])
        assert (rows[first]["start"], rows[after - 1]["end"]) == (span["start"], span["end"])


@pytest.mark.parametrize("text", ["a  b", "a \n b", "  a b ", "a\t b", "a\u00a0b  ", "a\r\nb", "a    \n\n  b", "a b  "])
def test_white_space_is_in_tokens_as_spacy_has_it(text: str) -> None:
    """One space belongs to the token before it, all else is a token."""
    made = whole_tokens(text)
    assert [*zip(made.words, made.spaces, strict=True)] == [
        (token.text, bool(token.whitespace_)) for token in Tokenizer(Vocab())(text)
    ]


# --- the command line


def call(*arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, [str(argument) for argument in arguments], env={"COLUMNS": "80"})
    return done.exit_code, done.output


def test_the_list_is_readable_on_a_narrow_terminal() -> None:
    """Each format with what it is, what it keeps and whether it comes back, in lines of at most 80 columns."""
    status, said = call("export", "--list")
    assert status == 0
    lines = said.splitlines()
    assert max(map(len, lines)) <= 80
    flat = " ".join(said.split())
    for one in FORMATS:
        assert any(line.startswith(one.name) for line in lines)
        assert one.help in flat
        assert one.keeps in flat


def test_an_output_may_be_a_file(tmp_path: Path) -> None:
    """Its decisions stand beside it."""
    out = write(tmp_path / "out", short()) / "annotations.jsonl"
    target = tmp_path / "a.csv"
    assert call("export", "csv", out, "-o", target) == (0, f"{target}: 1 entity\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["docx", "out", "-o", "x"], "'docx' is no format; there are "),
        (["csv", "nowhere", "-o", "x.csv"], "nowhere"),
        (["csv", "out", "-o", "there/x.csv"], "there: there is no such folder; make it"),
        (["csv", "out", "-o", "out"], "out: is a folder; name a file with -o"),
    ],
)
def test_a_wrong_call_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    """What is wrong, and what to do; nothing is written."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "out", short())
    status, said = call("export", *arguments)
    assert (status, message in said) == (2, True), said
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("name", ["tokens", "formats", "articles", "export"])
def test_the_examples_in_the_docstrings_are_true(name: str) -> None:
    """Every example in a docstring gives what it says."""
    assert doctest.testmod(import_module(f"annotate.export.{name}")).failed == 0


def test_an_article_holds_no_more_than_its_record() -> None:
    """A record alone is an article, for whoever writes a format and wants to try it."""
    assert Article(json.loads(json.dumps(linked()))).decided().record["id"] == "linked"
