"""`annotate run` and `status`, called in this process: what their options do, and what is told."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from annotate.cli.app import app
from annotate.cli.run import _executor
from annotate.cli.say import as_text, visible
from annotate.records import Record
from annotate.schema import invariants

ARTICLE = "Op 18 januari 1950 tekende Vietnam een handelsakkoord van 2,5 miljard euro met Japan, zei de minister."
DUTCH = ("--lang", "nl")


class Told(NamedTuple):
    """What a call said, and its exit status."""

    status: Any
    out: str
    err: str


class Command:
    """Calls `annotate` in this process."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *arguments: object) -> Told:
        with pytest.raises(SystemExit) as ended:
            app([*map(str, arguments)])
        return Told(ended.value.code, *self._capsys.readouterr())


@pytest.fixture
def annotate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """The command, in an empty current folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    return Command(capsys)


def rows(path: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines()]


# --- where to


@pytest.mark.parametrize("name", ["out.csv", "out.JSON", "deep/out.parquet", "out.json.gz", "out.zip", "out.html"])
def test_an_output_of_another_format_is_refused(annotate: Command, name: str) -> None:
    """`-o out.csv` says what is written and how to name it, and makes nothing."""
    Path("a.txt").write_text(ARTICLE)
    done = annotate("run", "a.txt", "-o", name, *DUTCH)
    assert done.status == 2
    assert "out.jsonl" in done.err
    assert sorted(path.name for path in Path().iterdir()) == ["a.txt"]


@pytest.mark.parametrize("name", ["news.2024", "news.nl", "v1.0", "out.csv/"])
def test_a_folder_may_have_any_other_name(annotate: Command, name: str) -> None:
    """A point in the name of a folder is no suffix of a file; a slash behind it says that a folder is meant."""
    Path("a.txt").write_text(ARTICLE)
    assert annotate("run", "a.txt", "-o", name, *DUTCH).status == 0
    assert Path(name, "annotations.jsonl").exists()


# --- labels


def test_only_the_labels_that_are_named_are_written(annotate: Command) -> None:
    """`--labels` leaves out the others, and what points to them; the rest is as it is among all."""
    Path("a.txt").write_text(ARTICLE)
    annotate("run", "a.txt", "-o", "all", *DUTCH)
    (whole,) = rows("all/annotations.jsonl")
    assert {span["label"] for span in whole["spans"]} == {"DATE", "MONEY", "AGREEMENT"}
    assert whole["facts"]
    for labels in (["DATE"], ["MONEY", "DATE"], ["AGREEMENT"]):
        assert annotate("run", "a.txt", "-o", "-".join(labels), *DUTCH, "--labels", ",".join(labels)).status == 0
        (record,) = rows(f"{'-'.join(labels)}/annotations.jsonl")
        assert invariants(Record.from_dict(record)) == []
        expected = [span for span in whole["spans"] if span["label"] in labels]
        for span in expected:
            span["value"] |= {key: None for key in span["value"] if key.endswith("_span")}
        assert record["spans"] == expected
        assert record["facts"] == []


def test_other_labels_mean_other_records(annotate: Command) -> None:
    """A change of `--labels` does all again, in whatever order they are named; `status` and the manifest know them."""
    Path("a.txt").write_text(ARTICLE)
    for labels, annotated in (("DATE,MONEY", 1), ("MONEY,DATE", 0), ("DATE", 1)):
        done = annotate("run", "a.txt", "-o", "out", *DUTCH, "--labels", labels, "--json")
        assert json.loads(done.out)["run"]["annotated"] == annotated
        assert json.loads(done.out)["options"]["labels"] == labels.split(",")
        assert "0 to do" in annotate("status", "out").out


def test_a_label_that_there_is_not_is_told(annotate: Command) -> None:
    """A misspelt label would write nothing: the message names those that there are; one of your own is one."""
    Path("a.txt").write_text("De MV Ada vaart op 3 mei 2024 uit, zei de kapitein.")
    done = annotate("run", "a.txt", "-o", "out", *DUTCH, "--labels", "DATE,Money")
    assert (done.status, "'Money' is no label; write MONEY" in done.err) == (2, True)
    assert "AGREEMENT, DATE, MONEY, PARTNERSHIP" in annotate("run", "a.txt", "-o", "out", "--labels", "SHIP").err
    Path("ships/nl").mkdir(parents=True)
    Path("ships/nl/ships.yaml").write_text(
        "label: SHIP\nrules:\n  - id: ship\n    pattern: [{LOWER: mv}, {IS_TITLE: yes, slot: name}]\n"
        "    examples: ['De [MV Ada](name=Ada) vaart.']\n    rejects: ['De mv vaart.']\n"
    )
    assert annotate("run", "a.txt", "-o", "out", *DUTCH, "--labels", "SHIP", "--patterns", "ships").status == 0
    assert [span["label"] for span in rows("out/annotations.jsonl")[0]["spans"]] == ["SHIP"]


# --- limits and languages


def test_the_longest_text_is_the_user_s_choice(annotate: Command) -> None:
    """`--max-bytes` sets aside what is longer, the message names it, and a larger one takes it."""
    Path("a.txt").write_text(ARTICLE)
    Path("rows.jsonl").write_text(json.dumps({"text": ARTICLE}) + '\n{"text": "In 2008."}\n')
    done = annotate("run", "a.txt", "rows.jsonl", "-o", "out", *DUTCH, "--max-bytes", 80)
    assert (done.status, len(rows("out/annotations.jsonl"))) == (1, 1)
    assert [(row["source"], row["error"]) for row in rows("out/errors.jsonl")] == [
        ("a.txt", "too-large"),
        ("rows.jsonl:1", "too-large"),
    ]
    assert all("--max-bytes" in row["message"] for row in rows("out/errors.jsonl"))
    assert "2  unreadable" in annotate("status", "out").out
    assert annotate("run", "a.txt", "rows.jsonl", "-o", "out", *DUTCH).status == 0
    assert len(rows("out/annotations.jsonl")) == 3


def test_texts_in_no_language_are_counted(annotate: Command) -> None:
    """A text whose language cannot be told has no spans: the summary says how many, and how to go on."""
    Path("rows.jsonl").write_text('{"text": "123 456"}\n{"text": "+++"}\n' + json.dumps({"text": ARTICLE}) + "\n")
    done = annotate("run", "rows.jsonl", "-o", "out")
    assert "2 documents in a language that could not be told (und)" in done.err
    assert "--lang CODE" in done.err
    assert "(und)" not in annotate("run", "rows.jsonl", "-o", "out", *DUTCH).err


def test_add_and_replace_are_told_apart(annotate: Command) -> None:
    """A run that does not name January stops with both ways on; `--add` keeps it, and so does `retry`."""
    for name in ("jan", "feb"):
        Path(f"{name}.jsonl").write_text(json.dumps({"text": ARTICLE}) + "\n{}\n")
    assert annotate("run", "jan.jsonl", "-o", "months", *DUTCH).status == 1
    refused = annotate("run", "feb.jsonl", "-o", "months", *DUTCH)
    assert refused.status == 2
    assert re.search(r"jan\.jsonl.*--add.*--replace", refused.err)
    assert annotate("run", "feb.jsonl", "-o", "months", *DUTCH, "--add", "--force").status == 2
    assert annotate("run", "feb.jsonl", "-o", "months", *DUTCH, "--add").status == 1
    assert annotate("retry", "months").status == 1
    assert [row["id"] for row in rows("months/annotations.jsonl")] == ["jan:1", "feb:1"]
    assert [row["source"] for row in rows("months/errors.jsonl")] == ["jan.jsonl:2", "feb.jsonl:2"]
    shown = annotate("status", "months").out
    assert re.search(r"^ +1  kept$", shown, re.MULTILINE)
    assert re.search(r"^documents\n(.*\n)+^languages\n", shown, re.MULTILINE)
    assert re.search(r"^last run: 20\d\d-\d\d-\d\dT.*, \d+\.\d s$", shown, re.MULTILINE)
    assert annotate("run", "feb.jsonl", "-o", "months", *DUTCH, "--replace").status == 1
    assert [row["id"] for row in rows("months/annotations.jsonl")] == ["feb:1"]


# --- options out of a file

AS_FILES = {"annotate.toml": "", "pyproject.toml": '[project]\nname = "x"\n\n[tool.annotate]\n'}


@pytest.mark.parametrize("name", AS_FILES)
def test_options_come_from_a_file_of_the_folder(annotate: Command, name: str) -> None:
    """What a call does not say is as the file has it; the command line wins, and the manifest tells the two apart."""
    Path("a.txt").write_text(ARTICLE)
    Path(name).write_text(f'{AS_FILES[name]}lang = "nl"\nregion = "BE"\nlabels = ["DATE", "MONEY"]\ntokens = true\n')
    done = annotate("run", "a.txt", "-o", "out", "--region", "NL", "--json")
    assert done.status == 0, done.err
    manifest = json.loads(done.out)
    told = {key: manifest["options"][key] for key in ("lang", "region", "labels", "tokens")}
    assert told == {"lang": "nl", "region": "NL", "labels": ["DATE", "MONEY"], "tokens": True}
    from_file = dict.fromkeys(("labels", "lang", "tokens"), name)
    assert manifest["options_from"] == from_file | dict.fromkeys(("inputs", "region"), "command line")
    assert json.loads(annotate("retry", "out", "--json").out)["options_from"] == manifest["options_from"]
    assert "0 to do" in annotate("status", "out").out


def test_inputs_and_output_may_stand_in_the_file(annotate: Command) -> None:
    """`annotate run` alone does what the file says."""
    Path("a.txt").write_text(ARTICLE)
    Path("annotate.toml").write_text('inputs = ["a.txt"]\noutput = "out"\nlang = "nl"\nn_process = 1\n')
    assert annotate("run").status == 0
    assert len(rows("out/annotations.jsonl")) == 1


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("lang = 'nl'\nregoin = 'BE'\n", "annotate.toml:2: 'regoin' is no option of annotate run; nearest: 'region'"),
        ("force = true", "annotate.toml:1: 'force' replaces"),
        ("tokens = 'yes'", "annotate.toml:1: 'tokens' is true or false"),
        ("lang = true", "annotate.toml:1: 'lang' is a word"),
        ("lang = {nl = 1}", "annotate.toml:1: 'lang' is a word"),
        ("text-key = 'a'\ntext_key = 'b'", "'text_key' stands there twice"),
        ("lang = ", "annotate.toml: cannot be read: Invalid value (at "),
        ("lang = 'klingon'", "'klingon' is no language"),
        ("limit = 0", "limit"),
    ],
)
def test_a_fault_in_the_file_is_told_with_its_place(annotate: Command, content: str, told: str) -> None:
    """An unknown key, a value of another kind, or what is no TOML ends the call before anything is written."""
    Path("a.txt").write_text(ARTICLE)
    Path("annotate.toml").write_text(content)
    done = annotate("run", "a.txt", "-o", "out")
    assert (done.status, told in re.sub(r"\s*│\s*", " ", done.err)) == (2, True), done.err
    assert not Path("out").exists()


def test_other_files_do_not_matter(annotate: Command) -> None:
    """A pyproject.toml without our table, even a broken one, changes nothing; two files with options are refused."""
    Path("a.txt").write_text(ARTICLE)
    Path("pyproject.toml").write_text("[tool.black\n")
    assert annotate("run", "a.txt", "-o", "out", *DUTCH).status == 0
    for name, head in AS_FILES.items():
        Path(name).write_text(f'{head}lang = "nl"\n')
    assert "annotate.toml and pyproject.toml" in annotate("run", "a.txt", "-o", "out").err


def test_shells_can_complete_the_command(annotate: Command) -> None:
    """`--show-completion` prints what a shell needs."""
    assert "--install-completion" in annotate("--help").out


# --- who does the work


def test_a_time_limit_holds_with_one_process(annotate: Command) -> None:
    """`--timeout` ends a document that takes longer, also without `-n`; the others are done."""
    texts = ("In 2008.", ARTICLE * 30_000, "In 2009.")
    Path("rows.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    done = annotate("run", "rows.jsonl", "-o", "out", *DUTCH, "--timeout", "0.5")
    assert done.status == 1
    assert [row["id"] for row in rows("out/annotations.jsonl")] == ["rows:1", "rows:3"]
    assert [(row["id"], row["error"]) for row in rows("out/errors.jsonl")] == [("rows:2", "Timeout")]


def test_ray_uses_all_processors_unless_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """`-n` sizes a local cluster; without it, or with 0, Ray takes what there is."""
    monkeypatch.setattr("annotate.batch.cluster.RayCluster", lambda *arguments: arguments)
    for number, asked in ((1, None), (0, None), (4, 4)):
        made: Any = _executor("ray", number, 2.0, None)
        assert made == (None, asked, 2.0)
    made = _executor(None, 1, None, "ray://a:1")
    assert made == ("ray://a:1", None, None)


# --- what is printed

ESCAPES = "\x1b[2J\x1b]0;owned\x07\x9b31m\u202egpj\u2066\x08\r"


def is_harmless(text: str) -> bool:
    return not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]", text)


def test_what_commands_a_terminal_is_made_visible() -> None:
    """Controls and marks of direction come out as escapes; line ends, tabs and all scripts stay as they are."""
    assert visible("a\x1b[2J\x9b\u202e\r\x7f") == r"a\x1b[2J\x9b\u202e\r\x7f"
    assert visible("één\tالعربية\nहिन्दी 中文 👍") == "één\tالعربية\nहिन्दी 中文 👍"


def test_json_that_is_printed_is_json_and_harmless() -> None:
    """What JSON itself would leave as it is comes out escaped, and reads back as it was."""
    content = {f"a{ESCAPES}": [f"b{ESCAPES}"]}
    assert is_harmless(as_text(content))
    assert json.loads(as_text(content)) == content


def test_no_command_prints_what_commands_a_terminal(annotate: Command) -> None:
    """Names of files, ids, texts and messages go through one function, whatever the command and the stream."""
    name = f"a{ESCAPES}"
    Path("news").mkdir()
    Path("news", f"{name}.txt").write_text(f"{ESCAPES} Op 3 mei 2024 {ESCAPES} kostte het 5 euro.")
    Path("news", f"{name}\nannotate: all is well.txt").write_text("")
    Path("old.jsonl").write_text(json.dumps({"id": name, "text": f"Op 3 mei {ESCAPES}", "lang": "nl", "spans": []}))
    span = {"start": 3, "end": 8, "label": f"DATE{ESCAPES}", "text": f"3 mei{ESCAPES}", "value": {}}
    Path("new.jsonl").write_text(json.dumps({"id": name, "text": f"Op 3 mei {ESCAPES}", "lang": "nl", "spans": [span]}))
    calls = [
        ("run", "news", "-o", "out", *DUTCH),
        ("run", f"nowhere{ESCAPES}", "-o", "out", *DUTCH),
        ("run", "news", "-o", "out", "--region", ESCAPES),
        ("status", "out"),
        ("explain", Path("news", f"{name}.txt").read_text(), *DUTCH),
        ("explain", Path("news", f"{name}.txt").read_text(), *DUTCH, "--json"),
        ("diff", "old.jsonl", "new.jsonl"),
        ("diff", "old.jsonl", "new.jsonl", "--json"),
        ("evaluate", "new.jsonl", "old.jsonl", "--errors"),
        ("evaluate", f"nowhere{ESCAPES}", "old.jsonl"),
    ]
    for call in calls:
        done = annotate(*call)
        assert done.out + done.err, call
        assert is_harmless(done.out + done.err), call
    assert not re.search("^annotate: all is well", annotate("run", "news", "-o", "out", *DUTCH).err, re.MULTILINE)


def test_check_and_test_print_nothing_that_commands_a_terminal(annotate: Command) -> None:
    """A pattern file of another's may hold anything, too: `check` and `test` show it escaped."""
    Path("mine/nl").mkdir(parents=True)
    rule = "label: SHIP\nrules:\n  - id: ship\n    pattern: [{LOWER: mv, slot: name}]\n"
    rule += '    examples: ["De [mv](name=mv) \\e[2J vaart."]\n'
    Path("mine/nl/ships.yaml").write_text(rule + '    rejects: ["\\e[31m mv"]\n"lab\\u202eel": x\n')
    for call in (("check", "nl"), ("test", "nl")):
        done = annotate(*call, "--patterns", "mine", "--only-patterns")
        assert done.status
        assert is_harmless(done.out + done.err)
    Path("mine/nl/ships.yaml").write_text(rule + '    rejects: ["\\e[31m mv"]\n')
    done = annotate("test", "nl", "-v", "--patterns", "mine", "--only-patterns")
    assert r"\x1b[31m" in done.out
    assert is_harmless(done.out + done.err)


def test_every_module_prints_by_the_one_function() -> None:
    """No command calls `typer.echo` or `print` itself, so that none can forget to make controls visible.

    What colours a terminal's lines makes them visible first.
    """
    folder = Path(__file__).parents[2] / "src" / "annotate" / "cli"
    printing = re.compile(r"(?<![.\w])print\(|typer\.echo\(")
    assert {path.name for path in folder.glob("*.py") if printing.search(path.read_text())} == {"say.py", "terminal.py"}
    assert (
        "typer.echo(" + '"\\n".join(_painted(line, styles) for line in visible(text)'
        in (folder / "terminal.py").read_text()
    )
