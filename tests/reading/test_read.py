"""The read stage: what comes in is kept to the letter, what cannot be read is told and set aside."""

from __future__ import annotations

import builtins
import doctest
import gzip
import io
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

import orjson
import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotate.reading import days, decode, find, formats, webpage
from annotate.reading import read as stage
from annotate.reading.read import Input, InputError, expand, read
from annotate.records import Document, Failure
from inputs import (
    TEXT,
    as_parquet,
    as_table,
    codes,
    document,
    documents,
    failure,
    ids,
    outcomes,
    page,
    put,
    rows,
    sources,
)

pytestmark = pytest.mark.usefixtures("here")


def test_the_examples_in_the_docstrings_run() -> None:
    """Every example in a docstring of the stage's modules gives what it says."""
    results = [doctest.testmod(module) for module in (stage, find, decode, formats, webpage, days)]
    assert sum(result.attempted for result in results) > 5
    assert sum(result.failed for result in results) == 0


# --- which files --------------------------------------------------------------------------------


def test_a_folder_is_read_with_all_below_it_sorted_by_relative_path() -> None:
    """The order is that of the paths, whatever order the disk lists them in."""
    for name in ("corpus/nl/b.txt", "corpus/nl/a.txt", "corpus/c.txt", "corpus/en/z.jsonl"):
        put(name)
    assert sources("corpus") == ["corpus/c.txt", "corpus/en/z.jsonl", "corpus/nl/a.txt", "corpus/nl/b.txt"]


@pytest.mark.parametrize(
    "name",
    [
        ".hidden.txt",
        ".git/x.txt",
        "x.json",
        "x.gold.json",
        "y.gold.jsonl",
        "x.pdf",
        "x",
        "README.md",
        "nl/ReadMe.md",
        "x.parquet.gz",
    ],
)
def test_a_folder_passes_over_what_is_no_article(name: str) -> None:
    """Hidden files, unknown suffixes, README.md and gold files are left alone in a folder and in a glob."""
    put(f"corpus/{name}")
    put("corpus/a.txt")
    assert sources("corpus") == sources("corpus/**/*") == sources("corpus/**") == ["corpus/a.txt"]


@pytest.mark.parametrize(
    "suffix", ["txt", "TXT", "md", "markdown", "html", "htm", "jsonl", "ndjson", "csv", "tsv", "parquet"]
)
def test_every_known_suffix_is_found_in_a_folder(suffix: str) -> None:
    """The suffix decides, in capitals or not."""
    put(f"corpus/a.{suffix}")
    assert sources("corpus") == [f"corpus/a.{suffix}"]
    assert ids("corpus") == ["a"]


@pytest.mark.parametrize(
    ("given_path", "source"),
    [
        ("corpus/nl/x.txt", "corpus/nl/x.txt"),
        ("./corpus/nl/x.txt", "corpus/nl/x.txt"),
        ("corpus", "corpus/nl/x.txt"),
        ("corpus/", "corpus/nl/x.txt"),
        ("./corpus/../corpus/", "corpus/nl/x.txt"),
        (".", "corpus/nl/x.txt"),
        ("corpus/*/x.txt", "corpus/nl/x.txt"),
        ("corpus/*", "corpus/nl/x.txt"),
        ("**/*.txt", "corpus/nl/x.txt"),
    ],
)
def test_a_source_is_the_path_as_given_but_clean(given_path: str, source: str) -> None:
    """However the input is spelled, the source is one relative posix path."""
    put("corpus/nl/x.txt")
    assert sources(given_path) == [source]


def test_no_source_is_absolute(here: Path) -> None:
    """Of an absolute folder its own name stays, of an absolute file only the file's."""
    put("in/corpus/nl/x.txt")
    assert sources(str(here / "in/corpus")) == ["corpus/nl/x.txt"]
    assert sources(str(here / "in/corpus/nl/x.txt")) == ["x.txt"]
    assert sources(str(here / "in/corpus/*/x.txt")) == ["corpus/nl/x.txt"]


