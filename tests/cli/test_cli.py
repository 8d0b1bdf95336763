"""The command `annotate` as a user calls it: its files, streams, processes and exit status."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from annotate.cli.app import app
from annotate.records import Record
from annotate.schema import invariants, json_schema
from terminals import ANSI, COMMAND, LEFT_OUT, environment, on_a_terminal

ARTICLE = "Op 18 januari 1950 tekende het land een contract van 2,5 miljard euro, zei de minister gisteren.\n"
#: Spares a run the check of the patterns of all other languages.
DUTCH = ("--lang", "nl")


def process(
    *arguments: object,
    stdin: str | bytes = b"",
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """One call of the command in a process of its own; nothing that a user does may end in a traceback."""
    done = subprocess.run(
        [COMMAND, *map(str, arguments)],
        input=stdin.encode() if isinstance(stdin, str) else stdin,
        capture_output=True,
        cwd=cwd,
        env=environment(**(env or {})),
        timeout=120,
        check=False,
    )
    text = subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())
    assert "Traceback" not in text.stderr
    return text


def annotate(*arguments: object, stdin: str | bytes = b"", cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """The same in this process, where spaCy is there already; an error that nothing catches is the test's."""
    words = [*map(str, arguments)]
    with chdir(cwd or Path.cwd()):
        done = CliRunner().invoke(app, words, stdin, env=dict.fromkeys(LEFT_OUT) | {"COLUMNS": "200"})
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return subprocess.CompletedProcess(words, done.exit_code, done.stdout, done.stderr)


def records(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def labels(record: Mapping[str, Any]) -> set[str]:
    return {span["label"] for span in record["spans"]}


def slow(*options: str) -> Any:
    """Options that reach another executor, which tests/batch/test_executors.py holds against the others."""
    return pytest.param([*options], marks=pytest.mark.slow)


@pytest.fixture
def news(tmp_path: Path) -> Path:
    """A small corpus: two articles, a row of JSONL, and a page that is passed over."""
    folder = tmp_path / "news"
    (folder / "nl").mkdir(parents=True)
    (folder / "nl" / "2025-04-14-contract.txt").write_text(ARTICLE, encoding="utf-8")
    (folder / "nl" / "visit.md").write_text(f"---\ntitle: Visit\ndate: 2024-03-01\n---\n{ARTICLE}")
    row = {"id": "row", "text": ARTICLE, "lang": "nl", "section": "world"}
    (folder / "rows.jsonl").write_text(json.dumps(row) + "\n")
    (folder / "README.md").write_text("What this is for.\n")
    return folder


@pytest.fixture
def ships(tmp_path: Path) -> Path:
    """A folder of patterns with a label of its own, sound in all its parts."""
    folder = tmp_path / "ships"
    (folder / "nl").mkdir(parents=True)
    (folder / "nl" / "ships.yaml").write_text(
        "label: SHIP\nrules:\n  - id: ship\n    pattern: [{LOWER: mv}, {IS_TITLE: yes, slot: name}]\n"
        "    examples: ['De [MV Ada](name=Ada) vaart.']\n    rejects: ['De mv vaart.']\n"
    )
    return folder


# --- the main job


def test_a_folder_is_annotated_into_three_files(news: Path, tmp_path: Path) -> None:
    """`annotate run FOLDER -o OUT` writes annotations, errors and manifest, and nothing to stdout."""
    done = process("run", "news", "-o", "out", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        ".annotate",
        "annotations.jsonl",
        "errors.jsonl",
        "manifest.json",
    ]
    found = {record["id"]: record for record in records(tmp_path / "out" / "annotations.jsonl")}
    assert sorted(found) == ["2025-04-14-contract", "row", "visit"]
    assert all(invariants(Record.from_dict(record)) == [] for record in found.values())
    assert all({"DATE", "MONEY"} <= labels(record) for record in found.values())
    assert found["row"]["meta"]["section"] == "world"
    assert found["visit"]["meta"]["date_source"] == "front_matter"
    assert found["2025-04-14-contract"]["meta"]["source"] == "news/nl/2025-04-14-contract.txt"
    assert (tmp_path / "out" / "errors.jsonl").read_bytes() == b""
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert manifest["counts"]["documents"] == 3
    assert "3 documents annotated" in done.stderr
    assert re.search(r"^nl +3 ", done.stderr, re.MULTILINE)


def test_files_and_globs_may_be_mixed(news: Path, tmp_path: Path) -> None:
    """Several inputs, files, globs and a packed output, go into one run."""
    done = annotate("run", *DUTCH, "news/rows.jsonl", "news/**/*.md", "-o", "out/all.jsonl.gz", cwd=tmp_path)
    assert done.returncode == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        ".all.jsonl.gz.annotate",
        "all.errors.jsonl",
        "all.jsonl.gz",
        "all.manifest.json",
    ]