def test_leading_parent_parts_are_dropped_from_a_source(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`../data/x.txt` is `data/x.txt` in a record: where the user stood is nobody's business."""
    put("data/x.txt")
    put("work/y.txt")
    monkeypatch.chdir(here / "work")
    assert sources("../data") == sources("../data/x.txt") == sources("../data/*.txt") == ["data/x.txt"]
    assert sources("..") == ["data/x.txt", "work/y.txt"]


def test_inputs_keep_their_order_and_a_file_named_twice_is_read_once(here: Path) -> None:
    """A file in two inputs is no duplicate: it is one file."""
    put("b/1.txt")
    put("a/2.txt")
    assert sources("b", "a", "b/1.txt", "./b//1.txt", str(here / "a")) == ["b/1.txt", "a/2.txt"]


def test_a_path_that_exists_is_not_taken_for_a_glob() -> None:
    """`[draft] x.txt` is a file's name where there is such a file."""
    put("[draft] x.txt")
    put("d x.txt")
    assert sources("[draft] x.txt") == ["[draft] x.txt"]


def test_a_loop_of_links_ends() -> None:
    """A folder that links to its own parent is not followed."""
    put("corpus/a.txt")
    Path("corpus/again").symlink_to(".")
    assert sources("corpus") == sources("corpus/**/*.txt") == ["corpus/a.txt"]


def test_a_link_to_a_file_is_read() -> None:
    """Datasets under version control often are links to files."""
    put("store/1")
    Path("x.txt").symlink_to("store/1")
    assert document("x.txt").text == TEXT


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_a_file_name_that_is_not_utf8_still_gives_a_record_that_is() -> None:
    """The odd byte is spelled out, in the source and in the id."""
    Path(os.fsdecode(b"caf\xe9.txt")).write_text(TEXT)
    found = document(".")
    assert (found.source, found.id) == ("caf\\xe9.txt", "caf\\xe9")


def test_the_list_of_files_opens_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Finding is cheap: names only."""
    put("corpus/a.txt")
    monkeypatch.setattr(io, "open", None)
    monkeypatch.setattr(builtins, "open", None)
    assert expand(["corpus", "-"]) == [
        Input(Path("corpus/a.txt"), "corpus/a.txt", "a"),
        Input(None, "stdin", "stdin"),
    ]


@pytest.mark.parametrize(
    ("inputs", "says"),
    [
        ([], "nothing to read"),
        ([""], "empty path"),
        (["nowhere"], "nowhere: no such file or folder"),
        (["nowhere/x.txt"], "nowhere/x.txt: no such"),
        (["*.txt"], r"\*\.txt: matches no file"),
        (["nowhere/**/*.txt"], "matches no file"),
        (["**.md"], "between slashes|goes into folders"),  # from Python 3.13 on it is the same as `*.md`
        (["bare"], "bare: no file to read .*known suffixes: .txt"),
        (["bare/*"], "matches no file"),
        (["full", "nowhere"], "nowhere"),
        (["a\0b"], "no such file"),
    ],
)
def test_a_wrong_call_is_told_at_once(inputs: list[str], says: str) -> None:
    """What was named and is not there stops the run before it starts, by name."""
    put("bare/notes.pdf")
    put("full/x.txt")
    with pytest.raises(InputError, match=says):
        read(inputs)
    with pytest.raises(InputError, match=says):
        expand(inputs)


def test_a_single_file_of_unknown_format_is_one_failure() -> None:
    """`annotate run corpus/*` meets other files too; the message lists what can be read."""
    put("a.txt")
    put("b.pdf")
    put("c")
    found = outcomes("a.txt", "b.pdf", "c")
    assert codes(found) == ["ok", "unknown-format", "unknown-format"]
    assert isinstance(found[1], Failure)
    assert ".jsonl" in found[1].message


def test_files_that_are_passed_over_are_counted_by_suffix() -> None:
    """Once each, however many inputs name them; hidden files, README and gold files are no articles to be missed."""
    for name in ("a.docx", "b.DOCX", "c.pdf", "d.json", "e.parquet.gz", "f", ".hidden.pdf", "README.md", "g.gold.json"):
        put(f"news/{name}")
    put("news/x.txt")
    counts = {"": 1, ".docx": 2, ".json": 1, ".parquet.gz": 1, ".pdf": 1}
    assert read(["news"]).passed_over == read(["news/*"]).passed_over == read(["news", "news/**"]).passed_over == counts
    assert read(["news/x.txt"]).passed_over == {}


@pytest.mark.parametrize(
    ("name", "says"), [("a.json", "jq -c"), ("a.parquet.gz", "gunzip"), ("a.parquet.zst", "unzstd")]
)
def test_what_is_nearly_a_known_format_says_what_to_do(name: str, says: str) -> None:
    """Named by itself, and where a folder holds nothing else."""
    put(f"news/{name}")
    assert failure(f"news/{name}").error == "unknown-format"
    assert says in failure(f"news/{name}").message
    with pytest.raises(InputError, match=says):
        read(["news"])


def test_a_readme_named_by_itself_is_read() -> None:
    """Only a folder passes it over."""
    put("README.md")
    assert document("README.md").id == "README"


# --- ids ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "id_"),
    [
        ("x.txt", "x"),
        ("2025.04.14-x.txt", "2025.04.14-x"),
        ("a.b.TXT.GZ", "a.b"),
        ("x.md.zst", "x"),
        ("x.jsonl.gz", "x"),
    ],
)
def test_an_id_is_the_stem_of_the_file(name: str, id_: str) -> None:
    """Format and packing are not part of it, other dots are."""
    put(name)
    assert ids(name) == [id_]


def test_a_shared_stem_gives_way_to_the_path_below_the_root() -> None:
    """Files that share a stem are told apart by folder, the others keep the short id."""
    for name in ("c/nl/1.txt", "c/en/1.txt", "c/en/2.txt", "c/1.md"):
        put(name)
    assert ids("c") == ["1", "en/1", "2", "nl/1"]
    assert ids("c/nl/1.txt", "c/en/1.txt") == ["c/nl/1", "c/en/1"]


def test_a_path_shared_by_two_roots_is_told_apart_by_the_root() -> None:
    """Two folders of the same shape do not cost half of the documents."""
    put("a/nl/1.txt")
    put("b/nl/1.txt")
    assert ids("a", "b") == ["a/nl/1", "b/nl/1"]


def test_absolute_files_are_told_apart_below_what_they_have_in_common(here: Path) -> None:
    """`find /data -name '*.txt' | xargs annotate run` gives ids without `/data`."""
    put("nl/1.txt")
    put("en/1.txt")
    assert ids(str(here / "nl/1.txt"), str(here / "en/1.txt")) == ["nl/1", "en/1"]


def test_a_row_without_id_is_named_by_its_line() -> None:
    """The stem is told apart as for any file, the line is the one in the file."""
    put("nl/news.jsonl", b"\n" + rows({"text": "een"}, {"text": "twee", "id": 7}, {"text": "drie", "id": " "}))
    put("en/news.csv", "text\none\n")
    assert [d.id for d in documents("nl")] == ["news:2", "7", "news:4"]
    assert [d.id for d in documents(".")] == ["en/news:2", "nl/news:2", "7", "nl/news:4"]


@pytest.mark.parametrize(("given_id", "id_"), [("a", "a"), (12, "12"), (1.5, "1.5"), (True, "true"), ([1], "[1]")])
def test_an_id_becomes_a_string(given_id: object, id_: str) -> None:
    """A number is as good an id as a word."""
    put("x.jsonl", rows({"id": given_id, "text": TEXT}))
    assert document("x.jsonl").id == id_


def test_of_two_documents_with_one_id_the_first_is_kept() -> None:
    """The second becomes a failure that says where the first is."""
    put("a.jsonl", rows({"id": "x", "text": "een"}, {"id": "y", "text": "twee"}, {"id": "x", "text": "drie"}))
    put("x.txt")
    first, _, again, other = outcomes("a.jsonl", "x.txt")
    assert isinstance(first, Document)
    assert first.text == "een"
    assert isinstance(again, Failure)
    assert (again.id, again.source, again.error) == ("x", "a.jsonl:3", "duplicate-id")
    assert "a.jsonl:1" in again.message
    assert isinstance(other, Failure)
    assert (other.source, other.error) == ("x.txt", "duplicate-id")


def test_two_formats_of_one_name_in_a_folder_are_a_duplicate() -> None:
    """Only a person can say which of `x.md` and `x.txt` is meant."""
    put("x.md")
    put("x.txt")
    assert codes(outcomes(".")) == ["ok", "duplicate-id"]


def test_a_failed_document_does_not_take_its_id() -> None:
    """An empty row does not push out the good one after it."""
    put("a.jsonl", rows({"id": "x", "text": ""}, {"id": "x", "text": "goed"}))
    assert codes(outcomes("a.jsonl")) == ["empty", "ok"]


# --- text ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["a\nb\n", "a\r\nb\r\n", "a\rb", "\n a\u2028b\x0b\x85 ", "é\U0001f600"])
@pytest.mark.parametrize("suffix", ["txt", "md", "txt.gz", "txt.zst"])
def test_a_text_is_kept_to_the_letter(text: str, suffix: str) -> None:
    """Line endings and blanks at the ends stay: offsets count them."""
    data = text.encode()
    packed = {"txt.gz": gzip.compress(data), "txt.zst": zstandard.compress(data)}
    put(f"a.{suffix}", packed.get(suffix, data))
    assert document(f"a.{suffix}") == Document("a", text, f"a.{suffix}")


words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)
anything = words.filter(lambda text: not text.isspace())


@given(text=anything.filter(lambda text: not text.startswith("\ufeff")))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_comes_back_from_a_txt_file(text: str) -> None:
    """UTF-8 in, the same characters out (but for a byte order mark, which is not text)."""
    put("a.txt", text)
    assert document("a.txt").text == text


@given(texts=st.lists(anything, min_size=1), ascii_only=st.booleans())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_comes_back_from_jsonl(texts: list[str], ascii_only: bool) -> None:
    """Whatever JSON writer made it, each text is the same again."""
    lines = [json.dumps({"text": text}, ensure_ascii=ascii_only) for text in texts]
    put("a.jsonl", "\n".join(lines))
    assert [found.text for found in documents("a.jsonl")] == texts


@given(texts=st.lists(anything.filter(lambda text: not text.startswith("\ufeff")), min_size=1))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_comes_back_from_csv(texts: list[str]) -> None:
    """In quotes a cell may hold anything, line ends too, and they are not changed."""
    quoted = ['"' + text.replace('"', '""') + '"' for text in texts]
    put("a.csv", "text\r\n" + "\r\n".join(quoted) + "\r\n")
    assert [found.text for found in documents("a.csv")] == texts


@given(
    data=st.binary(min_size=1, max_size=400),
    suffix=st.sampled_from(["txt", "md", "jsonl", "csv", "txt.gz", "csv.zst"]),
)
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_bytes_make_the_stage_raise(data: bytes, suffix: str) -> None:
    """Whatever a file holds, it ends in documents and failures."""
    put(f"a.{suffix}", data)
    for found in outcomes(f"a.{suffix}"):
        orjson.dumps(found.to_dict() if isinstance(found, Failure) else [found.id, found.text, found.meta])


# --- encodings ----------------------------------------------------------------------------------

RUSSIAN = "Президент России подписал соглашение о партнёрстве с Казахстаном в понедельник.\r\n"
FRENCH = "Le président a signé un accord à l'Élysée, à Paris, où étaient présents les délégués.\r\n"
SPANISH = "El señor García firmó el acuerdo de cooperación económica el lunes en España.\r\n"
TURKISH = "Cumhurbaşkanı işbirliği anlaşmasını imzaladı, açıklama yapıldı.\r\n"
POLISH = "Rząd podpisał porozumienie o współpracy gospodarczej z Ukrainą.\r\n"
JAPANESE = "日本政府は月曜日、経済連携協定に署名したと発表した。外務省が明らかにした。\r\n"
CHINESE = "中国政府周一宣布签署全面战略伙伴关系协议，外交部发言人表示。\r\n"

WITH_MARK = [("utf-8-sig", "utf-8-sig"), ("utf-16", "utf-16"), ("utf-32", "utf-32")]
LEGACY = [
    (FRENCH, "cp1252"),
    (SPANISH, "cp1252"),
    (TURKISH, "cp1254"),
    (POLISH, "cp1250"),
    (RUSSIAN, "cp1251"),
    (RUSSIAN, "koi8_r"),
    (JAPANESE, "cp932"),
    (JAPANESE, "euc_jp"),
    (CHINESE, "gb18030"),
]


@pytest.mark.parametrize(("codec", "noted"), WITH_MARK)
@pytest.mark.parametrize("suffix", ["txt", "jsonl", "csv", "txt.gz"])
def test_a_byte_order_mark_is_obeyed_and_is_not_text(codec: str, noted: str, suffix: str) -> None:
    """The mark says the encoding, the record says so too."""
    content = {
        "jsonl": json.dumps({"text": JAPANESE}, ensure_ascii=False),
        "csv": f'text\r\n"{JAPANESE}"\r\n',
    }
    data = content.get(suffix, JAPANESE).encode(codec)
    put(f"a.{suffix}", gzip.compress(data) if suffix.endswith("gz") else data)
    found = document(f"a.{suffix}")
    assert (found.text, found.meta["encoding"]) == (JAPANESE, noted)


@pytest.mark.parametrize("order", ["le", "be"])
def test_utf16_of_either_byte_order_is_read(order: str) -> None:
    """Windows writes the one, some databases the other."""
    mark = b"\xff\xfe" if order == "le" else b"\xfe\xff"
    put("a.txt", mark + TEXT.encode(f"utf-16-{order}"))
    assert document("a.txt").text == TEXT


@pytest.mark.parametrize(("text", "codec"), LEGACY)
@pytest.mark.parametrize("suffix", ["txt", "jsonl", "csv"])
def test_an_older_encoding_is_detected_and_noted(text: str, codec: str, suffix: str) -> None:
    """Texts of one sentence are enough, in whole files and in rows."""
    content = {"jsonl": json.dumps({"text": text}, ensure_ascii=False) + "\n", "csv": f'text\r\n"{text}"\r\n'}
    put(f"a.{suffix}", content.get(suffix, text).encode(codec))
    found = document(f"a.{suffix}")
    assert (found.text, found.meta["encoding"]) == (text, codec)


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv"])
def test_one_encoding_serves_a_whole_file(name: str) -> None:
    """A short row is read as the longer ones around it are, and a plain row is noted as plain."""
    texts = ["plain", "señor", SPANISH, "más", "plain"]
    content = {"a.csv": "text\n" + "".join(f'"{text}"\n' for text in texts)}
    lines = "".join(json.dumps({"text": text}, ensure_ascii=False) + "\n" for text in texts)
    put(name, content.get(name, lines).encode("cp1252"))
    found = documents(name)
    assert [one.text for one in found] == texts
    assert [one.meta.get("encoding") for one in found] == [None, "cp1252", "cp1252", "cp1252", None]


def test_an_encoding_that_was_guessed_is_said() -> None:
    """One that a mark or the page itself names is no guess."""
    head = '<meta charset="windows-1252">'
    put("guessed.txt", SPANISH.encode("cp1252"))
    put("guessed.jsonl", json.dumps({"text": SPANISH}, ensure_ascii=False).encode("cp1252"))
    put("guessed.csv", f'text\n"{SPANISH}"\n'.encode("cp1252"))
    put("guessed.md", f"---\ntitle: x\n---\n{SPANISH}".encode("cp1252"))
    put("guessed.html", page().encode("cp1252"))
    put("sure.txt", SPANISH.encode("utf-16"))
    put("sure.html", page(head).encode("cp1252"))
    put("sure.jsonl", rows({"text": SPANISH}))
    found = [one for name in sorted(Path().iterdir()) for one in documents(str(name))]
    assert [[notice.kind for notice in one.notices] for one in found] == [["encoding"]] * 5 + [[]] * 3
    assert [one.notices[0].found for one in found[:5]] == [one.meta["encoding"] for one in found[:5]]


def test_the_first_row_that_needs_an_older_encoding_settles_that_of_the_file() -> None:
    """A row at the end, too short to tell by itself, is not read in another."""
    texts = [POLISH.strip()] * 3 + ["x" * 3000] * 40 + ["żółć"]
    put("a.jsonl", "".join(json.dumps({"text": t}, ensure_ascii=False) + "\n" for t in texts).encode("cp1250"))
    assert [one.text for one in documents("a.jsonl")] == texts
    put("b.txt", "żółć".encode("cp1250"))
    assert document("b.txt").text != "żółć"


def test_plain_utf8_is_not_noted() -> None:
    """The ordinary case leaves no trace in the record."""
    put("a.txt")
    assert document("a.txt").meta == {}


def test_damaged_utf8_is_not_taken_for_an_older_encoding() -> None:
    """One bad byte in a UTF-8 file must not turn `één` into `Ã©Ã©n` unseen."""
    put("a.txt", "één café, België".encode() + b" caf\xe9")
    put("b.jsonl", b'{"text": "\xc3\xa9\xc3\xa9n"}\n{"text": "\xc3\xa9\xc3\xa9n caf\xe9"}\n{"text": "goed"}\n')
    assert failure("a.txt").error == "encoding"
    found = outcomes("b.jsonl")
    assert codes(found) == ["ok", "encoding", "ok"]
    assert isinstance(found[1], Failure)
    assert found[1].source == "b.jsonl:2"


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"text\0text", "binary"),
        ("één".encode() + b" caf\xe9 \xe9", "encoding"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "binary"),
        (bytes(range(1, 256)) * 4, "binary"),
        ("é".encode("utf-16-le") + TEXT.encode("utf-16-le"), "binary"),
        (bytes(random.Random(0).choices(range(128, 256), k=600)), "encoding"),
        (b"\xff\xfea", "encoding"),
        (b"\xff\xfe\x00\xd8a\x00", "encoding"),
        (b"\xef\xbb\xbfcaf\xe9", "encoding"),
        (b"Half a pair: \xed\xa0\x80.", "lone-surrogate"),
    ],
)
def test_bytes_that_are_no_text_are_a_failure(data: bytes, error: str) -> None:
    """Binary, undecodable and half characters are told apart."""
    put("a.txt", data)
    assert failure("a.txt").error == error


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.tsv"])
def test_a_binary_file_named_as_rows_is_one_failure(name: str) -> None:
    """Not one for each of its lines."""
    put(name, b"PK\x03\x04\0\0\x08\xff\xfe\n" * 50)
    assert failure(name).error == "binary"


def test_rows_of_utf8_may_hold_some_nul_bytes() -> None:
    """They cost their own rows; where more than every fourth byte is one, the file is no text but UTF-16 or so."""
    put("a.jsonl", b'{"text": "een"}\n{"text": "t\0wee"}\n{"text": "drie"}\n')
    assert codes(outcomes("a.jsonl")) == ["ok", "nul-byte", "ok"]
    put("b.jsonl", b"abc\0\0" * 64 + b"\n")
    assert codes(outcomes("b.jsonl")) == ["binary"]
    put("c.jsonl", b"abcd\0" * 64 + b"\n")
    assert codes(outcomes("c.jsonl")) == ["nul-byte"]


# --- markdown -----------------------------------------------------------------------------------


def test_front_matter_is_read_as_strings_and_the_body_is_left_alone() -> None:
    """`no`, `12:30` and `010` stay what they are; title and unknown keys go to meta."""
    put(
        "a.md",
        "---\nid: x1\ntitle: No\ndate: 2025-04-14\nlang: no\nregion: NO\nat: 12:30\nn: 010\nl: [a, b]\n---\n\n# A\r\n",
    )
    assert document("a.md") == Document(
        id="x1",
        text="\n# A\r\n",
        source="a.md",
        lang="no",
        region="NO",
        date="2025-04-14",
        date_source="front_matter",
        meta={"title": "No", "at": "12:30", "n": "010", "l": ["a", "b"]},
    )


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("# A\n---\nb\n", "# A\n---\nb\n"),
        ("\n---\na: b\n---\n", "\n---\na: b\n---\n"),
        ("---- \nx", "---- \nx"),
        ("---\n---\nx", "x"),
        ("---\n# comment\n...\nx", "x"),
        ("---\r\na: b\r\n---\r\nx\r\n", "x\r\n"),
        ("---  \na: b\n---  \n---\nx", "---\nx"),
    ],
)
def test_front_matter_begins_on_the_first_line_or_not_at_all(text: str, body: str) -> None:
    """What stands further down is text."""
    put("a.markdown", text)
    assert document("a.markdown").text == body


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("---\ntitle: x\n\nNever closed.\n", "closes"),
        ("---\ntitle: a: b\n---\nx", "line 2, column 9"),
        ("---\na: 1\nb: 2\na: 3\n---\nx", "line 4, column 1: duplicate key 'a'; it stands already on line 2"),
        ("---\n- a\n---\nx", "key: value"),
        ("---\nJust words.\n---\nx", "key: value"),
        ("---\na: &x [b]\nc: *x\n---\nx", "alias"),
        ("---\n[a]: b\n---\nx", "key"),
        ("---\na: \x07\n---\nx", "line 2, column 4"),
        ("---\né: één\x07\n---\nx", "line 2, column 7"),
        ("---\na: " + "[" * 100_000 + "\n---\nx", "deep"),
        ("---\n" + "? " * 100_000 + "a\n---\nx", "deep"),
        ("---\n" + "-  " * 100_000 + "a\n---\nx", "deep"),
    ],
)
def test_bad_front_matter_is_told_with_its_place(text: str, says: str) -> None:
    """It never becomes part of the text, and no key is dropped without a word."""
    put("a.md", text)
    found = failure("a.md")
    assert found.error == "bad-front-matter"
    assert says in found.message


def test_half_a_character_in_front_matter_is_told() -> None:
    """YAML can spell what JSON cannot hold."""
    put("a.md", '---\ntitle: "\\ud800"\n---\nx')
    assert failure("a.md").error == "lone-surrogate"


def test_a_file_with_front_matter_only_is_empty() -> None:
    """The text is what follows it."""
    put("a.md", "---\ntitle: x\n---\n")
    assert failure("a.md").error == "empty"


# --- html ---------------------------------------------------------------------------------------


def test_html_gives_its_main_text_title_address_and_date() -> None:
    """The menu is no text; what the page says of itself is kept."""
    head = (
        '<link rel="canonical" href="https://nieuws.example.nl/bezoek">'
        '<meta property="article:published_time" content="2025-04-14T23:30:00+02:00">'
    )
    put("a.html", page(head))
    found = document("a.html")
    assert "één akkoord" in found.text
    assert found.text.endswith("€ 5.")
    assert "Menu" not in found.text
    assert (found.date, found.date_source) == ("2025-04-14", "html")
    assert found.meta == {
        "title": "Het bezoek",
        "url": "https://nieuws.example.nl/bezoek",
        "hostname": "example.nl",
    }


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ('<meta name="DC.date.issued" content="2025-04-14">', ""),
        ('<meta name="pubdate" content="20250414">', ""),
        ('<meta itemprop="datePublished" content="2025-04-14 10:00">', ""),
        (
            '<script type="application/ld+json">{"datePublished": "2025-04-14T09:00Z"}</script>',
            "",
        ),
        ("", '<time itemprop="datePublished" datetime="2025-04-14">gisteren</time>'),
        ('<meta name="date" content="gisteren"><meta name="datecreated" content="2025-04-14">', ""),
        (
            '<meta name="date" content="2025-05-01"><meta property="article:published_time" content="2025-04-14">',
            '<time datetime="2025-06-01">1 juni</time>',
        ),
    ],
)
def test_a_date_that_a_page_declares_is_taken(head: str, body: str) -> None:
    """The more specific declaration wins, one that is no date is passed over."""
    put("a.html", page(head, body))
    assert (document("a.html").date, document("a.html").date_source) == ("2025-04-14", "html")


@pytest.mark.parametrize(
    "head",
    [
        "",
        '<meta property="article:published_time" content="2025-04">',
        '<meta name="date" content="vandaag">',
    ],
)
def test_a_page_without_a_whole_date_has_none(head: str) -> None:
    """Neither the clock nor a date in the running text (1950) completes it."""
    put("a.html", page(head))
    found = document("a.html")
    assert (found.date, found.date_source) == (None, None)
    put("2025-04-14.html", page(head))
    assert document("2025-04-14.html").date_source == "filename"


def test_a_page_is_read_the_same_each_time() -> None:
    """Also in another process, with other hash seeds."""
    put("a.html", page('<meta name="author" content="Jan">'))
    code = "from annotate.reading.read import read; print([(d.text, d.meta) for d in read(['a.html'])])"
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    runs = [
        subprocess.run(
            [sys.executable, "-c", code], env={**env, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        )
        for seed in ("1", "2")
    ]
    assert runs[0].stdout == runs[1].stdout
    assert [run.stderr for run in runs] == [b"", b""]
    assert "akkoord" in runs[0].stdout.decode()


@pytest.mark.parametrize("charset", ["windows-1252", "ISO-8859-1"])
def test_the_charset_that_a_page_names_is_believed(charset: str) -> None:
    """Latin-1 on the web is cp1252: it has the euro sign."""
    put(
        "a.htm",
        page(f'<meta http-equiv="Content-Type" content="text/html; charset={charset}">').encode("cp1252"),
    )
    found = document("a.htm")
    assert found.text.endswith("€ 5.")
    assert found.meta["encoding"] == "cp1252"


@pytest.mark.parametrize("text", ["<html><body></body></html>", "<html></html>", "just words", "   ", ""])
def test_a_page_without_an_article_is_empty(text: str) -> None:
    """Nothing to annotate, and no crash."""
    put("a.html", text)
    assert failure("a.html").error == "empty"


def test_a_page_that_breaks_the_parser_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a foreign library raises, the run goes on."""

    def broken(*_: object) -> None:
        raise RecursionError

    monkeypatch.setattr(webpage, "extract", broken)
    put("a.html", page())
    put("b.txt")
    assert codes(outcomes(".")) == ["bad-html", "ok"]


def test_the_html_library_is_imported_only_for_html() -> None:
    """It takes longer than a thousand text files."""
    put("a.txt")
    code = (
        "import sys; from annotate.reading.read import read; list(read(['a.txt'])); print('trafilatura' in sys.modules)"
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    run = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, check=True, text=True)
    assert run.stdout == "False\n"


# --- rows ---------------------------------------------------------------------------------------

ROW = {
    "id": "7",
    "text": TEXT,
    "date": "2025-04-14",
    "lang": "nl",
    "region": "BE",
    "title": "T",
    "pages": "3",
}
EXPECTED = Document("7", TEXT, "a", "nl", "BE", "2025-04-14", "record", {"title": "T", "pages": "3", "line": 1})


@pytest.mark.parametrize(
    ("name", "data", "line"),
    [
        ("a.jsonl", rows(ROW), 1),
        ("a.ndjson", rows(ROW).replace(b"\n", b"\r\n"), 1),
        ("a.jsonl.gz", gzip.compress(rows(ROW), mtime=0), 1),
        ("a.jsonl.zst", zstandard.compress(rows(ROW)), 1),
        ("a.csv", as_table([ROW], ",").encode(), 2),
        ("a.csv", as_table([ROW], ";").encode(), 2),
        ("a.csv.gz", gzip.compress(as_table([ROW], ",").encode(), mtime=0), 2),
        ("a.tsv", as_table([ROW], "\t").encode(), 2),
        ("a.tsv.zst", zstandard.compress(as_table([ROW], "\t").encode()), 2),
        ("a.parquet", as_parquet([ROW]), 1),
    ],
)
def test_a_row_gives_the_same_document_in_every_format(name: str, data: bytes, line: int) -> None:
    """Own fields, all others to meta, and the line where it stands (its number in parquet)."""
    put(name, data)
    found = document(name)
    assert found.source == name
    expected = {**EXPECTED.meta, "line": line}
    assert found == Document("7", TEXT, name, "nl", "BE", "2025-04-14", "record", expected)


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.parquet"])
def test_the_text_may_stand_under_another_key(name: str) -> None:
    """`--text-key body` takes the text from there, and a `text` beside it is an ordinary field."""
    row = {"body": TEXT, "text": "kort"}
    put("a.jsonl", rows(row))
    put("a.csv", as_table([row], ","))
    put("a.parquet", as_parquet([row]))
    found = document(name, text_key="body")
    assert (found.text, found.meta["text"]) == (TEXT, "kort")


def test_a_meta_object_is_merged_and_the_rows_own_keys_win() -> None:
    """Prodigy and this tool's own output keep such fields in `meta`; its date counts as the row's."""
    inner = {"date": "2025-04-14", "title": "binnen", "n": [1]}
    put(
        "a.jsonl",
        rows(
            {"text": "x", "title": "buiten", "meta": inner},
            {"text": "y", "meta": "z"},
            {"text": "z", "meta": {}},
        ),
    )
    first, second, third = documents("a.jsonl")
    assert first.meta == {"title": "buiten", "n": [1], "line": 1}
    assert (first.date, first.date_source) == ("2025-04-14", "record")
    assert second.meta == {"meta": "z", "line": 2}
    assert third.meta == {"line": 3}


def test_empty_fields_say_nothing() -> None:
    """null, "" and blanks are as if the field were not there."""
    put("a.jsonl", rows({"text": "x", "id": None, "lang": "", "region": " ", "date": None}))
    assert document("a.jsonl") == Document("a:1", "x", "a.jsonl", meta={"line": 1})


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    """Blank lines count, and so do the lines inside a quoted cell."""
    put("a.jsonl", b'\n \r\n{"text": "x"}\n\n{"text": "y"}')
    put("b.csv", 'text,n\n"one\ntwo\nthree",1\n\nfour,2\n')
    assert [found.meta["line"] for found in documents("a.jsonl")] == [3, 5]
    assert [found.meta["line"] for found in documents("b.csv")] == [2, 6]


def test_a_parquet_value_is_kept_as_json_has_it() -> None:
    """Dates as ISO strings, decimals as strings, bytes as hex; nothing breaks the writing of the record."""
    import datetime
    from decimal import Decimal

    row = {
        "text": TEXT,
        "date": datetime.date(2025, 4, 14),
        "seen": datetime.datetime(2025, 4, 14, 10, tzinfo=datetime.UTC),
        "price": Decimal("2.50"),
        "raw": b"\xff",
        "tags": ["a", "b"],
        "meta": {"n": 1},
    }
    put("a.parquet", as_parquet([row]))
    found = document("a.parquet")
    assert found.date == "2025-04-14"
    assert found.meta == {
        "n": 1,
        "seen": "2025-04-14T10:00:00+00:00",
        "price": "2.50",
        "raw": "ff",
        "tags": ["a", "b"],
        "line": 1,
    }


def test_parquet_is_read_in_batches() -> None:
    """Row numbers go on from batch to batch."""
    put("a.parquet", as_parquet([{"text": f"nummer {n}"} for n in range(600)]))
    assert [found.meta["line"] for found in documents("a.parquet")] == list(range(1, 601))


@pytest.mark.parametrize(
    ("line", "error", "says"),
    [
        (b'{"text": "cut o', "bad-json", "line 2, column 16: unexpected end"),
        (b'{"text": "x"', "bad-json", "line 2, column 13"),
        (b'["x"]', "bad-json", "line 2, column 1: not an object"),
        (b'"x"', "bad-json", "not an object"),
        (b'{"text": "x"} {"text": "y"}', "bad-json", "column 15"),
        (b'{"text": NaN}', "bad-json", "column 10"),
        (b"words", "bad-json", "column 1"),
        (b'{"a":' * 3000, "bad-json", "line 2"),
        (b'{"text": "\\ud800"}', "lone-surrogate", "half a surrogate"),
        (b'{"text": "\\ude00\\ud83d"}', "lone-surrogate", "line 2"),
        (b'{"text": "x", "title": "\\udfff"}', "lone-surrogate", "line 2"),
        (b'{"text": "\xed\xa0\x80"}', "lone-surrogate", "half a surrogate"),
        (b'{"text": "a\\u0000b"}', "nul-byte", "NUL"),
        (b'{"text": "a\0b"}', "nul-byte", "line 2, column 12"),
        (
            b'{"body": "x", "id": 3}',
            "missing-text",
            "no 'text'; keys: body, id; name the right one with --text-key",
        ),
        (b"{}", "missing-text", "keys: none"),
        (b'{"text": 3}', "missing-text", "'text' is a number"),
        (b'{"text": null}', "missing-text", "is null"),
        (b'{"text": ["x"]}', "missing-text", "is a list"),
        (b'{"text": true}', "missing-text", "is true or false"),
        (b'{"text": ""}', "empty", "no text"),
        (b'{"text": " \\n\\u3000"}', "empty", "no text"),
        (b'{"text": "x", "deep": ' + b"[" * 400 + b"]" * 400 + b"}", "bad-meta", "field"),
    ],
)
def test_a_bad_line_is_set_aside_and_the_others_are_read(line: bytes, error: str, says: str) -> None:
    """The failure has the line in its source, and says what is wrong and where."""
    put("a.jsonl", rows({"text": "een"}) + line + b"\n" + rows({"text": "twee"}))
    found = outcomes("a.jsonl")
    assert codes(found) == ["ok", error, "ok"]
    assert isinstance(found[1], Failure)
    assert found[1].source == "a.jsonl:2"
    assert says in found[1].message


def test_a_row_that_was_read_keeps_its_id_in_its_failure() -> None:
    """So that it can be found again; a line that is no JSON has none."""
    put("a.jsonl", rows({"id": 3, "text": ""}) + b"{\n")
    found = outcomes("a.jsonl")
    assert [one.id for one in found] == ["3", None]


def test_a_whole_pair_of_surrogates_is_a_character() -> None:
    """`\\ud83d\\ude00` is how JSON spells an emoji."""
    put("a.jsonl", b'{"text": "\\ud83d\\ude00 \\\\ud800"}\n')
    assert document("a.jsonl").text == "\U0001f600 \\ud800"


@pytest.mark.parametrize(
    ("data", "expected", "says"),
    [
        ("text,n\na,1\nb\nc,3\n", ["ok", "bad-csv", "ok"], "1 cells, the header has 2"),
        ("text,n\na,1\nb,2,3\nc,3\n", ["ok", "bad-csv", "ok"], "3 cells"),
        ('text,n\na,1\n"b"x,2\nc,3\n', ["ok", "bad-csv", "ok"], "lines 3 to 3"),
        ('text,n\na,1\n"b,2\nc,3\n', ["ok", "bad-csv"], "lines 3 to 4"),
        ("text,n\na,1\n\0,3\nc,3\n", ["ok", "nul-byte", "ok"], "NUL"),
        ("text,n\na,1\n ,3\nc,3\n", ["ok", "empty", "ok"], "no text"),
    ],
)
def test_a_broken_row_of_a_table_is_set_aside(data: str, expected: list[str], says: str) -> None:
    """What a stray quote swallows is named by its lines."""
    put("a.csv", data)
    found = outcomes("a.csv")
    assert codes(found) == expected
    assert isinstance(found[1], Failure)
    assert found[1].source == "a.csv:3"
    assert says in found[1].message


@pytest.mark.parametrize(
    ("name", "data", "error", "says"),
    [
        ("a.csv", b"id,body\n1,x\n2,y\n", "missing-text", "no 'text'; keys: body, id"),
        ("a.csv", b"text,text\nx,y\n", "bad-csv", "'text' stands twice"),
        ("a.csv", b'text,"n\nx,y\n', "bad-csv", "lines 1 to 2"),
        ("a.csv", b"text,n\n", "empty", "no rows"),
        ("a.csv", b"", "empty", "no rows"),
        ("a.tsv", b"\r\n", "empty", "no rows"),
        ("a.jsonl", b"\n \n", "empty", "no rows"),
        ("a.jsonl", b"", "empty", "no rows"),
        ("a.txt", b"", "empty", "no text"),
        ("a.txt", b" \r\n\t", "empty", "no text"),
        ("a.txt", "\u3000\u2003".encode(), "empty", "no text"),
        ("a.txt", b"\xef\xbb\xbf", "empty", "no text"),
        ("a.txt", b"\xff\xfe", "empty", "no text"),
        ("a.txt.gz", b"", "empty", "no text"),
        ("a.txt.zst", b"", "empty", "no text"),
        ("a.parquet", b"PAR1 not really", "bad-parquet", "again"),
        ("a.parquet", b"", "bad-parquet", "again"),
        ("a.parquet", as_parquet([{"body": "x"}]), "missing-text", "no 'text'; keys: body"),
        ("a.parquet", as_parquet([{"text": "x"}])[:-40], "bad-parquet", "again"),
    ],
)
def test_a_bad_file_is_one_failure(name: str, data: bytes, error: str, says: str) -> None:
    """The failure carries the file's id and path."""
    put(name, data)
    found = failure(name)
    assert (found.id, found.source, found.error) == ("a", name, error)
    assert says in found.message


def test_a_broken_parquet_page_does_not_stop_the_run() -> None:
    """The footer may be whole where the data is not."""
    data = bytearray(as_parquet([{"text": TEXT * 50}]))
    data[20:60] = b"\xff" * 40
    put("a.parquet", bytes(data))
    put("b.txt")
    assert codes(outcomes(".")) == ["bad-parquet", "ok"]


@pytest.mark.parametrize(
    ("package", "name", "says"),
    [
        ("pyarrow", "a.parquet", "pip install 'annotate-articles[parquet]'"),
        ("trafilatura", "a.html", "pip install trafilatura"),
    ],
)
def test_a_package_that_is_missing_is_named(
    package: str, name: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run goes on with what can be read without it."""
    monkeypatch.setitem(sys.modules, package, None)
    put(name)
    put("b.txt")
    found = outcomes(".")
    assert codes(found) == ["missing-package", "ok"]
    assert isinstance(found[0], Failure)
    assert says in found[0].message


# --- packing ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("suffix", "pack"), [("gz", gzip.compress), ("zst", zstandard.compress)])
def test_several_packed_parts_in_one_file_are_one_text(suffix: str, pack: Any) -> None:
    """`cat a.gz b.gz` is a valid file."""
    put(f"a.txt.{suffix}", pack(b"een ") + pack(b"twee"))
    assert document(f"a.txt.{suffix}").text == "een twee"


def zstd(data: bytes) -> bytes:
    """As the command line tool packs it: with a checksum, which the package leaves out."""
    return zstandard.ZstdCompressor(write_checksum=True).compress(data)


@pytest.mark.parametrize(("suffix", "pack"), [("gz", gzip.compress), ("zst", zstd)])
@pytest.mark.parametrize("damage", ["cut", "cut in the second", "turned", "plain", "tail"])
def test_damaged_packing_is_told(suffix: str, pack: Any, damage: str) -> None:
    """Half an article is not passed off as a whole one."""
    data: bytes = pack(os.urandom(3000).hex().encode())
    put(
        f"a.txt.{suffix}",
        {
            "cut": data[:-20],
            "cut in the second": data + data[:900],
            "turned": data[:500] + bytes(byte ^ 0xFF for byte in data[500:520]) + data[520:],
            "plain": TEXT.encode(),
            "tail": data + b"words after the end",
        }[damage],
    )
    assert failure(f"a.txt.{suffix}").error == "bad-compression"


@pytest.mark.parametrize(("suffix", "pack"), [("gz", gzip.compress), ("zst", zstandard.compress)])
def test_rows_before_the_damage_are_kept(suffix: str, pack: Any) -> None:
    """A download that broke off at the end still gives its first articles."""
    data: bytes = pack(rows(*({"text": os.urandom(3000).hex()} for _ in range(100))))
    put(f"a.jsonl.{suffix}", data[: len(data) * 3 // 4])
    found = codes(outcomes(f"a.jsonl.{suffix}"))
    assert found.count("ok") > 50
    assert found[-1] == "bad-compression"


# --- size ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html", "a.jsonl", "a.csv", "a.parquet", "a.txt.gz", "a.txt.zst"])
def test_a_document_over_the_limit_is_refused(name: str) -> None:
    """In every format, before it fills the memory; the message says the limit."""
    text = "é" * 6000
    contents = {
        "a.jsonl": rows({"text": text}),
        "a.csv": f"text\n{text}\n".encode(),
        "a.parquet": as_parquet([{"text": text}]),
        "a.txt.gz": gzip.compress(text.encode()),
        "a.txt.zst": zstandard.compress(text.encode()),
    }
    put(name, contents.get(name, text.encode()))
    found = failure(name, max_bytes=10_000)
    assert found.error == "too-large"
    assert "10,000 bytes" in found.message


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv"])
def test_rows_around_one_that_is_too_large_are_read(name: str) -> None:
    """The long line is skipped to its end, and the lines are counted on."""
    texts = ["een", "é" * 6000, "twee"]
    put("a.jsonl", rows(*({"text": text} for text in texts)))
    put("a.csv", "text\n" + "\n".join(texts) + "\n")
    found = outcomes(name, max_bytes=1000)
    assert codes(found) == ["ok", "too-large", "ok"]
    last = found[-1]
    assert isinstance(last, Document)
    assert last.meta["line"] == (3 if name == "a.jsonl" else 4)


def test_a_quoted_cell_of_many_lines_is_measured_as_a_whole() -> None:
    """A quote that is never closed cannot take a whole archive into memory."""
    put("a.csv", 'text\n"' + "line\n" * 1000)
    assert "too-large" in codes(outcomes("a.csv", max_bytes=1000))


def test_what_just_fits_is_read() -> None:
    """The limit itself is allowed."""
    put("a.txt", "é" * 50)
    assert document("a.txt", max_bytes=100).text == "é" * 50
    assert failure("a.txt", max_bytes=99).error == "too-large"


def test_a_packed_bomb_is_refused_quickly() -> None:
    """Unpacking stops at the limit, not at the end."""
    put("a.txt.zst", zstandard.compress(b"a" * 100_000_000))
    put("b.txt.gz", gzip.compress(b"a" * 100_000_000, 1))
    begin = time.monotonic()
    assert codes(outcomes(".", max_bytes=1_000_000)) == ["too-large", "too-large"]
    assert time.monotonic() - begin < 2


@pytest.mark.parametrize("name", ["a.txt", "a.jsonl", "a.csv", "a.jsonl.gz"])
def test_a_line_of_fifty_megabytes_is_read(name: str) -> None:
    """One line may be a whole archive; it takes seconds, not minutes."""
    text = "één akkoord " * (50_000_000 // 14)
    data = {"a.txt": text.encode(), "a.csv": f"text\n{text}\n".encode()}.get(name) or rows({"text": text})
    put(name, gzip.compress(data, 1) if name.endswith("gz") else data)
    begin = time.process_time()
    assert document(name).text == text
    assert time.process_time() - begin < 6


class Endless(io.RawIOBase):
    """A stream that never ends, and counts what was taken from it."""

    def __init__(self, line: bytes) -> None:
        self.taken = 0
        self._line = line

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        buffer[: len(self._line)] = self._line
        self.taken += len(self._line)
        return len(self._line)


@pytest.mark.parametrize("line", [rows({"text": "x" * 900}), '{"text": "café"}\n'.encode("cp1252")])
def test_rows_are_read_as_they_come(line: bytes) -> None:
    """The first articles are there long before the input ends, also when their encoding must be detected."""
    endless = Endless(line)
    found = read(["-"], stdin=cast(BinaryIO, io.BufferedReader(endless)))
    assert [next(found).source for _ in range(3)] == ["stdin"] * 3
    assert endless.taken < 1_000_000


# --- standard input -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (TEXT.encode(), [("stdin", TEXT)]),
        (b"\n \n" + TEXT.encode(), [("stdin", "\n \n" + TEXT)]),
        (rows({"text": "een"}, {"text": "twee", "id": "t"}), [("stdin:1", "een"), ("t", "twee")]),
        (b"\n  " + rows({"text": "een"}), [("stdin:2", "een")]),
        (b"\xef\xbb\xbf" + rows({"text": "een"}), [("stdin:1", "een")]),
        ('{"text": "één"}\n'.encode("utf-16"), [("stdin:1", "één")]),
        (b'{"text": \n"een"}\n', [("stdin", '{"text": \n"een"}\n')]),
        (b"{een} twee", [("stdin", "{een} twee")]),
        (b'["een"]', [("stdin", '["een"]')]),
        (b"a", [("stdin", "a")]),
    ],
)
def test_standard_input_is_jsonl_if_its_first_line_is_an_object(data: bytes, expected: list[tuple[str, str]]) -> None:
    """Else it is one text, kept to the letter from its first byte."""
    found = documents("-", stdin=io.BytesIO(data))
    assert [(one.id, one.text) for one in found] == expected
    assert {one.source for one in found} == {"stdin"}


def test_standard_input_stands_among_other_inputs_and_counts_once() -> None:
    """`annotate run a.txt - b.txt` reads it in its place."""
    put("a.txt")
    put("b.txt")
    found = documents("a.txt", "-", "b.txt", "-", stdin=io.BytesIO(b"x"))
    assert [one.id for one in found] == ["a", "stdin", "b"]


def test_a_bad_row_of_standard_input_is_named_by_line() -> None:
    """The rest goes on, as in a file."""
    found = outcomes("-", stdin=io.BytesIO(rows({"text": "x"}) + b"{\n" + rows({"text": "y"})))
    assert codes(found) == ["ok", "bad-json", "ok"]
    assert found[1].source == "stdin:2"


def test_empty_standard_input_is_a_failure() -> None:
    """A pipe that gave nothing is told."""
    found = failure("-", stdin=io.BytesIO(b""))
    assert (found.id, found.source, found.error) == ("stdin", "stdin", "empty")


def test_standard_input_is_the_process_own_and_stays_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without another stream it is what was piped in, and it is left for others to close."""
    buffer = io.BytesIO(TEXT.encode())
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(buffer))
    assert document("-").text == TEXT
    assert not buffer.closed


# --- dates --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "date"),
    [
        ("2025-04-14-bezoek.txt", "2025-04-14"),
        ("20250414_x.txt", "2025-04-14"),
        ("x_2025-04-14.txt", "2025-04-14"),
        ("2025_04_14.txt.gz", "2025-04-14"),
        ("x2025-02-30-2025-03-01.txt", "2025-03-01"),
        ("2025-04.txt", None),
        ("2025-13-01.txt", None),
        ("120250414.txt", None),
        ("20250414123000.txt", None),
        ("2025-0414.txt", None),
        ("00010203.txt", None),
        ("bezoek.txt", None),
    ],
)
def test_a_date_in_the_name_of_the_file_is_taken(name: str, date: str | None) -> None:
    """If the calendar has it and it is not part of a longer number."""
    put(name, gzip.compress(TEXT.encode()) if name.endswith("gz") else TEXT)
    found = document(name)
    assert (found.date, found.date_source) == (date, "filename" if date else None)


@pytest.mark.parametrize(
    ("given_date", "date"),
    [
        ("2025-04-14", "2025-04-14"),
        (" 2025-04-14 ", "2025-04-14"),
        ("2025-04-14T10:00:00Z", "2025-04-14"),
        ("2025-04-14T23:59:59.123+09:00", "2025-04-14"),
        ("2025-04-14 10:00", "2025-04-14"),
        ("20250414", "2025-04-14"),
        (20250414, "2025-04-14"),
        ("2024-02-29", "2024-02-29"),
    ],
)
def test_a_date_of_a_record_is_cut_to_its_day(given_date: object, date: str) -> None:
    """The day is the one that is written, in whatever time zone."""
    put("a.jsonl", rows({"text": "x", "date": given_date}))
    found = document("a.jsonl")
    assert (found.date, found.date_source, "date_invalid" in found.meta) == (date, "record", False)


@pytest.mark.parametrize(
    "given_date",
    [
        "2025-02-29",
        "2025-13-01",
        "5-3-2024",
        "2025-04",
        "yesterday",
        45356,
        "0000-01-01",
        ["2025-04-14"],
    ],
)
def test_an_invalid_date_is_kept_aside_and_the_document_is_read(given_date: object) -> None:
    """It is not replaced by the one of the file's name either: what was meant, only a person knows."""
    put("2025-04-14.jsonl", rows({"text": "x", "date": given_date}))
    found = document("2025-04-14.jsonl")
    assert (found.date, found.date_source, found.meta["date_invalid"]) == (None, None, given_date)