def test_standard_input_to_standard_output() -> None:
    """`annotate run -` reads stdin and writes one record to stdout, and all else to stderr."""
    done = process("run", "-", stdin=ARTICLE)
    assert done.returncode == 0
    (line,) = done.stdout.splitlines()
    record = json.loads(line)
    assert record["text"] == ARTICLE
    assert record["spans"][0]["value"]["timex"] == "1950-01-18"
    assert "1 document annotated" in done.stderr


def test_files_to_standard_output(news: Path) -> None:
    """`-o -` writes the records of any input to stdout."""
    done = annotate("run", *DUTCH, news, "-o", "-", "--quiet")
    assert done.returncode == 0
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == [
        "2025-04-14-contract",
        "visit",
        "row",
    ]
    assert done.stderr == ""


def test_an_output_of_someone_else_is_not_replaced(news: Path, tmp_path: Path) -> None:
    """A file of another origin is refused with exit status 2 and left as it is; `--force` replaces it."""
    out = tmp_path / "out"
    out.mkdir()
    (out / "annotations.jsonl").write_text("precious")
    refused = annotate("run", *DUTCH, news, "-o", out)
    assert refused.returncode == 2
    assert "--force" in refused.stderr
    assert (out / "annotations.jsonl").read_text() == "precious"
    assert annotate("run", *DUTCH, news, "-o", out, "--force").returncode == 0
    assert records(out / "annotations.jsonl")


def test_the_same_input_gives_the_same_bytes(news: Path, tmp_path: Path) -> None:
    """Two runs, in two processes with other hash seeds, write the same bytes."""
    for seed in ("1", "2"):
        process("run", *DUTCH, news, "-o", tmp_path / seed, env={"PYTHONHASHSEED": seed})
    first, second = (tmp_path / seed / "annotations.jsonl" for seed in ("1", "2"))
    assert first.read_bytes() == second.read_bytes()


def test_what_fails_is_set_aside(news: Path, tmp_path: Path) -> None:
    """A document that cannot be read costs no other: it goes to the errors with its line, exit status 1."""
    (news / "empty.txt").write_bytes(b"")
    (news / "rows.jsonl").write_text(f'{{"text": "{ARTICLE.strip()}"}}\n{{"text": "Op 18 jan\n{{"body": "x"}}\n')
    done = process("run", *DUTCH, "news", "-o", "out", cwd=tmp_path)
    assert done.returncode == 1
    errors = {row["source"]: row["error"] for row in records(tmp_path / "out" / "errors.jsonl")}
    assert errors == {
        "news/empty.txt": "empty",
        "news/rows.jsonl:2": "bad-json",
        "news/rows.jsonl:3": "missing-text",
    }
    assert len(records(tmp_path / "out" / "annotations.jsonl")) == 3
    assert "news/empty.txt: empty: " in done.stderr
    assert "3 failed" in done.stderr


def test_many_failures_are_told_in_short(tmp_path: Path) -> None:
    """The first twenty failures are told, the rest stand in the file; on stdout output all are told."""
    (tmp_path / "rows.jsonl").write_text("{}\n" * 50)
    done = annotate("run", *DUTCH, "rows.jsonl", "-o", "out", cwd=tmp_path)
    assert done.stderr.count("missing-text") == 20
    assert len(records(tmp_path / "out" / "errors.jsonl")) == 50
    done = annotate("run", *DUTCH, "rows.jsonl", "-o", "-", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr.count("missing-text")) == (1, "", 50)


# --- its options