def test_an_invalid_date_in_front_matter_is_kept_aside() -> None:
    """As in a record."""
    put("a.md", "---\ndate: 2025-02-30\n---\nx")
    assert document("a.md").meta == {"date_invalid": "2025-02-30"}


def test_the_strongest_source_of_a_date_wins() -> None:
    """option > record > front_matter > html > filename."""
    put("2020-01-01.txt")
    put("2020-01-02.md", "---\ndate: 2025-04-14\n---\nx")
    put("2020-01-03.jsonl", rows({"text": "x", "date": "2025-04-15"}, {"text": "y"}))
    found = [(one.date, one.date_source) for one in documents(".")]
    assert found == [
        ("2020-01-01", "filename"),
        ("2025-04-14", "front_matter"),
        ("2025-04-15", "record"),
        ("2020-01-03", "filename"),
    ]
    assert {(one.date, one.date_source) for one in documents(".", date="2024-12-31")} == {("2024-12-31", "option")}


@pytest.mark.parametrize("date", ["2025-02-30", "morgen", "", "14-04-2025"])
def test_an_invalid_date_option_is_a_wrong_call(date: str) -> None:
    """It would stand in every record."""
    put("a.txt")
    with pytest.raises(InputError, match="--date"):
        read(["a.txt"], date=date)


# --- files that cannot be opened ----------------------------------------------------------------


@pytest.fixture
def impatient() -> Iterator[None]:
    """A test that hangs fails instead."""
    signal.alarm(10)
    yield
    signal.alarm(0)


@pytest.mark.usefixtures("impatient")
def test_a_pipe_in_a_folder_does_not_hang() -> None:
    """Nobody may ever write to it."""
    os.mkfifo("a.txt")
    put("b.txt")
    assert codes(outcomes(".")) == codes(outcomes("a.txt", "b.txt")) == ["unreadable", "ok"]


@pytest.mark.usefixtures("impatient")
def test_a_socket_is_unreadable() -> None:
    """Nor is any other thing that is not a file."""
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("a.txt")
        assert failure("a.txt").error == "unreadable"


@pytest.mark.parametrize("given_path", [".", "a.txt"])
def test_a_link_that_leads_nowhere_is_unreadable(given_path: str) -> None:
    """The file is named, and the rest goes on."""
    Path("a.txt").symlink_to("gone.txt")
    found = failure(given_path)
    assert (found.source, found.error) == ("a.txt", "unreadable")
    assert "no such file" in found.message


def test_a_folder_named_like_a_file_is_a_folder() -> None:
    """`x.txt/` is gone into."""
    put("corpus/x.txt/y.txt")
    assert document("corpus").source == "corpus/x.txt/y.txt"