def test_the_date_and_region_of_every_text() -> None:
    """`--date` and `--region` settle what the text leaves open, and the record says so."""
    text = "Gisteren, op 6/12/2024, kostte het ongeveer $ 5 miljoen meer dan verwacht was."
    done = annotate("run", "-", "--lang", "nl", "--date", "2025-04-14", "--region", "AU", stdin=text)
    record = json.loads(done.stdout)
    assert (record["meta"]["date"], record["meta"]["date_source"]) == ("2025-04-14", "option")
    assert record["meta"]["lang_source"] == "option"
    values = {span["text"]: span["value"] for span in record["spans"]}
    assert values["Gisteren"]["timex"] == "2025-04-13"
    assert values["$ 5 miljoen"]["currency"] == "AUD"


def test_the_tokens_are_written_when_asked() -> None:
    """`--tokens` adds the tokens, and each span's first and last token are its own."""
    record = json.loads(annotate("run", "-", "--tokens", "--lang", "nl", stdin=ARTICLE).stdout)
    for span in record["spans"]:
        first, last = record["tokens"][span["token_start"]], record["tokens"][span["token_end"]]
        assert (first["start"], last["end"]) == (span["start"], span["end"])


def test_the_text_may_have_another_key() -> None:
    """`--text-key` names the field of a row that holds its text."""
    row = json.dumps({"body": ARTICLE})
    done = annotate("run", *DUTCH, "-", "--text-key", "body", stdin=row + "\n")
    assert json.loads(done.stdout)["text"] == ARTICLE


def test_detection_may_be_limited() -> None:
    """`--languages` names all the languages that detection may answer."""
    text = "The agreement was signed yesterday by both of the ministers in the capital."
    assert json.loads(annotate("run", "-", stdin=text).stdout)["lang"] == "en"
    assert json.loads(annotate("run", "-", "--languages", "nl,de", stdin=text).stdout)["lang"] in (
        "nl",
        "de",
        "und",
    )


def test_patterns_of_ones_own(ships: Path) -> None:
    """`--patterns` lays a folder over the built-in one; `--only-patterns` leaves that out."""
    text = "Op 3 mei 2024 voer de MV Ada uit."
    over = annotate("run", "-", "--lang", "nl", "--patterns", ships, stdin=text)
    assert labels(json.loads(over.stdout)) == {"DATE", "SHIP"}
    alone = annotate("run", "-", "--lang", "nl", "--patterns", ships, "--only-patterns", stdin=text)
    assert labels(json.loads(alone.stdout)) == {"SHIP"}