def test_a_file_that_goes_away_is_unreadable() -> None:
    """Between the list and the reading a file may be moved."""
    put("a.txt")
    put("b.txt")
    found = read(["."])
    Path("b.txt").unlink()
    assert codes(list(found)) == ["ok", "unreadable"]


@pytest.fixture
def as_nobody(here: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """In a folder that anyone may enter, without the rights of root, for whom nothing is forbidden."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o777)
    monkeypatch.chdir(folder)
    is_root = os.geteuid() == 0
    if is_root:
        try:
            os.seteuid(65534)
        except OSError:
            pytest.skip("this system does not let root become another user")
    yield
    if is_root:
        os.seteuid(0)
    shutil.rmtree(folder)


@pytest.mark.usefixtures("as_nobody")
def test_a_file_that_may_not_be_read_is_unreadable() -> None:
    """The others are read."""
    put("a.txt").chmod(0)
    put("b.txt")
    found = outcomes(".")
    assert codes(found) == ["unreadable", "ok"]
    assert isinstance(found[0], Failure)
    assert "permission" in found[0].message


@pytest.mark.usefixtures("as_nobody")
def test_names_that_can_be_listed_but_not_followed_are_unreadable() -> None:
    """In a folder without the right to enter it, and at the end of a link into one."""
    put("corpus/a.txt")
    put("shut/b.txt")
    Path("link.txt").symlink_to("shut/b.txt")
    Path("corpus").chmod(0o400)
    Path("shut").chmod(0)
    found = [codes(outcomes(given_path)) for given_path in ("corpus", "corpus/*", "corpus/**/*.txt", "link.txt")]
    Path("corpus").chmod(0o700)
    Path("shut").chmod(0o700)
    assert found == [["unreadable"]] * 4


@pytest.mark.usefixtures("as_nobody")
def test_a_folder_that_may_not_be_listed_is_told() -> None:
    """Articles that are left out without a word would be the worst case."""
    put("corpus/shut/a.txt")
    put("corpus/b.txt")
    Path("corpus/shut").chmod(0)
    found = outcomes("corpus")
    Path("corpus/shut").chmod(0o700)
    assert codes(found) == ["ok", "unreadable"]
    assert found[1].source == "corpus/shut"


def test_the_same_inputs_give_the_same_outcomes() -> None:
    """Twice the same list, and no trace of the clock or of the file's own times."""
    put("c/a.txt")
    put("c/b.jsonl", rows({"text": "x"}, {"text": ""}))
    first = outcomes("c")
    os.utime("c/a.txt", (0, 0))
    assert outcomes("c") == first