def test_what_reading_could_not_make_out_is_said(tmp_path: Path) -> None:
    """A line for each kind in the summary, with places; all of it in the manifest; and no rule comes from a path."""
    evil = tmp_path / "evil"
    evil.mkdir()
    (evil / "words.yaml").write_text("rules: none\n", encoding="utf-8")
    rows = [
        {"url": "a", "text": ARTICLE, "lang": f"../../../../../../../..{evil}", "date": "5-3-2024"},
        {"url": "b", "text": ARTICLE, "lang": "Nederlands", "region": "QQ", "date": "5-3-2024"},
        {"url": "c", "text": ARTICLE, "lang": "dut", "date": "soon\x1b[2J"},
    ]
    news = tmp_path / "news"
    news.mkdir()
    (news / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (news / "old.txt").write_bytes("El señor García firmó el acuerdo en España, según contó él mismo.".encode("cp1252"))
    for name in ("a.docx", "b.docx", "c.pdf"):
        (news / name).write_bytes(b"PK")
    done = annotate("run", "news", "-o", "out", "--id-key", "url", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "1 document with a language that is not known" in done.stderr
    assert "1 document with a region that is not known" in done.stderr
    assert "2 documents with a date that is no plain day" in done.stderr
    assert "(news/rows.jsonl:1 '5-3-2024', news/rows.jsonl:3 'soon\\x1b[2J')" in done.stderr
    assert "1 document in an encoding that was guessed" in done.stderr
    assert "3 files passed over: 2 .docx, 1 .pdf" in done.stderr
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert {kind: notice["documents"] for kind, notice in manifest["notices"].items()} == {
        "date": 2,
        "encoding": 1,
        "lang": 1,
        "region": 1,
    }
    assert manifest["passed_over"] == {".docx": 2, ".pdf": 1}
    found = {record["id"]: record for record in records(tmp_path / "out" / "annotations.jsonl")}
    assert [found[name]["lang"] for name in "abc"] == ["nl"] * 3
    assert [found[name]["meta"]["lang_source"] for name in "abc"] == ["langdetect", "record", "record"]
    assert [found[name]["meta"]["date"] for name in "abc"] == [None, "2024-03-05", None]
    status = annotate("status", "out", cwd=tmp_path)
    assert "4  up to date" in status.stdout


def test_the_summary_as_json(news: Path, tmp_path: Path) -> None:
    """`--json` writes the manifest, and what this run did, to stdout, or to stderr where stdout has the records."""
    done = annotate("run", *DUTCH, news, "-o", tmp_path / "out", "--json")
    files = (tmp_path / "out" / "manifest.json", tmp_path / "out" / ".annotate" / "last.json")
    manifest, report = (json.loads(path.read_text()) for path in files)
    assert json.loads(done.stdout) == manifest | report
    done = annotate("run", *DUTCH, news, "-o", "-", "--json")
    assert json.loads(done.stderr)["counts"]["documents"] == len(done.stdout.splitlines()) == 3


# --- wrong calls


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["run"], "INPUTS"),
        (["run", "news"], "-o OUT"),
        (["run", "nowhere", "-o", "out"], "nowhere: no such file or folder"),
        (["run", "", "-o", "out"], "no such file or folder"),
        (["run", "news/*.pdf", "-o", "out"], "matches no file"),
        (["run", "news", "-o", "news/rows.jsonl/out"], "is a file"),
        (["run", "news", "-o", "out", "--date", "2024-02-31"], "'2024-02-31' is no day"),
        (["run", "news", "-o", "out", "--lang", "elvish"], "'elvish' is no language"),
        (["run", "news", "-o", "out", "--languages", "nl,xx"], "'xx' is no language"),
        (["run", "news", "-o", "out", "--region", "QQ"], "'QQ' is no region"),
        (["run", "news", "-o", "out", "--patterns", "nowhere"], "'nowhere' is no folder"),
        (["run", "news", "-o", "out", "--patterns", "news"], "holds no pattern file"),
        (["run", "news", "-o", "out", "--only-patterns"], "--patterns DIR"),
        (["run", "news", "-o", "out", "--fast"], "--fast"),
        (["explain", "In mei.", "--lang", "nl", "--rule", "dates/yaer"], "dates/year"),
        (["explain", "-"], "not UTF-8"),
        (["evaluate", "nowhere.jsonl", "news/rows.jsonl"], "nowhere.jsonl"),
        (["evaluate", "news", "news/rows.jsonl"], "holds no *.gold.json*"),
        (["check", "klingon"], "'klingon' is no language"),
        (["anotate"], "anotate"),
    ],
)
def test_a_wrong_call_is_told(arguments: list[str], told: str, news: Path, tmp_path: Path) -> None:
    """A wrong call ends with status 2 and what is wrong; nothing is read or written."""
    done = annotate(*arguments, cwd=tmp_path, stdin=b"\xff\xfe\xff")
    assert (done.returncode, done.stdout) == (2, "")
    assert told in re.sub(r"\s*│\s*", " ", done.stderr)
    assert not (tmp_path / "out").exists()


# --- terminals, pipes, interruptions


def test_nothing_is_coloured_off_a_terminal(news: Path, tmp_path: Path) -> None:
    """Where stderr is no terminal there is no colour, no progress bar and no carriage return."""
    outputs = [
        process("run", *DUTCH, news, "-o", tmp_path / "out"),
        annotate("run"),
        annotate("--help"),
        annotate("languages", "nl"),
    ]
    for done in outputs:
        assert "\x1b" not in done.stdout + done.stderr
        assert "\r" not in done.stdout + done.stderr


@pytest.mark.parametrize(("no_color", "coloured"), [("", True), ("1", False)])
def test_no_color_is_respected_on_a_terminal(no_color: str, coloured: bool, tmp_path: Path) -> None:
    """On a terminal an error is coloured, unless NO_COLOR is set."""
    env = {"TERM": "xterm-256color"} | ({"NO_COLOR": no_color} if no_color else {})
    shown = on_a_terminal([COMMAND, "run", "x", "--fast"], env)
    assert "--fast" in ANSI.sub("", shown)
    codes = "".join(ANSI.findall(shown))
    assert (re.search(r"\[(?:\d+;)*3[1-7]", codes) is not None) is coloured


def test_progress_is_shown_on_a_terminal(news: Path, tmp_path: Path) -> None:
    """On a terminal the number of documents is shown while the run goes on."""
    shown = on_a_terminal([COMMAND, "run", str(news), "-o", str(tmp_path / "out")], {"TERM": "xterm"})
    assert re.search(r"\d documents", ANSI.sub("", shown))


def test_a_reader_that_has_enough_ends_the_run(tmp_path: Path) -> None:
    """`annotate run … | head -1` is done when head is, without a complaint."""
    (tmp_path / "rows.jsonl").write_text((json.dumps({"text": ARTICLE}) + "\n") * 3000)
    script = f"{COMMAND} run rows.jsonl -o - --lang nl -q | head -1; echo ${{PIPESTATUS[0]}} >&2"
    done = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.stdout.count("\n") == 1
    assert done.stderr == "0\n"


def test_an_interruption_leaves_nothing_behind(tmp_path: Path) -> None:
    """Ctrl-C before anything is done ends a run with status 130, without a traceback, and leaves nothing."""
    with subprocess.Popen(
        [COMMAND, "run", "-", "-o", str(tmp_path / "out"), "--lang", "nl"],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # ignored where tests run in the background
    ) as process:
        deadline = time.monotonic() + 60
        while not (tmp_path / "out" / ".annotate" / "run.json").exists() and time.monotonic() < deadline:
            time.sleep(0.05)  # until it has begun, and waits for its input
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        told = process.stderr.read().decode()
        assert process.wait(timeout=60) == 130
    assert "interrupted" in told
    assert "Traceback" not in told
    assert list((tmp_path / "out").iterdir()) == []


# --- the other commands


def test_explain_tells_spans_and_rivals() -> None:
    """`explain` shows each span with rule, slots and value, and the rivals that lost."""
    done = annotate("explain", "Op 18 januari 1950, niet op 31 februari 2024.", "--lang", "nl")
    assert done.returncode == 0
    assert "DATE  18 januari 1950  [3:18]  1950-01-18" in done.stdout
    assert "dates/day-month-year" in done.stdout
    assert "there is no such date" in done.stdout


def test_explain_explains_an_example_that_fails(ships: Path) -> None:
    """An example of one's own that does not hold stops no explanation, which is how to find out why; a fault does."""
    rules = ships / "nl" / "ships.yaml"
    content = rules.read_text()
    rules.write_text(content + "rejects:\n  - De MV Bea vaart.\n")
    assert annotate("check", "nl", "--patterns", ships, "--only-patterns").returncode == 2
    done = annotate("explain", "Het kostte 3 euro in 1950.", "--patterns", ships, *DUTCH)
    assert (done.returncode, "1950" in done.stdout) == (0, True)
    rules.write_text(content + "unheard: of\n")
    done = annotate("explain", "Het kostte 3 euro in 1950.", "--patterns", ships, *DUTCH)
    assert (done.returncode, "unheard" in done.stderr) == (2, True)


def test_explain_reads_standard_input_and_gives_json() -> None:
    """`explain -` reads stdin; `--json` gives the same as data; `--rule` asks after one rule."""
    done = annotate("explain", "-", "--lang", "nl", "--json", "--rule", "dates/century", stdin=ARTICLE)
    told = json.loads(done.stdout)
    assert told["spans"][0]["rule"] == "dates/day-month-year"
    assert told["rule"][1].strip() == "did not match:"


def test_check_lists_faults_on_standard_output(ships: Path) -> None:
    """`check` lists every fault as path:line:column: message and ends with 2; with 0 where there is none."""
    sound = annotate("check", "nl", "--patterns", ships, "--only-patterns")
    assert (sound.returncode, sound.stdout) == (0, "")
    path = ships / "nl" / "ships.yaml"
    path.write_text(path.read_text().replace("LOWER", "LOWR").replace("label", "labl"))
    done = annotate("check", "nl", "--patterns", ships, "--only-patterns")
    assert done.returncode == 2
    lines = done.stdout.splitlines()
    assert lines[0].startswith(f"{path.as_posix()}:1:1: unknown key 'labl'")
    assert lines[1].startswith(f"{path.as_posix()}:4:16: unknown attribute 'LOWR'")
    assert "faults" in done.stderr


def test_test_runs_every_case(ships: Path) -> None:
    """`test` runs examples and rejects, lists those that fail, and ends with 1 where one does."""
    arguments = ("test", "nl", "--patterns", ships, "--only-patterns")
    passed = annotate(*arguments, "--verbose")
    assert passed.returncode == 0
    assert passed.stdout.splitlines() == [
        "passed nl/ships.yaml:5 De MV Ada vaart.",
        "passed nl/ships.yaml:6 De mv vaart.",
    ]
    assert passed.stderr == "2 passed, 0 failed\n"
    path = ships / "nl" / "ships.yaml"
    path.write_text(path.read_text().replace("name=Ada", "name=Eva"))
    failed = annotate(*arguments)
    assert failed.returncode == 1
    assert failed.stdout.startswith(f"FAILED nl {path.as_posix()}:5:16: example 'De MV Ada vaart.': ")
    assert annotate(*arguments, "-k", "De mv").returncode == 0
    path.write_text("rulez: []\n")
    assert annotate(*arguments).returncode == 2


def test_evaluate_compares_files_and_folders(news: Path, tmp_path: Path) -> None:
    """`evaluate GOLD PRED` takes files or folders, and shows scores, errors and JSON."""
    annotate("run", *DUTCH, news, "-o", tmp_path / "out")
    gold = tmp_path / "gold"
    gold.mkdir()
    for number, record in enumerate(records(tmp_path / "out" / "annotations.jsonl")):
        (gold / f"{number}.gold.jsonl").write_text(json.dumps(record) + "\n")
    shown = annotate("evaluate", gold, tmp_path / "out", "--errors")
    assert shown.returncode == 0
    assert "3 documents compared" in shown.stdout
    assert "errors: none" in shown.stdout
    limited = annotate("evaluate", gold, tmp_path / "out" / "annotations.jsonl", "--labels", "MONEY", "--json")
    report = json.loads(limited.stdout)
    assert list(report["by_label"]) == ["MONEY"]
    assert report["overall"]["strict"]["f1"] == 1


def test_languages_lists_what_each_has(ships: Path) -> None:
    """`languages` says of each language what its labels come from, how many rules it has, and what it lacks."""
    rows = {row["code"]: row for row in json.loads(annotate("languages", "nl", "pl", "is", "--json").stdout)}
    assert (rows["nl"]["name"], rows["nl"]["curated"], rows["is"]["curated"]) == ("Dutch", True, False)
    assert {*rows["nl"]["labels"].values()} == {"curated"}
    names = {"AGREEMENT": "names", "PARTNERSHIP": "names"}
    assert rows["pl"]["labels"] == {"DATE": "curated", "MONEY": "curated"} | names
    assert rows["is"]["labels"] == {"DATE": "cldr", "MONEY": "cldr"} | names
    assert rows["is"]["lacking"]
    shown = annotate("languages", "nl", "is").stdout
    assert re.search(r"^nl +Dutch +AGREEMENT DATE MONEY PARTNERSHIP +\d", shown, re.MULTILINE)
    assert re.search(r"^is +Icelandic +DATE MONEY +AGREEMENT PARTNERSHIP +\d", shown, re.MULTILINE)
    own = json.loads(annotate("languages", "nl", "--json", "--patterns", ships, "--only-patterns").stdout)
    assert own[0]["labels"] == {"SHIP": "curated"}


def test_schema_is_the_published_one() -> None:
    """`schema` prints the JSON Schema of a record."""
    assert json.loads(annotate("schema").stdout) == json_schema()


def test_version_and_help() -> None:
    """`--version` names the version, `--help` the commands."""
    assert re.fullmatch(r"annotate \d+\.\d+\.\d+\n", process("--version").stdout)
    told = process("--help").stdout
    for command in ("run", "explain", "check", "test", "evaluate", "diff", "languages", "schema"):
        assert f" {command} " in told


def test_help_does_not_load_what_it_does_not_need() -> None:
    """The command line imports neither spaCy nor any stage before a command asks for it."""
    script = "import sys, annotate.cli; print(sorted(m for m in sys.modules if m.split('.')[0] in "
    script += "('spacy', 'numpy', 'babel') or m.startswith('annotate.') and not m.startswith('annotate.cli')))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# --- runs that go on


def test_run_again_status_and_retry(news: Path, tmp_path: Path) -> None:
    """The second run does nothing, `status` says why another would, `retry` tries what failed, from any folder."""
    (news / "empty.txt").write_bytes(b"")
    assert annotate("run", *DUTCH, "news", "-o", "out", cwd=tmp_path).returncode == 1
    again = annotate("run", *DUTCH, "news", "-o", "out", "--json", cwd=tmp_path)
    assert json.loads(again.stdout)["run"] == {"annotated": 0, "kept": 3, "removed": 0, "remaining": 0}
    (news / "new.txt").write_text("In 2009 was het 3 miljoen euro.")
    shown = annotate("status", tmp_path / "out")
    assert shown.returncode == 0
    assert "complete, 1 to do" in shown.stdout
    assert re.search(r"^ +1 +unreadable$", shown.stdout, re.MULTILINE)
    assert json.loads(annotate("status", tmp_path / "out", "--json").stdout)["documents"]["new"] == 1
    (news / "empty.txt").write_text("In 2008 was het 2 miljoen euro.")
    retried = annotate("retry", tmp_path / "out", "--json")
    assert json.loads(retried.stdout)["run"]["annotated"] == 0
    assert annotate("run", *DUTCH, "news", "-o", "out", cwd=tmp_path).returncode == 0
    assert len(records(tmp_path / "out" / "annotations.jsonl")) == 5


@pytest.mark.parametrize(
    "options", [["-n", "2"], slow("--timeout", "30"), slow("--executor", "process"), slow("-n", "0")]
)
def test_processes_change_no_byte(news: Path, tmp_path: Path, options: list[str]) -> None:
    """Whoever does the work, the output is the same."""
    annotate("run", *DUTCH, news, "-o", tmp_path / "one")
    assert process("run", *DUTCH, news, "-o", tmp_path / "more", *options).returncode == 0
    one, more = (tmp_path / name / "annotations.jsonl" for name in ("one", "more"))
    assert one.read_bytes() == more.read_bytes()


def test_shards_and_limits(news: Path, tmp_path: Path) -> None:
    """`--limit` does so many and says how many are left; `--shard-size` cuts; evaluate and diff read all shards."""
    told = annotate("run", *DUTCH, news, "-o", tmp_path / "out", "--shard-size", "2", "--limit", "1")
    assert "1 document annotated" in told.stderr
    assert "2 left to do" in told.stderr
    annotate("run", *DUTCH, news, "-o", tmp_path / "out", "--shard-size", "2")
    assert sorted(p.name for p in (tmp_path / "out").glob("annotations*")) == [
        "annotations-00000.jsonl",
        "annotations-00001.jsonl",
    ]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["run", "news", "-o", "out", "--executor", "spark"], "no executor"),
        (["run", "news", "-o", "out", "--limit", "0"], "limit"),
        (["run", "news", "-o", "out", "--shard-size", "-3"], "shard-size"),
        (["retry", "nowhere"], "no run has written there"),
        (["status", "nowhere"], "no run has written there"),
    ],
)
def test_calls_that_cannot_be_meant(news: Path, tmp_path: Path, arguments: list[str], told: str) -> None:
    """A wrong option or place is told in one message with exit status 2, and nothing is written."""
    done = annotate(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_progress_where_there_is_no_terminal(
    news: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Elsewhere than on a terminal a line now and then says how far the run is; `--quiet` says nothing."""
    from annotate.cli import run
    from annotate.cli.app import app

    monkeypatch.setattr(run, "_EVERY", 0.0)
    for quiet, lines in (([], 3), (["-q"], 0)):
        with pytest.raises(SystemExit) as ended:
            app(["run", *DUTCH, str(news), "-o", str(tmp_path / "out"), "--force", *quiet])
        assert ended.value.code == 0
        assert len(re.findall(r"^\d+ documents?, 0 failed, [\d,]+ words/s$", capsys.readouterr().err, re.M)) == lines
